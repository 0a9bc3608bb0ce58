import type { Counts, Share, TreeShare } from '../report/shard';
import { Seal } from '../report/proof';
import { FixedPointTree, type TreeCounts, type TreeSplit } from './fixedPointTree';
import type { Lcp } from './lcp';
import { ownerOf } from './owner';
import { Rotations } from './rotations';
import { sealOfLcp } from './treeProblem';

/** The cut lies where there are this many subtrees for each shard, so that shards take about equally long. */
const SUBTREES = 8;
/** Nodes above the cut, for each shard and in any case: what every shard searches again. */
const ABOVE = { each: 64, least: 1024 };
/** Levels by which the cut is lowered at a time. */
const STEP = 2;

export interface TreeToShare {
  readonly lcp: Lcp;
  readonly order: number;
  readonly far: boolean;
  readonly radius: number;
  /** Variables that are zero throughout. */
  readonly settled: readonly { unit: number; state: number }[];
}

/**
 * Searches one shard's share of a tree. Every shard finds the same cut: the nodes of the tree depend on the branches that
 * lead to them alone, not on what was searched before.
 * @param maxNodes nodes of the whole share
 * @param onWord what no certificate excluded, for the shard's own list
 */
export function shareTree(
  problem: TreeToShare,
  share: Share,
  maxNodes: number,
  stop: () => boolean,
  onWord: (states: Int8Array) => void,
): TreeShare {
  const { lcp, order, far, radius, settled } = problem;
  const grow = (split: TreeSplit, limit: number, onState: (states: Int8Array) => void): FixedPointTree => {
    // Complementary points met on the way are leads to fixed points; cycles and far points wait for the leaves.
    const hint = order === 1 && !far ? onState : (): void => undefined;
    const rotations = order === 1 ? null : new Rotations(lcp.L / order, order, lcp.base);
    const handlers = { leaf: onState, hint, stop, progress: (): void => undefined };
    const tree = new FixedPointTree(lcp, far, handlers, limit, radius, rotations, null, split);
    tree.run(settled);
    return tree;
  };
  let depth = Math.ceil(Math.log2(share.of)) + STEP;
  for (; ; depth += STEP) {
    let subtrees = 0;
    const count = (): boolean => {
      subtrees++;
      return false;
    };
    const scout = grow({ depth, enter: count, leave: () => undefined }, maxNodes, () => undefined);
    const enough = subtrees === 0 || subtrees >= SUBTREES * share.of;
    if (enough || scout.stopped || scout.counts.nodes > ABOVE.each * share.of + ABOVE.least) break;
  }
  const recorder = new Recorder(problem, depth, share);
  const tree = grow(recorder, maxNodes, (states) => {
    recorder.word(states);
    onWord(states);
  });
  const { subtrees, seal, own, topWords } = recorder;
  return {
    order,
    far,
    base: lcp.base.join(''),
    problem: sealOfLcp(lcp),
    radius,
    depth,
    subtrees,
    seal: seal.value,
    top: { counts: difference(tree.counts, recorder.counts), words: topWords },
    own,
    counts: recorder.counts,
    bounded: tree.bounded,
    abandoned: tree.abandoned,
    end: !tree.stopped ? 'done' : stop() ? 'stop' : 'budget',
  };
}

/** Takes down what a shard meets, above the cut and in its own subtrees. */
class Recorder implements TreeSplit {
  subtrees = 0;
  readonly seal = new Seal();
  readonly topWords: (readonly [number, string])[] = [];
  readonly own: { subtree: number; branches: string; words: string[] }[] = [];
  counts: Counts = {};
  private inside: { words: string[]; seen: Set<string>; before: TreeCounts } | null = null;
  private readonly seenAbove = new Set<string>();

  constructor(
    private readonly problem: TreeToShare,
    readonly depth: number,
    private readonly share: Share,
  ) {}

  enter(path: readonly number[], states: Int8Array, counts: TreeCounts): boolean {
    const { base } = this.problem.lcp;
    this.seal.add(`${path.join(' ')} ${states.join('')}`);
    const subtree = this.subtrees++;
    if (ownerOf(subtree, this.share.of) !== this.share.index - 1) return false;
    const branches = path.map((code) => {
      const unit = code >> 2;
      return `${String(unit)}=${String(((code >> 1) & 1) ^ base[unit]!)}`;
    });
    const words: string[] = [];
    this.own.push({ subtree, branches: branches.join(' '), words });
    this.inside = { words, seen: new Set(), before: { ...counts } };
    return true;
  }

  leave(counts: TreeCounts): void {
    this.counts = sum(this.counts, difference(counts, { ...this.inside!.before }));
    this.inside = null;
  }

  word(states: Int8Array): void {
    const word = packStates(states);
    // Solved once: what is repeated says nothing new. Above the cut all shards must say the same.
    if (this.seenAbove.has(word)) return;
    if (!this.inside) {
      this.seenAbove.add(word);
      this.topWords.push([this.subtrees, word]);
    } else if (!this.inside.seen.has(word)) {
      this.inside.seen.add(word);
      this.inside.words.push(word);
    }
  }
}

/** Sum, name by name. */
export function sum(a: Counts, b: Counts): Counts {
  const total: Record<string, number> = { ...a };
  for (const [name, value] of Object.entries(b)) total[name] = (total[name] ?? 0) + value;
  return total;
}

function difference(a: TreeCounts, b: Counts): Counts {
  return Object.fromEntries(
    Object.entries(a).map(([name, value]): [string, number] => [name, (value as number) - (b[name] ?? 0)]),
  );
}

/** States (0: base, 1: the other) as hexadecimal digits, four units to a digit, the first unit in its lowest bit. */
export function packStates(states: Int8Array): string {
  let text = '';
  for (let v = 0; v < states.length; v += 4) {
    let digit = 0;
    for (let b = 0; b < 4 && v + b < states.length; b++) if (states[v + b] === 1) digit |= 1 << b;
    text += digit.toString(16);
  }
  return text;
}

/** @throws RangeError when the text is not that of so many units */
export function unpackStates(text: string, units: number): Int8Array {
  if (text.length !== Math.ceil(units / 4) || !/^[0-9a-f]*$/.test(text))
    throw new RangeError(`"${text}" is not the word of ${String(units)} units`);
  return Int8Array.from({ length: units }, (_, v) => (parseInt(text[v >> 2]!, 16) >> (v & 3)) & 1);
}
