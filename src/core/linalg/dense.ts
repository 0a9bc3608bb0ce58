/** out = a b for flat row-major n x n matrices; `out` must be another array. */
export function multiply(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  if (n === 2) {
    const [a0, a1, a2, a3] = [a[0]!, a[1]!, a[2]!, a[3]!];
    const [b0, b1, b2, b3] = [b[0]!, b[1]!, b[2]!, b[3]!];
    out[0] = a0 * b0 + a1 * b2;
    out[1] = a0 * b1 + a1 * b3;
    out[2] = a2 * b0 + a3 * b2;
    out[3] = a2 * b1 + a3 * b3;
    return;
  }
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
