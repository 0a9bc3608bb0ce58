import type { JSX, RefObject } from 'preact';
import { useCallback, useMemo, useRef } from 'preact/hooks';
import {
  drawFocus,
  drawFocusCursor,
  eventAt,
  layoutFocus,
  type FocusFigure,
} from '../../src/figures/timeline/focus';
import { countedPlaces, nearestCheckpoint, readoutAt } from '../../src/figures/timeline/words';
import { Figure } from '../figures/Figure';
import type { FigureHandle } from '../figures/types';
import type { Interval } from './store';

/** Part of the window by which it is continued at both sides while it moves. */
const BESIDE = 0.3;

/** The same rows over a wider window, and by how many pixels it is wider. */
function widened(figure: FocusFigure, width: number): { figure: FocusFigure; pixels: number } {
  const [lo, hi] = figure.view;
  const more = BESIDE * (hi - lo);
  const view = [lo - more, hi + more] as const;
  return { figure: { ...figure, view }, pixels: 2 * BESIDE * width };
}

export interface RunFigureProps {
  readonly name: string;
  readonly figure: FocusFigure;
  readonly cursor: number | null;
  readonly handle: RefObject<FigureHandle | null>;
  readonly onCursor: (epoch: number | null) => void;
  /** null: the whole run. */
  readonly onView: (view: Interval | null) => void;
  readonly onEpoch: (epoch: number) => void;
  readonly onEvent: (id: string, open: boolean) => void;
}

/** All rows of one run over one axis: one drawing, one cursor, one zoom. */
export function RunFigure(props: RunFigureProps): JSX.Element {
  const { figure, cursor, name } = props;
  const size = useRef({ width: 0, height: 0 });
  const { timeline, extent } = figure.prepared;
  const draw = useCallback<Parameters<typeof Figure>[0]['draw']>(
    (painter, theme) => drawFocus(painter, figure, theme),
    [figure],
  );
  const plots = useMemo<NonNullable<Parameters<typeof Figure>[0]['plots']>>(
    () => ({
      view: figure.view,
      wider: (width, height) => {
        const [left, right] = layoutFocus(width, height, figure).x.range;
        const { figure: more, pixels } = widened(figure, right - left);
        return { width: width + pixels, draw: (painter, theme) => drawFocus(painter, more, theme) };
      },
    }),
    [figure],
  );
  const overlay = useMemo<NonNullable<Parameters<typeof Figure>[0]['overlay']> | null>(
    () => (cursor === null ? null : (painter, theme) => drawFocusCursor(painter, figure, cursor, theme)),
    [figure, cursor],
  );
  const scale = () => layoutFocus(size.current.width, size.current.height, figure).x;
  const within = (lo: number, hi: number): Interval => {
    const span = Math.min(hi - lo, extent[1] - extent[0]);
    const start = Math.min(Math.max(lo, extent[0]), extent[1] - span);
    return [start, start + span];
  };
  const zoomAt = (epoch: number, factor: number): void => {
    const [lo, hi] = figure.view;
    const span = Math.max((hi - lo) / factor, (extent[1] - extent[0]) * 1e-6);
    const share = (epoch - lo) / (hi - lo);
    props.onView(within(epoch - share * span, epoch + (1 - share) * span));
  };
  const pan = (by: number): void => {
    const [lo, hi] = figure.view;
    props.onView(within(lo + by, hi + by));
  };
  const snapped = (epoch: number): number => nearestCheckpoint(timeline, epoch)?.epoch ?? epoch;
  const step = (direction: -1 | 1): void => {
    const all = timeline.checkpoints.map(({ epoch }) => epoch);
    const at = cursor ?? figure.view[0];
    const next = direction > 0 ? all.find((e) => e > at) : all.findLast((e) => e < at);
    if (next !== undefined) props.onCursor(next);
  };
  const jump = (direction: -1 | 1): void => {
    const all = timeline.events.filter(({ kind }) => kind !== 'bcb-persistence' || figure.show.persistence);
    const chosen = all.findIndex(({ id }) => id === figure.selected);
    const at = cursor ?? figure.view[0];
    const next =
      chosen >= 0
        ? all[chosen + direction]
        : direction > 0
          ? all.find(({ epoch }) => epoch > at)
          : all.findLast(({ epoch }) => epoch < at);
    if (next) props.onEvent(next.id, false);
  };
  const open = (): void => {
    if (figure.selected) props.onEvent(figure.selected, true);
    else if (cursor !== null) props.onEpoch(snapped(cursor));
  };
  const interaction = {
    onHover: (x: number) => props.onCursor(snapped(scale().from(x))),
    onClick: (x: number, y: number) => {
      const event = eventAt(figure, size.current.width, size.current.height, x, y);
      if (event) props.onEvent(event.id, false);
      return event !== null;
    },
    onSettledClick: (x: number) => props.onEpoch(snapped(scale().from(x))),
    onDoubleClick: () => props.onView(extent),
    onDrag: (dx: number, _dy: number, shift: boolean) => {
      if (shift) pan(-dx / scale().slope);
    },
    onZoom: (x: number, _y: number, factor: number) => zoomAt(scale().from(x), factor),
    onKey: ({ key }: KeyboardEvent) => {
      const span = figure.view[1] - figure.view[0];
      const keys: Record<string, () => void> = {
        '[': () => jump(-1),
        ']': () => jump(1),
        ',': () => step(-1),
        '.': () => step(1),
        ArrowLeft: () => step(-1),
        ArrowRight: () => step(1),
        PageUp: () => pan(-0.5 * span),
        PageDown: () => pan(0.5 * span),
        '+': () => zoomAt(cursor ?? figure.view[0] + span / 2, 1.5),
        '-': () => zoomAt(cursor ?? figure.view[0] + span / 2, 1 / 1.5),
        '0': () => props.onView(extent),
        Enter: open,
        ' ': open,
        Escape: () => props.onEvent('', false),
      };
      keys[key]?.();
      return key in keys;
    },
  };
  const label = useMemo(
    () =>
      `Bifurcation timeline of ${name}: ${countedPlaces(timeline)}, ` +
      `${String(timeline.events.length)} events. Arrow keys move the cursor, brackets go to the previous and next ` +
      'event, Enter opens what is under the cursor, plus and minus zoom, 0 shows the whole run.',
    [name, timeline],
  );
  return (
    <Figure
      label={label}
      title={`Bifurcation timeline of ${name}`}
      draw={draw}
      plots={plots}
      overlay={overlay}
      interaction={interaction}
      readout={cursor === null ? countedPlaces(timeline) : readoutAt(timeline, cursor)}
      readoutLines={2}
      handle={props.handle}
      minHeight={480}
      onSize={(width, height) => {
        size.current = { width, height };
      }}
    />
  );
}
