import type { JSX, RefObject } from 'preact';
import { useMemo } from 'preact/hooks';
import { Weights } from '../figures';
import type { FigureHandle } from '../figures/types';
import type { ParameterMatrix } from '../../src/core/report/scene';
import { Button, Dropdown, LinkButton } from '../ui';
import { usePanel } from './context';

const ALL = '';

/** "A[0]" for one row, "W[1][0]" otherwise. */
export function cellName(
  matrices: readonly Pick<ParameterMatrix, 'name' | 'rows'>[],
  name: string,
  row: number,
  column: number,
): string {
  const single = matrices.find((matrix) => matrix.name === name)?.rows === 1;
  return single ? `${name}[${String(column)}]` : `${name}[${String(row)}][${String(column)}]`;
}

export function WeightsTools(): JSX.Element {
  const { state } = usePanel();
  return (
    <div class="view-tools" role="group" aria-label="Weights">
      <ParameterChoice matrices={state.weights ?? NONE} />
      <CellTools />
    </div>
  );
}

type Shape = Pick<ParameterMatrix, 'name' | 'rows' | 'columns'>;
const NONE: readonly Shape[] = [];

/** All parameters as tiles, or one of them large. */
export function ParameterChoice({ matrices }: { matrices: readonly Shape[] }): JSX.Element | null {
  const { state, controller } = usePanel();
  const { parameter } = state.kept;
  const options = useMemo(
    () => [
      { value: ALL, text: 'All parameters' },
      ...matrices.map(({ name, rows, columns }) => ({
        value: name,
        text: `${name} (${String(rows)} × ${String(columns)})`,
      })),
    ],
    [matrices],
  );
  if (matrices.length === 0) return null;
  return (
    <Dropdown
      label="Parameter"
      value={parameter ?? ALL}
      options={options}
      onChange={(name) => controller.keep({ parameter: name === ALL ? null : name })}
    />
  );
}

/** The weight that was clicked, to become an axis of the parameter plane. */
export function CellTools(): JSX.Element | null {
  const { state, controller } = usePanel();
  const { cell, plane } = state.kept;
  if (cell === '') return null;
  const use = (axis: 'x' | 'y'): void => controller.keep({ plane: { ...plane, [axis]: cell } });
  return (
    <span class="cell-tools">
      <span>
        <span class="mono">{cell}</span> as axis of the parameter plane:
      </span>
      <Button kind="secondary" label={`${cell} as x axis`} onClick={() => use('x')}>
        {plane.x === cell ? 'x ✓' : 'x'}
      </Button>
      <Button kind="secondary" label={`${cell} as y axis`} onClick={() => use('y')}>
        {plane.y === cell ? 'y ✓' : 'y'}
      </Button>
      <LinkButton onClick={() => controller.keep({ tab: 'plane' })}>open the plane</LinkButton>
    </span>
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
          onCell={(name, row, column) => controller.keep({ cell: cellName(weights, name, row, column) })}
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
