import type { ManifoldPicture } from '../core/report/scene';
import type { LinearScale } from './axes';
import type { FigureObject } from './objects';
import type { Painter, Theme } from './painter';
import { valueAt, type Coordinate } from './projection';
import { DIMMED, hueColor } from './theme';

interface Axes {
  readonly x: LinearScale;
  readonly y: LinearScale;
}

/** Unstable manifolds solid, stable ones dotted, in the hue of their saddle. */
const STROKES = { unstable: { width: 1.6 }, stable: { width: 0.9, dash: [1.5, 3] } } as const;
/** Crossings drawn at most. */
const MOST_CROSSINGS = 80;
const CROSSING_RADIUS = 3.5;

export function drawManifolds(
  painter: Painter,
  { x, y }: Axes,
  [first, second]: readonly [Coordinate, Coordinate],
  { manifolds }: ManifoldPicture,
  objects: readonly FigureObject[],
  selected: string | null,
  theme: Theme,
): void {
  const own = manifolds.some(({ object }) => object === selected);
  for (const { object, kind, curves } of manifolds) {
    const saddle = objects.find(({ id }) => id === object);
    if (!saddle) continue;
    const stroke = {
      color: hueColor(theme, saddle.hue),
      opacity: own && object !== selected ? 1 - DIMMED : 1,
      ...STROKES[kind],
    };
    for (const curve of curves) {
      const xy = new Float64Array(2 * curve.length);
      curve.forEach((z, i) => {
        xy[2 * i] = x.to(valueAt(first, z));
        xy[2 * i + 1] = y.to(valueAt(second, z));
      });
      painter.line(xy, stroke);
    }
  }
}

/** Homoclinic and heteroclinic points: rings, filled with ink where they are certain. */
export function drawCrossings(
  painter: Painter,
  { x, y }: Axes,
  [first, second]: readonly [Coordinate, Coordinate],
  { crossings }: ManifoldPicture,
  selected: string | null,
  theme: Theme,
): void {
  const of = (id: string | null): typeof crossings =>
    crossings.filter(({ unstableOf, stableOf }) => unstableOf === id || stableOf === id);
  const own = of(selected);
  for (const { point, certain } of (own.length > 0 ? own : crossings).slice(0, MOST_CROSSINGS))
    painter.circle(
      x.to(valueAt(first, point)),
      y.to(valueAt(second, point)),
      CROSSING_RADIUS,
      certain ? theme.ink : theme.paper,
      { color: certain ? theme.paper : theme.ink, width: 1 },
    );
}
