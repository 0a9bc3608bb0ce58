import type { CanonicalMap } from '../map/canonical';
import type { BoundaryPoint, Cycle } from '../report/types';
import {
  compositions,
  hasBorder,
  ratio,
  side,
  solveItinerary,
  type IntegerMap,
  type RationalVector,
} from './exact';
import { characteristic, newtonSteps, trace } from './multipliers';
import { rootsInside } from './unitCircle';

/** What is wrong with an object; empty when nothing is. */
export type Problems = string[];

export interface ObjectCheck {
  readonly problems: Problems;
  /** Checked in exact arithmetic; else only by iterating the map in floating point, as exact arithmetic would take too long. */
  readonly exact: boolean;
}

/** Points may differ from the exact ones by this much of S or of their own size. */
const POINT = 1e-9;
/** Derived numbers may differ by this much from what follows from the points. */
const DERIVED = 1e-6;
/** Work of exact arithmetic on one object at most: about n^3 (bits)^1.6, some seconds. */
const EXACT_WORK = 3e10;
/** State dimension up to which the characteristic polynomial of M is computed exactly. */
const LARGEST_POLYNOMIAL = 40;

/**
 * Re-checks one listed cycle from the map alone: its itinerary's equations are solved exactly, every sign of C z + d is
 * decided exactly, and every number stated follows.
 * @param scale S
 */
export function checkCycle(map: CanonicalMap, exact: IntegerMap, cycle: Cycle, scale: number): ObjectCheck {
  const problems = shape(map, cycle);
  if (problems.length > 0) return { problems, exact: false };
  const { n } = map;
  const { order: k, points, regions } = cycle;
  const canSolve = affordable(exact, k);
  if (canSolve) {
    const steps = compositions(exact, regions);
    const solution = solveItinerary(exact, steps);
    if (solution === null) return { problems: ['its equations have no unique solution'], exact: true };
    problems.push(
      ...comparePoints(points, solution, scale),
      ...checkSides(exact, regions, solution, 'strict'),
    );
    if (n <= LARGEST_POLYNOMIAL) {
      const { P, scale: common } = steps[k]!;
      const coefficients = characteristic(P, n);
      problems.push(
        ...checkMultipliers(cycle, newtonSteps(coefficients, common, cycle.multipliers)),
        ...checkStability(cycle, n, rootsInside(coefficients, common)),
      );
    }
    const sum = trace(steps[k]!, n);
    const stated = cycle.multipliers.reduce((v, { re }) => v + re, 0);
    if (!(Math.abs(sum - stated) <= n * tolerance(cycle, Math.max(1, cycle.spectralRadius))))
      problems.push(`its multipliers sum to ${String(stated)}, the trace of M is ${String(sum)}`);
  } else problems.push(...floatingSides(map, cycle));
  problems.push(...checkDerived(map, cycle, scale));
  return { problems, exact: canSolve };
}

/** Re-checks a fixed point or cycle on region borders. */
export function checkBoundaryPoint(
  map: CanonicalMap,
  exact: IntegerMap,
  object: BoundaryPoint,
  scale: number,
): ObjectCheck {
  const { order, points, itineraries, units } = object;
  const problems: Problems = [];
  if (points.length !== order || points.some((z) => z.length !== map.n || !z.every(Number.isFinite)))
    return { problems: ['its points do not have the stated order and dimension'], exact: false };
  if (units.length === 0 || units.some((u) => !(u >= 0 && u < map.L)))
    problems.push('it names no unit on whose border it lies');
  const size = Math.max(scale, largest(points));
  const { residual, closure } = iterate(map, points);
  if (!(residual <= 1e-10 * size) && object.verified) problems.push('iterating the map leaves its points');
  if (!near(object.residual, residual, size * 1e-14))
    problems.push('its residual is not what iteration gives');
  if (!(closure <= 1e-6 * size) && object.verified) problems.push('it does not close');
  for (const u of units)
    if (u < map.L && !points.some((z) => Math.abs(preactivation(map, u, z)) <= 1e-9 * normOf(map, u) * size))
      problems.push(`no point lies on the border of unit ${String(u)}`);
  let decided = false;
  const itinerary = itineraries[0];
  if (
    itinerary?.length === order &&
    itinerary.every((region) => region.length === map.L) &&
    affordable(exact, order)
  ) {
    const solution = solveItinerary(exact, compositions(exact, itinerary));
    if (solution !== null) {
      decided = true;
      problems.push(
        ...comparePoints(points, solution, scale),
        ...checkSides(exact, itinerary, solution, 'closed'),
      );
    }
  }
  return { problems, exact: decided };
}

/** What must hold before anything can be computed. */
function shape({ n, L }: CanonicalMap, { order, points, regions, multipliers }: Cycle): Problems {
  const problems: Problems = [];
  if (points.length !== order || regions.length !== order)
    problems.push('it does not have as many points and regions as its order');
  else if (points.some((z) => z.length !== n || !z.every(Number.isFinite)))
    problems.push('a point is not finite or has the wrong dimension');
  else if (regions.some((region) => region.length !== L || !/^[01]*$/.test(region)))
    problems.push('a region is not a string of L bits');
  else if (multipliers.length !== n)
    problems.push('it does not have one multiplier for each state dimension');
  else if (rotationBelow(regions) !== 0)
    problems.push('its itinerary is not the least rotation, or not primitive');
  return problems;
}

/** Index of a rotation that is less than the itinerary, or equal to it (a power of a shorter one); 0 when there is none. */
function rotationBelow(regions: readonly string[]): number {
  const own = regions.join('');
  for (let shift = 1; shift < regions.length; shift++)
    if ([...regions.slice(shift), ...regions.slice(0, shift)].join('') <= own) return shift;
  return 0;
}

/** Whether solving k steps exactly is a matter of seconds. */
export function affordable({ n, shift }: IntegerMap, k: number): boolean {
  const bits = 2 * Number(shift) * k;
  return n ** 3 * (n * bits + 64) ** 1.6 <= EXACT_WORK * 64 && k * n ** 3 * (bits + 64) <= EXACT_WORK;
}

function comparePoints(points: Cycle['points'], exact: readonly RationalVector[], scale: number): Problems {
  for (const [t, z] of points.entries())
    for (const [i, stated] of z.entries()) {
      const value = ratio(exact[t]!.numerators[i]!, exact[t]!.denominator);
      if (!near(stated, value, POINT * Math.max(scale, Math.abs(value))))
        return [
          `coordinate ${String(i)} of point ${String(t)} is ${String(stated)}, exactly it is ${String(value)}`,
        ];
    }
  return [];
}

function checkSides(
  map: IntegerMap,
  regions: readonly string[],
  points: readonly RationalVector[],
  kind: 'strict' | 'closed',
): Problems {
  for (const [t, z] of points.entries())
    for (let u = 0; u < map.L; u++) {
      const sign = side(map, u, z);
      const active = regions[t]![u] === '1';
      if (sign === 0 && (kind === 'closed' || !hasBorder(map, u))) continue;
      if (sign === 0 || sign > 0 !== active)
        return [`point ${String(t)} is not in the region that is stated for it (unit ${String(u)})`];
    }
  return [];
}

function floatingSides(map: CanonicalMap, { points, regions }: Cycle): Problems {
  for (const [t, z] of points.entries())
    for (let u = 0; u < map.L; u++)
      if (normOf(map, u) > 0 && preactivation(map, u, z) > 0 !== (regions[t]![u] === '1'))
        return [`point ${String(t)} is not in the region that is stated for it (unit ${String(u)})`];
  return [];
}

/** What a multiplier may be off by: its own bound, and rounding. */
function tolerance({ multiplierError }: Cycle, size: number): number {
  return 4 * multiplierError + 1e-11 * size;
}

function checkMultipliers(cycle: Cycle, steps: readonly number[]): Problems {
  for (const [i, step] of steps.entries()) {
    const { re, im } = cycle.multipliers[i]!;
    if (!(step <= tolerance(cycle, Math.hypot(re, im))))
      return [`multiplier ${String(i)} is ${String(step)} away from an eigenvalue of M`];
  }
  return [];
}

/**
 * Holds the stability against the exact number of multipliers inside the unit circle.
 * @param inside null where a multiplier cannot be told from one on the circle
 */
function checkStability(
  { stability, unstableDirections }: Cycle,
  n: number,
  inside: number | null,
): Problems {
  // A margin of error that is stated says that nothing is claimed; `checkDerived` holds it against the multipliers.
  if (stability === 'marginal') return [];
  if (inside === null)
    return [`it is called ${stability}, but a multiplier is on the unit circle or next to it`];
  if (n - inside === unstableDirections) return [];
  return [
    `it is called ${stability} with ${String(unstableDirections)} unstable directions, exactly ${String(n - inside)} multipliers are outside the unit circle`,
  ];
}

/** Everything that follows from points and multipliers. */
function checkDerived(map: CanonicalMap, cycle: Cycle, scale: number): Problems {
  const problems: Problems = [];
  const { order, points, multipliers, multiplierError } = cycle;
  const wrong = (name: string, stated: unknown, value: unknown): void => {
    problems.push(`its ${name} is stated as ${String(stated)}, it is ${String(value)}`);
  };
  const moduli = multipliers.map(({ re, im }) => Math.hypot(re, im));
  if (moduli.some((v, i) => i > 0 && v > moduli[i - 1]! * (1 + 1e-9)))
    problems.push('its multipliers are not by falling modulus');
  const radius = Math.max(0, ...moduli);
  if (!near(cycle.spectralRadius, radius, DERIVED * radius))
    wrong('spectral radius', cycle.spectralRadius, radius);
  const growth = radius > 0 ? Math.log(radius) / order : null;
  if (
    (growth === null) !== (cycle.growthPerStep === null) ||
    (growth !== null && !near(cycle.growthPerStep!, growth, DERIVED))
  )
    wrong('growth per step', cycle.growthPerStep, growth);
  const directions = moduli.filter((v) => v > 1).length;
  if (cycle.unstableDirections !== directions)
    wrong('number of unstable directions', cycle.unstableDirections, directions);
  const marginal = moduli.some((v) => Math.abs(v - 1) <= multiplierError);
  const stability = marginal
    ? 'marginal'
    : directions === 0
      ? 'stable'
      : directions === map.n
        ? 'unstable'
        : 'saddle';
  if (cycle.stability !== stability) wrong('stability', cycle.stability, stability);
  const size = Math.max(scale, largest(points));
  const { residual, closure } = iterate(map, points);
  // Residuals are differences of nearly equal numbers: they agree to the rounding of their terms.
  if (!near(cycle.residual, residual, size * 1e-13)) wrong('residual', cycle.residual, residual);
  if (!near(cycle.closure, closure, size * 1e-13 + closure * 0.5)) wrong('closure', cycle.closure, closure);
  if (cycle.verified && !(residual <= 1e-10 * size))
    problems.push('it is called verified, but iterating the map leaves its points');
  const { margin, point, unit } = marginOf(map, points);
  if ((cycle.margin === null) !== (margin === Infinity)) wrong('margin', cycle.margin, margin);
  else if (cycle.margin !== null && !near(cycle.margin, margin, DERIVED * margin + 1e-12 * size))
    wrong('margin', cycle.margin, margin);
  else if (cycle.nearestBorder !== null) {
    const { point: p, unit: u } = cycle.nearestBorder;
    const there =
      p >= 0 && p < order && u >= 0 && u < map.L
        ? Math.abs(preactivation(map, u, points[p]!)) / normOf(map, u)
        : NaN;
    if (!near(there, margin, DERIVED * margin + 1e-12 * size))
      wrong(
        'nearest border',
        `point ${String(p)}, unit ${String(u)}`,
        `point ${String(point)}, unit ${String(unit)}`,
      );
  }
  return problems;
}

function marginOf(
  map: CanonicalMap,
  points: Cycle['points'],
): { margin: number; point: number; unit: number } {
  let best = { margin: Infinity, point: -1, unit: -1 };
  for (const [point, z] of points.entries())
    for (let unit = 0; unit < map.L; unit++) {
      const norm = normOf(map, unit);
      if (norm === 0) continue;
      const margin = Math.abs(preactivation(map, unit, z)) / norm;
      if (margin < best.margin) best = { margin, point, unit };
    }
  return best;
}

function iterate(map: CanonicalMap, points: Cycle['points']): { residual: number; closure: number } {
  let residual = 0;
  for (const [t, z] of points.entries())
    residual = Math.max(residual, distance(step(map, z), points[(t + 1) % points.length]!));
  let z: readonly number[] = points[0]!;
  for (let t = 0; t < points.length; t++) z = step(map, z);
  return { residual, closure: distance(z, points[0]!) };
}

function step(map: CanonicalMap, z: readonly number[]): number[] {
  const { n, L, A, B, g } = map;
  const rectified = Array.from({ length: L }, (_, u) => Math.max(0, preactivation(map, u, z)));
  return Array.from({ length: n }, (_, i) => {
    let v = g[i]!;
    for (let j = 0; j < n; j++) v += A[i * n + j]! * z[j]!;
    for (let u = 0; u < L; u++) v += B[i * L + u]! * rectified[u]!;
    return v;
  });
}

function preactivation({ n, C, d }: CanonicalMap, unit: number, z: readonly number[]): number {
  let v = d[unit]!;
  for (let j = 0; j < n; j++) v += C[unit * n + j]! * z[j]!;
  return v;
}

function normOf({ n, C }: CanonicalMap, unit: number): number {
  return Math.hypot(...C.subarray(unit * n, unit * n + n));
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((v, i) => v - b[i]!));
}

function largest(points: Cycle['points']): number {
  return Math.max(0, ...points.map((z) => Math.max(...z.map(Math.abs))));
}

function near(stated: number, value: number, by: number): boolean {
  return Math.abs(stated - value) <= by;
}
