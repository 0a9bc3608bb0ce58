import { sensitivity } from '../core/bifurcation/sensitivity';
import { InputError } from '../core/errors';
import { weightDerivatives, type WeightDerivative } from '../core/models/derivatives';
import type { SensitivityPicture } from '../core/report/scene';
import type { SensitivityRequest } from '../protocol/explore';
import type { LoadedModel } from './load';

/** Models of more weights are not differentiated: the time grows with their square. */
const MOST_WEIGHTS = 20000;
/** Weights named. */
const NAMED = 10;

/** Derivatives of the map by the weights, the same for every quantity. */
const known = new WeakMap<LoadedModel, WeightDerivative[] | null>();

function derivativesOf(model: LoadedModel): WeightDerivative[] | null {
  let weights = known.get(model);
  if (weights === undefined) {
    weights = weightDerivatives(model.model, model.parameters, model.input, MOST_WEIGHTS);
    known.set(model, weights);
  }
  return weights;
}

/**
 * Derivatives of one quantity of a fixed point or cycle by every weight, as matrices of the file's shapes.
 * Throws InputError when the request fits no object of this model.
 */
export function sensitivityOf(
  model: LoadedModel,
  { object, quantity }: SensitivityRequest,
): SensitivityPicture {
  const { map } = model;
  const { n, L } = map;
  const fits =
    object.points.length > 0 &&
    object.points.length === object.regions.length &&
    object.points.every((z) => z.length === n) &&
    object.regions.every((bits) => bits.length === L) &&
    ('point' in quantity ? quantity.point < object.points.length : quantity.multiplier < n) &&
    (quantity.kind !== 'coordinate' || quantity.unit < n);
  if (!fits) throw new InputError('The object is none of this model.', '', 'Choose it from the list again.');
  const weights = derivativesOf(model);
  const { value, gradient, reason } = sensitivity(map, object, quantity, weights ?? []);
  if (!weights || !gradient)
    return {
      object: object.id,
      quantity,
      value,
      reason: weights
        ? reason
        : `The model has more than ${String(MOST_WEIGHTS)} weights, too many to differentiate by each.`,
      norm: 0,
      parameters: [],
      largest: [],
    };
  const derivatives = new Map<string, (number | null)[]>();
  const at = weights.map(({ parameter, index }, w) => {
    const { shape, data } = model.parameters[parameter]!;
    const place = index.reduce((flat, i, axis) => flat * shape[axis]! + i, 0);
    let list = derivatives.get(parameter);
    if (!list) derivatives.set(parameter, (list = new Array<number | null>(data.length).fill(null)));
    list[place] = gradient[w]!;
    return data[place]!;
  });
  const falling = Array.from(gradient.keys())
    .filter((w) => gradient[w] !== 0)
    .sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!))
    .slice(0, NAMED);
  return {
    object: object.id,
    quantity,
    value,
    reason: null,
    norm: Math.sqrt(gradient.reduce((sum, x) => sum + x * x, 0)),
    parameters: [...derivatives].map(([name, list]) => {
      const { name: tensor, shape, data } = model.parameters[name]!;
      const rows = shape.length < 2 ? 1 : shape[0]!;
      return { name, tensor, rows, columns: data.length / rows, values: Array.from(data), derivatives: list };
    }),
    largest: falling.map((w) => ({
      parameter: weights[w]!.parameter,
      index: weights[w]!.index,
      value: at[w]!,
      derivative: gradient[w]!,
    })),
  };
}
