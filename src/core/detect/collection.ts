import type { CanonicalMap } from '../map/canonical';
import { regionString } from '../map/kernel';
import { continuumOf } from './continua';
import type { Continuum } from '../report/types';
import { verifyWord, type FoundBoundaryPoint, type FoundCycle } from './verify';
import { leastRotation, primitivePeriod } from './words';

/** Every object found so far, each once: cycles by itinerary, border points by position. */
export class Collection {
  readonly cycles = new Map<string, FoundCycle>();
  readonly boundary: FoundBoundaryPoint[] = [];
  readonly continua = new Map<string, Continuum>();
  /** Singular words that could not be decided. */
  undecided = 0;
  readonly #settled = new Map<string, boolean>();

  constructor(
    readonly map: CanonicalMap,
    public scale: number,
    readonly listener: {
      onCycle(cycle: FoundCycle): void;
      onBoundary(point: FoundBoundaryPoint): void;
    },
  ) {}

  /**
   * Verifies an itinerary (any rotation, any power of a primitive word) and adds what it is.
   * @returns whether it is settled: an object was listed for it (now or before)
   */
  addWord(word: readonly Uint8Array[], foundBy: string): boolean {
    const strings = word.map(regionString);
    const { key, bits } = normalise(word, strings);
    const before = this.#settled.get(key);
    if (before !== undefined) return before;
    const verdict = verifyWord(this.map, bits, this.scale, foundBy);
    if (verdict.kind === 'cycle') {
      this.cycles.set(key, verdict.cycle);
      this.listener.onCycle(verdict.cycle);
    } else if (verdict.kind === 'boundary') this.addBoundary(verdict.point);
    else if (verdict.kind === 'singular') this.addSingular(bits);
    const listed = verdict.kind === 'cycle' || verdict.kind === 'boundary';
    this.#settled.set(key, listed);
    return listed;
  }

  /** An itinerary whose equations have no unique solution. */
  addSingular(word: readonly Uint8Array[]): void {
    const { key, bits } = normalise(word, word.map(regionString));
    if (this.continua.has(key)) return;
    const family = continuumOf(this.map, bits);
    if (family === 'undecided') this.undecided++;
    else if (family !== 'none') this.continua.set(key, family);
  }

  addContinuum(family: Continuum): void {
    this.continua.set(family.regions.join(' '), family);
  }

  /** Merges points that are the same within rounding, whatever itineraries they were met under. */
  addBoundary(point: FoundBoundaryPoint): void {
    const reduced = minimalPeriod(point, this.scale);
    const same = this.boundary.findIndex(
      (known) =>
        known.order === reduced.order &&
        reduced.points.some((_, shift) =>
          known.points.every((z, j) => near(z, reduced.points[(j + shift) % reduced.order]!, this.scale)),
        ),
    );
    if (same >= 0) {
      const known = this.boundary[same]!;
      const listed = new Set(known.itineraries.map((itinerary) => itinerary.join(' ')));
      const fresh = reduced.itineraries.filter((itinerary) => !listed.has(itinerary.join(' ')));
      this.boundary[same] = {
        ...known,
        itineraries: [...known.itineraries, ...fresh].slice(0, 16),
        itineraryCount: Math.max(known.itineraryCount, reduced.itineraryCount, listed.size + fresh.length),
        units: [...new Set([...known.units, ...reduced.units])].sort((a, b) => a - b),
      };
      return;
    }
    this.boundary.push(reduced);
    this.listener.onBoundary(reduced);
  }
}

/** Primitive root, least rotation by region strings. */
function normalise(
  word: readonly Uint8Array[],
  strings: readonly string[],
): { key: string; bits: Uint8Array[] } {
  const p = primitivePeriod(strings);
  const start = leastRotation(strings.slice(0, p));
  const order = Array.from({ length: p }, (_, j) => (start + j) % p);
  return { key: order.map((j) => strings[j]).join(' '), bits: order.map((j) => word[j]!) };
}

function near(a: readonly number[], b: readonly number[], scale: number): boolean {
  return a.every((v, i) => Math.abs(v - b[i]!) <= 1e-9 * scale);
}

/** A word on borders can be longer than the orbit of its points: list the orbit. */
function minimalPeriod(point: FoundBoundaryPoint, scale: number): FoundBoundaryPoint {
  const { order, points } = point;
  for (let p = 1; p < order; p++) {
    if (order % p !== 0 || !points.every((z, j) => near(z, points[(j + p) % order]!, scale))) continue;
    return {
      ...point,
      order: p,
      points: points.slice(0, p),
      itineraries: point.itineraries.map((itinerary) => itinerary.slice(0, p)),
    };
  }
  return point;
}
