import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { BasinPicture } from '../../src/core/report/scene';
import { fitStateSpace, stateUnder } from '../../src/figures/stateSpace';
import { axisKey, axisOfKey, coordinateOf, stateAt, type FigureScene } from '../../src/figures/projection';
import { formatVector } from '../../src/figures/format';
import { Spectrum, StateSpace, TimeSeries } from '../figures';
import type { AxisChoice, FigureHandle, LaunchedTrajectory } from '../figures/types';
import type { State } from '../store';
import { Button, Checkbox, Dropdown, Segments } from '../ui';
import { Exploration } from './Exploration';
import { PlanePopover } from './PlanePopover';
import { planeOf, useFigureScene } from './slicePlane';
import { figureContinua, figureObjects, useMedia, usePanel } from './context';

/** Components offered as axes; later ones explain next to nothing. */
const MAX_COMPONENTS = 8;

/** What the axes show: the user's choice where it fits the system, else coordinates for small n, components for large. */
export function axesOf({ kept, model, objects }: State): AxisChoice[] {
  const n = model?.stateDim ?? 1;
  const usable = 'plane' in planeOf(kept.through, objects);
  const type = n > 3 ? 'pc' : 'state';
  return Array.from({ length: kept.dimensions }, (_, i) => {
    const chosen = kept.axes[i];
    const plane = chosen?.type === 'plane' && !usable;
    return chosen && chosen.index < n && !plane ? chosen : { type, index: Math.min(i, n - 1) };
  });
}

export const shownTrajectories = (state: State): LaunchedTrajectory[] =>
  state.launched.flatMap(({ start, path }) => (path ? [{ id: start.join(' '), trajectory: path }] : []));

/** The tools of the portrait, at the end of the row of tabs. */
export function StateSpaceTools(): JSX.Element {
  const { state, controller } = usePanel();
  const { kept, model } = state;
  const scene = useFigureScene();
  const n = model?.stateDim ?? 1;
  const axes = axesOf(state);
  const options = useMemo(() => {
    const components = Math.min(scene?.principal.components.length ?? (n > 3 ? 3 : 0), MAX_COMPONENTS, n);
    const choices: AxisChoice[] = [
      ...Array.from({ length: n }, (_, index): AxisChoice => ({ type: 'state', index })),
      ...Array.from({ length: n > 1 ? components : 0 }, (_, index): AxisChoice => ({ type: 'pc', index })),
      ...Array.from({ length: scene?.plane ? 2 : 0 }, (_, index): AxisChoice => ({ type: 'plane', index })),
    ];
    return choices.map((axis) => ({ value: axisKey(axis), text: axisText(axis, n, scene) }));
  }, [n, scene]);
  const setAxis = (at: number, name: string): void =>
    controller.keep({ axes: axes.map((axis, i) => (i === at ? axisOfKey(name) : axis)), view: null });
  return (
    <div class="view-tools" role="group" aria-label="State space">
      {n === 2 && (
        <Checkbox checked={kept.borders} onChange={(borders) => controller.keep({ borders })}>
          Borders
        </Checkbox>
      )}
      <Checkbox checked={kept.simulated} onChange={(simulated) => controller.keep({ simulated })}>
        Simulated
      </Checkbox>
      <Checkbox checked={kept.trajectories} onChange={(trajectories) => controller.keep({ trajectories })}>
        Trajectories
      </Checkbox>
      {n > 1 && kept.dimensions === 2 && (
        <>
          <Checkbox checked={kept.manifolds} onChange={(manifolds) => controller.keep({ manifolds })}>
            Manifolds
          </Checkbox>
          <Checkbox checked={kept.basins} onChange={(basins) => controller.keep({ basins })}>
            Basins
          </Checkbox>
        </>
      )}
      {state.launched.length > 0 && (
        <Button kind="quiet" icon="clear" label="Clear trajectories" onClick={controller.clearTrajectories} />
      )}
      {n > 2 && (
        <Segments
          label="Dimensions"
          value={kept.dimensions === 3 ? '3-D' : '2-D'}
          options={[
            { value: '2-D', text: '2-D' },
            { value: '3-D', text: '3-D' },
          ]}
          onChange={(value) => controller.keep({ dimensions: value === '3-D' ? 3 : 2, view: null })}
        />
      )}
      {n > 2 && kept.dimensions === 2 && state.report && <PlanePopover />}
      {n > 1 && (
        <span class="axes">
          {axes.map((axis, i) => (
            <>
              {i > 0 && <span aria-hidden="true">×</span>}
              <Dropdown
                key={i}
                label={['Horizontal axis', 'Vertical axis', 'Third axis'][i]!}
                value={axisKey(axis)}
                options={options}
                onChange={(name) => setAxis(i, name)}
              />
            </>
          ))}
        </span>
      )}
    </div>
  );
}

const axisText = (axis: AxisChoice, n: number, scene: FigureScene | null): string =>
  axis.type === 'pc' && !scene ? `PC ${String(axis.index + 1)}` : coordinateOf(axis, n, scene).title;

/** The portrait, with the multipliers and the latest trajectory beside it (or below, where it is narrow). */
export function StateSpaceView({ handle }: { handle: RefObject<FigureHandle | null> }): JSX.Element {
  const { state, controller } = usePanel();
  const { kept, model } = state;
  const scene = useFigureScene();
  const [x, y, z] = axesOf(state);
  const objects = figureObjects(state.objects);
  const trajectories = useMemo(() => shownTrajectories(state), [state.launched]);
  const axes = useMemo(
    () => ({ x: x!, y: y!, ...(z && { z }) }),
    [x?.type, x?.index, y?.type, y?.index, z?.type, z?.index],
  );
  const show = useMemo(
    () => ({ borders: kept.borders, simulated: kept.simulated, trajectories: kept.trajectories }),
    [kept.borders, kept.simulated, kept.trajectories],
  );
  const manifolds = kept.manifolds && state.manifolds !== 'waiting' ? state.manifolds : null;
  const basins = useBasins(axes);
  return (
    <div class="state-view">
      <div class="portrait">
        <StateSpace
          handle={handle}
          stateDim={model?.stateDim ?? 1}
          objects={objects}
          continua={figureContinua(state.objects)}
          scene={scene}
          axes={axes}
          show={show}
          selected={kept.selected}
          onSelect={controller.select}
          trajectories={trajectories}
          manifolds={manifolds}
          basins={basins}
          onLaunch={controller.launch}
          onProbe={controller.probe}
          view={kept.view}
          onView={(view) => controller.keep({ view })}
        />
      </div>
      <Beside />
    </div>
  );
}

/** How far beyond the fitted view basins are computed: the figure may be wider than its objects. */
const BASIN_MARGIN = 0.6;
/** How long the view must rest before they are computed anew. */
const REST_MS = 250;

/** The basins of the chosen axes and view, asked for where they are wanted. */
function useBasins(axes: { x: AxisChoice; y: AxisChoice; z?: AxisChoice }): BasinPicture | null {
  const { state, controller } = usePanel();
  const { kept, model, report } = state;
  const scene = useFigureScene();
  const n = model?.stateDim ?? 1;
  const wanted = kept.basins && report !== null && scene !== null && n > 1 && !axes.z;
  const objects = figureObjects(state.objects);
  const figure = {
    stateDim: n,
    objects,
    scene,
    axes,
    show: { borders: false, simulated: true, trajectories: false },
    selected: kept.selected,
    trajectories: [],
    view: null,
  };
  const view = wanted ? (kept.view ?? fitStateSpace(figure)) : null;
  const key = view ? JSON.stringify([axes, view, n > 2 ? kept.selected : null, kept.through]) : '';
  useEffect(() => {
    if (!view) return undefined;
    const timer = setTimeout(() => {
      const widened = ([low, high]: readonly [number, number]): [number, number] => [
        low - BASIN_MARGIN * (high - low),
        high + BASIN_MARGIN * (high - low),
      ];
      const centre = ([low, high]: readonly [number, number]): number => (low + high) / 2;
      const { state: base } = stateUnder(figure, centre(view.x), centre(view.y));
      const at = (x: number, y: number): number[] =>
        stateAt(base, [
          { coordinate: coordinateOf(axes.x, n, scene), value: x },
          { coordinate: coordinateOf(axes.y, n, scene), value: y },
        ]);
      const origin = at(0, 0);
      const from = (z: number[]): number[] => z.map((value, i) => value - origin[i]!);
      controller.showBasins(key, {
        origin,
        u: from(at(1, 0)),
        v: from(at(0, 1)),
        x: widened(view.x),
        y: widened(view.y),
      });
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return wanted ? (state.basins?.picture ?? null) : null;
}

/** Steps of the small series: single steps stay visible; the Time series tab shows all. */
const SMALL_STEPS = 78;

const beginning = ({ id, trajectory }: LaunchedTrajectory): LaunchedTrajectory => ({
  id,
  trajectory: {
    ...trajectory,
    points: trajectory.points.slice(0, SMALL_STEPS + 1),
    regions: trajectory.regions.slice(0, SMALL_STEPS + 1),
  },
});

function Beside(): JSX.Element {
  const { state, controller } = usePanel();
  const { kept, model, scene } = state;
  const n = model?.stateDim ?? 1;
  const objects = figureObjects(state.objects);
  const last = shownTrajectories(state).at(-1);
  const trajectories = useMemo(() => (last ? [beginning(last)] : []), [last?.id, last?.trajectory]);
  const selected = objects.find(({ id }) => id === kept.selected);
  const resting = last === undefined && selected?.order === 1 ? selected : null;
  const rows = useMemo(
    () =>
      Array.from({ length: Math.min(n, 3) }, (_, index): AxisChoice => ({
        type: n > 3 ? 'pc' : 'state',
        index,
      })),
    [n],
  );
  const side = useMedia('(min-width: 1100px)');
  return (
    <div class={side ? 'beside' : 'beside under'}>
      <section class="small-figure spectrum" aria-labelledby="multipliers-head">
        <h2 id="multipliers-head">Multipliers</h2>
        <Spectrum
          objects={objects}
          selected={kept.selected}
          onSelect={controller.select}
          perStep={kept.perStep}
          compact
        />
      </section>
      <section class="small-figure series" aria-labelledby="series-head">
        <h2 id="series-head">
          {last
            ? `Trajectory from ${formatVector(last.trajectory.points[0] ?? [], 2, 3)}`
            : selected && !resting
              ? `Time series of ${selected.id}`
              : 'Time series'}
        </h2>
        {resting ? (
          <>
            <p class="muted hint">
              {resting.id} is a fixed point: its time series is constant. Click in the state space to launch a
              trajectory, or see what an orbit does that starts next to it.
            </p>
            {state.report && (
              <p class="launch">
                <Button kind="secondary" onClick={() => controller.launchBeside(resting.points[0] ?? [])}>
                  Launch beside {resting.id}
                </Button>
              </p>
            )}
          </>
        ) : last || selected ? (
          <TimeSeries
            stateDim={n}
            rows={rows}
            scene={scene}
            objects={objects}
            selected={last ? null : kept.selected}
            trajectories={trajectories}
            compact
          />
        ) : (
          <p class="muted hint">Select an object, or click in the state space to launch a trajectory.</p>
        )}
      </section>
      <Exploration />
    </div>
  );
}
