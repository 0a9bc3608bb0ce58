import { luFactor, luSolve } from '../linalg/lu';
import type { Lcp } from './lcp';

/**
 * The solution's states (1: s_u > 0) of an LCP whose T is a P-matrix: block exchanges while the number of negative
 * variables falls, else Murty's least-index rule, which cannot cycle (Judice and Pires, Computers & OR 21 (1994)).
 *
 * @returns null when rounding or the limit on steps prevents it.
 */
export function principalPivoting(lcp: Lcp, stop: () => boolean): Uint8Array | null {
  const { L, T, q } = lcp;
  const states = new Uint8Array(L);
  const value = new Float64Array(L);
  const matrix = new Float64Array(L * L);
  const rhs = new Float64Array(L);
  const pivots = new Int32Array(L);
  let size = 1e-300;
  for (const v of q) size = Math.max(size, Math.abs(v));
  let fewest = L + 1;
  let patience = 10;
  for (let step = 0; step < 50 * L + 100; step++) {
    if (stop()) return null;
    const active: number[] = [];
    for (let u = 0; u < L; u++) if (states[u] === 1) active.push(u);
    const k = active.length;
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) matrix[i * k + j] = T[active[i]! * L + active[j]!]!;
      rhs[i] = -q[active[i]!]!;
    }
    if (k > 0) {
      if (luFactor(matrix.subarray(0, k * k), k, pivots) === 0) return null;
      luSolve(matrix, k, pivots, rhs);
    }
    for (let u = 0; u < L; u++) {
      let v = q[u]!;
      for (let j = 0; j < k; j++) v += T[u * L + active[j]!]! * rhs[j]!;
      value[u] = v;
    }
    active.forEach((u, j) => {
      value[u] = rhs[j]!;
    });
    let negative = 0;
    let last = -1;
    for (let u = 0; u < L; u++) {
      if (value[u]! < -1e-13 * size) {
        negative++;
        last = u;
      }
    }
    if (negative === 0) return states;
    if (negative < fewest) {
      fewest = negative;
      patience = 10;
    } else patience--;
    if (patience > 0) {
      for (let u = 0; u < L; u++) if (value[u]! < -1e-13 * size) states[u] = 1 - states[u]!;
    } else states[last] = 1 - states[last]!;
  }
  return null;
}
