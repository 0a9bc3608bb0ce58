import type { OtherKind } from '../src/protocol/interpretations';
import type { BasinRequest, SensitivityRequest } from '../src/protocol/explore';
import type { PlaneAxisRequest, PlaneRequest } from '../src/protocol/plane';
import type { SearchOptions } from '../src/protocol/job';
import type { DataFormat, ExportFormat, Explored } from '../src/protocol/panel';
import type { BasinPicture, ManifoldPicture, Probe } from '../src/core/report/scene';
import type { Host } from './host';
import type { Kept, State, Store } from './store';

/** What the views can do. */
export interface Controller {
  keep(change: Partial<Kept>): void;
  select(id: string | null): void;
  stop(): void;
  rerun(search: Partial<SearchOptions>): void;
  choose(index: number): void;
  mapTensors(): void;
  takeAs(kind: OtherKind): void;
  exportReport(format: ExportFormat): void;
  saveFigure(name: string, format: 'svg' | 'png', data: string): void;
  copy(text: string, what: string): void;
  openSettings(): void;
  showLog(): void;
  launch(start: readonly number[]): void;
  /** Launches from a state a little off `point`, each time in another direction. */
  launchBeside(point: readonly number[]): void;
  clearTrajectories(): void;
  probe(state: number[]): Promise<Probe>;
  computePlane(request: PlaneRequest): void;
  stopPlane(): void;
  /** Opens the bifurcation diagram along one direction. */
  openDiagram(along: PlaneAxisRequest, maxOrder: number): void;
  /** Lets the user choose a loss to be laid beneath the plane; or takes it away. */
  chooseSurface(): void;
  removeSurface(): void;
  exportPlane(): void;
  /** Saves what was computed last of this kind as data. */
  exportData(what: Explored, format: DataFormat): void;
  /** Analyses the model at offsets of the plane, in a panel of its own. */
  openAt(at: readonly [number, number]): void;
  /** Derivatives by the weights, unless those with this key are there or on their way. */
  showSensitivity(key: string, request: SensitivityRequest): void;
  /** Basins on a slice, unless those with this key are there or on their way. */
  showBasins(key: string, slice: BasinRequest['slice']): void;
}

/** Steps of a launched trajectory: enough to settle on most cycles, and for their order to show. */
const STEPS = 400;
/** How far beside a point, in units of S. */
const BESIDE = 1e-3;
/** Points that weigh in on the principal components; more would only cost time to send. */
const MAX_SCENE_OBJECTS = 500;
/** Saddles of longer cycles are too many curves to see. */
const MAX_MANIFOLD_ORDER = 40;
/** How far manifolds are grown, in units of S. */
const MANIFOLD_REACH = 3;
/** Cells along each side of the picture of basins. */
const BASIN_CELLS = 320;

const NO_MANIFOLDS: ManifoldPicture = { manifolds: [], crossings: [], statements: [] };

/** Connects the store with the host: asks what the views need as soon as it can be answered, keeps what must survive. */
export function createController(store: Store, host: () => Host): Controller {
  const points = () =>
    store.state.objects.flatMap(({ figure }) => (figure ? [{ id: figure.id, points: figure.points }] : []));

  const askPath = (start: readonly number[]): void => {
    host()
      .ask('trajectory', { start, steps: STEPS, objects: points() })
      .then(
        (path) => store.dispatch({ type: 'path', start, path }),
        () => store.dispatch({ type: 'path', start, path: null }),
      );
  };
  const askScene = (): void => {
    const objects = points()
      .slice(0, MAX_SCENE_OBJECTS)
      .flatMap((object) => object.points);
    // Without a scene the figures still draw the objects, so a refusal needs no words.
    host()
      .ask('scene', { objects })
      .then(
        (scene) => store.dispatch({ type: 'scene', scene }),
        () => undefined,
      );
  };
  const askWeights = (): void => {
    host()
      .ask('weights', {})
      .then(
        (weights) => store.dispatch({ type: 'weights', weights }),
        () => store.dispatch({ type: 'weights', weights: [] }),
      );
  };

  const cycles = () => {
    const { report } = store.state;
    return report ? [...report.orders.flatMap((order) => order.cycles), ...report.beyond] : [];
  };
  const askManifolds = (): void => {
    store.dispatch({ type: 'manifolds', manifolds: 'waiting' });
    const objects = cycles()
      .filter(({ stability, order }) => stability === 'saddle' && order <= MAX_MANIFOLD_ORDER)
      .map(({ id, points, regions }) => ({ id, points, regions }));
    const radius = MANIFOLD_REACH * (store.state.report?.model.scale ?? 1);
    host()
      .ask('manifolds', { objects, radius })
      .then(
        (manifolds) => store.dispatch({ type: 'manifolds', manifolds }),
        () => store.dispatch({ type: 'manifolds', manifolds: NO_MANIFOLDS }),
      );
  };

  const askSymbols = (): void => {
    store.dispatch({ type: 'symbols', symbols: 'waiting' });
    const objects = points()
      .slice(0, MAX_SCENE_OBJECTS)
      .map((object) => object.points[0]!);
    host()
      .ask('symbols', { objects })
      .then(
        (symbols) => store.dispatch({ type: 'symbols', symbols }),
        () => store.dispatch({ type: 'symbols', symbols: null }),
      );
  };

  let saving: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    saving = undefined;
    host().persist(store.state.kept);
  };
  store.subscribe((state, before) => {
    if (state.kept !== before.kept && saving === undefined) saving = setTimeout(save, 100);
    if (state.report && !before.report) {
      askScene();
      for (const { start, path } of state.launched) if (!path) askPath(start);
    }
    const shows = (tab: Kept['tab']): boolean => tab === 'weights' || tab === 'plane';
    const wants = shows(state.kept.tab) && state.report !== null && state.weights === null;
    const wanted = shows(before.kept.tab) && before.report !== null && before.weights === null;
    if (wants && !wanted) askWeights();
    const onRegions = state.kept.tab === 'regions' && state.report !== null;
    if (onRegions && state.symbols === null && state !== before && before.symbols !== 'waiting') askSymbols();
    if (state.kept.manifolds && state.report !== null && state.manifolds === null) askManifolds();
  });
  window.addEventListener('pagehide', save);

  const launch = (start: readonly number[]): void => {
    store.dispatch({ type: 'launch', start });
    if (store.state.report) askPath(start);
  };

  return {
    keep: (change) => store.dispatch({ type: 'keep', change }),
    select: (selected) => store.dispatch({ type: 'keep', change: { selected } }),
    stop: () => {
      store.dispatch({ type: 'stopping' });
      host().post({ type: 'stop' });
    },
    rerun: (search) => {
      store.dispatch({ type: 'rerunning' });
      host().post({ type: 'rerun', search });
    },
    choose: (index) => host().post({ type: 'choose', index }),
    mapTensors: () => host().post({ type: 'mapTensors' }),
    takeAs: (kind) => host().post({ type: 'takeAs', kind }),
    exportReport: (format) => host().post({ type: 'export', format }),
    saveFigure: (name, format, data) => host().post({ type: 'saveFigure', name, format, data }),
    copy: (text, what) => host().post({ type: 'copy', text, what }),
    openSettings: () => host().post({ type: 'openSettings' }),
    showLog: () => host().post({ type: 'showLog' }),
    launch,
    launchBeside: (point) => {
      const { report, launched } = store.state;
      launch(beside(point, BESIDE * (report?.model.scale ?? 1), launched.length));
    },
    clearTrajectories: () => store.dispatch({ type: 'clearTrajectories' }),
    probe: (state) => host().ask('probe', { state }),
    computePlane: (request) => {
      store.dispatch({ type: 'planeRunning' });
      host().post({ type: 'plane', request });
    },
    stopPlane: () => host().post({ type: 'stopPlane' }),
    openDiagram: (along, maxOrder) => host().post({ type: 'diagram', along, maxOrder }),
    exportData: (what, format) => host().post({ type: 'exportData', what, format }),
    chooseSurface: () => host().post({ type: 'chooseSurface' }),
    removeSurface: () => host().post({ type: 'removeSurface' }),
    exportPlane: () => host().post({ type: 'exportPlane' }),
    openAt: (at) => host().post({ type: 'openAt', at }),
    showSensitivity: (key, request) => {
      if (store.state.sensitivity?.key === key) return;
      const settle = (change: Partial<NonNullable<State['sensitivity']>>): void => {
        // Another quantity may have been asked for meanwhile.
        const now = store.state.sensitivity;
        if (now?.key === key) store.dispatch({ type: 'sensitivity', sensitivity: { ...now, ...change } });
      };
      const picture = store.state.sensitivity?.picture ?? null;
      store.dispatch({ type: 'sensitivity', sensitivity: { key, picture, failure: null } });
      host()
        .ask('sensitivity', request)
        .then(
          (answer) => settle({ picture: answer }),
          (refusal: unknown) => settle({ failure: refusal instanceof Error ? refusal.message : '' }),
        );
    },
    showBasins: (key, slice) => {
      if (store.state.basins?.key === key) return;
      store.dispatch({ type: 'basins', basins: { key, picture: null } });
      const attractors = cycles()
        .filter(({ stability }) => stability === 'stable')
        .map(({ id, points, regions, margin }) => ({ id, points, regions, margin }));
      const reach = store.state.report?.model.scale ?? 1;
      const settle = (picture: BasinPicture | null): void => {
        // Another slice may have been asked for meanwhile.
        if (store.state.basins?.key === key) store.dispatch({ type: 'basins', basins: { key, picture } });
      };
      host()
        .ask('basins', { attractors, slice, columns: BASIN_CELLS, rows: BASIN_CELLS, reach })
        .then(settle, () => settle(null));
    },
  };
}

/** A state at distance `by` from `point`; the direction turns with `turn` by the golden angle, so that none repeats. */
export function beside(point: readonly number[], by: number, turn: number): number[] {
  const golden = Math.PI * (3 - Math.sqrt(5));
  const direction = point.map((_, i) => Math.cos((i + 1) * (turn + 1) * golden - (i * Math.PI) / 2));
  const length = Math.hypot(...direction) || 1;
  return point.map((value, i) => value + (by * direction[i]!) / length);
}
