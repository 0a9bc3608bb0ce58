import type { CanonicalMap } from '../map/canonical';
import { lyapunovSpectrum, reportable } from '../stateSpace/lyapunov';
import type { LyapunovRow } from '../report/timeline';
import type { CheckpointAnalysis } from './checkpoint';

/** Steps that exponents are averaged over, and those before. Cycles take whole turns. */
const STEPS = 16_000;
const TRANSIENT = 2000;

/**
 * Lyapunov spectra of a checkpoint's attractors, in the order of `attractors`: along the listed cycle, or along the orbit
 * that was simulated where no cycle is. Null for what has no orbit of its own: divergence, and a second aperiodic attractor.
 */
export function attractorSpectra(
  map: CanonicalMap,
  { attractors, cycles, fog, scale }: Pick<CheckpointAnalysis, 'attractors' | 'cycles' | 'fog' | 'scale'>,
  stop: () => boolean,
): (LyapunovRow | null)[] {
  let simulated = fog.at(-1);
  return attractors.map(({ kind, cycle }) => {
    const listed = cycle === null ? undefined : cycles[cycle];
    let start = listed?.points[0];
    if (!start && kind !== 'divergent') [start, simulated] = [simulated, undefined];
    if (!start) return null;
    const turn = 16 * (listed?.order ?? 1);
    const found = lyapunovSpectrum(map, start, {
      steps: turn * Math.ceil(STEPS / turn),
      transient: TRANSIENT,
      bound: 1e8 * scale,
      stop,
    });
    return (
      found && {
        exponents: reportable(found.exponents),
        errors: found.errors,
        dimension: found.dimension,
      }
    );
  });
}
