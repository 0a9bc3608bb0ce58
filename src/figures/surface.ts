import { edgesOf } from '../core/plane/surface';
import type { PlaneSurface } from '../core/report/plane';
import { TYPE, isDark } from './theme';
import type { LinearScale } from './axes';
import { grey, lightness } from './color';
import type { Painter, Theme } from './painter';

/** Lightness between the least and the largest value: curves and labels on top keep their contrast. */
const SPAN = 40;
/** Steps of lightness that are told apart; runs of one step are one rectangle. */
const LEVELS = 40;
/** Cells drawn along each axis at most. */
const CELLS = 300;
const STEPS_OF_KEY = 24;

/** Where a value lies between the least, 0, and the largest, 1, on the surface's scale. */
export function shareOf({ range: [low, high], scale }: PlaneSurface, value: number): number {
  if (!(high > low)) return 0;
  return scale === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** A neutral grey: equal steps of the share are equal steps of lightness, low values near to the paper. */
export function surfaceColor(share: number, theme: Theme): string {
  const paper = lightness(theme.paper);
  const step = Math.round(Math.min(1, Math.max(0, share)) * LEVELS) / LEVELS;
  return grey(isDark(theme) ? paper + 3 + SPAN * step : paper - 3 - SPAN * step);
}

/** The surface's cells, row by row; without values nothing is drawn. */
export function drawSurface(
  painter: Painter,
  surface: PlaneSurface,
  { x, y }: { readonly x: LinearScale; readonly y: LinearScale },
  theme: Theme,
): void {
  const columns = thinned(surface.x);
  const rows = thinned(surface.y);
  // Whole pixels: no seams show between cells.
  const within = (value: number, most: number): number => Math.round(Math.min(most, Math.max(0, value)));
  const lefts = edgesOf(columns.map((i) => surface.x[i]!)).map((at) => within(x.to(at), painter.width));
  const bottoms = edgesOf(rows.map((i) => surface.y[i]!)).map((at) => within(y.to(at), painter.height));
  const colors = new Map<number, string>();
  rows.forEach((row, r) => {
    const fills = columns.map((column) => {
      const value = surface.values[row * surface.x.length + column]!;
      if (value === null) return null;
      const level = Math.round(LEVELS * shareOf(surface, value));
      const color = colors.get(level) ?? surfaceColor(level / LEVELS, theme);
      colors.set(level, color);
      return color;
    });
    for (let c = 0; c < fills.length;) {
      const fill = fills[c]!;
      let end = c + 1;
      while (end < fills.length && fills[end] === fill) end++;
      if (fill !== null)
        painter.rect(
          lefts[c]!,
          bottoms[r + 1]!,
          lefts[end]! - lefts[c]!,
          bottoms[r]! - bottoms[r + 1]!,
          fill,
          null,
        );
      c = end;
    }
  });
}

/** The scale of the surface's greys with its least and largest value; its height is `SURFACE_KEY`. */
export function drawSurfaceKey(
  painter: Painter,
  surface: PlaneSurface,
  left: number,
  top: number,
  width: number,
  theme: Theme,
): void {
  const text = { color: theme.ink, size: TYPE.small, baseline: 'middle' } as const;
  painter.text(left, top, `loss (from ${shortened(surface.file)})`, { ...text, color: theme.ink2 });
  const step = width / STEPS_OF_KEY;
  for (let i = 0; i < STEPS_OF_KEY; i++)
    painter.rect(
      left + i * step,
      top + 10,
      step + (i + 1 < STEPS_OF_KEY ? 0.5 : 0),
      12,
      surfaceColor(i / (STEPS_OF_KEY - 1), theme),
      null,
    );
  painter.rect(left, top + 10, width, 12, null, { color: theme.axis, width: 1 });
  const [low, high] = surface.range;
  painter.text(left, top + 32, short(low), text);
  painter.text(left + width, top + 32, short(high), { ...text, align: 'end' });
  const scale = surface.scale === 'log' ? 'log scale' : '';
  painter.text(left + width / 2, top + 32, scale, { ...text, color: theme.ink2, align: 'middle' });
  if (surface.blank > 0) painter.text(left, top + 49, 'blank: no value', { ...text, color: theme.ink2 });
}

export const SURFACE_KEY = 66;

/** Every n-th node, so that no more are left than are drawn. */
function thinned(nodes: readonly number[]): number[] {
  const every = Math.ceil(nodes.length / CELLS);
  return nodes.map((_, i) => i).filter((i) => i % every === Math.floor(every / 2) % every);
}

function shortened(name: string): string {
  return name.length > 24 ? `${name.slice(0, 14)}…${name.slice(-9)}` : name;
}

/** A value of the loss. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4))).replace('-', '−');
}
