import { Seal } from './proof';
import type { CanonicalMap } from '../map/canonical';
import type { Report } from './types';

/** Which part of the work: `index` of `of`, from 1. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** What was counted while a tree was searched. */
export type Counts = Readonly<Record<string, number>>;

/**
 * One shard's part of a search tree. The tree is cut at a level; the nodes there are the roots of the subtrees, numbered
 * from 0 in the order of the search, and belong to the shards by `ownerOf`. What lies above the cut is searched by
 * every shard. Words are the itineraries that no certificate excluded, as `packStates` writes them.
 */
export interface TreeShare {
  /** Points of the cycle; the tree of order 1 is that of the fixed points. */
  readonly order: number;
  /** The tree of the normalised problem, for solutions far out. */
  readonly far: boolean;
  /** Bits of the base region, the points one after the other. */
  readonly base: string;
  /** Checksum of the problem itself: `sealOfLcp`. */
  readonly problem: string;
  /** Near solutions are those with sum(o) + sum(s) up to this. */
  readonly radius: number;
  /** Level of the cut: units branched on above it. */
  readonly depth: number;
  /** Subtrees below the cut, of all shards together. */
  readonly subtrees: number;
  /** Checksum of the branches that lead to each subtree and of the states settled there. */
  readonly seal: string;
  /** Above the cut; each word with the number of subtrees before it. */
  readonly top: { readonly counts: Counts; readonly words: readonly (readonly [number, string])[] };
  /** This shard's subtrees: the branches that lead there ("12=1": unit 12 of all points is active), and their words. */
  readonly own: readonly {
    readonly subtree: number;
    readonly branches: string;
    readonly words: readonly string[];
  }[];
  /** Of the shard's own subtrees together. */
  readonly counts: Counts;
  /** Some certificate holds for near solutions only. */
  readonly bounded: boolean;
  /** Subtrees given up for want of memory. */
  readonly abandoned: number;
  /** `budget`: given up after its share of work; `stop`: the run was ended by the user or a limit. */
  readonly end: 'done' | 'budget' | 'stop';
}

/** What was counted while words were extended. */
export interface GraphCounts {
  readonly linearPrograms: number;
  readonly empty: number;
  readonly doubtful: number;
  readonly pivots: number;
  /** Row products. */
  readonly operations: number;
}

/**
 * One shard's part of a word graph: of the words of one length (in their order), those that no earlier round extended
 * belong to the shards by `ownerOf`.
 */
export interface GraphShare {
  /** Length of the words. */
  readonly level: number;
  /** How many there are. */
  readonly words: number;
  /** Checksum of the box and of the words. */
  readonly seal: string;
  /** What follows each of the shard's own words, as far as it came: `packFollowers`. */
  readonly own: readonly string[];
  /** Of those words together. */
  readonly counts: GraphCounts;
  /** `budget`: given up after its share of work or memory; `stop`: the run was ended by the user or a limit. */
  readonly end: 'done' | 'budget' | 'stop';
}

/** What a report of one shard holds beside its list: all that merging needs. */
export interface Shard extends Share {
  /** From 1; shards of later rounds go on where those of the rounds before, put together, ended. */
  readonly round: number;
  /** The share in plain words. */
  readonly covered: readonly string[];
  readonly trees: readonly TreeShare[];
  /** The share of the word graph; null where there was nothing to split. */
  readonly graph: GraphShare | null;
  /** Orders without a tree to split, and why. */
  readonly whole: readonly { readonly order: number; readonly why: string }[];
  /** Seconds for proofs, as given. */
  readonly proofSeconds: number | null;
  /** Where the training code clamps the state, or null. */
  readonly clamp: number | null;
  /** What was said about the file and the model when they were read. */
  readonly modelWarnings: readonly string[];
  readonly map: {
    readonly n: number;
    readonly L: number;
    readonly A: readonly number[];
    readonly B: readonly number[];
    readonly C: readonly number[];
    readonly d: readonly number[];
    readonly g: readonly number[];
  };
  /** `sealOfShard` */
  readonly seal: string;
}

export type ShardReport = Report & { readonly shard: Shard };

/** Checksum of what merging relies on: against damage, not against malice. */
export function sealOfShard(report: Omit<Report, 'shard'>, shard: Omit<Shard, 'seal'>): string {
  const seal = new Seal();
  const { generator, file, digest, model, search } = report;
  const { round, index, of, covered, trees, graph, whole, proofSeconds, clamp, modelWarnings, map } = shard;
  seal.add(JSON.stringify([generator.version, file, digest, model, search]));
  seal.add(
    JSON.stringify([round, index, of, covered, trees, graph, whole, proofSeconds, clamp, modelWarnings, map]),
  );
  return seal.value;
}

/** Canonical maps as plain data, and back. */
export function plainMap({ n, L, A, B, C, d, g }: CanonicalMap): Shard['map'] {
  const [a, b, c] = [Array.from(A), Array.from(B), Array.from(C)];
  return { n, L, A: a, B: b, C: c, d: Array.from(d), g: Array.from(g) };
}

export function mapOf({ n, L, A, B, C, d, g }: Shard['map']): CanonicalMap {
  const [a, b, c] = [Float64Array.from(A), Float64Array.from(B), Float64Array.from(C)];
  return { n, L, A: a, B: b, C: c, d: Float64Array.from(d), g: Float64Array.from(g) };
}
