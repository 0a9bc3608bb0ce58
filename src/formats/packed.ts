import { InputError } from '../core/errors';
import { elementCount, type DType, type TensorHandle } from '../core/tensor';
import type { Bytes } from './bytes';
import { elementAt, ElementSink, itemSize } from './dtype';
import { viewOf } from './bytes';
import { limits } from './limits';

/** Elements that lie end to end in row-major order. */
export interface PackedRun {
  readonly bytes: Bytes;
  /** Of the first element in `bytes`. */
  readonly offset: number;
  readonly dtype: DType;
  readonly littleEndian: boolean;
  readonly shape: readonly number[];
}

/** Reads such elements: all at once within the limits, or any range of them in pieces. */
export function packedReader(run: PackedRun): Required<Pick<TensorHandle, 'load' | 'stream'>> {
  const { bytes, offset, dtype, littleEndian, shape } = run;
  const size = itemSize[dtype];
  const total = elementCount(shape);
  return {
    load: async () => {
      refuseLarge(shape);
      const values = new Float64Array(total);
      const sink = new ElementSink(dtype, littleEndian, values);
      await bytes.stream(offset, total * size, (piece) => {
        sink.push(piece);
      });
      return values;
    },
    stream: async (start, count, receive) => {
      if (start < 0 || count < 0 || start + count > total)
        throw new RangeError(`elements ${start} to ${start + count} of ${total}`);
      let left: Uint8Array = new Uint8Array(0);
      await bytes.stream(offset + start * size, count * size, (piece) => {
        const all = left.length === 0 ? piece : joined(left, piece);
        const whole = Math.floor(all.length / size);
        left = all.slice(whole * size);
        if (whole === 0) return;
        const view = viewOf(all);
        const values = new Float64Array(whole);
        for (let i = 0; i < whole; i++) values[i] = elementAt(view, dtype, littleEndian, i);
        receive(values);
      });
    },
  };
}

/** Throws InputError for a tensor that is larger than what is read at once. */
export function refuseLarge(shape: readonly number[]): void {
  const count = elementCount(shape);
  if (count > limits.elements)
    throw new InputError(
      `it has ${count} elements, more than the ${limits.elements} that are read at once`,
      '',
      'Save the parameters of the recurrent network alone.',
    );
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
