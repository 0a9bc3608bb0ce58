import { luFactor, luSolve } from '../linalg/lu';
import type { CanonicalMap } from '../map/canonical';
import { gamma, UNDERFLOW } from './enclosure';
import { projection, slabsOf, type Box, type Slab } from './slabs';

/**
 * Where all cycles are. Three arguments, all with rounding on the unfavourable side:
 *
 * - Comparison: |F(z)| <= N |z| + K for a matrix N >= 0. If N x + K < x, then every cycle lies in |z| < x: take the
 *   point of the cycle where max_i |z_i| / x_i = r is greatest; were r >= 1, its image would stay below r x. Slopes far
 *   out decide, so the clipped nets with |A_ii| < 1 always have such a box.
 * - Images: what lies in a box and is an image of a point of it lies in the enclosure of its image. Repeated.
 * - Contraction: |F(z) - F(w)| <= N |z - w| on the box with N x < x for some x > 0: all orbits in it approach each other,
 *   so that there is one fixed point at most and no longer cycle.
 */
export class Confinement {
  readonly #slabs: readonly Slab[];

  constructor(private readonly map: CanonicalMap) {
    this.#slabs = slabsOf(map);
  }

  /** A box that holds every cycle of the map; null when the comparison does not give one. */
  everywhere(): Box | null {
    const { n, L, B, d, g } = this.map;
    const N = this.#slopes((_, side) => [side > 0 ? Infinity : -Infinity]);
    const K = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let sum = Math.abs(g[i]!);
      // |relu(p + d) - relu(p)| <= |d|
      for (let u = 0; u < L; u++) sum += Math.abs(B[i * L + u]! * d[u]!);
      K[i] = sum * (1 + gamma(L)) + UNDERFLOW;
    }
    const x = superSolution(N, K);
    return x && { lower: x.map((v) => -v), upper: x };
  }

  /**
   * The part of a box in which cycles that stay in the box lie; null when there is none.
   * @param onStep told each smaller box on the way
   */
  tighten(box: Box, onStep?: (box: Box) => void): Box | null {
    const { n } = this.map;
    let { lower, upper } = box;
    for (let round = 0; round < 500; round++) {
      const image = this.#image({ lower, upper });
      let shrunk = 0;
      const [low, high] = [lower.slice(), upper.slice()];
      for (let i = 0; i < n; i++) {
        low[i] = Math.max(lower[i]!, image.lower[i]!);
        high[i] = Math.min(upper[i]!, image.upper[i]!);
        if (low[i]! > high[i]!) return null;
        shrunk = Math.max(shrunk, 1 - (high[i]! - low[i]!) / (upper[i]! - lower[i]! || 1));
      }
      [lower, upper] = [low, high];
      onStep?.({ lower, upper });
      if (!(shrunk > 1e-3)) break;
    }
    return { lower, upper };
  }

  /** Weights of a maximum norm in which the map contracts on the box; null when none were found. */
  contracts(box: Box): Float64Array | null {
    const N = this.#slopes((slab) => {
      const { low, high } = projection(slab.c, box);
      const inside = Array.from(slab.thresholds).filter((v) => v > low && v < high);
      const ends = [low, ...inside, high];
      return ends.slice(1).map((v, i) => (v + ends[i]!) / 2);
    });
    return superSolution(N, new Float64Array(this.map.n));
  }

  /**
   * Bounds of the absolute slopes of every coordinate of F.
   * @param places of each slab: values of p, one in each interval that counts, for either side
   */
  #slopes(places: (slab: Slab, side: 1 | -1) => readonly number[]): Float64Array {
    const { n, L, A, B } = this.map;
    const N = new Float64Array(n * n);
    const axes = new Map<number, { low: Float64Array; high: Float64Array }>();
    for (const slab of this.#slabs) {
      const points = [...new Set([...places(slab, 1), ...places(slab, -1)])];
      const axis = axisOf(slab);
      for (let i = 0; i < n; i++) {
        let [least, greatest] = [Infinity, -Infinity];
        for (const p of points) {
          let slope = 0;
          let size = 0;
          for (const { unit, side, at } of slab.units) {
            if (p > slab.thresholds[at]! !== side > 0) continue;
            slope += side * B[i * L + unit]!;
            size += Math.abs(B[i * L + unit]!);
          }
          const error = gamma(slab.units.length) * size;
          least = Math.min(least, slope - error);
          greatest = Math.max(greatest, slope + error);
        }
        if (axis < 0) {
          const most = Math.max(Math.abs(least), Math.abs(greatest));
          for (let j = 0; j < n; j++)
            N[i * n + j] = N[i * n + j]! + most * Math.abs(slab.c[j]!) * (1 + gamma(2));
          continue;
        }
        // Along one coordinate the slope adds to that of A before its size is taken.
        let range = axes.get(axis);
        if (!range) axes.set(axis, (range = { low: column(A, axis, n), high: column(A, axis, n) }));
        const [p, q] = [least * slab.c[axis]!, greatest * slab.c[axis]!];
        const low = range.low[i]! + Math.min(p, q);
        const high = range.high[i]! + Math.max(p, q);
        const rounding =
          gamma(4) * (Math.abs(range.low[i]!) + Math.abs(range.high[i]!) + Math.abs(p) + Math.abs(q));
        range.low[i] = low - rounding;
        range.high[i] = high + rounding;
      }
    }
    for (let j = 0; j < n; j++) {
      const range = axes.get(j);
      for (let i = 0; i < n; i++)
        N[i * n + j] =
          N[i * n + j]! +
          (range ? Math.max(Math.abs(range.low[i]!), Math.abs(range.high[i]!)) : Math.abs(A[i * n + j]!));
    }
    return N.map((v) => v * (1 + gamma(this.#slabs.length + 4)) + UNDERFLOW);
  }

  /** A box around the image of a box. */
  #image(box: Box): Box {
    const { n, L, A, B, d, g } = this.map;
    const lower = g.slice();
    const upper = g.slice();
    const size = g.map(Math.abs);
    const along = new Map<number, Slab>();
    const constant = new Set(Array.from({ length: L }, (_, u) => u));
    for (const slab of this.#slabs) {
      for (const { unit } of slab.units) constant.delete(unit);
      const axis = axisOf(slab);
      if (axis >= 0 && !along.has(axis)) {
        along.set(axis, slab);
        continue;
      }
      const { low, high } = projection(slab.c, box);
      this.#add(slab, low, high, null, 0, lower, upper, size);
    }
    for (let j = 0; j < n; j++) {
      const slab = along.get(j);
      if (slab) {
        const { low, high } = projection(slab.c, box);
        this.#add(slab, low, high, column(A, j, n), slab.c[j]!, lower, upper, size);
        continue;
      }
      for (let i = 0; i < n; i++) {
        const p = A[i * n + j]! * box.lower[j]!;
        const q = A[i * n + j]! * box.upper[j]!;
        lower[i] = lower[i]! + Math.min(p, q);
        upper[i] = upper[i]! + Math.max(p, q);
        size[i] = size[i]! + Math.max(Math.abs(p), Math.abs(q));
      }
    }
    for (const u of constant)
      for (let i = 0; i < n; i++) {
        const v = d[u]! > 0 ? B[i * L + u]! * d[u]! : 0;
        lower[i] = lower[i]! + v;
        upper[i] = upper[i]! + v;
        size[i] = size[i]! + Math.abs(v);
      }
    const rounding = gamma(2 * (n + L) + 8);
    for (let i = 0; i < n; i++) {
      lower[i] = lower[i]! - rounding * size[i]! - UNDERFLOW;
      upper[i] = upper[i]! + rounding * size[i]! + UNDERFLOW;
    }
    return { lower, upper };
  }

  /** Adds the range of a slab's contribution over low <= p <= high; with the column of A and c_j, that of A z_j, too. */
  #add(
    { units, thresholds }: Slab,
    low: number,
    high: number,
    linear: Float64Array | null,
    scale: number,
    lower: Float64Array,
    upper: Float64Array,
    size: Float64Array,
  ): void {
    const { n, L, B, d } = this.map;
    const places = [low, ...Array.from(thresholds).filter((v) => v > low && v < high), high];
    for (let i = 0; i < n; i++) {
      let [least, greatest, most] = [Infinity, -Infinity, 0];
      for (const p of places) {
        let v = linear ? (linear[i]! / scale) * p : 0;
        let terms = Math.abs(v);
        for (const { unit, side } of units) {
          const pre = side * p + d[unit]!;
          // Rounding may turn a zero argument into a small one: its size counts where it is near zero, too.
          terms += Math.abs(B[i * L + unit]!) * (Math.abs(p) + Math.abs(d[unit]!));
          if (pre > 0) v += B[i * L + unit]! * pre;
        }
        least = Math.min(least, v);
        greatest = Math.max(greatest, v);
        most = Math.max(most, terms);
      }
      lower[i] = lower[i]! + least;
      upper[i] = upper[i]! + greatest;
      size[i] = size[i]! + most;
    }
  }
}

/** x > 0 with N x + K < x in every coordinate; null when none was found. N >= 0, K >= 0. */
function superSolution(N: Float64Array, K: Float64Array): Float64Array | null {
  const n = K.length;
  const greatest = Math.max(...K) || 1;
  const M = N.map((v, i) => (i % (n + 1) === 0 ? 1 : 0) - v);
  const x = K.map((v) => v * 1.001 + 1e-3 * greatest);
  const pivots = new Int32Array(n);
  if (!(luFactor(M, n, pivots) > 0)) return null;
  luSolve(M, n, pivots, x);
  const rounding = 1 + gamma(n + 1);
  for (let i = 0; i < n; i++) {
    let sum = K[i]!;
    for (let j = 0; j < n; j++) sum += N[i * n + j]! * x[j]!;
    if (!(x[i]! > 0 && x[i]! < Infinity && sum * rounding + UNDERFLOW < x[i]!)) return null;
  }
  return x;
}

/** The one coordinate that a slab depends on; -1 when there are several. */
function axisOf({ c }: Slab): number {
  let axis = -1;
  for (let j = 0; j < c.length; j++)
    if (c[j] !== 0) {
      if (axis >= 0) return -1;
      axis = j;
    }
  return axis;
}

function column(A: Float64Array, j: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => A[i * n + j]!);
}
