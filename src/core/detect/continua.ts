import { multiply } from '../linalg/dense';
import { svd } from '../linalg/eigen';
import type { CanonicalMap } from '../map/canonical';
import { affineOf, regionString } from '../map/kernel';
import type { Continuum } from '../report/types';

/**
 * A word whose cycle equations are singular: is there a whole family of cycles in its regions?
 * One-dimensional families are decided by intersecting the line with every half-space.
 * @param tolerance relative size below which a singular value or a defect counts as zero
 * @returns the family, 'none', or 'undecided' (a family of higher dimension)
 */
export function continuumOf(
  map: CanonicalMap,
  word: readonly Uint8Array[],
  tolerance = 1e-12,
): Continuum | 'none' | 'undecided' {
  const { n, L } = map;
  const k = word.length;
  const J = new Float64Array(n * n);
  const b = new Float64Array(n);
  // Composite maps z_1 -> z_j: products[j], offsets[j].
  const products: Float64Array[] = [
    Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
  ];
  const offsets: Float64Array[] = [new Float64Array(n)];
  for (let t = 0; t < k; t++) {
    affineOf(map, word[t]!, J, b);
    const product = new Float64Array(n * n);
    multiply(J, products[t]!, product, n);
    products.push(product);
    offsets.push(apply(J, offsets[t]!, n, b));
  }
  const system = products[k]!.map((v, i) => (i % (n + 1) === 0 ? 1 : 0) - v);
  const c = offsets[k]!;
  if (!system.every(Number.isFinite) || !c.every(Number.isFinite)) return 'undecided';
  const { values, left, right, count } = svd(system, n, n);
  const cut = tolerance * Math.max(1, values[0] ?? 0);
  const point = new Float64Array(n);
  const directions: Float64Array[] = [];
  let defect = 0;
  for (let s = 0; s < count; s++) {
    let projection = 0;
    for (let i = 0; i < n; i++) projection += left[i * count + s]! * c[i]!;
    if (values[s]! > cut)
      for (let i = 0; i < n; i++) point[i] = point[i]! + (right[i * count + s]! * projection) / values[s]!;
    else {
      defect = Math.max(defect, Math.abs(projection));
      directions.push(Float64Array.from({ length: n }, (_, i) => right[i * count + s]!));
    }
  }
  if (directions.length === 0) return 'none';
  if (defect > cut * Math.max(1, ...c.map(Math.abs))) return 'none';
  if (directions.length > 1) return 'undecided';
  const direction = directions[0]!;
  let low = -Infinity;
  let high = Infinity;
  const noOffset = new Float64Array(n);
  for (let t = 0; t < k; t++) {
    const at = apply(products[t]!, point, n, offsets[t]!);
    const along = apply(products[t]!, direction, n, noOffset);
    for (let u = 0; u < L; u++) {
      let p = map.d[u]!;
      let q = 0;
      for (let j = 0; j < n; j++) {
        p += map.C[u * n + j]! * at[j]!;
        q += map.C[u * n + j]! * along[j]!;
      }
      const sign = word[t]![u] ? 1 : -1;
      if (Math.abs(q) <= cut) {
        if (sign * p < -cut) return 'none';
        continue;
      }
      if (sign * q > 0) low = Math.max(low, -p / q);
      else high = Math.min(high, -p / q);
    }
  }
  if (!(high - low > tolerance)) return 'none';
  const middle =
    Number.isFinite(low) && Number.isFinite(high)
      ? (low + high) / 2
      : Number.isFinite(low)
        ? low + 1
        : Number.isFinite(high)
          ? high - 1
          : 0;
  return {
    regions: word.map(regionString),
    dimension: 1,
    point: Array.from(point, (v, i) => v + middle * direction[i]!),
    directions: [Array.from(direction)],
  };
}

function apply(matrix: Float64Array, z: Float64Array, n: number, offset: Float64Array): Float64Array {
  const out = Float64Array.from(offset);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i] = out[i]! + matrix[i * n + j]! * z[j]!;
  return out;
}
