import { InputError } from '../../core/errors';
import type { TensorHandle } from '../../core/tensor';
import { assemble, Leaves, type Leaf } from '../assemble';
import { fileBytes, type Bytes } from '../bytes';
import { limits } from '../limits';
import type { Pickle } from './pickle';
import type { Container, Entry } from '../source';
import { flaw, stridedTensor } from '../strided';
import { ELEMENTS, type TensorRecord } from '../tensorRecord';
import { findTensors, isSequence } from '../torch/objects';

/** The storages of a file, by the keys under which a pickle refers to them. */
export interface Storages {
  readonly littleEndian: boolean;
  /** "archive" or "file". */
  readonly container: string;
  /** Where a storage lies, in words for messages. */
  place(key: string): string;
  /** Bytes of a storage, or null if the file has none of that key. */
  size(key: string): number | null;
  bytes(key: string): Promise<Bytes>;
}

/** The storages of a pickle on its own. */
export const noStorages: Storages = {
  littleEndian: true,
  container: 'file',
  place: (key) => key,
  size: () => null,
  bytes: (key) => Promise.reject(new InputError('there is no such storage', key, 'Save the file again.')),
};

type Unnamed = Omit<TensorHandle, 'name'>;

/** Puts together what the pickles of one file hold: tensors that can be read, loose values, warnings. */
export class PickledContents {
  private readonly leaves = new Leaves();
  private readonly warnings: string[] = [];
  private readonly suspicions = new Set<string>();
  private first: InputError | null = null;
  private rootIsList = false;

  /**
   * Adds a pickled object and the storages it refers to. `rename` gives other names to what is found; with `lists`,
   * nested lists of numbers are tensors too. Throws InputError if the object is too large.
   */
  async add(
    pickle: Pickle,
    storages: Storages,
    options: {
      readonly rename?: (path: readonly string[]) => readonly string[];
      readonly lists?: boolean;
    } = {},
  ): Promise<void> {
    const { rename, lists = false } = options;
    for (const suspicion of suspicionsOf(pickle)) this.suspicions.add(suspicion);
    this.rootIsList ||= rename === undefined && isSequence(pickle.value);
    for (const { path: own, content } of findTensors(pickle.value, lists)) {
      const path = rename ? rename(own) : own;
      if (typeof content !== 'object') this.leaves.add(path, content);
      else if (content instanceof InputError) this.leaveOut(path, content.message);
      else {
        const problem = problemOf(content, storages);
        if (problem !== null) this.leaveOut(path, problem);
        else this.leaves.add(path.length > 0 ? path : ['tensor'], await tensorOf(content, storages));
      }
    }
  }

  private leaveOut(path: readonly string[], problem: string): void {
    const name = path.join('.').slice(0, limits.nameLength) || 'the tensor';
    this.first ??= new InputError(
      problem,
      name,
      problem.includes(ELEMENTS)
        ? 'Save the weights as float32 or float64: {name: w.float() for name, w in model.state_dict().items()}, with torch.save.'
        : 'The file may be damaged; save the parameters of the network alone and again, with torch.save.',
    );
    if (this.warnings.length < 50) this.warnings.push(`${name} was left out: ${problem}`);
  }

  /** Throws InputError if nothing that was added holds a tensor; `place` is where it was looked for. */
  container(format: string, place: string, remedy: string): Container {
    const entries = assemble(optimizersLast(this.leaves.all), this.rootIsList);
    if (isFilled(entries))
      return { format, entries, warnings: [...[...this.suspicions].slice(0, 20), ...this.warnings] };
    throw (
      this.first ?? new InputError(['the file holds no tensor', ...this.suspicions].join('; '), place, remedy)
    );
  }
}

function isFilled(entries: readonly Entry[]): entries is readonly [Entry, ...Entry[]] {
  return entries.some((entry) => entry.tensors.length > 0);
}

/** The moments of an optimizer have the shapes of the weights and would be shown among them. */
function optimizersLast(leaves: readonly Leaf[]): readonly Leaf[] {
  const ofOptimizer = ({ path }: Leaf): boolean => path.some((part) => /optim|^opt_state/i.test(part));
  return [...leaves.filter((leaf) => !ofOptimizer(leaf)), ...leaves.filter(ofOptimizer)];
}

/** Why a tensor cannot be read from where its elements should lie, or null if it can. */
function problemOf(tensor: TensorRecord, storages: Storages): string | null {
  const { elements } = tensor;
  if (elements.in === 'numbers') return null;
  if (elements.in === 'pickle') return flaw(tensor, elements.bytes.length);
  const size = storages.size(elements.key);
  const place = storages.place(elements.key);
  if (size === null) return `its storage ${JSON.stringify(place)} is not in the ${storages.container}`;
  if (elements.bytes > size) return `its storage should have ${elements.bytes} bytes and has ${size}`;
  return flaw(tensor, size);
}

async function tensorOf(tensor: TensorRecord, storages: Storages): Promise<Unnamed> {
  const { elements } = tensor;
  switch (elements.in) {
    case 'numbers':
      return { dtype: tensor.dtype, shape: tensor.shape, load: async () => elements.values.slice() };
    case 'pickle':
      return stridedTensor(tensor, bytesInMemory(elements.bytes), elements.littleEndian);
    case 'storage':
      return stridedTensor(tensor, await storages.bytes(elements.key), storages.littleEndian);
  }
}

function bytesInMemory(bytes: Uint8Array): Bytes {
  const source = {
    name: 'pickle',
    size: bytes.length,
    read: async (from: number, length: number) => bytes.subarray(from, from + length),
  };
  return fileBytes(source, 0, bytes.length, 'pickle');
}

/** Functions and classes that saved models are made of; asking for them is no cause for alarm. */
const familiar = new RegExp(
  `^(?:${[
    'torch\\._utils\\._rebuild_\\w+',
    'torch\\._tensor\\._rebuild_from_type(?:_v2)?',
    'torch\\.storage\\.\\w+',
    'torch\\.\\w*(?:Storage|Tensor)',
    'torch\\.(?:Size|device|dtype|Generator)',
    'torch\\.nn\\.parameter\\.Parameter',
    'torch\\.serialization\\._get_layout',
    'torch\\.jit\\._pickle\\.\\w+',
    'collections\\.(?:OrderedDict|defaultdict|Counter|deque)',
    '(?:__builtin__|builtins)\\.(?:set|frozenset|list|dict|tuple|int|float|bool|str|unicode|bytes|bytearray|complex|slice|range|object)',
    'numpy\\.(?:_?core\\.(?:multiarray\\.(?:_reconstruct|scalar)|numeric\\._frombuffer)|ma\\.core\\._mareconstruct|dtype|ndarray)',
    'numpy\\.random\\._pickle\\.__\\w+_ctor',
    'jax\\._src\\.(?:array\\._reconstruct_array|device_array\\.reconstruct_device_array)',
    '_codecs\\.encode',
    'copy_?reg\\._reconstructor',
    'argparse\\.Namespace',
    'types\\.SimpleNamespace',
    'pathlib\\.\\w*Path',
    'datetime\\.\\w+',
  ].join('|')})$`,
);

function foreign(names: ReadonlySet<string>): string[] {
  return [...names].filter((name) => !familiar.test(name)).map((name) => name.slice(0, 200));
}

/** Whether the pickle asks for nothing but the making of plain data. */
export function isPlainData(pickle: Pickle): boolean {
  return foreign(pickle.called).length === 0;
}

function suspicionsOf(pickle: Pickle): string[] {
  const warnings = foreign(pickle.called).map(
    (name) => `the file asks to call ${name}; nothing was executed`,
  );
  const classes = foreign(pickle.classes).filter(
    (name) => !/^(?:torch\.nn\.|__torch__\.|omegaconf\.)/.test(name),
  );
  if (classes.length > 0)
    warnings.push(
      `read as plain data, without their code: objects of class ${classes.slice(0, 10).join(', ')}`,
    );
  return warnings;
}
