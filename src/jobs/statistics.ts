/** Sums and extremes of a tensor's elements; null where there are none or some are not finite. */
export interface Statistics {
  readonly finite: boolean;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Of the population. */
  readonly std: number | null;
  /** Frobenius norm. */
  readonly norm: number | null;
}

const none = { sum: null, min: null, max: null, mean: null, std: null, norm: null } as const;

/** Statistics of values that could not be read. */
export const unreadable: Statistics = { finite: false, ...none };

/** Sum with Neumaier's compensation: the error does not grow with the number of elements. */
function compensatedSum(values: Float64Array, of: (value: number) => number): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const term = of(value);
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** Statistics over all elements in float64. Squares are scaled so that they neither overflow nor vanish. */
export function statisticsOf(values: Float64Array): Statistics {
  if (!values.every(Number.isFinite)) return unreadable;
  if (values.length === 0) return { finite: true, ...none };
  let min = values[0]!;
  let max = min;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const scale = Math.max(Math.abs(min), Math.abs(max)) || 1;
  const scaledSum = compensatedSum(values, (value) => value / scale);
  const plainSum = compensatedSum(values, (value) => value);
  const sum = Number.isFinite(plainSum) ? plainSum : scaledSum * scale;
  const mean = Number.isFinite(plainSum) ? plainSum / values.length : (scaledSum / values.length) * scale;
  const squares = compensatedSum(values, (value) => (value / scale) ** 2);
  const spread = compensatedSum(values, (value) => ((value - mean) / scale) ** 2);
  const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    finite: true,
    sum: finiteOrNull(sum),
    min,
    max,
    mean,
    std: finiteOrNull(Math.sqrt(spread / values.length) * scale),
    norm: finiteOrNull(Math.sqrt(squares) * scale),
  };
}
