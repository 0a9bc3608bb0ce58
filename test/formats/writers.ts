import { zipSync, type ZipOptions } from 'fflate';
import type { DType } from '../../src/core/tensor';

/** Minimal writers for tests, after the published layouts; each value is given as a number. */

type Put = (view: DataView, at: number, value: number, little: boolean) => void;

const puts: Readonly<Partial<Record<DType, readonly [size: number, put: Put]>>> = {
  float64: [8, (view, at, value, little) => view.setFloat64(at, value, little)],
  float32: [4, (view, at, value, little) => view.setFloat32(at, value, little)],
  int64: [8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
  int32: [4, (view, at, value, little) => view.setInt32(at, value, little)],
  int16: [2, (view, at, value, little) => view.setInt16(at, value, little)],
  int8: [1, (view, at, value) => view.setInt8(at, value)],
  uint64: [8, (view, at, value, little) => view.setBigUint64(at, BigInt(value), little)],
  uint32: [4, (view, at, value, little) => view.setUint32(at, value, little)],
  uint16: [2, (view, at, value, little) => view.setUint16(at, value, little)],
  uint8: [1, (view, at, value) => view.setUint8(at, value)],
  bool: [1, (view, at, value) => view.setUint8(at, value)],
};

export function packed(values: readonly number[], dtype: DType, little = true): Uint8Array {
  const [size, put] = puts[dtype]!;
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    put(view, i * size, value, little);
  });
  return bytes;
}

export function concat(...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array {
  const arrays = parts.map((part) =>
    typeof part === 'string' ? new TextEncoder().encode(part) : Uint8Array.from(part),
  );
  const out = new Uint8Array(arrays.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of arrays) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Row-major values in the order in which a column-major file stores them. */
export function columnMajor(values: readonly number[], shape: readonly number[]): number[] {
  return values.map((_, k) => {
    let rest = k;
    const index = shape.map((extent) => {
      const i = rest % extent;
      rest = Math.floor(rest / extent);
      return i;
    });
    return values[index.reduce((flat, i, d) => flat * shape[d]! + i, 0)]!;
  });
}

export function npyFile(
  data: Uint8Array,
  descr: string,
  shape: readonly number[],
  options: { readonly fortran?: boolean; readonly version?: 1 | 2 | 3 } = {},
): Uint8Array {
  const { fortran = false, version = 1 } = options;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }\n`;
  const length = [text.length & 255, text.length >> 8, ...(version === 1 ? [] : [0, 0])];
  return concat([0x93], 'NUMPY', [version, 0, ...length], text, data);
}

export function safetensorsFile(header: unknown, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  return concat(packed([text.length], 'uint64'), text, data);
}

export function zipFile(
  files: Readonly<Record<string, Uint8Array>>,
  options: ZipOptions = { level: 0 },
): Uint8Array {
  return zipSync({ ...files }, options);
}

/** Pickle opcodes, protocol 2. */
export const op = {
  int: (value: number): number[] => [0x4a, ...packed([value], 'int32')],
  text: (text: string): number[] => {
    const bytes = new TextEncoder().encode(text);
    return [0x58, ...packed([bytes.length], 'uint32'), ...bytes];
  },
  global: (module: string, name: string): number[] => [...concat(`c${module}\n${name}\n`)],
  tuple: (...items: readonly number[][]): number[] => [0x28, ...items.flat(), 0x74],
  list: (...items: readonly number[][]): number[] => [0x5d, 0x28, ...items.flat(), 0x65],
  dict: (...pairs: readonly (readonly [string, number[]])[]): number[] => [
    0x7d,
    0x28,
    ...pairs.flatMap(([key, value]) => [...op.text(key), ...value]),
    0x75,
  ],
  reduce: (callable: number[], args: number[]): number[] => [...callable, ...args, 0x52],
  /** A tensor as torch.save writes it. */
  tensor: (
    storageType: string,
    key: string,
    elements: number,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ): number[] =>
    op.reduce(
      op.global('torch._utils', '_rebuild_tensor_v2'),
      op.tuple(
        [
          ...op.tuple(
            op.text('storage'),
            op.global('torch', storageType),
            op.text(key),
            op.text('cpu'),
            op.int(elements),
          ),
          0x51,
        ],
        op.int(offset),
        op.tuple(...shape.map(op.int)),
        op.tuple(...strides.map(op.int)),
        [0x89],
        op.reduce(op.global('collections', 'OrderedDict'), [0x29]),
      ),
    ),
};

export function pickleFile(value: readonly number[]): Uint8Array {
  return Uint8Array.from([0x80, 2, ...value, 0x2e]);
}

export function torchFile(
  value: readonly number[],
  storages: Readonly<Record<string, Uint8Array>>,
  extra: Readonly<Record<string, Uint8Array>> = {},
): Uint8Array {
  const files: Record<string, Uint8Array> = { 'model/data.pkl': pickleFile(value) };
  for (const [key, data] of Object.entries(storages)) files[`model/data/${key}`] = data;
  return zipFile({ ...files, ...extra });
}

/** The stream that PyTorch wrote before 1.6; `head` is what goes before the magic number. */
export function torchStream(
  object: readonly number[],
  storages: Readonly<Record<string, { readonly count: number; readonly data: Uint8Array }>>,
  head: readonly number[] = [0x80, 2],
): Uint8Array {
  const magic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  return concat(
    [...head, ...magic, 0x2e],
    pickleFile(op.int(1001)),
    pickleFile(op.dict(['little_endian', [0x88]])),
    pickleFile(object),
    pickleFile(op.list(...Object.keys(storages).map(op.text))),
    ...Object.values(storages).flatMap(({ count, data }) => [packed([count], 'int64'), data]),
  );
}
