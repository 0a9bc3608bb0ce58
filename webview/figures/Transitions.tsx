import { useCallback, useMemo, useState } from 'preact/hooks';
import type { SymbolicDynamics } from '../../src/core/stateSpace/symbols';
import type { Painter, Theme } from '../../src/figures/painter';
import {
  drawTransitions,
  layoutTransitions,
  regionName,
  transitionAt,
  transitionShare,
} from '../../src/figures/transitions';
import { Figure, type Interaction } from './Figure';
import type { FigureProps } from './types';

export interface TransitionsProps extends FigureProps {
  readonly symbols: SymbolicDynamics;
}

/** The transition graph of the regions as a matrix. */
export function Transitions({ symbols, handle }: TransitionsProps) {
  const [cursor, setCursor] = useState<{ from: number; to: number } | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const layout = useMemo(() => layoutTransitions(size.width, size.height, symbols), [size, symbols]);
  const draw = useCallback(
    (painter: Painter, theme: Theme) => drawTransitions(painter, { symbols, cursor: null }, theme),
    [symbols],
  );
  const overlay = useCallback(
    (painter: Painter, theme: Theme) => {
      if (!cursor) return;
      drawTransitions(painter, { symbols: { ...symbols, transitions: [] }, cursor }, theme);
    },
    [symbols, cursor],
  );
  const move = (from: number, to: number): true => {
    const clamp = (v: number): number => Math.max(0, Math.min(layout.count - 1, v));
    setCursor({ from: clamp(from), to: clamp(to) });
    return true;
  };
  const at = cursor ?? { from: 0, to: 0 };
  const interaction: Interaction = {
    onHover: (x, y) => setCursor(transitionAt(layout, x, y)),
    onLeave: () => setCursor(null),
    onKey: ({ key }) => {
      switch (key) {
        case 'ArrowUp':
          return move(at.from - 1, at.to);
        case 'ArrowDown':
          return move(at.from + 1, at.to);
        case 'ArrowLeft':
          return move(at.from, at.to - 1);
        case 'ArrowRight':
          return move(at.from, at.to + 1);
        case 'Escape':
          setCursor(null);
          return true;
        default:
          return false;
      }
    },
  };
  const readout = cursor
    ? `${regionName(cursor.from)} to ${regionName(cursor.to)}: ${(100 * transitionShare(symbols, cursor.from, cursor.to)).toFixed(2)} % of the steps from ${regionName(cursor.from)}`
    : `${symbols.transitions.length.toLocaleString('en-US')} transitions between the listed regions, seen in ${symbols.steps.toLocaleString('en-US')} simulated steps`;
  return (
    <Figure
      label={`Transitions between the ${String(layout.count)} most visited regions. Arrow keys move the cursor, Escape clears.`}
      title="Transitions between regions"
      draw={draw}
      overlay={overlay}
      interaction={interaction}
      readout={readout}
      handle={handle}
      onSize={(width, height) => setSize({ width, height })}
    />
  );
}
