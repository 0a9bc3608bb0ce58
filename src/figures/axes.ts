import { MINUS, formatTick, superscript } from './format';
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
  /** Distances from `base`. */
  readonly values: readonly number[];
  readonly step: number;
  /** Number that the ticks are counted from; 0 unless the interval is short beside its values. */
  readonly base?: number;
}

/** Shown intervals shorter than this share of their values are counted from a number in them. */
const SHORT = 1e-4;

const STEPS = [1, 2, 2.5, 5, 10];

/**
 * Ticks inside [lo, hi] at a step of the 1-2-2.5-5 series: between 3 and 8 of them, as near to `aim` as possible.
 * With `integers` the step is a whole number (fewer than 3 ticks may then remain).
 * In an interval that is short beside its values they are distances from a number inside of it, with few digits: there
 * differences are exact, and multiples of the step are not.
 */
export function ticks(lo: number, hi: number, aim = 6, integers = false): Ticks {
  if (!(hi > lo) || !Number.isFinite(hi - lo)) return { values: Number.isFinite(lo) ? [lo] : [], step: 1 };
  if (hi - lo < SHORT * Math.max(Math.abs(lo), Math.abs(hi))) {
    const base = roundest(lo, hi);
    return { ...ticksFrom0(lo - base, hi - base, aim, integers), base };
  }
  return ticksFrom0(lo, hi, aim, integers);
}

/** The number of fewest digits in [lo, hi], near the middle. */
function roundest(lo: number, hi: number): number {
  const middle = lo + (hi - lo) / 2;
  for (let digits = 1; digits <= 17; digits++) {
    const value = Number(middle.toPrecision(digits));
    if (value >= lo && value <= hi) return value;
  }
  return middle;
}

function ticksFrom0(lo: number, hi: number, aim: number, integers: boolean): Ticks {
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

/** Where a tick stands: `value` is one of `marks.values`. */
export function tickAt(scale: LinearScale, { base = 0 }: Ticks, value: number): number {
  // Not scale.to(base + value): that sum is rounded, visibly so where the interval is about as short as rounding.
  return scale.to(base) + value * scale.slope;
}

/**
 * Labels of ticks, and the title of what they say: "z₁" becomes "(z₁ − 0.45) · 10¹⁶" where the ticks are counted from
 * 0.45 and labels would have more than `room` pixels with their power of ten.
 */
export function tickLabels(
  marks: Ticks,
  title: string,
  room: number,
): { readonly labels: readonly string[]; readonly title: string } {
  const { values, step, base = 0 } = marks;
  const size = Math.max(step, ...values.map(Math.abs));
  const plain = values.map((value) => formatTick(value, step));
  const fits = plain.every((label) => textWidth(label, TYPE.small) <= room);
  const power = Math.floor(Math.log10(size) + 1e-9);
  const exponent = fits || (power >= -3 && power < 5) ? 0 : power;
  const labels =
    exponent === 0
      ? plain
      : values.map((value) => formatTick(scaled(value, -exponent), scaled(step, -exponent)));
  if (base === 0 && exponent === 0) return { labels, title };
  const name = title || 'value';
  const difference = base === 0 ? name : `${name} ${base < 0 ? '+' : MINUS} ${allDigits(Math.abs(base))}`;
  if (exponent === 0) return { labels, title: difference };
  return {
    labels,
    title: `${base === 0 ? difference : `(${difference})`} · 10${superscript(-exponent)}`,
  };
}

/** The shortest decimal that stands for this number alone. */
function allDigits(value: number): string {
  const [mantissa, power] = String(value).split('e');
  return power === undefined ? mantissa! : `${mantissa!} × 10${superscript(Number(power))}`;
}

/** value * 10^power, also where 10^power itself is beyond the range of numbers. */
function scaled(value: number, power: number): number {
  return value * 10 ** Math.trunc(power / 2) * 10 ** (power - Math.trunc(power / 2));
}

/** Every how many labels stay apart along an axis, given the pixels that each takes. */
function labelStride(positions: readonly number[], sizes: readonly number[], gap: number): number {
  for (let stride = 1; stride < positions.length; stride++) {
    let apart = true;
    for (let i = stride; i < positions.length && apart; i += stride)
      apart = Math.abs(positions[i]! - positions[i - stride]!) >= (sizes[i]! + sizes[i - stride]!) / 2 + gap;
    if (apart) return stride;
  }
  return Math.max(1, positions.length);
}

const TICK = 4;
/** Widest label left of a vertical axis. */
const ROOM = 46;

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
  const at = marks.values.map((value) => tickAt(scale, marks, value));
  const spacing = at.length > 1 ? Math.abs(at[1]! - at[0]!) : Infinity;
  const { labels, title: quantity } = tickLabels(marks, title, Math.max(ROOM, spacing - 8));
  const widths = labels.map((label) => textWidth(label, TYPE.small));
  const stride = labelStride(at, widths, 6);
  at.forEach((x, i) => {
    painter.line([crisp(x), y, crisp(x), y + TICK], stroke);
    if (i % stride !== 0) return;
    painter.text(x, y + TICK + 4, labels[i]!, {
      color: theme.ink2,
      size: TYPE.small,
      align: 'middle',
      baseline: 'top',
    });
  });
  if (quantity)
    painter.text(frame.left + frame.width, y + TICK + 20, quantity, {
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
  const { labels, title: quantity } = tickLabels(marks, title, ROOM);
  const at = marks.values.map((value) => tickAt(scale, marks, value));
  const stride = labelStride(
    at,
    at.map(() => TYPE.small),
    1,
  );
  at.forEach((y, i) => {
    painter.line([x - TICK, crisp(y), x, crisp(y)], stroke);
    if (i % stride !== 0) return;
    painter.text(x - TICK - 4, y, labels[i]!, {
      color: theme.ink2,
      size: TYPE.small,
      align: 'end',
      baseline: 'middle',
    });
  });
  // Short names sit over the tick labels, long ones start at the axis.
  if (quantity)
    painter.text(quantity.length <= 4 ? x - TICK - 4 : x - 12, frame.top - 10, quantity, {
      color: theme.ink,
      size: TYPE.small,
      align: quantity.length <= 4 ? 'end' : 'start',
      baseline: 'alphabetic',
    });
}

/** Estimated width of text in CSS pixels (proportional sans serif); used for layout only. */
export function textWidth(content: string, size: number): number {
  let em = 0;
  for (const character of content)
    em += /[ .,:;|iljI'₁()]/u.test(character) ? 0.36 : /[mwMWλΣ%…]/u.test(character) ? 0.86 : 0.61;
  return em * size;
}
