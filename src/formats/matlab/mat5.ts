import { InputError } from '../../core/errors';
import { elementCount, type DType } from '../../core/tensor';
import { assemble, Leaves } from '../assemble';
import { fileBytes, latin1, viewOf, type Bytes } from '../bytes';
import { ElementSink, itemSize } from '../dtype';
import { inflateExactly, looksLikeBomb, ZlibStream } from '../zip/inflate';
import { limits } from '../limits';
import { MatlabArrays } from './matlab';
import { refuseLarge } from '../packed';
import type { Reader, Source } from '../source';

/**
 * MATLAB files of level 5 (`save -v6`, `-v7`, SciPy's savemat), after "MAT-File Format", The MathWorks: a header of
 * 128 bytes, then one element for each variable, either plain or a zlib stream. Arrays are column-major. Their
 * values may be stored in a smaller integer type than the array's own.
 */

const HEADER = 128;
const MATRIX = 14;
const COMPRESSED = 15;
const INT8 = 1;
const INT32 = 5;
const UINT32 = 6;

const AGAIN = 'The file is damaged; save or download it again.';
const ARRAYS = 'In MATLAB, save the parameters as plain numeric arrays.';

/** Storage types of numbers and text, by their code. */
const stored: Readonly<Record<number, DType>> = {
  1: 'int8',
  2: 'uint8',
  3: 'int16',
  4: 'uint16',
  5: 'int32',
  6: 'uint32',
  7: 'float32',
  9: 'float64',
  12: 'int64',
  13: 'uint64',
};

/** Numeric array classes, by their code. */
const numeric: Readonly<Record<number, DType>> = {
  6: 'float64',
  7: 'float32',
  8: 'int8',
  9: 'uint8',
  10: 'int16',
  11: 'uint16',
  12: 'int32',
  13: 'uint32',
  14: 'int64',
  15: 'uint64',
};

const CELL = 1;
const STRUCT = 2;
const OBJECT = 3;
const CHAR = 4;
const SPARSE = 5;
const FUNCTION = 16;
const OPAQUE = 17;

/** Text as MATLAB stores it: code units, UTF-8 or UTF-32. */
const UTF8 = 16;
const textTypes: Readonly<Record<number, DType>> = { ...stored, 16: 'uint8', 17: 'uint16', 18: 'uint32' };

export const mat5: Reader = {
  format: 'MATLAB v5',
  recognises: (head) => /^(?:IM|MI)$/.test(latin1(head, 126, 128)) && versionOf(head) === 1,
  read: async (source) => {
    const little = latin1(await source.read(126, 2)) === 'IM';
    const file = new MatFile(little);
    await file.readVariables(source);
    const leaves = new Leaves();
    await file.arrays.into(leaves);
    for (const [path, text] of file.texts) leaves.add(path, text);
    const [entry] = assemble(leaves.all, false);
    if (!entry || entry.tensors.length === 0)
      throw new InputError(
        ['the file holds no numeric array', ...file.warnings.slice(0, 3)].join('; '),
        '',
        ARRAYS,
      );
    return { format: 'MATLAB v5', entries: [entry], warnings: file.warnings };
  },
};

function versionOf(head: Uint8Array): number {
  const [low, high] = latin1(head, 126, 128) === 'IM' ? [124, 125] : [125, 124];
  return head[low] === 0 ? head[high]! : -1;
}

/** One element: its type and where its data lie. */
interface Element {
  readonly type: number;
  readonly start: number;
  readonly size: number;
  /** Where the next element of the same array starts. */
  readonly next: number;
}

class MatFile {
  readonly arrays = new MatlabArrays();
  readonly texts: (readonly [path: readonly string[], text: string])[] = [];
  readonly warnings: string[] = [];
  private visited = 0;
  /** Bytes of inflated variables that may still be kept; others are inflated again when their values are read. */
  private keepable: number = limits.zipKept;

  constructor(private readonly little: boolean) {}

  async readVariables(source: Source): Promise<void> {
    const all = fileBytes(source, 0, source.size, 'variables');
    for (let at = HEADER; at + 8 <= source.size;) {
      const tag = viewOf(await all.read(at, 8));
      const type = tag.getUint32(0, this.little);
      const size = tag.getUint32(4, this.little);
      const place = `variable at offset ${at}`;
      if (at + 8 + size > source.size)
        throw new InputError(
          `the variable needs ${size} bytes, ${source.size - at - 8} are there`,
          place,
          'The file is cut off; copy or download it again.',
        );
      const data = fileBytes(source, at + 8, size, place);
      if (type === COMPRESSED) await this.compressed(data, place);
      else if (type === MATRIX) await this.matrix(data, { type, start: 0, size, next: size }, [], 0, place);
      else
        throw new InputError(`an element of type ${type} stands where a variable is expected`, place, AGAIN);
      at += 8 + size;
    }
  }

  /** A variable that is a zlib stream with one matrix element inside. */
  private async compressed(raw: Bytes, place: string): Promise<void> {
    const stream = new ZlibStream(raw, place);
    const head = await stream.read(0, 8);
    const tag = viewOf(head);
    if (head.length < 8 || tag.getUint32(0, this.little) !== MATRIX)
      throw new InputError('the compressed variable holds no array', place, AGAIN);
    const size = tag.getUint32(4, this.little);
    if (looksLikeBomb(raw.size, size))
      throw new InputError(
        `${raw.size} compressed bytes claim to hold ${size}, as in a decompression bomb`,
        place,
        'If the file is genuine, save it without compression (save -v6).',
      );
    const short = (have: number): InputError =>
      new InputError(`the compressed variable claims ${size} bytes and is cut off at ${have}`, place, AGAIN);
    let bytes: Bytes;
    if (size <= this.keepable && raw.size <= 1.01 * size + 1024) {
      this.keepable -= size;
      const kept = inflateExactly(await raw.read(0, raw.size), size + 8, place);
      bytes = fileBytes(
        { name: place, size, read: async (from, length) => kept.subarray(8 + from, 8 + from + length) },
        0,
        size,
        place,
      );
    } else
      bytes = {
        size,
        read: async (from, length) => {
          const piece = from + length <= size ? await stream.read(8 + from, length) : new Uint8Array(0);
          if (piece.length < length) throw short(from + piece.length);
          return piece;
        },
        stream: async (from, length, receive) => {
          let got = 0;
          await stream.stream(8 + from, Math.min(length, size - from), (piece) => {
            got += piece.length;
            receive(piece);
          });
          if (got < length) throw short(from + got);
        },
      };
    await this.matrix(bytes, { type: MATRIX, start: 0, size, next: size }, [], 0, place);
  }

  /** One array and all that it holds. `path` ends with the name of the struct field or the index in the cell. */
  private async matrix(
    bytes: Bytes,
    element: Element,
    path: readonly string[],
    depth: number,
    place: string,
  ): Promise<void> {
    if (++this.visited > limits.matArrays || depth > limits.depth)
      throw new InputError('the variable holds too many arrays inside one another', place, ARRAYS);
    if (element.size === 0) return;
    const end = element.start + element.size;
    const flagsElement = await this.element(bytes, element.start, end, place);
    if (flagsElement.type !== UINT32 || flagsElement.size !== 8)
      throw new InputError('the array does not start with its flags', place, AGAIN);
    const flags = viewOf(await bytes.read(flagsElement.start, 8)).getUint32(0, this.little);
    const classCode = flags & 0xff;
    if (classCode === OPAQUE) {
      this.leaveOut(path, place, 'an object of a MATLAB class is not read');
      return;
    }
    const dimensions = await this.element(bytes, flagsElement.next, end, place);
    const shape = await this.shape(bytes, dimensions, place);
    const nameElement = await this.element(bytes, dimensions.next, end, place);
    if (nameElement.type !== INT8 || nameElement.size > limits.nameLength)
      throw new InputError('the name of the array cannot be read', place, AGAIN);
    const name = latin1(await bytes.read(nameElement.start, nameElement.size));
    const own = name === '' ? path : [...path, name];
    const where = own.join('.') || place;
    const count = elementCount(shape);
    if (classCode === CELL) await this.cells(bytes, nameElement.next, end, count, own, depth, where);
    else if (classCode === STRUCT || classCode === OBJECT) {
      let at = nameElement.next;
      if (classCode === OBJECT) at = (await this.element(bytes, at, end, where)).next;
      await this.fields(bytes, at, end, count, own, depth, where);
    } else if (classCode === SPARSE) this.leaveOut(own, where, 'it is sparse; save full(..) of it');
    else if (classCode === FUNCTION) this.leaveOut(own, where, 'it is a function handle');
    else if (classCode === CHAR) await this.text(bytes, nameElement.next, end, shape, own, where);
    else {
      const dtype = Object.hasOwn(numeric, classCode) ? numeric[classCode]! : null;
      if (dtype === null) throw new InputError(`the array has the unknown class ${classCode}`, where, AGAIN);
      if (flags & 0x800) this.leaveOut(own, where, 'its values are complex');
      else if (count > 0)
        await this.numbers(bytes, nameElement.next, end, shape, flags & 0x200 ? 'bool' : dtype, own, where);
    }
  }

  private async numbers(
    bytes: Bytes,
    at: number,
    end: number,
    shape: readonly number[],
    dtype: DType,
    path: readonly string[],
    place: string,
  ): Promise<void> {
    const data = await this.element(bytes, at, end, place);
    const storage = Object.hasOwn(stored, data.type) ? stored[data.type]! : null;
    const count = elementCount(shape);
    if (storage === null)
      throw new InputError(`the values of the array have the unknown type ${data.type}`, place, AGAIN);
    if (data.size !== count * itemSize[storage])
      throw new InputError(
        `the ${shape.join(' x ')} array needs ${count * itemSize[storage]} bytes and has ${data.size}`,
        place,
        AGAIN,
      );
    const { little } = this;
    this.arrays.add(path, {
      dtype,
      shape,
      load: async () => {
        refuseLarge(shape);
        const values = new Float64Array(count);
        const sink = new ElementSink(storage, little, values, shape);
        await bytes.stream(data.start, data.size, (piece) => {
          sink.push(piece);
        });
        return values;
      },
    });
  }

  /** A char array: one row is one text, several rows are named by their numbers. */
  private async text(
    bytes: Bytes,
    at: number,
    end: number,
    shape: readonly number[],
    path: readonly string[],
    place: string,
  ): Promise<void> {
    const count = elementCount(shape);
    if (count === 0) return;
    const data = await this.element(bytes, at, end, place);
    const storage = Object.hasOwn(textTypes, data.type) ? textTypes[data.type]! : null;
    if (storage === null) throw new InputError(`the text has the unknown type ${data.type}`, place, AGAIN);
    if (data.size > limits.textLength) {
      this.leaveOut(path, place, 'the text is very long');
      return;
    }
    const raw = await bytes.read(data.start, data.size);
    const rows = shape[0]!;
    if (data.type === UTF8 && rows === 1) {
      this.texts.push([path, new TextDecoder().decode(raw)]);
      return;
    }
    const units = new Float64Array(Math.floor(raw.length / itemSize[storage]));
    new ElementSink(storage, this.little, units).push(raw.subarray(0, units.length * itemSize[storage]));
    if (units.length !== count)
      throw new InputError(`the text of ${count} characters has ${units.length}`, place, AGAIN);
    for (let row = 0; row < rows; row++) {
      let line = '';
      for (let column = row; column < count; column += rows)
        line += String.fromCodePoint(codePoint(units[column]!));
      this.texts.push([rows === 1 ? path : [...path, String(row + 1)], rows === 1 ? line : line.trimEnd()]);
    }
  }

  private async cells(
    bytes: Bytes,
    from: number,
    end: number,
    count: number,
    path: readonly string[],
    depth: number,
    place: string,
  ): Promise<void> {
    let at = from;
    for (let i = 0; i < count; i++) {
      const cell = await this.element(bytes, at, end, place);
      if (cell.type !== MATRIX) throw new InputError(`cell ${i + 1} of ${count} is no array`, place, AGAIN);
      await this.matrix(bytes, cell, [...path, String(i + 1)], depth + 1, place);
      at = cell.next;
    }
  }

  private async fields(
    bytes: Bytes,
    from: number,
    end: number,
    count: number,
    path: readonly string[],
    depth: number,
    place: string,
  ): Promise<void> {
    const lengthElement = await this.element(bytes, from, end, place);
    const length =
      lengthElement.type === INT32 && lengthElement.size === 4
        ? viewOf(await bytes.read(lengthElement.start, 4)).getInt32(0, this.little)
        : 0;
    const namesElement = await this.element(bytes, lengthElement.next, end, place);
    if (
      length < 1 ||
      length > limits.nameLength ||
      namesElement.size % length !== 0 ||
      namesElement.size / length > limits.scalars
    )
      throw new InputError('the field names of the struct cannot be read', place, AGAIN);
    const text = latin1(await bytes.read(namesElement.start, namesElement.size));
    const names: string[] = [];
    for (let i = 0; i < text.length; i += length) names.push(text.slice(i, i + length).replace(/\0.*$/s, ''));
    let at = namesElement.next;
    for (let i = 0; i < count && names.length > 0; i++)
      for (const name of names) {
        const field = await this.element(bytes, at, end, place);
        if (field.type !== MATRIX) throw new InputError(`the field ${name} is no array`, place, AGAIN);
        const own = count === 1 ? [...path, name] : [...path, String(i + 1), name];
        await this.matrix(bytes, field, own, depth + 1, place);
        at = field.next;
      }
  }

  private async shape(bytes: Bytes, element: Element, place: string): Promise<readonly number[]> {
    const rank = element.size / 4;
    if (element.type !== INT32 || !Number.isInteger(rank) || rank < 2 || rank > limits.rank)
      throw new InputError('the dimensions of the array cannot be read', place, AGAIN);
    const view = viewOf(await bytes.read(element.start, element.size));
    const shape = Array.from({ length: rank }, (_, d) => view.getInt32(4 * d, this.little));
    if (shape.some((extent) => extent < 0) || !Number.isSafeInteger(elementCount(shape)))
      throw new InputError(`the shape [${shape.join(', ')}] is impossible`, place, AGAIN);
    return shape;
  }

  /** Reads a tag; small elements hold their data in it. */
  private async element(bytes: Bytes, at: number, end: number, place: string): Promise<Element> {
    if (at + 8 > end) throw new InputError('the array ends before its parts do', place, AGAIN);
    const view = viewOf(await bytes.read(at, 8));
    const first = view.getUint32(0, this.little);
    if (first >>> 16 !== 0) {
      const size = first >>> 16;
      if (size > 4) throw new InputError(`a small element claims ${size} bytes`, place, AGAIN);
      return { type: first & 0xffff, start: at + 4, size, next: at + 8 };
    }
    const size = view.getUint32(4, this.little);
    if (at + 8 + size > end)
      throw new InputError(
        `a part of the array claims ${size} bytes, ${end - at - 8} are there`,
        place,
        AGAIN,
      );
    return { type: first, start: at + 8, size, next: Math.min(end, at + 8 + 8 * Math.ceil(size / 8)) };
  }

  private leaveOut(path: readonly string[], place: string, why: string): void {
    if (this.warnings.length < 50) this.warnings.push(`${path.join('.') || place} was left out: ${why}`);
  }
}

function codePoint(unit: number): number {
  return Number.isInteger(unit) && unit >= 0 && unit <= 0x10ffff ? unit : 0xfffd;
}
