import type { CanonicalMap } from '../map/canonical';
import {
  inputTerm,
  unitArgument,
  unitName,
  type Architecture,
  type Form,
  type Parameter,
  type Parameters,
} from './architecture';
import { constantTerm, coupling, identity, linearPart } from './assemble';

/** What both dendritic PLRNNs are made of. H has one row per basis. */
export const dendriticParameters: readonly Parameter[] = [
  { name: 'A', shape: 'diagonal', unless: 'AW' },
  { name: 'AW', shape: ['M', 'M'], optional: true },
  { name: 'W', shape: ['M', 'M'], unless: 'AW' },
  { name: 'h', shape: ['M'] },
  { name: 'alpha', shape: ['B'] },
  { name: 'H', shape: ['B', 'M'] },
  { name: 'C', shape: ['M', 'K'], optional: true },
];

/** A block of M units: weight * W relu(z + offset). */
export interface Block {
  readonly weight: number;
  readonly offset: Float64Array;
}

/** Row b of a B x M matrix, times a factor. */
export function basisRow(matrix: Float64Array, b: number, M: number, factor: number): Float64Array {
  return matrix.slice(b * M, (b + 1) * M).map((value) => factor * value);
}

/** +1 for codes that write relu(z + theta), -1 for relu(z - H). */
export function thresholdSign(form: Form): 1 | -1 {
  return form.values['thresholdSign'] === 1 ? 1 : -1;
}

/** `z - H_b` or `z + H_b`. */
export function basisArgument(form: Form): string {
  return `${unitArgument(form)} ${thresholdSign(form) === 1 ? '+' : '-'} H_b`;
}

/** z' = A z + sum over blocks of weight W relu(z + offset) + h + C s. */
export function blockMap(
  blocks: readonly Block[],
  parameters: Parameters,
  form: Form,
  input: Float64Array,
): CanonicalMap {
  const n = form.sizes.M;
  const L = n * blocks.length;
  const W = coupling(parameters, form);
  const unit = identity(n);
  const B = new Float64Array(n * L);
  const C = new Float64Array(L * n);
  const d = new Float64Array(L);
  blocks.forEach(({ weight, offset }, block) => {
    for (let i = 0; i < n; i++) for (let u = 0; u < n; u++) B[i * L + block * n + u] = weight * W[i * n + u]!;
    C.set(unit, block * n * n);
    d.set(offset, block * n);
  });
  return {
    n,
    L,
    A: linearPart(parameters, form),
    B,
    C,
    d,
    g: constantTerm(parameters.vector('h'), parameters, form, input),
  };
}

/**
 * Dendritic PLRNN (Brenner et al., ICML 2022), z' = A z + W sum_b alpha_b relu(z - H_b) + h + C s.
 * Rows of C: the M rows of basis 1, then basis 2, ..
 */
export const dendplrnn: Architecture = {
  kind: 'dendPLRNN',
  title: 'dendritic PLRNN',
  parameters: dendriticParameters,
  variants: ['meanCentred', 'negativeSlope'],
  equation: (form) =>
    `z' = A z + W sum_b alpha_b ${unitName(form)}(${basisArgument(form)}) + h${inputTerm(form)}`,
  reluUnits: (form) => form.sizes.M * (form.sizes.B ?? 0),
  inputDim: (form) => form.sizes.K ?? 0,
  base(parameters, form, input) {
    const sign = thresholdSign(form);
    const H = parameters.matrix('H');
    const blocks = Array.from(parameters.vector('alpha'), (weight, b) => ({
      weight,
      offset: basisRow(H, b, form.sizes.M, sign),
    }));
    return blockMap(blocks, parameters, form, input);
  },
};
