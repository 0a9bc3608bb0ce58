import { spectralRadius, svd } from '../core/linalg/eigen';
import type { Entry, SpectralFacts, TensorFacts } from '../protocol/json';
import { statisticsOf } from './statistics';

const BINS = 24;

/** Statistics over the finite elements, with counts of the others. Sums are compensated. */
export function tensorFacts(values: Float64Array): TensorFacts {
  let nan = 0;
  let infinite = 0;
  let zeros = 0;
  for (const value of values) {
    if (value === 0) zeros++;
    else if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
  }
  const finite = nan + infinite === 0 ? values : values.filter(Number.isFinite);
  const { min, max, mean, std, norm } = statisticsOf(finite);
  return {
    count: values.length,
    nan,
    infinite,
    zeros,
    min,
    max,
    mean,
    std,
    norm,
    histogram: min === null || max === null || min === max ? null : histogram(finite, min, max),
  };
}

/** Counts in bins of equal width; the last one includes `max`. */
function histogram(values: Float64Array, min: number, max: number): number[] {
  const counts = new Array<number>(BINS).fill(0);
  // Halves, because max - min may overflow.
  const width = max / 2 - min / 2;
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor(((value / 2 - min / 2) / width) * BINS));
    counts[bin] = counts[bin]! + 1;
  }
  return counts;
}

/**
 * Norm, rank, condition and spectral radius of a flat row-major matrix from its singular values and
 * eigenvalues. Throws RangeError when an entry is not finite. Takes time of order n^3: for a thread that can
 * be ended.
 */
export function spectralFacts(values: Float64Array, rows: number, columns: number): SpectralFacts {
  const singular = svd(values, rows, columns).values.slice(0, Math.min(rows, columns));
  const largest = singular.reduce((most, value) => Math.max(most, value), 0);
  const smallest = singular.reduce((least, value) => Math.min(least, value), Infinity);
  const negligible = Math.max(rows, columns) * Number.EPSILON * largest;
  return {
    spectralNorm: largest,
    rank: singular.filter((value) => value > negligible).length,
    condition: smallest > negligible ? largest / smallest : null,
    spectralRadius: rows === columns ? spectralRadius(values, rows) : null,
  };
}

/** Euclidean norm, scaled so that squares neither overflow nor vanish; null where a value is not finite. */
export function euclideanNorm(values: Float64Array): number | null {
  return values.length === 0 ? 0 : statisticsOf(values).norm;
}

/** The entries of largest modulus of a vector, the largest first; NaN is left out. */
export function largestEntries(values: Float64Array, most: number): Entry[] {
  const found: { index: number[]; value: number }[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const modulus = Math.abs(value);
    const last = found.at(-1);
    if (Number.isNaN(value) || (found.length === most && last && modulus <= Math.abs(last.value))) continue;
    let at = found.length;
    while (at > 0 && Math.abs(found[at - 1]!.value) < modulus) at--;
    found.splice(at, 0, { index: [i], value });
    if (found.length > most) found.pop();
  }
  return found;
}

/** Rank of a value among the finite ones, 1 for the largest; equal values share the best rank. */
export function rankOf(values: Float64Array, value: number, by: (value: number) => number): number | null {
  if (!Number.isFinite(value)) return null;
  const mine = by(value);
  let rank = 1;
  for (const other of values) if (Number.isFinite(other) && by(other) > mine) rank++;
  return rank;
}
