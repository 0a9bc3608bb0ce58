import type { Timeline } from '../core/report/timeline';
import type { Failure, Progress } from './job';

/** A run as the timeline panel names it; the webview never sees a path. */
export interface RunLabel {
  readonly name: string;
}

/** The run itself, or the one it is compared with. */
export type Side = 'A' | 'B';

// region host -> webview
export type ToTimelinePanel =
  /** Always the first message, and again after every reveal or reload. */
  | { type: 'init'; run: RunLabel; palette: 'standard' | 'high-contrast' | 'monochrome' }
  | { type: 'progress'; side: Side; progress: Progress }
  /** A timeline, whole or partial (`search.partial`); each replaces the one before. */
  | { type: 'timeline'; side: Side; name: string; timeline: Timeline }
  /** Analysis of this side goes on, or has ended. */
  | { type: 'busy'; side: Side; busy: boolean }
  /** Whether training still writes to the run. */
  | { type: 'live'; live: boolean }
  | { type: 'failure'; side: Side; failure: Failure }
  /** The comparison was ended. */
  | { type: 'alone' };
// endregion

// region webview -> host
export type FromTimelinePanel =
  | { type: 'ready' }
  | { type: 'stop' }
  | { type: 'rerun' }
  /** Whether Lyapunov spectra of the attractors are wanted; analyses again where they lack. */
  | { type: 'spectra'; on: boolean }
  /** Let the user choose a second run (quick pick in the host). */
  | { type: 'compare' }
  | { type: 'endCompare' }
  /** Open checkpoints' dynamics beside: one for an epoch, two for an event. */
  | { type: 'openCheckpoints'; side: Side; epochs: readonly number[] }
  | { type: 'export'; side: Side; format: 'json' | 'csv' | 'html' }
  | { type: 'saveFigure'; name: string; format: 'svg' | 'png'; data: string }
  | { type: 'showLog' };
// endregion
