import type { BifurcationEvent } from '../../core/report/timeline';
import {
  crisp,
  drawXAxis,
  drawYAxis,
  linearScale,
  textWidth,
  tickAim,
  ticks,
  type Frame,
  type LinearScale,
} from '../axes';
import type { Painter, Theme } from '../painter';
import type { Coordinate } from '../projection';
import { hueColor, isDark, TYPE } from '../theme';
import { valueAt } from '../projection';
import { drawEventLanes, EVENT_LANE, eventInLanes, eventLanes } from './eventLanes';
import {
  checkpointStride,
  DIAGRAM_HEAD,
  drawBranch,
  drawBranchMarks,
  drawDiagram,
  eventsInDiagram,
  markRadius,
} from './diagram';
import { growthExtent, valueExtent } from './extent';
import { drawLogAxis, drawLogRow, drawRowTitle, logScale, windowOf } from './logRow';
import { drawObjectLanes, objectLanesHeight } from './objectLanes';
import { axisName } from './words';
import { curve, lowerBound, type DrawnBranch, type PreparedTimeline } from './prepare';

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
  /** Runs shown beside this one: all have the same rows. */
  readonly beside: readonly PreparedTimeline[];
}

export type RowName =
  'loss' | 'lanes' | 'diagram' | 'events' | 'growth' | 'exponents' | 'distance' | 'change';

export interface FocusLayout {
  readonly x: LinearScale;
  readonly rows: ReadonlyMap<RowName, Frame>;
  readonly axis: Frame;
}

const AXIS = 34;
const TITLE = 18;
/** Left of the axes where lanes are named, and where they are not. */
export const GUTTER = { named: 92, marks: 60 } as const;
export const RIGHT = 20;
const DIAGRAM = 250;

type Rows = Pick<FocusFigure, 'prepared' | 'show' | 'beside'>;

/** The rows that depend on what the runs have and the user wants. */
function optionalRows({ prepared, beside, show }: Rows) {
  const runs = [prepared, ...beside];
  const some = (has: (timeline: PreparedTimeline['timeline']) => boolean): boolean =>
    runs.some(({ timeline }) => has(timeline));
  return {
    loss: some(
      ({ loss, checkpoints }) =>
        loss.some((one) => one.loss !== null) || checkpoints.some((c) => c.loss !== null),
    ),
    lanes: objectLanesHeight(runs),
    events: EVENT_LANE * eventLanes(runs, show.persistence).length,
    exponents: show.exponents && runs.some(({ spectra }) => spectra.epochs.length > 0),
    distance: some(({ checkpoints }) =>
      checkpoints.some(({ distanceToBifurcation }) => distanceToBifurcation !== null),
    ),
    change: show.weightChange,
  };
}

/** Height of all rows but the diagram. */
function otherRows(has: ReturnType<typeof optionalRows>): number {
  return (
    (has.loss ? TITLE + 62 + 10 : 0) +
    has.lanes +
    DIAGRAM_HEAD +
    (TITLE + 8 + has.events) +
    (TITLE + 56) +
    (has.exponents ? TITLE + 56 : 0) +
    (has.distance ? TITLE + 44 : 0) +
    (has.change ? TITLE + 44 : 0) +
    AXIS
  );
}

/** Pixels in which the diagram has room to be read. */
export function focusHeight(figure: Rows): number {
  return otherRows(optionalRows(figure)) + DIAGRAM;
}

export function layoutFocus(width: number, height: number, figure: FocusFigure): FocusLayout {
  const left = figure.laneNames ? GUTTER.named : GUTTER.marks;
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
  put('lanes', has.lanes, 0);
  put('diagram', Math.max(90, height - fixed), DIAGRAM_HEAD);
  put('events', has.events, TITLE + 4, 4);
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

/** Hairlines nearer than this on average, px, would be a curtain. */
const HAIRLINES = 60;

export function drawFocus(painter: Painter, figure: FocusFigure, theme: Theme): void {
  const layout = layoutFocus(painter.width, painter.height, figure);
  const { x } = layout;
  const { prepared, show, beside } = figure;
  const { timeline } = prepared;
  const events = shownEvents(figure);
  drawHairlines(painter, layout, figure, events, theme);
  const loss = layout.rows.get('loss');
  if (loss) drawLoss(painter, loss, figure, x, theme);
  const runs = [prepared, ...beside];
  drawObjectLanes(painter, layout.rows.get('lanes')!, prepared, runs, figure.laneNames, x, theme);
  drawDiagram(painter, layout.rows.get('diagram')!, figure, x, events, theme);
  const lanes = layout.rows.get('events')!;
  drawEventLanes(
    painter,
    lanes,
    {
      prepared,
      events,
      lanes: eventLanes(runs, show.persistence),
      selected: figure.selected,
      named: figure.laneNames,
    },
    x,
    theme,
  );
  drawRowTitle(painter, lanes, `bifurcations, ${String(events.length)} in this window`, theme);
  drawGrowth(painter, layout.rows.get('growth')!, figure, x, theme);
  const exponents = layout.rows.get('exponents');
  if (exponents) drawExponents(painter, exponents, figure, x, theme);
  const distance = layout.rows.get('distance');
  if (distance)
    drawLogRow(
      painter,
      distance,
      prepared.logs.distance,
      'distance to bifurcation (log, in parameters)',
      x,
      theme,
    );
  const change = layout.rows.get('change');
  if (change)
    drawLogRow(
      painter,
      change,
      prepared.logs.weightChange,
      `weight change per ${axisName(timeline)} (log)`,
      x,
      theme,
    );
  drawEpochAxis(painter, layout, figure, theme);
}

/** Through all rows: where a fixed point loses or regains stability with a rotation, and what is selected. */
function drawHairlines(
  painter: Painter,
  { x, rows, axis }: FocusLayout,
  { prepared, selected }: FocusFigure,
  events: readonly BifurcationEvent[],
  theme: Theme,
): void {
  const top = rows.get('loss')?.top ?? rows.get('lanes')!.top;
  const centers = events.filter(({ kind }) => kind === 'center').length;
  const few = centers * HAIRLINES <= x.range[1] - x.range[0];
  for (const event of events) {
    const chosen = event.id === selected;
    if (!chosen && !(few && event.kind === 'center')) continue;
    const px = crisp(x.to(event.epoch));
    painter.line([px, top, px, axis.top], {
      color: chosen ? theme.accent : hueColor(theme, prepared.hueOf(event)),
      width: 1,
      dash: [1, 3],
      opacity: chosen ? 1 : 0.7,
    });
  }
}

/** Events inside the window, as chosen to be shown. */
export function shownEvents(figure: FocusFigure): BifurcationEvent[] {
  const [lo, hi] = figure.view;
  return figure.prepared.timeline.events.filter(
    ({ epoch, kind }) =>
      epoch >= lo && epoch <= hi && (figure.show.persistence || kind !== 'bcb-persistence'),
  );
}

/** Vermillion, for loss jumps alone; ink where the palette is monochrome. */
export const jumpColor = (theme: Theme): string =>
  theme.ink === theme.fixedPoint ? theme.ink : isDark(theme) ? '#f0743a' : '#d55e00';

/** Loss jumps nearer than this on average, px, have no triangles. */
const JUMPS = 9;

function drawLoss(painter: Painter, frame: Frame, figure: FocusFigure, x: LinearScale, theme: Theme): void {
  const { loss, gradNorm: norm } = figure.prepared.logs;
  const { xs, ys } = loss;
  const y = logScale(frame, loss, x.domain);
  const jumps = figure.prepared.timeline.lossJumps.filter(
    ({ epoch, change }) => change > 0 && epoch >= x.domain[0] && epoch <= x.domain[1],
  );
  const vermillion = jumpColor(theme);
  const bottom = frame.top + frame.height;
  painter.plot({ ...frame, top: frame.top - 6, height: frame.height + 14, name: 'loss', x, y }, () => {
    if (norm.xs.length > 1) {
      const yn = logScale(frame, norm, x.domain);
      const [from, to] = windowOf(norm.xs, x.domain);
      painter.line(curve(norm.xs, norm.ys, from, to, x.to, yn.to), {
        color: theme.ink3,
        width: 1,
        opacity: 0.55,
      });
    }
    const [from, to] = windowOf(xs, x.domain);
    painter.line(curve(xs, ys, from, to, x.to, y.to), { color: theme.ink, width: 1.2 });
    // Where triangles would hide the curve, a rug below it.
    const crowded = jumps.length * JUMPS > frame.width;
    const [rises, tips, rug]: number[][] = [[], [], []];
    for (const { epoch } of jumps) {
      const i = lowerBound(xs, epoch);
      if (i < 1 || i >= xs.length) continue;
      rises!.push(x.to(xs[i - 1]!), y.to(ys[i - 1]!), x.to(xs[i]!), y.to(ys[i]!), NaN, NaN);
      const [px, py] = [x.to(xs[i]!), y.to(ys[i]!) - 5];
      tips!.push(px - 3, py + 2.5, px + 3, py + 2.5, px, py - 2.5, NaN, NaN);
      rug!.push(px, bottom + 3, px, bottom + 7, NaN, NaN);
    }
    painter.line(rises!, { color: vermillion, width: crowded ? 1 : 1.8 });
    if (crowded) painter.line(rug!, { color: vermillion, width: 1 });
    else painter.polygon(tips!, vermillion, null);
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

function drawGrowth(painter: Painter, frame: Frame, figure: FocusFigure, x: LinearScale, theme: Theme): void {
  const y = linearScale(figure.growth ?? growthExtent(figure), [frame.top + frame.height, frame.top]);
  const stride = checkpointStride(figure, x);
  const radius = markRadius(figure.prepared);
  painter.plot({ ...frame, name: 'growth', x, y }, () => {
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
      drawBranchMarks(painter, drawn, drawn.growth, x, y, stride, theme, radius);
    }
  });
  const simulated = figure.prepared.timeline.checkpoints.some(({ attractors }) =>
    attractors.some(({ lyapunov, branch }) => lyapunov !== null && branch === null),
  );
  const grey = simulated ? '; grey: Lyapunov exponent of simulated orbits' : '';
  drawRateAxis(painter, frame, y, `growth per step, ln ρ / k${grey}`, theme);
}

function drawRateAxis(painter: Painter, frame: Frame, y: LinearScale, title: string, theme: Theme): void {
  const all = ticks(y.domain[0], y.domain[1], 3);
  const every = Math.ceil(all.values.length / 4);
  const few = all.values.filter((value) => Math.round(value / all.step) % every === 0);
  drawYAxis(painter, frame, y, { ...all, values: few }, '', theme);
  drawRowTitle(painter, frame, title, theme);
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
  const [from, to] = windowOf(epochs, x.domain);
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
  painter.plot({ ...frame, name: 'exponents', x, y }, () => {
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

/** The event whose sign lies under a pixel, or within 9 px in the diagram. */
export function eventAt(
  figure: FocusFigure,
  width: number,
  height: number,
  px: number,
  py: number,
): BifurcationEvent | null {
  const { x, rows } = layoutFocus(width, height, figure);
  const shown = shownEvents(figure);
  const lanes = eventLanes([figure.prepared, ...figure.beside], figure.show.persistence);
  const inLanes = eventInLanes(rows.get('events')!, lanes, shown, x, px, py);
  if (inLanes) return inLanes;
  const diagram = rows.get('diagram')!;
  const y = linearScale(figure.values ?? valueExtent(figure), [diagram.top + diagram.height, diagram.top]);
  let best: BifurcationEvent | null = null;
  let least = 9;
  for (const event of eventsInDiagram(figure, shown, x)) {
    const off = Math.hypot(x.to(event.epoch) - px, y.to(valueAt(figure.coordinate, event.point!)) - py);
    if (off < least) [best, least] = [event, off];
  }
  return best;
}
