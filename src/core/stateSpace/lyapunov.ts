import type { CanonicalMap } from '../map/canonical';
import { Kernel, affineOf } from '../map/kernel';
import type { LyapunovEstimate } from '../report/types';

export interface LyapunovSpectrum {
  /** Per step, falling; -Infinity where the map collapses a direction. */
  readonly exponents: readonly number[];
  /** Standard error of each, from the spread over batches. */
  readonly errors: readonly number[];
  /** Kaplan-Yorke dimension: j + sum_(i <= j) l_i / |l_(j+1)|, j the largest number of exponents with a sum >= 0. */
  readonly dimension: number;
  /** Its standard error (jackknife over the batches). */
  readonly dimensionError: number;
  /** Whether the exponents that were asked for determine the dimension; else it is a lower bound. */
  readonly decided: boolean;
  readonly steps: number;
}

export interface LyapunovOptions {
  /** Steps that are averaged over. */
  readonly steps: number;
  /** Steps before, for the state and for the tangent vectors to find their place. */
  readonly transient: number;
  /** Coordinates beyond this count as divergence. */
  readonly bound: number;
  /** The largest exponents alone: so many tangent vectors. All when absent. */
  readonly vectors?: number;
  readonly stop?: () => boolean;
}

/** Batches that the standard errors are computed from. */
const BATCHES = 16;

/**
 * The Lyapunov spectrum along the orbit from `start`: tangent vectors are carried by the Jacobians and made
 * orthonormal after every step (G. Benettin et al., Meccanica 15 (1980) 9-20).
 * @returns null when the orbit diverges or the computation was stopped
 */
export function lyapunovSpectrum(
  map: CanonicalMap,
  start: ArrayLike<number>,
  { steps, transient, bound, vectors, stop }: LyapunovOptions,
): LyapunovSpectrum | null {
  const { n, L } = map;
  const m = Math.min(n, vectors ?? n);
  const kernel = new Kernel(map);
  const z = Float64Array.from(start);
  const next = new Float64Array(n);
  const bits = new Uint8Array(L);
  const J = new Float64Array(n * n);
  const b = new Float64Array(n);
  // Rows are the tangent vectors.
  let Q = new Float64Array(m * n);
  let image = new Float64Array(m * n);
  for (let i = 0; i < m; i++) Q[i * (n + 1)] = 1;
  const each = Math.max(1, Math.floor(steps / BATCHES));
  const batches = Array.from({ length: BATCHES }, () => new Float64Array(m));
  for (let t = -transient; t < each * BATCHES; t++) {
    if ((t & 255) === 0 && stop?.() === true) return null;
    kernel.step(z, 0, next, 0, bits);
    for (let i = 0; i < n; i++) if (!(Math.abs(next[i]!) <= bound)) return null;
    affineOf(map, bits, J, b);
    for (let v = 0; v < m; v++)
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += J[i * n + j]! * Q[v * n + j]!;
        image[v * n + i] = sum;
      }
    const sums = t < 0 ? null : batches[Math.floor(t / each)]!;
    for (let v = 0; v < m; v++) {
      const growth = orthonormalise(image, v, n);
      if (sums !== null) sums[v] = sums[v]! + Math.log(growth);
    }
    [Q, image] = [image, Q];
    z.set(next);
  }
  const exponents: number[] = [];
  const errors: number[] = [];
  for (let v = 0; v < m; v++) {
    const means = batches.map((sums) => sums[v]! / each);
    const mean = means.reduce((a, x) => a + x, 0) / BATCHES;
    exponents.push(mean);
    errors.push(
      Number.isFinite(mean)
        ? Math.sqrt(means.reduce((a, x) => a + (x - mean) ** 2, 0) / (BATCHES - 1) / BATCHES)
        : 0,
    );
  }
  const order = exponents.map((_, i) => i).sort((i, j) => exponents[j]! - exponents[i]!);
  const falling = order.map((i) => exponents[i]!);
  return {
    exponents: falling,
    errors: order.map((i) => errors[i]!),
    dimension: kaplanYorke(falling),
    dimensionError: dimensionError(batches.map((sums) => order.map((v) => sums[v]! / each))),
    decided: m === n || falling.reduce((a, x) => a + x, 0) < 0,
    steps: each * BATCHES,
  };
}

/** Jackknife: the dimension with each batch left out in turn. */
function dimensionError(batches: readonly (readonly number[])[]): number {
  const count = batches.length;
  const without = batches.map((_, left) => {
    const rest = batches.filter((_b, b) => b !== left);
    const means = rest[0]!.map((_v, v) => rest.reduce((sum, batch) => sum + batch[v]!, 0) / (count - 1));
    return kaplanYorke(means.sort((a, b) => b - a));
  });
  const mean = without.reduce((a, x) => a + x, 0) / count;
  return Math.sqrt(((count - 1) / count) * without.reduce((sum, d) => sum + (d - mean) ** 2, 0));
}

/** Multiplications that one estimate may cost, and its fewest steps. */
const ESTIMATE_WORK = 3e8;
const FEWEST_STEPS = 1600;
/** Exponents where all would cost too much. */
const LEADING = 10;

export interface EstimateOptions {
  /** Size of what is bounded. */
  readonly scale: number;
  readonly mostSteps: number;
  /** Where the orbit is a cycle, its length: whole turns are averaged over. */
  readonly period?: number;
  readonly stop: () => boolean;
}

/**
 * The spectrum along the orbit from a state on an attractor, over as many steps as a fixed amount of work allows; the
 * largest exponents alone where all would cost too much.
 * @returns null where the orbit diverges after all, or the computation was stopped
 */
export function estimateSpectrum(
  map: CanonicalMap,
  state: ArrayLike<number>,
  { scale, mostSteps, period = 0, stop }: EstimateOptions,
): LyapunovEstimate | null {
  const { n, L } = map;
  const affordable = (m: number): number => ESTIMATE_WORK / (n * n * (L + m + 1) + 2 * m * m * n + 50);
  const vectors = affordable(n) >= FEWEST_STEPS ? n : Math.min(n, LEADING);
  const wanted = Math.round(Math.max(FEWEST_STEPS, Math.min(mostSteps, affordable(vectors))));
  const turns = BATCHES * period;
  const steps = turns > 0 ? turns * Math.ceil(wanted / turns) : wanted;
  const bound = 1e8 * scale;
  const found = lyapunovSpectrum(map, state, { steps, transient: steps >> 3, bound, vectors, stop });
  if (!found) return null;
  const { exponents, errors, decided, dimension, dimensionError } = found;
  return {
    // JSON knows no -infinity, null stands for it.
    exponents: exponents.map((value) => (value === -Infinity ? null : value)),
    errors,
    dimension: decided ? dimension : null,
    dimensionError: decided ? dimensionError : 0,
    steps: found.steps,
  };
}

/** @param exponents falling */
export function kaplanYorke(exponents: readonly number[]): number {
  let sum = 0;
  for (const [j, exponent] of exponents.entries()) {
    if (sum + exponent < 0) return exponent === -Infinity ? j : j + sum / -exponent;
    sum += exponent;
  }
  return exponents.length;
}

/** Makes row v a unit vector orthogonal to the rows before; returns its length by then. A vanishing row gets a new direction. */
function orthonormalise(rows: Float64Array, v: number, n: number): number {
  const at = v * n;
  // Twice is enough (B. N. Parlett, The Symmetric Eigenvalue Problem, sec. 6.9).
  for (let pass = 0; pass < 2; pass++)
    for (let w = 0; w < v; w++) {
      let dot = 0;
      for (let i = 0; i < n; i++) dot += rows[at + i]! * rows[w * n + i]!;
      for (let i = 0; i < n; i++) rows[at + i] = rows[at + i]! - dot * rows[w * n + i]!;
    }
  let norm = 0;
  for (let i = 0; i < n; i++) norm += rows[at + i]! ** 2;
  norm = Math.sqrt(norm);
  if (norm > 0) {
    for (let i = 0; i < n; i++) rows[at + i] = rows[at + i]! / norm;
    return norm;
  }
  // The axis that lies least in the span of the rows before.
  let [best, least] = [0, Infinity];
  for (let axis = 0; axis < n; axis++) {
    let inside = 0;
    for (let w = 0; w < v; w++) inside += rows[w * n + axis]! ** 2;
    if (inside < least) [best, least] = [axis, inside];
  }
  rows.fill(0, at, at + n);
  rows[at + best] = 1;
  orthonormalise(rows, v, n);
  return 0;
}
