import { drawXAxis, linearScale, tickAim, ticks, type Frame } from './axes';
import type { Painter, Theme } from './painter';
import { TYPE } from './theme';
import { divergingColor } from './weights';

/** Counts of equal bins over [lo, hi]. */
export interface Histogram {
  readonly lo: number;
  readonly hi: number;
  readonly counts: readonly number[];
}

/** Bars in the colours of the heat map's two sides, the largest count above, zero as a dashed line. */
export function drawCounts(painter: Painter, { lo, hi, counts }: Histogram, theme: Theme): void {
  const frame: Frame = {
    left: 2,
    top: 26,
    width: painter.width - 18,
    height: Math.max(20, painter.height - 70),
  };
  const limit = Math.max(Math.abs(lo), Math.abs(hi));
  const most = Math.max(1, ...counts);
  const x = linearScale([lo, hi], [frame.left, frame.left + frame.width]);
  const width = frame.width / counts.length;
  for (const [i, count] of counts.entries()) {
    if (count === 0) continue;
    const height = Math.max(1, (frame.height * count) / most);
    const from = lo + (i / counts.length) * (hi - lo);
    const to = lo + ((i + 1) / counts.length) * (hi - lo);
    const side = Math.sign(from + to) * limit * 0.75;
    painter.rect(
      frame.left + i * width + 0.5,
      frame.top + frame.height - height,
      Math.max(1, width - 1),
      height,
      from < 0 && to > 0 ? theme.ink3 : divergingColor(side, limit, theme),
      null,
    );
  }
  if (lo < 0 && hi > 0) {
    const zero = Math.round(x.to(0)) + 0.5;
    painter.line([zero, frame.top, zero, frame.top + frame.height], {
      color: theme.ink3,
      width: 1,
      dash: [2, 3],
    });
  }
  drawXAxis(painter, frame, x, ticks(lo, hi, tickAim(frame.width, 70)), 'value', theme);
  painter.text(frame.left, 8, `entries per bin, at most ${most.toLocaleString('en-US')}`, {
    color: theme.ink,
    size: TYPE.small,
    baseline: 'middle',
  });
}
