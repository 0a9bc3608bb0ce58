import { boundsOf, settledBit, type IntegerBox, type PlainBox } from './confinement';
import { integers, magnitude } from './integers';
import { hasBorder, integerPiece, ratio, toInteger, type IntegerMap } from './exact';
import type { ProofLines } from './proofLines';
import { numbers, Refuted, sidesOf, whole } from './proofLines';

/** Itineraries that a cycle in the box can have. */
export interface WordsResult {
  /** By order: primitive words and powers of shorter ones, each in one rotation. */
  readonly words: ReadonlyMap<number, readonly string[][]>;
  /** Orders up to which the words are all there are. */
  readonly provenTo: number;
  /** All periods: every cycle of an order beyond `provenTo` repeats one of these. null: not shown. */
  readonly loops: readonly string[][] | null;
  /** Cells shown to be empty. */
  readonly excluded: number;
}

/** Bits after the point of the multipliers carried along an orbit; what is cut off is accounted for. */
const BITS = 256;
/** Longest loop that is taken for a word. */
const LONGEST = 5000;
/** Edges of a level at most. */
const EDGES = 5e7;

/** Reads a words part and checks every exclusion and every level. */
export function checkWords(map: IntegerMap, box: PlainBox, lines: ProofLines): WordsResult {
  return new WordsCheck(map, box, lines).run();
}

class WordsCheck {
  readonly #bounds: IntegerBox;
  /** The box's bounds are times 2^#by. */
  readonly #by: number;
  readonly #reach: readonly bigint[];
  readonly #regions: { bits: Uint8Array; J: bigint[]; b: bigint[]; doubles: Float64Array }[] = [];
  /** C in doubles. */
  readonly #rows: Float64Array;
  /** Units by the direction of their row of C; `side` 1 or -1 with it. */
  readonly #parallel = new Map<string, { unit: number; side: bigint }[]>();
  readonly #directions: string[] = [];
  #excluded = 0;

  /** Words of the present level: last region, word of the level before that they end with; and of all levels the way back. */
  #region: Int32Array = new Int32Array(0);
  #suffix: Int32Array = new Int32Array(0);
  #below: Int32Array = new Int32Array(0);
  readonly #history: { parent: Int32Array; region: Int32Array }[] = [];
  readonly #words = new Map<number, string[][]>();

  constructor(
    private readonly map: IntegerMap,
    box: PlainBox,
    private readonly lines: ProofLines,
  ) {
    const { n, L, C } = map;
    const { values, shift } = boundsOf([box]);
    this.#bounds = values[0]!;
    this.#by = shift;
    this.#reach = values[0]!.lower.map((low, j) => {
      const high = values[0]!.upper[j]!;
      return magnitude(low) > magnitude(high) ? magnitude(low) : magnitude(high);
    });
    this.#rows = Float64Array.from(C, (v) => ratio(v, 1n << map.shift));
    for (let unit = 0; unit < L; unit++) {
      const row = C.slice(unit * n, unit * n + n);
      const lead = row.find((v) => v !== 0n) ?? 0n;
      const side = lead >= 0n ? 1n : -1n;
      const key = row.map((v) => side * v).join(' ');
      this.#directions.push(key);
      const list = this.#parallel.get(key);
      if (list) list.push({ unit, side });
      else this.#parallel.set(key, [{ unit, side }]);
    }
  }

  run(): WordsResult {
    let provenTo = 0;
    let loops: string[][] | null = null;
    if (this.#regionTree()) {
      const count = this.#regions.length;
      this.#region = Int32Array.from({ length: count }, (_, i) => i);
      this.#suffix = new Int32Array(count);
      this.#below = Int32Array.of(0, count);
      let parent: Int32Array = new Int32Array(count).fill(-1);
      for (let m = 1; ; m++) {
        this.#history.push({ parent, region: this.#region });
        const edges = this.#level(m);
        if (edges === null) break;
        const { start, region, target } = edges;
        this.#closedWords(m, edges);
        provenTo = m;
        loops = this.#loops(edges);
        if (loops) {
          const end = this.lines.next() as { end?: unknown } | null;
          if (end?.end !== 'words') throw new Refuted('the word graph goes on after it has closed');
          break;
        }
        const from = new Int32Array(region.length);
        for (let i = 0; i + 1 < start.length; i++) from.fill(i, start[i], start[i + 1]);
        parent = from;
        this.#region = region;
        this.#suffix = target;
        this.#below = start;
      }
    }
    return { words: this.#words, provenTo, loops, excluded: this.#excluded };
  }

  /** The regions that meet the box. @returns whether the tree was finished */
  #regionTree(): boolean {
    const { L } = this.map;
    const bits = new Int8Array(L).fill(-1);
    // Nodes still to come: the bits settled in each.
    const open: Int8Array[] = [bits];
    for (let node = open.pop(); node; node = open.pop()) {
      const line = this.lines.next();
      if (!Array.isArray(line)) {
        if ((line as { end?: unknown } | null)?.end === 'words') return false;
        throw new Refuted('a region is missing');
      }
      switch (line[0]) {
        case 'b':
          open.push(...sidesOf(node, line));
          break;
        case 'x': {
          const part = node;
          this.#contradicts([], line[1], 0, (unit) => part[unit]!);
          break;
        }
        case 'g':
          this.#addRegion(node);
          break;
        default:
          throw new Refuted('this is no node of the tree of regions');
      }
    }
    return true;
  }

  /** Settles the units that the tree did not branch on: the box settles them, or another border parallel to theirs. */
  #addRegion(node: Int8Array): void {
    const { map } = this;
    const bits = Uint8Array.from(node, (known, unit) => {
      if (known !== -1) return known;
      const bit = settledBit(map, unit, this.#bounds, this.#by) ?? this.#implied(node, unit);
      if (bit === null) throw new Refuted(`a region does not say where it is of unit ${String(unit)}`);
      return bit;
    });
    this.#regions.push({ bits, ...integerPiece(map, bits.join('')), doubles: this.#jacobian(bits) });
  }

  /** J of a region in doubles. */
  #jacobian(bits: Uint8Array): Float64Array {
    const { n, L, shift, A, B } = this.map;
    const one = 1n << shift;
    const J = Float64Array.from(A, (v) => ratio(v, one));
    for (let u = 0; u < L; u++) {
      if (bits[u] !== 1) continue;
      for (let i = 0; i < n; i++) {
        const f = ratio(B[i * L + u]!, one);
        for (let j = 0; j < n; j++) J[i * n + j] = J[i * n + j]! + f * this.#rows[u * n + j]!;
      }
    }
    return J;
  }

  /**
   * With c z + a >= 0 of another unit, c z + b >= 0 follows for b >= a. Where both borders are the same this is a choice
   * for points on it, which lie on both sides of either.
   */
  #implied(node: Int8Array, unit: number): number | null {
    const { map } = this;
    const list = this.#parallel.get(this.#directions[unit]!)!;
    const { side } = list.find((entry) => entry.unit === unit)!;
    // The border is at c z = -side d.
    const own = -side * map.d[unit]!;
    for (const other of list) {
      const bit = node[other.unit]!;
      if (bit === -1) continue;
      const at = -other.side * map.d[other.unit]!;
      const above = (bit === 1) === other.side > 0n;
      if (above ? at >= own : at <= own) return above === side > 0n ? 1 : 0;
    }
    return null;
  }

  /** Reads a level; null when the part ends before the level does. */
  #level(m: number): Edges | null {
    const count = this.#region.length;
    const start = new Int32Array(count + 1);
    const region: number[] = [];
    const target: number[] = [];
    let at = 0;
    let word: number[] = [];
    const [lo, hi] = [
      (i: number) => this.#below[this.#suffix[i]!]!,
      (i: number) => this.#below[this.#suffix[i]! + 1]!,
    ];
    let dropped = new Uint8Array(0);
    const close = (): void => {
      for (let j = lo(at); j < hi(at); j++)
        if (dropped[j - lo(at)] !== 1) {
          region.push(this.#region[j]!);
          target.push(j);
        }
      if (region.length > EDGES) throw new Refuted('the word graph is too large');
      start[++at] = region.length;
    };
    const openWord = (): void => {
      dropped = new Uint8Array(at < count ? hi(at) - lo(at) : 0);
      word = [];
    };
    openWord();
    for (;;) {
      const line = this.lines.next();
      if (!Array.isArray(line)) {
        if ((line as { end?: unknown } | null)?.end === 'words') return null;
        throw new Refuted('a level of the word graph does not end');
      }
      if (line[0] === 'e') {
        const i = whole(line[1], at, count - 1);
        while (at < i) {
          close();
          openWord();
        }
        const from = whole(line[2], lo(i), hi(i) - 1);
        const to = whole(line[3], from + 1, hi(i));
        if (word.length === 0) word = this.#spelled(m, i);
        this.#contradicts(word, line[4], m, (unit) => {
          const bit = this.#regions[this.#region[from]!]!.bits[unit]!;
          for (let j = from + 1; j < to; j++)
            if (this.#regions[this.#region[j]!]!.bits[unit] !== bit) return -1;
          return bit;
        });
        dropped.fill(1, from - lo(i), to - lo(i));
      } else if (line[0] === 'm') {
        while (at < count) {
          close();
          if (at < count) openWord();
        }
        const kept = keepComponents(count, {
          start,
          region: Int32Array.from(region),
          target: Int32Array.from(target),
        });
        if (whole(line[1], 0, EDGES) !== count || whole(line[2], 0, EDGES) !== kept.region.length)
          throw new Refuted(
            `level ${String(m)} has ${String(count)} words and ${String(kept.region.length)} after them, the proof says ${String(line[1])} and ${String(line[2])}`,
          );
        return kept;
      } else throw new Refuted('this is no line of a level');
    }
  }

  /**
   * Throws Refuted unless the inequalities contradict each other: their sum, with the orbit's equations
   * z_{t+1} = J_t z_t + b_t, is negative for all z_0 in the box.
   * @param word regions of points 0 .. last - 1
   * @param side of the units at point `last`: bit, or -1 where it is not known
   */
  #contradicts(word: readonly number[], rows: unknown, last: number, side: (unit: number) => number): void {
    const list = numbers(rows);
    if (list.length === 0 || list.length % 3 !== 0)
      throw new Refuted('its inequalities are not listed as triples');
    // Multipliers are rounded numbers: along an orbit that expands, their rounding grows, unless it is cut off where it
    // is still small. What is cut off is accounted for, so that either way is a proof.
    if (
      this.#greatest(word, list, last, side, false) >= 0n &&
      this.#greatest(word, list, last, side, true) >= 0n
    )
      throw new Refuted('its inequalities do not contradict each other');
    this.#excluded++;
  }

  /**
   * What the sum of the inequalities is at most, in some unit. With l_t = (multipliers times rows of point t)
   * + J_t' l_(t+1), the orbit's equations make it l_0 z_0 + the constants; an l_t may be replaced by any other, for the
   * difference times z_t, which is in the box.
   * @param rounded replace each by what the same sum comes to in doubles
   */
  #greatest(
    word: readonly number[],
    list: readonly number[],
    last: number,
    side: (unit: number) => number,
    rounded: boolean,
  ): bigint {
    const { n, L, shift, C, d } = this.map;
    const count = list.length / 3;
    const { values: y, shift: e } = integers(Array.from({ length: count }, (_, k) => list[3 * k + 2]!));
    if (y.some((v) => v < 0n)) throw new Refuted('a multiplier is negative');
    const s = Number(shift);
    const Q = Math.max(BITS, e + s);
    const by = BigInt(this.#by);
    const ulps = BigInt(Q - e - s);
    /** Times 2^Q. */
    let ahead: bigint[] = [];
    let near = new Float64Array(n);
    let constant = 0n;
    /** Times 2^(Q + by). */
    let lost = 0n;
    let end = -1;
    for (let k = 0; k < count; k++) end = Math.max(end, whole(list[3 * k], 0, last));
    for (let t = end; t >= 0; t--) {
      const here = new Array<bigint>(n).fill(0n);
      const sum = new Float64Array(n);
      if (t < end) {
        const { J, b, doubles } = this.#regions[word[t]!]!;
        let offset = 0n;
        for (let i = 0; i < n; i++) {
          const l = ahead[i]!;
          if (l === 0n) continue;
          offset += l * b[i]!;
          for (let j = 0; j < n; j++) here[j] = here[j]! + l * J[i * n + j]!;
          if (rounded) for (let j = 0; j < n; j++) sum[j] = sum[j]! + near[i]! * doubles[i * n + j]!;
        }
        constant += (offset >> (2n * shift)) + 1n;
        for (let j = 0; j < n; j++) {
          here[j] = here[j]! >> (2n * shift);
          // The floor is less by below 1, times a coordinate within its reach.
          lost += this.#reach[j]!;
        }
      }
      for (let k = 0; k < count; k++) {
        if (list[3 * k] !== t) continue;
        const which = whole(list[3 * k + 1], -2 * n, L - 1);
        if (which >= 0) {
          if (!hasBorder(this.map, which)) throw new Refuted(`unit ${String(which)} has no border`);
          const bit = t < last ? this.#regions[word[t]!]!.bits[which]! : side(which);
          if (bit === -1) throw new Refuted(`the side of unit ${String(which)} is not known here`);
          const f = (bit === 1 ? y[k]! : -y[k]!) << ulps;
          const multiplier = bit === 1 ? list[3 * k + 2]! : -list[3 * k + 2]!;
          for (let j = 0; j < n; j++) {
            here[j] = here[j]! + f * C[which * n + j]!;
            if (rounded) sum[j] = sum[j]! + multiplier * this.#rows[which * n + j]!;
          }
          constant += f * d[which]!;
        } else {
          const j = (-1 - which) >> 1;
          const upper = (-1 - which) % 2 === 1;
          const f = y[k]! << BigInt(Q - e);
          here[j] = here[j]! + (upper ? -f : f);
          sum[j] = sum[j]! + (upper ? -list[3 * k + 2]! : list[3 * k + 2]!);
          const bound = upper ? f * this.#bounds.upper[j]! : -f * this.#bounds.lower[j]!;
          constant += (bound >> by) + 1n;
        }
      }
      if (rounded)
        for (let j = 0; j < n; j++) {
          if (!Number.isFinite(sum[j]!)) return 0n;
          const cut = toInteger(sum[j]!, Q);
          lost += magnitude(here[j]! - cut) * this.#reach[j]!;
          here[j] = cut;
        }
      near = sum;
      ahead = here;
    }
    let total = (constant << by) + lost;
    for (let j = 0; j < n; j++) {
      const a = ahead[j]! * this.#bounds.lower[j]!;
      const b = ahead[j]! * this.#bounds.upper[j]!;
      total += a > b ? a : b;
    }
    return total;
  }

  /** Regions of a word of level m. */
  #spelled(m: number, from: number): number[] {
    const word = new Array<number>(m);
    for (let i = from, t = m - 1; t >= 0; t--) {
      const { region, parent } = this.#history[t]!;
      word[t] = region[i]!;
      i = parent[i]!;
    }
    return word;
  }

  #strings(word: readonly number[]): string[] {
    return word.map((id) => this.#regions[id]!.bits.join(''));
  }

  /** Words of length m whose rotations all follow each other. */
  #closedWords(m: number, { start, region, target }: Edges): void {
    const out: string[][] = [];
    for (let i = 0; i < this.#region.length; i++) {
      if (start[i] === start[i + 1]) continue;
      const word = this.#spelled(m, i);
      if (!isLeast(word)) continue;
      let at = i;
      for (let t = 0; t < m && at >= 0; t++) {
        let next = -1;
        for (let e = start[at]!; e < start[at + 1]!; e++) if (region[e] === word[t]) next = target[e]!;
        at = next;
      }
      if (at >= 0) out.push(this.#strings(word));
    }
    this.#words.set(m, out);
  }

  /** The loops, where no word is followed by two; null otherwise. */
  #loops({ start, region, target }: Edges): string[][] | null {
    const count = this.#region.length;
    for (let i = 0; i < count; i++) if (start[i + 1]! - start[i]! > 1) return null;
    const seen = new Uint8Array(count);
    const loops: string[][] = [];
    for (let i = 0; i < count; i++) {
      if (seen[i] || start[i] === start[i + 1]) continue;
      const loop: number[] = [];
      for (let j = i; !seen[j]; j = target[start[j]!]!) {
        seen[j] = 1;
        loop.push(region[start[j]!]!);
      }
      if (loop.length > LONGEST) return null;
      loops.push(this.#strings(loop));
    }
    return loops;
  }
}

/** A directed graph in compressed rows; each edge has the region that is appended. */
interface Edges {
  readonly start: Int32Array;
  readonly region: Int32Array;
  readonly target: Int32Array;
}

/** No rotation is less. */
function isLeast(word: readonly number[]): boolean {
  const m = word.length;
  for (let shift = 1; shift < m; shift++)
    for (let t = 0; t < m; t++) {
      const difference = word[(t + shift) % m]! - word[t]!;
      if (difference < 0) return false;
      if (difference > 0) break;
    }
  return true;
}

/**
 * The edges inside strongly connected components. Those are found by two passes (S. R. Kosaraju; M. Sharir, Comput. Math.
 * Appl. 7 (1981) 67-72): the order in which a search leaves the nodes, then searches against the edges in the
 * reverse of it.
 */
function keepComponents(count: number, { start, region, target }: Edges): Edges {
  const order = new Int32Array(count);
  const seen = new Uint8Array(count);
  const next = start.slice(0, count);
  const stack: number[] = [];
  let left = 0;
  for (let root = 0; root < count; root++) {
    if (seen[root]) continue;
    seen[root] = 1;
    stack.push(root);
    while (stack.length > 0) {
      const v = stack.at(-1)!;
      if (next[v]! < start[v + 1]!) {
        const w = target[next[v]!]!;
        next[v] = next[v]! + 1;
        if (!seen[w]) {
          seen[w] = 1;
          stack.push(w);
        }
      } else {
        order[left++] = v;
        stack.pop();
      }
    }
  }
  const reverse = new Int32Array(count + 1);
  for (const w of target) reverse[w + 1] = reverse[w + 1]! + 1;
  for (let i = 0; i < count; i++) reverse[i + 1] = reverse[i + 1]! + reverse[i]!;
  const origins = new Int32Array(target.length);
  const place = reverse.slice();
  for (let v = 0; v < count; v++)
    for (let e = start[v]!; e < start[v + 1]!; e++) {
      const w = target[e]!;
      origins[place[w]!] = v;
      place[w] = place[w]! + 1;
    }
  const component = new Int32Array(count).fill(-1);
  for (let k = count - 1; k >= 0; k--) {
    const root = order[k]!;
    if (component[root]! >= 0) continue;
    component[root] = root;
    stack.push(root);
    while (stack.length > 0) {
      const v = stack.pop()!;
      for (let e = reverse[v]!; e < reverse[v + 1]!; e++) {
        const w = origins[e]!;
        if (component[w]! >= 0) continue;
        component[w] = root;
        stack.push(w);
      }
    }
  }
  const kept = new Int32Array(count + 1);
  const keptRegion: number[] = [];
  const keptTarget: number[] = [];
  for (let v = 0; v < count; v++) {
    for (let e = start[v]!; e < start[v + 1]!; e++)
      if (component[v] === component[target[e]!]) {
        keptRegion.push(region[e]!);
        keptTarget.push(target[e]!);
      }
    kept[v + 1] = keptRegion.length;
  }
  return { start: kept, region: Int32Array.from(keptRegion), target: Int32Array.from(keptTarget) };
}
