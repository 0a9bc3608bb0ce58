import type { BoundaryPoint, Certificate, OrderResult, Report } from '../report/types';
import type { PlainBox } from './confinement';
import { ratio } from './exact';
import type { Family } from './families';
import { liesIn, type Held, type Itineraries, type SolvedObject } from './itineraries';

/** Where a statement holds; `radius`: for sum(o) + sum(s) <= radius, see `TreePart`. */
export type Domain = 'everywhere' | PlainBox | { readonly radius: number };

/** All cycles of some orders in a domain, as they are established apart from the report. */
export interface Established {
  readonly orders: number | 'all';
  readonly domain: Domain;
  /** null: there is exactly one fixed point there (and, for all orders, nothing else), whichever it is. */
  readonly objects: readonly (SolvedObject | Family)[] | null;
  /** Some itineraries stay open: others than these may exist. */
  readonly partial?: boolean;
}

/** Points listed on borders may differ from the exact ones by this much of S or of their size. */
const POINT = 1e-9;

/** What a report lists, held against what is established. */
export class Listing {
  readonly #families: (readonly string[])[];

  constructor(
    private readonly report: Report,
    private readonly itineraries: Itineraries,
  ) {
    this.#families = report.orders.flatMap(({ continua }) => continua.map(({ regions }) => regions));
  }

  /** What is wrong with an order's lists, if this is established: object by object, both ways. */
  account(
    order: OrderResult,
    claimed: Certificate['domain'],
    { objects, domain, partial }: Established,
  ): string[] {
    const k = order.order;
    const problems: string[] = [];
    const inside = (object: SolvedObject): boolean => claimed === 'everywhere' || liesIn(object, claimed);
    const note = (text: string): void => void problems.push(`order ${String(k)}: ${text}.`);
    const cycles = order.cycles.map(({ id, regions }) => ({ id, object: this.itineraries.settle(regions) }));
    const points = order.boundaryPoints.map((point) => ({ id: point.id, object: this.#borderObject(point) }));
    const families = order.continua.flatMap(({ regions }) => {
      const held = this.itineraries.settle(regions);
      return typeof held === 'object' && held.kind === 'family' ? [held] : [];
    });
    const listed = [...cycles, ...points].flatMap(({ id, object }) =>
      typeof object === 'object' && object.kind === 'object' && inside(object) ? [{ id, object }] : [],
    );
    if (objects === null) {
      // At most one fixed point, and nothing else.
      if (families.length > 0) note('a family is listed where the proof says that there is none');
      if (k > 1 && listed.length > 0) note('cycles are listed where the proof says that there are none');
      if (k > 1) return problems;
      if (listed.length !== 1)
        note(
          `there is exactly one fixed point by the proof, ${String(listed.length)} are listed and confirmed`,
        );
      return problems;
    }
    const own = objects.flatMap((object) =>
      object.kind === 'object' && object.order === k && inside(object) ? [object] : [],
    );
    const ownFamilies = objects.flatMap((object) =>
      object.kind === 'family' &&
      object.itinerary.length === k &&
      (claimed === 'everywhere' || object.forms.meets(object.itinerary, claimed))
        ? [object]
        : [],
    );
    const listedKeys = new Set(listed.flatMap(({ object }) => (object.strict ? [keyOf(object)] : [])));
    for (const object of own) {
      const found = object.strict
        ? listedKeys.has(keyOf(object))
        : order.boundaryPoints.some(({ points: own }) => near(own, object, this.report.model.scale));
      if (!found)
        note(
          object.strict
            ? `the cycle with itinerary ${object.itinerary.join(' ')} is missing`
            : `a point on borders is missing (itinerary ${object.itinerary.join(' ')})`,
        );
    }
    for (const family of ownFamilies)
      if (!this.itineraries.isHeldBy(family, this.#families))
        note(`the family with itinerary ${family.itinerary.join(' ')} is missing`);
    if (partial) return problems;
    // What is real cannot be excluded by a proof that is right.
    const ownKeys = new Set(own.flatMap((object) => (object.strict ? [keyOf(object)] : [])));
    if (domain === 'everywhere' || claimed !== 'everywhere')
      for (const { id, object } of listed)
        if (object.strict && !ownKeys.has(keyOf(object)))
          note(`${id} is real, but the proof leaves no room for it`);
    if (domain === 'everywhere')
      for (const family of families)
        if (family.onBorder.size === 0 && !objects.includes(family))
          note(
            `the family with itinerary ${family.itinerary.join(' ')} is real, but the proof leaves no room for it`,
          );
    return problems;
  }

  #borderObject({ itineraries }: BoundaryPoint): Held {
    const [word] = itineraries;
    const { n, L } = this.itineraries.map;
    if (!word || n === 0 || !word.every((region) => region.length === L)) return 'open';
    return this.itineraries.settle(word);
  }
}

function keyOf({ itinerary }: SolvedObject): string {
  return itinerary.join(' ');
}

/** Whether listed points are those of an object, in some rotation. */
function near(points: BoundaryPoint['points'], object: SolvedObject, scale: number): boolean {
  if (points.length !== object.order) return false;
  const exact = object.points.map(({ numerators, denominator }) =>
    numerators.map((v) => ratio(v, denominator)),
  );
  const size = Math.max(scale, ...exact.flat().map(Math.abs));
  return points.some((_, shift) =>
    exact.every((z, t) =>
      z.every((v, j) => Math.abs(v - points[(t + shift) % points.length]![j]!) <= POINT * size),
    ),
  );
}
