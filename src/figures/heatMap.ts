import { linearScale, ticks, type Frame } from './axes';
import { inkOn } from './color';
import { formatNumber, formatTick } from './format';
import type { Painter, Theme } from './painter';
import { TYPE } from './theme';
import { divergingColor, type CellView } from './weights';

/** Part of a matrix as blocks of entries, as a worker prepared it; see `TensorWindow`. */
export interface HeatMapWindow {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Row-major, one value for each block. */
  readonly cells: readonly number[];
}

/** A matrix of any size, of which only what is visible is known. */
export interface HeatMapFigure {
  readonly rows: number;
  readonly columns: number;
  readonly view: CellView;
  /** Null until it arrives; may lag behind the view. */
  readonly window: HeatMapWindow | null;
  /** The colours run from minus this to this. */
  readonly limit: number;
}

export interface HeatMapLayout {
  readonly map: Frame;
  /** Pixels per entry. */
  readonly cell: readonly [number, number];
  readonly bar: Frame;
}

const LEFT = 52;
const TOP = 40;
const BAR_SPACE = 86;

/** Square cells while that leaves them readable; vectors and odd shapes fill the width. */
export function layoutHeatMap(width: number, height: number, view: CellView): HeatMapLayout {
  const columns = view.columns[1] - view.columns[0];
  const rows = view.rows[1] - view.rows[0];
  const maxWidth = Math.max(60, width - LEFT - BAR_SPACE);
  const maxHeight = Math.max(40, height - TOP - 16);
  const odd = columns > 4 * rows || rows > 4 * columns;
  const square = Math.min(maxWidth / columns, maxHeight / rows, 96);
  const across = odd ? Math.min(64, maxWidth / columns) : square;
  const down = odd ? Math.min(64, maxHeight / rows, Math.max(across, 28)) : square;
  const map: Frame = { left: LEFT, top: TOP, width: across * columns, height: down * rows };
  return {
    map,
    cell: [across, down],
    bar: {
      left: map.left + map.width + 18,
      top: map.top,
      width: 12,
      height: Math.min(maxHeight, Math.max(120, Math.min(220, map.height))),
    },
  };
}

/** Row and column of the entry at a point of the figure, or null beside the map. */
export function entryAt(
  layout: HeatMapLayout,
  figure: Pick<HeatMapFigure, 'rows' | 'columns' | 'view'>,
  x: number,
  y: number,
): readonly [number, number] | null {
  const column = Math.floor(figure.view.columns[0] + (x - layout.map.left) / layout.cell[0]);
  const row = Math.floor(figure.view.rows[0] + (y - layout.map.top) / layout.cell[1]);
  const inside =
    x >= layout.map.left &&
    y >= layout.map.top &&
    x < layout.map.left + layout.map.width &&
    y < layout.map.top + layout.map.height;
  return inside && row >= 0 && column >= 0 && row < figure.rows && column < figure.columns
    ? [row, column]
    : null;
}

/** The block that holds an entry, and its value; null where nothing is known yet. */
export function blockAt(
  window: HeatMapWindow,
  row: number,
  column: number,
): {
  readonly value: number;
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
} | null {
  const { rows, columns, blockRows, blockColumns, cells } = window;
  if (row < rows[0] || row >= rows[1] || column < columns[0] || column >= columns[1]) return null;
  const down = Math.floor((row - rows[0]) / blockRows);
  const right = Math.floor((column - columns[0]) / blockColumns);
  const across = Math.ceil((columns[1] - columns[0]) / blockColumns);
  const top = rows[0] + down * blockRows;
  const left = columns[0] + right * blockColumns;
  return {
    value: cells[down * across + right] ?? NaN,
    rows: [top, Math.min(rows[1], top + blockRows)],
    columns: [left, Math.min(columns[1], left + blockColumns)],
  };
}

export function drawHeatMap(painter: Painter, figure: HeatMapFigure, theme: Theme): void {
  const layout = layoutHeatMap(painter.width, painter.height, figure.view);
  drawBlocks(painter, figure, layout, theme);
  drawIndices(painter, figure, layout, theme);
  drawBar(painter, layout.bar, figure.limit, theme);
}

function drawBlocks(painter: Painter, figure: HeatMapFigure, layout: HeatMapLayout, theme: Theme): void {
  const { map, cell } = layout;
  const { view, window, limit } = figure;
  painter.rect(map.left, map.top, map.width, map.height, null, { color: theme.axis, width: 1 });
  if (!window) return;
  const across = Math.ceil((window.columns[1] - window.columns[0]) / window.blockColumns);
  const single = window.blockRows === 1 && window.blockColumns === 1;
  const gap = single && Math.min(...cell) >= 8 ? 1 : 0;
  const print = single && cell[0] >= 44 && cell[1] >= 18;
  // A hair of overlap hides seams between neighbours.
  const overlap = gap === 0 ? 0.3 : 0;
  painter.clip(map.left, map.top, map.width, map.height, () => {
    for (const [i, value] of window.cells.entries()) {
      const row = window.rows[0] + Math.floor(i / across) * window.blockRows;
      const column = window.columns[0] + (i % across) * window.blockColumns;
      const bottom = Math.min(window.rows[1], row + window.blockRows);
      const right = Math.min(window.columns[1], column + window.blockColumns);
      if (row >= view.rows[1] || bottom <= view.rows[0]) continue;
      if (column >= view.columns[1] || right <= view.columns[0]) continue;
      const x = map.left + (column - view.columns[0]) * cell[0];
      const y = map.top + (row - view.rows[0]) * cell[1];
      const width = (right - column) * cell[0] - gap + overlap;
      const height = (bottom - row) * cell[1] - gap + overlap;
      const color = divergingColor(value, limit, theme);
      painter.rect(x, y, width, height, color, null);
      // What is not finite is crossed out: colour alone would not tell it.
      if (!Number.isFinite(value) && Math.min(width, height) >= 6)
        painter.line([x + 2, y + 2, x + width - 2, y + height - 2, NaN, NaN, x + width - 2, y + 2, x + 2, y + height - 2], { color: theme.paper, width: 1.5 }); // prettier-ignore
      else if (print)
        painter.text(x + width / 2, y + height / 2, formatNumber(value, 3), {
          color: inkOn(color, theme),
          size: TYPE.small,
          align: 'middle',
          baseline: 'middle',
        });
    }
  });
}

/** Row and column numbers, from 1. */
function drawIndices(painter: Painter, figure: HeatMapFigure, layout: HeatMapLayout, theme: Theme): void {
  const { map, cell } = layout;
  const { view } = figure;
  const label = { color: theme.ink, size: TYPE.small, baseline: 'middle' } as const;
  painter.text(map.left, map.top - 26, 'column', label);
  painter.text(map.left - 8, map.top - 26, 'row', { ...label, align: 'end' });
  const style = { color: theme.ink2, size: TYPE.index, baseline: 'middle' } as const;
  const digits = String(Math.ceil(view.columns[1])).length;
  for (const i of labelled(view.columns, Math.max(30, 8 * digits + 14) / cell[0]))
    painter.text(map.left + (i - view.columns[0] + 0.5) * cell[0], map.top - 9, String(i + 1), {
      ...style,
      align: 'middle',
    });
  for (const i of labelled(view.rows, 22 / cell[1]))
    painter.text(map.left - 8, map.top + (i - view.rows[0] + 0.5) * cell[1], String(i + 1), {
      ...style,
      align: 'end',
    });
}

/** Indices to write beside an axis: the first, and every 1, 2, 5, 10, .. of them at least `apart` entries apart. */
function labelled(interval: readonly [number, number], apart: number): number[] {
  let every = 1;
  for (let power = 1; every < apart; power *= 10)
    every = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= apart) ?? 10 * power;
  const out: number[] = [];
  const last = Math.min(interval[1] - 1, Math.floor(interval[1] - 0.5));
  if (interval[0] <= 0 && every > 1) out.push(0);
  for (let i = Math.ceil(interval[0] / every) * every - 1; i <= last; i += every)
    if (i >= interval[0] && !(every > 1 && i < apart && interval[0] <= 0)) out.push(i);
  return out;
}

function drawBar(painter: Painter, bar: Frame, limit: number, theme: Theme): void {
  const levels = 64;
  for (let i = 0; i < levels; i++) {
    const value = limit * (1 - (2 * (i + 0.5)) / levels);
    const color = divergingColor(value, limit, theme);
    painter.rect(
      bar.left,
      bar.top + (bar.height * i) / levels,
      bar.width,
      bar.height / levels + 0.4,
      color,
      null,
    );
  }
  painter.rect(bar.left, bar.top, bar.width, bar.height, null, { color: theme.axis, width: 1 });
  const scale = linearScale([-limit, limit], [bar.top + bar.height, bar.top]);
  const marks = ticks(-limit, limit, Math.max(3, Math.round(bar.height / 36)));
  for (const value of limit > 0 ? marks.values : [0]) {
    const y = limit > 0 ? scale.to(value) : bar.top + bar.height / 2;
    painter.line([bar.left + bar.width, y, bar.left + bar.width + 4, y], { color: theme.axis, width: 1 });
    painter.text(bar.left + bar.width + 8, y, formatTick(value, marks.step), {
      color: theme.ink2,
      size: TYPE.small,
      baseline: 'middle',
    });
  }
}
