import type { CanonicalMap } from '../map/canonical';

/**
 * The map (z_1, .., z_k) -> (F(z_k), F(z_1), .., F(z_{k-1})) on R^(k n): its fixed points are the k-cycles of F in every
 * rotation, and those of every order that divides k. Unit t L + u is unit u at the t-th point.
 */
export function blockCyclic(map: CanonicalMap, k: number): CanonicalMap {
  const { n, L } = map;
  const [N, K] = [k * n, k * L];
  const A = new Float64Array(N * N);
  const B = new Float64Array(N * K);
  const C = new Float64Array(K * N);
  const d = new Float64Array(K);
  const g = new Float64Array(N);
  for (let t = 0; t < k; t++) {
    const next = (t + 1) % k;
    for (let i = 0; i < n; i++) {
      const row = next * n + i;
      for (let j = 0; j < n; j++) A[row * N + t * n + j] = map.A[i * n + j]!;
      for (let u = 0; u < L; u++) B[row * K + t * L + u] = map.B[i * L + u]!;
      g[row] = map.g[i]!;
    }
    for (let u = 0; u < L; u++) {
      for (let j = 0; j < n; j++) C[(t * L + u) * N + t * n + j] = map.C[u * n + j]!;
      d[t * L + u] = map.d[u]!;
    }
  }
  return { n: N, L: K, A, B, C, d, g };
}
