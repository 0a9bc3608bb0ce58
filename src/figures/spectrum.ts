import type { Complex } from '../core/report/types';
import { crisp, linearScale, type Frame, type LinearScale } from './axes';
import { mix } from './color';
import { DECIMALS, formatNumber, MINUS, superscript } from './format';
import { around, Occupancy, placeLabel } from './labels';
import { drawMarks, markStyle } from './marks';
import type { FigureObject } from './objects';
import type { Painter, Theme } from './painter';
import { DIMMED, hueColor, hueText, TYPE } from './theme';

/** Multipliers of all objects about the unit circle. */
export interface SpectrumFigure {
  readonly objects: readonly FigureObject[];
  readonly selected: string | null;
  /** |λ|^(1/k) instead of |λ|: what one step multiplies by on average. */
  readonly perStep: boolean;
  readonly compact: boolean;
  /** Centre and half width in plotted units; null fits. */
  readonly view: SpectrumView | null;
  readonly cursor?: readonly [number, number] | null;
}

export interface SpectrumView {
  readonly re: number;
  readonly im: number;
  readonly half: number;
}

export interface SpectrumLayout {
  readonly frame: Frame;
  /** Plotted units to pixels; equal scales. */
  readonly x: LinearScale;
  readonly y: LinearScale;
  /** Radii beyond 1 are drawn at 1 + log10 |λ|. */
  readonly squeezed: boolean;
  readonly radius: number;
  /** Largest modulus shown. */
  readonly largest: number;
}

/** Linear up to this modulus; larger ones squeeze the outside. */
const SQUEEZE_FROM = 4;

/** λ with modulus |λ|^(1/order), argument kept. */
export function perStep(value: Complex, order: number): Complex {
  const modulus = Math.hypot(value.re, value.im);
  if (modulus === 0 || order === 1) return value;
  const factor = modulus ** (1 / order - 1);
  return { re: value.re * factor, im: value.im * factor };
}

/** Where a multiplier is plotted: itself, or with a logarithmic radius outside the unit circle. */
export function plotted(value: Complex, squeezed: boolean): readonly [number, number] {
  const modulus = Math.hypot(value.re, value.im);
  if (!squeezed || modulus <= 1) return [value.re, value.im];
  const factor = (1 + Math.log10(modulus)) / modulus;
  return [value.re * factor, value.im * factor];
}

/** Inverse of `plotted`. */
export function unplotted(u: number, v: number, squeezed: boolean): Complex {
  const radius = Math.hypot(u, v);
  if (!squeezed || radius <= 1) return { re: u, im: v };
  const factor = 10 ** (radius - 1) / radius;
  return { re: u * factor, im: v * factor };
}

function shown(figure: SpectrumFigure, object: FigureObject): readonly Complex[] {
  return figure.perStep
    ? object.multipliers.map((value) => perStep(value, object.order))
    : object.multipliers;
}

export function layoutSpectrum(width: number, height: number, figure: SpectrumFigure): SpectrumLayout {
  let largest = 0;
  let count = 0;
  for (const object of figure.objects)
    for (const value of shown(figure, object)) {
      const modulus = Math.hypot(value.re, value.im);
      if (Number.isFinite(modulus)) largest = Math.max(largest, modulus);
      count++;
    }
  const squeezed = largest > SQUEEZE_FROM;
  const reach = Math.max(1, squeezed ? 1 + Math.log10(largest) : largest);
  const margin = 26;
  const frame: Frame = {
    left: 8,
    top: margin,
    width: Math.max(40, width - 16),
    height: Math.max(40, height - margin - 12),
  };
  const view = figure.view ?? { re: 0, im: 0, half: reach * (figure.compact ? 1.24 : 1.14) };
  const pixels = Math.min(frame.width, frame.height) / 2 / view.half;
  const cx = frame.left + frame.width / 2;
  const cy = frame.top + frame.height / 2;
  const halfX = frame.width / 2 / pixels;
  const halfY = frame.height / 2 / pixels;
  return {
    frame,
    x: linearScale([view.re - halfX, view.re + halfX], [cx - frame.width / 2, cx + frame.width / 2]),
    y: linearScale([view.im - halfY, view.im + halfY], [cy + frame.height / 2, cy - frame.height / 2]),
    squeezed,
    radius:
      (count <= 40 ? 5 : count <= 160 ? 4 : count <= 2000 ? 3 : 2) - (figure.compact && count > 40 ? 1 : 0),
    largest,
  };
}

/** The nearest multiplier within `reach` pixels. */
export function hitSpectrum(
  layout: SpectrumLayout,
  figure: SpectrumFigure,
  px: number,
  py: number,
  reach = 9,
): { readonly id: string; readonly index: number } | null {
  let best: { id: string; index: number } | null = null;
  let least = reach;
  for (const object of figure.objects)
    shown(figure, object).forEach((value, index) => {
      const [u, v] = plotted(value, layout.squeezed);
      const distance =
        Math.hypot(layout.x.to(u) - px, layout.y.to(v) - py) - (object.id === figure.selected ? 0.01 : 0);
      if (distance < least) {
        least = distance;
        best = { id: object.id, index };
      }
    });
  return best;
}

export function drawSpectrum(painter: Painter, figure: SpectrumFigure, theme: Theme): void {
  const layout = layoutSpectrum(painter.width, painter.height, figure);
  const { frame, x, y, squeezed, radius } = layout;
  const occupancy = new Occupancy(frame);
  const note = (text: string, px: number, py: number, align: 'start' | 'middle' | 'end') => {
    painter.text(px, py, text, {
      color: theme.ink2,
      size: TYPE.small,
      align,
      baseline: 'middle',
      halo: theme.paper,
    });
    const width = text.length * 7;
    occupancy.add(px - (align === 'end' ? width : align === 'middle' ? width / 2 : 0), py - 7, width, 14, 30);
  };

  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    const zero = [x.to(0), y.to(0)] as const;
    const unit = Math.abs(x.slope);
    const faint = mix(theme.axis, theme.paper, 0.5);
    painter.line([frame.left, crisp(zero[1]), frame.left + frame.width, crisp(zero[1])], {
      color: faint,
      width: 1,
    });
    painter.line([crisp(zero[0]), frame.top, crisp(zero[0]), frame.top + frame.height], {
      color: faint,
      width: 1,
    });
    if (squeezed)
      for (
        let power = 1;
        power <= Math.min(12, Math.max(1, Math.floor(Math.log10(layout.largest))));
        power++
      ) {
        painter.circle(zero[0], zero[1], (1 + power) * unit, null, { color: faint, width: 1, dash: [2, 3] });
        const at = (1 + power) * unit * Math.SQRT1_2;
        note(
          power < 4 ? String(10 ** power) : `10${superscript(power)}`,
          zero[0] - at,
          zero[1] - at,
          'middle',
        );
      }
    painter.circle(zero[0], zero[1], unit, null, { color: theme.ink3, width: 1.2 });
    note('1', zero[0] + unit + 6, zero[1] - 9, 'start');
    note(`${MINUS}1`, zero[0] - unit - 6, zero[1] + 10, 'end');
    note('i', zero[0] + 6, zero[1] - unit - 9, 'start');
    note(`${MINUS}i`, zero[0] + 6, zero[1] + unit + 9, 'start');

    note('Re λ', frame.left + frame.width - 2, zero[1] - 9, 'end');

    const places = figure.objects.map((object) => {
      const out: number[] = [];
      for (const value of shown(figure, object)) {
        const [u, v] = plotted(value, squeezed);
        out.push(x.to(u), y.to(v));
      }
      return out;
    });
    for (const xy of places)
      for (let i = 0; i < xy.length; i += 2)
        occupancy.add(xy[i]! - radius, xy[i + 1]! - radius, 2 * radius, 2 * radius, 10);

    const selectedIndex = figure.objects.findIndex(({ id }) => id === figure.selected);
    const share = selectedIndex < 0 ? 1 : DIMMED;
    const few = places.reduce((sum, xy) => sum + xy.length / 2, 0) <= 40;
    const rays = (index: number, opacity: number) => {
      const xy = places[index]!;
      for (let i = 0; i < xy.length; i += 2)
        painter.line([zero[0], zero[1], xy[i]!, xy[i + 1]!], {
          color: hueColor(theme, figure.objects[index]!.hue),
          width: 1,
          opacity,
        });
    };
    figure.objects.forEach((_, index) => {
      if (few && index !== selectedIndex) rays(index, 0.35 * share);
    });
    if (selectedIndex >= 0) rays(selectedIndex, 0.7);
    figure.objects.forEach((object, index) => {
      if (index !== selectedIndex)
        drawMarks(painter, places[index]!, markStyle(object, theme, radius, share));
    });
    if (selectedIndex >= 0)
      drawMarks(
        painter,
        places[selectedIndex]!,
        markStyle(
          figure.objects[selectedIndex]!,
          theme,
          Math.max(radius + 0.5, places[selectedIndex]!.length > 24 ? 3.5 : 5),
        ),
      );

    if (figure.objects.length > 0 && places.every((xy) => xy.length === 0))
      painter.text(zero[0], zero[1] + unit / 2, 'no multipliers', {
        color: theme.ink2,
        size: TYPE.small,
        align: 'middle',
        baseline: 'middle',
        halo: theme.paper,
      });
    const byRank = figure.objects
      .map((object, index) => ({ object, index }))
      .sort((a, b) => Number(b.object.id === figure.selected) - Number(a.object.id === figure.selected))
      .slice(0, figure.compact || figure.objects.length > 200 ? 12 : 60);
    for (const { object, index } of byRank) {
      const xy = places[index]!;
      if (xy.length === 0 || object.spectralRadius === null) continue;
      const rho = figure.perStep ? object.spectralRadius ** (1 / object.order) : object.spectralRadius;
      placeLabel(
        painter,
        occupancy,
        `${object.id} ${formatNumber(rho, DECIMALS.list)}`,
        [
          ...around(xy[0]!, xy[1]!, radius + 6),
          ...around(xy[0]!, xy[1]!, radius + 18, 6),
          ...(object.id === figure.selected ? around(xy[0]!, xy[1]!, radius + 34, 9) : []),
        ],
        {
          color: hueText(theme, object.hue),
          size: TYPE.small,
          weight: object.id === figure.selected ? 600 : 500,
          halo: theme.paper,
        },
        object.id === figure.selected ? Infinity : 24,
      );
    }
    if (figure.cursor) {
      const [px, py] = [x.to(figure.cursor[0]), y.to(figure.cursor[1])];
      painter.line([px - 6, py, px + 6, py, NaN, NaN, px, py - 6, px, py + 6], {
        color: theme.accent,
        width: 1.8,
      });
    }
  });
  const what = !figure.perStep
    ? 'Im λ'
    : figure.compact
      ? 'Im λ, per step'
      : 'Im λ, moduli per step: |λ| to the power 1/k';
  painter.text(
    frame.left + frame.width / 2,
    6,
    squeezed
      ? `${what} · ${figure.compact ? 'logarithmic outside the circle' : 'outside the unit circle on a logarithmic radius'}`
      : what,
    { color: theme.ink2, size: TYPE.small, align: 'middle', baseline: 'top' },
  );
}
