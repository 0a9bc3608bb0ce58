import type { CanonicalMap } from '../map/canonical';
import { hasBorder, type IntegerMap } from './exact';
import type { Family } from './families';
import { advance, evaluate, identity, pieceOf, sideOf, solve, type Piece } from './interval';
import type { Itineraries, SolvedObject } from './itineraries';

/** All objects of an order, everywhere. */
export interface Exhausted {
  readonly objects: readonly (SolvedObject | Family)[];
  /** Itineraries solved, in intervals or exactly. */
  readonly itineraries: number;
  /** Of these, such as exact arithmetic could not decide: nothing is said of them. */
  readonly open: number;
}

/** Regions at most: each has its affine piece in memory. */
const REGIONS = 4096;

/**
 * Every itinerary of an order, up to rotation, solved: in intervals first, and exactly where these do not show that the
 * solution leaves its regions. For small networks.
 */
export class Exhaustion {
  readonly #pieces: readonly Piece[] | null;
  readonly #known = new Map<number, Exhausted>();

  constructor(
    private readonly map: CanonicalMap,
    private readonly exact: IntegerMap,
    private readonly itineraries: Itineraries,
  ) {
    this.#pieces =
      2 ** borders(exact) > REGIONS ? null : regionsOf(map, exact).map((bits) => pieceOf(map, bits));
  }

  /** Operations that an order takes, about; Infinity where it cannot be done. */
  work(order: number): number {
    const { n, L } = this.map;
    if (this.#pieces === null) return Infinity;
    if (this.#known.has(order)) return 0;
    return (this.#pieces.length ** order / order) * (2 * n ** 3 + 2 * n * n + n * L + 50);
  }

  /** @param stop asked often; true gives up. @returns null where it was given up */
  run(order: number, stop: () => boolean): Exhausted | null {
    const known = this.#known.get(order);
    if (known) return known;
    const found = this.#pieces && this.#run(order, this.#pieces, stop);
    if (found) this.#known.set(order, found);
    return found;
  }

  #run(order: number, pieces: readonly Piece[], stop: () => boolean): Exhausted | null {
    const { map } = this;
    const { n, L } = map;
    const bordered = Array.from({ length: L }, (_, u) => u).filter((u) => hasBorder(this.exact, u));
    const levels = Array.from({ length: order + 1 }, () => identity(n));
    const work = new Float64Array(2 * n * (n + 1));
    const [first, z] = [new Float64Array(2 * n), new Float64Array(2 * n)];
    const word = new Int32Array(order);
    const objects = new Set<SolvedObject | Family>();
    let count = 0;
    let open = 0;
    /** Whether the equations' one solution leaves the regions for certain, or is that of a shorter itinerary. */
    const excluded = (primitive: boolean): boolean => {
      if (!solve(levels[order]!, n, work, first)) return false;
      if (!primitive) return true;
      for (let t = 0; t < order; t++) {
        evaluate(levels[t]!, first, n, z);
        const { bits } = pieces[word[t]!]!;
        for (const u of bordered) {
          const side = sideOf(map, u, z);
          if (side !== 0 && side > 0 !== (bits[u] === '1')) return true;
        }
      }
      return false;
    };
    // Least rotations and their powers as a tree: letters not below the one a period back (H. Fredricksen, J. Maiorana,
    // Discrete Math. 23 (1978) 207-210).
    const extend = (t: number, period: number): boolean => {
      if (t === order) {
        if (order % period !== 0) return true;
        count++;
        if (count % 64 === 0 && stop()) return false;
        if (excluded(period === order)) return true;
        const held = this.itineraries.settle(Array.from(word, (letter) => pieces[letter]!.bits));
        if (held === 'open') open++;
        else if (held !== 'nothing') objects.add(held);
        return true;
      }
      const least = t === 0 ? 0 : word[t - period]!;
      for (let letter = least; letter < pieces.length; letter++) {
        word[t] = letter;
        advance(pieces[letter]!, levels[t]!, levels[t + 1]!, n);
        if (!extend(t + 1, t > 0 && letter === least ? period : t + 1)) return false;
      }
      return true;
    };
    return extend(0, 1) ? { objects: [...objects], itineraries: count, open } : null;
  }
}

function borders(exact: IntegerMap): number {
  let units = 0;
  for (let u = 0; u < exact.L; u++) if (hasBorder(exact, u)) units++;
  return units;
}

/** All sign patterns; units without a border have the sign of their bias. */
function regionsOf(map: CanonicalMap, exact: IntegerMap): string[] {
  let patterns = [''];
  for (let u = 0; u < map.L; u++) {
    const bits = hasBorder(exact, u) ? ['0', '1'] : [map.d[u]! > 0 ? '1' : '0'];
    patterns = patterns.flatMap((pattern) => bits.map((bit) => pattern + bit));
  }
  return patterns;
}
