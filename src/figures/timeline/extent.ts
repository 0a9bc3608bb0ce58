import type { Timeline } from '../../core/report/timeline';
import { valueAt, type Coordinate } from '../projection';
import { curvesOf, lowerBound, type PreparedTimeline } from './prepare';

/** Values further out than this many times the middle nine tenths do not set the scale. */
const OUTLYING = 2;
/** Values that quantiles are taken of. */
const SAMPLED = 4000;
/** Simulated points further from the usual place than this many usual widths are on their way to infinity. */
const ESCAPING = 8;
/** A branch from infinity sets the scale where it settles within this many heights of all else. */
const NEAR = 1;

/** Least and greatest value of a coordinate over the simulated points of each checkpoint; NaN where there are none. */
export interface FogExtents {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const simulated = new WeakMap<Timeline, { coordinate: Coordinate; extents: FogExtents }>();

/** Extents of the simulated points, without the checkpoints at which they are on their way to infinity. */
export function fogExtents(timeline: Timeline, coordinate: Coordinate): FogExtents {
  const known = simulated.get(timeline);
  if (known?.coordinate === coordinate) return known.extents;
  const { checkpoints } = timeline;
  const low = new Float64Array(checkpoints.length).fill(NaN);
  const high = new Float64Array(checkpoints.length).fill(NaN);
  checkpoints.forEach(({ fog }, i) => {
    for (const point of fog) {
      const value = valueAt(coordinate, point);
      if (!(value >= low[i]!)) low[i] = value;
      if (!(value <= high[i]!)) high[i] = value;
    }
  });
  const widths = median(low.map((value, i) => high[i]! - value));
  const middle = median(low.map((value, i) => (high[i]! + value) / 2));
  for (let i = 0; i < low.length; i++)
    if (Math.max(high[i]! - middle, middle - low[i]!) > ESCAPING * widths) low[i] = high[i] = NaN;
  const extents = { low, high };
  simulated.set(timeline, { coordinate, extents });
  return extents;
}

/** The middle of those that are numbers; NaN of none. */
function median(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted[sorted.length >> 1] ?? NaN;
}

/**
 * Coordinate interval that the branches and simulated points of a window fill. What comes from infinity, or leaves for it,
 * is in it only where it settles near the rest; else it is cut off.
 */
export function valueExtent({
  prepared,
  view,
  coordinate,
  show,
}: {
  readonly prepared: PreparedTimeline;
  readonly view: readonly [number, number];
  readonly coordinate: Coordinate;
  readonly show: { readonly simulated: boolean };
}): [number, number] {
  // Stretches of columns, not copies of them: this is asked anew for every window.
  const near: Float64Array[] = [];
  const settled: number[][] = [];
  for (const drawn of prepared.branches) {
    const { low, high } = curvesOf(drawn, coordinate);
    const { epochs } = drawn;
    const from = lowerBound(epochs, view[0]);
    let to = from;
    while (to < epochs.length && epochs[to]! <= view[1]) to++;
    if (!drawn.far) {
      near.push(low.subarray(from, to), high.subarray(from, to));
      continue;
    }
    const seen = drawn.atCheckpoints.filter((i) => i >= from && i < to);
    if (seen.length === 0) continue;
    settled.push([low, high].map((column) => median(Float64Array.from(seen, (i) => column[i]!))));
  }
  if (show.simulated) {
    const { low, high } = fogExtents(prepared.timeline, coordinate);
    const points: number[] = [];
    prepared.timeline.checkpoints.forEach(({ epoch }, i) => {
      if (epoch >= view[0] && epoch <= view[1] && !Number.isNaN(low[i]!)) points.push(low[i]!, high[i]!);
    });
    near.push(Float64Array.from(points));
  }
  const some = near.some(({ length }) => length > 0);
  return padded(within(some ? near : [Float64Array.from(settled.flat())], settled));
}

/** Checkpoints whose extremes a phase portrait leaves out at either side, as a share of all. */
const RARE = 0.03;

/**
 * Intervals of the axes of a phase portrait that stands still while a run is gone through: what is there at all but few
 * checkpoints, and the branches from infinity that settle near in both coordinates.
 */
export function portraitExtents(
  prepared: PreparedTimeline,
  axes: readonly [Coordinate, Coordinate],
): [[number, number], [number, number]] {
  const core = axes.map((coordinate) => usualExtent(prepared, coordinate));
  const far = prepared.branches
    .filter((drawn) => drawn.far && drawn.atCheckpoints.length > 0)
    .map((drawn) =>
      axes.map((coordinate) => {
        const { low, high } = curvesOf(drawn, coordinate);
        return [low, high].map((column) => median(Float64Array.from(drawn.atCheckpoints, (i) => column[i]!)));
      }),
    );
  const alone = core.every((extent) => extent === null);
  const near = far.filter((places) =>
    places.every((place, axis) => {
      const extent = core[axis];
      return alone || (extent && place.every((value) => isNear(value, extent)));
    }),
  );
  const [across, up] = core.map((extent, axis): [number, number] => {
    const values = [...(extent ?? []), ...near.flatMap((places) => places[axis]!)];
    return values.length === 0 ? [-1, 1] : padded([Math.min(...values), Math.max(...values)]);
  });
  return [across!, up!];
}

/** From the low to the high that all but few checkpoints keep to; null where nothing is known. */
function usualExtent(prepared: PreparedTimeline, coordinate: Coordinate): [number, number] | null {
  const { checkpoints } = prepared.timeline;
  const place = new Map(checkpoints.map(({ epoch }, i) => [epoch, i]));
  const fog = fogExtents(prepared.timeline, coordinate);
  const low = fog.low.slice();
  const high = fog.high.slice();
  for (const drawn of prepared.branches) {
    if (drawn.far) continue;
    const curves = curvesOf(drawn, coordinate);
    for (const i of drawn.atCheckpoints) {
      const c = place.get(drawn.epochs[i]!)!;
      if (!(curves.low[i]! >= low[c]!)) low[c] = curves.low[i]!;
      if (!(curves.high[i]! <= high[c]!)) high[c] = curves.high[i]!;
    }
  }
  const known = (column: Float64Array) => column.filter((value) => !Number.isNaN(value)).sort();
  const [lows, highs] = [known(low), known(high)];
  if (lows.length === 0) return null;
  const rare = Math.floor(RARE * lows.length);
  return [lows[rare]!, highs[highs.length - 1 - rare]!];
}

function within(
  stretches: readonly Float64Array[],
  settled: readonly (readonly number[])[],
): [number, number] {
  const count = stretches.reduce((sum, { length }) => sum + length, 0);
  if (count === 0) return [-1, 1];
  const every = Math.ceil(count / SAMPLED);
  const sorted = new Float64Array(Math.ceil(count / every));
  let least = Infinity;
  let most = -Infinity;
  let taken = 0;
  let next = 0;
  for (const values of stretches) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    for (; next < values.length; next += every) sorted[taken++] = values[next]!;
    next -= values.length;
  }
  sorted.sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  const reach = OUTLYING * (at(0.95) - at(0.05)) || Infinity;
  return reaching([Math.max(least, at(0.05) - reach), Math.min(most, at(0.95) + reach)], settled);
}

/** The interval, as far as where branches from infinity settle if that is near. */
function reaching(
  [lo, hi]: readonly [number, number],
  settled: readonly (readonly number[])[],
): [number, number] {
  const near = settled.flat().filter((value) => isNear(value, [lo, hi]));
  return [Math.min(lo, ...near), Math.max(hi, ...near)];
}

/** Within one length of the interval beside it. */
export function isNear(value: number, [lo, hi]: readonly [number, number]): boolean {
  return value >= lo - NEAR * (hi - lo) && value <= hi + NEAR * (hi - lo);
}

function padded([lo, hi]: readonly [number, number]): [number, number] {
  const pad = hi > lo ? 0.06 * (hi - lo) : 0.5 * Math.max(Math.abs(hi), 1e-3);
  return [lo - pad, hi + pad];
}

/** Interval of ln rho / k in a window; 0 is always in it. */
export function growthExtent({
  prepared,
  view,
}: {
  readonly prepared: PreparedTimeline;
  readonly view: readonly [number, number];
}): [number, number] {
  let lo = 0;
  let hi = 0;
  for (const { epochs, growth } of prepared.branches)
    for (let i = lowerBound(epochs, view[0]); i < growth.length && epochs[i]! <= view[1]; i++) {
      if (growth[i]! < lo) lo = growth[i]!;
      if (growth[i]! > hi) hi = growth[i]!;
    }
  const pad = 0.08 * (hi - lo) || 0.05;
  return [Math.max(lo, -1) - pad, Math.min(hi, 1) + pad];
}
