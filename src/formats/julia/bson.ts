import { InputError } from '../../core/errors';
import { assemble } from '../assemble';
import { parseBson } from './bsonDocument';
import { readJulia } from './bsonJulia';
import { viewOf } from '../bytes';
import type { Entry, Reader } from '../source';

/** BSON files, above all those of Julia's BSON.jl (`BSON.@save "model_500.bson" model`). */
export const bson: Reader = {
  format: 'Julia BSON',
  recognises: (head, source) => isBson(head, source.size) || /\.bson$/i.test(source.name),
  read: async (source) => {
    const warnings: string[] = [];
    const entries = assemble(readJulia(await parseBson(source), source, warnings).all, false);
    if (!isFilled(entries))
      throw new InputError(
        'the file holds no array of numbers',
        '',
        'Save the model itself, for example with BSON.@save "model.bson" model.',
      );
    return { format: 'Julia BSON', entries, warnings };
  },
};

function isFilled(entries: readonly Entry[]): entries is readonly [Entry, ...Entry[]] {
  return entries.some((entry) => entry.tensors.length > 0);
}

/** A document begins with its length, which is the file's, and the type of its first member. */
function isBson(head: Uint8Array, size: number): boolean {
  return head.length > 5 && viewOf(head).getInt32(0, true) === size && head[4]! >= 1 && head[4]! <= 0x13;
}
