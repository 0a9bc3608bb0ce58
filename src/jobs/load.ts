import { InputError } from '../core/errors';
import type { CanonicalMap } from '../core/map/canonical';
import { recognise, toMap } from '../core/models/index';
import type {
  Ambiguous,
  Hint,
  ModelOptions,
  Recognised,
  Recognition,
  Unrecognised,
} from '../core/models/types';
import { elementCount, type Tensor, type TensorHandle } from '../core/tensor';
import { readContainer } from '../formats/index';
import type { Container, Entry, Neighbourhood, Source } from '../formats/source';
import { epochOf } from '../runs/names';
import { readSidecars } from '../runs/sidecar';

/** A model ready to be analysed. */
export interface LoadedModel {
  readonly fileName: string;
  /** "sha256:..." */
  readonly digest: string;
  readonly epoch: number | null;
  readonly format: string;
  readonly model: Recognised;
  /** By canonical parameter, as stored. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly map: CanonicalMap;
  /** The constant external input, `inputDim` values. */
  readonly input: readonly number[];
  readonly warnings: readonly string[];
}

/** Digest of a file's bytes as "sha256:..."; given by the shell, which can stream. */
export type Hash = (source: Source) => Promise<string>;

/** The file does not say what it is; the user can. */
export class ModelQuestion extends Error {
  override readonly name = 'ModelQuestion';
  constructor(readonly recognition: Ambiguous | Unrecognised) {
    super(recognition.status === 'ambiguous' ? recognition.question.text : recognition.reason);
  }
}

/**
 * Reads a model file and reduces it to its canonical map.
 * Throws InputError when the file is at fault or the network is no piecewise-affine map, ModelQuestion when
 * the user has to say what the file is.
 */
export async function loadModel(
  source: Source,
  neighbourhood: Neighbourhood,
  options: ModelOptions,
  hash: Hash,
): Promise<LoadedModel> {
  const container = await readContainer(source, neighbourhood);
  const sidecars = await readSidecars(source.name, neighbourhood);
  const loaded = await loadContainer(container, source.name, sidecars.hints, options).catch(
    (error: unknown) => {
      throw withWarnings(error, container.warnings);
    },
  );
  return {
    ...loaded,
    digest: await hash(source),
    warnings: [...container.warnings, ...sidecars.warnings, ...loaded.warnings],
  };
}

/** Warnings of a reader that are repeated where the file is not recognised. */
const MAX_WARNINGS = 5;

/** An unrecognised file together with what its reader had to say: a tensor that is missing may have been left out. */
function withWarnings(error: unknown, warnings: Container['warnings']): unknown {
  if (!(error instanceof ModelQuestion) || warnings.length === 0) return error;
  const { recognition } = error;
  if (recognition.status !== 'unrecognised') return error;
  const said = warnings.slice(0, MAX_WARNINGS).join('; ');
  return new ModelQuestion({ ...recognition, reason: `${recognition.reason} About the file: ${said}.` });
}

/** What `loadModel` does once the bytes are tensors. `warnings` holds those of the model alone. */
export async function loadContainer(
  container: Container,
  fileName: string,
  hints: readonly Hint[],
  options: ModelOptions,
): Promise<Omit<LoadedModel, 'digest'>> {
  const entry = chooseEntry(container, options);
  const model = recognised(recognise(entry.tensors, entry.scalars, hints, options));
  const parameters: Record<string, Tensor> = {};
  for (const [parameter, name] of Object.entries(model.tensors))
    parameters[parameter] = await loadTensor(entry.tensors.find((tensor) => tensor.name === name)!);
  const input = options.input?.length ? [...options.input] : new Array<number>(model.inputDim).fill(0);
  const map = toMap(model, parameters, input);
  for (const [name, values] of Object.entries({ A: map.A, B: map.B, C: map.C, d: map.d, g: map.g }))
    if (!values.every(Number.isFinite))
      throw new InputError(
        `The weights are so large that ${name} of the canonical map overflows.`,
        '',
        'Check the weights: training may have diverged.',
      );
  return {
    fileName,
    epoch: entry.epoch ?? epochOf(fileName),
    format: container.format,
    model,
    parameters,
    map,
    input,
    warnings: [...model.assumptions],
  };
}

/** The entry of a series that the options name, else the last. */
export function chooseEntry(container: Container, options: ModelOptions): Entry {
  const { entries } = container;
  if (options.epoch === undefined) return entries.at(-1)!;
  const found = entries.find(({ epoch }) => epoch === options.epoch);
  if (found) return found;
  const epochs = entries.flatMap(({ epoch }) => (epoch === null ? [] : [epoch]));
  const single = entries.length === 1 && epochs.length === 0;
  throw new InputError(
    `There is no epoch ${String(options.epoch)} in the file.`,
    '',
    single
      ? 'The file holds a single set of weights; leave the epoch out.'
      : `Choose one of ${epochs.slice(0, 20).join(', ')}${epochs.length > 20 ? ', ..' : ''}.`,
  );
}

/** The model, or the error that says why there is none. */
function recognised(recognition: Recognition): Recognised {
  switch (recognition.status) {
    case 'recognised':
      return recognition;
    case 'refused':
      throw new InputError(
        `This is ${recognition.what}, which cannot be analysed. ${recognition.reason}`,
        '',
        recognition.remedy,
      );
    case 'ambiguous':
    case 'unrecognised':
      throw new ModelQuestion(recognition);
  }
}

async function loadTensor(handle: TensorHandle): Promise<Tensor> {
  const { name, dtype, shape } = handle;
  const data = await handle.load();
  if (data.length !== elementCount(shape))
    throw new InputError(
      `The tensor holds ${String(data.length)} of ${String(elementCount(shape))} values.`,
      name,
      'Save the file again.',
    );
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError(
      `A needed value is ${String(data[bad])}.`,
      elementName(name, shape, bad),
      'Choose a checkpoint from before the training diverged, or correct the value.',
    );
  return { name, dtype, shape, data };
}

/** `W[3][17]` for a position in row-major order. */
export function elementName(name: string, shape: readonly number[], position: number): string {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return name + index.map((i) => `[${String(i)}]`).join('');
}
