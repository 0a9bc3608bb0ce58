import { utf8, type Cursor } from './cursor';
import { message, type Hdf5File, type Hdf5Object } from './file';
import { FractalHeap, readBTree2 } from './heaps';
import { readDataspace, readDatatype, type Dataspace, type Datatype } from './messages';
import { limits } from '../limits';

/** The members of HDF5 groups and the attributes of objects, in each of the ways in which files keep them. */

export interface Link {
  readonly name: string;
  readonly address: number;
}

export interface Attribute {
  readonly name: string;
  readonly type: Datatype;
  /** Address of the attribute's committed datatype, or null. */
  readonly committed: number | null;
  readonly space: Dataspace;
  readonly data: Uint8Array;
}

/** Whether the object is a group. */
export function isGroup(object: Hdf5Object): boolean {
  return object.has(message.symbolTable) || object.has(message.linkInfo) || object.has(message.link);
}

/** The members of a group, in the order of writing or of their names; links by name and links to other files are left out. */
export async function linksOf(object: Hdf5Object): Promise<readonly Link[]> {
  const links: Link[] = [];
  const add = (cursor: Cursor): void => {
    const link = readLink(cursor);
    if (link) links.push(link);
  };
  for (const cursor of await object.all(message.link)) add(cursor);
  const ordered = links.length;
  const info = await object.one(message.linkInfo);
  if (info) {
    info.take(1);
    if (info.u8() & 1) info.take(8);
    for (const cursor of await heapObjects(object.file, info, 4)) add(cursor);
  }
  const table = await object.one(message.symbolTable);
  const tree = table?.address() ?? null;
  const heap = table?.address() ?? null;
  if (tree !== null && heap !== null) await readSymbols(object.file, tree, heap, links);
  const rest = links.splice(ordered).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return [...links, ...rest];
}

/** The objects in a fractal heap that a B-tree of names lists; `before` bytes of a record precede the identifier. */
async function heapObjects(file: Hdf5File, info: Cursor, before: number): Promise<readonly Cursor[]> {
  const heapAddress = info.address();
  const treeAddress = info.address();
  if (heapAddress === null || treeAddress === null) return [];
  const heap = await FractalHeap.open(file, heapAddress);
  const objects: Cursor[] = [];
  for (const record of await readBTree2(file, treeAddress)) {
    record.take(before);
    objects.push(await heap.object(record));
  }
  return objects;
}

function readLink(cursor: Cursor): Link | null {
  if (cursor.u8() !== 1) throw cursor.bad('holds a link of an unknown version');
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : 0;
  if (flags & 4) cursor.take(8);
  if (flags & 16) cursor.take(1);
  const name = utf8(cursor.slice(cursor.uint(1 << (flags & 3))));
  const address = type === 0 ? cursor.address() : null;
  return address === null ? null : { name, address };
}

const SOFT_LINK = 2;

async function readSymbols(file: Hdf5File, tree: number, heapAddress: number, links: Link[]): Promise<void> {
  const { offset, length } = file.widths;
  const heap = await file.cursor(heapAddress, 8 + 2 * length + offset, 'heap of names');
  heap.signature('HEAP');
  heap.take(4);
  const heapSize = heap.length();
  heap.length();
  const namesAddress = heap.address();
  if (namesAddress === null) throw heap.bad('has no names');
  const names = await file.cursor(namesAddress, heapSize, 'names');
  const open = [tree];
  const entrySize = 2 * offset + 24;
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    const head = await file.cursor(at, 8, 'group');
    if (head.bytes[0] === 0x54) {
      head.signature('TREE');
      if (head.u8() !== 0) throw head.bad('is no tree of names');
      head.take(1);
      const count = head.u16();
      const node = await file.cursor(at + 8 + 2 * offset, count * (length + offset) + length, 'group');
      for (let i = 0; i < count; i++) {
        node.length();
        const child = node.address();
        if (child !== null) open.push(child);
      }
    } else {
      head.signature('SNOD');
      head.take(2);
      const count = head.u16();
      const node = await file.cursor(at + 8, count * entrySize, 'group');
      for (let i = 0; i < count; i++) {
        names.at = node.uint(offset);
        const address = node.address();
        const cache = node.u32();
        node.take(20);
        if (names.left <= 0) throw node.bad('names a member behind its names');
        if (address !== null && cache !== SOFT_LINK)
          links.push({ name: names.terminated(limits.nameLength), address });
      }
    }
  }
}

/** The attributes of an object. */
export async function attributesOf(object: Hdf5Object): Promise<readonly Attribute[]> {
  const cursors = [...(await object.all(message.attribute))];
  const info = await object.one(message.attributeInfo);
  if (info) {
    info.take(1);
    if (info.u8() & 1) info.take(2);
    cursors.push(...(await heapObjects(object.file, info, 0)));
  }
  const attributes: Attribute[] = [];
  for (const cursor of cursors) attributes.push(await readAttribute(object.file, cursor));
  return attributes;
}

async function readAttribute(file: Hdf5File, cursor: Cursor): Promise<Attribute> {
  const version = cursor.u8();
  const flags = cursor.u8();
  const sizes = [cursor.u16(), cursor.u16(), cursor.u16()] as const;
  if (version === 3) cursor.take(1);
  if (version < 1 || version > 3) throw cursor.bad('has an attribute of an unknown version');
  const [name, typeBody, spaceBody] = sizes.map((size) => {
    const start = cursor.at;
    const bytes = cursor.slice(size);
    if (version === 1) cursor.align8(start);
    return bytes;
  }) as [Uint8Array, Uint8Array, Uint8Array];
  const shared = version > 1 && (flags & 1) !== 0;
  const type = readDatatype(shared ? await file.shared(typeBody, message.datatype) : cursor.over(typeBody));
  return {
    name: utf8(name).replace(/\0.*$/s, ''),
    type,
    committed: shared ? file.sharedAddress(typeBody) : null,
    space: readDataspace(cursor.over(spaceBody)),
    data: cursor.slice(cursor.left),
  };
}
