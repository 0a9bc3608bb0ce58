import type { Scalar } from '../tensor';
import { readKind, type KindName } from './kinds';
import type { Hint } from './types';

/** A value that was found somewhere, and where. */
export interface Fact {
  readonly value: number | string | boolean;
  readonly origin: string;
}

/** An architecture named somewhere. Names of files and folders are weak: they may mean something else. */
export interface KindClue extends KindName {
  readonly text: string;
  readonly origin: string;
  readonly weak: boolean;
}

/** Keys under which training codes write the architecture's name, the surest first. */
const kindKeys = [
  'kind',
  'model',
  'latent_model',
  'expert_type',
  'model_type',
  'architecture',
  'arch',
  'model_name',
  'latent_step',
  'cell',
  'name',
];

/** Origins whose values the writer of the file did not put there as facts about the model. */
export function isWeak(origin: string): boolean {
  return origin === 'file name' || origin === 'folder name';
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Values beside the tensors: those in the file itself first, then those from beside it, in order. */
export class Facts {
  readonly #facts: readonly (Fact & { readonly name: string })[];

  constructor(scalars: readonly Scalar[], hints: readonly Hint[]) {
    this.#facts = [
      ...scalars.map(({ name, value }) => ({ name: lastPart(name), value, origin: 'the file itself' })),
      ...hints.map(({ name, value, origin }) => ({ name: lastPart(name), value, origin })),
    ];
  }

  /** First value under any of these names that `accept` turns into something. */
  find<T>(
    names: readonly string[],
    accept: (value: Fact['value']) => T | undefined,
  ): { value: T; origin: string } | undefined {
    for (const fact of this.#facts) {
      if (!names.includes(fact.name)) continue;
      const value = accept(fact.value);
      if (value !== undefined) return { value, origin: fact.origin };
    }
    return undefined;
  }

  /** Every architecture that is named, the surest first. */
  kinds(): KindClue[] {
    const clues = this.#facts.flatMap((fact) => {
      const rank = kindKeys.indexOf(fact.name);
      if (rank < 0 || typeof fact.value !== 'string') return [];
      const named = readKind(fact.value);
      if (!named) return [];
      const clue: KindClue = { ...named, text: fact.value, origin: fact.origin, weak: isWeak(fact.origin) };
      return [{ rank, clue }];
    });
    const strong = clues.filter(({ clue }) => !clue.weak).sort((a, b) => a.rank - b.rank);
    return [...strong, ...clues.filter(({ clue }) => clue.weak)].map(({ clue }) => clue);
  }
}

export function asNumber(value: Fact['value']): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function asFlag(value: Fact['value']): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = String(value).trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(text)) return true;
  return ['false', '0', 'no', 'off', 'none'].includes(text) ? false : undefined;
}

export function asText(value: Fact['value']): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
