import type { BifurcationEvent } from '../../core/report/timeline';
import type { Painter, Theme } from '../painter';

/** What the sign of an event shows: its kind, and for folds towards which side the pair lives. */
export type EventSign =
  'persistence' | 'born' | 'gone' | 'both' | 'flip' | 'dtb' | 'center' | 'mab' | 'unresolved';

export function signOf(event: BifurcationEvent): EventSign {
  if (event.mab) return 'mab';
  switch (event.kind) {
    case 'bcb-persistence':
      return 'persistence';
    case 'bcb-fold':
      return event.born.length > 0 && event.died.length > 0
        ? 'both'
        : event.died.length > 0
          ? 'gone'
          : 'born';
    case 'bcb-flip':
    case 'dfb':
      return 'flip';
    case 'dtb':
      return 'dtb';
    case 'center':
      return 'center';
    case 'unresolved':
      return 'unresolved';
  }
}

/** The open lines of a sign about the origin, x0, y0, x1, y1, .. with NaN between parts, at radius 1. */
export const SIGN_LINES: Readonly<Record<EventSign, readonly number[]>> = {
  persistence: [0, -0.9, 0, 0.9],
  born: [0.9, -1, -0.8, 0, 0.9, 1],
  gone: [-0.9, -1, 0.8, 0, -0.9, 1],
  both: [-1.2, 0, -0.5, -0.62, 0, -0.75, 0.5, -0.62, 1.2, 0, 0.5, 0.62, 0, 0.75, -0.5, 0.62, -1.2, 0],
  flip: [0, 1, 0, 0, NaN, NaN, -0.9, -1, 0, 0, 0.9, -1],
  dtb: [0, 1, 0, -1, NaN, NaN, -0.75, -0.2, 0, -1, 0.75, -0.2],
  center: [],
  mab: [-1, 0, 0, 0, NaN, NaN, 1, -0.9, 0, 0, 1, 0, NaN, NaN, 0, 0, 1, 0.9],
  unresolved: [-0.5, -0.5, -0.3, -0.9, 0.3, -0.9, 0.5, -0.45, 0, 0, 0, 0.3, NaN, NaN, 0, 0.8, 0, 1],
};

/** Draws a sign at (x, y); a halo of paper keeps it readable over curves. */
export function drawSign(
  painter: Painter,
  x: number,
  y: number,
  sign: EventSign,
  color: string,
  theme: Theme,
  radius = 4.5,
): void {
  if (sign === 'center') {
    painter.circle(x, y, radius, theme.paper, { color, width: 1.4 });
    painter.circle(x, y, radius * 0.35, color, null);
    return;
  }
  const xy = SIGN_LINES[sign].map((value, i) => (i % 2 === 0 ? x + radius * value : y + radius * value));
  if (sign !== 'persistence') painter.line(xy, { color: theme.paper, width: 3.4 });
  painter.line(xy, { color: sign === 'persistence' ? theme.ink3 : color, width: 1.4 });
}
