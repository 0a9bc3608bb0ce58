import { inputTerm, unitArgument, unitName, type Architecture } from './architecture';
import { constantTerm, linearPart } from './assemble';
import { shallowParameters } from './shplrnn';

/**
 * Clipped shallow PLRNN (Hess et al., ICML 2023), z' = A z + W1 [relu(W2 z + h2) - relu(W2 z)] + h1 + C s.
 * Rows of C: those of W2 z + h2, then those of W2 z.
 */
export const clippedShplrnn: Architecture = {
  kind: 'clippedShPLRNN',
  title: 'clipped shallow PLRNN',
  parameters: shallowParameters,
  variants: ['meanCentred', 'negativeSlope'],
  equation(form) {
    const unit = unitName(form);
    const argument = `W2 ${unitArgument(form)}`;
    return `z' = A z + W1 [${unit}(${argument} + h2) - ${unit}(${argument})] + h1${inputTerm(form)}`;
  },
  reluUnits: (form) => 2 * (form.sizes.L ?? 0),
  inputDim: (form) => form.sizes.K ?? 0,
  base(parameters, form, input) {
    const n = form.sizes.M;
    const H = form.sizes.L ?? 0;
    const L = 2 * H;
    const W1 = parameters.matrix('W1');
    const W2 = parameters.matrix('W2');
    const B = new Float64Array(n * L);
    const C = new Float64Array(L * n);
    const d = new Float64Array(L);
    for (let i = 0; i < n; i++)
      for (let u = 0; u < H; u++) {
        B[i * L + u] = W1[i * H + u]!;
        B[i * L + H + u] = -W1[i * H + u]!;
      }
    C.set(W2, 0);
    C.set(W2, H * n);
    d.set(parameters.vector('h2'), 0);
    return {
      n,
      L,
      A: linearPart(parameters, form),
      B,
      C,
      d,
      g: constantTerm(parameters.vector('h1'), parameters, form, input),
    };
  },
};
