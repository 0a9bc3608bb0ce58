import { eigenvalues } from '../linalg/eigen';
import type { CanonicalMap } from '../map/canonical';
import { pulledBack, type CanonicalArrays, type WeightDerivative } from '../models/derivatives';
import { CycleGradients } from './gradients';

/** What of a fixed point or cycle is differentiated; indices from 0. */
export type Quantity =
  /** Coordinate `unit` of point `point`. */
  | { readonly kind: 'coordinate'; readonly point: number; readonly unit: number }
  /** Euclidean norm of point `point`. */
  | { readonly kind: 'norm'; readonly point: number }
  /** Modulus, or argument in radians, of a multiplier, in the order of the report. */
  | { readonly kind: 'modulus' | 'argument'; readonly multiplier: number };

/** A fixed point or cycle as the derivatives need it: k points, and the region of each as a string of L bits. */
export interface Orbit {
  readonly points: readonly (readonly number[])[];
  readonly regions: readonly string[];
}

export interface Sensitivity {
  /** Of the quantity itself. */
  readonly value: number;
  /** By each of the weights that were given; null where the quantity has no derivative. */
  readonly gradient: Float64Array | null;
  /** Why there is no derivative, a full sentence; null where there is one. */
  readonly reason: string | null;
}

/**
 * The exact derivatives of one quantity of a fixed point or cycle by the weights: implicit differentiation of the linear
 * system that the cycle solves. They hold as long as the itinerary stays what it is.
 */
export function sensitivity(
  map: CanonicalMap,
  orbit: Orbit,
  quantity: Quantity,
  weights: readonly WeightDerivative[],
): Sensitivity {
  const gradients = new CycleGradients(
    map,
    orbit.points,
    orbit.regions.map((bits) => Uint8Array.from(bits, Number)),
  );
  const because = (value: number, reason: string): Sensitivity => ({ value, gradient: null, reason });
  const given = (value: number, arrays: CanonicalArrays | null, reason: string): Sensitivity =>
    arrays ? { value, gradient: pulledBack(weights, arrays), reason: null } : because(value, reason);
  switch (quantity.kind) {
    case 'coordinate': {
      const z = orbit.points[quantity.point]!;
      const direction = z.map((_, i) => Number(i === quantity.unit));
      return given(z[quantity.unit]!, gradients.ofPoint(quantity.point, direction), SINGULAR);
    }
    case 'norm': {
      const z = orbit.points[quantity.point]!;
      const norm = Math.hypot(...z);
      if (norm === 0) return because(0, 'The norm has no derivative at the origin.');
      const direction = z.map((x) => x / norm);
      return given(norm, gradients.ofPoint(quantity.point, direction), SINGULAR);
    }
    case 'modulus':
    case 'argument': {
      const all = eigenvalues(gradients.monodromy(), map.n);
      const multiplier = all[quantity.multiplier]!;
      const modulus = Math.hypot(multiplier.re, multiplier.im);
      const value = quantity.kind === 'modulus' ? modulus : Math.atan2(multiplier.im, multiplier.re);
      if (modulus <= Number.EPSILON * Math.hypot(all[0]!.re, all[0]!.im))
        return because(value, `A multiplier that is 0 has no derivative of its ${quantity.kind}.`);
      const repeated = all.some(
        ({ re, im }, i) =>
          i !== quantity.multiplier && Math.hypot(re - multiplier.re, im - multiplier.im) <= ALIKE * modulus,
      );
      const arrays = repeated
        ? null
        : quantity.kind === 'modulus'
          ? gradients.ofModulus(multiplier)
          : gradients.ofArgument(multiplier);
      return given(value, arrays, REPEATED);
    }
  }
}

/** Multipliers this close, relative to their size, are taken for one. */
const ALIKE = 1e-7;
const SINGULAR =
  'A multiplier is 1 within rounding: the cycle is at a bifurcation, where its points have no derivative.';
const REPEATED = 'This multiplier is a multiple eigenvalue within rounding, which has no derivative.';
