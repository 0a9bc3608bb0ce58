import { InputError } from '../core/errors';
import { compareObjects, type ForeignObject } from '../core/report/comparison';
import type { Comparison, Report } from '../core/report/types';
import { elementCount, type TensorHandle } from '../core/tensor';
import { readContainer } from '../formats/index';
import type { Container, Entry, Neighbourhood, Source } from '../formats/source';
import { chooseEntry, type LoadedModel } from './load';

/**
 * Holds the cycles in a file of SCYFI's results against a report. Of the results of several models, those beside
 * which the model's own parameters stand are meant, or else those of its epoch. Throws InputError where the file has
 * neither, or no list of cycles.
 */
export async function compare(
  report: Report,
  model: LoadedModel,
  source: Source,
  neighbourhood: Neighbourhood,
): Promise<Comparison> {
  const container = await readContainer(source, neighbourhood);
  const entry = await entryFor(model, container, source.name);
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

/** The results that are about the model. */
async function entryFor(model: LoadedModel, container: Container, file: string): Promise<Entry> {
  const { entries } = container;
  if (entries.length === 1) return entries[0];
  for (const entry of entries)
    if (entry.tensors.some(({ name }) => Object.hasOwn(model.parameters, name))) {
      const notes = await differences(model, entry.tensors, file);
      if (notes.length === 0) return entry;
    }
  if (model.epoch === null)
    throw new InputError(
      `${file} holds results of ${entries.length} models, none beside these weights, and the model has no epoch.`,
      '',
      'Name the epoch with --epoch, or give a file with the results of this model alone.',
    );
  return chooseEntry(container, { epoch: model.epoch });
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
