import type { BifurcationEvent } from '../../core/report/timeline';
import { crisp, textWidth, type Frame, type LinearScale } from '../axes';
import type { Hue } from '../objects';
import type { Painter, Theme } from '../painter';
import { hueColor, TYPE } from '../theme';
import { drawSign, signOf, type EventSign } from './glyphs';
import type { PreparedTimeline } from './prepare';

/** Events that share a lane: their names at its left are the legend of the signs. */
const LANES: readonly {
  readonly name: string;
  readonly sign: EventSign;
  readonly holds: readonly EventSign[];
}[] = [
  { name: 'center', sign: 'center', holds: ['center'] },
  { name: 'fold', sign: 'both', holds: ['born', 'gone', 'both'] },
  { name: 'doubling', sign: 'flip', holds: ['flip'] },
  { name: 'transcritical', sign: 'dtb', holds: ['dtb'] },
  { name: 'multiple', sign: 'mab', holds: ['mab'] },
  { name: 'unresolved', sign: 'unresolved', holds: ['unresolved'] },
  { name: 'crossing', sign: 'persistence', holds: ['persistence'] },
];
export const EVENT_LANE = 15;
/** The two folds of a pair share a sign where they are nearer than this, px. */
const SHARED = 11;
/** Room of a sign, px. */
const SIGN = 10;
/** Widest group of signs that is counted together, px. */
const GROUP = 28;

/** Lanes that the runs need, one at least so that what is missing is seen to be. */
export function eventLanes(
  runs: readonly PreparedTimeline[],
  persistence: boolean,
): readonly (typeof LANES)[number][] {
  const present = new Set<EventSign>();
  for (const { timeline } of runs)
    for (const event of timeline.events)
      if (persistence || event.kind !== 'bcb-persistence') present.add(signOf(event));
  const lanes = LANES.filter(({ holds }) => holds.some((sign) => present.has(sign)));
  return lanes.length > 0 ? lanes : LANES.slice(0, 1);
}

/** One sign of a lane: an event, the two folds of a pair, or as many as would stand on each other, counted. */
export interface LaneSign {
  readonly sign: EventSign;
  readonly events: readonly BifurcationEvent[];
  /** Centre of the sign, and what it takes with its count, px. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly count: string;
}

/** Signs of one lane from left to right, none on another. */
export function laneSigns(
  events: readonly BifurcationEvent[],
  holds: readonly EventSign[],
  x: LinearScale,
): LaneSign[] {
  const singles = paired(
    events.filter((event) => holds.includes(signOf(event))),
    x,
  );
  const out: LaneSign[] = [];
  let free = -Infinity;
  for (let i = 0; i < singles.length;) {
    const first = singles[i]!;
    const group = [first];
    const label = () => String(group.reduce((sum, { events: few }) => sum + few.length, 0));
    const width = () => (group.length === 1 ? SIGN : SIGN + 3 + textWidth(label(), TYPE.index));
    for (let j = i + 1; j < singles.length; j++) {
      const next = singles[j]!;
      const middle = (first.at + group.at(-1)!.at) / 2;
      const touches =
        next.at - group.at(-1)!.at < SIGN ||
        next.at - SIGN / 2 < Math.max(free, middle - width() / 2) + width();
      if (!touches || next.at - first.at > Math.max(GROUP, width())) break;
      group.push(next);
    }
    const middle = (first.at + group.at(-1)!.at) / 2;
    const from = group.length === 1 ? first.at - SIGN / 2 : Math.max(free, middle - width() / 2);
    free = from + width() + 1;
    out.push({
      sign: group.length === 1 ? first.sign : holds.includes('both') ? 'both' : first.sign,
      events: group.flatMap((one) => one.events),
      at: from + SIGN / 2,
      from,
      to: from + width(),
      count: group.length === 1 ? '' : label(),
    });
    i += group.length;
  }
  return out;
}

interface Single {
  readonly at: number;
  readonly sign: EventSign;
  readonly events: readonly BifurcationEvent[];
}

/** By rising place, the two folds of one pair as a lens where they are near. */
function paired(events: readonly BifurcationEvent[], x: LinearScale): Single[] {
  const ends = new Map<string, BifurcationEvent>();
  for (const event of events) if (event.kind === 'bcb-fold') for (const id of event.died) ends.set(id, event);
  const used = new Set<BifurcationEvent>();
  const out: Single[] = [];
  for (const event of events) {
    if (used.has(event)) continue;
    const end = event.kind === 'bcb-fold' ? ends.get(event.born[0] ?? '') : undefined;
    const at = x.to(event.epoch);
    if (end && end !== event && !used.has(end) && Math.abs(x.to(end.epoch) - at) < SHARED) {
      used.add(end);
      out.push({ at: (at + x.to(end.epoch)) / 2, sign: 'both', events: [event, end] });
    } else out.push({ at, sign: signOf(event), events: [event] });
  }
  return out.sort((a, b) => a.at - b.at);
}

export interface EventLanesFigure {
  readonly prepared: PreparedTimeline;
  readonly lanes: ReturnType<typeof eventLanes>;
  /** In the window. */
  readonly events: readonly BifurcationEvent[];
  readonly selected: string | null;
  readonly named: boolean;
}

export function drawEventLanes(
  painter: Painter,
  frame: Frame,
  figure: EventLanesFigure,
  x: LinearScale,
  theme: Theme,
): void {
  const { prepared, lanes, events, selected } = figure;
  lanes.forEach(({ name, sign, holds }, i) => {
    const top = frame.top + i * EVENT_LANE;
    const y = top + EVENT_LANE / 2;
    if (figure.named)
      painter.text(frame.left - 22, y, name, {
        color: theme.ink2,
        size: TYPE.small,
        align: 'end',
        baseline: 'middle',
      });
    drawSign(painter, frame.left - 12, y, sign, theme.ink2, theme, radiusOf(sign));
    painter.line([frame.left, crisp(top + EVENT_LANE), frame.left + frame.width, crisp(top + EVENT_LANE)], {
      color: theme.grid,
      width: 1,
    });
    const box: Frame = {
      left: frame.left - 6,
      top: top - 1,
      width: frame.width + 24,
      height: EVENT_LANE + 2,
    };
    painter.plot({ ...box, name: `events: ${name}`, x, y: null }, () => {
      for (const one of laneSigns(events, holds, x)) {
        const chosen = one.events.some(({ id }) => id === selected);
        const hues = new Set<Hue>(one.events.map(prepared.hueOf));
        const [hue] = hues;
        const color = chosen ? theme.accent : hues.size === 1 ? hueColor(theme, hue!) : theme.ink;
        drawSign(painter, one.at, y, one.sign, color, theme, radiusOf(one.sign));
        if (one.count)
          painter.text(one.at + SIGN / 2 + 2, y, one.count, {
            color: theme.ink,
            size: TYPE.index,
            baseline: 'middle',
            halo: theme.paper,
          });
      }
    });
  });
}

const radiusOf = (sign: EventSign): number => (sign === 'center' ? 4.6 : 4.2);

/** The event of the lanes under a pixel: of a counted group the one whose place is nearest. */
export function eventInLanes(
  frame: Frame,
  lanes: ReturnType<typeof eventLanes>,
  events: readonly BifurcationEvent[],
  x: LinearScale,
  px: number,
  py: number,
): BifurcationEvent | null {
  const lane = lanes[Math.floor((py - frame.top) / EVENT_LANE)];
  if (!lane) return null;
  let best: LaneSign | null = null;
  let least = 4;
  for (const sign of laneSigns(events, lane.holds, x)) {
    const off = Math.max(0, sign.from - px, px - sign.to);
    if (off < least) [best, least] = [sign, off];
  }
  const off = (event: BifurcationEvent) => Math.abs(x.to(event.epoch) - px);
  return best?.events.reduce((near, event) => (off(event) < off(near) ? event : near)) ?? null;
}
