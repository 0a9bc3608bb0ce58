import type { DType, TensorHandle } from '../core/tensor';
import { elementCount } from '../core/tensor';
import { viewOf, type Bytes } from './bytes';
import { elementAt, itemSize } from './dtype';
import { limits } from './limits';
import { packedReader } from './packed';

/** A view of a run of elements, as PyTorch and NumPy keep tensors. Offset, shape and strides count elements. */
export interface Strided {
  readonly dtype: DType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Why a view cannot be read from `size` bytes, or null if it can. */
export function flaw(view: Strided, size: number): string | null {
  const { dtype, shape, strides, offset } = view;
  const count = elementCount(shape);
  if (count === 0) return null;
  const contiguous = isContiguous(shape, strides);
  if (!contiguous && count > limits.elements)
    return `its shape (${shape.join(', ')}) has more than the ${limits.elements} elements that are read`;
  const end = (offset + reach(shape, strides) + 1) * itemSize[dtype];
  if (!(end <= size))
    return `its shape (${shape.join(', ')}) with strides (${strides.join(', ')}) reaches past its storage of ${size} bytes`;
  if (!contiguous && end - offset * itemSize[dtype] > limits.stridedSpan)
    return `it is scattered over more than ${limits.stridedSpan} bytes; make it contiguous before saving`;
  return null;
}

/** The tensor that a view without flaw shows of `bytes`; values are read when asked for. */
export function stridedTensor(
  view: Strided,
  bytes: Bytes,
  littleEndian: boolean,
): Omit<TensorHandle, 'name'> {
  const { dtype, shape, strides, offset } = view;
  const size = itemSize[dtype];
  const count = elementCount(shape);
  if (count === 0) return { dtype, shape, load: async () => new Float64Array(0) };
  if (isContiguous(shape, strides))
    return { dtype, shape, ...packedReader({ bytes, offset: offset * size, dtype, littleEndian, shape }) };
  return {
    dtype,
    shape,
    load: async () => {
      const values = new Float64Array(count);
      const span = viewOf(await bytes.read(offset * size, (reach(shape, strides) + 1) * size));
      const index = shape.map(() => 0);
      let at = 0;
      for (let i = 0; i < count; i++) {
        values[i] = elementAt(span, dtype, littleEndian, at);
        for (let d = shape.length - 1; d >= 0; d--) {
          at += strides[d]!;
          if (++index[d]! < shape[d]!) break;
          at -= strides[d]! * shape[d]!;
          index[d] = 0;
        }
      }
      return values;
    },
  };
}

/** Strides of a packed array whose axes run in this order, the slowest first. */
export function packedStrides(shape: readonly number[], order: readonly number[]): number[] {
  const strides = shape.map(() => 0);
  let step = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    strides[order[i]!] = step;
    step *= shape[order[i]!]!;
  }
  return strides;
}

/** Elements between the first and the last one of a strided view. */
function reach(shape: readonly number[], strides: readonly number[]): number {
  return shape.reduce((sum, extent, d) => sum + (extent - 1) * strides[d]!, 0);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== expected) return false;
    expected *= shape[d]!;
  }
  return true;
}
