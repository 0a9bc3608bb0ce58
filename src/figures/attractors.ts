import type { Attractor, LyapunovEstimate } from '../core/report/types';
import { DECIMALS, formatNumber, MINUS } from './format';

/** Names of attractors that are no listed cycle, counted from 1 in the order of `otherAttractors`. */
export const attractorId = (number: number): string => `A${String(number)}`;

/**
 * Attractors that are no listed cycle. Those that differ in nothing but where they are stand together: the points of a line
 * attractor, each reached by another start, are one row. Chaotic ones were told apart and have each its own.
 */
export function otherAttractors(attractors: readonly Attractor[]): Attractor[] {
  const kinds = new Map<string, Attractor[]>();
  for (const [index, attractor] of attractors.entries()) {
    if (attractor.cycle !== undefined) continue;
    const key = attractor.spectrum
      ? `alone ${String(index)}`
      : `${attractor.kind} ${String(attractor.period ?? '')}`;
    kinds.set(key, [...(kinds.get(key) ?? []), attractor]);
  }
  return [...kinds.values()].map((same) => {
    const first = same[0]!;
    if (same.length === 1) return first;
    const exponents = same.flatMap(({ lyapunov }) => (lyapunov === undefined ? [] : [lyapunov]));
    return {
      ...first,
      share: same.reduce((sum, { share }) => sum + share, 0),
      ...(exponents.length > 0 && { lyapunov: Math.max(...exponents) }),
      evidence: `${String(same.length)} different ones were reached. The first: ${first.evidence}`,
    };
  });
}

/** "0.4702 ± 0.0012": as many decimals as two digits of the standard error have; without an error, or with 0, four. */
export function withError(value: number | null, error: number): string {
  if (value === null) return `${MINUS}∞`;
  if (!(error > 0)) return formatNumber(value, DECIMALS.card);
  const decimals = Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(error))));
  return `${formatNumber(value, decimals)} ± ${formatNumber(error, decimals)}`;
}

/** "1.404 ± 0.001", or that it is not determined. */
export function dimensionText({ exponents, dimension, dimensionError }: LyapunovEstimate): string {
  return dimension === null
    ? `more than the ${String(exponents.length)} exponents listed determine`
    : withError(dimension, dimensionError);
}
