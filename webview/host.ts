import type { FromPanel, PanelQueries, ToPanel } from '../src/protocol/panel';
import type { Failure } from '../src/protocol/job';

/** The one object VS Code gives a webview; it may be acquired once only. */
interface VsCodeApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** A query the host refused, or one that a new run made pointless. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export interface Host {
  post(message: FromPanel): void;
  /** Asks the host and waits for the answer. Rejects with `Refused`. */
  ask<N extends keyof PanelQueries>(
    query: N,
    request: PanelQueries[N]['request'],
  ): Promise<PanelQueries[N]['answer']>;
  /** What `persist` kept, whatever it was; undefined the first time. */
  restore(): unknown;
  persist(state: unknown): void;
}

/**
 * Connects to the extension host. `receive` gets every message but the replies to `ask`, which are matched by id.
 * Outstanding questions are dropped when a new run begins: the map they were about is gone.
 */
export function connect(receive: (message: Exclude<ToPanel, { id: number }>) => void): Host {
  const api = acquireVsCodeApi();
  // When the window was reloaded the host finds the file again by this token, so it is in the state from the start.
  const panel = document.body.dataset['panel'];
  const persist = (state: unknown): void => api.setState({ ...(state as object | undefined), panel });
  persist(api.getState());
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(reason: Refused): void }>();
  let lastId = 0;

  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const data = event.data;
    if (typeof data !== 'object' || data === null || !('type' in data)) return;
    const message = data as ToPanel;
    if (message.type === 'answer' || message.type === 'refused') {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === 'answer') asked?.resolve(message.answer);
      else asked?.reject(new Refused(message.failure));
      return;
    }
    if (message.type === 'init') {
      const superseded = { kind: 'cancelled', message: 'A new run began.', place: '', remedy: '' } as const;
      for (const asked of waiting.values()) asked.reject(new Refused(superseded));
      waiting.clear();
    }
    receive(message);
  });

  return {
    post: (message) => api.postMessage(message),
    ask: (query, request) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
        api.postMessage({ type: 'ask', id, query, request } as FromPanel);
      }),
    restore: () => api.getState(),
    persist,
  };
}
