import { InputError } from '../errors';
import type { CanonicalMap } from '../map/canonical';

/** Affine piece of a region on the line, J and b, with their first derivatives in s and their (constant) second ones. */
export interface LinePiece {
  readonly J: Float64Array;
  readonly J1: Float64Array;
  readonly J2: Float64Array;
  readonly b: Float64Array;
  readonly b1: Float64Array;
  readonly b2: Float64Array;
}

export function linePiece(n: number): LinePiece {
  const matrix = (): Float64Array => new Float64Array(n * n);
  const vector = (): Float64Array => new Float64Array(n);
  return { J: matrix(), J1: matrix(), J2: matrix(), b: vector(), b1: vector(), b2: vector() };
}

/** The maps theta(s) = (1 - s) theta_0 + s theta_1 between two canonical maps of the same size. */
export class Line {
  readonly n: number;
  readonly L: number;
  readonly #a: CanonicalMap;
  readonly #b: CanonicalMap;
  /** Derivative of the parameters in s. */
  readonly change: CanonicalMap;
  #at: { s: number; map: CanonicalMap } | null = null;

  /** Throws InputError where the two maps differ in size. */
  constructor(a: CanonicalMap, b: CanonicalMap) {
    if (a.n !== b.n || a.L !== b.L)
      throw new InputError(
        `The two maps differ in size: ${String(a.n)} states and ${String(a.L)} units beside ${String(b.n)} and ${String(b.L)}`,
        '',
        'Compare models of one architecture and size.',
      );
    this.n = a.n;
    this.L = a.L;
    this.#a = a;
    this.#b = b;
    this.change = mix(a, b, (x, y) => y - x);
  }

  /** The map at s; outside [0, 1] the line goes on. */
  map(s: number): CanonicalMap {
    if (this.#at?.s !== s) {
      const map = s === 0 ? this.#a : s === 1 ? this.#b : mix(this.#a, this.#b, (x, y) => x + s * (y - x));
      this.#at = { s, map };
    }
    return this.#at!.map;
  }

  piece(s: number, bits: Uint8Array, out: LinePiece): void {
    const { n, L } = this;
    const { A, B, C, d, g } = this.map(s);
    const { A: A1, B: B1, C: C1, d: d1, g: g1 } = this.change;
    out.J.set(A);
    out.J1.set(A1);
    out.J2.fill(0);
    out.b.set(g);
    out.b1.set(g1);
    out.b2.fill(0);
    for (let u = 0; u < L; u++) {
      if (!bits[u]) continue;
      for (let i = 0; i < n; i++) {
        const f = B[i * L + u]!;
        const f1 = B1[i * L + u]!;
        if (f === 0 && f1 === 0) continue;
        for (let j = 0; j < n; j++) {
          const c = C[u * n + j]!;
          const c1 = C1[u * n + j]!;
          const at = i * n + j;
          out.J[at] = out.J[at]! + f * c;
          out.J1[at] = out.J1[at]! + f1 * c + f * c1;
          out.J2[at] = out.J2[at]! + 2 * f1 * c1;
        }
        out.b[i] = out.b[i]! + f * d[u]!;
        out.b1[i] = out.b1[i]! + f1 * d[u]! + f * d1[u]!;
        out.b2[i] = out.b2[i]! + 2 * f1 * d1[u]!;
      }
    }
  }
}

function mix(a: CanonicalMap, b: CanonicalMap, f: (x: number, y: number) => number): CanonicalMap {
  const each = (x: Float64Array, y: Float64Array): Float64Array => x.map((v, i) => f(v, y[i]!));
  return {
    n: a.n,
    L: a.L,
    A: each(a.A, b.A),
    B: each(a.B, b.B),
    C: each(a.C, b.C),
    d: each(a.d, b.d),
    g: each(a.g, b.g),
  };
}
