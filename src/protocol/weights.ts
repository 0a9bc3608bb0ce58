import type { Recognised, Refused, Unrecognised, Ambiguous } from '../core/models/types';
import type { Scalar, TensorInfo } from '../core/tensor';

/** What the model of a file is taken for, or why it is not known. */
export type ModelVerdict = Recognised | Ambiguous | Unrecognised | Refused;

/** A weight file by its headers alone: nothing of it was read but its structure. */
export interface Inspection {
  readonly file: string;
  readonly format: string;
  readonly bytes: number;
  /** Epochs of the sets of weights in the file; one, often null, in most files. */
  readonly epochs: readonly (number | null)[];
  /** Which of them is described. */
  readonly entry: number;
  readonly tensors: readonly TensorInfo[];
  readonly scalars: readonly Scalar[];
  readonly model: ModelVerdict;
  /** What a mapping by hand can choose from, whatever the verdict. Empty in the webview, which does not ask for it. */
  readonly mappable: Unrecognised['mappable'];
  readonly warnings: readonly string[];
}

/** A number as it survives JSON: NaN and infinities are written as text; `Number(..)` gives it back. */
export type Encoded = number | 'NaN' | 'Infinity' | '-Infinity';

export function encode(value: number): Encoded {
  return Number.isFinite(value) ? value : (String(value) as Encoded);
}

/** A tensor in one line of the tree. */
export type TensorSummary =
  | {
      readonly index: number;
      readonly state: 'read';
      /** Over the finite elements; null where there are none. */
      readonly min: number | null;
      readonly mean: number | null;
      readonly max: number | null;
      readonly notFinite: number;
      /** Heights of a small histogram, 0 to 1. */
      readonly spark: readonly number[];
    }
  /** So large that it is read only when it is selected. */
  | { readonly index: number; readonly state: 'large' }
  | { readonly index: number; readonly state: 'unreadable'; readonly reason: string };

export interface TensorDetail {
  readonly index: number;
  readonly elements: number;
  readonly nan: number;
  readonly positiveInfinite: number;
  readonly negativeInfinite: number;
  /** Row-major position of the first element that is not finite; null if all are. */
  readonly firstNotFinite: number | null;
  readonly zeros: number;
  /** Over the finite elements, in float64; null where there are none, or where the sum overflows. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Of the population. */
  readonly std: number | null;
  /** Sum of moduli, Euclidean (Frobenius) norm, largest modulus. */
  readonly norm1: number | null;
  readonly norm2: number | null;
  readonly normMax: number | null;
  readonly histogram: { readonly lo: number; readonly hi: number; readonly counts: readonly number[] };
}

/** Of a square matrix. */
export interface MatrixProperties {
  readonly index: number;
  readonly spectralRadius: number;
  /** Largest singular value. */
  readonly spectralNorm: number;
  readonly rank: number;
  /** Null when the matrix is singular to working precision. */
  readonly condition: number | null;
}

/** Part of one matrix of a tensor. A tensor of more than two dimensions is a stack of matrices. */
export interface WindowRequest {
  readonly index: number;
  /** Which matrix of the stack. */
  readonly slice: number;
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  /** Cells that can be drawn. */
  readonly maxRows: number;
  readonly maxColumns: number;
}

export interface TensorWindow {
  readonly index: number;
  readonly slice: number;
  /** Whole numbers: the first row and the one after the last. */
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  /** Entries behind one cell, down and across. */
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Row-major; of each block the entry of largest modulus, or one that is not finite. */
  readonly cells: readonly Encoded[];
  /** True when not every entry was read: large blocks are represented by some of theirs. */
  readonly sampled: boolean;
}

export type TensorFileFormat = 'npy' | 'csv';

/** How a tensor is shown as matrices: vectors as one row, more than two dimensions as a stack. */
export function matrixShape(shape: readonly number[]): { rows: number; columns: number; slices: number } {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.length < 2 ? 1 : shape.at(-2)!;
  const slices = shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
  return { rows, columns, slices };
}

/** Largest square matrix whose eigenvalues are computed unasked, and when asked. */
export const SPECTRUM_SIZE = { unasked: 256, asked: 1024 } as const;

/** What the jobs on a file need to find it again: the thread keeps it open under this name. */
export interface InSession {
  readonly session: string;
}
