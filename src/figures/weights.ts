import type { ParameterMatrix } from '../core/report/scene';
import { drawXAxis, linearScale, textWidth, tickAim, ticks, type Frame } from './axes';
import { inkOn, mix } from './color';
import { formatNumber, formatTick } from './format';
import type { Painter, Theme } from './painter';
import { isDark, TYPE } from './theme';

/** Heat maps of the parameters: all as tiles, or one large with its colour bar and histogram. */
export interface WeightsFigure {
  readonly matrices: readonly ParameterMatrix[];
  readonly parameter: string | null;
  /** Visible cells of the large map, fractional indices; null shows all. */
  readonly view: CellView | null;
  /** Row and column under the cursor. */
  readonly cursor?: readonly [number, number] | null;
  /** Tile under the cursor. */
  readonly focus?: string | null;
  /** One scale for all matrices, with its legend; without it each has its own. Values that are NaN are left blank. */
  readonly scale?: CommonScale | null;
}

export interface CommonScale {
  /** The scale runs from minus it to it. */
  readonly limit: number;
  /** What the colours stand for. */
  readonly title: string;
}

export interface CellView {
  readonly columns: readonly [number, number];
  readonly rows: readonly [number, number];
}

export interface Tile {
  readonly name: string;
  /** Of the cells. */
  readonly frame: Frame;
  /** With its caption, for hit testing. */
  readonly whole: Frame;
}

export interface LargeLayout {
  readonly map: Frame;
  readonly view: CellView;
  /** Pixels per cell. */
  readonly cell: readonly [number, number];
  readonly bar: Frame;
  readonly histogram: Frame | null;
}

/** Blue, neutral, orange: told apart in all common colour vision deficiencies; lightness grows away from zero. */
function ends(theme: Theme): { readonly negative: string; readonly zero: string; readonly positive: string } {
  return isDark(theme)
    ? { negative: '#5cb8ff', zero: mix(theme.ink, theme.paper, 0.09), positive: '#ff9a3d' }
    : { negative: '#0b5394', zero: mix(theme.ink, theme.paper, 0.05), positive: '#a94a00' };
}

/** Colour of a value on the diverging scale from -limit to limit, in 64 levels a side. */
export function divergingColor(value: number, limit: number, theme: Theme): string {
  const { negative, zero, positive } = ends(theme);
  if (!Number.isFinite(value)) return theme.accent;
  const share = limit > 0 ? Math.min(1, Math.abs(value) / limit) : 0;
  const level = Math.round(share * 64) / 64;
  return mix(value < 0 ? negative : positive, zero, level ** 0.85);
}

/** The largest absolute value; the scale runs from minus it to it. */
export function limitOf(matrix: ParameterMatrix): number {
  let limit = 0;
  for (const value of matrix.values) if (Number.isFinite(value)) limit = Math.max(limit, Math.abs(value));
  return limit;
}

/** Width that the legend of a common scale takes at the right of the tiles. */
const LEGEND = 104;

/**
 * Tiles with square cells of one size for all parameters, so that sizes compare. Tall ones stand at the right,
 * the others flow beside them in reading order.
 */
export function layoutTiles(
  whole: number,
  height: number,
  matrices: readonly ParameterMatrix[],
  scale: CommonScale | null = null,
): Tile[] {
  const width = scale ? whole - LEGEND : whole;
  let tiles: Tile[] = [];
  for (const size of [96, 80, 68, 56, 48, 40, 36, 30, 26, 22, 18, 15, 12, 10, 8, 6, 5, 4, 3, 2]) {
    const attempt = placeTiles(width, height, matrices, size);
    tiles = attempt.tiles;
    if (attempt.bottom <= height) break;
  }
  return tiles;
}

function placeTiles(width: number, height: number, matrices: readonly ParameterMatrix[], size: number) {
  const gap = 24;
  const margin = 16;
  const caption = 40;
  const extent = (matrix: ParameterMatrix) => {
    const w = Math.min(Math.max(matrix.columns * size, 18), width - 2 * margin);
    const h = Math.min(Math.max(matrix.rows * size, 18), height - caption - 2 * margin);
    return { w, h, wide: Math.max(w, Math.min(150, width - 2 * margin)) };
  };
  const tile = (matrix: ParameterMatrix, x: number, y: number): Tile => {
    const { w, h, wide } = extent(matrix);
    return {
      name: matrix.name,
      frame: { left: x, top: y + caption, width: w, height: h },
      whole: { left: x - 8, top: y, width: wide + 16, height: h + caption + 8 },
    };
  };
  const placed = new Map<string, Tile>();
  let right = width - margin;
  for (const matrix of matrices.filter((m) => m.rows > 3 * m.columns && m.rows * size > 120).reverse()) {
    const { wide } = extent(matrix);
    if (right - wide < width / 2) continue;
    placed.set(matrix.name, tile(matrix, right - wide, 8));
    right -= wide + gap;
  }
  let x = margin;
  let y = 8;
  let rowHeight = 0;
  /** Tiles of the row that others may stand under: vectors share a column beside a tall matrix. */
  let slots: { x: number; wide: number; bottom: number }[] = [];
  for (const matrix of matrices) {
    if (placed.has(matrix.name)) continue;
    const { h, wide } = extent(matrix);
    const under = slots.find(
      (slot) => wide <= slot.wide + 1 && slot.bottom + gap + caption + h <= y + rowHeight,
    );
    if (under) {
      placed.set(matrix.name, tile(matrix, under.x, under.bottom + gap));
      under.bottom += gap + caption + h;
      continue;
    }
    if (x > margin && x + wide > right) {
      x = margin;
      y += rowHeight + gap;
      rowHeight = 0;
      slots = [];
    }
    placed.set(matrix.name, tile(matrix, x, y));
    slots.push({ x, wide, bottom: y + caption + h });
    x += wide + gap;
    rowHeight = Math.max(rowHeight, h + caption);
  }
  // A tile may only be wider than the room beside the tall ones when it stands alone at a smaller size.
  const crowded = matrices.some((m) => {
    const own = placed.get(m.name)!;
    return own.frame.left < right && own.frame.left + own.frame.width > right && right < width - margin;
  });
  return {
    tiles: matrices.map((matrix) => placed.get(matrix.name)!),
    bottom: crowded ? Infinity : y + rowHeight + 12,
  };
}

export function hitTile(tiles: readonly Tile[], px: number, py: number): string | null {
  const tile = tiles.find(
    ({ whole }) =>
      px >= whole.left && px <= whole.left + whole.width && py >= whole.top && py <= whole.top + whole.height,
  );
  return tile?.name ?? null;
}

export function layoutLarge(
  width: number,
  height: number,
  matrix: ParameterMatrix,
  view: CellView | null,
): LargeLayout {
  const visible = view ?? { columns: [0, matrix.columns], rows: [0, matrix.rows] };
  const columns = visible.columns[1] - visible.columns[0];
  const rows = visible.rows[1] - visible.rows[0];
  const below = width < 620 && height >= 420;
  const side = below ? 0 : Math.min(300, width * 0.36);
  const left = 52;
  const top = 58;
  const maxWidth = Math.max(60, width - left - side - 100);
  const maxHeight = Math.max(40, (below ? height * 0.55 : height) - top - 30);
  // Square cells while that leaves them readable; long vectors and odd shapes fill the width.
  const square = Math.min(maxWidth / columns, maxHeight / rows, 96);
  const cellX = columns > 4 * rows || rows > 4 * columns ? Math.min(64, maxWidth / columns) : square;
  const cellY = columns > 4 * rows || rows > 4 * columns ? Math.min(64, maxHeight / rows) : square;
  const cell = [cellX, Math.min(cellY, Math.max(cellX, 24))] as const;
  const map: Frame = { left, top, width: cell[0] * columns, height: cell[1] * rows };
  const bar: Frame = {
    left: map.left + map.width + 18,
    top: map.top,
    width: 12,
    height: Math.max(80, Math.min(220, map.height)),
  };
  const histogram: Frame | null = below
    ? {
        left,
        top: map.top + Math.max(map.height, bar.height) + 60,
        width: width - left - 24,
        height: Math.max(40, height - map.top - Math.max(map.height, bar.height) - 60 - 46),
      }
    : side > 120
      ? {
          left: width - side + 14,
          top,
          width: side - 34,
          height: Math.min(200, Math.max(60, height - top - 46)),
        }
      : null;
  return { map, view: visible, cell, bar, histogram };
}

/** Row and column (0-based) under a pixel, or null. */
export function cellAt(
  layout: LargeLayout,
  matrix: ParameterMatrix,
  px: number,
  py: number,
): readonly [number, number] | null {
  const column = Math.floor(layout.view.columns[0] + (px - layout.map.left) / layout.cell[0]);
  const row = Math.floor(layout.view.rows[0] + (py - layout.map.top) / layout.cell[1]);
  const inside =
    px >= layout.map.left &&
    py >= layout.map.top &&
    px < layout.map.left + layout.map.width &&
    py < layout.map.top + layout.map.height;
  return inside && row >= 0 && column >= 0 && row < matrix.rows && column < matrix.columns
    ? [row, column]
    : null;
}

export function drawWeights(painter: Painter, figure: WeightsFigure, theme: Theme): void {
  const matrix = figure.matrices.find(({ name }) => name === figure.parameter);
  if (matrix) drawLarge(painter, figure, matrix, theme);
  else drawTiles(painter, figure, theme);
}

function drawTiles(painter: Painter, figure: WeightsFigure, theme: Theme): void {
  const scale = figure.scale ?? null;
  if (scale) {
    const left = painter.width - LEGEND + 16;
    painter.text(left, 24, scale.title, {
      color: theme.ink,
      size: TYPE.small,
      weight: 600,
      baseline: 'middle',
    });
    const height = Math.max(60, Math.min(220, painter.height - 70));
    drawBar(painter, { left, top: 44, width: 12, height }, scale.limit, theme);
  }
  for (const tile of layoutTiles(painter.width, painter.height, figure.matrices, scale)) {
    const matrix = figure.matrices.find(({ name }) => name === tile.name)!;
    const { frame, whole } = tile;
    if (figure.focus === tile.name)
      painter.rect(whole.left, whole.top, whole.width, whole.height, null, { color: theme.accent, width: 1 });
    painter.text(frame.left, frame.top - 24, matrix.name, {
      color: theme.ink,
      size: TYPE.medium,
      weight: 600,
      baseline: 'middle',
    });
    painter.text(frame.left + textWidth(matrix.name, TYPE.medium) + 10, frame.top - 24, shapeOf(matrix), {
      color: theme.ink2,
      size: TYPE.small,
      baseline: 'middle',
    });
    painter.text(
      frame.left,
      frame.top - 9,
      matrix.statistics.min <= matrix.statistics.max
        ? `${formatNumber(matrix.statistics.min, 3)} to ${formatNumber(matrix.statistics.max, 3)}`
        : 'no weights',
      { color: theme.ink2, size: TYPE.small, baseline: 'middle' },
    );
    drawCells(painter, matrix, frame, { columns: [0, matrix.columns], rows: [0, matrix.rows] }, scale, theme);
  }
}

function drawLarge(painter: Painter, figure: WeightsFigure, matrix: ParameterMatrix, theme: Theme): void {
  const layout = layoutLarge(painter.width, painter.height, matrix, figure.view);
  const { map, view, cell, bar, histogram } = layout;
  const scale = figure.scale ?? null;
  const limit = scale?.limit ?? limitOf(matrix);
  const { statistics } = matrix;
  painter.text(map.left, 10, matrix.name, { color: theme.ink, size: 13, weight: 600, baseline: 'middle' });
  const square =
    statistics.spectralRadius === null
      ? ''
      : ` · spectral radius ${formatNumber(statistics.spectralRadius, 4)}` +
        (statistics.rank === null ? '' : ` · rank ${String(statistics.rank)}`) +
        (statistics.condition === null ? '' : ` · condition ${formatNumber(statistics.condition, 1)}`);
  painter.text(
    map.left + textWidth(matrix.name, 13) + 12,
    10,
    `${shapeOf(matrix)} · mean ${formatNumber(statistics.mean, 4)} · std ${formatNumber(statistics.std, 4)} · norm ${formatNumber(statistics.norm, 4)}${square}`,
    { color: theme.ink2, size: TYPE.small, baseline: 'middle' },
  );
  painter.text(map.left - 8, map.top - 22, 'row', {
    color: theme.ink,
    size: TYPE.small,
    align: 'end',
    baseline: 'middle',
  });
  drawCells(painter, matrix, map, view, scale, theme);

  for (const [from, to, size, along] of [
    [view.columns[0], view.columns[1], cell[0], 'x'],
    [view.rows[0], view.rows[1], cell[1], 'y'],
  ] as const) {
    const extent = (to - from) * size;
    const every = Math.max(1, niceEvery((along === 'x' ? 40 : 22) / size));
    for (let i = Math.ceil(from); i < to; i++) {
      if ((i + 1) % every !== 0 && !(i === 0 && every > 1)) continue;
      const at = (i - from + 0.5) * size;
      if (at > extent) continue;
      painter.text(
        along === 'x' ? map.left + at : map.left - 8,
        along === 'x' ? map.top - 8 : map.top + at,
        String(i + 1),
        {
          color: theme.ink2,
          size: TYPE.index,
          align: along === 'x' ? 'middle' : 'end',
          baseline: 'middle',
        },
      );
    }
  }
  painter.text(map.left, map.top - 22, 'column', { color: theme.ink, size: TYPE.small, baseline: 'middle' });

  if (figure.cursor) {
    const [row, column] = figure.cursor;
    painter.clip(map.left - 2, map.top - 2, map.width + 4, map.height + 4, () => {
      painter.rect(
        map.left + (column - view.columns[0]) * cell[0],
        map.top + (row - view.rows[0]) * cell[1],
        Math.max(cell[0], 3),
        Math.max(cell[1], 3),
        null,
        { color: theme.accent, width: 2 },
      );
    });
  }
  if (scale)
    painter.text(bar.left, map.top - 22, scale.title, {
      color: theme.ink,
      size: TYPE.small,
      weight: 600,
      baseline: 'middle',
    });
  drawBar(painter, bar, limit, theme);
  if (histogram) drawHistogram(painter, histogram, matrix, limit, theme);
}

/** Every n-th index that gets a label: 1, 2, 5, 10, 20, .. */
function niceEvery(least: number): number {
  for (let power = 1; ; power *= 10)
    for (const factor of [1, 2, 5]) if (factor * power >= least) return factor * power;
}

/** Cells, or blocks of at least 2 px with the entry of largest modulus where the cells are smaller. */
function drawCells(
  painter: Painter,
  matrix: ParameterMatrix,
  frame: Frame,
  view: CellView,
  scale: CommonScale | null,
  theme: Theme,
): void {
  const limit = scale?.limit ?? limitOf(matrix);
  const columns = view.columns[1] - view.columns[0];
  const rows = view.rows[1] - view.rows[0];
  const cellX = frame.width / columns;
  const cellY = frame.height / rows;
  const blockX = Math.max(1, Math.ceil(2 / cellX));
  const blockY = Math.max(1, Math.ceil(2 / cellY));
  const gap = Math.min(cellX, cellY) >= 8 ? 1 : 0;
  const print = cellX >= 44 && cellY >= 18;
  painter.rect(frame.left, frame.top, frame.width, frame.height, null, { color: theme.axis, width: 1 });
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    const row0 = Math.max(0, Math.floor(view.rows[0]));
    const row1 = Math.min(matrix.rows, Math.ceil(view.rows[1]));
    const column0 = Math.max(0, Math.floor(view.columns[0]));
    const column1 = Math.min(matrix.columns, Math.ceil(view.columns[1]));
    for (let row = row0; row < row1; row += blockY) {
      const y = frame.top + (row - view.rows[0]) * cellY;
      let runColor = '';
      let runStart = 0;
      const flush = (end: number) => {
        if (runColor === '') return;
        const x = frame.left + (runStart - view.columns[0]) * cellX;
        // A hair of overlap hides seams between neighbours.
        const overlap = gap === 0 ? 0.3 : 0;
        painter.rect(
          x,
          y,
          (end - runStart) * cellX - gap + overlap,
          blockY * cellY - gap + overlap,
          runColor,
          null,
        );
      };
      for (let column = column0; column < column1; column += blockX) {
        let value = 0;
        let blank = scale !== null;
        for (let r = row; r < Math.min(row + blockY, matrix.rows); r++)
          for (let c = column; c < Math.min(column + blockX, matrix.columns); c++) {
            const entry = matrix.values[r * matrix.columns + c]!;
            if (scale && Number.isNaN(entry)) continue;
            blank = false;
            if (!Number.isFinite(entry)) value = NaN;
            else if (Math.abs(entry) > Math.abs(value)) value = entry;
          }
        const color = blank ? theme.paper : divergingColor(value, limit, theme);
        if (gap > 0 || color !== runColor) {
          flush(column);
          runColor = color;
          runStart = column;
        }
        if (gap > 0) {
          flush(column + blockX);
          runColor = '';
        }
        if (print && !blank)
          painter.text(
            frame.left + (column - view.columns[0] + 0.5) * cellX,
            y + cellY / 2,
            formatNumber(value, 3),
            {
              color: inkOn(color, theme),
              size: TYPE.small,
              align: 'middle',
              baseline: 'middle',
            },
          );
      }
      flush(column1);
    }
  });
}

function drawBar(painter: Painter, bar: Frame, limit: number, theme: Theme): void {
  const levels = 64;
  for (let i = 0; i < levels; i++) {
    const value = limit * (1 - (2 * (i + 0.5)) / levels);
    painter.rect(
      bar.left,
      bar.top + (bar.height * i) / levels,
      bar.width,
      bar.height / levels + 0.4,
      divergingColor(value, limit, theme),
      null,
    );
  }
  painter.rect(bar.left, bar.top, bar.width, bar.height, null, { color: theme.axis, width: 1 });
  const scale = linearScale([-limit, limit], [bar.top + bar.height, bar.top]);
  const marks = ticks(-limit, limit, 5);
  for (const value of limit > 0 ? marks.values : [0]) {
    const y = scale.to(value);
    painter.line([bar.left + bar.width, y, bar.left + bar.width + 4, y], { color: theme.axis, width: 1 });
    painter.text(bar.left + bar.width + 8, y, formatTick(value, marks.step), {
      color: theme.ink2,
      size: TYPE.small,
      baseline: 'middle',
    });
  }
}

/** Counts of equal bins over [min, max]; about twice the cube root of the number of entries, 7 to 41 bins. */
export function histogramOf(values: readonly number[]): {
  readonly lo: number;
  readonly hi: number;
  readonly counts: readonly number[];
} {
  const finite = values.filter(Number.isFinite);
  let lo = Infinity;
  let hi = -Infinity;
  for (const value of finite) {
    lo = Math.min(lo, value);
    hi = Math.max(hi, value);
  }
  if (finite.length === 0) return { lo: -1, hi: 1, counts: [0] };
  if (lo === hi) {
    const half = Math.max(Math.abs(lo) * 0.1, 1e-3);
    return { lo: lo - half, hi: hi + half, counts: [finite.length] };
  }
  const bins = Math.min(41, Math.max(7, Math.ceil(2 * Math.cbrt(finite.length))));
  const counts = new Array<number>(bins).fill(0);
  for (const value of finite) {
    const bin = Math.min(bins - 1, Math.floor(((value - lo) / (hi - lo)) * bins));
    counts[bin]!++;
  }
  return { lo, hi, counts };
}

function drawHistogram(
  painter: Painter,
  frame: Frame,
  matrix: ParameterMatrix,
  limit: number,
  theme: Theme,
): void {
  const { lo, hi, counts } = histogramOf(matrix.values);
  const most = Math.max(1, ...counts);
  const x = linearScale([lo, hi], [frame.left, frame.left + frame.width]);
  const width = frame.width / counts.length;
  counts.forEach((count, i) => {
    const height = (frame.height * count) / most;
    const from = lo + (i / counts.length) * (hi - lo);
    const to = lo + ((i + 1) / counts.length) * (hi - lo);
    if (count > 0)
      painter.rect(
        frame.left + i * width + 0.5,
        frame.top + frame.height - height,
        Math.max(1, width - 1),
        height,
        from < 0 && to > 0 ? theme.ink3 : divergingColor(Math.sign(from + to) * limit * 0.75, limit, theme),
        null,
      );
  });
  if (lo < 0 && hi > 0) {
    const zero = Math.round(x.to(0)) + 0.5;
    painter.line([zero, frame.top, zero, frame.top + frame.height], {
      color: theme.ink3,
      width: 1,
      dash: [2, 3],
    });
  }
  drawXAxis(painter, frame, x, ticks(lo, hi, tickAim(frame.width, 60)), 'value', theme);
  painter.text(frame.left, frame.top - 22, `entries per bin, at most ${String(most)}`, {
    color: theme.ink,
    size: TYPE.small,
    baseline: 'middle',
  });
}

function shapeOf(matrix: ParameterMatrix): string {
  return matrix.rows === 1
    ? `${String(matrix.columns)}`
    : `${String(matrix.rows)} × ${String(matrix.columns)}`;
}
