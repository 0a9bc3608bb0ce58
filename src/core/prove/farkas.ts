import { gamma, UNDERFLOW } from './enclosure';
import type { Lcp } from './lcp';

/** How far an accepted proof reaches. */
export enum Reach {
  None,
  /** All solutions with sum(o) + sum(s) <= radius are excluded. */
  Within,
  /** All solutions are excluded. */
  Everywhere,
}

/**
 * Checks proofs that o = q + T s has no solution with o, s >= 0 and all variables but the allowed ones zero.
 *
 * For any multipliers y, sum_i y_i o_i - sum_j (y^T T)_j s_j = y^T q. If the coefficient of every allowed variable is
 * >= 0 and y^T q < 0 there is no solution (Farkas). Coefficients >= -h suffice for solutions with
 * sum(o) + sum(s) <= radius when y^T q < -h radius; coefficients >= h > 0 exclude solutions with
 * sum(o) + sum(s) >= radius when y^T q < h radius. Nothing is asked of where y comes from: everything is evaluated
 * from T and q themselves with its rounding and their errors on the unfavourable side.
 */
export class FarkasChecker {
  /** Bounds of T: the side that makes -y_i T_ij small, for y_i > 0 and y_i < 0. */
  private readonly upper: Float64Array;
  private readonly lower: Float64Array;
  private readonly qupper: Float64Array;
  private readonly qlower: Float64Array;
  private readonly low: Float64Array;
  /** Largest |T_ij|, at least 1. */
  readonly largest: number;

  constructor(
    private readonly lcp: Lcp,
    private readonly reach: number,
  ) {
    const { L, T, Terror, q, qerror } = lcp;
    // Covers the products, their sum in any order and the forming of these bounds.
    const g = 2 * gamma(L + 4);
    this.upper = new Float64Array(L * L);
    this.lower = new Float64Array(L * L);
    this.qupper = new Float64Array(L);
    this.qlower = new Float64Array(L);
    this.low = new Float64Array(L);
    let largest = 1;
    for (let i = 0; i < L * L; i++) {
      const h = radius(T[i]!, Terror[i]!, g);
      this.upper[i] = T[i]! + h;
      this.lower[i] = T[i]! - h;
      largest = Math.max(largest, Math.abs(T[i]!));
    }
    this.largest = largest;
    for (let i = 0; i < L; i++) {
      const h = radius(q[i]!, qerror[i]!, g);
      this.qupper[i] = q[i]! + h;
      this.qlower[i] = q[i]! - h;
    }
  }

  /**
   * @param y L multipliers
   * @param allowed 2 L flags: o_0 .., s_0 ..
   */
  inner(y: Float64Array, allowed: Uint8Array): Reach {
    const { L } = this.lcp;
    const constant = this.combine(y);
    // Sums of products below 1e-290 could have lost digits to underflow.
    if (!(constant < -1e-290)) return Reach.None;
    const { low } = this;
    let least = 0;
    for (let i = 0; i < L; i++) if (allowed[i] === 1 && y[i]! < least) least = y[i]!;
    for (let j = 0; j < L; j++) {
      if (allowed[L + j] === 0) continue;
      const c = low[j]!;
      if (c > 1e-290 || (c === 0 && this.columnVanishes(y, j))) continue;
      least = Math.min(least, c - 1e-290);
    }
    if (least === 0) return Reach.Everywhere;
    return constant < least * this.reach * (1 + 1e-12) ? Reach.Within : Reach.None;
  }

  /** Excludes solutions with sum(o) + sum(s) >= radius. */
  outer(y: Float64Array, allowed: Uint8Array): boolean {
    const { L } = this.lcp;
    const constant = this.combine(y);
    const { low } = this;
    let least = Infinity;
    for (let i = 0; i < L; i++) if (allowed[i] === 1) least = Math.min(least, y[i]!);
    for (let j = 0; j < L; j++) if (allowed[L + j] === 1) least = Math.min(least, low[j]!);
    return least > 1e-290 && Number.isFinite(constant) && constant < least * this.reach * (1 - 1e-12);
  }

  /** Lower bounds of the coefficients of s into `low`; returns an upper bound of y^T q. */
  private combine(y: Float64Array): number {
    const { L } = this.lcp;
    const { upper, lower, qupper, qlower, low } = this;
    let constant = 0;
    low.fill(0);
    for (let i = 0; i < L; i++) {
      const f = y[i]!;
      if (f === 0) continue;
      const T = f > 0 ? upper : lower;
      constant += f * (f > 0 ? qupper[i]! : qlower[i]!);
      const row = i * L;
      for (let j = 0; j < L; j++) low[j] = low[j]! - f * T[row + j]!;
    }
    return constant;
  }

  /** -(y^T T)_j is zero exactly because no product in it is other than zero. */
  private columnVanishes(y: Float64Array, j: number): boolean {
    const { L, T, Terror } = this.lcp;
    for (let i = 0; i < L; i++)
      if (y[i] !== 0 && (T[i * L + j] !== 0 || Terror[i * L + j] !== 0)) return false;
    return true;
  }
}

/** Zero only for an exact zero. */
function radius(value: number, error: number, g: number): number {
  return value === 0 && error === 0 ? 0 : (g * (Math.abs(value) + error) + error) * (1 + 1e-12) + UNDERFLOW;
}
