import { InputError } from '../../core/errors';
import type { DType } from '../../core/tensor';
import type { Cursor } from './cursor';
import { limits } from '../limits';

/** The messages of an HDF5 object header that describe data, after the HDF5 File Format Specification 3.0. */

export interface Dataspace {
  /** A null dataspace holds nothing. */
  readonly kind: 'scalar' | 'simple' | 'null';
  readonly shape: readonly number[];
  /** Largest extents; null where there is no bound. */
  readonly largest: readonly (number | null)[];
}

export type Datatype =
  | { readonly kind: 'number'; readonly size: number; readonly dtype: DType; readonly little: boolean }
  | { readonly kind: 'text'; readonly size: number }
  | { readonly kind: 'reference'; readonly size: number }
  | { readonly kind: 'list'; readonly size: number; readonly base: Datatype; readonly isText: boolean }
  | {
      readonly kind: 'array';
      readonly size: number;
      readonly base: Datatype;
      readonly shape: readonly number[];
    }
  | { readonly kind: 'compound'; readonly size: number; readonly members: readonly CompoundMember[] }
  /** Elements that are not read, in plain words. */
  | { readonly kind: 'other'; readonly size: number; readonly what: string };

export interface CompoundMember {
  readonly name: string;
  readonly offset: number;
  readonly type: Datatype;
}

export interface ChunkLayout {
  readonly kind: 'chunked';
  /** Extents of a chunk, one for each dimension. */
  readonly chunk: readonly number[];
  readonly address: number | null;
  readonly index: ChunkIndex;
}

export type ChunkIndex =
  | { readonly kind: 'btree1' | 'implicit' | 'fixedArray' | 'extensibleArray' | 'btree2' }
  | { readonly kind: 'single'; readonly size: number | null; readonly mask: number };

export type Layout =
  | { readonly kind: 'compact'; readonly data: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number | null; readonly size: number }
  | ChunkLayout
  | { readonly kind: 'other'; readonly what: string };

export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

export function readDataspace(cursor: Cursor): Dataspace {
  const version = cursor.u8();
  const rank = cursor.u8();
  const flags = cursor.u8();
  let kind: Dataspace['kind'] = rank === 0 ? 'scalar' : 'simple';
  if (version === 1) cursor.take(5);
  else if (version === 2) {
    const type = cursor.u8();
    if (type > 2) throw cursor.bad('has an unknown kind of dataspace');
    kind = (['scalar', 'simple', 'null'] as const)[type]!;
  } else throw cursor.bad(`has the dataspace version ${version}`);
  if (rank > 32) throw cursor.bad(`has ${rank} dimensions`);
  const extents = (): number[] => Array.from({ length: rank }, () => cursor.length());
  const shape = extents();
  const largest = flags & 1 ? extents().map((extent) => (extent >= 2 ** 53 ? null : extent)) : shape;
  return { kind: kind === 'simple' && rank === 0 ? 'scalar' : kind, shape, largest };
}

const integers: Readonly<Record<number, readonly [unsigned: DType, signed: DType]>> = {
  1: ['uint8', 'int8'],
  2: ['uint16', 'int16'],
  4: ['uint32', 'int32'],
  8: ['uint64', 'int64'],
};

/** Exponent and mantissa: where they start, how long they are, and the bias, for each type that is read. */
const floats: Readonly<Record<string, DType>> = {
  '8 52 11 0 52 1023 63': 'float64',
  '4 23 8 0 23 127 31': 'float32',
  '2 10 5 0 10 15 15': 'float16',
  '2 7 8 0 7 127 15': 'bfloat16',
};

/** Reads a datatype and leaves the cursor behind it. */
export function readDatatype(cursor: Cursor, depth = 0): Datatype {
  if (depth > 16) throw cursor.bad('nests its types too deep');
  const head = cursor.u8();
  const version = head >> 4;
  const low = cursor.u8();
  const middle = cursor.u8();
  cursor.u8();
  const size = cursor.u32();
  const other = (what: string): Datatype => ({ kind: 'other', size, what });
  if (version < 1 || version > 5) throw cursor.bad(`has the datatype version ${version}`);
  switch (head & 15) {
    case 0: {
      const offset = cursor.u16();
      const precision = cursor.u16();
      const types = Object.hasOwn(integers, size) ? integers[size]! : null;
      if (!types || offset !== 0 || precision !== 8 * size) return other('integers of an unusual width');
      return { kind: 'number', size, dtype: types[(low >> 3) & 1]!, little: (low & 1) === 0 };
    }
    case 1: {
      const offset = cursor.u16();
      const precision = cursor.u16();
      const parts = [cursor.u8(), cursor.u8(), cursor.u8(), cursor.u8(), cursor.u32()];
      const key = `${[size, ...parts].join(' ')} ${middle}`;
      const dtype = Object.hasOwn(floats, key) ? floats[key]! : null;
      if (!dtype || offset !== 0 || precision !== 8 * size || low & 64)
        return other('unusual floating-point numbers');
      return { kind: 'number', size, dtype, little: (low & 1) === 0 };
    }
    case 2:
      cursor.take(2);
      return other('times');
    case 3:
      return { kind: 'text', size };
    case 4:
      cursor.take(4);
      return size === 1 ? { kind: 'number', size, dtype: 'bool', little: true } : other('bit fields');
    case 5:
      cursor.take(low);
      return other('opaque bytes');
    case 6:
      return readCompound(cursor, version, low + 256 * middle, size, depth);
    case 7:
      return (low & 15) === 0 && size === cursor.widths.offset
        ? { kind: 'reference', size }
        : other('references to regions');
    case 8:
      return readEnumeration(cursor, version, low + 256 * middle, depth);
    case 9:
      return { kind: 'list', size, base: readDatatype(cursor, depth + 1), isText: (low & 15) === 1 };
    case 10: {
      const rank = cursor.u8();
      if (version < 3) cursor.take(3);
      const shape = Array.from({ length: rank }, () => cursor.u32());
      if (version < 3) cursor.take(4 * rank);
      return { kind: 'array', size, base: readDatatype(cursor, depth + 1), shape };
    }
    default:
      throw cursor.bad(`has the unknown datatype class ${head & 15}`);
  }
}

function readCompound(cursor: Cursor, version: number, count: number, size: number, depth: number): Datatype {
  const members: CompoundMember[] = [];
  for (let i = 0; i < count; i++) {
    const name = readName(cursor, version);
    const offset =
      version < 3
        ? cursor.u32()
        : cursor.uint(size < 2 ** 8 ? 1 : size < 2 ** 16 ? 2 : size < 2 ** 24 ? 3 : 4);
    const shape: number[] = [];
    if (version === 1) {
      const rank = cursor.u8();
      if (rank > 4) throw cursor.bad(`has a member of ${rank} dimensions`);
      cursor.take(11);
      for (let d = 0; d < 4; d++) {
        const extent = cursor.u32();
        if (d < rank) shape.push(extent);
      }
    }
    const base = readDatatype(cursor, depth + 1);
    const type: Datatype =
      shape.length === 0
        ? base
        : { kind: 'array', size: shape.reduce((total, extent) => total * extent, base.size), base, shape };
    if (offset + type.size > size) throw cursor.bad(`has the member ${name.slice(0, 40)} behind its end`);
    members.push({ name, offset, type });
  }
  return { kind: 'compound', size, members };
}

function readEnumeration(cursor: Cursor, version: number, count: number, depth: number): Datatype {
  const base = readDatatype(cursor, depth + 1);
  const names = Array.from({ length: count }, () => readName(cursor, version));
  cursor.take(count * base.size);
  if (base.kind === 'number' && base.size === 1 && names.join() === 'FALSE,TRUE')
    return { ...base, dtype: 'bool' };
  return base;
}

function readName(cursor: Cursor, version: number): string {
  const start = cursor.at;
  const name = cursor.terminated(limits.nameLength);
  if (version < 3) cursor.align8(start);
  return name;
}

const OLD_CHUNKS = { kind: 'btree1' } as const;
const newChunks = ['single', 'implicit', 'fixedArray', 'extensibleArray', 'btree2'] as const;

export function readLayout(cursor: Cursor): Layout {
  const version = cursor.u8();
  if (version === 1 || version === 2) return readOldLayout(cursor);
  if (version < 3 || version > 5) throw cursor.bad(`has the layout version ${version}`);
  switch (cursor.u8()) {
    case 0:
      return { kind: 'compact', data: cursor.slice(cursor.u16()) };
    case 1:
      return { kind: 'contiguous', address: cursor.address(), size: cursor.length() };
    case 2:
      if (version === 3) {
        const rank = cursor.u8();
        const address = cursor.address();
        return { kind: 'chunked', chunk: chunkShape(cursor, rank, 4), address, index: OLD_CHUNKS };
      }
      return readNewChunks(cursor);
    case 3:
      return { kind: 'other', what: 'a virtual dataset, whose values lie in other files' };
    default:
      throw cursor.bad('has an unknown layout');
  }
}

function readOldLayout(cursor: Cursor): Layout {
  const rank = cursor.u8();
  const kind = cursor.u8();
  cursor.take(5);
  const address = kind === 0 ? null : cursor.address();
  if (kind === 2) return { kind: 'chunked', chunk: chunkShape(cursor, rank, 4), address, index: OLD_CHUNKS };
  cursor.take(4 * rank);
  if (kind === 0) return { kind: 'compact', data: cursor.slice(cursor.u32()) };
  return { kind: 'contiguous', address, size: Infinity };
}

function readNewChunks(cursor: Cursor): Layout {
  const flags = cursor.u8();
  const rank = cursor.u8();
  const width = cursor.u8();
  if (width < 1 || width > 8) throw cursor.bad('has chunks of impossible extents');
  const chunk = chunkShape(cursor, rank, width);
  const kind = newChunks[cursor.u8() - 1];
  let index: ChunkIndex;
  switch (kind) {
    case 'single':
      index = flags & 2 ? { kind, size: cursor.length(), mask: cursor.u32() } : { kind, size: null, mask: 0 };
      break;
    case 'implicit':
      index = { kind };
      break;
    case 'fixedArray':
      cursor.take(1);
      index = { kind };
      break;
    case 'extensibleArray':
      cursor.take(5);
      index = { kind };
      break;
    case 'btree2':
      cursor.take(6);
      index = { kind };
      break;
    default:
      throw cursor.bad('has an unknown index of chunks');
  }
  return { kind: 'chunked', chunk, address: cursor.address(), index };
}

/** The last extent is the size of an element, which the datatype gives as well. */
function chunkShape(cursor: Cursor, rank: number, width: number): readonly number[] {
  if (rank < 2 || rank > 33) throw cursor.bad(`has chunks of ${rank - 1} dimensions`);
  const extents = Array.from({ length: rank }, () => cursor.uint(width));
  if (extents.includes(0)) throw cursor.bad('has chunks without elements');
  return extents.slice(0, -1);
}

export function readFilters(cursor: Cursor): readonly Filter[] {
  const version = cursor.u8();
  const count = cursor.u8();
  if (version !== 1 && version !== 2) throw cursor.bad(`has the filter version ${version}`);
  if (version === 1) cursor.take(6);
  return Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameLength = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.take(2);
    const valueCount = cursor.u16();
    cursor.take(version === 1 ? 8 * Math.ceil(nameLength / 8) : nameLength);
    const values = Array.from({ length: valueCount }, () => cursor.u32());
    if (version === 1 && valueCount % 2 === 1) cursor.take(4);
    return { id, values };
  });
}

/** Text of fixed length, up to its padding. */
export function paddedText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0.*$/s, '').trimEnd();
}

/** The reason why a dataset cannot be read, in one sentence. */
export function unreadable(what: string, place: string): InputError {
  return new InputError(what, place, 'Save the parameters as plain arrays of numbers.');
}
