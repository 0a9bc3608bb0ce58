import type { ModelKind } from '../core/report/types';
import type { ModelOptions } from '../core/models/types';

/** Architectures that have the same tensors, two by two. */
const pairs = [
  ['PLRNN', 'ALRNN'],
  ['shPLRNN', 'clippedShPLRNN'],
  ['dendPLRNN', 'clippedDendPLRNN'],
] as const satisfies readonly (readonly [ModelKind, ModelKind])[];

/** Architectures that a model can be taken for instead of another. */
export type OtherKind = (typeof pairs)[number][number];

/** All of them. */
export const otherKinds: readonly OtherKind[] = pairs.flat();

/** What a model of this kind can be instead, by its tensors; null for a ReLU RNN. */
export function otherKind(kind: ModelKind): OtherKind | null {
  const pair = pairs.find((two) => two.some((one) => one === kind));
  return pair ? pair[pair[0] === kind ? 1 : 0] : null;
}

/** The answer that makes a model one of this kind, whatever was assumed or answered before. */
export function interpretedAs(kind: OtherKind): ModelOptions {
  switch (kind) {
    case 'PLRNN':
    case 'ALRNN':
      return { kind };
    case 'shPLRNN':
    case 'dendPLRNN':
      return { kind, set: { clipped: false } };
    case 'clippedShPLRNN':
    case 'clippedDendPLRNN':
      return { kind, set: { clipped: true } };
  }
}

/** A sentence without the flags of the command line in brackets, for where there are buttons instead. */
export function withoutFlags(sentence: string): string {
  return sentence.replaceAll(/ \(--[^()]*\)/g, '');
}
