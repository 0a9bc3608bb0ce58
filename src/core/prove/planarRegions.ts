import type { CanonicalMap } from '../map/canonical';
import { Cell, clip, Left, setBox, slackOf } from './cell';
import { ExactBorders, ExactPolygon } from './exactPolygon';

/**
 * The regions of a planar map that meet the square |z_i| <= radius, each once with its part of the square: a cell that
 * encloses all rounding. Where rounding leaves open whether a region has any point, integers decide, so that borders
 * may meet in one point or coincide; a map known within a spread only has every region that one of the maps may have.
 *
 * @param doubt bound on how far a unit's preactivation may be off in a cell; without it the map is what it is
 * @param visit called with each region (reused between calls); return false to stop
 * @returns whether it was finished
 */
export function planarRegions(
  map: CanonicalMap,
  radius: number,
  doubt: ((u: number, cell: Cell) => number) | null,
  visit: (bits: Uint8Array, cell: Cell) => boolean,
): boolean {
  const { L, C, d } = map;
  const bits = new Uint8Array(L);
  let borders: ExactBorders | null = null;

  /** @param exact the region's points so far, by the units before `settled` */
  const descend = (from: number, whole: Cell, exact: ExactPolygon | null, settled: number): boolean => {
    let part = whole;
    /** The region's points by the units before u. */
    const pointsBefore = (u: number): ExactPolygon | null => {
      let points: ExactPolygon | null = exact;
      points ??= ExactPolygon.square((borders ??= new ExactBorders(map, radius)));
      for (; points && settled < u; settled++) points = points.with(settled, bits[settled]!, bits);
      return (exact = points);
    };
    for (let u = from; u < L; u++) {
      const [a, b, c] = [C[2 * u]!, C[2 * u + 1]!, d[u]!];
      const { vertices, length } = part;
      let least = Infinity;
      let greatest = -Infinity;
      for (let v = 0; v < length; v += 2) {
        const q = a * vertices[v]! + b * vertices[v + 1]! + c;
        if (q < least) least = q;
        if (q > greatest) greatest = q;
      }
      const off = doubt?.(u, part) ?? 0;
      const slack = slackOf(part, a, b, c, off);
      let on = !(greatest < -slack);
      let beside = !(least > slack);
      if (doubt === null && on && beside && (greatest <= slack || least >= -slack)) {
        const points = pointsBefore(u);
        if (points === null) return true;
        on = points.with(u, 1, bits) !== null;
        beside = points.with(u, 0, bits) !== null;
      }
      if (!on || !beside) {
        bits[u] = on ? 1 : 0;
        continue;
      }
      const active = new Cell();
      bits[u] = 1;
      if (!descend(u + 1, clip(part, a, b, c, 1, active, off) === Left.part ? active : part, exact, settled))
        return false;
      bits[u] = 0;
      const inactive = new Cell();
      if (clip(part, a, b, c, -1, inactive, off) === Left.part) part = inactive;
    }
    return visit(bits, part);
  };
  const square = new Cell();
  setBox(square, radius);
  return descend(0, square, null, 0);
}
