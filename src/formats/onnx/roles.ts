import type { Scalar, TensorHandle } from '../../core/tensor';
import type { Graph, Node } from './graph';

/**
 * Exporters fold and rename weights: `W` becomes `onnx::MatMul_14`, transposed. The graph still says what each is
 * for. Where it does beyond doubt, the weight is offered a second time under the name and in the orientation that it
 * had in the model, and what the operations say about the equation goes out as plain facts.
 */
export interface Roles {
  readonly tensors: readonly TensorHandle[];
  readonly scalars: readonly Scalar[];
}

/** Operations that a step of the networks in question is made of; with any other one nothing is concluded. */
const known = new Set([
  'Add',
  'Cast',
  'Concat',
  'Constant',
  'Expand',
  'Gather',
  'Gemm',
  'Identity',
  'LeakyRelu',
  'MatMul',
  'Mul',
  'ReduceMean',
  'ReduceSum',
  'Relu',
  'Reshape',
  'Shape',
  'Slice',
  'Squeeze',
  'Sub',
  'Transpose',
  'Unsqueeze',
]);
const recurrent: Readonly<Record<string, number>> = { RNN: 1, GRU: 3, LSTM: 4 };
const LEAKY_DEFAULT = 0.01;

/** What the graph says about its weights. */
export async function rolesOf(graph: Graph): Promise<Roles> {
  const layers = graph.nodes.filter(({ op }) => Object.hasOwn(recurrent, op));
  if (layers.length > 0) return layersOf(graph, layers);
  return new Step(graph).roles();
}

/** A tensor made of another one's values. */
function derived(
  name: string,
  from: TensorHandle,
  shape: readonly number[],
  pick: (values: Float64Array) => Float64Array,
): TensorHandle {
  return { name, dtype: from.dtype, shape, load: async () => pick(await from.load()) };
}

function transposed(name: string, from: TensorHandle): TensorHandle {
  const [rows = 0, columns = 0] = from.shape;
  return derived(name, from, [columns, rows], (values) =>
    values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!),
  );
}

function sourceOf(name: string, from: TensorHandle, how: string): Scalar {
  return { name: `${name}.source`, value: how === '' ? from.name : `${from.name}, ${how}` };
}

// region recurrent layers

/** RNN, GRU and LSTM operations under the names that PyTorch gives their weights. */
function layersOf(graph: Graph, layers: readonly Node[]): Roles {
  const tensors: TensorHandle[] = [];
  const scalars: Scalar[] = [];
  const count = new Map<string, number>();
  for (const node of layers) {
    const path = node.name.split('/').filter((part) => part !== '');
    const prefix = path.slice(0, -1).join('.');
    const dotted = prefix === '' ? '' : `${prefix}.`;
    const layer = count.get(prefix) ?? 0;
    count.set(prefix, layer + 1);
    const gates = recurrent[node.op]!;
    const size = node.attributes.get('hidden_size')?.ints[0];
    const [, W, R, B] = node.inputs.map((name) => graph.tensors.get(name));
    const directions = R?.shape[0] ?? 0;
    const hidden = R?.shape[2] ?? 0;
    if (!W || !R || R.shape.length !== 3 || W.shape.length !== 3 || directions > 2 || directions < 1)
      continue;
    if (R.shape[1] !== gates * hidden || W.shape[1] !== R.shape[1] || (size ?? hidden) !== hidden) continue;
    for (let d = 0; d < directions; d++) {
      const backwards = d === 1 || node.attributes.get('direction')?.texts[0] === 'reverse';
      const end = `_l${layer}${backwards ? '_reverse' : ''}`;
      const add = (name: string, from: TensorHandle, shape: readonly number[], start: number): void => {
        const length = shape.reduce((a, b) => a * b, 1);
        const full = `${dotted}${name}${end}`;
        tensors.push(derived(full, from, shape, (values) => values.slice(start, start + length)));
        scalars.push(sourceOf(full, from, ''));
      };
      const rows = gates * hidden;
      const inputs = W.shape[2]!;
      add('weight_ih', W, [rows, inputs], d * rows * inputs);
      add('weight_hh', R, [rows, hidden], d * rows * hidden);
      if (B?.shape.join() !== [directions, 2 * rows].join()) continue;
      add('bias_ih', B, [rows], d * 2 * rows);
      add('bias_hh', B, [rows], d * 2 * rows + rows);
    }
    if (node.op === 'RNN') scalars.push(...activation(node, dotted));
    else scalars.push({ name: `${dotted}model`, value: node.op });
  }
  return { tensors, scalars };
}

/** The nonlinearity of an RNN operation, tanh unless stated: `Relu` -> relu, `HardSigmoid` -> hard sigmoid. */
function activation(node: Node, dotted: string): Scalar[] {
  const stated = node.attributes.get('activations')?.texts[0] ?? 'Tanh';
  const value = stated
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .slice(0, 40);
  const facts: Scalar[] = [{ name: `${dotted}nonlinearity`, value }];
  if (value === 'leaky relu')
    facts.push({
      name: `${dotted}negativeSlope`,
      value: node.attributes.get('activation_alpha')?.floats[0] ?? LEAKY_DEFAULT,
    });
  return facts;
}
// endregion

// region one step of a PLRNN

/** A product with a weight that carries no name of its own. */
interface Product {
  readonly weight: TensorHandle;
  /** As `y = x W`, so that the model's matrix is the transpose. */
  readonly turned: boolean;
}

class Step {
  /** Values that depend on the state; true once they have passed a ReLU. */
  readonly #stage = new Map<string, boolean>();
  readonly #producer = new Map<string, Node>();
  readonly #before: Product[] = [];
  readonly #after: Product[] = [];
  readonly #units: Node[] = [];
  #bases: TensorHandle | null = null;
  #thresholds: { readonly widened: Node; readonly sign: 1 | -1 } | null = null;

  constructor(private readonly graph: Graph) {
    for (const input of graph.inputs) this.#stage.set(input, false);
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.#producer.set(output, node);
      this.follow(node);
    }
  }

  private follow(node: Node): void {
    const { op, inputs, outputs } = node;
    const moving = inputs.filter((name) => this.#stage.has(name));
    if (moving.length === 0 || op === 'Shape') return;
    const passed = moving.some((name) => this.#stage.get(name) === true);
    const isUnit = op === 'Relu' || op === 'LeakyRelu';
    for (const output of outputs) this.#stage.set(output, passed || isUnit);
    if (isUnit) this.#units.push(node);
    const [first = '', second = ''] = inputs;
    if (op === 'MatMul' || op === 'Gemm') {
      const left = this.graph.tensors.get(first);
      const weight = left ?? this.graph.tensors.get(second);
      if (weight?.shape.length !== 2) return;
      const turned = !left && node.attributes.get('transB')?.ints[0] !== 1;
      (passed ? this.#after : this.#before).push({ weight, turned });
    } else if (op === 'Mul' && passed) {
      const weight = this.graph.tensors.get(first) ?? this.graph.tensors.get(second);
      if (weight?.shape.length === 3) this.#bases = weight;
    } else if ((op === 'Sub' || op === 'Add') && !passed) {
      const widened = this.producerOf(first);
      if (widened?.op === 'Unsqueeze' && this.graph.tensors.get(second)?.shape.length === 2)
        this.#thresholds = { widened, sign: op === 'Add' ? 1 : -1 };
    }
  }

  private producerOf(name: string): Node | undefined {
    return this.#producer.get(name);
  }

  /** Name of the module that the named parameters lie in, with its dot: `core.` of `core.A`. */
  private prefix(): string {
    const named = [...this.graph.tensors.keys()].filter((name) => /(?:^|\.)(?:A|h|h0|h1)$/.test(name));
    const [first] = named;
    return first === undefined ? '' : first.slice(0, first.lastIndexOf('.') + 1);
  }

  async roles(): Promise<Roles> {
    const { graph } = this;
    if (graph.nodes.some(({ op }) => op === 'Tanh') && this.#units.length === 0)
      return { tensors: [], scalars: [{ name: 'model', value: 'tanh RNN' }] };
    if (!graph.nodes.every(({ op }) => known.has(op)) || this.#units.length === 0)
      return { tensors: [], scalars: [] };
    const prefix = this.prefix();
    const tensors: TensorHandle[] = [];
    const scalars: Scalar[] = [];
    const offer = (tensor: TensorHandle, from: TensorHandle, how: string): void => {
      if (graph.tensors.has(tensor.name)) return;
      tensors.push(tensor);
      scalars.push(sourceOf(tensor.name, from, how));
    };
    const [out, ...moreOut] = this.#after;
    const [inner, ...moreInner] = this.#before;
    if (!out || moreOut.length > 0 || moreInner.length > 0) return { tensors, scalars };
    for (const [role, product] of [
      [inner ? 'W1' : 'W', out],
      ['W2', inner],
    ] as const) {
      if (!product || this.isNamed(product.weight)) continue;
      const name = prefix + role;
      if (product.turned) offer(transposed(name, product.weight), product.weight, 'transposed');
      else offer({ ...product.weight, name }, product.weight, '');
    }
    const bases = this.#bases;
    if (bases && this.#thresholds && !this.isNamed(bases)) {
      const name = `${prefix}alpha`;
      const length = Math.max(...bases.shape);
      if (bases.shape.filter((extent) => extent !== 1).length <= 1)
        offer(
          derived(name, bases, [length], (values) => values),
          bases,
          '',
        );
    }
    for (const [name, value] of await this.facts(inner !== undefined, out.weight))
      scalars.push({ name: prefix + name, value });
    return { tensors, scalars };
  }

  private isNamed(tensor: TensorHandle): boolean {
    return !/::|^val_|^\//.test(tensor.name);
  }

  /** Architecture and variant, as far as the operations state them. */
  private async facts(
    inner: boolean,
    out: TensorHandle,
  ): Promise<readonly (readonly [string, Scalar['value']])[]> {
    const facts: [string, Scalar['value']][] = [];
    const units = this.#units;
    const slopes = new Set(units.map((node) => slopeOf(node)));
    if (units.length > 2 || slopes.size > 1) return [];
    const [slope = 0] = slopes;
    if (slope !== 0) facts.push(['negativeSlope', slope]);
    const clipped = units.length === 2;
    // The second ReLU belongs to a clipped model if it is taken from the first one.
    if (clipped && !this.subtracted(units)) return [];
    if (this.centred()) facts.push(['meanCentred', true]);
    if (this.#thresholds) {
      const { widened, sign } = this.#thresholds;
      const axis = widened.attributes.get('axes')?.ints[0] ?? (await this.single(widened.inputs[1]));
      facts.push(['model', clipped ? 'clippedDendPLRNN' : 'dendPLRNN'], ['thresholdSign', sign]);
      // z becomes a row for each basis, or a column.
      if (axis === 1 || axis === -2) facts.push(['orientation', 'BxM']);
      else if (axis === 2 || axis === -1) facts.push(['orientation', 'MxB']);
    } else if (inner) facts.push(['model', clipped ? 'clippedShPLRNN' : 'shPLRNN']);
    else if (!clipped) {
      const sliced = this.producerOf(units[0]!.inputs[0] ?? '');
      if (!sliced || sliced.op === 'Identity' || this.centred()) facts.push(['model', 'PLRNN']);
      else if (sliced.op === 'Sub' && /(?:^|\.)h$/.test(sliced.inputs[1] ?? ''))
        facts.push(['model', 'PLRNN'], ['thresholds', 'inside']);
      else if (sliced.op !== 'Slice') return [];
      else {
        const P = await this.lastUnits(sliced, units[0]!, out.shape[0]!);
        if (P === null) return [];
        facts.push(['model', 'ALRNN'], ['P', P]);
      }
    }
    return facts;
  }

  /** Whether the units without offset are taken from those with one. */
  private subtracted(units: readonly Node[]): boolean {
    return this.graph.nodes.some(({ op, inputs }) => {
      const [offset, plain] = inputs.map((name) => units.find(({ outputs }) => outputs.includes(name)));
      if (op !== 'Sub' || !offset || !plain || offset === plain) return false;
      const before = this.producerOf(offset.inputs[0] ?? '');
      const after = this.producerOf(plain.inputs[0] ?? '');
      return (before?.op === 'Add' || before?.op === 'Sub') && after?.op !== 'Add';
    });
  }

  private centred(): boolean {
    return this.graph.nodes.some(
      ({ op, inputs }) => op === 'Sub' && this.producerOf(inputs[1] ?? '')?.op === 'ReduceMean',
    );
  }

  /** P where the slice takes the last P of M values and the others are put before them unchanged; null otherwise. */
  private async lastUnits(slice: Node, unit: Node, M: number): Promise<number | null> {
    const start = await this.single(slice.inputs[1]);
    const end = await this.single(slice.inputs[2]);
    if (start === null || end === null || (end < M && end !== 0)) return null;
    const P = start < 0 ? -start : M - start;
    const put = this.graph.nodes.find(({ op }) => op === 'Concat');
    const last = put?.inputs.at(-1);
    return P >= 1 && P <= M && put?.inputs.length === 2 && last === unit.outputs[0] ? P : null;
  }

  private async single(name: string | undefined): Promise<number | null> {
    const tensor = this.graph.tensors.get(name ?? '');
    if (!tensor || tensor.shape.reduce((a, b) => a * b, 1) !== 1) return null;
    return (await tensor.load())[0]!;
  }
}

function slopeOf({ op, attributes }: Node): number {
  return op === 'Relu' ? 0 : (attributes.get('alpha')?.floats[0] ?? LEAKY_DEFAULT);
}
// endregion
