import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TensorInfo } from '../../src/core/tensor';
import { DECIMALS, formatNumber } from '../../src/figures/format';
import {
  blockAt,
  drawHeatMap,
  entryAt,
  layoutHeatMap,
  type HeatMapFigure,
  type HeatMapWindow,
} from '../../src/figures/heatMap';
import type { Painter, Theme } from '../../src/figures/painter';
import type { CellView } from '../../src/figures/weights';
import { matrixShape, type WindowRequest } from '../../src/protocol/weights';
import { Figure, type Interaction } from '../figures/Figure';
import { Refused } from '../connection';
import type { Host } from './host';
import { elementPath } from './format';

/** Pixels of the smallest block that is drawn, and blocks at most across or down. */
const BLOCK = 3;
const MOST_BLOCKS = 240;
const LEAST_ENTRIES = 4;

interface Known extends HeatMapWindow {
  readonly slice: number;
  readonly sampled: boolean;
}

export interface HeatMapProps {
  readonly host: Host;
  readonly index: number;
  readonly tensor: TensorInfo;
  readonly slice: number;
  /** Largest modulus in the tensor; null until its statistics are there. */
  readonly limit: number | null;
  /** Changes when the file's content does. */
  readonly revision: number;
}

/** One matrix of a tensor, of which the worker prepares what can be seen. */
export function HeatMap({ host, index, tensor, slice, limit, revision }: HeatMapProps): JSX.Element {
  const { rows, columns } = matrixShape(tensor.shape);
  const [view, setView] = useState<CellView | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [known, setKnown] = useState<Known | null>(null);
  const [cursor, setCursor] = useState<readonly [number, number] | null>(null);
  const [problem, setProblem] = useState('');
  const asked = useRef(0);

  useEffect(() => {
    setView(null);
    setCursor(null);
    setKnown(null);
  }, [tensor.name, rows, columns]);

  const visible: CellView = view ?? { columns: [0, columns], rows: [0, rows] };
  const layout = layoutHeatMap(size.width, size.height, visible);
  const wanted: WindowRequest | null =
    size.width === 0 || rows === 0 || columns === 0
      ? null
      : {
          index,
          slice,
          rows: [Math.floor(visible.rows[0]), Math.ceil(visible.rows[1])],
          columns: [Math.floor(visible.columns[0]), Math.ceil(visible.columns[1])],
          maxRows: blocks(layout.map.height),
          maxColumns: blocks(layout.map.width),
        };
  const wantedKey = JSON.stringify([wanted, revision]);
  useEffect(() => {
    if (!wanted) return;
    const mine = ++asked.current;
    const timer = setTimeout(
      () => {
        host.ask('window', wanted).then(
          (window) => {
            if (mine !== asked.current) return;
            setProblem('');
            setKnown({ ...window, cells: window.cells.map(Number) });
          },
          (reason: unknown) => {
            if (mine !== asked.current || !(reason instanceof Refused)) return;
            if (reason.failure.kind !== 'cancelled') setProblem(reason.message);
          },
        );
      },
      known === null ? 0 : 50,
    );
    return () => clearTimeout(timer);
  }, [wantedKey]);

  const ours = known?.slice === slice ? known : null;
  const scale = limit ?? largest(ours);
  const figure = useMemo(
    (): HeatMapFigure => ({ rows, columns, view: visible, window: ours, limit: scale }),
    [rows, columns, view, ours, scale],
  );

  const show = (next: CellView): void => {
    const clamp = (interval: readonly [number, number], total: number): [number, number] => {
      const span = Math.min(total, Math.max(Math.min(total, LEAST_ENTRIES), interval[1] - interval[0]));
      const start = Math.max(0, Math.min(total - span, interval[0]));
      return [start, start + span];
    };
    const to = { columns: clamp(next.columns, columns), rows: clamp(next.rows, rows) };
    const whole = to.columns[1] - to.columns[0] >= columns && to.rows[1] - to.rows[0] >= rows;
    setView(whole ? null : to);
  };
  const zoom = (row: number, column: number, factor: number): void => {
    const about = (interval: readonly [number, number], fixed: number): [number, number] => [
      fixed + (interval[0] - fixed) / factor,
      fixed + (interval[1] - fixed) / factor,
    ];
    show({ columns: about(visible.columns, column + 0.5), rows: about(visible.rows, row + 0.5) });
  };
  const moveTo = (row: number, column: number): void => {
    const r = Math.max(0, Math.min(rows - 1, row));
    const c = Math.max(0, Math.min(columns - 1, column));
    setCursor([r, c]);
    const follow = (interval: readonly [number, number], at: number): readonly [number, number] =>
      at < interval[0]
        ? [at, at + interval[1] - interval[0]]
        : at + 1 > interval[1]
          ? [at + 1 - (interval[1] - interval[0]), at + 1]
          : interval;
    if (view) show({ columns: follow(view.columns, c), rows: follow(view.rows, r) });
  };
  const interaction: Interaction = {
    onHover: (x, y) => setCursor(entryAt(layout, figure, x, y)),
    onLeave: () => setCursor(null),
    onDoubleClick: () => setView(null),
    onDrag: (dx, dy) => {
      const move = (interval: readonly [number, number], by: number): [number, number] => [
        interval[0] - by,
        interval[1] - by,
      ];
      show({
        columns: move(visible.columns, dx / layout.cell[0]),
        rows: move(visible.rows, dy / layout.cell[1]),
      });
    },
    onZoom: (x, y, factor) => {
      const at = entryAt(layout, figure, x, y);
      if (at) zoom(at[0], at[1], factor);
    },
    onKey: (event) => {
      const [row, column] = cursor ?? [Math.floor(visible.rows[0]), Math.floor(visible.columns[0])];
      const far = event.shiftKey ? 10 : 1;
      const first = cursor ? far : 0;
      const moves: Record<string, () => void> = {
        ArrowLeft: () => moveTo(row, column - far),
        ArrowRight: () => moveTo(row, column + first),
        ArrowUp: () => moveTo(row - far, column),
        ArrowDown: () => moveTo(row + first, column),
        '+': () => zoom(row, column, 1.25),
        '=': () => zoom(row, column, 1.25),
        '-': () => zoom(row, column, 0.8),
        '0': () => setView(null),
      };
      moves[event.key]?.();
      return moves[event.key] !== undefined;
    },
  };

  const draw = useCallback((painter: Painter, theme: Theme) => drawHeatMap(painter, figure, theme), [figure]);
  const overlay = useCallback(
    (painter: Painter, theme: Theme) => {
      if (!cursor) return;
      painter.rect(
        layout.map.left + (cursor[1] - visible.columns[0]) * layout.cell[0],
        layout.map.top + (cursor[0] - visible.rows[0]) * layout.cell[1],
        Math.max(layout.cell[0], 3),
        Math.max(layout.cell[1], 3),
        null,
        { color: theme.accent, width: 2 },
      );
    },
    [cursor, figure, size],
  );

  const rest = ours?.sampled
    ? 'Every block shows some of its entries, the largest of them; zoom in to see all.'
    : ours && (ours.blockRows > 1 || ours.blockColumns > 1)
      ? 'Every block shows its entry of largest modulus; zoom in to see all.'
      : '';
  return (
    <Figure
      label={`Heat map of ${tensor.name}, ${String(rows)} by ${String(columns)}. Arrow keys move from entry to entry, with Shift ten at a time; plus and minus zoom, 0 shows all.`}
      title={tensor.name}
      draw={draw}
      overlay={overlay}
      interaction={interaction}
      readout={problem !== '' ? problem : cursor && ours ? readout(tensor, ours, slice, cursor) : rest}
      onSize={(width, height) => setSize({ width, height })}
    />
  );
}

function blocks(pixels: number): number {
  return Math.max(1, Math.min(MOST_BLOCKS, Math.floor(pixels / BLOCK)));
}

function largest(window: HeatMapWindow | null): number {
  let limit = 0;
  for (const value of window?.cells ?? [])
    if (Number.isFinite(value)) limit = Math.max(limit, Math.abs(value));
  return limit;
}

/** "W[3][17] = −0.12345   row 4, column 18": from 0 in the brackets of the file, from 1 in words. */
function readout(
  tensor: TensorInfo,
  window: HeatMapWindow,
  slice: number,
  [row, column]: readonly [number, number],
): string {
  const block = blockAt(window, row, column);
  if (!block) return '';
  const { rows, columns } = matrixShape(tensor.shape);
  const value = formatNumber(block.value, DECIMALS.table);
  const span = ([from, to]: readonly [number, number]): string =>
    to - from === 1 ? String(from + 1) : `${String(from + 1)}–${String(to)}`;
  if (block.rows[1] - block.rows[0] === 1 && block.columns[1] - block.columns[0] === 1) {
    const path = elementPath(tensor.name, tensor.shape, (slice * rows + row) * columns + column);
    const where =
      tensor.shape.length < 2
        ? `entry ${String(column + 1)}`
        : `row ${String(row + 1)}, column ${String(column + 1)}`;
    return `${path} = ${value}   ${where}`;
  }
  return `rows ${span(block.rows)}, columns ${span(block.columns)}: largest entry ${value}`;
}
