import type { CanonicalMap } from '../map/canonical';
import { boxWords } from '../detect/boxWords';
import { farWords } from '../detect/directions';
import { farTree } from './farTree';
import { FixedPointTree } from './fixedPointTree';
import type { TreeCounts, TreeHandlers } from './fixedPointTree';
import { buildLcp } from './lcp';
import type { Lcp } from './lcp';
import { planarRegions } from './planarRegions';
import { principalPivoting } from './principalPivoting';
import { RegionWords } from '../detect/regionWords';
import type { UniquePart } from '../report/proof';
import type { ProofLog } from './proofLog';
import { nearRadius, settledUnits, type TreeOutcome, type TreeReplay } from './treeProblem';
import { uniqueByPMatrix } from './uniqueness';

export interface FixedPointSearchOptions {
  /** false: find, but claim nothing; saves the part of the proof that concerns points far away. */
  readonly certify: boolean;
  /** Asked every few milliseconds of work. */
  readonly stop: () => boolean;
  /** Upper bound on the nodes of each search tree. Default: none. */
  readonly maxNodes?: number;
  /**
   * A region word, as soon as it is met, that holds a fixed point for certain, or (not `certain`) may do so within
   * rounding. Each is also in `candidates`.
   */
  readonly onCandidate?: (word: Uint8Array, certain: boolean) => void;
  readonly onProgress?: (fraction: number) => void;
  /** Receives the proof. */
  readonly log?: ProofLog;
  /** The trees, searched before. */
  readonly trees?: TreeReplay;
}

export interface FixedPointSearchResult {
  /** Every region word (L bits, 1 = active) whose fixed point is, or within rounding may be, in its region. */
  readonly candidates: Uint8Array[];
  /** Solutions on borders, once per point. `itineraryCount` region words (2^units, as a number) have it as solution. */
  readonly boundary: {
    readonly point: Float64Array;
    readonly units: number[];
    readonly itineraryCount: number;
    /** At most 16. */
    readonly words: Uint8Array[];
    /** The exact coordinates, as `ExactRegions` writes them. */
    readonly key: string;
  }[];
  /** Words with I - J singular whose affine family of fixed points meets their closed region in more than a point. */
  readonly continua: {
    readonly word: Uint8Array;
    readonly point: Float64Array;
    readonly directions: Float64Array[];
    /** No word with fewer active units holds the same points. */
    readonly proper: boolean;
  }[];
  readonly complete: boolean;
  readonly whyNot: string | null;
  /** Words and subtrees that were neither solved nor excluded. */
  readonly undecided: number;
  readonly method: string;
  /** For the certificate: what was shown, by which argument, where it holds. */
  readonly statement: string;
  readonly domain: 'everywhere' | { lower: number[]; upper: number[] };
  /** Where what `log` received holds; null where it received nothing complete. */
  readonly written: FixedPointSearchResult['domain'] | null;
  readonly counts: Readonly<Record<string, number>>;
  /** Largest error of an entry of T and q, and of any solution accepted. */
  readonly errorBound: number;
}

/** Units from which on all regions are sooner solved than a tree over the units is searched: of a plane, of space. */
const CELLS_FROM = { plane: 24, space: 60 };
/** Regions of space are cut out of this cube; those that reach beyond it are enumerated by their directions. */
const FAR = 1000;

/** Largest number of units for which every word is solved when no base region is regular. */
const WORD_BY_WORD = 16;

/**
 * All fixed points of a canonical map, with proof.
 *
 * The fixed-point equation is the linear complementarity problem of `Lcp`. A sufficient test for uniqueness comes
 * first. Otherwise every region word is either solved by itself or belongs to a subtree that a checked Farkas
 * certificate excludes (`FixedPointTree`, `FarkasChecker`). Certificates of low-rank problems hold only within a
 * bounded set; then far points are excluded by the words met far out (n <= 3) or by a second tree on the
 * normalised problem. Without that second part the proof holds in the box that is reported. Where many units see a
 * state of few dimensions, the regions are fewer than the subtrees: each is solved by itself.
 *
 * @param map scaled so that the largest of |g|, |d| is about 1 (or zero)
 */
export function searchFixedPoints(
  map: CanonicalMap,
  options: FixedPointSearchOptions,
): FixedPointSearchResult {
  return new FixedPointSearch(map, options).run();
}

/** Most regions that L borders can cut the state space into. */
function cellsOf({ n, L }: CanonicalMap): number {
  let cells = 0;
  let term = 1;
  for (let k = 0; k <= Math.min(n, L); k++) {
    cells += term;
    term = (term * (L - k)) / (k + 1);
  }
  return cells;
}

/** Whether all regions are enumerated, instead of a tree over the units. */
function enumeratesAll({ n, L }: CanonicalMap): boolean {
  return (n === 2 && L >= CELLS_FROM.plane) || (n === 3 && L >= CELLS_FROM.space);
}

/** Whether the regions that reach far out are enumerated, instead of a second tree. */
export function enumeratesFar({ n, L }: CanonicalMap): boolean {
  return n <= 3 && L > n;
}

class FixedPointSearch {
  private readonly words: RegionWords;
  private readonly counts: Record<string, number> = {};
  private readonly reasons: string[] = [];
  private method = 'complementarity search';
  private domain: FixedPointSearchResult['domain'] = 'everywhere';
  private written: FixedPointSearchResult['written'] = null;
  private undecided = 0;
  private progressed = 0;

  constructor(
    private readonly map: CanonicalMap,
    private readonly options: FixedPointSearchOptions,
  ) {
    this.words = new RegionWords(map, (word, certain) => options.onCandidate?.(word, certain), options.stop);
  }

  run(): FixedPointSearchResult {
    const { L } = this.map;
    if (L === 0) {
      this.words.settle(new Uint8Array(0));
      return this.finish('The map is affine: its fixed-point equation was solved.', 0);
    }
    const { stop } = this.options;
    const lcp = buildLcp(this.map, stop);
    if (lcp === null && stop()) {
      this.undecided = 1;
      this.reasons.push('The search was stopped before it began.');
      return this.finish('', 0);
    }
    if (this.words.borders.length === 0 && this.words.homogeneous) this.words.settle(new Uint8Array(L));
    if (lcp === null) return this.wordByWord();
    const error = Math.max(largest(lcp.Terror), largest(lcp.qerror));
    const unique = uniqueByPMatrix(lcp, stop);
    if (unique !== null && this.findUnique(lcp)) {
      this.method = 'unique solution';
      this.written = 'everywhere';
      const { argument, weights } = unique;
      const part: UniquePart = {
        part: 'unique',
        base: lcp.base.join(''),
        argument,
        weights: Array.from(weights),
      };
      this.options.log?.line(part);
      return this.finish(
        `Exactly one fixed point exists in all of state space, because ${unique.text}, so that T is a P-matrix and the complementarity problem o = q + T s has one solution for every q; it was found.`,
        error,
      );
    }
    if (lcp.homogeneous) return this.cone(lcp, error);
    const { log, trees } = this.options;
    // The cells have no written form, and cannot be shared out.
    const cells = enumeratesAll(this.map) && !log && !trees ? this.cells() : null;
    return cells ?? this.inhomogeneous(lcp, error);
  }

  /** Every region there is, solved by itself; null where far too many meet in one place to be told apart. */
  private cells(): FixedPointSearchResult | null {
    const { map } = this;
    const { stop, onProgress } = this.options;
    const expected = cellsOf(map);
    let visited = 0;
    let stopped = false;
    const visit = (word: Uint8Array): boolean => {
      this.words.settle(word);
      visited++;
      if (visited % 64 !== 0) return true;
      onProgress?.(Math.min(0.99, visited / expected));
      stopped = stop();
      return !stopped && visited <= 2 * expected;
    };
    const cones = map.d.every((v) => v === 0);
    const near = map.n === 2 ? planarRegions(map, FAR, null, visit) : cones || boxWords(map, FAR, visit);
    const finished = near && farWords(map, FAR, visit);
    if (!finished && !stopped) return null;
    this.method = 'arrangement of borders';
    this.counts['cells'] = visited;
    if (stopped) {
      this.undecided = Math.max(1, expected - visited);
      this.reasons.push(
        `The search was stopped after ${String(visited)} of about ${String(expected)} regions.`,
      );
    }
    return this.finish(
      "Every fixed point is listed: the units' borders cut the state space into cells, the regions, and each was solved by itself. This holds in all of state space.",
      0,
    );
  }

  /** Whether the one solution was found: for certain, or as a point on borders. */
  private findUnique(lcp: Lcp): boolean {
    if (lcp.homogeneous) return true;
    const states = principalPivoting(lcp, this.options.stop);
    if (states === null) return false;
    const word = wordOf(lcp, states);
    return this.words.settle(word) || this.words.borders.length > 0;
  }

  private inhomogeneous(lcp: Lcp, error: number): FixedPointSearchResult {
    const radius = nearRadius(lcp);
    const tree = this.tree(lcp, false, radius, 0, 0.8);
    let statement =
      'Every fixed point is listed. Each region was solved by itself or lies in a subtree of regions excluded by a linear combination of the fixed-point equations with all signs checked against rounding (Farkas certificate).';
    this.written = 'everywhere';
    if (tree.bounded && this.reasons.length === 0) {
      const box = this.box(radius);
      this.written = box;
      if (!this.options.certify) this.domain = box;
      else {
        const far = this.farAway(lcp, radius, box.upper[0] ?? 0);
        if (far === null) {
          this.domain = box;
          this.reasons.length = 0;
          statement += ` The certificates hold for fixed points with all coordinates within ${box.upper[0]!.toExponential(1)} of zero; farther out nothing is claimed.`;
        } else statement += ` ${far}`;
      }
    }
    if (this.domain === 'everywhere') statement += ' This holds in all of state space.';
    return this.finish(statement, error);
  }

  /** No constant term: solutions are zero and rays. */
  private cone(lcp: Lcp, error: number): FixedPointSearchResult {
    const shown = this.farAway(lcp, 1, 1);
    return this.finish(
      `The map has no constant term: zero is a fixed point and lies on every border. ${shown ?? ''} Any other fixed point would come with its whole ray; rays were searched for region by region.`,
      error,
    );
  }

  /** Excludes or settles all words of far points. Returns the argument, or null when it did not finish. */
  private farAway(lcp: Lcp, radius: number, far: number): string | null {
    if (enumeratesFar(this.map) && far > 0) {
      const { log } = this.options;
      let visited = 0;
      const visit = (word: Uint8Array): boolean => {
        visited++;
        this.words.settle(word);
        return (visited & 15) !== 0 || !this.options.stop();
      };
      const finished = log ? farTree(this.map, far, log, visit) : farWords(this.map, far, visit);
      if (finished) this.written = 'everywhere';
      this.counts['farRegions'] = visited;
      if (finished)
        return 'Fixed points far out can only lie in the regions that reach there: these were enumerated and solved one by one.';
      this.reasons.push(
        'The regions far from the origin were not all visited before the search was stopped.',
      );
      return null;
    }
    const before = this.reasons.length;
    this.tree(lcp, true, radius, 0.8, 0.2, 'far');
    if (this.reasons.length > before) return null;
    this.written = 'everywhere';
    return 'That none lies far out was shown by a second search on the normalised equations o = T s.';
  }

  private tree(
    lcp: Lcp,
    normalised: boolean,
    radius: number,
    start: number,
    share: number,
    prefix = '',
  ): TreeOutcome {
    const handlers: TreeHandlers = {
      leaf: (states) => {
        this.words.settle(wordOf(lcp, states));
      },
      hint: (states) => {
        if (!normalised) this.words.settle(wordOf(lcp, states));
      },
      stop: this.options.stop,
      progress: (fraction) => {
        const now = start + share * fraction;
        if (now < this.progressed + 0.002) return;
        this.progressed = now;
        this.options.onProgress?.(now);
      },
    };
    const { trees, log, maxNodes = Infinity, stop } = this.options;
    let tree: TreeOutcome;
    if (trees) tree = trees(lcp, { order: 1, far: normalised, radius }, handlers.leaf, stop);
    else {
      const record = log ? { log, order: 1 } : null;
      const search = new FixedPointTree(lcp, normalised, handlers, maxNodes, radius, null, record);
      search.run(settledUnits(this.words.constant, lcp));
      tree = search;
    }
    this.addCounts(tree.counts, prefix);
    if (tree.abandoned > 0) {
      this.undecided += tree.abandoned;
      this.reasons.push(`${String(tree.abandoned)} subtrees were given up for want of memory.`);
    }
    if (tree.stopped) {
      this.undecided += tree.open;
      this.reasons.push(
        tree.whyNot ??
          `The search was stopped after ${String(tree.counts.nodes)} subtrees, with ${percent(tree.fraction)} of the tree done${normalised && !lcp.homogeneous ? ' (far points)' : ''}.`,
      );
    }
    return tree;
  }

  /** No base region has a regular I - J: solve each word. */
  private wordByWord(): FixedPointSearchResult {
    const { L } = this.map;
    this.method = 'word by word';
    if (L > WORD_BY_WORD) {
      this.reasons.push(
        `I - J is singular or nearly so in every region tried, and ${String(L)} units are too many to solve region by region.`,
      );
      this.undecided = 1;
      return this.finish('', 0);
    }
    const word = new Uint8Array(L);
    const total = 2 ** L;
    for (let code = 0; code < total; code++) {
      let possible = true;
      for (let u = 0; u < L; u++) {
        word[u] = (code >>> u) & 1;
        const fixed = this.words.constant[u]!;
        if (fixed !== -1 && fixed !== word[u]) possible = false;
      }
      if (possible) this.words.settle(word);
      if ((code & 15) === 0 && this.options.stop()) {
        this.undecided = total - code - 1;
        this.reasons.push(`The search was stopped after ${String(code)} of ${String(total)} regions.`);
        break;
      }
      if ((code & 1023) === 0) this.options.onProgress?.(code / total);
    }
    return this.finish(
      'Every fixed point is listed: each region was solved by itself. This holds in all of state space.',
      0,
    );
  }

  /** Every fixed point with sum(o) + sum(s) > radius has a coordinate outside this box. */
  private box(radius: number): { lower: number[]; upper: number[] } {
    const { n, C, d } = this.map;
    let slope = 0;
    let offset = 0;
    for (const c of C) slope += Math.abs(c);
    for (const v of d) offset += Math.abs(v);
    const size = slope > 0 ? ((radius - offset) / slope) * (1 - 1e-9) : Number.MAX_VALUE;
    return { lower: new Array<number>(n).fill(-size), upper: new Array<number>(n).fill(size) };
  }

  private addCounts(counts: TreeCounts, prefix: string): void {
    for (const [name, value] of Object.entries(counts)) {
      const key = prefix === '' ? name : `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`;
      this.counts[key] = (this.counts[key] ?? 0) + (value as number);
    }
  }

  private finish(statement: string, error: number): FixedPointSearchResult {
    const { words } = this;
    this.undecided += words.undecided;
    if (words.undecided > 0)
      this.reasons.push(
        `${String(words.undecided)} regions are open within rounding: deciding them exactly would take too long.`,
      );
    if (!this.options.certify) this.reasons.push('No proof was asked for.');
    this.options.onProgress?.(1);
    const complete = this.reasons.length === 0;
    return {
      candidates: words.candidates,
      boundary: words.borders.map(({ point, units, word, key }) => ({
        key,
        point,
        units,
        itineraryCount: 2 ** units.length,
        words: variants(word, units),
      })),
      continua: words.families,
      complete,
      whyNot: complete ? null : this.reasons.join(' '),
      undecided: this.undecided,
      method: this.method,
      statement: complete ? statement : '',
      domain: this.domain,
      written: this.options.log ? this.written : null,
      counts: {
        ...this.counts,
        regionsSolved: words.solves,
        regionsOutside: words.outside,
        exactVerdicts: words.exact,
      },
      errorBound: Math.max(error, words.errorBound),
    };
  }
}

function wordOf(lcp: Lcp, states: ArrayLike<number>): Uint8Array {
  return Uint8Array.from({ length: lcp.L }, (_, u) => (states[u] === 1 ? 1 - lcp.base[u]! : lcp.base[u]!));
}

/** Up to 16 words that differ from `word` on `units` only, least first. */
function variants(word: Uint8Array, units: readonly number[]): Uint8Array[] {
  const free = units.slice(-4);
  const out: Uint8Array[] = [];
  for (let code = 0; code < 2 ** free.length; code++) {
    const each = word.slice();
    for (const u of units) each[u] = 0;
    free.forEach((u, k) => {
      each[u] = (code >>> (free.length - 1 - k)) & 1;
    });
    out.push(each);
  }
  return out;
}

function largest(a: Float64Array): number {
  let out = 0;
  for (const v of a) out = Math.max(out, v);
  return out;
}

function percent(fraction: number): string {
  return `${fraction > 0 && fraction < 0.001 ? 'less than 0.1' : (100 * fraction).toFixed(1)} %`;
}
