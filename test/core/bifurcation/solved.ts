import { detect } from '../../../src/core/detect/detect';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import type { Cycle } from '../../../src/core/report/types';

export async function cyclesOf(map: CanonicalMap, maxOrder: number): Promise<Cycle[]> {
  const { orders } = await detect(map, {
    maxOrder,
    seed: 0,
    certify: false,
    stop: () => false,
    onProgress: () => undefined,
    onFinds: () => undefined,
  });
  return orders.flatMap((order) => order.cycles);
}

/** First point and monodromy of a word, by composing its pieces and Gaussian elimination: without the gradients' code. */
export function solved(map: CanonicalMap, regions: readonly string[]): { z: number[]; M: Float64Array } {
  const { n, L } = map;
  let M = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_c, j) => Number(i === j)));
  let c = new Array<number>(n).fill(0);
  for (const bits of regions) {
    const J = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_c, j) => {
        let v = map.A[i * n + j]!;
        for (let u = 0; u < L; u++) if (bits[u] === '1') v += map.B[i * L + u]! * map.C[u * n + j]!;
        return v;
      }),
    );
    const b = Array.from({ length: n }, (_, i) => {
      let v = map.g[i]!;
      for (let u = 0; u < L; u++) if (bits[u] === '1') v += map.B[i * L + u]! * map.d[u]!;
      return v;
    });
    M = J.map((row) => row.map((_, j) => row.reduce((sum, a, l) => sum + a * M[l]![j]!, 0)));
    c = J.map((row, i) => row.reduce((sum, a, l) => sum + a * c[l]!, b[i]!));
  }
  // Gaussian elimination on (I - M) z = c.
  const rows = M.map((row, i) => [...row.map((v, j) => Number(i === j) - v), c[i]!]);
  for (let p = 0; p < n; p++) {
    const best = rows
      .slice(p)
      .reduce((at, row, i) => (Math.abs(row[p]!) > Math.abs(rows[at]![p]!) ? p + i : at), p);
    [rows[p], rows[best]] = [rows[best]!, rows[p]!];
    for (let i = 0; i < n; i++) {
      if (i === p) continue;
      const f = rows[i]![p]! / rows[p]![p]!;
      rows[i] = rows[i]!.map((v, j) => v - f * rows[p]![j]!);
    }
  }
  return { z: rows.map((row, i) => row[n]! / row[i]!), M: Float64Array.from(M.flat()) };
}
