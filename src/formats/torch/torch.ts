import { InputError } from '../../core/errors';
import { limits } from '../limits';
import { readNpz } from '../numpy/npz';
import { readPickle, type Pickle } from '../pickle/pickle';
import { isPlainData, PickledContents, type Storages } from '../pickle/pickled';
import { isKeras, readKeras } from '../hdf5/hdf5';
import type { Container, Reader } from '../source';
import { looksLikeZip, ZipArchive } from '../zip/zip';

/**
 * PyTorch files since 1.6: a zip archive with a pickle `<name>/data.pkl` and one entry `<name>/data/<key>` for
 * each storage. State dicts, checkpoints of any nesting, lists of state dicts and whole modules are read, and
 * TorchScript archives, whose layout is the same with the tensors of the code in `constants.pkl` beside it.
 */
export const torch: Reader = {
  format: 'PyTorch zip',
  recognises: (head) => looksLikeZip(head),
  read: async (source) => {
    const archive = await ZipArchive.open(source);
    const pickleName = archive
      .names()
      .filter((name) => /(?:^|\/)data\.pkl$/.test(name))
      .sort((a, b) => a.length - b.length)[0];
    return pickleName === undefined
      ? readOther(archive)
      : readArchive(archive, pickleName.slice(0, -'data.pkl'.length));
  },
};

/** A zip archive without a PyTorch pickle. */
async function readOther(archive: ZipArchive): Promise<Container> {
  const names = archive.names();
  if (names.some((name) => name.endsWith('.npy'))) return readNpz(archive);
  if (isKeras(archive)) return readKeras(archive);
  throw new InputError(
    'this is a zip archive, but neither a PyTorch nor a NumPy one',
    '',
    'Unpack it and open the model inside.',
  );
}

async function readArchive(archive: ZipArchive, folder: string): Promise<Container> {
  const littleEndian = await isLittleEndian(archive, `${folder}byteorder`);
  const used = new Set<string>();
  const storagesIn = (name: string): Storages => ({
    littleEndian,
    container: 'archive',
    place: (key) => `${folder}${name}/${key}`,
    size: (key) => archive.size(`${folder}${name}/${key}`),
    bytes: (key) => {
      used.add(`${folder}${name}/${key}`);
      return archive.bytes(`${folder}${name}/${key}`);
    },
  });
  const pickle = async (name: string): Promise<Pickle> => {
    used.add(name);
    return readPickleEntry(archive, name);
  };
  const contents = new PickledContents();
  const data = await pickle(`${folder}data.pkl`);
  // A file without a single tensor is a log, such as DynaMix's metrics.pt: its lists of numbers are what it holds.
  await contents.add(data, storagesIn('data'), { lists: data.called.size === 0 && isPlainData(data) });
  const isScript =
    archive.has(`${folder}constants.pkl`) ||
    archive.names().some((name) => name.startsWith(`${folder}code/`));
  // The code calls its constants CONSTANTS.c0, CONSTANTS.c1, ..; in a frozen model they are the weights.
  if (archive.has(`${folder}constants.pkl`))
    await contents.add(await pickle(`${folder}constants.pkl`), storagesIn('constants'), {
      rename: ([index = '', ...rest]) => ['CONSTANTS', `c${index}`, ...rest],
    });
  const container = contents.container(
    isScript ? 'TorchScript' : 'PyTorch zip',
    `${folder}data.pkl`,
    'Save the weights: torch.save(model.state_dict(), path).',
  );
  await archive.verify(used);
  return { ...container, warnings: [...archive.warnings, ...container.warnings] };
}

async function readPickleEntry(archive: ZipArchive, name: string): Promise<Pickle> {
  const stream = await archive.bytes(name);
  if (stream.size > limits.pickleBytes)
    throw new InputError(
      `the pickle has ${stream.size} bytes, more than the ${limits.pickleBytes} that are read`,
      name,
      'Save only the state dict: torch.save(model.state_dict(), path).',
    );
  return readPickle(await stream.read(0, stream.size));
}

async function isLittleEndian(archive: ZipArchive, name: string): Promise<boolean> {
  const size = archive.size(name);
  if (size === null) return true;
  const bytes = await archive.bytes(name);
  const order = new TextDecoder().decode(await bytes.read(0, Math.min(size, 16)));
  if (order !== 'little' && order !== 'big')
    throw new InputError(
      `the byte order is ${JSON.stringify(order)}`,
      name,
      'Save the file again with torch.save.',
    );
  return order === 'little';
}
