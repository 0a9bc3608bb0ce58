import { InputError } from '../../core/errors';
import { viewOf } from '../bytes';
import { limits } from '../limits';
import type { Window } from '../window';

/** One field of a protobuf message (protobuf.dev, "Encoding"). */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 a run of bytes, 5 four bytes. */
  readonly wire: number;
  /** Where its bytes lie; of a varint, the varint itself. */
  readonly start: number;
  readonly end: number;
  /** Of a varint, as a signed 64-bit number; 0 otherwise. */
  readonly value: number;
}

const AGAIN = 'The file is damaged or cut off; export or download it again.';

/** Ten groups of seven bits hold 64 bits. */
const LONGEST = 10;

/** Bytes of a varint at `at`, and its value; null if it does not end within ten bytes. */
export function varint(bytes: Uint8Array, at: number): { value: bigint; length: number } | null {
  let value = 0n;
  for (let i = 0; i < LONGEST && at + i < bytes.length; i++) {
    const byte = bytes[at + i]!;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value: BigInt.asUintN(64, value), length: i + 1 };
  }
  return null;
}

/** Walks through the fields of messages without knowing their meaning; long runs of bytes are not read. */
export class ProtoReader {
  #fields = 0;

  constructor(private readonly window: Window) {}

  /** The fields of the message at bytes `start` to `end`. Throws InputError where they do not fit. */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let at = start; at < end;) {
      if (++this.#fields > limits.protoFields)
        throw new InputError(
          `the graph has more than ${limits.protoFields} fields`,
          `byte ${at}`,
          'Export the recurrent network alone.',
        );
      const tag = await this.varint(at, end);
      at += tag.length;
      const number = Number(tag.value >> 3n);
      const wire = Number(tag.value & 7n);
      let value = 0;
      let begin = at;
      if (wire === 0) {
        const found = await this.varint(at, end);
        value = Number(BigInt.asIntN(64, found.value));
        at += found.length;
      } else if (wire === 1) at += 8;
      else if (wire === 5) at += 4;
      else if (wire === 2) {
        const length = await this.varint(at, end);
        begin = at + length.length;
        at = begin + Number(length.value);
      } else throw damaged(`a field of kind ${wire} is none`, at);
      if (number === 0) throw damaged('a field has the number 0', begin);
      if (at > end) throw damaged(`a field needs ${at - begin} bytes, ${end - begin} are left`, begin);
      yield { number, wire, start: begin, end: at, value };
    }
  }

  private async varint(at: number, end: number): Promise<{ value: bigint; length: number }> {
    const length = Math.min(LONGEST, end - at);
    const found = varint(this.window.peek(at, length) ?? (await this.window.read(at, length)), 0);
    if (!found) throw damaged('a number does not end', at);
    return found;
  }

  /** The text of a field; beyond `limits.nameLength` bytes it is cut. */
  async text(field: Field): Promise<string> {
    const length = Math.min(limits.nameLength, field.end - field.start);
    return new TextDecoder().decode(await this.window.read(field.start, length));
  }

  /** A repeated whole number, written one by one or packed; of more than `most` the rest is left out. */
  async integers(field: Field, most: number): Promise<number[]> {
    if (field.wire === 0) return [field.value];
    const bytes = await this.window.read(field.start, Math.min(field.end - field.start, LONGEST * most));
    const values: number[] = [];
    for (let at = 0; at < bytes.length && values.length < most;) {
      const found = varint(bytes, at);
      if (!found) throw damaged('a number does not end', field.start + at);
      values.push(Number(BigInt.asIntN(64, found.value)));
      at += found.length;
    }
    return values;
  }

  /** A four-byte floating-point number, or 0 where the field is none. */
  async float(field: Field): Promise<number> {
    if (field.wire !== 5) return 0;
    return viewOf(await this.window.read(field.start, 4)).getFloat32(0, true);
  }
}

function damaged(message: string, at: number): InputError {
  return new InputError(message, `byte ${at}`, AGAIN);
}
