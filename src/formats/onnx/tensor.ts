import { InputError } from '../../core/errors';
import type { DType, TensorHandle } from '../../core/tensor';
import { elementCount } from '../../core/tensor';
import { fileBytes } from '../bytes';
import { bfloat16, ElementSink, float16, itemSize } from '../dtype';
import { limits } from '../limits';
import { packedReader, refuseLarge } from '../packed';
import { varint, type Field, type ProtoReader } from './protobuf';
import type { Source } from '../source';

/** `TensorProto.DataType` of onnx.proto. */
const types: Readonly<Record<number, DType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};
const otherTypes: Readonly<Record<number, string>> = {
  8: 'text',
  14: 'complex numbers',
  15: 'complex numbers',
};

/** Where elements stand when they are not in `raw_data`, by the field's number. */
const typed = { floats: 4, int32s: 5, int64s: 7, doubles: 10, uint64s: 11 } as const;

const fieldOf: Readonly<Record<DType, number>> = {
  float32: typed.floats,
  float64: typed.doubles,
  int64: typed.int64s,
  uint64: typed.uint64s,
  uint32: typed.uint64s,
  int32: typed.int32s,
  int16: typed.int32s,
  int8: typed.int32s,
  uint16: typed.int32s,
  uint8: typed.int32s,
  bool: typed.int32s,
  float16: typed.int32s,
  bfloat16: typed.int32s,
};

const AGAIN = 'The file is damaged; export it again.';

interface Run {
  readonly start: number;
  readonly end: number;
}

/** A tensor that cannot be used, and why. */
export interface Unusable {
  readonly name: string;
  readonly unusable: string;
}

/** Reads a `TensorProto`: its name and shape now, its values when asked for. Throws InputError when it is damaged. */
export async function readTensor(
  reader: ProtoReader,
  source: Source,
  message: Run,
  fallbackName: string,
): Promise<TensorHandle | Unusable> {
  const shape: number[] = [];
  let type = 0;
  let name = '';
  let raw: Run | null = null;
  let external = '';
  let elsewhere = false;
  const runs = new Map<number, Run[]>();
  for await (const field of reader.fields(message.start, message.end))
    switch (field.number) {
      case 1:
        shape.push(...(await reader.integers(field, limits.rank + 1)));
        break;
      case 2:
        type = field.value;
        break;
      case 8:
        name = await reader.text(field);
        break;
      case 9:
        raw = field;
        break;
      case 13:
        external ||= await location(reader, field);
        break;
      case 14:
        elsewhere = field.value === 1;
        break;
      default:
        runs.set(field.number, [...(runs.get(field.number) ?? []), field]);
    }
  name ||= fallbackName;
  if (elsewhere || external !== '')
    return {
      name,
      unusable: `its values lie in another file${external ? `, ${JSON.stringify(external)}` : ''}`,
    };
  const dtype = types[type];
  if (!dtype)
    return { name, unusable: `its elements are ${otherTypes[type] ?? `of the unknown type ${type}`}` };
  checkShape(shape, name);
  if (raw) return { name, dtype, shape, ...rawValues(source, raw, dtype, shape, name) };
  return {
    name,
    dtype,
    shape,
    load: typedValues(source, runs.get(fieldOf[dtype]) ?? [], dtype, shape, name),
  };
}

/** Key "location" of the entries that say where external data lies. */
async function location(reader: ProtoReader, entry: Field): Promise<string> {
  let key = '';
  let value = '';
  for await (const field of reader.fields(entry.start, entry.end))
    if (field.number === 1) key = await reader.text(field);
    else if (field.number === 2) value = await reader.text(field);
  return key === 'location' ? value : '';
}

function checkShape(shape: readonly number[], name: string): void {
  const count = elementCount(shape);
  if (
    shape.length > limits.rank ||
    !shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) ||
    !Number.isSafeInteger(count)
  )
    throw new InputError(`the shape [${shape.join(', ')}] is impossible`, name, AGAIN);
}

type Load = TensorHandle['load'];

function tooFew(count: number, found: number, name: string): InputError {
  return new InputError(`the shape asks for ${count} elements, ${found} are there`, name, AGAIN);
}

function rawValues(
  source: Source,
  { start, end }: Run,
  dtype: DType,
  shape: readonly number[],
  name: string,
): ReturnType<typeof packedReader> {
  const count = elementCount(shape);
  const length = end - start;
  if (length !== count * itemSize[dtype]) throw tooFew(count, length / itemSize[dtype], name);
  return packedReader({
    bytes: fileBytes(source, start, length, name),
    offset: 0,
    dtype,
    littleEndian: true,
    shape,
  });
}

function typedValues(
  source: Source,
  runs: readonly Run[],
  dtype: DType,
  shape: readonly number[],
  name: string,
): Load {
  const count = elementCount(shape);
  const length = runs.reduce((total, { start, end }) => total + end - start, 0);
  if (dtype === 'float32' || dtype === 'float64') {
    if (length !== count * itemSize[dtype]) throw tooFew(count, length / itemSize[dtype], name);
    return async () => {
      refuseLarge(shape);
      const values = new Float64Array(count);
      const sink = new ElementSink(dtype, true, values);
      for (const { start, end } of runs)
        await fileBytes(source, start, end - start, name).stream(0, end - start, (piece) => {
          sink.push(piece);
        });
      return values;
    };
  }
  // A varint takes a byte at least.
  if (length < count) throw tooFew(count, length, name);
  return async () => {
    refuseLarge(shape);
    const values = new Float64Array(count);
    let found = 0;
    let rest: Uint8Array = new Uint8Array(0);
    const decode = (bytes: Uint8Array, last: boolean): void => {
      let at = 0;
      for (; at < bytes.length;) {
        const number = varint(bytes, at);
        if (!number) {
          if (last || bytes.length - at >= 10) throw new InputError('a number does not end', name, AGAIN);
          break;
        }
        if (found < count) values[found] = valueOf(number.value, dtype);
        found++;
        at += number.length;
      }
      rest = bytes.slice(at);
    };
    for (const { start, end } of runs) {
      await fileBytes(source, start, end - start, name).stream(0, end - start, (piece) => {
        decode(rest.length === 0 ? piece : joined(rest, piece), false);
      });
      decode(rest, true);
    }
    if (found !== count) throw tooFew(count, found, name);
    return values;
  };
}

/** A number as it stands in a typed field: 16-bit floats as their bits. */
function valueOf(bits: bigint, dtype: DType): number {
  if (dtype === 'float16') return float16(Number(bits & 0xffffn));
  if (dtype === 'bfloat16') return bfloat16(Number(bits & 0xffffn));
  if (dtype === 'bool') return bits === 0n ? 0 : 1;
  return Number(dtype.startsWith('u') ? bits : BigInt.asIntN(64, bits));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
