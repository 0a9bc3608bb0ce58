import type { CanonicalMap } from '../map/canonical';
import type { LyapunovEstimate } from '../report/types';
import { estimateSpectrum } from '../stateSpace/lyapunov';
import type { CheckpointAnalysis } from './checkpoint';

/** Steps that exponents are averaged over at most: a run has many attractors. */
const MOST_STEPS = 16_000;

/**
 * Lyapunov spectra of a checkpoint's attractors, in the order of `attractors`: along the listed cycle, or along the orbit
 * that was simulated where no cycle is. Null for what has no orbit of its own: divergence, and a second aperiodic attractor.
 */
export function attractorSpectra(
  map: CanonicalMap,
  { attractors, cycles, fog, scale }: Pick<CheckpointAnalysis, 'attractors' | 'cycles' | 'fog' | 'scale'>,
  stop: () => boolean,
): (LyapunovEstimate | null)[] {
  let simulated = fog.at(-1);
  return attractors.map(({ kind, cycle }) => {
    const listed = cycle === null ? undefined : cycles[cycle];
    let start = listed?.points[0];
    if (!start && kind !== 'divergent') [start, simulated] = [simulated, undefined];
    if (!start) return null;
    return estimateSpectrum(map, start, {
      ...{ scale, mostSteps: MOST_STEPS, stop },
      ...(listed && { period: listed.order }),
    });
  });
}
