import { InputError } from '../../core/errors';
import { elementCount, type Scalar, type TensorHandle } from '../../core/tensor';
import { readContainer } from '../../formats/index';
import type { Neighbourhood, Source } from '../../formats/source';
import { logLimits, LogBuilder, type Log } from './log';

/** Matrices of more columns than this are no curves side by side. */
const MAX_WIDTH = 64;

/**
 * Curves in files of arrays: `.npy`, `.npz`, `.pt`, `.jld2`, `.mat`, `.h5` and the others that hold models. A vector
 * is a column, a matrix of few columns several (`metrics` of AL-RNN runs: loss first). Throws InputError.
 */
export async function readArrayLog(source: Source, neighbourhood: Neighbourhood): Promise<Log> {
  // A .npy or .csv file is asked for alone: what lies beside it is no set of parameters here.
  const alone: Neighbourhood = { ...neighbourhood, list: () => Promise.resolve([source.name]) };
  const { entries } = await readContainer(source, alone);
  const log = new LogBuilder();
  if (entries.length > 1) {
    for (const { epoch, scalars } of entries) {
      log.next();
      if (epoch !== null) log.set('epoch', epoch);
      for (const { name, value } of scalars) if (typeof value === 'number') log.set(name, value);
    }
    return log.finish();
  }
  const columns: { readonly name: string; readonly values: Float64Array }[] = [];
  const { listed, single } = listedVectors(entries[0].tensors);
  for (const rows of listed) columns.push(...(await columnsOfRows(rows)));
  for (const tensor of single) columns.push(...(await columnsOf(tensor)));
  columns.push(...listsOf(entries[0].scalars));
  if (columns.length === 0)
    throw new InputError('the file holds no vector of numbers', '', 'Save the losses as one vector.');
  const rows = Math.max(...columns.map(({ values }) => values.length));
  for (let row = 0; row < rows; row++) {
    log.next();
    for (const { name, values } of columns) if (row < values.length) log.set(name, values[row]!);
  }
  return log.finish();
}

/** `metrics.1`, `metrics.2`, ..: a list of short vectors of one length, one for each row, as Julia codes keep them. */
interface VectorList {
  readonly name: string;
  readonly length: number;
  readonly rows: TensorHandle[];
}

/** Lists of vectors among the tensors of a file, and the tensors in none. */
function listedVectors(tensors: readonly TensorHandle[]): {
  readonly listed: readonly VectorList[];
  readonly single: readonly TensorHandle[];
} {
  const lists = new Map<string, VectorList>();
  for (const tensor of tensors) {
    const [, name, index] = /^(.*)\.(\d+)$/.exec(tensor.name) ?? [];
    if (name === undefined) continue;
    const list = lists.get(name) ?? { name, length: elementCount(tensor.shape), rows: [] };
    const first = list.rows[0]?.name.slice(name.length + 1) ?? index!;
    if (Number(index) === Number(first) + list.rows.length) list.rows.push(tensor);
    lists.set(name, list);
  }
  const listed = [...lists.values()].filter(
    ({ length, rows }) =>
      rows.length > 1 &&
      length > 0 &&
      length <= MAX_WIDTH &&
      rows.length * length <= logLimits.cells &&
      rows.every(
        ({ shape }) => shape.filter((extent) => extent !== 1).length < 2 && elementCount(shape) === length,
      ),
  );
  const taken = new Set(listed.flatMap(({ rows }) => rows));
  return { listed, single: tensors.filter((tensor) => !taken.has(tensor)) };
}

async function columnsOfRows({
  name,
  length,
  rows,
}: VectorList): Promise<{ name: string; values: Float64Array }[]> {
  const columns = Array.from({ length }, (_, j) => ({
    name: `${name}[${String(j)}]`,
    values: new Float64Array(rows.length),
  }));
  for (const [i, row] of rows.entries()) {
    const values = await row.load();
    for (const [j, column] of columns.entries()) column.values[i] = values[j]!;
  }
  return columns;
}

async function columnsOf(tensor: TensorHandle): Promise<{ name: string; values: Float64Array }[]> {
  const extents = tensor.shape.filter((extent) => extent !== 1);
  const count = elementCount(tensor.shape);
  if (extents.length > 2 || count < 2 || count > logLimits.cells) return [];
  if (extents.length < 2) return [{ name: tensor.name, values: await tensor.load() }];
  const [rows = 0, columns = 0] = extents;
  if (columns > MAX_WIDTH || rows < columns) return [];
  const data = await tensor.load();
  return Array.from({ length: columns }, (_, j) => ({
    name: `${tensor.name}[${String(j)}]`,
    values: Float64Array.from({ length: rows }, (_, i) => data[i * columns + j]!),
  }));
}

/** Lists of numbers beside tensors are loose values `losses.0`, `losses.1`, ..: put together again. */
function listsOf(scalars: readonly Scalar[]): { name: string; values: Float64Array }[] {
  const lists = new Map<string, number[]>();
  for (const { name, value } of scalars) {
    const [, list, index] = /^(.*)\.(\d+)$/.exec(name) ?? [];
    if (list === undefined || typeof value !== 'number') continue;
    const values = lists.get(list) ?? [];
    if (Number(index) === values.length) values.push(value);
    lists.set(list, values);
  }
  return [...lists].map(([name, values]) => ({ name, values: Float64Array.from(values) }));
}
