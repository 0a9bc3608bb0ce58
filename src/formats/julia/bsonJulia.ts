import { InputError } from '../../core/errors';
import type { DType } from '../../core/tensor';
import { Leaves } from '../assemble';
import { BsonBinary, BsonDocument, type BsonValue } from './bsonDocument';
import { fileBytes, viewOf } from '../bytes';
import { elementAt, ElementSink, itemSize } from '../dtype';
import { fieldNames, isNetwork, statedFacts } from './structs';
import { limits } from '../limits';
import { packedReader, refuseLarge } from '../packed';
import type { Source } from '../source';

/**
 * What BSON.jl writes: documents with a `tag` stand for Julia's arrays, structs, tuples, symbols and types, and
 * objects met twice stand once in `_backrefs`. Documents without a tag and plain lists are taken as they are,
 * so files that other programs wrote are read as well.
 */

const AGAIN = 'The file is damaged; save it again with BSON.@save.';

/** Julia's numbers, by the last component of the type's name. */
const numbers: Readonly<Record<string, DType>> = {
  Float64: 'float64',
  Float32: 'float32',
  Float16: 'float16',
  BFloat16: 'bfloat16',
  Int64: 'int64',
  Int32: 'int32',
  Int16: 'int16',
  Int8: 'int8',
  UInt64: 'uint64',
  UInt32: 'uint32',
  UInt16: 'uint16',
  UInt8: 'uint8',
  Bool: 'bool',
};

const dictionaries = new Set(['Dict', 'IdDict', 'OrderedDict', 'LittleDict']);
const absent = new Set(['Nothing', 'Missing']);
/** Wrappers of one matrix that exchange its rows and columns (real matrices only, so both do the same). */
const exchanging = new Set(['Adjoint', 'Transpose']);
/** Wrappers of one array that stand for it, a diagonal matrix for its diagonal. */
const transparent = new Set(['Diagonal', 'Param', 'SArray', 'MArray', 'ReshapedArray', 'RefValue']);

interface TypeName {
  readonly last: string;
  readonly parameters: readonly BsonValue[];
}

/** All arrays and loose values of a document, with dotted names; the names of tensors are the paths to them. */
export function readJulia(root: BsonDocument, source: Source, warnings: string[]): Leaves {
  return new Walk(root, source, warnings).all();
}

class Walk {
  readonly #leaves = new Leaves();
  readonly #backrefs: readonly BsonValue[];
  readonly #open = new Set<BsonValue>();
  #visits = 0;

  constructor(
    private readonly root: BsonDocument,
    private readonly source: Source,
    private readonly warnings: string[],
  ) {
    const refs = root.members.get('_backrefs');
    this.#backrefs = Array.isArray(refs) ? (refs as readonly BsonValue[]) : [];
  }

  all(): Leaves {
    for (const [name, value] of this.root.members) if (name !== '_backrefs') this.visit(value, [name]);
    return this.#leaves;
  }

  /** Follows references to objects that are written elsewhere. */
  private resolve(value: BsonValue | undefined): BsonValue {
    let found: BsonValue = value ?? null;
    for (let steps = 0; ; steps++) {
      if (!(found instanceof BsonDocument) || found.members.get('tag') !== 'backref') return found;
      const ref = found.members.get('ref');
      const target: BsonValue | undefined = typeof ref === 'number' ? this.#backrefs[ref - 1] : undefined;
      if (target === undefined || steps > limits.depth)
        throw new InputError(
          `a reference to object ${String(ref)} of ${this.#backrefs.length} leads nowhere`,
          '_backrefs',
          AGAIN,
        );
      found = target;
    }
  }

  private list(value: BsonValue | undefined): readonly BsonValue[] {
    const found = this.resolve(value);
    return Array.isArray(found) ? (found as readonly BsonValue[]) : [];
  }

  /** Last component of a type's name, `clippedShallowPLRNN` of `GTF_shPLRNN.PLRNNs.clippedShallowPLRNN`. */
  private typeName(value: BsonValue | undefined): TypeName {
    let found = this.resolve(value);
    for (let steps = 0; steps < limits.depth && found instanceof BsonDocument; steps++) {
      if (found.members.get('tag') !== 'unionall') break;
      found = this.resolve(found.members.get('body'));
    }
    if (!(found instanceof BsonDocument)) return { last: '', parameters: [] };
    const last = this.list(found.members.get('name')).at(-1);
    return { last: typeof last === 'string' ? last : '', parameters: this.list(found.members.get('params')) };
  }

  private visit(given: BsonValue, path: readonly string[]): void {
    const value = this.resolve(given);
    if (++this.#visits > limits.bsonVisits)
      throw new InputError(
        `the objects refer to each other so often that they stand for more than ${limits.bsonVisits} values`,
        path.join('.').slice(0, 80),
        'Save the parameters alone.',
      );
    if (value === null) return;
    if (value instanceof BsonBinary) this.array(path, 'uint8', [value.length], value, false);
    else if (typeof value !== 'object') this.#leaves.add(path, value);
    else {
      // An object within itself adds nothing new.
      if (this.#open.has(value) || this.#open.size > limits.depth) return;
      this.#open.add(value);
      try {
        if (value instanceof BsonDocument) this.document(value, path);
        else this.elements(value, path);
      } finally {
        this.#open.delete(value);
      }
    }
  }

  private document(document: BsonDocument, path: readonly string[]): void {
    const { members } = document;
    switch (members.get('tag')) {
      case 'array':
        this.taggedArray(document, path, false);
        return;
      case 'struct':
        this.struct(document, path);
        return;
      case 'tuple':
      case 'svec':
        this.elements(this.list(members.get('data')), path);
        return;
      case 'symbol': {
        const name = members.get('name');
        if (typeof name === 'string') this.#leaves.add(path, name);
        return;
      }
      case 'datatype':
      case 'unionall':
      case 'union':
      case 'ref':
      case 'jl_anonymous':
      case 'jl_bottom_type':
        return;
      default:
        for (const [name, member] of members) this.visit(member, [...path, name]);
    }
  }

  /** A list: one tensor where all are numbers, otherwise each element under its index. */
  private elements(items: readonly BsonValue[], path: readonly string[]): void {
    const values = this.numbersOf(items);
    if (values) this.tensor(path, [values.length], values);
    else for (const [i, item] of items.entries()) this.visit(item, [...path, String(i)]);
  }

  private tensor(path: readonly string[], shape: readonly number[], values: Float64Array): void {
    this.#leaves.add(path, { dtype: 'float64', shape, load: async () => values.slice() });
  }

  /** The numbers of a list in which every element is one; `missing` and `nothing` among them are NaN. */
  private numbersOf(items: readonly BsonValue[]): Float64Array | null {
    if (items.length === 0) return null;
    const values = new Float64Array(items.length);
    let some = false;
    for (const [i, item] of items.entries()) {
      const value = this.scalar(item);
      if (value === undefined || typeof value === 'string' || typeof value === 'boolean') return null;
      values[i] = value ?? NaN;
      some ||= value !== null;
    }
    return some ? values : null;
  }

  /** A single value: a number, also one written as its bytes, text, or null for `nothing`; undefined otherwise. */
  private scalar(given: BsonValue): number | string | boolean | null | undefined {
    const value = this.resolve(given);
    if (value === null || typeof value !== 'object') return value;
    if (!(value instanceof BsonDocument) || value.members.get('tag') !== 'struct') return undefined;
    const { last } = this.typeName(value.members.get('type'));
    if (absent.has(last)) return null;
    const data = this.resolve(value.members.get('data'));
    const dtype = Object.hasOwn(numbers, last) ? numbers[last]! : null;
    if (!dtype || !(data instanceof BsonBinary) || data.short?.length !== itemSize[dtype]) return undefined;
    const number = elementAt(viewOf(data.short), dtype, true, 0);
    return dtype === 'bool' ? number !== 0 : number;
  }

  private struct(document: BsonDocument, path: readonly string[]): void {
    const value = this.scalar(document);
    if (value !== undefined) {
      if (value !== null) this.#leaves.add(path, value);
      return;
    }
    const { last, parameters } = this.typeName(document.members.get('type'));
    const data = this.list(document.members.get('data'));
    if (last.startsWith('#')) {
      // A function without captured values is its name: relu, tanh, identity.
      if (/^#[A-Za-z_]\w*$/.test(last) && data.length === 0) this.#leaves.add(path, last.slice(1));
      return;
    }
    if (dictionaries.has(last) && data.length === 2) {
      this.dictionary(this.list(data[0]), this.list(data[1]), path);
      return;
    }
    const [only] = data;
    if (only !== undefined && exchanging.has(last) && this.exchanged(only, path)) return;
    if (only !== undefined && transparent.has(last)) {
      this.visit(only, path);
      return;
    }
    const names = last === 'NamedTuple' ? this.tupleNames(parameters[0]) : this.fieldNames(last, data);
    if (last !== '' && last !== 'NamedTuple') {
      this.#leaves.add([...path, isNetwork(last) ? 'model' : 'type'], last);
      for (const [name, fact] of statedFacts(last)) this.#leaves.add([...path, name], fact);
    }
    for (const [i, field] of data.entries()) {
      const name = names[i] ?? `field${i + 1}`;
      const parameter = /^(.+)_MoE$/.exec(name)?.[1];
      // Experts of a mixture are offered one by one.
      if (parameter !== undefined)
        for (const [j, expert] of this.experts(field).entries())
          this.visit(expert, [...path, 'experts', String(j), parameter]);
      else this.visit(field, [...path, name]);
    }
  }

  private experts(field: BsonValue): readonly BsonValue[] {
    const found = this.resolve(field);
    return this.list(found instanceof BsonDocument ? found.members.get('data') : found);
  }

  private fieldNames(type: string, data: readonly BsonValue[]): readonly string[] {
    return fieldNames(
      type,
      data.map((field) => {
        const value = this.resolve(field);
        return value instanceof BsonDocument && value.members.get('tag') === 'array'
          ? this.list(value.members.get('size')).length
          : 0;
      }),
    );
  }

  /** Names of a named tuple: the tuple of symbols that is its type's first parameter. */
  private tupleNames(parameter: BsonValue | undefined): readonly string[] {
    const tuple = this.resolve(parameter);
    return this.names(this.list(tuple instanceof BsonDocument ? tuple.members.get('data') : tuple));
  }

  /** Symbols, texts and numbers as names; '' for anything else. */
  private names(keys: readonly BsonValue[]): readonly string[] {
    return keys.map((key) => {
      const found = this.resolve(key);
      const symbol = found instanceof BsonDocument ? found.members.get('name') : undefined;
      const name = typeof symbol === 'string' ? symbol : this.scalar(found);
      return name === undefined || name === null ? '' : String(name);
    });
  }

  private dictionary(
    keys: readonly BsonValue[],
    values: readonly BsonValue[],
    path: readonly string[],
  ): void {
    const names = this.names(keys);
    values.forEach((value, i) => {
      this.visit(value, [...path, names[i] || String(i)]);
    });
  }

  /** `transpose(W)`: the same bytes with rows and columns exchanged. */
  private exchanged(parent: BsonValue, path: readonly string[]): boolean {
    const array = this.resolve(parent);
    if (!(array instanceof BsonDocument) || array.members.get('tag') !== 'array') return false;
    if (this.list(array.members.get('size')).length > 2) return false;
    this.taggedArray(array, path, true);
    return true;
  }

  private taggedArray(document: BsonDocument, path: readonly string[], exchange: boolean): void {
    const { members } = document;
    const { last } = this.typeName(members.get('type'));
    const data = this.resolve(members.get('data'));
    const place = path.join('.').slice(0, limits.nameLength);
    const shape = this.list(members.get('size')).map((extent) => {
      const size = this.scalar(extent);
      if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
        throw new InputError('the size of the array is no list of whole numbers', place, AGAIN);
      return size;
    });
    if (shape.length > limits.rank)
      throw new InputError(`the array has ${shape.length} dimensions`, place, AGAIN);
    if (data instanceof BsonBinary) {
      const dtype = Object.hasOwn(numbers, last) ? numbers[last]! : null;
      if (dtype) this.array(path, dtype, shape, data, exchange);
      else this.warn(`${place} holds elements of type ${last || '(unknown)'} and was left out`);
      return;
    }
    const items = this.list(data);
    const values = this.numbersOf(items);
    if (!values || exchange) {
      for (const [i, item] of items.entries()) this.visit(item, [...path, String(i)]);
      return;
    }
    if (shape.reduce((a, b) => a * b, 1) !== values.length)
      throw new InputError(
        `the array of size (${shape.join(', ')}) has ${values.length} elements`,
        place,
        AGAIN,
      );
    const rowMajor = new Float64Array(values.length);
    const sink = new ElementSink('float64', true, rowMajor, shape);
    sink.push(littleEndian(values));
    this.tensor(path, shape, rowMajor);
  }

  /** An array of numbers whose bytes stay in the file, first index fastest. */
  private array(
    path: readonly string[],
    dtype: DType,
    stored: readonly number[],
    data: BsonBinary,
    exchange: boolean,
  ): void {
    const place = path.join('.').slice(0, limits.nameLength);
    const count = stored.reduce((a, b) => a * b, 1);
    if (count * itemSize[dtype] !== data.length)
      throw new InputError(
        `the array of size (${stored.join(', ')}) needs ${count * itemSize[dtype]} bytes, ${data.length} are there`,
        place,
        AGAIN,
      );
    const shape = exchange ? (stored.length === 1 ? [1, stored[0]!] : [...stored].reverse()) : stored;
    const bytes = fileBytes(this.source, data.offset, data.length, place);
    if (exchange || shape.length < 2) {
      // Column-major bytes are the row-major bytes of the exchanged matrix.
      const run = { bytes, offset: 0, dtype, littleEndian: true, shape };
      this.#leaves.add(path, { dtype, shape, ...packedReader(run) });
      return;
    }
    this.#leaves.add(path, {
      dtype,
      shape,
      load: async () => {
        refuseLarge(shape);
        const values = new Float64Array(count);
        const sink = new ElementSink(dtype, true, values, shape);
        await bytes.stream(0, data.length, (piece) => {
          sink.push(piece);
        });
        return values;
      },
    });
  }

  private warn(text: string): void {
    if (this.warnings.length < 20) this.warnings.push(text);
  }
}

function littleEndian(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = viewOf(bytes);
  values.forEach((value, i) => {
    view.setFloat64(8 * i, value, true);
  });
  return bytes;
}
