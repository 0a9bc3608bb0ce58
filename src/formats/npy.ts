import { InputError } from '../core/errors';
import type { TensorHandle } from '../core/tensor';
import { elementCount } from '../core/tensor';
import { fileBytes, stem, type Bytes } from './bytes';
import { ElementSink, itemSize } from './dtype';
import { limits } from './limits';
import { looksLikeNpy, readNpyHeader } from './npyHeader';
import { packedReader, refuseLarge } from './packed';
import type { Neighbourhood, Reader, Source } from './source';

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

/**
 * Names that training codes give to parameters, as they end the names of .npy files: `_A`, `_W1`, `_rnn_weight_hh_l0`.
 * The first group is the parameter without the module it lies in.
 */
const PARAMETER =
  /^(AW?|W_?[12]?|[hHbBC]|h_?[012]|alphas?|thetas?|init_map|(?:W|b)_(?:ih|hh|in|rec|out)|(?:\w+_)?((?:weight|bias)(?:_(?:ih|hh)_l\d+)?))$/;

/**
 * What the files of a set have in common before the parameter's name: the prefix under which the most
 * different parameters lie beside the file, the longest such prefix, or what stands before the last `_`.
 */
function commonPrefix(own: string, stems: readonly string[]): string {
  const cuts = [0, ...[...own.matchAll(/_/g)].map((found) => found.index + 1)];
  let best = own.slice(0, cuts.at(-1));
  let most = 1;
  for (const prefix of cuts.map((cut) => own.slice(0, cut))) {
    const found = new Set<string>();
    for (const other of stems) {
      const match = other.startsWith(prefix) ? PARAMETER.exec(other.slice(prefix.length)) : null;
      if (match) found.add(match[2] ?? match[1]!);
    }
    if (found.size > 1 && found.size >= most) {
      most = found.size;
      best = prefix;
    }
  }
  return best;
}

interface SetMember {
  readonly file: string;
  readonly name: string;
}

/** The .npy files beside this one that belong to the same set, this one included. */
async function setAround(source: Source, neighbourhood: Neighbourhood): Promise<readonly SetMember[]> {
  const files = (await neighbourhood.list()).filter((file) => /\.npy$/i.test(file));
  const own = stem(source.name);
  const prefix = commonPrefix(own, files.map(stem));
  const members = files
    .map((file) => ({ file, name: stem(file).slice(prefix.length) }))
    .filter(
      ({ file, name }) =>
        file !== source.name &&
        name !== '' &&
        stem(file).startsWith(prefix) &&
        (prefix !== '' || PARAMETER.test(name)),
    )
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .slice(0, limits.npySet);
  const alone = members.length === 0 && !PARAMETER.test(own.slice(prefix.length));
  return [{ file: source.name, name: alone ? own : own.slice(prefix.length) }, ...members];
}

/** NumPy arrays in files of their own: `run_A.npy`, `run_W.npy`, `run_h.npy` are read together. */
export const npy: Reader = {
  format: 'NumPy .npy',
  recognises: looksLikeNpy,
  read: async (source, neighbourhood) => {
    const tensors: TensorHandle[] = [];
    const warnings: string[] = [];
    for (const { file, name } of await setAround(source, neighbourhood)) {
      const opened = file === source.name ? source : await neighbourhood.open(file);
      if (!opened) continue;
      try {
        tensors.push(await npyTensor(fileBytes(opened, 0, opened.size, file), name, file));
      } catch (error) {
        if (file === source.name || !(error instanceof InputError)) throw error;
        warnings.push(`${file} was left out: ${error.message}`);
      }
    }
    if (tensors.length > 1)
      warnings.push(`read as one set: ${tensors.map((tensor) => tensor.name).join(', ')}`);
    return {
      format: tensors.length > 1 ? 'NumPy .npy, a set of files' : 'NumPy .npy',
      entries: [{ epoch: null, tensors, scalars: [] }],
      warnings,
    };
  },
};
