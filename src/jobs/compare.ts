import { InputError } from '../core/errors';
import { compareObjects, type ForeignObject } from '../core/report/comparison';
import type { Comparison, Report } from '../core/report/types';
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
  return compareObjects(report, model.map, source.name, objects);
}
