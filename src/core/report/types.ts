import type { Shard } from './shard';

/**
 * THE contract: versioned plain data, JSON-serialisable, for the panel, the exports and the command line.
 * `media/report.schema.json` describes the same for other programs.
 */
export const REPORT_SCHEMA = 'rnn-dynamics/report@1';
export const INFO_SCHEMA = 'rnn-dynamics/info@1';

export type ModelKind =
  'PLRNN' | 'ALRNN' | 'shPLRNN' | 'clippedShPLRNN' | 'dendPLRNN' | 'clippedDendPLRNN' | 'reluRNN';

export interface Variant {
  /** z replaced by z - mean(z) inside the nonlinearity. */
  readonly meanCentred: boolean;
  /** Slope of LeakyReLU for negative arguments; 0 is plain ReLU. */
  readonly negativeSlope: number;
  /** a in h' = (1-a) h + a relu(..); 1 is no leak. */
  readonly leak: number;
  /** 'inside': relu(z - h) (older MATLAB code); 'outside': the bias is added after the nonlinearity. */
  readonly thresholds: 'inside' | 'outside';
}

export interface ModelSummary {
  readonly kind: ModelKind;
  readonly variant: Variant;
  readonly stateDim: number;
  readonly reluUnits: number;
  readonly inputDim: number;
  readonly input: readonly number[];
  readonly equation: string;
  /** The unit of length S: the largest |coordinate| of any fixed point or bounded sampled orbit. */
  readonly scale: number;
  readonly tensors: Readonly<Record<string, string>>;
  readonly assumptions: readonly string[];
  readonly notes: readonly string[];
}

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export type Stability = 'stable' | 'saddle' | 'unstable' | 'marginal';

/** A fixed point (order 1) or k-cycle. */
export interface Cycle {
  /** FP1, FP2, .., C4a, C4b, .. in the order of listing. */
  readonly id: string;
  /** Primitive period k. */
  readonly order: number;
  /** k points of n coordinates; point j + 1 is the image of point j. */
  readonly points: readonly (readonly number[])[];
  /** k strings of L bits, character u is row u of C. */
  readonly regions: readonly string[];
  /** Eigenvalues of the product of Jacobians, by falling modulus, then falling imaginary part. */
  readonly multipliers: readonly Complex[];
  /** Bound on the error of each multiplier's modulus (first order: eigenvalue condition x matrix error). */
  readonly multiplierError: number;
  readonly spectralRadius: number;
  /** ln(spectralRadius) / k; null stands for -infinity (spectralRadius 0). */
  readonly growthPerStep: number | null;
  readonly stability: Stability;
  readonly unstableDirections: number;
  readonly inDomain: boolean;
  /** max_j |F(z_j) - z_{j+1}| */
  readonly residual: number;
  /** |F^k(z_1) - z_1| */
  readonly closure: number;
  /** State-space distance to the nearest region border, over all points; null when no unit has a border. */
  readonly margin: number | null;
  /** Where that margin is attained (0-based point and unit), or null. */
  readonly nearestBorder: { readonly point: number; readonly unit: number } | null;
  readonly verified: boolean;
  /** How it was met first: the search's own words ("linear complementarity search", "attractor", "closed walk", ..). */
  readonly foundBy: string;
}

/** A fixed point or cycle with a point exactly on a region border: no single Jacobian describes it. */
export interface BoundaryPoint {
  readonly id: string;
  readonly order: number;
  readonly points: readonly (readonly number[])[];
  /** Itineraries it satisfies; at most 16 are listed, `itineraryCount` counts all. */
  readonly itineraries: readonly (readonly string[])[];
  readonly itineraryCount: number;
  /** Units whose border it lies on. */
  readonly units: readonly number[];
  readonly residual: number;
  readonly verified: boolean;
  readonly note: string;
}

/** An affine family of fixed points or cycles (line attractor, ..). */
export interface Continuum {
  readonly regions: readonly string[];
  readonly dimension: number;
  readonly point: readonly number[];
  readonly directions: readonly (readonly number[])[];
}

export interface Certificate {
  readonly domain: 'everywhere' | { readonly lower: readonly number[]; readonly upper: readonly number[] };
  readonly periods: 'all' | number;
  /** Short name of the method: "linear complementarity search". */
  readonly method: string;
  /** Plain words: what was proven, by which argument, where it holds. */
  readonly statement: string;
  /** What was enumerated or excluded, by argument: { "regions decided": 1048576, .. } */
  readonly counts: Readonly<Record<string, number>>;
  /** The error bound under which every exclusion was made. */
  readonly errorBound: number;
}

export interface OrderResult {
  readonly order: number;
  readonly complete: boolean;
  readonly certificate: Certificate | null;
  /** Why there is no certificate, in plain words; null when there is one. */
  readonly whyNot: string | null;
  readonly cycles: readonly Cycle[];
  readonly continua: readonly Continuum[];
  readonly boundaryPoints: readonly BoundaryPoint[];
}

export type AttractorKind =
  'fixed-point' | 'cycle' | 'quasi-periodic' | 'chaotic' | 'divergent' | 'undecided';

/** Lyapunov exponents of an attractor and what follows from them. */
export interface LyapunovEstimate {
  /** Per step, falling; null stands for -infinity. The largest ones alone where all would take too long. */
  readonly exponents: readonly (number | null)[];
  /** Standard error of each; 0 where they are exact. */
  readonly errors: readonly number[];
  /** Kaplan-Yorke dimension; null where the exponents listed do not determine it. */
  readonly dimension: number | null;
  readonly dimensionError: number;
  /** Steps of the orbit that they are averaged over; 0: exact, from the multipliers of a cycle. */
  readonly steps: number;
}

export interface Attractor {
  readonly kind: AttractorKind;
  /** Id of the cycle in `orders` or `beyond`, if it is one. */
  readonly cycle?: string;
  readonly period?: number;
  /** Largest Lyapunov exponent per step, estimated. */
  readonly lyapunov?: number;
  /** The whole spectrum; absent where orbits diverge or come to rest on a border, or where it was not asked for. */
  readonly spectrum?: LyapunovEstimate;
  /** Share of the sampled initial states that end here, in [0, 1]. */
  readonly share: number;
  /** What the label rests on, in plain words. */
  readonly evidence: string;
}

/** Another program's list of objects, held against the report's. */
export interface Comparison {
  readonly file: string;
  /** `distance`: the largest difference of a coordinate, over all points. */
  readonly matched: readonly { readonly id: string; readonly name: string; readonly distance: number }[];
  /** Ids of objects that the other list lacks. */
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly { readonly name: string; readonly order: number; readonly reason: string }[];
  /** What makes the comparison less sure: parameters that differ or could not be held against each other. */
  readonly notes: readonly string[];
}

export interface Report {
  readonly schema: typeof REPORT_SCHEMA;
  readonly generator: { readonly name: string; readonly version: string };
  readonly file: string;
  readonly digest: string;
  readonly model: ModelSummary;
  readonly search: {
    readonly maxOrder: number;
    readonly seed: number;
    readonly seconds: number;
    readonly linearSolves: number;
    /** Other work, counted: map iterates, pivots, words, .. */
    readonly work: Readonly<Record<string, number>>;
    /** True when a limit or Stop cut the search short. */
    readonly partial: boolean;
    /** Why it is partial: "stopped", "time limit", "memory limit"; null when it is not. */
    readonly stoppedBy: string | null;
  };
  readonly orders: readonly OrderResult[];
  /** Cycles of order > maxOrder met on the way; no claim is made about them. */
  readonly beyond: readonly Cycle[];
  readonly attractors: readonly Attractor[];
  /** Only where it was asked for. */
  readonly comparison?: Comparison;
  /** Only where this is one of several shards: no order is then claimed to be complete. */
  readonly shard?: Shard;
  readonly warnings: readonly string[];
}

export interface TensorStatistics {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly finite: boolean;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Of the population. */
  readonly std: number | null;
  /** Frobenius norm. */
  readonly norm: number | null;
}

export interface InfoReport {
  readonly schema: typeof INFO_SCHEMA;
  readonly file: string;
  readonly format: string;
  readonly bytes: number;
  readonly tensors: readonly TensorStatistics[];
  readonly scalars: readonly { readonly name: string; readonly value: number | string | boolean }[];
  readonly model: {
    readonly kind: ModelKind;
    readonly variant: Variant;
    readonly stateDim: number;
    readonly reluUnits: number;
    readonly equation: string;
    readonly tensors: Readonly<Record<string, string>>;
    readonly assumptions: readonly string[];
  } | null;
  readonly warnings: readonly string[];
}
