import { InputError } from '../../core/errors';
import { elementCount, type Scalar, type TensorHandle } from '../../core/tensor';
import { viewOf } from '../bytes';
import { elementAt, itemSize } from '../dtype';
import { Cursor, utf8 } from './cursor';
import { readDataset, rawBytes, tensorOf, type Dataset } from './dataset';
import type { Hdf5File, Hdf5Object } from './file';
import { attributesOf, isGroup, linksOf, type Attribute } from './groups';
import { GlobalHeaps } from './heaps';
import { paddedText, type Datatype } from './messages';
import { limits } from '../limits';

/** What a program that writes HDF5 files means by their objects, where it differs from plain HDF5. */
export interface Dialect {
  /** Whether arrays are column-major, so that HDF5 has their extents in reverse. */
  readonly columnMajor: boolean;
  /** Members of groups that belong to the program itself. */
  readonly hidden: RegExp | null;
  /** Whether attributes are values of the user's. */
  readonly attributes: boolean;
  /** Takes a dataset that means something else than its elements say; true if it did. */
  dataset?(walk: Hdf5Walk, visit: DatasetVisit): Promise<boolean>;
}

export interface DatasetVisit {
  readonly dataset: Dataset;
  readonly attributes: readonly Attribute[];
  readonly path: readonly string[];
  readonly depth: number;
}

export type Found = Omit<TensorHandle, 'name'> | Scalar['value'];

/** A dataset of references: the values of each of its elements are at the path with the element's number. */
export interface ReferenceList {
  readonly path: readonly string[];
  readonly length: number;
  /** Whether the dataset is a member of a group, rather than part of a value. */
  readonly isMember: boolean;
}

/** Goes through all objects of a file and gathers tensors and loose values. */
export class Hdf5Walk {
  readonly found: (readonly [path: readonly string[], content: Found])[] = [];
  readonly lists: ReferenceList[] = [];
  readonly warnings: string[] = [];
  /** The first reason why something was left out. */
  firstError: InputError | null = null;
  private readonly heaps: GlobalHeaps;
  private readonly open = new Set<number>();
  private visits = 0;

  constructor(
    readonly file: Hdf5File,
    private readonly dialect: Dialect,
  ) {
    this.heaps = new GlobalHeaps(file);
  }

  async all(): Promise<void> {
    await this.object(this.file.rootAddress, [], 0);
  }

  add(path: readonly string[], content: Found): void {
    this.found.push([path, content]);
  }

  /** One object and all below it. An object that cannot be read is named in a warning and left out. */
  async object(address: number, path: readonly string[], depth: number, isMember = false): Promise<void> {
    if (++this.visits > limits.hdf5Objects)
      throw new InputError(
        `the file unfolds into more than ${limits.hdf5Objects} objects`,
        path.slice(0, 4).join('.'),
        'Save the parameters of the recurrent network alone.',
      );
    if (this.open.has(address) || depth > limits.depth) return;
    this.open.add(address);
    try {
      await this.visit(await this.file.object(address), path, depth, isMember);
    } catch (error) {
      if (!(error instanceof InputError) || path.length === 0) throw error;
      this.leaveOut(path, error);
    } finally {
      this.open.delete(address);
    }
  }

  leaveOut(path: readonly string[], error: InputError): void {
    if (this.file.isCut)
      throw new InputError(
        `the file is shorter than its superblock says: ${error.message}`,
        path.join('.') || error.place,
        'The file is cut off; copy or download it again.',
      );
    this.firstError ??= error;
    if (this.warnings.length < 50) this.warnings.push(`${path.join('.')} was left out: ${error.message}`);
  }

  private async visit(
    object: Hdf5Object,
    path: readonly string[],
    depth: number,
    isMember: boolean,
  ): Promise<void> {
    const attributes = await attributesOf(object);
    if (this.dialect.attributes) for (const attribute of attributes) await this.attribute(attribute, path);
    if (isGroup(object)) {
      for (const { name, address } of await linksOf(object))
        if (!this.dialect.hidden?.test(name)) await this.object(address, [...path, name], depth + 1, true);
      return;
    }
    const dataset = await readDataset(object);
    if (!dataset || dataset.space.kind === 'null') return;
    if (await this.dialect.dataset?.(this, { dataset, attributes, path, depth })) return;
    await this.dataset(dataset, path, depth, isMember);
  }

  private async dataset(
    dataset: Dataset,
    path: readonly string[],
    depth: number,
    isMember: boolean,
  ): Promise<void> {
    const { space, type } = dataset;
    const place = path.join('.');
    const tensor = tensorOf(dataset, this.dialect.columnMajor, place);
    if (tensor) {
      if (tensor.shape.length > 0) this.add(path, tensor);
      else {
        const value = (await tensor.load())[0]!;
        this.add(path, tensor.dtype === 'bool' ? value !== 0 : value);
      }
      return;
    }
    const count = elementCount(space.shape);
    if (type.kind === 'other')
      throw new InputError(`it holds ${type.what}`, place, 'Save plain arrays of numbers.');
    if (isComplex(type))
      throw new InputError('its values are complex', place, 'Save real and imaginary parts by themselves.');
    const bytes = await rawBytes(dataset, place);
    const scalar = space.shape.length === 0;
    if (type.kind === 'reference' && !scalar) this.lists.push({ path, length: count, isMember });
    for (let i = 0; i < count; i++)
      await this.value(
        type,
        bytes.subarray(i * type.size, (i + 1) * type.size),
        scalar ? path : [...path, String(i + 1)],
        depth,
      );
  }

  /** One element that is no plain number of a tensor. */
  async value(type: Datatype, bytes: Uint8Array, path: readonly string[], depth: number): Promise<void> {
    if (++this.visits > limits.hdf5Objects || depth > limits.depth) return;
    switch (type.kind) {
      case 'number': {
        const value = elementAt(viewOf(bytes), type.dtype, type.little, 0);
        this.add(path, type.dtype === 'bool' ? value !== 0 : value);
        return;
      }
      case 'array': {
        if (type.base.kind !== 'number') return;
        const { dtype, little } = type.base;
        const shape = this.dialect.columnMajor ? [...type.shape].reverse() : type.shape;
        const count = Math.min(elementCount(shape), Math.floor(bytes.length / itemSize[dtype]));
        const own = bytes.slice();
        if (shape.length === 1)
          this.add(path, {
            dtype,
            shape: [count],
            load: async () =>
              Float64Array.from({ length: count }, (_, i) => elementAt(viewOf(own), dtype, little, i)),
          });
        return;
      }
      case 'reference': {
        const address = this.address(bytes);
        if (address !== null) await this.object(address, path, depth + 1);
        return;
      }
      case 'compound':
        await this.members(type, bytes, path, depth);
        return;
      default: {
        const text = await this.text(type, bytes);
        if (text !== null) this.add(path, text);
      }
    }
  }

  private async members(
    type: Datatype & { readonly kind: 'compound' },
    bytes: Uint8Array,
    path: readonly string[],
    depth: number,
  ): Promise<void> {
    const part = (name: string): readonly [Datatype, Uint8Array] | null => {
      const member = type.members.find((each) => each.name === name);
      return member ? [member.type, bytes.subarray(member.offset, member.offset + member.type.size)] : null;
    };
    const key = part('first');
    const held = part('second');
    if (key && held && type.members.length === 2) {
      const name = await this.keyOf(...key);
      if (name !== null) {
        await this.value(...held, [...path.slice(0, -1), name], depth + 1);
        return;
      }
    }
    for (const member of type.members) {
      const [memberType, own] = part(member.name)!;
      await this.value(memberType, own, [...path, member.name], depth + 1);
    }
  }

  /** The key of a pair in a Julia dictionary, if it is text or refers to text. */
  private async keyOf(type: Datatype, bytes: Uint8Array): Promise<string | null> {
    if (type.kind !== 'reference') return this.text(type, bytes);
    const address = this.address(bytes);
    const dataset = address === null ? null : await readDataset(await this.file.object(address));
    if (!dataset || dataset.space.shape.length > 0 || dataset.space.kind === 'null') return null;
    return this.text(dataset.type, await rawBytes(dataset, 'key of a dictionary'));
  }

  private async attribute(attribute: Attribute, path: readonly string[]): Promise<void> {
    const { type, space, data, name } = attribute;
    if (space.kind === 'null' || elementCount(space.shape) !== 1 || data.length < type.size) return;
    if (type.kind === 'number' || type.kind === 'text' || type.kind === 'list')
      await this.value(type, data.subarray(0, type.size), [...path, name], limits.depth);
  }

  /** Text of either kind; null if the element is none or its text is too long to be kept. */
  async text(type: Datatype, bytes: Uint8Array): Promise<string | null> {
    if (type.kind === 'text')
      return type.size <= limits.textLength ? paddedText(bytes.subarray(0, type.size)) : null;
    if (type.kind !== 'list' || !type.isText) return null;
    const held = await this.list(type, bytes);
    return held && held.length <= limits.textLength ? utf8(held) : null;
  }

  /** The elements of a list of variable length. */
  async list(type: Datatype & { readonly kind: 'list' }, bytes: Uint8Array): Promise<Uint8Array | null> {
    const cursor = new Cursor(bytes, this.file.widths, 'text');
    const count = cursor.u32();
    const address = cursor.address();
    const index = cursor.u32();
    if (count === 0) return new Uint8Array(0);
    if (address === null || address === 0) return null;
    const held = await this.heaps.object(address, index);
    return held && held.length >= count * type.base.size ? held.subarray(0, count * type.base.size) : null;
  }

  /** The address in a reference; null for one that refers to nothing. */
  address(bytes: Uint8Array): number | null {
    const address = new Cursor(bytes, this.file.widths, 'reference').address();
    return address === 0 ? null : address;
  }
}

/** Complex numbers as h5py and Julia write them. */
function isComplex(type: Datatype): boolean {
  const names = type.kind === 'compound' ? type.members.map(({ name }) => name).join() : '';
  return names === 'r,i' || names === 're,im';
}
