import { InputError } from '../core/errors';
import { recognise } from '../core/models/index';
import { readKind } from '../core/models/kinds';
import { nameTensors } from '../core/models/names';
import type { Hint, ModelOptions, Recognition } from '../core/models/types';
import { elementCount, type Scalar } from '../core/tensor';
import { assemble, Leaves } from '../formats/assemble';
import {
  indexJson,
  updateIndex,
  type IndexedArray,
  type IndexedObject,
  type JsonIndex,
  type Span,
} from '../formats/json/jsonIndex';
import { placeAt, unravel, valuesOf, type Place } from '../formats/json/places';
import { TextMirror, type Position, type PositionRange, type TextChange } from '../formats/json/textMirror';
import type {
  ElementHover,
  JsonHover,
  JsonModel,
  JsonOutline,
  ModelHover,
  OutlineTensor,
  SpectralFacts,
  TensorFacts,
  TensorHover,
} from '../protocol/json';
import { euclideanNorm, largestEntries, rankOf, tensorFacts } from './tensorFacts';

/** Computes spectral facts elsewhere; answers 'busy' until they are there, and is asked again. */
export type Spectra = (
  values: Float64Array,
  rows: number,
  columns: number,
) => Promise<SpectralFacts | 'busy' | 'failed'>;

/** One set of weights in a document. */
interface Found {
  readonly model: JsonModel;
  /** Tensor name of an array -> parameter of the equation. */
  readonly parameters: ReadonlyMap<IndexedArray, string>;
  readonly arrays: readonly IndexedArray[];
  readonly object: IndexedObject;
  /** Where its kind is written. */
  readonly kindKey: Span | null;
}

/** Keys whose text may name the architecture, next to the tensors. */
const KIND_KEYS = new Set([
  'model',
  'kind',
  'architecture',
  'arch',
  'model_type',
  'model_name',
  'latent_model',
]);
/** Matrices with more rows or columns are too large for singular values while somebody waits. */
const MAX_SPECTRAL_SIDE = 600;
const MAX_OUTLINE = 5000;
const LARGEST = 5;
/** Values of so many numbers are kept; what was looked at last stays. */
const KEPT_NUMBERS = 2 ** 22;
const TOKEN = 40;

interface Looked {
  readonly values: Float64Array;
  facts: TensorFacts | null;
}

/** A JSON document as its readers see it: silent unless it holds the weights of a network. */
export class JsonModelDocument {
  readonly #mirror: TextMirror;
  #index: JsonIndex;
  #found: readonly Found[] | null = null;
  /** By row table, which is the same object as long as an array is untouched. */
  readonly #looked = new Map<Uint32Array, Looked>();

  constructor(
    text: string,
    private readonly hints: readonly Hint[],
    private readonly options: ModelOptions,
    private readonly spectra: Spectra,
  ) {
    this.#mirror = new TextMirror(text);
    this.#index = indexJson(text);
  }

  get lineCount(): number {
    return this.#mirror.lineCount;
  }

  /** Changes of the document, in the order in which they were made. */
  edit(changes: readonly TextChange[]): void {
    const single = changes.length === 1;
    for (const change of changes) {
      const edit = this.#mirror.apply(change);
      if (!single) continue;
      const before = this.#index;
      this.#index = updateIndex(before, this.#mirror.text, edit);
      for (const array of before.arrays)
        if (array.start < edit.offset + edit.removed.length && edit.offset < array.end)
          this.#looked.delete(array.rows);
      const kept = new Set(this.#index.arrays.map(({ rows }) => rows));
      for (const rows of this.#looked.keys()) if (!kept.has(rows)) this.#looked.delete(rows);
    }
    if (!single && changes.length > 0) {
      this.#index = indexJson(this.#mirror.text);
      this.#looked.clear();
    }
    this.#found = null;
  }

  /** What stands at a place; null where there is nothing to say, and everywhere in JSON that is no model. */
  async hover(position: Position): Promise<JsonHover | null> {
    const models = this.#models();
    if (models.length === 0) return null;
    const offset = this.#mirror.offsetAt(position);
    const place = placeAt(this.#index, this.#mirror.text, offset);
    const content = place && (await this.#describe(place, models));
    if (!content) return null;
    const range = this.#range(place.span);
    return {
      range,
      token: this.#mirror.text.slice(place.span.start, place.span.end).slice(0, TOKEN),
      content,
    };
  }

  /** Models and tensors in order of the text; null for JSON that is no model. */
  outline(): JsonOutline | null {
    const found = this.#models();
    if (found.length === 0) return null;
    let room = MAX_OUTLINE;
    const listed = (arrays: readonly IndexedArray[]): OutlineTensor[] =>
      arrays.slice(0, Math.max(0, room)).map((array) => {
        room--;
        return {
          name: array.path.join('.'),
          shape: array.shape,
          range: this.#range({ start: array.key?.start ?? array.start, end: array.end }),
          selection: this.#range(array.key ?? { start: array.start, end: array.start + 1 }),
        };
      });
    const inModels = new Set(found.flatMap(({ arrays }) => arrays));
    return {
      models: found.slice(0, MAX_OUTLINE).map(({ model, object, arrays, kindKey }) => ({
        name: object.path.join('.'),
        model,
        range: this.#range({ start: object.key?.start ?? object.start, end: object.end }),
        selection: this.#range(object.key ?? { start: object.start, end: object.start + 1 }),
        kindKey: kindKey && this.#range(kindKey),
        tensors: listed(arrays),
      })),
      others: listed(this.#index.arrays.filter((array) => !inModels.has(array))),
      entries: found.length,
    };
  }

  #range(span: Span): PositionRange {
    return { start: this.#mirror.positionAt(span.start), end: this.#mirror.positionAt(span.end) };
  }

  // region which models

  #models(): readonly Found[] {
    return (this.#found ??= this.#recognise());
  }

  #recognise(): readonly Found[] {
    const { arrays, scalars, rootIsList } = this.#index;
    if (arrays.length === 0) return [];
    // An entry's tensors are known again by their loaders, whatever names they were given.
    const byLoader = new Map<unknown, IndexedArray>();
    const leaves = new Leaves();
    try {
      for (const array of arrays) {
        const load = (): Promise<Float64Array> => Promise.resolve(this.#look(array).values);
        byLoader.set(load, array);
        leaves.add(array.path, { dtype: 'float64', shape: array.shape, load });
      }
      for (const { path, value } of scalars) leaves.add(path, value);
      const entries = assemble(leaves.all, rootIsList);
      return entries.flatMap(({ tensors, scalars: values }): Found[] => {
        const own = tensors.flatMap(({ load }) => byLoader.get(load) ?? []);
        const named = new Map(tensors.map(({ name, load }) => [name, byLoader.get(load)!]));
        const recognition = recognise(tensors, values, this.hints, this.options);
        if (recognition.status !== 'recognised' && !namesKind(values) && !resemblesModel(tensors)) return [];
        const used = recognition.status === 'recognised' ? Object.entries(recognition.tensors) : [];
        const parameters = new Map(used.map(([parameter, name]) => [named.get(name)!, parameter]));
        const object = this.#around(
          entries.length > 1 ? own.slice(-1) : used.length ? [...parameters.keys()] : own,
        );
        if (!object) return [];
        return [
          { model: summary(recognition), parameters, arrays: own, object, kindKey: this.#kindKey(object) },
        ];
      });
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  }

  /** The innermost object that holds all of these arrays. */
  #around(arrays: readonly IndexedArray[]): IndexedObject | null {
    const start = arrays.reduce((least, array) => Math.min(least, array.start), Infinity);
    const end = arrays.reduce((most, array) => Math.max(most, array.end), 0);
    let best: IndexedObject | null = null;
    for (const object of this.#index.objects)
      if (object.start < start && end < object.end && (!best || object.start > best.start)) best = object;
    return best;
  }

  /** The key that names the kind, in the object itself or in one around it. */
  #kindKey(object: IndexedObject): Span | null {
    let best: { key: Span; depth: number } | null = null;
    for (const { path, key, value } of this.#index.scalars) {
      if (typeof value !== 'string' || !KIND_KEYS.has(path.at(-1)!)) continue;
      const depth = path.length - 1;
      if (path.slice(0, -1).some((part, i) => object.path[i] !== part)) continue;
      if (!best || depth > best.depth) best = { key, depth };
    }
    return best?.key ?? null;
  }
  // endregion

  // region what stands at a place

  async #describe(place: Place, models: readonly Found[]): Promise<JsonHover['content'] | null> {
    switch (place.kind) {
      case 'element':
        return this.#element(place.array, place.element);
      case 'part':
        return this.#tensor(place.array, place.prefix, models);
      case 'object': {
        const found = models.find(({ object }) => object === place.object);
        return found ? modelHover(found, models.length) : null;
      }
      case 'scalar': {
        const found = models.find(({ kindKey }) => kindKey === place.scalar.key);
        return found ? modelHover(found, models.length) : null;
      }
    }
  }

  #look(array: IndexedArray): Looked {
    const known = this.#looked.get(array.rows);
    this.#looked.delete(array.rows);
    const looked = known ?? { values: valuesOf(this.#mirror.text, array), facts: null };
    this.#looked.set(array.rows, looked);
    let total = 0;
    for (const { values } of this.#looked.values()) total += values.length;
    for (const [rows, { values }] of this.#looked) {
      if (total <= KEPT_NUMBERS || this.#looked.size === 1) break;
      this.#looked.delete(rows);
      total -= values.length;
    }
    return looked;
  }

  async #tensor(
    array: IndexedArray,
    prefix: readonly number[],
    models: readonly Found[],
  ): Promise<TensorHover> {
    const looked = this.#look(array);
    const shape = array.shape.slice(prefix.length);
    const size = elementCount(shape);
    let first = 0;
    prefix.forEach((at, axis) => (first = first * array.shape[axis]! + at));
    const whole = prefix.length === 0;
    const values = whole ? looked.values : looked.values.subarray(first * size, (first + 1) * size);
    const facts = whole ? (looked.facts ??= tensorFacts(values)) : tensorFacts(values);
    const vector = shape.length === 1 || (shape.length === 2 && shape.includes(1));
    const found = whole ? models.find(({ parameters }) => parameters.has(array)) : undefined;
    return {
      kind: 'tensor',
      name: array.path.join('.') + brackets(prefix),
      shape,
      parameter: found?.parameters.get(array) ?? null,
      facts,
      spectral: await this.#spectral(values, shape, facts),
      largest: vector
        ? largestEntries(values, LARGEST).map(({ index, value }) => ({
            index: [...prefix, ...unravel(shape, index[0]!)],
            value,
          }))
        : [],
    };
  }

  async #spectral(
    values: Float64Array,
    shape: readonly number[],
    facts: TensorFacts,
  ): Promise<TensorHover['spectral']> {
    const [rows = 0, columns = 0] = shape;
    if (shape.length !== 2 || rows * columns === 0 || facts.nan + facts.infinite > 0) return null;
    if ((rows === 1) !== (columns === 1)) return null;
    if (Math.max(rows, columns) > MAX_SPECTRAL_SIDE) return 'too large';
    return this.spectra(values, rows, columns);
  }

  #element(array: IndexedArray, element: number): ElementHover {
    const looked = this.#look(array);
    const { values } = looked;
    const { mean, std, count } = (looked.facts ??= tensorFacts(values));
    const value = values[element]!;
    const name = array.path.join('.');
    const z =
      mean !== null && std !== null && std > 0 && Number.isFinite(value) ? (value - mean) / std : null;
    const index = unravel(array.shape, element);
    const [rows = 0, columns = 0] = array.shape;
    const isMatrix = array.shape.length === 2;
    const [i = 0, j = 0] = index;
    return {
      kind: 'element',
      name: name + brackets(index),
      value,
      z,
      rank: rankOf(values, value, (other) => other),
      modulusRank: rankOf(values, value, Math.abs),
      count,
      row: isMatrix
        ? { name: `${name}[${i}]`, norm: euclideanNorm(values.subarray(i * columns, (i + 1) * columns)) }
        : null,
      column: isMatrix
        ? {
            name: `${name}[:, ${j}]`,
            norm: euclideanNorm(Float64Array.from({ length: rows }, (_, row) => values[row * columns + j]!)),
          }
        : null,
    };
  }
  // endregion
}

function brackets(index: readonly number[]): string {
  return index.map((i) => `[${String(i)}]`).join('');
}

/** Whether the text itself names an architecture beside its tensors, as in `"model": "PLRNN"`. */
function namesKind(scalars: readonly Scalar[]): boolean {
  return scalars.some(
    ({ name, value }) =>
      typeof value === 'string' &&
      KIND_KEYS.has(name.slice(name.lastIndexOf('.') + 1)) &&
      readKind(value)?.kind !== undefined,
  );
}

/** Two parameters of one group at least, one of them a matrix: enough to be weights that fit nothing yet. */
function resemblesModel(tensors: Parameters<typeof nameTensors>[0]): boolean {
  return nameTensors(tensors).groups.some(
    ({ parameters }) =>
      parameters.size >= 2 &&
      [...parameters.values()].some(({ tensor: { shape } }) => shape.length === 2 && elementCount(shape) > 0),
  );
}

function summary(recognition: Recognition): JsonModel {
  switch (recognition.status) {
    case 'recognised': {
      const { kind, stateDim, reluUnits, inputDim, equation, assumptions } = recognition;
      return { status: 'recognised', kind, stateDim, reluUnits, inputDim, equation, assumptions };
    }
    case 'ambiguous':
      return { status: 'ambiguous', text: recognition.question.text };
    case 'refused':
      return { status: 'refused', text: `This is ${recognition.what}. ${recognition.reason}` };
    case 'unrecognised':
      return { status: 'unrecognised', text: `${recognition.reason} ${recognition.remedy}` };
  }
}

function modelHover({ model, arrays }: Found, entries: number): ModelHover {
  return {
    kind: 'model',
    model,
    tensors: arrays.length,
    parameters: arrays.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    entries,
  };
}
