import { commonShift, hasBorder, toInteger, type IntegerMap } from './exact';
import { numbers, Refuted, Unchecked, whole } from './proofLines';

/** Bits after the point to which T and q are kept; what is cut off is accounted for. */
const BITS = 320n;
/** Work of solving for T and q exactly: some tens of seconds. */
const WORK = 1e10;
/** What is taken off the diagonal before a factorisation in floating point, in units of the trace and the size. */
const MARGINS = [1e-14, 1e-15, 1e-16];

/** What multipliers exclude. */
export type Excluded = 'everywhere' | 'within';

/**
 * The equations of k-cycles as o = q + T s, o, s >= 0, o_v s_v = 0 (see `TreePart`), T and q from the model's own
 * numbers: solved for in integers, then cut to `BITS` with the error on the unfavourable side.
 */
export class Complementarity {
  /** k L */
  readonly size: number;
  /** Floor of T 2^BITS, row-major; the true value is at most `#spread` more. */
  readonly #T: bigint[];
  readonly #q: bigint[];
  readonly #Tspread: Uint8Array;
  readonly #qspread: Uint8Array;
  /** Without constant terms solutions are zero and rays. */
  readonly homogeneous: boolean;

  /** Throws Unchecked when that takes too long, Refuted where the base region's I - J is singular. */
  constructor(
    readonly map: IntegerMap,
    readonly k: number,
    readonly base: readonly number[],
  ) {
    const { n, L, shift, A, B, C, d, g } = map;
    const N = k * n;
    const K = k * L;
    this.size = K;
    this.homogeneous = g.every((v) => v === 0n) && d.every((v) => v === 0n);
    const digits = (2 * Number(shift) * N) / 64;
    if (N * N * (N + K) * (digits + 4) ** 2 > WORK)
      throw new Unchecked('solving its equations exactly would take too long');
    // (I - J) X = [B, b], with J and b those of the base region; all times 2^(2 shift).
    const rows = Array.from({ length: N }, (_, r) => {
      const row = new Array<bigint>(N + K + 1).fill(0n);
      row[r] = 1n << (2n * shift);
      return row;
    });
    for (let t = 0; t < k; t++)
      for (let i = 0; i < n; i++) {
        const row = rows[((t + 1) % k) * n + i]!;
        for (let j = 0; j < n; j++) row[t * n + j] = row[t * n + j]! - (A[i * n + j]! << shift);
        let offset = g[i]! << shift;
        for (let u = 0; u < L; u++) {
          const f = B[i * L + u]!;
          row[N + t * L + u] = f << shift;
          if (base[t * L + u] === 0 || f === 0n) continue;
          for (let j = 0; j < n; j++) row[t * n + j] = row[t * n + j]! - f * C[u * n + j]!;
          offset += f * d[u]!;
        }
        row[N + K] = offset;
      }
    const D = eliminate(rows, N);
    const divisor = D << shift;
    this.#T = new Array<bigint>(K * K);
    this.#q = new Array<bigint>(K);
    this.#Tspread = new Uint8Array(K * K);
    this.#qspread = new Uint8Array(K);
    for (let v = 0; v < K; v++) {
      const t = Math.floor(v / L);
      const u = v % L;
      const sign = base[v] === 1 ? 1n : -1n;
      for (let j = 0; j <= K; j++) {
        let value = j === v ? divisor : j === K ? sign * d[u]! * D : 0n;
        for (let l = 0; l < n; l++) value += sign * C[u * n + l]! * rows[t * n + l]![N + j]!;
        const scaled = value << BITS;
        const quotient = floorDivide(scaled, divisor);
        const spread = quotient * divisor === scaled ? 0 : 1;
        if (j < K) {
          this.#T[v * K + j] = quotient;
          this.#Tspread[v * K + j] = spread;
        } else {
          this.#q[v] = quotient;
          this.#qspread[v] = spread;
        }
      }
    }
  }

  /** State of a unit without a border: it is the same everywhere. null for the others. */
  constantState(v: number): number | null {
    const { map, base } = this;
    const u = v % map.L;
    if (hasBorder(map, u)) return null;
    return (map.d[u]! > 0n ? 1 : 0) ^ base[v]!;
  }

  /**
   * What multipliers [index, value, ..] of the equations exclude: for all solutions, or for those with
   * sum(o) + sum(s) <= radius. Any solution fulfils sum_i y_i o_i - sum_j (y' T)_j s_j = y' q.
   * @param states by unit: 0 where s = 0, 1 where o = 0, -1 open
   */
  within(multipliers: unknown, states: Int8Array, radius: number): Excluded {
    const { least, constant, none } = this.#combine(multipliers, states);
    if (none || least >= 0n) {
      if (constant < 0n) return 'everywhere';
    } else if (compareTimes(constant, least, radius) < 0) return 'within';
    throw new Refuted('its multipliers exclude nothing');
  }

  /** Throws Refuted unless the multipliers exclude all solutions with sum(o) + sum(s) >= radius. */
  beyond(multipliers: unknown, states: Int8Array, radius: number): void {
    const { least, constant, none } = this.#combine(multipliers, states);
    // Where nothing may differ from zero, the sum is 0 and the radius positive.
    if (none || (least > 0n && compareTimes(constant, least, radius) < 0)) return;
    throw new Refuted('its multipliers exclude nothing');
  }

  /** T_ii v_i > sum_j |T_ij| v_j for all i. */
  dominates(weights: readonly number[]): boolean {
    const { size } = this;
    const v = integers(weights).values;
    if (v.some((w) => w <= 0n)) return false;
    return v.every((own, i) => {
      let sum = 0n;
      for (let j = 0; j < size; j++) {
        if (j === i) continue;
        const low = this.#T[i * size + j]!;
        const high = low + BigInt(this.#Tspread[i * size + j]!);
        sum += v[j]! * (magnitude(low) > magnitude(high) ? magnitude(low) : magnitude(high));
      }
      return this.#T[i * size + i]! * own > sum;
    });
  }

  /**
   * Whether diag(v) T + T' diag(v) is positive definite: it is R R' + E for any R, and positive definite where E has
   * a positive diagonal and is diagonally dominant. R comes from a factorisation in floating point, of which nothing
   * is asked.
   */
  definite(weights: readonly number[]): boolean {
    const { size } = this;
    const { values: v, shift } = integers(weights);
    if (v.some((w) => w <= 0n)) return false;
    const one = Number(BITS);
    const S = new Float64Array(size * size);
    const exact = new Array<bigint>(size * size);
    const error = new Array<bigint>(size * size);
    let trace = 0;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const [a, b] = [i * size + j, j * size + i];
        exact[a] = v[i]! * this.#T[a]! + v[j]! * this.#T[b]!;
        error[a] = v[i]! * BigInt(this.#Tspread[a]!) + v[j]! * BigInt(this.#Tspread[b]!);
        S[a] = approximate(exact[a]!, one + shift);
        if (i === j) trace += S[a]!;
      }
    return MARGINS.some((margin) => {
      const less = S.slice();
      for (let i = 0; i < size; i++) less[i * size + i] = less[i * size + i]! - margin * size * trace;
      const R = cholesky(less, size);
      return R !== null && dominatedRemainder(R, exact, error, BigInt(one + shift), size);
    });
  }

  /** Least lower bound of a coefficient, and an upper bound of y' q, in the same unit. */
  #combine(multipliers: unknown, states: Int8Array): { least: bigint; constant: bigint; none: boolean } {
    const { size } = this;
    const list = numbers(multipliers);
    const indexes: number[] = [];
    for (let k = 0; k < list.length; k += 2) indexes.push(whole(list[k], 0, size - 1));
    if (list.length % 2 !== 0 || indexes.some((v, k) => k > 0 && v <= indexes[k - 1]!))
      throw new Refuted('its multipliers are not listed by rising index');
    const { values: y } = integers(list.filter((_, k) => k % 2 === 1));
    let constant = 0n;
    let least = 0n;
    let none = true;
    const note = (coefficient: bigint): void => {
      if (none || coefficient < least) least = coefficient;
      none = false;
    };
    indexes.forEach((i, k) => {
      const f = y[k]!;
      constant += f * (this.#q[i]! + (f > 0n ? BigInt(this.#qspread[i]!) : 0n));
    });
    for (let v = 0, k = 0; v < size; v++) {
      while (k < indexes.length && indexes[k]! < v) k++;
      if (states[v] !== 1) note(indexes[k] === v ? y[k]! << BITS : 0n);
      if (states[v] === 0) continue;
      let coefficient = 0n;
      for (let m = 0; m < indexes.length; m++) {
        const at = indexes[m]! * size + v;
        const f = y[m]!;
        coefficient -= f * (f > 0n && this.#Tspread[at] === 1 ? this.#T[at]! + 1n : this.#T[at]!);
      }
      note(coefficient);
    }
    return { least, constant, none };
  }
}

/** Whether S - R R' has a positive diagonal and is diagonally dominant. @param shift S and its error are times 2^shift */
function dominatedRemainder(
  R: Float64Array,
  S: readonly bigint[],
  error: readonly bigint[],
  shift: bigint,
  size: number,
): boolean {
  const r = Array.from(R, (x) => BigInt(Math.round(x * 2 ** 60)));
  const lift = shift - 120n;
  for (let i = 0; i < size; i++) {
    let own = 0n;
    let others = 0n;
    for (let j = 0; j < size; j++) {
      let product = 0n;
      for (let m = 0; m <= Math.min(i, j); m++) product += r[i * size + m]! * r[j * size + m]!;
      const E = S[i * size + j]! - (product << lift);
      if (i === j) own = E - error[i * size + j]!;
      else others += magnitude(E) + error[i * size + j]!;
    }
    if (!(own > others)) return false;
  }
  return true;
}

/** Sign of a - b r. */
function compareTimes(a: bigint, b: bigint, r: number): number {
  const { values, shift } = integers([r]);
  const difference = (a << BigInt(shift)) - b * values[0]!;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Numbers times 2^shift, without rounding. */
export function integers(list: readonly number[]): { values: bigint[]; shift: number } {
  const shift = commonShift([list]);
  return { values: list.map((v) => toInteger(v, shift)), shift };
}

/**
 * Fraction-free Gauss-Jordan (E. H. Bareiss, Math. Comp. 22 (1968) 565-578) on N rows [M | R].
 * @returns D > 0; the rows' right-hand sides become those of D X with M X = R
 */
function eliminate(rows: bigint[][], N: number): bigint {
  let before = 1n;
  for (let k = 0; k < N; k++) {
    const at = rows.findIndex((row, i) => i >= k && row[k] !== 0n);
    if (at < 0) throw new Refuted('the base region has a singular I - J');
    [rows[k], rows[at]] = [rows[at]!, rows[k]!];
    const pivotRow = rows[k]!;
    const pivot = pivotRow[k]!;
    for (let i = 0; i < N; i++) {
      if (i === k) continue;
      const row = rows[i]!;
      const f = row[k]!;
      for (let j = k + 1; j < row.length; j++) {
        const v = row[j]!;
        const w = f === 0n ? 0n : pivotRow[j]!;
        if (v === 0n && w === 0n) continue;
        row[j] = (w === 0n ? v * pivot : v * pivot - f * w) / before;
      }
      row[k] = 0n;
    }
    before = pivot;
  }
  if (before > 0n) return before;
  for (const row of rows) for (let j = N; j < row.length; j++) row[j] = -row[j]!;
  return -before;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b > a ? quotient - 1n : quotient;
}

export function magnitude(v: bigint): bigint {
  return v < 0n ? -v : v;
}

/** v 2^-shift, roughly. */
function approximate(v: bigint, shift: number): number {
  const kept = shift > 100 ? shift - 100 : 0;
  return Number(v >> BigInt(kept)) * 2 ** (kept - shift);
}

function cholesky(S: Float64Array, size: number): Float64Array | null {
  const R = new Float64Array(size * size);
  for (let k = 0; k < size; k++)
    for (let i = k; i < size; i++) {
      let v = S[i * size + k]!;
      for (let m = 0; m < k; m++) v -= R[i * size + m]! * R[k * size + m]!;
      if (i === k && !(v > 0)) return null;
      R[i * size + k] = i === k ? Math.sqrt(v) : v / R[k * size + k]!;
    }
  return R;
}
