import { bytesFor, type Cursor } from './cursor';
import type { Hdf5File } from './file';
import { limits } from '../limits';

/** The B-trees of version 2 and the heaps in which HDF5 keeps names, links and texts. */

/** Records of a B-tree of version 2, in order. */
export async function readBTree2(file: Hdf5File, address: number): Promise<readonly Cursor[]> {
  const header = await file.cursor(address, 16 + file.widths.offset + 2 + file.widths.length, 'B-tree');
  header.signature('BTHD');
  header.take(2);
  const nodeSize = header.u32();
  const recordSize = header.u16();
  const depth = header.u16();
  header.take(2);
  const root = header.address();
  const rootRecords = header.u16();
  if (depth > 16 || recordSize === 0 || nodeSize < 16) throw header.bad('is a B-tree of impossible sizes');
  const widths = pointerWidths(nodeSize, recordSize, depth, file.widths.offset);
  const records: Cursor[] = [];
  const walk = async (at: number, count: number, level: number): Promise<void> => {
    const node = await file.cursor(at, nodeSize, 'B-tree node');
    node.signature(level === 0 ? 'BTLF' : 'BTIN');
    node.take(2);
    if (records.length + count > limits.hdf5Records) throw node.bad('lists too many records');
    const own = Array.from({ length: count }, () => {
      const from = node.take(recordSize);
      const record = node.bytes.subarray(from, from + recordSize);
      return record;
    });
    const children: (readonly [address: number | null, count: number])[] = [];
    for (let i = 0; level > 0 && i <= count; i++) {
      children.push([node.address(), node.uint(widths.records)]);
      if (level > 1) node.take(widths.totals[level - 1]!);
    }
    for (let i = 0; i <= count; i++) {
      const child = children[i];
      if (child && child[0] !== null) await walk(child[0], child[1], level - 1);
      const record = own[i];
      if (record) records.push(node.over(record));
    }
  };
  if (root !== null) await walk(root, rootRecords, depth);
  return records;
}

/** Bytes of the counts in the nodes: of a child's records, and of all records below a node of each level. */
function pointerWidths(
  nodeSize: number,
  recordSize: number,
  depth: number,
  offset: number,
): { readonly records: number; readonly totals: readonly number[] } {
  const leaf = Math.floor((nodeSize - 10) / recordSize);
  const records = bytesFor(leaf);
  const totals = [0];
  let below = leaf;
  for (let level = 1; level <= depth; level++) {
    const pointer = offset + records + totals[level - 1]!;
    const own = Math.max(0, Math.floor((nodeSize - 10 - pointer) / (recordSize + pointer)));
    below = (own + 1) * below + own;
    totals.push(bytesFor(below));
  }
  return { records, totals };
}

/** A fractal heap, where groups and objects with many links or attributes keep them. */
export class FractalHeap {
  private constructor(
    private readonly file: Hdf5File,
    private readonly offsetSize: number,
    private readonly lengthSize: number,
    private readonly width: number,
    private readonly startSize: number,
    private readonly directRows: number,
    private readonly root: number | null,
    private readonly rootRows: number,
    private readonly bad: Cursor,
  ) {}

  static async open(file: Hdf5File, address: number): Promise<FractalHeap> {
    const { offset, length } = file.widths;
    const header = await file.cursor(address, 22 + 12 * length + 3 * offset, 'heap');
    header.signature('FRHP');
    header.take(1);
    header.u16();
    if (header.u16() !== 0) throw header.bad('is a filtered heap, which is not read');
    header.take(1);
    const largestManaged = header.u32();
    header.take(length + offset + length + offset + 8 * length);
    const width = header.u16();
    const startSize = header.length();
    const largestDirect = header.length();
    const bits = header.u16();
    header.take(2);
    const root = header.address();
    const rows = header.u16();
    const powers = [startSize, largestDirect].every((size) => size > 0 && Number.isInteger(Math.log2(size)));
    if (!powers || width === 0 || bits > 64 || largestDirect < startSize || rows > 64)
      throw header.bad('is a heap of impossible sizes');
    return new FractalHeap(
      file,
      Math.ceil(bits / 8),
      Math.min(Math.ceil(Math.log2(largestDirect) / 8), bytesFor(largestManaged)),
      width,
      startSize,
      Math.log2(largestDirect / startSize) + 2,
      root,
      rows,
      header,
    );
  }

  /** The object with this identifier. Throws InputError for those kept outside of the heap's blocks. */
  async object(id: Cursor): Promise<Cursor> {
    const head = id.u8();
    const kind = (head >> 4) & 3;
    if (kind === 2) return id.over(id.slice(Math.min(id.left, (head & 15) + 1)));
    if (kind !== 0) throw id.bad('holds a huge object, which is not read');
    const offset = id.uint(this.offsetSize);
    const length = id.uint(this.lengthSize);
    if (length > limits.hdf5Bytes || this.root === null) throw id.bad('points out of its heap');
    if (this.rootRows === 0) return this.file.cursor(this.root + offset, length, 'heap object');
    return this.inIndirect(this.root, offset, length, 0);
  }

  private async inIndirect(block: number, offset: number, length: number, depth: number): Promise<Cursor> {
    const { width, startSize } = this;
    const first = startSize * width;
    const row = offset < first ? 0 : Math.floor(Math.log2(offset / first)) + 1;
    const size = row === 0 ? startSize : startSize * 2 ** (row - 1);
    const within = offset - (row === 0 ? 0 : first * 2 ** (row - 1));
    const column = Math.floor(within / size);
    const { offset: addressSize } = this.file.widths;
    const entry = 5 + addressSize + this.offsetSize + (row * width + column) * addressSize;
    if (depth > 16 || entry > limits.hdf5Bytes) throw this.bad.bad('is a heap without end');
    const child = (await this.file.cursor(block + entry, addressSize, 'heap block')).address();
    if (child === null) throw this.bad.bad('points to a part of its heap that is not there');
    const rest = within - column * size;
    return row < this.directRows
      ? this.file.cursor(child + rest, length, 'heap object')
      : this.inIndirect(child, rest, length, depth + 1);
  }
}

/** Texts and lists of variable length. */
export class GlobalHeaps {
  private readonly heaps = new Map<number, Promise<ReadonlyMap<number, Uint8Array>>>();

  constructor(private readonly file: Hdf5File) {}

  /** The bytes of an object, or null if the heap does not hold it. */
  async object(address: number, index: number): Promise<Uint8Array | null> {
    let heap = this.heaps.get(address);
    if (!heap) {
      heap = this.read(address);
      this.heaps.set(address, heap);
    }
    return (await heap).get(index) ?? null;
  }

  private async read(address: number): Promise<ReadonlyMap<number, Uint8Array>> {
    const { length } = this.file.widths;
    const head = await this.file.cursor(address, 8 + length, 'heap of texts');
    head.signature('GCOL');
    head.take(4);
    const size = Math.min(head.length(), this.file.size - address);
    const body = await this.file.cursor(address, Math.min(size, limits.hdf5Heap), 'heap of texts');
    body.at = 8 + length;
    const objects = new Map<number, Uint8Array>();
    while (body.left >= 8 + length) {
      const index = body.u16();
      body.take(6);
      const bytes = body.length();
      if (index === 0) break;
      objects.set(index, body.slice(bytes));
      body.align8(0);
    }
    return objects;
  }
}
