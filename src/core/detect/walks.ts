import type { Random } from '../random';
import { wordKey, type Word } from './words';

/**
 * The empirical graph of region words: nodes are the words of length m met along orbits, edges lead from a word
 * to its successors. Its closed walks of length k are good guesses for the itineraries of k-cycles.
 */
export class WordGraph {
  readonly #successors = new Map<number, { symbol: number; to: number }[]>();
  readonly #predecessors = new Map<number, number[]>();
  readonly #ids = new Map<string, number>();

  constructor(
    words: readonly Word[],
    readonly m: number,
  ) {
    for (const word of words) {
      let from = -1;
      for (let end = m; end <= word.length; end++) {
        const to = this.#node(word.subarray(end - m, end));
        if (from >= 0) this.#link(from, word[end - 1]!, to);
        from = to;
      }
    }
  }

  get size(): number {
    return this.#ids.size;
  }

  #node(word: Word): number {
    const key = wordKey(word);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(key, id);
    }
    return id;
  }

  #link(from: number, symbol: number, to: number): void {
    const edges = this.#successors.get(from);
    if (!edges) this.#successors.set(from, [{ symbol, to }]);
    else if (edges.some((edge) => edge.to === to)) return;
    else edges.push({ symbol, to });
    const back = this.#predecessors.get(to);
    if (back) back.push(from);
    else this.#predecessors.set(to, [from]);
  }

  /**
   * Calls `visit` for closed walks of exactly k steps, each once up to rotation, until `visit` returns false or
   * `cap` extensions were tried. @returns whether all walks were visited
   */
  closedWalks(k: number, cap: number, random: Random, visit: (word: Word) => boolean): boolean {
    const starts = [...this.#successors.keys()];
    shuffle(starts, random);
    const rank = new Int32Array(this.#ids.size);
    starts.forEach((node, i) => (rank[node] = i));
    const word = new Int32Array(k);
    let work = 0;
    let open = true;
    for (let s = 0; s < starts.length && open; s++) {
      const start = starts[s]!;
      const toStart = this.#stepsTo(start, k, rank);
      work += toStart.size;
      const extend = (node: number, depth: number): void => {
        for (const { symbol, to } of this.#successors.get(node) ?? []) {
          if (!open) return;
          // Only nodes not yet used as a start: every closed walk is met at its first-ranked node.
          if (rank[to]! < s) continue;
          const left = toStart.get(to);
          if (left === undefined || depth + 1 + left > k) continue;
          if (++work > cap) {
            open = false;
            return;
          }
          word[depth] = symbol;
          if (depth + 1 === k) {
            if (to === start && !visit(word.slice())) open = false;
          } else extend(to, depth + 1);
        }
      };
      if (toStart.size > 0) extend(start, 0);
    }
    return open;
  }

  /** Least number of steps from each node to `goal`, up to `limit`, through nodes not ranked before it. */
  #stepsTo(goal: number, limit: number, rank: Int32Array): Map<number, number> {
    const steps = new Map<number, number>([[goal, 0]]);
    let frontier = [goal];
    for (let depth = 1; depth <= limit && frontier.length > 0; depth++) {
      const next: number[] = [];
      for (const node of frontier) {
        for (const from of this.#predecessors.get(node) ?? []) {
          if (rank[from]! < rank[goal]! || steps.has(from)) continue;
          steps.set(from, depth);
          next.push(from);
        }
      }
      frontier = next;
    }
    return steps;
  }
}

function shuffle(items: number[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const t = items[i]!;
    items[i] = items[j]!;
    items[j] = t;
  }
}
