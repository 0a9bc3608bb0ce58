import type { Hint } from '../core/models/types';
import type { LossPoint, RunAxis } from '../core/report/timeline';
import type { Source } from '../formats/source';

/** A folder that may hold a run, as a shell hands it over. Of the same kind as a file's `Neighbourhood`. */
export interface RunFolder {
  /** Names of the folder itself and those above it, innermost first. */
  readonly folders: readonly string[];
  /**
   * Paths of the files in it, relative and with slashes: those directly in it, those of its subfolders as deep as
   * the shell goes (two levels), and those directly in the folder above as `../name`.
   */
  list(): Promise<readonly string[]>;
  /** A file by such a path, or null if there is none. */
  open(relativePath: string): Promise<Source | null>;
}

/** One set of weights of a run: a file, or one entry of a file that holds a series. */
export interface RunCheckpoint {
  /** Position on the run's axis: an epoch, a step, or an index from 0. */
  readonly epoch: number;
  /** Relative to the run's folder, with slashes: `ckpt_00040.pt`, `000120/model.safetensors`. */
  readonly file: string;
  /** Index inside a file that holds a series; null else. */
  readonly entry: number | null;
}

/** Checkpoints that belong together, as their names tell; by rising position, each position once. */
export interface CheckpointSeries {
  /** What the names have in common, the number as a star: `ckpt_*.pt`; the file's name for a file that holds many. */
  readonly name: string;
  readonly axis: RunAxis;
  readonly checkpoints: readonly [RunCheckpoint, ...RunCheckpoint[]];
  /** What was left out or preferred, one sentence each. */
  readonly notes: readonly string[];
}

/** The loss along a run, and where it was found. */
export interface LossSeries {
  /** In words: `loss.csv, column loss`. */
  readonly source: string;
  /** Positions as the file has them, on the run's axis; rising. */
  readonly points: readonly LossPoint[];
}

/** A run: its checkpoints and all that lies beside them. */
export interface Run {
  /** The folder's own name, or the names that tell it from others: `run-3`, `lorenz/001`. */
  readonly name: string;
  readonly series: CheckpointSeries;
  /** Names of further series in the same folder. */
  readonly otherSeries: readonly string[];
  readonly loss: LossSeries | null;
  /** Checkpoint e takes row e + lossOffset. */
  readonly lossOffset: number;
  readonly hyperparameters: Readonly<Record<string, number | string | boolean>>;
  /** Teacher forcing as the metadata has it, in words (`GTF alpha 0.15`, `none`); null when unknown. */
  readonly forcing: string | null;
  /** What sidecars and folder names say about the model, for checkpoints that lie deeper than these. */
  readonly hints: readonly Hint[];
  readonly warnings: readonly string[];
}

/** Choices a user can make about a run. */
export interface RunOptions {
  /** Name of the series, where the folder holds several; else the longest is taken. */
  readonly series?: string;
  /** Loss file (relative to the folder) and column; else the surest file beside the checkpoints is taken. */
  readonly loss?: { readonly file: string; readonly column: string | null };
  /** Take files named final, best, last or latest in as well, after the last numbered one. */
  readonly withFinal?: boolean;
  /**
   * Further patterns of checkpoint names: regular expressions over the relative path with groups named `epoch` or
   * `step`. They come before the known ones.
   */
  readonly patterns?: readonly string[];
  /** Two files of the folder, to be compared: the series is these two, at 0 and 1, without a loss. */
  readonly pair?: readonly [string, string];
}
