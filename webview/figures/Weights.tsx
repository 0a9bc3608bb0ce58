import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { ParameterMatrix } from '../../src/core/report/scene';
import { DECIMALS, formatNumber } from '../../src/figures/format';
import type { Painter, Theme } from '../../src/figures/painter';
import {
  cellAt,
  drawWeights,
  hitTile,
  layoutLarge,
  layoutTiles,
  type CellView,
  type WeightsFigure,
} from '../../src/figures/weights';
import { Figure, type Interaction } from './Figure';
import type { WeightsProps } from './types';

/** The parameters as heat maps: tiles, or one large with histogram. */
export function Weights(props: WeightsProps) {
  const { matrices, parameter, onParameter, of } = props;
  const scale = of?.scale ?? null;
  const [view, setView] = useState<CellView | null>(null);
  const [cursor, setCursor] = useState<readonly [number, number] | null>(null);
  const [focus, setFocus] = useState<string | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const matrix = matrices.find(({ name }) => name === parameter) ?? null;
  useEffect(() => {
    setView(null);
    setCursor(null);
  }, [parameter, matrices]);

  const figure = useMemo(
    (): WeightsFigure => ({ matrices, parameter, view, focus: matrix ? null : focus, scale }),
    [matrices, parameter, view, focus, matrix, scale],
  );
  const tiles = useMemo(() => layoutTiles(size.width, size.height, matrices, scale), [size, matrices, scale]);
  const large = useMemo(
    () => (matrix ? layoutLarge(size.width, size.height, matrix, view) : null),
    [size, matrix, view],
  );

  const show = (next: CellView | null) => {
    if (!matrix) return;
    const clamp = (interval: readonly [number, number], total: number): [number, number] => {
      const span = Math.min(total, Math.max(Math.min(total, 4), interval[1] - interval[0]));
      const start = Math.max(0, Math.min(total - span, interval[0]));
      return [start, start + span];
    };
    if (!next) {
      setView(null);
      return;
    }
    setView({ columns: clamp(next.columns, matrix.columns), rows: clamp(next.rows, matrix.rows) });
  };
  const zoom = (row: number, column: number, factor: number) => {
    if (!large) return;
    const about = (interval: readonly [number, number], fixed: number): [number, number] => [
      fixed + (interval[0] - fixed) / factor,
      fixed + (interval[1] - fixed) / factor,
    ];
    show({ columns: about(large.view.columns, column + 0.5), rows: about(large.view.rows, row + 0.5) });
  };
  const moveTo = (row: number, column: number) => {
    if (!matrix || !large) return;
    const r = Math.max(0, Math.min(matrix.rows - 1, row));
    const c = Math.max(0, Math.min(matrix.columns - 1, column));
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
    onHover: (px, py) => {
      if (matrix && large) setCursor(cellAt(large, matrix, px, py));
      else setFocus(hitTile(tiles, px, py));
    },
    onLeave: () => {
      setCursor(null);
      if (!matrix) setFocus(null);
    },
    onClick: (px, py) => {
      if (!matrix) {
        const name = hitTile(tiles, px, py);
        if (name !== null) onParameter(name);
      } else if (large) {
        const cell = cellAt(large, matrix, px, py);
        if (cell) props.onCell?.(matrix.name, ...cell);
      }
      return true;
    },
    onDoubleClick: () => {
      show(null);
    },
    onDrag: (dx, dy) => {
      if (!large) return;
      const move = (interval: readonly [number, number], by: number): [number, number] => [
        interval[0] - by,
        interval[1] - by,
      ];
      show({
        columns: move(large.view.columns, dx / large.cell[0]),
        rows: move(large.view.rows, dy / large.cell[1]),
      });
    },
    onZoom: (px, py, factor) => {
      const at = matrix && large ? cellAt(large, matrix, px, py) : null;
      if (at) zoom(at[0], at[1], factor);
    },
    onKey: (event) => {
      if (!matrix) {
        const index = matrices.findIndex(({ name }) => name === focus);
        const next = ['ArrowRight', 'ArrowDown', 'n'].includes(event.key)
          ? index + 1
          : ['ArrowLeft', 'ArrowUp', 'p'].includes(event.key)
            ? index - 1
            : null;
        if (next !== null) {
          setFocus(matrices[(next + matrices.length) % Math.max(1, matrices.length)]?.name ?? null);
          return true;
        }
        if (event.key === 'Enter' && focus !== null) {
          onParameter(focus);
          return true;
        }
        return false;
      }
      const [row, column] = cursor ?? [0, 0];
      const far = event.shiftKey ? 10 : 1;
      switch (event.key) {
        case 'ArrowLeft':
          moveTo(row, column - far);
          return true;
        case 'ArrowRight':
          moveTo(row, cursor ? column + far : column);
          return true;
        case 'ArrowUp':
          moveTo(row - far, column);
          return true;
        case 'ArrowDown':
          moveTo(cursor ? row + far : row, column);
          return true;
        case '+':
        case '=':
          zoom(row, column, 1.25);
          return true;
        case '-':
          zoom(row, column, 0.8);
          return true;
        case '0':
          show(null);
          return true;
        case 'n':
        case 'p': {
          const index = matrices.indexOf(matrix) + (event.key === 'n' ? 1 : -1);
          onParameter(matrices[(index + matrices.length) % matrices.length]!.name);
          return true;
        }
        case 'Enter':
          if (!cursor || !props.onCell) return false;
          props.onCell(matrix.name, row, column);
          return true;
        case 'Escape':
          onParameter(null);
          return true;
        default:
          return false;
      }
    },
  };

  const draw = useCallback(
    (painter: Painter, theme: Theme) => {
      drawWeights(painter, figure, theme);
    },
    [figure],
  );
  const overlay = useCallback(
    (painter: Painter, theme: Theme) => {
      if (!cursor || !large) return;
      painter.rect(
        large.map.left + (cursor[1] - large.view.columns[0]) * large.cell[0],
        large.map.top + (cursor[0] - large.view.rows[0]) * large.cell[1],
        Math.max(large.cell[0], 3),
        Math.max(large.cell[1], 3),
        null,
        { color: theme.accent, width: 2 },
      );
    },
    [cursor, large],
  );

  const blank = useMemo(() => matrices.some(({ values }) => values.some(Number.isNaN)), [matrices]);
  const focused = matrices.find(({ name }) => name === focus);
  const readout = matrix
    ? cursor
      ? (of?.text(matrix.name, ...cursor) ?? cellText(matrix, cursor))
      : `${matrix.name}, tensor ${matrix.tensor}`
    : focused
      ? `${focused.name}, tensor ${focused.tensor}: ${String(focused.rows)} × ${String(focused.columns)}, norm ${formatNumber(focused.statistics.norm, DECIMALS.card)}`
      : of
        ? `${blank ? 'Empty cells are no weights: zero by design. ' : ''}Click a parameter to enlarge it`
        : 'Each parameter has its own colours, from −max |w| to max |w|. Click one to enlarge it';
  const label = matrix
    ? `Heat map of ${of ? `the ${of.name}, ` : ''}parameter ${matrix.name}, ${String(matrix.rows)} by ${String(matrix.columns)}. Arrow keys move from cell to cell, plus and minus zoom, 0 shows all, n and p change the parameter, Escape shows all parameters.`
    : `Heat maps of ${of ? `the ${of.name}, ` : ''}${String(matrices.length)} parameters. Arrow keys choose one, Enter opens it.`;
  return (
    <Figure
      label={label}
      title={(of ? `${of.name}: ` : '') + (matrix ? `parameter ${matrix.name}` : 'all parameters')}
      draw={draw}
      overlay={overlay}
      interaction={interaction}
      readout={readout}
      handle={props.handle}
      pointer={matrix ? 'crosshair' : 'default'}
      onSize={(width, height) => {
        setSize({ width, height });
      }}
    />
  );
}

/** "W[3][17] = −0.12345   row 3, column 17": indices from 1 in words, from 0 in the brackets of the file. */
function cellText(matrix: ParameterMatrix, [row, column]: readonly [number, number]): string {
  const value = matrix.values[row * matrix.columns + column] ?? NaN;
  const path =
    matrix.rows === 1
      ? `${matrix.name}[${String(column)}]`
      : `${matrix.name}[${String(row)}][${String(column)}]`;
  const where =
    matrix.rows === 1
      ? `entry ${String(column + 1)}`
      : `row ${String(row + 1)}, column ${String(column + 1)}`;
  return `${path} = ${formatNumber(value, DECIMALS.table)}   ${where}   tensor ${matrix.tensor}`;
}
