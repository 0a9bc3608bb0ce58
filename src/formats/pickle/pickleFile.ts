import { InputError } from '../../core/errors';
import { latin1, readExactly } from '../bytes';
import { limits } from '../limits';
import { readPickle } from './pickle';
import { isPlainData, noStorages, PickledContents } from './pickled';
import type { Container, Reader, Source } from '../source';

/**
 * Pickles on their own: dictionaries, lists and objects of NumPy arrays, of tensors and, in a pickle that is plain
 * data, of nested lists of numbers.
 */
export const pickleFile: Reader = {
  format: 'Python pickle',
  recognises: looksLikePickle,
  read,
};

/** Pickles of protocols 0 and 1, which are text without a head. */
export const pickleByName: Reader = {
  format: 'Python pickle',
  recognises: (_head, source) => /\.(?:pkl|pickle|p)$/i.test(source.name),
  read,
};

/** PROTO, then an opcode; no opcode is 0. */
function looksLikePickle(head: Uint8Array): boolean {
  return head.length > 2 && head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && head[2] !== 0;
}

const REMEDY = 'Save the parameters with numpy.savez, one named array each.';

async function read(source: Source): Promise<Container> {
  if (source.size > limits.pickleFile)
    throw new InputError(
      `the pickle has ${source.size} bytes, more than the ${limits.pickleFile} that are read`,
      'pickle',
      REMEDY,
    );
  const bytes = await readExactly(source, 0, source.size, 'pickle');
  if (latin1(bytes, 0, 4096).includes('joblib.numpy_pickle'))
    throw new InputError('this pickle was written by joblib, with its arrays apart', 'pickle', REMEDY);
  const pickle = readPickle(bytes, limits.pickleFile);
  const contents = new PickledContents();
  await contents.add(pickle, noStorages, { lists: isPlainData(pickle) });
  const container = contents.container('Python pickle', 'pickle', REMEDY);
  if (pickle.length === bytes.length) return container;
  return {
    ...container,
    warnings: [
      ...container.warnings,
      `only the first pickle was read; ${bytes.length - pickle.length} bytes follow it`,
    ],
  };
}
