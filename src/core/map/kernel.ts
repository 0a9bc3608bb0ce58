import type { CanonicalMap } from './canonical';

/** The map as a stepping machine without allocation. Not to be shared between interleaved computations. */
export class Kernel {
  readonly n: number;
  readonly L: number;
  readonly #pre: Float64Array;

  constructor(readonly map: CanonicalMap) {
    this.n = map.n;
    this.L = map.L;
    this.#pre = new Float64Array(map.L);
  }

  /**
   * One step: `to[toAt..] = F(from[fromAt..])`; `bits` receives the region of the point that was left
   * (1 where C z + d > 0). `from` and `to` may overlap only if they are the same slice.
   */
  step(from: Float64Array, fromAt: number, to: Float64Array, toAt: number, bits: Uint8Array): void {
    const { n, L } = this;
    const { A, B, g } = this.map;
    this.region(from, fromAt, bits);
    const pre = this.#pre;
    const out = fromAt === toAt && from === to ? new Float64Array(n) : to;
    const at = out === to ? toAt : 0;
    for (let i = 0; i < n; i++) {
      let v = g[i]!;
      for (let j = 0; j < n; j++) v += A[i * n + j]! * from[fromAt + j]!;
      const row = i * L;
      for (let u = 0; u < L; u++) if (bits[u]) v += B[row + u]! * pre[u]!;
      out[at + i] = v;
    }
    if (out !== to) to.set(out, toAt);
  }

  /** Region bits of a point; leaves the preactivations C z + d in `preactivations`. */
  region(z: Float64Array, at: number, bits: Uint8Array): void {
    const { n, L } = this;
    const { C, d } = this.map;
    for (let u = 0; u < L; u++) {
      let v = d[u]!;
      const row = u * n;
      for (let j = 0; j < n; j++) v += C[row + j]! * z[at + j]!;
      this.#pre[u] = v;
      bits[u] = v > 0 ? 1 : 0;
    }
  }

  /** C z + d of the last call to `step` or `region`. */
  get preactivations(): Float64Array {
    return this.#pre;
  }
}

/** Region as a string of L bits, character u is unit u. */
export function regionString(bits: ArrayLike<number>): string {
  let out = '';
  for (let u = 0; u < bits.length; u++) out += bits[u] ? '1' : '0';
  return out;
}

/** J = A + B diag(bits) C (n x n) and b = g + B diag(bits) d of the region. */
export function affineOf(map: CanonicalMap, bits: ArrayLike<number>, J: Float64Array, b: Float64Array): void {
  const { n, L, A, B, C, d, g } = map;
  J.set(A);
  b.set(g);
  for (let u = 0; u < L; u++) {
    if (!bits[u]) continue;
    for (let i = 0; i < n; i++) {
      const f = B[i * L + u]!;
      if (f === 0) continue;
      for (let j = 0; j < n; j++) J[i * n + j] = J[i * n + j]! + f * C[u * n + j]!;
      b[i] = b[i]! + f * d[u]!;
    }
  }
}

/**
 * The same system in other units of length: z' = z * factor. With a power of two nothing is rounded.
 * The map is positively homogeneous: only d and g change.
 */
export function rescale(map: CanonicalMap, factor: number): CanonicalMap {
  return { ...map, d: map.d.map((v) => v * factor), g: map.g.map((v) => v * factor) };
}
