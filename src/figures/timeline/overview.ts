import { crisp, drawXAxis, linearScale, tickAim, ticks, type Frame, type LinearScale } from '../axes';
import type { Painter, Theme } from '../painter';
import { hueColor, TYPE } from '../theme';
import { GUTTER, RIGHT } from './focus';
import { drawLogAxis } from './logRow';
import { curve, type PreparedTimeline } from './prepare';

/** All of one run, or of two compared, over one axis, with the window of each. */
export interface OverviewFigure {
  readonly runs: readonly {
    readonly name: string;
    readonly prepared: PreparedTimeline;
    readonly view: readonly [number, number];
  }[];
}

export interface OverviewLayout {
  readonly x: LinearScale;
  readonly loss: Frame;
  readonly lanes: readonly Frame[];
}

/** Between the lowest tick of the loss and the first lane, px. */
const GAP = 8;

export function layoutOverview(width: number, height: number, { runs }: OverviewFigure): OverviewLayout {
  const left = GUTTER.named;
  const inner = Math.max(40, width - left - RIGHT);
  const lanes = 12 * runs.length;
  const loss: Frame = { left, top: 16, width: inner, height: Math.max(20, height - 16 - GAP - lanes - 26) };
  const lo = Math.min(...runs.map(({ prepared }) => prepared.extent[0]));
  const hi = Math.max(...runs.map(({ prepared }) => prepared.extent[1]));
  return {
    x: linearScale([lo, hi], [left, left + inner]),
    loss,
    lanes: runs.map((_, i) => ({
      left,
      top: loss.top + loss.height + GAP + 12 * i,
      width: inner,
      height: 12,
    })),
  };
}

export function drawOverview(painter: Painter, figure: OverviewFigure, theme: Theme): void {
  drawWholeRuns(painter, figure, theme);
  drawWindows(painter, figure, theme);
}

/** The windows alone, to be laid over the runs. */
export function drawWindows(painter: Painter, figure: OverviewFigure, theme: Theme): void {
  const { x, loss, lanes } = layoutOverview(painter.width, painter.height, figure);
  const two = figure.runs.length > 1;
  const bottom = lanes.at(-1)!.top + 12;
  for (const { view, name } of figure.runs) {
    const a = x.to(Math.max(view[0], x.domain[0]));
    const b = x.to(Math.min(view[1], x.domain[1]));
    if (b - a >= x.range[1] - x.range[0] - 1) continue;
    painter.polygon([a, loss.top, b, loss.top, b, bottom, a, bottom], null, null);
    painter.line([a, (loss.top + bottom) / 2, b, (loss.top + bottom) / 2], {
      color: theme.accent,
      width: bottom - loss.top,
      opacity: 0.2,
      dash: [1e6, 1],
    });
    for (const edge of [a, b])
      painter.line([crisp(edge), loss.top, crisp(edge), bottom], { color: theme.accent, width: 1.5 });
    if (two)
      painter.text((a + b) / 2, loss.top + 0.62 * loss.height, name, {
        color: theme.ink,
        size: TYPE.small,
        weight: 600,
        align: 'middle',
        halo: theme.paper,
      });
  }
}

/** The runs without their windows. */
export function drawWholeRuns(painter: Painter, figure: OverviewFigure, theme: Theme): void {
  const { x, loss, lanes } = layoutOverview(painter.width, painter.height, figure);
  const two = figure.runs.length > 1;
  const bottom = lanes.at(-1)!.top + 12;
  const curves = figure.runs.map(({ prepared }) => prepared.logs.loss);
  let lo = Infinity;
  let hi = -Infinity;
  for (const { ys } of curves)
    // The first rows are often far above the rest and would flatten it.
    for (let i = Math.min(2, ys.length - 1); i < ys.length; i++) {
      lo = Math.min(lo, ys[i] ?? lo);
      hi = Math.max(hi, ys[i] ?? hi);
    }
  const room = Math.max(0.02, 0.06 * (hi - lo));
  const y = linearScale(lo <= hi ? [lo - room, hi + room] : [0, 1], [loss.top + loss.height, loss.top]);
  painter.clip(loss.left, loss.top, loss.width, loss.height, () => {
    curves.forEach(({ xs, ys }, i) => {
      painter.line(curve(xs, ys, 0, xs.length - 1, x.to, y.to), {
        color: theme.ink,
        width: 1.2,
        ...(i > 0 ? { dash: [4, 3] } : {}),
      });
    });
  });
  if (curves.some(({ xs }) => xs.length > 0))
    drawLogAxis(
      painter,
      loss,
      y,
      two ? 'training loss (log), whole run: A solid, B dashed' : 'training loss (log), whole run',
      theme,
    );
  figure.runs.forEach(({ prepared, name }, i) => {
    const lane = lanes[i]!;
    painter.text(loss.left - 8, lane.top + 6, two ? `events ${name}` : 'events', {
      color: theme.ink2,
      size: TYPE.small,
      align: 'end',
      baseline: 'middle',
    });
    for (const event of prepared.timeline.events) {
      if (event.kind === 'bcb-persistence') continue;
      const px = crisp(x.to(event.epoch));
      painter.line([px, lane.top + 2, px, lane.top + 10], {
        color: event.order === 1 ? hueColor(theme, prepared.hueOf(event)) : theme.ink,
        width: 1,
      });
    }
  });
  const whole = figure.runs.every(({ prepared }) => prepared.timeline.axis !== 'offset');
  const axis: Frame = { left: loss.left, top: bottom, width: loss.width, height: 0 };
  drawXAxis(painter, axis, x, ticks(x.domain[0], x.domain[1], tickAim(loss.width), whole), '', theme);
}
