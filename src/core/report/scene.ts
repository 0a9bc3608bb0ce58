import type { Quantity } from '../bifurcation/sensitivity';
import type { Complex } from './types';

export interface PrincipalAxes {
  readonly mean: readonly number[];
  /** components[i] is the i-th unit vector (length n), by falling explained variance. */
  readonly components: readonly (readonly number[])[];
  /** Fractions of the variance, same order. */
  readonly explained: readonly number[];
}

/**
 * What the panel draws beside the report: computed by the worker from the map, plain data.
 * Coordinates are state-space coordinates; nothing here is a claim about the dynamics.
 */
export interface Scene {
  readonly stateDim: number;
  readonly reluUnits: number;
  /** Sampled orbits on their attractors, after a transient ("simulated", drawn as fog): orbits x steps x n. */
  readonly simulated: readonly (readonly (readonly number[])[])[];
  /** The beginnings of orbits that stay bounded, on their way to an attractor: orbits x steps x n. */
  readonly transients: readonly (readonly (readonly number[])[])[];
  /** Principal components of the simulated orbits and the objects in their reach. */
  readonly principal: PrincipalAxes;
  /** Region borders normal . z + offset = 0, one per unit with a border. */
  readonly borders: readonly {
    readonly unit: number;
    readonly normal: readonly number[];
    readonly offset: number;
  }[];
}

export interface Trajectory {
  /** (steps + 1) x n, beginning with the launch point; shorter when it diverged. */
  readonly points: readonly (readonly number[])[];
  /** One string of L bits per point. */
  readonly regions: readonly string[];
  /** Where it went: an object's id, "diverged", or null when it did not settle within the steps. */
  readonly settledOn: string | null;
}

/** The map at one state, for the figure's cursor. */
export interface Probe {
  readonly state: readonly number[];
  readonly next: readonly number[];
  readonly region: string;
  /** Distance to the nearest region border and its unit; null where no unit has a border. */
  readonly border: { readonly distance: number; readonly unit: number } | null;
  /** Eigenvalues of the Jacobian here. */
  readonly eigenvalues: readonly Complex[];
}

/** A parameter of the model as the Weights view draws it. Vectors have one row. */
export interface ParameterMatrix {
  /** Canonical parameter name: A, W, h, .. */
  readonly name: string;
  /** Name of the tensor in the file. */
  readonly tensor: string;
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly values: readonly number[];
  readonly statistics: {
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly std: number;
    readonly norm: number;
    /** Of square matrices; null otherwise. */
    readonly spectralRadius: number | null;
    readonly rank: number | null;
    readonly condition: number | null;
  };
}

/** Exact derivatives of one quantity of a fixed point or cycle by every weight of the model. */
export interface SensitivityPicture {
  /** Id of the fixed point or cycle. */
  readonly object: string;
  readonly quantity: Quantity;
  readonly value: number;
  /** Why there is no derivative, a full sentence; null where there is one. */
  readonly reason: string | null;
  /** Euclidean norm of the gradient over all weights; 0 where there is none. */
  readonly norm: number;
  /** As the file holds them, vectors as one row; empty where there is no derivative. */
  readonly parameters: readonly {
    readonly name: string;
    readonly tensor: string;
    readonly rows: number;
    readonly columns: number;
    /** The weights, row-major. */
    readonly values: readonly number[];
    /** d(quantity) / d(weight), row-major; null for entries that are no weights (a diagonal that is zero by design). */
    readonly derivatives: readonly (number | null)[];
  }[];
  /** The weights of largest derivative by modulus, falling; those without effect left out. */
  readonly largest: readonly {
    readonly parameter: string;
    /** Indices from 0, as stored. */
    readonly index: readonly number[];
    readonly value: number;
    readonly derivative: number;
  }[];
}

/** Manifolds of the saddles as curves, and where they cross. */
export interface ManifoldPicture {
  readonly manifolds: readonly {
    /** Id of the saddle. */
    readonly object: string;
    readonly kind: 'stable' | 'unstable';
    /** Polylines of states. */
    readonly curves: readonly (readonly (readonly number[])[])[];
    /** How far it was grown, in words. */
    readonly extent: string;
  }[];
  /** Homoclinic points (both manifolds of one saddle) and heteroclinic ones, each orbit once. Planar maps only. */
  readonly crossings: readonly {
    readonly unstableOf: string;
    readonly stableOf: string;
    readonly point: readonly number[];
    /** Degrees between the two manifolds. */
    readonly angle: number;
    /** They cross by more than all rounding, and no border is met on the way. */
    readonly certain: boolean;
  }[];
  /** What the crossings prove, one sentence for each saddle; chaos is said to be proven only here. */
  readonly statements: readonly {
    readonly object: string;
    readonly proven: boolean;
    readonly text: string;
  }[];
}

/** Basins of attraction on a plane slice origin + x u + y v of state space. */
export interface BasinPicture {
  readonly origin: readonly number[];
  readonly u: readonly number[];
  readonly v: readonly number[];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly columns: number;
  readonly rows: number;
  /** rows x columns, the lowest y first: index of the attractor asked for, -1 bounded elsewhere, -2 divergent. */
  readonly fates: Int16Array;
  readonly attractors: readonly string[];
  /** Of initial states in the cube |z_i| <= reach, with 95 % intervals. */
  readonly shares: readonly {
    readonly fate: number;
    readonly share: number;
    readonly interval: readonly [number, number];
  }[];
  readonly samples: number;
  readonly reach: number;
}
