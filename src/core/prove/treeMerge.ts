import type { Counts, TreeShare } from '../report/shard';
import type { TreeCounts } from './fixedPointTree';
import { ownerOf } from './owner';
import { sealOfLcp, type TreeReplay } from './treeProblem';
import { sum, unpackStates } from './treeShare';

/** Shares that are not those of one tree, or not all of it. */
export class ShareMismatch extends Error {
  override readonly name = 'ShareMismatch';
}

interface Whole {
  readonly share: TreeShare;
  readonly words: readonly string[];
  readonly counts: Counts;
  readonly bounded: boolean;
  readonly abandoned: number;
  /** Shards that gave up; then nothing else is known. */
  readonly ended: readonly number[];
}

/**
 * All shares of all trees, put together for `TreeReplay`: the words in the order in which one search meets them. Of a tree
 * that some shard did not search to its end nothing is said but that.
 * @param shards the trees of each shard, in the order of the shards. Throws ShareMismatch.
 */
export function mergeTrees(shards: readonly (readonly TreeShare[])[]): TreeReplay {
  const wholes = new Map<string, Whole>();
  for (const key of new Set(shards.flatMap((trees) => trees.map(keyOf)))) {
    const shares = shards.map((trees) => {
      const found = trees.filter((tree) => keyOf(tree) === key);
      if (found.length > 1) throw new ShareMismatch(`a shard holds the tree of ${key} twice`);
      return found[0] ?? null;
    });
    wholes.set(key, whole(key, shares));
  }
  return (lcp, { order, far, radius }, leaf, stop) => {
    const key = keyOf({ order, far });
    const merged = wholes.get(key);
    const none = { counts: emptyCounts(), fraction: 0, stopped: true, abandoned: 0, open: 1, bounded: true };
    if (!merged) return { ...none, whyNot: `No guarantee: the shards did not search the tree of ${key}.` };
    if (merged.ended.length > 0)
      return {
        ...none,
        whyNot: `No guarantee: ${merged.ended.length === 1 ? 'shard' : 'shards'} ${merged.ended.slice(0, 10).join(', ')}${merged.ended.length > 10 ? ', ..' : ''} of ${String(shards.length)} did not search the share of the tree of ${key} to its end.`,
      };
    const { share, counts, bounded, abandoned, words } = merged;
    if (share.problem !== sealOfLcp(lcp) || share.radius !== radius)
      return { ...none, whyNot: `No guarantee: the shards searched another tree of ${key}.` };
    let stopped = false;
    for (const word of words) {
      if ((stopped = stop())) break;
      leaf(unpackStates(word, lcp.L));
    }
    return {
      counts: { ...emptyCounts(), ...counts },
      fraction: stopped ? 0 : 1,
      stopped,
      abandoned,
      open: Number(stopped),
      bounded,
      ...(stopped ? { whyNot: 'No guarantee: merging was stopped.' } : {}),
    };
  };
}

function whole(key: string, shares: readonly (TreeShare | null)[]): Whole {
  const ended = shares.flatMap((share, i) => (share?.end === 'done' ? [] : [i + 1]));
  const share = shares.find((one) => one !== null)!;
  const empty = { share, words: [], counts: {}, bounded: true, abandoned: 0, ended };
  if (ended.length > 0) return empty;
  const all = shares.filter((one) => one !== null);
  for (const [i, one] of all.entries())
    if (above(one) !== above(share))
      throw new ShareMismatch(
        `shard ${String(i + 1)} cut the tree of ${key} in another way than shard 1: run all shards with the same program on the same kind of machine`,
      );
  const owned = new Map<number, readonly string[]>();
  for (const [i, one] of all.entries())
    for (const { subtree, words } of one.own) {
      const foreign = ownerOf(subtree, all.length) !== i || subtree >= share.subtrees;
      if (owned.has(subtree) || foreign)
        throw new ShareMismatch(
          `subtree ${String(subtree)} of the tree of ${key} is not that of shard ${String(i + 1)}`,
        );
      owned.set(subtree, words);
    }
  const words: string[] = [];
  let at = 0;
  for (let subtree = 0; subtree <= share.subtrees; subtree++) {
    for (; at < share.top.words.length && share.top.words[at]![0] === subtree; at++)
      words.push(share.top.words[at]![1]);
    if (subtree === share.subtrees) break;
    const own = owned.get(subtree);
    if (!own)
      throw new ShareMismatch(`subtree ${String(subtree)} of the tree of ${key} was searched by no shard`);
    words.push(...own);
  }
  if (at < share.top.words.length) throw new ShareMismatch(`words of the tree of ${key} are out of order`);
  const digits = Math.ceil(share.base.length / 4);
  if (words.some((word) => word.length !== digits || !/^[0-9a-f]*$/.test(word)))
    throw new ShareMismatch(`words of the tree of ${key} are not of its length`);
  return {
    share,
    words,
    counts: all.reduce((total, one) => sum(total, one.counts), share.top.counts),
    bounded: all.some((one) => one.bounded),
    abandoned: all.reduce((total, one) => total + one.abandoned, 0),
    ended,
  };
}

/** All that the shards must agree on. */
function above({ base, problem, radius, depth, subtrees, seal, top }: TreeShare): string {
  const counts = Object.entries(top.counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([base, problem, radius, depth, subtrees, seal, counts, top.words]);
}

function keyOf({ order, far }: Pick<TreeShare, 'order' | 'far'>): string {
  return `${order === 1 ? 'fixed points' : `order ${String(order)}`}${far ? ', far out' : ''}`;
}

function emptyCounts(): TreeCounts {
  return { nodes: 0, leaves: 0, excluded: 0, repeated: 0, pivots: 0, checked: 0, accepted: 0, refreshes: 0 };
}
