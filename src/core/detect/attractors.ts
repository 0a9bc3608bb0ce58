import type { CanonicalMap } from '../map/canonical';
import { Kernel } from '../map/kernel';
import type { Attractor, Cycle, LyapunovEstimate } from '../report/types';
import { estimateSpectrum } from '../stateSpace/lyapunov';
import type { Survey } from './survey';

type Aperiodic = Survey['aperiodic'][number];

/** Below this exponent per step (beside its standard error) an orbit of `steps` steps is not called chaotic. */
function threshold(steps: number): number {
  return (10 * Math.log(steps)) / steps;
}

/**
 * Names what bounded orbits without a period do, from the largest Lyapunov exponent: an estimate, said so.
 * A word that repeats too rarely to be recognised (a cycle longer than a sixth of the orbit) can hide behind
 * 'quasi-periodic' and 'undecided'.
 */
export function classifyAperiodic(
  orbit: Pick<Aperiodic, 'exponent' | 'error'>,
  steps: number,
): Attractor['kind'] {
  const certain = Math.max(threshold(steps), 4 * orbit.error);
  if (orbit.exponent > certain) return 'chaotic';
  if (Math.abs(orbit.exponent) <= certain && orbit.error <= threshold(steps)) return 'quasi-periodic';
  return 'undecided';
}

/** What the Lyapunov spectra are computed from. */
export interface SpectrumContext {
  /** The map that the survey iterated. */
  readonly map: CanonicalMap;
  /** Size of what is bounded. */
  readonly scale: number;
  readonly stop: () => boolean;
}

/**
 * The aperiodic and divergent part of the attractor list; periodic attractors are named by the caller.
 * @param context where spectra are wanted: chaotic orbits are then told apart by where they go, too
 */
export function describeAperiodic(seen: Survey, context: SpectrumContext | null): Attractor[] {
  const groups = new Map<Attractor['kind'], Aperiodic[]>();
  for (const orbit of seen.aperiodic) {
    const kind = classifyAperiodic(orbit, seen.steps);
    groups.set(kind, [...(groups.get(kind) ?? []), orbit]);
  }
  const out: Attractor[] = [];
  for (const [kind, all] of groups)
    for (const orbits of context && kind === 'chaotic' ? apart(all, context) : [all])
      out.push(describe(kind, orbits, seen, context && out.length < MOST_SPECTRA ? context : null));
  if (seen.divergent > 0)
    out.push({
      kind: 'divergent',
      share: seen.divergent / seen.starts,
      evidence: `${String(seen.divergent)} of ${String(seen.starts)} simulated orbits leave every bound (|z| > 10^8 S).`,
    });
  return out.sort((a, b) => b.share - a.share);
}

/** Attractors that get their spectrum. */
const MOST_SPECTRA = 6;

function describe(
  kind: Attractor['kind'],
  orbits: readonly Aperiodic[],
  seen: Survey,
  context: SpectrumContext | null,
): Attractor {
  const byExponent = [...orbits].sort((a, b) => a.exponent - b.exponent);
  const median = byExponent[byExponent.length >> 1]!;
  const error = Math.max(...orbits.map((o) => o.error));
  const spectrum =
    context && estimateSpectrum(context.map, median.state, { ...context, mostSteps: MOST_STEPS });
  const bounded =
    `${String(orbits.length)} of ${String(seen.starts)} simulated orbits stay bounded without a period in ` +
    `${String(seen.steps)} steps`;
  if (spectrum)
    return {
      kind,
      lyapunov: spectrum.exponents[0] ?? median.exponent,
      spectrum,
      share: orbits.length / seen.starts,
      evidence:
        `${bounded}; the Lyapunov exponents are those along one of them over ${String(spectrum.steps)} steps. ` +
        'An estimate, not a proof.',
    };
  return {
    kind,
    lyapunov: median.exponent,
    share: orbits.length / seen.starts,
    evidence:
      `${bounded}; largest Lyapunov exponent ${median.exponent.toExponential(2)} per step ` +
      `(median, standard error up to ${error.toExponential(1)}). An estimate, not a proof.`,
  };
}

/** Steps that the exponents of one attractor are averaged over at most. */
const MOST_STEPS = 64_000;

/** The exact exponents of a stable fixed point or cycle: its multipliers, per step. */
export function spectrumOfCycle({
  multipliers,
  order,
}: Pick<Cycle, 'multipliers' | 'order'>): LyapunovEstimate {
  const exponents = multipliers.map(({ re, im }) => {
    const modulus = Math.hypot(re, im);
    return modulus > 0 ? Math.log(modulus) / order : null;
  });
  return { exponents, errors: exponents.map(() => 0), dimension: 0, dimensionError: 0, steps: 0 };
}

/** Steps that each orbit is followed to see where it goes, and cells along each coordinate of the box of all. */
const VISITS = 2000;
const CELLS = 12;
/** Coordinates whose cells are told apart: those that spread most. */
const COORDINATES = 3;
/** Orbits that share this part of their cells are on the same attractor. */
const SHARED = 0.2;

/**
 * Orbits on different attractors: those that visit different cells of state space. Two orbits of one chaotic attractor
 * visit nearly the same ones.
 */
function apart(orbits: readonly Aperiodic[], { map }: SpectrumContext): Aperiodic[][] {
  if (orbits.length < 2) return [[...orbits]];
  const { n } = map;
  const kernel = new Kernel(map);
  const bits = new Uint8Array(map.L);
  const paths = orbits.map(({ state }) => {
    const path = new Float64Array(VISITS * n);
    path.set(state);
    for (let t = 1; t < VISITS; t++) kernel.step(path, (t - 1) * n, path, t * n, bits);
    return path;
  });
  const low = new Float64Array(n).fill(Infinity);
  const high = new Float64Array(n).fill(-Infinity);
  for (const path of paths)
    for (let at = 0; at < path.length; at++) {
      low[at % n] = Math.min(low[at % n]!, path[at]!);
      high[at % n] = Math.max(high[at % n]!, path[at]!);
    }
  const widest = Array.from(low.keys())
    .sort((i, j) => high[j]! - low[j]! - (high[i]! - low[i]!))
    .slice(0, COORDINATES);
  const visited = paths.map((path) => {
    const cells = new Set<number>();
    for (let t = 0; t < VISITS; t++) {
      let cell = 0;
      for (const i of widest) {
        const share = (path[t * n + i]! - low[i]!) / (high[i]! - low[i]! || 1);
        cell = cell * CELLS + Math.min(CELLS - 1, Math.floor(CELLS * share));
      }
      cells.add(cell);
    }
    return cells;
  });
  const groups: { cells: Set<number>; orbits: Aperiodic[] }[] = [];
  for (const [i, cells] of visited.entries()) {
    const same = groups.find((group) => {
      const common = [...cells].filter((cell) => group.cells.has(cell)).length;
      return common >= SHARED * Math.min(cells.size, group.cells.size);
    });
    if (!same) groups.push({ cells, orbits: [orbits[i]!] });
    else {
      same.orbits.push(orbits[i]!);
      for (const cell of cells) same.cells.add(cell);
    }
  }
  return groups.map((group) => group.orbits);
}
