import type { PrincipalAxes } from './scene';
import type { Complex, LyapunovEstimate, ModelSummary, Stability } from './types';

/**
 * The bifurcation timeline of a series of checkpoints: versioned plain data for the panel, the exports and the
 * command line. `media/timeline.schema.json` describes the same for other programs.
 */
export const TIMELINE_SCHEMA = 'rnn-dynamics/timeline@1';

/** What the checkpoints of a training run are numbered by. */
export type RunAxis = 'epoch' | 'step' | 'index';

/** `offset`: no training run, but one model moved along a direction in the space of its weights. */
export type TimelineAxis = RunAxis | 'offset';

/**
 * Border collisions by Feigin's classification (di Bernardo et al. 2008, ch. 3): `bcb-persistence`, `bcb-fold`,
 * `bcb-flip` (a persistence from which a 2k-cycle branches); crossings of the unit circle: `dtb` at +1, `dfb` at -1,
 * `center` by a complex pair; `unresolved`: the text says what is known.
 */
export type EventKind = 'bcb-persistence' | 'bcb-fold' | 'bcb-flip' | 'dtb' | 'dfb' | 'center' | 'unresolved';

/** Where on the line between the parameters of two neighbouring checkpoints something happens. */
export interface EventPlace {
  /** Positions on the axis of the two checkpoints. */
  readonly epochs: readonly [number, number];
  /** 0 at the first, 1 at the second; on the line between the canonicalised float64 parameters. */
  readonly s: number;
  /** Half-width of the bracket in s that the solver ended with. */
  readonly sError: number;
  /** e0 + s (e1 - e0) */
  readonly epoch: number;
}

export interface BifurcationEvent extends EventPlace {
  /** E1, E2, .. in the order of the axis. */
  readonly id: string;
  readonly kind: EventKind;
  /** Primitive period of the cycle to which it happens. */
  readonly order: number;
  /** Ids of the branches that take part and exist on at least one side. */
  readonly branches: readonly string[];
  /** Branches that begin here, and that end here. */
  readonly born: readonly string[];
  readonly died: readonly string[];
  /** What else is born or dies in the same collision. */
  readonly alsoBorn: readonly {
    readonly order: number;
    readonly branch: string | null;
    readonly stability: Stability;
  }[];
  readonly alsoDied: readonly {
    readonly order: number;
    readonly branch: string | null;
    readonly stability: Stability;
  }[];
  /** Stability of the branch just before and just after; null where it does not exist. */
  readonly stability: readonly [Stability | null, Stability | null];
  /** One collision creates several attractors. */
  readonly mab: boolean;
  /** A DTB through which the cycle comes from, or leaves to, infinity. */
  readonly atInfinity: boolean;
  /** Border collisions: the unit whose border is met (row of C), and which point of the cycle meets it. */
  readonly unit: number | null;
  readonly pointIndex: number | null;
  /** State at the event: the colliding point, or the cycle's first point; null at infinity. */
  readonly point: readonly number[] | null;
  /** Crossings: the multiplier on the unit circle. */
  readonly multiplier: Complex | null;
  /** One sentence in the field's words. */
  readonly text: string;
}

export interface BranchSample {
  readonly epoch: number;
  /** The k points of the cycle in their order, each continuous along the branch. */
  readonly points: readonly (readonly number[])[];
  readonly spectralRadius: number;
  /** ln(spectralRadius) / k; null stands for -infinity. */
  readonly growthPerStep: number | null;
  readonly stability: Stability;
  readonly margin: number | null;
}

/** One object followed through training. */
export interface Branch {
  /** B1, B2, .. by first appearance. */
  readonly id: string;
  readonly order: number;
  /** Branches that share a family were born or die with one another; figures give a family one hue. */
  readonly family: number;
  /** Event ids, or null at the ends of the run. */
  readonly from: string | null;
  readonly to: string | null;
  /** At checkpoints, at events and between where it bends; by rising epoch. */
  readonly samples: readonly BranchSample[];
}

export interface StabilityCounts {
  readonly stable: number;
  readonly saddle: number;
  readonly unstable: number;
  readonly marginal: number;
}

export interface TimelineAttractor {
  readonly kind: 'fixed-point' | 'cycle' | 'quasi-periodic' | 'chaotic' | 'divergent' | 'undecided';
  readonly period: number | null;
  readonly branch: string | null;
  readonly lyapunov: number | null;
  readonly share: number;
  /** The whole Lyapunov spectrum; null where it was not asked for, or has no orbit to be taken along. */
  readonly spectrum: LyapunovEstimate | null;
}

export interface TimelineCheckpoint {
  /** Position on the axis. */
  readonly epoch: number;
  readonly file: string;
  /** Index inside a file that holds a series; null else. */
  readonly entry: number | null;
  readonly digest: string;
  readonly loss: number | null;
  readonly gradNorm: number | null;
  /** Euclidean change of all parameters since the checkpoint before, per unit of the axis. */
  readonly weightChange: number | null;
  readonly counts: Readonly<Record<number, StabilityCounts>>;
  /** Objects that are no isolated cycles. */
  readonly boundaryPoints: number;
  readonly continua: number;
  /** Every order up to this one is proven complete (inside `domain`); 0: none; 'all': every period. */
  readonly provenOrder: number | 'all';
  readonly attractors: readonly TimelineAttractor[];
  /** Points (n coordinates each) of a simulated orbit on attractors that are no listed cycle; for figures only. */
  readonly fog: readonly (readonly number[])[];
  /** Smallest first-order distance in parameter space to a bifurcation of any object; null where there is none. */
  readonly distanceToBifurcation: {
    readonly value: number;
    readonly which: { readonly branch: string; readonly kind: EventKind; readonly unit: number | null };
    /** The weights with the largest share in the gradient, largest first. */
    readonly weights: readonly {
      readonly parameter: string;
      readonly index: readonly number[];
      readonly gradient: number;
    }[];
  } | null;
  /** Ids by which the branches alive here are listed: branch -> sample index. */
  readonly branches: readonly string[];
  readonly warnings: readonly string[];
}

export interface LossPoint {
  readonly epoch: number;
  readonly loss: number | null;
  readonly gradNorm: number | null;
}

export interface LossJump {
  readonly epoch: number;
  /** ln L(e) - ln L(e-1) */
  readonly change: number;
  /** (change - median) / (1.4826 MAD) */
  readonly z: number;
}

export interface AssociationTest {
  readonly pValue: number;
  /** Jumps (upward ones, unless chosen otherwise) with an event within `within` of the axis. */
  readonly matched: number;
  /** The mean of `matched` over the circular shifts. */
  readonly expected: number;
  readonly jumps: number;
  readonly events: number;
  readonly within: number;
  readonly from: number;
  readonly to: number;
}

export interface Timeline {
  readonly schema: typeof TIMELINE_SCHEMA;
  readonly generator: { readonly name: string; readonly version: string };
  readonly run: {
    readonly folder: string;
    readonly kind: string;
    readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
    /** Teacher forcing as the metadata has it, in words ("GTF alpha 0.15", "none"); null when unknown. */
    readonly forcing: string | null;
    /** Two models that are compared, at 0 and 1 of the axis; null for a run. */
    readonly pair: readonly [string, string] | null;
  };
  readonly model: ModelSummary;
  readonly search: {
    readonly maxOrder: number;
    readonly seed: number;
    readonly seconds: number;
    readonly cached: number;
    readonly partial: boolean;
    readonly stoppedBy: string | null;
  };
  readonly axis: TimelineAxis;
  /** Checkpoint e takes row e + lossOffset of the loss file. */
  readonly lossOffset: number;
  readonly lossSource: string | null;
  /** The whole curve, decimated only where it has more than some thousand rows. */
  readonly loss: readonly LossPoint[];
  readonly checkpoints: readonly TimelineCheckpoint[];
  readonly branches: readonly Branch[];
  /** Leading principal components of the attractors of all checkpoints: axes for figures. Null below three dimensions. */
  readonly principal: PrincipalAxes | null;
  readonly events: readonly BifurcationEvent[];
  readonly lossJumps: readonly LossJump[];
  readonly association: {
    readonly definition: string;
    readonly wholeRun: AssociationTest;
    /** Inside the longest stretch with the smallest spacing of checkpoints; null when all are equally dense. */
    readonly denseWindow: AssociationTest | null;
  } | null;
  /**
   * Counts before + births - deaths = counts after, over every step and every order up to the proven one.
   * `broken` lists the steps where that fails: always empty in a sound timeline.
   */
  readonly balance: {
    readonly steps: number;
    readonly broken: readonly {
      readonly epochs: readonly [number, number];
      readonly order: number;
      readonly text: string;
    }[];
  };
  readonly warnings: readonly string[];
}
