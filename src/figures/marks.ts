import { mix } from './color';
import type { FigureObject } from './objects';
import type { Painter, Stroke, Theme } from './painter';
import { hueColor } from './theme';

/**
 * The mark vocabulary. Shape tells the order: circle 1, lens 2, triangle to hexagon 3 to 6, diamond from 7 on.
 * Fill tells the stability: filled stable, left half filled saddle, hollow unstable, hollow with a dot marginal,
 * crossed where the point lies on a region border.
 */
export type Fill = FigureObject['stability'];

/** Outline of the mark of order k about the origin as x0, y0, x1, y1, .. (y grows downwards). */
export function markOutline(order: number, radius: number): number[] {
  if (order === 1) return regular(24, radius, 0);
  if (order === 2) return lens(radius);
  if (order <= 6) {
    // Areas near that of the circle, so that no order looks more important.
    const grow = [1.28, 1.2, 1.12, 1.08][order - 3]!;
    const turn = order === 4 ? Math.PI / 4 : 0;
    return regular(order, radius * grow, turn);
  }
  return regular(4, radius * 1.12, 0);
}

/** The part of an outline at x <= 0. */
export function leftHalf(outline: readonly number[]): number[] {
  const out: number[] = [];
  const n = outline.length / 2;
  for (let i = 0; i < n; i++) {
    const ax = outline[2 * i]!;
    const ay = outline[2 * i + 1]!;
    const bx = outline[(2 * i + 2) % outline.length]!;
    const by = outline[(2 * i + 3) % outline.length]!;
    if (ax <= 0) out.push(ax, ay);
    if ((ax < 0 && bx > 0) || (ax > 0 && bx < 0)) out.push(0, ay + ((by - ay) * -ax) / (bx - ax));
  }
  return out;
}

export interface MarkStyle {
  readonly order: number;
  readonly fill: Fill;
  readonly color: string;
  readonly paper: string;
  readonly radius: number;
}

/** Draws equal marks at x0, y0, x1, y1, .. (pixels). One path for each layer, so thousands stay cheap. */
export function drawMarks(painter: Painter, at: ArrayLike<number>, style: MarkStyle): void {
  if (painter.marks) {
    painter.marks(at, style);
    return;
  }
  const { order, fill, color, paper, radius } = style;
  const outline = markOutline(order, radius);
  const stroke: Stroke = { color, width: radius >= 5 ? 1.6 : radius >= 3.5 ? 1.3 : 1 };
  if (order === 1) {
    for (let i = 0; i + 1 < at.length; i += 2)
      painter.circle(at[i]!, at[i + 1]!, radius, fill === 'stable' ? color : paper, stroke);
  } else {
    painter.polygon(repeated(outline, at), fill === 'stable' ? color : paper, stroke);
  }
  if (fill === 'saddle') painter.polygon(repeated(leftHalf(outline), at), color, null);
  if (fill === 'marginal')
    for (let i = 0; i + 1 < at.length; i += 2)
      painter.circle(at[i]!, at[i + 1]!, Math.max(1, radius * 0.3), color, null);
  if (fill === 'boundary') {
    const arm = radius * 0.6;
    for (const [dx, dy] of [
      [arm, arm],
      [arm, -arm],
    ] as const) {
      const cross: number[] = [];
      for (let i = 0; i + 1 < at.length; i += 2)
        cross.push(at[i]! - dx, at[i + 1]! - dy, at[i]! + dx, at[i + 1]! + dy, NaN, NaN);
      painter.line(cross, stroke);
    }
  }
}

/** The mark of an object; `share` < 1 blends it towards the paper. */
export function markStyle(object: FigureObject, theme: Theme, radius: number, share = 1): MarkStyle {
  const color = hueColor(theme, object.hue);
  return {
    order: object.order,
    fill: object.stability,
    color: share < 1 ? mix(color, theme.paper, share) : color,
    paper: theme.paper,
    radius,
  };
}

/** Radius for a portrait with this many marks: 6 px for few, down to 2 px for tens of thousands. */
export function markRadius(count: number): number {
  return count <= 120 ? 6 : count <= 400 ? 5 : count <= 1200 ? 4 : count <= 4000 ? 3 : 2.2;
}

/** The outline moved to every place, parts separated by NaN. */
function repeated(outline: readonly number[], at: ArrayLike<number>): Float64Array {
  const places = at.length >> 1;
  const out = new Float64Array(places * (outline.length + 2));
  let k = 0;
  for (let i = 0; i < places; i++) {
    const x = at[2 * i]!;
    const y = at[2 * i + 1]!;
    for (let j = 0; j < outline.length; j += 2) {
      out[k++] = x + outline[j]!;
      out[k++] = y + outline[j + 1]!;
    }
    out[k++] = NaN;
    out[k++] = NaN;
  }
  return out;
}

/** Regular polygon with a corner at the top (turned by `turn`). */
function regular(corners: number, radius: number, turn: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < corners; i++) {
    const angle = (2 * Math.PI * i) / corners + turn;
    out.push(snap(radius * Math.sin(angle)), snap(-radius * Math.cos(angle)));
  }
  return out;
}

/** Upright lens: two arcs meeting in tips above and below. */
function lens(radius: number): number[] {
  const tall = radius * 1.3;
  const wide = radius * 0.72;
  const out: number[] = [];
  const steps = 8;
  for (let side = 1; side >= -1; side -= 2)
    for (let i = 0; i < steps; i++) {
      const t = -1 + (2 * i) / steps;
      out.push(snap(side * wide * (1 - t * t)), snap(side * tall * t));
    }
  return out;
}

function snap(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : value;
}
