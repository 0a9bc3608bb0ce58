import type { UniquePart } from '../report/proof';
import { gamma } from './enclosure';
import type { Lcp } from './lcp';

export interface Uniqueness extends Pick<UniquePart, 'argument'> {
  /** As in `UniquePart`. */
  readonly weights: Float64Array;
  /** The argument in words. */
  readonly text: string;
}

/**
 * Sufficient conditions for T to be a P-matrix, shown with every error accounted for: then the complementarity
 * problem has exactly one solution whatever q (Cottle, Pang, Stone, theorem 3.3.7).
 *
 * @returns null when none applies.
 */
export function uniqueByPMatrix(lcp: Lcp, stop: () => boolean = () => false): Uniqueness | null {
  const v = dominant(lcp);
  if (v)
    return {
      argument: 'dominant',
      weights: v,
      text: 'T is generalised diagonally dominant with positive diagonal',
    };
  const { L, T } = lcp;
  const one = new Float64Array(L).fill(1);
  const scaled = Float64Array.from({ length: L }, (_, i) => 1 / Math.max(T[i * L + i]!, 1e-3));
  for (const weights of [one, scaled, balance(lcp)]) {
    if (positiveDefinite(lcp, weights, stop))
      return {
        argument: 'definite',
        weights,
        text: 'the symmetric part of T, rows scaled, is positive definite',
      };
  }
  return null;
}

/** T_ii v_i > sum_j |T_ij| v_j for some v > 0: T is an H-matrix with positive diagonal, hence a P-matrix. */
function dominant(lcp: Lcp): Float64Array | null {
  const { L, T, Terror } = lcp;
  let v: Float64Array = new Float64Array(L).fill(1);
  let next: Float64Array = new Float64Array(L);
  for (let i = 0; i < L; i++) if (!(T[i * L + i]! - Terror[i * L + i]! > 0)) return null;
  const g = 1 + 2 * gamma(L + 4);
  for (let round = 0; round < 60; round++) {
    let holds = true;
    let largest = 0;
    for (let i = 0; i < L; i++) {
      let sum = 0;
      for (let j = 0; j < L; j++) if (j !== i) sum += (Math.abs(T[i * L + j]!) + Terror[i * L + j]!) * v[j]!;
      const own = T[i * L + i]! - Terror[i * L + i]!;
      if (!(own * v[i]! > sum * g + 1e-290)) holds = false;
      next[i] = sum / own;
      largest = Math.max(largest, next[i]!);
    }
    if (holds) return v;
    if (!(largest > 0) || !Number.isFinite(largest)) return null;
    for (let i = 0; i < L; i++) next[i] = next[i]! / largest + 1e-3 * v[i]! + 1e-6;
    [v, next] = [next, v];
  }
  return null;
}

/** Row weights that make sum_j |T_ij| and sum_j |T_ji| alike. */
function balance(lcp: Lcp): Float64Array {
  const { L, T } = lcp;
  const weights = new Float64Array(L).fill(1);
  for (let round = 0; round < 30; round++) {
    for (let i = 0; i < L; i++) {
      let row = 1e-9;
      let column = 1e-9;
      for (let j = 0; j < L; j++) {
        if (j === i) continue;
        row += T[i * L + j]! ** 2 * weights[i]!;
        column += T[j * L + i]! ** 2 * weights[j]!;
      }
      weights[i] = weights[i]! * Math.sqrt(Math.min(Math.max(column / row, 0.25), 4));
    }
  }
  return weights;
}

/**
 * D T + T' D positive definite for D = diag(weights) > 0: z' D T z > 0 for z != 0, so T is a P-matrix. Shown by a
 * Cholesky factorisation of a matrix made smaller by a bound on its own rounding (S. M. Rump, BIT 46 (2006) 433-452).
 */
function positiveDefinite(lcp: Lcp, weights: Float64Array, stop: () => boolean): boolean {
  const { L, T, Terror } = lcp;
  const S = new Float64Array(L * L);
  let trace = 0;
  let spread = 0;
  for (let i = 0; i < L; i++) {
    let row = 0;
    for (let j = 0; j < L; j++) {
      const a = weights[i]! * T[i * L + j]!;
      const b = weights[j]! * T[j * L + i]!;
      S[i * L + j] = (a + b) / 2;
      row +=
        weights[i]! * Terror[i * L + j]! +
        weights[j]! * Terror[j * L + i]! +
        (Math.abs(a) + Math.abs(b)) * 1e-15;
    }
    if (!(S[i * L + i]! > 0)) return false;
    trace += S[i * L + i]!;
    spread = Math.max(spread, row);
  }
  const shift = (2 * gamma(L + 2) * trace + spread) * 1.01;
  for (let i = 0; i < L; i++) S[i * L + i] = S[i * L + i]! - shift;
  for (let k = 0; k < L; k++) {
    if (stop()) return false;
    let pivot = S[k * L + k]!;
    for (let m = 0; m < k; m++) pivot -= S[k * L + m]! ** 2;
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    S[k * L + k] = root;
    for (let i = k + 1; i < L; i++) {
      let v = S[i * L + k]!;
      for (let m = 0; m < k; m++) v -= S[i * L + m]! * S[k * L + m]!;
      S[i * L + k] = v / root;
    }
  }
  return true;
}
