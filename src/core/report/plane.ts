import type { EventKind } from './timeline';
import type { ModelSummary, Stability } from './types';

/**
 * A plane of two parameters with the curves at which cycles appear, vanish or change stability, and the parts between
 * them: versioned plain data for the panel, the exports and the command line. `media/plane.schema.json` describes the same
 * for other programs.
 */
export const PLANE_SCHEMA = 'rnn-dynamics/plane@1';

/** A direction in parameter space; the offset along it is a coordinate of the plane. */
export interface PlaneAxis {
  /** "A[0]", "random direction 3", "towards ckpt_0200.npz". */
  readonly label: string;
  /** How it was asked for: `A[0]`, `random:3`, `towards:FILE`. */
  readonly direction: string;
  /** Offsets. */
  readonly range: readonly [number, number];
  /** Value of the parameter at offset 0 where the direction is one weight, else null. */
  readonly base: number | null;
}

/** Offsets x, y. */
export type PlanePoint = readonly [number, number];

/** A fixed point or cycle of one itinerary. */
export interface PlaneObject {
  /** FP1, C16a, .. */
  readonly id: string;
  readonly order: number;
  /** k strings of L bits. */
  readonly regions: readonly string[];
  /** Where it exists in the window: outlines, counterclockwise. */
  readonly existence: readonly (readonly PlanePoint[])[];
  /** Whether all outlines close. */
  readonly closed: boolean;
}

export interface PlaneCurve {
  /** B1, B2, .. */
  readonly id: string;
  readonly kind: EventKind;
  /** Primitive period of the cycle to which it happens. */
  readonly order: number;
  readonly points: readonly PlanePoint[];
  /** Ids of the objects that take part, that exist on the left of the curve's direction and on its right. */
  readonly left: readonly string[];
  readonly right: readonly string[];
  readonly atInfinity: boolean;
  /** Border collisions: row of C, and point of the cycle. */
  readonly unit: number | null;
  readonly pointIndex: number | null;
  readonly text: string;
}

/** A part of the window in which the same cycles exist, with the same stability. */
export interface PlaneRegion {
  /** R1, R2, .. by falling area. */
  readonly id: string;
  /** The outline, counterclockwise, then holes, clockwise. */
  readonly rings: readonly (readonly PlanePoint[])[];
  /** A point well inside. */
  readonly inside: PlanePoint;
  /** Share of the window. */
  readonly share: number;
  readonly exists: readonly { readonly object: string; readonly stability: Stability }[];
  /** Ids of the stable ones. */
  readonly stable: readonly string[];
}

export interface PlanePath {
  readonly label: string;
  readonly points: readonly { readonly epoch: number | null; readonly at: PlanePoint }[];
}

/** A loss over the plane, at nodes of a grid. */
export interface PlaneSurface {
  /** Name of the file it is from. */
  readonly file: string;
  /** Offsets of the columns and of the rows, rising. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Row by row, lowest y first; null where there is no finite value. */
  readonly values: readonly (number | null)[];
  /** Least and largest value. */
  readonly range: readonly [number, number];
  /** How it is drawn: `log` where all values are positive and span more than two decades. */
  readonly scale: 'linear' | 'log';
  /** How many values are null. */
  readonly blank: number;
}

export interface PlaneReport {
  readonly schema: typeof PLANE_SCHEMA;
  readonly generator: { readonly name: string; readonly version: string };
  readonly file: string;
  readonly digest: string;
  readonly model: Omit<ModelSummary, 'scale'>;
  readonly axes: readonly [PlaneAxis, PlaneAxis];
  readonly search: {
    readonly maxOrder: number;
    readonly seed: number;
    readonly seconds: number;
    readonly partial: boolean;
    readonly stoppedBy: string | null;
    /** What was searched, and what could be missing. */
    readonly statement: string;
    /**
     * Share of the window in which every itinerary that can exist in the box |z_i| <= radius was tested; null where
     * the search was heuristic.
     */
    readonly covered: number | null;
    readonly radius: number | null;
  };
  /** Bounds, in shares of the window: of the points from their curves, and of the chords between them. */
  readonly precision: { readonly points: number; readonly chords: number };
  readonly objects: readonly PlaneObject[];
  readonly curves: readonly PlaneCurve[];
  readonly regions: readonly PlaneRegion[];
  readonly path: PlanePath | null;
  /** A loss that was laid beneath the plane; null: none. */
  readonly surface: PlaneSurface | null;
  readonly warnings: readonly string[];
}
