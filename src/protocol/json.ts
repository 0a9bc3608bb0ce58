import type { ModelOptions } from '../core/models/types';
import type { ModelKind } from '../core/report/types';
import type { PositionRange, Position, TextChange } from '../formats/json/textMirror';
import type { FileRef } from './job';

export type { PositionRange, TextChange } from '../formats/json/textMirror';

/** Statistics over the finite elements of a tensor or a part of it; null where there are none. */
export interface TensorFacts {
  readonly count: number;
  readonly nan: number;
  readonly infinite: number;
  readonly zeros: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Of the population. */
  readonly std: number | null;
  /** Frobenius norm. */
  readonly norm: number | null;
  /** Bins of equal width from `min` to `max`; null where all elements are equal. */
  readonly histogram: readonly number[] | null;
}

/** What the singular values and eigenvalues of a matrix say. */
export interface SpectralFacts {
  /** Largest singular value. */
  readonly spectralNorm: number;
  /** Number of singular values above max(rows, columns) x machine epsilon x the largest one. */
  readonly rank: number;
  /** Largest by smallest singular value; null when singular. */
  readonly condition: number | null;
  /** Largest modulus of an eigenvalue; null for matrices that are not square. */
  readonly spectralRadius: number | null;
}

export interface Entry {
  readonly index: readonly number[];
  readonly value: number;
}

/** A tensor, or a part of it such as the row `W[3]`. */
export interface TensorHover {
  readonly kind: 'tensor';
  /** `W`, `state_dict.W`, `W[3]` */
  readonly name: string;
  readonly shape: readonly number[];
  /** The parameter it is in the model's equation, where it is one. */
  readonly parameter: string | null;
  readonly facts: TensorFacts;
  /** 'busy' while they are being computed; a string says why there are none; null where there can be none. */
  readonly spectral: SpectralFacts | 'busy' | 'too large' | 'failed' | null;
  /** Of a vector: its largest entries by modulus. */
  readonly largest: readonly Entry[];
}

export interface ElementHover {
  readonly kind: 'element';
  readonly name: string;
  readonly value: number;
  /** (value - mean) / std over the tensor; null where it has no meaning. */
  readonly z: number | null;
  /** 1 for the largest value, over the finite elements; null for a value that is not finite. */
  readonly rank: number | null;
  /** 1 for the largest modulus. */
  readonly modulusRank: number | null;
  readonly count: number;
  /** `W[3]` and its Euclidean norm, of matrices. */
  readonly row: { readonly name: string; readonly norm: number | null } | null;
  readonly column: { readonly name: string; readonly norm: number | null } | null;
}

/** What a set of weights is taken for. */
export type JsonModel =
  | {
      readonly status: 'recognised';
      readonly kind: ModelKind;
      readonly stateDim: number;
      readonly reluUnits: number;
      readonly inputDim: number;
      readonly equation: string;
      readonly assumptions: readonly string[];
    }
  /** A question, a refusal, or what does not fit; in full sentences. */
  | { readonly status: 'ambiguous' | 'refused' | 'unrecognised'; readonly text: string };

export interface ModelHover {
  readonly kind: 'model';
  readonly model: JsonModel;
  readonly tensors: number;
  readonly parameters: number;
  /** Sets of weights in the file; more than one in a series. */
  readonly entries: number;
}

export interface JsonHover {
  readonly range: PositionRange;
  /** The first characters of the text in the range, to tell whether both sides see the same document. */
  readonly token: string;
  readonly content: TensorHover | ElementHover | ModelHover;
}

export interface OutlineTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly range: PositionRange;
  readonly selection: PositionRange;
}

/** The models of a document and their tensors, in order of the text. */
export interface JsonOutline {
  readonly models: readonly {
    readonly name: string;
    readonly model: JsonModel;
    readonly range: PositionRange;
    /** The object's key or opening brace. */
    readonly selection: PositionRange;
    /** Where its kind is written, as in `"model": "PLRNN"`. */
    readonly kindKey: PositionRange | null;
    readonly tensors: readonly OutlineTensor[];
  }[];
  /** Arrays of numbers outside the models. */
  readonly others: readonly OutlineTensor[];
  readonly entries: number;
}

/** The document's name across the jobs: its URI. */
interface Of {
  readonly document: string;
}

/** Jobs about JSON documents; each document's are done in the order in which they were sent. */
export interface JsonJobs {
  /** Takes up a document: from its file, or from the pieces of text that were sent before. */
  jsonOpen: {
    request: Of & {
      /** File name without folders. */
      readonly name: string;
      readonly from: 'file' | 'pieces';
      /** The file, for its text or for what stands beside it; null when there is none. */
      readonly file: FileRef | null;
      readonly options: ModelOptions;
    };
    event: never;
    result: { readonly lines: number };
  };
  /** A piece of the text of a document that is about to be opened; `first` drops earlier ones. */
  jsonPiece: { request: Of & { readonly first: boolean; readonly text: string }; event: never; result: null };
  jsonEdit: {
    request: Of & { readonly changes: readonly TextChange[] };
    event: never;
    result: { readonly lines: number };
  };
  jsonHover: { request: Of & { readonly position: Position }; event: never; result: JsonHover | null };
  jsonOutline: { request: Of; event: never; result: JsonOutline | null };
  jsonClose: { request: Of; event: never; result: null };
}
