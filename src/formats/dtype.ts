import type { DType } from '../core/tensor';
import { viewOf } from './bytes';

/** Bytes of one element. */
export const itemSize: Readonly<Record<DType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

const exponent = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16 to a double, exactly; subnormals, infinities and NaN included. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const power = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (power === 31) return fraction ? NaN : sign * Infinity;
  return sign * (power === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (power - 25));
}

/** bfloat16 is the upper half of a binary32. */
export function bfloat16(bits: number): number {
  exponent.setUint32(0, bits * 65536);
  return exponent.getFloat32(0);
}

type Decode = (view: DataView, at: number, littleEndian: boolean) => number;

const decoders: Readonly<Record<DType, Decode>> = {
  float64: (view, at, little) => view.getFloat64(at, little),
  float32: (view, at, little) => view.getFloat32(at, little),
  float16: (view, at, little) => float16(view.getUint16(at, little)),
  bfloat16: (view, at, little) => bfloat16(view.getUint16(at, little)),
  int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  int32: (view, at, little) => view.getInt32(at, little),
  int16: (view, at, little) => view.getInt16(at, little),
  int8: (view, at) => view.getInt8(at),
  uint64: (view, at, little) => Number(view.getBigUint64(at, little)),
  uint32: (view, at, little) => view.getUint32(at, little),
  uint16: (view, at, little) => view.getUint16(at, little),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
};

/** The element at index `i` of a packed run of bytes. */
export function elementAt(view: DataView, dtype: DType, littleEndian: boolean, i: number): number {
  return decoders[dtype](view, i * itemSize[dtype], littleEndian);
}

/**
 * Turns pieces of a packed run of elements into row-major float64, element by element as they come.
 * `columnMajor` gives the shape of a tensor whose first index runs fastest in the bytes.
 */
export class ElementSink {
  private readonly left = new Uint8Array(8);
  private leftCount = 0;
  private done = 0;
  private readonly index: number[] = [];
  private readonly strides: number[] = [];
  private target = 0;

  constructor(
    private readonly dtype: DType,
    private readonly littleEndian: boolean,
    private readonly out: Float64Array,
    private readonly columnMajor: readonly number[] = [],
  ) {
    let stride = 1;
    for (let d = columnMajor.length - 1; d >= 0; d--) {
      this.strides[d] = stride;
      this.index[d] = 0;
      stride *= columnMajor[d]!;
    }
  }

  push(piece: Uint8Array): void {
    const size = itemSize[this.dtype];
    let from = 0;
    if (this.leftCount > 0) {
      while (this.leftCount < size && from < piece.length) this.left[this.leftCount++] = piece[from++]!;
      if (this.leftCount < size) return;
      this.decode(this.left.subarray(0, size), 1);
      this.leftCount = 0;
    }
    const whole = Math.floor((piece.length - from) / size);
    this.decode(piece.subarray(from, from + whole * size), whole);
    for (let i = from + whole * size; i < piece.length; i++) this.left[this.leftCount++] = piece[i]!;
  }

  private decode(bytes: Uint8Array, count: number): void {
    const view = viewOf(bytes);
    const decode = decoders[this.dtype];
    const size = itemSize[this.dtype];
    if (this.columnMajor.length < 2) {
      for (let i = 0; i < count; i++) this.out[this.done++] = decode(view, i * size, this.littleEndian);
      return;
    }
    for (let i = 0; i < count; i++) {
      this.out[this.target] = decode(view, i * size, this.littleEndian);
      for (let d = 0; d < this.index.length; d++) {
        this.target += this.strides[d]!;
        if (++this.index[d]! < this.columnMajor[d]!) break;
        this.target -= this.strides[d]! * this.columnMajor[d]!;
        this.index[d] = 0;
      }
    }
  }
}
