import type { TreeEnd, TreePart } from '../report/proof';
import type { Complementarity } from './complementarity';
import type { IntegerMap } from './exact';
import type { ProofLines } from './proofLines';
import { bits, Refuted, whole } from './proofLines';

/** What a tree leaves: itineraries (k strings of L bits) to be solved, and how far what it excludes reaches. */
export interface TreeResult {
  readonly order: number;
  readonly words: readonly string[][];
  readonly radius: number;
  readonly far: boolean;
  /** Everything was excluded without regard to the radius. */
  readonly everywhere: boolean;
  readonly homogeneous: boolean;
  readonly base: string;
  readonly nodes: number;
}

/**
 * Reads a tree part and checks every node: that each branch has both its sides, that multipliers exclude what they are
 * said to, that what is left out as a rotation lies in a node before.
 * @param equations of cycles of an order, with a base region
 * @returns null where the tree says that it is not complete
 */
export function checkTree(
  map: IntegerMap,
  part: TreePart,
  lines: ProofLines,
  equations: (order: number, base: readonly number[]) => Complementarity,
): TreeResult | null {
  const order = whole(part.order, 1, 1e6);
  const base = bits(part.base, order * map.L);
  const { radius, far } = part;
  if (!(typeof radius === 'number' && radius > 0 && radius < Infinity && typeof far === 'boolean'))
    throw new Refuted('the tree does not say what it is about');
  const problem = equations(order, base);
  const result = new TreeCheck(problem, radius, far, lines).run();
  return result && { ...result, order, radius, far, homogeneous: problem.homogeneous, base: part.base };
}

class Incomplete extends Error {}

class TreeCheck {
  readonly #states: Int8Array;
  /** The branches on the way to the present node: unit, its bit there, and the bit of the branch that comes first. */
  readonly #path: { unit: number; bit: number; first: number }[] = [];
  readonly #words: string[][] = [];
  #everywhere = true;
  #nodes = 0;

  constructor(
    private readonly problem: Complementarity,
    private readonly radius: number,
    private readonly far: boolean,
    private readonly lines: ProofLines,
  ) {
    this.#states = Int8Array.from({ length: problem.size }, (_, v) => problem.constantState(v) ?? -1);
  }

  run(): { words: string[][]; everywhere: boolean; nodes: number } | null {
    try {
      this.#node();
    } catch (error) {
      if (error instanceof Incomplete) return null;
      throw error;
    }
    const end = this.lines.next() as TreeEnd | null;
    if (end?.end !== 'tree' || !end.complete)
      throw new Refuted('the tree goes on after all its nodes are settled');
    return { words: this.#words, everywhere: this.#everywhere && !this.far, nodes: this.#nodes };
  }

  #node(): void {
    this.#nodes++;
    const states = this.#states;
    for (;;) {
      const line = this.lines.next();
      if (!Array.isArray(line)) {
        const end = line as TreeEnd | null;
        if (end?.end === 'tree' && !end.complete) throw new Incomplete();
        throw new Refuted('a node of the tree is missing');
      }
      switch (line[0]) {
        case 'f': {
          const unit = this.#open(line[1]);
          const state = whole(line[2], 0, 1);
          states[unit] = 1 - state;
          this.#exclude(line[3]);
          states[unit] = state;
          continue;
        }
        case 'x':
          this.#exclude(line[1]);
          return;
        case 'l':
          if (states.includes(-1)) throw new Refuted('a leaf leaves units open');
          this.#words.push(this.#word());
          return;
        case 'r':
          if (!this.#repeats()) throw new Refuted('no rotation of this node lies in one before it');
          return;
        case 'b': {
          this.#branch(this.#open(line[1]), whole(line[2], 0, 1));
          return;
        }
        default:
          throw new Refuted('this is no node of a tree');
      }
    }
  }

  #branch(unit: number, first: number): void {
    const base = this.problem.base[unit]!;
    const before = this.#states.slice();
    for (const state of [first, 1 - first]) {
      this.#states.set(before);
      this.#states[unit] = state;
      this.#path.push({ unit, bit: state ^ base, first: first ^ base });
      this.#node();
      this.#path.pop();
    }
  }

  #open(value: unknown): number {
    const unit = whole(value, 0, this.problem.size - 1);
    if (this.#states[unit] !== -1) throw new Refuted(`unit ${String(unit)} is settled already`);
    return unit;
  }

  #exclude(multipliers: unknown): void {
    if (this.far) this.problem.beyond(multipliers, this.#states, this.radius);
    else if (this.problem.within(multipliers, this.#states, this.radius) === 'within')
      this.#everywhere = false;
  }

  /**
   * Whether for some rotation all itineraries here part from their rotation at a branch where that one goes the first
   * way: the rotation of a cycle is a cycle, so it passes the same nodes until there, and was met before.
   */
  #repeats(): boolean {
    const { size, base, k, map } = this.problem;
    for (let shift = map.L; shift < k * map.L; shift += map.L)
      for (const { unit, bit, first } of this.#path) {
        const other = (unit + shift) % size;
        const state = this.#states[other]!;
        if (state === -1) break;
        const rotated = state ^ base[other]!;
        if (rotated === bit) continue;
        if (rotated === first) return true;
        break;
      }
    return false;
  }

  #word(): string[] {
    const { k, base, map } = this.problem;
    return Array.from({ length: k }, (_, t) =>
      Array.from({ length: map.L }, (_bit, u) => this.#states[t * map.L + u]! ^ base[t * map.L + u]!).join(
        '',
      ),
    );
  }
}
