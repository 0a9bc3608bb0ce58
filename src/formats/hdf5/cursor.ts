import { InputError } from '../../core/errors';
import { latin1, viewOf } from '../bytes';

export const HDF5_AGAIN = 'The file is damaged; save or download it again.';

/** Widths in bytes of addresses and lengths, as the superblock gives them. */
export interface Widths {
  readonly offset: number;
  readonly length: number;
}

/** Reads the little-endian fields of a structure one after another. Throws InputError where it ends too early. */
export class Cursor {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly widths: Widths,
    private readonly place: string,
    public at = 0,
  ) {
    this.view = viewOf(bytes);
  }

  /** A cursor over other bytes of the same file, with the same place in errors. */
  over(bytes: Uint8Array): Cursor {
    return new Cursor(bytes, this.widths, this.place);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** An unsigned number of 1 to 8 bytes; above 2^53 it loses precision and is no use as a size anyway. */
  uint(size: number): number {
    const from = this.take(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.bytes[from + i]!;
    return value;
  }

  length(): number {
    return this.uint(this.widths.length);
  }

  /** An address, or null for the undefined one. */
  address(): number | null {
    const size = this.widths.offset;
    const from = this.take(size);
    if (this.bytes.subarray(from, from + size).every((byte) => byte === 0xff)) return null;
    this.at = from;
    return this.uint(size);
  }

  take(length: number): number {
    const from = this.at;
    if (length < 0 || from + length > this.bytes.length) throw this.bad('ends too early');
    this.at = from + length;
    return from;
  }

  slice(length: number): Uint8Array {
    const from = this.take(length);
    return this.bytes.subarray(from, from + length);
  }

  /** Text up to a zero byte, which is passed over. */
  terminated(limit: number): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0 || end - this.at > limit) throw this.bad('holds a name without end');
    return utf8(this.slice(end + 1 - this.at).subarray(0, -1));
  }

  /** Moves to the next multiple of 8 counted from `start`. */
  align8(start: number): void {
    this.at = Math.min(this.bytes.length, start + 8 * Math.ceil((this.at - start) / 8));
  }

  signature(expected: string): void {
    if (latin1(this.slice(expected.length)) !== expected) throw this.bad(`is no ${expected}`);
  }

  bad(what: string): InputError {
    return new InputError(`a structure of the HDF5 file ${what}`, this.place, HDF5_AGAIN);
  }
}

export function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Bytes that hold any number up to `limit`. */
export function bytesFor(limit: number): number {
  return Math.floor(Math.log2(Math.max(1, limit)) / 8) + 1;
}
