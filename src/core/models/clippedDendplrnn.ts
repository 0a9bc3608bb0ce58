import { inputTerm, unitArgument, unitName, type Architecture } from './architecture';
import { basisArgument, basisRow, blockMap, dendriticParameters, thresholdSign } from './dendplrnn';

/**
 * Clipped dendritic PLRNN (Brenner et al., ICML 2022),
 * z' = A z + W sum_b alpha_b [relu(z - H_b) - relu(z)] + h + C s. Rows of C: the bases, then those of relu(z).
 * With a trained `clipping` the bracket is relu(z - H_b) - relu(z - H_b + clipping_b), and the second
 * half of the rows of C follows the bases.
 */
export const clippedDendplrnn: Architecture = {
  kind: 'clippedDendPLRNN',
  title: 'clipped dendritic PLRNN',
  parameters: [...dendriticParameters, { name: 'clipping', shape: ['B', 'M'], optional: true }],
  variants: ['meanCentred', 'negativeSlope'],
  equation(form) {
    const unit = unitName(form);
    const basis = basisArgument(form);
    const taken = form.has('clipping')
      ? `${basis} + clipping_b`
      : unitArgument(form).replace(/^\((.*)\)$/, '$1');
    return `z' = A z + W sum_b alpha_b [${unit}(${basis}) - ${unit}(${taken})] + h${inputTerm(form)}`;
  },
  reluUnits: (form) =>
    form.sizes.M * (form.has('clipping') ? 2 * (form.sizes.B ?? 0) : (form.sizes.B ?? 0) + 1),
  inputDim: (form) => form.sizes.K ?? 0,
  base(parameters, form, input) {
    const M = form.sizes.M;
    const sign = thresholdSign(form);
    const H = parameters.matrix('H');
    const weights = Array.from(parameters.vector('alpha'));
    const bases = weights.map((weight, b) => ({ weight, offset: basisRow(H, b, M, sign) }));
    if (!form.has('clipping')) {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const taken = { weight: -total, offset: new Float64Array(M) };
      return blockMap([...bases, taken], parameters, form, input);
    }
    const clipping = parameters.matrix('clipping');
    const taken = bases.map(({ weight, offset }, b) => ({
      weight: -weight,
      offset: offset.map((value, i) => value + clipping[b * M + i]!),
    }));
    return blockMap([...bases, ...taken], parameters, form, input);
  },
};
