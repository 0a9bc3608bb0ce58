/**
 * The form of a proof file: JSON lines. A head names the model; then parts follow, each an argument that excludes a
 * piece of the search space leaf by leaf; an end tells how many lines there are and holds a checksum against damage,
 * with one of the report that the proof belongs to.
 *
 * Lengths are in units of `unit`, a power of two: g and d of the model divided by it, without rounding.
 */
export const PROOF_SCHEMA = 'rnn-dynamics/proof@1';

export interface ProofHead {
  readonly schema: typeof PROOF_SCHEMA;
  readonly digest: string;
  readonly unit: number;
  readonly stateDim: number;
  readonly reluUnits: number;
}

export interface ProofEnd {
  readonly end: 'proof';
  /** Lines before this one. */
  readonly lines: number;
  /** Of those lines. */
  readonly seal: string;
  /** `sealOfReport` */
  readonly report: string;
}

/**
 * Opens a search tree over the signs of C z + d at the k points of a cycle. With the base region's Jacobian taken out,
 * these solve o = q + T s, o, s >= 0, o_v s_v = 0; unit v = t L + u is unit u at point t, in state 0 where s_v = 0
 * (its bit is that of the base), in state 1 where o_v = 0. The nodes follow in depth-first order, each a `TreeLine`,
 * then a `TreeEnd`.
 */
export interface TreePart {
  readonly part: 'tree';
  /** k */
  readonly order: number;
  /** k L bits. */
  readonly base: string;
  /** What is excluded is excluded for sum(o) + sum(s) <= radius; `far`: for >= radius. */
  readonly radius: number;
  readonly far: boolean;
}

/** [index, value, index, value, ..] */
export type Sparse = readonly number[];

/**
 * - b: branches on a unit; the subtree where it has this state follows, then the other one
 * - f: within the node, the unit has this state: multipliers of the equations exclude the other one
 * - x: multipliers of the equations exclude all that is left in the node
 * - l: one itinerary is left, to be solved
 * - r: of every cycle in this node, another rotation lies in a node before it
 */
export type TreeLine =
  | readonly ['b', unit: number, state: number]
  | readonly ['f', unit: number, state: number, multipliers: Sparse]
  | readonly ['x', multipliers: Sparse]
  | readonly ['l']
  | readonly ['r'];

export interface TreeEnd {
  readonly end: 'tree';
  /** Whether every node was settled; else the part proves nothing. */
  readonly complete: boolean;
}

/** T (as in `TreePart`) is a P-matrix, so that there is exactly one fixed point. */
export interface UniquePart {
  readonly part: 'unique';
  readonly base: string;
  /** T_ii v_i > sum_j |T_ij| v_j; or diag(v) T + T' diag(v) is positive definite. */
  readonly argument: 'dominant' | 'definite';
  readonly weights: readonly number[];
}

/**
 * Opens trees over the sides of the units, one for each face of the cube of directions (coordinate 0 and sign +, 0 and -,
 * 1 and +, ..), of which the leaves are all regions that hold points with max|z_i| >= far. `FarLine`s follow in
 * depth-first order, then a `FarEnd`.
 */
export interface FarPart {
  readonly part: 'far';
  readonly far: number;
}

/**
 * - b: branches on a unit; the subtree where it has this bit follows, then the other one
 * - x: on the face, the sum of the sides of these units times multipliers >= 0 is negative
 * - l: one region is left, to be solved
 */
export type FarLine =
  readonly ['b', unit: number, bit: number] | readonly ['x', multipliers: Sparse] | readonly ['l'];

export interface FarEnd {
  readonly end: 'far';
  readonly complete: boolean;
}

/**
 * Opens a box. `everywhere`: the box is |z_i| < upper_i, with N upper + K < upper for |F(z)| <= N |z| + K, and
 * so holds every cycle; else the cycles spoken of are those with all points in it. `BoxLine`s follow: the cycles lie in
 * the smaller box too, because it holds the part of the image of the one before that is in the one before. Then comes
 * one of `EmptyPart`, `ContractionPart`, `WordsPart` and `NothingPart`.
 */
export interface BoxPart {
  readonly part: 'box';
  readonly everywhere: boolean;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

export interface BoxLine {
  readonly box: readonly [lower: readonly number[], upper: readonly number[]];
}

/** The image of the last box misses it. */
export interface EmptyPart {
  readonly part: 'empty';
}

/** Nothing is said of the last box. */
export interface NothingPart {
  readonly part: 'none';
}

/** |F(z) - F(w)| <= N |z - w| in the last box with N x < x: all orbits there approach each other. */
export interface ContractionPart {
  readonly part: 'contraction';
  readonly x: readonly number[];
}

/**
 * Opens the word graph in the last box. First the regions that meet it, as a depth-first tree over units (`b`, `x` as
 * above, the two sides of a border in the order told; `g`: a region, the next number). Then, level by level: words of
 * length m, each numbered, are followed by those words of the same level whose beginning is their ending, but for those
 * that an `e` line excludes; edges inside strongly connected components are the words of the next level.
 */
export interface WordsPart {
  readonly part: 'words';
}

/**
 * Inequalities on points of an orbit and their multipliers: [t, which, multiplier, ..]. which = u >= 0: unit u of
 * point t is on the side of the word; -1 - 2 j: coordinate j is above its lower bound; -2 - 2 j: below its upper one.
 */
export type Rows = readonly number[];

export type WordsLine =
  | readonly ['b', unit: number, bit: number]
  | readonly ['x', rows: Rows]
  | readonly ['g']
  /** No orbit in the box spells word `word` and then the last region of any of the words from .. to - 1. */
  | readonly ['e', word: number, from: number, to: number, rows: Rows]
  /** The level is done: it has this many words, the next one that many. */
  | readonly ['m', words: number, next: number];

export interface WordsEnd {
  readonly end: 'words';
}

/** A claim of the report for which no part stands here, and why. */
export interface UnwrittenLine {
  readonly unwritten: { readonly order: number; readonly method: string; readonly why: string };
}

/** Running checksum of lines of text (two FNV-1a hashes): against damage, not against malice. */
export class Seal {
  lines = 0;
  #a = 0x811c9dc5;
  #b = 0x01234567;

  add(line: string): void {
    this.lines++;
    for (let i = 0; i < line.length; i++) this.#step(line.charCodeAt(i));
    this.#step(10);
  }

  get value(): string {
    const hex = (v: number): string => (v >>> 0).toString(16).padStart(8, '0');
    return hex(this.#a) + hex(this.#b);
  }

  #step(code: number): void {
    this.#a = Math.imul(this.#a ^ code, 0x01000193);
    this.#b = Math.imul((this.#b ^ code) + 0x9e3779b9, 0x85ebca6b) ^ (this.#b >>> 15);
  }
}

/** Checksum of what a report claims: everything that is not about how long it took, or where the file lies. */
export function sealOfReport(report: {
  readonly digest: string;
  readonly orders: unknown;
  readonly beyond: unknown;
}): string {
  const seal = new Seal();
  seal.add(report.digest);
  seal.add(JSON.stringify(report.orders));
  seal.add(JSON.stringify(report.beyond));
  return seal.value;
}
