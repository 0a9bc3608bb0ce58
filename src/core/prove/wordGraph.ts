import type { CanonicalMap } from '../map/canonical';
import { boxCell, clip, errorSize, image, type Cell } from './cell';
import { Components } from './components';
import { pieceOf, type Piece } from './exhaustive';
import { leastRotation, primitivePeriod, rotate, type Word } from '../detect/words';

/**
 * The word graph of a planar map inside a box: which itineraries can exist at all.
 *
 * Level m holds the words w of m regions whose cell (the points whose last m points, themselves included, spell w)
 * is not certainly empty. An edge leads from w to the word of length m that follows it. A cycle in the box spells
 * a closed walk at every level, so it stays in one strongly connected component: edges between components are
 * dropped, and with them all longer words that use them. A k-cycle's rotations are all present at level k. Once every
 * component is a single loop, its words are the only periodic ones of any period.
 */
export interface WordGraphProof {
  /** Itineraries to be solved, as region bit vectors, by order: all that a cycle of that order in the box can have. */
  readonly words: ReadonlyMap<number, Uint8Array[][]>;
  /** Orders up to which `words` is complete; Infinity when every period is covered. */
  readonly provenTo: number;
  /** Words met, all levels. */
  readonly nodes: number;
  /** Largest error set of any cell. */
  readonly errorBound: number;
}

export interface WordGraphLimits {
  /** Level up to which the proof is pursued. */
  readonly maxOrder: number;
  /** Words beyond which it is given up; the orders before stay proven. */
  readonly nodes: number;
  /** Words spent beyond `maxOrder` in the hope that the components become loops. */
  readonly extraNodes: number;
  /** Longest loop that is solved. */
  readonly longest: number;
  readonly stop: () => boolean;
}

interface Node {
  /** Index of the word without its last region, in the level before; -1 at level 1. */
  readonly parent: number;
  /** Number of the last region. */
  readonly region: number;
  /** Index of the word without its first region, in the level before; -1 at level 1. */
  readonly suffix: number;
  readonly cell: Cell;
}

/** @param radius the box is |z_i| <= radius. Only for n = 2. */
export function wordGraph(map: CanonicalMap, radius: number, limits: WordGraphLimits): WordGraphProof {
  const regions = new RegionSplit(map);
  const components = new Components();
  let level: Node[] = [];
  regions.split(boxCell(radius), (region, cell) => level.push({ parent: -1, region, suffix: -1, cell }));
  const history: { parent: Int32Array; region: Int32Array }[] = [];
  // Nodes of this level below each word of the level before (by its index): how a suffix is looked up.
  let below: number[][] = [level.map((_, i) => i)];
  const words = new Map<number, Uint8Array[][]>();
  let nodes = level.length;
  let errorBound = 0;
  const done = (provenTo: number): WordGraphProof => ({ words, provenTo, nodes, errorBound });
  const add = (word: Word): void => {
    const p = primitivePeriod(word);
    const root = word.slice(0, p);
    const bits = Array.from(rotate(root, leastRotation(root)), (id) => regions.pieces[id]!.bits);
    const list = words.get(p);
    if (list) list.push(bits);
    else words.set(p, [bits]);
  };

  for (let m = 1; ; m++) {
    history.push({
      parent: Int32Array.from(level, (node) => node.parent),
      region: Int32Array.from(level, (node) => node.region),
    });
    const edges: { from: number; to: number; cell: Cell; region: number }[] = [];
    for (let i = 0; i < level.length; i++) {
      if (i % 64 === 0 && limits.stop()) return done(m - 1);
      const node = level[i]!;
      const next = inBox(image(node.cell, regions.pieces[node.region]!), radius);
      if (!next) continue;
      const siblings = below[node.suffix < 0 ? 0 : node.suffix]!;
      regions.split(next, (region, cell) => {
        const to = siblings.find((j) => level[j]!.region === region);
        if (to === undefined) return;
        errorBound = Math.max(errorBound, errorSize(cell));
        edges.push({ from: i, to, cell, region });
      });
      if (nodes + edges.length > limits.nodes) return done(m - 1);
    }
    const start = new Int32Array(level.length + 1);
    for (const { from } of edges) start[from + 1] = start[from + 1]! + 1;
    for (let i = 0; i < level.length; i++) start[i + 1] = start[i + 1]! + start[i]!;
    // Edges are met in the order of their origins, so their targets are the rows.
    const component = components.find(
      level.length,
      start,
      Int32Array.from(edges, (edge) => edge.to),
    );
    const kept = edges.filter((edge) => component[edge.from] === component[edge.to]);
    const children: number[][] = level.map(() => []);
    kept.forEach((edge, index) => children[edge.from]!.push(index));
    const spelled = (from: number): Word => {
      const word = new Int32Array(m);
      for (let i = from, t = m - 1; t >= 0; t--) {
        word[t] = history[t]!.region[i]!;
        i = history[t]!.parent[i]!;
      }
      return word;
    };
    const follow = (from: number, region: number): number => {
      for (const index of children[from]!) if (kept[index]!.region === region) return kept[index]!.to;
      return -1;
    };
    // Loops: every word is followed by one word only. Their periods are the only ones there are.
    if (children.every((list) => list.length <= 1)) {
      const seen = new Uint8Array(level.length);
      for (let i = 0; i < level.length; i++) {
        if (seen[i] || children[i]!.length === 0) continue;
        const loop: number[] = [];
        for (let j = i; !seen[j];) {
          seen[j] = 1;
          const edge = kept[children[j]![0]!]!;
          loop.push(edge.region);
          j = edge.to;
        }
        if (loop.length > limits.longest) return done(m - 1);
        add(Int32Array.from(loop));
      }
      return done(Infinity);
    }
    for (let i = 0; i < level.length; i++) {
      if (children[i]!.length === 0) continue;
      const word = spelled(i);
      if (leastRotation(word) !== 0 || primitivePeriod(word) !== m) continue;
      let at = i;
      for (let t = 0; t < m && at >= 0; t++) at = follow(at, word[t]!);
      if (at >= 0) add(word);
    }
    below = children;
    level = kept.map((edge) => ({
      parent: edge.from,
      region: edge.region,
      suffix: edge.to,
      cell: edge.cell,
    }));
    nodes += level.length;
    if (m >= limits.maxOrder && nodes > limits.extraNodes) return done(m);
  }
}

/** Regions of the plane, numbered as they are met. */
class RegionSplit {
  readonly pieces: Piece[] = [];
  readonly #ids = new Map<string, number>();

  constructor(readonly map: CanonicalMap) {}

  /** Calls `visit` with each region that the cell may meet and the part of the cell in it (closed). */
  split(cell: Cell, visit: (region: number, cell: Cell) => void): void {
    const { L, C, d } = this.map;
    const bits = new Uint8Array(L);
    const descend = (from: number, part: Cell): void => {
      for (let u = from; u < L; u++) {
        const [a, b, c] = [C[2 * u]!, C[2 * u + 1]!, d[u]!];
        const active = clip(part, a, b, c, 1);
        const inactive = clip(part, a, b, c, -1);
        if (!active) bits[u] = 0;
        else if (!inactive) bits[u] = 1;
        else {
          bits[u] = 1;
          descend(u + 1, active);
          bits[u] = 0;
          part = inactive;
        }
      }
      visit(this.#id(bits), part);
    };
    descend(0, cell);
  }

  #id(bits: Uint8Array): number {
    const key = bits.join('');
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.pieces.length;
      this.#ids.set(key, id);
      this.pieces.push(pieceOf(this.map, bits.slice()));
    }
    return id;
  }
}

function inBox(cell: Cell, radius: number): Cell | null {
  if (cell.magnitude + errorSize(cell) <= radius) return cell;
  let part: Cell | null = clip(cell, 1, 0, radius, 1);
  part = part && clip(part, -1, 0, radius, 1);
  part = part && clip(part, 0, 1, radius, 1);
  return part && clip(part, 0, -1, radius, 1);
}
