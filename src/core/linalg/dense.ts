/** out = a b for flat row-major n x n matrices; `out` must be another array. */
export function multiply(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < n; j++) out[row + j] = 0;
    for (let k = 0; k < n; k++) {
      const f = a[row + k]!;
      if (f !== 0) for (let j = 0; j < n; j++) out[row + j] = out[row + j]! + f * b[k * n + j]!;
    }
  }
}

export function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

export function maxAbs(a: ArrayLike<number>): number {
  let out = 0;
  for (let i = 0; i < a.length; i++) out = Math.max(out, Math.abs(a[i]!));
  return out;
}
