import type { CanonicalMap } from '../map/canonical';
import type { ModelKind, Variant } from '../report/types';
import type { Tensor } from '../tensor';

/**
 * Sizes that shapes are made of: M state dimension, L hidden units, B bases of a dendritic PLRNN,
 * K external inputs.
 */
export type Size = 'M' | 'L' | 'B' | 'K';
export type Sizes = Readonly<Partial<Record<Size, number>>> & { readonly M: number };

/** A parameter of an architecture and the shape it must have. */
export interface Parameter {
  readonly name: string;
  /**
   * One size for a vector, two for a matrix (rows, columns). `diagonal` is a vector of M that stands for a
   * diagonal matrix, or the full M x M matrix itself.
   */
  readonly shape: readonly [Size] | readonly [Size, Size] | 'diagonal';
  readonly optional?: boolean;
  /** May be left out when this other parameter is there (AW holds both A and W). */
  readonly unless?: string;
}

/** How a model of an architecture is written down: everything that is not a tensor. */
export interface Form {
  readonly variant: Variant;
  readonly values: Readonly<Record<string, number | boolean | string>>;
  readonly sizes: Sizes;
  /** Whether an optional parameter is there. */
  has(parameter: string): boolean;
}

/** Parameter values, row-major in the orientation that the architecture's shapes name. */
export interface Parameters {
  readonly tensors: Readonly<Record<string, Tensor>>;
  vector(name: string): Float64Array;
  matrix(name: string): Float64Array;
}

export type VariantField = keyof Variant;

/** One architecture: how it is written, what it needs, and its canonical form. */
export interface Architecture {
  readonly kind: ModelKind;
  readonly title: string;
  readonly parameters: readonly Parameter[];
  /** Variant fields that have a meaning for it; others must keep their defaults. */
  readonly variants: readonly VariantField[];
  /** The equation in words of the field, as it will be used. */
  equation(form: Form): string;
  /** Number of rows of C. */
  reluUnits(form: Form): number;
  /** How many external inputs s it takes. */
  inputDim(form: Form): number;
  /**
   * The canonical map with plain ReLU and without centring or leak, which `toMap` adds for every
   * architecture alike. `input` has `inputDim` entries.
   */
  base(parameters: Parameters, form: Form, input: Float64Array): CanonicalMap;
}

export const plainVariant: Variant = {
  meanCentred: false,
  negativeSlope: 0,
  leak: 1,
  thresholds: 'outside',
};

/** `relu`, or `lrelu[0.18]` where the negative side has a slope. */
export function unitName(form: Form): string {
  const slope = form.variant.negativeSlope;
  return slope === 0 ? 'relu' : `lrelu[${String(slope)}]`;
}

/** `z`, or what stands for it inside the nonlinearity. */
export function unitArgument(form: Form): string {
  return form.variant.meanCentred ? '(z - mean z)' : 'z';
}

/** ` + C s` where there is an input matrix. */
export function inputTerm(form: Form): string {
  return form.has('C') ? ' + C s' : '';
}
