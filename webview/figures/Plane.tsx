import { useCallback, useMemo, useState } from 'preact/hooks';
import type { PlanePoint, PlaneReport } from '../../src/core/report/plane';
import type { Painter, Theme } from '../../src/figures/painter';
import {
  curveAt,
  describeCurve,
  describeLoss,
  describeRegion,
  drawPlane,
  drawPlaneCursor,
  layoutPlane,
  regionAt,
} from '../../src/figures/plane';
import { Figure, type Interaction } from './Figure';
import type { FigureProps } from './types';

export interface PlaneProps extends FigureProps {
  readonly plane: PlaneReport;
  /** A place was chosen (double click or Enter). */
  readonly onOpen: (at: PlanePoint) => void;
}

/** Pixels per arrow key. */
const STEP = 4;

/** The parameter plane: what exists under the cursor is named in the line below. */
export function Plane({ plane, onOpen, handle }: PlaneProps) {
  const [cursor, setCursor] = useState<PlanePoint | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const layout = useMemo(() => layoutPlane(size.width, size.height, plane), [size, plane]);
  const region = cursor ? regionAt(plane, cursor) : null;
  const curve = cursor ? curveAt(plane, layout, layout.x.to(cursor[0]), layout.y.to(cursor[1])) : null;
  const draw = useCallback((painter: Painter, theme: Theme) => drawPlane(painter, plane, theme), [plane]);
  const overlay = useCallback(
    (painter: Painter, theme: Theme) => {
      if (cursor) drawPlaneCursor(painter, { report: plane, at: cursor, region, curve }, theme);
    },
    [plane, cursor, region, curve],
  );
  const place = (px: number, py: number): PlanePoint | null => {
    const { left, top, width, height } = layout.frame;
    if (px < left || px > left + width || py < top || py > top + height) return null;
    return [layout.x.from(px), layout.y.from(py)];
  };
  const move = (dx: number, dy: number): true => {
    const from = cursor ?? [0, 0];
    const { left, top, width, height } = layout.frame;
    const px = Math.max(left, Math.min(left + width, layout.x.to(from[0]) + dx));
    const py = Math.max(top, Math.min(top + height, layout.y.to(from[1]) + dy));
    setCursor(cursor ? [layout.x.from(px), layout.y.from(py)] : [0, 0]);
    return true;
  };
  const walk = (by: number): boolean => {
    const { regions } = plane;
    if (regions.length === 0) return false;
    const at = region ? regions.indexOf(region) : by > 0 ? -1 : 0;
    setCursor(regions[(at + by + regions.length) % regions.length]!.inside);
    return true;
  };
  const interaction: Interaction = {
    onHover: (px, py) => setCursor(place(px, py)),
    onLeave: () => setCursor(null),
    onSettledClick: (px, py) => {
      const at = place(px, py);
      if (at) onOpen(at);
    },
    onKey: (event) => {
      const step = event.shiftKey ? 8 * STEP : STEP;
      switch (event.key) {
        case 'ArrowUp':
          return move(0, -step);
        case 'ArrowDown':
          return move(0, step);
        case 'ArrowLeft':
          return move(-step, 0);
        case 'ArrowRight':
          return move(step, 0);
        case 'n':
          return walk(1);
        case 'p':
          return walk(-1);
        case 'Enter':
          if (!cursor) return false;
          onOpen(cursor);
          return true;
        case 'Escape':
          setCursor(null);
          return true;
        default:
          return false;
      }
    },
  };
  const [x, y] = plane.axes;
  const readout = cursor
    ? [
        `${x.label} ${signed(cursor[0])}, ${y.label} ${signed(cursor[1])}`,
        describeLoss(plane, cursor),
        region && describeRegion(plane, region),
        curve && describeCurve(curve),
      ]
        .filter(Boolean)
        .join(' · ')
    : `${plural(plane.regions.length, 'region')}, ${plural(plane.curves.length, 'curve')}, cycles up to order ${String(plane.search.maxOrder)}. Click a place for its phase portrait.`;
  return (
    <Figure
      label={`Parameter plane of ${x.label} and ${y.label}: ${plural(plane.regions.length, 'region')}${plane.surface ? `, with the loss from ${plane.surface.file} beneath` : ''}. Arrow keys move the cursor, n and p go from region to region, Enter analyses the model there, Escape clears.`}
      title="Parameter plane"
      draw={draw}
      overlay={overlay}
      interaction={interaction}
      readout={readout}
      handle={handle}
      pointer="crosshair"
      onSize={(width, height) => setSize({ width, height })}
    />
  );
}

function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toPrecision(4)}`;
}
