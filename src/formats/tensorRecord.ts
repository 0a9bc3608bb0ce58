import { InputError } from '../core/errors';
import { globalName, isNode, type PickleValue } from './pickle/pickle';
import type { Strided } from './strided';

/** Where the elements of a pickled tensor lie. */
export type Elements =
  /** In a storage of the file, which should have that many bytes. */
  | { readonly in: 'storage'; readonly key: string; readonly bytes: number }
  /** In the pickle itself. */
  | { readonly in: 'pickle'; readonly bytes: Uint8Array; readonly littleEndian: boolean }
  /** Written as numbers one by one, row-major. */
  | { readonly in: 'numbers'; readonly values: Float64Array };

/** A tensor as a pickle describes it; nothing is checked against the stored bytes yet. */
export interface TensorRecord extends Strided {
  readonly elements: Elements;
}

/** The reason why a tensor is left out. */
export function unusable(reason: string): InputError {
  return new InputError(
    reason,
    '',
    'Save it again with torch.save(model.state_dict(), path) or numpy.savez.',
  );
}

/** The sizes in a pickled tuple, list or torch.Size; null if they are none. */
export function wholeNumbers(value: PickleValue | undefined): readonly number[] | null {
  if (!isNode(value)) return null;
  const sequence =
    value.kind === 'call' && globalName(value.callable) === 'torch.Size' ? value.args[0] : value;
  if (!isNode(sequence) || (sequence.kind !== 'tuple' && sequence.kind !== 'list')) return null;
  const numbers = sequence.items.filter(
    (item): item is number => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0,
  );
  return numbers.length === sequence.items.length ? numbers : null;
}

/** How a problem begins that converting the weights mends. */
export const ELEMENTS = 'its elements are of type';
