import { detShifted } from '../bifurcation/cycleOnLine';
import type { Bits } from '../bifurcation/collision';
import { pairTest } from '../bifurcation/follow';
import { multiply } from '../linalg/dense';
import { luFactor, luSolve } from '../linalg/lu';
import { affineOf } from '../map/kernel';
import type { PlaneFamily } from './family';

/**
 * The test functions of one word over the plane, real or virtual.
 *
 * The candidate z_1 = adj(I - M) c / det(I - M) has a pole where det(I - M) = 0. All margins are therefore taken times that
 * determinant, which makes them smooth everywhere (polynomials, where the entries of the map are): the pole is one more
 * curve, and others can be followed across it. The cycle is real where every margin has the sign of the determinant.
 */
export class WordFunctions {
  readonly k: number;
  /** k L margins, point by point: C z_t + d times det(I - M), with the sign that is positive for the word's bit. */
  readonly margins: Float64Array;
  /** det(I - M) */
  plusOne = 0;
  /** The first point times det(I - M). */
  readonly first: Float64Array;
  /** M = J_k .. J_1 */
  readonly M: Float64Array;
  readonly #J: Float64Array;
  readonly #pieces = new Map<string, { J: Float64Array; b: Float64Array; bits: Uint8Array }>();
  readonly #letters: { J: Float64Array; b: Float64Array; bits: Uint8Array }[];
  readonly #c: Float64Array;
  readonly #Z: Float64Array;
  readonly #next: Float64Array;
  readonly #system: Float64Array;
  readonly #pivots: Int32Array;

  constructor(
    readonly family: PlaneFamily,
    readonly word: Bits,
  ) {
    const { n, L } = family;
    this.k = word.length;
    this.margins = new Float64Array(this.k * L);
    this.first = new Float64Array(n);
    this.M = new Float64Array(n * n);
    this.#J = new Float64Array(n * n);
    this.#c = new Float64Array(n);
    this.#Z = new Float64Array(n);
    this.#next = new Float64Array(n);
    this.#system = new Float64Array(n * n);
    this.#pivots = new Int32Array(n);
    this.#letters = word.map((bits) => {
      const key = bits.join('');
      let piece = this.#pieces.get(key);
      if (!piece) {
        piece = { J: new Float64Array(n * n), b: new Float64Array(n), bits };
        this.#pieces.set(key, piece);
      }
      return piece;
    });
  }

  evaluate(u: number, v: number): void {
    const { n, L } = this.family;
    const map = this.family.at(u, v);
    for (const { J, b, bits } of this.#pieces.values()) affineOf(map, bits, J, b);
    const M = this.M;
    const c = this.#c;
    const next = this.#next;
    M.set(this.#letters[0]!.J);
    c.set(this.#letters[0]!.b);
    for (let t = 1; t < this.k; t++) {
      const { J, b } = this.#letters[t]!;
      multiply(J, M, this.#J, n);
      M.set(this.#J);
      for (let i = 0; i < n; i++) {
        let sum = b[i]!;
        for (let j = 0; j < n; j++) sum += J[i * n + j]! * c[j]!;
        next[i] = sum;
      }
      c.set(next);
    }
    const Z = this.#Z;
    const determinant = this.#solve(Z);
    this.first.set(Z);
    this.plusOne = determinant;
    const { C, d } = map;
    for (let t = 0; t < this.k; t++) {
      const { J, b, bits } = this.#letters[t]!;
      for (let r = 0; r < L; r++) {
        let p = d[r]! * determinant;
        for (let j = 0; j < n; j++) p += C[r * n + j]! * Z[j]!;
        this.margins[t * L + r] = bits[r] ? p : -p;
      }
      for (let i = 0; i < n; i++) {
        let sum = b[i]! * determinant;
        for (let j = 0; j < n; j++) sum += J[i * n + j]! * Z[j]!;
        next[i] = sum;
      }
      Z.set(next);
    }
  }

  /** det(I + M) at the place of the last evaluation. */
  get minusOne(): number {
    return detShifted(this.M, this.family.n, 1);
  }

  /** prod_{i<j} (1 - lambda_i lambda_j) at the place of the last evaluation; costly for n > 2. */
  get pair(): number {
    return this.family.n > 1 ? pairTest(this.M, this.family.n) : 1;
  }

  /** Whether the cycle is real at the place of the last evaluation. */
  get real(): boolean {
    const sign = Math.sign(this.plusOne);
    if (sign === 0) return false;
    for (const value of this.margins) if (!(value * sign > 0)) return false;
    return true;
  }

  /** Z = adj(I - M) c, and returns det(I - M). */
  #solve(Z: Float64Array): number {
    const { n } = this.family;
    const M = this.M;
    const c = this.#c;
    if (n === 1) {
      Z[0] = c[0]!;
      return 1 - M[0]!;
    }
    if (n === 2) {
      Z[0] = (1 - M[3]!) * c[0]! + M[1]! * c[1]!;
      Z[1] = M[2]! * c[0]! + (1 - M[0]!) * c[1]!;
      return detShifted(M, n, -1);
    }
    const system = this.#system;
    for (let i = 0; i < n * n; i++) system[i] = (i % (n + 1) === 0 ? 1 : 0) - M[i]!;
    Z.set(c);
    if (luFactor(system, n, this.#pivots) === 0) {
      Z.fill(Number.NaN);
      return 0;
    }
    luSolve(system, n, this.#pivots, Z);
    let determinant = 1;
    for (let i = 0; i < n; i++)
      determinant *= this.#pivots[i] === i ? system[i * n + i]! : -system[i * n + i]!;
    for (let i = 0; i < n; i++) Z[i] = Z[i]! * determinant;
    return determinant;
  }
}
