/** Linear systems solved with a bound on the error of every entry. */

/** Half the distance from 1 to the next double: the largest relative error of one operation. */
export const UNIT = Number.EPSILON / 2;

/** More than any underflow in one entry can amount to. */
export const UNDERFLOW = 1e-300;

/** Covers the rounding of the bounds themselves. */
const INFLATE = 1 + 1e-12;

/** Rounding of a sum of `terms` products, relative to the sum of their absolute values. */
export function gamma(terms: number): number {
  const v = (terms + 2) * UNIT;
  return (v / (1 - v)) * INFLATE;
}

export interface Enclosed {
  /** n x m, row-major */
  readonly value: Float64Array;
  /** |true - value| <= error, entry by entry */
  readonly error: Float64Array;
}

/**
 * Encloses X in M X = R for every M and R within their error bounds.
 *
 * With an approximate inverse Y of M and E = I - Y M, |E| <= G and ||G|| < 1, every such M is regular and
 * |X - X~| <= e + ||e|| ||G|| / (1 - ||G||), e = |Y| |R - M X~| (S. M. Rump, Acta Numerica 19 (2010), sec. 10).
 * Every quantity is bounded together with its own rounding.
 *
 * @param M n x n, with error bounds `Merror` (null: exact)
 * @param R n x m, with error bounds `Rerror` (null: exact)
 * @param stop asked before each row and column; true gives up
 * @returns null when M cannot be shown to be regular.
 */
export function encloseSolve(
  M: Float64Array,
  Merror: Float64Array | null,
  R: Float64Array,
  Rerror: Float64Array | null,
  n: number,
  m: number,
  stop: (() => boolean) | undefined = undefined,
): Enclosed | null {
  const Y = approximateInverse(M, n, stop);
  if (Y === null) return null;
  const g = gamma(n + 1);
  const inM = nonzeros(M, n);
  const inY = nonzeros(Y, n);
  let norm = 0;
  const product = new Float64Array(n);
  const size = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    product.fill(0);
    size.fill(0);
    product[i] = -1;
    size[i] = 1;
    let spread = 0;
    for (const k of inY[i]!) {
      const y = Y[i * n + k]!;
      for (const j of inM[k]!) {
        const term = y * M[k * n + j]!;
        product[j] = product[j]! + term;
        size[j] = size[j]! + Math.abs(term);
      }
      if (Merror !== null) {
        let row = 0;
        for (let j = 0; j < n; j++) row += Merror[k * n + j]!;
        spread += Math.abs(y) * row;
      }
    }
    let rowSum = spread;
    for (let j = 0; j < n; j++) rowSum += Math.abs(product[j]!) + g * size[j]!;
    norm = Math.max(norm, rowSum * INFLATE);
    if (stop?.() === true) return null;
  }
  if (!(norm < 0.5)) return null;
  const value = new Float64Array(n * m);
  const error = new Float64Array(n * m);
  const residual = new Float64Array(n);
  const e = new Float64Array(n);
  for (let c = 0; c < m; c++) {
    if (stop?.() === true) return null;
    for (let i = 0; i < n; i++) residual[i] = R[i * m + c]!;
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < n; i++) {
        let v = 0;
        for (const k of inY[i]!) v += Y[i * n + k]! * residual[k]!;
        value[i * m + c] = value[i * m + c]! + v;
      }
      for (let i = 0; i < n; i++) {
        let v = R[i * m + c]!;
        for (const k of inM[i]!) v -= M[i * n + k]! * value[k * m + c]!;
        residual[i] = v;
      }
    }
    for (let i = 0; i < n; i++) {
      let magnitude = Math.abs(R[i * m + c]!);
      let spread = Rerror === null ? 0 : Rerror[i * m + c]!;
      let exact = magnitude === 0;
      for (const k of inM[i]!) {
        magnitude += Math.abs(M[i * n + k]! * value[k * m + c]!);
        exact &&= value[k * m + c] === 0;
      }
      if (Merror !== null)
        for (let k = 0; k < n; k++) spread += Merror[i * n + k]! * Math.abs(value[k * m + c]!);
      const rounding = exact ? 0 : g * magnitude + UNDERFLOW;
      residual[i] = (Math.abs(residual[i]!) + rounding + spread) * INFLATE;
    }
    let largest = 0;
    for (let i = 0; i < n; i++) {
      let v = 0;
      for (const k of inY[i]!) v += Math.abs(Y[i * n + k]!) * residual[k]!;
      e[i] = v * INFLATE;
      largest = Math.max(largest, e[i]!);
    }
    for (let i = 0; i < n; i++) {
      const bound = (e[i]! + (largest * norm) / (1 - norm)) * INFLATE;
      if (!Number.isFinite(bound)) return null;
      error[i * m + c] = bound;
    }
  }
  return { value, error };
}

/** Column numbers of the nonzero entries, row by row. */
function nonzeros(M: Float64Array, n: number): Int32Array[] {
  return Array.from({ length: n }, (_, i) => {
    const columns: number[] = [];
    for (let j = 0; j < n; j++) if (M[i * n + j] !== 0) columns.push(j);
    return Int32Array.from(columns);
  });
}

/** Gauss-Jordan with partial pivoting; null when a pivot is zero or the result is not finite. */
function approximateInverse(
  M: Float64Array,
  n: number,
  stop: (() => boolean) | undefined,
): Float64Array | null {
  const a = M.slice();
  const y = new Float64Array(n * n);
  for (let i = 0; i < n; i++) y[i * n + i] = 1;
  for (let c = 0; c < n; c++) {
    if (stop?.() === true) return null;
    let p = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r * n + c]!) > Math.abs(a[p * n + c]!)) p = r;
    const pivot = a[p * n + c]!;
    if (pivot === 0 || !Number.isFinite(pivot)) return null;
    for (let j = 0; j < n; j++) {
      const s = a[p * n + j]!;
      a[p * n + j] = a[c * n + j]!;
      a[c * n + j] = s / pivot;
      const t = y[p * n + j]!;
      y[p * n + j] = y[c * n + j]!;
      y[c * n + j] = t / pivot;
    }
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const f = a[r * n + c]!;
      if (f === 0) continue;
      for (let j = c; j < n; j++) a[r * n + j] = a[r * n + j]! - f * a[c * n + j]!;
      for (let j = 0; j < n; j++) y[r * n + j] = y[r * n + j]! - f * y[c * n + j]!;
    }
  }
  for (let i = 0; i < n * n; i++) if (!Number.isFinite(y[i]!)) return null;
  return y;
}
