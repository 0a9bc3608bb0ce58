import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Quantity } from '../../src/core/bifurcation/sensitivity';
import type { SensitivityPicture } from '../../src/core/report/scene';
import type { Cycle } from '../../src/core/report/types';
import { DECIMALS, formatNumber } from '../../src/figures/format';
import {
  derivativeMatrices,
  largestDerivative,
  quantitiesOf,
  quantityName,
} from '../../src/figures/sensitivity';
import { Weights } from '../figures';
import type { FigureHandle } from '../figures/types';
import type { State } from '../store';
import { Dropdown, LinkButton } from '../ui';
import { usePanel } from './context';
import { CellTools, ParameterChoice, cellName } from './WeightsView';

/** "norm", "z 3", "modulus 0", "argument 0": how a choice is kept, whatever point it is of. */
function nameOf(quantity: Quantity): string {
  if (quantity.kind === 'norm') return 'norm';
  return quantity.kind === 'coordinate'
    ? `z ${String(quantity.unit)}`
    : `${quantity.kind} ${String(quantity.multiplier)}`;
}

/** The selected object, if its points and multipliers have derivatives, and what of it was chosen. */
function chosen(state: State): { cycle: Cycle; quantities: Quantity[]; quantity: Quantity } | null {
  const object = state.objects.find(({ id }) => id === state.kept.selected);
  if (object?.kind !== 'cycle') return null;
  const { cycle } = object;
  const point = Math.max(0, Math.min(cycle.order - 1, Math.floor(state.kept.quantityPoint)));
  const quantities = quantitiesOf(cycle, point);
  const quantity = quantities.find((one) => nameOf(one) === state.kept.quantity) ?? quantities[0];
  return quantity ? { cycle, quantities, quantity } : null;
}

const NONE: SensitivityPicture['parameters'] = [];

export function SensitivityTools(): JSX.Element {
  const { state, controller } = usePanel();
  const choice = chosen(state);
  return (
    <div class="view-tools" role="group" aria-label="Sensitivity">
      {choice && (
        <>
          <span class="muted">Derivatives of</span>
          <Dropdown
            label="Quantity that is differentiated by the weights"
            value={nameOf(choice.quantity)}
            options={choice.quantities.map((one) => ({ value: nameOf(one), text: quantityName(one, 1) }))}
            onChange={(quantity) => controller.keep({ quantity })}
          />
          {'point' in choice.quantity && choice.cycle.order > 1 && (
            <Dropdown
              label="Point of the cycle"
              value={String(choice.quantity.point)}
              options={choice.cycle.points.map((_, point) => ({
                value: String(point),
                text: `point ${String(point + 1)}`,
              }))}
              onChange={(point) => controller.keep({ quantityPoint: Number(point) })}
            />
          )}
        </>
      )}
      <ParameterChoice matrices={(choice && state.sensitivity?.picture?.parameters) ?? NONE} />
      <CellTools />
    </div>
  );
}

/** How the points and multipliers of the selected object change with every weight. */
export function SensitivityView({ handle }: { handle: RefObject<FigureHandle | null> }): JSX.Element {
  const { state, controller } = usePanel();
  const { report, sensitivity } = state;
  const choice = report ? chosen(state) : null;
  const key = choice ? JSON.stringify([choice.cycle.id, choice.quantity]) : '';
  useEffect(() => {
    if (!choice) return;
    const { id, points, regions } = choice.cycle;
    controller.showSensitivity(key, { object: { id, points, regions }, quantity: choice.quantity });
  }, [key, report]);
  const picture = sensitivity?.picture ?? null;
  const failed = sensitivity?.key === key ? sensitivity.failure : null;
  const words = !report
    ? 'The sensitivity to the weights is shown when the search is done.'
    : !choice
      ? 'Select a fixed point or a cycle that has a region for each point: the derivatives of its position and of its multipliers by every weight are shown here.'
      : failed !== null
        ? `The derivatives could not be computed. ${failed}`
        : !picture
          ? 'Differentiating ...'
          : null;
  if (words !== null || !report || !choice || !picture)
    return (
      <div class="single-view">
        <p class="muted hint">{words}</p>
      </div>
    );
  const cycles = [...report.orders.flatMap((order) => order.cycles), ...report.beyond];
  const { order, margin } = cycles.find(({ id }) => id === picture.object) ?? choice.cycle;
  return <Shown picture={picture} order={order} margin={margin} handle={handle} />;
}

function Shown(props: {
  readonly picture: SensitivityPicture;
  readonly order: number;
  readonly margin: number | null;
  readonly handle: RefObject<FigureHandle | null>;
}): JSX.Element {
  const { state, controller } = usePanel();
  const { picture, order, margin, handle } = props;
  const { object } = picture;
  const matrices = useMemo(() => derivativeMatrices(picture), [picture]);
  const name = quantityName(picture.quantity, order);
  const of = useMemo(
    () => ({
      name: `Sensitivity of ${name} of ${object}`,
      scale: { limit: largestDerivative(picture), title: `∂${quantityName(picture.quantity, 1)} / ∂w` },
      text: (parameter: string, row: number, column: number): string => {
        const found = picture.parameters.find((one) => one.name === parameter);
        if (!found) return '';
        const at = row * found.columns + column;
        const derivative = found.derivatives[at];
        const weight = `${cellName(picture.parameters, parameter, row, column)} = ${formatNumber(found.values[at]!, DECIMALS.table)}`;
        return derivative == null
          ? `${weight}   no weight: it is zero by design`
          : `${weight}   derivative of ${name} of ${object}: ${formatNumber(derivative, DECIMALS.table)}`;
      },
    }),
    [picture, object, name],
  );
  const choose = (parameter: string, row: number, column: number): void =>
    controller.keep({ cell: cellName(picture.parameters, parameter, row, column) });
  const { kept } = state;
  return (
    <div class="sensitivity-view">
      <div class="sensitivity-figure">
        {picture.reason === null ? (
          <Weights
            handle={handle}
            matrices={matrices}
            of={of}
            parameter={matrices.some((matrix) => matrix.name === kept.parameter) ? kept.parameter : null}
            onParameter={(parameter) => controller.keep({ parameter })}
            onCell={choose}
          />
        ) : (
          <p class="muted hint">{picture.reason}</p>
        )}
      </div>
      <section class="sensitivity-words" aria-labelledby="sensitivity-head">
        <h2 id="sensitivity-head">
          {name} of {object} = {formatNumber(picture.value, DECIMALS.table)}
        </h2>
        {picture.reason === null && (
          <>
            <p class="muted">
              Norm of the gradient over all weights: {formatNumber(picture.norm, DECIMALS.card)}. Exact
              derivatives; they hold while the itinerary stays what it is
              {margin !== null && ` (nearest region border at ${formatNumber(margin, DECIMALS.card)})`}.
            </p>
            <table>
              <caption class="muted">
                {picture.largest.length === 0 ? 'No weight has any effect' : 'Largest derivatives'}
              </caption>
              <thead>
                <tr>
                  <th scope="col">weight</th>
                  <th scope="col" class="number">
                    value
                  </th>
                  <th scope="col" class="number">
                    derivative
                  </th>
                </tr>
              </thead>
              <tbody>
                {picture.largest.map(({ parameter, index, value, derivative }) => {
                  const weight = parameter + index.map((i) => `[${String(i)}]`).join('');
                  return (
                    <tr key={weight} class={weight === kept.cell ? 'of-selected' : undefined}>
                      <th scope="row">
                        <LinkButton
                          label={`Choose ${weight}`}
                          onClick={() => controller.keep({ cell: weight })}
                        >
                          {weight}
                        </LinkButton>
                      </th>
                      <td class="number">{formatNumber(value, DECIMALS.card)}</td>
                      <td class="number">{formatNumber(derivative, DECIMALS.card)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </>
        )}
      </section>
    </div>
  );
}
