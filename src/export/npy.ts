import type { DType, Tensor } from '../core/tensor';

const MOST_EXACT = 2 ** 53;

interface Kind {
  readonly descr: string;
  readonly size: number;
  set(view: DataView, at: number, value: number): void;
}

const float64: Kind = { descr: '<f8', size: 8, set: (view, at, v) => view.setFloat64(at, v, true) };
const float32: Kind = { descr: '<f4', size: 4, set: (view, at, v) => view.setFloat32(at, v, true) };
const kinds: Readonly<Record<DType, Kind>> = {
  float64,
  float32,
  float16: { descr: '<f2', size: 2, set: (view, at, v) => view.setUint16(at, float16Bits(v), true) },
  // NumPy has no bfloat16; every one of them is a float32.
  bfloat16: float32,
  int64: { descr: '<i8', size: 8, set: (view, at, v) => view.setBigInt64(at, BigInt(v), true) },
  uint64: { descr: '<u8', size: 8, set: (view, at, v) => view.setBigUint64(at, BigInt(v), true) },
  int32: { descr: '<i4', size: 4, set: (view, at, v) => view.setInt32(at, v, true) },
  uint32: { descr: '<u4', size: 4, set: (view, at, v) => view.setUint32(at, v, true) },
  int16: { descr: '<i2', size: 2, set: (view, at, v) => view.setInt16(at, v, true) },
  uint16: { descr: '<u2', size: 2, set: (view, at, v) => view.setUint16(at, v, true) },
  int8: { descr: '|i1', size: 1, set: (view, at, v) => view.setInt8(at, v) },
  uint8: { descr: '|u1', size: 1, set: (view, at, v) => view.setUint8(at, v) },
  bool: { descr: '|b1', size: 1, set: (view, at, v) => view.setUint8(at, v === 0 ? 0 : 1) },
};

/**
 * A tensor as a NumPy .npy file, version 1.0, row-major, little-endian, in its own element type. Where that type
 * cannot hold the values as they were read (64-bit integers beyond 2^53) they are written as float64.
 */
export function tensorToNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const { shape, data } = tensor;
  const kind = kindOf(tensor);
  const extents = shape.length === 1 ? `${String(shape[0])},` : shape.join(', ');
  const dictionary = `{'descr': '${kind.descr}', 'fortran_order': False, 'shape': (${extents}), }`;
  const dataOffset = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(dataOffset + data.length * kind.size);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  view.setUint16(8, dataOffset - 10, true);
  const header = `${dictionary.padEnd(dataOffset - 11)}\n`;
  for (let i = 0; i < header.length; i++) bytes[10 + i] = header.charCodeAt(i);
  for (let i = 0; i < data.length; i++) kind.set(view, dataOffset + i * kind.size, data[i]!);
  return bytes;
}

function kindOf({ dtype, data }: Tensor): Kind {
  const wide = dtype === 'int64' || dtype === 'uint64';
  return wide && data.some((value) => Math.abs(value) > MOST_EXACT) ? float64 : kinds[dtype];
}

const single = new DataView(new ArrayBuffer(4));

/** Bits of a value that was read from binary16, so that nothing has to be rounded. */
function float16Bits(value: number): number {
  single.setFloat32(0, value);
  const bits = single.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  if (exponent >= 113) return sign | ((exponent - 112) << 10) | (fraction >>> 13);
  return sign | Math.round(Math.abs(value) * 2 ** 24);
}
