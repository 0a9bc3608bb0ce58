import type { Random } from '../random';
import type { WordSolver } from './solver';
import { tailPeriod, type Word } from './words';

/** Where one simulated orbit went. */
export type Fate =
  /** The region word became periodic and its cycle is being approached. `word` has the period's length. */
  | { readonly kind: 'periodic'; readonly word: Word; readonly state: Float64Array }
  | { readonly kind: 'divergent' }
  /** F(z) = z to rounding, in a region whose word does not say so (a point on borders). */
  | { readonly kind: 'resting'; readonly state: Float64Array }
  /** Bounded, no period found. */
  | {
      readonly kind: 'aperiodic';
      readonly state: Float64Array;
      readonly exponent: number;
      readonly error: number;
    };

export interface Orbit {
  readonly fate: Fate;
  /** Region words of the beginning and of the end of the orbit: what the search of cycles draws on. */
  readonly words: readonly Word[];
  /** Largest |coordinate| after the transient; 0 when it diverged. */
  readonly extent: number;
}

export interface SimulationLimits {
  /** Most steps of one orbit. */
  readonly steps: number;
  /** Coordinates beyond this count as divergence. */
  readonly bound: number;
  /** S as far as it is known: the unit of what counts as rest. */
  readonly scale: number;
  readonly stop: () => boolean;
}

/** How much of the beginning and of the end is kept as words. */
const KEPT = 600;
/** Floating-point operations between two questions whether to stop. */
const UNASKED = 1e6;
/** A step shorter than this many S counts as rest. */
const REST = 1e-15;

/**
 * Iterates from `start` until the region word is periodic and the state follows, diverges, or the steps
 * run out. A period p is believed after three repetitions, when the word's own cycle is real and the state is
 * closer to it than one period before (`accept`).
 * @returns null when told to stop
 */
export function simulate(
  solver: WordSolver,
  start: Float64Array,
  limits: SimulationLimits,
  accept: (word: Word, state: Float64Array) => boolean,
): Orbit | null {
  const { n, L } = solver.map;
  const sequence = new Int32Array(limits.steps);
  const z = start.slice();
  const next = new Float64Array(n);
  const bits = new Uint8Array(L);
  let check = Math.min(128, limits.steps);
  let extent = 0;
  const unasked = Math.ceil(UNASKED / (n * n + n * L + 1));
  for (let t = 0; t < limits.steps; t++) {
    if (t % unasked === 0 && limits.stop()) return null;
    solver.kernel.step(z, 0, next, 0, bits);
    sequence[t] = solver.regions.id(bits);
    let size = 0;
    let moved = 0;
    for (let i = 0; i < n; i++) {
      const v = next[i]!;
      moved = Math.max(moved, Math.abs(v - z[i]!));
      if (!(Math.abs(v) <= limits.bound)) {
        solver.iterates += t + 1;
        return { fate: { kind: 'divergent' }, words: [sequence.slice(0, Math.min(t + 1, KEPT))], extent: 0 };
      }
      z[i] = v;
      size = Math.max(size, Math.abs(v));
    }
    if (t >= limits.steps / 4) extent = Math.max(extent, size);
    if (t + 1 !== check) continue;
    const length = Math.floor(check / 2);
    const p = tailPeriod(sequence, check, length);
    if (p <= length / 3) {
      // The word that the state's own future spells: position t + 1 continues where the tail ends.
      const word = sequence.slice(check - p, check);
      if (accept(word, z)) {
        solver.iterates += t + 1;
        extent = Math.max(extent, size);
        return {
          fate: { kind: 'periodic', word, state: z },
          words: [sequence.slice(0, Math.min(check, KEPT))],
          extent,
        };
      }
    }
    if (moved <= REST * limits.scale) {
      solver.iterates += t + 1;
      return {
        fate: { kind: 'resting', state: z },
        words: [sequence.slice(0, Math.min(check, KEPT))],
        extent,
      };
    }
    check = Math.min(check * 2, limits.steps);
  }
  solver.iterates += limits.steps;
  const { exponent, error } = exponentAlong(solver, sequence.subarray(limits.steps >> 1));
  return {
    fate: { kind: 'aperiodic', state: z, exponent, error },
    words: [sequence.slice(0, KEPT), sequence.slice(Math.max(KEPT, limits.steps - 4 * KEPT))],
    extent,
  };
}

/** Sizes of the tangent vector within which it is not normalised. */
const SIZES = [1e-100, 1e100] as const;

/**
 * Largest Lyapunov exponent per step along an orbit (growth of one tangent vector), with the standard error of the mean over
 * 16 batches.
 *
 * @param sequence numbers of the regions that the orbit passes
 */
function exponentAlong(solver: WordSolver, sequence: Int32Array): { exponent: number; error: number } {
  const { n } = solver.map;
  const jacobians: (Float64Array | undefined)[] = [];
  let v = new Float64Array(n).fill(1 / Math.sqrt(n));
  let w = new Float64Array(n);
  const batches: number[] = [];
  const each = Math.max(1, Math.floor(sequence.length / 17));
  for (let batch = 0; batch < 17; batch++) {
    let sum = 0;
    for (let t = batch * each; t < (batch + 1) * each; t++) {
      const id = sequence[t]!;
      const J = (jacobians[id] ??= solver.regions.piece(id).J);
      let square = 0;
      for (let i = 0; i < n; i++) {
        let s = 0;
        for (let j = 0; j < n; j++) s += J[i * n + j]! * v[j]!;
        w[i] = s;
        square += s * s;
      }
      [v, w] = [w, v];
      if (square > SIZES[0] && square < SIZES[1] && t + 1 < (batch + 1) * each) continue;
      const norm = Math.sqrt(square);
      if (!(norm > 0) || !Number.isFinite(norm))
        return { exponent: norm > 0 ? Infinity : -Infinity, error: 0 };
      for (let i = 0; i < n; i++) v[i] = v[i]! / norm;
      sum += Math.log(norm);
    }
    // The first batch lets the tangent vector find its direction.
    if (batch > 0) batches.push(sum / each);
  }
  const exponent = batches.reduce((a, b) => a + b, 0) / batches.length;
  const variance = batches.reduce((a, b) => a + (b - exponent) ** 2, 0) / (batches.length - 1);
  return { exponent, error: Math.sqrt(variance / batches.length) };
}

/** Uniform in the box |z_i| <= radius around `centre`. */
export function randomState(
  random: Random,
  n: number,
  radius: number,
  centre?: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(
    { length: n },
    (_, i) => (centre ? centre[i]! : 0) + (2 * random.uniform() - 1) * radius,
  );
}
