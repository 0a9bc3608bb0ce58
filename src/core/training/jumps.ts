import type { LossJump, LossPoint } from '../report/timeline';

/** When a step of the loss is called a jump; both conditions must hold. */
export interface JumpOptions {
  /** Smallest |ln L(e) - ln L(e-1)|. */
  readonly change: number;
  /** Smallest |z|, z = (change - median) / (1.4826 MAD) over all rows of the run. */
  readonly z: number;
}

export const jumpDefaults: JumpOptions = { change: 0.1, z: 8 };

/** 1.4826 MAD estimates the standard deviation of normal data. */
const NORMAL = 1.4826;

/**
 * Jumps of the loss, up and down: steps of ln L between neighbouring rows that are large and far outside the run's usual
 * steps. A robust z alone would call every slow trend of a noise-free run a jump, hence the smallest change.
 * Rows without a positive loss, and the steps next to them, are left out.
 */
export function lossJumps(loss: readonly LossPoint[], options: JumpOptions = jumpDefaults): LossJump[] {
  const steps: { epoch: number; change: number }[] = [];
  for (let i = 1; i < loss.length; i++) {
    const before = loss[i - 1]!.loss;
    const after = loss[i]!.loss;
    if (before === null || after === null || !(before > 0) || !(after > 0)) continue;
    const change = Math.log(after) - Math.log(before);
    if (Number.isFinite(change)) steps.push({ epoch: loss[i]!.epoch, change });
  }
  if (steps.length === 0) return [];
  const centre = median(steps.map(({ change }) => change));
  const spread = NORMAL * median(steps.map(({ change }) => Math.abs(change - centre)));
  return steps.flatMap(({ epoch, change }): LossJump[] => {
    if (!(Math.abs(change) > options.change)) return [];
    // Where more than half of the steps are equal every other one is infinitely far out; a large number stands for that.
    const z = spread > 0 ? (change - centre) / spread : Math.sign(change - centre) * Number.MAX_VALUE;
    return Math.abs(z) > options.z ? [{ epoch, change, z }] : [];
  });
}

/** Of a list that is not empty; the mean of the middle two for even lengths. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
