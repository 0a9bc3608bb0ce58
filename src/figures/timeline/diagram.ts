import type { BifurcationEvent } from '../../core/report/timeline';
import type { Stability } from '../../core/report/types';
import {
  crisp,
  drawYAxis,
  linearScale,
  textWidth,
  tickAim,
  tickAt,
  tickLabels,
  ticks,
  type Frame,
  type LinearScale,
} from '../axes';
import { formatNumber } from '../format';
import { drawMarks } from '../marks';
import type { Painter, Theme } from '../painter';
import { valueAt } from '../projection';
import { hueColor, hueText, TYPE } from '../theme';
import { eventLanes, laneSigns } from './eventLanes';
import { valueExtent } from './extent';
import type { FocusFigure } from './focus';
import { drawSign, signOf } from './glyphs';
import { windowOf } from './logRow';
import { curve, curvesOf, lowerBound, type DrawnBranch, type PreparedTimeline } from './prepare';

/** Above the diagram: its title, and the orders of cycles in two rows. */
export const DIAGRAM_HEAD = 36;
/** Signs nearer than this on average, px, would hide the branches. */
const SIGNS = 20;
/** Points of cycles nearer than this, px, are dots. */
const MARKS = 7;
/** Objects alive at once from which marks are small. */
const MANY = 12;
/** Cycles of more points are drawn with finer lines. */
const LONG = 24;

/** The bifurcation diagram: a coordinate of every branch and of simulated orbits over the axis of the run. */
export function drawDiagram(
  painter: Painter,
  frame: Frame,
  figure: FocusFigure,
  x: LinearScale,
  events: readonly BifurcationEvent[],
  theme: Theme,
): void {
  const { prepared, coordinate } = figure;
  const y = linearScale(figure.values ?? valueExtent(figure), [frame.top + frame.height, frame.top]);
  const marks = ticks(y.domain[0], y.domain[1], tickAim(frame.height, 48));
  for (const value of marks.values) {
    const at = crisp(tickAt(y, marks, value));
    painter.line([frame.left, at, frame.left + frame.width, at], { color: theme.grid, width: 1 });
  }
  const stride = checkpointStride(figure, x);
  const radius = markRadius(prepared);
  const cycles = prepared.branches.filter(({ branch }) => branch.order > 1);
  const fixedPoints = prepared.branches.filter(({ branch }) => branch.order === 1);
  painter.plot({ ...frame, name: `diagram of ${coordinate.title}`, x, y }, () => {
    if (figure.show.simulated) drawFog(painter, frame, figure, x, y, theme);
    for (const drawn of cycles) {
      const { points } = curvesOf(drawn, coordinate);
      for (const values of points) drawBranch(painter, drawn, values, x, y, theme);
      drawPoints(painter, frame, drawn, points, x, y, stride, theme);
    }
    for (const drawn of fixedPoints)
      drawBranch(painter, drawn, curvesOf(drawn, coordinate).points[0]!, x, y, theme);
    for (const drawn of fixedPoints)
      drawBranchMarks(painter, drawn, curvesOf(drawn, coordinate).points[0]!, x, y, stride, theme, radius);
    drawOffScale(painter, frame, figure, fixedPoints, x, y, theme);
    for (const event of eventsInDiagram(figure, events, x)) {
      const [px, py] = [x.to(event.epoch), y.to(valueAt(coordinate, event.point!))];
      drawSign(painter, px, py, signOf(event), hueColor(theme, prepared.hueOf(event)), theme, 3.6);
      if (event.id === figure.selected) painter.circle(px, py, 9, null, { color: theme.accent, width: 2 });
    }
  });
  drawYAxis(painter, frame, y, marks, '', theme);
  const { title } = tickLabels(marks, coordinate.title, 46);
  painter.text(frame.left - 8, frame.top - 22, title, {
    color: theme.ink,
    size: TYPE.medium,
    align: 'end',
  });
  drawOrders(painter, frame, figure, x, theme);
}

/** Events whose sign stands at the colliding point: those that have room, and the selected one. */
export function eventsInDiagram(
  { prepared, show, selected }: FocusFigure,
  events: readonly BifurcationEvent[],
  x: LinearScale,
): BifurcationEvent[] {
  const placed = events.filter(({ point, kind }) => point && kind !== 'bcb-persistence');
  const chosen = placed.filter(({ id }) => id === selected);
  if (placed.length * SIGNS > x.range[1] - x.range[0]) return chosen;
  const apart = eventLanes([prepared], show.persistence).flatMap(({ holds }) =>
    laneSigns(placed, holds, x).flatMap((sign) => (sign.events.length === 1 ? sign.events : [])),
  );
  return [...apart.filter(({ id }) => id !== selected), ...chosen];
}

/** Every how many checkpoints a mark is drawn: about 9 px apart at the least. */
export function checkpointStride({ prepared, view }: FocusFigure, x: LinearScale): number {
  const inside = prepared.timeline.checkpoints.filter(
    ({ epoch }) => epoch >= view[0] && epoch <= view[1],
  ).length;
  return 2 ** Math.max(0, Math.ceil(Math.log2((9 * inside) / Math.max(1, x.range[1] - x.range[0]))));
}

/** Of marks on branches: smaller where very many objects are alive. */
export const markRadius = ({ peaks }: PreparedTimeline): number =>
  peaks.stable + peaks.saddle + peaks.unstable > MANY ? 2 : 2.7;

/** A column of values along a branch: solid where it is stable, dashed where not. */
export function drawBranch(
  painter: Painter,
  drawn: DrawnBranch,
  values: Float64Array,
  x: LinearScale,
  y: LinearScale,
  theme: Theme,
): void {
  const color = hueColor(theme, drawn.hue);
  const [from, to] = windowOf(drawn.epochs, x.domain);
  for (const stretch of drawn.stretches) {
    const a = Math.max(stretch.from, from);
    const b = Math.min(stretch.to, to);
    if (a > b) continue;
    painter.line(curve(drawn.epochs, values, a, b, x.to, y.to), {
      color,
      width: drawn.branch.order > LONG ? 0.8 : 1.2,
      ...(stretch.stability === 'stable' ? {} : { dash: drawn.branch.order === 1 ? [5, 3] : [3, 2] }),
    });
  }
}

/** The samples of a branch at checkpoints that get a mark, by stability. */
function markedSamples(
  { atCheckpoints, epochs, branch }: DrawnBranch,
  x: LinearScale,
  stride: number,
): Record<Stability, number[]> {
  const at: Record<Stability, number[]> = { stable: [], saddle: [], unstable: [], marginal: [] };
  atCheckpoints.forEach((sample, i) => {
    if (i % stride !== 0 && atCheckpoints.length > stride) return;
    const epoch = epochs[sample]!;
    if (epoch < x.domain[0] || epoch > x.domain[1]) return;
    at[branch.samples[sample]!.stability].push(sample);
  });
  return at;
}

/** The points of a cycle at checkpoints: marks where there is room, else dots. */
function drawPoints(
  painter: Painter,
  frame: Frame,
  drawn: DrawnBranch,
  points: readonly Float64Array[],
  x: LinearScale,
  y: LinearScale,
  stride: number,
  theme: Theme,
): void {
  const { epochs, branch } = drawn;
  const color = hueColor(theme, drawn.hue);
  const roomy = frame.height / branch.order >= MARKS;
  for (const [fill, samples] of Object.entries(markedSamples(drawn, x, stride)) as [Stability, number[]][]) {
    if (samples.length === 0) continue;
    const places = samples.flatMap((i) => points.flatMap((values) => [x.to(epochs[i]!), y.to(values[i]!)]));
    if (roomy)
      drawMarks(painter, places, { order: branch.order, fill, color, paper: theme.paper, radius: 2.3 });
    else painter.dots(places, 1.3, color, fill === 'stable' ? 1 : 0.6);
  }
}

/** Marks of a column of values along a branch, at checkpoints. */
export function drawBranchMarks(
  painter: Painter,
  drawn: DrawnBranch,
  values: Float64Array,
  x: LinearScale,
  y: LinearScale,
  stride: number,
  theme: Theme,
  radius: number,
): void {
  for (const [fill, samples] of Object.entries(markedSamples(drawn, x, stride)) as [Stability, number[]][])
    if (samples.length > 0)
      drawMarks(
        painter,
        samples.flatMap((i) => [x.to(drawn.epochs[i]!), y.to(values[i]!)]),
        {
          order: drawn.branch.order,
          fill,
          color: hueColor(theme, drawn.hue),
          paper: theme.paper,
          radius,
        },
      );
}

/** Where a branch is beyond the scale: an arrow at the edge, and where it stays there the value that comes nearest. */
function drawOffScale(
  painter: Painter,
  frame: Frame,
  { coordinate }: FocusFigure,
  branches: readonly DrawnBranch[],
  x: LinearScale,
  y: LinearScale,
  theme: Theme,
): void {
  const bottom = frame.top + frame.height;
  const stretches = branches
    .flatMap((drawn) => beyond(drawn, curvesOf(drawn, coordinate).points[0]!, x, y))
    .map((stretch) => ({
      ...stretch,
      middle: Math.min(
        Math.max((stretch.from + stretch.to) / 2, frame.left + 4),
        frame.left + frame.width - 4,
      ),
    }))
    .sort((a, b) => a.middle - b.middle);
  stretches.forEach(({ drawn, from, to, nearest, side, middle, enters }, i) => {
    const color = hueColor(theme, drawn.hue);
    const [edge, out] = side === 'below' ? [bottom - 1.5, 1] : [frame.top + 1.5, -1];
    if (to - from > 6) painter.line([from, edge, to, edge], { color, width: 1.5, dash: [2, 3] });
    painter.polygon(
      [middle - 4, edge - 7 * out, middle + 4, edge - 7 * out, middle, edge - out],
      color,
      null,
    );
    const words = formatNumber(nearest, Math.abs(nearest) < 10 ? 1 : 0);
    const next = stretches.find((other, j) => j > i && other.side === side);
    if (enters) return;
    const room = (next ? next.middle - 4 : frame.left + frame.width) - middle - 6;
    if (room < textWidth(words, TYPE.index) + 8) return;
    painter.text(middle + 6, edge - 4 * out, words, {
      color: hueText(theme, drawn.hue),
      size: TYPE.index,
      baseline: 'middle',
      halo: theme.paper,
    });
  });
}

interface Beyond {
  readonly drawn: DrawnBranch;
  readonly side: 'above' | 'below';
  /** px */
  readonly from: number;
  readonly to: number;
  /** The value nearest to the scale. */
  readonly nearest: number;
  /** The branch comes onto the scale, or leaves it, in the window. */
  readonly enters: boolean;
}

/** Stretches of a window in which all samples of a branch lie beyond the scale, on one side. */
function beyond(drawn: DrawnBranch, values: Float64Array, x: LinearScale, y: LinearScale): Beyond[] {
  const [lo, hi] = y.domain;
  const { epochs } = drawn;
  const out: { -readonly [K in keyof Beyond]: Beyond[K] }[] = [];
  let open = false;
  let inside = false;
  for (let i = lowerBound(epochs, x.domain[0]); i < epochs.length && epochs[i]! <= x.domain[1]; i++) {
    const value = values[i]!;
    const side = value < lo ? 'below' : value > hi ? 'above' : null;
    const px = x.to(epochs[i]!);
    const last = out.at(-1);
    if (side && open && last?.side === side) {
      last.to = px;
      last.nearest = side === 'below' ? Math.max(last.nearest, value) : Math.min(last.nearest, value);
    } else if (side) out.push({ drawn, side, from: px, to: px, nearest: value, enters: false });
    open = side !== null;
    inside ||= !open;
  }
  for (const stretch of out) stretch.enters = inside;
  return out;
}

/** Simulated points, at most one for each pixel. */
function drawFog(
  painter: Painter,
  frame: Frame,
  figure: FocusFigure,
  x: LinearScale,
  y: LinearScale,
  theme: Theme,
): void {
  const wide = Math.ceil(frame.width) + 2;
  const tall = Math.ceil(frame.height) + 2;
  const taken = new Uint8Array(wide * tall);
  const xy: number[] = [];
  for (const { epoch, fog } of figure.prepared.timeline.checkpoints) {
    if (epoch < x.domain[0] || epoch > x.domain[1]) continue;
    const px = x.to(epoch);
    const column = Math.round(px - frame.left);
    for (const point of fog) {
      const py = y.to(valueAt(figure.coordinate, point));
      const row = Math.round(py - frame.top);
      if (row < 0 || row >= tall || taken[row * wide + column]) continue;
      taken[row * wide + column] = 1;
      xy.push(px, py);
    }
  }
  painter.dots(xy, 0.8, theme.fog, theme.fogOpacity);
}

/** Orders of the cycles above the diagram, in two rows where they are close; what lives longest goes first. */
function drawOrders(painter: Painter, frame: Frame, figure: FocusFigure, x: LinearScale, theme: Theme): void {
  const spans = new Map<number, { order: number; lo: number; hi: number; drawn: DrawnBranch }>();
  for (const drawn of figure.prepared.branches) {
    const { order, family } = drawn.branch;
    const lo = drawn.epochs[0];
    const hi = drawn.epochs.at(-1);
    if (order === 1 || lo === undefined || hi === undefined || hi < x.domain[0] || lo > x.domain[1]) continue;
    const span = spans.get(family);
    if (!span) spans.set(family, { order, lo, hi, drawn });
    else {
      span.lo = Math.min(span.lo, lo);
      span.hi = Math.max(span.hi, hi);
    }
  }
  const rows: [number, number][][] = [[], []];
  for (const { order, lo, hi, drawn } of [...spans.values()].sort((a, b) => b.hi - b.lo - (a.hi - a.lo))) {
    const middle = (Math.max(x.range[0], x.to(lo)) + Math.min(x.range[1], x.to(hi))) / 2;
    const half = textWidth(String(order), TYPE.small) / 2 + 3;
    const row = rows.findIndex((taken) => taken.every(([a, b]) => middle + half <= a || middle - half >= b));
    if (row < 0) continue;
    rows[row]!.push([middle - half, middle + half]);
    painter.text(middle, frame.top - 6 - 13 * row, String(order), {
      color: hueText(theme, drawn.hue),
      size: TYPE.small,
      weight: 600,
      align: 'middle',
    });
  }
}
