import { InputError } from '../core/errors';
import type { Source } from './source';

/** A run of bytes inside a file, already decompressed: a whole file, a part of one, or an archive's entry. */
export interface Bytes {
  readonly size: number;
  /** Exactly `length` bytes from `offset`. Throws InputError if the file does not hold them. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The same, handed on in pieces so that a long run needs little memory. */
  stream(offset: number, length: number, receive: (piece: Uint8Array) => void): Promise<void>;
}

const PIECE = 2 ** 20;

/** A DataView over exactly the bytes of the array. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Exactly `length` bytes of the file. Throws InputError when it ends before that. */
export async function readExactly(
  source: Source,
  offset: number,
  length: number,
  place: string,
): Promise<Uint8Array> {
  if (offset >= 0 && length >= 0 && offset + length <= source.size) {
    const bytes = await source.read(offset, length);
    if (bytes.length === length) return bytes;
  }
  throw new InputError(
    `the file ends too early: ${length} bytes are needed at offset ${offset}, the file has ${source.size}`,
    place,
    'The file is cut off; copy or download it again.',
  );
}

/** A part of a file as it stands. */
export function fileBytes(source: Source, start: number, size: number, place: string): Bytes {
  const check = (offset: number, length: number): void => {
    if (offset < 0 || length < 0 || offset + length > size)
      throw new InputError(
        `bytes ${offset} to ${offset + length} were asked for, ${size} are there`,
        place,
        'The file is damaged; write it again.',
      );
  };
  return {
    size,
    read: async (offset, length) => {
      check(offset, length);
      return readExactly(source, start + offset, length, place);
    },
    stream: async (offset, length, receive) => {
      check(offset, length);
      for (let done = 0; done < length; done += PIECE)
        receive(await readExactly(source, start + offset + done, Math.min(PIECE, length - done), place));
    },
  };
}

/** The same file, read once and kept if it is no longer than `limit` bytes. */
export async function kept(source: Source, limit: number): Promise<Source> {
  if (source.size > limit) return source;
  const all = await source.read(0, source.size);
  return {
    name: source.name,
    size: all.length,
    read: async (offset, length) => all.subarray(offset, Math.max(offset, offset + length)),
  };
}

/** File name without its folder and its last extension. */
export function stem(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}

/** Whether the head of a file starts with these byte values. */
export function startsWith(head: Uint8Array, ...values: readonly number[]): boolean {
  return head.length >= values.length && values.every((value, i) => head[i] === value);
}

/** The head of a file as text, one character a byte. */
export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const stop = Math.min(end, bytes.length);
  let text = '';
  for (let i = start; i < stop; i += 4096)
    text += String.fromCharCode(...bytes.subarray(i, Math.min(i + 4096, stop)));
  return text;
}
