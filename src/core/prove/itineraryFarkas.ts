import { gamma, UNDERFLOW } from './enclosure';
import type { Piece } from './exhaustive';
import type { Box } from './slabs';

/** One inequality on point t of an orbit, times a multiplier >= 0. */
export interface OrbitRow {
  /** Which point, from 0. */
  readonly t: number;
  /** n numbers at `at` in `c`: the row is c z. */
  readonly c: Float64Array;
  readonly at: number;
  /** true: c z <= bound; false: c z >= bound. */
  readonly upper: boolean;
  readonly bound: number;
  readonly multiplier: number;
}

/**
 * Checks proofs that no orbit z_0, z_1 = J_0 z_0 + b_0, .. inside a box fulfils given inequalities on its points.
 *
 * With l_t = (sum of multiplier times row of point t) + J_t^T l_{t+1}, any orbit fulfils
 *
 *     sum of multiplier (row z_t - bound) = l_0 z_0 + sum l_{t+1} b_t - sum multiplier bound,
 *
 * which must be >= 0. It is excluded when the right-hand side is negative on the whole box. The equations of each step
 * enter as they stand: nothing is composed, so that an error is made once in each l_t, and weighs as much as the box
 * is wide there, however long the orbit.
 */
export class ItineraryFarkas {
  #ahead: Float64Array;
  #here: Float64Array;
  readonly #size: Float64Array;
  readonly #reach: Float64Array;
  readonly #rounding: number;

  constructor(
    private readonly n: number,
    private readonly box: Box,
  ) {
    this.#ahead = new Float64Array(n);
    this.#here = new Float64Array(n);
    this.#size = new Float64Array(n);
    this.#reach = box.lower.map((v, j) => Math.max(Math.abs(v), Math.abs(box.upper[j]!)));
    // Sums of n + 2 rows and n products in each entry.
    this.#rounding = gamma(2 * n + 8);
  }

  /**
   * @param pieces the affine pieces of points 0, 1, ..: at least up to the last point but one of the rows
   * @param rows at most n + 1
   */
  excludes(pieces: readonly Piece[], rows: readonly OrbitRow[], count: number): boolean {
    const { n } = this;
    const { lower, upper } = this.box;
    const size = this.#size;
    let last = 0;
    for (let k = 0; k < count; k++) {
      if (!(rows[k]!.multiplier >= 0)) return false;
      last = Math.max(last, rows[k]!.t);
    }
    let constant = 0;
    let magnitude = 0;
    let error = 0;
    for (let t = last; t >= 0; t--) {
      const here = this.#here.fill(0);
      size.fill(0);
      if (t < last) {
        const { J, Jerror, b, berror } = pieces[t]!;
        const ahead = this.#ahead;
        for (let i = 0; i < n; i++) {
          const l = ahead[i]!;
          if (l === 0) continue;
          const term = l * b[i]!;
          constant += term;
          magnitude += Math.abs(term);
          error += Math.abs(l) * berror[i]!;
          for (let j = 0; j < n; j++) {
            const p = l * J[i * n + j]!;
            here[j] = here[j]! + p;
            size[j] = size[j]! + Math.abs(p);
            error += Math.abs(l) * Jerror[i * n + j]! * this.#reach[j]!;
          }
        }
      }
      for (let k = 0; k < count; k++) {
        const row = rows[k]!;
        if (row.t !== t) continue;
        const y = row.upper ? -row.multiplier : row.multiplier;
        for (let j = 0; j < n; j++) {
          const p = y * row.c[row.at + j]!;
          here[j] = here[j]! + p;
          size[j] = size[j]! + Math.abs(p);
        }
        const term = y * row.bound;
        constant -= term;
        magnitude += Math.abs(term);
      }
      for (let j = 0; j < n; j++) error += (this.#rounding * size[j]! + UNDERFLOW) * this.#reach[j]!;
      this.#here = this.#ahead;
      this.#ahead = here;
    }
    for (let j = 0; j < n; j++) {
      const p = this.#ahead[j]! * lower[j]!;
      const q = this.#ahead[j]! * upper[j]!;
      constant += Math.max(p, q);
      magnitude += Math.max(Math.abs(p), Math.abs(q));
    }
    const rounding = gamma((last + 2) * (n + 2) + count) * magnitude;
    return constant + (rounding + error) * (1 + 1e-9) + (last + 2) * (n + 2) * UNDERFLOW < 0;
  }
}
