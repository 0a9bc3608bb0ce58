import type { AssociationTest, BifurcationEvent, LossJump, Timeline } from '../report/timeline';

export interface AssociationOptions {
  /** A jump is matched when an event lies at most this far from it, on the axis. */
  readonly within: number;
  /** Which jumps take part. */
  readonly direction: 'up' | 'down' | 'both';
}

/** Circular shifts tried at most; where a window holds more rows they are spread evenly. */
const MAX_SHIFTS = 20_000;
/** Checkpoints that a window of its own must hold. */
const MIN_DENSE = 8;

/**
 * Whether loss jumps lie at bifurcations more often than chance has it: a permutation test over the circular shifts of
 * the events within a window, by `step` each. The statistic is the number of jumps that have an event within
 * `within`; the p-value is the share of shifts, the unshifted events among them, that match at least as many.
 *
 * @param jumps positions of the jumps, @param events positions of the events; those outside the window are left out
 * @param window [from, to], @param step spacing of the loss rows
 */
export function associationTest(
  jumps: readonly number[],
  events: readonly number[],
  window: readonly [number, number],
  step: number,
  within: number,
): AssociationTest {
  const [from, to] = window;
  const inside = (x: number): boolean => x >= from && x <= to;
  const places = jumps.filter(inside);
  const train = events.filter(inside).sort((a, b) => a - b);
  const base = { jumps: places.length, events: train.length, within, from, to };
  // One row more than there are steps: the last row and the first are neighbours on the circle.
  const period = to - from + step;
  const rows = Math.max(1, Math.round(period / step));
  const count = Math.min(rows, MAX_SHIFTS);
  const observed = matches(places, train, within);
  if (places.length === 0 || train.length === 0) return { ...base, pValue: 1, matched: 0, expected: 0 };
  let total = 0;
  let asMany = 0;
  const shifted = new Float64Array(train.length);
  for (let i = 0; i < count; i++) {
    const shift = Math.floor((i * rows) / count) * step;
    for (let e = 0; e < train.length; e++) shifted[e] = from + ((train[e]! - from + shift) % period);
    shifted.sort();
    const matched = i === 0 ? observed : matches(places, shifted, within);
    total += matched;
    if (matched >= observed) asMany++;
  }
  return { ...base, pValue: asMany / count, matched: observed, expected: total / count };
}

/** @param train rising */
function matches(places: readonly number[], train: ArrayLike<number>, within: number): number {
  let matched = 0;
  for (const x of places) {
    let low = 0;
    let high = train.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (train[middle]! < x - within) low = middle + 1;
      else high = middle;
    }
    if (low < train.length && train[low]! <= x + within) matched++;
  }
  return matched;
}

/**
 * The stretch in which checkpoints stand closest: the longest one with the smallest spacing of the run. Null where all
 * stand equally close, or the stretch is too short to say anything.
 */
export function denseWindow(positions: readonly number[]): [number, number] | null {
  const gaps = positions.slice(1).map((x, i) => x - positions[i]!);
  if (gaps.length === 0) return null;
  const least = Math.min(...gaps);
  const dense = gaps.map((gap) => gap <= 1.5 * least);
  if (dense.every(Boolean)) return null;
  let best: [number, number] | null = null;
  for (let i = 0; i < dense.length; i++) {
    if (!dense[i]) continue;
    const first = i;
    while (i + 1 < dense.length && dense[i + 1]) i++;
    if (best === null || i + 1 - first > best[1] - best[0]) best = [first, i + 1];
  }
  if (!best || best[1] - best[0] + 1 < MIN_DENSE) return null;
  return [positions[best[0]]!, positions[best[1]]!];
}

/** Whether something begins, ends or changes its stability there. */
export function changesDynamics(event: BifurcationEvent): boolean {
  if (event.kind === 'unresolved') return false;
  if (event.kind !== 'bcb-persistence') return true;
  const [before, after] = event.stability;
  return before !== after || event.alsoBorn.length > 0 || event.alsoDied.length > 0;
}

/**
 * Both tests, over the whole run and inside the window of equally dense checkpoints, with their definition in words.
 * Null where there are no jumps, or no events.
 *
 * @param positions of the checkpoints
 * @param rows of the loss on the checkpoints' axis (its own offset taken off), rising
 * @param jumps on the loss's own axis, @param lossOffset what the loss's axis is ahead of the checkpoints'
 */
export function associate(
  positions: readonly number[],
  rows: readonly number[],
  jumps: readonly LossJump[],
  events: readonly BifurcationEvent[],
  lossOffset: number,
  options: Partial<AssociationOptions> = {},
): Timeline['association'] {
  const direction = options.direction ?? 'up';
  const step = rows.length > 1 ? (rows.at(-1)! - rows[0]!) / (rows.length - 1) : 1;
  const within = options.within ?? 2 * step;
  const places = jumps
    .filter(({ change }) => direction === 'both' || change > 0 === (direction === 'up'))
    .map(({ epoch }) => epoch - lossOffset);
  const times = events.filter(changesDynamics).map(({ epoch }) => epoch);
  if (positions.length < 2 || places.length === 0 || times.length === 0) return null;
  const test = (window: readonly [number, number]): AssociationTest =>
    associationTest(places, times, window, step, within);
  const dense = denseWindow(positions);
  return {
    definition:
      `Statistic: the number of ${direction === 'both' ? '' : `${direction}ward `}loss jumps with a bifurcation within ${String(within)} of the axis ` +
      '(border collisions by which nothing begins, ends or changes stability, and unresolved events, are left out). ' +
      'It is compared with its values under all circular shifts of the bifurcations along the window; p is the share of shifts, ' +
      'none among them, that match at least as many. Whole run: from the first checkpoint to the last. Dense window: the longest ' +
      'stretch with the smallest spacing of checkpoints; where jumps and events come in one burst, and checkpoints stand denser there, ' +
      'only the test inside the window tells association from coincidence of the bursts.',
    wholeRun: test([positions[0]!, positions.at(-1)!]),
    denseWindow: dense ? test(dense) : null,
  };
}
