import { DECIMALS, formatNumber, formatVector } from '../../src/figures/format';
import type { FigureObject } from '../../src/figures/objects';
import type { Probe } from '../../src/core/report/scene';

const KINDS = {
  stable: 'stable',
  saddle: 'saddle',
  unstable: 'unstable',
  marginal: 'marginal',
  boundary: 'on a region border',
} as const;

/** "stable 13-cycle", "fixed point on a region border". */
export function kindOf(object: FigureObject): string {
  const what = object.order === 1 ? 'fixed point' : `${String(object.order)}-cycle`;
  const kind = KINDS[object.stability];
  return object.stability === 'boundary' ? `${what} ${kind}` : `${kind} ${what}`;
}

/** "C13a: stable 13-cycle, ρ 0.437". */
export function describeObject(object: FigureObject): string {
  const rho =
    object.spectralRadius === null ? '' : `, ρ ${formatNumber(object.spectralRadius, DECIMALS.list)}`;
  return `${object.id}: ${kindOf(object)}${rho}`;
}

/** "3 fixed points and 2 cycles", for labels. */
export function countObjects(objects: readonly FigureObject[]): string {
  const points = objects.filter(({ order }) => order === 1).length;
  const cycles = objects.length - points;
  const parts = [
    points > 0 ? `${String(points)} fixed point${points === 1 ? '' : 's'}` : '',
    cycles > 0 ? `${String(cycles)} cycle${cycles === 1 ? '' : 's'}` : '',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(' and ') : 'no objects yet';
}

/** The map at the cursor: "z = (0.780, −0.120)   F(z) = (0.536, −0.341)   σ = 10   nearest border 0.120, unit 2". */
export function describeProbe(probe: Probe, from: string | null): string {
  const region =
    probe.region.length > 32
      ? `${probe.region.slice(0, 32)}… (${String(probe.region.length)} units)`
      : probe.region;
  return [
    `cursor z = ${formatVector(probe.state, 3)}`,
    `F(z) = ${formatVector(probe.next, 3)}`,
    `σ = ${region}`,
    probe.border
      ? `nearest border ${formatNumber(probe.border.distance, 3)}, unit ${String(probe.border.unit + 1)}`
      : '',
    from ?? '',
  ]
    .filter(Boolean)
    .join('   ');
}

/** The id after or before the selected one, round and round. */
export function neighbour(
  objects: readonly FigureObject[],
  selected: string | null,
  direction: -1 | 1,
): FigureObject | undefined {
  if (objects.length === 0) return undefined;
  const index = objects.findIndex(({ id }) => id === selected);
  const next = index < 0 ? (direction > 0 ? 0 : objects.length - 1) : index + direction;
  return objects[(next + objects.length) % objects.length];
}
