import { hasBorder, type IntegerMap } from './exact';
import { integers, magnitude } from './integers';
import { numbers, Refuted, TimeUp, Unchecked, whole } from './proofLines';
import { solveRefined, type SparseRows } from './refinement';

/** Bits after the point to which T and q are kept; what is cut off is accounted for. */
const BITS = 320n;
/** Work up to which T and q are solved for exactly, some seconds; and with refinement, some minutes. */
const EXACT_WORK = 1e9;
const REFINED_WORK = 3e8;
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
  /** At most T 2^BITS, row-major; the true value is at most the spread more. */
  readonly #T: bigint[];
  readonly #q: bigint[];
  readonly #Tspread: bigint[];
  readonly #qspread: bigint[];
  /** Without constant terms solutions are zero and rays. */
  readonly homogeneous: boolean;

  /**
   * Throws Unchecked when that takes too long, TimeUp when told to stop, Refuted where the base region's I - J is
   * singular.
   */
  constructor(
    readonly map: IntegerMap,
    readonly k: number,
    readonly base: readonly number[],
    stop: () => boolean = () => false,
  ) {
    const { n, L, shift, C, d, g } = map;
    const N = k * n;
    const K = k * L;
    this.size = K;
    this.homogeneous = g.every((v) => v === 0n) && d.every((v) => v === 0n);
    const digits = (2 * Number(shift) * N) / 64;
    const exactly = N * N * (N + K) * (digits + 4) ** 2 <= EXACT_WORK;
    const { X, denominator, errors, zero } = exactly ? this.#exact() : this.#refined(stop);
    // Each value below is a sum of C times entries of X, over this.
    const divisor = denominator << shift;
    this.#T = new Array<bigint>(K * K);
    this.#q = new Array<bigint>(K);
    this.#Tspread = new Array<bigint>(K * K);
    this.#qspread = new Array<bigint>(K);
    for (let v = 0; v < K; v++) {
      const t = Math.floor(v / L);
      const u = v % L;
      const sign = base[v] === 1 ? 1n : -1n;
      for (let j = 0; j <= K; j++) {
        let value = j === v ? divisor : j === K ? sign * d[u]! * denominator : 0n;
        let error = 0n;
        for (let l = 0; l < n; l++) {
          const c = C[u * n + l]!;
          if (c === 0n || zero(t * n + l, j)) continue;
          value += sign * c * X(t * n + l, j);
          error += magnitude(c) * errors(j);
        }
        const scaled = (value - error) << BITS;
        const quotient = floorDivide(scaled, divisor);
        const spread =
          error === 0n && quotient * divisor === scaled
            ? 0n
            : floorDivide((2n * error) << BITS, divisor) + 2n;
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

  /** (I - J) x = [B, b], with J and b those of the base region; all times 2^(2 shift). */
  #equations(): { M: Map<number, bigint>[]; R: (row: number, column: number) => bigint } {
    const { map, k, base } = this;
    const { n, L, shift, A, B, C, d, g } = map;
    const M: Map<number, bigint>[] = Array.from({ length: k * n }, () => new Map());
    const offsets = new Array<bigint>(k * n);
    const add = (row: number, column: number, value: bigint): void => {
      if (value !== 0n) M[row]!.set(column, (M[row]!.get(column) ?? 0n) + value);
    };
    for (let t = 0; t < k; t++)
      for (let i = 0; i < n; i++) {
        const row = ((t + 1) % k) * n + i;
        add(row, row, 1n << (2n * shift));
        let offset = g[i]! << shift;
        for (let j = 0; j < n; j++) add(row, t * n + j, -(A[i * n + j]! << shift));
        for (let u = 0; u < L; u++) {
          const f = B[i * L + u]!;
          if (base[t * L + u] === 0 || f === 0n) continue;
          for (let j = 0; j < n; j++) add(row, t * n + j, -f * C[u * n + j]!);
          offset += f * d[u]!;
        }
        offsets[row] = offset;
      }
    return {
      M,
      R: (row, column) => {
        if (column === k * L) return offsets[row]!;
        const [t, u] = [Math.floor(column / L), column % L];
        return (t + 1) % k === Math.floor(row / n) ? B[(row % n) * L + u]! << shift : 0n;
      },
    };
  }

  #exact(): Solutions {
    const { M, R } = this.#equations();
    const N = M.length;
    const columns = this.size + 1;
    const rows = M.map((row, r) => [
      ...Array.from({ length: N }, (_, c) => row.get(c) ?? 0n),
      ...Array.from({ length: columns }, (_, c) => R(r, c)),
    ]);
    const denominator = eliminate(rows, N);
    return {
      X: (row, column) => rows[row]![N + column]!,
      denominator,
      errors: () => 0n,
      zero: () => false,
    };
  }

  /** Where the points have the same base, what a unit does is the same for all of them, later by as many steps. */
  #refined(stop: () => boolean): Solutions {
    const { map, base, size } = this;
    const { n, L } = map;
    const { M, R } = this.#equations();
    const N = M.length;
    const alike = base.every((bit, v) => bit === base[v % L]);
    const columns = alike ? L + 1 : size + 1;
    if (N * N * (columns + n) > REFINED_WORK)
      throw new Unchecked('solving its equations would take too long');
    const sparse: SparseRows = M.map((row) => [...row].map(([column, value]) => ({ column, value })));
    // The constant terms come last.
    const of = (column: number): number => (alike && column === columns - 1 ? size : column);
    const right = M.map((_, r) => Array.from({ length: columns }, (_c, c) => R(r, of(c))));
    const solved = solveRefined(sparse, right, 1n << (2n * map.shift), BITS + 64n, stop);
    if (stop()) throw new TimeUp();
    if (solved === null) throw new Unchecked('its equations are too ill-conditioned to be solved');
    const touched = reached(sparse, right);
    const place = (row: number, column: number): [number, number] => {
      if (!alike) return [row, column];
      if (column === size) return [row, columns - 1];
      const t = Math.floor(column / L);
      return [(row - t * n + N) % N, column % L];
    };
    return {
      X: (row, column) => {
        const [r, c] = place(row, column);
        return solved.X[r]![c]!;
      },
      denominator: 1n << (BITS + 64n),
      errors: (column) => solved.errors[place(0, column)[1]]!,
      zero: (row, column) => {
        const [r, c] = place(row, column);
        return !touched[c]![r]!;
      },
    };
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
        const high = low + this.#Tspread[i * size + j]!;
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
        error[a] = v[i]! * this.#Tspread[a]! + v[j]! * this.#Tspread[b]!;
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
      constant += f * (this.#q[i]! + (f > 0n ? this.#qspread[i]! : 0n));
    });
    for (let v = 0, k = 0; v < size; v++) {
      while (k < indexes.length && indexes[k]! < v) k++;
      if (states[v] !== 1) note(indexes[k] === v ? y[k]! << BITS : 0n);
      if (states[v] === 0) continue;
      let coefficient = 0n;
      for (let m = 0; m < indexes.length; m++) {
        const at = indexes[m]! * size + v;
        const f = y[m]!;
        coefficient -= f * (f > 0n ? this.#T[at]! + this.#Tspread[at]! : this.#T[at]!);
      }
      note(coefficient);
    }
    return { least, constant, none };
  }
}

/** X / denominator, each entry off by at most its column's error / denominator, but for those that are known to be 0. */
interface Solutions {
  X(row: number, column: number): bigint;
  readonly denominator: bigint;
  errors(column: number): bigint;
  zero(row: number, column: number): boolean;
}

/** By column of R: which entries of X, M X = R, may differ from zero at all, by what M and R connect. */
function reached(M: SparseRows, R: readonly (readonly bigint[])[]): boolean[][] {
  // x_i depends on right-hand side i and on x_j where M_ij is not zero.
  const dependents: number[][] = M.map(() => []);
  M.forEach((row, i) => {
    for (const { column, value } of row) if (column !== i && value !== 0n) dependents[column]!.push(i);
  });
  return Array.from({ length: R[0]?.length ?? 0 }, (_, c) => {
    const seen = R.map((row) => row[c] !== 0n);
    const open = seen.flatMap((v, i) => (v ? [i] : []));
    for (let i = open.pop(); i !== undefined; i = open.pop())
      for (const j of dependents[i]!)
        if (!seen[j]) {
          seen[j] = true;
          open.push(j);
        }
    return seen;
  });
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
