import { Cancelled, InputError } from '../core/errors';
import { spectrum, svd } from '../core/linalg/eigen';
import { mappableKinds, recognise } from '../core/models/index';
import type { Hint, ModelOptions } from '../core/models/types';
import { elementCount, type TensorHandle } from '../core/tensor';
import { tensorToNpy } from '../export/npy';
import { tensorToCsv } from '../export/tensorCsv';
import { readContainer } from '../formats/index';
import { limits } from '../formats/limits';
import type { Container, Entry, Neighbourhood, Source } from '../formats/source';
import {
  SPECTRUM_SIZE,
  type Inspection,
  type MatrixProperties,
  type ModelVerdict,
  type TensorDetail,
  type TensorFileFormat,
  type TensorSummary,
  type TensorWindow,
  type WindowRequest,
} from '../protocol/weights';
import { readSidecars } from '../runs/sidecar';
import { chooseEntry } from './load';
import { binsFor, FirstPass, SecondPass } from './tensorPasses';
import { tensorWindow } from './tensorWindow';

/** Tensors up to this many elements are read whole and the last one is kept; larger ones are read by range. */
const KEPT_ELEMENTS = 2 ** 22;
const SPARK_BINS = 14;

/** Whether the work is to be given up; asked between pieces. */
export type Cancels = () => boolean;

/**
 * A weight file that is being looked at. Its headers were read when it was opened, its values are read when a
 * tensor is asked for, and no more of them than is shown.
 */
export class WeightFile {
  #kept: { index: number; values: Float64Array } | null = null;

  private constructor(
    readonly inspection: Inspection,
    private readonly tensors: readonly TensorHandle[],
  ) {}

  /**
   * Reads the headers and recognises the model. Throws InputError when nothing can be read.
   * @param entry which set of weights of a series; null for the one the options name, else the last
   */
  static async open(
    source: Source,
    neighbourhood: Neighbourhood,
    options: ModelOptions,
    entry: number | null,
  ): Promise<WeightFile> {
    const container = await readContainer(source, neighbourhood);
    const sidecars = await readSidecars(source.name, neighbourhood);
    const at = entryIndex(container, options, entry);
    const chosen = container.entries[at]!;
    const inspection: Inspection = {
      file: source.name,
      format: container.format,
      bytes: source.size,
      epochs: container.entries.map(({ epoch }) => epoch),
      entry: at,
      tensors: chosen.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      scalars: chosen.scalars,
      model: verdict(chosen, sidecars.hints, options),
      mappable: mappableKinds(chosen.tensors),
      warnings: [...container.warnings, ...sidecars.warnings],
    };
    return new WeightFile(inspection, chosen.tensors);
  }

  /** Tensors in one line each. Those that are too large to read in passing are left for `detail`. */
  async summaries(indexes: readonly number[], cancelled: Cancels): Promise<TensorSummary[]> {
    const out: TensorSummary[] = [];
    for (const index of indexes) {
      if (cancelled()) throw new Cancelled();
      const tensor = this.#tensor(index);
      if (elementCount(tensor.shape) > KEPT_ELEMENTS) {
        out.push({ index, state: 'large' });
        continue;
      }
      try {
        const values = this.#kept?.index === index ? this.#kept.values : await tensor.load();
        const first = new FirstPass();
        first.add(values);
        const second = new SecondPass(first, SPARK_BINS);
        second.add(values);
        out.push(summaryOf(index, first, second));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        out.push({ index, state: 'unreadable', reason: error.message });
      }
    }
    return out;
  }

  /** Statistics over all elements, read in pieces where the tensor is large. */
  async detail(
    index: number,
    cancelled: Cancels,
    onProgress: (fraction: number) => void,
  ): Promise<TensorDetail> {
    const total = elementCount(this.#tensor(index).shape);
    let seen = 0;
    const each = (pass: { add(values: Float64Array): void }) => (values: Float64Array) => {
      if (cancelled()) throw new Cancelled();
      pass.add(values);
      seen += values.length;
      onProgress(total === 0 ? 1 : seen / (2 * total));
    };
    const first = new FirstPass();
    await this.#read(index, 0, total, each(first));
    const second = new SecondPass(first, binsFor(first.finite));
    await this.#read(index, 0, total, each(second));
    const some = first.finite > 0;
    return {
      index,
      elements: total,
      nan: first.nan,
      positiveInfinite: first.positiveInfinite,
      negativeInfinite: first.negativeInfinite,
      firstNotFinite: first.firstNotFinite,
      zeros: first.zeros,
      min: some ? first.min : null,
      max: some ? first.max : null,
      mean: first.mean,
      std: second.std,
      norm1: first.norm1,
      norm2: second.norm2,
      normMax: some ? first.largest : null,
      histogram: second.histogram,
    };
  }

  /** What can be drawn of one matrix of a tensor. */
  async window(request: WindowRequest, cancelled: Cancels): Promise<TensorWindow> {
    const { shape } = this.#tensor(request.index);
    return tensorWindow(shape, request, (start, count, receive) =>
      this.#read(request.index, start, count, (values) => {
        if (cancelled()) throw new Cancelled();
        receive(values);
      }),
    );
  }

  /** Eigenvalues and singular values in short. Throws InputError for what is not square, too large or not finite. */
  async properties(index: number): Promise<MatrixProperties> {
    const { shape, name } = this.#tensor(index);
    const [n = 0, columns = 0] = shape;
    if (shape.length !== 2 || n !== columns || n === 0 || n > SPECTRUM_SIZE.asked)
      throw new InputError(
        `spectra are computed of square matrices up to ${String(SPECTRUM_SIZE.asked)} × ${String(SPECTRUM_SIZE.asked)}`,
        name,
        'Choose such a matrix.',
      );
    const values = new Float64Array(n * n);
    let at = 0;
    await this.#read(index, 0, n * n, (piece) => {
      values.set(piece, at);
      at += piece.length;
    });
    if (!values.every(Number.isFinite))
      throw new InputError(
        'the matrix holds values that are not finite, so it has no spectrum',
        name,
        'Choose a checkpoint from before the training diverged.',
      );
    const eigenvalues = spectrum(values, n).values;
    const singular = svd(values, n, n).values;
    const largest = singular[0] ?? 0;
    const smallest = singular.at(-1) ?? 0;
    const negligible = n * Number.EPSILON * largest;
    return {
      index,
      spectralRadius: Math.max(0, ...eigenvalues.map(({ re, im }) => Math.hypot(re, im))),
      spectralNorm: largest,
      rank: singular.filter((value) => value > negligible).length,
      condition: smallest > negligible ? largest / smallest : null,
    };
  }

  /** A tensor as a file of its own. Throws InputError when it is too large for that. */
  async file(index: number, format: TensorFileFormat): Promise<Uint8Array> {
    const tensor = this.#tensor(index);
    const most = format === 'csv' ? KEPT_ELEMENTS : limits.elements;
    if (elementCount(tensor.shape) > most)
      throw new InputError(
        `the tensor has ${String(elementCount(tensor.shape))} elements; ${String(most)} can be written as .${format}`,
        tensor.name,
        format === 'csv' ? 'Export it as .npy.' : 'Export it with the program that wrote the file.',
      );
    const { name, dtype, shape } = tensor;
    const whole = { name, dtype, shape, data: await tensor.load() };
    return format === 'npy' ? tensorToNpy(whole) : new TextEncoder().encode(tensorToCsv(whole));
  }

  #tensor(index: number): TensorHandle {
    const tensor = this.tensors[index];
    if (!tensor) throw new RangeError(`there is no tensor ${String(index)}`);
    return tensor;
  }

  async #read(
    index: number,
    start: number,
    count: number,
    receive: (values: Float64Array) => void,
  ): Promise<void> {
    const tensor = this.#tensor(index);
    if (tensor.stream && elementCount(tensor.shape) > KEPT_ELEMENTS)
      return tensor.stream(start, count, receive);
    if (this.#kept?.index !== index) {
      this.#kept = null;
      this.#kept = { index, values: await tensor.load() };
    }
    receive(this.#kept.values.subarray(start, start + count));
  }
}

function summaryOf(index: number, first: FirstPass, second: SecondPass): TensorSummary {
  const { counts } = second.histogram;
  const most = Math.max(1, ...counts);
  const some = first.finite > 0;
  return {
    index,
    state: 'read',
    min: some ? first.min : null,
    mean: first.mean,
    max: some ? first.max : null,
    notFinite: first.notFinite,
    spark: some ? counts.map((count) => Math.round((100 * count) / most) / 100) : [],
  };
}

function entryIndex(container: Container, options: ModelOptions, entry: number | null): number {
  const { entries } = container;
  if (entry !== null) return Math.max(0, Math.min(entries.length - 1, entry));
  try {
    return entries.indexOf(chooseEntry(container, options));
  } catch (error) {
    // An epoch remembered for another file of the folder.
    if (!(error instanceof InputError)) throw error;
    return entries.length - 1;
  }
}

function verdict(entry: Entry, hints: readonly Hint[], options: ModelOptions): ModelVerdict {
  try {
    const found = recognise(entry.tensors, entry.scalars, hints, options);
    // The inspection itself lists what can be mapped, whatever the verdict.
    return found.status === 'unrecognised' ? { ...found, mappable: [] } : found;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { status: 'unrecognised', reason: error.message, remedy: error.remedy, mappable: [] };
  }
}
