import type { Bits } from '../bifurcation/collision';
import type { CanonicalMap } from '../map/canonical';
import { WordGraph } from '../prove/wordGraph';

/** Which itineraries are asked for, as plain data: answered in whichever thread is free. */
export interface ItineraryTask {
  readonly map: CanonicalMap;
  /** Bounds, entry by entry, on how far the map may be off. */
  readonly spread?: CanonicalMap;
  /** The box is |z_i| <= radius. */
  readonly radius: number;
  readonly maxOrder: number;
  /** Words of the graph after which it is given up. */
  readonly nodes: number;
  /** Itineraries after which it is given up. */
  readonly most: number;
}

export interface Itineraries {
  /** In words up to the order asked for, perhaps rotations and powers of one another. */
  readonly words: readonly Bits[];
  /** Whether no other itinerary of these orders can have a cycle in the box. */
  readonly complete: boolean;
}

/** null: it was stopped. */
export type Enumerate = (task: ItineraryTask) => Promise<Itineraries | null>;

/** Itineraries that can exist in a box, by the word graph of a planar map, or of all maps near it together. */
export function itineraries(
  { map, spread, radius, maxOrder, nodes, most }: ItineraryTask,
  stop: () => boolean,
): Itineraries {
  const graph = new WordGraph(map, radius, {
    nodes,
    longest: 4 * maxOrder,
    stop,
    ...(spread ? { spread } : {}),
  });
  const words: Bits[] = [];
  while (graph.open && graph.provenTo < maxOrder && words.length <= most)
    for (const word of graph.advance() ?? []) if (word.length <= maxOrder) words.push(word);
  return { words, complete: graph.provenTo >= maxOrder && words.length <= most };
}
