import type { JSX, RefObject } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Timeline } from '../../src/core/report/timeline';
import { growthExtent, valueExtent } from '../../src/figures/timeline/extent';
import { focusHeight, type FocusFigure } from '../../src/figures/timeline/focus';
import { countedPlaces, forcingWords, provenThroughout } from '../../src/figures/timeline/words';
import { axisKey, axisOfKey, coordinateOf, type AxisChoice } from '../../src/figures/projection';
import type { Side } from '../../src/protocol/timelinePanel';
import { useThrottled } from '../figures/Figure';
import type { FigureHandle } from '../figures/types';
import { Button, Checkbox, Dropdown, Icon, Menu } from '../ui';
import { EventTable } from './EventTable';
import { axesOf, axisOptions } from './axes';
import { Numbers } from './Numbers';
import { Overview } from './Overview';
import { PairTable } from './PairTable';
import { Portrait } from './Portrait';
import { RunFigure } from './RunFigure';
import {
  centerShift,
  viewOf,
  type Interval,
  type Kept,
  type RunState,
  type State,
  type Store,
} from './store';

const wider = (a: readonly [number, number], b: readonly [number, number]): [number, number] => [
  Math.min(a[0], b[0]),
  Math.max(a[1], b[1]),
];

export function App({ store }: { store: Store }): JSX.Element {
  const [state, setState] = useState(store.state);
  useEffect(() => store.subscribe(setState), []);
  useEffect(() => {
    document.body.dataset['palette'] = state.palette;
  }, [state.palette]);
  useEffect(() => {
    store.post({ type: 'spectra', on: state.kept.exponents });
  }, [state.kept.exponents]);
  const handles = { A: useRef<FigureHandle>(null), B: useRef<FigureHandle>(null) };
  const portraits = { A: useRef<FigureHandle>(null), B: useRef<FigureHandle>(null) };
  const whole = useRef<FigureHandle>(null);
  const { kept, runs } = state;
  const sides = (['A', 'B'] as const).filter((side) => runs[side] !== null);
  const shown = sides.filter(
    (side) => runs[side]?.prepared && runs[side].prepared.timeline.checkpoints.length > 0,
  );
  const views = { A: viewOf(state, 'A'), B: viewOf(state, 'B') };
  const first = runs.A?.prepared?.timeline ?? null;
  const stateDim = first?.model.stateDim ?? 1;
  const axes = useMemo(
    () => axesOf(kept, first),
    [kept.coordinate, kept.portrait, stateDim, first?.principal],
  );
  const coordinate = useMemo(
    () => coordinateOf(axes.coordinate, stateDim, first?.principal ? { principal: first.principal } : null),
    [axes.coordinate, stateDim, first?.principal],
  );
  const show = useMemo(
    () => ({
      weightChange: kept.weightChange,
      exponents: kept.exponents,
      simulated: kept.simulated,
      persistence: !kept.hidden.includes('bcb-persistence'),
    }),
    [kept.weightChange, kept.exponents, kept.simulated, kept.hidden],
  );
  const scales = useMemo(() => {
    if (shown.length < 2) return null;
    const parts = shown.map((side) => {
      const part = { prepared: runs[side]!.prepared!, view: views[side], coordinate, show };
      return { values: valueExtent(part), growth: growthExtent(part) };
    });
    return {
      values: wider(parts[0]!.values, parts[1]!.values),
      growth: wider(parts[0]!.growth, parts[1]!.growth),
    };
  }, [runs, views.A[0], views.A[1], views.B[0], views.B[1], coordinate, show]);
  const figureA = useFigure('A');
  const figureB = useFigure('B');
  const figures = { A: figureA, B: figureB };
  function useFigure(side: Side): FocusFigure | null {
    const prepared = runs[side]?.prepared ?? null;
    const other = runs[side === 'A' ? 'B' : 'A']?.prepared ?? null;
    const view = views[side];
    return useMemo(
      () =>
        prepared && {
          prepared,
          view,
          coordinate,
          show,
          // Once for all that is drawn and found with them.
          values: scales?.values ?? valueExtent({ prepared, view, coordinate, show }),
          growth: scales?.growth ?? growthExtent({ prepared, view }),
          selected: side === 'A' ? kept.selected : null,
          laneNames: side === 'A',
          beside: other ? [other] : [],
        },
      [prepared, other, view[0], view[1], coordinate, show, scales, kept.selected],
    );
  }
  const overview = useMemo(
    () => ({
      runs: shown.map((side) => ({ name: side, prepared: runs[side]!.prepared!, view: views[side] })),
    }),
    [runs, views.A[0], views.A[1], views.B[0], views.B[1]],
  );
  const pair = runs.A?.prepared?.timeline.run.pair ? runs.A.prepared : null;
  // What no window and no cursor changes stays the same element, and costs nothing while they move.
  const header = useMemo(
    () => (
      <Header
        state={state}
        store={store}
        figures={[
          ...shown.flatMap((side) => {
            const of = shown.length > 1 ? ` ${side}` : '';
            return [
              { label: `Diagram${of}`, name: `timeline${of}`, handle: handles[side] },
              ...(stateDim > 1
                ? [{ label: `Phase portrait${of}`, name: `portrait${of}`, handle: portraits[side] }]
                : []),
            ];
          }),
          ...(pair ? [] : [{ label: 'Whole run', name: 'whole run', handle: whole }]),
        ]}
      />
    ),
    [runs, state.live],
  );
  const notices = useMemo(
    () => sides.map((side) => <Notices key={side} side={side} run={runs[side]!} store={store} />),
    [runs],
  );
  const numbers = useMemo(
    () => (
      <Numbers
        runs={shown.map((side) => ({
          name: `${side} ${runs[side]!.name}`,
          timeline: runs[side]!.prepared!.timeline,
        }))}
      />
    ),
    [runs],
  );
  const tools = useMemo(
    () => (
      <div class="timeline-tools" role="group" aria-label="What the rows show">
        <Dropdown
          label="Coordinate of the diagram"
          value={axisKey(axes.coordinate)}
          options={first ? axisOptions(first) : []}
          onChange={(value) => store.keep({ coordinate: axisOfKey(value) })}
        />
        <Checkbox checked={kept.simulated} onChange={(simulated) => store.keep({ simulated })}>
          Simulated
        </Checkbox>
        <Checkbox checked={kept.weightChange} onChange={(weightChange) => store.keep({ weightChange })}>
          Weight change
        </Checkbox>
        <Checkbox checked={kept.exponents} onChange={(exponents) => store.keep({ exponents })}>
          Lyapunov spectrum
        </Checkbox>
        {shown.length > 1 && (
          <Dropdown
            label="Windows of the two runs"
            value={kept.align}
            options={[
              { value: 'own', text: 'Own windows' },
              { value: 'same', text: 'Same window' },
              ...(centerShift(runs) === null
                ? []
                : [{ value: 'center', text: 'Aligned at the first center bifurcation' }]),
            ]}
            onChange={(value) => store.keep({ align: value as typeof kept.align })}
          />
        )}
      </div>
    ),
    [runs, axes, kept.simulated, kept.weightChange, kept.exponents, kept.align],
  );
  return (
    <div class="timeline-app">
      {header}
      <main>
        {notices}
        {shown.length > 0 && (
          <>
            {pair ? (
              <PairTable prepared={pair} onEvent={(id) => chooseEvent(store, 'A', id, false)} />
            ) : (
              <div class="top">
                <div class="overview">
                  <Overview
                    figure={overview}
                    handle={whole}
                    onView={(i, view) => setView(store, shown[i]!, view)}
                  />
                </div>
                {numbers}
              </div>
            )}
            {tools}
            <div class={shown.length > 1 ? 'columns two' : 'columns'}>
              {shown.map((side) => (
                <Column
                  key={side}
                  side={side}
                  store={store}
                  run={runs[side]!}
                  kept={kept}
                  figure={figures[side]!}
                  axes={axes.portrait}
                  alone={shown.length === 1}
                  diagram={handles[side]}
                  portrait={portraits[side]}
                />
              ))}
            </div>
          </>
        )}
      </main>
    </div>
  );
}

/** Moves the window of a run; one that is tied to the first run's moves that. */
function setView({ state: { kept, runs }, keep }: Store, side: Side, view: Interval | null): void {
  const tied = side === 'B' && kept.align !== 'own';
  const shift = tied && kept.align === 'center' ? (centerShift(runs) ?? 0) : 0;
  const moved: Interval | null = view && [view[0] - shift, view[1] - shift];
  keep({ views: { ...kept.views, [tied ? 'A' : side]: moved } });
}

/** Selects an event and brings it into the window; an id of none selects nothing. */
function chooseEvent(store: Store, side: Side, id: string, open: boolean): void {
  const event = store.state.runs[side]?.prepared?.timeline.events.find((one) => one.id === id);
  store.keep({ selected: event ? id : null, ...(event ? { cursor: event.epoch } : {}) });
  if (!event) return;
  const [lo, hi] = viewOf(store.state, side);
  if (event.epoch < lo || event.epoch > hi)
    setView(store, side, [event.epoch - (hi - lo) / 2, event.epoch + (hi - lo) / 2]);
  if (open) store.post({ type: 'openCheckpoints', side, epochs: event.epochs });
}

/** Height of the line under the rows where it takes two, px. */
const READOUT = 42;
/** Milliseconds that a list of the events in the window stands at the least. */
const LIST_MS = 250;
/** A window that does not change where none is asked for. */
const EVERYWHERE: Interval = [-Infinity, Infinity];

/** One run: its rows, the phase portrait at the cursor, and its events as a table. */
function Column(props: {
  readonly side: Side;
  readonly store: Store;
  readonly run: RunState;
  readonly kept: Kept;
  readonly figure: FocusFigure;
  readonly axes: readonly [AxisChoice, AxisChoice];
  readonly alone: boolean;
  readonly diagram: RefObject<FigureHandle | null>;
  readonly portrait: RefObject<FigureHandle | null>;
}): JSX.Element {
  const { side, store, run, kept, figure, axes, alone } = props;
  const prepared = run.prepared!;
  const selected = side === 'A' ? kept.selected : null;
  const onCursor = useCallback((cursor: number | null) => store.keep({ cursor }), [store]);
  const onEvent = useCallback(
    (id: string, open: boolean) => chooseEvent(store, side, id, open),
    [store, side],
  );
  const open = useCallback(
    (epochs: readonly number[]) => store.post({ type: 'openCheckpoints', side, epochs }),
    [store, side],
  );
  const portrait = useMemo(
    () => (
      <Portrait
        name={run.name}
        prepared={prepared}
        cursor={kept.cursor}
        selected={selected}
        axes={axes}
        onAxes={(chosen) => store.keep({ portrait: chosen })}
        onCursor={onCursor}
        onOpen={open}
        handle={props.portrait}
      />
    ),
    [run.name, prepared, kept.cursor, selected, axes, onCursor, open],
  );
  // The list follows the window, but not every step of it.
  const resting = useThrottled(figure.view, LIST_MS);
  const window = kept.windowed ? resting : EVERYWHERE;
  const events = useMemo(
    () => (
      <EventTable
        name={run.name}
        prepared={prepared}
        selected={selected}
        hidden={kept.hidden}
        onHidden={(hidden) => store.keep({ hidden })}
        view={window}
        windowed={kept.windowed}
        onWindowed={(windowed) => store.keep({ windowed })}
        onEvent={onEvent}
      />
    ),
    [run.name, prepared, selected, kept.hidden, window, kept.windowed, onEvent],
  );
  return (
    <section class="column" aria-label={run.name}>
      {!alone && (
        <h2>
          <strong>{side}</strong> {run.name}{' '}
          <span class="muted">
            {forcingWords(prepared.timeline)} · {countedPlaces(prepared.timeline)}
          </span>
        </h2>
      )}
      <div class="run-row">
        <div class="run-figure" style={{ height: `${String(focusHeight(figure) + READOUT)}px` }}>
          <RunFigure
            name={run.name}
            figure={figure}
            cursor={kept.cursor}
            handle={props.diagram}
            onCursor={onCursor}
            onView={(view) => setView(store, side, view)}
            onEpoch={(epoch) => open([epoch])}
            onEvent={onEvent}
          />
        </div>
        {portrait}
      </div>
      {events}
    </section>
  );
}

/** Neither two models nor a line through one. */
const isRun = ({ run, axis }: Timeline): boolean => run.pair === null && axis !== 'offset';

/** A figure that can be exported. */
interface SavedFigure {
  readonly label: string;
  readonly name: string;
  readonly handle: { readonly current: FigureHandle | null };
}

function Header({
  state,
  store,
  figures,
}: {
  state: State;
  store: Store;
  figures: readonly SavedFigure[];
}): JSX.Element {
  const run = state.runs.A;
  const timeline = run?.prepared?.timeline;
  const proven = timeline ? provenThroughout(timeline) : 0;
  const save = ({ name, handle }: SavedFigure, format: 'svg' | 'png'): void => {
    if (!handle.current) return;
    if (format === 'svg') store.post({ type: 'saveFigure', name, format, data: handle.current.toSvg() });
    else void handle.current.toPng().then((data) => store.post({ type: 'saveFigure', name, format, data }));
  };
  const fraction = run?.progress?.fraction ?? null;
  return (
    <header>
      <div class="identity">
        <h1>{run?.name ?? 'Bifurcation timeline'}</h1>
        {timeline && (
          <p class="facts">
            <span>{timeline.model.kind}</span>
            <span>M = {timeline.model.stateDim}</span>
            {isRun(timeline) && <span>{forcingWords(timeline)}</span>}
            {isRun(timeline) && <span>{timeline.checkpoints.length} checkpoints</span>}
            {state.live && <span class="live">live</span>}
          </p>
        )}
        {state.runs.B && <span class="muted">compared with {state.runs.B.name}</span>}
      </div>
      <div class="tools">
        {run?.busy && (
          <>
            <span class="muted">
              {run.progress?.stage ?? 'Reading the run'}
              {fraction !== null && ` · ${String(Math.round(100 * fraction))} %`}
            </span>
            <Button kind="secondary" icon="stop" onClick={() => store.post({ type: 'stop' })}>
              Stop, keep found
            </Button>
          </>
        )}
        {timeline && !run.busy && (
          <span class={proven === 0 ? 'badge open' : 'badge proven'}>
            <Icon name={proven === 0 ? 'question' : 'proven'} />
            <strong>
              {proven === 0
                ? 'No guarantee'
                : proven === 'all'
                  ? 'Every order proven'
                  : `Proven to order ${String(proven)}`}
            </strong>
          </span>
        )}
        {timeline?.run.pair ? null : state.runs.B ? (
          <Button kind="quiet" onClick={() => store.post({ type: 'endCompare' })}>
            End comparison
          </Button>
        ) : (
          <Button kind="quiet" disabled={!timeline} onClick={() => store.post({ type: 'compare' })}>
            Compare…
          </Button>
        )}
        <Menu
          text="Export"
          icon="export"
          disabled={!timeline}
          groups={[
            {
              label: 'Timeline',
              items: (['json', 'csv', 'html'] as const).map((format) => ({
                text: format.toUpperCase(),
                run: () => store.post({ type: 'export', side: 'A', format }),
              })),
            },
            ...figures.map((figure) => ({
              label: figure.label,
              items: (['svg', 'png'] as const).map((format) => ({
                text: format.toUpperCase(),
                run: () => save(figure, format),
              })),
            })),
          ]}
        />
      </div>
      <div class={run?.busy ? 'progress busy' : 'progress'} aria-hidden="true">
        {run?.busy && <span style={{ width: `${String(100 * (fraction ?? 0.02))}%` }} />}
      </div>
    </header>
  );
}

function Notices({ side, run, store }: { side: Side; run: RunState; store: Store }): JSX.Element | null {
  const { failure, prepared, busy } = run;
  if (failure)
    return (
      <div class="notice error" role="alert">
        <Icon name="error" />
        <div class="notice-text">
          <strong>{run.name}</strong>: {failure.message} {failure.remedy}
        </div>
        <div class="notice-action">
          {side === 'A' && <Button onClick={() => store.post({ type: 'rerun' })}>Retry</Button>}
        </div>
      </div>
    );
  if (!prepared)
    return (
      <p class="muted waiting" role="status">
        {busy ? 'Reading the checkpoints. The first picture appears as soon as some are analysed.' : ''}
      </p>
    );
  const { timeline } = prepared;
  if (timeline.checkpoints.length === 0)
    return (
      <div class="notice info" role="status">
        <Icon name="info" />
        <div class="notice-text">
          No checkpoints in this folder. Numbered files such as model_120.pt are recognised; further patterns
          can be set.
        </div>
      </div>
    );
  const stopped = timeline.search.partial && !busy;
  if (timeline.warnings.length === 0 && !stopped && timeline.balance.broken.length === 0) return null;
  return (
    <details class="notice warning">
      <summary>
        {stopped ? 'Stopped early: some checkpoints may be missing. ' : ''}
        {timeline.balance.broken.length > 0
          ? `${String(timeline.balance.broken.length)} steps are not explained by the events. `
          : ''}
        {timeline.warnings.length > 0
          ? timeline.warnings.length === 1
            ? '1 warning'
            : `${String(timeline.warnings.length)} warnings`
          : ''}
      </summary>
      <ul>
        {[...timeline.balance.broken.map(({ text }) => text), ...timeline.warnings].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </details>
  );
}
