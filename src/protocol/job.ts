import type { ModelOptions, Question, Unrecognised } from '../core/models/types';
import type {
  BoundaryPoint,
  Comparison,
  Cycle,
  InfoReport,
  ModelSummary,
  Report,
} from '../core/report/types';
import type {
  BasinPicture,
  ManifoldPicture,
  ParameterMatrix,
  Probe,
  Scene,
  SensitivityPicture,
  Trajectory,
} from '../core/report/scene';
import type { PlaneReport, PlaneSurface } from '../core/report/plane';
import type { Share } from '../core/report/shard';
import type { SymbolicDynamics } from '../core/stateSpace/symbols';
import type { Timeline } from '../core/report/timeline';
import type { AssociationOptions } from '../core/training/association';
import type { JumpOptions } from '../core/training/jumps';
import type { Verification } from '../core/verify/report';
import type { BasinRequest, ManifoldRequest, SensitivityRequest } from './explore';
import type { PlaneAxisRequest, PlaneOptions } from './plane';
import type { Run, RunOptions } from '../runs/types';
import type { JsonJobs } from './json';
import type {
  Inspection,
  MatrixProperties,
  TensorDetail,
  TensorFileFormat,
  TensorSummary,
  TensorWindow,
  WindowRequest,
} from './weights';

/** Where the worker finds a file: read by range from disk, or handed over whole (virtual file systems). */
export type FileRef =
  | { readonly kind: 'path'; readonly path: string }
  | {
      readonly kind: 'bytes';
      readonly name: string;
      readonly bytes: Uint8Array;
      readonly folders: readonly string[];
      /** Small files that lie beside it, by relative path. */
      readonly beside: readonly { readonly path: string; readonly bytes: Uint8Array }[];
    };

export interface SearchOptions {
  readonly maxOrder: number;
  readonly seed: number;
  /** Seconds; the search stops by itself and the report is partial. */
  readonly timeLimit: number;
  readonly threads: number;
  readonly memoryLimitMB: number;
  /** Whether to spend time on proofs. */
  readonly certify: boolean;
  /** Seconds for the proof of k-cycles where M is not 2; see `DetectOptions`. */
  readonly proofSeconds?: number;
}

/** A model as text of a JSON file, with the answers that say what it is. */
export interface MovedModel {
  readonly name: string;
  readonly text: string;
  readonly options: ModelOptions;
}

/** How a timeline is made; a search of each checkpoint and what is asked of the whole run. */
export interface TimelineOptions extends SearchOptions {
  /** Take every n-th checkpoint; 1 takes all. */
  readonly every: number;
  /** When a step of the loss is a jump. */
  readonly jumps: JumpOptions;
  /** What is held against what; `within` is two rows of the loss where it is not given. */
  readonly association: Partial<AssociationOptions>;
  /** Lyapunov spectra of the attractors at every checkpoint. */
  readonly lyapunov?: boolean;
}

/** Where results are kept between sessions, and how much room they may take. */
export interface CacheRef {
  readonly folder: string;
  readonly maxBytes: number;
}

export interface Progress {
  /** What is being done now, in plain words: "fixed points", "attractors", "cycles of order 3". */
  readonly stage: string;
  /** 0..1 over the whole job, or null when unknown. */
  readonly fraction: number | null;
  readonly secondsLeft: number | null;
}

/** How far a proof got: an order, or every period. */
export type Proven = number | 'all';

/** Objects as they are found; ids are provisional until the report. */
export interface Finds {
  readonly cycles: readonly Cycle[];
  readonly boundaryPoints: readonly BoundaryPoint[];
}

/** An error as it crosses a thread or a frame. */
export interface Failure {
  /** 'input': the file is at fault; 'question'/'unrecognised': the user can answer; 'internal': ours. */
  readonly kind: 'input' | 'question' | 'unrecognised' | 'cancelled' | 'internal';
  readonly message: string;
  readonly place: string;
  readonly remedy: string;
  readonly question?: Question;
  readonly unrecognised?: Unrecognised;
  readonly stack?: string;
}

/**
 * The jobs a worker does: name -> [request, streamed events, result]. Both ends derive their types from this table.
 * A session is a model opened by `analyze` or `open`; queries against it are answered by the same thread.
 */
export interface Jobs extends JsonJobs {
  info: { request: { file: FileRef; options: ModelOptions }; event: never; result: InfoReport };
  analyze: {
    request: {
      file: FileRef;
      options: ModelOptions;
      search: SearchOptions;
      /** Path on disk where the proof is written. */
      proof?: string;
      /** Only this share of the search trees and of the word graph. */
      shard?: Share;
      /** The reports of all shards of the rounds before this one. */
      from?: readonly FileRef[];
    };
    event:
      | { type: 'model'; model: Omit<ModelSummary, 'scale'> }
      | { type: 'progress'; progress: Progress }
      | { type: 'finds'; finds: Finds }
      /** Every order up to this one is proven complete; more may follow. */
      | { type: 'proven'; upTo: Proven };
    result: Report;
  };
  /** Puts the reports of all shards together: the report of one run. */
  merge: {
    request: {
      parts: readonly FileRef[];
      search: Pick<SearchOptions, 'timeLimit' | 'memoryLimitMB' | 'threads'>;
    };
    event: Jobs['analyze']['event'];
    result: Report;
  };
  /** Holds the results of SCYFI in `results` against a report and its model file. */
  compare: {
    request: { report: Report; file: FileRef; options: ModelOptions; results: FileRef };
    event: never;
    result: Comparison;
  };
  /**
   * The bifurcation timeline of a folder of checkpoints, or of a file that holds a series. Asked again for a run that has
   * grown, only the new part is computed.
   */
  timeline: {
    request: {
      /** The folder of a run, a file that holds a series, or two model files to compare. */
      folder: string | readonly [string, string];
      run: RunOptions;
      options: ModelOptions;
      timeline: TimelineOptions;
      cache: CacheRef | null;
      /** false: what is known so far is not wanted, which costs time. */
      partials?: boolean;
    };
    event:
      | { type: 'progress'; progress: Progress }
      /** What is known so far, marked partial. */
      | { type: 'timeline'; timeline: Timeline };
    result: Timeline;
  };
  /** The plane of two parameters around a model. */
  plane: {
    request: {
      file: FileRef;
      options: ModelOptions;
      plane: PlaneOptions;
      /** Folder of the run whose path is drawn, or null. */
      run: string | null;
      /** A loss that is laid beneath it. */
      surface?: FileRef;
    };
    event: { type: 'progress'; progress: Progress };
    result: PlaneReport;
  };
  /** A loss as it lies beneath a plane with these ranges. */
  surface: {
    request: { file: FileRef; x: readonly [number, number]; y: readonly [number, number] };
    event: never;
    result: PlaneSurface;
  };
  /** The bifurcation diagram of one parameter, in the form of a timeline. */
  diagram: {
    request: {
      file: FileRef;
      options: ModelOptions;
      along: PlaneAxisRequest;
      /** Offsets at which the model is analysed. */
      points: number;
      timeline: TimelineOptions;
    };
    event: Jobs['timeline']['event'];
    result: Timeline;
  };
  /** Re-checks a report against its model file. */
  verify: {
    request: {
      report: FileRef;
      file: FileRef;
      options: ModelOptions;
      /** Path on disk of the proof, to be re-checked too. */
      proof?: string;
      /** Seconds that may be used. */
      timeLimit?: number;
    };
    event: never;
    result: Verification;
  };
  /** Whether a file is whole: its structure can be read. Fails as the other jobs do where it cannot. */
  check: { request: { file: FileRef }; event: never; result: { entries: number } };
  /** What a folder on disk says of its run; nothing is analysed. */
  run: { request: { folder: string; options: RunOptions }; event: never; result: Run };
  /** Opens a model for the queries below without searching. */
  open: {
    request: { session: string; file: FileRef; options: ModelOptions };
    event: never;
    result: { stateDim: number; reluUnits: number };
  };
  /** `objects` (all their points) weigh in on the principal components. */
  scene: {
    request: { session: string; objects: readonly (readonly number[])[]; seed: number };
    event: never;
    result: Scene;
  };
  trajectory: {
    request: {
      session: string;
      start: readonly number[];
      steps: number;
      objects: readonly { id: string; points: readonly (readonly number[])[] }[];
    };
    event: never;
    result: Trajectory;
  };
  probe: { request: { session: string; state: readonly number[] }; event: never; result: Probe };
  manifolds: { request: ManifoldRequest & { session: string }; event: never; result: ManifoldPicture };
  /** `objects`: states beside which some of the orbits start. */
  symbols: {
    request: { session: string; objects: readonly (readonly number[])[]; seed: number };
    event: never;
    result: SymbolicDynamics;
  };
  basins: { request: BasinRequest & { session: string }; event: never; result: BasinPicture };
  sensitivity: {
    request: SensitivityRequest & { session: string };
    event: never;
    result: SensitivityPicture;
  };
  /** The model with its weights moved along directions, as text of a JSON model, and a file name that says so. */
  moved: {
    request: { session: string; moves: readonly { direction: string; offset: number }[] };
    event: never;
    result: MovedModel;
  };
  weights: { request: { session: string }; event: never; result: readonly ParameterMatrix[] };
  /** Opens a weight file to look at; the jobs on tensors below ask the session. Headers only. */
  inspect: {
    request: { session: string; file: FileRef; options: ModelOptions; entry: number | null };
    event: never;
    result: Inspection;
  };
  summaries: {
    request: { session: string; indexes: readonly number[] };
    event: never;
    result: readonly TensorSummary[];
  };
  tensor: {
    request: { session: string; index: number };
    event: { type: 'fraction'; fraction: number };
    result: TensorDetail;
  };
  window: { request: WindowRequest & { session: string }; event: never; result: TensorWindow };
  properties: { request: { session: string; index: number }; event: never; result: MatrixProperties };
  tensorFile: {
    request: { session: string; index: number; format: TensorFileFormat };
    event: never;
    result: Uint8Array;
  };
}

export type JobName = keyof Jobs;

/** Host -> worker. */
export type ToWorker = {
  [N in JobName]: {
    type: 'start';
    id: number;
    job: N;
    request: Jobs[N]['request'];
    /**
     * One Int32 that a busy worker can read without taking messages: see `StopFlag`.
     */
    stop: SharedArrayBuffer;
  };
}[JobName];

/** What the shared Int32 says. */
export const StopFlag = {
  run: 0,
  /** Finish at once with what was found: a partial result. */
  keep: 1,
  /** Give up: the job fails as cancelled. */
  cancel: 2,
} as const;

/** Worker -> host. */
export type FromWorker =
  | { type: 'event'; id: number; event: Exclude<Jobs[JobName]['event'], never> }
  | { type: 'result'; id: number; result: Jobs[JobName]['result'] }
  | { type: 'failure'; id: number; failure: Failure };
