import { InputError } from '../../core/errors';
import { elementCount } from '../../core/tensor';
import type { Scalar, TensorHandle } from '../../core/tensor';
import type { Budget, Row } from '../csv/table';
import type { Hdf5Walk } from '../hdf5/walk';
import { JuliaLiteral, type Literal } from './literal';
import { limits } from '../limits';
import type { Container, Entry } from '../source';

/** Columns of complex numbers, which a real tensor cannot hold. */
const complex = /^eig/i;
const TEXT = 200;

/**
 * Results of SCYFI (`dynamical_objects.csv`): one row for each model of a training run, arrays written into cells
 * as Julia prints them. The columns A, W and h are the model; `cycles` becomes tensors `cycles.k.i`, the points
 * (k x M) of the i-th cycle of order k, both counted from 1. Without a column `epoch` the rows are numbered from 1.
 */
export function readResults(header: Row, rows: Iterable<Row>, budget: Budget): Container {
  const names = header.cells.map((cell) => cell.trim());
  const entries: Entry[] = [];
  for (const row of rows) {
    if (row.cells.length !== names.length)
      throw new InputError(
        `the row has ${row.cells.length} cells, the header has ${names.length}`,
        `line ${row.line}, column ${Math.min(row.cells.length, names.length) + 1}`,
        'Save the results again.',
      );
    if (entries.length >= limits.scalars)
      throw new InputError(
        `the table has more than ${limits.scalars} rows`,
        `line ${row.line}`,
        'Split it into files of fewer rows.',
      );
    entries.push(entryOf(names, row, entries.length + 1, budget));
  }
  const [first, ...rest] = entries;
  if (!first?.tensors.length)
    throw new InputError('no row holds an array', '', 'Save the parameters beside the results.');
  const numbered = !names.includes('epoch');
  return {
    format: 'SCYFI results',
    entries: [first, ...rest],
    warnings: numbered
      ? ['the table does not name the epochs of its models; they are numbered by row, from 1']
      : [],
  };
}

/** Under this name SCYFI saves what it found. */
export const RESULTS = 'dynamical_objects';

/** What stands at `dynamical_objects` of a JLD2 file, by the length of the path to a point. */
const nesting: Readonly<Record<number, 'models' | 'one model' | 'one order'>> = {
  6: 'models',
  5: 'one model',
  4: 'one order',
};

/**
 * Results of SCYFI in JLD2 (`dynamical_objects2.jld2`): for each model of a run the pair of its cycles and their
 * eigenvalues, cycles being listed by order and each a list of points; or that pair for a single model or order.
 * Gives the tensors `cycles.k.i` of `readResults`; the file holds no parameters. Null for another file.
 */
export function savedResults(walk: Hdf5Walk): Container | null {
  const lists = walk.lists.filter(({ path }) => path[0] === RESULTS);
  if (lists.length === 0) return null;
  const found = walk.found.filter(([path]) => path[0] === RESULTS);
  // Eigenvalues lie one level above the points; where nothing was found, the empty lists tell how deep those would lie.
  const deepest = found.reduce((most, [path]) => Math.max(most, path.length), 0);
  const depth = deepest || 2 + lists.reduce((most, { path }) => Math.max(most, path.length), 0);
  const what = nesting[depth];
  if (!what) return null;
  const entries = Array.from({ length: what === 'models' ? (lists[0]?.length ?? 0) : 1 }, (_, i) => ({
    epoch: what === 'models' ? i + 1 : null,
    points: new Map<string, TensorHandle[]>(),
  }));
  for (const [path, content] of found) {
    if (path.length !== depth || typeof content !== 'object') continue;
    const inside = what === 'models' ? path.slice(2) : path.slice(1);
    if (inside[0] !== '1') continue;
    const entry = entries[what === 'models' ? Number(path[1]) - 1 : 0];
    const cycle = (what === 'one order' ? ['', ...inside.slice(1, -1)] : inside.slice(1, -1)).join('.');
    if (!entry) continue;
    const list = entry.points.get(cycle) ?? [];
    list.push({ ...content, name: path.join('.') });
    entry.points.set(cycle, list);
  }
  const [first, ...rest] = entries.map(({ epoch, points }): Entry => {
    const tensors = [...points].flatMap(([cycle, list]) => {
      const tensor = cycleOf(cycle, list);
      return tensor ? [tensor] : [];
    });
    return { epoch, tensors, scalars: [{ name: 'number_of_cycles_found', value: tensors.length }] };
  });
  if (!first) return null;
  const warnings =
    rest.length > 0 ? ['the results do not name the epochs of their models; they are numbered from 1'] : [];
  return { format: 'SCYFI results', entries: [first, ...rest], warnings };
}

/** The points of a cycle as one matrix; null where they are no vectors of one length. */
function cycleOf(cycle: string, points: readonly TensorHandle[]): TensorHandle | null {
  const size = elementCount(points[0]!.shape);
  if (size === 0 || points.some(({ shape }) => shape.length > 2 || elementCount(shape) !== size)) return null;
  const [order, number] = cycle.split('.');
  return {
    name: `cycles.${order === '' ? points.length : order!}.${number!}`,
    dtype: 'float64',
    shape: [points.length, size],
    load: async () => {
      const values = new Float64Array(points.length * size);
      for (const [j, point] of points.entries()) values.set(await point.load(), j * size);
      return values;
    },
  };
}

function entryOf(names: readonly string[], row: Row, number: number, budget: Budget): Entry {
  const tensors: TensorHandle[] = [];
  const scalars: Scalar[] = [];
  let epoch = number;
  names.forEach((name, column) => {
    const cell = row.cells[column]!.trim();
    const place = `line ${row.line}, column ${column + 1} (${name.slice(0, 40)})`;
    if (complex.test(name)) return;
    if (!/^[\w{}, .]*\[/.test(cell)) {
      const value = Number(cell);
      if (cell !== '' && !Number.isNaN(value)) scalars.push({ name, value });
      else if (cell !== '') scalars.push({ name, value: cell.slice(0, TEXT) });
      if (name === 'epoch' && Number.isFinite(value)) epoch = value;
      return;
    }
    const literal = new JuliaLiteral(cell, place, budget).read();
    for (const tensor of tensorsOf(literal, name)) tensors.push(tensor);
    if (tensors.length > limits.tensors)
      throw new InputError(`the row holds more than ${limits.tensors} arrays`, place, 'Save fewer cycles.');
  });
  return { epoch, tensors, scalars };
}

function* tensorsOf(literal: Literal, name: string): Generator<TensorHandle> {
  if (literal.kind === 'numbers') {
    const { shape, values } = literal;
    yield { name, dtype: 'float64', shape, load: async () => Float64Array.from(values) };
    return;
  }
  const points = pointsOf(literal.items);
  if (points) yield* tensorsOf(points, name);
  else for (const [i, item] of literal.items.entries()) yield* tensorsOf(item, `${name}.${i + 1}`);
}

/** Vectors of one length as the rows of a matrix; null where the items are anything else. */
function pointsOf(items: readonly Literal[]): Literal | null {
  const values: number[] = [];
  let length = -1;
  for (const item of items) {
    if (item.kind !== 'numbers' || item.shape.length !== 1) return null;
    if (length >= 0 && item.values.length !== length) return null;
    length = item.values.length;
    for (const value of item.values) values.push(value);
  }
  return length > 0 ? { kind: 'numbers', shape: [items.length, length], values } : null;
}
