import { InputError } from '../../core/errors';
import type { Scalar } from '../../core/tensor';
import { limits } from '../limits';
import { NumberLists } from '../numberLists';
import { numpyScalar, objectArray } from '../pickle/numpyObjects';
import {
  globalName,
  isNode,
  type PickleCall,
  type PickleDict,
  type PickleNode,
  type PickleValue,
} from '../pickle/pickle';
import { PickledBytes } from '../pickle/pickledBytes';
import type { TensorRecord } from '../tensorRecord';
import { PickledTensors } from './tensors';

/**
 * What a pickled object means: what its tensors are called, and which loose values lie beside them. Classes that
 * are not known are walked as plain data.
 */

export interface Found {
  readonly path: readonly string[];
  /** A tensor, a loose value, or the reason why a tensor cannot be used. */
  readonly content: TensorRecord | Scalar['value'] | InputError;
}

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
 * are cut. With `lists`, rectangular lists of numbers are tensors too. Throws InputError if the object unfolds
 * without end.
 */
export function* findTensors(root: PickleValue, lists = false): Generator<Found> {
  const bytes = new PickledBytes();
  const tensors = new PickledTensors(bytes);
  const numberOf = (value: PickleValue): number | null => {
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    const scalar = isNode(value) && value.kind === 'call' ? numpyScalar(value, bytes) : null;
    return typeof scalar === 'number' ? scalar : null;
  };
  const numberLists = new NumberLists(numberOf);
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
    const content =
      value.kind === 'call'
        ? (tensors.of(value) ?? numpyScalar(value, bytes))
        : lists && !tensorsOnly
          ? numberLists.read(value)
          : null;
    if (content !== null) {
      if (typeof content === 'object') yield { path: pathOf(visit), content };
      else if (!tensorsOnly && ++scalars <= limits.scalars) yield { path: pathOf(visit), content };
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
    'Save it again with torch.save(model.state_dict(), path) or numpy.savez.',
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
  const objects = objectArray(call);
  if (objects)
    return objects.length === 1 ? [[null, objects[0]!]] : objects.map((item, i) => [String(i), item]);
  if (/^collections\.(?:OrderedDict|defaultdict|Counter)$/.test(name))
    return [...pairs(call.args[0]), ...members(call.entries)];
  if (/^torch\.jit\._pickle\.(?:restore_type_tag|build_\w+list)$/.test(name)) {
    const [list] = call.args;
    return list === undefined ? [] : [[null, list]];
  }
  const own = isNode(call.state) && call.state.kind === 'dict' ? members(call.state.entries) : [];
  if (name.startsWith('__torch__.')) return own.filter(([attribute, value]) => isPublic(attribute, value));
  if (name.startsWith('omegaconf.'))
    return own.flatMap(([key, value]): Child[] =>
      key === '_content' || key === '_val' ? [[null, value]] : [],
    );
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

/** Attributes of a TorchScript module, without those in which PyTorch keeps its books. */
function isPublic(name: string | null, value: PickleValue): boolean {
  if (name === 'training') return false;
  const isObject = isNode(value) && value.kind === 'call' && !globalName(value.callable).includes('_pickle.');
  return name?.startsWith('_') !== true || isObject;
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
  const set = value.kind === 'call' ? value.args[0] : value;
  return isNode(set) && 'items' in set ? (set.items ?? []).filter((item) => typeof item === 'string') : [];
}
