import { InputError } from '../../core/errors';
import type { TensorHandle } from '../../core/tensor';
import { latin1 } from '../bytes';
import { isNumber, MatrixReader, rowsOf, tableText, type Budget, type Row } from './table';
import { readSet, setAround } from '../fileSet';
import { limits } from '../limits';
import { readResults } from '../julia/scyfi';
import type { Container, Neighbourhood, Reader, Source } from '../source';

const FORMAT = 'CSV or TSV text';

/** Matrices as text, one file for each parameter: `run_A.csv`, `run_W.csv`, `run_h.csv` are read together. */
export const csv: Reader = {
  format: FORMAT,
  recognises: (head, source) =>
    /\.(?:csv|tsv)$/i.test(source.name) || (/\.(?:txt|dat)$/i.test(source.name) && isNumeric(latin1(head))),
  read: async (source, neighbourhood) => {
    const budget: Budget = { numbers: limits.csvNumbers };
    const table = await open(source);
    return isResults(table)
      ? readResults(table.header!, table.rows, budget)
      : readMatrices(source, neighbourhood, table, budget);
  },
};

/** Outside of comments: digits, signs, delimiters, and the letters of exponents, nan and inf. */
function isNumeric(text: string): boolean {
  const bare = text.replace(/^#.*$/gm, '');
  return /\d/.test(bare) && !/[^-+.,;\s\deEnaifNIF]/.test(bare);
}

/** The first rows of a table, and the others as they are asked for. */
interface Table {
  readonly header: Row | null;
  readonly first: Row | null;
  /** All rows below the header, `first` included. */
  readonly rows: Iterable<Row>;
}

async function open(source: Source): Promise<Table> {
  const rows = rowsOf(await tableText(source));
  const top = rows.next();
  if (top.done)
    throw new InputError(
      'the file holds no numbers',
      source.name,
      'Write one row of the matrix on each line.',
    );
  const isHeader =
    top.value.cells.every((cell) => !isNumber(cell) || cell.trim() === '') || isIndexed(top.value);
  const header = isHeader ? top.value : null;
  if (header) refuseLosses(header, source);
  const next = header ? rows.next() : top;
  const first = next.done ? null : next.value;
  return {
    header,
    first,
    rows: (function* () {
      if (first) yield first;
      yield* rows;
    })(),
  };
}

/** An empty cell above a column of row numbers, then the numbers of the columns, as pandas writes them. */
function isIndexed({ cells }: Row): boolean {
  return (
    cells.length > 1 &&
    cells[0]!.trim() === '' &&
    cells.slice(1).every((cell, i) => cell.trim() === String(i))
  );
}

const LOSSES = /^(?:epochs?|steps?|iter(?:ation)?s?|wall.?time|mse|.*loss.*)$/i;

function refuseLosses({ cells }: Row, source: Source): void {
  const column = cells.find((cell) => LOSSES.test(cell.trim()));
  if (column === undefined || cells.some((cell) => /^(?:A|W|W1|h|h1|cycles)$/.test(cell.trim()))) return;
  throw new InputError(
    `this is a table of training losses (column ${JSON.stringify(column.trim().slice(0, 40))}), not a model`,
    `${source.name}, line 1`,
    'Open a checkpoint; the losses are read from beside it.',
  );
}

/** Arrays written into cells: results of a search for cycles, one row for each model. */
function isResults({ header, first }: Table): boolean {
  return header !== null && first?.cells.some((cell) => /^[\w{}, .]*\[/.test(cell.trim())) === true;
}

async function readMatrices(
  source: Source,
  neighbourhood: Neighbourhood,
  table: Table,
  budget: Budget,
): Promise<Container> {
  const extension = /\.[^.]*$/.exec(source.name.toLowerCase())?.[0] ?? '';
  const members = await setAround(source, neighbourhood, new RegExp(`\\${extension}$`, 'i'), false);
  return readSet(
    source,
    neighbourhood,
    members,
    async (file, name) => matrix(file.name, name, file === source ? table : await open(file), budget),
    FORMAT,
  );
}

function matrix(file: string, name: string, { header, rows }: Table, budget: Budget): TensorHandle {
  const reader = new MatrixReader(file, budget);
  for (const row of rows) reader.add(row);
  const read = reader.finish();
  if (read.rows === 0)
    throw new InputError('the file holds no numbers', file, 'Write one row of the matrix on each line.');
  const { rows: count, columns, values } = header && hasIndex(header, read) ? withoutFirst(read) : read;
  return { name, dtype: 'float64', shape: [count, columns], load: async () => values.slice() };
}

type Read = ReturnType<MatrixReader['finish']>;

/** Whether the first column only counts the rows: its header is empty or missing. */
function hasIndex({ cells }: Row, { rows, columns, values }: Read): boolean {
  const unnamed = (cells.length === columns && cells[0]!.trim() === '') || cells.length === columns - 1;
  if (!unnamed || columns < 2) return false;
  const start = values[0]!;
  if (start !== 0 && start !== 1) return false;
  for (let i = 0; i < rows; i++) if (values[i * columns] !== start + i) return false;
  return true;
}

function withoutFirst({ rows, columns, values }: Read): Read {
  return { rows, columns: columns - 1, values: values.filter((_, i) => i % columns !== 0) };
}
