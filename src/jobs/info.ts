import { InputError } from '../core/errors';
import { recognise } from '../core/models/index';
import type { Hint, ModelOptions, Recognition } from '../core/models/types';
import { INFO_SCHEMA, type InfoReport, type TensorStatistics } from '../core/report/types';
import { elementCount, type TensorHandle } from '../core/tensor';
import { readContainer } from '../formats/index';
import type { Container, Entry, Neighbourhood, Source } from '../formats/source';
import { readSidecars } from '../runs/sidecar';
import { chooseEntry } from './load';
import { statisticsOf, unreadable } from './statistics';

/**
 * What a file holds and what it is taken for. A model that cannot be recognised or a tensor that cannot be
 * read is a warning. Throws InputError only when nothing can be read.
 */
export async function info(
  source: Source,
  neighbourhood: Neighbourhood,
  options: ModelOptions,
): Promise<InfoReport> {
  const container = await readContainer(source, neighbourhood);
  const sidecars = await readSidecars(source.name, neighbourhood);
  const report = await containerInfo(container, source, sidecars.hints, options);
  return { ...report, warnings: [...report.warnings, ...sidecars.warnings] };
}

/** What `info` does once the bytes are tensors. */
export async function containerInfo(
  container: Container,
  file: Pick<Source, 'name' | 'size'>,
  hints: readonly Hint[],
  options: ModelOptions,
): Promise<InfoReport> {
  const warnings = [...container.warnings];
  const entry = chooseEntry(container, options);
  if (container.entries.length > 1)
    warnings.push(
      `The file is a series of ${String(container.entries.length)} sets of weights; ${
        entry.epoch === null ? 'the last one' : `epoch ${String(entry.epoch)}`
      } is described.`,
    );
  const tensors: TensorStatistics[] = [];
  for (const tensor of entry.tensors) tensors.push(await describe(tensor, warnings));
  return {
    schema: INFO_SCHEMA,
    file: file.name,
    format: container.format,
    bytes: file.size,
    tensors,
    scalars: entry.scalars.map(({ name, value }) => ({ name, value })),
    model: describeModel(entry, hints, options, warnings),
    warnings,
  };
}

async function describe(tensor: TensorHandle, warnings: string[]): Promise<TensorStatistics> {
  const { name, dtype, shape } = tensor;
  let statistics = unreadable;
  try {
    const values = await tensor.load();
    statistics = statisticsOf(values);
    if (!statistics.finite) warnings.push(notFinite(name, shape, values));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    warnings.push(`${name} cannot be read: ${error.message}`);
  }
  return { name, dtype, shape, elements: elementCount(shape), ...statistics };
}

/** "W holds 2 values that are not finite (of 9), the first at W[0][1]." */
function notFinite(name: string, shape: readonly number[], values: Float64Array): string {
  const count = values.filter((value) => !Number.isFinite(value)).length;
  let rest = values.findIndex((value) => !Number.isFinite(value));
  const index: number[] = [];
  for (const extent of [...shape].reverse()) {
    index.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  const place = name + index.map((i) => `[${String(i)}]`).join('');
  return count === 1
    ? `${name} holds a value that is not finite, at ${place}.`
    : `${name} holds ${String(count)} values that are not finite (of ${String(values.length)}), the first at ${place}.`;
}

function describeModel(
  entry: Entry,
  hints: readonly Hint[],
  options: ModelOptions,
  warnings: string[],
): InfoReport['model'] {
  let recognition: Recognition;
  try {
    recognition = recognise(entry.tensors, entry.scalars, hints, options);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    warnings.push([error.message, error.remedy].join(' '));
    return null;
  }
  switch (recognition.status) {
    case 'recognised': {
      const { kind, variant, stateDim, reluUnits, equation, tensors, assumptions } = recognition;
      warnings.push(...assumptions);
      return { kind, variant, stateDim, reluUnits, equation, tensors, assumptions };
    }
    case 'ambiguous':
      warnings.push(recognition.question.text);
      return null;
    case 'unrecognised':
      warnings.push(`${recognition.reason} ${recognition.remedy}`);
      return null;
    case 'refused':
      warnings.push(`This is ${recognition.what}. ${recognition.reason}`);
      return null;
  }
}
