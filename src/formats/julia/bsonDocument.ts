import { InputError } from '../../core/errors';
import { viewOf } from '../bytes';
import { limits } from '../limits';
import type { Source } from '../source';
import { Window } from '../window';

/** A run of bytes in the file. Short ones, which hold single numbers, are kept. */
export class BsonBinary {
  constructor(
    readonly offset: number,
    readonly length: number,
    readonly short: Uint8Array | null,
  ) {}
}

/** Members by name, in the order of the file; of equal names the last one. */
export class BsonDocument {
  readonly members = new Map<string, BsonValue>();
}

export type BsonValue = number | string | boolean | null | BsonBinary | BsonDocument | readonly BsonValue[];

const AGAIN = 'The file is damaged; save or copy it again.';
const SHORT = 16;

/** Bytes of the element types whose size is fixed and whose value is nothing a model is made of. */
const skipped: Readonly<Record<number, number>> = {
  0x06: 0,
  0x07: 12,
  0x09: 8,
  0x11: 8,
  0x13: 16,
  0x7f: 0,
  0xff: 0,
};

/** Reads a BSON file (bsonspec.org, version 1.1). Values of arrays stay in the file. Throws InputError. */
export async function parseBson(source: Source): Promise<BsonDocument> {
  return new Parser(source).root();
}

class Parser {
  readonly #window: Window;
  #at = 0;
  #nodes = 0;
  #binaries = 0;
  #text = 0;

  constructor(private readonly source: Source) {
    this.#window = new Window(source, 'BSON');
  }

  async root(): Promise<BsonDocument> {
    const document = new BsonDocument();
    await this.members(this.source.size, 0, (key, value) => document.members.set(key, value));
    if (this.#at !== this.source.size)
      throw this.damaged(`${this.source.size - this.#at} bytes follow after the document`);
    return document;
  }

  private damaged(message: string): InputError {
    return new InputError(message, `byte ${this.#at}`, AGAIN);
  }

  private async take(length: number, end: number): Promise<Uint8Array> {
    if (length > end - this.#at)
      throw this.damaged(`${length} bytes are needed here, ${end - this.#at} are left`);
    const bytes = this.#window.peek(this.#at, length) ?? (await this.#window.read(this.#at, length));
    this.#at += length;
    return bytes;
  }

  private async int32(end: number): Promise<number> {
    return viewOf(await this.take(4, end)).getInt32(0, true);
  }

  /** The members of the document that begins here and must end at or before `limit`. */
  private async members(
    limit: number,
    depth: number,
    add: (key: string, value: BsonValue) => void,
  ): Promise<void> {
    const start = this.#at;
    const length = await this.int32(limit);
    const end = start + length;
    if (length < 5 || end > limit)
      throw this.damaged(
        `a document of ${length} bytes does not fit into the ${limit - start} that are left`,
      );
    if (depth > limits.depth)
      throw new InputError(
        `documents are nested more than ${limits.depth} deep`,
        `byte ${start}`,
        'Save the parameters alone, without the objects around them.',
      );
    for (;;) {
      const type = (await this.take(1, end))[0]!;
      if (type === 0) break;
      if (++this.#nodes > limits.bsonNodes)
        throw new InputError(
          `the file holds more than ${limits.bsonNodes} values outside of arrays of numbers`,
          `byte ${this.#at}`,
          'Save the parameters alone, as arrays of Float32 or Float64.',
        );
      const key = await this.key(end);
      add(key, await this.value(type, end, depth));
    }
    if (this.#at !== end)
      throw this.damaged(`a document ends ${end - this.#at} bytes before its length says`);
  }

  private async value(type: number, end: number, depth: number): Promise<BsonValue> {
    switch (type) {
      case 0x01:
        return viewOf(await this.take(8, end)).getFloat64(0, true);
      case 0x02:
      case 0x0d:
      case 0x0e:
        return this.string(end);
      case 0x03: {
        const document = new BsonDocument();
        await this.members(end, depth + 1, (key, value) => document.members.set(key, value));
        return document;
      }
      case 0x04: {
        const list: BsonValue[] = [];
        await this.members(end, depth + 1, (_key, value) => list.push(value));
        return list;
      }
      case 0x05:
        return this.binary(end);
      case 0x08:
        return (await this.take(1, end))[0] !== 0;
      case 0x0a:
        return null;
      case 0x10:
        return this.int32(end);
      case 0x12:
        return Number(viewOf(await this.take(8, end)).getBigInt64(0, true));
      case 0x0b:
        await this.key(end);
        await this.key(end);
        return null;
      case 0x0c:
        await this.string(end);
        this.skip(12, end);
        return null;
      default: {
        const size = skipped[type];
        if (size === undefined) throw this.damaged(`0x${type.toString(16)} is no element type of BSON`);
        this.skip(size, end);
        return null;
      }
    }
  }

  private skip(length: number, end: number): void {
    if (length < 0 || length > end - this.#at)
      throw this.damaged(`${length} bytes are needed here, ${end - this.#at} are left`);
    this.#at += length;
  }

  private async binary(end: number): Promise<BsonBinary> {
    const length = await this.int32(end);
    await this.take(1, end);
    if (++this.#binaries > limits.bsonBinaries)
      throw new InputError(
        `the file holds more than ${limits.bsonBinaries} arrays`,
        `byte ${this.#at}`,
        'Save the parameters of the recurrent network alone.',
      );
    const offset = this.#at;
    if (length >= 0 && length <= SHORT)
      return new BsonBinary(offset, length, Uint8Array.from(await this.take(length, end)));
    this.skip(length, end);
    return new BsonBinary(offset, length, null);
  }

  /** Text after its length; the length counts the zero byte at the end. */
  private async string(end: number): Promise<string> {
    const length = await this.int32(end);
    if (length < 1 || length > end - this.#at) throw this.damaged(`a text of ${length} bytes does not fit`);
    this.spend(length);
    const text = new TextDecoder().decode(await this.take(length - 1, end));
    if ((await this.take(1, end))[0] !== 0) throw this.damaged('a text does not end where its length says');
    return text;
  }

  /** A name up to its zero byte. */
  private async key(end: number): Promise<string> {
    const most = Math.min(limits.nameLength + 1, end - this.#at);
    const bytes = this.#window.peek(this.#at, most) ?? (await this.#window.read(this.#at, most));
    const length = bytes.indexOf(0);
    if (length < 0) throw this.damaged(`a name does not end, or has more than ${limits.nameLength} bytes`);
    this.spend(length);
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    this.#at += length + 1;
    return text;
  }

  private spend(bytes: number): void {
    this.#text += bytes;
    if (this.#text > limits.bsonText)
      throw new InputError(
        `the file holds more than ${limits.bsonText} bytes of text`,
        `byte ${this.#at}`,
        'Save the parameters alone.',
      );
  }
}
