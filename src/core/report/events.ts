import type { BifurcationEvent } from './timeline';

/** Whether an event is listed where there is little room: all but border crossings through which stability stays. */
export function isNotable({ kind, stability }: BifurcationEvent): boolean {
  return kind !== 'bcb-persistence' || stability[0] !== stability[1];
}
