import { affordable } from './cycle';
import {
  commonShift,
  compositions,
  hasBorder,
  hasSolution,
  side,
  solveItinerary,
  toInteger,
  type IntegerMap,
  type RationalVector,
} from './exact';
import type { PlainBox } from './confinement';
import { characteristic } from './multipliers';
import { rootsInside } from './unitCircle';

/** A fixed point or cycle that an itinerary was solved for. */
export interface SolvedObject {
  /** Number of distinct points. */
  readonly order: number;
  /** Strictly inside its regions. */
  readonly strict: boolean;
  /** Of a strict one: the rotation that is least. */
  readonly itinerary: readonly string[];
  readonly points: readonly RationalVector[];
}

/** What an itinerary holds: an object in its closed regions, nothing, or what could not be told. */
export type Held = SolvedObject | 'nothing' | 'open';

/** State dimension up to which multipliers are told apart from the unit circle exactly. */
const LARGEST_POLYNOMIAL = 40;

/** Solves itineraries exactly, each once. */
export class Itineraries {
  readonly #held = new Map<string, Held>();
  readonly #apart = new Map<string, boolean>();
  solved = 0;

  constructor(readonly map: IntegerMap) {}

  /**
   * What closed regions hold of cycles with this itinerary. A power of a shorter itinerary holds only what that one
   * does where its equations have one solution; where they have more, the mean of a solution's shifted orbits solves
   * the shorter one's, in the same closed (convex) regions: so it holds nothing where that one does not.
   */
  settle(word: readonly string[]): Held {
    const least = leastRotation(word);
    const key = least.join(' ');
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const period = periodOf(least);
    let held: Held;
    if (period < least.length) {
      held = this.settle(least.slice(0, period));
      if (held !== 'nothing' && !this.#regularPower(least, period)) held = 'open';
    } else held = this.#solve(least);
    this.#held.set(key, held);
    return held;
  }

  /** No multiplier of a cycle with this itinerary is a root of unity: shown by none being on the unit circle. */
  apartFromCircle(word: readonly string[]): boolean {
    const least = leastRotation(word);
    const root = least.slice(0, periodOf(least));
    const key = root.join(' ');
    let apart = this.#apart.get(key);
    if (apart === undefined) {
      const { map } = this;
      if (map.n > LARGEST_POLYNOMIAL || !affordable(map, root.length)) apart = false;
      else {
        const { P, scale } = compositions(map, root).at(-1)!;
        apart = rootsInside(characteristic(P, map.n), scale) !== null;
      }
      this.#apart.set(key, apart);
    }
    return apart;
  }

  #regularPower(word: readonly string[], period: number): boolean {
    if (this.apartFromCircle(word.slice(0, period))) return true;
    const { map } = this;
    return affordable(map, word.length) && solveItinerary(map, compositions(map, word)) !== null;
  }

  #solve(word: readonly string[]): Held {
    const { map } = this;
    if (!affordable(map, word.length)) return 'open';
    this.solved++;
    const steps = compositions(map, word);
    const points = solveItinerary(map, steps);
    if (points === null) return hasSolution(map, steps) ? 'open' : 'nothing';
    let strict = true;
    for (const [t, z] of points.entries())
      for (let u = 0; u < map.L; u++) {
        const sign = side(map, u, z);
        if (sign === 0) strict &&= !hasBorder(map, u);
        else if (sign > 0 !== (word[t]![u] === '1')) return 'nothing';
      }
    let order = word.length;
    if (!strict)
      for (order = 1; order < word.length; order++)
        if (word.length % order === 0 && equal(points[0]!, points[order]!)) break;
    return { order, strict, itinerary: word, points: points.slice(0, order) };
  }
}

/** All points in a box, borders included. */
export function liesIn({ points }: SolvedObject, box: PlainBox): boolean {
  const shift = commonShift([box.lower, box.upper]);
  const by = BigInt(shift);
  return points.every(({ numerators, denominator }) =>
    numerators.every(
      (v, j) =>
        v << by >= toInteger(box.lower[j]!, shift) * denominator &&
        v << by <= toInteger(box.upper[j]!, shift) * denominator,
    ),
  );
}

function equal(a: RationalVector, b: RationalVector): boolean {
  return a.numerators.every((v, j) => v * b.denominator === b.numerators[j]! * a.denominator);
}

function leastRotation(word: readonly string[]): readonly string[] {
  let best = word;
  for (let shift = 1; shift < word.length; shift++) {
    const other = [...word.slice(shift), ...word.slice(0, shift)];
    for (let t = 0; t < word.length; t++) {
      if (other[t] === best[t]) continue;
      if (other[t]! < best[t]!) best = other;
      break;
    }
  }
  return best;
}

/** Length of the word of which this one is a power. */
function periodOf(word: readonly string[]): number {
  for (let p = 1; p < word.length; p++)
    if (word.length % p === 0 && word.every((letter, t) => letter === word[t % p])) return p;
  return word.length;
}
