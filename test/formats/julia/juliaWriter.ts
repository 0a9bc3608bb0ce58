import { concat, packed } from '../writers';

/**
 * A small writer of JLD2 files after the published layout: HDF5 superblock 2 at offset 512, object headers of version 2,
 * link messages, column-major extents in reverse, references, and struct types committed under `_types`. Checksums,
 * which the reader does not compare, are zero. It stands in for files of Julia, of which none is at hand.
 */
export class JuliaWriter {
  private readonly parts: Uint8Array[] = [];
  private end = 48;
  private dataType = 0;
  private readonly types: [name: string, address: number][] = [];

  /** Puts bytes at the end of the file; their address. */
  private put(bytes: Uint8Array): number {
    const address = this.end;
    const padded = concat(bytes, new Array<number>((8 - (bytes.length % 8)) % 8).fill(0));
    this.parts.push(padded);
    this.end += padded.length;
    return address;
  }

  private object(...messages: readonly Uint8Array[]): number {
    const body = concat(...messages);
    return this.put(concat('OHDR', [2, 2], packed([body.length], 'uint32'), body, [0, 0, 0, 0]));
  }

  /** A dataset; extents as in Julia, values column-major. Long ones are contiguous, short ones compact. */
  dataset(
    shape: readonly number[] | null,
    type: Uint8Array,
    data: Uint8Array,
    committed: number | null = null,
  ): number {
    const space = concat(
      [2, shape?.length ?? 0, 0, shape ? 1 : 0],
      packed([...(shape ?? [])].reverse(), 'uint64'),
    );
    const layout =
      data.length < 64
        ? concat([3, 0], packed([data.length], 'uint16'), data)
        : concat([3, 1], packed([this.put(data), data.length], 'uint64'));
    return this.object(
      message(1, space),
      committed === null ? message(3, type, 1) : message(3, concat([3, 2], packed([committed], 'uint64')), 3),
      message(5, Uint8Array.of(3, 9)),
      message(8, layout),
    );
  }

  /** An array of Float32. */
  floats(shape: readonly number[], values: readonly number[]): number {
    return this.dataset(shape, FLOAT32, packed(values, 'float32'));
  }

  /** A vector of arrays. */
  references(addresses: readonly number[]): number {
    return this.dataset([addresses.length], REFERENCE, packed(addresses, 'uint64'));
  }

  text(value: string): number {
    return this.dataset(null, concat([0x33, 0x11, 0, 0], packed([value.length], 'uint32')), concat(value));
  }

  /** A dataset whose values lie in another file: its list of files, a name at offset 0 of the heap of names. */
  elsewhere(shape: readonly number[], name: string): number {
    const data = this.put(concat(name, [0, 0, 0, 0, 0, 0, 0, 0]));
    const heap = this.put(
      concat('HEAP', [0, 0, 0, 0], packed([name.length + 8, name.length, data], 'uint64')),
    );
    const count = shape.reduce((product, extent) => product * extent, 1);
    return this.object(
      message(1, concat([2, shape.length, 0, 1], packed(shape, 'uint64'))),
      message(3, FLOAT32, 1),
      message(5, Uint8Array.of(3, 9)),
      message(7, concat([1, 0, 0, 0], packed([1, 1], 'uint16'), packed([heap, 0, 0, 4 * count], 'uint64'))),
      message(8, concat([3, 1], new Array<number>(8).fill(255), packed([4 * count], 'uint64'))),
    );
  }

  /** A group with a link into another file. */
  linkTo(file: string, object: string): number {
    const value = concat([0], file, [0], object, [0]);
    return this.object(
      message(2, concat([0, 0], new Array<number>(16).fill(255))),
      message(10, Uint8Array.of(0, 0)),
      message(6, concat([1, 0x18, 64, 1, 1], 'A', packed([value.length], 'uint16'), value)),
    );
  }

  /** A heap object with one text, as the reference to it that stands in the data. */
  heldText(text: string): Uint8Array {
    const body = concat(packed([1, 0], 'uint16'), [0, 0, 0, 0], packed([text.length], 'uint64'), text);
    const padded = concat(body, new Array<number>((8 - (body.length % 8)) % 8).fill(0));
    const heap = this.put(
      concat(
        'GCOL',
        [1, 0, 0, 0],
        packed([32 + padded.length], 'uint64'),
        padded,
        new Array<number>(16).fill(0),
      ),
    );
    return concat(packed([text.length], 'uint32'), packed([heap], 'uint64'), packed([1], 'uint32'));
  }

  /** A struct type with its Julia name; its address. */
  commit(name: string, type: Uint8Array): number {
    if (this.dataType === 0 && name !== 'Core.DataType')
      this.dataType = this.commit('Core.DataType', DATA_TYPE);
    const own = name === 'Core.DataType' ? null : this.dataType;
    const held = this.heldText(name);
    const typeOfAttribute = concat([3, 2], packed([own ?? this.end], 'uint64'));
    const attribute = concat(
      [2, 1],
      packed([11, typeOfAttribute.length, 4], 'uint16'),
      'julia_type\0',
      typeOfAttribute,
      [2, 0, 0, 0],
      held,
      new Array<number>(16).fill(0),
    );
    const address = this.object(message(3, type, 64), message(0x0c, attribute));
    this.types.push([String(this.types.length + 1).padStart(8, '0'), address]);
    return address;
  }

  group(links: Readonly<Record<string, number>>): number {
    const none = new Array<number>(16).fill(255);
    return this.object(
      message(2, concat([0, 0], none)),
      message(10, Uint8Array.of(0, 0)),
      ...Object.entries(links).map(([name, address]) =>
        message(6, concat([1, 0x10, 1, name.length], name, packed([address], 'uint64'))),
      ),
      message(0, new Uint8Array(16)),
    );
  }

  file(links: Readonly<Record<string, number>>, title = JLD2_TITLE): Uint8Array {
    const all =
      this.types.length > 0 ? { ...links, _types: this.group(Object.fromEntries(this.types)) } : links;
    const root = this.group(all);
    const header = concat(title, '\0 (Julia 1.9.0 64-bit Linux)\0');
    return concat(
      header,
      new Array<number>(512 - header.length).fill(0),
      [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 2, 8, 8, 0],
      packed([512], 'uint64'),
      new Array<number>(8).fill(255),
      packed([this.end, root], 'uint64'),
      [0, 0, 0, 0],
      ...this.parts,
    );
  }
}

const JLD2_TITLE = 'HDF5-based Julia Data Format, version 0.1.1';
/** How the format before JLD2 begins. */
export const JLD_TITLE = 'Julia data file (HDF5), version 0.1.3';

function message(type: number, body: Uint8Array, flags = 0): Uint8Array {
  return concat([type], packed([body.length], 'uint16'), [flags], body);
}

export const FLOAT32 = concat(
  [0x31, 0x20, 0x1f, 0],
  packed([4], 'uint32'),
  packed([0, 32], 'uint16'),
  [23, 8, 0, 23],
  packed([127], 'uint32'),
);
export const FLOAT64 = concat(
  [0x31, 0x20, 0x3f, 0],
  packed([8], 'uint32'),
  packed([0, 64], 'uint16'),
  [52, 11, 0, 52],
  packed([1023], 'uint32'),
);
export const INT64 = concat([0x30, 0x08, 0, 0], packed([8], 'uint32'), packed([0, 64], 'uint16'));
export const BOOL = concat([0x34, 0, 0, 0], packed([1], 'uint32'), packed([0, 8], 'uint16'));
export const REFERENCE = concat([0x37, 0, 0, 0], packed([8], 'uint32'));
const UINT8 = concat([0x30, 0, 0, 0], packed([1], 'uint32'), packed([0, 8], 'uint16'));
export const TEXT = concat([0x39, 0x11, 1, 0], packed([16], 'uint32'), UINT8);
const LIST = concat([0x39, 0, 0, 0], packed([16], 'uint32'), REFERENCE);

export function compound(
  size: number,
  members: readonly (readonly [string, number, Uint8Array])[],
): Uint8Array {
  return concat(
    [0x36, members.length, 0, 0],
    packed([size], 'uint32'),
    ...members.flatMap(([name, offset, type]) => [concat(name, [0, offset]), type]),
  );
}

const DATA_TYPE = compound(32, [
  ['name', 0, TEXT],
  ['parameters', 16, LIST],
]);
