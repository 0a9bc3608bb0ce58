import { InputError } from '../../core/errors';
import type { DType } from '../../core/tensor';
import { latin1, startsWith, viewOf, type Bytes } from '../bytes';
import { limits } from '../limits';

/** What the header of a .npy file says of the array behind it (NumPy Enhancement Proposal 1). */
export interface NpyHeader {
  readonly dtype: DType;
  readonly littleEndian: boolean;
  readonly columnMajor: boolean;
  readonly shape: readonly number[];
  /** Offset of the first element. */
  readonly dataOffset: number;
}

const RESAVE = 'Save the array again with numpy.save.';

const names: Readonly<Record<string, DType>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
};

/** Whether a file starts as .npy files do. */
export function looksLikeNpy(head: Uint8Array): boolean {
  return startsWith(head, 0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
}

/** Reads the header, versions 1 to 3. Throws InputError for anything but an array of real numbers. */
export async function readNpyHeader(bytes: Bytes, place: string): Promise<NpyHeader> {
  const cut = (): InputError =>
    new InputError('the .npy header is cut off', place, 'The file is cut off; copy or download it again.');
  if (bytes.size < 10) throw cut();
  const start = await bytes.read(0, Math.min(12, bytes.size));
  if (!looksLikeNpy(start)) throw new InputError('this is no .npy array', place, RESAVE);
  const version = start[6]!;
  if (version < 1 || version > 3) throw new InputError(`.npy version ${version} is not known`, place, RESAVE);
  const textStart = version === 1 ? 10 : 12;
  if (start.length < textStart) throw cut();
  const length = version === 1 ? viewOf(start).getUint16(8, true) : viewOf(start).getUint32(8, true);
  if (length > limits.npyHeader)
    throw new InputError(`the .npy header claims ${length} bytes`, place, RESAVE);
  if (textStart + length > bytes.size) throw cut();
  const text = await bytes.read(textStart, length);
  return {
    ...parseHeader(version === 3 ? new TextDecoder().decode(text) : latin1(text), place),
    dataOffset: textStart + length,
  };
}

export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<Literal, Literal>;

function parseHeader(text: string, place: string): Omit<NpyHeader, 'dataOffset'> {
  const header = new LiteralParser(text, place).parse();
  if (!(header instanceof Map)) throw new InputError('the .npy header is no dictionary', place, RESAVE);
  const descr: Literal | undefined = header.get('descr');
  const fortran: Literal | undefined = header.get('fortran_order');
  const shape: Literal | undefined = header.get('shape');
  if (typeof fortran !== 'boolean' || !Array.isArray(shape) || descr === undefined)
    throw new InputError('the .npy header lacks descr, fortran_order or shape', place, RESAVE);
  if (shape.length > limits.rank)
    throw new InputError(`the array has ${shape.length} dimensions`, place, 'Save matrices and vectors.');
  const extents = shape.map((extent: Literal) => {
    if (typeof extent !== 'number' || !Number.isSafeInteger(extent) || extent < 0)
      throw new InputError('the shape in the .npy header is no list of sizes', place, RESAVE);
    return extent;
  });
  return { ...elementType(descr, place), columnMajor: fortran, shape: extents };
}

/** Element type and byte order by NumPy's code for them: `<f8`. Throws InputError for anything but real numbers. */
export function elementType(descr: Literal, place: string): { dtype: DType; littleEndian: boolean } {
  if (typeof descr !== 'string')
    throw new InputError(
      'the array is structured (it has named fields)',
      place,
      'Save each field on its own.',
    );
  const order = descr[0] ?? '';
  const dtype = '<>=|'.includes(order) ? names[descr.slice(1)] : names[descr];
  if (dtype && Object.hasOwn(names, descr.replace(/^[<>=|]/, '')))
    return { dtype, littleEndian: order !== '>' };
  const kind = descr.replace(/^[<>=|]/, '')[0];
  const what =
    kind === 'O'
      ? 'holds Python objects (a pickle, which is never run)'
      : kind === 'c'
        ? 'holds complex numbers'
        : kind === 'f'
          ? `has extended precision (${descr})`
          : `has elements of type ${JSON.stringify(descr)}, which are no numbers`;
  throw new InputError(`the array ${what}`, place, 'Save it as float64: numpy.asarray(a, dtype=float).');
}

/** Python literals as they occur in .npy headers: strings, whole numbers, True, False, None, tuples, lists, dicts. */
class LiteralParser {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly place: string,
  ) {}

  parse(): Literal {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) throw this.bad();
    return value;
  }

  private value(depth: number): Literal {
    if (depth > 8) throw this.bad();
    const word = this.match(/(?:True|False|None)\b/y);
    if (word) return word === 'None' ? null : word === 'True';
    const number = this.match(/-?\d{1,20}L?/y);
    if (number) return Number.parseInt(number, 10);
    const quoted = this.match(/'[^'\\]*'|"[^"\\]*"/y);
    if (quoted) return quoted.slice(1, -1);
    if (this.match(/\(/y)) return this.sequence(/\)/y, depth);
    if (this.match(/\[/y)) return this.sequence(/\]/y, depth);
    if (this.match(/\{/y)) return this.dictionary(depth);
    throw this.bad();
  }

  private sequence(close: RegExp, depth: number): Literal[] {
    const items: Literal[] = [];
    while (!this.match(close)) {
      items.push(this.value(depth + 1));
      if (!this.match(/,/y) && !this.peek(close)) throw this.bad();
    }
    return items;
  }

  private dictionary(depth: number): Map<Literal, Literal> {
    const entries = new Map<Literal, Literal>();
    while (!this.match(/\}/y)) {
      const key = this.value(depth + 1);
      if (!this.match(/:/y)) throw this.bad();
      entries.set(key, this.value(depth + 1));
      if (!this.match(/,/y) && !this.peek(/\}/y)) throw this.bad();
    }
    return entries;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private match(pattern: RegExp): string | null {
    this.space();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found) this.at += found.length;
    return found;
  }

  private peek(pattern: RegExp): boolean {
    this.space();
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  private bad(): InputError {
    return new InputError(
      `the .npy header cannot be understood at its character ${this.at} (it is parsed, never evaluated)`,
      this.place,
      RESAVE,
    );
  }
}
