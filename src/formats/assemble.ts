import { InputError } from '../core/errors';
import type { Scalar, TensorHandle } from '../core/tensor';
import { limits } from './limits';
import type { Entry } from './source';

/** What stands at the end of a path through nested objects and lists. */
export interface Leaf {
  /** Names of the members and indices of the elements on the way. */
  readonly path: readonly string[];
  readonly content: Unnamed | Scalar['value'];
}

type Unnamed = Omit<TensorHandle, 'name'>;

/** Gathers the leaves of a file and keeps their number and the length of their names within the limits. */
export class Leaves {
  readonly all: Leaf[] = [];
  private tensors = 0;

  /** Adds one leaf. Loose values beyond the limits are dropped; too many tensors throw InputError. */
  add(path: readonly string[], content: Leaf['content']): void {
    const length = path.reduce((total, part) => total + part.length + 1, 0);
    if (typeof content === 'object') {
      if (++this.tensors > limits.tensors || length > limits.nameLength)
        throw new InputError(
          `the file holds more than ${limits.tensors} tensors, or one with a name of more than ${limits.nameLength} characters`,
          path.join('.').slice(0, 80),
          'Save the parameters of the recurrent network alone.',
        );
      this.all.push({ path, content });
    } else if (this.all.length - this.tensors < limits.scalars && length <= limits.nameLength)
      this.all.push({ path, content });
  }
}

/**
 * Joins paths with dots and decides whether the tree is a series: a member `checkpoints`, or a list whose
 * elements hold the same tensors. Values beside the checkpoints belong to each of them.
 */
export function assemble(leaves: readonly Leaf[], rootIsList: boolean): readonly Entry[] {
  const tensors = leaves.filter(isTensor);
  if (tensors.some(({ path }) => inCheckpoints(path)))
    return groups(leaves, 2, ({ path }) => inCheckpoints(path));
  // A list of bare tensors is no series: they have no names to compare.
  if (rootIsList && tensors.every(({ path }) => path.length > 1)) {
    const signatures = new Map<string, string>();
    for (const { path, content } of tensors) {
      const index = path[0] ?? '';
      const name = `${path.slice(1).join('.')} ${content.shape.join()}`;
      signatures.set(index, `${signatures.get(index) ?? ''}\n${name}`);
    }
    if (signatures.size > 1 && new Set(signatures.values()).size === 1)
      return groups(leaves, 1, ({ path }) => signatures.has(path[0] ?? ''));
  }
  return [entry(leaves)];
}

function inCheckpoints(path: readonly string[]): boolean {
  return path[0] === 'checkpoints' && path.length > 2 && /^\d+$/.test(path[1]!);
}

/** One entry for each value of path element `depth - 1`; leaves outside the groups are shared. */
function groups(leaves: readonly Leaf[], depth: number, belongs: (leaf: Leaf) => boolean): readonly Entry[] {
  const shared = leaves.filter((leaf) => !belongs(leaf));
  const members = new Map<string, Leaf[]>();
  for (const leaf of leaves.filter(belongs)) {
    const index = leaf.path[depth - 1]!;
    const group = members.get(index) ?? [];
    group.push({ path: leaf.path.slice(depth), content: leaf.content });
    members.set(index, group);
  }
  if (members.size * shared.length > limits.sharedValues)
    throw new InputError(
      `${members.size} checkpoints share ${shared.length} values`,
      '',
      'Save the checkpoints as files of their own.',
    );
  return [...members.values()].filter((group) => group.some(isTensor)).map((own) => entry(own, shared));
}

function entry(own: readonly Leaf[], shared: readonly Leaf[] = []): Entry {
  const tensors = new Map<string, TensorHandle>();
  const scalars = new Map<string, Scalar>();
  for (const leaf of [...shared, ...own]) {
    const name = leaf.path.join('.');
    const { content } = leaf;
    if (typeof content === 'object') tensors.set(name, { ...content, name });
    else scalars.set(name, { name, value: content });
  }
  const epoch = scalars.get('epoch')?.value;
  return {
    epoch: typeof epoch === 'number' && Number.isFinite(epoch) ? epoch : null,
    tensors: [...tensors.values()],
    scalars: [...scalars.values()],
  };
}

function isTensor(leaf: Leaf): leaf is Leaf & { readonly content: Unnamed } {
  return typeof leaf.content === 'object';
}
