import { crisp, drawYAxis, linearScale, type Frame, type LinearScale } from '../axes';
import { formatNumber, superscript } from '../format';
import type { Painter, Theme } from '../painter';
import { TYPE } from '../theme';
import { curve, lowerBound, type LogColumns } from './prepare';

/**
 * Ticks of a log axis at values that read well, as logarithms: 1, 2, 5 times powers of ten, or finer where the span is
 * small. At most about four.
 */
function logTicks(lo: number, hi: number): number[] {
  const steps = hi - lo > 2.5 ? [1] : hi - lo > 0.9 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
  const all: number[] = [];
  for (let power = Math.floor(lo); power <= Math.ceil(hi); power++)
    for (const step of steps) {
      const value = Math.log10(step) + power;
      if (value >= lo && value <= hi) all.push(value);
    }
  // Where none or one lies inside: two or three, at as few digits as tell them apart.
  if (all.length < 2) return between(10 ** lo, 10 ** hi).map((value) => Math.log10(value));
  const every = Math.max(1, Math.ceil(all.length / 4));
  return all.filter((_, i) => i % every === 0);
}

function between(lo: number, hi: number): number[] {
  for (let digits = 1; digits < 15; digits++) {
    const step = 10 ** (Math.floor(Math.log10(hi)) - digits + 1);
    for (const multiple of [5, 2, 1]) {
      const first = Math.ceil(lo / (multiple * step));
      const last = Math.floor(hi / (multiple * step));
      if (last > first)
        return Array.from(
          { length: Math.min(3, last - first + 1) },
          (_, i) => (first + i * Math.max(1, Math.floor((last - first) / 2))) * multiple * step,
        ).filter((value) => value <= hi);
    }
  }
  return [lo];
}

/** Labels of log ticks, all of one kind: "0.2", or powers of ten where numbers are very small or large. */
export function logLabels(values: readonly number[]): string[] {
  const real = values.map((value) => 10 ** value);
  if (real.every((value) => value >= 0.9e-3 && value < 1e4))
    return real.map((value) => String(Number(value.toPrecision(6))));
  return real.map((value) => {
    const power = Math.floor(Math.log10(value) + 1e-9);
    const mantissa = formatNumber(value / 10 ** power, 2).replace(/\.?0+$/, '');
    return mantissa === '1' ? `10${superscript(power)}` : `${mantissa} · 10${superscript(power)}`;
  });
}

/** Scale of the logarithms that a window shows. */
export function logScale(frame: Frame, { xs, ys }: LogColumns, view: readonly [number, number]): LinearScale {
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

export function drawLogAxis(
  painter: Painter,
  frame: Frame,
  y: LinearScale,
  title: string,
  theme: Theme,
): void {
  drawYAxis(painter, frame, y, { values: [], step: 1 }, '', theme);
  const values = logTicks(y.domain[0], y.domain[1]);
  const labels = logLabels(values);
  values.forEach((value, i) => {
    const at = y.to(value);
    painter.line([frame.left - 4, crisp(at), frame.left, crisp(at)], { color: theme.axis, width: 1 });
    painter.text(frame.left - 8, at, labels[i]!, {
      color: theme.ink2,
      size: TYPE.small,
      align: 'end',
      baseline: 'middle',
    });
  });
  drawRowTitle(painter, frame, title, theme);
}

/** The quantity of a row, above its axis, readable where a hairline passes. */
export function drawRowTitle(painter: Painter, frame: Frame, title: string, theme: Theme): void {
  painter.text(frame.left, frame.top - 6, title, {
    color: theme.ink2,
    size: TYPE.small,
    halo: theme.paper,
  });
}

/** Samples that a window needs: those inside and one on either side. */
export function windowOf(xs: ArrayLike<number>, view: readonly [number, number]): [number, number] {
  return [Math.max(0, lowerBound(xs, view[0]) - 1), Math.min(xs.length - 1, lowerBound(xs, view[1]))];
}

/** A row with one curve over a log axis. */
export function drawLogRow(
  painter: Painter,
  frame: Frame,
  columns: LogColumns,
  title: string,
  x: LinearScale,
  theme: Theme,
): void {
  const { xs, ys } = columns;
  const y = logScale(frame, columns, x.domain);
  const [from, to] = windowOf(xs, x.domain);
  painter.plot({ ...frame, name: title, x, y }, () => {
    painter.line(curve(xs, ys, from, to, x.to, y.to), { color: theme.ink, width: 1.2 });
  });
  drawLogAxis(painter, frame, y, title, theme);
}
