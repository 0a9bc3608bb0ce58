import { random as randomStream } from '../random';
import { randomState, simulate, type Fate } from './simulate';
import type { WordSolver } from './solver';
import { verifyWord } from './verify';
import { leastRotation, primitivePeriod, rotate, wordKey, type Word } from './words';

/** What simulation from many initial states saw. */
export interface Survey {
  /** Region words along the orbits, for the search of cycles. */
  readonly orbits: Word[];
  /** Words of the periodic attractors (least rotation, primitive), each once, with the number of orbits that end there. */
  readonly periodic: { readonly word: Word; hits: number }[];
  /** Orbits that came to rest on a state without a region of its own (all its borders at once). */
  readonly resting: { readonly state: Float64Array; hits: number }[];
  readonly divergent: number;
  /** Bounded orbits without a period: exponent per step with its standard error. */
  readonly aperiodic: { readonly exponent: number; readonly error: number; readonly state: Float64Array }[];
  readonly starts: number;
  /** Steps of the longest orbits. */
  readonly steps: number;
  /** Largest |coordinate| of the bounded orbits. */
  readonly extent: number;
}

export interface SurveyOptions {
  readonly seed: number;
  /** S as far as it is known: the fixed points' largest coordinate, or the size of the biases. */
  readonly scale: number;
  /** Fixed points: orbits are also started close to them. */
  readonly fixedPoints: readonly ArrayLike<number>[];
  /** Share of `WORK` that may be spent. */
  readonly share: number;
  readonly stop: () => boolean;
  /** A stable cycle or fixed point was met. */
  readonly onPeriodic: (word: Word) => void;
  readonly onProgress: (fraction: number) => void;
}

/** Work of the whole survey, in floating-point operations. */
const WORK = 6e8;

/**
 * Attractors first: iterate from random states (in the boxes |z| <= 4 S, |z| <= S, smaller ones, and near fixed points)
 * and recognise the period of the region word.
 */
export function survey(solver: WordSolver, options: SurveyOptions): Survey {
  const { map } = solver;
  const { n, L } = map;
  const { scale } = options;
  const perStep = 2 * n * n + 3 * n * L + 40;
  const work = WORK * options.share;
  // Less work means fewer orbits rather than short ones: long cycles are recognised late.
  const whole = clamp(Math.round(WORK / (perStep * 24)), 1024, 16384);
  const steps = Math.max(1024, Math.round(whole * options.share ** 0.25));
  const starts = clamp(Math.round(work / (perStep * steps)), options.share < 1 ? 8 : 12, 64);
  const random = randomStream(options.seed, 0x5eed);
  const out = {
    orbits: [] as Word[],
    periodic: new Map<string, { word: Word; hits: number }>(),
    resting: [] as { state: Float64Array; hits: number }[],
    aperiodic: [] as Extract<Fate, { kind: 'aperiodic' }>[],
    divergent: 0,
    extent: 0,
    starts: 0,
  };
  const accepted = new Map<string, boolean>();
  const accept = (raw: Word): boolean => {
    const word = canonical(raw);
    const key = wordKey(word);
    let verdict = accepted.get(key);
    if (verdict === undefined) {
      solver.solves++;
      const bits = Array.from(word, (id) => solver.regions.bits(id));
      const result = verifyWord(map, bits, scale, 'attractor');
      verdict = result.kind === 'cycle' && result.cycle.stability === 'stable';
      accepted.set(key, verdict);
    }
    return verdict;
  };
  for (let i = 0; i < starts && !options.stop(); i++) {
    const { fixedPoints } = options;
    const near = i % 4 === 3 && fixedPoints.length > 0;
    const start = near
      ? randomState(random, n, 0.05 * scale, fixedPoints[(i >> 2) % fixedPoints.length])
      : randomState(random, n, scale * (i % 4 === 0 ? 4 : i % 4 === 1 ? 1 : 10 ** (-3 * random.uniform())));
    const orbit = simulate(solver, start, { steps, bound: 1e8 * scale, scale }, accept);
    out.orbits.push(...orbit.words);
    out.starts++;
    out.extent = Math.max(out.extent, orbit.extent);
    const { fate } = orbit;
    if (fate.kind === 'divergent') out.divergent++;
    else if (fate.kind === 'periodic') {
      const word = canonical(fate.word);
      const known = out.periodic.get(wordKey(word));
      if (known) known.hits++;
      else {
        out.periodic.set(wordKey(word), { word, hits: 1 });
        options.onPeriodic(word);
      }
    } else if (fate.kind === 'resting') {
      const known = out.resting.find(({ state }) =>
        state.every((v, j) => Math.abs(v - fate.state[j]!) <= 1e-9 * scale),
      );
      if (known) known.hits++;
      else out.resting.push({ state: fate.state, hits: 1 });
    } else out.aperiodic.push(fate);
    options.onProgress((i + 1) / starts);
  }
  return { ...out, periodic: [...out.periodic.values()], steps };
}

function canonical(word: Word): Word {
  const primitive = word.slice(0, primitivePeriod(word));
  return rotate(primitive, leastRotation(primitive));
}

function clamp(v: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, v));
}
