import type { BasinPicture, ManifoldPicture, Scene, Trajectory } from '../core/report/scene';
import {
  drawXAxis,
  drawYAxis,
  linearScale,
  textWidth,
  tickAim,
  ticks,
  type Frame,
  type LinearScale,
} from './axes';
import { formatNumber, MINUS, subscript } from './format';
import { around, Occupancy, placeLabel, type Candidate } from './labels';
import { drawMarks, markRadius, markStyle } from './marks';
import type { FigureObject } from './objects';
import type { Painter, Theme } from './painter';
import { drawBasins } from './basins';
import { drawCrossings, drawManifolds } from './manifolds';
import { continuumSegments, type FigureContinuum } from './continua';
import {
  coordinateOf,
  stateAt,
  valueAt,
  type AxisChoice,
  type Coordinate,
  type FigureScene,
} from './projection';
import { DIMMED, hueColor, hueText, TYPE } from './theme';

/** What the two-dimensional phase portrait shows. One-dimensional systems show z against its next value. */
export interface StateSpaceFigure {
  readonly stateDim: number;
  readonly objects: readonly FigureObject[];
  /** Families of fixed points or cycles, drawn as segments. */
  readonly continua?: readonly FigureContinuum[];
  readonly scene: FigureScene | null;
  readonly axes: { readonly x: AxisChoice; readonly y: AxisChoice };
  readonly show: { readonly borders: boolean; readonly simulated: boolean; readonly trajectories: boolean };
  readonly selected: string | null;
  readonly trajectories: readonly { readonly id: string; readonly trajectory: Trajectory }[];
  readonly manifolds?: ManifoldPicture | null;
  /** Of the chosen axes. */
  readonly basins?: BasinPicture | null;
  /** Intervals that must be visible; null fits everything. */
  readonly view: View | null;
  /** Crosshair in axis values. */
  readonly cursor?: readonly [number, number] | null;
}

export interface View {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface StateSpaceLayout {
  readonly frame: Frame;
  readonly x: LinearScale;
  readonly y: LinearScale;
  /** Null for the return map of a one-dimensional system. */
  readonly coordinates: readonly [Coordinate, Coordinate] | null;
  readonly titles: readonly [string, string];
  /** Both axes at one scale. */
  readonly isometric: boolean;
  /** Objects without any point in view. */
  readonly outside: readonly string[];
  /** Radius of the marks. */
  readonly radius: number;
}

/** More borders than this are not drawn at once. */
export const MAX_BORDERS = 60;

const MARGIN = { left: 56, right: 16, top: 30, bottom: 46 };
/** Objects up to this many extents of the attractors away belong to the fitted view. */
const REACH = 1.5;
/** Orbits on their way are fainter than those on an attractor. */
export const WAY_OPACITY = 0.7;
/** Arrows to objects outside the view. */
const MAX_POINTERS = 8;
/** Beyond this ratio of extents one scale for both axes would squash the picture to a line. */
const MAX_ASPECT = 12;

/** Axis values of a sequence of states as x0, y0, x1, y1, ..; `cyclic` closes a one-dimensional return map. */
export function projectStates(
  points: readonly (readonly number[])[],
  coordinates: readonly [Coordinate, Coordinate] | null,
  cyclic: boolean,
): Float64Array {
  if (coordinates) {
    const out = new Float64Array(points.length * 2);
    for (let i = 0; i < points.length; i++) {
      out[2 * i] = valueAt(coordinates[0], points[i]!);
      out[2 * i + 1] = valueAt(coordinates[1], points[i]!);
    }
    return out;
  }
  const count = cyclic ? points.length : Math.max(0, points.length - 1);
  const out = new Float64Array(count * 2);
  for (let i = 0; i < count; i++) {
    out[2 * i] = points[i]![0]!;
    out[2 * i + 1] = points[(i + 1) % points.length]![0]!;
  }
  return out;
}

function coordinatesOf(figure: StateSpaceFigure): readonly [Coordinate, Coordinate] | null {
  if (figure.stateDim < 2) return null;
  return [
    coordinateOf(figure.axes.x, figure.stateDim, figure.scene),
    coordinateOf(figure.axes.y, figure.stateDim, figure.scene),
  ];
}

/**
 * The view that holds the objects and the simulated orbits, with some air. Objects that lie very far from the
 * rest do not stretch it: they are named as outside.
 */
export function fitStateSpace(figure: StateSpaceFigure): View {
  const trajectories = figure.show.trajectories ? figure.trajectories : null;
  const known = fits.get(figure.objects);
  if (
    known?.scene === figure.scene &&
    known.trajectories === trajectories &&
    known.axes === axesKey(figure) &&
    known.stateDim === figure.stateDim &&
    known.continua === figure.continua
  )
    return known.view;
  const view = fitted(figure);
  const { scene, stateDim } = figure;
  fits.set(figure.objects, {
    scene,
    trajectories,
    axes: axesKey(figure),
    stateDim,
    continua: figure.continua,
    view,
  });
  return view;
}

/** The last fit of each list of objects: selecting and moving ask for it again and again. */
const fits = new WeakMap<
  readonly FigureObject[],
  {
    readonly scene: FigureScene | null;
    readonly trajectories: StateSpaceFigure['trajectories'] | null;
    readonly axes: string;
    readonly stateDim: number;
    readonly continua: StateSpaceFigure['continua'];
    readonly view: View;
  }
>();

const axesKey = ({ axes: { x, y } }: StateSpaceFigure): string =>
  `${x.type} ${String(x.index)} ${y.type} ${String(y.index)}`;

function fitted(figure: StateSpaceFigure): View {
  const coordinates = coordinatesOf(figure);
  const core = new Extent();
  const orbits = figure.scene?.simulated ?? [];
  for (const orbit of orbits) core.add(projectStates(orbit, coordinates, false));
  const extents = figure.objects.map((object) => {
    const extent = new Extent();
    extent.add(projectStates(object.points, coordinates, true));
    return extent;
  });
  if (core.size() === 0) {
    // No attractor seen: the middle half of the objects is the core.
    const ranked = extents.filter((e) => !e.empty).sort((a, b) => a.reach() - b.reach());
    for (const extent of ranked.slice(0, Math.max(1, Math.ceil(ranked.length / 2)))) core.join(extent);
  }
  // Families: their known point, and the ends where borders end them near by.
  for (const continuum of figure.continua ?? []) {
    const known = new Extent();
    known.add(projectStates([continuum.point, continuum.point], coordinates, false));
    extents.push(known);
    const reach = 10 * (Math.max(core.size(), Math.hypot(...continuum.point)) || 1);
    for (const segment of continuumSegments(continuum, figure.scene, reach))
      for (const end of segment)
        if (Math.hypot(...end.map((value, i) => value - continuum.point[i]!)) < 0.99 * reach) {
          const extent = new Extent();
          extent.add(projectStates([end, end], coordinates, false));
          extents.push(extent);
        }
  }
  const size = core.size();
  for (const extent of extents) if (size === 0 || extent.distance(core) <= REACH * size) core.join(extent);
  // Everything rests on one point: what leads there gives the picture its size.
  if (core.size() === 0)
    for (const orbit of figure.scene?.transients ?? []) core.add(projectStates(orbit, coordinates, false));
  for (const { trajectory } of figure.show.trajectories ? figure.trajectories : [])
    if (trajectory.settledOn !== 'diverged') {
      const extent = new Extent();
      extent.add(projectStates(trajectory.points, coordinates, false));
      if (extent.distance(core) <= size) core.join(extent);
    }
  return core.padded(0.14);
}

/** The view that holds every object and simulated orbit, however far apart they lie. */
export function fitEverything(figure: StateSpaceFigure): View {
  const coordinates = coordinatesOf(figure);
  const all = new Extent();
  for (const orbit of figure.scene?.simulated ?? []) all.add(projectStates(orbit, coordinates, false));
  for (const object of figure.objects) all.add(projectStates(object.points, coordinates, true));
  return all.padded(0.14);
}

/**
 * Frame, scales and coordinates at a size. States and principal components are lengths of one space, so both
 * axes have one scale, unless their extents differ so much that nothing could be seen (then `isometric` is false).
 */
export function layoutStateSpace(width: number, height: number, figure: StateSpaceFigure): StateSpaceLayout {
  const frame: Frame = {
    left: MARGIN.left,
    top: MARGIN.top,
    width: Math.max(40, width - MARGIN.left - MARGIN.right),
    height: Math.max(40, height - MARGIN.top - MARGIN.bottom),
  };
  const fit = fitStateSpace(figure);
  const view = figure.view ?? fit;
  const ratio = (fit.x[1] - fit.x[0]) / (fit.y[1] - fit.y[0]);
  const isometric = ratio < MAX_ASPECT && ratio > 1 / MAX_ASPECT;
  let perX = (view.x[1] - view.x[0]) / frame.width;
  let perY = (view.y[1] - view.y[0]) / frame.height;
  if (isometric) perX = perY = Math.max(perX, perY);
  const centre = (interval: readonly [number, number]) => (interval[0] + interval[1]) / 2;
  const halfX = (perX * frame.width) / 2;
  const halfY = (perY * frame.height) / 2;
  const x = linearScale(
    [centre(view.x) - halfX, centre(view.x) + halfX],
    [frame.left, frame.left + frame.width],
  );
  const y = linearScale(
    [centre(view.y) - halfY, centre(view.y) + halfY],
    [frame.top + frame.height, frame.top],
  );
  const coordinates = coordinatesOf(figure);
  const outside = figure.objects
    .filter((object) => {
      // Most objects are settled by their first point.
      for (let j = 0; j < object.points.length; j++) {
        const point = object.points[j]!;
        const u = coordinates ? valueAt(coordinates[0], point) : point[0]!;
        const v = coordinates
          ? valueAt(coordinates[1], point)
          : object.points[(j + 1) % object.points.length]![0]!;
        if (u >= x.domain[0] && u <= x.domain[1] && v >= y.domain[0] && v <= y.domain[1]) return false;
      }
      return true;
    })
    .map(({ id }) => id);
  const marks = figure.objects.reduce((sum, object) => sum + object.points.length, 0);
  return {
    frame,
    x,
    y,
    coordinates,
    titles: coordinates ? [coordinates[0].title, coordinates[1].title] : ['z₁', 'next z₁'],
    isometric,
    outside,
    radius: markRadius(marks),
  };
}

/** The nearest mark within `reach` pixels; on ties the selected object, then the earlier one. */
export function hitStateSpace(
  layout: StateSpaceLayout,
  figure: StateSpaceFigure,
  px: number,
  py: number,
  reach = 9,
): { readonly id: string; readonly point: number } | null {
  let best: { id: string; point: number } | null = null;
  let least = reach;
  for (const object of figure.objects) {
    const xy = projectStates(object.points, layout.coordinates, true);
    for (let j = 0; j < xy.length; j += 2) {
      const distance =
        Math.hypot(layout.x.to(xy[j]!) - px, layout.y.to(xy[j + 1]!) - py) -
        (object.id === figure.selected ? 0.01 : 0);
      if (distance < least) {
        least = distance;
        best = { id: object.id, point: j / 2 };
      }
    }
  }
  return best;
}

/**
 * The state at axis values (x, y). With more than two dimensions the others come from the nearest point of the
 * selected object, else from the mean of the principal components, else are zero; `from` says which, in words.
 */
export function stateUnder(
  figure: StateSpaceFigure,
  x: number,
  y: number,
): { readonly state: number[]; readonly from: string | null } {
  const coordinates = coordinatesOf(figure);
  if (!coordinates) return { state: [x], from: null };
  const targets = [
    { coordinate: coordinates[0], value: x },
    { coordinate: coordinates[1], value: y },
  ];
  // On the plane itself: nothing else of the state is free.
  const { axes, scene } = figure;
  if (axes.x.type === 'plane' && axes.y.type === 'plane' && scene?.plane)
    return { state: stateAt(scene.plane.origin, targets), from: 'on the plane' };
  const { base, from } = baseState(figure, (point) =>
    Math.hypot(valueAt(coordinates[0], point) - x, valueAt(coordinates[1], point) - y),
  );
  return { state: stateAt(base, targets), from: figure.stateDim > 2 ? from : null };
}

/** Where the coordinates that a figure does not show come from. */
export function baseState(
  figure: Pick<StateSpaceFigure, 'objects' | 'selected' | 'scene' | 'stateDim'>,
  distance: (point: readonly number[]) => number,
): { readonly base: readonly number[]; readonly from: string } {
  const selected = figure.objects.find(({ id }) => id === figure.selected);
  if (selected && selected.points.length > 0) {
    let best = 0;
    let least = Infinity;
    selected.points.forEach((point, j) => {
      const d = distance(point);
      if (d < least) {
        least = d;
        best = j;
      }
    });
    const where = selected.order > 1 ? `point ${String(best + 1)} of ${selected.id}` : selected.id;
    return { base: selected.points[best]!, from: `other coordinates from ${where}` };
  }
  const mean = figure.scene?.principal.mean;
  if (mean?.length === figure.stateDim) return { base: mean, from: 'other coordinates from the mean' };
  return { base: new Array<number>(figure.stateDim).fill(0), from: 'other coordinates zero' };
}

/** Draws the portrait. Returns notes on what it left out, for the caption. */
export function drawStateSpace(painter: Painter, figure: StateSpaceFigure, theme: Theme): readonly string[] {
  const layout = layoutStateSpace(painter.width, painter.height, figure);
  const { frame, x, y, coordinates, radius } = layout;
  const notes: string[] = [];
  const occupancy = new Occupancy(frame);
  const toPixels = (xy: Float64Array) => {
    for (let i = 0; i < xy.length; i += 2) {
      xy[i] = x.to(xy[i]!);
      xy[i + 1] = y.to(xy[i + 1]!);
    }
    return xy;
  };

  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    if (figure.basins && coordinates) drawBasins(painter, layout, figure.basins, figure.objects, theme);
    if (!coordinates) drawDiagonal(painter, layout, theme);
    const borders = figure.show.borders ? visibleBorders(figure, layout) : null;
    if (borders) {
      for (const { from, to } of borders.shown) {
        painter.line([from[0], from[1], to[0], to[1]], { color: theme.axis, width: 1 });
        occupancy.addLine(from[0], from[1], to[0], to[1], 2);
      }
      if (borders.crossing > borders.shown.length)
        notes.push(
          `${String(borders.shown.length)} of ${String(borders.crossing)} region borders in view are drawn; zoom in for the others`,
        );
    }

    if (figure.show.simulated && figure.scene) {
      for (const orbit of figure.scene.transients)
        painter.dots(
          toPixels(projectStates(orbit, coordinates, false)),
          0.9,
          theme.fog,
          theme.fogOpacity * WAY_OPACITY,
        );
      for (const orbit of figure.scene.simulated)
        painter.dots(toPixels(projectStates(orbit, coordinates, false)), 1.1, theme.fog, theme.fogOpacity);
    }

    if (figure.manifolds && coordinates)
      drawManifolds(painter, layout, coordinates, figure.manifolds, figure.objects, figure.selected, theme);
    drawContinua(painter, layout, figure, toPixels, occupancy, theme);
    const projected = figure.objects.map((object) =>
      toPixels(projectStates(object.points, coordinates, true)),
    );
    projected.forEach((xy) => {
      for (let i = 0; i < xy.length; i += 2)
        occupancy.add(xy[i]! - radius, xy[i + 1]! - radius, 2 * radius, 2 * radius, 10);
    });
    if (figure.show.trajectories)
      for (const { trajectory } of figure.trajectories)
        drawTrajectory(painter, layout, figure, trajectory, toPixels, occupancy, theme);

    if (figure.manifolds && coordinates)
      drawCrossings(painter, layout, coordinates, figure.manifolds, figure.selected, theme);
    const selectedIndex = figure.objects.findIndex(({ id }) => id === figure.selected);
    const share = selectedIndex < 0 ? 1 : DIMMED;
    figure.objects.forEach((object, index) => {
      if (index !== selectedIndex)
        drawMarks(painter, projected[index]!, markStyle(object, theme, radius, share));
    });
    if (selectedIndex >= 0) {
      const object = figure.objects[selectedIndex]!;
      drawMarks(painter, projected[selectedIndex]!, markStyle(object, theme, Math.max(radius, 5)));
      drawIndices(painter, occupancy, projected[selectedIndex]!, Math.max(radius, 5), theme);
    }
    drawPointers(painter, layout, figure, projected, occupancy, theme);
    drawObjectLabels(painter, layout, figure, projected, occupancy, radius, theme);
    if (borders) drawBorderLabels(painter, layout, figure, borders.shown, occupancy, theme);
    if (figure.cursor) drawCursor(painter, x.to(figure.cursor[0]), y.to(figure.cursor[1]), theme);
  });

  drawXAxis(
    painter,
    frame,
    x,
    ticks(x.domain[0], x.domain[1], tickAim(frame.width)),
    layout.titles[0],
    theme,
  );
  drawYAxis(
    painter,
    frame,
    y,
    ticks(y.domain[0], y.domain[1], tickAim(frame.height)),
    layout.titles[1],
    theme,
  );
  if (!layout.isometric) notes.push('the two axes have different scales');
  if (layout.outside.length > 0) notes.push(outsideWords(layout.outside));
  if (notes.length > 0)
    painter.text(frame.left, painter.height - 6, notes.join(' · '), {
      color: theme.ink2,
      size: TYPE.small,
      baseline: 'alphabetic',
    });
  return notes;
}

/** "FP1 outside the view", or how many. */
export function outsideWords(ids: readonly string[]): string {
  return ids.length <= 3
    ? `${ids.join(', ')} outside the view`
    : `${String(ids.length)} objects outside the view`;
}

/** A small upright cross. */
export function drawCursor(painter: Painter, px: number, py: number, theme: Theme): void {
  const arm = 6;
  const cross = [px - arm, py, px + arm, py, NaN, NaN, px, py - arm, px, py + arm];
  painter.line(cross, { color: theme.paper, width: 4 });
  painter.line(cross, { color: theme.accent, width: 1.8 });
}

function drawDiagonal(painter: Painter, { x, y }: StateSpaceLayout, theme: Theme): void {
  const lo = Math.min(x.domain[0], y.domain[0]);
  const hi = Math.max(x.domain[1], y.domain[1]);
  painter.line([x.to(lo), y.to(lo), x.to(hi), y.to(hi)], { color: theme.axis, width: 1, dash: [4, 3] });
}

interface DrawnBorder {
  readonly unit: number;
  readonly text: string;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** Axis-parallel in the figure. */
  readonly along: 'x' | 'y' | 'oblique';
}

/** Region borders of one- and two-dimensional systems, in pixels, clipped to the frame. */
function visibleBorders(
  figure: StateSpaceFigure,
  layout: StateSpaceLayout,
): { readonly shown: readonly DrawnBorder[]; readonly crossing: number } | null {
  if (!figure.scene || figure.stateDim > 2) return null;
  const { x, y, frame } = layout;
  const all: (DrawnBorder & { distance: number })[] = [];
  const middle = [frame.left + frame.width / 2, frame.top + frame.height / 2] as const;
  for (const border of figure.scene.borders) {
    const line = borderInAxes(border, layout.coordinates);
    if (!line) continue;
    const [a, b, c] = line;
    // In pixels: a x + b y + c = 0 with x = (px - x0) / sx ..
    const pa = a / x.slope;
    const pb = b / y.slope;
    const pc = a * x.from(0) + b * y.from(0) + c;
    const segment = clipLine(pa, pb, pc, frame);
    if (!segment) continue;
    const text = borderText(border);
    const flat = Math.abs(pa) < 1e-9 * Math.abs(pb);
    const steep = Math.abs(pb) < 1e-9 * Math.abs(pa);
    all.push({
      unit: border.unit,
      text,
      from: segment[0],
      to: segment[1],
      along: flat ? 'x' : steep ? 'y' : 'oblique',
      distance: Math.abs(pa * middle[0] + pb * middle[1] + pc) / Math.hypot(pa, pb),
    });
  }
  const shown =
    all.length > MAX_BORDERS ? all.sort((p, q) => p.distance - q.distance).slice(0, MAX_BORDERS) : all;
  return { shown, crossing: all.length };
}

/** Coefficients of a x + b y + c = 0 in axis values; null where the axes do not span the plane. */
function borderInAxes(
  border: Scene['borders'][number],
  coordinates: readonly [Coordinate, Coordinate] | null,
): readonly [number, number, number] | null {
  const [n0 = 0, n1 = 0] = border.normal;
  if (!coordinates) return n0 === 0 ? null : [n0, 0, border.offset];
  // z = D^-1 (v - o) with rows of D the directions: normal . z = (D^-T normal) . (v - o).
  const [p, q] = [coordinates[0].direction, coordinates[1].direction];
  const det = p[0]! * q[1]! - p[1]! * q[0]!;
  if (Math.abs(det) < 1e-9) return null;
  const a = (q[1]! * n0 - q[0]! * n1) / det;
  const b = (-p[1]! * n0 + p[0]! * n1) / det;
  if (a === 0 && b === 0) return null;
  return [a, b, border.offset - a * coordinates[0].offset - b * coordinates[1].offset];
}

/** "unit 1: z₁ = 0" where the border is a coordinate plane, otherwise "unit 7". */
export function borderText(border: Scene['borders'][number]): string {
  const name = `unit ${String(border.unit + 1)}`;
  const involved = border.normal.flatMap((value, i) => (value !== 0 ? [i] : []));
  const index = involved[0];
  if (involved.length !== 1 || index === undefined) return name;
  const value = -border.offset / border.normal[index]!;
  const text = value === 0 ? '0' : formatNumber(value, 3).replace(/\.?0+$/, '');
  return `${name}: z${subscript(index + 1)} = ${text === `${MINUS}0` ? '0' : text}`;
}

/** The part of a x + b y + c = 0 inside a frame, or null. */
export function clipLine(
  a: number,
  b: number,
  c: number,
  frame: Frame,
): readonly [readonly [number, number], readonly [number, number]] | null {
  const { left, top } = frame;
  const right = left + frame.width;
  const bottom = top + frame.height;
  const hits: [number, number][] = [];
  const add = (x: number, y: number) => {
    const slack = 1e-6 * (frame.width + frame.height);
    if (x < left - slack || x > right + slack || y < top - slack || y > bottom + slack) return;
    if (hits.every(([hx, hy]) => Math.hypot(hx - x, hy - y) > slack)) hits.push([x, y]);
  };
  if (b !== 0) {
    add(left, -(a * left + c) / b);
    add(right, -(a * right + c) / b);
  }
  if (a !== 0) {
    add(-(b * top + c) / a, top);
    add(-(b * bottom + c) / a, bottom);
  }
  return hits.length >= 2 ? [hits[0]!, hits[1]!] : null;
}

function drawBorderLabels(
  painter: Painter,
  layout: StateSpaceLayout,
  figure: StateSpaceFigure,
  borders: readonly DrawnBorder[],
  occupancy: Occupancy,
  theme: Theme,
): void {
  const { frame } = layout;
  const style = { color: theme.ink2, size: TYPE.small, halo: theme.paper };
  const right = frame.left + frame.width - 6;
  const bottom = frame.top + frame.height;
  drawRegionCodes(painter, layout, figure, borders.length, occupancy, theme);
  for (const { text, from, to, along } of borders) {
    const candidates: Candidate[] = [];
    if (along === 'y')
      for (const [dy, penalty] of [
        [-13, 0],
        [-30, 2],
        [-frame.height + 13, 4],
      ] as const) {
        candidates.push({ x: from[0] + 6, y: bottom + dy, align: 'start', penalty });
        candidates.push({ x: from[0] - 6, y: bottom + dy, align: 'end', penalty: penalty + 1 });
      }
    else if (along === 'x')
      for (const dy of [-11, 11]) {
        candidates.push({ x: right, y: from[1] + dy, align: 'end', penalty: dy > 0 ? 1 : 0 });
        candidates.push({ x: frame.left + 8, y: from[1] + dy, align: 'start', penalty: 3 });
      }
    else {
      const [start, end] = from[0] > to[0] ? [to, from] : [from, to];
      for (const t of [0.97, 0.9, 0.03, 0.8, 0.1]) {
        const px = start[0] + t * (end[0] - start[0]);
        const py = start[1] + t * (end[1] - start[1]);
        const half = textWidth(text, style.size) / 2;
        candidates.push({ x: px - half - 6, y: py - 10, align: 'middle', penalty: t > 0.85 ? 0 : 3 });
        candidates.push({ x: px + half + 6, y: py + 10, align: 'middle', penalty: t > 0.85 ? 0 : 3 });
        candidates.push({ x: px - half - 6, y: py + 10, align: 'middle', penalty: t > 0.85 ? 0 : 3 });
        candidates.push({ x: px + half + 6, y: py - 10, align: 'middle', penalty: t > 0.85 ? 0 : 3 });
      }
    }
    placeLabel(painter, occupancy, text, candidates, style, borders.length > 12 ? 12 : 120);
  }
}

/** Region words in the corners while there are few borders: the corner belongs to exactly one region. */
function drawRegionCodes(
  painter: Painter,
  layout: StateSpaceLayout,
  figure: StateSpaceFigure,
  borders: number,
  occupancy: Occupancy,
  theme: Theme,
): void {
  const scene = figure.scene;
  const { coordinates, frame } = layout;
  if (!scene || !coordinates || figure.stateDim !== 2 || borders === 0 || borders > 4 || scene.reluUnits > 10)
    return;
  const seen = new Set<string>();
  const inset = 12;
  for (const [px, py, align] of [
    [frame.left + 10, frame.top + inset, 'start'],
    [frame.left + frame.width - 10, frame.top + inset, 'end'],
    [frame.left + 10, frame.top + frame.height - inset, 'start'],
    [frame.left + frame.width - 10, frame.top + frame.height - inset, 'end'],
  ] as const) {
    const { state } = stateUnder(figure, layout.x.from(px), layout.y.from(py));
    const bits = new Array<string>(scene.reluUnits).fill('·');
    for (const { unit, normal, offset } of scene.borders)
      bits[unit] = normal.reduce((sum, value, i) => sum + value * state[i]!, offset) > 0 ? '1' : '0';
    const word = bits.join('');
    if (seen.has(word)) continue;
    seen.add(word);
    const text = `σ = ${word}`;
    const width = textWidth(text, TYPE.small);
    occupancy.add(align === 'end' ? px - width : px, py - 7, width, 14, 30);
    painter.text(px, py, text, {
      color: theme.ink2,
      size: TYPE.small,
      align,
      baseline: 'middle',
      halo: theme.paper,
    });
  }
}

/** Index of the first trajectory point that stays on the object it settled on; all of it where there is none. */
export function transientEnd(trajectory: Trajectory, objects: readonly FigureObject[]): number {
  const target = objects.find(({ id }) => id === trajectory.settledOn);
  if (!target) return trajectory.points.length - 1;
  const size = Math.max(
    ...target.points[0]!.map((_, i) => {
      const values = trajectory.points.map((point) => point[i]!);
      return Math.max(...values) - Math.min(...values);
    }),
  );
  let end = trajectory.points.length - 1;
  while (end > 0) {
    const state = trajectory.points[end]!;
    const near = target.points.some(
      (point) => Math.hypot(...point.map((value, i) => value - state[i]!)) < 0.015 * size,
    );
    if (!near) break;
    end--;
  }
  return end;
}

function drawTrajectory(
  painter: Painter,
  layout: StateSpaceLayout,
  figure: StateSpaceFigure,
  trajectory: Trajectory,
  toPixels: (xy: Float64Array) => Float64Array,
  occupancy: Occupancy,
  theme: Theme,
): void {
  const xy = toPixels(projectStates(trajectory.points, layout.coordinates, false));
  if (xy.length < 2) return;
  const chords = Math.min(transientEnd(trajectory, figure.objects), 120);
  painter.line(xy.subarray(0, 2 * (chords + 1)), { color: theme.ink, width: 1, opacity: 0.28 });
  painter.dots(xy, trajectory.points.length > 2000 ? 1.1 : 1.6, theme.ink);
  for (let i = 0; i < Math.min(xy.length, 4000); i += 2) occupancy.add(xy[i]! - 1, xy[i + 1]! - 1, 2, 2, 1);
  const [px, py] = [xy[0]!, xy[1]!];
  painter.circle(px, py, 4.6, theme.paper, { color: theme.ink, width: 1.4 });
  painter.circle(px, py, 1.7, theme.ink, null);
  occupancy.add(px - 5, py - 5, 10, 10, 10);
  placeLabel(painter, occupancy, 't = 0', around(px, py + 1, 9).reverse(), {
    color: theme.ink2,
    size: TYPE.small,
    halo: theme.paper,
  });
}

/** Itinerary positions beside the points of the selected cycle, pointing away from its middle. */
function drawIndices(
  painter: Painter,
  occupancy: Occupancy,
  xy: Float64Array,
  radius: number,
  theme: Theme,
): void {
  const k = xy.length / 2;
  if (k < 2) return;
  let mx = 0;
  let my = 0;
  for (let i = 0; i < xy.length; i += 2) {
    mx += xy[i]! / k;
    my += xy[i + 1]! / k;
  }
  const every = Math.ceil(k / 40);
  for (let j = 0; j < k; j += every) {
    const px = xy[2 * j]!;
    const py = xy[2 * j + 1]!;
    const outward = Math.atan2(py - my, px - mx);
    const candidates: Candidate[] = [];
    [0, 0.6, -0.6, 1.2, -1.2, Math.PI, 2, -2].forEach((turn, rank) => {
      const reach = radius + 8;
      candidates.push({
        x: px + reach * Math.cos(outward + turn) * 1.1,
        y: py + reach * Math.sin(outward + turn),
        align: 'middle',
        penalty: rank,
      });
    });
    placeLabel(
      painter,
      occupancy,
      String(j + 1),
      candidates,
      { color: theme.ink2, size: TYPE.index, halo: theme.paper },
      k > 20 ? 25 : Infinity,
    );
  }
}

/** Families as thick segments, ended by short bars where a region border ends them. */
function drawContinua(
  painter: Painter,
  layout: StateSpaceLayout,
  figure: StateSpaceFigure,
  toPixels: (xy: Float64Array) => Float64Array,
  occupancy: Occupancy,
  theme: Theme,
): void {
  const { x, y } = layout;
  const corners = [...x.domain, ...y.domain].map(Math.abs);
  for (const continuum of figure.continua ?? []) {
    const reach = 4 * (Math.max(...corners) + Math.hypot(...continuum.point));
    const hue = continuum.regions.length === 1 ? 'fixedPoint' : 0;
    const color = hueColor(theme, hue);
    const selected = continuum.id === figure.selected;
    let label: Candidate[] = [];
    for (const [from, to] of continuumSegments(continuum, figure.scene, reach)) {
      // A family of a one-dimensional system lies on the diagonal of its return map.
      const ends = layout.coordinates
        ? projectStates([from, to], layout.coordinates, false)
        : Float64Array.from([from[0]!, from[0]!, to[0]!, to[0]!]);
      const xy = toPixels(ends);
      const [x0, y0, x1, y1] = [xy[0]!, xy[1]!, xy[2]!, xy[3]!];
      const length = Math.hypot(x1 - x0, y1 - y0);
      if (length < 1) {
        painter.circle(x0, y0, 4, theme.paper, { color, width: 2.4 });
      } else {
        painter.line(xy, { color, width: selected ? 4.5 : 3 });
        const [nx, ny] = [(-5 * (y1 - y0)) / length, (5 * (x1 - x0)) / length];
        for (const [ex, ey] of [
          [x0, y0],
          [x1, y1],
        ] as const)
          painter.line([ex - nx, ey - ny, ex + nx, ey + ny], { color, width: 1.6 });
        if (length < 1e5) occupancy.addLine(x0, y0, x1, y1, 6);
      }
      const { left, top, width, height } = layout.frame;
      // Long segments leave most of themselves outside the frame.
      const seen = Array.from({ length: 400 }, (_, i) => (i + 0.5) / 400)
        .map((t) => [x0 + t * (x1 - x0), y0 + t * (y1 - y0)] as const)
        .filter(([px, py]) => px > left && px < left + width && py > top && py < top + height);
      const every = Math.max(1, Math.floor(seen.length / 6));
      label = label.concat(
        seen.filter((_, i) => i % every === every >> 1).flatMap(([px, py]) => around(px, py, 12)),
      );
    }
    placeLabel(painter, occupancy, continuum.id, label, {
      color: hueText(theme, hue),
      size: TYPE.medium,
      weight: selected ? 600 : 500,
      halo: theme.paper,
    });
  }
}

/** Arrows at the edge towards objects outside the view, the selected one first. */
function drawPointers(
  painter: Painter,
  layout: StateSpaceLayout,
  figure: StateSpaceFigure,
  projected: readonly Float64Array[],
  occupancy: Occupancy,
  theme: Theme,
): void {
  const outside = new Set(layout.outside);
  const shown = figure.objects
    .map((object, index) => ({ object, xy: projected[index]! }))
    .filter(({ object, xy }) => outside.has(object.id) && xy.length > 0)
    .sort((a, b) => Number(b.object.id === figure.selected) - Number(a.object.id === figure.selected))
    .slice(0, MAX_POINTERS);
  const { left, top, width, height } = layout.frame;
  const [cx, cy] = [left + width / 2, top + height / 2];
  for (const { object, xy } of shown) {
    const [dx, dy] = [xy[0]! - cx, xy[1]! - cy];
    const length = Math.hypot(dx, dy);
    if (!(length > 0) || !Number.isFinite(length)) continue;
    const inset = 9;
    const t = Math.min((width / 2 - inset) / Math.abs(dx), (height / 2 - inset) / Math.abs(dy));
    const [px, py] = [cx + t * dx, cy + t * dy];
    const [ux, uy] = [dx / length, dy / length];
    const color = markStyle(object, theme, 5).color;
    painter.polygon(
      [
        px + 6 * ux,
        py + 6 * uy,
        px - 3 * ux - 4 * uy,
        py - 3 * uy + 4 * ux,
        px - 3 * ux + 4 * uy,
        py - 3 * uy - 4 * ux,
      ],
      color,
      null,
    );
    occupancy.add(px - 6, py - 6, 12, 12, 20);
    placeLabel(
      painter,
      occupancy,
      object.id,
      around(px - 4 * ux, py - 4 * uy, 10),
      {
        color: hueText(theme, object.hue),
        size: TYPE.small,
        weight: object.id === figure.selected ? 600 : 500,
        halo: theme.paper,
      },
      60,
    );
  }
}

/** Direct labels: each object is named once, at the point where its name covers least. */
function drawObjectLabels(
  painter: Painter,
  layout: StateSpaceLayout,
  figure: StateSpaceFigure,
  projected: readonly Float64Array[],
  occupancy: Occupancy,
  radius: number,
  theme: Theme,
): void {
  const many = figure.objects.length > 24;
  const outside = new Set(layout.outside);
  const order = figure.objects
    .map((object, index) => ({ object, index }))
    .sort(
      (a, b) =>
        Number(b.object.id === figure.selected) - Number(a.object.id === figure.selected) ||
        a.object.order - b.object.order,
    )
    .slice(0, many ? 40 : 80);
  for (const { object, index } of order) {
    if (outside.has(object.id)) continue;
    const xy = projected[index]!;
    const k = xy.length / 2;
    const places = Array.from({ length: k }, (_, j) => j)
      .sort((i, j) => rightness(xy, j) - rightness(xy, i))
      .slice(0, many && object.id !== figure.selected ? 3 : 16);
    const candidates = places.flatMap((j, rank) =>
      around(xy[2 * j]!, xy[2 * j + 1]!, Math.max(radius, 3) + 6, Math.min(rank, 8)),
    );
    placeLabel(
      painter,
      occupancy,
      object.id,
      candidates,
      { color: hueText(theme, object.hue), size: TYPE.medium, weight: 500, halo: theme.paper },
      object.id === figure.selected ? Infinity : many ? 24 : 200,
    );
  }
}

/** Prefers points to the right and above. */
function rightness(xy: Float64Array, j: number): number {
  return xy[2 * j]! - 0.35 * xy[2 * j + 1]!;
}

/** Bounding box of points in axis values. */
class Extent {
  private x0 = Infinity;
  private x1 = -Infinity;
  private y0 = Infinity;
  private y1 = -Infinity;

  get empty(): boolean {
    return this.x0 > this.x1;
  }

  add(xy: Float64Array): void {
    for (let i = 0; i < xy.length; i += 2) {
      const x = xy[i]!;
      const y = xy[i + 1]!;
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      if (x < this.x0) this.x0 = x;
      if (x > this.x1) this.x1 = x;
      if (y < this.y0) this.y0 = y;
      if (y > this.y1) this.y1 = y;
    }
  }

  join(other: Extent): void {
    if (other.empty) return;
    this.x0 = Math.min(this.x0, other.x0);
    this.x1 = Math.max(this.x1, other.x1);
    this.y0 = Math.min(this.y0, other.y0);
    this.y1 = Math.max(this.y1, other.y1);
  }

  /** The longer side. */
  size(): number {
    return this.empty ? 0 : Math.max(this.x1 - this.x0, this.y1 - this.y0);
  }

  /** Largest distance of a corner from the origin. */
  reach(): number {
    return Math.max(Math.abs(this.x0), Math.abs(this.x1), Math.abs(this.y0), Math.abs(this.y1));
  }

  /** Gap to another extent, the larger of the two axes; 0 where they overlap or one is empty. */
  distance(other: Extent): number {
    if (this.empty || other.empty) return 0;
    return Math.max(this.x0 - other.x1, other.x0 - this.x1, this.y0 - other.y1, other.y0 - this.y1, 0);
  }

  padded(share: number): View {
    if (this.empty) return { x: [-1, 1], y: [-1, 1] };
    const size = this.size() || Math.max(Math.abs(this.x0), Math.abs(this.y0), 1);
    const grow = (lo: number, hi: number): [number, number] => {
      // What differs by rounding only is one value.
      const extended = hi - lo > 1e-9 * Math.max(size, Math.abs(lo), Math.abs(hi));
      const pad = extended ? (hi - lo) * share : 0.5 * size;
      return [lo - pad, hi + pad];
    };
    return { x: grow(this.x0, this.x1), y: grow(this.y0, this.y1) };
  }
}
