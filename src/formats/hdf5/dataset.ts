import { InputError } from '../../core/errors';
import { elementCount, type DType, type TensorHandle } from '../../core/tensor';
import { fileBytes, readExactly, viewOf, type Bytes } from '../bytes';
import { elementAt, ElementSink, itemSize } from '../dtype';
import { chunksOf, type ChunkGrid } from './chunks';
import { HDF5_AGAIN } from './cursor';
import { message, type Hdf5File, type Hdf5Object } from './file';
import { unfilter, unknownFilter } from './filters';
import {
  readDataspace,
  readDatatype,
  readFilters,
  readLayout,
  unreadable,
  type Dataspace,
  type Datatype,
  type Filter,
  type Layout,
} from './messages';
import { limits } from '../limits';
import { packedReader, refuseLarge } from '../packed';

/** What the header of a dataset says; its values are read when asked for. */
export interface Dataset {
  readonly file: Hdf5File;
  readonly type: Datatype;
  /** Address of the committed datatype, or null. */
  readonly committed: number | null;
  readonly space: Dataspace;
  readonly layout: Layout;
  readonly filters: readonly Filter[];
  /** Bytes of the element that stands where nothing was written; null for zeros. */
  readonly fill: Uint8Array | null;
}

const FILL_VALUE = 0x05;
const EXTERNAL_FILES = 0x07;

/** Reads the header of a dataset; null if the object is none. Throws InputError. */
export async function readDataset(object: Hdf5Object): Promise<Dataset | null> {
  const space = await object.one(message.dataspace);
  const type = await object.one(message.datatype);
  const layout = await object.one(message.layout);
  if (!space || !type || !layout) return null;
  const filters = await object.one(message.filters);
  const fill = await object.one(FILL_VALUE);
  return {
    file: object.file,
    type: readDatatype(type),
    committed: object.committedType(),
    space: readDataspace(space),
    layout: object.has(EXTERNAL_FILES)
      ? { kind: 'other', what: 'kept in other files, which are not opened' }
      : readLayout(layout),
    filters: filters ? readFilters(filters) : [],
    fill: fill ? readFill(fill) : null,
  };
}

function readFill(cursor: NonNullable<Awaited<ReturnType<Hdf5Object['one']>>>): Uint8Array | null {
  const version = cursor.u8();
  const flags = cursor.u8();
  let defined = (flags & 0x20) !== 0;
  if (version < 3) {
    cursor.take(1);
    defined = cursor.u8() !== 0;
  }
  if (!defined || cursor.left < 4) return null;
  const size = cursor.u32();
  return size > 0 && size <= cursor.left ? cursor.slice(size) : null;
}

/** How the numbers of a dataset are arranged: the extents of an array type come behind those of the dataset. */
interface Numbers {
  readonly dtype: DType;
  readonly little: boolean;
  readonly inner: readonly number[];
}

function numbersOf(type: Datatype): Numbers | null {
  if (type.kind === 'number') return { dtype: type.dtype, little: type.little, inner: [] };
  if (type.kind !== 'array') return null;
  const base = numbersOf(type.base);
  return base && { ...base, inner: [...type.shape, ...base.inner] };
}

/**
 * The dataset as a tensor, or null if its elements are no numbers. Throws InputError if the file cannot hold it.
 * @param columnMajor whether the writer's arrays are column-major, so that HDF5 has their extents in reverse
 */
export function tensorOf(
  dataset: Dataset,
  columnMajor: boolean,
  place: string,
): Omit<TensorHandle, 'name'> | null {
  const numbers = numbersOf(dataset.type);
  if (!numbers) return null;
  const { dtype, little } = numbers;
  const stored = [...dataset.space.shape, ...numbers.inner];
  const count = elementCount(stored);
  if (stored.length > limits.rank || !Number.isSafeInteger(count))
    throw unreadable(`the shape [${stored.join(', ')}] is impossible`, place);
  const shape = columnMajor ? [...stored].reverse() : stored;
  const { layout, file } = dataset;
  if (layout.kind === 'other') throw unreadable(`it is ${layout.what}`, place);
  if (layout.kind === 'chunked') {
    const unknown = unknownFilter(dataset.filters);
    if (unknown !== null) throw unreadable(`its compression (${unknown}) is not read`, place);
    return { dtype, shape, load: () => loadChunks(dataset, numbers, stored, columnMajor, place) };
  }
  const bytes = runOf(file, layout, count * itemSize[dtype], place);
  if (!bytes) return { dtype, shape, load: async () => filled(dataset, numbers, shape) };
  if (!columnMajor || shape.length < 2)
    return { dtype, shape, ...packedReader({ bytes, offset: 0, dtype, littleEndian: little, shape }) };
  return {
    dtype,
    shape,
    load: async () => {
      refuseLarge(shape);
      const values = new Float64Array(count);
      const sink = new ElementSink(dtype, little, values, shape);
      await bytes.stream(0, count * itemSize[dtype], (piece) => {
        sink.push(piece);
      });
      return values;
    },
  };
}

/** The bytes of a dataset that is not chunked; null if they were never written. */
function runOf(
  file: Hdf5File,
  layout: Exclude<Layout, { kind: 'chunked' | 'other' }>,
  needed: number,
  place: string,
): Bytes | null {
  const have =
    layout.kind === 'compact'
      ? layout.data.length
      : layout.address === null
        ? needed
        : file.size - layout.address;
  if (have < needed)
    throw new InputError(
      `the dataset needs ${needed} bytes, ${Math.max(0, have)} are there`,
      place,
      'The file is cut off or damaged; copy or download it again.',
    );
  if (layout.kind === 'compact') {
    const { data } = layout;
    const inside = {
      name: place,
      size: data.length,
      read: async (from: number, length: number) => data.subarray(from, from + length),
    };
    return fileBytes(inside, 0, data.length, place);
  }
  if (layout.address === null) return null;
  const { source, start } = file.run(layout.address);
  return fileBytes(source, start, needed, place);
}

function filled(dataset: Dataset, numbers: Numbers, shape: readonly number[]): Float64Array {
  refuseLarge(shape);
  const values = new Float64Array(elementCount(shape));
  const { fill } = dataset;
  if (fill?.length === itemSize[numbers.dtype] && fill.some((byte) => byte !== 0))
    values.fill(elementAt(viewOf(fill), numbers.dtype, numbers.little, 0));
  return values;
}

async function loadChunks(
  dataset: Dataset,
  numbers: Numbers,
  stored: readonly number[],
  columnMajor: boolean,
  place: string,
): Promise<Float64Array> {
  if (dataset.layout.kind === 'chunked') {
    // A chunk is there as stored, inflated and put in order at once, beside the values.
    const chunkBytes = elementCount(dataset.layout.chunk) * dataset.type.size;
    const needed = 8 * elementCount(stored) + 3 * chunkBytes;
    if (needed > limits.hdf5Working)
      throw unreadable(
        `its chunks of ${chunkBytes} bytes need ${needed} bytes of memory, more than is spent`,
        place,
      );
  }
  const values = filled(dataset, numbers, stored);
  const strides = stridesOf(stored, columnMajor);
  await eachChunk(dataset, place, (bytes, position, chunk) => {
    scatter(bytes, numbers, values, {
      chunk: [...chunk, ...numbers.inner],
      position: [...position, ...numbers.inner.map(() => 0)],
      stored,
      strides,
    });
  });
  return values;
}

/** Steps in the row-major result for each dimension as stored. */
function stridesOf(stored: readonly number[], columnMajor: boolean): readonly number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let k = 0; k < stored.length; k++) {
    const d = columnMajor ? k : stored.length - 1 - k;
    strides[d] = stride;
    stride *= stored[d]!;
  }
  return strides;
}

interface Target {
  readonly chunk: readonly number[];
  readonly position: readonly number[];
  readonly stored: readonly number[];
  readonly strides: readonly number[];
}

/** Puts the elements of a chunk in their places; those that stick out of the dataset are dropped. */
function scatter(bytes: Uint8Array, numbers: Numbers, values: Float64Array, target: Target): void {
  const { chunk, position, stored, strides } = target;
  const view = viewOf(bytes);
  const last = chunk.length - 1;
  const starts = chunk.map((extent, d) => extent * position[d]!);
  const extents = chunk.map((extent, d) => Math.min(extent, stored[d]! - starts[d]!));
  const index = chunk.map(() => 0);
  if (extents.some((extent) => extent <= 0)) return;
  for (;;) {
    let from = 0;
    let to = 0;
    for (let d = 0; d <= last; d++) {
      from = from * chunk[d]! + index[d]!;
      to += (starts[d]! + index[d]!) * strides[d]!;
    }
    for (let i = 0; i < extents[last]!; i++)
      values[to + i * strides[last]!] = elementAt(view, numbers.dtype, numbers.little, from + i);
    let d = last - 1;
    while (d >= 0 && ++index[d]! >= extents[d]!) index[d--] = 0;
    if (d < 0) return;
  }
}

/** Hands on each written chunk, its filters undone. Throws InputError if the chunks contradict the dataset. */
async function eachChunk(
  dataset: Dataset,
  place: string,
  receive: (bytes: Uint8Array, position: readonly number[], chunk: readonly number[]) => void,
): Promise<void> {
  const { layout, space, filters, type } = dataset;
  if (layout.kind !== 'chunked') return;
  const counts = space.shape.map((extent, d) => Math.ceil(extent / (layout.chunk[d] ?? 1)));
  const total = elementCount(counts);
  const chunkBytes = elementCount(layout.chunk) * type.size;
  if (
    layout.chunk.length !== space.shape.length ||
    total > limits.hdf5Chunks ||
    chunkBytes > limits.hdf5ChunkBytes ||
    total * chunkBytes > Math.max(limits.hdf5PaddedBytes, chunkBytes)
  )
    throw unreadable(`${total} chunks of ${chunkBytes} bytes are more than are read`, place);
  if (total === 0) return;
  const file = dataset.file.renewed();
  const grid: ChunkGrid = { layout, space, counts, chunkBytes, filtered: filters.length > 0 };
  const seen = new Set<number>();
  for (const { position, address, size, mask } of await chunksOf(file, grid)) {
    if (position.some((i, d) => i >= counts[d]!)) continue;
    const number = position.reduce((flat, i, d) => flat * counts[d]! + i, 0);
    if (seen.has(number)) throw new InputError('a chunk is given twice', place, HDF5_AGAIN);
    seen.add(number);
    const length = size ?? chunkBytes;
    if (length > 1.1 * chunkBytes + 1024)
      throw new InputError(`a chunk of ${chunkBytes} bytes claims ${length}`, place, HDF5_AGAIN);
    const run = file.run(address);
    const raw = await readExactly(run.source, run.start, length, place);
    receive(unfilter(raw, filters, mask, chunkBytes, type.size, place), position, layout.chunk);
  }
}

/** All bytes of a small dataset whose elements are no plain numbers. Throws InputError. */
export async function rawBytes(dataset: Dataset, place: string): Promise<Uint8Array> {
  const { layout, space, type, file } = dataset;
  const size = elementCount(space.shape) * type.size;
  if (!(size <= limits.hdf5Heap)) throw unreadable(`its ${size} bytes are more than are read`, place);
  if (layout.kind === 'other') throw unreadable(`it is ${layout.what}`, place);
  if (layout.kind !== 'chunked') {
    const run = runOf(file, layout, size, place);
    return run ? run.read(0, size) : new Uint8Array(size);
  }
  const unknown = unknownFilter(dataset.filters);
  if (unknown !== null) throw unreadable(`its compression (${unknown}) is not read`, place);
  const out = new Uint8Array(size);
  const { shape } = space;
  await eachChunk(dataset, place, (bytes, position, chunk) => {
    const count = elementCount(chunk);
    for (let k = 0; k < count; k++) {
      let rest = k;
      let to = 0;
      let stride = 1;
      let inside = true;
      for (let d = chunk.length - 1; d >= 0; d--) {
        const i = (rest % chunk[d]!) + position[d]! * chunk[d]!;
        rest = Math.floor(rest / chunk[d]!);
        inside &&= i < shape[d]!;
        to += i * stride;
        stride *= shape[d]!;
      }
      if (inside) out.set(bytes.subarray(k * type.size, (k + 1) * type.size), to * type.size);
    }
  });
  return out;
}
