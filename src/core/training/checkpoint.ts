import { detect } from '../detect/detect';
import { toUnits } from '../detect/listing';
import { verifyWord } from '../detect/verify';
import { maxAbs } from '../linalg/dense';
import type { CanonicalMap } from '../map/canonical';
import { Kernel, rescale } from '../map/kernel';
import { random as randomStream } from '../random';
import type { AttractorKind, Cycle } from '../report/types';

/** An object of one checkpoint, in the model's units. */
export type SeriesCycle = Pick<
  Cycle,
  'order' | 'points' | 'regions' | 'spectralRadius' | 'growthPerStep' | 'stability' | 'margin'
>;

/** What the analysis of one checkpoint says, as plain data that can be stored. */
export interface CheckpointAnalysis {
  /** S */
  readonly scale: number;
  readonly cycles: readonly SeriesCycle[];
  readonly boundaryPoints: readonly {
    readonly order: number;
    readonly points: readonly (readonly number[])[];
    readonly itineraries: readonly (readonly string[])[];
  }[];
  readonly continua: number;
  /** Every cycle up to this order is listed; 0 where nothing is proven. */
  readonly provenOrder: number | 'all';
  readonly attractors: readonly {
    readonly kind: AttractorKind;
    readonly period: number | null;
    /** Place in `cycles`. */
    readonly cycle: number | null;
    readonly lyapunov: number | null;
    readonly share: number;
  }[];
  /** States on an attractor that is no listed cycle. */
  readonly fog: readonly (readonly number[])[];
  readonly warnings: readonly string[];
}

export interface CheckpointOptions {
  readonly maxOrder: number;
  readonly seed: number;
  readonly certify: boolean;
}

/** Share of a single model's simulation that each checkpoint gets: attractors persist, and neighbours know them. */
const SURVEY = 0.01;
/** Words spent on a proof for all periods; a single model gets more. */
const ALL_PERIODS = 4000;
/** Work on the proof of k-cycles of each checkpoint in more than two dimensions; a single model gets more. */
const PROOF_SECONDS = 1;
/** Longest cycles that are followed as branches; longer attractors keep their period and are drawn as simulated. */
export const LONGEST_BRANCH = 128;
/** Iterates before, and after which, states are kept for the fog. */
const FOG = { settle: 4000, states: 160, starts: 8, near: 12 };
/** How far from an object's point, in its size, an orbit next to it starts. */
const NEXT_TO = 0.01;
/** An orbit that is this many times further out after settling than halfway is still leaving for infinity. */
const LEAVING = 10;

/**
 * All objects of one checkpoint: up to `maxOrder`, and beyond it the attractors with what lies next to them.
 *
 * @param known itineraries of a neighbouring checkpoint's objects: looked for first
 */
export async function analyseCheckpoint(
  map: CanonicalMap,
  options: CheckpointOptions,
  known: readonly (readonly string[])[],
  stop: () => boolean,
): Promise<CheckpointAnalysis> {
  const found = await detect(map, {
    ...options,
    known,
    surveyShare: SURVEY,
    allPeriodsNodes: ALL_PERIODS,
    proofSeconds: PROOF_SECONDS,
    longest: LONGEST_BRANCH,
    stop,
    onProgress: () => undefined,
    onFinds: () => undefined,
  });
  const all = [...found.orders.flatMap((order) => order.cycles), ...found.beyond];
  const cycles = all.filter(({ order }) => order <= LONGEST_BRANCH);
  const proven = provenOrder(found.orders);
  const place = new Map(cycles.map(({ id }, index) => [id, index]));
  const analysis = {
    scale: found.scale,
    cycles: cycles.map(seriesCycle),
    boundaryPoints: found.orders
      .flatMap((order) => order.boundaryPoints)
      .map(({ order, points, itineraries }) => ({ order, points, itineraries })),
    continua: found.orders.reduce((sum, order) => sum + order.continua.length, 0),
    provenOrder: cycles.length < all.length && proven === 'all' ? LONGEST_BRANCH : proven,
    attractors: found.attractors.map(({ kind, period, cycle, lyapunov, share }) => ({
      kind,
      period: period ?? null,
      cycle: (cycle === undefined ? undefined : place.get(cycle)) ?? null,
      lyapunov: lyapunov ?? null,
      share,
    })),
    warnings: found.warnings,
  };
  return {
    ...analysis,
    fog: analysis.attractors.some(
      ({ kind, cycle }) => hasNoCycle(kind) || (kind === 'cycle' && cycle === null),
    )
      ? fog(map, analysis, options.seed)
      : [],
  };
}

/**
 * The cycle with an itinerary, or null where there is none whose points certainly lie inside its regions.
 * @param regions k strings of L bits, any rotation
 */
export function cycleOf(map: CanonicalMap, scale: number, regions: readonly string[]): SeriesCycle | null {
  if (regions.some((bits) => bits.length !== map.L)) return null;
  const biases = Math.max(maxAbs(map.g), maxAbs(map.d));
  const unit = biases > 0 ? 2 ** Math.max(-960, Math.min(960, Math.ceil(Math.log2(biases)))) : 1;
  const word = leastRotated(regions).map((bits) => Uint8Array.from(bits, Number));
  const verdict = verifyWord(rescale(map, 1 / unit), word, scale / unit, 'neighbouring checkpoint');
  return verdict.kind === 'cycle' ? seriesCycle(toUnits({ ...verdict.cycle, id: '' }, unit)) : null;
}

/** The same for all rotations of an itinerary. */
export function itineraryKey(regions: readonly string[]): string {
  return leastRotated(regions).join(' ');
}

export function has(cycles: readonly SeriesCycle[], cycle: Pick<SeriesCycle, 'order' | 'regions'>): boolean {
  const key = itineraryKey(cycle.regions);
  return cycles.some((other) => other.order === cycle.order && itineraryKey(other.regions) === key);
}

function seriesCycle(cycle: Cycle): SeriesCycle {
  const { order, points, regions, spectralRadius, growthPerStep, stability, margin } = cycle;
  return { order, points, regions, spectralRadius, growthPerStep, stability, margin };
}

function leastRotated(regions: readonly string[]): readonly string[] {
  let least = regions;
  let text = regions.join(' ');
  for (let shift = 1; shift < regions.length; shift++) {
    const rotated = [...regions.slice(shift), ...regions.slice(0, shift)];
    const other = rotated.join(' ');
    if (other < text) [least, text] = [rotated, other];
  }
  return least;
}

function provenOrder(
  orders: Awaited<ReturnType<typeof detect>>['orders'],
): CheckpointAnalysis['provenOrder'] {
  if (orders.some(({ certificate }) => certificate?.periods === 'all') && orders.every((o) => o.complete))
    return 'all';
  const open = orders.findIndex(({ complete }) => !complete);
  return open < 0 ? orders.length : open;
}

function hasNoCycle(kind: AttractorKind): boolean {
  return kind === 'quasi-periodic' || kind === 'chaotic' || kind === 'undecided';
}

/** States of one simulated orbit that settles neither on a listed cycle nor at infinity. For figures only. */
function fog(
  map: CanonicalMap,
  { scale, cycles }: Pick<CheckpointAnalysis, 'scale' | 'cycles'>,
  seed: number,
): number[][] {
  const { n, L } = map;
  const kernel = new Kernel(map);
  const bits = new Uint8Array(L);
  const random = randomStream(seed, 0xf09);
  const attracting = cycles.filter(({ stability }) => stability === 'stable').flatMap(({ points }) => points);
  // Few starts stay where much of the box leads to infinity: some are tried next to objects, from where orbits go either way.
  const points = cycles.flatMap(({ points: [first] }) => (first ? [first] : []));
  for (let start = 0; start < FOG.starts + FOG.near; start++) {
    const centre = start < FOG.starts ? undefined : points[start % points.length];
    const box = centre ? NEXT_TO * maxAbs(centre) : scale;
    let z = Float64Array.from({ length: n }, (_, i) => (centre?.[i] ?? 0) + box * (2 * random.uniform() - 1));
    let next = new Float64Array(n);
    const step = (): void => {
      kernel.step(z, 0, next, 0, bits);
      [z, next] = [next, z];
    };
    // Greatest size in the tenths of the way that end halfway and at the end: one turn of a slow orbit is not growth.
    const reach = [0, 0];
    for (let t = 0; t < FOG.settle && maxAbs(z) < 1e8 * scale; t++) {
      step();
      const tenth = Math.floor((10 * t) / FOG.settle);
      if (tenth === 4) reach[0] = Math.max(reach[0]!, maxAbs(z));
      if (tenth === 9) reach[1] = Math.max(reach[1]!, maxAbs(z));
    }
    if (!(maxAbs(z) < 1e8 * scale) || reach[1]! > LEAVING * reach[0]!) continue;
    if (attracting.some((point) => point.every((v, i) => Math.abs(v - z[i]!) <= 1e-6 * scale))) continue;
    const states: number[][] = [];
    for (let t = 0; t < FOG.states; t++) {
      states.push(Array.from(z));
      step();
    }
    return states;
  }
  return [];
}
