import type { Orbit, Quantity } from '../core/bifurcation/sensitivity';
import type { PeriodicAttractor, PlaneSlice } from '../core/stateSpace/basins';
import type { Saddle } from '../core/stateSpace/manifolds';

/** What is asked about manifolds. */
export interface ManifoldRequest {
  /** Saddles, those that matter most first. */
  readonly objects: readonly (Saddle & { readonly id: string })[];
  /** The curves are cut off at |z_i| = radius. */
  readonly radius: number;
}

/** What is asked about derivatives by the weights. */
export interface SensitivityRequest {
  readonly object: Orbit & { readonly id: string };
  readonly quantity: Quantity;
}

/** What is asked about basins of attraction. */
export interface BasinRequest {
  /** Stable fixed points and cycles. */
  readonly attractors: readonly (PeriodicAttractor & { readonly id: string })[];
  readonly slice: PlaneSlice;
  readonly columns: number;
  readonly rows: number;
  /** Shares are those of the cube |z_i| <= reach. */
  readonly reach: number;
  readonly seed: number;
}
