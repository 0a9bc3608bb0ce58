import type { CanonicalMap } from '../map/canonical';
import { encloseSolve, gamma } from '../prove/enclosure';
import { pieceOf } from '../prove/exhaustive';

/** Largest system (k n unknowns) that is enclosed. */
const LARGEST = 240;

/**
 * Whether the solution of a word's cycle equations certainly leaves the word's regions: the equations
 * z_{t+1} = J_t z_t + b_t of all points together are solved with error bounds, which stay small however long the
 * word is. False when it does not, or when that could not be shown.
 */
export function certainlyVirtual(map: CanonicalMap, word: readonly Uint8Array[]): boolean {
  const { n, L, C, d } = map;
  const k = word.length;
  const size = k * n;
  if (size > LARGEST) return false;
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
  if (!points) return false;
  const g = gamma(n + 2);
  for (let t = 0; t < k; t++)
    for (let u = 0; u < L; u++) {
      let p = d[u]!;
      let error = g * Math.abs(p);
      for (let j = 0; j < n; j++) {
        const term = C[u * n + j]! * points.value[t * n + j]!;
        p += term;
        error += Math.abs(C[u * n + j]!) * points.error[t * n + j]! + g * Math.abs(term);
      }
      error *= 1 + 1e-9;
      if (word[t]![u] ? p < -error : p > error) return true;
    }
  return false;
}
