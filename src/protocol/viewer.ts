import type { Failure } from './job';
import type {
  Inspection,
  MatrixProperties,
  TensorDetail,
  TensorFileFormat,
  TensorSummary,
  TensorWindow,
  WindowRequest,
} from './weights';

// region host -> webview
export type ToViewer =
  /** Always the first message: the file is being opened, or opened again because it changed. */
  | { type: 'opening'; file: string }
  /** What the file holds now. A changed file comes as another one; the webview keeps its selection by name. */
  | { type: 'inspection'; inspection: Inspection }
  | { type: 'failure'; failure: Failure }
  /** How much of the statistics of a large tensor is done, 0 to 1. */
  | { type: 'fraction'; index: number; fraction: number }
  | ViewerReply;

export type ViewerReply =
  | { type: 'answer'; id: number; answer: ViewerQueries[keyof ViewerQueries]['answer'] }
  | { type: 'refused'; id: number; failure: Failure };
// endregion

// region webview -> host
export type FromViewer =
  | { type: 'ready' }
  | { type: 'analyze' }
  /** Let the user map tensors to parameters (quick pick in the host). */
  | { type: 'mapTensors' }
  /** Answer to the model's question: index of the choice. */
  | { type: 'choose'; index: number }
  /** Another set of weights of a series. */
  | { type: 'entry'; entry: number }
  | { type: 'retry' }
  | { type: 'exportTensor'; index: number; format: TensorFileFormat }
  | { type: 'copy'; text: string; what: string }
  | { type: 'showLog' }
  | {
      [N in keyof ViewerQueries]: { type: 'ask'; id: number; query: N; request: ViewerQueries[N]['request'] };
    }[keyof ViewerQueries];

/** Questions about the tensors of the inspected file. A newer `tensor` or `window` makes an older one pointless. */
export interface ViewerQueries {
  summaries: { request: { indexes: readonly number[] }; answer: readonly TensorSummary[] };
  tensor: { request: { index: number }; answer: TensorDetail };
  window: { request: WindowRequest; answer: TensorWindow };
  properties: { request: { index: number }; answer: MatrixProperties };
}
// endregion
