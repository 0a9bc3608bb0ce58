import { random as randomStream, type Random } from '../random';
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
  /** Share of `WORK` that may be spent. */
  readonly share: number;
  readonly stop: () => boolean;
  /** A stable cycle or fixed point was met. */
  readonly onPeriodic: (word: Word) => void;
  readonly onProgress: (fraction: number) => void;
}

/** Where orbits begin. */
export interface Surroundings {
  /** S as far as it is known: the fixed points' largest coordinate, or the size of the biases. */
  readonly scale: number;
  /** Fixed points: orbits are also started close to them. */
  readonly fixedPoints: readonly ArrayLike<number>[];
}

/** Work of the whole survey, in floating-point operations. */
const WORK = 6e8;

/**
 * Attractors: iterates from random states (in the boxes |z| <= 4 S, |z| <= S, smaller ones, and near fixed points) and
 * recognises the period of the region word. The orbits may be run in portions; what they are does not depend on that.
 */
export class OrbitSurvey implements Survey {
  readonly orbits: Word[] = [];
  readonly resting: { state: Float64Array; hits: number }[] = [];
  readonly aperiodic: Extract<Fate, { kind: 'aperiodic' }>[] = [];
  readonly steps: number;
  /** Floating-point operations of one orbit of so many steps. */
  readonly orbitWork: number;
  divergent = 0;
  extent = 0;
  starts = 0;
  /** Orbits of the whole survey. */
  readonly #planned: number;
  readonly #random: Random;
  readonly #periodic = new Map<string, { word: Word; hits: number }>();
  readonly #accepted = new Map<string, boolean>();

  constructor(
    readonly solver: WordSolver,
    readonly options: SurveyOptions,
  ) {
    const { n, L } = solver.map;
    const { share, seed } = options;
    const perStep = 2 * n * n + 3 * n * L + 40;
    // Less work means fewer orbits rather than short ones: long cycles are recognised late.
    const whole = clamp(Math.round(WORK / (perStep * 24)), 1024, 16384);
    this.steps = Math.max(1024, Math.round(whole * share ** 0.25));
    this.orbitWork = perStep * this.steps;
    this.#planned = clamp(Math.round((WORK * share) / this.orbitWork), share < 1 ? 8 : 12, 64);
    this.#random = randomStream(seed, 0x5eed);
  }

  get periodic(): { word: Word; hits: number }[] {
    return [...this.#periodic.values()];
  }

  /** Runs the orbits that are left, or only until so many are done. */
  run({ scale, fixedPoints }: Surroundings, until = this.#planned): void {
    const { stop, onPeriodic, onProgress } = this.options;
    const { n } = this.solver.map;
    const limits = { steps: this.steps, bound: 1e8 * scale, scale, stop };
    const accept = (word: Word): boolean => this.#accept(word, scale);
    while (this.starts < Math.min(until, this.#planned) && !stop()) {
      const i = this.starts;
      const near = i % 4 === 3 && fixedPoints.length > 0;
      const start = near
        ? randomState(this.#random, n, 0.05 * scale, fixedPoints[(i >> 2) % fixedPoints.length])
        : randomState(
            this.#random,
            n,
            scale * (i % 4 === 0 ? 4 : i % 4 === 1 ? 1 : 10 ** (-3 * this.#random.uniform())),
          );
      const orbit = simulate(this.solver, start, limits, accept);
      if (orbit === null) return;
      const { fate, words, extent } = orbit;
      this.starts++;
      this.orbits.push(...words);
      this.extent = Math.max(this.extent, extent);
      if (fate.kind === 'divergent') this.divergent++;
      else if (fate.kind === 'periodic') {
        const word = canonical(fate.word);
        const known = this.#periodic.get(wordKey(word));
        if (known) known.hits++;
        else {
          this.#periodic.set(wordKey(word), { word, hits: 1 });
          onPeriodic(word);
        }
      } else if (fate.kind === 'resting') {
        const known = this.resting.find(({ state }) =>
          state.every((v, j) => Math.abs(v - fate.state[j]!) <= 1e-9 * scale),
        );
        if (known) known.hits++;
        else this.resting.push({ state: fate.state, hits: 1 });
      } else this.aperiodic.push(fate);
      onProgress(this.starts / this.#planned);
    }
  }

  #accept(raw: Word, scale: number): boolean {
    const { map, regions } = this.solver;
    const word = canonical(raw);
    const key = wordKey(word);
    let verdict = this.#accepted.get(key);
    if (verdict === undefined) {
      this.solver.solves++;
      const bits = Array.from(word, (id) => regions.bits(id));
      const result = verifyWord(map, bits, scale, 'attractor');
      verdict = result.kind === 'cycle' && result.cycle.stability === 'stable';
      this.#accepted.set(key, verdict);
    }
    return verdict;
  }
}

function canonical(word: Word): Word {
  const primitive = word.slice(0, primitivePeriod(word));
  return rotate(primitive, leastRotation(primitive));
}

function clamp(v: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, v));
}
