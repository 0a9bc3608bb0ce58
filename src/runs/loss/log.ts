import { InputError } from '../../core/errors';

/** A column of a training log, one value for each row; NaN where a row has none. */
export interface LogColumn {
  /** As the file has it; '' where the file gives no name. */
  readonly name: string;
  readonly values: Float64Array;
}

/** What a training log holds: curves side by side, whatever its format. */
export interface Log {
  readonly columns: readonly LogColumn[];
  readonly warnings: readonly string[];
}

/** What a log may ask of us: far more than a training writes, and little memory. */
export const logLimits = {
  rows: 2 ** 20,
  columns: 256,
  cells: 2 ** 22,
  nameLength: 200,
  /** Text of one JSON document, and of one line of JSON lines. */
  json: 8 * 2 ** 20,
  line: 2 ** 20,
} as const;

/** Gathers the cells of a log row by row; a column may begin late and skip rows. */
export class LogBuilder {
  readonly #columns = new Map<string, { readonly rows: number[]; readonly values: number[] }>();
  #rows = 0;
  #cells = 0;
  readonly warnings: string[] = [];

  get rows(): number {
    return this.#rows;
  }

  /** Begins the next row. Throws InputError beyond the limits. */
  next(): void {
    if (++this.#rows > logLimits.rows) throw tooLong(`more than ${String(logLimits.rows)} rows`);
  }

  /** Sets a cell of the current row. Columns beyond the limit are left out. */
  set(name: string, value: number): void {
    if (Number.isNaN(value)) return;
    let column = this.#columns.get(name);
    if (!column) {
      if (this.#columns.size >= logLimits.columns || name.length > logLimits.nameLength) return;
      column = { rows: [], values: [] };
      this.#columns.set(name, column);
    }
    if (++this.#cells > logLimits.cells) throw tooLong(`more than ${String(logLimits.cells)} numbers`);
    const row = this.#rows - 1;
    if (column.rows.at(-1) === row) column.values[column.values.length - 1] = value;
    else {
      column.rows.push(row);
      column.values.push(value);
    }
  }

  finish(): Log {
    const columns = [...this.#columns].map(([name, { rows, values }]): LogColumn => {
      const dense = new Float64Array(this.#rows).fill(NaN);
      rows.forEach((row, i) => (dense[row] = values[i]!));
      return { name, values: dense };
    });
    return { columns, warnings: this.warnings };
  }
}

function tooLong(what: string): InputError {
  return new InputError(`the log has ${what}`, '', 'Log less often, or write the loss to a file of its own.');
}
