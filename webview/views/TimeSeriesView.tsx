import type { JSX, RefObject } from 'preact';
import { useMemo } from 'preact/hooks';
import { subscript } from '../../src/figures/format';
import { TimeSeries } from '../figures';
import type { AxisChoice, FigureHandle } from '../figures/types';
import type { State } from '../store';
import { Dropdown } from '../ui';
import { figureObjects, usePanel } from './context';
import { shownTrajectories } from './StateSpaceView';

const PAGE = 4;

interface Page {
  readonly name: string;
  readonly text: string;
  readonly rows: readonly AxisChoice[];
}

/** Four coordinates at a time (all, up to six), then the leading principal components. */
function pagesOf({ model, scene }: State): Page[] {
  const n = model?.stateDim ?? 1;
  const size = n <= 6 ? n : PAGE;
  const pages: Page[] = [];
  for (let first = 0; first < n; first += size) {
    const count = Math.min(size, n - first);
    const range =
      count === 1 ? `z${subscript(first + 1)}` : `z${subscript(first + 1)} to z${subscript(first + count)}`;
    pages.push({
      name: `state ${String(first)}`,
      text: range,
      rows: Array.from({ length: count }, (_, i) => ({ type: 'state', index: first + i })),
    });
  }
  const components = Math.min(scene?.principal.components.length ?? 0, PAGE, n);
  if (components > 1)
    pages.push({
      name: 'pc 0',
      text: `PC 1 to ${String(components)}`,
      rows: Array.from({ length: components }, (_, index) => ({ type: 'pc', index })),
    });
  return pages;
}

const currentPage = (pages: readonly Page[], name: string): number =>
  Math.max(
    0,
    pages.findIndex((page) => page.name === name),
  );

export function TimeSeriesTools(): JSX.Element {
  const { state, controller } = usePanel();
  const pages = useMemo(() => pagesOf(state), [state.model, state.scene]);
  const options = useMemo(() => pages.map(({ name, text }) => ({ value: name, text })), [pages]);
  const page = pages[currentPage(pages, state.kept.series)];
  return (
    <div class="view-tools" role="group" aria-label="Time series">
      {page && pages.length > 1 && (
        <Dropdown
          label="Coordinates"
          value={page.name}
          options={options}
          onChange={(series) => controller.keep({ series })}
        />
      )}
    </div>
  );
}

/** The selected cycle and the launched trajectories over time. */
export function TimeSeriesView({ handle }: { handle: RefObject<FigureHandle | null> }): JSX.Element {
  const { state, controller } = usePanel();
  const pages = useMemo(() => pagesOf(state), [state.model, state.scene]);
  const at = currentPage(pages, state.kept.series);
  const trajectories = useMemo(() => shownTrajectories(state), [state.launched]);
  const turn = (direction: -1 | 1): void => {
    const page = pages[at + direction];
    if (page) controller.keep({ series: page.name });
  };
  const objects = figureObjects(state.objects);
  const anything = trajectories.length > 0 || objects.some(({ id }) => id === state.kept.selected);
  return (
    <div class="single-view">
      {anything ? (
        <TimeSeries
          handle={handle}
          stateDim={state.model?.stateDim ?? 1}
          rows={pages[at]?.rows ?? []}
          scene={state.scene}
          objects={objects}
          selected={state.kept.selected}
          trajectories={trajectories}
          onPage={turn}
        />
      ) : (
        <p class="muted hint">Select a fixed point or a cycle, or launch a trajectory in the state space.</p>
      )}
    </div>
  );
}
