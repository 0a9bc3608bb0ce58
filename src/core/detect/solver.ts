import { multiply } from '../linalg/dense';
import { luFactor, luSolve } from '../linalg/lu';
import type { CanonicalMap } from '../map/canonical';
import { Kernel } from '../map/kernel';
import { RegionTable } from '../map/regions';
import type { Word } from './words';

/** Relative pivot below which I - M counts as singular. */
const SINGULAR = 1e-14;

/**
 * The two elementary steps of the search, without allocation:
 * solving the cycle equations of a word, and reading off the word that a state's true orbit spells.
 */
export class WordSolver {
  readonly kernel: Kernel;
  readonly regions: RegionTable;
  /** Number of linear systems solved so far. */
  solves = 0;
  /** Map iterates so far. */
  iterates = 0;
  /** First point of the last solved word. */
  readonly point: Float64Array;
  readonly #M: Float64Array;
  readonly #M2: Float64Array;
  readonly #c: Float64Array;
  readonly #c2: Float64Array;
  readonly #z: Float64Array;
  readonly #pivots: Int32Array;
  readonly #bits: Uint8Array;

  constructor(readonly map: CanonicalMap) {
    const { n } = map;
    this.kernel = new Kernel(map);
    this.regions = new RegionTable(map);
    this.point = new Float64Array(n);
    this.#M = new Float64Array(n * n);
    this.#M2 = new Float64Array(n * n);
    this.#c = new Float64Array(n);
    this.#c2 = new Float64Array(n);
    this.#z = new Float64Array(n);
    this.#pivots = new Int32Array(n);
    this.#bits = new Uint8Array(map.L);
  }

  /**
   * Solves (I - M) z = c for the word's first point, M = J_k .. J_1, c = b_k + J_k b_{k-1} + ..
   * (mathematics: the k-cycle equation of Eisenmann et al. 2023). The result is in `point`.
   * @returns 'solved', 'singular' (no isolated solution) or 'overflow'
   */
  solve(word: Word): 'solved' | 'singular' | 'overflow' {
    this.solves++;
    const { n } = this.map;
    if (n === 2) return this.#solve2(word);
    let M = this.#M;
    let M2 = this.#M2;
    let c = this.#c;
    let c2 = this.#c2;
    const first = this.regions.piece(word[0]!);
    M.set(first.J);
    c.set(first.b);
    for (let t = 1; t < word.length; t++) {
      const { J, b } = this.regions.piece(word[t]!);
      multiply(J, M, M2, n);
      for (let i = 0; i < n; i++) {
        let v = b[i]!;
        for (let j = 0; j < n; j++) v += J[i * n + j]! * c[j]!;
        c2[i] = v;
      }
      [M, M2] = [M2, M];
      [c, c2] = [c2, c];
    }
    for (let i = 0; i < n * n; i++) M[i] = -M[i]!;
    for (let i = 0; i < n; i++) M[i * n + i] = M[i * n + i]! + 1;
    if (luFactor(M, n, this.#pivots) < SINGULAR) return Number.isFinite(M[0]!) ? 'singular' : 'overflow';
    luSolve(M, n, this.#pivots, c);
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(c[i]!)) return 'overflow';
      this.point[i] = c[i]!;
    }
    return 'solved';
  }

  #solve2(word: Word): 'solved' | 'singular' | 'overflow' {
    const first = this.regions.piece(word[0]!);
    let m0 = first.J[0]!;
    let m1 = first.J[1]!;
    let m2 = first.J[2]!;
    let m3 = first.J[3]!;
    let c0 = first.b[0]!;
    let c1 = first.b[1]!;
    for (let t = 1; t < word.length; t++) {
      const { J, b } = this.regions.piece(word[t]!);
      const j0 = J[0]!;
      const j1 = J[1]!;
      const j2 = J[2]!;
      const j3 = J[3]!;
      const a0 = j0 * m0 + j1 * m2;
      const a1 = j0 * m1 + j1 * m3;
      m2 = j2 * m0 + j3 * m2;
      m3 = j2 * m1 + j3 * m3;
      m0 = a0;
      m1 = a1;
      const e0 = j0 * c0 + j1 * c1 + b[0]!;
      c1 = j2 * c0 + j3 * c1 + b[1]!;
      c0 = e0;
    }
    const p = 1 - m0;
    const q = 1 - m3;
    const determinant = p * q - m1 * m2;
    const size = Math.max(Math.abs(p), Math.abs(q), Math.abs(m1), Math.abs(m2));
    if (!(size < Infinity)) return 'overflow';
    if (Math.abs(determinant) <= SINGULAR * size * size) return 'singular';
    const x = (q * c0 + m1 * c1) / determinant;
    const y = (m2 * c0 + p * c1) / determinant;
    if (!(Math.abs(x) < Infinity && Math.abs(y) < Infinity)) return 'overflow';
    this.point[0] = x;
    this.point[1] = y;
    return 'solved';
  }

  /** Word of the true orbit of `start` over `out.length` steps; false when the orbit leaves |z| <= bound. */
  spell(start: Float64Array, out: Word, bound: number): boolean {
    const { n } = this.map;
    const z = this.#z;
    z.set(start);
    const next = this.#c2;
    for (let t = 0; t < out.length; t++) {
      this.kernel.step(z, 0, next, 0, this.#bits);
      out[t] = this.regions.id(this.#bits);
      for (let i = 0; i < n; i++) {
        const v = next[i]!;
        if (!(Math.abs(v) <= bound)) {
          this.iterates += t + 1;
          return false;
        }
        z[i] = v;
      }
    }
    this.iterates += out.length;
    return true;
  }
}
