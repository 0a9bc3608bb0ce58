import { inputTerm, unitArgument, unitName, type Architecture, type Parameter } from './architecture';
import { constantTerm, linearPart } from './assemble';

/** What both shallow PLRNNs are made of. */
export const shallowParameters: readonly Parameter[] = [
  { name: 'A', shape: 'diagonal' },
  { name: 'h2', shape: ['L'] },
  { name: 'W1', shape: ['M', 'L'] },
  { name: 'W2', shape: ['L', 'M'] },
  { name: 'h1', shape: ['M'] },
  { name: 'C', shape: ['M', 'K'], optional: true },
];

/** Shallow PLRNN (Hess et al., ICML 2023), z' = A z + W1 relu(W2 z + h2) + h1 + C s. */
export const shplrnn: Architecture = {
  kind: 'shPLRNN',
  title: 'shallow PLRNN',
  parameters: shallowParameters,
  variants: ['meanCentred', 'negativeSlope'],
  equation: (form) => `z' = A z + W1 ${unitName(form)}(W2 ${unitArgument(form)} + h2) + h1${inputTerm(form)}`,
  reluUnits: (form) => form.sizes.L ?? 0,
  inputDim: (form) => form.sizes.K ?? 0,
  base: (parameters, form, input) => ({
    n: form.sizes.M,
    L: form.sizes.L ?? 0,
    A: linearPart(parameters, form),
    B: Float64Array.from(parameters.matrix('W1')),
    C: Float64Array.from(parameters.matrix('W2')),
    d: Float64Array.from(parameters.vector('h2')),
    g: constantTerm(parameters.vector('h1'), parameters, form, input),
  }),
};
