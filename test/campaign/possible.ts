import type { CanonicalMap } from '../../src/core/map/canonical';

/** Violations smaller than this many times the estimated rounding error are left to exact arithmetic. */
const SAFETY = 1e4;

interface Affine {
  readonly J: Float64Array;
  readonly b: Float64Array;
}

/**
 * A filter for `exactCycles`: false only for itineraries whose one solution, in plain floating point, leaves their
 * regions by far more than rounding can explain. Each point is solved for by itself, from the product that begins there.
 * Written without any code of the search.
 *
 * @returns a test of itineraries given as region codes (first unit the highest bit)
 */
export function filter(map: CanonicalMap): (codes: readonly number[]) => boolean {
  const { n, L, C, d } = map;
  const pieces = new Map<number, Affine>();
  const piece = (code: number): Affine => {
    const known = pieces.get(code);
    if (known) return known;
    const J = Float64Array.from(map.A);
    const b = Float64Array.from(map.g);
    for (let u = 0; u < L; u++)
      if (((code >> (L - 1 - u)) & 1) === 1)
        for (let i = 0; i < n; i++) {
          const w = map.B[i * L + u]!;
          b[i]! += w * d[u]!;
          for (let j = 0; j < n; j++) J[i * n + j]! += w * C[u * n + j]!;
        }
    const made = { J, b };
    pieces.set(code, made);
    return made;
  };
  return (codes) => {
    for (let t = 0; t < codes.length; t++) {
      const solution = solve(
        codes.map((_, i) => piece(codes[(t + i) % codes.length]!)),
        n,
      );
      if (!solution) return true;
      // Powers of a word have their only solution with the word itself.
      if (t === 0 && isPower(codes)) return false;
      const { z, error } = solution;
      for (let u = 0; u < L; u++) {
        let p = d[u]!;
        let slack = SAFETY * Number.EPSILON * Math.abs(p);
        for (let j = 0; j < n; j++) {
          p += C[u * n + j]! * z[j]!;
          slack += Math.abs(C[u * n + j]!) * error;
        }
        const on = ((codes[t]! >> (L - 1 - u)) & 1) === 1;
        if (p > 0 !== on && Math.abs(p) > slack) return false;
      }
    }
    return true;
  };
}

/** The fixed point of a composition (first piece first) and `SAFETY` times its estimated error; null where it is near singular. */
function solve(pieces: readonly Affine[], n: number): { z: Float64Array; error: number } | null {
  let M = Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));
  let c = new Float64Array(n);
  // Largest entries met on the way: rounding is in proportion to them.
  let [sizeM, sizeC] = [1, 0];
  for (const { J, b } of pieces) {
    const next = new Float64Array(n * n);
    const shift = Float64Array.from(b);
    for (let i = 0; i < n; i++)
      for (let l = 0; l < n; l++) {
        const a = J[i * n + l]!;
        shift[i]! += a * c[l]!;
        for (let j = 0; j < n; j++) next[i * n + j]! += a * M[l * n + j]!;
      }
    [M, c] = [next, shift];
    sizeM = Math.max(sizeM, largest(M));
    sizeC = Math.max(sizeC, largest(c));
  }
  const inverse = invert(
    M.map((v, i) => Number(i % (n + 1) === 0) - v),
    n,
  );
  if (!inverse) return null;
  const z = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) z[i]! += inverse[i * n + j]! * c[j]!;
  const relative = SAFETY * Number.EPSILON * n * n * pieces.length;
  const amplification = largest(inverse) * n;
  if (!(relative * sizeM * amplification < 0.1)) return null;
  return { z, error: relative * (amplification * (sizeM * largest(z) + sizeC) + largest(z)) };
}

function largest(values: Float64Array): number {
  let m = 0;
  for (const v of values) m = Math.max(m, Math.abs(v));
  return m;
}

function isPower(codes: readonly number[]): boolean {
  const k = codes.length;
  for (let p = 1; p < k; p++) if (k % p === 0 && codes.every((code, i) => code === codes[i % p])) return true;
  return false;
}

/** Gauss-Jordan with partial pivoting; null when a pivot is lost in rounding. */
function invert(matrix: Float64Array, n: number): Float64Array | null {
  const a = Float64Array.from(matrix);
  const inverse = Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));
  const size = largest(a);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++)
      if (Math.abs(a[i * n + column]!) > Math.abs(a[pivot * n + column]!)) pivot = i;
    const value = a[pivot * n + column]!;
    if (!(Math.abs(value) > 1e-9 * size)) return null;
    for (let j = 0; j < n; j++)
      for (const rows of [a, inverse]) {
        const top = rows[column * n + j]!;
        rows[column * n + j] = rows[pivot * n + j]! / value;
        if (pivot !== column) rows[pivot * n + j] = top;
      }
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = a[i * n + column]!;
      for (let j = 0; j < n; j++) {
        a[i * n + j]! -= factor * a[column * n + j]!;
        inverse[i * n + j]! -= factor * inverse[column * n + j]!;
      }
    }
  }
  return inverse;
}
