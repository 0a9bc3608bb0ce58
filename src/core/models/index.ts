import { InputError } from '../errors';
import { elementCount, type Tensor } from '../tensor';
import type { Form, Parameters } from './architecture';
import { architectures } from './architectures';
import { centred, withLeak, withNegativeSlope } from './assemble';
import { bindShapes, isMisfit } from './shapes';
import type { ToMap } from './types';

export { architectures, modelKinds } from './architectures';
export { mappableKinds, recognise } from './recognise';

function transposedValues(tensor: Tensor): Float64Array {
  const [rows = 1, columns = 1] = tensor.shape;
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) values[j * rows + i] = tensor.data[i * columns + j]!;
  return values;
}

/**
 * Canonical map of a recognised model at a constant external input (`inputDim` values; none for zeros).
 * `tensors` are given by canonical parameter. Throws InputError when they do not fit the recognised model.
 */
export const toMap: ToMap = (model, tensors, input) => {
  const architecture = architectures[model.kind];
  const has = (name: string): boolean => Object.hasOwn(model.tensors, name) && Object.hasOwn(tensors, name);
  for (const name of Object.keys(model.tensors)) {
    const tensor = tensors[name];
    if (!tensor || tensor.data.length !== elementCount(tensor.shape))
      throw new InputError(`The values of ${name} are missing or incomplete.`, name, 'Check the file.');
  }
  const stored = new Set(String(model.values['transposed'] ?? '').split(','));
  const shapes = Object.fromEntries(Object.keys(model.tensors).map((name) => [name, tensors[name]!.shape]));
  const binding = bindShapes(architecture, shapes, stored);
  if (isMisfit(binding))
    throw new InputError(
      `${binding.parameter} ${binding.message}.`,
      model.tensors[binding.parameter] ?? '',
      'Check the file.',
    );
  const inputs = new Float64Array(model.inputDim);
  if (input.length > 0) {
    if (input.length !== model.inputDim || !input.every(Number.isFinite))
      throw new InputError(
        `The external input needs ${String(model.inputDim)} finite numbers.`,
        '',
        model.inputDim === 0 ? 'Leave the input out.' : `Give ${String(model.inputDim)} numbers.`,
      );
    inputs.set(input);
  }
  const oriented = (name: string): Float64Array => {
    const tensor = tensors[name]!;
    return binding.transposed.has(name) ? transposedValues(tensor) : tensor.data;
  };
  const parameters: Parameters = { tensors, vector: oriented, matrix: oriented };
  const form: Form = { variant: model.variant, values: model.values, sizes: binding.sizes, has };
  let map = architecture.base(parameters, form, inputs);
  if (model.variant.meanCentred) map = centred(map);
  if (model.variant.negativeSlope !== 0) map = withNegativeSlope(map, model.variant.negativeSlope);
  if (model.variant.leak !== 1) map = withLeak(map, model.variant.leak);
  return map;
};
