import { InputError } from '../../core/errors';
import type { DType, Scalar } from '../../core/tensor';
import { viewOf } from '../bytes';
import { elementAt, itemSize } from '../dtype';
import { limits } from '../limits';
import { elementType } from '../numpy/npyHeader';
import { globalName, isNode, type PickleCall, type PickleValue } from './pickle';
import type { PickledBytes } from './pickledBytes';
import { packedStrides } from '../strided';
import { unusable, wholeNumbers, type TensorRecord } from '../tensorRecord';

/** NumPy arrays and scalars in pickles, as `ndarray.__reduce__` and `__reduce_ex__` write them in NumPy 1 and 2. */

const RECONSTRUCT = /^numpy\.(?:_?core\.multiarray|ma\.core)\._(?:ma)?reconstruct$/;
const FROM_BUFFER = /^numpy\._?core\.numeric\._frombuffer$/;
const SCALAR = /^numpy\._?core\.multiarray\.scalar$/;
/** JAX arrays are pickled as the NumPy array that holds their values, with its function named as an argument. */
const JAX = /^jax\._src\.(?:array\._reconstruct_array|device_array\.reconstruct_device_array)$/;

/** The array for which a node stands, the reason why it cannot be used, or null if it is none. */
export function numpyArray(call: PickleCall, bytes: PickledBytes): TensorRecord | InputError | null {
  const name = globalName(call.callable);
  if (FROM_BUFFER.test(name)) return fromBuffer(call, bytes);
  if (JAX.test(name)) {
    const state = call.args[2];
    return RECONSTRUCT.test(globalName(call.args[0])) ? reconstructed(state, bytes) : null;
  }
  if (!RECONSTRUCT.test(name)) return null;
  if (name.startsWith('numpy.ma.')) return unusable('it is a masked array; save its values and its mask');
  return reconstructed(call.state, bytes);
}

/** The elements of an array of Python objects, or null. An array without dimensions has one element. */
export function objectArray(call: PickleCall): readonly PickleValue[] | null {
  if (!RECONSTRUCT.test(globalName(call.callable))) return null;
  const data = isNode(call.state) && call.state.kind === 'tuple' ? call.state.items[4] : undefined;
  return isNode(data) && data.kind === 'list' ? data.items : null;
}

/** The value of a pickled `numpy.float64(..)` and the like, or null. */
export function numpyScalar(call: PickleCall, bytes: PickledBytes): Scalar['value'] | null {
  if (!SCALAR.test(globalName(call.callable))) return null;
  const type = typeOf(call.args[0]);
  const data = bytes.of(call.args[1]);
  if (!data || type instanceof InputError || data.length !== itemSize[type.dtype]) return null;
  const value = elementAt(viewOf(data), type.dtype, type.littleEndian, 0);
  return type.dtype === 'bool' ? value !== 0 : value;
}

/** State of an array: (version, shape, dtype, whether in Fortran order, bytes or list of objects). */
function reconstructed(
  state: PickleValue | undefined,
  bytes: PickledBytes,
): TensorRecord | InputError | null {
  if (!isNode(state) || state.kind !== 'tuple' || state.items.length !== 5)
    return unusable('it is a NumPy array without contents');
  const [, shape, type, fortran, data] = state.items;
  if (isNode(data) && data.kind === 'list') return null;
  return record(shape, type, data, bytes, (axes) => (fortran === true ? axes.reverse() : axes));
}

/** `_frombuffer(bytes, dtype, shape, order[, axes in the order of the bytes])`, protocol 5. */
function fromBuffer(call: PickleCall, bytes: PickledBytes): TensorRecord | InputError {
  const [data, type, shape, order, axisOrder] = call.args;
  if (order !== 'K' || axisOrder === undefined || axisOrder === null)
    return record(shape, type, data, bytes, (axes) => (order === 'F' ? axes.reverse() : axes));
  const permutation = wholeNumbers(axisOrder);
  const stored = wholeNumbers(shape);
  if (
    !permutation ||
    permutation.length !== stored?.length ||
    [...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i)
  )
    return unusable('the order of its axes is impossible');
  const packed = record(shape, type, data, bytes, (axes) => axes);
  if (packed instanceof InputError) return packed;
  return {
    ...packed,
    shape: permutation.map((axis) => packed.shape[axis]!),
    strides: permutation.map((axis) => packed.strides[axis]!),
  };
}

function record(
  shape: PickleValue | undefined,
  type: PickleValue | undefined,
  data: PickleValue | undefined,
  bytes: PickledBytes,
  order: (axes: number[]) => number[],
): TensorRecord | InputError {
  const extents = wholeNumbers(shape);
  if (!extents || extents.length > limits.rank) return unusable('its shape is impossible');
  const element = typeOf(type);
  if (element instanceof InputError) return element;
  const raw = bytes.of(data);
  if (!raw) return unusable('it is a NumPy array without contents');
  const needed = extents.reduce((count, extent) => count * extent, itemSize[element.dtype]);
  if (needed !== raw.length)
    return unusable(`its shape (${extents.join(', ')}) needs ${needed} bytes and it has ${raw.length}`);
  return {
    dtype: element.dtype,
    offset: 0,
    shape: extents,
    strides: packedStrides(extents, order([...extents.keys()])),
    elements: { in: 'pickle', bytes: raw, littleEndian: element.littleEndian },
  };
}

/** `dtype('f8', False, True)` with the state (version, byte order, ..). */
function typeOf(value: PickleValue | undefined): { dtype: DType; littleEndian: boolean } | InputError {
  if (!isNode(value) || value.kind !== 'call' || globalName(value.callable) !== 'numpy.dtype')
    return unusable('its element type is not described as NumPy does');
  const [descr] = value.args;
  const order = isNode(value.state) && value.state.kind === 'tuple' ? value.state.items[1] : '=';
  if (typeof descr !== 'string' || descr.length > 64)
    return unusable('its element type is not described as NumPy does');
  try {
    return elementType(`${order === '>' || order === '<' ? order : '='}${descr.replace(/^[<>=|]/, '')}`, '');
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}
