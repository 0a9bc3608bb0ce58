import type { Failure } from '../../src/protocol/job';
import type { FromViewer, ToViewer, ViewerQueries } from '../../src/protocol/viewer';

interface VsCodeApi {
  postMessage(message: FromViewer): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** A question the host refused, or one that a newer one made pointless. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export type HostMessage = Exclude<ToViewer, { id: number }>;

export interface Connection {
  post(message: FromViewer): void;
  ask<N extends keyof ViewerQueries>(
    query: N,
    request: ViewerQueries[N]['request'],
  ): Promise<ViewerQueries[N]['answer']>;
  /** Begins to listen, and says that it does. */
  listen(receive: (message: HostMessage) => void): void;
  restore(): unknown;
  persist(state: unknown): void;
}

/** Connects to the extension host; may be called once only. */
export function connect(): Connection {
  const api = acquireVsCodeApi();
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(reason: Refused): void }>();
  let lastId = 0;
  return {
    post: (message) => api.postMessage(message),
    ask: (query, request) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
        api.postMessage({ type: 'ask', id, query, request } as FromViewer);
      }),
    listen: (receive) => {
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        const { data } = event;
        if (typeof data !== 'object' || data === null || !('type' in data)) return;
        const message = data as ToViewer;
        if (message.type === 'answer' || message.type === 'refused') {
          const asked = waiting.get(message.id);
          waiting.delete(message.id);
          if (message.type === 'answer') asked?.resolve(message.answer);
          else asked?.reject(new Refused(message.failure));
          return;
        }
        // Another file, or the same one changed: questions about the old one are pointless.
        if (message.type === 'inspection' || message.type === 'opening') waiting.clear();
        receive(message);
      });
      api.postMessage({ type: 'ready' });
    },
    restore: () => api.getState(),
    persist: (state) => api.setState(state),
  };
}
