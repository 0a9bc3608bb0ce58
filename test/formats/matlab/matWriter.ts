import { concat, packed } from '../writers';

/** Writes MATLAB v5 files after the published layout, in either byte order. */
export class MatWriter {
  constructor(private readonly little: boolean) {}

  element(type: number, data: Uint8Array, small = false): Uint8Array {
    if (small && data.length <= 4) {
      const head = packed([data.length * 65536 + type], 'uint32', this.little);
      return concat(head, data, new Array<number>(4 - data.length).fill(0));
    }
    const padding = new Array<number>((8 - (data.length % 8)) % 8).fill(0);
    return concat(packed([type, data.length], 'uint32', this.little), data, padding);
  }

  /** An array of a class, its values stored as another type. */
  array(
    name: string,
    classCode: number,
    shape: readonly number[],
    type: number,
    data: Uint8Array,
  ): Uint8Array {
    return this.element(
      14,
      concat(
        this.element(6, packed([classCode, 0], 'uint32', this.little)),
        this.element(5, packed(shape, 'int32', this.little)),
        this.element(1, concat(name), true),
        this.element(type, data, true),
      ),
    );
  }

  /** A cell array; its cells are arrays without names. */
  cell(name: string, shape: readonly number[], ...cells: readonly Uint8Array[]): Uint8Array {
    return this.element(
      14,
      concat(
        this.element(6, packed([1, 0], 'uint32', this.little)),
        this.element(5, packed(shape, 'int32', this.little)),
        this.element(1, concat(name), true),
        ...cells,
      ),
    );
  }

  file(...variables: readonly Uint8Array[]): Uint8Array {
    const text = 'MATLAB 5.0 MAT-file, written by a test'.padEnd(116);
    const version = this.little ? [0, 1, 0x49, 0x4d] : [1, 0, 0x4d, 0x49];
    return concat(text, new Array<number>(8).fill(0), version, ...variables);
  }
}
