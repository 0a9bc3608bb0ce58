import type { BoundaryPoint, Complex, Cycle, Stability } from '../core/report/types';

/** Which hue an object takes: fixed points have their own; cycle families take 0..3 in order of appearance. */
export type Hue = 'fixedPoint' | 0 | 1 | 2 | 3;

/** A fixed point, a cycle or a boundary point, as the figures draw it. */
export interface FigureObject {
  readonly id: string;
  /** Primitive period k. */
  readonly order: number;
  /** 'boundary': on a region border, where no single Jacobian describes it. */
  readonly stability: Stability | 'boundary';
  /** k points of n coordinates. */
  readonly points: readonly (readonly number[])[];
  /** k strings of L bits; empty for boundary points. */
  readonly regions: readonly string[];
  /** Empty for boundary points. */
  readonly multipliers: readonly Complex[];
  /** Null for boundary points. */
  readonly spectralRadius: number | null;
  readonly hue: Hue;
}

/**
 * Figure objects of cycles and boundary points, hues assigned.
 *
 * @param cycles in the order of listing
 * @param boundaryPoints listed after them
 */
export function toFigureObjects(
  cycles: readonly Cycle[],
  boundaryPoints: readonly BoundaryPoint[] = [],
): FigureObject[] {
  const hues = hueOf(cycles);
  return [
    ...cycles.map((cycle): FigureObject => ({
      id: cycle.id,
      order: cycle.order,
      stability: cycle.stability,
      points: cycle.points,
      regions: cycle.regions,
      multipliers: cycle.multipliers,
      spectralRadius: cycle.spectralRadius,
      hue: hues.get(cycle.id) ?? 0,
    })),
    ...boundaryPoints.map((point): FigureObject => ({
      id: point.id,
      order: point.order,
      stability: 'boundary',
      points: point.points,
      regions: [],
      multipliers: [],
      spectralRadius: null,
      hue: point.order === 1 ? 'fixedPoint' : 0,
    })),
  ];
}

/**
 * Hue of every object: fixed points share one; partners (cycles of equal order whose itineraries differ in
 * exactly one bit, the two members of a fold) form a family, and families take the four cycle hues in the order
 * in which they are listed, then begin again.
 */
export function hueOf(
  objects: readonly { readonly id: string; readonly order: number; readonly regions: readonly string[] }[],
): Map<string, Hue> {
  const family = families(objects);
  const hues = new Map<string, Hue>();
  const ofFamily = new Map<number, Hue>();
  objects.forEach((object, index) => {
    if (object.order === 1) {
      hues.set(object.id, 'fixedPoint');
      return;
    }
    const root = family[index]!;
    let hue = ofFamily.get(root);
    if (hue === undefined) {
      hue = (ofFamily.size % 4) as 0 | 1 | 2 | 3;
      ofFamily.set(root, hue);
    }
    hues.set(object.id, hue);
  });
  return hues;
}

/** Ids of the partners of one object: same order, itineraries one bit apart up to rotation. */
export function partnersOf(
  objects: readonly { readonly id: string; readonly order: number; readonly regions: readonly string[] }[],
  one: { readonly id: string; readonly order: number; readonly regions: readonly string[] },
): string[] {
  if (one.order < 2) return [];
  const own = activity(one.regions);
  return objects
    .filter(({ id, order, regions }) => {
      if (id === one.id || order !== one.order || regions.length !== one.regions.length) return false;
      const other = activity(regions);
      let apart = 0;
      for (let unit = 0; unit < own.length && apart < 2; unit++) apart += Math.abs(own[unit]! - other[unit]!);
      return apart === 1 && oneBitApart(one.regions, regions);
    })
    .map(({ id }) => id);
}

const activities = new WeakMap<readonly string[], readonly number[]>();

/** At how many points of a cycle each unit is active: the same for every rotation. */
function activity(regions: readonly string[]): readonly number[] {
  let sum = activities.get(regions);
  if (!sum) {
    const counts = new Array<number>(regions[0]?.length ?? 0).fill(0);
    for (const region of regions)
      for (let unit = 0; unit < counts.length; unit++) if (region[unit] === '1') counts[unit]!++;
    activities.set(regions, (sum = counts));
  }
  return sum;
}

/** Index of each object's family representative (union of partner pairs). */
function families(objects: readonly { readonly order: number; readonly regions: readonly string[] }[]) {
  const parent = objects.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root]!;
    parent[index] = root;
    return root;
  };
  for (const [i, j] of partnerPairs(objects)) {
    const a = find(i);
    const b = find(j);
    if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
  }
  return objects.map((_, index) => find(index));
}

/**
 * All pairs of cycles one bit apart. The number of ones per unit is invariant under rotation, so only cycles
 * whose counts differ by one in one unit are compared in full.
 */
function partnerPairs(
  objects: readonly { readonly order: number; readonly regions: readonly string[] }[],
): [number, number][] {
  const byCounts = new Map<string, number[]>();
  const counts = objects.map(({ regions }) => activity(regions));
  const key = (order: number, sum: readonly number[]) => `${String(order)}|${sum.join(',')}`;
  objects.forEach((object, index) => {
    if (object.order < 2 || object.regions.length === 0) return;
    const name = key(object.order, counts[index]!);
    const list = byCounts.get(name);
    if (list) list.push(index);
    else byCounts.set(name, [index]);
  });
  const pairs: [number, number][] = [];
  objects.forEach((object, index) => {
    if (object.order < 2 || object.regions.length === 0) return;
    const sum = counts[index]!.slice();
    for (let unit = 0; unit < sum.length; unit++) {
      sum[unit]!++;
      for (const other of byCounts.get(key(object.order, sum)) ?? [])
        if (oneBitApart(object.regions, objects[other]!.regions)) pairs.push([index, other]);
      sum[unit]!--;
    }
  });
  return pairs;
}

/** Whether some rotation of `b` differs from `a` in exactly one bit. */
function oneBitApart(a: readonly string[], b: readonly string[]): boolean {
  const k = a.length;
  for (let shift = 0; shift < k; shift++) {
    let bits = 0;
    for (let j = 0; j < k && bits < 2; j++) {
      const p = a[j]!;
      const q = b[(j + shift) % k]!;
      if (p !== q) for (let u = 0; u < p.length && bits < 2; u++) if (p[u] !== q[u]) bits++;
    }
    if (bits === 1) return true;
  }
  return false;
}
