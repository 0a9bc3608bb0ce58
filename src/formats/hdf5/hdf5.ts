import { InputError } from '../../core/errors';
import { elementCount } from '../../core/tensor';
import { assemble, Leaves } from '../assemble';
import { latin1 } from '../bytes';
import { tensorOf } from './dataset';
import { Hdf5File, superblockOffset } from './file';
import { paddedText } from './messages';
import { Hdf5Walk, type Dialect } from './walk';
import { limits } from '../limits';
import { MatlabArrays } from '../matlab/matlab';
import type { Container, Entry, Reader, Source } from '../source';
import { firstEntryName, ZipArchive } from '../zip/zip';

/** HDF5 files as h5py, Keras, MATLAB (`save -v7.3`) and Julia's HDF5.jl write them. */

const PLAIN: Dialect = { columnMajor: false, hidden: null, attributes: true };
/** JLD, the format before JLD2. */
const JLD: Dialect = { columnMajor: true, hidden: /^_(?:refs|types|require|creator)$/, attributes: false };

export const hdf5: Reader = {
  format: 'HDF5',
  recognises: (head) => superblockOffset(head) >= 0,
  read: async (source) => {
    const head = latin1(await source.read(0, 64));
    if (head.startsWith('MATLAB')) return readMatlab(source);
    return head.startsWith('Julia data file')
      ? readPlain(source, JLD, 'Julia JLD')
      : readPlain(source, PLAIN, null);
  },
};

const KERAS_WEIGHTS = 'model.weights.h5';

/** Keras 3: a zip archive with the weights in an HDF5 file. */
export const keras: Reader = {
  format: 'Keras archive',
  recognises: (head, source) =>
    /\.keras$/i.test(source.name)
      ? firstEntryName(head) !== ''
      : ['metadata.json', KERAS_WEIGHTS].includes(firstEntryName(head)),
  read: async (source) => readKeras(await ZipArchive.open(source)),
};

/** Whether an archive has the weights of a Keras model. */
export function isKeras(archive: ZipArchive): boolean {
  return archive.has(KERAS_WEIGHTS);
}

/** The weights in an opened Keras archive. */
export async function readKeras(archive: ZipArchive): Promise<Container> {
  if (!isKeras(archive))
    throw new InputError(
      `the archive holds no ${KERAS_WEIGHTS}`,
      '',
      'Save the model with model.save("model.keras") or model.save_weights("model.weights.h5").',
    );
  const weights = await archive.bytes(KERAS_WEIGHTS);
  await archive.verify([KERAS_WEIGHTS]);
  const inside: Source = {
    name: KERAS_WEIGHTS,
    size: weights.size,
    read: (offset, length) => weights.read(offset, Math.max(0, Math.min(length, weights.size - offset))),
  };
  const container = await readPlain(inside, PLAIN, 'Keras archive');
  return { ...container, warnings: [...archive.warnings, ...container.warnings] };
}

async function readPlain(source: Source, dialect: Dialect, format: string | null): Promise<Container> {
  const walk = new Hdf5Walk(await Hdf5File.open(source), dialect);
  await walk.all();
  const leaves = new Leaves();
  for (const [path, content] of walk.found) leaves.add(path, content);
  const byKeras = walk.found.some(([path]) => /^keras_version$/.test(path.at(-1) ?? ''));
  return containerOf(walk, leaves, format ?? (byKeras ? 'Keras HDF5' : 'HDF5'));
}

/** The file's tensors with what was left out, or the reason why there are none. */
export function containerOf(walk: Hdf5Walk, leaves: Leaves, format: string): Container {
  const [entry] = assemble(leaves.all, false);
  if (!entry || entry.tensors.length === 0)
    throw (
      walk.firstError ??
      new InputError('the file holds no array of numbers', '', 'Save the parameters as datasets of numbers.')
    );
  const { file, warnings } = walk;
  if (file.isCut)
    warnings.push(
      'the superblock places the end of the file behind its last byte; all that it names was found',
    );
  return { format, entries: [withEpoch(entry)], warnings };
}

/** The epoch may stand at a group inside the file rather than at its root. */
function withEpoch(entry: Entry): Entry {
  const epochs = entry.scalars.filter(({ name }) => /(?:^|\.)epoch$/.test(name));
  const value = epochs.length === 1 ? epochs[0]!.value : null;
  return entry.epoch === null && typeof value === 'number' && Number.isFinite(value)
    ? { ...entry, epoch: value }
    : entry;
}

async function readMatlab(source: Source): Promise<Container> {
  const arrays = new MatlabArrays();
  const texts: (readonly [path: readonly string[], text: string])[] = [];
  const walk = new Hdf5Walk(await Hdf5File.open(source), {
    columnMajor: true,
    hidden: /^#/,
    attributes: false,
    dataset: async (_walk, { dataset, attributes, path }) => {
      const place = path.join('.');
      const given = attributes.find(({ name }) => name === 'MATLAB_class');
      const kind = given?.type.kind === 'text' ? paddedText(given.data) : '';
      if (attributes.some(({ name }) => name === 'MATLAB_empty')) return true;
      const tensor = tensorOf(dataset, true, place);
      if (!tensor) return false;
      if (kind === 'char') {
        if (elementCount(tensor.shape) * 2 > limits.textLength) return true;
        const codes = tensorOf(dataset, false, place);
        if (codes)
          for (const row of rowsOf(await codes.load(), tensor.shape[0] ?? 1)) texts.push([path, row]);
      } else arrays.add(path, kind === 'logical' ? { ...tensor, dtype: 'bool' } : tensor);
      return true;
    },
  });
  await walk.all();
  const leaves = new Leaves();
  await arrays.into(leaves);
  for (const [path, content] of walk.found) leaves.add(path, content);
  for (const [path, text] of texts) leaves.add(path, text);
  return containerOf(walk, leaves, 'MATLAB v7.3');
}

/** The rows of a char array whose codes come column after column. */
function rowsOf(codes: Float64Array, rows: number): readonly string[] {
  return Array.from({ length: rows }, (_, row) => {
    let line = '';
    for (let i = row; i < codes.length; i += rows) line += String.fromCharCode(codes[i]!);
    return rows === 1 ? line : line.trimEnd();
  });
}
