import type { BifurcationEvent, Branch, Timeline } from '../../core/report/timeline';
import type { Stability } from '../../core/report/types';
import type { Hue } from '../objects';
import { valueAt, type Coordinate } from '../projection';

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
}

/** Lyapunov exponents of the attractor that most orbits reach, at the checkpoints where they are known. */
export interface SpectrumColumns {
  readonly epochs: Float64Array;
  /** The i-th largest exponent; NaN stands for -infinity. */
  readonly exponents: readonly Float64Array[];
}

export interface PreparedTimeline {
  readonly timeline: Timeline;
  readonly branches: readonly DrawnBranch[];
  readonly byId: ReadonlyMap<string, DrawnBranch>;
  readonly spectra: SpectrumColumns;
  /** First and last position on the axis, of checkpoints and loss. */
  readonly extent: readonly [number, number];
  readonly hueOf: (event: BifurcationEvent) => Hue;
}

/** Columns, hues and stretches of a timeline: done once, then every zoom and pan reads them. */
export function prepareTimeline(timeline: Timeline): PreparedTimeline {
  const hues = familyHues(timeline.branches);
  const checkpoints = new Set(timeline.checkpoints.map(({ epoch }) => epoch));
  const branches = timeline.branches.map((branch): DrawnBranch => ({
    branch,
    hue: hues.get(branch.id) ?? 0,
    epochs: Float64Array.from(branch.samples, ({ epoch }) => epoch),
    growth: Float64Array.from(branch.samples, ({ growthPerStep }) => growthPerStep ?? NaN),
    stretches: stretchesOf(branch),
    atCheckpoints: branch.samples.flatMap(({ epoch }, index) => (checkpoints.has(epoch) ? [index] : [])),
  }));
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
    branches,
    byId,
    spectra: spectrumColumns(timeline),
    extent: [lo, hi > lo ? hi : lo + 1],
    hueOf: (event) => byId.get(event.branches[0] ?? '')?.hue ?? (event.order === 1 ? 'fixedPoint' : 0),
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

/** Neighbouring stretches share the sample at which stability changes, so that lines have no gaps. */
function stretchesOf({ samples }: Branch): Stretch[] {
  const out: Stretch[] = [];
  let from = 0;
  for (let i = 1; i <= samples.length; i++) {
    const before = samples[i - 1]!.stability;
    if (i < samples.length && samples[i]!.stability === before) continue;
    out.push({ stability: before, from, to: Math.min(i, samples.length - 1) });
    from = i;
  }
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

/** The stretch that holds the middle four fifths of the bifurcations, with room; the whole run where that is most. */
export function firstView({ timeline, extent }: PreparedTimeline): readonly [number, number] {
  const at = timeline.events.filter(({ kind }) => kind !== 'bcb-persistence').map(({ epoch }) => epoch);
  if (at.length < 4) return extent;
  const lo = at[Math.floor(0.1 * (at.length - 1))]!;
  const hi = at[Math.ceil(0.9 * (at.length - 1))]!;
  const pad = Math.max(0.2 * (hi - lo), 1e-3 * (extent[1] - extent[0]));
  const view = [Math.max(extent[0], lo - pad), Math.min(extent[1], hi + pad)] as const;
  return view[1] - view[0] > 0.6 * (extent[1] - extent[0]) ? extent : view;
}
