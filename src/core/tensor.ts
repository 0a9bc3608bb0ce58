/** Element types as files store them; values are always handed on as float64. */
export type DType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

/** What is known of a tensor before its values are read. */
export interface TensorInfo {
  /** The file's own name, nested ones joined with dots: `model_state_dict.rnn.weight_hh_l0`. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A tensor whose values are read only when asked for. */
export interface TensorHandle extends TensorInfo {
  /** All elements, row-major whatever the file's layout, as float64. Throws InputError if they cannot be read. */
  load(): Promise<Float64Array>;
  /**
   * Elements `start` .. `start + count` in row-major order, handed on in pieces, so that a tensor too large to load
   * can be looked at. Absent where the file gives a tensor only as a whole. Throws InputError, and whatever `receive`
   * throws.
   */
  stream?(start: number, count: number, receive: (values: Float64Array) => void): Promise<void>;
}

/** A tensor in memory, row-major. */
export interface Tensor extends TensorInfo {
  readonly data: Float64Array;
}

/** A loose value found beside the tensors: `P: 2`, `model: "PLRNN"`, `epoch: 12`, `variant.leak: 0.1`. */
export interface Scalar {
  readonly name: string;
  readonly value: number | string | boolean;
}

export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const extent of shape) count *= extent;
  return count;
}
