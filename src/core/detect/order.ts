import type { CanonicalMap } from '../map/canonical';
import { searchOrder, type FoundBy } from './cycles';
import { exhaust, lyndonCount, type Exhaustion } from '../prove/exhaustive';
import { WordSolver } from './solver';
import type { Word } from './words';

/** The search of one order as plain data: it runs in whichever thread is free, with the same result. */
export interface OrderTask {
  readonly map: CanonicalMap;
  readonly order: number;
  readonly seed: number;
  /** S */
  readonly scale: number;
  /** Region bit vectors; words below number them. */
  readonly regions: readonly Uint8Array[];
  readonly orbits: readonly Word[];
  readonly known: readonly Word[];
  readonly centres: readonly Float64Array[];
  /** Linear systems that may be solved. */
  readonly solves: number;
  /** Whether to prove the order where solving every itinerary is cheap. */
  readonly certify: boolean;
}

export interface OrderTaskResult {
  readonly order: number;
  /** Itineraries as region bit vectors. */
  readonly finds: { readonly word: Uint8Array[]; readonly foundBy: FoundBy | 'exhaustion' }[];
  /** Itineraries whose equations are singular. */
  readonly singular: Uint8Array[][];
  /** Number of itineraries solved with error bounds, when that was all of them. */
  readonly exhausted: number | null;
  readonly solves: number;
  readonly iterates: number;
  readonly regions: number;
}

/** @param onFind itineraries as they are found */
export function runOrderTask(
  task: OrderTask,
  stop: () => boolean,
  onFind: (word: Uint8Array[], foundBy: FoundBy | 'exhaustion') => void,
): OrderTaskResult {
  const solver = new WordSolver(task.map);
  for (const bits of task.regions) solver.regions.id(bits);
  const bitsOf = (word: Word): Uint8Array[] => Array.from(word, (id) => solver.regions.bits(id));
  const result = searchOrder(
    solver,
    task.order,
    task,
    {
      solves: task.solves,
      radius: 4 * task.scale,
      bound: 1e8 * task.scale,
      seed: task.seed,
      stop,
    },
    (find) => onFind(bitsOf(find.word), find.foundBy),
  );
  const proof =
    task.certify && !stop() && exhaustible(task.map, task.order)
      ? exhaustOrder(task.map, task.order, stop)
      : null;
  for (const word of proof?.candidates ?? []) onFind(word, 'exhaustion');
  return {
    order: task.order,
    finds: [
      ...result.words.map((find) => ({ word: bitsOf(find.word), foundBy: find.foundBy })),
      ...(proof?.candidates ?? []).map((word) => ({ word, foundBy: 'exhaustion' as const })),
    ],
    singular: proof ? proof.singular : result.singular.slice(0, 64).map(bitsOf),
    exhausted: proof && !proof.stopped ? proof.words : null,
    solves: solver.solves + (proof?.words ?? 0),
    iterates: solver.iterates,
    regions: solver.regions.size,
  };
}

/** Floating-point operations of one solve of order k, its Newton step included. */
export function solveCost({ n, L }: CanonicalMap, k: number): number {
  return k * (2 * n * n * n + 4 * n * n + 4 * n * L) + n * n * n;
}

/** Linear systems per order: 600 where they are cheap, fewer in large models. Independent of the machine. */
export function solveBudget(map: CanonicalMap, k: number): number {
  return Math.round(Math.max(150, Math.min(600, 1e9 / solveCost(map, k))));
}

/** Linear systems spent around an attractor of an order that nobody asked for: enough for its partners. */
export function partnerBudget(map: CanonicalMap, k: number): number {
  return Math.round(Math.max(4, Math.min(48, 3e8 / solveCost(map, k))));
}

/** Work up to which every itinerary of an order is solved, in floating-point operations. */
const EXHAUSTIVE_WORK = 1e8;

/** Whether solving every itinerary of the order, with error bounds, is cheap. */
export function exhaustible(map: CanonicalMap, k: number, most = EXHAUSTIVE_WORK): boolean {
  const { n, L } = map;
  return L <= 12 && lyndonCount(2 ** L, k) * (8 * n ** 3 + k * (4 * n * n + 4 * n * L) + 100) <= most;
}

/** Solves every itinerary of the order over all 2^L region words. */
export function exhaustOrder(map: CanonicalMap, order: number, stop: () => boolean): Exhaustion {
  const regions = Array.from({ length: 2 ** map.L }, (_, code) =>
    Uint8Array.from({ length: map.L }, (_bit, u) => (code >> (map.L - 1 - u)) & 1),
  );
  return exhaust(map, regions, order, stop);
}
