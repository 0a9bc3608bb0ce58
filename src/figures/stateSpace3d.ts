import { linearScale, tickAt, tickLabels, ticks } from './axes';
import { mix } from './color';
import { continuumSegments } from './continua';
import { around, Occupancy, placeLabel } from './labels';
import { drawMarks, markRadius, markStyle } from './marks';
import type { Painter, Theme } from './painter';
import { coordinateOf, stateAt, valueAt, type AxisChoice, type Coordinate } from './projection';
import { baseState, outsideWords, transientEnd, WAY_OPACITY, type StateSpaceFigure } from './stateSpace';
import { DIMMED, hueColor, hueText, TYPE } from './theme';

/** Angles in radians; zoom 1 fits the box. */
export interface Rotation {
  readonly azimuth: number;
  readonly elevation: number;
  readonly zoom: number;
}

export interface StateSpace3dFigure extends Omit<StateSpaceFigure, 'axes' | 'view' | 'cursor'> {
  readonly axes: { readonly x: AxisChoice; readonly y: AxisChoice; readonly z: AxisChoice };
  readonly rotation: Rotation;
  /** Pixel position of the crosshair. */
  readonly cursor?: readonly [number, number] | null;
}

export const DEFAULT_ROTATION: Rotation = { azimuth: 0.65, elevation: 0.42, zoom: 1 };

type Triple = readonly [number, number, number];

/** Orthographic projection of the three shown coordinates. */
export interface Layout3d {
  readonly coordinates: readonly [Coordinate, Coordinate, Coordinate];
  /** Middle and half edges of the box, in axis values. */
  readonly centre: Triple;
  readonly half: Triple;
  /** Pixels per unit of each axis: equal, unless the extents differ more than twelvefold. */
  readonly scale: Triple;
  /** Screen position and depth (larger is nearer to the eye) of axis values. */
  project(values: Triple): Triple;
  /** Axis values of the screen position in the plane through the box's middle that faces the eye. */
  unproject(px: number, py: number): Triple;
  readonly radius: number;
  /** Objects too far away to stretch the box for. */
  readonly outside: readonly string[];
}

export function layout3d(width: number, height: number, figure: StateSpace3dFigure): Layout3d {
  const of = (axis: AxisChoice) => coordinateOf(axis, figure.stateDim, figure.scene);
  const coordinates = [of(figure.axes.x), of(figure.axes.y), of(figure.axes.z)] as const;
  const lo = [Infinity, Infinity, Infinity];
  const hi = [-Infinity, -Infinity, -Infinity];
  const see = (points: readonly (readonly number[])[]) => {
    for (const point of points)
      coordinates.forEach((coordinate, i) => {
        const value = valueAt(coordinate, point);
        if (!Number.isFinite(value)) return;
        lo[i] = Math.min(lo[i]!, value);
        hi[i] = Math.max(hi[i]!, value);
      });
  };
  for (const orbit of figure.scene?.simulated ?? []) see(orbit);
  const size = Math.max(...hi.map((value, i) => value - lo[i]!));
  const [low, high] = [lo.slice(), hi.slice()];
  const outside: string[] = [];
  for (const object of figure.objects) {
    const near = object.points.every((point) =>
      coordinates.every((coordinate, i) => {
        const value = valueAt(coordinate, point);
        return !(size > 0) || (value > low[i]! - 1.5 * size && value < high[i]! + 1.5 * size);
      }),
    );
    if (near) see(object.points);
    else outside.push(object.id);
  }
  // Everything rests on one point: what leads there gives the box its size.
  if (lo.every((value, i) => value === hi[i]!))
    for (const orbit of figure.scene?.transients ?? []) see(orbit);
  const centre = lo.map((value, i) => (value <= hi[i]! ? (value + hi[i]!) / 2 : 0)) as unknown as Triple;
  const spans = lo.map((value, i) => (value < hi[i]! ? (hi[i]! - value) * 0.54 : 0));
  const largest = Math.max(...spans) || 1;
  const half = spans.map((span) => Math.max(span, largest * 1e-6)) as unknown as Triple;
  const together = largest / Math.min(...half) <= 12;
  const pixels = (Math.min(width - 60, height - 64) * 0.36 * figure.rotation.zoom) / largest;
  const scale = half.map((span) => (together ? pixels : (pixels * largest) / span)) as unknown as Triple;

  const [sa, ca] = [Math.sin(figure.rotation.azimuth), Math.cos(figure.rotation.azimuth)];
  const [se, ce] = [Math.sin(figure.rotation.elevation), Math.cos(figure.rotation.elevation)];
  const mx = width / 2;
  const my = height / 2;
  const marks = figure.objects.reduce((sum, object) => sum + object.points.length, 0);
  return {
    coordinates,
    centre,
    half,
    scale,
    project([a, b, c]) {
      const x = (a - centre[0]) * scale[0];
      const y = (b - centre[1]) * scale[1];
      const z = (c - centre[2]) * scale[2];
      const right = ca * x + sa * y;
      const away = -sa * x + ca * y;
      return [mx + right, my - (ce * z + se * away), se * z - ce * away];
    },
    unproject(px, py) {
      const right = px - mx;
      const up = my - py;
      // right = (ca, sa, 0), up = (-se sa, se ca, ce): orthonormal.
      const x = ca * right - se * sa * up;
      const y = sa * right + se * ca * up;
      const z = ce * up;
      return [centre[0] + x / scale[0], centre[1] + y / scale[1], centre[2] + z / scale[2]];
    },
    radius: markRadius(marks),
    outside,
  };
}

/** Axis values of a state. */
function values(layout: Layout3d, state: readonly number[]): Triple {
  const [a, b, c] = layout.coordinates;
  return [valueAt(a, state), valueAt(b, state), valueAt(c, state)];
}

/** The nearest mark within `reach` pixels; of two at one place the nearer to the eye. */
export function hit3d(
  layout: Layout3d,
  figure: StateSpace3dFigure,
  px: number,
  py: number,
  reach = 9,
): { readonly id: string; readonly point: number } | null {
  let best: { id: string; point: number } | null = null;
  let least = reach;
  for (const object of figure.objects)
    object.points.forEach((point, index) => {
      const [x, y, depth] = layout.project(values(layout, point));
      const distance = Math.hypot(x - px, y - py) - depth * 1e-4;
      if (distance < least) {
        least = distance;
        best = { id: object.id, point: index };
      }
    });
  return best;
}

/** The state under a pixel, in the plane through the middle of the box that faces the eye. */
export function stateUnder3d(
  layout: Layout3d,
  figure: StateSpace3dFigure,
  px: number,
  py: number,
): { readonly state: number[]; readonly from: string } {
  const target = layout.unproject(px, py);
  const { base, from } = baseState(figure, (point) =>
    Math.hypot(...values(layout, point).map((value, i) => value - target[i]!)),
  );
  const state = stateAt(
    base,
    layout.coordinates.map((coordinate, i) => ({ coordinate, value: target[i]! })),
  );
  const plane = 'in the plane through the middle of the box that faces you';
  return { state, from: figure.stateDim > 3 ? `${plane}, ${from}` : plane };
}

const BUCKETS = 5;

export function drawStateSpace3d(painter: Painter, figure: StateSpace3dFigure, theme: Theme): void {
  const layout = layout3d(painter.width, painter.height, figure);
  const frame = { left: 0, top: 0, width: painter.width, height: painter.height };
  const occupancy = new Occupancy(frame);
  painter.clip(0, 0, painter.width, painter.height, () => {
    drawBox(painter, layout, occupancy, theme);
    const reach = Math.hypot(...layout.half.map((half, i) => half * layout.scale[i]!)) || 1;
    /** 0 (far) to 1 (near). */
    const nearness = (depth: number) => Math.min(1, Math.max(0, 0.5 + depth / (1.6 * reach)));

    if (figure.show.simulated && figure.scene) {
      const ways: number[] = [];
      for (const orbit of figure.scene.transients)
        for (const state of orbit) {
          const [x, y] = layout.project(values(layout, state));
          ways.push(x, y);
        }
      painter.dots(ways, 0.9, theme.fog, theme.fogOpacity * WAY_OPACITY);
      const buckets = Array.from({ length: BUCKETS }, () => [] as number[]);
      for (const orbit of figure.scene.simulated)
        for (const state of orbit) {
          const [x, y, depth] = layout.project(values(layout, state));
          buckets[Math.min(BUCKETS - 1, Math.floor(nearness(depth) * BUCKETS))]!.push(x, y);
        }
      buckets.forEach((xy, i) => {
        const near = i / (BUCKETS - 1);
        painter.dots(xy, 0.8 + 0.6 * near, theme.fog, theme.fogOpacity * (0.45 + 0.85 * near));
      });
    }
    if (figure.show.trajectories)
      for (const { trajectory } of figure.trajectories) {
        const xy: number[] = [];
        for (const state of trajectory.points) {
          const [x, y] = layout.project(values(layout, state));
          xy.push(x, y);
          occupancy.add(x - 1, y - 1, 2, 2, 1);
        }
        const chords = Math.min(transientEnd(trajectory, figure.objects), 400);
        painter.line(xy.slice(0, 2 * (chords + 1)), { color: theme.ink, width: 1, opacity: 0.4 });
        painter.dots(xy, 1.5, theme.ink);
        if (xy.length >= 2) {
          painter.circle(xy[0]!, xy[1]!, 4.6, theme.paper, { color: theme.ink, width: 1.4 });
          painter.circle(xy[0]!, xy[1]!, 1.7, theme.ink, null);
          placeLabel(painter, occupancy, 't = 0', around(xy[0]!, xy[1]!, 9), {
            color: theme.ink2,
            size: TYPE.small,
            halo: theme.paper,
          });
        }
      }

    for (const continuum of figure.continua ?? []) {
      const size = 4 * (Math.max(...layout.half) + Math.hypot(...continuum.point));
      const hue = continuum.regions.length === 1 ? 'fixedPoint' : 0;
      for (const [from, to] of continuumSegments(continuum, figure.scene, size)) {
        const [x0, y0] = layout.project(values(layout, from));
        const [x1, y1] = layout.project(values(layout, to));
        painter.line([x0, y0, x1, y1], {
          color: hueColor(theme, hue),
          width: continuum.id === figure.selected ? 4.5 : 3,
        });
      }
      const [x, y] = layout.project(values(layout, continuum.point));
      placeLabel(painter, occupancy, continuum.id, around(x, y, 9), {
        color: hueText(theme, hue),
        size: TYPE.medium,
        weight: 500,
        halo: theme.paper,
      });
    }

    // Marks from far to near, each object's points apart so that they interleave rightly.
    const any = figure.objects.some(({ id }) => id === figure.selected);
    const places = figure.objects.flatMap((object) =>
      object.points.map((point, index) => {
        const [x, y, depth] = layout.project(values(layout, point));
        return { object, index, x, y, depth };
      }),
    );
    places.sort((a, b) => a.depth - b.depth);
    for (const { object, x, y, depth } of places) {
      const selected = object.id === figure.selected;
      const share = (any && !selected ? DIMMED : 1) * (selected ? 1 : 0.6 + 0.4 * nearness(depth));
      const radius = Math.max(layout.radius, selected ? 5 : 0) * (0.85 + 0.25 * nearness(depth));
      drawMarks(painter, [x, y], markStyle(object, theme, radius, share));
      occupancy.add(x - radius, y - radius, 2 * radius, 2 * radius, 10);
    }
    const many = figure.objects.length > 24;
    for (const object of figure.objects.slice(0, 240)) {
      const own = places.filter((place) => place.object === object).sort((a, b) => b.x - a.x);
      const selected = object.id === figure.selected;
      placeLabel(
        painter,
        occupancy,
        object.id,
        own.slice(0, 6).flatMap(({ x, y }, rank) => around(x, y, layout.radius + 6, rank)),
        {
          color: hueText(theme, object.hue),
          size: TYPE.medium,
          weight: 500,
          halo: theme.paper,
        },
        selected ? Infinity : many ? 24 : 200,
      );
      if (selected && object.order > 1 && object.order <= 40)
        for (const { x, y, index } of own)
          placeLabel(painter, occupancy, String(index + 1), around(x, y, layout.radius + 7), {
            color: theme.ink2,
            size: TYPE.index,
            halo: theme.paper,
          });
    }
    if (layout.outside.length > 0)
      painter.text(16, painter.height - 8, outsideWords(layout.outside), {
        color: theme.ink2,
        size: TYPE.small,
        baseline: 'alphabetic',
        halo: theme.paper,
      });
    if (figure.cursor) {
      const [px, py] = figure.cursor;
      painter.line([px - 6, py, px + 6, py, NaN, NaN, px, py - 6, px, py + 6], {
        color: theme.accent,
        width: 1.8,
      });
    }
  });
}

/** The box: far edges faint; one near edge of each direction carries ticks and the axis title. */
function drawBox(painter: Painter, layout: Layout3d, occupancy: Occupancy, theme: Theme): void {
  const { centre, half } = layout;
  const corner = (s: Triple): Triple => [
    centre[0] + s[0] * half[0],
    centre[1] + s[1] * half[1],
    centre[2] + s[2] * half[2],
  ];
  const signs = [-1, 1] as const;
  const faint = { color: mix(theme.axis, theme.paper, 0.45), width: 1 };
  const firm = { color: theme.axis, width: 1 };
  const middle = layout.project(centre);

  for (const axis of [0, 1, 2] as const) {
    const [p, q] = [0, 1, 2].filter((i) => i !== axis) as [number, number];
    const edges = signs.flatMap((sp) =>
      signs.map((sq) => {
        const from: [number, number, number] = [0, 0, 0];
        from[p] = sp;
        from[q] = sq;
        const to: [number, number, number] = [...from];
        from[axis] = -1;
        to[axis] = 1;
        const a = layout.project(corner(from));
        const b = layout.project(corner(to));
        return { a, b, from, to, depth: a[2] + b[2], x: a[0] + b[0], y: a[1] + b[1] };
      }),
    );
    // The labelled edge: lowest on screen for the horizontal axes, leftmost for the vertical one.
    const labelled = edges.reduce((best, edge) =>
      axis === 2 ? (edge.x < best.x ? edge : best) : edge.y > best.y ? edge : best,
    );
    const nearest = edges.reduce((best, edge) => (edge.depth > best.depth ? edge : best));
    for (const edge of edges) {
      if (edge === nearest && edge !== labelled) continue;
      painter.line([edge.a[0], edge.a[1], edge.b[0], edge.b[1]], edge === labelled ? firm : faint);
    }
    const { a, b } = labelled;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (length < 24) continue;
    // Outward: away from the box's middle, across the edge.
    let nx = -(b[1] - a[1]) / length;
    let ny = (b[0] - a[0]) / length;
    if (nx * ((a[0] + b[0]) / 2 - middle[0]) + ny * ((a[1] + b[1]) / 2 - middle[1]) < 0)
      [nx, ny] = [-nx, -ny];
    const align = nx > 0.4 ? 'start' : nx < -0.4 ? 'end' : 'middle';
    const marks = ticks(centre[axis] - half[axis], centre[axis] + half[axis], length > 220 ? 5 : 3);
    const { labels, title } = tickLabels(marks, layout.coordinates[axis]!.title, 48);
    const along = linearScale([centre[axis] - half[axis], centre[axis] + half[axis]], [0, 1]);
    marks.values.forEach((value, i) => {
      const t = tickAt(along, marks, value);
      const x = a[0] + t * (b[0] - a[0]);
      const y = a[1] + t * (b[1] - a[1]);
      painter.line([x, y, x + 4 * nx, y + 4 * ny], firm);
      if (length > 60) {
        painter.text(x + 9 * nx, y + 10 * ny, labels[i]!, {
          color: theme.ink2,
          size: TYPE.small,
          align,
          baseline: 'middle',
        });
        occupancy.add(x + 9 * nx - 12, y + 10 * ny - 6, 24, 12, 8);
      }
    });
    const end = axis === 2 ? (a[1] < b[1] ? a : b) : null;
    painter.text(
      end ? end[0] : (a[0] + b[0]) / 2 + 34 * nx,
      end ? end[1] - 14 : (a[1] + b[1]) / 2 + 32 * ny,
      title,
      {
        color: theme.ink,
        size: TYPE.medium,
        align: end ? 'middle' : align,
        baseline: 'middle',
        halo: theme.paper,
      },
    );
  }
}
