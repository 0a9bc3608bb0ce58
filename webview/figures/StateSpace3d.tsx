import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatVector } from '../../src/figures/format';
import type { Painter, Theme } from '../../src/figures/painter';
import { drawCursor } from '../../src/figures/stateSpace';
import {
  DEFAULT_ROTATION,
  drawStateSpace3d,
  hit3d,
  layout3d,
  stateUnder3d,
  type Rotation,
  type StateSpace3dFigure,
} from '../../src/figures/stateSpace3d';
import { countObjects, describeObject, describeProbe, neighbour } from './describe';
import { Figure, type Interaction } from './Figure';
import type { StateSpaceProps } from './types';
import { useProbe } from './useProbe';

const KEYS =
  'Arrow keys turn the picture, with Shift they move the cursor. Plus and minus zoom, 0 resets, Enter launches a ' +
  'trajectory, n and p go through the objects, Escape clears.';

/** The rotating portrait of three coordinates. */
export function StateSpace3d(props: StateSpaceProps) {
  const { objects, scene, stateDim, show, selected, trajectories, onSelect, onLaunch, onView, axes } = props;
  const [rotation, setRotation] = useState<Rotation>(props.view?.rotation ?? DEFAULT_ROTATION);
  const [cursor, setCursor] = useState<readonly [number, number] | null>(null);
  const [message, setMessage] = useState('');
  const [size, setSize] = useState({ width: 0, height: 0 });
  const { probe, ask } = useProbe(props.onProbe);
  const axisKey = JSON.stringify(axes);

  const figure = useMemo(
    (): StateSpace3dFigure => ({
      stateDim,
      objects,
      continua: props.continua ?? [],
      scene,
      axes: { x: axes.x, y: axes.y, z: axes.z ?? { type: 'state', index: 2 } },
      show,
      selected,
      trajectories,
      rotation,
    }),
    [
      stateDim,
      objects,
      props.continua,
      scene,
      axisKey,
      show.simulated,
      show.trajectories,
      selected,
      trajectories,
      rotation,
    ],
  );
  const layout = useMemo(() => layout3d(size.width, size.height, figure), [figure, size]);

  const firstAxes = useRef(axisKey);
  useEffect(() => {
    if (firstAxes.current === axisKey) return;
    firstAxes.current = axisKey;
    setCursor(null);
    ask(null);
  }, [axisKey]);

  const turn = (change: Partial<Rotation>) => {
    const next = { ...rotation, ...change };
    next.elevation = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, next.elevation));
    next.zoom = Math.max(0.1, Math.min(200, next.zoom));
    setRotation(next);
    onView?.({ x: [0, 1], y: [0, 1], rotation: next });
  };
  const reset = () => {
    setRotation(DEFAULT_ROTATION);
    onView?.(null);
  };
  const pointAt = (px: number, py: number) => {
    setCursor([px, py]);
    setMessage('');
    ask(stateUnder3d(layout, figure, px, py).state);
  };
  const launch = (px: number, py: number) => {
    const { state, from } = stateUnder3d(layout, figure, px, py);
    onLaunch(state);
    setMessage(`launched from z = ${formatVector(state, 3)}, ${from}`);
  };
  const select = (id: string) => {
    const object = objects.find((candidate) => candidate.id === id);
    onSelect(id);
    if (object) setMessage(describeObject(object));
    ask(null);
  };

  const interaction: Interaction = {
    onHover: pointAt,
    onLeave: () => {
      setCursor(null);
      ask(null);
    },
    onClick: (px, py) => {
      const hit = hit3d(layout, figure, px, py);
      if (hit) select(hit.id);
      return hit !== null;
    },
    onSettledClick: launch,
    onDoubleClick: reset,
    onDrag: (dx, dy) => {
      turn({ azimuth: rotation.azimuth + dx * 0.008, elevation: rotation.elevation + dy * 0.008 });
    },
    onZoom: (_x, _y, factor) => {
      turn({ zoom: rotation.zoom * factor });
    },
    onKey: (event) => {
      const arrows: Record<string, readonly [number, number]> = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, -1],
        ArrowDown: [0, 1],
      };
      const arrow = arrows[event.key];
      const [px, py] = cursor ?? [size.width / 2, size.height / 2];
      if (arrow) {
        if (event.shiftKey) pointAt(px + 10 * arrow[0], py + 10 * arrow[1]);
        else
          turn({
            azimuth: rotation.azimuth + 0.08 * arrow[0],
            elevation: rotation.elevation + 0.08 * arrow[1],
          });
        return true;
      }
      switch (event.key) {
        case '+':
        case '=':
          turn({ zoom: rotation.zoom * 1.25 });
          return true;
        case '-':
          turn({ zoom: rotation.zoom / 1.25 });
          return true;
        case '0':
          reset();
          return true;
        case 'Enter':
          launch(px, py);
          return true;
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
      drawStateSpace3d(painter, figure, theme);
    },
    [figure],
  );
  const overlay = useCallback(
    (painter: Painter, theme: Theme) => {
      if (cursor) drawCursor(painter, cursor[0], cursor[1], theme);
    },
    [cursor],
  );
  const titles = layout.coordinates.map(({ title }) => title).join(', ');
  return (
    <Figure
      label={`Phase portrait in three dimensions, ${titles}: ${countObjects(objects)}. ${KEYS}`}
      title={`Phase portrait, ${titles}`}
      draw={draw}
      overlay={overlay}
      interaction={interaction}
      readout={
        message ||
        (probe && cursor
          ? describeProbe(probe, stateUnder3d(layout, figure, cursor[0], cursor[1]).from)
          : '') ||
        'Drag to turn, wheel to zoom, double-click to reset, click to launch a trajectory'
      }
      handle={props.handle}
      pointer="grab"
      minHeight={220}
      onSize={(width, height) => {
        setSize({ width, height });
      }}
    />
  );
}
