import type { Stability } from '../../core/report/types';
import { crisp, textWidth, type Frame, type LinearScale } from '../axes';
import { mix } from '../color';
import { drawMarks } from '../marks';
import type { Hue } from '../objects';
import type { Painter, Theme } from '../painter';
import { hueColor, TYPE } from '../theme';
import type { DrawnBranch, PreparedTimeline } from './prepare';

/** Which objects a lane shows; null: attractors that are no listed object. */
type LaneOf = 'stable' | 'saddle' | 'unstable' | null;

const LANES: readonly { readonly name: string; readonly of: LaneOf }[] = [
  { name: 'stable', of: 'stable' },
  { name: 'saddle', of: 'saddle' },
  { name: 'unstable', of: 'unstable' },
  { name: 'not listed', of: null },
];
const LANE = 16;
/** Height of a lane that shows how many there are, where bars would be too thin. */
const COUNTED = 28;
/** Most bars above each other. */
const BARS = 4;

/** What the run, or one shown under the same rows, needs. */
function heights(runs: readonly PreparedTimeline[]): number[] {
  return LANES.map(({ of }) => (of && runs.some(({ peaks }) => peaks[of] > BARS) ? COUNTED : LANE));
}

export function objectLanesHeight(runs: readonly PreparedTimeline[]): number {
  return heights(runs).reduce((sum, height) => sum + height, 0);
}

/** Objects alive, one lane for each stability, and where an attractor is no listed object. */
export function drawObjectLanes(
  painter: Painter,
  frame: Frame,
  prepared: PreparedTimeline,
  runs: readonly PreparedTimeline[],
  named: boolean,
  x: LinearScale,
  theme: Theme,
): void {
  let top = frame.top;
  heights(runs).forEach((tall, i) => {
    const { name, of } = LANES[i]!;
    const middle = top + tall / 2;
    if (named)
      painter.text(frame.left - (of ? 22 : 8), middle, name, {
        color: theme.ink2,
        size: TYPE.small,
        align: 'end',
        baseline: 'middle',
      });
    if (of)
      drawMarks(painter, [frame.left - 12, middle], {
        order: 1,
        fill: of,
        color: theme.ink2,
        paper: theme.paper,
        radius: 4,
      });
    painter.line([frame.left, crisp(top + tall), frame.left + frame.width, crisp(top + tall)], {
      color: theme.grid,
      width: 1,
    });
    const lane: Frame = { left: frame.left, top, width: frame.width, height: tall };
    const counted = of !== null && tall === COUNTED;
    painter.plot({ ...lane, name: `objects: ${String(of)}`, x, y: null }, () => {
      if (!of) drawOtherAttractors(painter, lane, prepared, x, theme);
      else if (counted) drawCounts(painter, lane, prepared, of, x, theme);
      else drawBars(painter, lane, prepared, of, x, theme);
    });
    if (counted)
      painter.text(frame.left + frame.width + 3, top + 4, String(prepared.peaks[of]), {
        color: theme.ink2,
        size: TYPE.index,
        baseline: 'top',
      });
    top += tall;
  });
}

interface Bar {
  readonly drawn: DrawnBranch;
  readonly lo: number;
  readonly hi: number;
}

/** Stretches of a lane that reach into a window. */
function barsOf(
  branches: readonly DrawnBranch[],
  of: NonNullable<LaneOf>,
  [from, to]: readonly [number, number],
): Bar[] {
  const bars: Bar[] = [];
  for (const drawn of branches)
    for (const stretch of drawn.stretches) {
      if (laneOf(stretch.stability) !== of) continue;
      const lo = drawn.epochs[stretch.from]!;
      const hi = drawn.epochs[stretch.to]!;
      if (hi >= from && lo <= to) bars.push({ drawn, lo, hi });
    }
  return bars.sort((a, b) => a.lo - b.lo);
}

/** The lane in which an object is shown. */
const laneOf = (stability: Stability): NonNullable<LaneOf> =>
  stability === 'marginal' ? 'unstable' : stability;

/** Objects alive at each checkpoint, by lane and hue; fixed points come first. */
export type ObjectCounts = Readonly<Record<NonNullable<LaneOf>, ReadonlyMap<Hue, Uint16Array>>>;

export function countObjects(branches: readonly DrawnBranch[], epochs: readonly number[]): ObjectCounts {
  const place = new Map(epochs.map((epoch, i) => [epoch, i]));
  const counts = {
    stable: new Map<Hue, Uint16Array>(),
    saddle: new Map<Hue, Uint16Array>(),
    unstable: new Map<Hue, Uint16Array>(),
  };
  for (const hue of ['fixedPoint', 0, 1, 2, 3] as const)
    for (const drawn of branches)
      if (drawn.hue === hue)
        for (const i of drawn.atCheckpoints) {
          const { epoch, stability } = drawn.branch.samples[i]!;
          const lane = counts[laneOf(stability)];
          let ofHue = lane.get(hue);
          if (!ofHue) lane.set(hue, (ofHue = new Uint16Array(epochs.length)));
          ofHue[place.get(epoch)!]!++;
        }
  return counts;
}

/** The most objects of a lane at one checkpoint. */
export function peakOf(counts: ReadonlyMap<Hue, Uint16Array>): number {
  const columns = [...counts.values()];
  let peak = 0;
  for (let i = 0; i < (columns[0]?.length ?? 0); i++)
    peak = Math.max(
      peak,
      columns.reduce((sum, column) => sum + column[i]!, 0),
    );
  return peak;
}

function drawBars(
  painter: Painter,
  lane: Frame,
  { branches }: PreparedTimeline,
  of: NonNullable<LaneOf>,
  x: LinearScale,
  theme: Theme,
): void {
  const bars = barsOf(branches, of, x.domain);
  const ends: number[] = [];
  const slots = bars.map(({ lo, hi }) => {
    let slot = ends.findIndex((end) => end <= lo);
    if (slot < 0) slot = ends.length;
    ends[slot] = hi;
    return slot;
  });
  const pitch = Math.min(6, 12 / Math.max(1, ends.length));
  const tall = Math.max(1, pitch - (pitch > 2 ? 1 : 0));
  const base = lane.top + (lane.height - pitch * ends.length) / 2;
  bars.forEach(({ drawn, lo, hi }, i) => {
    const color = hueColor(theme, drawn.hue);
    const left = x.to(lo);
    const wide = Math.max(1.5, x.to(hi) - left);
    const y = base + slots[i]! * pitch;
    if (of === 'stable' || tall < 3) painter.rect(left, y, wide, tall, color, null);
    else {
      painter.rect(left + 0.5, y + 0.5, Math.max(0.5, wide - 1), tall - 1, theme.paper, { color, width: 1 });
      if (of === 'saddle') painter.rect(left, y + tall / 2, wide, tall / 2, color, null);
    }
  });
}

/** How many there are at each checkpoint, as steps: fixed points below, cycles on top. */
function drawCounts(
  painter: Painter,
  lane: Frame,
  { timeline: { checkpoints }, counts, peaks }: PreparedTimeline,
  of: NonNullable<LaneOf>,
  x: LinearScale,
  theme: Theme,
): void {
  const bottom = lane.top + lane.height;
  const unit = (lane.height - 5) / Math.max(1, peaks[of]);
  const below = new Float64Array(checkpoints.length);
  for (const [hue, ofHue] of counts[of]) {
    const upper: number[] = [];
    const lower: number[] = [];
    const edge: number[] = [];
    checkpoints.forEach(({ epoch }, i) => {
      const from = x.to((epoch + (checkpoints[i - 1]?.epoch ?? epoch)) / 2);
      const to = x.to((epoch + (checkpoints[i + 1]?.epoch ?? epoch)) / 2);
      const base = below[i]!;
      below[i] = base + ofHue[i]!;
      if (to < x.range[0] || from > x.range[1]) return;
      upper.push(from, bottom - unit * below[i]!, to, bottom - unit * below[i]!);
      lower.push(from, bottom - unit * base, to, bottom - unit * base);
      if (ofHue[i]! > 0) edge.push(...upper.slice(-4));
      else edge.push(NaN, NaN);
    });
    const color = hueColor(theme, hue);
    const back: number[] = [];
    for (let i = lower.length - 2; i >= 0; i -= 2) back.push(lower[i]!, lower[i + 1]!);
    const fill = of === 'stable' ? color : of === 'saddle' ? mix(color, theme.paper, 0.5) : theme.paper;
    painter.polygon([...upper, ...back], fill, null);
    painter.line(edge, { color, width: 1 });
  }
}

/** Hatched where simulated orbits end on something that is no listed object: denser where it looks chaotic. */
function drawOtherAttractors(
  painter: Painter,
  { top }: Frame,
  { timeline: { checkpoints } }: PreparedTimeline,
  x: LinearScale,
  theme: Theme,
): void {
  const light: number[] = [];
  const dense: number[] = [];
  const stretches: { from: number; to: number; chaotic: boolean }[] = [];
  let last = -Infinity;
  checkpoints.forEach(({ epoch, attractors }, i) => {
    const other = attractors.filter(({ branch, kind }) => branch === null && kind !== 'divergent');
    if (other.length === 0) return;
    const before = checkpoints[i - 1]?.epoch ?? epoch;
    const after = checkpoints[i + 1]?.epoch ?? epoch;
    const lo = Math.max(x.range[0], x.to((before + epoch) / 2), last);
    const hi = Math.min(x.range[1], x.to((epoch + after) / 2));
    if (hi <= lo) return;
    const chaotic = other.some(({ kind }) => kind === 'chaotic');
    const open = stretches.at(-1);
    if (open && open.chaotic === chaotic && lo - open.to < 1) open.to = hi;
    else stretches.push({ from: lo, to: hi, chaotic });
    last = hi;
    for (let px = Math.ceil(lo / 5) * 5; px < hi; px += 5) {
      light.push(px, top + 12, px + 5, top + 4, NaN, NaN);
      if (chaotic) dense.push(px, top + 4, px + 5, top + 12, NaN, NaN);
    }
  });
  painter.line(light, { color: theme.ink3, width: 1 });
  painter.line(dense, { color: theme.ink3, width: 1 });
  // Said once each, where there is most room.
  for (const chaotic of [false, true]) {
    const words = chaotic ? 'chaotic' : 'quasi-periodic, or a long cycle';
    const wide = textWidth(words, TYPE.small) + 12;
    const [widest] = stretches
      .filter((stretch) => stretch.chaotic === chaotic && stretch.to - stretch.from > 1.5 * wide)
      .sort((a, b) => b.to - b.from - (a.to - a.from));
    if (!widest) continue;
    const middle = (widest.from + widest.to) / 2;
    painter.rect(middle - wide / 2, top + 1, wide, LANE - 2, theme.paper, null);
    painter.text(middle, top + LANE / 2, words, {
      color: theme.ink2,
      size: TYPE.small,
      align: 'middle',
      baseline: 'middle',
    });
  }
}
