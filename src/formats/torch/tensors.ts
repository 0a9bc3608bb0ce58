import { InputError } from '../../core/errors';
import type { DType } from '../../core/tensor';
import { viewOf } from '../bytes';
import { itemSize } from '../dtype';
import { limits } from '../limits';
import { numpyArray } from '../pickle/numpyObjects';
import { globalName, isNode, type PickleCall, type PickleNode, type PickleValue } from '../pickle/pickle';
import type { PickledBytes } from '../pickle/pickledBytes';
import type { Elements, TensorRecord } from '../tensorRecord';
import { ELEMENTS, unusable, wholeNumbers } from '../tensorRecord';
import { storageId, storageItemSize, storageType, type StorageId } from './storage';
import { readTorchStream } from './stream';

const scalarTypes: Readonly<Record<string, DType>> = {
  'torch.float64': 'float64',
  'torch.float32': 'float32',
  'torch.float16': 'float16',
  'torch.bfloat16': 'bfloat16',
  'torch.int64': 'int64',
  'torch.int32': 'int32',
  'torch.int16': 'int16',
  'torch.int8': 'int8',
  'torch.uint64': 'uint64',
  'torch.uint32': 'uint32',
  'torch.uint16': 'uint16',
  'torch.uint8': 'uint8',
  'torch.bool': 'bool',
};

/** Wrappers around tensors that may lie in one another: a parameter of a subclass, and no more. */
const WRAPPERS = 8;

interface Storage {
  readonly id: StorageId;
  /** The elements themselves where the pickle holds them, or null where they lie outside. */
  readonly bytes: Uint8Array | null;
}

/** Which inert nodes of a pickle stand for tensors of PyTorch or NumPy. */
export class PickledTensors {
  private readonly nested = new Map<PickleNode, Storage | InputError>();

  constructor(private readonly bytes: PickledBytes) {}

  /** The tensor for which a call stands, the reason why it cannot be used, or null if it is none. */
  of(call: PickleCall): TensorRecord | InputError | null {
    let { callable, args } = call;
    for (let depth = 0; depth < WRAPPERS; depth++) {
      const name = globalName(callable);
      const [first, , third] = args;
      switch (name) {
        case 'torch._utils._rebuild_parameter':
        case 'torch._utils._rebuild_parameter_with_state':
        case 'torch._utils._rebuild_device_tensor_from_numpy':
        case 'torch.nn.parameter.Parameter':
          if (!isNode(first) || first.kind !== 'call') return null;
          call = first;
          ({ callable, args } = first);
          break;
        case 'torch._tensor._rebuild_from_type_v2':
        case 'torch._tensor._rebuild_from_type':
          if (first === undefined || !isNode(third) || third.kind !== 'tuple') return null;
          callable = first;
          args = third.items;
          break;
        case 'torch._utils._rebuild_tensor':
        case 'torch._utils._rebuild_tensor_v2':
          return this.view(args, null);
        case 'torch._utils._rebuild_tensor_v3':
          return this.view(args, globalName(args[6]));
        default:
          if (/^torch\._utils\._rebuild_/.test(name))
            return unusable(
              `it was saved by ${name}, which is not read (sparse, quantised or of a foreign device)`,
            );
          return numpyArray(call, this.bytes);
      }
    }
    return unusable('it is wrapped again and again');
  }

  private view(args: readonly PickleValue[], scalarType: string | null): TensorRecord | InputError {
    const [node, offset, shape, strides] = args;
    const storage = this.storage(node);
    if (storage instanceof InputError) return storage;
    const { id, bytes } = storage;
    const dtype =
      scalarType === null
        ? storageType(id.type)
        : Object.hasOwn(scalarTypes, scalarType)
          ? scalarTypes[scalarType]!
          : null;
    if (dtype === null)
      return unusable(`${ELEMENTS} ${scalarType ?? (id.type || 'unknown')}, which is not read`);
    const extents = wholeNumbers(shape);
    const steps = wholeNumbers(strides);
    if (!extents || !steps || extents.length !== steps.length || extents.length > limits.rank)
      return unusable('its shape and strides are impossible');
    if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0)
      return unusable(`its storage offset is ${String(offset)}`);
    const elements: Elements = bytes
      ? { in: 'pickle', bytes, littleEndian: true }
      : {
          in: 'storage',
          key: id.key,
          bytes: id.count * (storageItemSize(id.type) ?? itemSize[dtype]),
        };
    return { dtype, offset: id.start + offset, shape: extents, strides: steps, elements };
  }

  private storage(node: PickleValue | undefined): Storage | InputError {
    if (!isNode(node)) return unusable('it has no storage');
    if (node.kind === 'call' && globalName(node.callable) === 'torch.storage._load_from_bytes') {
      let storage = this.nested.get(node);
      if (!storage) {
        storage = this.nested.size < limits.tensors ? this.unpack(node) : unusable('there are too many');
        this.nested.set(node, storage);
      }
      return storage;
    }
    if (node.kind !== 'persistent') return unusable('it has no storage');
    const id = storageId(node);
    return id ? { id, bytes: null } : unusable('its storage is not described as PyTorch does');
  }

  /** A storage pickled without torch.save holds the bytes of a stream of its own. */
  private unpack(call: PickleCall): Storage | InputError {
    const bytes = this.bytes.of(call.args[0]);
    if (!bytes) return unusable('it has no storage');
    try {
      const { pickle, end } = readTorchStream(bytes.subarray(0, limits.nestedPickle));
      const id = storageId(pickle.value);
      const size = id && storageItemSize(id.type);
      if (!id || size === null) return unusable('its storage is not described as PyTorch does');
      const from = end + 8;
      const count = from <= bytes.length ? Number(viewOf(bytes).getBigInt64(end, true)) : -1;
      if (count !== id.count || count * size > bytes.length - from) return unusable('its storage is cut off');
      return { id, bytes: bytes.subarray(from, from + count * size) };
    } catch (error) {
      if (error instanceof InputError) return unusable(error.message);
      throw error;
    }
  }
}
