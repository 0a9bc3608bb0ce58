import type { EventKind } from '../../src/core/report/timeline';
import type { Failure, Progress } from '../../src/protocol/job';
import type { FromTimelinePanel, Side, ToTimelinePanel } from '../../src/protocol/timelinePanel';
import type { AxisChoice } from '../../src/figures/projection';
import { firstView, prepareTimeline, type PreparedTimeline } from '../../src/figures/timeline/prepare';

export type Interval = readonly [number, number];

/** What survives hiding the panel and reloading the window. */
export interface Kept {
  readonly views: Readonly<Record<Side, Interval | null>>;
  /** Of the diagram; null until the user chooses. */
  readonly coordinate: AxisChoice | null;
  readonly cursor: number | null;
  /** Axes of the phase portrait; null until the user chooses. */
  readonly portrait: readonly [AxisChoice, AxisChoice] | null;
  readonly selected: string | null;
  readonly hidden: readonly EventKind[];
  /** The list holds only events in the window. */
  readonly windowed: boolean;
  readonly weightChange: boolean;
  readonly exponents: boolean;
  readonly simulated: boolean;
  readonly align: 'own' | 'same' | 'center';
}

export interface RunState {
  readonly name: string;
  readonly prepared: PreparedTimeline | null;
  readonly busy: boolean;
  readonly progress: Progress | null;
  readonly failure: Failure | null;
}

export interface State {
  readonly kept: Kept;
  readonly palette: string;
  readonly live: boolean;
  readonly runs: Readonly<Record<Side, RunState | null>>;
}

export type Action = ToTimelinePanel | { type: 'keep'; change: Partial<Kept> };

const fresh: Kept = {
  views: { A: null, B: null },
  coordinate: null,
  cursor: null,
  portrait: null,
  selected: null,
  hidden: ['bcb-persistence'],
  windowed: false,
  weightChange: false,
  exponents: false,
  simulated: true,
  align: 'own',
};
const waiting = (name: string): RunState => ({
  name,
  prepared: null,
  busy: true,
  progress: null,
  failure: null,
});

/** The state before the first message, with what an earlier panel kept. */
export function initialState(restored: unknown): State {
  const old = typeof restored === 'object' && restored !== null && 'views' in restored ? restored : {};
  return {
    kept: { ...fresh, ...old },
    palette: 'standard',
    live: false,
    runs: { A: null, B: null },
  };
}

export function reduce(state: State, action: Action): State {
  const change = (side: Side, part: Partial<RunState>): State => ({
    ...state,
    runs: { ...state.runs, [side]: { ...(state.runs[side] ?? waiting('')), ...part } },
  });
  switch (action.type) {
    case 'init':
      return {
        ...initialState(state.kept),
        palette: action.palette,
        runs: { A: waiting(action.run.name), B: null },
      };
    case 'progress':
      return change(action.side, { progress: action.progress });
    case 'busy':
      return change(action.side, {
        busy: action.busy,
        ...(action.busy ? { failure: null } : { progress: null }),
      });
    case 'timeline':
      return change(action.side, {
        name: action.name,
        prepared: prepareTimeline(action.timeline),
        failure: null,
      });
    case 'failure':
      return change(action.side, { failure: action.failure, busy: false });
    case 'live':
      return { ...state, live: action.live };
    case 'alone':
      return { ...state, runs: { ...state.runs, B: null } };
    case 'keep':
      return { ...state, kept: { ...state.kept, ...action.change } };
  }
}

/** How much later the second run's first center bifurcation is than the first run's; null where one has none. */
export function centerShift({ A, B }: State['runs']): number | null {
  const [a, b] = [A, B].map(
    (run) => run?.prepared?.timeline.events.find(({ kind }) => kind === 'center')?.epoch,
  );
  return a === undefined || b === undefined ? null : b - a;
}

/** The window of a run: the user's, else where its events crowd, else all of it. */
export function viewOf({ kept, runs }: State, side: Side): Interval {
  const prepared = runs[side]?.prepared;
  if (!prepared) return [0, 1];
  if (kept.align !== 'own' && side === 'B') {
    const [lo, hi] = viewOf({ kept, runs } as State, 'A');
    const shift = kept.align === 'center' ? (centerShift(runs) ?? 0) : 0;
    return [lo + shift, hi + shift];
  }
  return kept.views[side] ?? firstView(prepared);
}

interface VsCodeApi {
  postMessage(message: FromTimelinePanel): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

export interface Store {
  readonly state: State;
  keep(change: Partial<Kept>): void;
  post(message: FromTimelinePanel): void;
  subscribe(listener: (state: State) => void): () => void;
}

/** Connects to the extension host and keeps what must survive. */
export function createStore(): Store {
  const api = acquireVsCodeApi();
  const panel = document.body.dataset['panel'];
  let state = initialState(api.getState());
  const listeners = new Set<(state: State) => void>();
  let saving: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    saving = undefined;
    api.setState({ ...state.kept, panel });
  };
  save();
  const dispatch = (action: Action): void => {
    const before = state.kept;
    state = reduce(state, action);
    if (state.kept !== before) saving ??= setTimeout(save, 100);
    for (const listener of listeners) listener(state);
  };
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const data = event.data;
    if (typeof data === 'object' && data !== null && 'type' in data) dispatch(data as ToTimelinePanel);
  });
  window.addEventListener('pagehide', save);
  return {
    get state() {
      return state;
    },
    keep: (change) => dispatch({ type: 'keep', change }),
    post: (message) => api.postMessage(message),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
