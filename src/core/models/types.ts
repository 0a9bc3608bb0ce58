import type { CanonicalMap } from '../map/canonical';
import type { Scalar, Tensor, TensorInfo } from '../tensor';
import type { ModelKind, Variant } from '../report/types';

/** What the user (or the folder's remembered answer, or `--model/--set/--map/--input`) says about a file. */
export interface ModelOptions {
  readonly kind?: ModelKind;
  /** P, leak, negativeSlope, clipped, meanCentred, thresholds .. as in `--set`. */
  readonly set?: Readonly<Record<string, number | string | boolean>>;
  /** Canonical parameter name (A, W, h, W1, ..) -> tensor name in the file. */
  readonly map?: Readonly<Record<string, string>>;
  /** Constant external input s. Default: zeros. */
  readonly input?: readonly number[];
  /** Which entry of a series; default the last. */
  readonly epoch?: number;
}

/** Facts from beside the tensors: sidecars, file and folder names. Each carries where it was read. */
export interface Hint {
  readonly name: string;
  readonly value: number | string | boolean;
  /** "run.json", "file name", "folder name", "args.json", "the file itself" */
  readonly origin: string;
}

/** A question that one click answers: each choice is options to analyse again with. */
export interface Question {
  readonly text: string;
  readonly choices: readonly {
    readonly label: string;
    readonly detail: string;
    readonly options: ModelOptions;
  }[];
}

/** The architecture and how each tensor is used, before any value is read. */
export interface Recognised {
  readonly status: 'recognised';
  readonly kind: ModelKind;
  readonly variant: Variant;
  readonly stateDim: number;
  readonly reluUnits: number;
  readonly inputDim: number;
  /** The equation that will be used, in words of the field: `z' = A z + W1 relu(W2 z + h2) + h1`. */
  readonly equation: string;
  /** Canonical parameter -> tensor name. */
  readonly tensors: Readonly<Record<string, string>>;
  /** Further values needed (P, leak, ..). */
  readonly values: Readonly<Record<string, number | boolean | string>>;
  /** What was taken for granted and could be otherwise, in full sentences. */
  readonly assumptions: readonly string[];
  readonly notes: readonly string[];
}

/** The file does not determine the equation. */
export interface Ambiguous {
  readonly status: 'ambiguous';
  readonly question: Question;
}

/** Tensors that fit no architecture: a mapping can be chosen. `parameters` lists, per kind, what must be mapped. */
export interface Unrecognised {
  readonly status: 'unrecognised';
  readonly reason: string;
  readonly remedy: string;
  /** Kinds that could be mapped by hand, with the parameters each needs and the tensors whose shape fits. */
  readonly mappable: readonly {
    readonly kind: ModelKind;
    readonly parameters: readonly {
      readonly name: string;
      readonly optional: boolean;
      readonly fits: readonly string[];
    }[];
  }[];
}

/** Recognised by name, but no piecewise-linear map (GRU, LSTM, tanh, continuous time, deep ..). */
export interface Refused {
  readonly status: 'refused';
  readonly what: string;
  readonly reason: string;
  readonly remedy: string;
}

export type Recognition = Recognised | Ambiguous | Unrecognised | Refused;

/** Implemented in `core/models/index.ts`. */
export type Recognise = (
  tensors: readonly TensorInfo[],
  scalars: readonly Scalar[],
  hints: readonly Hint[],
  options: ModelOptions,
) => Recognition;

/** Implemented in `core/models/index.ts`: canonical map of a recognised model. `tensors` by canonical parameter. */
export type ToMap = (
  model: Recognised,
  tensors: Readonly<Record<string, Tensor>>,
  input: readonly number[],
) => CanonicalMap;
