import type { Painter, Stroke, TextStyle } from '../../src/figures/painter';

export type Call =
  | {
      readonly kind: 'line' | 'polygon';
      readonly xy: number[];
      readonly fill: string | null;
      readonly stroke: Stroke | null;
    }
  | {
      readonly kind: 'circle';
      readonly xy: number[];
      readonly radius: number;
      readonly fill: string | null;
      readonly stroke: Stroke | null;
    }
  | { readonly kind: 'rect'; readonly xy: number[]; readonly fill: string | null }
  | { readonly kind: 'dots'; readonly xy: number[] }
  | { readonly kind: 'text'; readonly xy: number[]; readonly text: string; readonly style: TextStyle };

/** A painter that remembers what was drawn. */
export function recorder(width = 700, height = 700): Painter & { readonly calls: Call[] } {
  const calls: Call[] = [];
  return {
    width,
    height,
    calls,
    line: (xy, stroke) => calls.push({ kind: 'line', xy: Array.from(xy), fill: null, stroke }),
    polygon: (xy, fill, stroke) => calls.push({ kind: 'polygon', xy: Array.from(xy), fill, stroke }),
    circle: (x, y, radius, fill, stroke) => calls.push({ kind: 'circle', xy: [x, y], radius, fill, stroke }),
    rect: (x, y, w, h, fill) => calls.push({ kind: 'rect', xy: [x, y, w, h], fill }),
    dots: (xy) => calls.push({ kind: 'dots', xy: Array.from(xy) }),
    text: (x, y, text, style) => calls.push({ kind: 'text', xy: [x, y], text, style }),
    clip: (_x, _y, _w, _h, draw) => {
      draw();
    },
    plot: (_plot, draw) => {
      draw();
    },
  };
}
