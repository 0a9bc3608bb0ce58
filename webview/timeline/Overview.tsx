import type { JSX, RefObject } from 'preact';
import { useCallback, useRef } from 'preact/hooks';
import {
  drawOverview,
  drawWholeRuns,
  drawWindows,
  layoutOverview,
  type OverviewFigure,
} from '../../src/figures/timeline/overview';
import { Figure } from '../figures/Figure';
import type { FigureHandle } from '../figures/types';
import type { Interval } from './store';

type Drawer = Parameters<typeof Figure>[0]['draw'];

/** The whole run with a brush for each window: dragging moves the nearest one, or its nearer edge. */
export function Overview(props: {
  readonly figure: OverviewFigure;
  readonly onView: (index: number, view: Interval) => void;
  readonly handle: RefObject<FigureHandle | null>;
}): JSX.Element {
  const { figure } = props;
  const size = useRef({ width: 0, height: 0 });
  const hover = useRef(0);
  // The windows move, the runs stand.
  const draw = useCallback<Drawer>(
    (painter, theme) => drawWholeRuns(painter, figure, theme),
    figure.runs.map(({ prepared }) => prepared),
  );
  const windows = useCallback<Drawer>((painter, theme) => drawWindows(painter, figure, theme), [figure]);
  const exported = useCallback<Drawer>((painter, theme) => drawOverview(painter, figure, theme), [figure]);
  const scale = () => layoutOverview(size.current.width, size.current.height, figure).x;
  const nearest = (epoch: number): number => {
    const off = ({ view }: OverviewFigure['runs'][number]) =>
      Math.max(0, view[0] - epoch, epoch - view[1]) + 1e-9 * Math.abs(epoch - (view[0] + view[1]) / 2);
    return figure.runs.reduce((best, run, i) => (off(run) < off(figure.runs[best]!) ? i : best), 0);
  };
  const drag = (dx: number): void => {
    const x = scale();
    const epoch = x.from(hover.current);
    const index = nearest(epoch);
    const { view, prepared } = figure.runs[index]!;
    const by = dx / x.slope;
    hover.current += dx;
    const near = (edge: number) => Math.abs(x.to(edge) - x.to(epoch)) < 6;
    const [lo, hi] = prepared.extent;
    if (near(view[0])) props.onView(index, [Math.max(lo, Math.min(view[0] + by, view[1] - 1e-6)), view[1]]);
    else if (near(view[1]))
      props.onView(index, [view[0], Math.min(hi, Math.max(view[1] + by, view[0] + 1e-6))]);
    else {
      const move = Math.min(Math.max(by, lo - view[0]), hi - view[1]);
      props.onView(index, [view[0] + move, view[1] + move]);
    }
  };
  return (
    <Figure
      label="The whole run, with the window that the rows below show. Arrow keys move it, plus and minus change its width."
      title="Whole run"
      handle={props.handle}
      draw={draw}
      overlay={windows}
      exported={exported}
      interaction={{
        onHover: (x) => {
          hover.current = x;
        },
        onDrag: drag,
        onKey: ({ key }) => {
          const { view, prepared } = figure.runs[0]!;
          const span = view[1] - view[0];
          const [lo, hi] = prepared.extent;
          const by = key === 'ArrowLeft' ? -0.1 * span : key === 'ArrowRight' ? 0.1 * span : 0;
          const grow = key === '+' ? 0.8 : key === '-' ? 1.25 : 1;
          if (by === 0 && grow === 1) return false;
          const middle = (view[0] + view[1]) / 2 + by;
          props.onView(0, [
            Math.max(lo, middle - (span * grow) / 2),
            Math.min(hi, middle + (span * grow) / 2),
          ]);
          return true;
        },
      }}
      readout=""
      pointer="grab"
      minHeight={86}
      onSize={(width, height) => {
        size.current = { width, height };
      }}
    />
  );
}
