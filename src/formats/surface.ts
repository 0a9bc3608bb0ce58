import { InputError } from '../core/errors';
import type { SurfaceTable } from '../core/plane/surface';
import { fileBytes, readExactly } from './bytes';
import { isNumber, MatrixReader, rowsOf, tableText, type Row } from './csv/table';
import { limits } from './limits';
import { npyTensor } from './numpy/npy';
import { looksLikeNpy } from './numpy/npyHeader';
import type { Source } from './source';

/** Offsets nearer than this share of their range are one. */
const SAME = 1e-9;

/**
 * A loss over a plane: a table with columns x, y and one more, a matrix as text, or a .npy file of two dimensions. In a
 * matrix, y rises with the rows and x with the columns. Throws InputError that names the file, the place and a remedy.
 */
export async function readSurface(source: Source): Promise<SurfaceTable> {
  try {
    const head = await readExactly(source, 0, Math.min(6, source.size), source.name);
    const table = looksLikeNpy(head) ? await fromNpy(source) : await fromText(source);
    return { file: source.name, ...table };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const place = error.place === source.name ? '' : error.place.replace(`${source.name}, `, '');
    throw new InputError(`${source.name}: ${error.message}`, place, error.remedy);
  }
}

type Table = Omit<SurfaceTable, 'file'>;

async function fromNpy(source: Source): Promise<Table> {
  const tensor = await npyTensor(fileBytes(source, 0, source.size, source.name), '', source.name);
  const [rows = 0, columns = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || rows === 0 || columns === 0)
    throw new InputError(
      `the array has the shape (${tensor.shape.join(', ')})`,
      '',
      'Save an array of two dimensions: y along the rows, x along the columns.',
    );
  refuseLarge(rows * columns, '');
  return { rows, columns, values: await tensor.load(), at: null };
}

async function fromText(source: Source): Promise<Table> {
  const rows = rowsOf(await tableText(source));
  const top = rows.next();
  if (top.done)
    throw new InputError('the file holds no numbers', '', 'Write columns x, y and value, or a matrix.');
  const header = top.value.cells.every(isNumber) ? null : top.value;
  const columns = header && columnsOf(header);
  const reader = new MatrixReader(source.name, { numbers: limits.csvNumbers });
  let line = top.value.line;
  const add = (row: Row): void => {
    line = row.line;
    reader.add(row);
  };
  if (!header) add(top.value);
  for (const row of rows) add(row);
  const matrix = reader.finish();
  if (matrix.rows === 0)
    throw new InputError(
      'there are no values below the header',
      `line ${line}`,
      'Write columns x, y and value, or a matrix.',
    );
  if (columns) return gridOf(matrix, columns);
  refuseLarge(matrix.rows * matrix.columns, '');
  return { ...matrix, at: null };
}

function columnsOf({ cells, line }: Row): { x: number; y: number; value: number } {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const x = names.indexOf('x');
  const y = names.indexOf('y');
  const others = names.flatMap((name, i) => (i !== x && i !== y && name !== '' ? [i] : []));
  const value = names.includes('value') ? names.indexOf('value') : others.length === 1 ? others[0]! : -1;
  if (x < 0 || y < 0 || value < 0)
    throw new InputError(
      `the columns are ${names.slice(0, 8).join(', ')}`,
      `line ${line}`,
      'Name the columns x, y and value, or leave the header out of a matrix.',
    );
  return { x, y, value };
}

/** Values listed with their x and y, in any order, as a grid. */
function gridOf(
  { rows: count, columns: width, values }: { rows: number; columns: number; values: Float64Array },
  { x, y, value }: { x: number; y: number; value: number },
): Table {
  const column = (at: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => values[i * width + at]!);
  const [xs, ys] = [nodesOf(column(x), 'x'), nodesOf(column(y), 'y')];
  const cells = xs.nodes.length * ys.nodes.length;
  refuseLarge(count, 'columns x, y');
  if (cells > 2 * count && cells > 16)
    throw new InputError(
      `its ${count} points do not lie on a grid: there are ${xs.nodes.length} values of x and ${ys.nodes.length} of y`,
      'columns x, y',
      'Evaluate or interpolate the loss on a grid: every x with every y.',
    );
  const grid = new Float64Array(cells).fill(NaN);
  const seen = new Uint8Array(cells);
  for (let i = 0; i < count; i++) {
    const at = ys.index[i]! * xs.nodes.length + xs.index[i]!;
    if (seen[at])
      throw new InputError(
        `the point x = ${values[i * width + x]!}, y = ${values[i * width + y]!} is there twice`,
        `value ${i + 1}`,
        'Give each point one value.',
      );
    seen[at] = 1;
    grid[at] = values[i * width + value]!;
  }
  return {
    rows: ys.nodes.length,
    columns: xs.nodes.length,
    values: grid,
    at: { x: xs.nodes, y: ys.nodes },
  };
}

/** The different coordinates, rising, and which of them each row has. */
function nodesOf(coordinates: Float64Array, name: string): { nodes: Float64Array; index: Int32Array } {
  const wrong = coordinates.findIndex((at) => !Number.isFinite(at));
  if (wrong >= 0)
    throw new InputError(
      `${name} is not finite`,
      `value ${wrong + 1}`,
      'Give each value the offsets at which it was taken.',
    );
  const order = Array.from(coordinates.keys()).sort((a, b) => coordinates[a]! - coordinates[b]!);
  const extent = coordinates[order.at(-1)!]! - coordinates[order[0]!]!;
  const nodes: number[] = [];
  const index = new Int32Array(coordinates.length);
  for (const i of order) {
    const at = coordinates[i]!;
    if (nodes.length === 0 || at - nodes.at(-1)! > SAME * extent) nodes.push(at);
    index[i] = nodes.length - 1;
  }
  return { nodes: Float64Array.from(nodes), index };
}

function refuseLarge(count: number, place: string): void {
  if (count > limits.surfaceValues)
    throw new InputError(
      `it holds ${count} values, more than the ${limits.surfaceValues} that are drawn`,
      place,
      'Take every n-th row and column.',
    );
}
