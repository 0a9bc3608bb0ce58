import { InputError } from '../../core/errors';
import { readExactly, startsWith } from '../bytes';
import { limits } from '../limits';
import type { Source } from '../source';

/** One line that is neither blank nor a comment. */
export interface Row {
  /** Of the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** How many numbers may still be kept, over all files of a set. */
export interface Budget {
  numbers: number;
}

/** The text of a table. Throws InputError where it is too long or no text. */
export async function tableText(source: Source): Promise<string> {
  if (source.size > limits.csvText)
    throw new InputError(
      `the text has ${source.size} bytes, more than the ${limits.csvText} that are read`,
      source.name,
      'Save a matrix of this size as .npy.',
    );
  const bytes = await readExactly(source, 0, source.size, source.name);
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff))
    throw new InputError('the text is UTF-16', 'byte 0', 'Save the file as UTF-8.');
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const { line, column } = positionOf(bytes, nul);
    throw new InputError(
      'a zero byte stands in the text',
      `line ${line}, character ${column}`,
      'The file is damaged or no text; write it again.',
    );
  }
  return new TextDecoder('utf-8').decode(bytes);
}

function positionOf(bytes: Uint8Array, at: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let next = bytes.indexOf(10); next >= 0 && next < at; next = bytes.indexOf(10, start)) {
    line++;
    start = next + 1;
  }
  return { line, column: at - start + 1 };
}

/** `;`, a tab or `,`, the first of these that the line has; spaces where it has none. */
export function delimiterOf(line: string): ';' | '\t' | ',' | ' ' {
  const bare = line.replace(/"[^"]*"/g, '');
  if (bare.includes('\t')) return '\t';
  if (bare.includes(';')) return ';';
  return bare.includes(',') ? ',' : ' ';
}

/** The rows of the text. Blank lines and those that begin with # are no rows. Throws InputError. */
export function* rowsOf(text: string): Generator<Row> {
  let delimiter: ReturnType<typeof delimiterOf> | null = null;
  let line = 0;
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    line++;
    if (end - start > limits.csvLine || line > limits.csvLines)
      throw new InputError(
        `the text has more than ${limits.csvLines} lines, or one of more than ${limits.csvLine} characters`,
        `line ${line}`,
        'Save a matrix of this size as .npy.',
      );
    const content = text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
    if (/^\s*(?:#.*)?$/.test(content)) continue;
    delimiter ??= delimiterOf(content);
    yield { line, cells: cellsOf(content, delimiter, line) };
  }
}

function cellsOf(content: string, delimiter: string, line: number): string[] {
  if (delimiter === ' ') return content.trim().split(/\s+/);
  if (!content.includes('"')) return content.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; at <= content.length;) {
    if (content[at] !== '"') {
      const end = content.indexOf(delimiter, at);
      cells.push(content.slice(at, end < 0 ? content.length : end));
      at = end < 0 ? content.length + 1 : end + 1;
      continue;
    }
    let cell = '';
    for (let from = at + 1; ;) {
      const quote = content.indexOf('"', from);
      if (quote < 0)
        throw new InputError(
          'a quotation mark is not closed',
          `line ${line}, column ${cells.length + 1}`,
          'Write the cell on one line between two quotation marks.',
        );
      cell += content.slice(from, quote);
      if (content[quote + 1] !== '"') {
        at = quote + 1;
        break;
      }
      cell += '"';
      from = quote + 2;
    }
    cells.push(cell);
    const end = content.indexOf(delimiter, at);
    at = end < 0 ? content.length + 1 : end + 1;
  }
  return cells;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/** Whether the cell is a number as programs write it, with a decimal point or comma. */
export function isNumber(cell: string): boolean {
  const text = cell.trim();
  return NUMBER.test(text) || DECIMAL_COMMA.test(text) || NOT_FINITE.test(text);
}

/** A matrix of numbers, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** Reads rows of numbers of one width. Throws InputError with line and column. */
export class MatrixReader {
  #values = new Float64Array(64);
  #count = 0;
  #rows = 0;
  #columns = 0;
  /** A delimiter at the end of the first row, and so of every row. */
  #trailing = false;
  #point: string | null = null;
  #comma: string | null = null;

  constructor(
    private readonly file: string,
    private readonly budget: Budget,
  ) {}

  add({ line, cells: given }: Row): void {
    if (this.#rows === 0) this.#trailing = given.length > 1 && given.at(-1)!.trim() === '';
    const cells = this.#trailing && given.at(-1)!.trim() === '' ? given.slice(0, -1) : given;
    if (this.#rows === 0) this.#columns = cells.length;
    if (cells.length !== this.#columns)
      throw this.error(
        `the row has ${cells.length} cells, the first one has ${this.#columns}`,
        line,
        Math.min(cells.length, this.#columns) + 1,
        'Give every row the same number of cells.',
      );
    if ((this.budget.numbers -= cells.length) < 0)
      throw this.error(
        `the text holds more than ${limits.csvNumbers} numbers`,
        line,
        1,
        'Save a matrix of this size as .npy.',
      );
    if (this.#count + cells.length > this.#values.length) {
      const more = new Float64Array(2 * (this.#count + cells.length));
      more.set(this.#values.subarray(0, this.#count));
      this.#values = more;
    }
    for (let i = 0; i < cells.length; i++) this.#values[this.#count++] = this.number(cells[i]!, line, i + 1);
    this.#rows++;
  }

  finish(): Matrix {
    return { rows: this.#rows, columns: this.#columns, values: this.#values.slice(0, this.#count) };
  }

  private number(cell: string, line: number, column: number): number {
    const text = cell.trim();
    if (NUMBER.test(text)) {
      if (text.includes('.')) this.#point ??= `"${text}" in line ${line}`;
    } else if (DECIMAL_COMMA.test(text)) this.#comma ??= `"${text}" in line ${line}`;
    else if (NOT_FINITE.test(text)) {
      if (/nan/i.test(text)) return NaN;
      return text.startsWith('-') ? -Infinity : Infinity;
    } else
      throw this.error(
        text === '' ? 'the cell is empty' : `${JSON.stringify(text.slice(0, 40))} is no number`,
        line,
        column,
        'Write one number in every cell.',
      );
    if (this.#point !== null && this.#comma !== null)
      throw this.error(
        `some numbers have a decimal point and some a comma (${this.#point}, ${this.#comma})`,
        line,
        column,
        'Write all numbers with decimal points and without separators between thousands.',
      );
    return Number(text.replace(',', '.').replace(/d/i, 'e'));
  }

  private error(message: string, line: number, column: number, remedy: string): InputError {
    return new InputError(message, `${this.file}, line ${line}, column ${column}`, remedy);
  }
}
