import { unitName, type Architecture } from './architecture';
import { addProduct, identity } from './assemble';

const biases = ['b', 'b_ih', 'b_hh'] as const;

/**
 * One-layer ReLU RNN (PyTorch `nn.RNN(nonlinearity='relu')`), h' = relu(W_hh h + W_ih s + b_ih + b_hh);
 * with a leak a, h' = (1 - a) h + a relu(..). Biases that are absent are zero.
 */
export const relurnn: Architecture = {
  kind: 'reluRNN',
  title: 'ReLU RNN',
  parameters: [
    { name: 'W_hh', shape: ['M', 'M'] },
    { name: 'W_ih', shape: ['M', 'K'], optional: true },
    { name: 'b', shape: ['M'], optional: true },
    { name: 'b_ih', shape: ['M'], optional: true },
    { name: 'b_hh', shape: ['M'], optional: true },
  ],
  variants: ['negativeSlope', 'leak'],
  equation(form) {
    const terms = [
      'W_hh h',
      ...(form.has('W_ih') ? ['W_ih s'] : []),
      ...biases.filter((name) => form.has(name)),
    ];
    const unit = `${unitName(form)}(${terms.join(' + ')})`;
    const a = form.variant.leak;
    return a === 1 ? `h' = ${unit}` : `h' = (1 - ${String(a)}) h + ${String(a)} ${unit}`;
  },
  reluUnits: (form) => form.sizes.M,
  inputDim: (form) => form.sizes.K ?? 0,
  base(parameters, form, input) {
    const n = form.sizes.M;
    const d = new Float64Array(n);
    for (const name of biases)
      if (form.has(name)) parameters.vector(name).forEach((value, i) => (d[i]! += value));
    if (form.has('W_ih')) addProduct(d, parameters.matrix('W_ih'), input);
    return {
      n,
      L: n,
      A: new Float64Array(n * n),
      B: identity(n),
      C: Float64Array.from(parameters.matrix('W_hh')),
      d,
      g: new Float64Array(n),
    };
  },
};
