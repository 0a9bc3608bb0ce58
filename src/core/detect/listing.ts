import type { BoundaryPoint, Certificate, Continuum, Cycle, OrderResult } from '../report/types';
import type { Collection } from './collection';
import { leastRotation } from './words';
import type { FoundBoundaryPoint, FoundCycle } from './verify';

export interface ListingOptions {
  readonly maxOrder: number;
  /** Model units per internal unit of length, a power of two. */
  readonly unit: number;
  readonly certificates: ReadonlyMap<number, Certificate | null>;
  readonly whyNot: (order: number) => string;
}

/** Orders, ranks and names what was found, in the model's units. */
export function listObjects(
  found: Collection,
  options: ListingOptions,
): {
  orders: OrderResult[];
  beyond: Cycle[];
  idOf: (regions: readonly string[]) => { id: string; exponent: number | null } | undefined;
} {
  const { maxOrder, unit } = options;
  const byOrder = new Map<number, FoundCycle[]>();
  for (const cycle of found.cycles.values()) {
    const list = byOrder.get(cycle.order);
    if (list) list.push(cycle);
    else byOrder.set(cycle.order, [cycle]);
  }
  const named = (order: number): Cycle[] =>
    (byOrder.get(order) ?? [])
      .sort((a, b) => a.spectralRadius - b.spectralRadius || comparePoints(a.points, b.points))
      .map((cycle, i) => toUnits({ ...cycle, id: cycleId(order, i) }, unit));
  const orders: OrderResult[] = [];
  let border = 0;
  const atBorder = (order: number): BoundaryPoint[] =>
    found.boundary
      .filter((point) => point.order === order)
      .sort((a, b) => comparePoints(a.points, b.points))
      .map((point) => toUnits({ ...point, id: `BP${String(++border)}` }, unit));
  for (let order = 1; order <= maxOrder; order++) {
    const certificate = options.certificates.get(order) ?? null;
    orders.push({
      order,
      complete: certificate !== null,
      certificate,
      whyNot: certificate ? null : options.whyNot(order),
      cycles: named(order).map((cycle) => ({ ...cycle, inDomain: inDomain(cycle, certificate) })),
      continua: [...found.continua.values()]
        .filter((family) => family.regions.length === order)
        .map((family): Continuum => ({ ...family, point: family.point.map((v) => v * unit) })),
      boundaryPoints: atBorder(order),
    });
  }
  const longer = [...byOrder.keys()].filter((order) => order > maxOrder).sort((a, b) => a - b);
  const beyond = longer.flatMap(named);
  const ids = new Map<string, { id: string; exponent: number | null }>();
  // Listed itineraries are in their least rotation.
  for (const cycle of [...orders.flatMap((o) => o.cycles), ...beyond])
    ids.set(cycle.regions.join(' '), { id: cycle.id, exponent: cycle.growthPerStep });
  const idOf = (regions: readonly string[]): { id: string; exponent: number | null } | undefined => {
    const start = leastRotation(regions);
    return ids.get([...regions.slice(start), ...regions.slice(0, start)].join(' '));
  };
  return { orders, beyond, idOf };
}

/** Lengths times `unit`; multipliers have no unit. */
export function toUnits<T extends (FoundCycle | FoundBoundaryPoint) & { id: string }>(
  object: T,
  unit: number,
): T {
  const points = object.points.map((z) => z.map((v) => v * unit));
  const residual = object.residual * unit;
  if (!('closure' in object)) return { ...object, points, residual };
  return {
    ...object,
    points,
    residual,
    closure: object.closure * unit,
    margin: object.margin === null ? null : object.margin * unit,
  };
}

/** A certificate speaks of cycles with every point in its domain. */
function inDomain(cycle: Cycle, certificate: Certificate | null): boolean {
  if (!certificate || certificate.domain === 'everywhere') return true;
  const { lower, upper } = certificate.domain;
  return cycle.points.every((z) => z.every((v, i) => v >= lower[i]! && v <= upper[i]!));
}

/** FP1, FP2, ..; C4a, .., C4z, C4aa, .. */
export function cycleId(order: number, index: number): string {
  if (order === 1) return `FP${String(index + 1)}`;
  let letters = '';
  for (let i = index + 1; i > 0; i = Math.floor((i - 1) / 26))
    letters = String.fromCharCode(97 + ((i - 1) % 26)) + letters;
  return `C${String(order)}${letters}`;
}

function comparePoints(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  for (let j = 0; j < Math.min(a.length, b.length); j++)
    for (let i = 0; i < a[j]!.length; i++) if (a[j]![i] !== b[j]![i]) return a[j]![i]! - b[j]![i]!;
  return a.length - b.length;
}
