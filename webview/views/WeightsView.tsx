import type { JSX, RefObject } from 'preact';
import { useMemo } from 'preact/hooks';
import { Weights } from '../figures';
import type { FigureHandle } from '../figures/types';
import { Dropdown } from '../ui';
import { usePanel } from './context';

const ALL = '';

export function WeightsTools(): JSX.Element {
  const { state, controller } = usePanel();
  const { weights, kept } = state;
  const options = useMemo(
    () => [
      { value: ALL, text: 'All parameters' },
      ...(weights ?? []).map(({ name, rows, columns }) => ({
        value: name,
        text: `${name} (${String(rows)} × ${String(columns)})`,
      })),
    ],
    [weights],
  );
  return (
    <div class="view-tools" role="group" aria-label="Weights">
      {weights && weights.length > 0 && (
        <Dropdown
          label="Parameter"
          value={kept.parameter ?? ALL}
          options={options}
          onChange={(name) => controller.keep({ parameter: name === ALL ? null : name })}
        />
      )}
    </div>
  );
}

/** The parameters as pictures, with their statistics. */
export function WeightsView({ handle }: { handle: RefObject<FigureHandle | null> }): JSX.Element {
  const { state, controller } = usePanel();
  const { weights, report, kept } = state;
  return (
    <div class="single-view">
      {weights && weights.length > 0 ? (
        <Weights
          handle={handle}
          matrices={weights}
          parameter={weights.some(({ name }) => name === kept.parameter) ? kept.parameter : null}
          onParameter={(parameter) => controller.keep({ parameter })}
        />
      ) : (
        <p class="muted hint">
          {weights
            ? 'The parameters could not be read. The log says why.'
            : report
              ? 'Reading the parameters …'
              : 'The parameters are shown when the search is done.'}
        </p>
      )}
    </div>
  );
}
