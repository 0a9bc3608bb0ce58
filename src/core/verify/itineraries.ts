import {
  commonShift,
  compositions,
  hasBorder,
  orbitFrom,
  ratio,
  side,
  solutionsOf,
  toInteger,
  type IntegerMap,
  type RationalVector,
} from './exact';
import type { PlainBox } from './confinement';
import { intersect, type Family } from './families';
import { characteristic, trace } from './multipliers';
import { rootsInside } from './unitCircle';

/** A fixed point or cycle that an itinerary was solved for. */
export interface SolvedObject {
  readonly kind: 'object';
  /** Number of distinct points. */
  readonly order: number;
  /** Strictly inside its regions. */
  readonly strict: boolean;
  /** Of a strict one: the rotation that is least. */
  readonly itinerary: readonly string[];
  readonly points: readonly RationalVector[];
}

/** What an itinerary holds in its closed regions: one object, a family of them, nothing, or what could not be told. */
export type Held = SolvedObject | Family | 'nothing' | 'open';

/** What the equations of an itinerary say of a cycle with it, rounded where numbers are compared with rounded ones. */
export interface CycleFacts {
  /** The points; null where the equations have no unique solution. */
  readonly points: readonly (readonly number[])[] | null;
  /** Sign of C z + d by point and unit, t L + u. */
  readonly sides: Int8Array;
  /** tr(M) */
  readonly trace: number;
  /** det(x I - M): coefficients of (scale x)^j; null in high dimensions. */
  readonly polynomial: { readonly coefficients: readonly bigint[]; readonly scale: bigint } | null;
  /** Multipliers inside the unit circle, null where some may be on it; undefined without the polynomial. */
  readonly inside: number | null | undefined;
}

/** State dimension up to which the characteristic polynomial of M is computed exactly. */
const LARGEST_POLYNOMIAL = 40;
/** Work of exact arithmetic on one object at most: about n^3 (bits)^1.6, some seconds. */
const EXACT_WORK = 3e10;

/** Whether solving k steps exactly is a matter of seconds. */
export function affordable({ n, shift }: IntegerMap, k: number): boolean {
  const bits = 2 * Number(shift) * k;
  return n ** 3 * (n * bits + 64) ** 1.6 <= EXACT_WORK * 64 && k * n ** 3 * (bits + 64) <= EXACT_WORK;
}

/** Solves itineraries exactly, each once. */
export class Itineraries {
  readonly #held = new Map<string, Held>();
  readonly #facts = new Map<string, CycleFacts>();
  readonly #inside = new Map<string, number | null>();

  constructor(readonly map: IntegerMap) {}

  /**
   * What closed regions hold of cycles with this itinerary. A power of a shorter itinerary holds what that one does, and
   * more only where its equations have more solutions. Where they have, the mean of a solution's shifted orbits solves
   * the shorter one's, in the same closed (convex) regions: so it holds nothing where that one does not.
   */
  settle(word: readonly string[]): Held {
    const least = leastRotation(word);
    const key = least.join(' ');
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const period = periodOf(least);
    const held = period < least.length ? this.#settlePower(least, period) : this.#solve(least);
    this.#held.set(key, held);
    return held;
  }

  /** No multiplier of a cycle with this itinerary is a root of unity: shown by none being on the unit circle. */
  apartFromCircle(word: readonly string[]): boolean {
    const least = leastRotation(word);
    const root = least.slice(0, periodOf(least));
    if (this.map.n > LARGEST_POLYNOMIAL || !affordable(this.map, root.length)) return false;
    return this.#insideCircle(root, null) !== null;
  }

  /** @param word primitive, its least rotation, such that exact arithmetic is `affordable` */
  facts(word: readonly string[]): CycleFacts {
    const key = word.join(' ');
    let facts = this.#facts.get(key);
    if (facts === undefined) {
      const { map } = this;
      const steps = compositions(map, word);
      const M = steps.at(-1)!;
      const solutions = solutionsOf(M);
      const points =
        solutions?.free.length === 0
          ? orbitFrom(steps, { numerators: solutions.origin, denominator: solutions.denominator })
          : null;
      const polynomial =
        map.n <= LARGEST_POLYNOMIAL ? { coefficients: characteristic(M.P, map.n), scale: M.scale } : null;
      facts = {
        points:
          points?.map(({ numerators, denominator }) => numerators.map((v) => ratio(v, denominator))) ?? null,
        sides: Int8Array.from(
          points?.flatMap((z) => Array.from({ length: map.L }, (_, u) => side(map, u, z))) ?? [],
        ),
        trace: trace(M, map.n),
        polynomial,
        inside: polynomial ? this.#insideCircle(word, polynomial) : undefined,
      };
      this.#facts.set(key, facts);
      if (!this.#held.has(key) && points) this.#held.set(key, this.#locate(word, points));
    }
    return facts;
  }

  /** Multipliers inside the unit circle, null where one may be on it. @param root primitive, its least rotation */
  #insideCircle(root: readonly string[], polynomial: CycleFacts['polynomial']): number | null {
    const key = root.join(' ');
    let inside = this.#inside.get(key);
    if (inside === undefined) {
      if (polynomial) inside = rootsInside(polynomial.coefficients, polynomial.scale);
      else {
        const { P, scale } = compositions(this.map, root).at(-1)!;
        inside = rootsInside(characteristic(P, this.map.n), scale);
      }
      this.#inside.set(key, inside);
    }
    return inside;
  }

  #settlePower(word: readonly string[], period: number): Held {
    const root = word.slice(0, period);
    const held = this.settle(root);
    if (held === 'nothing' || this.apartFromCircle(root)) return held;
    if (!affordable(this.map, word.length)) return 'open';
    const dimension = this.#dimension(word);
    if (dimension === 0) return held;
    for (let length = period; length < word.length; length += period) {
      const shorter = word.slice(0, length);
      // One affine set lies in the other: of equal dimension they are the same.
      if (word.length % length === 0 && this.#dimension(shorter) === dimension) return this.settle(shorter);
    }
    return this.#solve(word);
  }

  /** Dimension of an itinerary's solutions; -1 where there are none. */
  #dimension(word: readonly string[]): number {
    return solutionsOf(compositions(this.map, word).at(-1)!)?.free.length ?? -1;
  }

  #solve(word: readonly string[]): Held {
    const { map } = this;
    if (!affordable(map, word.length)) return 'open';
    const steps = compositions(map, word);
    const solutions = solutionsOf(steps.at(-1)!);
    if (solutions === null) return 'nothing';
    const { origin: numerators, denominator } = solutions;
    if (solutions.free.length === 0) return this.#locate(word, orbitFrom(steps, { numerators, denominator }));
    const held = intersect(map, word, steps, solutions);
    if (held === null) return 'nothing';
    return 'numerators' in held ? this.#locate(word, orbitFrom(steps, held)) : { kind: 'family', ...held };
  }

  #locate(word: readonly string[], points: readonly RationalVector[]): SolvedObject | 'nothing' {
    const { map } = this;
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
    return { kind: 'object', order, strict, itinerary: word, points: points.slice(0, order) };
  }

  /**
   * Whether all of a family is held by one of these itineraries: they differ only where it is on borders, at which
   * either side is right. Powers of shorter ones count where they hold no more than those.
   */
  isHeldBy(family: Family, listed: readonly (readonly string[])[]): boolean {
    const { itinerary, onBorder } = family;
    const k = itinerary.length;
    return listed.some((word) => {
      if (word.length === 0 || k % word.length !== 0 || word.some(({ length }) => length !== this.map.L))
        return false;
      const held = this.settle(word);
      if (typeof held !== 'object' || held.kind !== 'family') return false;
      const power = Array.from({ length: k }, (_, t) => word[t % word.length]!);
      if (this.settle(power) !== held) return false;
      return word.some((_, shift) =>
        itinerary.every((region, t) =>
          Array.from(region).every(
            (bit, u) => onBorder.has(t * this.map.L + u) || power[(t + shift) % k]![u] === bit,
          ),
        ),
      );
    });
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
