import { InputError } from '../core/errors';
import type { TensorHandle } from '../core/tensor';
import { elementCount } from '../core/tensor';
import { assemble, Leaves } from './assemble';
import { viewOf, type Bytes } from './bytes';
import { elementAt, ElementSink, itemSize } from './dtype';
import { limits } from './limits';
import { readNpz } from './npz';
import { readPickle, type Pickle } from './pickle';
import type { Container, Entry, Reader } from './source';
import { findTensors, isSequence, type TensorRecord } from './torchObjects';
import { looksLikeZip, ZipArchive } from './zip';

/**
 * PyTorch files since 1.6: a zip archive with a pickle `<name>/data.pkl` and one entry `<name>/data/<key>` for
 * each storage. State dicts, checkpoints of any nesting, lists of state dicts and whole modules are read.
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
    if (pickleName === undefined) return readOther(archive);
    const folder = pickleName.slice(0, -'data.pkl'.length);
    if (
      archive.has(`${folder}constants.pkl`) ||
      archive.names().some((name) => name.startsWith(`${folder}code/`))
    )
      throw new InputError(
        'this is a TorchScript archive, which is recognised but not yet read',
        '',
        'Save the weights instead: torch.save(model.state_dict(), path).',
      );
    return readArchive(archive, folder, pickleName);
  },
};

/** A zip archive without a PyTorch pickle. */
async function readOther(archive: ZipArchive): Promise<Container> {
  const names = archive.names();
  if (names.some((name) => name.endsWith('.npy'))) return readNpz(archive);
  if (names.includes('model.weights.h5'))
    throw new InputError(
      'this is a Keras model, which is recognised but not yet read',
      '',
      'Save the weights with numpy.savez, one named array each.',
    );
  throw new InputError(
    'this is a zip archive, but neither a PyTorch nor a NumPy one',
    '',
    'Unpack it and open the model inside.',
  );
}

async function readArchive(archive: ZipArchive, folder: string, pickleName: string): Promise<Container> {
  const littleEndian = await isLittleEndian(archive, `${folder}byteorder`);
  const stream = await archive.bytes(pickleName);
  if (stream.size > limits.pickleBytes)
    throw new InputError(
      `the pickle has ${stream.size} bytes, more than the ${limits.pickleBytes} that are read`,
      pickleName,
      'Save only the state dict: torch.save(model.state_dict(), path).',
    );
  const pickle = readPickle(await stream.read(0, stream.size));
  const warnings = suspicions(pickle);
  const leaves = new Leaves();
  const used = new Set([pickleName]);
  let first: InputError | null = null;
  for (const { path, content } of findTensors(pickle.value)) {
    if (typeof content !== 'object') {
      leaves.add(path, content);
      continue;
    }
    const name = path.join('.').slice(0, limits.nameLength) || 'the tensor';
    const entry = content instanceof InputError ? '' : `${folder}data/${content.key}`;
    const problem =
      content instanceof InputError ? content.message : flaw(content, archive.size(entry), entry);
    if (content instanceof InputError || problem !== null) {
      first ??= new InputError(problem ?? '', name, 'Save the file again with torch.save; it is damaged.');
      if (warnings.length < 50) warnings.push(`${name} was left out: ${problem}`);
      continue;
    }
    used.add(entry);
    leaves.add(
      path.length > 0 ? path : ['tensor'],
      handle(content, await archive.bytes(entry), littleEndian),
    );
  }
  const entries = assemble(leaves.all, isSequence(pickle.value));
  if (!isFilled(entries))
    throw (
      first ??
      new InputError(
        ['the file holds no tensor', ...suspicions(pickle)].join('; '),
        pickleName,
        'Save the weights: torch.save(model.state_dict(), path).',
      )
    );
  await archive.verify(used);
  return { format: 'PyTorch zip', entries, warnings: [...archive.warnings, ...warnings] };
}

function isFilled(entries: readonly Entry[]): entries is readonly [Entry, ...Entry[]] {
  return entries.some((entry) => entry.tensors.length > 0);
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

/** Why a tensor cannot be read from its storage of `size` bytes, or null if it can. */
function flaw(tensor: TensorRecord, size: number | null, entry: string): string | null {
  const { dtype, shape, strides, offset, storageBytes } = tensor;
  if (size === null) return `its storage ${JSON.stringify(entry)} is not in the archive`;
  if (storageBytes > size) return `its storage should have ${storageBytes} bytes and has ${size}`;
  const count = elementCount(shape);
  if (count > limits.elements)
    return `its shape (${shape.join(', ')}) has more than the ${limits.elements} elements that are read`;
  if (count === 0) return null;
  const end = (offset + reach(shape, strides) + 1) * itemSize[dtype];
  if (!(end <= size))
    return `its shape (${shape.join(', ')}) with strides (${strides.join(', ')}) reaches past its storage of ${size} bytes`;
  if (!isContiguous(shape, strides) && end - offset * itemSize[dtype] > limits.stridedSpan)
    return `it is scattered over more than ${limits.stridedSpan} bytes; make it contiguous before saving`;
  return null;
}

/** Elements between the first and the last one of a strided view. */
function reach(shape: readonly number[], strides: readonly number[]): number {
  return shape.reduce((sum, extent, d) => sum + (extent - 1) * strides[d]!, 0);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== expected) return false;
    expected *= shape[d]!;
  }
  return true;
}

function handle(tensor: TensorRecord, storage: Bytes, littleEndian: boolean): Omit<TensorHandle, 'name'> {
  const { dtype, shape, strides, offset } = tensor;
  const size = itemSize[dtype];
  const count = elementCount(shape);
  return {
    dtype,
    shape,
    load: async () => {
      const values = new Float64Array(count);
      if (count === 0) return values;
      if (isContiguous(shape, strides)) {
        const sink = new ElementSink(dtype, littleEndian, values);
        await storage.stream(offset * size, count * size, (piece) => {
          sink.push(piece);
        });
        return values;
      }
      const span = await storage.read(offset * size, (reach(shape, strides) + 1) * size);
      const view = viewOf(span);
      const index = shape.map(() => 0);
      let at = 0;
      for (let i = 0; i < count; i++) {
        values[i] = elementAt(view, dtype, littleEndian, at);
        for (let d = shape.length - 1; d >= 0; d--) {
          at += strides[d]!;
          if (++index[d]! < shape[d]!) break;
          at -= strides[d]! * shape[d]!;
          index[d] = 0;
        }
      }
      return values;
    },
  };
}

/** Functions and classes that saved models are made of; asking for them is no cause for alarm. */
const familiar =
  /^(?:torch\._utils\._rebuild_\w+|torch\._tensor\._rebuild_from_type(?:_v2)?|torch\.storage\.\w+|torch\.\w*(?:Storage|Tensor)|torch\.(?:Size|device|dtype|Generator)|torch\.nn\.parameter\.Parameter|torch\.serialization\._get_layout|collections\.(?:OrderedDict|defaultdict|Counter|deque)|(?:__builtin__|builtins)\.(?:set|frozenset|list|dict|tuple|int|float|bool|str|unicode|bytes|bytearray|complex|slice|range|object)|numpy\.(?:_?core\.(?:multiarray\.(?:_reconstruct|scalar)|numeric\._frombuffer)|dtype|ndarray)|_codecs\.encode|copy_?reg\._reconstructor|argparse\.Namespace|types\.SimpleNamespace|pathlib\.\w*Path|datetime\.\w+)$/;

function suspicions(pickle: Pickle): string[] {
  const foreign = (names: ReadonlySet<string>): string[] =>
    [...names].filter((name) => !familiar.test(name)).map((name) => name.slice(0, 200));
  const warnings = foreign(pickle.called).map(
    (name) => `the file asks to call ${name}; nothing was executed`,
  );
  const classes = foreign(pickle.classes).filter((name) => !name.startsWith('torch.nn.'));
  if (classes.length > 0)
    warnings.push(
      `read as plain data, without their code: objects of class ${classes.slice(0, 10).join(', ')}`,
    );
  return warnings.slice(0, 20);
}
