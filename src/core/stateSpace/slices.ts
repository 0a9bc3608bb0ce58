/** A plane in state space: origin + x u + y v, u and v of length 1 and orthogonal. */
export interface SlicePlane {
  readonly origin: readonly number[];
  readonly u: readonly number[];
  readonly v: readonly number[];
}

/**
 * The plane through three states: the first is the origin, the second lies on the x axis at a positive x, the third at a
 * positive y.
 * @returns null where they lie on a line within rounding
 */
export function planeThrough(
  a: readonly number[],
  b: readonly number[],
  c: readonly number[],
): SlicePlane | null {
  const along = a.map((value, i) => b[i]! - value);
  const length = Math.hypot(...along);
  if (!(length > 0)) return null;
  const u = along.map((value) => value / length);
  const aside = a.map((value, i) => c[i]! - value);
  const share = aside.reduce((sum, value, i) => sum + value * u[i]!, 0);
  const across = aside.map((value, i) => value - share * u[i]!);
  const height = Math.hypot(...across);
  if (!(height > 1e-9 * Math.max(length, Math.hypot(...aside)))) return null;
  return { origin: a, u, v: across.map((value) => value / height) };
}

/** Where a state stands on a plane: its orthogonal projection. */
export function onPlane({ origin, u, v }: SlicePlane, z: readonly number[]): readonly [number, number] {
  let [x, y] = [0, 0];
  for (const [i, value] of z.entries()) {
    x += (value - origin[i]!) * u[i]!;
    y += (value - origin[i]!) * v[i]!;
  }
  return [x, y];
}
