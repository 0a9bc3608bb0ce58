import type { NearestBifurcation } from '../bifurcation/distance';
import type { Connection } from '../bifurcation/types';
import type { CanonicalMap } from '../map/canonical';
import {
  TIMELINE_SCHEMA,
  type LossPoint,
  type StabilityCounts,
  type Timeline,
  type TimelineCheckpoint,
} from '../report/timeline';
import { principalComponents } from '../linalg/eigen';
import { clampWarning, touchesClamp } from '../report/clamp';
import type { PrincipalAxes } from '../report/scene';
import type { LyapunovEstimate, ModelSummary } from '../report/types';
import type { Tensor } from '../tensor';
import { associate, type AssociationOptions } from './association';
import { joinBranches, type Joined, type Series } from './branches';
import type { CheckpointAnalysis } from './checkpoint';
import { lossJumps, type JumpOptions } from './jumps';

/** All that is known of a run, at any stage of its analysis. */
export interface SeriesState {
  readonly run: Timeline['run'];
  readonly generator: Timeline['generator'];
  readonly model: Omit<ModelSummary, 'scale'>;
  readonly search: Omit<Timeline['search'], 'partial'>;
  readonly axis: Timeline['axis'];
  readonly loss: { readonly source: string; readonly points: readonly LossPoint[] } | null;
  readonly lossOffset: number;
  readonly warnings: readonly string[];
  readonly jumps: JumpOptions;
  readonly association: Partial<AssociationOptions>;
  readonly checkpoints: readonly {
    readonly epoch: number;
    readonly file: string;
    readonly entry: number | null;
    readonly digest: string;
    readonly map: CanonicalMap;
    readonly parameters: Readonly<Record<string, Tensor>>;
    /** Where the training code clamps the state, or null. */
    readonly clamp: number | null;
  }[];
  /** Null where a checkpoint was not analysed (yet). */
  readonly analyses: readonly (CheckpointAnalysis | null)[];
  /** Step i leads from checkpoint i to i + 1. */
  readonly steps: readonly (Connection | null)[];
  /** Of each checkpoint's cycles. */
  readonly distances: readonly (NearestBifurcation | null)[];
  /** Of each checkpoint's attractors; null where they were not asked for. */
  readonly spectra: readonly (readonly (LyapunovEstimate | null)[] | null)[];
  /** See `Series`. */
  readonly orbit: Series['orbit'];
}

/** Rows of the loss that are handed on; more are thinned to the extremes of equal stretches. */
const MAX_ROWS = 4000;
/** Principal components that are handed on, and points at most that they are taken from. */
const PRINCIPAL = { components: 3, points: 5000 };

/** The timeline of what is known. Steps count as followed only between neighbours that were both analysed. */
export function assembleTimeline(state: SeriesState): Timeline {
  const { checkpoints, lossOffset } = state;
  const kept = Array.from(checkpoints.keys()).filter((index) => state.analyses[index]);
  const analyses = kept.map((index) => state.analyses[index]!);
  const positions = kept.map((index) => checkpoints[index]!.epoch);
  const steps = kept
    .slice(1)
    .map((index, i) => (kept[i] === index - 1 ? (state.steps[index - 1] ?? null) : null));
  const proven = analyses.map(({ provenOrder }) => (provenOrder === 'all' ? Infinity : provenOrder));
  const joined = joinBranches({
    positions,
    objects: analyses.map(({ cycles }) => cycles),
    proven,
    steps,
    orbit: (step, s, point, count) => state.orbit(kept[step]!, s, point, count),
  });
  const points = state.loss?.points ?? [];
  const jumps = lossJumps(points, state.jumps);
  const rowAt = new Map(points.map((point) => [point.epoch, point]));
  const open = steps.filter((step) => step === null).length;
  const missing = checkpoints.length - kept.length;
  const warnings = [...state.warnings];
  if (missing > 0)
    warnings.push(`${String(missing)} of ${String(checkpoints.length)} checkpoints are not analysed.`);
  if (open > 0)
    warnings.push(
      `${String(open)} of ${String(steps.length)} steps are not followed: objects are joined by their itineraries there, and no bifurcation in them is known.`,
    );
  const clamped = analyses.map(({ cycles }, i) => {
    const { clamp } = checkpoints[kept[i]!]!;
    return clamp === null
      ? []
      : cycles.flatMap(({ points: own }, c) => (touchesClamp(own, clamp) ? [joined.branchOf[i]![c]!] : []));
  });
  warnings.push(...clampSummary(state, kept, clamped));
  return {
    schema: TIMELINE_SCHEMA,
    generator: state.generator,
    run: state.run,
    model: { ...state.model, scale: Math.max(0, ...analyses.map(({ scale }) => scale)) },
    search: { ...state.search, partial: state.search.stoppedBy !== null || missing > 0 || open > 0 },
    axis: state.axis,
    lossOffset,
    lossSource: state.loss?.source ?? null,
    loss: thinned(points),
    checkpoints: kept.map((index, i): TimelineCheckpoint => {
      const { epoch, file, entry, digest, clamp } = checkpoints[index]!;
      const row = rowAt.get(epoch + lossOffset);
      const analysis = analyses[i]!;
      const before = i === 0 ? undefined : checkpoints[kept[i - 1]!];
      const { warnings: own, ...objects } = objectsOf(
        ...([analysis, joined, i] as const),
        state.distances[index] ?? null,
        state.spectra[index] ?? null,
      );
      const touching = clamp === null ? null : clampWarning(clamped[i]!, clamp);
      return {
        ...{ epoch, file, entry, digest },
        loss: row?.loss ?? null,
        gradNorm: row?.gradNorm ?? null,
        weightChange: before ? weightChange(before, checkpoints[index]!) : null,
        ...objects,
        warnings: touching === null ? own : [...own, touching],
      };
    }),
    branches: joined.branches,
    principal: principalOf(state.model.stateDim, analyses),
    events: joined.events,
    lossJumps: jumps,
    association: associate(
      positions,
      points.map(({ epoch }) => epoch - lossOffset),
      jumps,
      joined.events,
      lossOffset,
      state.association,
    ),
    balance: joined.balance,
    warnings,
  };
}

function objectsOf(
  analysis: CheckpointAnalysis,
  { branchOf }: Joined,
  index: number,
  nearest: NearestBifurcation | null,
  spectra: readonly (LyapunovEstimate | null)[] | null,
): Omit<TimelineCheckpoint, 'epoch' | 'file' | 'entry' | 'digest' | 'loss' | 'gradNorm' | 'weightChange'> {
  const ids = branchOf[index]!;
  const counts: Record<number, { -readonly [K in keyof StabilityCounts]: number }> = {};
  for (const { order, stability } of analysis.cycles)
    (counts[order] ??= { stable: 0, saddle: 0, unstable: 0, marginal: 0 })[stability]++;
  return {
    counts,
    boundaryPoints: analysis.boundaryPoints.length,
    continua: analysis.continua,
    provenOrder: analysis.provenOrder,
    attractors: analysis.attractors.map(({ cycle, ...attractor }, i) => ({
      ...attractor,
      branch: cycle === null ? null : (ids[cycle] ?? null),
      spectrum: spectra?.[i] ?? null,
    })),
    fog: analysis.fog,
    distanceToBifurcation: nearest && {
      value: nearest.value,
      which: { branch: ids[nearest.cycle]!, kind: nearest.kind, unit: nearest.unit },
      weights: nearest.weights,
    },
    branches: ids,
    warnings: analysis.warnings,
  };
}

/**
 * One sentence for the whole run.
 * @param clamped ids of the branches that touch the clamp, of each checkpoint kept
 */
function clampSummary(
  { checkpoints, axis }: SeriesState,
  kept: readonly number[],
  clamped: readonly (readonly string[])[],
): string[] {
  const where = Array.from(clamped.keys()).filter((i) => clamped[i]!.length > 0);
  const [first] = where;
  const clamp = first === undefined ? null : checkpoints[kept[first]!]!.clamp;
  if (first === undefined || clamp === null) return [];
  const ids = [...new Set(clamped.flat())];
  const count = `${String(where.length)} of ${String(kept.length)} checkpoints`;
  const begin = `${axis} ${String(checkpoints[kept[first]!]!.epoch)}`;
  return [clampWarning(ids, clamp, ` in ${count}, the first at ${begin}`)!];
}

/** Components of the attractors' points; of all objects' where nothing is stable. */
function principalOf(n: number, analyses: readonly CheckpointAnalysis[]): PrincipalAxes | null {
  if (n < 3) return null;
  const stable = analyses.flatMap(({ cycles, fog }) => [
    ...cycles.filter(({ stability }) => stability === 'stable').flatMap(({ points }) => points),
    ...fog,
  ]);
  const points =
    stable.length > n ? stable : analyses.flatMap(({ cycles }) => cycles.flatMap((c) => c.points));
  const every = Math.ceil(points.length / PRINCIPAL.points);
  const { mean, components, explained } = principalComponents(
    points.filter((_, i) => i % every === 0),
    n,
  );
  const leading = Math.min(n, PRINCIPAL.components);
  return { mean, components: components.slice(0, leading), explained: explained.slice(0, leading) };
}

type Weights = Pick<SeriesState['checkpoints'][number], 'epoch' | 'parameters'>;

/** Euclidean change of all parameters per unit of the axis; null where their shapes differ. */
export function weightChange(before: Weights, after: Weights): number | null {
  let sum = 0;
  for (const [name, { data }] of Object.entries(after.parameters)) {
    const other = before.parameters[name]?.data;
    if (other?.length !== data.length) return null;
    for (let i = 0; i < data.length; i++) sum += (data[i]! - other[i]!) ** 2;
  }
  return Math.sqrt(sum) / (after.epoch - before.epoch);
}

/** The smallest and the largest of each of many equal stretches, so that no spike is lost. */
function thinned(points: readonly LossPoint[]): readonly LossPoint[] {
  if (points.length <= MAX_ROWS) return points;
  const keep = new Set([0, points.length - 1]);
  const stretches = MAX_ROWS / 2;
  for (let i = 0; i < stretches; i++) {
    const from = Math.floor((i * points.length) / stretches);
    const to = Math.floor(((i + 1) * points.length) / stretches);
    let [least, most] = [from, from];
    for (let at = from; at < to; at++) {
      const loss = points[at]!.loss;
      if (loss === null) continue;
      if (!(loss >= (points[least]!.loss ?? Infinity))) least = at;
      if (!(loss <= (points[most]!.loss ?? -Infinity))) most = at;
    }
    keep.add(least).add(most);
  }
  return [...keep].sort((a, b) => a - b).map((at) => points[at]!);
}
