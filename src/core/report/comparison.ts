import { image } from '../detect/verify';
import type { CanonicalMap } from '../map/canonical';
import type { Comparison, Continuum, Report } from './types';

/** An object of another program's list: k points of n coordinates. */
export interface ForeignObject {
  readonly name: string;
  readonly points: readonly (readonly number[])[];
}

/** Relative to the model's scale: closer objects are the same, and larger residuals are no orbit. */
const CLOSE = 1e-4;

/**
 * Holds another program's list against a report's: which objects correspond, and why the others do not.
 * @param file name of the other list, @param map the map that the report is about, @param notes taken over
 */
export function compareObjects(
  report: Report,
  map: CanonicalMap,
  file: string,
  foreign: readonly ForeignObject[],
  notes: readonly string[],
): Comparison {
  const own: readonly Listed[] = [
    ...report.orders.flatMap(({ cycles, boundaryPoints }) => [...cycles, ...boundaryPoints]),
    ...report.beyond,
  ];
  const tolerance = CLOSE * report.model.scale;
  const matched = new Map<string, { id: string; name: string; distance: number }>();
  const onlyTheirs: Comparison['onlyTheirs'][number][] = [];
  for (const { name, points } of foreign) {
    const order = points.length;
    const leave = (reason: string): void => {
      onlyTheirs.push({ name, order, reason });
    };
    const primitive = primitivePeriod(points, tolerance);
    const { cycle, distance } = nearest(own, points.slice(0, primitive));
    if (cycle && distance <= tolerance) {
      const earlier = matched.get(cycle.id);
      if (primitive < order)
        leave(`it is ${cycle.id}, of order ${primitive}, run through ${order / primitive} times`);
      else if (earlier) leave(`it is ${cycle.id} again, as ${earlier.name} is, but for rounding`);
      else matched.set(cycle.id, { id: cycle.id, name, distance });
      continue;
    }
    const size = points.find((z) => z.length !== map.n)?.length;
    if (size !== undefined) {
      leave(`its points have ${size} coordinates, the states of the model ${map.n}`);
      continue;
    }
    const residual = largestResidual(map, points);
    const missed = `the map misses its points by ${residual.toExponential(1)}`;
    if (!(residual <= tolerance)) leave(`it is not confirmed by iteration: ${missed}`);
    else {
      const result = report.orders.find((each) => each.order === primitive);
      if (result?.continua.some((family) => points.some((z) => liesOn(family, z, tolerance))))
        leave(`it is one of a family of order ${primitive}, which is listed as a whole`);
      else if (result?.certificate?.domain === 'everywhere')
        leave(`it does not exist by our proof of order ${primitive}; ${missed}`);
      else leave(`it was not found here, and order ${primitive} has no proof everywhere; ${missed}`);
    }
  }
  return {
    file,
    matched: [...matched.values()],
    onlyOurs: own.filter(({ id }) => !matched.has(id)).map(({ id }) => id),
    onlyTheirs,
    notes,
  };
}

function apart(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** A cycle or a point on a border of regions. */
interface Listed {
  readonly id: string;
  readonly order: number;
  readonly points: readonly (readonly number[])[];
}

/** Whether a point lies on the affine family, whose directions are orthonormal. */
function liesOn({ point, directions }: Continuum, z: readonly number[], tolerance: number): boolean {
  if (z.length !== point.length) return false;
  const rest = z.map((value, i) => value - point[i]!);
  for (const direction of directions) {
    const along = rest.reduce((total, value, i) => total + value * direction[i]!, 0);
    direction.forEach((value, i) => (rest[i] = rest[i]! - along * value));
  }
  return rest.every((value) => Math.abs(value) <= tolerance);
}

/** The object of the same order that is nearest, over all choices of its first point. */
function nearest(
  cycles: readonly Listed[],
  points: readonly (readonly number[])[],
): { cycle: Listed | null; distance: number } {
  const best: { cycle: Listed | null; distance: number } = { cycle: null, distance: Infinity };
  for (const cycle of cycles) {
    if (cycle.order !== points.length) continue;
    for (let shift = 0; shift < cycle.order; shift++) {
      let distance = 0;
      for (let j = 0; j < cycle.order && distance < best.distance; j++)
        distance = Math.max(distance, apart(points[j]!, cycle.points[(j + shift) % cycle.order]!));
      if (distance < best.distance) Object.assign(best, { cycle, distance });
    }
  }
  return best;
}

function primitivePeriod(points: readonly (readonly number[])[], tolerance: number): number {
  const order = points.length;
  for (let period = 1; period < order; period++)
    if (order % period === 0 && points.every((z, j) => apart(z, points[(j + period) % order]!) <= tolerance))
      return period;
  return order;
}

function largestResidual(map: CanonicalMap, points: readonly (readonly number[])[]): number {
  return points.reduce(
    (most, z, j) => Math.max(most, apart([...image(map, z)], points[(j + 1) % points.length]!)),
    0,
  );
}
