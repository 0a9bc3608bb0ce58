import { InputError } from '../core/errors';
import { compareObjects, type ForeignObject } from '../core/report/comparison';
import type { Comparison, Report } from '../core/report/types';
import { elementCount, type TensorHandle } from '../core/tensor';
import { readContainer } from '../formats/index';
import type { Neighbourhood, Source } from '../formats/source';
import { chooseEntry, type LoadedModel } from './load';

/**
 * Holds the cycles in a file of SCYFI's results against a report. Of several rows, the one with the model's epoch
 * is meant. Throws InputError where the file has no such row or no list of cycles.
 */
export async function compare(
  report: Report,
  model: LoadedModel,
  source: Source,
  neighbourhood: Neighbourhood,
): Promise<Comparison> {
  const container = await readContainer(source, neighbourhood);
  const several = container.entries.length > 1;
  if (several && model.epoch === null)
    throw new InputError(
      `${source.name} holds results of ${container.entries.length} models, and the model has no epoch.`,
      '',
      'Name the epoch with --epoch, or give a file with the results of this model alone.',
    );
  const entry = chooseEntry(container, several && model.epoch !== null ? { epoch: model.epoch } : {});
  const objects: ForeignObject[] = [];
  for (const tensor of entry.tensors) {
    const [count, size] = tensor.shape;
    if (!/^cycles\./.test(tensor.name) || count === undefined || size === undefined) continue;
    const data = await tensor.load();
    const points = Array.from({ length: count }, (_, j) => [...data.subarray(j * size, (j + 1) * size)]);
    objects.push({ name: tensor.name, points });
  }
  const listed = entry.scalars.some(({ name }) => name === 'number_of_cycles_found');
  if (objects.length === 0 && !listed)
    throw new InputError(
      `${source.name} holds no list of cycles.`,
      '',
      'Give the dynamical_objects file that SCYFI wrote.',
    );
  const notes = await differences(model, entry.tensors, source.name);
  return compareObjects(report, model.map, source.name, objects, notes);
}

/** Relative to the largest value: what printing and single precision explain. */
const SAME = 1e-5;

/** Whether the results are of this model, as far as the parameters beside them tell. */
async function differences(
  { parameters }: LoadedModel,
  tensors: readonly TensorHandle[],
  file: string,
): Promise<string[]> {
  const notes: string[] = [];
  let compared = 0;
  for (const tensor of tensors) {
    if (!Object.hasOwn(parameters, tensor.name)) continue;
    const own = parameters[tensor.name]!;
    compared++;
    if (own.data.length !== elementCount(tensor.shape)) {
      notes.push(
        `${tensor.name} in ${file} has shape ${tensor.shape.join(' x ')}, the model's ${own.shape.join(' x ')}.`,
      );
      continue;
    }
    const theirs = await tensor.load();
    let apart = 0;
    let size = 0;
    own.data.forEach((value, i) => {
      apart = Math.max(apart, Math.abs(value - theirs[i]!));
      size = Math.max(size, Math.abs(value));
    });
    if (!(apart <= SAME * size))
      notes.push(
        `${tensor.name} in ${file} differs from the model's by up to ${apart.toExponential(1)}: these are results of other weights.`,
      );
  }
  if (compared === 0)
    notes.push(`${file} has no parameter by a name of this model: it may be about another.`);
  return notes;
}
