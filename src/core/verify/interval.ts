import type { CanonicalMap } from '../map/canonical';

/**
 * Interval arithmetic in doubles: each number is a pair [low, high] in a flat array, and every sum is widened by more than
 * its rounding can be, the widening's own rounding included (N. J. Higham, Accuracy and Stability of Numerical
 * Algorithms, 2nd ed. 2002, sec. 3.1). What overflows becomes infinite or NaN and decides nothing.
 */
export type Intervals = Float64Array;

/** Twice the largest relative error of an operation, and more than underflow can amount to. */
const STEP = Number.EPSILON;
const TINY = 1e-300;

/** The affine pieces z -> J z + b of a map, with their rounding. */
export interface Piece {
  readonly bits: string;
  readonly J: Intervals;
  readonly b: Intervals;
}

/** Encloses the piece of a region. @param bits a string of L bits */
export function pieceOf({ n, L, A, B, C, d, g }: CanonicalMap, bits: string): Piece {
  const J = new Float64Array(2 * n * n);
  const b = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= n; j++) {
      let sum = j < n ? A[i * n + j]! : g[i]!;
      let size = Math.abs(sum);
      let terms = 0;
      for (let u = 0; u < L; u++) {
        if (bits[u] !== '1') continue;
        const term = B[i * L + u]! * (j < n ? C[u * n + j]! : d[u]!);
        if (term === 0 && (B[i * L + u] === 0 || (j < n ? C[u * n + j] : d[u]) === 0)) continue;
        sum += term;
        size += Math.abs(term);
        terms++;
      }
      const error = terms === 0 ? 0 : (terms + 2) * STEP * size + TINY;
      const [out, at] = j < n ? [J, 2 * (i * n + j)] : [b, 2 * i];
      out[at] = sum - error;
      out[at + 1] = sum + error;
    }
  }
  return { bits, J, b };
}

/** z_1 -> z_t along a word: P z_1 + c. */
export interface Composite {
  readonly P: Intervals;
  readonly c: Intervals;
}

export function identity(n: number): Composite {
  const P = new Float64Array(2 * n * n);
  for (let i = 0; i < n; i++) P[2 * i * (n + 1)] = P[2 * i * (n + 1) + 1] = 1;
  return { P, c: new Float64Array(2 * n) };
}

/** One more step: `to` becomes the piece after `from`. */
export function advance({ J, b }: Piece, from: Composite, to: Composite, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) dot(J, i * n, 1, from.P, j, n, n, 0, 0, to.P, i * n + j);
    dot(J, i * n, 1, from.c, 0, 1, n, b[2 * i]!, b[2 * i + 1]!, to.c, i);
  }
}

/** z = P first + c. */
export function evaluate({ P, c }: Composite, first: Intervals, n: number, z: Intervals): void {
  for (let i = 0; i < n; i++) dot(P, i * n, 1, first, 0, 1, n, c[2 * i]!, c[2 * i + 1]!, z, i);
}

/**
 * Solves (I - P) z = c by Gaussian elimination.
 * @param work n (n + 1) intervals
 * @returns false where a pivot may be zero: then nothing is known
 */
export function solve({ P, c }: Composite, n: number, work: Intervals, z: Intervals): boolean {
  const width = n + 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const at = 2 * (i * width + j);
      const own = i === j ? 1 : 0;
      const [low, high] = [own - P[2 * (i * n + j) + 1]!, own - P[2 * (i * n + j)]!];
      work[at] = low - STEP * Math.abs(low);
      work[at + 1] = high + STEP * Math.abs(high);
    }
    work[2 * (i * width + n)] = c[2 * i]!;
    work[2 * (i * width + n) + 1] = c[2 * i + 1]!;
  }
  for (let k = 0; k < n; k++) {
    let best = -1;
    let clear = 0;
    for (let i = k; i < n; i++) {
      const at = 2 * (i * width + k);
      const least = work[at]! > 0 ? work[at]! : work[at + 1]! < 0 ? -work[at + 1]! : 0;
      if (least > clear) [best, clear] = [i, least];
    }
    if (best < 0) return false;
    if (best !== k)
      for (let j = 2 * k; j < 2 * width; j++) {
        const kept = work[2 * k * width + j]!;
        work[2 * k * width + j] = work[2 * best * width + j]!;
        work[2 * best * width + j] = kept;
      }
    const pivot = 2 * (k * width + k);
    for (let i = k + 1; i < n; i++) {
      divide(work, 2 * (i * width + k), pivot);
      const [low, high] = [quotientLow, quotientHigh];
      if (low === 0 && high === 0) continue;
      for (let j = k + 1; j <= n; j++) subtract(work, 2 * (i * width + j), low, high, 2 * (k * width + j));
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    const right = 2 * (k * width + n);
    for (let j = k + 1; j < n; j++) subtract(work, right, z[2 * j]!, z[2 * j + 1]!, 2 * (k * width + j));
    divide(work, right, 2 * (k * width + k));
    z[2 * k] = quotientLow;
    z[2 * k + 1] = quotientHigh;
  }
  return true;
}

/** Signs of (C z + d)_u: 1, -1, or 0 where it is not known. */
export function sideOf({ n, C, d }: CanonicalMap, u: number, z: Intervals): -1 | 0 | 1 {
  let low = d[u]!;
  let high = low;
  let size = Math.abs(low);
  for (let j = 0; j < n; j++) {
    const c = C[u * n + j]!;
    const [a, b] = [c * z[2 * j]!, c * z[2 * j + 1]!];
    low += Math.min(a, b);
    high += Math.max(a, b);
    size += Math.max(Math.abs(a), Math.abs(b));
  }
  const error = (n + 3) * STEP * size + TINY;
  return low - error > 0 ? 1 : high + error < 0 ? -1 : 0;
}

/** out[at] = [low, high] + sum_l a[i + l s] b[j + l t], `count` terms. */
function dot(
  a: Intervals,
  i: number,
  s: number,
  b: Intervals,
  j: number,
  t: number,
  count: number,
  low: number,
  high: number,
  out: Intervals,
  at: number,
): void {
  let size = Math.max(Math.abs(low), Math.abs(high));
  let terms = 0;
  for (let l = 0; l < count; l++) {
    const x = 2 * (i + l * s);
    const y = 2 * (j + l * t);
    const [al, ah, bl, bh] = [a[x]!, a[x + 1]!, b[y]!, b[y + 1]!];
    if ((al === 0 && ah === 0) || (bl === 0 && bh === 0)) continue;
    const [p, q, r, v] = [al * bl, al * bh, ah * bl, ah * bh];
    const least = Math.min(p, q, r, v);
    const most = Math.max(p, q, r, v);
    low += least;
    high += most;
    size += Math.max(Math.abs(least), Math.abs(most));
    terms++;
  }
  const error = terms === 0 ? 0 : (terms + 3) * STEP * size + TINY;
  out[2 * at] = low - error;
  out[2 * at + 1] = high + error;
}

/** work[at] -= [low, high] work[by] */
function subtract(work: Intervals, at: number, low: number, high: number, by: number): void {
  const [bl, bh] = [work[by]!, work[by + 1]!];
  const [p, q, r, v] = [low * bl, low * bh, high * bl, high * bh];
  const least = Math.min(p, q, r, v);
  const most = Math.max(p, q, r, v);
  const size =
    Math.max(Math.abs(least), Math.abs(most)) + Math.max(Math.abs(work[at]!), Math.abs(work[at + 1]!));
  const error = 4 * STEP * size + TINY;
  work[at] = work[at]! - most - error;
  work[at + 1] = work[at + 1]! - least + error;
}

let quotientLow = 0;
let quotientHigh = 0;

/** work[at] / work[by], the divisor without zero in it. */
function divide(work: Intervals, at: number, by: number): void {
  const [al, ah, bl, bh] = [work[at]!, work[at + 1]!, work[by]!, work[by + 1]!];
  if (al === 0 && ah === 0) {
    quotientLow = quotientHigh = 0;
    return;
  }
  const [p, q, r, v] = [al / bl, al / bh, ah / bl, ah / bh];
  const least = Math.min(p, q, r, v);
  const most = Math.max(p, q, r, v);
  const error = 2 * STEP * Math.max(Math.abs(least), Math.abs(most)) + TINY;
  quotientLow = least - error;
  quotientHigh = most + error;
}
