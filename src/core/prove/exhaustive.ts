import type { CanonicalMap } from '../map/canonical';
import { affineOf } from '../map/kernel';
import { encloseSolve, gamma, UNDERFLOW } from './enclosure';

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
  const level = Array.from({ length: k + 1 }, () => ({
    M: new Float64Array(n * n),
    Merror: new Float64Array(n * n),
    c: new Float64Array(n),
    cerror: new Float64Array(n),
  }));
  for (let i = 0; i < n; i++) level[0]!.M[i * n + i] = 1;
  const system = new Float64Array(n * n);
  const word = new Int32Array(k);
  let words = 0;
  let stopped = false;
  const g = gamma(n + 2);

  const advance = (t: number, letter: number): void => {
    const { J, Jerror, b, berror } = pieces[letter]!;
    const from = level[t]!;
    const to = level[t + 1]!;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let v = 0;
        let e = 0;
        for (let l = 0; l < n; l++) {
          const a = J[i * n + l]!;
          const m = from.M[l * n + j]!;
          v += a * m;
          e +=
            Math.abs(a) * from.Merror[l * n + j]! +
            Jerror[i * n + l]! * (Math.abs(m) + from.Merror[l * n + j]!) +
            g * Math.abs(a * m);
        }
        to.M[i * n + j] = v;
        to.Merror[i * n + j] = e * (1 + 1e-12) + UNDERFLOW;
      }
      let v = b[i]!;
      let e = berror[i]! + g * Math.abs(v);
      for (let l = 0; l < n; l++) {
        const a = J[i * n + l]!;
        const c = from.c[l]!;
        v += a * c;
        e +=
          Math.abs(a) * from.cerror[l]! +
          Jerror[i * n + l]! * (Math.abs(c) + from.cerror[l]!) +
          g * Math.abs(a * c);
      }
      to.c[i] = v;
      to.cerror[i] = e * (1 + 1e-12) + UNDERFLOW;
    }
  };

  const leaf = (primitive: boolean): void => {
    words++;
    const { M, Merror, c, cerror } = level[k]!;
    for (let i = 0; i < n * n; i++) system[i] = (i % (n + 1) === 0 ? 1 : 0) - M[i]!;
    for (let i = 0; i < n; i++) Merror[i * n + i] = Merror[i * n + i]! + Math.abs(system[i * n + i]!) * 2e-16;
    const first = encloseSolve(system, Merror, c, cerror, n, 1);
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
      advance(t, letter);
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

/** Whether some unit's preactivation at z = M z_1 + c certainly has the sign that the region forbids. */
function certainlyOutside(
  map: CanonicalMap,
  at: { M: Float64Array; Merror: Float64Array; c: Float64Array; cerror: Float64Array },
  first: { value: Float64Array; error: Float64Array },
  bits: Uint8Array,
): boolean {
  const { n, L, C, d } = map;
  const z = new Float64Array(n);
  const e = new Float64Array(n);
  const g = gamma(n + 2);
  for (let i = 0; i < n; i++) {
    let v = at.c[i]!;
    let error = at.cerror[i]! + g * Math.abs(v);
    for (let j = 0; j < n; j++) {
      const m = at.M[i * n + j]!;
      const x = first.value[j]!;
      v += m * x;
      error +=
        Math.abs(m) * first.error[j]! +
        at.Merror[i * n + j]! * (Math.abs(x) + first.error[j]!) +
        g * Math.abs(m * x);
    }
    z[i] = v;
    e[i] = error * (1 + 1e-12) + UNDERFLOW;
  }
  for (let u = 0; u < L; u++) {
    let p = d[u]!;
    let error = g * Math.abs(p);
    for (let j = 0; j < n; j++) {
      const c = C[u * n + j]!;
      if (c === 0) continue;
      const term = c * z[j]!;
      p += term;
      error += Math.abs(c) * e[j]! + g * Math.abs(term) + UNDERFLOW;
    }
    if (bits[u] ? p < -error * 1.000001 : p > error * 1.000001) return true;
  }
  return false;
}
