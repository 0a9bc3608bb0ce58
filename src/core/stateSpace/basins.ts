import { multiply, maxAbs } from '../linalg/dense';
import type { CanonicalMap } from '../map/canonical';
import { Kernel, affineOf } from '../map/kernel';

/** A stable fixed point or cycle, as orbits are compared with. */
export interface PeriodicAttractor {
  readonly points: readonly (readonly number[])[];
  /** One string of L bits for each point. */
  readonly regions: readonly string[];
  /** State-space distance to the nearest region border; null when there is none. */
  readonly margin: number | null;
}

/** Where an initial state ends: an attractor's index, or one of these. */
export const Fate = {
  /** Bounded, but near no listed attractor within the steps. */
  other: -1,
  divergent: -2,
} as const;

/**
 * Recognises when an orbit can no longer leave the basin of a stable cycle: within the radius of a point every later
 * deviation stays below the margin, so that the orbit keeps to the cycle's regions, where its deviation decays.
 */
export class BasinTest {
  readonly #kernel: Kernel;
  readonly #centres: { attractor: number; z: Float64Array; radius2: number }[] = [];
  readonly #z: Float64Array;
  readonly #next: Float64Array;
  readonly #bits: Uint8Array;

  /** @param bound an orbit with a coordinate beyond it counts as divergent */
  constructor(
    readonly map: CanonicalMap,
    attractors: readonly PeriodicAttractor[],
    readonly steps: number,
    readonly bound: number,
  ) {
    this.#kernel = new Kernel(map);
    this.#z = new Float64Array(map.n);
    this.#next = new Float64Array(map.n);
    this.#bits = new Uint8Array(map.L);
    for (const [attractor, cycle] of attractors.entries())
      for (const [j, radius] of captureRadii(map, cycle).entries())
        this.#centres.push({ attractor, z: Float64Array.from(cycle.points[j]!), radius2: radius * radius });
  }

  /**
   * The fate of an initial state: [attractor or `Fate`, steps until that was certain].
   * @param at where the state stands in `states`
   */
  fate(states: Float64Array, at: number): { fate: number; steps: number } {
    const { n } = this.map;
    const z = this.#z;
    const next = this.#next;
    for (let i = 0; i < n; i++) z[i] = states[at + i]!;
    for (let t = 0; t <= this.steps; t++) {
      for (const centre of this.#centres) {
        let distance = 0;
        for (let i = 0; i < n && distance < centre.radius2; i++) distance += (z[i]! - centre.z[i]!) ** 2;
        if (distance < centre.radius2) return { fate: centre.attractor, steps: t };
      }
      this.#kernel.step(z, 0, next, 0, this.#bits);
      for (let i = 0; i < n; i++) {
        if (!(Math.abs(next[i]!) <= this.bound)) return { fate: Fate.divergent, steps: t };
        z[i] = next[i]!;
      }
    }
    return { fate: Fate.other, steps: this.steps };
  }
}

/** Powers of M after which the bound on all later ones is taken from the norm reached; far more than any use needs. */
const LONGEST = 100000;

/**
 * For each point a radius within which every orbit keeps to the cycle's regions for ever: margin / sup_t |J_t .. J_1|,
 * the supremum over all later times.
 */
export function captureRadii(map: CanonicalMap, { points, regions, margin }: PeriodicAttractor): number[] {
  const { n } = map;
  const k = points.length;
  const jacobians = regions.map((region) => {
    const J = new Float64Array(n * n);
    affineOf(map, Array.from(region, Number), J, new Float64Array(n));
    return J;
  });
  const distance = margin ?? maxAbs(points.flat()) + 1;
  return points.map((_, start) => {
    let product: Float64Array = new Float64Array(n * n);
    let next: Float64Array = new Float64Array(n * n);
    for (let i = 0; i < n; i++) product[i * (n + 1)] = 1;
    let greatest = 1;
    for (let t = 0; t < LONGEST; t++) {
      multiply(jacobians[(start + t) % k]!, product, next, n);
      [product, next] = [next, product];
      const norm = frobenius(product);
      greatest = Math.max(greatest, norm);
      // |M^m| < 1 here: later products are this one times at most what was seen before.
      if ((t + 1) % k === 0 && norm < 0.5) return (distance / greatest) * (1 - 1e-9);
      if (!Number.isFinite(norm)) return 0;
    }
    return 0;
  });
}

function frobenius(a: Float64Array): number {
  let sum = 0;
  for (const v of a) sum += v * v;
  return Math.sqrt(sum);
}

/** A rectangle in a plane of state space: origin + x u + y v, x and y in their ranges. */
export interface PlaneSlice {
  readonly origin: readonly number[];
  readonly u: readonly number[];
  readonly v: readonly number[];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface BasinGrid {
  readonly columns: number;
  readonly rows: number;
  /** rows x columns, the lowest y first: attractor index or `Fate`. */
  readonly fates: Int16Array;
  /** Steps until the fate was certain. */
  readonly steps: Uint16Array;
}

/**
 * Basins on a plane slice, coarse to fine: each call of `onPass` hands over the whole grid at twice the resolution before,
 * cells not yet computed filled from their coarser neighbour.
 * @returns whether it finished
 */
export function basinGrid(
  test: BasinTest,
  slice: PlaneSlice,
  columns: number,
  rows: number,
  stop: () => boolean,
  onPass: (grid: BasinGrid, done: number) => void,
): boolean {
  const { n } = test.map;
  const fates = new Int16Array(columns * rows);
  const steps = new Uint16Array(columns * rows);
  const state = new Float64Array(n);
  const coarsest = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(columns, rows))) - 5);
  for (let stride = coarsest; stride >= 1; stride /= 2) {
    for (let r = 0; r < rows; r += stride) {
      if (stop()) return false;
      for (let c = 0; c < columns; c += stride) {
        if (stride < coarsest && r % (2 * stride) === 0 && c % (2 * stride) === 0) continue;
        const x = slice.x[0] + ((c + 0.5) / columns) * (slice.x[1] - slice.x[0]);
        const y = slice.y[0] + ((r + 0.5) / rows) * (slice.y[1] - slice.y[0]);
        for (let i = 0; i < n; i++) state[i] = slice.origin[i]! + x * slice.u[i]! + y * slice.v[i]!;
        const result = test.fate(state, 0);
        for (let rr = r; rr < Math.min(rows, r + stride); rr++)
          for (let cc = c; cc < Math.min(columns, c + stride); cc++) {
            fates[rr * columns + cc] = result.fate;
            steps[rr * columns + cc] = Math.min(65535, result.steps);
          }
      }
    }
    onPass({ columns, rows, fates: fates.slice(), steps: steps.slice() }, 1 / (stride * stride));
  }
  return true;
}

/** A share with its 95 % interval (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212). */
export interface Share {
  readonly fate: number;
  readonly share: number;
  readonly interval: readonly [number, number];
  readonly hits: number;
}

/** Shares of the fates of `count` initial states, drawn by `draw` into the array it is handed. */
export function basinShares(
  test: BasinTest,
  count: number,
  draw: (into: Float64Array) => void,
  stop: () => boolean,
): { shares: Share[]; samples: number } {
  const hits = new Map<number, number>();
  const state = new Float64Array(test.map.n);
  let samples = 0;
  for (; samples < count && !stop(); samples++) {
    draw(state);
    const { fate } = test.fate(state, 0);
    hits.set(fate, (hits.get(fate) ?? 0) + 1);
  }
  const shares = [...hits].map(([fate, h]) => ({
    fate,
    share: h / samples,
    interval: wilson(h, samples),
    hits: h,
  }));
  return { shares: shares.sort((a, b) => b.share - a.share), samples };
}

/** 95 % interval of a proportion. */
export function wilson(hits: number, samples: number): [number, number] {
  const z = 1.959963984540054;
  const p = hits / samples;
  const centre = p + (z * z) / (2 * samples);
  const half = z * Math.sqrt((p * (1 - p)) / samples + (z * z) / (4 * samples * samples));
  const scale = 1 + (z * z) / samples;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}
