import type { PlaneFamily } from './family';

/** Thrown from an evaluation when the work must end: caught where what was found until then is kept. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  constructor() {
    super('interrupted');
  }
}

/**
 * The same family, which asks before every map whether to stop. All work of this folder is evaluations of the family, some
 * of which take a millisecond for large networks, in loops of hundreds: each of them is a place to stop at.
 */
export function interruptible(family: PlaneFamily, stop: () => boolean): PlaneFamily {
  return {
    n: family.n,
    L: family.L,
    at: (u, v) => {
      if (stop()) throw new Interruption();
      return family.at(u, v);
    },
  };
}

/** The result of some work, or null where it was interrupted. */
export function unlessInterrupted<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Interruption) return null;
    throw error;
  }
}
