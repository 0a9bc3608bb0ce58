import type { CanonicalMap } from '../map/canonical';

/**
 * A model whose parameters move in a plane. Everything in this folder is in coordinates u, v of the unit square, which is
 * the window that was asked for.
 */
export interface PlaneFamily {
  readonly n: number;
  readonly L: number;
  at(u: number, v: number): CanonicalMap;
}

/** A point of the plane. */
export interface Place {
  readonly u: number;
  readonly v: number;
}

/** How much a matrix entry at most departs from its value in the middle of a square: rounding of the corners included. */
const INFLATE = 1 + 1e-9;

/**
 * Bounds, entry by entry, on |theta(u, v) - theta(centre)| over a square of half-width `half`. Exact where the entries are
 * linear or bilinear in u and v.
 */
export function spreadOver(family: PlaneFamily, { u, v }: Place, half: number): CanonicalMap {
  const centre = family.at(u, v);
  const corners = [
    [-1, -1],
    [-1, 1],
    [1, -1],
    [1, 1],
  ].map(([a, b]) => family.at(u + a! * half, v + b! * half));
  const bound = (key: 'A' | 'B' | 'C' | 'd' | 'g'): Float64Array =>
    centre[key].map((value, i) => {
      let most = 0;
      for (const corner of corners) most = Math.max(most, Math.abs(corner[key][i]! - value));
      return most === 0 ? 0 : most * INFLATE + 4 * Number.EPSILON * Math.abs(value);
    });
  return {
    n: centre.n,
    L: centre.L,
    A: bound('A'),
    B: bound('B'),
    C: bound('C'),
    d: bound('d'),
    g: bound('g'),
  };
}

/** Whether the entries of the canonical map are linear or bilinear in u and v, to rounding. */
export function isBilinear(family: PlaneFamily): boolean {
  const [a, b, c, d] = [family.at(0, 0), family.at(1, 0), family.at(0, 1), family.at(1, 1)];
  return [
    [0.37, 0.81],
    [0.64, 0.22],
  ].every(([u, v]) => {
    const here = family.at(u!, v!);
    return (['A', 'B', 'C', 'd', 'g'] as const).every((key) =>
      here[key].every((value, i) => {
        const [p, q, r, s] = [a[key][i]!, b[key][i]!, c[key][i]!, d[key][i]!];
        const expected = p * (1 - u!) * (1 - v!) + q * u! * (1 - v!) + r * (1 - u!) * v! + s * u! * v!;
        const size = Math.max(Math.abs(p), Math.abs(q), Math.abs(r), Math.abs(s));
        return Math.abs(value - expected) <= 1e-12 * size;
      }),
    );
  });
}
