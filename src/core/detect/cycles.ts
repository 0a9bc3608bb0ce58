import { random as randomStream, type Random } from '../random';
import { randomState } from './simulate';
import type { WordSolver } from './solver';
import { leastRotation, primitivePeriod, rotate, wordKey, type Word } from './words';
import { WordGraph } from './walks';

/** What the search of one order starts from. */
export interface OrderSeeds {
  /** Region words along simulated orbits. */
  readonly orbits: readonly Word[];
  /** Words of this order known from elsewhere (attractors, a neighbouring checkpoint). */
  readonly known: readonly Word[];
  /** Centre points for random states (fixed points); may be empty. */
  readonly centres: readonly ArrayLike<number>[];
}

export interface OrderLimits {
  /** Linear systems that may be solved; every find adds `PER_FIND` to them. */
  readonly solves: number;
  /** Radius of the box of random states. */
  readonly radius: number;
  /** Coordinates beyond this end an orbit. */
  readonly bound: number;
  readonly seed: number;
  readonly stop: () => boolean;
}

export type FoundBy = 'attractor' | 'closed walk' | 'near an object' | 'trajectory' | 'random state';

export interface WordFind {
  /** In the least rotation; its length is the order. */
  readonly word: Word;
  readonly foundBy: FoundBy;
}

export interface OrderFinds {
  /** Itineraries whose candidate is real in floating point; still to be verified. */
  readonly words: WordFind[];
  /** Words with I - M singular. */
  readonly singular: Word[];
  /** Solves used when the last word was found. */
  readonly solvesToLast: number;
}

/** Newton steps from one start. */
const INNER = 40;
/** Further solves granted by every find: where there are many cycles the search goes on. */
const PER_FIND = 20;
/** Border flips tried around every find. */
const FLIPS = 16;

/**
 * Cycles of order k, heuristically: no claim of completeness.
 *
 * SCYFI's step (solve the word, read off the word that the solution's true orbit visits, solve again;
 * Eisenmann et al. 2023) from four kinds of starts: words known from attractors, words that differ from a find
 * in one bit at a point close to a border (the partners of border collisions), closed walks of the word graph of
 * simulated orbits, and orbits from sampled and random states. A word is never solved twice: the step is
 * deterministic, so a memo of visited words (up to rotation) loses nothing.
 */
export function searchOrder(
  solver: WordSolver,
  k: number,
  seeds: OrderSeeds,
  limits: OrderLimits,
  onFind: (find: WordFind) => void,
): OrderFinds {
  const random = randomStream(limits.seed, k);
  const visited = new Set<string>();
  const found = new Map<string, WordFind>();
  const singular = new Map<string, Word>();
  const begin = solver.solves;
  let solvesToLast = 0;
  const flips: Word[] = [];
  const spent = (): number => solver.solves - begin;
  const granted = (): number => limits.solves + PER_FIND * found.size;
  const exhausted = (): boolean => spent() >= granted() || limits.stop();
  const orbit = new Int32Array(k);

  /** Newton from a word. Returns whether the word was new. */
  const descend = (start: Word, foundBy: FoundBy, steps: number): boolean => {
    let fresh = false;
    let word = start;
    for (let step = 0; step < steps; step++) {
      const p = primitivePeriod(word);
      word = p < word.length ? word.slice(0, p) : word;
      word = rotate(word, leastRotation(word));
      const key = wordKey(word);
      if (visited.has(key)) return fresh;
      visited.add(key);
      fresh = true;
      if (exhausted()) return fresh;
      const outcome = solver.solve(word);
      if (outcome === 'singular') singular.set(key, word);
      if (outcome !== 'solved') return fresh;
      const spelled = orbit.subarray(0, word.length);
      if (!solver.spell(solver.point, spelled, limits.bound)) return fresh;
      if (sameWord(spelled, word)) {
        const find = { word, foundBy };
        found.set(key, find);
        solvesToLast = spent();
        onFind(find);
        flips.push(...borderFlips(solver, word, solver.point));
        return fresh;
      }
      // A shorter word's orbit is continued to k steps: Newton goes on among words of order k.
      if (p < k && !solver.spell(solver.point, orbit, limits.bound)) return fresh;
      word = orbit.slice();
    }
    return fresh;
  };
  const settleFlips = (): void => {
    while (flips.length > 0 && !exhausted()) descend(flips.shift()!, 'near an object', 4);
  };

  for (const word of seeds.known) {
    descend(word, 'attractor', 4);
    settleFlips();
  }
  for (const m of [3, 5, 7]) {
    if (exhausted() || spent() > granted() / 2) break;
    const graph = new WordGraph(seeds.orbits, m);
    const all = graph.closedWalks(k, 60 * limits.solves, random, (word) => {
      descend(word, 'closed walk', 4);
      settleFlips();
      return spent() <= granted() / 2 && !limits.stop();
    });
    // Longer words only sharpen a graph that has too many walks.
    if (all) break;
  }
  // Newton from orbits and random states, until the budget is spent or nothing new is met.
  for (let stale = 0; stale < 200 && !exhausted();) {
    const fromOrbit = random.uniform() < 0.5;
    const start = fromOrbit ? window(seeds.orbits, k, random) : null;
    const word = start ?? stateWord(solver, k, seeds, limits, random);
    stale = word && descend(word, start ? 'trajectory' : 'random state', INNER) ? 0 : stale + 1;
    settleFlips();
  }
  return { words: [...found.values()], singular: [...singular.values()], solvesToLast };
}

function sameWord(a: Word, b: Word): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function window(orbits: readonly Word[], k: number, random: Random): Word | null {
  if (orbits.length === 0) return null;
  const orbit = orbits[random.below(orbits.length)]!;
  if (orbit.length < k) return null;
  const at = random.below(orbit.length - k + 1);
  return orbit.slice(at, at + k);
}

function stateWord(
  solver: WordSolver,
  k: number,
  seeds: OrderSeeds,
  limits: OrderLimits,
  random: Random,
): Word | null {
  const near = seeds.centres.length > 0 && random.uniform() < 0.5;
  const centre = near ? seeds.centres[random.below(seeds.centres.length)]! : undefined;
  const radius = near ? limits.radius * 10 ** (-3 * random.uniform()) : limits.radius;
  const word = new Int32Array(k);
  return solver.spell(randomState(random, solver.map.n, radius, centre), word, limits.bound) ? word : null;
}

/**
 * Words that differ from a cycle's word in one bit, where a point is nearest to a border: the other side of the
 * border collisions that the cycle is closest to. The nearest come first.
 */
function borderFlips(solver: WordSolver, word: Word, start: Float64Array): Word[] {
  const { map, kernel, regions } = solver;
  const { n, L, C } = map;
  const near: { distance: number; at: number; unit: number }[] = [];
  let z = start.slice();
  let next = new Float64Array(n);
  const bits = new Uint8Array(L);
  const norms = Float64Array.from({ length: L }, (_, u) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += C[u * n + j]! ** 2;
    return Math.sqrt(sum);
  });
  for (let at = 0; at < word.length; at++) {
    kernel.step(z, 0, next, 0, bits);
    const pre = kernel.preactivations;
    for (let unit = 0; unit < L; unit++) {
      if (norms[unit] === 0) continue;
      near.push({ distance: Math.abs(pre[unit]!) / norms[unit]!, at, unit });
    }
    [z, next] = [next, z];
  }
  near.sort((a, b) => a.distance - b.distance || a.at - b.at || a.unit - b.unit);
  return near.slice(0, FLIPS).map(({ at, unit }) => {
    const flipped = regions.bits(word[at]!).slice();
    flipped[unit] = flipped[unit] ? 0 : 1;
    const out = word.slice();
    out[at] = regions.id(flipped);
    return out;
  });
}
