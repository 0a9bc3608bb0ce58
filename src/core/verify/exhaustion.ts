import type { CanonicalMap } from '../map/canonical';
import type { OrderResult } from '../report/types';
import { compositions, hasBorder, side, solveItinerary, type IntegerMap } from './exact';

/** Itineraries solved exactly at most, over all orders. */
export const EXHAUSTIBLE = 20000;

/** Itineraries of order k over the sign patterns of the units that have a border. */
export function itineraryCount(map: IntegerMap, order: number): number {
  let units = 0;
  for (let u = 0; u < map.L; u++) if (hasBorder(map, u)) units++;
  return 2 ** (units * order) / order;
}

/**
 * Proves a list complete by plain exhaustion in exact arithmetic: every itinerary of the order, up to rotation, is
 * solved, and each cycle strictly inside its regions must be listed. For small networks.
 * @returns what is missing, and how many itineraries had no unique solution (nothing is said of these)
 */
export function exhaustOrder(
  map: CanonicalMap,
  exact: IntegerMap,
  { order, cycles }: OrderResult,
): { missing: string[]; singular: number } {
  const letters = regionsOf(map, exact);
  const listed = new Set(cycles.map(({ regions }) => regions.join(' ')));
  const missing: string[] = [];
  let singular = 0;
  const word = new Array<number>(order).fill(0);
  const visit = (): void => {
    const regions = word.map((letter) => letters[letter]!);
    const points = solveItinerary(exact, compositions(exact, regions));
    if (points === null) {
      singular++;
      return;
    }
    const inside = points.every((z, t) => {
      for (let u = 0; u < exact.L; u++)
        if (hasBorder(exact, u) && side(exact, u, z) !== (regions[t]![u] === '1' ? 1 : -1)) return false;
      return true;
    });
    if (inside && !listed.has(regions.join(' '))) missing.push(regions.join(' '));
  };
  // Lyndon words: least among their rotations, and primitive (J.-P. Duval, J. Algorithms 4 (1983) 363-381).
  let length = 1;
  word[0] = -1;
  while (length > 0) {
    word[length - 1] = word[length - 1]! + 1;
    if (length === order) visit();
    for (let t = length; t < order; t++) word[t] = word[t - length]!;
    length = order;
    while (length > 0 && word[length - 1] === letters.length - 1) length--;
  }
  return { missing, singular };
}

/** All sign patterns; units without a border have the sign of their bias. */
function regionsOf(map: CanonicalMap, exact: IntegerMap): string[] {
  let patterns = [''];
  for (let u = 0; u < map.L; u++) {
    const bits = hasBorder(exact, u) ? ['0', '1'] : [map.d[u]! > 0 ? '1' : '0'];
    patterns = patterns.flatMap((pattern) => bits.map((bit) => pattern + bit));
  }
  return patterns;
}
