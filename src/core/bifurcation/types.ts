import type { CanonicalMap } from '../map/canonical';
import type { EventKind } from '../report/timeline';
import type { Complex, Stability } from '../report/types';

/**
 * What happens to fixed points and cycles on the line theta(s) = (1 - s) theta_0 + s theta_1 between the canonical
 * parameters A, B, C, d, g of two maps.
 */

/** A fixed point or cycle at one end of the line; `Cycle` and `FoundCycle` fit. */
export interface EndCycle {
  /** Primitive period k. */
  readonly order: number;
  /** k points of n coordinates. */
  readonly points: readonly (readonly number[])[];
  /** k strings of L bits. */
  readonly regions: readonly string[];
}

/** An object exactly on region borders at one end of the line; `BoundaryPoint` fits. */
export interface EndBoundaryPoint {
  readonly order: number;
  readonly points: readonly (readonly number[])[];
  readonly itineraries: readonly (readonly string[])[];
}

/** The objects known at one end. */
export interface EndObjects {
  readonly cycles: readonly EndCycle[];
  readonly boundaryPoints?: readonly EndBoundaryPoint[];
  /** Every cycle up to this order is in `cycles`; 0 when nothing is proven. */
  readonly provenOrder: number;
}

export interface ConnectOptions {
  /** Longest cycles that are looked for where events create or destroy several. Listed objects of any order are followed. */
  readonly maxOrder: number;
  /** Polled often; true ends the work: what is left becomes `unresolved`. */
  readonly stop?: () => boolean;
}

export interface SegmentSample {
  readonly s: number;
  /** First point of the cycle, of `regions[0]`. */
  readonly point: readonly number[];
  readonly spectralRadius: number;
  /** ln(spectralRadius) / k; null stands for -infinity. */
  readonly growthPerStep: number | null;
  readonly stability: Stability;
  /** State-space distance to the nearest region border; 0 at a border collision; null when no unit has a border. */
  readonly margin: number | null;
}

/** One cycle with one itinerary over the interval of s in which it exists. */
export interface Segment {
  readonly order: number;
  /** k strings of L bits, in a rotation that is continuous along the chain `previous`, this, `next`. */
  readonly regions: readonly string[];
  /** Interval of s, from < to. */
  readonly from: number;
  readonly to: number;
  /** Index in `events` of what begins and ends it; null at s = 0, at s = 1 (unless an event lies exactly there). */
  readonly startEvent: number | null;
  readonly endEvent: number | null;
  /** Index in `cycles` of the objects at the ends that it begins or ends with. */
  readonly objectA: number | null;
  readonly objectB: number | null;
  /** The segments that the same cycle has before and after: through persistence, or past a continuum. */
  readonly previous: number | null;
  readonly next: number | null;
  /** By rising s; at both ends (just inside, where an end is at infinity), at the events between, and where it bends. */
  readonly samples: readonly SegmentSample[];
}

/** Another cycle that is born or dies in the same event. */
export interface Companion {
  readonly order: number;
  /** Its segment; null where it is too long to be followed. */
  readonly segment: number | null;
  readonly regions: readonly string[];
  readonly stability: Stability;
}

/** One bifurcation on the line. */
export interface ConnectionEvent {
  readonly s: number;
  /** Half-width of the bracket in s that the solver ended with, rounding of the test function included. */
  readonly sError: number;
  readonly kind: EventKind;
  /** Primitive period of the cycle to which it happens. */
  readonly order: number;
  /** Segments of the cycle itself (both partners of a fold) that exist just before and just after. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** All segments that begin here without a `previous`, and that end here without a `next`, companions included. */
  readonly born: readonly number[];
  readonly died: readonly number[];
  readonly alsoBorn: readonly Companion[];
  readonly alsoDied: readonly Companion[];
  /** Companions are complete up to this order; 0 where they were not searched. */
  readonly searchedTo: number;
  /** Stability of the cycle just before and just after; null where it does not exist. */
  readonly stability: readonly [Stability | null, Stability | null];
  /** One collision creates several attractors. */
  readonly mab: boolean;
  readonly atInfinity: boolean;
  /** Border collisions: unit and point, counted in the `regions` of the first segment of `before`, else of `after`. */
  readonly unit: number | null;
  readonly pointIndex: number | null;
  /** State at the event: the colliding point, else the cycle's first point; null at infinity. */
  readonly point: readonly number[] | null;
  /** Crossings: the multiplier on the unit circle. */
  readonly multiplier: Complex | null;
  /** One sentence in the field's words. */
  readonly text: string;
}

/** An object at s = 0 and the object at s = 1 that it becomes. */
export interface Link {
  /** Indices in `cycles` of either end. */
  readonly a: number;
  readonly b: number;
  /** The chain of segments between, by rising s. */
  readonly segments: readonly number[];
}

export interface Connection {
  readonly segments: readonly Segment[];
  /**
   * By rising s, each once. An event at s = 0 or 1 within `sError` lies at the checkpoint itself: the step on its other
   * side sees it, too.
   */
  readonly events: readonly ConnectionEvent[];
  readonly links: readonly Link[];
  /** Segment of each object of A and B; null for objects that could not be followed at all. */
  readonly segmentsA: readonly (number | null)[];
  readonly segmentsB: readonly (number | null)[];
  readonly balance: Balance;
}

/** Counts before + births - deaths = counts after, for every order up to the smaller proven one. */
export interface Balance {
  /** Orders checked: 1 .. upTo. */
  readonly upTo: number;
  readonly broken: readonly { readonly order: number; readonly text: string }[];
}

export type Connect = (
  mapA: CanonicalMap,
  objectsA: EndObjects,
  mapB: CanonicalMap,
  objectsB: EndObjects,
  options: ConnectOptions,
) => Connection;

export interface DistanceToBifurcation {
  /** First-order distance, Euclidean norm over all parameters. */
  readonly value: number;
  readonly kind: Exclude<EventKind, 'unresolved'>;
  readonly unit: number | null;
  readonly pointIndex: number | null;
  /** The parameters with the largest share in the gradient of the test function, largest first. */
  readonly weights: readonly {
    readonly parameter: string;
    readonly index: readonly number[];
    readonly gradient: number;
  }[];
}
