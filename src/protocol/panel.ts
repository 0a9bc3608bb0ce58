import type { OtherKind } from './interpretations';
import type { ModelSummary, Report } from '../core/report/types';
import type {
  BasinPicture,
  ManifoldPicture,
  ParameterMatrix,
  Probe,
  Scene,
  SensitivityPicture,
  Trajectory,
} from '../core/report/scene';
import type { PlaneReport } from '../core/report/plane';
import type { SymbolicDynamics } from '../core/stateSpace/symbols';
import type { BasinRequest, ManifoldRequest, SensitivityRequest } from './explore';
import type { PlaneAxisRequest, PlaneRequest } from './plane';
import type { Failure, Finds, Progress, Proven, SearchOptions } from './job';

/** What the panel shows of a file; the webview never sees a path. */
export interface FileLabel {
  readonly name: string;
  /** Run folder and epoch when known: "R1_plrnn2_vdp_sgd", 2124. */
  readonly run: string | null;
  readonly epoch: number | null;
}

export type ExportFormat = 'json' | 'csv' | 'html';
/** Answers of the views that can be saved as data. */
export const EXPLORED = ['sensitivity', 'manifolds', 'basins'] as const;
export type Explored = (typeof EXPLORED)[number];
export type DataFormat = 'json' | 'csv';

// region host -> webview
export type ToPanel =
  /** Always the first message, and again after every re-run, reveal or reload. */
  | {
      type: 'init';
      file: FileLabel;
      search: SearchOptions;
      palette: 'standard' | 'high-contrast' | 'monochrome';
    }
  | { type: 'model'; model: Omit<ModelSummary, 'scale'> }
  | { type: 'progress'; progress: Progress }
  | { type: 'finds'; finds: Finds }
  | { type: 'proven'; upTo: Proven }
  | { type: 'report'; report: Report }
  | { type: 'failure'; failure: Failure }
  /** The parameter plane: its progress, then the plane or why there is none. */
  | { type: 'planeProgress'; progress: Progress }
  | { type: 'plane'; plane: PlaneReport }
  | { type: 'planeFailure'; failure: Failure }
  /** The file on disk changed after it was analysed. */
  | { type: 'stale' }
  | PanelReply;

/** Answers to `ask`, matched by id. */
export type PanelReply =
  | { type: 'answer'; id: number; answer: PanelQueries[keyof PanelQueries]['answer'] }
  | { type: 'refused'; id: number; failure: Failure };
// endregion

// region webview -> host
export type FromPanel =
  | { type: 'ready' }
  | { type: 'rerun'; search: Partial<SearchOptions> }
  | { type: 'stop' }
  /** Answer to a Failure of kind 'question': index of the choice. */
  | { type: 'choose'; index: number }
  /** Let the user map tensors to parameters (quick pick in the host). */
  | { type: 'mapTensors' }
  /** Take the model for the other architecture with the same tensors. */
  | { type: 'takeAs'; kind: OtherKind }
  | { type: 'export'; format: ExportFormat }
  /** A figure drawn by the webview, to be saved: SVG as text, PNG as base64. */
  | { type: 'saveFigure'; name: string; format: 'svg' | 'png'; data: string }
  | { type: 'copy'; text: string; what: string }
  | { type: 'plane'; request: PlaneRequest }
  | { type: 'stopPlane' }
  /** Open the bifurcation diagram along one direction. */
  | { type: 'diagram'; along: PlaneAxisRequest; maxOrder: number }
  /** Save what was computed last of this kind, as data. */
  | { type: 'exportData'; what: Explored; format: DataFormat }
  /** Let the user choose a file with a loss to be laid beneath the plane; or take it away. */
  | { type: 'chooseSurface' }
  | { type: 'removeSurface' }
  /** Save the plane as JSON. */
  | { type: 'exportPlane' }
  /** Analyse the model with its weights moved to offsets of the plane. */
  | { type: 'openAt'; at: readonly [number, number] }
  | { type: 'openSettings' }
  | { type: 'showLog' }
  | {
      [N in keyof PanelQueries]: { type: 'ask'; id: number; query: N; request: PanelQueries[N]['request'] };
    }[keyof PanelQueries];

/** Questions the panel asks while the user explores. */
export interface PanelQueries {
  scene: { request: { objects: readonly (readonly number[])[] }; answer: Scene };
  trajectory: {
    request: {
      start: readonly number[];
      steps: number;
      objects: readonly { id: string; points: readonly (readonly number[])[] }[];
    };
    answer: Trajectory;
  };
  probe: { request: { state: readonly number[] }; answer: Probe };
  manifolds: { request: ManifoldRequest; answer: ManifoldPicture };
  symbols: { request: { objects: readonly (readonly number[])[] }; answer: SymbolicDynamics };
  basins: { request: Omit<BasinRequest, 'seed'>; answer: BasinPicture };
  sensitivity: { request: SensitivityRequest; answer: SensitivityPicture };
  weights: { request: Record<string, never>; answer: readonly ParameterMatrix[] };
}
// endregion
