import type { SymbolicDynamics } from '../core/stateSpace/symbols';
import { inkOn, mix } from './color';
import type { Painter, Theme } from './painter';
import { TYPE } from './theme';

/** The transition graph as a matrix: from the region of a row to that of a column. */
export interface TransitionFigure {
  readonly symbols: SymbolicDynamics;
  /** Cell under the cursor. */
  readonly cursor: { readonly from: number; readonly to: number } | null;
}

export interface TransitionLayout {
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  readonly count: number;
}

/** Regions drawn at most: the most visited. */
export const MOST_REGIONS = 40;

const LABELS = 34;
const TITLE = 40;

export function layoutTransitions(
  width: number,
  height: number,
  symbols: SymbolicDynamics,
): TransitionLayout {
  const count = Math.min(MOST_REGIONS, symbols.regions.length);
  const cell = Math.max(
    3,
    Math.min(112, Math.min(width - LABELS - 16, height - TITLE - 16) / Math.max(1, count)),
  );
  return { left: LABELS, top: TITLE, cell, count };
}

/** Name of a region in the figure and in its table. */
export const regionName = (index: number): string => `R${String(index + 1)}`;

/** The cell at a position, or null. */
export function transitionAt(
  { left, top, cell, count }: TransitionLayout,
  px: number,
  py: number,
): { from: number; to: number } | null {
  const to = Math.floor((px - left) / cell);
  const from = Math.floor((py - top) / cell);
  return to >= 0 && to < count && from >= 0 && from < count ? { from, to } : null;
}

/** Steps from a region that go to another, of all that are followed by a listed one. */
export function transitionShare({ transitions }: SymbolicDynamics, from: number, to: number): number {
  let all = 0;
  let own = 0;
  for (const transition of transitions) {
    if (transition.from !== from) continue;
    all += transition.count;
    if (transition.to === to) own = transition.count;
  }
  return all > 0 ? own / all : 0;
}

/** Rare transitions stay visible: the darkness grows with the root of the share. */
const fillOf = (share: number, theme: Theme): string =>
  mix(theme.families[0], theme.paper, 0.18 + 0.82 * Math.sqrt(share));

/** What is seen at all is not said to be 0 %, nor what is not always so 100 %. */
function percent(share: number): string {
  if (share > 0 && share < 0.005) return '< 1 %';
  return share < 1 && share >= 0.995 ? '> 99 %' : `${(100 * share).toFixed(0)} %`;
}

export function drawTransitions(painter: Painter, { symbols, cursor }: TransitionFigure, theme: Theme): void {
  const layout = layoutTransitions(painter.width, painter.height, symbols);
  const { left, top, cell, count } = layout;
  const size = cell * count;
  const rows = new Map<number, number>();
  for (const { from, count: hits } of symbols.transitions) rows.set(from, (rows.get(from) ?? 0) + hits);
  for (const { from, to, count: hits } of symbols.transitions) {
    if (from >= count || to >= count) continue;
    const share = hits / rows.get(from)!;
    const fill = fillOf(share, theme);
    painter.rect(
      left + to * cell,
      top + from * cell,
      Math.max(1, cell - 1),
      Math.max(1, cell - 1),
      fill,
      null,
    );
  }
  if (cell >= 44)
    for (const { from, to, count: hits } of symbols.transitions) {
      const share = hits / rows.get(from)!;
      painter.text(left + (to + 0.5) * cell, top + (from + 0.5) * cell, percent(share), {
        color: inkOn(fillOf(share, theme), theme),
        size: TYPE.small,
        align: 'middle',
        baseline: 'middle',
      });
    }
  painter.rect(left - 0.5, top - 0.5, size, size, null, { color: theme.axis, width: 1 });
  const every = [1, 2, 5, 10].find((step) => step * cell >= 22) ?? 20;
  for (let i = 0; i < count; i += every) {
    const middle = (i + 0.5) * cell;
    const style = { color: theme.ink2, size: TYPE.small } as const;
    painter.text(left - 5, top + middle, regionName(i), { ...style, align: 'end', baseline: 'middle' });
    painter.text(left + middle, top - 5, regionName(i), { ...style, align: 'middle', baseline: 'bottom' });
  }
  painter.text(left, 4, 'from row to column, share of the steps', {
    color: theme.ink2,
    size: TYPE.small,
    baseline: 'top',
  });
  if (cursor && cursor.from < count && cursor.to < count)
    painter.rect(left + cursor.to * cell - 1, top + cursor.from * cell - 1, cell + 1, cell + 1, null, {
      color: theme.accent,
      width: 2,
    });
}
