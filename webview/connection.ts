import type { Failure } from '../src/protocol/job';

/** The one object VS Code gives a webview; it may be acquired once only. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** A question that the host refused, or that something newer made pointless (`cancelled`). */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Questions by name, each with what it asks and what it is answered. */
type Queries<Q> = { readonly [N in keyof Q]: { readonly request: unknown; readonly answer: unknown } };

/** What a webview says to the extension host (`From`), hears from it (`To`), and asks it (`Q`). */
export interface Connection<From, To, Q extends Queries<Q>> {
  post(message: From): void;
  /** Asks the host and waits for the answer. Rejects with `Refused`. */
  ask<N extends keyof Q>(query: N, request: Q[N]['request']): Promise<Q[N]['answer']>;
  /** Begins to listen, and says `ready`. `receive` gets every message but the replies to `ask`. */
  listen(receive: (message: Exclude<To, { id: number }>) => void): void;
  /** What `persist` kept, whatever it was; undefined the first time. */
  restore(): unknown;
  persist(state: object): void;
}

type Reply =
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly failure: Failure };

const superseded: Failure = {
  kind: 'cancelled',
  message: 'What the question was about is gone.',
  place: '',
  remedy: '',
};

/**
 * Connects to the extension host; may be called once only. Replies are matched to questions by id.
 * @param news messages after which outstanding questions are pointless, since what they were about is gone
 */
export function connect<From, To extends { readonly type: string }, Q extends Queries<Q>>(
  news: readonly To['type'][],
): Connection<From, To, Q> {
  const api = acquireVsCodeApi();
  // When the window was reloaded the host finds the file again by this token, so it is in the state from the start.
  const panel = document.body.dataset['panel'];
  const persist = (state: object): void => api.setState(panel === undefined ? state : { ...state, panel });
  if (panel !== undefined) persist((api.getState() as object | undefined) ?? {});
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(reason: Refused): void }>();
  let lastId = 0;

  const settle = (reply: Reply): void => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.type === 'answer') asked?.resolve(reply.answer);
    else asked?.reject(new Refused(reply.failure));
  };
  const dropAll = (): void => {
    for (const asked of waiting.values()) asked.reject(new Refused(superseded));
    waiting.clear();
  };

  return {
    post: (message) => api.postMessage(message),
    ask: (query, request) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
        api.postMessage({ type: 'ask', id, query, request });
      }),
    listen: (receive) => {
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        const { data } = event;
        if (typeof data !== 'object' || data === null || !('type' in data)) return;
        const message = data as Reply | Exclude<To, { id: number }>;
        if (message.type === 'answer' || message.type === 'refused') {
          settle(message as Reply);
          return;
        }
        if (news.includes(message.type)) dropAll();
        receive(message as Exclude<To, { id: number }>);
      });
      api.postMessage({ type: 'ready' });
    },
    restore: () => api.getState(),
    persist,
  };
}
