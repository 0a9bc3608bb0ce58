import { InputError } from '../../core/errors';
import type { TensorHandle } from '../../core/tensor';
import { npyTensor } from './npy';
import type { Container, Reader } from '../source';
import { firstEntryName, ZipArchive } from '../zip/zip';

/** The arrays of an opened .npz archive. An array that cannot be used is named in a warning and left out. */
export async function readNpz(archive: ZipArchive): Promise<Container> {
  const tensors: TensorHandle[] = [];
  const warnings: string[] = [];
  const used: string[] = [];
  let first: InputError | null = null;
  for (const entry of archive.names()) {
    if (!entry.endsWith('.npy')) {
      warnings.push(`${entry} is no array and was left out`);
      continue;
    }
    const bytes = await archive.bytes(entry);
    try {
      tensors.push(await npyTensor(bytes, entry.slice(0, -4), entry));
      used.push(entry);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      first ??= error;
      warnings.push(`${entry} was left out: ${error.message}`);
    }
  }
  if (tensors.length === 0)
    throw first ?? new InputError('the archive holds no array', '', 'Save the parameters with numpy.savez.');
  await archive.verify(used);
  return {
    format: 'NumPy .npz',
    entries: [{ epoch: null, tensors, scalars: [] }],
    warnings: [...archive.warnings, ...warnings],
  };
}

/** NumPy archives: zip files of .npy arrays. */
export const npz: Reader = {
  format: 'NumPy .npz',
  recognises: (head) => firstEntryName(head).endsWith('.npy'),
  read: async (source) => readNpz(await ZipArchive.open(source)),
};
