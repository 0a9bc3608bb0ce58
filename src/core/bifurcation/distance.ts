import { eigenvalues } from '../linalg/eigen';
import type { CanonicalMap } from '../map/canonical';
import { pulledBack, type CanonicalArrays, type WeightDerivative } from '../models/derivatives';
import type { Complex } from '../report/types';
import { detShifted } from './cycleOnLine';
import { CycleGradients } from './gradients';
import type { DistanceToBifurcation, EndCycle } from './types';

/** Floating-point operations spent at most; cycles are taken by rising order. */
const WORK = 2e8;
/** Weights named. */
const NAMED = 5;

export interface NearestBifurcation extends DistanceToBifurcation {
  /** Place in `cycles`. */
  readonly cycle: number;
}

/**
 * The smallest first-order distance in the space of all weights to a bifurcation of any of the cycles (border crossings
 * that change neither the number of cycles nor their stability left out): a test function
 * (a preactivation of a cycle point, zero in a border collision; the modulus of a multiplier, one on the unit circle)
 * divided by the Euclidean norm of its exact gradient.
 *
 * @param cycles in the model's units
 * @returns null where there is no cycle, or nothing can be said within the budget
 */
export function nearestBifurcation(
  map: CanonicalMap,
  cycles: readonly EndCycle[],
  weights: readonly WeightDerivative[],
): NearestBifurcation | null {
  const { n, L } = map;
  const entries = weights.reduce((sum, { at }) => sum + at.length, 0);
  interface Candidate {
    readonly value: number;
    readonly gradient: Float64Array;
    readonly rest: Omit<NearestBifurcation, 'value' | 'weights'>;
  }
  const found: { best: Candidate | null } = { best: null };
  const offer = (
    test: number,
    gradient: CanonicalArrays | null,
    describe: () => Candidate['rest'] | null,
  ): void => {
    if (!gradient) return;
    const pulled = pulledBack(weights, gradient);
    const value = Math.abs(test) / Math.hypot(...pulled);
    if (!Number.isFinite(value) || (found.best !== null && value >= found.best.value)) return;
    const rest = describe();
    if (rest) found.best = { value, gradient: pulled, rest };
  };
  let work = 0;
  const order = cycles.map((_, i) => i).sort((a, b) => cycles[a]!.order - cycles[b]!.order || a - b);
  for (const index of order) {
    const cycle = cycles[index]!;
    const k = cycle.order;
    work += k * L * (k * (2 * n * n + 4 * n * L) + n ** 3 * k + 2 * entries);
    if (work > WORK) break;
    const regions = cycle.regions.map((bits) => Uint8Array.from(bits, Number));
    const gradients = new CycleGradients(map, cycle.points, regions);
    for (let t = 0; t < k; t++)
      for (let u = 0; u < L; u++) {
        const normal = map.C.subarray(u * n, (u + 1) * n);
        if (normal.every((c) => c === 0)) continue;
        const p = normal.reduce((sum, c, j) => sum + c * cycle.points[t]![j]!, map.d[u]!);
        offer(p, gradients.ofPreactivation(t, u), () => {
          const kind = collisionKind(map, gradients, cycle, regions, t, u);
          return kind && { cycle: index, kind, unit: u, pointIndex: t };
        });
      }
    for (const multiplier of eigenvalues(gradients.monodromy(), n)) {
      // Of a pair one stands for both.
      if (multiplier.im < 0) continue;
      offer(Math.hypot(multiplier.re, multiplier.im) - 1, gradients.ofModulus(multiplier), () => ({
        cycle: index,
        kind: crossingKind(multiplier),
        unit: null,
        pointIndex: null,
      }));
    }
  }
  if (found.best === null) return null;
  const { value, gradient, rest } = found.best;
  const largest = Array.from(gradient.keys())
    .sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!))
    .slice(0, NAMED)
    .filter((i) => gradient[i] !== 0);
  return {
    value,
    ...rest,
    weights: largest.map((i) => ({
      parameter: weights[i]!.parameter,
      index: weights[i]!.index,
      gradient: gradient[i]!,
    })),
  };
}

function crossingKind({ re, im }: Complex): 'dtb' | 'dfb' | 'center' {
  return im !== 0 ? 'center' : re > 0 ? 'dtb' : 'dfb';
}

/**
 * Feigin's classification with the Jacobians as they are now, by det(I - M) and det(I + M) on both sides of the border;
 * null for a persistence through which stability stays what it is: nothing changes there but the itinerary.
 */
function collisionKind(
  map: CanonicalMap,
  gradients: CycleGradients,
  { points }: EndCycle,
  regions: readonly Uint8Array[],
  t: number,
  u: number,
): 'bcb-fold' | 'bcb-flip' | 'bcb-persistence' | null {
  const { n } = map;
  const flipped = regions.map((bits, s) =>
    s === t ? bits.map((bit, v) => (v === u ? 1 - bit : bit)) : bits,
  );
  const here = gradients.monodromy();
  const beyond = new CycleGradients(map, points, flipped).monodromy();
  const differ = (sign: 1 | -1): boolean => detShifted(here, n, sign) < 0 !== detShifted(beyond, n, sign) < 0;
  if (differ(-1)) return 'bcb-fold';
  if (differ(1)) return 'bcb-flip';
  const unstable = (M: Float64Array): number =>
    eigenvalues(M, n).filter(({ re, im }) => Math.hypot(re, im) > 1).length;
  return unstable(here) === unstable(beyond) ? null : 'bcb-persistence';
}
