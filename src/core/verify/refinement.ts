import { magnitude } from './integers';

/** A square matrix of integers by rows: what is not listed is zero. */
export type SparseRows = readonly (readonly { readonly column: number; readonly value: bigint }[])[];

/** Bits of the approximate inverse. */
const INVERSE_BITS = 60;

/**
 * Solves M X = R in fixed point: with an approximate inverse Y in doubles, taken for the integers it is rounded to, and
 * G = I - Y M (computed exactly), X* - X = (I - G)^-1 Y (R - M X), so that |X* - X| <= |Y (R - M X)| / (1 - |G|) in the
 * greatest-entry norm (S. M. Rump, Acta Numerica 19 (2010), sec. 10). Each refinement gains what |G| is less than 1 by.
 * @param M N rows, and R its right-hand sides, N rows of m entries: both times the same factor
 * @param bits after the point
 * @param stop asked often; true gives up
 * @returns X times 2^bits, and what every entry of a column may be off by in that unit; null where M is too ill-conditioned
 */
export function solveRefined(
  M: SparseRows,
  R: readonly (readonly bigint[])[],
  factor: bigint,
  bits: bigint,
  stop: () => boolean,
): { X: bigint[][]; errors: bigint[] } | null {
  const N = M.length;
  const inverse = approximateInverse(M, factor);
  if (inverse === null) return null;
  const { Y, shift } = inverse;
  // |I - Y M|, times 2^shift factor.
  const one = factor << shift;
  let most = 0n;
  const product = new Array<bigint>(N);
  for (let i = 0; i < N; i++) {
    if (stop()) return null;
    product.fill(0n);
    product[i] = one;
    for (let k = 0; k < N; k++) {
      const y = Y[i]![k]!;
      if (y !== 0n) for (const { column, value } of M[k]!) product[column] = product[column]! - y * value;
    }
    let sum = 0n;
    for (const v of product) sum += magnitude(v);
    if (sum > most) most = sum;
  }
  if (4n * most > one) return null;
  const columns = R[0]?.length ?? 0;
  const X = Array.from({ length: N }, () => new Array<bigint>(columns).fill(0n));
  const errors: bigint[] = [];
  const residual = new Array<bigint>(N);
  for (let c = 0; c < columns; c++) {
    for (let before = -1n; ;) {
      if (stop()) return null;
      for (let k = 0; k < N; k++) {
        let v = R[k]![c]! << bits;
        for (const { column, value } of M[k]!) v -= value * X[column]![c]!;
        residual[k] = v;
      }
      const steps = Y.map((row) => {
        let v = 0n;
        for (let k = 0; k < N; k++) if (row[k] !== 0n && residual[k] !== 0n) v += row[k]! * residual[k]!;
        return v / one;
      });
      const size = steps.reduce((largest, v) => (magnitude(v) > largest ? magnitude(v) : largest), 0n);
      // 1 / (1 - |G|) <= 4/3; the quotients are cut by less than 1.
      if (size <= 1n || (before >= 0n && 2n * size > before)) {
        errors.push(2n * (size + 1n));
        break;
      }
      before = size;
      for (let i = 0; i < N; i++) X[i]![c] = X[i]![c]! + steps[i]!;
    }
  }
  return { X, errors };
}

/** Gauss-Jordan with partial pivoting in doubles, of M / factor; rounded to multiples of 2^-shift. */
function approximateInverse(M: SparseRows, factor: bigint): { Y: bigint[][]; shift: bigint } | null {
  const N = M.length;
  const a = Array.from({ length: N }, () => new Float64Array(2 * N));
  // Some hundred bits less than all of them are still more than a double holds.
  const length = factor.toString(2).length;
  const cut = BigInt(Math.max(0, length - 900));
  const unit = Number(factor >> cut);
  M.forEach((row, i) => {
    for (const { column, value } of row) a[i]![column] = Number(value >> cut) / unit;
    a[i]![N + i] = 1;
  });
  for (let c = 0; c < N; c++) {
    let best = c;
    for (let r = c + 1; r < N; r++) if (Math.abs(a[r]![c]!) > Math.abs(a[best]![c]!)) best = r;
    [a[c], a[best]] = [a[best]!, a[c]!];
    const pivotRow = a[c]!;
    const pivot = pivotRow[c]!;
    if (!(Math.abs(pivot) > 0)) return null;
    for (let j = c; j < 2 * N; j++) pivotRow[j] = pivotRow[j]! / pivot;
    for (let r = 0; r < N; r++) {
      const f = a[r]![c]!;
      if (r === c || f === 0) continue;
      const row = a[r]!;
      for (let j = c; j < 2 * N; j++) if (pivotRow[j] !== 0) row[j] = row[j]! - f * pivotRow[j]!;
    }
  }
  let largest = 0;
  for (const row of a) for (let j = N; j < 2 * N; j++) largest = Math.max(largest, Math.abs(row[j]!));
  if (!(largest > 0 && largest < 1e250)) return null;
  const shift = Math.max(0, INVERSE_BITS - Math.ceil(Math.log2(largest)));
  if (shift > 1000) return null;
  const lift = 2 ** shift;
  return {
    Y: a.map((row) => Array.from({ length: N }, (_, j) => BigInt(Math.round(row[N + j]! * lift)))),
    shift: BigInt(shift),
  };
}
