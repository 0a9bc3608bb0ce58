import type { Cursor } from './cursor';
import type { Hdf5File } from './file';
import { readBTree2 } from './heaps';
import type { ChunkLayout, Dataspace } from './messages';

/** Where the chunks of a dataset lie: the indexes of the old and the new file format. */

export interface Chunk {
  /** Position of the chunk in the grid of chunks. */
  readonly position: readonly number[];
  readonly address: number;
  /** Bytes in the file; null where no filter changes them. */
  readonly size: number | null;
  /** Filters that were skipped. */
  readonly mask: number;
}

export interface ChunkGrid {
  readonly layout: ChunkLayout;
  readonly space: Dataspace;
  /** Chunks along each dimension. */
  readonly counts: readonly number[];
  /** Bytes of a chunk without filters. */
  readonly chunkBytes: number;
  readonly filtered: boolean;
}

/** The chunks that were written. Those of an implicit index are all there. */
export async function chunksOf(file: Hdf5File, grid: ChunkGrid): Promise<readonly Chunk[]> {
  const { address, index } = grid.layout;
  if (address === null) return [];
  switch (index.kind) {
    case 'single':
      return [{ position: grid.counts.map(() => 0), address, size: index.size, mask: index.mask }];
    case 'btree1':
      return oldTree(file, address, grid);
    case 'implicit': {
      const largest = largestCounts(grid);
      return positions(grid.counts).map((position) => ({
        position,
        address: address + linear(position, largest) * grid.chunkBytes,
        size: null,
        mask: 0,
      }));
    }
    case 'fixedArray': {
      const array = await FixedArray.open(file, address, grid);
      const largest = largestCounts(grid);
      return written(grid, (position) => array.chunk(linear(position, largest)));
    }
    case 'extensibleArray': {
      const array = await ExtensibleArray.open(file, address, grid);
      const unlimited = grid.space.largest.indexOf(null);
      const first = Math.max(0, unlimited);
      const front = (list: readonly number[]): number[] => [
        list[first]!,
        ...list.filter((_, d) => d !== first),
      ];
      const largest = front(largestCounts(grid));
      return written(grid, (position) => array.chunk(linear(front(position), largest)));
    }
    case 'btree2': {
      const rank = grid.counts.length;
      return (await readBTree2(file, address)).flatMap((record) => {
        const at = record.address();
        const sizeBytes = record.left - 8 * rank - 4;
        const size = grid.filtered ? record.uint(sizeBytes) : null;
        const mask = grid.filtered ? record.u32() : 0;
        const position = grid.counts.map(() => record.uint(8));
        return at === null ? [] : [{ position, address: at, size, mask }];
      });
    }
  }
}

type Where = Omit<Chunk, 'position'> | null;

async function written(
  grid: ChunkGrid,
  find: (position: readonly number[]) => Promise<Where>,
): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  for (const position of positions(grid.counts)) {
    const found = await find(position);
    if (found) chunks.push({ ...found, position });
  }
  return chunks;
}

/** All positions of a grid, the last index running fastest. */
function positions(counts: readonly number[]): readonly (readonly number[])[] {
  const total = counts.reduce((product, count) => product * count, 1);
  return Array.from({ length: total }, (_, k) => {
    const position: number[] = [];
    let rest = k;
    for (let d = counts.length - 1; d >= 0; d--) {
      position[d] = rest % counts[d]!;
      rest = Math.floor(rest / counts[d]!);
    }
    return position;
  });
}

function linear(position: readonly number[], counts: readonly number[]): number {
  return position.reduce((flat, i, d) => flat * counts[d]! + i, 0);
}

/** Chunks along each dimension once the dataset has grown to its largest extents. */
function largestCounts({ layout, space, counts }: ChunkGrid): readonly number[] {
  return counts.map((count, d) => Math.ceil((space.largest[d] ?? 0) / layout.chunk[d]!) || count);
}

async function oldTree(file: Hdf5File, root: number, grid: ChunkGrid): Promise<readonly Chunk[]> {
  const { offset } = file.widths;
  const rank = grid.counts.length;
  const keySize = 8 + 8 * (rank + 1);
  const chunks: Chunk[] = [];
  const open = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const head = await file.cursor(at, 8, 'tree of chunks');
    head.signature('TREE');
    if (head.u8() !== 1) throw head.bad('is no tree of chunks');
    const level = head.u8();
    const count = head.u16();
    const node = await file.cursor(at + 8 + 2 * offset, count * (keySize + offset), 'tree of chunks');
    for (let i = 0; i < count; i++) {
      const size = node.u32();
      const mask = node.u32();
      const position = grid.layout.chunk.map((extent) => Math.floor(node.uint(8) / extent));
      node.take(8);
      const address = node.address();
      if (address === null) continue;
      if (level > 0) open.push(address);
      else chunks.push({ position, address, size: grid.filtered ? size : null, mask });
    }
  }
  return chunks;
}

/** One element of an array of chunks. */
function readElement(cursor: Cursor, elementSize: number, filtered: boolean): Where {
  const address = cursor.address();
  const size = filtered ? cursor.uint(Math.max(0, elementSize - cursor.widths.offset - 4)) : null;
  const mask = filtered ? cursor.u32() : 0;
  return address === null ? null : { address, size, mask };
}

/** Blocks of elements, split into pages where they are long; the block last used is kept. */
class Pages {
  private address = -1;
  private block: Cursor | null = null;

  constructor(
    private readonly file: Hdf5File,
    private readonly elementSize: number,
    private readonly pageLength: number,
    private readonly filtered: boolean,
  ) {}

  /**
   * Element `i` of a data block.
   * @param prefix bytes before the first element
   */
  async element(address: number, prefix: number, length: number, i: number): Promise<Where> {
    const paged = length > this.pageLength;
    const page = paged ? Math.floor(i / this.pageLength) : 0;
    const start = paged
      ? address + prefix + 4 + page * (this.pageLength * this.elementSize + 4)
      : address + prefix;
    const count = paged ? Math.min(this.pageLength, length - page * this.pageLength) : length;
    if (!this.block || this.address !== start) {
      this.block = await this.file.cursor(start, count * this.elementSize, 'page of chunks');
      this.address = start;
    }
    this.block.at = (paged ? i % this.pageLength : i) * this.elementSize;
    return readElement(this.block, this.elementSize, this.filtered);
  }
}

class FixedArray {
  private constructor(
    private readonly address: number | null,
    private readonly prefix: number,
    private readonly length: number,
    private readonly pages: Pages,
    private readonly initialised: Cursor | null,
    private readonly pageLength: number,
  ) {}

  static async open(file: Hdf5File, address: number, grid: ChunkGrid): Promise<FixedArray> {
    const { offset, length } = file.widths;
    const header = await file.cursor(address, 8 + length + offset, 'array of chunks');
    header.signature('FAHD');
    header.take(2);
    const elementSize = header.u8();
    const pageBits = header.u8();
    const count = header.length();
    const block = header.address();
    if (pageBits > 31 || elementSize < offset) throw header.bad('is an array of impossible sizes');
    const pageLength = 2 ** pageBits;
    const pageCount = count > pageLength ? Math.ceil(count / pageLength) : 0;
    const bitmap = Math.ceil(pageCount / 8);
    const initialised =
      pageCount > 0 && block !== null
        ? await file.cursor(block + 6 + offset, bitmap, 'array of chunks')
        : null;
    const pages = new Pages(file, elementSize, pageLength, grid.filtered);
    return new FixedArray(block, 6 + offset + bitmap, count, pages, initialised, pageLength);
  }

  async chunk(i: number): Promise<Where> {
    if (this.address === null || i >= this.length) return null;
    const page = Math.floor(i / this.pageLength);
    if (this.initialised && ((this.initialised.bytes[page >> 3] ?? 0) & (0x80 >> (page & 7))) === 0)
      return null;
    return this.pages.element(this.address, this.prefix, this.length, i);
  }
}

class ExtensibleArray {
  private readonly superBlocks = new Map<number, Cursor>();

  private constructor(
    private readonly file: Hdf5File,
    private readonly index: Cursor,
    private readonly elementSize: number,
    private readonly filtered: boolean,
    private readonly own: number,
    private readonly shortest: number,
    private readonly pointers: number,
    private readonly offsetSize: number,
    private readonly pageLength: number,
    private readonly pages: Pages,
  ) {}

  static async open(file: Hdf5File, address: number, grid: ChunkGrid): Promise<ExtensibleArray> {
    const { offset, length } = file.widths;
    const header = await file.cursor(address, 12 + 6 * length + offset, 'array of chunks');
    header.signature('EAHD');
    header.take(2);
    const elementSize = header.u8();
    const bits = header.u8();
    const own = header.u8();
    const shortest = header.u8();
    const pointers = header.u8();
    const pageBits = header.u8();
    header.take(6 * length);
    const at = header.address();
    const powers = [shortest, pointers].every((size) => size > 0 && Number.isInteger(Math.log2(size)));
    if (!powers || pointers < 2 || pageBits > 31 || bits > 64 || elementSize < offset || at === null)
      throw header.bad('is an array of impossible sizes');
    const superBlocks = Math.max(0, 1 + bits - Math.log2(shortest) - 2 * Math.log2(pointers));
    const size = 6 + offset + own * elementSize + (2 * (pointers - 1) + superBlocks) * offset;
    const index = await file.cursor(at, size, 'array of chunks');
    index.signature('EAIB');
    const pages = new Pages(file, elementSize, 2 ** pageBits, grid.filtered);
    return new ExtensibleArray(
      file,
      index,
      elementSize,
      grid.filtered,
      own,
      shortest,
      pointers,
      Math.ceil(bits / 8),
      2 ** pageBits,
      pages,
    );
  }

  async chunk(i: number): Promise<Where> {
    const { offset } = this.file.widths;
    const elements = 6 + offset;
    if (i < this.own) {
      this.index.at = elements + i * this.elementSize;
      return readElement(this.index, this.elementSize, this.filtered);
    }
    const rest = i - this.own;
    const superBlock = Math.floor(Math.log2(Math.floor(rest / this.shortest) + 1));
    let start = 0;
    let blocksBefore = 0;
    for (let u = 0; u < superBlock; u++) {
      const blocks = 2 ** Math.floor(u / 2);
      start += blocks * this.blockLength(u);
      blocksBefore += blocks;
    }
    const length = this.blockLength(superBlock);
    const block = Math.floor((rest - start) / length);
    const within = (rest - start) % length;
    const inIndex = 2 * Math.log2(this.pointers);
    const prefix = 6 + offset + this.offsetSize;
    if (superBlock < inIndex) {
      this.index.at = elements + this.own * this.elementSize + (blocksBefore + block) * offset;
      const address = this.index.address();
      return address === null ? null : this.pages.element(address, prefix, length, within);
    }
    this.index.at =
      elements + this.own * this.elementSize + (2 * (this.pointers - 1) + superBlock - inIndex) * offset;
    const address = this.index.address();
    if (address === null) return null;
    const blocks = 2 ** Math.floor(superBlock / 2);
    const pageCount = length > this.pageLength ? length / this.pageLength : 0;
    const bitmap = Math.ceil(pageCount / 8);
    let table = this.superBlocks.get(address);
    if (!table) {
      const size = prefix + blocks * (bitmap + offset);
      table = await this.file.cursor(address, size, 'array of chunks');
      table.signature('EASB');
      this.superBlocks.set(address, table);
    }
    if (bitmap > 0) {
      const page = block * pageCount + Math.floor(within / this.pageLength);
      if (((table.bytes[prefix + (page >> 3)] ?? 0) & (0x80 >> (page & 7))) === 0) return null;
    }
    table.at = prefix + blocks * bitmap + block * offset;
    const data = table.address();
    return data === null ? null : this.pages.element(data, prefix, length, within);
  }

  /** Elements of the data blocks that super block `u` points to. */
  private blockLength(u: number): number {
    return 2 ** Math.floor((u + 1) / 2) * this.shortest;
  }
}
