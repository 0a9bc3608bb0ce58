import { InputError } from '../../core/errors';
import { readExactly, startsWith } from '../bytes';
import { Cursor, HDF5_AGAIN, type Widths } from './cursor';
import { limits } from '../limits';
import type { Source } from '../source';

/** An HDF5 file as a set of addressed structures: superblock and object headers (HDF5 File Format Specification 3.0). */

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** Where the superblock may lie: behind a block of the user's own, such as MATLAB's and Julia's header. */
const starts = [0, 512, 1024, 2048] as const;

export const message = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** The offset of the superblock, or -1. */
export function superblockOffset(head: Uint8Array): number {
  return starts.find((at) => startsWith(head.subarray(at), ...SIGNATURE)) ?? -1;
}

interface Message {
  readonly type: number;
  readonly shared: boolean;
  readonly body: Uint8Array;
}

/** An object of the file: a group, a dataset or a named datatype, by the messages of its header. */
export class Hdf5Object {
  constructor(
    readonly file: Hdf5File,
    readonly address: number,
    private readonly messages: readonly Message[],
  ) {}

  has(type: number): boolean {
    return this.messages.some((each) => each.type === type);
  }

  /** Readers of all messages of a type; where a message is kept in another object, that one's. */
  async all(type: number): Promise<readonly Cursor[]> {
    const found: Cursor[] = [];
    for (const each of this.messages)
      if (each.type === type)
        found.push(each.shared ? await this.file.shared(each.body, type) : this.cursor(each.body));
    return found;
  }

  async one(type: number): Promise<Cursor | null> {
    return (await this.all(type))[0] ?? null;
  }

  /** Address of the committed datatype that the dataset refers to, or null. */
  committedType(): number | null {
    const found = this.messages.find((each) => each.type === message.datatype);
    return found?.shared ? this.file.sharedAddress(found.body) : null;
  }

  private cursor(body: Uint8Array): Cursor {
    return new Cursor(body, this.file.widths, `object at offset ${this.file.base + this.address}`);
  }
}

export class Hdf5File {
  private readsLeft: number = limits.hdf5Reads;
  private bytesLeft: number = limits.hdf5Bytes;
  private readonly objects = new Map<number, Promise<Hdf5Object>>();

  private constructor(
    private readonly source: Source,
    readonly base: number,
    readonly widths: Widths,
    readonly rootAddress: number,
    private readonly end: number,
  ) {}

  /** Reads the superblock. Throws InputError if it cannot be understood. */
  static async open(source: Source): Promise<Hdf5File> {
    const base = superblockOffset(await source.read(0, 4096));
    const bytes = await source.read(Math.max(0, base), 128);
    const place = `superblock at offset ${base}`;
    const version = bytes[8] ?? 255;
    if (base < 0 || version > 3)
      throw new InputError(`the HDF5 superblock has the unknown version ${version}`, place, HDF5_AGAIN);
    const old = version < 2;
    const widths: Widths = { offset: bytes[old ? 13 : 9] ?? 0, length: bytes[old ? 14 : 10] ?? 0 };
    if (![2, 4, 8].includes(widths.offset) || ![2, 4, 8].includes(widths.length))
      throw new InputError(
        `the HDF5 superblock has addresses of ${widths.offset} bytes, which is not supported`,
        place,
        HDF5_AGAIN,
      );
    const cursor = new Cursor(bytes, widths, place, old ? (version === 0 ? 24 : 28) : 12);
    cursor.address();
    cursor.address();
    const end = cursor.address() ?? Infinity;
    if (old) {
      cursor.address();
      cursor.address();
    }
    const root = cursor.address();
    if (root === null) throw new InputError('the file has no root group', place, HDF5_AGAIN);
    return new Hdf5File(source, base, widths, root, end);
  }

  get size(): number {
    return this.source.size - this.base;
  }

  /** Whether the superblock places the end of the file behind its last byte. */
  get isCut(): boolean {
    return this.end > this.source.size;
  }

  /** The same file with a fresh allowance of work, for the loading of one dataset. */
  renewed(): Hdf5File {
    return new Hdf5File(this.source, this.base, this.widths, this.rootAddress, this.end);
  }

  /** Reads a structure; the number and the bytes of all of them are bounded. */
  async read(address: number, length: number, what: string): Promise<Uint8Array> {
    if (--this.readsLeft < 0 || (this.bytesLeft -= length) < 0)
      throw new InputError(
        'the structures of the HDF5 file are too many, or run in a circle',
        `${what} at offset ${this.base + address}`,
        'Save the parameters of the recurrent network alone.',
      );
    return readExactly(this.source, this.base + address, length, `${what} at offset ${this.base + address}`);
  }

  async cursor(address: number, length: number, what: string): Promise<Cursor> {
    const bytes = await this.read(address, length, what);
    return new Cursor(bytes, this.widths, `${what} at offset ${this.base + address}`);
  }

  /** Values of a dataset where they lie in one run: for reading by pieces. */
  run(address: number): { readonly source: Source; readonly start: number } {
    return { source: this.source, start: this.base + address };
  }

  root(): Promise<Hdf5Object> {
    return this.object(this.rootAddress);
  }

  object(address: number): Promise<Hdf5Object> {
    let object = this.objects.get(address);
    if (!object) {
      object = this.readObject(address);
      this.objects.set(address, object);
    }
    return object;
  }

  /** The address in a message that refers to another object's. */
  sharedAddress(body: Uint8Array): number | null {
    const cursor = new Cursor(body, this.widths, 'shared message');
    const version = cursor.u8();
    const type = cursor.u8();
    if (version === 1) cursor.take(6);
    else if (version !== 2 && (version !== 3 || type !== 2)) return null;
    return cursor.address();
  }

  async shared(body: Uint8Array, type: number): Promise<Cursor> {
    const address = this.sharedAddress(body);
    const found = address === null ? null : await (await this.object(address)).one(type);
    if (!found)
      throw new InputError('a message is kept where it cannot be read', 'shared message', HDF5_AGAIN);
    return found;
  }

  private async readObject(address: number): Promise<Hdf5Object> {
    if (address + 16 > this.size)
      throw new InputError(
        `an object should lie at offset ${this.base + address}, behind the end of the file`,
        '',
        'The file is cut off or damaged; copy or download it again.',
      );
    const head = await this.read(address, Math.min(64, this.size - address), 'object');
    const messages: Message[] = [];
    if (startsWith(head, 0x4f, 0x48, 0x44, 0x52)) await this.newHeader(address, head, messages);
    else if (head[0] === 1) await this.oldHeader(address, head, messages);
    else throw new InputError('no object lies where one should', `offset ${this.base + address}`, HDF5_AGAIN);
    return new Hdf5Object(this, address, messages);
  }

  private async oldHeader(address: number, head: Uint8Array, messages: Message[]): Promise<void> {
    const cursor = new Cursor(head, this.widths, `object at offset ${this.base + address}`, 8);
    const blocks: Block[] = [{ address: address + 16, length: cursor.u32() }];
    for (let block = blocks.shift(); block; block = blocks.shift()) {
      const part = await this.cursor(block.address, block.length, 'object header');
      while (part.left >= 8) {
        const type = part.u16();
        const size = part.u16();
        const flags = part.u8();
        part.take(3);
        this.addMessage(type, flags, part.slice(size), messages, blocks);
      }
    }
  }

  private async newHeader(address: number, head: Uint8Array, messages: Message[]): Promise<void> {
    const cursor = new Cursor(head, this.widths, `object at offset ${this.base + address}`, 5);
    const flags = cursor.u8();
    if (flags & 0x20) cursor.take(16);
    if (flags & 0x10) cursor.take(4);
    const length = cursor.uint(1 << (flags & 3));
    const blocks: Block[] = [{ address: address + cursor.at, length }];
    let first = true;
    for (let block = blocks.shift(); block; block = blocks.shift()) {
      const part = await this.cursor(block.address, block.length, 'object header');
      if (!first) part.signature('OCHK');
      const end = first ? part.bytes.length : part.bytes.length - 4;
      first = false;
      const prefix = flags & 4 ? 6 : 4;
      while (part.at + prefix <= end) {
        const type = part.u8();
        const size = part.u16();
        const messageFlags = part.u8();
        if (flags & 4) part.take(2);
        this.addMessage(type, messageFlags, part.slice(size), messages, blocks);
      }
    }
  }

  private addMessage(
    type: number,
    flags: number,
    body: Uint8Array,
    messages: Message[],
    blocks: Block[],
  ): void {
    if (messages.length > limits.tensors)
      throw new InputError('an object has too many messages', 'object header', HDF5_AGAIN);
    if (type === message.continuation) {
      const cursor = new Cursor(body, this.widths, 'object header continuation');
      const address = cursor.address();
      const length = cursor.length();
      if (address !== null) blocks.push({ address, length });
    } else if (type !== 0) messages.push({ type, shared: (flags & 2) !== 0, body });
  }
}

interface Block {
  readonly address: number;
  readonly length: number;
}
