import type { Certificate } from '../report/types';
import type { Collection } from '../detect/collection';
import { certainlyVirtual, virtualByShooting } from '../detect/virtual';
import type { OrderProof } from './orderProof';
import { WordGraph } from './wordGraph';

/** Words after which the proof of further orders is given up. */
const NODES = 500000;
/** Words spent in the hope of a proof for all periods, unless told otherwise. */
const ALL_PERIODS_NODES = 20000;
/** The box is |z_i| <= this many S. */
const BOX = 1000;
/** Longest loop solved for a proof of all periods. */
const LONGEST = 2000;

export interface PlanarProofOptions {
  readonly maxOrder: number;
  /** Words that the graph may have beyond the orders asked for, in the hope of a proof for all periods. */
  readonly allPeriodsNodes?: number;
  /** Model units per internal unit of length. */
  readonly unit: number;
  readonly stop: () => boolean;
  /** Each order's certificate as it lands. */
  readonly onCertificate: (order: number, certificate: Certificate) => void;
}

/**
 * Proves k-cycles of a planar map complete inside a box by its word graph, order by order, and adds every object that
 * it meets to `found`. It may be left after each order, and be gone on with later.
 * @yields the number of words so far
 */
export function* provePlanar(found: Collection, options: PlanarProofOptions): Generator<number, OrderProof> {
  const { maxOrder, unit, stop, allPeriodsNodes = ALL_PERIODS_NODES } = options;
  const { map, scale } = found;
  const radius = BOX * scale;
  const graph = new WordGraph(map, radius, { nodes: NODES, longest: LONGEST, stop });
  const domain = {
    lower: new Array<number>(map.n).fill(-radius * unit),
    upper: new Array<number>(map.n).fill(radius * unit),
  };
  const waiting = new Map<number, Uint8Array[][]>();
  const open = new Map<number, number>();
  let solves = 0;
  const settle = (order: number): void => {
    for (const word of waiting.get(order) ?? []) {
      solves++;
      // Once told to stop, what is left is left open.
      if (stop() || !settled(found, word)) open.set(order, (open.get(order) ?? 0) + 1);
    }
    waiting.delete(order);
  };
  const undecided = (order: number): number => {
    let count = open.get(order) ?? 0;
    for (const [p, number] of open) if (p < order && order % p === 0) count += number;
    return count + unsettledOrders(found).filter((p) => p < order && order % p === 0).length;
  };
  const certificate = (order: number, all: boolean): Certificate => ({
    domain,
    periods: all ? 'all' : order,
    method: 'word graph',
    statement:
      (all
        ? 'Every period: the itineraries that can exist inside the box were followed until each can only repeat itself. '
        : `Every itinerary of order ${String(order)} that can exist inside the box was enumerated: all longer words through an empty cell, or that leave their component of the word graph, are impossible. `) +
      'Cells are polygons that enclose all rounding. Each itinerary left was solved; what is not listed certainly leaves its regions.',
    counts: { 'words of the graph': graph.nodes, 'itineraries solved': solves, 'polygon cuts': graph.clips },
    errorBound: graph.errorBound * unit,
  });

  const certificates = new Map<number, Certificate>();
  let settledTo = 0;
  while (graph.open && (graph.provenTo < maxOrder || graph.nodes < allPeriodsNodes)) {
    for (const word of graph.advance() ?? []) {
      const list = waiting.get(word.length);
      if (list) list.push(word);
      else waiting.set(word.length, [word]);
    }
    while (settledTo < Math.min(graph.provenTo, maxOrder)) {
      settle(++settledTo);
      if (undecided(settledTo) > 0) continue;
      const landed = certificate(settledTo, false);
      certificates.set(settledTo, landed);
      options.onCertificate(settledTo, landed);
    }
    yield graph.nodes;
  }
  if (graph.provenTo === Infinity) for (const order of [...waiting.keys()]) settle(order);
  const allPeriods = graph.provenTo === Infinity && open.size === 0 && unsettledOrders(found).length === 0;
  const whyNot = new Map<number, string>();
  if (allPeriods) {
    const longest = Math.max(maxOrder, ...[...found.cycles.values()].map((cycle) => cycle.order));
    for (let order = 1; order <= longest; order++) certificates.set(order, certificate(order, true));
  }
  for (let order = 1; order <= maxOrder; order++) {
    if (certificates.has(order)) continue;
    whyNot.set(
      order,
      order > graph.provenTo
        ? `No guarantee beyond order ${String(graph.provenTo)}: the word graph has ${String(graph.nodes)} words by then${stop() ? ', and the search was stopped' : ''}.`
        : `No guarantee: ${String(undecided(order))} itineraries or objects on the verge of a bifurcation could not be decided for order ${String(order)} in floating point.`,
    );
  }
  return { certificates, allPeriods, whyNot, solves, nodes: graph.nodes };
}

/** Whether an itinerary's object is listed, or certainly does not exist; the cheapest test first. */
function settled(found: Collection, word: readonly Uint8Array[]): boolean {
  return (
    virtualByShooting(found.map, word) ||
    found.addWord(word, 'word graph') ||
    certainlyVirtual(found.map, word) ||
    found.decide(word, 'word graph')
  );
}

/**
 * Orders of objects that families of longer cycles may surround: a multiplier on the unit circle within its error
 * (it may be a root of unity), points on borders, families themselves.
 */
export function unsettledOrders(found: Collection): number[] {
  return [
    ...[...found.cycles.values()].filter((c) => c.stability === 'marginal').map((c) => c.order),
    ...found.boundary.map((point) => point.order),
    ...[...found.continua.values()].map((family) => family.regions.length),
  ];
}
