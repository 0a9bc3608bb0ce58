import { encode, matrixShape, type TensorWindow, type WindowRequest } from '../protocol/weights';

/** Hands on elements `start` .. `start + count` in row-major order. */
export type ReadRange = (
  start: number,
  count: number,
  receive: (values: Float64Array) => void,
) => Promise<void>;

/** Elements read for one window. */
const BUDGET = 2 ** 22;
/** Rows read of each block of a sampled window, at most. */
const ROWS_OF_BLOCK = 8;
/** Entries read of a cell where not even one whole row of each block can be. */
const ENTRIES_OF_CELL = 64;
export const MOST_CELLS_ACROSS = 512;

/** Of each block of a part of a matrix the entry of largest modulus. Windows with too many entries are sampled. */
export async function tensorWindow(
  shape: readonly number[],
  request: WindowRequest,
  read: ReadRange,
): Promise<TensorWindow> {
  const whole = matrixShape(shape);
  const slice = Math.max(0, Math.min(whole.slices - 1, Math.floor(request.slice)));
  const rows = clamped(request.rows, whole.rows);
  const columns = clamped(request.columns, whole.columns);
  const height = rows[1] - rows[0];
  const width = columns[1] - columns[0];
  const blockRows = blockOf(height, request.maxRows);
  const blockColumns = blockOf(width, request.maxColumns);
  const across = Math.ceil(width / blockColumns);
  const down = Math.ceil(height / blockRows);
  const cells = new Float64Array(across * down);
  const origin = slice * whole.rows * whole.columns;

  /** Takes part of a row in, from a column on. */
  const take = (row: number, column: number, values: Float64Array): void => {
    const line = Math.floor((row - rows[0]) / blockRows) * across;
    for (let i = 0; i < values.length; i++) {
      const at = column + i;
      if (at < columns[0] || at >= columns[1]) continue;
      const cell = line + Math.floor((at - columns[0]) / blockColumns);
      const value = values[i]!;
      const held = cells[cell]!;
      if (Number.isFinite(held) && !(Math.abs(value) <= Math.abs(held))) cells[cell] = value;
    }
  };
  const readRow = async (row: number, from: number, count: number): Promise<void> => {
    let column = from;
    await read(origin + row * whole.columns + from, count, (values) => {
      take(row, column, values);
      column += values.length;
    });
  };

  let sampled = false;
  if (height * whole.columns <= BUDGET) {
    // One run through all rows, wanted columns or not.
    let position = rows[0] * whole.columns;
    await read(origin + position, height * whole.columns, (values) => {
      for (let done = 0; done < values.length;) {
        const row = Math.floor(position / whole.columns);
        const column = position - row * whole.columns;
        const length = Math.min(values.length - done, whole.columns - column);
        take(row, column, values.subarray(done, done + length));
        done += length;
        position += length;
      }
    });
  } else {
    const perBlock = Math.max(
      1,
      Math.min(blockRows, ROWS_OF_BLOCK, Math.floor(BUDGET / Math.max(1, down * width))),
    );
    const wholeRows = down * width <= BUDGET;
    sampled = perBlock < blockRows || !wholeRows;
    for (let block = 0; block < down; block++)
      for (let k = 0; k < perBlock; k++) {
        const first = rows[0] + block * blockRows;
        const row = first + Math.floor(((k + 0.5) * Math.min(blockRows, rows[1] - first)) / perBlock);
        if (wholeRows) await readRow(row, columns[0], width);
        else
          for (let from = columns[0]; from < columns[1]; from += blockColumns)
            await readRow(row, from, Math.min(ENTRIES_OF_CELL, blockColumns, columns[1] - from));
      }
  }
  const { index } = request;
  const encoded = Array.from(cells, encode);
  return { index, slice, rows, columns, blockRows, blockColumns, cells: encoded, sampled };
}

function clamped(interval: readonly [number, number], extent: number): readonly [number, number] {
  const from = Math.max(0, Math.min(extent, Math.floor(interval[0])));
  return [from, Math.max(from, Math.min(extent, Math.ceil(interval[1])))];
}

function blockOf(extent: number, cells: number): number {
  return Math.max(1, Math.ceil(extent / Math.max(1, Math.min(MOST_CELLS_ACROSS, Math.floor(cells)))));
}
