import type { CanonicalMap } from '../map/canonical';
import { leastRotation, primitivePeriod, rotate, type Word } from '../detect/words';
import { CellLp } from './cellLp';
import { Components } from './components';
import { pieceOf, type Piece } from './exhaustive';
import { Seal, type WordsEnd, type WordsLine, type WordsPart } from '../report/proof';
import type { GraphCounts } from '../report/shard';
import { graphCounts, packFollowers, unpackFollowers, type GraphShares } from './graphShare';
import { ItineraryFarkas } from './itineraryFarkas';
import type { ProofLog } from './proofLog';
import { SlabRegions, type Box } from './slabs';

/**
 * The word graph of a map of any dimension inside a box: as `wordGraph` for the plane, with cells as polyhedra in the
 * first point of the orbit, decided by linear programs. A word is dropped only when Farkas multipliers prove its cell
 * empty (`ItineraryFarkas`), or when it leads out of its strongly connected component.
 */
export interface SpaceWordGraph {
  /** Itineraries to be solved, as region bit vectors, by order: all that a cycle of that order in the box can have. */
  readonly words: ReadonlyMap<number, Uint8Array[][]>;
  /** Orders up to which `words` is complete; Infinity when every period is covered. */
  readonly provenTo: number;
  /** Words of each length, from 1. */
  readonly levels: readonly number[];
  /** Row products spent on the words of each length (`operationsPerSecond` are done in a second). */
  readonly work: readonly number[];
  /** Share of the level after the last proven order that was done. */
  readonly underway: number;
  /** `shared`: the words of the next length were shared out; what others found is not known here. */
  readonly endedBy: 'done' | 'stop' | 'operations' | 'words' | 'longest' | 'shared';
  readonly empty: number;
  /** Cells that looked empty without a proof: their words were kept. */
  readonly doubtful: number;
  readonly linearPrograms: number;
  readonly pivots: number;
}

export interface SpaceLimits {
  /** Level up to which the proof is pursued. */
  readonly maxOrder: number;
  /** Row products. */
  readonly operations: number;
  /** Those spent beyond `maxOrder`, in the hope that the components become loops. */
  readonly extraOperations: number;
  /** Levels beyond `maxOrder`; loops that show up at all mostly show up soon. */
  readonly extraLevels?: number;
  /** Words in memory. */
  readonly words: number;
  /** Longest loop that is solved. */
  readonly longest: number;
  /** Asked every few milliseconds. */
  readonly stop: () => boolean;
  /** Told before the words of a length are extended: row products expected, from those of the length before (or null). */
  readonly onLevel?: (length: number, expected: number | null) => void;
  /** What other runs found of words, and which words this run leaves to others. */
  readonly shares?: GraphShares;
}

/** Row products of a second on the machines that were measured (two cores, 2026); for predictions in words only. */
export const OPERATIONS_PER_SECOND = 2e7;

/** Levels beyond the orders asked for, unless told otherwise. */
const EXTRA_LEVELS = 60;

/** @param box where points of cycles may be; when `invariant`, images of its points are known to stay in it */
export function spaceWordGraph(
  map: CanonicalMap,
  box: Box,
  invariant: boolean,
  limits: SpaceLimits,
  log?: ProofLog,
): SpaceWordGraph {
  return new Search(map, box, invariant, limits, log).run();
}

class Search {
  private readonly regions: SlabRegions;
  private readonly lp: CellLp;
  private readonly farkas: ItineraryFarkas;
  private readonly components = new Components();
  /** Intervals of each region, `regions.count` apiece, and their affine pieces. */
  private intervals: Int32Array[] = [];
  private readonly pieces: Piece[] = [];
  /** Rows of one point: slabs, then coordinates unless the box is invariant. */
  private readonly perPoint: number;
  /** z_t = M_t z_0 + c_t along the present word. */
  private readonly M: Float64Array[] = [];
  private readonly c: Float64Array[] = [];
  private readonly path: number[] = [];
  private readonly pathPieces: Piece[] = [];
  private readonly rows: {
    t: number;
    c: Float64Array;
    at: number;
    upper: boolean;
    bound: number;
    multiplier: number;
  }[];
  private readonly identity: Float64Array;
  private readonly directions: Float64Array;
  private readonly extent: number;

  private count = 0;
  private region: Int32Array = new Int32Array(0);
  private suffix: Int32Array = new Int32Array(0);
  private bases: Int32Array = new Int32Array(0);
  /** Words of this level below each word of the level before. */
  private below: Int32Array = Int32Array.of(0, 0);
  private readonly history: { parent: Int32Array; region: Int32Array }[] = [];
  private edges = new Edges(1);

  private readonly words = new Map<number, Uint8Array[][]>();
  private readonly levels: number[] = [];
  private readonly work: number[] = [];
  private underway = 0;
  private emptyCells = 0;
  private doubtful = 0;
  private programs = 0;
  private polled = 0;
  /** Row products that other runs spent on what was taken from them. */
  private taken = 0;

  constructor(
    private readonly map: CanonicalMap,
    private readonly box: Box,
    invariant: boolean,
    private readonly limits: SpaceLimits,
    /** Receives the parts of the proof. */
    private readonly log?: ProofLog,
  ) {
    const { n } = map;
    this.regions = new SlabRegions(map, box);
    this.lp = new CellLp(n);
    this.farkas = new ItineraryFarkas(n, box);
    this.perPoint = this.regions.count + (invariant ? 0 : n);
    this.identity = new Float64Array(n * n);
    for (let i = 0; i < n; i++) this.identity[i * n + i] = 1;
    this.directions = Float64Array.from(this.regions.slabs.flatMap(({ c }) => [...c]));
    this.extent = Math.max(...box.upper.map((v, j) => Math.max(Math.abs(v), Math.abs(box.lower[j]!))));
    this.M.push(this.identity);
    this.c.push(new Float64Array(n));
    this.rows = Array.from({ length: n + 1 }, () => ({
      t: 0,
      c: this.identity,
      at: 0,
      upper: false,
      bound: 0,
      multiplier: 0,
    }));
  }

  run(): SpaceWordGraph {
    const part: WordsPart = { part: 'words' };
    this.log?.line(part);
    const graph = this.search();
    const end: WordsEnd = { end: 'words' };
    this.log?.line(end);
    return graph;
  }

  private write(line: WordsLine): void {
    this.log?.line(line);
  }

  private search(): SpaceWordGraph {
    const { limits, lp } = this;
    const { n } = this.map;
    this.boxRows();
    this.appendPoint(0);
    this.edges = new Edges(n);
    lp.corner();
    lp.factor();
    if (!this.enumerateRegions(0, new Int32Array(this.regions.count))) return this.done(0, this.reason());
    this.count = this.edges.count;
    this.region = this.edges.region.slice(0, this.count);
    this.suffix = new Int32Array(this.count).fill(-1);
    this.bases = this.edges.bases.slice(0, this.count * n);
    let parent: Int32Array = new Int32Array(this.count).fill(-1);
    this.below = Int32Array.of(0, this.count);
    for (let m = 1; ; m++) {
      this.levels.push(this.count);
      this.history.push({ parent, region: this.region });
      limits.onLevel?.(m, m > 1 ? (this.work[m - 2]! * this.count) / this.levels[m - 2]! : null);
      const start = this.extend(m);
      if (!start) return this.done(m - 1, this.reason());
      const component = this.components.find(this.count, start, this.edges.target);
      const kept = this.keep(start, component);
      this.write(['m', this.count, kept.region.length]);
      if (this.loops(kept.start)) return this.closeLoops(kept.start, kept.region, kept.target, m);
      this.closedWords(m, kept.start, kept.region, kept.target);
      this.below = kept.start;
      parent = kept.parent;
      this.count = kept.region.length;
      this.region = kept.region;
      this.suffix = kept.target;
      this.bases = kept.bases;
      if (
        m >= limits.maxOrder &&
        (lp.operations > limits.extraOperations ||
          m >= limits.maxOrder + (limits.extraLevels ?? EXTRA_LEVELS))
      )
        return this.done(m, 'done');
    }
  }

  private done(provenTo: number, endedBy: SpaceWordGraph['endedBy']): SpaceWordGraph {
    return {
      words: this.words,
      provenTo,
      levels: this.levels,
      work: this.work,
      underway: this.underway,
      endedBy,
      empty: this.emptyCells,
      doubtful: this.doubtful,
      linearPrograms: this.programs,
      pivots: this.lp.pivots,
    };
  }

  private ended: SpaceWordGraph['endedBy'] | null = null;

  private reason(): SpaceWordGraph['endedBy'] {
    return this.ended ?? 'stop';
  }

  /** Whether a limit is reached. */
  private over(): boolean {
    const { limits, lp } = this;
    if (this.ended !== null) return true;
    // A share has a limit of its own; put together, the shares have that of one run.
    const spent = lp.operations - (limits.shares?.splits ? this.taken : 0);
    if (spent > limits.operations) this.ended = 'operations';
    else if (this.count + this.edges.count > limits.words) this.ended = 'words';
    else if (lp.operations > this.polled + 100000) {
      this.polled = lp.operations;
      if (limits.stop()) this.ended = 'stop';
    }
    return this.ended !== null;
  }

  /** The first n rows: z_0 is in the box. */
  private boxRows(): void {
    const { lp, box } = this;
    const { n } = this.map;
    lp.reserve(n);
    lp.rows.set(this.identity);
    for (let j = 0; j < n; j++) {
      lp.norm[j] = 1;
      lp.low[j] = box.lower[j]!;
      lp.high[j] = box.upper[j]!;
      lp.tolerance[j] = 1e-13 * this.extent;
    }
    lp.count = n;
  }

  /** Rows of point t as functions of z_0, without bounds; those of the box are bounded from t = 1 on. */
  private appendPoint(t: number): void {
    const { lp, perPoint, box } = this;
    const { n } = this.map;
    const slabs = this.regions.count;
    const M = this.M[t]!;
    const c = this.c[t]!;
    const begin = n + t * perPoint;
    lp.reserve(begin + perPoint);
    lp.count = begin + perPoint;
    lp.operations += perPoint * n;
    for (let k = 0; k < perPoint; k++) {
      const row = begin + k;
      const from = k < slabs ? this.directions : this.identity;
      const at = (k < slabs ? k : k - slabs) * n;
      let offset = 0;
      let size = 0;
      for (let i = 0; i < n; i++) {
        offset += from[at + i]! * c[i]!;
        size += Math.abs(from[at + i]! * c[i]!);
      }
      let square = 0;
      for (let j = 0; j < n; j++) {
        let v = 0;
        let terms = 0;
        for (let i = 0; i < n; i++) {
          const term = from[at + i]! * M[i * n + j]!;
          v += term;
          terms += Math.abs(term);
        }
        lp.rows[row * n + j] = v;
        square += v * v;
        size += terms * this.extent;
      }
      const norm = Math.sqrt(square) || 1;
      for (let j = 0; j < n; j++) lp.rows[row * n + j] = lp.rows[row * n + j]! / norm;
      lp.norm[row] = norm;
      lp.tolerance[row] = 1e-13 * (size / norm);
      lp.low[row] = -Infinity;
      lp.high[row] = Infinity;
      if (k < slabs) this.offsets[row] = offset;
      else if (t > 0) {
        lp.low[row] = (box.lower[k - slabs]! - offset) / norm;
        lp.high[row] = (box.upper[k - slabs]! - offset) / norm;
      }
    }
  }

  private readonly offsets: number[] = [];

  private setInterval(t: number, slab: number, interval: number): void {
    const { lp } = this;
    const row = this.map.n + t * this.perPoint + slab;
    const norm = lp.norm[row]!;
    lp.low[row] = (this.regions.lower(slab, interval) - this.offsets[row]!) / norm;
    lp.high[row] = (this.regions.upper(slab, interval) - this.offsets[row]!) / norm;
  }

  private clearInterval(t: number, slab: number): void {
    const row = this.map.n + t * this.perPoint + slab;
    this.lp.low[row] = -Infinity;
    this.lp.high[row] = Infinity;
  }

  /** Whether the present rows are proven contradictory. */
  private isEmpty(from: number): boolean {
    this.programs++;
    if (this.lp.feasible(from)) return false;
    if (this.proven()) {
      this.emptyCells++;
      return true;
    }
    this.doubtful++;
    return false;
  }

  private proven(): boolean {
    const { lp, rows, perPoint, box } = this;
    const { n } = this.map;
    const slabs = this.regions.count;
    for (let k = 0; k < lp.supportCount; k++) {
      const code = lp.support[k]!;
      const index = code >> 1;
      const row = rows[k]!;
      row.upper = (code & 1) === 1;
      row.multiplier = lp.multipliers[k]!;
      row.t = index < n ? 0 : Math.floor((index - n) / perPoint);
      const place = index < n ? slabs + index : (index - n) % perPoint;
      if (place < slabs) {
        row.c = this.directions;
        row.at = place * n;
        // The bound of the slab itself: the row's own was shifted and scaled.
        const interval = this.present[row.t]![place]!;
        row.bound = row.upper ? this.regions.upper(place, interval) : this.regions.lower(place, interval);
      } else {
        row.c = this.identity;
        row.at = (place - slabs) * n;
        row.bound = (row.upper ? box.upper : box.lower)[place - slabs]!;
      }
    }
    lp.operations += (this.path.length + 1) * n * 2;
    return this.farkas.excludes(this.pathPieces, rows, lp.supportCount);
  }

  /** Intervals of each point of the present word; the last ones are those that are being tried. */
  private readonly present: Int32Array[] = [];

  /** All regions that are not proven empty, in lexicographic order of their intervals. */
  private enumerateRegions(slab: number, chosen: Int32Array): boolean {
    if (this.over()) return false;
    const { lp, edges } = this;
    if (slab === this.regions.count) {
      const id = this.pieces.length;
      const bits = this.regions.bits(chosen);
      this.intervals.push(chosen.slice());
      this.pieces.push(pieceOf(this.map, bits));
      this.write(['g']);
      edges.push(id, -1, lp.basis);
      return true;
    }
    this.present[0] = chosen;
    for (let k = 0; k < this.regions.intervals(slab); k++) {
      lp.save(slab);
      chosen[slab] = k;
      this.setInterval(0, slab, k);
      if (k < this.regions.intervals(slab) - 1) {
        const { unit, below } = this.regions.border(slab, k);
        this.write(['b', unit, below]);
      }
      const empty = this.isEmpty(this.map.n);
      if (empty) this.write(['x', this.proofRows()]);
      const on = empty || this.enumerateRegions(slab + 1, chosen);
      this.clearInterval(0, slab);
      lp.restore(slab);
      if (!on) return false;
    }
    return true;
  }

  /** Edges of all words of the level; row starts, or null when a limit was reached or the words were shared out. */
  private extend(m: number): Int32Array | null {
    const { lp, edges, below } = this;
    const { shares } = this.limits;
    const before = lp.operations;
    edges.clear();
    const start = new Int32Array(this.count + 1);
    shares?.open({ level: m, words: this.count, seal: () => this.seal(m) });
    let walked = -1;
    for (let i = 0; i < this.count; i++) {
      const s = m === 1 ? 0 : this.suffix[i]!;
      const known = shares?.known() ?? null;
      if (known !== null) this.adopt(m, known, below[s]!, below[s + 1]!);
      else if (this.over()) {
        this.underway = i / this.count;
        this.work.push(lp.operations - before);
        return null;
      } else if (!shares) this.follow(m, i, below[s]!, below[s + 1]!);
      else if (shares.takes(lp.operations - before)) {
        if (walked !== i - 1) this.walkUncounted(m, i - 1);
        const here = this.counts();
        const first = edges.count;
        this.follow(m, i, below[s]!, below[s + 1]!);
        walked = i;
        shares.extended(
          packFollowers(edges.target, edges.bases, first, edges.count, below[s]!, this.map.n),
          graphCounts(this.counts(), here),
        );
      }
      start[i + 1] = edges.count;
    }
    if (shares) {
      if (walked !== this.count - 1) this.walkUncounted(m, this.count - 1);
      const others = shares.close();
      lp.operations += others.operations;
      lp.pivots += others.pivots;
      this.taken += others.operations;
      this.programs += others.linearPrograms;
      this.emptyCells += others.empty;
      this.doubtful += others.doubtful;
    }
    this.work.push(lp.operations - before);
    if (shares?.shared) this.ended = 'shared';
    return shares?.shared ? null : start;
  }

  /** The words that follow word i, among the words lo .. hi. */
  private follow(m: number, i: number, lo: number, hi: number): void {
    const { lp } = this;
    const { n } = this.map;
    this.walkTo(m, i);
    for (let j = 0; j < n; j++) lp.basis[j] = this.bases[i * n + j]!;
    if (!lp.factor()) {
      lp.corner();
      lp.factor();
    }
    this.present[m] = this.trial;
    this.branch(m, i, lo, hi, 0);
  }

  /** What a word costs must not depend on whose the word before it was. */
  private walkUncounted(m: number, i: number): void {
    const { operations } = this.lp;
    this.walkTo(m, i);
    this.lp.operations = operations;
  }

  /** What another run found to follow a word, among the words lo .. hi. */
  private adopt(m: number, text: string, lo: number, hi: number): void {
    const { n } = this.map;
    const rows = n + (m + 1) * this.perPoint;
    const numbers = unpackFollowers(text, n, hi - lo, 2 * rows);
    for (let at = 0; at < numbers.length; at += n + 1) {
      const target = lo + numbers[at]!;
      this.edges.push(this.region[target]!, target, numbers.subarray(at + 1, at + 1 + n));
    }
  }

  private counts(): GraphCounts {
    const { programs, emptyCells, doubtful, lp } = this;
    const { pivots, operations } = lp;
    return { linearPrograms: programs, empty: emptyCells, doubtful, pivots, operations };
  }

  /** Checksum of the box and of the words of this length. */
  private seal(m: number): string {
    const seal = new Seal();
    const { lower, upper } = this.box;
    const { parent } = this.history[m - 1]!;
    for (const numbers of [lower, upper, this.levels, this.region, this.suffix, parent])
      seal.add(numbers.join(' '));
    return seal.value;
  }

  private trial = new Int32Array(0);

  /** Rows and affine pieces of the word, as far as they differ from the word before. */
  private walkTo(m: number, i: number): void {
    const { n } = this.map;
    if (this.trial.length !== this.regions.count) this.trial = new Int32Array(this.regions.count);
    const word = this.spelled(m, i);
    this.lp.operations += 20 + 2 * m;
    let t = 0;
    while (t < this.path.length && t < m && this.path[t] === word[t]) t++;
    this.path.length = Math.min(this.path.length, m);
    for (; t < m; t++) {
      const id = word[t]!;
      const piece = this.pieces[id]!;
      this.path[t] = id;
      this.pathPieces[t] = piece;
      this.present[t] = this.intervals[id]!;
      for (let slab = 0; slab < this.regions.count; slab++)
        this.setInterval(t, slab, this.intervals[id]![slab]!);
      const M = (this.M[t + 1] ??= new Float64Array(n * n));
      const c = (this.c[t + 1] ??= new Float64Array(n));
      compose(piece, this.M[t]!, this.c[t]!, M, c, n);
      this.lp.operations += n * n;
      this.appendPoint(t + 1);
    }
    this.lp.count = n + (m + 1) * this.perPoint;
    for (let slab = 0; slab < this.regions.count; slab++) this.clearInterval(m, slab);
  }

  /**
   * Which of the words lo .. hi of this level (all with the suffix of word i, in lexicographic order) may follow word i:
   * their common intervals first, then one subtree for each value of the first interval in which they differ.
   */
  private branch(m: number, i: number, lo: number, hi: number, depth: number): void {
    const { lp, region, intervals } = this;
    if (lo >= hi) return;
    const least = intervals[region[lo]!]!;
    const most = intervals[region[hi - 1]!]!;
    const slabs = this.regions.count;
    let slab = depth;
    for (; slab < slabs && least[slab] === most[slab]; slab++) {
      this.trial[slab] = least[slab]!;
      this.setInterval(m, slab, least[slab]!);
    }
    if (this.isEmpty(this.map.n + m * this.perPoint)) this.write(['e', i, lo, hi, this.proofRows()]);
    else if (slab === slabs) this.edges.push(region[lo]!, lo, lp.basis);
    else
      for (let from = lo; from < hi;) {
        const value = intervals[region[from]!]![slab]!;
        let to = from + 1;
        while (to < hi && intervals[region[to]!]![slab] === value) to++;
        lp.save(slab);
        this.branch(m, i, from, to, slab);
        lp.restore(slab);
        from = to;
      }
    for (let s = depth; s < slab; s++) this.clearInterval(m, s);
  }

  /** The inequalities of the last accepted proof, as they are written down. */
  private proofRows(): number[] {
    if (!this.log) return [];
    const { lp, perPoint, regions } = this;
    const { n } = this.map;
    const out: number[] = [];
    for (let k = 0; k < lp.supportCount; k++) {
      const index = lp.support[k]! >> 1;
      const { t, upper, multiplier } = this.rows[k]!;
      const place = index < n ? regions.count + index : (index - n) % perPoint;
      if (place < regions.count) {
        const interval = this.present[t]![place]!;
        out.push(t, regions.border(place, upper ? interval : interval - 1).unit, multiplier);
      } else out.push(t, -1 - 2 * (place - regions.count) - (upper ? 1 : 0), multiplier);
    }
    return out;
  }

  private spelled(m: number, from: number): Word {
    const word = new Int32Array(m);
    for (let i = from, t = m - 1; t >= 0; t--) {
      const { region, parent } = this.history[t]!;
      word[t] = region[i]!;
      i = parent[i]!;
    }
    return word;
  }

  /** Edges inside components, compacted. */
  private keep(
    start: Int32Array,
    component: Int32Array,
  ): { start: Int32Array; parent: Int32Array; region: Int32Array; target: Int32Array; bases: Int32Array } {
    const { edges } = this;
    const { n } = this.map;
    const next = new Int32Array(this.count + 1);
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      for (let e = start[i]!; e < start[i + 1]!; e++) {
        if (component[i] !== component[edges.target[e]!]) continue;
        edges.move(e, kept++);
      }
      next[i + 1] = kept;
    }
    const parent = new Int32Array(kept);
    for (let i = 0; i < this.count; i++) parent.fill(i, next[i], next[i + 1]);
    return {
      start: next,
      parent,
      region: edges.region.slice(0, kept),
      target: edges.target.slice(0, kept),
      bases: edges.bases.slice(0, kept * n),
    };
  }

  /** Whether every word is followed by one word at most. */
  private loops(start: Int32Array): boolean {
    for (let i = 0; i < this.count; i++) if (start[i + 1]! - start[i]! > 1) return false;
    return true;
  }

  /** Their periods are the only ones there are. */
  private closeLoops(start: Int32Array, region: Int32Array, target: Int32Array, m: number): SpaceWordGraph {
    const seen = new Uint8Array(this.count);
    for (let i = 0; i < this.count; i++) {
      if (seen[i] || start[i] === start[i + 1]) continue;
      const loop: number[] = [];
      for (let j = i; !seen[j]; j = target[start[j]!]!) {
        seen[j] = 1;
        loop.push(region[start[j]!]!);
      }
      if (loop.length > this.limits.longest) return this.done(m - 1, 'longest');
      this.add(Int32Array.from(loop));
    }
    return this.done(Infinity, 'done');
  }

  /** Words of this length all of whose rotations are there. */
  private closedWords(m: number, start: Int32Array, region: Int32Array, target: Int32Array): void {
    for (let i = 0; i < this.count; i++) {
      if (start[i] === start[i + 1]) continue;
      const word = this.spelled(m, i);
      this.lp.operations += 4 * m;
      if (leastRotation(word) !== 0 || primitivePeriod(word) !== m) continue;
      let at = i;
      for (let t = 0; t < m && at >= 0; t++) {
        let next = -1;
        for (let e = start[at]!; e < start[at + 1]!; e++) if (region[e] === word[t]) next = target[e]!;
        at = next;
      }
      if (at >= 0) this.add(word);
    }
  }

  private add(word: Word): void {
    const p = primitivePeriod(word);
    const root = word.slice(0, p);
    const bits = Array.from(rotate(root, leastRotation(root)), (id) => this.pieces[id]!.bits);
    const list = this.words.get(p);
    if (list) list.push(bits);
    else this.words.set(p, [bits]);
  }
}

/** Edges of one level, in the order of their origins: the words of the next level. */
class Edges {
  count = 0;
  region: Int32Array = new Int32Array(1024);
  target: Int32Array = new Int32Array(1024);
  bases: Int32Array;

  constructor(private readonly n: number) {
    this.bases = new Int32Array(1024 * n);
  }

  clear(): void {
    this.count = 0;
  }

  push(region: number, target: number, basis: Int32Array): void {
    const { n } = this;
    const at = this.count++;
    if (at >= this.region.length) {
      this.region = grown(this.region);
      this.target = grown(this.target);
      this.bases = grown(this.bases);
    }
    this.region[at] = region;
    this.target[at] = target;
    for (let j = 0; j < n; j++) this.bases[at * n + j] = basis[j]!;
  }

  move(from: number, to: number): void {
    if (from === to) return;
    this.region[to] = this.region[from]!;
    this.target[to] = this.target[from]!;
    this.bases.copyWithin(to * this.n, from * this.n, (from + 1) * this.n);
  }
}

function grown(a: Int32Array): Int32Array {
  const out = new Int32Array(2 * a.length);
  out.set(a);
  return out;
}

/** M' = J M, c' = J c + b */
function compose(
  { J, b }: Piece,
  M: Float64Array,
  c: Float64Array,
  outM: Float64Array,
  outc: Float64Array,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    let v = b[i]!;
    for (let l = 0; l < n; l++) v += J[i * n + l]! * c[l]!;
    outc[i] = v;
    for (let j = 0; j < n; j++) {
      let s = 0;
      for (let l = 0; l < n; l++) s += J[i * n + l]! * M[l * n + j]!;
      outM[i * n + j] = s;
    }
  }
}
