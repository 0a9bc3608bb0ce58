import { multiply } from '../linalg/dense';
import { spectrum } from '../linalg/eigen';
import { luFactor, luSolve } from '../linalg/lu';
import type { CanonicalMap } from '../map/canonical';
import { affineOf, regionString } from '../map/kernel';
import type { BoundaryPoint, Complex, Cycle, Stability } from '../report/types';

/** A cycle without its place in a list. Lengths are in the units of the map handed in. */
export type FoundCycle = Omit<Cycle, 'id'>;
export type FoundBoundaryPoint = Omit<BoundaryPoint, 'id'>;

export type Verdict =
  | { readonly kind: 'cycle'; readonly cycle: FoundCycle }
  /** Some point lies on a region border within rounding. */
  | { readonly kind: 'boundary'; readonly point: FoundBoundaryPoint }
  /** The solution of the word's equations is not in the word's regions. */
  | { readonly kind: 'virtual' }
  /** I - M is singular within rounding. */
  | { readonly kind: 'singular' };

const UNIT = Number.EPSILON / 2;

/**
 * Decides whether a word is the itinerary of a true cycle, and if so measures it.
 *
 * The points are solved for together (multiple shooting with iterative refinement on the defects
 * F(z_j) - z_{j+1}), so that strong expansion along the orbit does not spoil the late points. Every sign
 * of C z + d must then hold by more than its own error bound.
 *
 * @param word k region bit vectors
 * @param scale S, the model's unit of length
 */
export function verifyWord(
  map: CanonicalMap,
  word: readonly Uint8Array[],
  scale: number,
  foundBy: string,
): Verdict {
  const { n } = map;
  const k = word.length;
  const J: Float64Array[] = [];
  const b: Float64Array[] = [];
  for (const bits of word) {
    const Jt = new Float64Array(n * n);
    const bt = new Float64Array(n);
    affineOf(map, bits, Jt, bt);
    J.push(Jt);
    b.push(bt);
  }
  const prefixes = prefixProducts(J, n);
  const M = prefixes[k - 1]!;
  const factors = new Float64Array(n * n);
  for (let i = 0; i < n * n; i++) factors[i] = (i % (n + 1) === 0 ? 1 : 0) - M[i]!;
  const pivots = new Int32Array(n);
  const ratio = luFactor(factors, n, pivots);
  if (!(ratio > 1e-15)) return { kind: 'singular' };

  const points = Array.from({ length: k }, () => new Float64Array(n));
  const defects = Array.from({ length: k }, () => new Float64Array(n));
  let correction = Infinity;
  for (let round = 0; round < 12; round++) {
    for (let t = 0; t < k; t++) defect(J[t]!, b[t]!, points[t]!, points[(t + 1) % k]!, defects[t]!, n);
    const size = shoot(J, factors, pivots, defects, points, n, 1);
    if (!Number.isFinite(size)) return { kind: 'singular' };
    if (round > 1 && size >= correction / 2) break;
    correction = size;
    if (size <= UNIT * largest(points)) break;
  }
  const size = Math.max(largest(points), Number.MIN_VALUE);
  const pointError = pointErrorBound(map, J, factors, pivots, points, correction, size);

  let margin = Infinity;
  let nearestBorder: { point: number; unit: number } | null = null;
  const onBorder = new Set<number>();
  const { C, d, L } = map;
  for (let t = 0; t < k; t++) {
    const z = points[t]!;
    for (let u = 0; u < L; u++) {
      let p = d[u]!;
      let magnitude = Math.abs(p);
      let norm = 0;
      for (let j = 0; j < n; j++) {
        const c = C[u * n + j]!;
        p += c * z[j]!;
        magnitude += Math.abs(c * z[j]!);
        norm += c * c;
      }
      norm = Math.sqrt(norm);
      if (norm === 0) {
        if (p > 0 !== (word[t]![u] === 1)) return { kind: 'virtual' };
        continue;
      }
      const error = (n + 2) * UNIT * magnitude + norm * pointError;
      if (Math.abs(p) <= error) onBorder.add(u);
      else if (p > 0 !== (word[t]![u] === 1)) return { kind: 'virtual' };
      const distance = Math.abs(p) / norm;
      if (distance < margin) {
        margin = distance;
        nearestBorder = { point: t, unit: u };
      }
    }
  }
  const { residual, closure } = residuals(map, points);
  const verified = residual <= 1e-10 * scale;
  if (onBorder.size > 0) {
    return {
      kind: 'boundary',
      point: {
        order: k,
        points: points.map((z) => Array.from(z)),
        itineraries: [word.map(regionString)],
        itineraryCount: 1,
        units: [...onBorder].sort((x, y) => x - y),
        residual,
        verified,
        note: `Lies on ${onBorder.size === 1 ? 'a region border' : `${String(onBorder.size)} region borders`} within rounding: its Jacobian is not defined, so no stability is stated.`,
      },
    };
  }
  const multipliers = multipliersOf(M, prefixes, J, n);
  return {
    kind: 'cycle',
    cycle: {
      order: k,
      points: points.map((z) => Array.from(z)),
      regions: word.map(regionString),
      ...multipliers,
      growthPerStep: multipliers.spectralRadius > 0 ? Math.log(multipliers.spectralRadius) / k : null,
      inDomain: true,
      residual,
      closure,
      margin: margin === Infinity ? null : margin,
      nearestBorder: margin === Infinity ? null : nearestBorder,
      verified,
      foundBy,
    },
  };
}

/** max_j |F(z_j) - z_{j+1}| and |F^k(z_1) - z_1|, by the true map. */
export function residuals(
  map: CanonicalMap,
  points: readonly ArrayLike<number>[],
): { residual: number; closure: number } {
  const k = points.length;
  let residual = 0;
  for (let t = 0; t < k; t++)
    residual = Math.max(residual, distance(image(map, points[t]!), points[(t + 1) % k]!));
  let z: ArrayLike<number> = points[0]!;
  for (let t = 0; t < k; t++) z = image(map, z);
  return { residual, closure: distance(z, points[0]!) };
}

/** F(z). */
export function image(map: CanonicalMap, z: ArrayLike<number>): Float64Array {
  const { n, L, A, B, C, d, g } = map;
  const out = Float64Array.from(g);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i] = out[i]! + A[i * n + j]! * z[j]!;
  for (let u = 0; u < L; u++) {
    let p = d[u]!;
    for (let j = 0; j < n; j++) p += C[u * n + j]! * z[j]!;
    if (p > 0) for (let i = 0; i < n; i++) out[i] = out[i]! + B[i * L + u]! * p;
  }
  return out;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

function largest(points: readonly Float64Array[]): number {
  let out = 0;
  for (const z of points) for (const v of z) out = Math.max(out, Math.abs(v));
  return out;
}

function prefixProducts(J: readonly Float64Array[], n: number): Float64Array[] {
  const out = [J[0]!];
  for (let t = 1; t < J.length; t++) {
    const next = new Float64Array(n * n);
    multiply(J[t]!, out[t - 1]!, next, n);
    out.push(next);
  }
  return out;
}

/** out = J z + b - next. */
function defect(
  J: Float64Array,
  b: Float64Array,
  z: Float64Array,
  next: Float64Array,
  out: Float64Array,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    let v = b[i]! - next[i]!;
    for (let j = 0; j < n; j++) v += J[i * n + j]! * z[j]!;
    out[i] = v;
  }
}

/**
 * One Newton step of multiple shooting: delta_{t+1} = J_t delta_t + defect_t, cyclically; adds
 * `step` times delta to the points. Returns the largest |delta|.
 */
function shoot(
  J: readonly Float64Array[],
  factors: Float64Array,
  pivots: Int32Array,
  defects: readonly Float64Array[],
  points: readonly Float64Array[],
  n: number,
  step: number,
): number {
  const k = J.length;
  let delta = new Float64Array(n);
  let next = new Float64Array(n);
  const advance = (t: number): void => {
    const Jt = J[t]!;
    const r = defects[t]!;
    for (let i = 0; i < n; i++) {
      let v = r[i]!;
      for (let j = 0; j < n; j++) v += Jt[i * n + j]! * delta[j]!;
      next[i] = v;
    }
    [delta, next] = [next, delta];
  };
  for (let t = 0; t < k; t++) advance(t);
  luSolve(factors, n, pivots, delta);
  let size = 0;
  for (let t = 0; t < k; t++) {
    const z = points[t]!;
    for (let i = 0; i < n; i++) {
      size = Math.max(size, Math.abs(delta[i]!));
      z[i] = z[i]! + step * delta[i]!;
      if (!Number.isFinite(z[i]!)) return Infinity;
    }
    advance(t);
  }
  return size;
}

/** First-order bound on the error of any point: the cycle equations' answer to rounding-sized defects. */
function pointErrorBound(
  map: CanonicalMap,
  J: readonly Float64Array[],
  factors: Float64Array,
  pivots: Int32Array,
  points: readonly Float64Array[],
  correction: number,
  size: number,
): number {
  const { n, L } = map;
  let rounding = 0;
  for (let t = 0; t < points.length; t++) {
    for (let i = 0; i < n; i++) {
      let row = Math.abs(points[(t + 1) % points.length]![i]!) + Math.abs(map.g[i]!);
      for (let j = 0; j < n; j++) row += Math.abs(J[t]![i * n + j]! * points[t]![j]!);
      for (let u = 0; u < L; u++) row += Math.abs(map.B[i * L + u]! * map.d[u]!);
      rounding = Math.max(rounding, row);
    }
  }
  rounding *= (n + 4) * UNIT;
  let response = 0;
  for (const pattern of [0, 1, 2]) {
    const defects = points.map((_, t) =>
      Float64Array.from({ length: n }, (_, i) =>
        pattern === 0 || ((i + t) * pattern) % 3 < 1 ? rounding : -rounding,
      ),
    );
    const scratch = points.map(() => new Float64Array(n));
    response = Math.max(response, shoot(J, factors, pivots, defects, scratch, n, 0));
  }
  return 4 * response + 2 * Math.min(correction, size) + 2 * UNIT * size;
}

function multipliersOf(
  M: Float64Array,
  prefixes: readonly Float64Array[],
  J: readonly Float64Array[],
  n: number,
): Pick<Cycle, 'multipliers' | 'multiplierError' | 'spectralRadius' | 'stability' | 'unstableDirections'> {
  const { values, errorBound } = spectrum(M, n);
  const multiplierError = errorBound(productError(prefixes, J, n));
  const moduli = values.map((v: Complex) => Math.hypot(v.re, v.im));
  const unstable = moduli.filter((m) => m > 1).length;
  let stability: Stability;
  if (moduli.some((m) => Math.abs(m - 1) <= multiplierError)) stability = 'marginal';
  else if (unstable === 0) stability = 'stable';
  else stability = unstable === n ? 'unstable' : 'saddle';
  return {
    multipliers: values,
    multiplierError,
    spectralRadius: moduli[0] ?? 0,
    stability,
    unstableDirections: unstable,
  };
}

/** First-order Frobenius bound on the rounding error of J_k .. J_1: sum over t of |suffix| |J_t| |prefix|. */
function productError(prefixes: readonly Float64Array[], J: readonly Float64Array[], n: number): number {
  const k = J.length;
  let sum = 0;
  let suffix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) suffix[i * n + i] = 1;
  let next = new Float64Array(n * n);
  for (let t = k - 1; t >= 0; t--) {
    sum += norm(suffix) * norm(J[t]!) * (t > 0 ? norm(prefixes[t - 1]!) : 1);
    multiply(suffix, J[t]!, next, n);
    [suffix, next] = [next, suffix];
  }
  return (n + 2) * UNIT * sum;
}

function norm(a: Float64Array): number {
  let sum = 0;
  for (const v of a) sum += v * v;
  return Math.sqrt(sum);
}
