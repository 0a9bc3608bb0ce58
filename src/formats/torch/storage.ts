import type { DType } from '../../core/tensor';
import { itemSize } from '../dtype';
import { globalName, isNode, type PickleValue } from '../pickle/pickle';

/** A reference to a storage: ('storage', type, key, device, number of elements[, view of it]). */
export interface StorageId {
  readonly key: string;
  /** Name of the class: `FloatStorage`. */
  readonly type: string;
  readonly count: number;
  /** Element of the storage at which the view of it starts that is meant. */
  readonly start: number;
}

const types: Readonly<Record<string, DType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

/** Bytes of one element of the storages whose tensors are not read. */
const foreignSizes: Readonly<Record<string, number>> = {
  UntypedStorage: 1,
  ComplexFloatStorage: 8,
  ComplexDoubleStorage: 16,
  QInt8Storage: 1,
  QUInt8Storage: 1,
  QInt32Storage: 4,
  QUInt4x2Storage: 1,
  QUInt2x4Storage: 1,
};

/** The storage to which a persistent reference points, or null if it is none. */
export function storageId(value: PickleValue | undefined): StorageId | null {
  if (!isNode(value) || value.kind !== 'persistent' || !isNode(value.id) || value.id.kind !== 'tuple')
    return null;
  const [tag, type, key, , count, view] = value.id.items;
  if (tag !== 'storage' || typeof key !== 'string' || !isCount(count)) return null;
  const name = globalName(type).split('.').at(-1) ?? '';
  const start = isNode(view) && view.kind === 'tuple' ? view.items[1] : 0;
  return isCount(start) ? { key, type: name, count, start } : null;
}

/** The element type of a storage by the name of its class, or null if it is not read. */
export function storageType(type: string): DType | null {
  return Object.hasOwn(types, type) ? types[type]! : null;
}

/** Bytes of one element of a storage by the name of its class, or null if it is not known. */
export function storageItemSize(type: string): number | null {
  const dtype = storageType(type);
  if (dtype) return itemSize[dtype];
  return Object.hasOwn(foreignSizes, type) ? foreignSizes[type]! : null;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
