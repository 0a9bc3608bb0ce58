import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { EventKind } from '../../src/core/report/timeline';
import {
  eventRows,
  rowCause,
  rowJump,
  rowName,
  rowObjects,
  rowPlace,
  type EventOrder,
  type EventRow,
} from '../../src/figures/timeline/eventRows';
import { SIGN_LINES, signOf } from '../../src/figures/timeline/glyphs';
import type { PreparedTimeline } from '../../src/figures/timeline/prepare';
import { axisName, EVENT_KINDS, kindName } from '../../src/figures/timeline/words';
import { Checkbox } from '../ui';
import type { Interval } from './store';

function Sign({ row, hue }: { row: EventRow; hue: string }): JSX.Element {
  const sign = row.events.length === 2 ? 'both' : signOf(row.events[0]);
  const lines = SIGN_LINES[sign];
  let d = '';
  let down = false;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    if (Number.isNaN(lines[i])) {
      down = false;
      continue;
    }
    d += `${down ? 'L' : 'M'}${String(8 + 4.5 * lines[i]!)} ${String(8 + 4.5 * lines[i + 1]!)}`;
    down = true;
  }
  return (
    <svg class={`mark hue-${hue}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      {sign === 'center' ? (
        <>
          <circle class="mark-hollow" cx="8" cy="8" r="5" />
          <circle class="mark-half" cx="8" cy="8" r="1.8" />
        </>
      ) : (
        <path class="mark-line" d={d} />
      )}
    </svg>
  );
}

/** Rows that the page holds at once beyond those in sight, and from how many on it does not hold all. */
const SPARE = 20;
const MANY = 120;
/** Height of a row before one was measured, px. */
const ROW = 21;

/** Which rows are in sight of a box that scrolls, and how to bring one into it. */
function useWindow(count: number) {
  const box = useRef<HTMLDivElement>(null);
  const [tall, setTall] = useState(ROW);
  const [sight, setSight] = useState({ top: 0, height: 300 });
  const all = count <= MANY;
  useLayoutEffect(() => {
    const row = box.current?.querySelector('tbody tr[data-event]');
    const measured = row?.getBoundingClientRect().height ?? 0;
    if (measured > 0 && Math.abs(measured - tall) > 0.5) setTall(measured);
  });
  const from = all ? 0 : Math.max(0, Math.floor(sight.top / tall) - SPARE);
  const to = all ? count : Math.min(count, Math.ceil((sight.top + sight.height) / tall) + SPARE);
  return {
    box,
    from,
    to,
    above: from * tall,
    below: (count - to) * tall,
    onScroll: ({ currentTarget }: { readonly currentTarget: HTMLDivElement }) => {
      if (!all) setSight({ top: currentTarget.scrollTop, height: currentTarget.clientHeight });
    },
    /** The head stands over the rows and hides one of them. */
    show: (index: number) => {
      const element = box.current;
      if (!element || index < 0) return;
      const at = index * tall;
      const head = element.querySelector('thead')?.getBoundingClientRect().height ?? 0;
      if (at < element.scrollTop) element.scrollTop = at;
      else if (at + tall + head > element.scrollTop + element.clientHeight)
        element.scrollTop = at + tall + head - element.clientHeight;
    },
  };
}

const COLUMNS: readonly {
  readonly order: EventOrder | null;
  readonly name: string;
  readonly number?: true;
}[] = [
  { order: 'place', name: '', number: true },
  { order: 'event', name: 'event' },
  { order: 'objects', name: 'objects' },
  { order: null, name: 'unit or multiplier' },
  { order: 'jump', name: 'loss jump', number: true },
];

/** The events of one run as a table: filtered by kind and window, sorted by a column. */
export function EventTable(props: {
  readonly name: string;
  readonly prepared: PreparedTimeline;
  readonly view: Interval;
  readonly selected: string | null;
  readonly hidden: readonly EventKind[];
  readonly onHidden: (hidden: readonly EventKind[]) => void;
  /** Only events in the window are listed. */
  readonly windowed: boolean;
  readonly onWindowed: (windowed: boolean) => void;
  readonly onEvent: (id: string, open: boolean) => void;
}): JSX.Element {
  const { prepared, hidden, selected, windowed } = props;
  const { timeline } = prepared;
  const [sorting, setSorting] = useState<{ order: EventOrder; falling: boolean }>({
    order: 'place',
    falling: false,
  });
  const [lo, hi] = windowed ? props.view : [-Infinity, Infinity];
  const rows = useMemo(
    () => eventRows(timeline, { hidden, window: [lo, hi], ...sorting }),
    [timeline, hidden, lo, hi, sorting],
  );
  const counts = useMemo(() => {
    const of = new Map<EventKind, number>();
    for (const { kind } of timeline.events) of.set(kind, (of.get(kind) ?? 0) + 1);
    return of;
  }, [timeline]);
  const listed = rows.reduce((sum, { events }) => sum + events.length, 0);
  const { box, from, to, above, below, onScroll, show } = useWindow(rows.length);
  const chosen = rows.findIndex(({ events }) => events.some(({ id }) => id === selected));
  useEffect(() => show(chosen), [chosen, selected]);
  const sort = (order: EventOrder): void =>
    // Jumps are looked for from the largest down, all else from the start.
    setSorting((old) => ({ order, falling: old.order === order ? !old.falling : order === 'jump' }));
  return (
    <section class="events" aria-label={`Events of ${props.name}`}>
      <div class="events-head">
        <h2>Events</h2>
        <span
          class="muted"
          title="Cycles that are born and die between two neighbouring checkpoints may be unseen."
        >
          {listed} of {timeline.events.length}
          {rows.length < listed && ` in ${String(rows.length)} rows, the folds of one pair in one`}; cycles
          living wholly between two checkpoints may be unseen
        </span>
      </div>
      <div class="filters" role="group" aria-label="Which events are listed">
        {EVENT_KINDS.filter((kind) => counts.has(kind)).map((kind) => (
          <Checkbox
            key={kind}
            checked={!hidden.includes(kind)}
            onChange={(on) => props.onHidden(on ? hidden.filter((k) => k !== kind) : [...hidden, kind])}
          >
            {`${kindName(kind)} (${String(counts.get(kind))})`}
          </Checkbox>
        ))}
        <Checkbox checked={windowed} onChange={props.onWindowed}>
          Only in the window above
        </Checkbox>
      </div>
      <div
        class="events-scroll"
        ref={box}
        tabIndex={0}
        role="region"
        aria-label={`Table of events of ${props.name}`}
        onScroll={onScroll}
      >
        <table aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              {COLUMNS.map(({ order, name, number }) => {
                const title = order === 'place' ? axisName(timeline) : name;
                const current = order === sorting.order;
                return (
                  <th
                    key={title}
                    scope="col"
                    class={number ? 'number' : undefined}
                    aria-sort={current ? (sorting.falling ? 'descending' : 'ascending') : undefined}
                  >
                    {order ? (
                      <button
                        type="button"
                        class="link"
                        title={`Sort by ${title}`}
                        onClick={() => sort(order)}
                      >
                        {title}
                        <span aria-hidden="true">{current ? (sorting.falling ? ' ↓' : ' ↑') : ''}</span>
                      </button>
                    ) : (
                      title
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {above > 0 && <Gap height={above} />}
            {rows.slice(from, to).map((row, i) => {
              const [event] = row.events;
              return (
                <tr
                  key={row.id}
                  data-event={row.id}
                  aria-rowindex={from + i + 2}
                  aria-current={from + i === chosen}
                  title={row.events.map(({ text }) => text).join('\n')}
                  onClick={() => props.onEvent(row.id, false)}
                  onDblClick={() => props.onEvent(row.id, true)}
                >
                  <td class="number">
                    <button type="button" class="link">
                      <Sign row={row} hue={String(prepared.hueOf(event))} />
                      {rowPlace(row, timeline.run.pair ? 4 : 2)}
                    </button>
                  </td>
                  <td>{rowName(row)}</td>
                  <td>{rowObjects(row)}</td>
                  <td>{rowCause(row)}</td>
                  <td class="number">{rowJump(timeline, row) || '–'}</td>
                </tr>
              );
            })}
            {below > 0 && <Gap height={below} />}
          </tbody>
        </table>
        {rows.length === 0 && (
          <p class="muted">
            {windowed
              ? 'No events of the chosen kinds in the window above.'
              : 'No events of the chosen kinds between these checkpoints.'}
          </p>
        )}
      </div>
    </section>
  );
}

/** Stands for rows out of sight. */
function Gap({ height }: { height: number }): JSX.Element {
  return (
    <tr class="gap" aria-hidden="true">
      <td colSpan={COLUMNS.length} style={{ height: `${String(height)}px` }} />
    </tr>
  );
}
