import type { BifurcationEvent, LossPoint } from '../../core/report/timeline';
import type { Stability } from '../../core/report/types';
import {
  crisp,
  drawXAxis,
  drawYAxis,
  linearScale,
  textWidth,
  tickAim,
  tickAt,
  ticks,
  type Frame,
  type LinearScale,
} from '../axes';
import { formatNumber } from '../format';
import { drawMarks } from '../marks';
import type { Painter, Theme } from '../painter';
import type { Coordinate } from '../projection';
import { hueColor, hueText, isDark, TYPE } from '../theme';
import { valueAt } from '../projection';
import { drawSign, signOf } from './glyphs';
import { axisName } from './words';
import { curve, curvesOf, lowerBound, type DrawnBranch, type PreparedTimeline } from './prepare';

/** One run in its window: everything the rows show. */
export interface FocusFigure {
  readonly prepared: PreparedTimeline;
  /** Interval of the axis that is shown. */
  readonly view: readonly [number, number];
  readonly coordinate: Coordinate;
  /** Scales shared with a compared run; null: fitted to this one's window. */
  readonly values: readonly [number, number] | null;
  readonly growth: readonly [number, number] | null;
  readonly show: {
    readonly weightChange: boolean;
    readonly simulated: boolean;
    readonly persistence: boolean;
    /** Lyapunov spectra, where the timeline has them. */
    readonly exponents: boolean;
  };
  /** Event id. */
  readonly selected: string | null;
  /** Names of the lanes stand left of them; without, only their marks (second run of a comparison). */
  readonly laneNames: boolean;
}

export type RowName =
  'loss' | 'lanes' | 'diagram' | 'events' | 'growth' | 'exponents' | 'distance' | 'change';

export interface FocusLayout {
  readonly x: LinearScale;
  readonly rows: ReadonlyMap<RowName, Frame>;
  readonly axis: Frame;
}

const LANES: readonly { readonly name: string; readonly stability: Stability | null }[] = [
  { name: 'stable', stability: 'stable' },
  { name: 'saddle', stability: 'saddle' },
  { name: 'unstable', stability: 'unstable' },
  { name: 'no cycle', stability: null },
];
const LANE = 16;
const AXIS = 34;
const TITLE = 18;
const RIGHT = 14;

type Rows = Pick<FocusFigure, 'prepared' | 'show'>;

/** The rows that depend on what the run has and the user wants. */
function optionalRows({ prepared: { timeline, spectra }, show }: Rows) {
  return {
    loss:
      timeline.loss.some(({ loss }) => loss !== null) || timeline.checkpoints.some((c) => c.loss !== null),
    exponents: show.exponents && spectra.epochs.length > 0,
    distance: timeline.checkpoints.some(({ distanceToBifurcation }) => distanceToBifurcation !== null),
    change: show.weightChange,
  };
}

/** Height of all rows but the diagram. */
function otherRows(has: ReturnType<typeof optionalRows>): number {
  return (
    (has.loss ? TITLE + 62 + 10 : 0) +
    LANES.length * LANE +
    TITLE * 2 +
    22 +
    (TITLE + 56) +
    (has.exponents ? TITLE + 56 : 0) +
    (has.distance ? TITLE + 44 : 0) +
    (has.change ? TITLE + 44 : 0) +
    AXIS
  );
}

/** Pixels in which the diagram has room to be read. */
export function focusHeight(figure: Rows): number {
  return otherRows(optionalRows(figure)) + 230;
}

export function layoutFocus(width: number, height: number, figure: FocusFigure): FocusLayout {
  const left = figure.laneNames ? 76 : 56;
  const inner = Math.max(40, width - left - RIGHT);
  const rows = new Map<RowName, Frame>();
  const has = optionalRows(figure);
  const fixed = otherRows(has);
  let top = 0;
  const put = (name: RowName, tall: number, head: number, after = 0) => {
    rows.set(name, { left, top: top + head, width: inner, height: tall });
    top += head + tall + after;
  };
  if (has.loss) put('loss', 62, TITLE, 10);
  put('lanes', LANES.length * LANE, 0);
  put('diagram', Math.max(90, height - fixed), TITLE * 2);
  put('events', 14, 8);
  put('growth', 56, TITLE);
  if (has.exponents) put('exponents', 56, TITLE);
  if (has.distance) put('distance', 44, TITLE);
  if (has.change) put('change', 44, TITLE);
  return {
    x: linearScale(figure.view, [left, left + inner]),
    rows,
    axis: { left, top: top + 4, width: inner, height: 0 },
  };
}

export function drawFocus(painter: Painter, figure: FocusFigure, theme: Theme): void {
  const layout = layoutFocus(painter.width, painter.height, figure);
  const { x } = layout;
  const { timeline } = figure.prepared;
  const events = shownEvents(figure);
  // Hairlines first, under everything.
  const top = layout.rows.get('loss')?.top ?? layout.rows.get('lanes')!.top;
  for (const event of events)
    if (event.kind === 'center' || event.id === figure.selected) {
      const px = crisp(x.to(event.epoch));
      const chosen = event.id === figure.selected;
      painter.line([px, top, px, layout.axis.top], {
        color: chosen ? theme.accent : hueColor(theme, figure.prepared.hueOf(event)),
        width: 1,
        dash: [1, 3],
        opacity: chosen ? 1 : 0.7,
      });
    }
  const loss = layout.rows.get('loss');
  if (loss) drawLoss(painter, loss, figure, x, theme);
  drawLanes(painter, layout.rows.get('lanes')!, figure, x, theme);
  drawDiagram(painter, layout.rows.get('diagram')!, figure, x, events, theme);
  drawEventLane(painter, layout.rows.get('events')!, figure, x, events, theme);
  drawGrowth(painter, layout.rows.get('growth')!, figure, x, theme);
  const exponents = layout.rows.get('exponents');
  if (exponents) drawExponents(painter, exponents, figure, x, theme);
  const distance = layout.rows.get('distance');
  if (distance)
    drawLogRow(
      painter,
      distance,
      timeline.checkpoints.map((c) => ({ epoch: c.epoch, value: c.distanceToBifurcation?.value ?? null })),
      'distance to bifurcation (log, in parameters)',
      x,
      theme,
    );
  const change = layout.rows.get('change');
  if (change)
    drawLogRow(
      painter,
      change,
      timeline.checkpoints.map((c) => ({ epoch: c.epoch, value: c.weightChange })),
      `weight change per ${axisName(timeline)} (log)`,
      x,
      theme,
    );
  drawEpochAxis(painter, layout, figure, theme);
}

/** Events inside the window, as chosen to be shown. */
export function shownEvents(figure: FocusFigure): BifurcationEvent[] {
  const [lo, hi] = figure.view;
  return figure.prepared.timeline.events.filter(
    ({ epoch, kind }) =>
      epoch >= lo && epoch <= hi && (figure.show.persistence || kind !== 'bcb-persistence'),
  );
}

/** Values further out than this many times the middle nine tenths do not set the scale. */
const OUTLYING = 2;
/** Values that quantiles are taken of. */
const SAMPLED = 4000;

/**
 * Coordinate interval that the branches and simulated points of a window fill; what comes from infinity, or leaves for it,
 * is cut off.
 */
export function valueExtent(
  figure: Pick<FocusFigure, 'prepared' | 'view' | 'coordinate' | 'show'>,
): [number, number] {
  const { prepared, view, coordinate } = figure;
  const seen: number[] = [];
  let least = Infinity;
  let most = -Infinity;
  const see = (value: number) => {
    if (value < least) least = value;
    if (value > most) most = value;
    seen.push(value);
  };
  for (const drawn of prepared.branches) {
    const { low, high } = curvesOf(drawn, coordinate);
    for (let i = lowerBound(drawn.epochs, view[0]); i < low.length && drawn.epochs[i]! <= view[1]; i++) {
      see(low[i]!);
      see(high[i]!);
    }
  }
  if (figure.show.simulated)
    for (const { epoch, fog } of prepared.timeline.checkpoints)
      if (epoch >= view[0] && epoch <= view[1]) for (const point of fog) see(valueAt(coordinate, point));
  if (seen.length === 0) return [-1, 1];
  const every = Math.ceil(seen.length / SAMPLED);
  const sorted = Float64Array.from(
    { length: Math.ceil(seen.length / every) },
    (_, i) => seen[i * every]!,
  ).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  const reach = OUTLYING * (at(0.95) - at(0.05)) || Infinity;
  const [lo, hi] = [Math.max(least, at(0.05) - reach), Math.min(most, at(0.95) + reach)];
  const pad = hi > lo ? 0.06 * (hi - lo) : 0.5 * Math.max(Math.abs(hi), 1e-3);
  return [lo - pad, hi + pad];
}

/** Interval of ln rho / k in a window; 0 is always in it. */
export function growthExtent(figure: Pick<FocusFigure, 'prepared' | 'view'>): [number, number] {
  let lo = 0;
  let hi = 0;
  for (const { epochs, growth } of figure.prepared.branches)
    for (let i = lowerBound(epochs, figure.view[0]); i < growth.length && epochs[i]! <= figure.view[1]; i++) {
      if (growth[i]! < lo) lo = growth[i]!;
      if (growth[i]! > hi) hi = growth[i]!;
    }
  const pad = 0.08 * (hi - lo) || 0.05;
  return [Math.max(lo, -1) - pad, Math.min(hi, 1) + pad];
}

interface Positioned {
  readonly epoch: number;
  readonly value: number | null;
}

function rising(points: readonly Positioned[]) {
  const kept = points.filter((p): p is { epoch: number; value: number } => p.value !== null && p.value > 0);
  return { xs: kept.map(({ epoch }) => epoch), ys: kept.map(({ value }) => Math.log10(value)) };
}

/** Ticks of a log axis at values that read well: 1, 2, 5 times powers of ten, or finer where the span is small. */
function logTicks(lo: number, hi: number): number[] {
  const steps = hi - lo > 2.5 ? [1] : hi - lo > 0.9 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
  const all: number[] = [];
  for (let power = Math.floor(lo); power <= Math.ceil(hi); power++)
    for (const step of steps) {
      const value = Math.log10(step) + power;
      if (value >= lo && value <= hi) all.push(value);
    }
  const every = Math.max(1, Math.ceil(all.length / 4));
  return all.filter((_, i) => i % every === 0);
}

function logScale(
  frame: Frame,
  xs: readonly number[],
  ys: readonly number[],
  view: readonly [number, number],
) {
  let lo = Infinity;
  let hi = -Infinity;
  for (let i = Math.max(0, lowerBound(xs, view[0]) - 1); i < ys.length && xs[i]! <= view[1]; i++) {
    lo = Math.min(lo, ys[i]!);
    hi = Math.max(hi, ys[i]!);
  }
  if (lo > hi) [lo, hi] = [-1, 0];
  const pad = Math.max(0.02, 0.1 * (hi - lo));
  return linearScale([lo - pad, hi + pad], [frame.top + frame.height, frame.top]);
}

function drawLogAxis(painter: Painter, frame: Frame, y: LinearScale, title: string, theme: Theme): void {
  drawYAxis(painter, frame, y, { values: [], step: 1 }, '', theme);
  for (const value of logTicks(y.domain[0], y.domain[1])) {
    const at = y.to(value);
    painter.line([frame.left - 4, crisp(at), frame.left, crisp(at)], { color: theme.axis, width: 1 });
    const real = 10 ** value;
    painter.text(
      frame.left - 8,
      at,
      real >= 1e-3 && real < 1e4
        ? String(Number(real.toPrecision(2)))
        : formatNumber(real, 3).replace('.00', ''),
      { color: theme.ink2, size: TYPE.small, align: 'end', baseline: 'middle' },
    );
  }
  painter.text(frame.left, frame.top - 6, title, { color: theme.ink2, size: TYPE.small });
}

function window(xs: ArrayLike<number>, view: readonly [number, number]): [number, number] {
  return [Math.max(0, lowerBound(xs, view[0]) - 1), Math.min(xs.length - 1, lowerBound(xs, view[1]))];
}

function drawLogRow(
  painter: Painter,
  frame: Frame,
  points: readonly Positioned[],
  title: string,
  x: LinearScale,
  theme: Theme,
): void {
  const { xs, ys } = rising(points);
  const y = logScale(frame, xs, ys, x.domain);
  const [from, to] = window(xs, x.domain);
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    painter.line(curve(xs, ys, from, to, x.to, y.to), { color: theme.ink, width: 1.2 });
  });
  drawLogAxis(painter, frame, y, title, theme);
}

/** Loss at every row of its file, or at the checkpoints where there is no file. */
export function lossPoints({ timeline }: PreparedTimeline): readonly LossPoint[] {
  return timeline.loss.length > 0 ? timeline.loss : timeline.checkpoints;
}

/** Vermillion, for loss jumps alone; ink where the palette is monochrome. */
export const jumpColor = (theme: Theme): string =>
  theme.ink === theme.fixedPoint ? theme.ink : isDark(theme) ? '#f0743a' : '#d55e00';

function drawLoss(painter: Painter, frame: Frame, figure: FocusFigure, x: LinearScale, theme: Theme): void {
  const points = lossPoints(figure.prepared);
  const { xs, ys } = rising(points.map(({ epoch, loss }) => ({ epoch, value: loss })));
  const y = logScale(frame, xs, ys, x.domain);
  const norm = rising(points.map(({ epoch, gradNorm }) => ({ epoch, value: gradNorm })));
  const jumps = figure.prepared.timeline.lossJumps.filter(
    ({ epoch, change }) => change > 0 && epoch >= x.domain[0] && epoch <= x.domain[1],
  );
  const vermillion = jumpColor(theme);
  painter.clip(frame.left, frame.top - 6, frame.width, frame.height + 8, () => {
    if (norm.xs.length > 1) {
      const yn = logScale(frame, norm.xs, norm.ys, x.domain);
      const [from, to] = window(norm.xs, x.domain);
      painter.line(curve(norm.xs, norm.ys, from, to, x.to, yn.to), {
        color: theme.ink3,
        width: 1,
        opacity: 0.55,
      });
    }
    const [from, to] = window(xs, x.domain);
    painter.line(curve(xs, ys, from, to, x.to, y.to), { color: theme.ink, width: 1.2 });
    const tips: number[] = [];
    for (const { epoch } of jumps) {
      const i = lowerBound(xs, epoch);
      if (i < 1 || i >= xs.length) continue;
      painter.line([x.to(xs[i - 1]!), y.to(ys[i - 1]!), x.to(xs[i]!), y.to(ys[i]!)], {
        color: vermillion,
        width: 1.8,
      });
      const [px, py] = [x.to(xs[i]!), y.to(ys[i]!) - 5];
      tips.push(px - 3, py + 2.5, px + 3, py + 2.5, px, py - 2.5, NaN, NaN);
    }
    painter.polygon(tips, vermillion, null);
  });
  const count =
    jumps.length === 0 ? 'no jumps' : `${String(jumps.length)} upward jump${jumps.length === 1 ? '' : 's'}`;
  const whole = 'loss (log), gradient norm in grey (own scale)';
  const room = frame.width - textWidth(count, TYPE.small) - 16;
  const title = norm.xs.length > 1 && textWidth(whole, TYPE.small) <= room ? whole : 'loss (log)';
  drawLogAxis(painter, frame, y, title, theme);
  painter.text(frame.left + frame.width, frame.top - 6, count, {
    color: jumps.length === 0 ? theme.ink2 : vermillion,
    size: TYPE.small,
    align: 'end',
  });
}

/** Bars of the objects alive, one lane for each stability, and where an attractor is no listed cycle. */
function drawLanes(painter: Painter, frame: Frame, figure: FocusFigure, x: LinearScale, theme: Theme): void {
  LANES.forEach(({ name, stability }, lane) => {
    const y = frame.top + lane * LANE;
    if (figure.laneNames)
      painter.text(frame.left - 22, y + LANE / 2, name, {
        color: theme.ink2,
        size: TYPE.small,
        align: 'end',
        baseline: 'middle',
      });
    if (stability)
      drawMarks(painter, [frame.left - 12, y + LANE / 2], {
        order: 1,
        fill: stability,
        color: theme.ink2,
        paper: theme.paper,
        radius: 4,
      });
    painter.line([frame.left, crisp(y + LANE), frame.left + frame.width, crisp(y + LANE)], {
      color: theme.grid,
      width: 1,
    });
    painter.clip(frame.left, y, frame.width, LANE, () => {
      if (stability) drawBars(painter, y, figure, x, stability, theme);
      else drawOtherAttractors(painter, y, figure, x, theme);
    });
  });
}

interface Bar {
  readonly drawn: DrawnBranch;
  readonly lo: number;
  readonly hi: number;
}

function drawBars(
  painter: Painter,
  top: number,
  figure: FocusFigure,
  x: LinearScale,
  stability: Stability,
  theme: Theme,
) {
  const bars: Bar[] = [];
  for (const drawn of figure.prepared.branches)
    for (const stretch of drawn.stretches) {
      if (stretch.stability !== stability && !(stability === 'unstable' && stretch.stability === 'marginal'))
        continue;
      const lo = drawn.epochs[stretch.from]!;
      const hi = drawn.epochs[stretch.to]!;
      if (hi >= x.domain[0] && lo <= x.domain[1]) bars.push({ drawn, lo, hi });
    }
  bars.sort((a, b) => a.lo - b.lo);
  const ends: number[] = [];
  const slots = bars.map(({ lo, hi }) => {
    let slot = ends.findIndex((end) => end <= lo);
    if (slot < 0) slot = ends.length;
    ends[slot] = hi;
    return slot;
  });
  const pitch = Math.min(6, 12 / Math.max(1, ends.length));
  const tall = Math.max(1, pitch - (pitch > 2 ? 1 : 0));
  const base = top + (LANE - pitch * ends.length) / 2;
  bars.forEach(({ drawn, lo, hi }, i) => {
    const color = hueColor(theme, drawn.hue);
    const left = x.to(lo);
    const wide = Math.max(1.5, x.to(hi) - left);
    const y = base + slots[i]! * pitch;
    if (stability === 'stable' || tall < 3) painter.rect(left, y, wide, tall, color, null);
    else {
      painter.rect(left + 0.5, y + 0.5, Math.max(0.5, wide - 1), tall - 1, theme.paper, { color, width: 1 });
      if (stability === 'saddle') painter.rect(left, y + tall / 2, wide, tall / 2, color, null);
    }
  });
}

/** Hatched where simulated orbits end on something that is no listed cycle: denser where it looks chaotic. */
function drawOtherAttractors(
  painter: Painter,
  top: number,
  figure: FocusFigure,
  x: LinearScale,
  theme: Theme,
): void {
  const { checkpoints } = figure.prepared.timeline;
  const light: number[] = [];
  const dense: number[] = [];
  let last = -Infinity;
  checkpoints.forEach(({ epoch, attractors }, i) => {
    const other = attractors.filter(({ branch, kind }) => branch === null && kind !== 'divergent');
    if (other.length === 0) return;
    const before = checkpoints[i - 1]?.epoch ?? epoch;
    const after = checkpoints[i + 1]?.epoch ?? epoch;
    const lo = Math.max(x.range[0], x.to((before + epoch) / 2), last);
    const hi = Math.min(x.range[1], x.to((epoch + after) / 2));
    last = hi;
    const chaotic = other.some(({ kind }) => kind === 'chaotic');
    for (let px = Math.ceil(lo / 5) * 5; px < hi; px += 5) {
      light.push(px, top + 12, px + 5, top + 4, NaN, NaN);
      if (chaotic) dense.push(px, top + 4, px + 5, top + 12, NaN, NaN);
    }
  });
  painter.line(light, { color: theme.ink3, width: 1 });
  painter.line(dense, { color: theme.ink3, width: 1 });
}

const solid = (stability: Stability): boolean => stability === 'stable';

function drawDiagram(
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
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    if (figure.show.simulated) drawFog(painter, frame, figure, x, y, theme);
    for (const drawn of prepared.branches) {
      const { points } = curvesOf(drawn, coordinate);
      for (const values of points) drawBranch(painter, drawn, values, x, y, theme);
      drawOtherPoints(painter, drawn, points, x, y, stride, theme);
      drawBranchMarks(painter, drawn, points[0]!, x, y, stride, theme);
    }
    for (const event of events) {
      if (!event.point || event.kind === 'bcb-persistence') continue;
      const [px, py] = [x.to(event.epoch), y.to(valueAt(coordinate, event.point))];
      drawSign(painter, px, py, signOf(event), hueColor(theme, prepared.hueOf(event)), theme, 3.6);
      if (event.id === figure.selected) painter.circle(px, py, 9, null, { color: theme.accent, width: 2 });
    }
  });
  drawYAxis(painter, frame, y, marks, '', theme);
  painter.text(frame.left - 8, frame.top - 22, coordinate.title, {
    color: theme.ink,
    size: TYPE.medium,
    align: coordinate.title.length <= 4 ? 'end' : 'start',
  });
  drawOrders(painter, frame, figure, x, theme);
}

/** Every how many checkpoints a mark is drawn: about 9 px apart at the least. */
function checkpointStride({ prepared, view }: FocusFigure, x: LinearScale): number {
  const inside = prepared.timeline.checkpoints.filter(
    ({ epoch }) => epoch >= view[0] && epoch <= view[1],
  ).length;
  return 2 ** Math.max(0, Math.ceil(Math.log2((9 * inside) / Math.max(1, x.range[1] - x.range[0]))));
}

function drawBranch(
  painter: Painter,
  drawn: DrawnBranch,
  values: Float64Array,
  x: LinearScale,
  y: LinearScale,
  theme: Theme,
) {
  const color = hueColor(theme, drawn.hue);
  for (const stretch of drawn.stretches) {
    const [from, to] = window(drawn.epochs, x.domain);
    const a = Math.max(stretch.from, from);
    const b = Math.min(stretch.to, to);
    if (a > b) continue;
    painter.line(curve(drawn.epochs, values, a, b, x.to, y.to), {
      color,
      width: 1.2,
      ...(solid(stretch.stability) ? {} : { dash: drawn.branch.order === 1 ? [5, 3] : [3, 2] }),
    });
  }
}

/** The points of a cycle but the first, at checkpoints: filled where it is stable, rings where it is not. */
function drawOtherPoints(
  painter: Painter,
  { atCheckpoints, epochs, branch, hue }: DrawnBranch,
  points: readonly Float64Array[],
  x: LinearScale,
  y: LinearScale,
  stride: number,
  theme: Theme,
): void {
  if (points.length < 2) return;
  const color = hueColor(theme, hue);
  const [full, hollow]: [number[], number[]] = [[], []];
  atCheckpoints.forEach((sample, i) => {
    if (i % stride !== 0 && atCheckpoints.length > stride) return;
    const epoch = epochs[sample]!;
    if (epoch < x.domain[0] || epoch > x.domain[1]) return;
    const into = solid(branch.samples[sample]!.stability) ? full : hollow;
    for (let j = 1; j < points.length; j++) into.push(x.to(epoch), y.to(points[j]![sample]!));
  });
  painter.dots(full, 1.5, color, 1);
  painter.dots(hollow, 1.5, color, 0.55);
}

function drawBranchMarks(
  painter: Painter,
  drawn: DrawnBranch,
  values: Float64Array,
  x: LinearScale,
  y: LinearScale,
  stride: number,
  theme: Theme,
): void {
  const at: Record<Stability, number[]> = { stable: [], saddle: [], unstable: [], marginal: [] };
  const { atCheckpoints, epochs, branch } = drawn;
  atCheckpoints.forEach((sample, i) => {
    if (i % stride !== 0 && atCheckpoints.length > stride) return;
    const epoch = epochs[sample]!;
    if (epoch < x.domain[0] || epoch > x.domain[1]) return;
    at[branch.samples[sample]!.stability].push(x.to(epoch), y.to(values[sample]!));
  });
  for (const [fill, places] of Object.entries(at) as [Stability, number[]][])
    if (places.length > 0)
      drawMarks(painter, places, {
        order: branch.order,
        fill,
        color: hueColor(theme, drawn.hue),
        paper: theme.paper,
        radius: 2.7,
      });
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

/** Orders of the cycles above the diagram, in two rows where they are close. */
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
  const ends = [-Infinity, -Infinity];
  for (const { order, lo, hi, drawn } of [...spans.values()].sort((a, b) => a.lo - b.lo)) {
    const middle = (Math.max(x.range[0], x.to(lo)) + Math.min(x.range[1], x.to(hi))) / 2;
    const half = textWidth(String(order), TYPE.small) / 2 + 3;
    const row = ends.findIndex((end) => end <= middle - half);
    if (row < 0) continue;
    ends[row] = middle + half;
    painter.text(middle, frame.top - 6 - 13 * row, String(order), {
      color: hueText(theme, drawn.hue),
      size: TYPE.small,
      weight: 600,
      align: 'middle',
    });
  }
}

function drawEventLane(
  painter: Painter,
  frame: Frame,
  figure: FocusFigure,
  x: LinearScale,
  events: readonly BifurcationEvent[],
  theme: Theme,
): void {
  const y = frame.top + frame.height / 2;
  painter.text(figure.laneNames ? frame.left - 22 : frame.left - 8, y, 'events', {
    color: theme.ink2,
    size: TYPE.small,
    align: 'end',
    baseline: 'middle',
  });
  painter.clip(frame.left - 6, frame.top - 4, frame.width + 12, frame.height + 8, () => {
    for (const [at, sign, event] of laneSigns(events, x)) {
      const chosen = event.id === figure.selected;
      drawSign(
        painter,
        at,
        y,
        sign,
        chosen ? theme.accent : hueColor(theme, figure.prepared.hueOf(event)),
        theme,
        sign === 'center' ? 5 : 4.2,
      );
    }
  });
}

/** Signs of the lane; the two folds of one pair share a lens where they are less than 11 px apart. */
function laneSigns(
  events: readonly BifurcationEvent[],
  x: LinearScale,
): [number, ReturnType<typeof signOf>, BifurcationEvent][] {
  const ends = new Map<string, BifurcationEvent>();
  for (const event of events) if (event.kind === 'bcb-fold') for (const id of event.died) ends.set(id, event);
  const used = new Set<BifurcationEvent>();
  const out: [number, ReturnType<typeof signOf>, BifurcationEvent][] = [];
  for (const event of events) {
    if (used.has(event)) continue;
    const end = event.kind === 'bcb-fold' ? ends.get(event.born[0] ?? '') : undefined;
    const near = end && x.to(end.epoch) - x.to(event.epoch) < 11;
    if (near) used.add(end);
    out.push(
      near
        ? [(x.to(event.epoch) + x.to(end.epoch)) / 2, 'both', event]
        : [x.to(event.epoch), signOf(event), event],
    );
  }
  return out;
}

function drawGrowth(painter: Painter, frame: Frame, figure: FocusFigure, x: LinearScale, theme: Theme): void {
  const y = linearScale(figure.growth ?? growthExtent(figure), [frame.top + frame.height, frame.top]);
  const stride = checkpointStride(figure, x);
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    const zero = crisp(y.to(0));
    painter.line([frame.left, zero, frame.left + frame.width, zero], { color: theme.axis, width: 1 });
    for (const { epoch, attractors } of figure.prepared.timeline.checkpoints)
      if (epoch >= x.domain[0] && epoch <= x.domain[1])
        for (const { lyapunov, branch } of attractors)
          if (lyapunov !== null && branch === null) {
            const [px, py] = [x.to(epoch), crisp(y.to(lyapunov))];
            painter.line([px - 3, py, px + 3, py], { color: theme.ink3, width: 1.4 });
          }
    for (const drawn of figure.prepared.branches) {
      drawBranch(painter, { ...drawn, stretches: wholeOf(drawn) }, drawn.growth, x, y, theme);
      drawBranchMarks(painter, drawn, drawn.growth, x, y, stride, theme);
    }
  });
  drawRateAxis(painter, frame, y, 'growth per step, ln ρ / k', theme);
}

function drawRateAxis(painter: Painter, frame: Frame, y: LinearScale, title: string, theme: Theme): void {
  const all = ticks(y.domain[0], y.domain[1], 3);
  const every = Math.ceil(all.values.length / 4);
  const few = all.values.filter((value) => Math.round(value / all.step) % every === 0);
  drawYAxis(painter, frame, y, { ...all, values: few }, '', theme);
  painter.text(frame.left, frame.top - 6, title, { color: theme.ink2, size: TYPE.small });
}

/** The largest exponent in ink, the others lighter. */
function drawExponents(
  painter: Painter,
  frame: Frame,
  figure: FocusFigure,
  x: LinearScale,
  theme: Theme,
): void {
  const { epochs, exponents } = figure.prepared.spectra;
  const [from, to] = window(epochs, x.domain);
  let [lo, hi] = [0, 0];
  for (const values of exponents)
    for (let i = from; i <= to; i++) {
      if (values[i]! < lo) lo = values[i]!;
      if (values[i]! > hi) hi = values[i]!;
    }
  const pad = 0.08 * (hi - lo) || 0.05;
  const y = linearScale(
    [Math.max(lo, -1) - pad, Math.min(hi, 1) + pad],
    [frame.top + frame.height, frame.top],
  );
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    const zero = crisp(y.to(0));
    painter.line([frame.left, zero, frame.left + frame.width, zero], { color: theme.axis, width: 1 });
    exponents.toReversed().forEach((values, i) => {
      const largest = i === exponents.length - 1;
      painter.line(curve(epochs, values, from, to, x.to, y.to), {
        color: largest ? theme.ink : theme.ink3,
        width: largest ? 1.6 : 1,
      });
    });
  });
  drawRateAxis(painter, frame, y, 'Lyapunov exponents per step, where most orbits end', theme);
}

const wholeOf = (drawn: DrawnBranch) => [
  { stability: 'stable' as const, from: 0, to: drawn.epochs.length - 1 },
];

/** Axis with the rug of checkpoints: how finely training was sampled is seen, not assumed. */
function drawEpochAxis(painter: Painter, layout: FocusLayout, figure: FocusFigure, theme: Theme): void {
  const { x, axis } = layout;
  const rug: number[] = [];
  let last = -Infinity;
  for (const { epoch } of figure.prepared.timeline.checkpoints) {
    const px = crisp(x.to(epoch));
    if (px < x.range[0] || px > x.range[1] || px === last) continue;
    last = px;
    rug.push(px, axis.top - 4, px, axis.top, NaN, NaN);
  }
  painter.line(rug, { color: theme.ink3, width: 1 });
  const marks = ticks(x.domain[0], x.domain[1], tickAim(axis.width), x.domain[1] - x.domain[0] > 6);
  drawXAxis(painter, axis, x, marks, '', theme);
  // Clear of a label with a minus sign under the axis' end.
  painter.text(axis.left - 24, axis.top + 8, axisName(figure.prepared.timeline), {
    color: theme.ink2,
    size: TYPE.small,
    align: 'end',
    baseline: 'top',
  });
}

/** The cursor through all rows with its position on the axis; drawn above, not exported. */
export function drawFocusCursor(painter: Painter, figure: FocusFigure, epoch: number, theme: Theme): void {
  const { x, rows, axis } = layoutFocus(painter.width, painter.height, figure);
  if (epoch < x.domain[0] || epoch > x.domain[1]) return;
  const px = crisp(x.to(epoch));
  const top = rows.get('loss')?.top ?? rows.get('lanes')!.top;
  painter.line([px, top, px, axis.top], { color: theme.accent, width: 1.5 });
  const fine = figure.prepared.timeline.axis === 'offset';
  const words = String(Number(fine ? epoch.toPrecision(4) : epoch.toFixed(2)));
  const wide = textWidth(words, TYPE.small) + 12;
  painter.rect(px - wide / 2, axis.top + 4, wide, 17, theme.paper, { color: theme.accent, width: 1.5 });
  painter.text(px, axis.top + 13, words, {
    color: theme.ink,
    size: TYPE.small,
    weight: 600,
    align: 'middle',
    baseline: 'middle',
  });
}

/** The event whose sign lies nearest to a pixel, within 9 px. */
export function eventAt(
  figure: FocusFigure,
  width: number,
  height: number,
  px: number,
  py: number,
): BifurcationEvent | null {
  const { x, rows } = layoutFocus(width, height, figure);
  const lane = rows.get('events')!;
  const diagram = rows.get('diagram')!;
  const y = linearScale(figure.values ?? valueExtent(figure), [diagram.top + diagram.height, diagram.top]);
  let best: BifurcationEvent | null = null;
  let least = 9;
  for (const event of shownEvents(figure)) {
    const dx = Math.abs(x.to(event.epoch) - px);
    const inLane = py >= lane.top - 4 && py <= lane.top + lane.height + 4 ? dx : Infinity;
    const inDiagram = event.point
      ? Math.hypot(dx, y.to(valueAt(figure.coordinate, event.point)) - py)
      : Infinity;
    const distance = Math.min(inLane, inDiagram);
    if (distance < least) {
      least = distance;
      best = event;
    }
  }
  return best;
}
