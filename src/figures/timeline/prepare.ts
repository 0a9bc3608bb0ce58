import type { BifurcationEvent, Branch, LossPoint, Timeline } from '../../core/report/timeline';
import type { Stability } from '../../core/report/types';
import type { Hue } from '../objects';
import { valueAt, type AxisChoice, type Coordinate } from '../projection';
import { countObjects, peakOf, type ObjectCounts } from './objectLanes';

/** A stretch of a branch with one stability: samples `from` to `to`, both included. */
export interface Stretch {
  readonly stability: Stability;
  readonly from: number;
  readonly to: number;
}

/** A branch as flat columns, for drawing. */
export interface DrawnBranch {
  readonly branch: Branch;
  readonly hue: Hue;
  readonly epochs: Float64Array;
  /** ln rho / k; NaN stands for -infinity. */
  readonly growth: Float64Array;
  readonly stretches: readonly Stretch[];
  /** Samples that lie at checkpoints. */
  readonly atCheckpoints: readonly number[];
  /** It comes from infinity, or leaves for it. */
  readonly far: boolean;
}

/** Lyapunov exponents of the attractor that most orbits reach, at the checkpoints where they are known. */
export interface SpectrumColumns {
  readonly epochs: Float64Array;
  /** The i-th largest exponent; NaN stands for -infinity. */
  readonly exponents: readonly Float64Array[];
}

/** Positive values along the axis, in decimal logarithms. */
export interface LogColumns {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

export interface PreparedTimeline {
  readonly timeline: Timeline;
  readonly logs: Readonly<Record<'loss' | 'gradNorm' | 'distance' | 'weightChange', LogColumns>>;
  readonly branches: readonly DrawnBranch[];
  readonly byId: ReadonlyMap<string, DrawnBranch>;
  readonly spectra: SpectrumColumns;
  /** First and last position on the axis, of checkpoints and loss. */
  readonly extent: readonly [number, number];
  readonly counts: ObjectCounts;
  /** The most objects of each stability at one checkpoint. */
  readonly peaks: Readonly<Record<'stable' | 'saddle' | 'unstable', number>>;
  readonly hueOf: (event: BifurcationEvent) => Hue;
}

/** Columns, hues and stretches of a timeline: done once, then every zoom and pan reads them. */
export function prepareTimeline(timeline: Timeline): PreparedTimeline {
  const hues = familyHues(timeline.branches);
  const checkpoints = new Set(timeline.checkpoints.map(({ epoch }) => epoch));
  const atInfinity = new Set(timeline.events.filter((event) => event.atInfinity).map(({ id }) => id));
  const branches = timeline.branches.map((branch): DrawnBranch => ({
    branch,
    hue: hues.get(branch.id) ?? 0,
    epochs: Float64Array.from(branch.samples, ({ epoch }) => epoch),
    growth: Float64Array.from(branch.samples, ({ growthPerStep }) => growthPerStep ?? NaN),
    stretches: stretchesOf(branch),
    atCheckpoints: branch.samples.flatMap(({ epoch }, index) => (checkpoints.has(epoch) ? [index] : [])),
    far: atInfinity.has(branch.from ?? '') || atInfinity.has(branch.to ?? ''),
  }));
  const counts = countObjects(
    branches,
    timeline.checkpoints.map(({ epoch }) => epoch),
  );
  const byId = new Map(branches.map((drawn) => [drawn.branch.id, drawn]));
  let lo = Infinity;
  let hi = -Infinity;
  for (const { epoch } of timeline.checkpoints) {
    lo = Math.min(lo, epoch);
    hi = Math.max(hi, epoch);
  }
  if (lo > hi)
    for (const { epoch } of timeline.loss) {
      lo = Math.min(lo, epoch);
      hi = Math.max(hi, epoch);
    }
  if (lo > hi) [lo, hi] = [0, 1];
  return {
    timeline,
    logs: {
      loss: logColumns(lossPoints(timeline), ({ loss }) => loss),
      gradNorm: logColumns(lossPoints(timeline), ({ gradNorm }) => gradNorm),
      distance: logColumns(timeline.checkpoints, (one) => one.distanceToBifurcation?.value ?? null),
      weightChange: logColumns(timeline.checkpoints, ({ weightChange }) => weightChange),
    },
    branches,
    byId,
    spectra: spectrumColumns(timeline),
    extent: [lo, hi > lo ? hi : lo + 1],
    counts,
    peaks: {
      stable: peakOf(counts.stable),
      saddle: peakOf(counts.saddle),
      unstable: peakOf(counts.unstable),
    },
    hueOf: (event) => byId.get(event.branches[0] ?? '')?.hue ?? (event.order === 1 ? 'fixedPoint' : 0),
  };
}

/** Loss at every row of its file, or at the checkpoints where there is no file. */
const lossPoints = ({ loss, checkpoints }: Timeline): readonly LossPoint[] =>
  loss.length > 0 ? loss : checkpoints;

function logColumns<T extends { readonly epoch: number }>(
  rows: readonly T[],
  valueOf: (row: T) => number | null,
): LogColumns {
  const kept = rows.filter((row) => (valueOf(row) ?? 0) > 0);
  return {
    xs: Float64Array.from(kept, ({ epoch }) => epoch),
    ys: Float64Array.from(kept, (row) => Math.log10(valueOf(row)!)),
  };
}

function spectrumColumns({ checkpoints, model }: Timeline): SpectrumColumns {
  const rows = checkpoints.flatMap(({ epoch, attractors }) => {
    const [first] = attractors.filter(({ spectrum }) => spectrum !== null).sort((a, b) => b.share - a.share);
    return first?.spectrum ? [{ epoch, exponents: first.spectrum.exponents }] : [];
  });
  return {
    epochs: Float64Array.from(rows, ({ epoch }) => epoch),
    exponents: Array.from({ length: model.stateDim }, (_, i) =>
      Float64Array.from(rows, ({ exponents }) => exponents[i] ?? NaN),
    ),
  };
}

/** A coordinate along a branch. */
export interface Curves {
  /** Of each point of the cycle, by sample. */
  readonly points: readonly Float64Array[];
  /** Least and greatest over the points, by sample. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const projected = new WeakMap<Branch, { coordinate: Coordinate; curves: Curves }>();

/** Values of a coordinate along a branch; kept until another coordinate is asked for. */
export function curvesOf({ branch }: DrawnBranch, coordinate: Coordinate): Curves {
  const known = projected.get(branch);
  if (known?.coordinate === coordinate) return known.curves;
  const { samples, order } = branch;
  const points = Array.from({ length: order }, (_, j) =>
    Float64Array.from(samples, (sample) => valueAt(coordinate, sample.points[j]!)),
  );
  const over = (pick: (...values: number[]) => number): Float64Array =>
    Float64Array.from(samples, (_, i) => pick(...points.map((values) => values[i]!)));
  const curves = { points, low: over(Math.min), high: over(Math.max) };
  projected.set(branch, { coordinate, curves });
  return curves;
}

/**
 * Neighbouring stretches share the sample at which stability changes, so that lines have no gaps. A single marginal sample
 * is a bifurcation: the stretch before ends, and the next begins, there.
 */
function stretchesOf({ samples }: Branch): Stretch[] {
  const out: Stretch[] = [];
  const last = samples.length - 1;
  const passing = (i: number): boolean =>
    samples[i]!.stability === 'marginal' &&
    (i === 0 || samples[i - 1]!.stability !== 'marginal') &&
    (i === last || samples[i + 1]!.stability !== 'marginal');
  let from = 0;
  let stability = samples[last > 0 && passing(0) ? 1 : 0]?.stability ?? 'marginal';
  for (let i = 1; i <= last; i++) {
    const at = passing(i) ? (i === last ? stability : samples[i + 1]!.stability) : samples[i]!.stability;
    if (at === stability) continue;
    out.push({ stability, from, to: i });
    from = i;
    stability = at;
  }
  if (last >= 0) out.push({ stability, from, to: last });
  return out;
}

/** Fixed points share a hue; a family takes the first hue that no family alive at the same time has. */
function familyHues(branches: readonly Branch[]): Map<string, Hue> {
  const spans = new Map<number, { lo: number; hi: number }>();
  for (const { family, order, samples } of branches) {
    const first = samples[0];
    const last = samples.at(-1);
    if (order === 1 || !first || !last) continue;
    const span = spans.get(family);
    if (!span) spans.set(family, { lo: first.epoch, hi: last.epoch });
    else {
      span.lo = Math.min(span.lo, first.epoch);
      span.hi = Math.max(span.hi, last.epoch);
    }
  }
  const ends = [-Infinity, -Infinity, -Infinity, -Infinity];
  const ofFamily = new Map<number, Hue>();
  for (const [family, { lo, hi }] of [...spans].sort((a, b) => a[1].lo - b[1].lo)) {
    let hue = ends.findIndex((end) => end < lo);
    if (hue < 0) hue = ends.indexOf(Math.min(...ends));
    ends[hue] = Math.max(ends[hue]!, hi);
    ofFamily.set(family, hue as 0 | 1 | 2 | 3);
  }
  return new Map(
    branches.map(({ id, order, family }) => [id, order === 1 ? 'fixedPoint' : (ofFamily.get(family) ?? 0)]),
  );
}

/** Index of the first entry >= value in a rising column. */
export function lowerBound(column: ArrayLike<number>, value: number): number {
  let lo = 0;
  let hi = column.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (column[mid]! < value) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/**
 * A curve in pixels; where several samples share a pixel column only the first, lowest, highest and last are kept,
 * so what is drawn depends on the width of the figure and not on the length of the run.
 */
export function curve(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  from: number,
  to: number,
  x: (value: number) => number,
  y: (value: number) => number,
): number[] {
  const out: number[] = [];
  let i = from;
  while (i <= to) {
    const px = x(xs[i]!);
    const column = Math.floor(px);
    let last = i;
    let low = i;
    let high = i;
    while (last + 1 <= to && Math.floor(x(xs[last + 1]!)) === column) {
      last++;
      if (ys[last]! < ys[low]!) low = last;
      if (ys[last]! > ys[high]!) high = last;
    }
    if (last - i < 4) for (let j = i; j <= last; j++) out.push(x(xs[j]!), y(ys[j]!));
    else {
      const [a, b] = low < high ? [low, high] : [high, low];
      for (const j of [i, a, b, last]) out.push(x(xs[j]!), y(ys[j]!));
    }
    i = last + 1;
  }
  return out;
}

/** Shortest part of the bifurcations, and longest part of the run, for which the figures begin with that stretch. */
const BURST = { events: 0.6, length: 0.12 } as const;

/**
 * The stretch in which the bifurcations crowd, with room; the whole run where they are not that crowded.
 *
 * It is the one that holds the largest share of the bifurcations for its share of the run, so that those outside are
 * sparser than on average.
 */
export function firstView({ timeline, extent }: PreparedTimeline): readonly [number, number] {
  const at = timeline.events.filter(({ kind }) => kind !== 'bcb-persistence').map(({ epoch }) => epoch);
  if (at.length < 4) return extent;
  at.sort((a, b) => a - b);
  const whole = extent[1] - extent[0];
  // Of all i <= j: (j - i + 1) / n - (at[j] - at[i]) / whole, largest; one pass.
  let [from, to, best] = [0, 0, -Infinity];
  let start = 0;
  const gain = (i: number): number => at[i]! / whole - i / at.length;
  for (let j = 0; j < at.length; j++) {
    if (gain(j) > gain(start)) start = j;
    const score = gain(start) + (j + 1) / at.length - at[j]! / whole;
    if (score > best) [from, to, best] = [start, j, score];
  }
  const [lo, hi] = [at[from]!, at[to]!];
  if ((to - from + 1) / at.length < BURST.events || (hi - lo) / whole > BURST.length) return extent;
  const pad = Math.max(0.2 * (hi - lo), 1e-3 * whole);
  return [Math.max(extent[0], lo - pad), Math.min(extent[1], hi + pad)];
}

/** Axes that show most of a run: states of small systems, principal components of large ones where there are some. */
export function figureAxes({ model, principal }: Timeline): readonly [AxisChoice, AxisChoice] {
  const type = model.stateDim > 3 && (principal?.components.length ?? 0) > 1 ? 'pc' : 'state';
  return [
    { type, index: 0 },
    { type, index: 1 },
  ];
}
