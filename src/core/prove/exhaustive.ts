import type { CanonicalMap } from '../map/canonical';
import { affineOf } from '../map/kernel';
import { gamma, UNDERFLOW } from './enclosure';
import { advance, certainlyOutside, firstPoint, identityComposite } from './shooting';

/**
 * Proof by exhaustion: every itinerary of order k is solved with an error bound, and either its solution is
 * certainly outside its regions or it is handed on. Holds everywhere in state space.
 */
export interface Exhaustion {
  /** Itineraries (region bit vectors, least rotation) whose solution is or may be in its regions. */
  readonly candidates: Uint8Array[][];
  /**
   * Itineraries whose I - M could not be shown to be regular. Powers of shorter words are among them: where a shorter
   * word's M has a root of unity as multiplier, families of order k surround its solution.
   */
  readonly singular: Uint8Array[][];
  readonly words: number;
  readonly stopped: boolean;
}

/** Affine pieces with bounds on the rounding of their entries. */
export interface Piece {
  readonly bits: Uint8Array;
  readonly J: Float64Array;
  readonly Jerror: Float64Array;
  readonly b: Float64Array;
  readonly berror: Float64Array;
}

/** Lyndon words of order k over `letters` letters: about letters^k / k. */
export function lyndonCount(letters: number, k: number): number {
  return letters ** k / k;
}

/**
 * Solves every Lyndon word (primitive, least rotation) of length k over the regions, and looks at the powers of shorter
 * ones.
 * @param regions all regions that are not empty
 */
export function exhaust(
  map: CanonicalMap,
  regions: readonly Uint8Array[],
  k: number,
  stop: () => boolean,
): Exhaustion {
  const { n } = map;
  const pieces = regions.map((bits) => pieceOf(map, bits));
  const candidates: Uint8Array[][] = [];
  const singular: Uint8Array[][] = [];
  // Prefix products and offsets with their errors, one level per letter: words that share a prefix share its work.
  const level = Array.from({ length: k + 1 }, () => identityComposite(n));
  const system = new Float64Array(n * n);
  const word = new Int32Array(k);
  let words = 0;
  let stopped = false;

  const leaf = (primitive: boolean): void => {
    words++;
    const first = firstPoint(level[k]!, system, n);
    const itinerary = (): Uint8Array[] => Array.from(word, (letter) => pieces[letter]!.bits);
    if (first === null) {
      singular.push(itinerary());
      return;
    }
    // A power's one solution is the shorter word's.
    if (!primitive) return;
    // z_j = prefix_j z_1 + c_j, from the same enclosure.
    for (let t = 0; t < k; t++) if (certainlyOutside(map, level[t]!, first, pieces[word[t]!]!.bits)) return;
    candidates.push(itinerary());
  };

  // Lyndon words and their powers in lexicographic order as a tree: extend by letters not below the letter one period
  // back (Fredricksen, Kessler, Maiorana).
  const extend = (t: number, period: number): void => {
    if (stopped || (words % 256 === 0 && stop())) {
      stopped = true;
      return;
    }
    if (t === k) {
      if (k % period === 0) leaf(period === k);
      return;
    }
    const least = t === 0 ? 0 : word[t - period]!;
    for (let letter = least; letter < pieces.length; letter++) {
      word[t] = letter;
      advance(pieces[letter]!, level[t]!, level[t + 1]!, n);
      extend(t + 1, t === 0 || letter === least ? (t === 0 ? 1 : period) : t + 1);
      if (stopped) return;
    }
  };
  extend(0, 1);
  return { candidates, singular, words, stopped };
}

export function pieceOf(map: CanonicalMap, bits: Uint8Array): Piece {
  const { n, L, A, B, C, d, g } = map;
  const J = new Float64Array(n * n);
  const b = new Float64Array(n);
  affineOf(map, bits, J, b);
  const Jerror = new Float64Array(n * n);
  const berror = new Float64Array(n);
  const rounding = gamma(L + 1);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let magnitude = Math.abs(A[i * n + j]!);
      let terms = 0;
      for (let u = 0; u < L; u++) {
        const term = bits[u] ? Math.abs(B[i * L + u]! * C[u * n + j]!) : 0;
        if (bits[u] && B[i * L + u] !== 0 && C[u * n + j] !== 0) terms++;
        magnitude += term;
      }
      Jerror[i * n + j] = terms > 0 ? rounding * magnitude + UNDERFLOW : 0;
    }
    let magnitude = Math.abs(g[i]!);
    let terms = 0;
    for (let u = 0; u < L; u++) {
      const term = bits[u] ? Math.abs(B[i * L + u]! * d[u]!) : 0;
      if (bits[u] && B[i * L + u] !== 0 && d[u] !== 0) terms++;
      magnitude += term;
    }
    berror[i] = terms > 0 ? rounding * magnitude + UNDERFLOW : 0;
  }
  return { bits, J, Jerror, b, berror };
}
