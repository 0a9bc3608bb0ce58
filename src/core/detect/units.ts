import { maxAbs } from '../linalg/dense';
import type { CanonicalMap } from '../map/canonical';
import { rescale } from '../map/kernel';

/**
 * The map with lengths in units of a power of two near its biases' size: tolerances mean the same for h x 1e11.
 * `exact`: whether the change of units lost no digit.
 */
export function inBiasUnits(map: CanonicalMap): {
  biases: number;
  unit: number;
  scaled: CanonicalMap;
  exact: boolean;
} {
  const biases = Math.max(maxAbs(map.g), maxAbs(map.d));
  // Bounded so that neither the unit nor its inverse overflows.
  const unit = biases > 0 ? 2 ** clampExponent(Math.ceil(Math.log2(biases))) : 1;
  const scaled = rescale(map, 1 / unit);
  return { biases, unit, scaled, exact: isExact(map.g, scaled.g, unit) && isExact(map.d, scaled.d, unit) };
}

/** Powers of two whose inverse is a double, too. */
function clampExponent(exponent: number): number {
  return Math.max(-960, Math.min(960, exponent));
}

/** Whether the change of units lost no digit. */
function isExact(original: Float64Array, scaled: Float64Array, unit: number): boolean {
  return original.every((v, i) => scaled[i]! * unit === v);
}
