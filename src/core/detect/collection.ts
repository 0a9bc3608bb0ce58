import { maxAbs } from '../linalg/dense';
import type { CanonicalMap } from '../map/canonical';
import { regionString } from '../map/kernel';
import { continuumOf } from './continua';
import { ExactRegions, originKey } from '../prove/exactRegion';
import type { Continuum } from '../report/types';
import { RESIDUAL, residuals, verifyWord, type FoundBoundaryPoint, type FoundCycle } from './verify';
import { whereabouts } from './virtual';
import { leastRotation, primitivePeriod } from './words';

/** Exact verdicts asked for at most, in units of their cost: some tens of seconds together. */
const EXACT_WORK = 1e7;

/** What is known of an itinerary: listed, known to hold nothing, or open within rounding. */
type Settled = 'listed' | 'empty' | 'open';

/**
 * Every object found so far, each once: cycles by itinerary, border points by exact coordinates (by position where those
 * are not known). What rounding leaves open is decided in exact arithmetic where that is affordable.
 */
export class Collection {
  readonly cycles = new Map<string, FoundCycle>();
  readonly boundary: FoundBoundaryPoint[] = [];
  readonly continua = new Map<string, Continuum>();
  /** Singular itineraries that could not be decided. */
  undecided = 0;
  readonly #settled = new Map<string, Settled>();
  readonly #singular = new Map<string, boolean>();
  /** Place in `boundary` by exact coordinates. */
  readonly #places = new Map<string, number>();
  #exact: ExactRegions | null = null;
  #exactWork = 0;

  constructor(
    readonly map: CanonicalMap,
    public scale: number,
    readonly listener: {
      onCycle(cycle: FoundCycle): void;
      onBoundary(point: FoundBoundaryPoint): void;
      /** Asked during long decisions; true leaves them open. */
      stop(): boolean;
    },
  ) {}

  /**
   * Verifies an itinerary (any rotation, any power of a primitive word) and adds what it is.
   * @param certain the caller has shown that its solution lies strictly inside its regions
   * @returns whether it is settled: an object was listed for it (now or before), or there certainly is none
   */
  addWord(word: readonly Uint8Array[], foundBy: string, certain = false): boolean {
    const { key, bits } = normalise(word, word.map(regionString));
    let settled = this.#settled.get(key);
    if (settled === undefined || (settled === 'open' && certain)) {
      settled = this.#settle(key, bits, foundBy, certain);
      this.#settled.set(key, settled);
    }
    return settled !== 'open';
  }

  /**
   * For proofs: whether an itinerary that floating point could neither exclude nor confirm is settled.
   * `addWord`, then exact arithmetic also for what looks virtual.
   */
  decide(word: readonly Uint8Array[], foundBy: string): boolean {
    if (this.addWord(word, foundBy)) return true;
    const { key, bits } = normalise(word, word.map(regionString));
    const settled = this.#settleExactly(key, bits, foundBy);
    this.#settled.set(key, settled);
    return settled !== 'open';
  }

  /**
   * An itinerary whose equations have no unique solution; a power of a shorter one stands for the families of its own
   * order around the shorter one's solution.
   * @returns whether it is settled
   */
  addSingular(word: readonly Uint8Array[]): boolean {
    const bits = leastRotated(word, word.map(regionString));
    const key = bits.map(regionString).join(' ');
    const known = this.#singular.get(key);
    if (known !== undefined) return known;
    let settled = this.#settleExactly(key, bits, 'exact arithmetic') !== 'open';
    if (!settled && primitivePeriod(word.map(regionString)) === word.length) {
      const family = continuumOf(this.map, bits);
      if (family === 'undecided') this.undecided++;
      else if (family !== 'none') {
        this.continua.set(key, family);
        settled = false;
      }
    }
    this.#singular.set(key, settled);
    return settled;
  }

  #settle(key: string, bits: readonly Uint8Array[], foundBy: string, certain: boolean): Settled {
    const verdict = verifyWord(this.map, bits, this.scale, foundBy, certain ? { points: null } : null);
    switch (verdict.kind) {
      case 'cycle': {
        // `verifyWord` bounds the error of its points to first order only.
        if (certain || whereabouts(this.map, bits) === 'inside') return this.#listCycle(key, verdict.cycle);
        const exact = this.#settleExactly(key, bits, foundBy);
        if (exact === 'open') this.#listCycle(key, verdict.cycle);
        return exact;
      }
      case 'virtual':
        return 'open';
      case 'singular':
        if (!certain) return this.addSingular(bits) ? 'listed' : 'open';
        return this.#settleExactly(key, bits, foundBy);
      case 'boundary': {
        // Regular equations without constant terms: 0, listed from the start.
        if (this.#places.has(originKey(this.map.n)) && verdict.point.points.every((z) => maxAbs(z) === 0))
          return 'listed';
        const exact = this.#settleExactly(key, bits, foundBy);
        if (exact !== 'open') return exact;
        this.addBoundary(verdict.point);
        return 'open';
      }
    }
  }

  #listCycle(key: string, cycle: FoundCycle): Settled {
    this.cycles.set(key, cycle);
    this.listener.onCycle(cycle);
    return 'listed';
  }

  #settleExactly(key: string, bits: readonly Uint8Array[], foundBy: string): Settled {
    const { map } = this;
    const k = bits.length;
    const cost = k * Math.max(map.n, 2) ** 3 * (1 + (map.n * k) / 8);
    if (this.#exactWork + cost > EXACT_WORK || this.listener.stop()) return 'open';
    this.#exactWork += cost;
    this.#exact ??= new ExactRegions(map, () => this.listener.stop());
    const verdict = this.#exact.verdict(bits);
    switch (verdict.kind) {
      case 'stopped':
        return 'open';
      case 'none':
      case 'outside':
        return 'empty';
      case 'inside': {
        const measured = verifyWord(map, bits, this.scale, foundBy, { points: verdict.points });
        return measured.kind === 'cycle' ? this.#listCycle(key, measured.cycle) : 'open';
      }
      case 'border': {
        const { points, units } = verdict;
        const { residual } = residuals(map, points);
        const order = points.length;
        // The shorter itinerary tells whether its points stand alone or belong to a family.
        if (order < k) return this.addWord(bits.slice(0, order), foundBy) ? 'listed' : 'open';
        this.addBoundary(
          {
            order,
            points: points.map((z) => Array.from(z)),
            itineraries: [bits.map(regionString)],
            itineraryCount: 1,
            units,
            residual,
            verified: residual <= RESIDUAL * Math.max(this.scale, ...points.map(maxAbs)),
            note: `Lies on ${units.length === 1 ? 'a region border' : `${String(units.length)} region borders`}: its Jacobian is not defined, so no stability is stated.`,
          },
          verdict.key,
        );
        return 'listed';
      }
      case 'family':
        // Itineraries with more active units hold the same solutions again.
        if (!verdict.proper) return 'empty';
        this.continua.set(key, {
          regions: bits.map(regionString),
          dimension: verdict.directions.length,
          point: Array.from(verdict.point),
          directions: verdict.directions.map((v) => Array.from(v)),
        });
        return 'listed';
    }
  }

  addContinuum(family: Continuum): void {
    this.continua.set(family.regions.join(' '), family);
  }

  /**
   * Merges points that are the same, whatever itineraries they were met under.
   * @param exact their exact coordinates (`ExactRegions`); without them points within rounding are the same
   */
  addBoundary(point: FoundBoundaryPoint, exact?: string): void {
    const reduced = exact === undefined ? minimalPeriod(point, this.scale) : point;
    const place = exact === undefined ? undefined : this.#places.get(exact);
    const taken = new Set(this.#places.values());
    const same =
      place ??
      this.boundary.findIndex(
        (known, at) =>
          (exact === undefined || !taken.has(at)) &&
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
      if (exact !== undefined) this.#places.set(exact, same);
      return;
    }
    if (exact !== undefined) this.#places.set(exact, this.boundary.length);
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

function leastRotated(word: readonly Uint8Array[], strings: readonly string[]): Uint8Array[] {
  const start = leastRotation(strings);
  return [...word.slice(start), ...word.slice(0, start)];
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
