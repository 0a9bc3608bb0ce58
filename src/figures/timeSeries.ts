import type { Scene, Trajectory } from '../core/report/scene';
import {
  crisp,
  drawXAxis,
  drawYAxis,
  linearScale,
  tickAim,
  ticks,
  type Frame,
  type LinearScale,
} from './axes';
import { drawMarks, markStyle } from './marks';
import type { FigureObject } from './objects';
import type { Painter, Theme } from './painter';
import { coordinateOf, valueAt, type AxisChoice } from './projection';
import { hueColor, hueText, TYPE } from './theme';

/** One row per coordinate over the step t: the selected cycle repeated, launched trajectories, region bits. */
export interface TimeSeriesFigure {
  readonly stateDim: number;
  readonly rows: readonly AxisChoice[];
  readonly scene: Scene | null;
  readonly objects: readonly FigureObject[];
  readonly selected: string | null;
  readonly trajectories: readonly { readonly id: string; readonly trajectory: Trajectory }[];
  readonly compact: boolean;
  /** Steps shown; null fits. */
  readonly view: readonly [number, number] | null;
  /** Step under the cursor. */
  readonly cursor?: number | null;
}

export interface TimeSeriesLayout {
  readonly rows: readonly { readonly frame: Frame; readonly y: LinearScale; readonly title: string }[];
  readonly t: LinearScale;
  readonly strip: { readonly frame: Frame; readonly units: number; readonly hidden: number } | null;
  /** Last step there is. */
  readonly steps: number;
}

/** Units whose bits the strip shows at most. */
export const MAX_STRIP_UNITS = 64;

/** Steps of the figure: the longest trajectory, else some repetitions of the selected cycle. */
export function stepsOf(figure: TimeSeriesFigure): number {
  const longest = Math.max(0, ...figure.trajectories.map(({ trajectory }) => trajectory.points.length - 1));
  if (longest > 0) return longest;
  const cycle = selectedOf(figure);
  return cycle ? Math.max(3 * cycle.order, Math.min(60, 8 * cycle.order)) : 60;
}

function selectedOf(figure: TimeSeriesFigure): FigureObject | undefined {
  return figure.objects.find(({ id }) => id === figure.selected);
}

/**
 * The position of the selected cycle at step 0: where a trajectory settled on it, such that both fall together at
 * its end, otherwise 0.
 */
export function phaseOf(cycle: FigureObject, trajectories: TimeSeriesFigure['trajectories']): number {
  const settled = trajectories.filter(({ trajectory }) => trajectory.settledOn === cycle.id).at(-1);
  if (!settled) return 0;
  const { points } = settled.trajectory;
  const last = points[points.length - 1]!;
  let best = 0;
  let least = Infinity;
  cycle.points.forEach((point, j) => {
    const distance = Math.hypot(...point.map((value, i) => value - last[i]!));
    if (distance < least) {
      least = distance;
      best = j;
    }
  });
  const k = cycle.points.length;
  return (((best - (points.length - 1)) % k) + k) % k;
}

export function layoutTimeSeries(width: number, height: number, figure: TimeSeriesFigure): TimeSeriesLayout {
  const steps = stepsOf(figure);
  const bits = stripWords(figure);
  const units = Math.min(bits?.[0]?.length ?? 0, MAX_STRIP_UNITS);
  const hidden = Math.max(0, (bits?.[0]?.length ?? 0) - units);
  const left = figure.compact ? 40 : 56;
  const right = 14;
  const bottom = 46;
  const head = 22;
  const gap = 14;
  const n = Math.max(1, figure.rows.length);
  // The strip takes what the rows leave: they come first.
  const spare = height - bottom - 16 - n * (38 + head + gap);
  const stripHeight =
    units === 0
      ? 0
      : Math.min(units * (units <= 8 ? 7 : units <= 24 ? 4 : 2), height * 0.3, Math.max(12, spare));
  const free = height - bottom - (stripHeight > 0 ? stripHeight + 16 : 0);
  const rowHeight = Math.max(30, free / n - head - gap);
  const inner = Math.max(40, width - left - right);
  const t = linearScale(figure.view ?? [0, steps], [left, left + inner]);
  const rows = figure.rows.map((axis, i) => {
    const coordinate = coordinateOf(axis, figure.stateDim, figure.scene);
    let lo = Infinity;
    let hi = -Infinity;
    const see = (points: readonly (readonly number[])[]) => {
      for (const point of points) {
        const value = valueAt(coordinate, point);
        if (Number.isFinite(value)) {
          lo = Math.min(lo, value);
          hi = Math.max(hi, value);
        }
      }
    };
    const cycle = selectedOf(figure);
    if (cycle) see(cycle.points);
    for (const { trajectory } of figure.trajectories)
      if (trajectory.settledOn !== 'diverged' || !cycle) see(trajectory.points);
    if (lo > hi) [lo, hi] = [-1, 1];
    const pad = hi > lo ? 0.08 * (hi - lo) : 0.5 * Math.max(Math.abs(hi), 1e-3);
    const frame: Frame = { left, top: head + i * (rowHeight + head + gap), width: inner, height: rowHeight };
    return {
      frame,
      y: linearScale([lo - pad, hi + pad], [frame.top + frame.height, frame.top]),
      title: coordinate.title,
    };
  });
  const strip =
    units === 0
      ? null
      : {
          frame: { left, top: height - bottom - stripHeight, width: inner, height: stripHeight },
          units,
          hidden,
        };
  return { rows, t, strip, steps };
}

/** Region words per step: of the latest trajectory, else of the selected cycle repeated. */
function stripWords(figure: TimeSeriesFigure): readonly string[] | null {
  const last = figure.trajectories.at(-1);
  if (last) return last.trajectory.regions;
  const cycle = selectedOf(figure);
  if (!cycle || cycle.regions.length === 0) return null;
  return Array.from({ length: stepsOf(figure) + 1 }, (_, t) => cycle.regions[t % cycle.regions.length]!);
}

export function drawTimeSeries(painter: Painter, figure: TimeSeriesFigure, theme: Theme): void {
  const layout = layoutTimeSeries(painter.width, painter.height, figure);
  const { t } = layout;
  const cycle = selectedOf(figure);
  const first = Math.max(0, Math.floor(t.domain[0]) - 1);
  const last = Math.min(layout.steps, Math.ceil(t.domain[1]) + 1);
  const perStep = t.slope;
  const phase = cycle ? phaseOf(cycle, figure.trajectories) : 0;

  layout.rows.forEach(({ frame, y, title }, i) => {
    const coordinate = coordinateOf(figure.rows[i]!, figure.stateDim, figure.scene);
    painter.clip(frame.left, frame.top - 6, frame.width + 8, frame.height + 12, () => {
      if (y.domain[0] < 0 && y.domain[1] > 0) {
        const zero = crisp(y.to(0));
        painter.line([frame.left, zero, frame.left + frame.width, zero], { color: theme.axis, width: 1 });
      }
      if (cycle && cycle.points.length > 0) {
        const values = cycle.points.map((point) => valueAt(coordinate, point));
        const xy: number[] = [];
        for (let step = first; step <= last; step++)
          xy.push(t.to(step), y.to(values[(step + phase) % values.length]!));
        const color = hueColor(theme, cycle.hue);
        painter.line(xy, { color, width: 1.3, opacity: figure.trajectories.length > 0 ? 0.6 : 1 });
        if (perStep >= 9) drawMarks(painter, xy, markStyle(cycle, theme, Math.min(4.5, perStep / 3)));
        else if (perStep >= 3.5) painter.dots(xy, 1.6, color);
      }
      figure.trajectories.forEach(({ trajectory }, index) => {
        const newest = index === figure.trajectories.length - 1;
        const xy: number[] = [];
        for (let step = first; step <= Math.min(last, trajectory.points.length - 1); step++)
          xy.push(t.to(step), y.to(valueAt(coordinate, trajectory.points[step]!)));
        painter.line(xy, { color: theme.ink3, width: 1, opacity: newest ? 0.8 : 0.4 });
        if (perStep >= 2.5) painter.dots(xy, 1.5, newest ? theme.ink : theme.ink3);
      });
      if (figure.cursor !== undefined && figure.cursor !== null) {
        const px = crisp(t.to(figure.cursor));
        painter.line([px, frame.top, px, frame.top + frame.height], { color: theme.accent, width: 1 });
      }
    });
    drawYAxis(painter, frame, y, rowTicks(y, frame.height), title, theme);
  });

  const base = painter.height - 46;
  if (layout.strip) drawStrip(painter, layout, figure, theme);
  const whole: Frame = { left: t.range[0], top: base, width: t.range[1] - t.range[0], height: 0 };
  drawXAxis(painter, whole, t, stepTicks(t, cycle?.order ?? 0), 'step t', theme);
  const named = cycle
    ? `${cycle.id} repeated`
    : figure.trajectories.length > 0
      ? ''
      : 'Select an object or launch a trajectory';
  if (named)
    painter.text(t.range[1], 9, named, {
      color: cycle ? hueText(theme, cycle.hue) : theme.ink2,
      size: TYPE.small,
      align: 'end',
      baseline: 'middle',
      weight: 500,
    });
}

function rowTicks(y: LinearScale, height: number) {
  if (height >= 60) return ticks(y.domain[0], y.domain[1], tickAim(height, 40));
  // A low row keeps two or three of its ticks.
  const all = ticks(y.domain[0], y.domain[1], 3);
  return { ...all, values: all.values.filter((_, i) => i % Math.ceil(all.values.length / 2) === 0) };
}

/** Ticks at multiples of the cycle's order while that gives three to nine of them. */
function stepTicks(t: LinearScale, order: number) {
  const span = t.domain[1] - t.domain[0];
  if (order >= 2) {
    const every = order * Math.max(1, Math.round(span / order / 6));
    const first = Math.ceil(t.domain[0] / every);
    const count = Math.floor(t.domain[1] / every) - first + 1;
    if (count >= 3 && count <= 9)
      return { values: Array.from({ length: count }, (_, i) => (first + i) * every), step: 1 };
  }
  return ticks(t.domain[0], t.domain[1], tickAim(t.range[1] - t.range[0], 70), true);
}

function drawStrip(painter: Painter, layout: TimeSeriesLayout, figure: TimeSeriesFigure, theme: Theme): void {
  const words = stripWords(figure);
  const { strip, t } = layout;
  if (!words || !strip) return;
  const { frame, units, hidden } = strip;
  const each = frame.height / units;
  const gap = each >= 4 ? 1 : 0;
  painter.clip(frame.left, frame.top, frame.width + 1, frame.height, () => {
    for (let unit = 0; unit < units; unit++) {
      const top = frame.top + unit * each;
      // Runs of ones as one bar each; separate steps stay visible while they are wide enough.
      const single = t.slope >= 4;
      let start = -1;
      for (let step = 0; step <= words.length; step++) {
        const on = step < words.length && words[step]![unit] === '1';
        if (single && on)
          painter.rect(t.to(step) - t.slope / 2 + 0.5, top, t.slope - 1, each - gap, theme.ink3, null);
        if (single) continue;
        if (on && start < 0) start = step;
        if (!on && start >= 0) {
          painter.rect(
            t.to(start) - t.slope / 2,
            top,
            (step - start) * t.slope,
            each - gap,
            theme.ink3,
            null,
          );
          start = -1;
        }
      }
    }
    if (figure.cursor !== undefined && figure.cursor !== null) {
      const px = crisp(t.to(figure.cursor));
      painter.line([px, frame.top, px, frame.top + frame.height], { color: theme.accent, width: 1 });
    }
  });
  painter.text(frame.left - 8, frame.top + frame.height / 2, hidden > 0 ? `σ 1–${String(units)}` : 'σ', {
    color: theme.ink2,
    size: TYPE.small,
    align: 'end',
    baseline: 'middle',
  });
}
