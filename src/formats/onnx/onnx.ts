import { InputError } from '../../core/errors';
import type { TensorHandle } from '../../core/tensor';
import { latin1 } from '../bytes';
import { readGraph } from './graph';
import { rolesOf } from './roles';
import type { Reader } from '../source';

/** ONNX models: initialisers and constants under their own names, and again under the model's where the graph tells. */
export const onnx: Reader = {
  format: 'ONNX',
  recognises: (head, source) => isOnnx(head) || /\.onnx$/i.test(source.name),
  read: async (source) => {
    const graph = await readGraph(source);
    const { tensors, scalars } = await rolesOf(graph);
    const all = new Map<string, TensorHandle>(graph.tensors);
    for (const tensor of tensors) if (!all.has(tensor.name)) all.set(tensor.name, tensor);
    const warnings = graph.unusable
      .slice(0, 20)
      .map(({ name, unusable }) => `${name} was left out: ${unusable}`);
    const [first] = graph.unusable;
    if (all.size === 0)
      throw new InputError(
        first ? `no tensor can be read; of ${first.name}, ${first.unusable}` : 'the graph holds no weights',
        first?.name ?? '',
        first
          ? 'Export the model with its weights inside the file (save_as_external_data=False).'
          : 'Export the model with its parameters (export_params=True).',
      );
    return { format: 'ONNX', entries: [{ epoch: null, tensors: [...all.values()], scalars }], warnings };
  },
};

/** Field 1 (the version of the format, a small number), then field 2 (the producer's name). */
function isOnnx(head: Uint8Array): boolean {
  return (
    head[0] === 0x08 &&
    head[1]! <= 20 &&
    head[2] === 0x12 &&
    /^[\w.-]+$/.test(latin1(head, 4, 4 + (head[3] ?? 0)))
  );
}
