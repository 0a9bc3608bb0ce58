import { InputError } from '../core/errors';
import type { DType, Scalar } from '../core/tensor';
import { itemSize } from './dtype';
import { limits } from './limits';
import {
  globalName,
  isNode,
  type PickleCall,
  type PickleDict,
  type PickleNode,
  type PickleValue,
} from './pickle';

/**
 * What a pickled PyTorch object means: which of its inert nodes stand for tensors, what they are called, and
 * which loose values lie beside them. Classes that are not known are walked as plain data.
 */

/** A tensor as the pickle describes it; nothing is checked against the stored bytes yet. */
export interface TensorRecord {
  /** Name of the storage in the archive. */
  readonly key: string;
  readonly dtype: DType;
  /** Bytes that the storage should have. */
  readonly storageBytes: number;
  /** Shape, strides and offset count elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export interface Found {
  readonly path: readonly string[];
  /** A tensor, a loose value, or the reason why a tensor cannot be used. */
  readonly content: TensorRecord | Scalar['value'] | InputError;
}

const RESAVE = 'Save it again with torch.save(model.state_dict(), path).';

const storageTypes: Readonly<Record<string, DType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

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

/** One step of the walk; steps without a name do not lengthen the path. */
interface Visit {
  readonly value: PickleValue;
  readonly name: string | null;
  readonly depth: number;
  readonly parent: Visit | null;
  /** Under something whose loose values mean nothing to the model, such as the arguments of a foreign call. */
  readonly tensorsOnly: boolean;
}

type Child = readonly [name: string | null, value: PickleValue, tensorsOnly?: boolean];

/**
 * Everything found in a pickled object, in its own order. Shared objects are named wherever they occur, cycles
 * are cut. Throws InputError if the object unfolds without end.
 */
export function* findTensors(root: PickleValue): Generator<Found> {
  const open: Visit[] = [{ value: root, name: null, depth: 0, parent: null, tensorsOnly: false }];
  let visits = 0;
  let scalars = 0;
  for (let visit = open.pop(); visit; visit = open.pop()) {
    if (++visits > limits.pickleVisits)
      throw tooLarge(visit, `unfolds into more than ${limits.pickleVisits} values`);
    const { value, depth, tensorsOnly } = visit;
    if (!isNode(value)) {
      const scalar = typeof value === 'bigint' ? Number(value) : value;
      if (!tensorsOnly && scalar !== null && !(scalar instanceof Uint8Array) && ++scalars <= limits.scalars)
        yield { path: pathOf(visit), content: scalar };
      continue;
    }
    if (depth > limits.depth) throw tooLarge(visit, `is nested more than ${limits.depth} deep`);
    if (isInside(value, visit.parent)) continue;
    const tensor = tensorOf(value);
    if (tensor) {
      yield { path: pathOf(visit), content: tensor };
      continue;
    }
    const children = childrenOf(value);
    for (let i = children.length - 1; i >= 0; i--) {
      const [name, child, only] = children[i]!;
      open.push({
        value: child,
        name,
        depth: depth + 1,
        parent: visit,
        tensorsOnly: tensorsOnly || only === true,
      });
    }
  }
}

function pathOf(visit: Visit): string[] {
  const path: string[] = [];
  for (let step: Visit | null = visit; step; step = step.parent) if (step.name !== null) path.push(step.name);
  return path.reverse();
}

function tooLarge(visit: Visit, what: string): InputError {
  return new InputError(
    `the saved object ${what}`,
    pathOf(visit).slice(0, 4).join('.').slice(0, 200),
    RESAVE,
  );
}

/** Whether the object is one of those that lead to it. */
function isInside(value: PickleNode, from: Visit | null): boolean {
  for (let visit = from; visit; visit = visit.parent) if (visit.value === value) return true;
  return false;
}

/** A pickled list as the saving code meant it: the root of a series of state dicts. */
export function isSequence(value: PickleValue): boolean {
  return isNode(value) && (value.kind === 'list' || value.kind === 'tuple');
}

function childrenOf(value: PickleNode): readonly Child[] {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items.every((item) => typeof item === 'number')
        ? []
        : value.items.map((item, i) => [String(i), item]);
    case 'dict':
      return members(value.entries);
    case 'call':
      return callChildren(value);
    default:
      return [];
  }
}

function members(entries: ReadonlyMap<PickleValue, PickleValue> | null): Child[] {
  const children: Child[] = [];
  for (const [key, item] of entries ?? [])
    if (typeof key === 'string' || typeof key === 'number') children.push([String(key), item]);
  return children;
}

/** Library values without tensors in them. */
const empty = new Set([
  'torch.Size',
  'torch.device',
  'torch.storage._load_from_bytes',
  'numpy.dtype',
  '_codecs.encode',
  '__builtin__.set',
  'builtins.set',
  '__builtin__.frozenset',
  'builtins.frozenset',
]);

function callChildren(call: PickleCall): Child[] {
  const name = globalName(call.callable);
  if (empty.has(name)) return [];
  if (/^collections\.(?:OrderedDict|defaultdict|Counter)$/.test(name))
    return [...pairs(call.args[0]), ...members(call.entries)];
  const children: Child[] = call.args.filter(isNode).map((arg) => [null, arg, true]);
  for (const [i, item] of (call.items ?? []).entries()) children.push([String(i), item]);
  children.push(...members(call.entries));
  const states = isNode(call.state) && call.state.kind === 'tuple' ? call.state.items : [call.state];
  for (const state of states)
    if (isNode(state) && state.kind === 'dict')
      children.push(...(moduleState(state) ?? members(state.entries)));
    else if (isNode(state)) children.push([null, state, true]);
  return children;
}

/** `OrderedDict([(key, value), ..])`, as protocols 0 and 1 write it. */
function pairs(list: PickleValue | undefined): Child[] {
  if (!isNode(list) || list.kind !== 'list') return [];
  return list.items.flatMap((pair): Child[] => {
    if (!isNode(pair) || (pair.kind !== 'tuple' && pair.kind !== 'list')) return [];
    const [key, item] = pair.items;
    return typeof key === 'string' && item !== undefined ? [[key, item]] : [];
  });
}

/**
 * A pickled nn.Module by the names of its own state dict: parameters, persistent buffers, submodules; then its
 * public attributes. Null if the state is not that of a module.
 */
function moduleState(state: PickleDict): Child[] | null {
  const attributes = new Map(
    members(state.entries).map(([name, value]): [string, PickleValue] => [name ?? '', value]),
  );
  if (!attributes.has('_parameters') || !attributes.has('_modules')) return null;
  const part = (name: string): Child[] => {
    const value = attributes.get(name);
    return isNode(value) && (value.kind === 'dict' || value.kind === 'call')
      ? (childrenOf(value) as Child[])
      : [];
  };
  const transient = new Set(texts(attributes.get('_non_persistent_buffers_set')));
  return [
    ...part('_parameters'),
    ...part('_buffers').filter(([name]) => !transient.has(name ?? '')),
    ...part('_modules'),
    ...[...attributes].filter(([name]) => !name.startsWith('_') && name !== 'training'),
  ];
}

/** The texts in a pickled set or list, however it was written. */
function texts(value: PickleValue | undefined): string[] {
  if (!isNode(value)) return [];
  if (value.kind === 'call') return texts(value.args[0]);
  if (value.kind !== 'set' && value.kind !== 'list' && value.kind !== 'tuple') return [];
  return value.items.filter((item) => typeof item === 'string');
}

/** The tensor for which a node stands, the reason why it cannot be used, or null if it is none. */
function tensorOf(node: PickleNode): TensorRecord | InputError | null {
  if (node.kind !== 'call') return null;
  const name = globalName(node.callable);
  const [first, , third] = node.args;
  switch (name) {
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state':
    case 'torch.nn.parameter.Parameter':
      return isNode(first) ? tensorOf(first) : null;
    case 'torch._tensor._rebuild_from_type_v2':
    case 'torch._tensor._rebuild_from_type':
      return first !== undefined && isNode(third) && third.kind === 'tuple'
        ? tensorOf({ ...node, callable: first, args: third.items })
        : null;
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
      return describe(node.args, null);
    case 'torch._utils._rebuild_tensor_v3':
      return describe(node.args, globalName(node.args[6]));
    default:
      if (/^numpy\._?core\.multiarray\._reconstruct$/.test(name))
        return unusable('it is a NumPy array, which is not read inside a PyTorch file');
      if (/^torch\._utils\._rebuild_/.test(name))
        return unusable(
          `it was saved by ${name}, which is not read (sparse, quantised or of a foreign device)`,
        );
      return null;
  }
}

function unusable(reason: string): InputError {
  return new InputError(reason, '', RESAVE);
}

function describe(args: readonly PickleValue[], scalarType: string | null): TensorRecord | InputError {
  const [storage, offset, shape, strides] = args;
  if (!isNode(storage) || storage.kind !== 'persistent' || !isNode(storage.id) || storage.id.kind !== 'tuple')
    return unusable('it has no storage');
  const [tag, type, key, , count] = storage.id.items;
  const className = globalName(type).split('.').at(-1) ?? '';
  const untyped = className === 'UntypedStorage';
  const dtype = scalarType !== null ? lookUp(scalarTypes, scalarType) : lookUp(storageTypes, className);
  if (tag !== 'storage' || typeof key !== 'string' || typeof count !== 'number')
    return unusable('its storage is not described as PyTorch does');
  if (dtype === null)
    return unusable(`its elements are of type ${scalarType ?? (className || 'unknown')}, which is not read`);
  const extents = wholeNumbers(shape);
  const steps = wholeNumbers(strides);
  if (!extents || !steps || extents.length !== steps.length || extents.length > limits.rank)
    return unusable('its shape and strides are impossible');
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0)
    return unusable(`its storage offset is ${String(offset)}`);
  return {
    key,
    dtype,
    storageBytes: untyped ? count : count * itemSize[dtype],
    offset,
    shape: extents,
    strides: steps,
  };
}

function lookUp(table: Readonly<Record<string, DType>>, name: string): DType | null {
  return Object.hasOwn(table, name) ? table[name]! : null;
}

function wholeNumbers(value: PickleValue | undefined): readonly number[] | null {
  if (!isNode(value)) return null;
  if (value.kind === 'call' && globalName(value.callable) === 'torch.Size')
    return wholeNumbers(value.args[0]);
  if (value.kind !== 'tuple' && value.kind !== 'list') return null;
  const numbers = value.items.filter(
    (item): item is number => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0,
  );
  return numbers.length === value.items.length ? numbers : null;
}
