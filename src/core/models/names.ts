import type { TensorInfo } from '../tensor';

/** A tensor whose name says which parameter it is. */
export interface NamedTensor {
  readonly tensor: TensorInfo;
  /** What stands before the parameter's own name; parameters of one model share it. */
  readonly prefix: string;
  /** A, W, h, AW, W1, .., or `theta` for H with the opposite sign. */
  readonly parameter: string;
  /** Written as `W.weight`, i.e. by a layer object of its own. */
  readonly layered: boolean;
}

/** The tensors of one model in a file. */
export interface Group {
  readonly prefix: string;
  readonly parameters: ReadonlyMap<string, NamedTensor>;
}

/** What the names of a file say. */
export interface NamedTensors {
  readonly groups: readonly Group[];
  /** Names of recurrent layers beyond the first (`weight_hh_l1`). */
  readonly deeper: readonly string[];
  /** Names of layers that run backwards (`weight_hh_l0_reverse`). */
  readonly backwards: readonly string[];
}

const containers = new Set(['_parameters', '_modules', '_buffers']);
const greek: Readonly<Record<string, string>> = { α: 'alpha', θ: 'theta', Θ: 'theta' };

const aliases: Readonly<Record<string, string>> = {
  A: 'A',
  A_diag: 'A',
  diag_A: 'A',
  AW: 'AW',
  W: 'W',
  W_mask: 'W_mask',
  h: 'h',
  h0: 'h',
  C: 'C',
  CLinear: 'C',
  W1: 'W1',
  W2: 'W2',
  h1: 'h1',
  h2: 'h2',
  alpha: 'alpha',
  alphas: 'alpha',
  H: 'H',
  theta: 'theta',
  thetas: 'theta',
  clipping: 'clipping',
  W_hh: 'W_hh',
  Whh: 'W_hh',
  W_rec: 'W_hh',
  h2h: 'W_hh',
  W_ih: 'W_ih',
  Wih: 'W_ih',
  W_in: 'W_ih',
  i2h: 'W_ih',
  b: 'b',
  b_hh: 'b_hh',
  bhh: 'b_hh',
  b_ih: 'b_ih',
  bih: 'b_ih',
};
/** `X.bias` of a linear layer whose weight is X. */
const biasOf: Readonly<Record<string, string>> = {
  W: 'h',
  W1: 'h1',
  W2: 'h2',
  W_hh: 'b_hh',
  W_ih: 'b_ih',
};

const torchRecurrent = /^(.*?)(?:^|_)(weight|bias)_(hh|ih)(?:_l(\d+))?(_reverse)?$/;

function alias(word: string): string | undefined {
  const plain = word
    .normalize('NFKC')
    .replace(/[αθΘ]/g, (letter) => greek[letter]!)
    .replace(/^([Wh])_([012])$/, '$1$2');
  return Object.hasOwn(aliases, plain) ? aliases[plain] : undefined;
}

interface Parsed {
  readonly prefix: string;
  readonly parameter: string;
  readonly layered: boolean;
  readonly layer?: number;
  readonly reverse?: boolean;
}

/** Splits a tensor's name into the parameter it names and what stands before; null where it names none. */
export function parseName(name: string): Parsed | null {
  const parts = name.split(/[./]/).filter((part) => part !== '' && !containers.has(part));
  const last = parts.at(-1);
  if (last === undefined) return null;
  const above = parts.slice(0, -1);
  const recurrent = torchRecurrent.exec(last);
  if (recurrent) {
    const [, before, what, which, layer, reverse] = recurrent;
    return {
      prefix: [...above, ...(before ? [before] : [])].join('.'),
      parameter: `${what === 'weight' ? 'W' : 'b'}_${which!}`,
      layered: false,
      layer: Number(layer ?? 0),
      reverse: reverse !== undefined,
    };
  }
  if (last === 'weight' || last === 'bias') {
    const owner = alias(above.at(-1) ?? '');
    if (owner === undefined) return null;
    const parameter = last === 'weight' ? owner : biasOf[owner];
    if (parameter === undefined) return null;
    return { prefix: above.slice(0, -1).join('.'), parameter, layered: true };
  }
  const parameter = alias(last);
  return parameter === undefined ? null : { prefix: above.join('.'), parameter, layered: false };
}

/** Whether a tensor is what an optimizer keeps beside the weights; never part of a model. */
export function isOptimizerState(name: string): boolean {
  return /optim|exp_avg|momentum_buffer/i.test(name);
}

/** Longest beginning shared by all names that ends at a separator: `npy_` of `npy_A`, `npy_W`. */
function commonPrefix(names: readonly string[]): string {
  const [first = ''] = names;
  if (names.length < 2) return '';
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  return /^.*[^A-Za-z0-9]/.exec(first.slice(0, length))?.[0] ?? '';
}

/** Groups the tensors of a file by what stands before their parameter names. */
export function nameTensors(tensors: readonly TensorInfo[]): NamedTensors {
  const weights = tensors.filter(({ name }) => !isOptimizerState(name));
  let parsed = weights.map((tensor) => ({ tensor, named: parseName(tensor.name) }));
  if (parsed.every(({ named }) => named === null)) {
    const shared = commonPrefix(weights.map(({ name }) => name)).length;
    parsed = weights.map((tensor) => ({ tensor, named: parseName(tensor.name.slice(shared)) }));
  }
  const groups = new Map<string, Map<string, NamedTensor>>();
  const deeper: string[] = [];
  const backwards: string[] = [];
  for (const { tensor, named } of parsed) {
    if (!named) continue;
    if (named.reverse === true) backwards.push(tensor.name);
    else if ((named.layer ?? 0) > 0) deeper.push(tensor.name);
    else {
      const group = groups.get(named.prefix) ?? new Map<string, NamedTensor>();
      groups.set(named.prefix, group);
      if (!group.has(named.parameter)) group.set(named.parameter, { tensor, ...named });
    }
  }
  return {
    groups: [...groups].map(([prefix, parameters]) => ({ prefix, parameters })),
    deeper,
    backwards,
  };
}
