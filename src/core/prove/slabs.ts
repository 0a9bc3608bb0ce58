import type { CanonicalMap } from '../map/canonical';
import { gamma } from './enclosure';

/** A box, coordinate by coordinate. */
export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * Units whose rows of C are equal or opposite see one projection p = c z: their borders are parallel and cut its axis
 * into intervals. t thresholds leave t + 1 intervals, not 2^t patterns.
 */
export interface Slab {
  readonly c: Float64Array;
  /** Rising, each once: interval k lies between thresholds k - 1 and k. */
  readonly thresholds: Float64Array;
  readonly units: readonly {
    readonly unit: number;
    /** 1: the row is c, -1: it is -c. */
    readonly side: 1 | -1;
    /** Index of its border among the thresholds. */
    readonly at: number;
  }[];
}

/** All units by the direction of their row; rows of zeros are left out. */
export function slabsOf({ n, L, C, d }: CanonicalMap): Slab[] {
  const groups = new Map<string, { c: Float64Array; units: { unit: number; side: 1 | -1 }[] }>();
  for (let unit = 0; unit < L; unit++) {
    const row = C.slice(unit * n, unit * n + n);
    const lead = row.find((v) => v !== 0);
    if (lead === undefined) continue;
    const side = lead > 0 ? 1 : -1;
    // -0 and 0 are the same direction.
    const c = row.map((v) => (v === 0 ? 0 : side * v));
    const key = c.join(' ');
    const group = groups.get(key);
    if (group) group.units.push({ unit, side });
    else groups.set(key, { c, units: [{ unit, side }] });
  }
  return [...groups.values()].map(({ c, units }) => {
    const borders = units.map(({ unit, side }) => (d[unit] === 0 ? 0 : -side * d[unit]!));
    const thresholds = Float64Array.from(new Set(borders)).sort();
    return {
      c,
      thresholds,
      units: units.map((entry, i) => ({ ...entry, at: thresholds.indexOf(borders[i]!) })),
    };
  });
}

/** Bounds of c z over a box. */
export function projection(c: Float64Array, { lower, upper }: Box): { low: number; high: number } {
  let low = 0;
  let high = 0;
  let size = 0;
  for (let j = 0; j < c.length; j++) {
    const a = c[j]! * lower[j]!;
    const b = c[j]! * upper[j]!;
    low += Math.min(a, b);
    high += Math.max(a, b);
    size += Math.max(Math.abs(a), Math.abs(b));
  }
  const rounding = gamma(c.length) * size;
  return { low: low - rounding, high: high + rounding };
}

/**
 * The regions that a box can meet: units whose border misses the box are settled once, the others are told by the
 * interval of each slab.
 */
export class SlabRegions {
  readonly slabs: readonly Slab[];
  readonly count: number;
  /** Thresholds of slab s that cut the box: bounds[first[s] .. first[s + 1]). */
  readonly bounds: Float64Array;
  readonly first: Int32Array;
  /** Bits of every unit where all intervals are 0. */
  readonly #base: Uint8Array;
  /** Units that the intervals decide: by slab, unit, side and place among the bounds of the slab. */
  readonly #open: { slab: number; unit: number; side: 1 | -1; at: number }[] = [];

  constructor(map: CanonicalMap, box: Box) {
    const { n, L, C, d } = map;
    this.#base = new Uint8Array(L);
    for (let u = 0; u < L; u++)
      if (C.subarray(u * n, u * n + n).every((v) => v === 0)) this.#base[u] = d[u]! > 0 ? 1 : 0;
    const slabs: Slab[] = [];
    const bounds: number[] = [];
    const first = [0];
    for (const slab of slabsOf(map)) {
      const { low, high } = projection(slab.c, box);
      const { thresholds } = slab;
      const inside: number[] = [];
      thresholds.forEach((v, at) => {
        if (v > low && v < high) inside.push(at);
      });
      for (const { unit, side, at } of slab.units) {
        const place = inside.indexOf(at);
        if (place < 0) this.#base[unit] = thresholds[at]! <= low === side > 0 ? 1 : 0;
        else this.#open.push({ slab: slabs.length, unit, side, at: place });
      }
      if (inside.length === 0) continue;
      slabs.push(slab);
      bounds.push(...inside.map((at) => thresholds[at]!));
      first.push(bounds.length);
    }
    this.slabs = slabs;
    this.count = slabs.length;
    this.bounds = Float64Array.from(bounds);
    this.first = Int32Array.from(first);
  }

  /** Number of intervals of a slab. */
  intervals(slab: number): number {
    return this.first[slab + 1]! - this.first[slab]! + 1;
  }

  lower(slab: number, interval: number): number {
    return interval === 0 ? -Infinity : this.bounds[this.first[slab]! + interval - 1]!;
  }

  upper(slab: number, interval: number): number {
    const at = this.first[slab]! + interval;
    return at === this.first[slab + 1]! ? Infinity : this.bounds[at]!;
  }

  /** A unit whose border is the threshold after an interval, and its bit on the lower side. */
  border(slab: number, interval: number): { unit: number; below: number } {
    const { unit, side } = this.#open.find((entry) => entry.slab === slab && entry.at === interval)!;
    return { unit, below: side > 0 ? 0 : 1 };
  }

  /** Units that the box leaves open. */
  get openUnits(): number {
    return this.#open.length;
  }

  /** The region's bits, one for each unit. */
  bits(intervals: ArrayLike<number>): Uint8Array {
    const bits = this.#base.slice();
    for (const { slab, unit, side, at } of this.#open)
      bits[unit] = intervals[slab]! > at === side > 0 ? 1 : 0;
    return bits;
  }
}
