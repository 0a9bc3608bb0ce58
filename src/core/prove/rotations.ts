/**
 * Symmetry breaking for the block-cyclic complementarity problem: rotating the blocks of a solution's word gives a
 * solution's word. Of all rotations of a word only the one that a depth-first search without pruning would meet first
 * is wanted (isomorphism pruning: F. Margot, Math. Program. 94 (2002) 71-90, here for a branching order that may
 * differ from node to node).
 *
 * Two words part where the branching unit of a common node has different values in them; the one in the branch
 * visited first is met first. A subtree is a repetition when, for some rotation, the values settled so far show that
 * each of its words parts from its rotation in favour of the rotation. That the values settled in a node are forced
 * for every solution in it (not chosen) suffices: the rotation of a solution is a solution, so passes the same nodes.
 */
export class Rotations {
  private readonly unit: Int32Array;
  private readonly value: Int8Array;
  /** The value of the branch visited first. */
  private readonly first: Int8Array;
  private readonly size: number;

  /**
   * @param L units of a block
   * @param k blocks
   * @param base bit of each of the k L units in state 0
   */
  constructor(
    private readonly L: number,
    private readonly k: number,
    private readonly base: Uint8Array,
  ) {
    this.size = L * k;
    this.unit = new Int32Array(this.size);
    this.value = new Int8Array(this.size);
    this.first = new Int8Array(this.size);
  }

  /** The node at this depth branches on `unit`; the branch with `state` is entered. */
  branch(depth: number, unit: number, state: number, first: number): void {
    this.unit[depth] = unit;
    this.value[depth] = state ^ this.base[unit]!;
    this.first[depth] = first ^ this.base[unit]!;
  }

  /** Whether the node at this depth holds only words one of whose rotations is met before them. */
  repeats(depth: number, states: Int8Array): boolean {
    const { L, k, size, unit, value, first, base } = this;
    for (let r = 1; r < k; r++) {
      const shift = r * L;
      for (let i = 0; i < depth; i++) {
        let other = unit[i]! + shift;
        if (other >= size) other -= size;
        const state = states[other]!;
        if (state === -1) break;
        const bit = state ^ base[other]!;
        if (bit === value[i]) continue;
        if (bit === first[i]) return true;
        break;
      }
    }
    return false;
  }
}
