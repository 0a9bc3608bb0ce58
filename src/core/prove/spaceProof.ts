import type { Collection } from '../detect/collection';
import type { CanonicalMap } from '../map/canonical';
import { certainlyVirtual } from '../detect/virtual';
import type { GraphShare } from '../report/shard';
import type { Certificate } from '../report/types';
import type { BoxLine, BoxPart, ContractionPart, EmptyPart, NothingPart } from '../report/proof';
import type { OrderProof } from './orderProof';
import type { ProofLog } from './proofLog';
import { unsettledOrders } from './planarProof';
import { SlabRegions, slabsOf, type Box } from './slabs';
import {
  OPERATIONS_PER_SECOND,
  spaceWordGraph,
  type SpaceLimits,
  type SpaceWordGraph,
} from './spaceWordGraph';
import type { GraphShares } from './graphShare';
import { Confinement } from './trapping';

export interface SpaceProofOptions {
  readonly maxOrder: number;
  /** Words that the graph may have beyond the orders asked for, in the hope of a proof for all periods. */
  readonly allPeriodsNodes?: number;
  /** Model units per internal unit of length. */
  readonly unit: number;
  /** Time that may be spent, in seconds of a machine of the kind that was measured: the same work everywhere. */
  readonly seconds: number;
  readonly stop: () => boolean;
  /** What comes next and about how long it takes, in plain words, before it begins. */
  readonly onProgress?: (stage: string) => void;
  /** All periods are known to be provable: all the time may be spent on that. */
  readonly untilClosed?: boolean;
  /** Receives the proof. */
  readonly log?: ProofLog;
  /** What shards found of the word graph. */
  readonly shares?: GraphShares;
}

/** Numbers in memory at once. */
const MEMORY = 6e7;
/** Without a box that holds all cycles, the proof is about |z_i| <= this many S. */
const BOX = 1000;
/** Longest loop solved for a proof of all periods. */
const LONGEST = 2000;
/** Row products per word, roughly. */
const OPERATIONS_PER_WORD = 300;
/** Share of the time spent beyond the orders asked for, in the hope of a proof for all periods; in all of space it says more. */
const EXTRA = { everywhere: 0.1, box: 0.02 };

/**
 * Proves k-cycles of a map of any dimension complete: by contraction, or by its word graph; everywhere in state space
 * where a box is known to hold all cycles, else inside 1000 S. Adds to `found` whatever the heuristics had missed.
 */
export function proveSpace(found: Collection, options: SpaceProofOptions): OrderProof {
  const { map } = found;
  const { maxOrder, unit, seconds, stop, log } = options;
  const { confinement, all, reach, whole } = whereCyclesAre(map, found.scale);
  const part: BoxPart = {
    part: 'box',
    everywhere: all !== null,
    lower: Array.from(whole.lower),
    upper: Array.from(whole.upper),
  };
  log?.line(part);
  const box = confinement.tighten(whole, ({ lower, upper }) => {
    const line: BoxLine = { box: [Array.from(lower), Array.from(upper)] };
    log?.line(line);
  });
  if (!box) {
    const nothing: EmptyPart = { part: 'empty' };
    log?.line(nothing);
  }
  const domain: Certificate['domain'] = all
    ? 'everywhere'
    : { lower: Array.from(reach, (v) => -v * unit), upper: Array.from(reach, (v) => v * unit) };
  const where = all
    ? 'Every cycle lies in a box that the sizes of the weights bound, so this holds everywhere in state space.'
    : `Holds for cycles with every point within ${String(BOX)} times the size of the system.`;
  const certificates = new Map<number, Certificate>();
  const whyNot = new Map<number, string>();
  const norm = box && confinement.contracts(box);
  if (norm && oneFixedPoint(found, reach, all !== null)) {
    const contraction: ContractionPart = { part: 'contraction', x: Array.from(norm) };
    log?.line(contraction);
    for (let order = 1; order <= maxOrder; order++)
      certificates.set(order, {
        domain,
        periods: 'all',
        method: 'contraction',
        statement: `The map contracts in a weighted maximum norm where cycles can be: all orbits there approach the one fixed point, and no longer cycle exists. ${where}`,
        counts: {},
        errorBound: Number.EPSILON,
      });
    return { certificates, allPeriods: true, whyNot, solves: 0, nodes: 0 };
  }
  const regions = box ? countRegions(map.n, new SlabRegions(map, box)) : 0;
  if (tooMany(map, regions, seconds)) {
    const nothing: NothingPart = { part: 'none' };
    log?.line(nothing);
    for (let order = 2; order <= maxOrder; order++)
      whyNot.set(order, `No guarantee: ${whyTooMany(map, regions)}.`);
    return { certificates, allPeriods: false, whyNot, solves: 0, nodes: 0 };
  }
  const tell = (stage: string, expected: number | null): void => {
    const about = (expected ?? 0) / OPERATIONS_PER_SECOND;
    const allowed = about > seconds ? ` (the proof may take ${duration(seconds)} in all)` : '';
    options.onProgress?.(stage + (about >= 1 ? `, about ${duration(about)}${allowed}` : ''));
  };
  tell('proof: regions', regions * map.n * map.L);
  const graph = box
    ? spaceWordGraph(
        map,
        box,
        all !== null,
        {
          ...limitsOf(map, all !== null, options),
          onLevel: (length, expected) =>
            tell(length > maxOrder ? 'proof of all periods' : `proof of order ${String(length)}`, expected),
          ...(options.shares ? { shares: options.shares } : {}),
        },
        log,
      )
    : NOTHING;
  const { open, untried, solves } = settle(found, graph, maxOrder, stop);
  const fragile = unsettledOrders(found);
  const allPeriods =
    graph.provenTo === Infinity && open.size === 0 && untried.size === 0 && fragile.length === 0;
  const longest = Math.max(0, ...[...found.cycles.values()].map((cycle) => cycle.order));
  const nodes = graph.levels.reduce((sum, count) => sum + count, 0);
  const to = allPeriods ? Math.max(maxOrder, longest) : maxOrder;
  for (let order = 1; order <= to; order++) {
    let undecided = (open.get(order) ?? 0) + fragile.filter((p) => p < order && order % p === 0).length;
    // What an open word stands for may be surrounded by families, too.
    for (const [p, count] of open) if (p < order && order % p === 0) undecided += count;
    // Families may surround what a shorter itinerary holds.
    let left = 0;
    for (const [p, count] of untried) if (order % p === 0) left += count;
    if (order > graph.provenTo) whyNot.set(order, reason(graph, options.shares?.unfit === true));
    else if (left > 0)
      whyNot.set(
        order,
        `No guarantee: the search was stopped with ${String(left)} itineraries still to be solved that matter for order ${String(order)}.`,
      );
    else if (undecided > 0)
      whyNot.set(
        order,
        `No guarantee: ${String(undecided)} itineraries or objects on the verge of a bifurcation could not be decided for order ${String(order)} in floating point.`,
      );
    else
      certificates.set(order, {
        domain,
        periods: allPeriods ? 'all' : order,
        method: 'word graph',
        statement:
          (allPeriods
            ? 'Every period: the itineraries that can exist were followed until each can only repeat itself. '
            : `Every itinerary of order ${String(order)} that can exist was enumerated. `) +
          'A word of regions was dropped only when a linear combination of its inequalities, with all rounding on the unfavourable side, shows that no orbit spells it (Farkas certificate), or when it leaves its component of the word graph. ' +
          `Each itinerary left was solved; what is not listed certainly leaves its regions. ${where}`,
        counts: {
          'words of the graph': nodes,
          'linear programs': graph.linearPrograms,
          'empty cells proven': graph.empty,
          'itineraries solved': solves,
        },
        errorBound: Number.EPSILON,
      });
  }
  return { certificates, allPeriods, whyNot, solves, nodes };
}

/** The box that all cycles lie in, or that the proof is about, and the way to a smaller one. */
function whereCyclesAre(
  map: CanonicalMap,
  scale: number,
): { confinement: Confinement; all: Box | null; reach: Float64Array; whole: Box } {
  const confinement = new Confinement(map);
  const all = confinement.everywhere();
  const reach = new Float64Array(map.n).fill(BOX * scale);
  return { confinement, all, reach, whole: all ?? { lower: reach.map((v) => -v), upper: reach } };
}

function limitsOf(
  map: CanonicalMap,
  everywhere: boolean,
  options: Pick<SpaceProofOptions, 'maxOrder' | 'seconds' | 'stop' | 'allPeriodsNodes' | 'untilClosed'>,
): SpaceLimits {
  const { maxOrder, seconds, stop, allPeriodsNodes = Infinity, untilClosed = false } = options;
  const operations = seconds * OPERATIONS_PER_SECOND;
  return {
    maxOrder,
    operations,
    extraOperations: Math.min(
      (untilClosed ? 1 : EXTRA[everywhere ? 'everywhere' : 'box']) * operations,
      allPeriodsNodes * OPERATIONS_PER_WORD,
    ),
    ...(untilClosed ? { extraLevels: LONGEST } : {}),
    words: wordsInMemory(map),
    longest: LONGEST,
    stop,
  };
}

function wordsInMemory({ n }: CanonicalMap): number {
  return Math.floor(MEMORY / (n + 4));
}

function tooMany(map: CanonicalMap, regions: number, seconds: number): boolean {
  return regions > wordsInMemory(map) || (regions * map.n * map.L) / OPERATIONS_PER_SECOND > seconds;
}

function whyTooMany({ n, L }: CanonicalMap, regions: number): string {
  return `the borders of the units cut the box into up to ${figure(regions)} regions, too many to follow one by one (about ${duration((regions * n * L) / OPERATIONS_PER_SECOND)} for order 1 alone)`;
}

/** Why the word graph of a map is not worth the search for its box, or null. */
export function whyNoWordGraph(map: CanonicalMap): string | null {
  const regions = cutRegions(
    map.n,
    slabsOf(map).map(({ thresholds }) => thresholds.length),
  );
  return regions > wordsInMemory(map) ? whyTooMany(map, regions) : null;
}

/** Whether the box of the proof depends on S. */
export function needsScale(map: CanonicalMap): boolean {
  return new Confinement(map).everywhere() === null;
}

/** One shard's share of the word graph that `proveSpace` follows, or why there is none. */
export type SharedGraph =
  { readonly share: GraphShare; readonly why: null } | { readonly share: null; readonly why: string };

/**
 * Follows the word graph as `proveSpace` does, until what is left of a length is shared out: then this shard's part of it.
 * @param scale S, as `proveSpace` will know it
 * @param shares which share, and what the rounds before found
 */
export function shareSpaceGraph(
  map: CanonicalMap,
  scale: number,
  options: Pick<SpaceProofOptions, 'maxOrder' | 'seconds' | 'stop'>,
  shares: GraphShares,
): SharedGraph {
  const { confinement, all, whole } = whereCyclesAre(map, scale);
  const none = (why: string): SharedGraph => ({ share: null, why });
  const box = confinement.tighten(whole);
  if (!box) return none('no cycle can be in the box');
  if (confinement.contracts(box)) return none('the map contracts where cycles can be');
  const regions = countRegions(map.n, new SlabRegions(map, box));
  if (tooMany(map, regions, options.seconds)) return none(whyTooMany(map, regions));
  const graph = spaceWordGraph(map, box, all !== null, { ...limitsOf(map, all !== null, options), shares });
  const { endedBy, provenTo } = graph;
  if (shares.unfit) return none('what the rounds before found is not of this graph');
  const share = shares.result(endedBy === 'shared' ? 'done' : endedBy === 'stop' ? 'stop' : 'budget');
  if (share) return { share, why: null };
  if (endedBy === 'stop') return none('the run was stopped before');
  return none(
    provenTo === Infinity || provenTo >= options.maxOrder
      ? 'no length takes long; merge follows it to its end'
      : reason(graph, false).replace(/^No guarantee: /, ''),
  );
}

/**
 * Time of the first level of the word graph of a map in a box, in seconds, before anything is spent: the number of
 * regions that hyperplanes in general position cut out (T. Zaslavsky 1975, parallel ones taken together), times the
 * linear programs of each.
 */
export function predictSpaceProof(found: Pick<Collection, 'map' | 'scale'>): {
  regions: number;
  seconds: number;
} {
  const { map, scale } = found;
  const confinement = new Confinement(map);
  const reach = new Float64Array(map.n).fill(BOX * scale);
  const box: Box | null = confinement.tighten(
    confinement.everywhere() ?? { lower: reach.map((v) => -v), upper: reach },
  );
  const regions = box ? countRegions(map.n, new SlabRegions(map, box)) : 0;
  return { regions, seconds: (regions * map.n * map.L) / OPERATIONS_PER_SECOND };
}

/** No point of the box has its image there. */
const NOTHING: SpaceWordGraph = {
  words: new Map(),
  provenTo: Infinity,
  levels: [],
  work: [],
  underway: 0,
  endedBy: 'done',
  empty: 0,
  doubtful: 0,
  linearPrograms: 0,
  pivots: 0,
};

/** Solves the itineraries of the proven orders; how many of each order stay open, and how many a stop left untried. */
function settle(
  found: Collection,
  { words, provenTo }: SpaceWordGraph,
  maxOrder: number,
  stop: () => boolean,
): { open: Map<number, number>; untried: Map<number, number>; solves: number } {
  const open = new Map<number, number>();
  const untried = new Map<number, number>();
  const count = (of: Map<number, number>, order: number): void =>
    void of.set(order, (of.get(order) ?? 0) + 1);
  let solves = 0;
  for (const [order, itineraries] of words) {
    // Longer words matter only to a proof of all periods.
    if (provenTo < Infinity && order > Math.min(provenTo, maxOrder)) continue;
    for (const word of itineraries) {
      if (stop()) {
        count(untried, order);
        continue;
      }
      solves++;
      const settled =
        found.addWord(word, 'word graph') ||
        certainlyVirtual(found.map, word) ||
        found.decide(word, 'word graph');
      if (!settled) count(open, order);
    }
  }
  return { open, untried, solves };
}

/** Whether the one fixed point that can be where cycles are is listed. */
function oneFixedPoint(found: Collection, reach: Float64Array, everywhere: boolean): boolean {
  const listed = [...found.cycles.values(), ...found.boundary].filter(({ order }) => order === 1);
  return (
    listed.length === 1 &&
    (everywhere || listed[0]!.points[0]!.every((v, j) => Math.abs(v) <= 0.999 * reach[j]!))
  );
}

/** At most, how many regions of a box there are. */
function countRegions(n: number, slabs: SlabRegions): number {
  return cutRegions(
    n,
    Array.from({ length: slabs.count }, (_, s) => slabs.intervals(s) - 1),
  );
}

/** The sum over k <= n of the products of k slabs' numbers of borders. */
function cutRegions(n: number, borders: readonly number[]): number {
  const symmetric = new Float64Array(n + 1);
  symmetric[0] = 1;
  for (const count of borders)
    for (let k = n; k > 0; k--) symmetric[k] = symmetric[k]! + symmetric[k - 1]! * count;
  return symmetric.reduce((sum, v) => sum + v, 0);
}

/** Why the graph ended where it did, from what it cost so far. */
function reason({ provenTo, levels, work, underway, endedBy }: SpaceWordGraph, unfit: boolean): string {
  const beyond =
    provenTo === 0
      ? 'No guarantee: not even the first length of the word graph was completed'
      : `No guarantee: the word graph is complete to order ${String(provenTo)} only`;
  if (endedBy === 'longest')
    return `${beyond}: itineraries repeat only after more than ${String(LONGEST)} steps.`;
  const stopped =
    (endedBy === 'stop' ? ' The search was stopped.' : '') +
    (unfit ? ' What the shards found is of another word graph, and was left out.' : '');
  if (levels.length === 0) return `${beyond}: the regions of the box were not all enumerated.${stopped}`;
  const last = levels.slice(-4);
  const growth = last.length > 1 ? (last[last.length - 1]! / last[0]!) ** (1 / (last.length - 1)) : 1;
  const next = underway > 0 ? work[work.length - 1]! / underway : (work[work.length - 2] ?? 0) * growth;
  return (
    `${beyond}: the word graph has ${last.map(figure).join(', ')} words of the last ${last.length === 1 ? 'length' : `${String(last.length)} lengths`}` +
    (last.length > 1 ? ` (times ${growth.toFixed(2)} per order)` : '') +
    (next > 0
      ? `; order ${String(provenTo + 1)} alone would take about ${duration(next / OPERATIONS_PER_SECOND)}`
      : '') +
    `.${stopped}`
  );
}

function figure(count: number): string {
  return count < 1e6 ? String(Math.round(count)) : count.toExponential(1);
}

function duration(seconds: number): string {
  if (seconds < 100) return `${seconds.toPrecision(2)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(0)} minutes`;
  if (seconds < 2e5) return `${(seconds / 3600).toFixed(0)} hours`;
  return `${figure(seconds / 86400)} days`;
}
