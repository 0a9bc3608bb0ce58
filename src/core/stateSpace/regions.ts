import type { CanonicalMap } from '../map/canonical';

/**
 * The regions that meet the box |z_i| <= radius, as bit vectors; null when there are more than `most`, or (n > 2, where
 * they are not cut out one by one) so many sign patterns.
 */
export function regionsIn(map: CanonicalMap, radius: number, most: number): Uint8Array[] | null {
  return map.n <= 2 ? cutPlane(map, radius, most) : patterns(map, most);
}

/** n <= 2: the box is cut by one border after the other. */
function cutPlane({ n, L, C, d }: CanonicalMap, radius: number, most: number): Uint8Array[] | null {
  const corners =
    n === 1
      ? [
          [-radius, 0],
          [radius, 0],
        ]
      : [
          [-radius, -radius],
          [radius, -radius],
          [radius, radius],
          [-radius, radius],
        ];
  let parts: { bits: Uint8Array; polygon: number[][] }[] = [{ bits: new Uint8Array(L), polygon: corners }];
  for (let u = 0; u < L; u++) {
    const side = (z: number[]): number => d[u]! + C[u * n]! * z[0]! + (n > 1 ? C[u * n + 1]! * z[1]! : 0);
    const next: typeof parts = [];
    for (const { bits, polygon } of parts) {
      const values = polygon.map(side);
      if (values.some((v) => v > 0)) {
        const active = bits.slice();
        active[u] = 1;
        next.push({ bits: active, polygon: half(polygon, values, 1) });
      }
      if (values.some((v) => v <= 0)) next.push({ bits, polygon: half(polygon, values, -1) });
    }
    parts = next;
    if (parts.length > most) return null;
  }
  return parts.map(({ bits }) => bits);
}

/** The part of a polygon where sign * value >= 0. */
function half(polygon: number[][], values: number[], sign: 1 | -1): number[][] {
  const out: number[][] = [];
  for (let i = 0; i < polygon.length; i++) {
    const j = (i + 1) % polygon.length;
    const [p, q] = [sign * values[i]!, sign * values[j]!];
    if (p >= 0) out.push(polygon[i]!);
    if ((p > 0 && q < 0) || (p < 0 && q > 0))
      out.push(polygon[i]!.map((x, c) => x + (p / (p - q)) * (polygon[j]![c]! - x)));
  }
  return out;
}

function patterns({ n, L, C, d }: CanonicalMap, most: number): Uint8Array[] | null {
  let out = [new Uint8Array(L)];
  for (let u = 0; u < L; u++) {
    if (C.subarray(u * n, u * n + n).every((c) => c === 0)) {
      if (d[u]! > 0) for (const bits of out) bits[u] = 1;
      continue;
    }
    if (2 * out.length > most) return null;
    out = out.flatMap((bits) => {
      const active = bits.slice();
      active[u] = 1;
      return [bits, active];
    });
  }
  return out;
}
