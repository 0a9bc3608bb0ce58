import type { GraphCounts, GraphShare, Share } from '../report/shard';
import { ownerOf } from './owner';
import { ShareMismatch } from './treeMerge';

/** Row products after which what is left of the words of one length is shared out: about a second of every shard. */
export const SPLIT_AFTER = 2e7;

/** The words of one length, before they are extended. */
export interface GraphLevel {
  readonly level: number;
  readonly words: number;
  /** Checksum of the box and of the words. */
  readonly seal: () => string;
}

interface Layer extends Pick<GraphShare, 'level' | 'words' | 'seal'> {
  readonly own: readonly (readonly string[])[];
  readonly counts: GraphCounts;
}

const NOTHING: GraphCounts = { linearPrograms: 0, empty: 0, doubtful: 0, pivots: 0, operations: 0 };

/**
 * What other runs found of the words of a graph, round by round, and which words this run leaves to others. Extending a
 * word depends on the word and on the words of its length alone; those are the same for all shards, because every round
 * begins with what all shards of the rounds before found together, pruned as in one run. So the shares put together are
 * what one run finds, number by number.
 */
export class GraphShares {
  /** Whether words of this length are left to others. */
  shared = false;
  /** What was found is not of this graph: it was left out. */
  unfit = false;
  readonly #layers: readonly Layer[];
  #level: GraphLevel | null = null;
  /** Layers of this level, each with the number of words asked for so far. */
  #here: { readonly layer: Layer; asked: number }[] = [];
  /** Words of this length so far that were not known, and whether the last of them is this run's. */
  #open = 0;
  #mine = false;
  #own: string[] = [];
  #counts = NOTHING;

  /**
   * @param rounds the shares of each round, in the order of the shards; null where a shard has none
   * @param split which share of the words of one length this run extends, once they take more than so many row products
   * Throws ShareMismatch.
   */
  constructor(
    rounds: readonly (readonly (GraphShare | null)[])[],
    private readonly split: { readonly share: Share; readonly after: number } | null = null,
  ) {
    this.#layers = rounds.flatMap((shares) => layerOf(shares) ?? []);
  }

  get splits(): boolean {
    return this.split !== null;
  }

  /** Before the words of a length are extended. */
  open(level: GraphLevel): void {
    this.#level = level;
    this.#open = 0;
    this.#own = [];
    this.#counts = NOTHING;
    this.#here = [];
    for (const layer of this.#layers) {
      if (layer.level !== level.level) continue;
      if (layer.words === level.words && layer.seal === level.seal()) this.#here.push({ layer, asked: 0 });
      else this.unfit = true;
    }
  }

  /** What follows the next word of this length, where it is known: to be asked once for each, in their order. */
  known(): string | null {
    for (const place of this.#here) {
      const { layer } = place;
      const j = place.asked++;
      const of = layer.own.length;
      const text = layer.own[ownerOf(j, of)]![Math.floor(j / of)];
      if (text !== undefined) return text;
    }
    return null;
  }

  /**
   * Whether this run extends the word, which is not known. Until it shows that the length takes long, all shards extend
   * all words, but keep their own alone.
   * @param spent row products on this length so far
   */
  takes(spent: number): boolean {
    if (!this.split) return true;
    if (spent > this.split.after) this.shared = true;
    const { index, of } = this.split.share;
    this.#mine = ownerOf(this.#open++, of) === index - 1;
    return this.#mine || !this.shared;
  }

  /** After this run extended a word. */
  extended(followers: string, counts: GraphCounts): void {
    if (!this.#mine) return;
    this.#own.push(followers);
    this.#counts = added(this.#counts, counts);
  }

  /** After the last word of a length: what others counted. */
  close(): GraphCounts {
    return this.#here.reduce((sum, { layer }) => added(sum, layer.counts), NOTHING);
  }

  /** This run's share, where words were shared out. */
  result(end: GraphShare['end']): GraphShare | null {
    if (!this.shared) return null;
    const { level, words, seal } = this.#level!;
    return { level, words, seal: seal(), own: this.#own, counts: this.#counts, end };
  }
}

function layerOf(shares: readonly (GraphShare | null)[]): Layer | null {
  const first = shares.findIndex((share) => share !== null);
  if (first < 0) return null;
  const { level, words, seal } = shares[first]!;
  for (const [i, share] of shares.entries()) {
    if (share && (share.level !== level || share.words !== words || share.seal !== seal))
      throw new ShareMismatch(
        `shard ${String(i + 1)} shared out other words of the word graph than shard ${String(first + 1)}: run all shards with the same program on the same kind of machine`,
      );
  }
  return {
    ...{ level, words, seal },
    own: shares.map((share) => share?.own ?? []),
    counts: shares.reduce((sum, share) => (share ? added(sum, share.counts) : sum), NOTHING),
  };
}

function added(a: GraphCounts, b: GraphCounts): GraphCounts {
  return {
    linearPrograms: a.linearPrograms + b.linearPrograms,
    empty: a.empty + b.empty,
    doubtful: a.doubtful + b.doubtful,
    pivots: a.pivots + b.pivots,
    operations: a.operations + b.operations,
  };
}

/** What was counted since. */
export function graphCounts(now: GraphCounts, since: GraphCounts): GraphCounts {
  return {
    linearPrograms: now.linearPrograms - since.linearPrograms,
    empty: now.empty - since.empty,
    doubtful: now.doubtful - since.doubtful,
    pivots: now.pivots - since.pivots,
    operations: now.operations - since.operations,
  };
}

/**
 * Edges from .. to of a word, each as its place among the words that may follow (from `lo` on) and the n active rows of
 * its cell, in base 36.
 */
export function packFollowers(
  targets: Int32Array,
  bases: Int32Array,
  from: number,
  to: number,
  lo: number,
  n: number,
): string {
  const numbers: string[] = [];
  for (let e = from; e < to; e++) {
    numbers.push((targets[e]! - lo).toString(36));
    for (let j = 0; j < n; j++) numbers.push(bases[e * n + j]!.toString(36));
  }
  return numbers.join(' ');
}

/**
 * The numbers of `packFollowers`, n + 1 for each word.
 * @param count words that may follow
 * @param codes active rows are below this
 * Throws ShareMismatch when they are not those of rising places below `count` with n codes each.
 */
export function unpackFollowers(text: string, n: number, count: number, codes: number): Int32Array {
  if (text === '') return new Int32Array(0);
  const numbers = text.split(' ').map((digits) => parseInt(digits, 36));
  let sound = numbers.length % (n + 1) === 0;
  let before = -1;
  for (let at = 0; at < numbers.length && sound; at++) {
    const value = numbers[at]!;
    if (at % (n + 1) !== 0) sound = value >= 0 && value < codes;
    else {
      sound = value > before && value < count;
      before = value;
    }
  }
  if (!sound) throw new ShareMismatch(`"${text.slice(0, 40)}" says nothing about the words of this graph`);
  return Int32Array.from(numbers);
}
