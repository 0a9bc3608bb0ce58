import type { Scalar } from '../../core/tensor';

/**
 * Julia's files give the fields of a struct by position alone. These are the fields of the structs in which
 * training codes keep their models, by the last component of the type's name.
 */
const fields: Readonly<Record<string, readonly string[]>> = {
  PLRNN: ['A', 'W', 'h', 'C'],
  mcPLRNN: ['A', 'W', 'h', 'C'],
  dendPLRNN: ['A', 'W', 'h', 'alpha', 'H', 'C'],
  clippedDendPLRNN: ['A', 'W', 'h', 'alpha', 'H', 'C'],
  shallowPLRNN: ['A', 'W1', 'W2', 'h1', 'h2', 'C'],
  clippedShallowPLRNN: ['A', 'W1', 'W2', 'h1', 'h2', 'C'],
  deepPLRNN: ['A', 'MLP', 'C'],
  ALRNN: ['A', 'W', 'h', 'P'],
  DynaMix: ['A_MoE', 'W_MoE', 'h_MoE', 'gating_network', 'N', 'Experts', 'P'],
  Affine: ['B', 'b', 'use_bias'],
  Identity: ['B', 'b', 'use_bias', 'L'],
  Chain: ['layers'],
  Dense: ['weight', 'bias', 'activation'],
  Recur: ['cell', 'state'],
  RNNCell: ['nonlinearity', 'W_ih', 'W_hh', 'b', 'state0'],
  GRUCell: ['W_ih', 'W_hh', 'b', 'state0'],
  LSTMCell: ['W_ih', 'W_hh', 'b', 'state0'],
};

/** With pruning, a PLRNN has its mask where others have the bias. */
const pruned = ['A', 'W', 'W_mask', 'h'];

/**
 * Names of a struct's fields; empty where the struct is unknown or has more fields than the one that is known.
 * @param ranks dimensions of the fields that are arrays, 0 for others
 */
export function fieldNames(type: string, ranks: readonly number[]): readonly string[] {
  if (type === 'PLRNN' && ranks.length === 4 && ranks[2] === 2) return pruned;
  const known = Object.hasOwn(fields, type) ? fields[type]! : [];
  return ranks.length <= known.length ? known : [];
}

/** Whether a struct of this type is a recurrent network, so that its type names the architecture. */
export function isNetwork(type: string): boolean {
  return /RNN|DynaMix|GRUCell|LSTMCell|Neural_?ODE/i.test(type);
}

/** What the code that writes this struct always does and its file does not say. */
export function statedFacts(type: string): readonly (readonly [string, Scalar['value']])[] {
  if (/^(?:clipped)?dendPLRNN$/i.test(type))
    return [
      ['thresholdSign', -1],
      ['orientation', 'MxB'],
    ];
  return type === 'DynaMix' ? [['expert_type', 'ALRNN']] : [];
}
