import type { CanonicalMap } from '../map/canonical';
import { Cell, CellPool, clip, grown, image, Left } from './cell';
import { Components } from './components';
import { pieceOf, type Piece } from './exhaustive';
import { planarRegions } from './planarRegions';

export interface WordGraphLimits {
  /** Words beyond which a level is given up; the orders before stay proven. */
  readonly nodes: number;
  /** Longest loop that is handed out. */
  readonly longest: number;
  readonly stop: () => boolean;
  /** Bounds, entry by entry, on how far the map may be off: the graph is then that of all such maps together. */
  readonly spread?: CanonicalMap;
}

/**
 * The word graph of a planar map inside a box: which itineraries can exist at all.
 *
 * Level m holds the words w of m regions whose cell (the points whose last m points, themselves included, spell w)
 * is not certainly empty. An edge leads from w to the word of length m that follows it. A cycle in the box spells
 * a closed walk at every level, so it stays in one strongly connected component: edges between components are
 * dropped, and with them all longer words that use them. A component that is a single loop holds one periodic word
 * and no other: it is handed out and dropped, too. A k-cycle's rotations are all present at level k, or it was such a
 * loop before. Once nothing is left, every period is covered.
 */
export class WordGraph {
  /** Orders up to which all itineraries were handed out; Infinity when every period is covered. */
  provenTo = 0;
  /** Words met, all levels. */
  nodes = 0;
  /** Cuts of polygons. */
  clips = 0;
  /** Largest error set of any cell. */
  errorBound = 0;
  readonly #regions: Regions;
  readonly #components = new Components();
  #level = new Level();
  #next = new Level();
  #tooLong = false;
  #givenUp = false;
  readonly #image = new Cell();
  readonly #parts = [new Cell(), new Cell()] as const;

  /** @param radius the box is |z_i| <= radius. Only for n = 2. */
  constructor(
    map: CanonicalMap,
    readonly radius: number,
    readonly limits: WordGraphLimits,
  ) {
    this.#regions = new Regions(map, radius, limits.spread ?? null, (region, cell) => {
      this.#level.add(region, region, 0, cell);
      return this.#level.count <= limits.nodes && (region % 64 !== 0 || !limits.stop());
    });
    this.#level.close(0);
    this.nodes = this.#level.count;
    this.#givenUp = !this.#regions.complete;
  }

  /** Whether there is a next level, and words enough for it. */
  get open(): boolean {
    return !this.#givenUp && this.provenTo < Infinity && this.#level.count > 0;
  }

  /**
   * Goes one order further.
   * @returns the itineraries to be solved, as region bit vectors: with those returned before, all that a cycle of the
   * new order can have, and perhaps longer ones. null when the limits are met.
   */
  advance(): Uint8Array[][] | null {
    const m = this.provenTo + 1;
    const level = this.#level;
    const next = this.#next;
    if (!this.#extend()) {
      this.#givenUp = true;
      return null;
    }
    const component = this.#components.find(level.count, next.childStart, next.suffix);
    const words: Uint8Array[][] = [];
    const branching = new Uint8Array(level.count);
    const inside = new Uint8Array(next.count);
    for (let i = 0; i < level.count; i++) {
      let count = 0;
      for (let e = next.childStart[i]!; e < next.childStart[i + 1]!; e++)
        if (component[next.suffix[e]!] === component[i]) {
          inside[e] = 1;
          count++;
        }
      if (count > 1) branching[component[i]!] = 1;
    }
    for (let i = 0; i < level.count; i++) {
      if (branching[component[i]!]) continue;
      const loop: number[] = [];
      for (let j = i; ;) {
        let e = next.childStart[j]!;
        const end = next.childStart[j + 1]!;
        while (e < end && !inside[e]) e++;
        if (e === end) break;
        inside[e] = 0;
        loop.push(next.last[e]!);
        j = next.suffix[e]!;
      }
      // Shorter ones were met as words of their own order.
      if (loop.length < m) continue;
      if (loop.length > this.limits.longest) this.#tooLong = true;
      else words.push(this.#regions.itinerary(loop));
    }
    next.keep(inside, level.count);
    this.#addCycles(words);
    this.nodes += next.count;
    this.#level = next;
    this.#next = level;
    if (next.count > 0) this.provenTo = m;
    else if (this.#tooLong) {
      this.provenTo = this.limits.longest;
      this.#givenUp = true;
    } else this.provenTo = Infinity;
    return words;
  }

  /** The words of one region more, with their cells. @returns false when the limits are met */
  #extend(): boolean {
    const { limits, radius } = this;
    const level = this.#level;
    const next = this.#next;
    const current = this.#parts[0];
    next.clear(level.count);
    for (let i = 0; i < level.count; i++) {
      if (i % 64 === 0 && limits.stop()) return false;
      next.childStart[i] = next.count;
      level.load(i, current);
      image(current, this.#regions.pieces[level.last[i]!]!, this.#image);
      const whole = this.#inBox(radius);
      if (!whole) continue;
      const [spread0, spread1] = [whole.spread(0), whole.spread(1)];
      const { vertices, length } = whole;
      let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let v = 0; v < length; v += 2) {
        const x = vertices[v]!;
        const y = vertices[v + 1]!;
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < bottom) bottom = y;
        if (y > top) top = y;
      }
      left -= spread0;
      right += spread0;
      bottom -= spread1;
      top += spread1;
      const q = level.suffix[i]!;
      // What follows is a word of this level: the suffix, and one region more.
      for (let to = level.childStart[q]!; to < level.childStart[q + 1]!; to++) {
        if (level.misses(to, left, right, bottom, top)) continue;
        const region = level.last[to]!;
        const part = this.#within(whole, region);
        if (!part) continue;
        this.errorBound = Math.max(this.errorBound, part.spread(0), part.spread(1));
        next.add(level.first[i]!, region, to, part);
      }
      if (this.nodes + next.count > limits.nodes) return false;
    }
    next.close(level.count);
    return true;
  }

  /** The image's part in the box, or null. */
  #inBox(radius: number): Cell | null {
    let part = this.#image;
    if (part.magnitude + Math.max(part.spread(0), part.spread(1)) <= radius) return part;
    for (let side = 0; side < 4; side++) {
      const sign = side % 2 === 0 ? 1 : -1;
      const to = part === this.#parts[0] ? this.#parts[1] : this.#parts[0];
      const left = clip(part, side < 2 ? sign : 0, side < 2 ? 0 : sign, radius, 1, to);
      this.clips++;
      if (left === Left.nothing) return null;
      if (left === Left.part) part = to;
    }
    // Where the cuts by regions read from, they must not write.
    if (part !== this.#image) this.#image.copy(part);
    return this.#image;
  }

  /** The part of a cell in a region (closed), or null. */
  #within(whole: Cell, region: number): Cell | null {
    const { facets, pieces, map } = this.#regions;
    const { C, d } = map;
    const { bits } = pieces[region]!;
    let part = whole;
    for (const u of facets[region]!) {
      const to = part === this.#parts[0] ? this.#parts[1] : this.#parts[0];
      const doubt = this.#regions.doubt(u, part);
      const left = clip(part, C[2 * u]!, C[2 * u + 1]!, d[u]!, bits[u] ? 1 : -1, to, doubt);
      this.clips++;
      if (left === Left.nothing) return null;
      if (left === Left.part) part = to;
    }
    return part;
  }

  /**
   * Closed walks of length m: the rotation of a word leads to the word that drops its first region and appends it at
   * the end. Orbits of m words under it are the primitive periodic words of this order.
   */
  #addCycles(words: Uint8Array[][]): void {
    const m = this.provenTo + 1;
    const level = this.#level;
    const next = this.#next;
    const rotated = new Int32Array(level.count).fill(-1);
    for (let i = 0; i < level.count; i++)
      for (let e = next.childStart[i]!; e < next.childStart[i + 1]!; e++)
        if (next.last[e] === level.first[i]) rotated[i] = next.suffix[e]!;
    // 0: not met, otherwise the start from which it was met.
    const met = new Int32Array(level.count);
    for (let i = 0; i < level.count; i++) {
      let j = i;
      while (j >= 0 && met[j] === 0) {
        met[j] = i + 1;
        j = rotated[j]!;
      }
      if (j < 0 || met[j] !== i + 1) continue;
      const cycle: number[] = [];
      const start = j;
      do {
        cycle.push(level.first[j]!);
        j = rotated[j]!;
      } while (j !== start);
      if (cycle.length === m) words.push(this.#regions.itinerary(cycle));
    }
  }
}

/** A level of the graph: words of equal length, in flat arrays that are used again two levels on. */
class Level {
  count = 0;
  /** First and last region of each word. */
  first = new Int32Array(1024);
  last = new Int32Array(1024);
  /** Index, in the level before, of the word without its first region. */
  suffix = new Int32Array(1024);
  /** The words whose parent (without the last region) is word i of the level before: childStart[i] .. childStart[i + 1]. */
  childStart = new Int32Array(1024);
  #cell = new Int32Array(1024);
  readonly #cells = new CellPool();

  clear(parents: number): void {
    this.count = 0;
    this.#cells.clear();
    if (this.childStart.length < parents + 2) this.childStart = new Int32Array(2 * parents + 2);
  }

  add(first: number, last: number, suffix: number, cell: Cell): void {
    const { count } = this;
    if (count === this.first.length) {
      this.first = grown(this.first, new Int32Array(2 * count));
      this.last = grown(this.last, new Int32Array(2 * count));
      this.suffix = grown(this.suffix, new Int32Array(2 * count));
      this.#cell = grown(this.#cell, new Int32Array(2 * count));
    }
    this.first[count] = first;
    this.last[count] = last;
    this.suffix[count] = suffix;
    this.#cell[count] = count;
    this.#cells.push(cell);
    this.count++;
  }

  /** After the last word of the last parent. */
  close(parents: number): void {
    this.childStart[Math.max(parents, 1)] = this.count;
  }

  load(word: number, cell: Cell): void {
    this.#cells.load(this.#cell[word]!, cell);
  }

  /** Whether the word's cell certainly misses a box. */
  misses(word: number, left: number, right: number, bottom: number, top: number): boolean {
    return this.#cells.misses(this.#cell[word]!, left, right, bottom, top);
  }

  /** Keeps the words marked, in their order. */
  keep(marked: Uint8Array, parents: number): void {
    let count = 0;
    for (let parent = 0, i = 0; parent < parents; parent++) {
      const end = this.childStart[parent + 1]!;
      this.childStart[parent] = count;
      for (; i < end; i++) {
        if (!marked[i]) continue;
        this.first[count] = this.first[i]!;
        this.last[count] = this.last[i]!;
        this.suffix[count] = this.suffix[i]!;
        this.#cell[count] = this.#cell[i]!;
        count++;
      }
    }
    this.childStart[parents] = count;
    this.count = count;
  }
}

/** The regions that meet the box, by number. */
class Regions {
  readonly pieces: Piece[] = [];
  /** Units whose border bounds the region in the box. To leave one out only makes a cell larger, which is safe. */
  readonly facets: Int32Array[] = [];
  /** Whether these are all. */
  readonly complete: boolean;

  constructor(
    readonly map: CanonicalMap,
    radius: number,
    readonly spread: CanonicalMap | null,
    visit: (region: number, cell: Cell) => boolean,
  ) {
    const doubt = spread ? (u: number, cell: Cell): number => this.doubt(u, cell) : null;
    this.complete = planarRegions(map, radius, doubt, (bits, cell) => {
      const piece = pieceOf(map, bits.slice());
      if (spread) widen(piece, map, spread);
      this.pieces.push(piece);
      this.facets.push(this.#facetsOf(cell, bits));
      return visit(this.pieces.length - 1, cell);
    });
  }

  /** How far a unit's preactivation may be off in a cell. */
  doubt(u: number, cell: Cell): number {
    const { spread } = this;
    if (!spread) return 0;
    const x = cell.magnitude + cell.spread(0);
    const y = cell.magnitude + cell.spread(1);
    return spread.C[2 * u]! * x + spread.C[2 * u + 1]! * y + spread.d[u]!;
  }

  itinerary(word: readonly number[]): Uint8Array[] {
    return word.map((region) => this.pieces[region]!.bits);
  }

  #facetsOf({ vertices, length, magnitude }: Cell, bits: Uint8Array): Int32Array {
    const { L, C, d } = this.map;
    const facets: number[] = [];
    for (let u = 0; u < L; u++) {
      const [a, b, c] = [C[2 * u]!, C[2 * u + 1]!, d[u]!];
      if (a === 0 && b === 0) continue;
      let least = Infinity;
      for (let v = 0; v < length; v += 2)
        least = Math.min(least, (bits[u] ? 1 : -1) * (a * vertices[v]! + b * vertices[v + 1]! + c));
      if (this.spread || least <= 1e-9 * ((Math.abs(a) + Math.abs(b)) * magnitude + Math.abs(c)))
        facets.push(u);
    }
    return Int32Array.from(facets);
  }
}

/** Adds what a spread of the map's entries does to a piece, with room for the rounding of doing so. */
function widen({ bits, Jerror, berror }: Piece, map: CanonicalMap, spread: CanonicalMap): void {
  const { n, L, B, C, d } = map;
  const room = 1 + 1e-9;
  for (let i = 0; i < n; i++) {
    let offset = spread.g[i]!;
    for (let j = 0; j < n; j++) Jerror[i * n + j] = Jerror[i * n + j]! + spread.A[i * n + j]! * room;
    for (let u = 0; u < L; u++) {
      if (!bits[u]) continue;
      const f = Math.abs(B[i * L + u]!);
      const df = spread.B[i * L + u]!;
      offset += f * spread.d[u]! + df * Math.abs(d[u]!) + df * spread.d[u]!;
      for (let j = 0; j < n; j++) {
        const dc = spread.C[u * n + j]!;
        const at = i * n + j;
        Jerror[at] = Jerror[at]! + (f * dc + df * Math.abs(C[u * n + j]!) + df * dc) * room;
      }
    }
    berror[i] = berror[i]! + offset * room;
  }
}
