import { InputError } from '../../core/errors';
import type { TensorHandle } from '../../core/tensor';
import { elementCount } from '../../core/tensor';
import { fileBytes, type Bytes } from '../bytes';
import { readSet, setAround } from '../fileSet';
import { ElementSink, itemSize } from '../dtype';
import { looksLikeNpy, readNpyHeader } from './npyHeader';
import { packedReader, refuseLarge } from '../packed';
import type { Reader } from '../source';

/** One array of a .npy file or a .npz entry; its header is read now, its values when asked for. */
export async function npyTensor(bytes: Bytes, name: string, place: string): Promise<TensorHandle> {
  const header = await readNpyHeader(bytes, place);
  const { dtype, shape } = header;
  const count = elementCount(shape);
  const needed = count * itemSize[dtype];
  if (!Number.isSafeInteger(needed) || needed > bytes.size - header.dataOffset)
    throw new InputError(
      `the array of shape (${shape.join(', ')}) needs ${needed} bytes, ${bytes.size - header.dataOffset} are there`,
      place,
      'The file is cut off; save or copy it again.',
    );
  if (!header.columnMajor || shape.length < 2) {
    const { littleEndian, dataOffset: offset } = header;
    return { name, dtype, shape, ...packedReader({ bytes, offset, dtype, littleEndian, shape }) };
  }
  return {
    name,
    dtype,
    shape,
    load: async () => {
      refuseLarge(shape);
      const values = new Float64Array(count);
      const sink = new ElementSink(dtype, header.littleEndian, values, shape);
      await bytes.stream(header.dataOffset, needed, (piece) => {
        sink.push(piece);
      });
      return values;
    },
  };
}

/** NumPy arrays in files of their own: `run_A.npy`, `run_W.npy`, `run_h.npy` are read together. */
export const npy: Reader = {
  format: 'NumPy .npy',
  recognises: looksLikeNpy,
  read: async (source, neighbourhood) =>
    readSet(
      source,
      neighbourhood,
      await setAround(source, neighbourhood, /\.npy$/i, true),
      (file, name) => npyTensor(fileBytes(file, 0, file.size, file.name), name, file.name),
      'NumPy .npy',
    ),
};
