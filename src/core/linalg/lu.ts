/**
 * LU factorisation with partial pivoting, in place, on a flat row-major n x n matrix.
 * `pivots[i]` is the row exchanged with row i.
 * @returns the smallest pivot divided by the largest entry of the input; 0 when exactly singular.
 */
export function luFactor(a: Float64Array, n: number, pivots: Int32Array): number {
  let largest = 0;
  for (let i = 0; i < n * n; i++) largest = Math.max(largest, Math.abs(a[i]!));
  if (!(largest > 0) || largest === Infinity) return 0;
  let smallest = Infinity;
  for (let c = 0; c < n; c++) {
    let p = c;
    let best = Math.abs(a[c * n + c]!);
    for (let r = c + 1; r < n; r++) {
      const v = Math.abs(a[r * n + c]!);
      if (v > best) {
        best = v;
        p = r;
      }
    }
    pivots[c] = p;
    if (!(best > 0)) return 0;
    smallest = Math.min(smallest, best);
    if (p !== c) {
      for (let j = 0; j < n; j++) {
        const t = a[c * n + j]!;
        a[c * n + j] = a[p * n + j]!;
        a[p * n + j] = t;
      }
    }
    const inverse = 1 / a[c * n + c]!;
    for (let r = c + 1; r < n; r++) {
      const f = a[r * n + c]! * inverse;
      a[r * n + c] = f;
      if (f !== 0) for (let j = c + 1; j < n; j++) a[r * n + j] = a[r * n + j]! - f * a[c * n + j]!;
    }
  }
  return smallest / largest;
}

/** Solves with the factors of `luFactor`, in place on `b[offset .. offset + n)`. */
export function luSolve(lu: Float64Array, n: number, pivots: Int32Array, b: Float64Array, offset = 0): void {
  for (let i = 0; i < n; i++) {
    const p = pivots[i]!;
    if (p !== i) {
      const t = b[offset + i]!;
      b[offset + i] = b[offset + p]!;
      b[offset + p] = t;
    }
  }
  for (let i = 1; i < n; i++) {
    let v = b[offset + i]!;
    for (let j = 0; j < i; j++) v -= lu[i * n + j]! * b[offset + j]!;
    b[offset + i] = v;
  }
  for (let i = n - 1; i >= 0; i--) {
    let v = b[offset + i]!;
    for (let j = i + 1; j < n; j++) v -= lu[i * n + j]! * b[offset + j]!;
    b[offset + i] = v / lu[i * n + i]!;
  }
}
