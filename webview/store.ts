import type { PlaneReport } from '../src/core/report/plane';
import type { SymbolicDynamics } from '../src/core/stateSpace/symbols';
import type { ModelSummary, Report } from '../src/core/report/types';
import type {
  BasinPicture,
  ManifoldPicture,
  ParameterMatrix,
  Scene,
  SensitivityPicture,
  Trajectory,
} from '../src/core/report/scene';
import type { Failure, Progress, Proven, SearchOptions } from '../src/protocol/job';
import type { FileLabel, ToPanel } from '../src/protocol/panel';
import type { AxisChoice, StateSpaceView } from './figures/types';
import { appendFinds, listReport, matchObject, type PanelObject } from './objects';

export const TABS = ['state', 'spectrum', 'series', 'regions', 'plane', 'sensitivity', 'weights'] as const;
export type Tab = (typeof TABS)[number];
export type SortKey = 'id' | 'word' | 'rho' | 'margin';

/** What survives hiding the panel and reloading the window. */
export interface Kept {
  readonly selected: string | null;
  readonly tab: Tab;
  /** Of the state space; empty until the user chooses. */
  readonly axes: readonly AxisChoice[];
  /** Three objects that a plane of axes goes through, as they were typed; empty: none. */
  readonly through: string;
  readonly dimensions: 2 | 3;
  readonly borders: boolean;
  readonly simulated: boolean;
  readonly trajectories: boolean;
  readonly manifolds: boolean;
  readonly basins: boolean;
  /** Launch points, oldest first. */
  readonly starts: readonly (readonly number[])[];
  readonly sort: { readonly key: SortKey; readonly descending: boolean };
  readonly filter: string;
  /** Zoom and pan of the state space; null: everything fits. */
  readonly view: StateSpaceView | null;
  /** Coordinates of the time series: "state 0" begins at z_1, "pc 0" at the first component. */
  readonly series: string;
  /** Multipliers per step instead of per period. */
  readonly perStep: boolean;
  /** Axes of the parameter plane: direction and range as they were typed, and the highest order. */
  readonly plane: {
    readonly x: string;
    readonly y: string;
    readonly xRange: string;
    readonly yRange: string;
    readonly maxOrder: number;
  };
  /** What is differentiated by the weights: "norm", "z 3", "modulus 0", "argument 0"; and of which point. */
  readonly quantity: string;
  readonly quantityPoint: number;
  /** Weight that was clicked, "W[1][0]"; empty: none. */
  readonly cell: string;
  /** Parameter shown large; null: all. */
  readonly parameter: string | null;
}

export type Phase = 'waiting' | 'running' | 'stopping' | 'done' | 'failed';

export interface Launched {
  readonly start: readonly number[];
  /** null while it is computed. */
  readonly path: Trajectory | null;
}

export interface State {
  readonly kept: Kept;
  readonly phase: Phase;
  readonly file: FileLabel | null;
  readonly search: SearchOptions | null;
  readonly palette: Extract<ToPanel, { type: 'init' }>['palette'];
  readonly model: Omit<ModelSummary, 'scale'> | null;
  readonly progress: Progress | null;
  /** Orders proven so far, while the search runs. */
  readonly proven: Proven | null;
  readonly report: Report | null;
  /** Everything that can be selected, in the order of listing; grows while the search runs. */
  readonly objects: readonly PanelObject[];
  readonly failure: Failure | null;
  readonly stale: boolean;
  readonly scene: Scene | null;
  readonly launched: readonly Launched[];
  readonly weights: readonly ParameterMatrix[] | null;
  /** Asked for when first shown; 'waiting' while they are computed. */
  readonly manifolds: ManifoldPicture | 'waiting' | null;
  readonly symbols: SymbolicDynamics | 'waiting' | null;
  readonly plane: PlaneState | null;
  /** Asked for by `key`; the last picture stays until the next one comes. */
  readonly sensitivity: {
    readonly key: string;
    readonly picture: SensitivityPicture | null;
    readonly failure: string | null;
  } | null;
  /** Of the axes it was computed for (`basinKey`). */
  readonly basins: { readonly key: string; readonly picture: BasinPicture | null } | null;
}

/** The parameter plane, while it is computed and after. */
export interface PlaneState {
  readonly running: boolean;
  readonly progress: Progress | null;
  readonly report: PlaneReport | null;
  readonly failure: Failure | null;
}

export type Action =
  | Exclude<ToPanel, { id: number }>
  | { type: 'keep'; change: Partial<Kept> }
  | { type: 'stopping' }
  | { type: 'planeRunning' }
  | { type: 'rerunning' }
  | { type: 'scene'; scene: Scene }
  | { type: 'weights'; weights: readonly ParameterMatrix[] }
  | { type: 'manifolds'; manifolds: State['manifolds'] }
  | { type: 'symbols'; symbols: State['symbols'] }
  | { type: 'sensitivity'; sensitivity: State['sensitivity'] }
  | { type: 'basins'; basins: State['basins'] }
  | { type: 'launch'; start: readonly number[] }
  | { type: 'path'; start: readonly number[]; path: Trajectory | null }
  | { type: 'clearTrajectories' };

const MAX_TRAJECTORIES = 12;

const fresh: Kept = {
  selected: null,
  tab: 'state',
  axes: [],
  through: '',
  dimensions: 2,
  borders: true,
  simulated: true,
  trajectories: true,
  manifolds: false,
  basins: false,
  starts: [],
  sort: { key: 'id', descending: false },
  filter: '',
  view: null,
  series: 'state 0',
  perStep: false,
  plane: { x: '', y: '', xRange: '-0.1, 0.1', yRange: '-0.1, 0.1', maxOrder: 8 },
  parameter: null,
  quantity: 'modulus 0',
  quantityPoint: 0,
  cell: '',
};

/** The state before the first message, with what an earlier panel kept (unknown shapes are dropped). */
export function initialState(restored: unknown): State {
  const kept = { ...fresh };
  if (typeof restored === 'object' && restored !== null) {
    for (const key of Object.keys(fresh) as (keyof Kept)[]) {
      const value = (restored as Record<string, unknown>)[key];
      const model = fresh[key];
      const alike = model === null ? value !== undefined : typeof value === typeof model;
      if (alike && Array.isArray(value) === Array.isArray(model)) Object.assign(kept, { [key]: value });
    }
  }
  return {
    kept,
    phase: 'waiting',
    file: null,
    search: null,
    palette: 'standard',
    model: null,
    progress: null,
    proven: null,
    report: null,
    objects: [],
    failure: null,
    stale: false,
    scene: null,
    launched: kept.starts.map((start) => ({ start, path: null })),
    weights: null,
    manifolds: null,
    symbols: null,
    sensitivity: null,
    plane: null,
    basins: null,
  };
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'init': {
      return {
        ...initialState(state.kept),
        phase: 'running',
        file: action.file,
        search: action.search,
        palette: action.palette,
      };
    }
    case 'model':
      return { ...state, model: action.model };
    case 'progress':
      return { ...state, progress: action.progress };
    case 'proven':
      return { ...state, proven: action.upTo };
    case 'finds': {
      return {
        ...state,
        objects: appendFinds(state.objects, action.finds, state.search?.maxOrder ?? Infinity),
      };
    }
    case 'report': {
      const objects = listReport(action.report);
      const before = state.objects.find((object) => object.id === state.kept.selected);
      const selected =
        matchObject(objects, before, state.kept.selected) ??
        (objects.find(({ word }) => word === 'stable') ?? objects[0])?.id ??
        null;
      return {
        ...state,
        phase: 'done',
        report: action.report,
        manifolds: null,
        symbols: null,
        sensitivity: null,
        basins: null,
        model: action.report.model,
        objects,
        failure: null,
        kept: { ...state.kept, selected },
      };
    }
    case 'failure':
      return { ...state, phase: 'failed', failure: action.failure };
    case 'planeRunning':
      return {
        ...state,
        plane: { running: true, progress: null, report: state.plane?.report ?? null, failure: null },
      };
    case 'planeProgress':
      return {
        ...state,
        plane: {
          running: true,
          progress: action.progress,
          report: state.plane?.report ?? null,
          failure: null,
        },
      };
    case 'plane':
      return { ...state, plane: { running: false, progress: null, report: action.plane, failure: null } };
    case 'planeFailure':
      return {
        ...state,
        plane: {
          running: false,
          progress: null,
          report: state.plane?.report ?? null,
          failure: action.failure,
        },
      };
    case 'stale':
      return { ...state, stale: true };
    case 'keep':
      return { ...state, kept: { ...state.kept, ...action.change } };
    case 'stopping':
      return { ...state, phase: 'stopping' };
    case 'rerunning':
      return { ...state, phase: 'running', failure: null, stale: false, progress: null, proven: null };
    case 'scene':
      return { ...state, scene: action.scene };
    case 'weights':
      return { ...state, weights: action.weights };
    case 'manifolds':
      return { ...state, manifolds: action.manifolds };
    case 'symbols':
      return { ...state, symbols: action.symbols };
    case 'sensitivity':
      return { ...state, sensitivity: action.sensitivity };
    case 'basins':
      return { ...state, basins: action.basins };
    case 'launch': {
      const launched = [...state.launched, { start: action.start, path: null }].slice(-MAX_TRAJECTORIES);
      const kept = { ...state.kept, trajectories: true, starts: launched.map(({ start }) => start) };
      return { ...state, launched, kept };
    }
    case 'path': {
      const launched = action.path
        ? state.launched.map((one) => (same(one.start, action.start) ? { ...one, path: action.path } : one))
        : state.launched.filter((one) => !same(one.start, action.start));
      return { ...state, launched };
    }
    case 'clearTrajectories':
      return { ...state, launched: [], kept: { ...state.kept, starts: [] } };
  }
}

export interface Store {
  readonly state: State;
  dispatch(action: Action): void;
  subscribe(listener: (state: State, before: State) => void): () => void;
}

export function createStore(restored: unknown): Store {
  let state = initialState(restored);
  const listeners = new Set<(state: State, before: State) => void>();
  return {
    get state() {
      return state;
    },
    dispatch(action) {
      const before = state;
      state = reduce(state, action);
      for (const listener of listeners) listener(state, before);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
