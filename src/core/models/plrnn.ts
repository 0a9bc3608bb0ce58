import { inputTerm, unitArgument, unitName, type Architecture } from './architecture';
import { constantTerm, coupling, identity, linearPart } from './assemble';

/**
 * Piecewise-linear RNN, z' = A z + W relu(z) + h + C s; with `thresholds: 'inside'` (older MATLAB code)
 * z' = A z + W relu(z - h) + Inp. A is diagonal or full.
 */
export const plrnn: Architecture = {
  kind: 'PLRNN',
  title: 'piecewise-linear RNN',
  parameters: [
    { name: 'A', shape: 'diagonal', unless: 'AW' },
    { name: 'AW', shape: ['M', 'M'], optional: true },
    { name: 'W', shape: ['M', 'M'], unless: 'AW' },
    { name: 'h', shape: ['M'] },
    { name: 'C', shape: ['M', 'K'], optional: true },
    { name: 'W_mask', shape: ['M', 'M'], optional: true },
  ],
  variants: ['meanCentred', 'negativeSlope', 'thresholds'],
  equation(form) {
    const inside = form.variant.thresholds === 'inside';
    const argument = unitArgument(form);
    const weight = form.has('W_mask') ? '(W * mask)' : 'W';
    const term = `${weight} ${unitName(form)}(${inside ? `${argument} - h` : argument})`;
    return `z' = A z + ${term}${inside ? (form.has('C') ? '' : ' + s') : ' + h'}${inputTerm(form)}`;
  },
  reluUnits: (form) => form.sizes.M,
  inputDim: (form) =>
    form.has('C') ? (form.sizes.K ?? 0) : form.variant.thresholds === 'inside' ? form.sizes.M : 0,
  base(parameters, form, input) {
    const n = form.sizes.M;
    const h = parameters.vector('h');
    const inside = form.variant.thresholds === 'inside';
    const bias = !inside ? h : form.has('C') ? new Float64Array(n) : input;
    return {
      n,
      L: n,
      A: linearPart(parameters, form),
      B: coupling(parameters, form),
      C: identity(n),
      d: inside ? h.map((value) => -value) : new Float64Array(n),
      g: constantTerm(bias, parameters, form, input),
    };
  },
};
