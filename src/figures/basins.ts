import type { BasinPicture } from '../core/report/scene';
import type { LinearScale } from './axes';
import type { FigureObject } from './objects';
import type { Painter, Theme } from './painter';
import { mix } from './color';
import { hueColor } from './theme';

/** Share of the hue in the fill: marks and lines on top keep their contrast. */
const TINTS = [0.3, 0.16, 0.42, 0.23] as const;

/**
 * The fill of an attractor's basin. Basins of one hue differ in strength; `index` counts them. Diverging states are left
 * blank, bounded ones without a listed attractor are grey.
 */
export function basinFill(
  fate: number,
  { attractors }: BasinPicture,
  objects: readonly FigureObject[],
  theme: Theme,
): string | null {
  if (fate === -2) return null;
  if (fate < 0) return mix(theme.fog, theme.paper, 0.22);
  const object = objects.find(({ id }) => id === attractors[fate]);
  const hue = object?.hue ?? 'fixedPoint';
  const before = attractors
    .slice(0, fate)
    .filter((id) => (objects.find((o) => o.id === id)?.hue ?? 'fixedPoint') === hue).length;
  return mix(hueColor(theme, hue), theme.paper, TINTS[before % TINTS.length]!);
}

/** Runs of equal cells of each row as rectangles. */
export function drawBasins(
  painter: Painter,
  { x, y }: { readonly x: LinearScale; readonly y: LinearScale },
  picture: BasinPicture,
  objects: readonly FigureObject[],
  theme: Theme,
): void {
  const { columns, rows, fates } = picture;
  const left = x.to(picture.x[0]);
  const bottom = y.to(picture.y[0]);
  const width = (x.to(picture.x[1]) - left) / columns;
  const height = (bottom - y.to(picture.y[1])) / rows;
  const fills = new Map<number, string | null>();
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns;) {
      const fate = fates[r * columns + c]!;
      let end = c + 1;
      while (end < columns && fates[r * columns + end] === fate) end++;
      let fill = fills.get(fate);
      if (fill === undefined) {
        fill = basinFill(fate, picture, objects, theme);
        fills.set(fate, fill);
      }
      // A pixel over, so that no seams show between rows.
      if (fill !== null)
        painter.rect(
          left + c * width,
          bottom - (r + 1) * height,
          (end - c) * width + 1,
          height + 1,
          fill,
          null,
        );
      c = end;
    }
}
