import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatVector } from '../../src/figures/format';
import type { Painter, Theme } from '../../src/figures/painter';
import {
  drawCursor,
  drawStateSpace,
  fitEverything,
  fitStateSpace,
  hitStateSpace,
  layoutStateSpace,
  projectStates,
  stateUnder,
  type StateSpaceFigure,
  type View,
} from '../../src/figures/stateSpace';
import { countObjects, describeObject, describeProbe, neighbour } from './describe';
import { Figure, type Interaction } from './Figure';
import { StateSpace3d } from './StateSpace3d';
import type { StateSpaceProps } from './types';
import { useProbe } from './useProbe';

/** The phase portrait: two-dimensional, or three-dimensional where `axes.z` is chosen and the system has room. */
export function StateSpace(props: StateSpaceProps) {
  return props.axes.z && props.stateDim >= 3 ? <StateSpace3d {...props} /> : <StateSpace2d {...props} />;
}

const KEYS =
  'Arrow keys move the cursor, with Shift in small steps. Plus and minus zoom, 0 fits, Enter launches a trajectory, ' +
  'n and p go through the objects, Escape clears.';

const NONE: readonly never[] = [];

function StateSpace2d(props: StateSpaceProps) {
  const {
    objects,
    continua = NONE,
    scene,
    stateDim,
    show,
    selected,
    trajectories,
    onSelect,
    onLaunch,
    onView,
    axes,
    manifolds = null,
    basins = null,
  } = props;
  const [moved, setMoved] = useState<View | null>(props.view ?? null);
  const [cursor, setCursor] = useState<readonly [number, number] | null>(null);
  const [message, setMessage] = useState('');
  const [size, setSize] = useState({ width: 0, height: 0 });
  const { probe, ask } = useProbe(props.onProbe);
  const axisKey = JSON.stringify([axes.x, axes.y]);

  const base = useMemo(
    (): Omit<StateSpaceFigure, 'view'> => ({
      stateDim,
      objects,
      continua,
      scene,
      axes,
      show,
      selected,
      trajectories,
      manifolds,
      basins,
    }),
    [
      stateDim,
      objects,
      continua,
      scene,
      axisKey,
      show.borders,
      show.simulated,
      show.trajectories,
      selected,
      trajectories,
      manifolds,
      basins,
    ],
  );
  const held = useHeldFit(base, axisKey);
  const figure = useMemo((): StateSpaceFigure => ({ ...base, view: moved ?? held }), [base, moved, held]);
  const layout = useMemo(() => layoutStateSpace(size.width, size.height, figure), [figure, size]);

  // A new choice of axes starts from the fit.
  const firstAxes = useRef(axisKey);
  useEffect(() => {
    if (firstAxes.current === axisKey) return;
    firstAxes.current = axisKey;
    setMoved(null);
    setCursor(null);
    ask(null);
    onView?.(null);
  }, [axisKey]);

  const move = (view: View | null) => {
    setMoved(view);
    onView?.(view);
  };
  /** Back to the fit; from the fit to all objects, where some lie far outside. */
  const fit = () => {
    move(moved === null && layout.outside.length > 0 ? fitEverything(figure) : null);
  };
  const pointAt = (px: number, py: number) => {
    const value = [layout.x.from(px), layout.y.from(py)] as const;
    setCursor(value);
    setMessage('');
    ask(stateUnder(figure, value[0], value[1]).state);
  };
  const zoom = (px: number, py: number, factor: number) => {
    const about = (scale: typeof layout.x, pixel: number): [number, number] => {
      const fixed = scale.from(pixel);
      return [fixed + (scale.domain[0] - fixed) / factor, fixed + (scale.domain[1] - fixed) / factor];
    };
    const view = { x: about(layout.x, px), y: about(layout.y, py) };
    const width = view.x[1] - view.x[0];
    const far = Math.max(Math.abs(view.x[0]), Math.abs(view.x[1]), 1e-12);
    if (width > 1e-11 * far && width < 1e12 * Math.max(far / 1e6, 1)) move(view);
  };
  const launch = (px: number, py: number) => {
    const { state, from } = stateUnder(figure, layout.x.from(px), layout.y.from(py));
    onLaunch(state);
    setMessage(`launched from z = ${formatVector(state, 3)}${from ? `, ${from}` : ''}`);
  };
  const select = (id: string) => {
    const object = objects.find((candidate) => candidate.id === id);
    onSelect(id);
    if (!object) return;
    setMessage(describeObject(object));
    const xy = projectStates(object.points, layout.coordinates, true);
    if (xy.length >= 2) setCursor([xy[0]!, xy[1]!]);
    ask(null);
  };

  const interaction: Interaction = {
    onHover: pointAt,
    onLeave: () => {
      setCursor(null);
      ask(null);
    },
    onClick: (px, py) => {
      const hit = hitStateSpace(layout, figure, px, py);
      if (hit) select(hit.id);
      return hit !== null;
    },
    onSettledClick: (px, py) => {
      const { left, top, width, height } = layout.frame;
      if (px >= left && px <= left + width && py >= top && py <= top + height) launch(px, py);
    },
    onDoubleClick: fit,
    onDrag: (dx, dy) => {
      const shift = (interval: readonly [number, number], by: number): [number, number] => [
        interval[0] - by,
        interval[1] - by,
      ];
      move({
        x: shift(layout.x.domain, dx / layout.x.slope),
        y: shift(layout.y.domain, dy / layout.y.slope),
      });
    },
    onZoom: zoom,
    onKey: (event) => {
      const centre = [
        layout.frame.left + layout.frame.width / 2,
        layout.frame.top + layout.frame.height / 2,
      ] as const;
      const [px, py] = cursor ? [layout.x.to(cursor[0]), layout.y.to(cursor[1])] : centre;
      const step = event.shiftKey ? 2 : 12;
      switch (event.key) {
        case 'ArrowLeft':
          pointAt(Math.max(layout.frame.left, px - step), py);
          return true;
        case 'ArrowRight':
          pointAt(Math.min(layout.frame.left + layout.frame.width, px + step), py);
          return true;
        case 'ArrowUp':
          pointAt(px, Math.max(layout.frame.top, py - step));
          return true;
        case 'ArrowDown':
          pointAt(px, Math.min(layout.frame.top + layout.frame.height, py + step));
          return true;
        case '+':
        case '=':
          zoom(px, py, 1.25);
          return true;
        case '-':
          zoom(px, py, 0.8);
          return true;
        case '0':
          fit();
          return true;
        case 'Enter': {
          const hit = hitStateSpace(layout, figure, px, py, 4);
          if (hit && hit.id !== selected) select(hit.id);
          else launch(px, py);
          return true;
        }
        case 'n':
        case 'p': {
          const next = neighbour(objects, selected, event.key === 'n' ? 1 : -1);
          if (next) select(next.id);
          return true;
        }
        case 'Escape':
          setCursor(null);
          setMessage('');
          ask(null);
          onSelect(null);
          return true;
        default:
          return false;
      }
    },
  };

  const draw = useCallback(
    (painter: Painter, theme: Theme) => {
      drawStateSpace(painter, figure, theme);
    },
    [figure],
  );
  const overlay = useCallback(
    (painter: Painter, theme: Theme) => {
      if (!cursor) return;
      const { left, top, width, height } = layout.frame;
      painter.clip(left, top, width, height, () => {
        drawCursor(painter, layout.x.to(cursor[0]), layout.y.to(cursor[1]), theme);
      });
    },
    [cursor, layout],
  );

  const under = cursor && stateDim > 0 ? stateUnder(figure, cursor[0], cursor[1]) : null;
  const readout =
    message ||
    (probe ? describeProbe(probe, under?.from ?? null) : '') ||
    (under ? `cursor z = ${formatVector(under.state, 3)}${under.from ? `   ${under.from}` : ''}` : '') ||
    `Click to launch a trajectory; drag to pan, wheel to zoom, double-click to ${moved === null && layout.outside.length > 0 ? `show ${layout.outside.length === 1 ? layout.outside[0]! : `the ${String(layout.outside.length)} objects outside`} too` : 'fit'}`;

  return (
    <Figure
      label={`Phase portrait, ${layout.titles[0]} against ${layout.titles[1]}: ${countObjects(objects)}. ${KEYS}`}
      title={`Phase portrait, ${layout.titles[0]} against ${layout.titles[1]}`}
      draw={draw}
      overlay={overlay}
      interaction={interaction}
      readout={readout}
      handle={props.handle}
      minHeight={220}
      onSize={(width, height) => {
        setSize({ width, height });
      }}
    />
  );
}

/**
 * The fitted view, held while objects stream in: it grows when something new lies outside, and never shrinks or
 * shifts otherwise. A new scene or new axes fit afresh.
 */
function useHeldFit(figure: Omit<StateSpaceFigure, 'view'>, axisKey: string): View {
  const held = useRef<{ key: string; scene: unknown; view: View } | null>(null);
  return useMemo(() => {
    const fit = fitStateSpace({ ...figure, trajectories: [], view: null });
    const previous = held.current;
    const same = previous !== null && previous.key === axisKey && previous.scene === figure.scene;
    const within = (inner: readonly [number, number], outer: readonly [number, number]) =>
      inner[0] >= outer[0] && inner[1] <= outer[1];
    const view =
      same && figure.objects.length > 1
        ? within(fit.x, previous.view.x) && within(fit.y, previous.view.y)
          ? previous.view
          : {
              x: [Math.min(fit.x[0], previous.view.x[0]), Math.max(fit.x[1], previous.view.x[1])] as const,
              y: [Math.min(fit.y[0], previous.view.y[0]), Math.max(fit.y[1], previous.view.y[1])] as const,
            }
        : fit;
    held.current = { key: axisKey, scene: figure.scene, view };
    return view;
  }, [figure.objects, figure.scene, figure.stateDim, axisKey]);
}
