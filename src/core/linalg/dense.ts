/** out = a b for flat row-major n x n matrices; `out` must be another array. */
export function multiply(a: Float64Array, b: Float64Array, out: Float64Array, n: number): void {
  if (n === 2) {
    const a0 = a[0]!;
    const a1 = a[1]!;
    const a2 = a[2]!;
    const a3 = a[3]!;
    const b0 = b[0]!;
    const b1 = b[1]!;
    const b2 = b[2]!;
    const b3 = b[3]!;
    out[0] = a0 * b0 + a1 * b2;
    out[1] = a0 * b1 + a1 * b3;
    out[2] = a2 * b0 + a3 * b2;
    out[3] = a2 * b1 + a3 * b3;
    return;
  }
  // Two rows by four columns at a time: their sums stay in registers.
  const rows = n - (n & 1);
  const columns = n - (n & 3);
  for (let i = 0; i < rows; i += 2) {
    const r = i * n;
    const q = r + n;
    let j = 0;
    for (; j < columns; j += 4) {
      let r0 = 0;
      let r1 = 0;
      let r2 = 0;
      let r3 = 0;
      let q0 = 0;
      let q1 = 0;
      let q2 = 0;
      let q3 = 0;
      for (let k = 0, p = j; k < n; k++, p += n) {
        const x = a[r + k]!;
        const y = a[q + k]!;
        const b0 = b[p]!;
        const b1 = b[p + 1]!;
        const b2 = b[p + 2]!;
        const b3 = b[p + 3]!;
        r0 += x * b0;
        r1 += x * b1;
        r2 += x * b2;
        r3 += x * b3;
        q0 += y * b0;
        q1 += y * b1;
        q2 += y * b2;
        q3 += y * b3;
      }
      out[r + j] = r0;
      out[r + j + 1] = r1;
      out[r + j + 2] = r2;
      out[r + j + 3] = r3;
      out[q + j] = q0;
      out[q + j + 1] = q1;
      out[q + j + 2] = q2;
      out[q + j + 3] = q3;
    }
    for (; j < n; j++) {
      let x = 0;
      let y = 0;
      for (let k = 0, p = j; k < n; k++, p += n) {
        x += a[r + k]! * b[p]!;
        y += a[q + k]! * b[p]!;
      }
      out[r + j] = x;
      out[q + j] = y;
    }
  }
  if (rows < n)
    for (let j = 0; j < n; j++) {
      let x = 0;
      for (let k = 0, p = j; k < n; k++, p += n) x += a[rows * n + k]! * b[p]!;
      out[rows * n + j] = x;
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
