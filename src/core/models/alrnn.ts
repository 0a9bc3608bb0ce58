import { inputTerm, unitArgument, unitName, type Architecture, type Form } from './architecture';
import { constantTerm, coupling, linearPart } from './assemble';

function pwlUnits(form: Form): number {
  return Number(form.values['P']);
}

/** Almost-linear RNN, z' = A z + W Phi(z) + h, where Phi is ReLU on the last P of M units and the identity on the others. */
export const alrnn: Architecture = {
  kind: 'ALRNN',
  title: 'almost-linear RNN',
  parameters: [
    { name: 'A', shape: 'diagonal', unless: 'AW' },
    { name: 'AW', shape: ['M', 'M'], optional: true },
    { name: 'W', shape: ['M', 'M'], unless: 'AW' },
    { name: 'h', shape: ['M'] },
    { name: 'C', shape: ['M', 'K'], optional: true },
  ],
  variants: ['negativeSlope'],
  equation(form) {
    const P = String(pwlUnits(form));
    const which = `Phi = ${unitName(form)} on the last ${P} of ${String(form.sizes.M)} units`;
    return `z' = A z + W Phi(${unitArgument(form)}) + h${inputTerm(form)}, ${which}`;
  },
  reluUnits: pwlUnits,
  inputDim: (form) => form.sizes.K ?? 0,
  base(parameters, form, input) {
    const n = form.sizes.M;
    const L = pwlUnits(form);
    const linear = n - L;
    const A = linearPart(parameters, form);
    const W = coupling(parameters, form);
    const B = new Float64Array(n * L);
    const C = new Float64Array(L * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < linear; j++) A[i * n + j]! += W[i * n + j]!;
      for (let u = 0; u < L; u++) B[i * L + u] = W[i * n + linear + u]!;
    }
    for (let u = 0; u < L; u++) C[u * n + linear + u] = 1;
    return {
      n,
      L,
      A,
      B,
      C,
      d: new Float64Array(L),
      g: constantTerm(parameters.vector('h'), parameters, form, input),
    };
  },
};
