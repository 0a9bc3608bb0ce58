import type { BifurcationEvent, EventKind, Timeline } from '../../core/report/timeline';
import { eventCause, eventName, eventObjects, jumpOf, percent } from './words';

/** One row of the list of events: an event, or the two folds of one pair of cycles, its birth and its end. */
export interface EventRow {
  /** Of the first event. */
  readonly id: string;
  readonly events: readonly [BifurcationEvent] | readonly [BifurcationEvent, BifurcationEvent];
}

/** A column by which the list can be sorted. */
export type EventOrder = 'place' | 'event' | 'objects' | 'jump';

/** Which events are listed, and how. */
export interface EventChoice {
  readonly hidden: readonly EventKind[];
  /** Only events in this part of the axis; null: all. */
  readonly window: readonly [number, number] | null;
  readonly order: EventOrder;
  readonly falling: boolean;
}

/** Rows of the list: what is chosen, the folds of a pair in one row, sorted. */
export function eventRows(timeline: Timeline, choice: EventChoice): EventRow[] {
  const { hidden, window, order, falling } = choice;
  const events = timeline.events.filter(
    ({ kind, epoch }) =>
      !hidden.includes(kind) && (window === null || (epoch >= window[0] && epoch <= window[1])),
  );
  const ends = new Map<string, BifurcationEvent>();
  for (const event of events)
    if (event.kind === 'bcb-fold' && event.born.length === 0) ends.set(pairOf(event.died), event);
  const used = new Set<BifurcationEvent>();
  const rows: EventRow[] = [];
  for (const event of events) {
    if (used.has(event)) continue;
    const end =
      event.kind === 'bcb-fold' && event.died.length === 0 ? ends.get(pairOf(event.born)) : undefined;
    if (end && end.epoch >= event.epoch) {
      used.add(end);
      rows.push({ id: event.id, events: [event, end] });
    } else rows.push({ id: event.id, events: [event] });
  }
  // Sorting is stable, so that equal rows stay in the order of training.
  const sorted = order === 'place' ? rows : rows.sort(COMPARE[order](timeline));
  return falling ? sorted.reverse() : sorted;
}

const pairOf = (ids: readonly string[]): string => [...ids].sort().join(' ');

const COMPARE: Record<
  Exclude<EventOrder, 'place'>,
  (timeline: Timeline) => (a: EventRow, b: EventRow) => number
> = {
  event: () => (a, b) => eventName(a.events[0]).localeCompare(eventName(b.events[0]), 'en'),
  objects: () => (a, b) => a.events[0].order - b.events[0].order,
  jump: (timeline) => {
    const sizes = new Map<EventRow, number>();
    const size = (row: EventRow): number => {
      const known = sizes.get(row);
      if (known !== undefined) return known;
      const found = jumpOfRow(timeline, row)?.change ?? -Infinity;
      sizes.set(row, found);
      return found;
    };
    return (a, b) => (size(a) === size(b) ? 0 : size(a) - size(b));
  },
};

function jumpOfRow(timeline: Timeline, { events }: EventRow) {
  return events.flatMap((event) => jumpOf(timeline, event) ?? []).sort((a, b) => b.change - a.change)[0];
}

/** "2061.73", "2061.73 – 2062.01" */
export function rowPlace({ events }: EventRow, digits: number): string {
  return events.map(({ epoch }) => epoch.toFixed(digits)).join(' – ');
}

/** "center bifurcation", "nonsmooth folds of a pair" */
export function rowName({ events }: EventRow): string {
  return events.length === 2 ? 'nonsmooth folds of a pair' : eventName(events[0]);
}

export const rowObjects = ({ events }: EventRow): string => eventObjects(events[0]);

/** "unit 2, point 12"; of two folds "unit 2" or "units 2 and 1" */
export function rowCause({ events }: EventRow): string {
  const [first, second] = events;
  if (first.unit === null || second?.unit == null) return eventCause(first);
  return first.unit === second.unit
    ? `unit ${String(first.unit + 1)}`
    : `units ${String(first.unit + 1)} and ${String(second.unit + 1)}`;
}

/** The largest upward loss jump next to the row's events, "+57.1 % at 2081"; '' for none. */
export function rowJump(timeline: Timeline, row: EventRow): string {
  const jump = jumpOfRow(timeline, row);
  return jump ? `${percent(jump.change)} at ${String(jump.epoch)}` : '';
}
