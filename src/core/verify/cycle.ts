import type { CanonicalMap } from '../map/canonical';
import type { BoundaryPoint, Continuum, Cycle } from '../report/types';
import { hasBorder, ratio, toInteger, commonShift, compositions, type IntegerMap } from './exact';
import { affordable, type CycleFacts, type Itineraries } from './itineraries';
import { newtonSteps } from './multipliers';

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
/**
 * Re-checks one listed cycle from the map alone: its itinerary's equations are solved exactly, every sign of C z + d is
 * decided exactly, and every number stated follows.
 * @param scale S
 */
export function checkCycle(
  map: CanonicalMap,
  itineraries: Itineraries,
  cycle: Cycle,
  scale: number,
): ObjectCheck {
  const problems = shape(map, cycle);
  if (problems.length > 0) return { problems, exact: false };
  const { n } = map;
  const { order: k, points, regions } = cycle;
  const exact = affordable(itineraries.map, k);
  if (exact) {
    const facts = itineraries.facts(regions);
    if (facts.points === null) return { problems: ['its equations have no unique solution'], exact };
    problems.push(
      ...comparePoints(points, facts.points, scale),
      ...checkSides(itineraries.map, regions, facts.sides),
    );
    if (facts.polynomial) {
      const { coefficients, scale: common } = facts.polynomial;
      problems.push(...checkMultipliers(cycle, newtonSteps(coefficients, common, cycle.multipliers)));
    }
    if (facts.inside !== undefined) problems.push(...checkStability(cycle, n, facts.inside));
    const stated = cycle.multipliers.reduce((v, { re }) => v + re, 0);
    if (!(Math.abs(facts.trace - stated) <= n * tolerance(cycle, Math.max(1, cycle.spectralRadius))))
      problems.push(`its multipliers sum to ${String(stated)}, the trace of M is ${String(facts.trace)}`);
  } else problems.push(...floatingSides(map, cycle));
  problems.push(...checkDerived(map, cycle, scale));
  return { problems, exact };
}

/** Re-checks a fixed point or cycle on region borders. */
export function checkBoundaryPoint(
  map: CanonicalMap,
  itineraries: Itineraries,
  object: BoundaryPoint,
  scale: number,
): ObjectCheck {
  const { order, points, units } = object;
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
  let exact = false;
  const itinerary = object.itineraries[0];
  if (itinerary?.length === order && itinerary.every((region) => isRegion(region, map.L))) {
    const held = itineraries.settle(itinerary);
    exact = held !== 'open';
    if (held === 'nothing') problems.push('its itinerary holds nothing');
    else if (typeof held === 'object' && held.kind === 'object') {
      // Points of a shorter orbit repeat.
      const solution = held.points.map(({ numerators, denominator }) =>
        numerators.map((v) => ratio(v, denominator)),
      );
      const problem = points
        .map((_, shift) =>
          comparePoints(
            points,
            points.map((_z, t) => solution[(t + shift) % solution.length]!),
            scale,
          ),
        )
        .sort((a, b) => a.length - b.length)[0]!;
      problems.push(...problem);
    }
  }
  return { problems, exact };
}

/** Re-checks a family of fixed points or cycles: that there is one, its dimension, and a point and directions of it. */
export function checkContinuum(
  map: CanonicalMap,
  itineraries: Itineraries,
  { regions, dimension, point, directions }: Continuum,
  scale: number,
): ObjectCheck {
  const { n } = map;
  if (
    directions.length !== dimension ||
    dimension < 1 ||
    regions.length < 1 ||
    regions.some((region) => !isRegion(region, map.L)) ||
    [point, ...directions].some((v) => v.length !== n || !v.every(Number.isFinite))
  )
    return { problems: ['a family does not have the stated order and dimension'], exact: false };
  const name = `the family with itinerary ${regions.join(' ')}`;
  const held = itineraries.settle(regions);
  if (held === 'open') return { problems: [], exact: false };
  if (held === 'nothing' || held.kind === 'object')
    return { problems: [`${name} does not exist`], exact: true };
  if (held.itinerary.length < regions.length)
    return { problems: [`${name} is that of a shorter one`], exact: true };
  const problems: Problems = [];
  if (held.dimension !== dimension)
    problems.push(`${name} is stated with dimension ${String(dimension)}, it has ${String(held.dimension)}`);
  const { P, c, scale: common } = compositions(itineraries.map, regions).at(-1)!;
  /** (I - M) v - offset, and the size of its terms. */
  const defect = (v: readonly number[], offset: boolean): { value: number; size: number } => {
    const shift = commonShift([v]);
    const x = v.map((entry) => toInteger(entry, shift));
    let [value, size] = [0, 0];
    for (let i = 0; i < n; i++) {
      let sum = common * x[i]! - (offset ? c[i]! << BigInt(shift) : 0n);
      size += Math.abs(v[i]!) + (offset ? Math.abs(ratio(c[i]!, common)) : 0);
      for (let j = 0; j < n; j++) {
        sum -= P[i * n + j]! * x[j]!;
        size += Math.abs(ratio(P[i * n + j]!, common) * v[j]!);
      }
      value = Math.max(value, Math.abs(ratio(sum, common << BigInt(shift))));
    }
    return { value, size };
  };
  const atPoint = defect(point, true);
  if (!(atPoint.value <= POINT * Math.max(scale, atPoint.size)))
    problems.push(`${name} does not hold its point`);
  for (const v of directions) {
    const { value, size } = defect(v, false);
    if (!(value <= POINT * size)) problems.push(`${name} does not have one of its directions`);
  }
  if (!independent(directions)) problems.push(`${name} has directions that depend on each other`);
  if (!inClosedRegions(map, regions, point, scale))
    problems.push(`${name} has its point outside its regions`);
  return { problems, exact: true };
}

/** Whether vectors are independent, by more than rounding. */
function independent(vectors: readonly (readonly number[])[]): boolean {
  const basis: number[][] = [];
  for (const v of vectors) {
    const length = Math.hypot(...v);
    let rest = v.map((x) => x / length);
    for (const b of basis) {
      const along = rest.reduce((sum, x, i) => sum + x * b[i]!, 0);
      rest = rest.map((x, i) => x - along * b[i]!);
    }
    const left = Math.hypot(...rest);
    if (!(left > 1e-9)) return false;
    basis.push(rest.map((x) => x / left));
  }
  return true;
}

/** Whether an orbit stays in its closed regions, within rounding. */
function inClosedRegions(
  map: CanonicalMap,
  regions: readonly string[],
  point: readonly number[],
  scale: number,
): boolean {
  let z = point;
  for (const region of regions) {
    const size = Math.max(scale, ...z.map(Math.abs));
    for (let u = 0; u < map.L; u++) {
      const p = preactivation(map, u, z);
      if ((region[u] === '1' ? p : -p) < -1e-9 * normOf(map, u) * size) return false;
    }
    z = step(map, z);
  }
  return true;
}

function isRegion(region: string, L: number): boolean {
  return region.length === L && /^[01]*$/.test(region);
}

/** What must hold before anything can be computed. */
function shape({ n, L }: CanonicalMap, { order, points, regions, multipliers }: Cycle): Problems {
  const problems: Problems = [];
  if (points.length !== order || regions.length !== order)
    problems.push('it does not have as many points and regions as its order');
  else if (points.some((z) => z.length !== n || !z.every(Number.isFinite)))
    problems.push('a point is not finite or has the wrong dimension');
  else if (regions.some((region) => !isRegion(region, L)))
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

function comparePoints(points: Cycle['points'], exact: Cycle['points'], scale: number): Problems {
  for (const [t, z] of points.entries())
    for (const [i, stated] of z.entries()) {
      const value = exact[t]![i]!;
      if (!near(stated, value, POINT * Math.max(scale, Math.abs(value))))
        return [
          `coordinate ${String(i)} of point ${String(t)} is ${String(stated)}, exactly it is ${String(value)}`,
        ];
    }
  return [];
}

function checkSides(map: IntegerMap, regions: readonly string[], sides: CycleFacts['sides']): Problems {
  for (const [t, region] of regions.entries())
    for (let u = 0; u < map.L; u++) {
      const sign = sides[t * map.L + u]!;
      if (sign === 0 && !hasBorder(map, u)) continue;
      if (sign === 0 || sign > 0 !== (region[u] === '1'))
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
