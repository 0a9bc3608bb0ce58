import type { Attractor } from '../report/types';
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

/** The aperiodic and divergent part of the attractor list; periodic attractors are named by the caller. */
export function describeAperiodic(seen: Survey): Attractor[] {
  const groups = new Map<Attractor['kind'], Aperiodic[]>();
  for (const orbit of seen.aperiodic) {
    const kind = classifyAperiodic(orbit, seen.steps);
    groups.set(kind, [...(groups.get(kind) ?? []), orbit]);
  }
  const out: Attractor[] = [];
  for (const [kind, orbits] of groups) {
    const exponents = orbits.map((o) => o.exponent).sort((a, b) => a - b);
    const lyapunov = exponents[exponents.length >> 1]!;
    const error = Math.max(...orbits.map((o) => o.error));
    out.push({
      kind,
      lyapunov,
      share: orbits.length / seen.starts,
      evidence:
        `${String(orbits.length)} of ${String(seen.starts)} simulated orbits stay bounded without a period in ` +
        `${String(seen.steps)} steps; largest Lyapunov exponent ${lyapunov.toExponential(2)} per step ` +
        `(median, standard error up to ${error.toExponential(1)}). An estimate, not a proof.`,
    });
  }
  if (seen.divergent > 0)
    out.push({
      kind: 'divergent',
      share: seen.divergent / seen.starts,
      evidence: `${String(seen.divergent)} of ${String(seen.starts)} simulated orbits leave every bound (|z| > 10^8 S).`,
    });
  return out.sort((a, b) => b.share - a.share);
}
