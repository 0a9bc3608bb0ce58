import { isNotable } from './events';
import type { Timeline } from './timeline';
import type { Stability } from './types';

/** An object of either model, or of both. */
export interface Correspondence {
  readonly branch: string;
  readonly order: number;
  /** Stability in the first and in the second model; null where it does not exist. */
  readonly before: Stability | null;
  readonly after: Stability | null;
  /** Ids of the events that it takes part in, border crossings that change nothing left out. */
  readonly meets: readonly string[];
}

/**
 * The objects at the two ends of a timeline: the same branch at both ends is the same object followed along the line of the
 * weights. Those that exist at neither end (born and gone between) are left out.
 */
export function correspondences({ branches, checkpoints, events }: Timeline): Correspondence[] {
  const [first, last] = [checkpoints[0]?.epoch, checkpoints.at(-1)?.epoch];
  return branches.flatMap(({ id, order, samples }) => {
    const at = (epoch: number | undefined): Stability | null =>
      samples.find((sample) => sample.epoch === epoch)?.stability ?? null;
    const [before, after] = [at(first), at(last)];
    if (before === null && after === null) return [];
    const meets = events
      .filter(isNotable)
      .filter((event) => [...event.branches, ...event.born, ...event.died].includes(id))
      .map((event) => event.id);
    return [{ branch: id, order, before, after, meets }];
  });
}
