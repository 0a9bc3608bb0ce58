import { InputError } from '../../core/errors';
import type { TensorHandle } from '../../core/tensor';
import { limits } from '../limits';
import { readTensor, type Unusable } from './tensor';
import { ProtoReader, type Field } from './protobuf';
import type { Source } from '../source';
import { Window } from '../window';

export interface Attribute {
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly texts: readonly string[];
}

/** One operation of the graph. */
export interface Node {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** What an ONNX file holds: the operations in order, and the numbers they use. */
export interface Graph {
  readonly nodes: readonly Node[];
  /** Names of the inputs that are no tensors of the file. */
  readonly inputs: readonly string[];
  /** Initialisers first, then the values of Constant nodes. */
  readonly tensors: ReadonlyMap<string, TensorHandle>;
  readonly unusable: readonly Unusable[];
}

/** Attributes of more values than this are no parameters of a recurrent node. */
const ATTRIBUTE = 64;

/** Reads the graph of an ONNX model (onnx.proto, fields by number). Values stay in the file. Throws InputError. */
export async function readGraph(source: Source): Promise<Graph> {
  const reader = new ProtoReader(new Window(source, 'ONNX'));
  const graphs: Field[] = [];
  for await (const field of reader.fields(0, source.size))
    if (field.number === 7 && field.wire === 2) graphs.push(field);
  const [graph] = graphs;
  if (!graph)
    throw new InputError('the file holds no ONNX graph', '', 'Export it again with torch.onnx.export.');
  return new GraphReader(reader, source).read(graph);
}

class GraphReader {
  readonly #nodes: Node[] = [];
  readonly #inputs: string[] = [];
  readonly #initialisers = new Map<string, TensorHandle>();
  readonly #constants = new Map<string, TensorHandle>();
  readonly #unusable: Unusable[] = [];

  constructor(
    private readonly reader: ProtoReader,
    private readonly source: Source,
  ) {}

  async read(graph: Field): Promise<Graph> {
    for await (const field of this.reader.fields(graph.start, graph.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) await this.node(field);
      else if (field.number === 5) await this.tensor(field, '', this.#initialisers);
      else if (field.number === 11) this.#inputs.push(await this.nameOf(field));
      else if (field.number === 15)
        this.#unusable.push({ name: 'a sparse tensor', unusable: 'sparse tensors are not read' });
    }
    const tensors = new Map([...this.#constants, ...this.#initialisers]);
    const ordered = new Map([...this.#initialisers, ...this.#constants]);
    return {
      nodes: this.#nodes,
      inputs: this.#inputs.filter((name) => !tensors.has(name)),
      tensors: ordered,
      unusable: this.#unusable,
    };
  }

  private async tensor(field: Field, name: string, into: Map<string, TensorHandle>): Promise<void> {
    const tensor = await readTensor(this.reader, this.source, field, name);
    const named = name === '' ? tensor.name : name;
    if ('unusable' in tensor) this.#unusable.push({ name: named, unusable: tensor.unusable });
    else into.set(named, { ...tensor, name: named });
    if (this.#initialisers.size + this.#constants.size + this.#unusable.length > limits.tensors)
      throw new InputError(
        `the graph has more than ${limits.tensors} tensors`,
        named,
        'Export the recurrent network alone.',
      );
  }

  private async nameOf(message: Field): Promise<string> {
    for await (const field of this.reader.fields(message.start, message.end))
      if (field.number === 1 && field.wire === 2) return this.reader.text(field);
    return '';
  }

  private async node(message: Field): Promise<void> {
    let op = '';
    let name = '';
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: Field[] = [];
    for await (const field of this.reader.fields(message.start, message.end)) {
      if (field.wire !== 2) continue;
      if (field.number === 1) inputs.push(await this.reader.text(field));
      else if (field.number === 2) outputs.push(await this.reader.text(field));
      else if (field.number === 3) name = await this.reader.text(field);
      else if (field.number === 4) op = await this.reader.text(field);
      else if (field.number === 5) attributes.push(field);
    }
    const read = new Map<string, Attribute>();
    for (const attribute of attributes) {
      const constant = op === 'Constant' ? (outputs[0] ?? '') : '';
      const [key, value] = await this.attribute(attribute, constant);
      read.set(key, value);
    }
    this.#nodes.push({ op, name, inputs, outputs, attributes: read });
  }

  /** @param constant output of the Constant node whose value this may be, or '' */
  private async attribute(message: Field, constant: string): Promise<readonly [string, Attribute]> {
    let name = '';
    const floats: number[] = [];
    const ints: number[] = [];
    const texts: string[] = [];
    let tensor: Field | null = null;
    let list = false;
    for await (const field of this.reader.fields(message.start, message.end))
      switch (field.number) {
        case 1:
          name = await this.reader.text(field);
          break;
        case 2:
          floats.push(await this.reader.float(field));
          break;
        case 3:
          ints.push(field.value);
          break;
        case 4:
          texts.push(await this.reader.text(field));
          break;
        case 5:
          tensor = field;
          break;
        case 7:
          list = true;
          if (floats.length < ATTRIBUTE) floats.push(...(await this.floats(field)));
          break;
        case 8:
          list = true;
          if (ints.length < ATTRIBUTE) ints.push(...(await this.reader.integers(field, ATTRIBUTE)));
          break;
        case 9:
          if (texts.length < ATTRIBUTE) texts.push(await this.reader.text(field));
          break;
      }
    if (constant !== '') {
      if (name === 'value' && tensor) await this.tensor(tensor, constant, this.#constants);
      else if (name.startsWith('value_float')) this.constant(constant, 'float32', floats, list);
      else if (name.startsWith('value_int')) this.constant(constant, 'int64', ints, list);
    }
    return [name, { floats, ints, texts }];
  }

  private async floats(field: Field): Promise<number[]> {
    if (field.wire === 5) return [await this.reader.float(field)];
    const values: number[] = [];
    for (let at = field.start; at + 4 <= field.end && values.length < ATTRIBUTE; at += 4)
      values.push(await this.reader.float({ ...field, wire: 5, start: at, end: at + 4 }));
    return values;
  }

  private constant(name: string, dtype: 'float32' | 'int64', values: readonly number[], list: boolean): void {
    if (values.length === 0 || values.length >= ATTRIBUTE) return;
    this.#constants.set(name, {
      name,
      dtype,
      shape: list ? [values.length] : [],
      load: async () => Float64Array.from(values),
    });
  }
}
