import { InputError } from '../../core/errors';
import { elementCount, type Scalar, type TensorHandle } from '../../core/tensor';
import { Leaves } from '../assemble';
import { latin1 } from '../bytes';
import { containerOf } from '../hdf5/hdf5';
import { rawBytes, type Dataset } from '../hdf5/dataset';
import { Hdf5File, superblockOffset } from '../hdf5/file';
import { attributesOf } from '../hdf5/groups';
import { Hdf5Walk, type DatasetVisit, type Found } from '../hdf5/walk';
import { RESULTS, savedResults } from './scyfi';
import { isNetwork, statedFacts } from './structs';
import { limits } from '../limits';
import type { Entry, Reader } from '../source';

/**
 * Julia's JLD2: HDF5 behind a header of 512 bytes, column-major. Arrays and mutable values inside others are object
 * references, structs are compounds whose type is committed with its Julia name, after the sources of JLD2.jl 0.4.
 */
export const jld2: Reader = {
  format: 'Julia JLD2',
  recognises: (head, source) =>
    superblockOffset(head) >= 0 &&
    (latin1(head, 0, 64).includes('Julia Data Format') ||
      (/\.jld2$/i.test(source.name) && !latin1(head, 0, 64).startsWith('Julia data file'))),
  read: async (source) => {
    const walk = new Hdf5Walk(await Hdf5File.open(source), {
      columnMajor: true,
      hidden: /^_types$/,
      attributes: false,
      dataset: readStruct,
    });
    await walk.all();
    const results = savedResults(walk);
    if (results) return { ...results, warnings: [...results.warnings, ...walk.warnings] };
    const series = await seriesOf(walk);
    if (series) return { format: 'Julia JLD2', entries: series, warnings: walk.warnings };
    const leaves = new Leaves();
    for (const [path, content] of walk.found) leaves.add(expertPath(path), content);
    return containerOf(walk, leaves, 'Julia JLD2');
  },
};

/** Names a struct by its Julia type before its fields are read, and sees through component arrays. */
async function readStruct(walk: Hdf5Walk, { dataset, path, depth }: DatasetVisit): Promise<boolean> {
  const { type, space } = dataset;
  // The eigenvalues in SCYFI's results, which no tensor can hold and nobody asks for.
  if (path[0] === RESULTS && type.kind === 'compound') return true;
  if (type.kind !== 'compound' || space.shape.length > 0) return false;
  const name = (await juliaType(walk, dataset))?.split('.').at(-1) ?? '';
  if (name === '' || name === 'NamedTuple' || name === 'DataType') return false;
  walk.add([...path, isNetwork(name) ? 'model' : 'type'], name);
  for (const [fact, value] of statedFacts(name)) walk.add([...path, fact], value);
  const data = type.members.find((member) => member.name === 'data');
  if (!/^Component(?:Array|Vector|Matrix)$/.test(name) || !data) return false;
  const bytes = await rawBytes(dataset, path.join('.'));
  await walk.value(data.type, bytes.subarray(data.offset, data.offset + data.type.size), path, depth + 1);
  walk.warnings.push(
    `${path.join('.')} is a component array: all parameters in one vector, their names only in its Julia type. ` +
      'Continuous-time PLRNNs and neural ODEs are saved like this; they are differential equations, not maps',
  );
  return true;
}

/** The full name of the dataset's Julia type, if it is committed. */
async function juliaType(walk: Hdf5Walk, dataset: Dataset): Promise<string | null> {
  if (dataset.committed === null) return null;
  const attributes = await attributesOf(await walk.file.object(dataset.committed));
  const attribute = attributes.find(({ name }) => /^julia[ _]type$/.test(name));
  if (attribute?.type.kind !== 'compound') return null;
  const name = attribute.type.members.find((member) => member.name === 'name');
  if (!name || attribute.data.length < attribute.type.size) return null;
  return walk.text(name.type, attribute.data.subarray(name.offset, name.offset + name.type.size));
}

/** Experts of a mixture are offered one by one: `A_MoE.1` is `experts.0.A`. */
function expertPath(path: readonly string[]): readonly string[] {
  const at = path.findIndex((part, i) => part.endsWith('_MoE') && /^\d+$/.test(path[i + 1] ?? ''));
  if (at < 0) return path;
  const parameter = path[at]!.slice(0, -'_MoE'.length);
  return [
    ...path.slice(0, at),
    'experts',
    String(Number(path[at + 1]) - 1),
    parameter,
    ...path.slice(at + 2),
  ];
}

type Tensor = Omit<TensorHandle, 'name'>;

/**
 * A whole training run in one file: members of one group that are vectors of equal length, each of arrays of one
 * shape (`A[e]`, `W[e]`, `h[e]`). One entry for each element, its number as epoch; null if the file is no such run.
 */
async function seriesOf(walk: Hdf5Walk): Promise<readonly [Entry, ...Entry[]] | null> {
  const byPath = new Map(walk.found.map(([path, content]) => [path.join('\n'), content]));
  const groups = new Map<string, { readonly name: string; readonly values: readonly Tensor[] }[]>();
  for (const { path, length, isMember } of walk.lists) {
    const values = Array.from({ length }, (_, i) => byPath.get([...path, String(i + 1)].join('\n')));
    if (!isMember || length === 0 || !values.every(isTensor)) continue;
    const shape = values[0]!.shape.join();
    if (values.some((value) => value.shape.join() !== shape)) continue;
    const key = [length, ...path.slice(0, -1)].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), { name: path.join('.'), values }]);
  }
  const [group] = [...groups.values()]
    .filter((lists) => lists.length > 1)
    .sort((a, b) => b.length - a.length);
  const length = group?.[0]?.values.length ?? 0;
  if (!group || length === 0) return null;
  const shared = new Leaves();
  const curves: (readonly [name: string, values: Float64Array])[] = [];
  for (const [path, content] of walk.found) {
    const name = path.join('.');
    if (group.some((list) => name.startsWith(`${list.name}.`))) continue;
    if (isTensor(content) && elementCount(content.shape) === length && /loss|error|D_?stsp|D_?H$/i.test(name))
      curves.push([name, await content.load()]);
    else shared.add(path, content);
  }
  if (length * shared.all.length > limits.sharedValues)
    throw new InputError(
      `${length} checkpoints share ${shared.all.length} values`,
      '',
      'Save the checkpoints as files of their own.',
    );
  const beside = shared.all.map(({ path, content }) => [path.join('.'), content] as const);
  const common = {
    tensors: beside.flatMap(([name, content]) => (isTensor(content) ? [{ ...content, name }] : [])),
    scalars: beside.flatMap(([name, value]) => (isTensor(value) ? [] : [{ name, value }])),
  };
  const entries = Array.from({ length }, (_, e): Entry => ({
    epoch: e + 1,
    tensors: [...group.map(({ name, values }) => ({ ...values[e]!, name })), ...common.tensors],
    scalars: [...common.scalars, ...curves.map(([name, values]): Scalar => ({ name, value: values[e]! }))],
  }));
  return [entries[0]!, ...entries.slice(1)];
}

function isTensor(content: Found | undefined): content is Tensor {
  return typeof content === 'object';
}
