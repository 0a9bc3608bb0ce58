import { InputError } from '../core/errors';
import type { DType, Scalar, TensorHandle } from '../core/tensor';
import { fileBytes, latin1, readExactly, viewOf, type Bytes } from './bytes';
import { itemSize } from './dtype';
import { parseJson, type JsonDocument, type JsonNode } from './json/tree';
import { limits } from './limits';
import { packedReader } from './packed';
import type { Reader, Source } from './source';

/**
 * safetensors: a u64 length, a JSON header, then the tensors end to end, little-endian and row-major.
 * The rules of the reference implementation are enforced: no holes, no overlaps, nothing behind the last tensor.
 */

const AGAIN = 'The file is damaged; save or download it again.';

const readable: Readonly<Record<string, DType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

/** Bits of the element types that the format knows and that are no real numbers we can use. */
const otherBits: Readonly<Record<string, number>> = { F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, C64: 64 };

interface Layout {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export const safetensors: Reader = {
  format: 'safetensors',
  recognises: (head, source) =>
    (head.length >= 10 && viewOf(head).getUint32(4, true) === 0 && /^\{\s*["}]/.test(latin1(head, 8, 72))) ||
    /\.safetensors$/i.test(source.name),
  read: async (source) => {
    const header = await readHeader(source);
    const data = fileBytes(source, header.dataStart, source.size - header.dataStart, 'data');
    const tensors: TensorHandle[] = [];
    const scalars: Scalar[] = [];
    const warnings: string[] = [];
    const layouts: Layout[] = [];
    for (const [name, node] of header.members)
      if (name === '__metadata__') scalars.push(...metadata(node));
      else layouts.push(layoutOf(name, node, header.document));
    checkCover(layouts, data.size);
    for (const layout of layouts) {
      const dtype = Object.hasOwn(readable, layout.dtype) ? readable[layout.dtype]! : null;
      if (!dtype) warnings.push(`${layout.name} was left out: elements of type ${layout.dtype} are not read`);
      else tensors.push(handle(layout, dtype, data));
    }
    if (tensors.length === 0) warnings.push('the file holds no tensor');
    return { format: 'safetensors', entries: [{ epoch: null, tensors, scalars }], warnings };
  },
};

interface Header {
  readonly document: JsonDocument;
  readonly members: ReadonlyMap<string, JsonNode>;
  readonly dataStart: number;
}

async function readHeader(source: Source): Promise<Header> {
  const length = Number(viewOf(await readExactly(source, 0, 8, 'header length')).getBigUint64(0, true));
  if (length > source.size - 8 || length > limits.safetensorsHeader || length < 2)
    throw new InputError(
      `the header claims ${length} bytes, the file has ${source.size}`,
      'header length',
      'The file is cut off or damaged, or no safetensors file; save or download it again.',
    );
  const bytes = await readExactly(source, 8, length, 'header');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputError('the header is not UTF-8', 'header', AGAIN);
  }
  let document: JsonDocument;
  try {
    document = parseJson(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`the header is no valid JSON: ${error.message}`, `header, ${error.place}`, AGAIN);
  }
  if (document.root.kind !== 'object') throw new InputError('the header is no JSON object', 'header', AGAIN);
  if (document.duplicates.length > 0)
    throw new InputError('the header names this tensor twice', document.duplicates[0]!, AGAIN);
  return { document, members: document.root.members, dataStart: 8 + length };
}

function metadata(node: JsonNode): Scalar[] {
  if (node.kind !== 'object') throw new InputError('the metadata is no JSON object', '__metadata__', AGAIN);
  return [...node.members].map(([key, value]) => {
    if (value.kind !== 'value' || typeof value.value !== 'string')
      throw new InputError('metadata must be text', `__metadata__.${key}`, AGAIN);
    return { name: `__metadata__.${key}`, value: value.value };
  });
}

function layoutOf(name: string, node: JsonNode, document: JsonDocument): Layout {
  if (node.kind !== 'object') throw new InputError('the header entry is no JSON object', name, AGAIN);
  const dtype = node.members.get('dtype');
  if (dtype?.kind !== 'value' || typeof dtype.value !== 'string')
    throw new InputError('the header entry has no dtype', name, AGAIN);
  const bits = Object.hasOwn(readable, dtype.value)
    ? 8 * itemSize[readable[dtype.value]!]
    : Object.hasOwn(otherBits, dtype.value)
      ? otherBits[dtype.value]!
      : null;
  if (bits === null)
    throw new InputError(
      `elements of type ${JSON.stringify(dtype.value)} are not known`,
      name,
      'Save the tensors as float32 or float64.',
    );
  const shape = sizes(node.members.get('shape'), name, 'shape', document);
  const offsets = sizes(node.members.get('data_offsets'), name, 'data_offsets', document);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end)
    throw new InputError(
      `data_offsets [${offsets.join(', ')}] do not give a beginning and an end`,
      name,
      AGAIN,
    );
  if (shape.length > limits.rank)
    throw new InputError(`the tensor has ${shape.length} dimensions`, name, AGAIN);
  let count = 1;
  for (const extent of shape) {
    count *= extent;
    if (!Number.isSafeInteger(count) && !shape.includes(0))
      throw new InputError(`the shape [${shape.join(', ')}] is impossible`, name, AGAIN);
  }
  if (shape.includes(0)) count = 0;
  if (count * bits !== 8 * (end - begin))
    throw new InputError(
      `the shape [${shape.join(', ')}] needs ${(count * bits) / 8} bytes, the offsets give ${end - begin}`,
      name,
      AGAIN,
    );
  return { name, dtype: dtype.value, shape, begin, end };
}

function sizes(
  node: JsonNode | undefined,
  name: string,
  field: string,
  document: JsonDocument,
): readonly number[] {
  if (node?.kind !== 'numbers' || node.shape.length !== 1)
    throw new InputError(`${field} is no list of numbers`, name, AGAIN);
  const values = [...document.values(node)];
  if (!values.every((value) => Number.isSafeInteger(value) && value >= 0))
    throw new InputError(`${field}: [${values.join(', ')}] has an impossible value`, name, AGAIN);
  return values;
}

/** The tensors must follow one another from 0 to the end of the data. */
function checkCover(layouts: readonly Layout[], size: number): void {
  const sorted = [...layouts].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let free = 0;
  for (const { name, begin, end } of sorted) {
    if (end > size)
      throw new InputError(
        `the tensor lies at bytes ${begin} to ${end} of the data, ${size} bytes are there`,
        name,
        'The file is cut off; save or download it again.',
      );
    if (begin < free) throw new InputError('the tensor overlaps another one', name, AGAIN);
    if (begin > free)
      throw new InputError(`${begin - free} bytes before the tensor belong to nothing`, name, AGAIN);
    free = end;
  }
  if (free !== size) throw new InputError(`${size - free} bytes follow after the last tensor`, 'data', AGAIN);
}

function handle(layout: Layout, dtype: DType, data: Bytes): TensorHandle {
  return {
    name: layout.name,
    dtype,
    shape: layout.shape,
    ...packedReader({ bytes: data, offset: layout.begin, dtype, littleEndian: true, shape: layout.shape }),
  };
}
