import type { Certificate } from '../report/types';
import type { Collection } from '../detect/collection';
import { certainlyVirtual } from '../detect/virtual';
import type { OrderProof } from './orderProof';
import { wordGraph } from './wordGraph';

/** Words after which the proof of further orders is given up. */
const NODES = 250000;
/** Words spent beyond the orders asked for, in the hope of a proof for all periods. */
const EXTRA_NODES = 25000;
/** The box is |z_i| <= this many S. */
const BOX = 1000;
/** Longest loop solved for a proof of all periods. */
const LONGEST = 2000;

/**
 * Proves k-cycles of a planar map complete inside a box by its word graph. Adds to `found` whatever the heuristics
 * had missed.
 * @param unit model units per internal unit of length
 */
export function provePlanar(
  found: Collection,
  maxOrder: number,
  unit: number,
  stop: () => boolean,
): OrderProof {
  const { map, scale } = found;
  const radius = BOX * scale;
  const { words, provenTo, nodes, errorBound } = wordGraph(map, radius, {
    maxOrder,
    nodes: NODES,
    extraNodes: EXTRA_NODES,
    longest: LONGEST,
    stop,
  });
  const open = new Map<number, number>();
  let solves = 0;
  for (const [order, itineraries] of words) {
    // Longer words matter only to a proof of all periods.
    if (order > (provenTo === Infinity ? Infinity : Math.min(provenTo, maxOrder))) continue;
    for (const word of itineraries) {
      // Once told to stop, what is left is left open.
      if (stop()) {
        open.set(order, (open.get(order) ?? 0) + 1);
        continue;
      }
      solves++;
      if (
        !found.addWord(word, 'word graph') &&
        !certainlyVirtual(map, word) &&
        !found.decide(word, 'word graph')
      )
        open.set(order, (open.get(order) ?? 0) + 1);
    }
  }
  const fragile = unsettledOrders(found);
  const allPeriods = provenTo === Infinity && open.size === 0 && fragile.length === 0;
  const longest = Math.max(0, ...[...found.cycles.values()].map((cycle) => cycle.order));
  const certificates = new Map<number, Certificate>();
  const whyNot = new Map<number, string>();
  const lower = new Array<number>(map.n).fill(-radius * unit);
  const upper = new Array<number>(map.n).fill(radius * unit);
  const to = allPeriods ? Math.max(maxOrder, longest) : maxOrder;
  for (let order = 1; order <= to; order++) {
    const undecided = (open.get(order) ?? 0) + fragile.filter((p) => p < order && order % p === 0).length;
    if (order > provenTo)
      whyNot.set(
        order,
        `No guarantee beyond order ${String(provenTo)}: the word graph has ${String(nodes)} words by then${stop() ? ', and the search was stopped' : ''}.`,
      );
    else if (undecided > 0)
      whyNot.set(
        order,
        `No guarantee: ${String(undecided)} itineraries or objects on the verge of a bifurcation could not be decided for order ${String(order)} in floating point.`,
      );
    else
      certificates.set(order, {
        domain: { lower, upper },
        periods: allPeriods ? 'all' : order,
        method: 'word graph',
        statement:
          (allPeriods
            ? 'Every period: the itineraries that can exist inside the box were followed until each can only repeat itself. '
            : `Every itinerary of order ${String(order)} that can exist inside the box was enumerated: all longer words through an empty cell, or that leave their component of the word graph, are impossible. `) +
          'Cells are polygons that enclose all rounding. Each itinerary left was solved; what is not listed certainly leaves its regions.',
        counts: { 'words of the graph': nodes, 'itineraries solved': solves },
        errorBound: errorBound * unit,
      });
  }
  return { certificates, allPeriods, whyNot, solves, nodes };
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
