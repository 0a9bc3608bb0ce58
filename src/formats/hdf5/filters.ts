import { InputError } from '../../core/errors';
import { viewOf } from '../bytes';
import { HDF5_AGAIN } from './cursor';
import type { Filter } from './messages';
import { inflateExactly } from '../zip/inflate';

/** The filters through which HDF5 passes the chunks of a dataset. */

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
const LZF = 32000;
const read: readonly number[] = [DEFLATE, SHUFFLE, FLETCHER32, LZF];

const names: Readonly<Record<number, string>> = {
  4: 'SZIP',
  5: 'N-bit',
  6: 'scale-offset',
  307: 'bzip2',
  32001: 'Blosc',
  32004: 'LZ4',
  32008: 'bitshuffle',
  32015: 'Zstandard',
};

/** The name of the first filter that is not read, or null. */
export function unknownFilter(filters: readonly Filter[]): string | null {
  const unknown = filters.find(({ id }) => !read.includes(id));
  if (!unknown) {
    const compressors = filters.filter(({ id }) => id === DEFLATE || id === LZF);
    return compressors.length > 1 ? 'more than one compressor' : null;
  }
  return Object.hasOwn(names, unknown.id) ? names[unknown.id]! : `number ${unknown.id}`;
}

/**
 * Undoes the filters of one chunk. Throws InputError if it does not come out at `size` bytes.
 * @param mask the filters that were skipped for this chunk, one bit each
 * @param itemSize bytes of one element
 */
export function unfilter(
  chunk: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  size: number,
  itemSize: number,
  place: string,
): Uint8Array {
  const active = filters.filter((_, i) => (mask & (1 << i)) === 0);
  let bytes = chunk;
  for (let i = active.length - 1; i >= 0; i--) {
    const { id, values } = active[i]!;
    const before = active.slice(0, i).filter((filter) => filter.id === FLETCHER32).length;
    const expected = size + 4 * before;
    if (id === DEFLATE) bytes = inflateExactly(bytes, expected, place);
    else if (id === LZF) bytes = lzf(bytes, expected, place);
    else if (id === SHUFFLE) bytes = unshuffle(bytes, values[0] ?? itemSize);
    else bytes = checked(bytes, place);
  }
  if (bytes.length !== size)
    throw new InputError(`a chunk should hold ${size} bytes and holds ${bytes.length}`, place, HDF5_AGAIN);
  return bytes;
}

/** All first bytes of the elements come first, then all second ones; bytes that are left over stay at the end. */
function unshuffle(bytes: Uint8Array, itemSize: number): Uint8Array {
  const count = itemSize > 1 ? Math.floor(bytes.length / itemSize) : 0;
  if (count < 2) return bytes;
  const out = bytes.slice();
  for (let part = 0; part < itemSize; part++)
    for (let i = 0; i < count; i++) out[i * itemSize + part] = bytes[part * count + i]!;
  return out;
}

/** Drops the checksum at the end after comparing it. */
function checked(bytes: Uint8Array, place: string): Uint8Array {
  const end = bytes.length - 4;
  const values = bytes.subarray(0, Math.max(0, end));
  if (end < 0 || !sumsMatch(values, viewOf(bytes).getUint32(end, true)))
    throw new InputError('the checksum of a chunk does not match', place, HDF5_AGAIN);
  return values;
}

/** Fletcher's checksum over big-endian words of two bytes; 0 and 65535 are the same in either half. */
function sumsMatch(bytes: Uint8Array, stored: number): boolean {
  let low = 0;
  let high = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    low = (low + bytes[i]! * 256 + (bytes[i + 1] ?? 0)) % 65535;
    high = (high + low) % 65535;
  }
  return (stored >>> 16) % 65535 === high && (stored & 0xffff) % 65535 === low;
}

/** LibLZF: runs of literal bytes, and copies of at most 264 bytes from at most 8192 bytes before. */
function lzf(bytes: Uint8Array, size: number, place: string): Uint8Array {
  const out = new Uint8Array(size);
  const bad = (): InputError =>
    new InputError('the compressed data of a chunk are damaged', place, HDF5_AGAIN);
  let to = 0;
  for (let at = 0; at < bytes.length;) {
    const control = bytes[at++]!;
    if (control < 32) {
      const literal = bytes.subarray(at, at + control + 1);
      if (literal.length !== control + 1 || to + literal.length > size) throw bad();
      out.set(literal, to);
      to += literal.length;
      at += literal.length;
      continue;
    }
    const extra = control >> 5 === 7 ? bytes[at++] : 0;
    const low = bytes[at++];
    if (extra === undefined || low === undefined) throw bad();
    const length = (control >> 5) + extra + 2;
    let from = to - (control & 31) * 256 - low - 1;
    if (from < 0 || to + length > size) throw bad();
    for (let i = 0; i < length; i++) out[to++] = out[from++]!;
  }
  if (to !== size) throw bad();
  return out;
}
