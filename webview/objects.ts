import type { Attractor, BoundaryPoint, Continuum, Cycle, Report } from '../src/core/report/types';
import type { Finds } from '../src/protocol/job';
import { attractorId, otherAttractors } from '../src/figures/attractors';
import { toFigureObjects, type FigureObject } from '../src/figures/objects';

/** Part of the list an object stands in. */
export type Group =
  | { readonly kind: 'order'; readonly order: number }
  | { readonly kind: 'boundary' | 'continua' | 'beyond' | 'attractors' };

interface Listed {
  readonly id: string;
  readonly group: Group;
  /** null where it has none (chaotic attractors, continua). */
  readonly order: number | null;
  /** The stability word, or what it is when it has no stability. */
  readonly word: string;
  readonly rho: number | null;
  readonly margin: number | null;
  /** What the figures draw of it; null when there are no points to draw. */
  readonly figure: FigureObject | null;
}

/** Anything that can be selected. */
export type PanelObject = Listed &
  (
    | { readonly kind: 'cycle'; readonly cycle: Cycle }
    | { readonly kind: 'boundary'; readonly boundary: BoundaryPoint }
    | { readonly kind: 'continuum'; readonly continuum: Continuum }
    | { readonly kind: 'attractor'; readonly attractor: Attractor }
  );

const ofCycle = (cycle: Cycle, figure: FigureObject | null, beyond: boolean): PanelObject => ({
  kind: 'cycle',
  cycle,
  id: cycle.id,
  group: beyond ? { kind: 'beyond' } : { kind: 'order', order: cycle.order },
  order: cycle.order,
  word: cycle.stability,
  rho: cycle.spectralRadius,
  margin: cycle.margin,
  figure,
});

const ofBoundary = (boundary: BoundaryPoint, figure: FigureObject | null): PanelObject => ({
  kind: 'boundary',
  boundary,
  id: boundary.id,
  group: { kind: 'boundary' },
  order: boundary.order,
  word: 'on a border',
  rho: null,
  margin: 0,
  figure,
});

const continuumWord = (dimension: number): string =>
  dimension === 1 ? 'line' : dimension === 2 ? 'plane' : `${String(dimension)}-dimensional`;

const ofContinuum = (continuum: Continuum, number: number): PanelObject => ({
  kind: 'continuum',
  continuum,
  id: `L${String(number)}`,
  group: { kind: 'continua' },
  order: continuum.regions.length,
  word: continuumWord(continuum.dimension),
  rho: null,
  margin: null,
  figure: null,
});

/** Attractors that are a listed cycle are that cycle's row; only the others get their own. */
const ofAttractor = (attractor: Attractor, number: number): PanelObject => ({
  kind: 'attractor',
  attractor,
  id: attractorId(number),
  group: { kind: 'attractors' },
  order: attractor.period ?? null,
  word: attractor.kind === 'fixed-point' ? 'fixed points' : attractor.kind,
  rho: null,
  margin: null,
  figure: null,
});

/** Draws cycles and boundary points together, so that partners share a hue. */
function figures(cycles: readonly Cycle[], boundary: readonly BoundaryPoint[]): Map<string, FigureObject> {
  return new Map(toFigureObjects(cycles, boundary).map((figure) => [figure.id, figure]));
}

/** Everything a report lists, in its order: by order, then boundary points, continua, beyond, attractors. */
export function listReport(report: Report): PanelObject[] {
  const cycles = report.orders.flatMap((order) => order.cycles);
  const boundary = report.orders.flatMap((order) => order.boundaryPoints);
  const drawn = figures([...cycles, ...report.beyond], boundary);
  const figure = (id: string): FigureObject | null => drawn.get(id) ?? null;
  return [
    ...cycles.map((cycle) => ofCycle(cycle, figure(cycle.id), false)),
    ...boundary.map((point) => ofBoundary(point, figure(point.id))),
    ...report.orders
      .flatMap((order) => order.continua)
      .map((continuum, index) => ofContinuum(continuum, index + 1)),
    ...report.beyond.map((cycle) => ofCycle(cycle, figure(cycle.id), true)),
    ...otherAttractors(report.attractors).map((attractor, index) => ofAttractor(attractor, index + 1)),
  ];
}

/** The list with new finds appended; what stood keeps its place. */
export function appendFinds(before: readonly PanelObject[], finds: Finds, maxOrder: number): PanelObject[] {
  const known = new Set(before.map((object) => object.id));
  const cycles = finds.cycles.filter((cycle) => !known.has(cycle.id));
  const boundary = finds.boundaryPoints.filter((point) => !known.has(point.id));
  const drawn = figures(
    [...before.flatMap((object) => (object.kind === 'cycle' ? [object.cycle] : [])), ...cycles],
    [...before.flatMap((object) => (object.kind === 'boundary' ? [object.boundary] : [])), ...boundary],
  );
  return [
    ...before.map((object) => ({ ...object, figure: drawn.get(object.id) ?? null })),
    ...cycles.map((cycle) => ofCycle(cycle, drawn.get(cycle.id) ?? null, cycle.order > maxOrder)),
    ...boundary.map((point) => ofBoundary(point, drawn.get(point.id) ?? null)),
  ];
}

/**
 * The object of the final list that an object selected during the search became: ids are provisional until the
 * report, so it is known by its points, in any rotation.
 */
export function matchObject(
  objects: readonly PanelObject[],
  before: PanelObject | undefined,
  id: string | null,
): string | null {
  const start = before?.figure?.points[0];
  if (start) {
    const scale = Math.max(...start.map(Math.abs), 1e-300);
    for (const object of objects) {
      if (object.order !== before.order) continue;
      for (const point of object.figure?.points ?? [])
        if (point.every((value, i) => Math.abs(value - start[i]!) <= 1e-9 * scale)) return object.id;
    }
  }
  return objects.some((object) => object.id === id) ? id : null;
}

/** "Fixed points", "Cycles of order 3", .. */
export function groupTitle(group: Group, maxOrder: number | null): string {
  switch (group.kind) {
    case 'order':
      return group.order === 1 ? 'Fixed points' : `Cycles of order ${String(group.order)}`;
    case 'boundary':
      return 'On region borders';
    case 'continua':
      return 'Continua';
    case 'beyond':
      return maxOrder === null ? 'Beyond (no claim)' : `Beyond order ${String(maxOrder)} (no claim)`;
    case 'attractors':
      return 'Other attractors';
  }
}

export const groupKey = (group: Group): string =>
  group.kind === 'order' ? `order ${String(group.order)}` : group.kind;

/** "fixed point", "13-cycle" */
export const orderNoun = (order: number): string => (order === 1 ? 'fixed point' : `${String(order)}-cycle`);
