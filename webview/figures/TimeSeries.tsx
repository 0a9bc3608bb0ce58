import { useCallback, useMemo, useState } from 'preact/hooks';
import { formatNumber } from '../../src/figures/format';
import type { Painter, Theme } from '../../src/figures/painter';
import { coordinateOf, valueAt } from '../../src/figures/projection';
import {
  drawTimeSeries,
  layoutTimeSeries,
  phaseOf,
  type TimeSeriesFigure,
} from '../../src/figures/timeSeries';
import { Figure, type Interaction } from './Figure';
import type { TimeSeriesProps } from './types';

const KEYS =
  'Left and right arrow move the cursor by a step, Page Up and Page Down change the coordinates, plus and minus zoom, 0 shows all.';

/** Coordinates over the step, the selected cycle repeated and launched trajectories. */
export function TimeSeries(props: TimeSeriesProps) {
  const [view, setView] = useState<readonly [number, number] | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const rowKey = JSON.stringify(props.rows);
  const figure = useMemo(
    (): TimeSeriesFigure => ({
      stateDim: props.stateDim,
      rows: props.rows,
      scene: props.scene,
      objects: props.objects,
      selected: props.selected,
      trajectories: props.trajectories,
      compact: props.compact ?? false,
      view,
    }),
    [
      props.stateDim,
      rowKey,
      props.scene,
      props.objects,
      props.selected,
      props.trajectories,
      props.compact,
      view,
    ],
  );
  const layout = useMemo(() => layoutTimeSeries(size.width, size.height, figure), [figure, size]);

  const clampView = (from: number, to: number) => {
    const span = Math.min(Math.max(to - from, 2), layout.steps);
    const start = Math.max(0, Math.min(layout.steps - span, from));
    setView(span >= layout.steps ? null : [start, start + span]);
  };
  const zoom = (px: number, factor: number) => {
    const fixed = layout.t.from(px);
    const [from, to] = layout.t.domain;
    clampView(fixed + (from - fixed) / factor, fixed + (to - fixed) / factor);
  };
  const step = (by: number) => {
    const [from, to] = layout.t.domain;
    const next = cursor === null ? Math.ceil(from) : Math.max(0, Math.min(layout.steps, cursor + by));
    setCursor(next);
    if (next < from || next > to) clampView(next - (to - from) / 2, next + (to - from) / 2);
  };

  const interaction: Interaction = {
    onHover: (px) => {
      const at = Math.round(layout.t.from(px));
      setCursor(at >= 0 && at <= layout.steps ? at : null);
    },
    onLeave: () => {
      setCursor(null);
    },
    onClick: () => true,
    onDoubleClick: () => {
      setView(null);
    },
    onDrag: (dx) => {
      const by = dx / layout.t.slope;
      clampView(layout.t.domain[0] - by, layout.t.domain[1] - by);
    },
    onZoom: (px, _py, factor) => {
      zoom(px, factor);
    },
    onKey: (event) => {
      const px = cursor === null ? (layout.t.range[0] + layout.t.range[1]) / 2 : layout.t.to(cursor);
      switch (event.key) {
        case 'ArrowLeft':
          step(event.shiftKey ? -10 : -1);
          return true;
        case 'ArrowRight':
          step(event.shiftKey ? 10 : 1);
          return true;
        case 'Home':
          setCursor(0);
          return true;
        case 'End':
          setCursor(layout.steps);
          return true;
        case 'PageDown':
        case 'PageUp':
          props.onPage?.(event.key === 'PageDown' ? 1 : -1);
          return props.onPage !== undefined;
        case '+':
        case '=':
          zoom(px, 1.25);
          return true;
        case '-':
          zoom(px, 0.8);
          return true;
        case '0':
          setView(null);
          return true;
        case 'Escape':
          setCursor(null);
          return true;
        default:
          return false;
      }
    },
  };

  const draw = useCallback(
    (painter: Painter, theme: Theme) => {
      drawTimeSeries(painter, figure, theme);
    },
    [figure],
  );
  const overlay = useCallback(
    (painter: Painter, theme: Theme) => {
      if (cursor === null) return;
      const x = Math.round(layout.t.to(cursor)) + 0.5;
      for (const { frame } of [...layout.rows, ...(layout.strip ? [layout.strip] : [])])
        painter.line([x, frame.top, x, frame.top + frame.height], { color: theme.accent, width: 1 });
    },
    [cursor, layout],
  );

  const cycle = props.objects.find(({ id }) => id === props.selected);
  const newest = props.trajectories.at(-1)?.trajectory;
  const values = (state: readonly number[]) =>
    props.rows
      .map((axis) => {
        const coordinate = coordinateOf(axis, props.stateDim, props.scene);
        return `${coordinate.title} = ${formatNumber(valueAt(coordinate, state), 3)}`;
      })
      .join(', ');
  const readout: string[] = [];
  if (cursor !== null) {
    readout.push(`t = ${String(cursor)}`);
    const state = newest?.points[cursor];
    if (state) readout.push(values(state), `σ = ${(newest.regions[cursor] ?? '').slice(0, 40)}`);
    if (cycle && cycle.points.length > 0) {
      const j = (cursor + phaseOf(cycle, props.trajectories)) % cycle.points.length;
      readout.push(`${cycle.id} point ${String(j + 1)}: ${values(cycle.points[j]!)}`);
    }
  }
  const shown = props.rows.map((axis) => coordinateOf(axis, props.stateDim, props.scene).title).join(', ');
  return (
    <Figure
      label={`Time series of ${shown} over ${String(layout.steps)} steps. ${KEYS}`}
      title={`Time series of ${shown}`}
      draw={draw}
      overlay={overlay}
      interaction={interaction}
      readout={readout.join('   ')}
      handle={props.handle}
      minHeight={160}
      onSize={(width, height) => {
        setSize({ width, height });
      }}
    />
  );
}
