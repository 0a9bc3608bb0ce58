import type { CanonicalMap } from '../map/canonical';
import { encloseSolve, gamma, UNDERFLOW } from '../prove/enclosure';
import { pieceOf } from '../prove/exhaustive';
import { advance, certainlyOutside, firstPoint, identityComposite } from '../prove/shooting';

/** Largest system (k n unknowns) that is enclosed. */
const LARGEST = 240;

/** Where the one solution of a word's cycle equations lies: beyond doubt, or open within rounding. */
export type Whereabouts = 'inside' | 'outside' | 'open';

/**
 * As `certainlyVirtual`, by shooting from the first point, in time proportional to the length: blind where the errors
 * of the product of Jacobians grow too large.
 */
export function virtualByShooting(map: CanonicalMap, word: readonly Uint8Array[]): boolean {
  const { n } = map;
  const prefixes = [identityComposite(n)];
  for (const [t, bits] of word.entries()) {
    const next = identityComposite(n);
    advance(pieceOf(map, bits), prefixes[t]!, next, n);
    prefixes.push(next);
  }
  const first = firstPoint(prefixes[word.length]!, new Float64Array(n * n), n);
  return first !== null && word.some((bits, t) => certainlyOutside(map, prefixes[t]!, first, bits));
}

/** Whether the solution of a word's cycle equations certainly leaves the word's regions. */
export function certainlyVirtual(map: CanonicalMap, word: readonly Uint8Array[]): boolean {
  return whereabouts(map, word) === 'outside';
}

/**
 * Whether the solution of a word's cycle equations certainly lies strictly inside the word's regions, or certainly
 * leaves them: the equations z_{t+1} = J_t z_t + b_t of all points together are solved with error bounds, which stay
 * small however long the word is.
 */
export function whereabouts(map: CanonicalMap, word: readonly Uint8Array[]): Whereabouts {
  const { n, L, C, d } = map;
  const k = word.length;
  const size = k * n;
  if (size > LARGEST) return 'open';
  const M = new Float64Array(size * size);
  const Merror = new Float64Array(size * size);
  const R = new Float64Array(size);
  const Rerror = new Float64Array(size);
  word.forEach((bits, t) => {
    const { J, Jerror, b, berror } = pieceOf(map, bits);
    const next = ((t + 1) % k) * n;
    for (let i = 0; i < n; i++) {
      const row = (t * n + i) * size;
      M[row + next + i] = M[row + next + i]! + 1;
      for (let j = 0; j < n; j++) {
        const at = row + t * n + j;
        M[at] = M[at]! - J[i * n + j]!;
        // For k = 1 both terms meet in one entry, and their difference is rounded.
        Merror[at] = Merror[at]! + Jerror[i * n + j]! + gamma(1) * Math.abs(M[at]!);
      }
      R[t * n + i] = b[i]!;
      Rerror[t * n + i] = berror[i]!;
    }
  });
  const points = encloseSolve(M, Merror, R, Rerror, size, 1);
  if (!points) return 'open';
  const g = gamma(n + 2);
  let inside = true;
  for (let t = 0; t < k; t++)
    for (let u = 0; u < L; u++) {
      let p = d[u]!;
      let error = g * Math.abs(p);
      for (let j = 0; j < n; j++) {
        const term = C[u * n + j]! * points.value[t * n + j]!;
        p += term;
        error += Math.abs(C[u * n + j]!) * points.error[t * n + j]! + g * Math.abs(term);
      }
      error = error * (1 + 1e-9) + UNDERFLOW;
      if (word[t]![u] ? p < -error : p > error) return 'outside';
      const constant = C.subarray(u * n, (u + 1) * n).every((c) => c === 0);
      if (!constant && Math.abs(p) <= error) inside = false;
    }
  return inside ? 'inside' : 'open';
}
