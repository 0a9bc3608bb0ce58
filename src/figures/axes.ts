import { formatTick } from './format';
import type { Painter, Theme } from './painter';
import { TYPE } from './theme';

/** A rectangle in CSS pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An affine scale: `to(value)` in pixels, `from(pixel)` its inverse. */
export interface LinearScale {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  /** Pixels per unit, signed. */
  readonly slope: number;
  to(value: number): number;
  from(pixel: number): number;
}

/** Maps domain[0] to range[0] and domain[1] to range[1]; an empty domain is widened to length 1. */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): LinearScale {
  const lo = domain[0];
  const hi = domain[1] === lo ? lo + 1 : domain[1];
  const slope = (range[1] - range[0]) / (hi - lo);
  return {
    domain: [lo, hi],
    range,
    slope,
    to: (value) => range[0] + (value - lo) * slope,
    from: (pixel) => lo + (pixel - range[0]) / slope,
  };
}

export interface Ticks {
  readonly values: readonly number[];
  readonly step: number;
}

const STEPS = [1, 2, 2.5, 5, 10];

/**
 * Ticks inside [lo, hi] at a step of the 1-2-2.5-5 series: between 3 and 8 of them, as near to `aim` as possible.
 * With `integers` the step is a whole number (fewer than 3 ticks may then remain).
 */
export function ticks(lo: number, hi: number, aim = 6, integers = false): Ticks {
  if (!(hi > lo) || !Number.isFinite(hi - lo)) return { values: Number.isFinite(lo) ? [lo] : [], step: 1 };
  const count = (step: number) => Math.floor(hi / step + 1e-9) - Math.ceil(lo / step - 1e-9) + 1;
  const power = 10 ** Math.floor(Math.log10((hi - lo) / aim));
  let best = NaN;
  let distance = Infinity;
  for (const scale of [power / 10, power, power * 10])
    for (const factor of STEPS) {
      const step = factor * scale;
      if (integers && (step < 1 || !Number.isInteger(step))) continue;
      const n = count(step);
      const off = n < 3 ? 20 + 3 - n : n > 8 ? 20 + n - 8 : Math.abs(n - aim);
      if (off < distance) {
        best = step;
        distance = off;
      }
    }
  if (Number.isNaN(best)) best = 1;
  const first = Math.ceil(lo / best - 1e-9);
  return {
    values: Array.from({ length: Math.min(count(best), 40) }, (_, i) => (first + i) * best),
    step: best,
  };
}

/** How many ticks suit an axis of this many pixels. */
export function tickAim(pixels: number, spacing = 84): number {
  return Math.min(8, Math.max(3, Math.round(pixels / spacing)));
}

const TICK = 4;

/** Crisp position of a 1 px line. */
export function crisp(pixel: number): number {
  return Math.round(pixel - 0.5) + 0.5;
}

/** Bottom axis: line, outward ticks, labels, and the quantity under its end. */
export function drawXAxis(
  painter: Painter,
  frame: Frame,
  scale: LinearScale,
  marks: Ticks,
  title: string,
  theme: Theme,
): void {
  const y = crisp(frame.top + frame.height);
  const stroke = { color: theme.axis, width: 1 };
  painter.line([crisp(frame.left), y, frame.left + frame.width, y], stroke);
  for (const value of marks.values) {
    const x = scale.to(value);
    painter.line([crisp(x), y, crisp(x), y + TICK], stroke);
    painter.text(x, y + TICK + 4, formatTick(value, marks.step), {
      color: theme.ink2,
      size: TYPE.small,
      align: 'middle',
      baseline: 'top',
    });
  }
  if (title)
    painter.text(frame.left + frame.width, y + TICK + 20, title, {
      color: theme.ink,
      size: TYPE.small,
      align: 'end',
      baseline: 'top',
    });
}

/** Left axis: line, outward ticks, labels, and the quantity above it, upright. */
export function drawYAxis(
  painter: Painter,
  frame: Frame,
  scale: LinearScale,
  marks: Ticks,
  title: string,
  theme: Theme,
): void {
  const x = crisp(frame.left);
  const stroke = { color: theme.axis, width: 1 };
  painter.line([x, frame.top, x, crisp(frame.top + frame.height)], stroke);
  for (const value of marks.values) {
    const y = scale.to(value);
    painter.line([x - TICK, crisp(y), x, crisp(y)], stroke);
    painter.text(x - TICK - 4, y, formatTick(value, marks.step), {
      color: theme.ink2,
      size: TYPE.small,
      align: 'end',
      baseline: 'middle',
    });
  }
  // Short names sit over the tick labels, long ones start at the axis.
  if (title)
    painter.text(title.length <= 4 ? x - TICK - 4 : x - 12, frame.top - 10, title, {
      color: theme.ink,
      size: TYPE.small,
      align: title.length <= 4 ? 'end' : 'start',
      baseline: 'alphabetic',
    });
}

/** Estimated width of text in CSS pixels (proportional sans serif); used for layout only. */
export function textWidth(content: string, size: number): number {
  let em = 0;
  for (const character of content)
    em += /[ .,:;|iljI1'₁()]/u.test(character) ? 0.36 : /[mwMWλΣ%…]/u.test(character) ? 0.86 : 0.61;
  return em * size;
}
