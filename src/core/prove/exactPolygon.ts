import type { CanonicalMap } from '../map/canonical';
import { commonShift, scaled } from './exactRegion';

/** A point of the plane, X / W and Y / W with W > 0 and no common factor. */
type Point = readonly [X: bigint, Y: bigint, W: bigint];

/** The borders of a planar map in integers, and the corners of a square. */
export class ExactBorders {
  readonly corners: readonly Point[];
  readonly #rows: (readonly [bigint, bigint, bigint])[];

  /** @param radius the square is |z_i| <= radius */
  constructor({ L, C, d }: CanonicalMap, radius: number) {
    const shift = commonShift([C, d, Float64Array.of(radius)]);
    const r = scaled(radius, shift);
    const one = 1n << BigInt(shift);
    this.corners = [
      [-r, -r, one],
      [r, -r, one],
      [r, r, one],
      [-r, r, one],
    ].map(([x, y, w]) => reduced(x!, y!, w!));
    this.#rows = Array.from({ length: L }, (_, u) => [
      scaled(C[2 * u]!, shift),
      scaled(C[2 * u + 1]!, shift),
      scaled(d[u]!, shift),
    ]);
  }

  /** C_u z + d_u at a point, times a positive number. */
  value(u: number, [X, Y, W]: Point): bigint {
    const [a, b, c] = this.#rows[u]!;
    return a * X + b * Y + c * W;
  }
}

/**
 * Which points of a square have given bits for the first units, exactly: C_u z + d_u > 0 where the bit is 1, <= 0 where
 * it is 0. The points may be a polygon, a segment or a single point.
 */
export class ExactPolygon {
  private constructor(
    private readonly borders: ExactBorders,
    /** Corners, in order, of the closure. */
    private readonly points: readonly Point[],
  ) {}

  static square(borders: ExactBorders): ExactPolygon {
    return new ExactPolygon(borders, borders.corners);
  }

  /**
   * The points that have this bit, too, or null where there are none.
   * @param bits those of the units before, which the polygon was made with
   */
  with(u: number, bit: number, bits: ArrayLike<number>): ExactPolygon | null {
    const { borders, points } = this;
    const side = bit ? 1n : -1n;
    const values = points.map((point) => side * borders.value(u, point));
    if (values.every((v) => v >= 0n)) {
      if (bit && values.every((v) => v === 0n)) return null;
      return this;
    }
    const left: Point[] = [];
    points.forEach((p, i) => {
      const j = i + 1 === points.length ? 0 : i + 1;
      const [v, w] = [values[i]!, values[j]!];
      if (v >= 0n) left.push(p);
      if ((v > 0n && w < 0n) || (v < 0n && w > 0n)) {
        const q = points[j]!;
        const [s, t] = v > 0n ? [-w, v] : [w, -v];
        left.push(reduced(s * p[0] + t * q[0], s * p[1] + t * q[1], s * p[2] + t * q[2]));
      }
    });
    if (left.length === 0) return null;
    const out = new ExactPolygon(borders, left);
    // Where only points on the border are left, they may all lie on a border that they must not touch.
    if (values.every((v) => v <= 0n))
      for (let k = 0; k <= u; k++)
        if ((k === u ? bit : bits[k]) && !left.some((point) => borders.value(k, point) > 0n)) return null;
    return out;
  }
}

function reduced(X: bigint, Y: bigint, W: bigint): Point {
  let [a, b] = [W, X < 0n ? -X : X];
  while (b) [a, b] = [b, a % b];
  b = Y < 0n ? -Y : Y;
  while (b) [a, b] = [b, a % b];
  return a === 1n ? [X, Y, W] : [X / a, Y / a, W / a];
}
