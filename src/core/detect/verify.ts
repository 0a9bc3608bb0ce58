import { identity, maxAbs, multiply } from '../linalg/dense';
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

/** Largest residual of a verified object, in units of S or of its own largest coordinate. */
export const RESIDUAL = 1e-10;

/**
 * Decides whether a word is the itinerary of a true cycle, and if so measures it.
 *
 * The points are solved for together (multiple shooting with iterative refinement on the defects
 * F(z_j) - z_{j+1}), so that strong expansion along the orbit does not spoil the late points. Every sign
 * of C z + d must then hold by more than its own error bound.
 *
 * @param word k region bit vectors
 * @param scale S, the model's unit of length
 * @param inside the cycle is known to lie strictly inside its regions: only measure it. With its points where they are
 * known better than this solves for them.
 */
export function verifyWord(
  map: CanonicalMap,
  word: readonly Uint8Array[],
  scale: number,
  foundBy: string,
  inside: { readonly points: readonly Float64Array[] | null } | null = null,
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
  if (!M.every(Number.isFinite)) return { kind: 'singular' };
  let points: readonly Float64Array[];
  let pointError = 0;
  if (inside?.points) points = inside.points;
  else {
    const solve = cycleSolver(J, M, n);
    if (solve === null) return { kind: 'singular' };
    const solved = refine(J, b, solve, n);
    if (solved === null) return { kind: 'singular' };
    points = solved.points;
    pointError = pointErrorBound(map, word, solve, points, solved.correction);
  }

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
        if (!inside && p > 0 !== (word[t]![u] === 1)) return { kind: 'virtual' };
        continue;
      }
      const error = (n + 2) * UNIT * magnitude + norm * pointError;
      if (inside) {
        // Known to be on its side.
      } else if (Math.abs(p) <= error) onBorder.add(u);
      else if (p > 0 !== (word[t]![u] === 1)) return { kind: 'virtual' };
      const distance = Math.abs(p) / norm;
      if (distance < margin) {
        margin = distance;
        nearestBorder = { point: t, unit: u };
      }
    }
  }
  const { residual, closure } = residuals(map, points);
  const verified = residual <= RESIDUAL * Math.max(scale, largest(points));
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
  const multipliers = multipliersOf(map, word, M, prefixes);
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

/** Solves delta_{t+1} - J_t delta_t = defect_t (cyclically) for all delta; `out` receives them. */
type CycleSolver = (defects: readonly Float64Array[], out: readonly Float64Array[]) => void;

/** Sizes k n up to which the points are unknowns of one system; and up to which they are where shooting fails. */
const ONE_SYSTEM = 96;
const ONE_SYSTEM_AT_MOST = 400;

/**
 * Single shooting factors I - M alone: cheap, but blind where M both expands and contracts by more than the digits of a
 * double. The system of all points together has no such limit.
 * @returns null when the equations are singular within rounding
 */
function cycleSolver(J: readonly Float64Array[], M: Float64Array, n: number): CycleSolver | null {
  const k = J.length;
  if (k * n <= ONE_SYSTEM) return togetherSolver(J, n);
  const factors = new Float64Array(n * n);
  for (let i = 0; i < n * n; i++) factors[i] = (i % (n + 1) === 0 ? 1 : 0) - M[i]!;
  const pivots = new Int32Array(n);
  if (!(luFactor(factors, n, pivots) > SINGULAR))
    return k * n <= ONE_SYSTEM_AT_MOST ? togetherSolver(J, n) : null;
  let delta = new Float64Array(n);
  let next = new Float64Array(n);
  return (defects, out) => {
    delta.fill(0);
    const advance = (t: number): void => {
      for (let i = 0; i < n; i++) {
        let v = defects[t]![i]!;
        for (let j = 0; j < n; j++) v += J[t]![i * n + j]! * delta[j]!;
        next[i] = v;
      }
      [delta, next] = [next, delta];
    };
    for (let t = 0; t < k; t++) advance(t);
    luSolve(factors, n, pivots, delta);
    for (let t = 0; t < k; t++) {
      out[t]!.set(delta);
      advance(t);
    }
  };
}

/** Relative pivot below which cycle equations count as singular. */
const SINGULAR = 1e-15;

function togetherSolver(J: readonly Float64Array[], n: number): CycleSolver | null {
  const k = J.length;
  const size = k * n;
  const factors = new Float64Array(size * size);
  const factor = new Float64Array(size);
  for (let t = 0; t < k; t++) {
    for (let i = 0; i < n; i++) {
      const row = t * n + i;
      const at = row * size;
      const own = at + ((t + 1) % k) * n + i;
      factors[own] = 1;
      for (let j = 0; j < n; j++) {
        const entry = at + t * n + j;
        factors[entry] = factors[entry]! - J[t]![i * n + j]!;
      }
      // Rows of alike size, by powers of two: the test for singularity must not see units of length.
      let greatest = 0;
      for (let j = 0; j < size; j++) greatest = Math.max(greatest, Math.abs(factors[at + j]!));
      if (!(greatest > 0)) return null;
      factor[row] = 2 ** -Math.floor(Math.log2(greatest));
      for (let j = 0; j < size; j++) factors[at + j] = factors[at + j]! * factor[row]!;
    }
  }
  const pivots = new Int32Array(size);
  if (!(luFactor(factors, size, pivots) > SINGULAR)) return null;
  const right = new Float64Array(size);
  return (defects, out) => {
    for (let row = 0; row < size; row++) right[row] = defects[Math.floor(row / n)]![row % n]! * factor[row]!;
    luSolve(factors, size, pivots, right);
    for (let t = 0; t < k; t++) out[t]!.set(right.subarray(t * n, t * n + n));
  };
}

/** Points of the cycle, by iterative refinement from zero; null when they are not finite. */
function refine(
  J: readonly Float64Array[],
  b: readonly Float64Array[],
  solve: CycleSolver,
  n: number,
): { points: Float64Array[]; correction: number } | null {
  const k = J.length;
  const zeros = (): Float64Array[] => Array.from({ length: k }, () => new Float64Array(n));
  const [points, defects, deltas] = [zeros(), zeros(), zeros()];
  let correction = Infinity;
  for (let round = 0; round < 12; round++) {
    for (let t = 0; t < k; t++) defect(J[t]!, b[t]!, points[t]!, points[(t + 1) % k]!, defects[t]!, n);
    solve(defects, deltas);
    for (let t = 0; t < k; t++)
      for (let i = 0; i < n; i++) {
        const v = points[t]![i]! + deltas[t]![i]!;
        if (!Number.isFinite(v)) return null;
        points[t]![i] = v;
      }
    const size = largest(deltas);
    if (round > 1 && size >= correction / 2) break;
    correction = size;
    if (size <= UNIT * largest(points)) break;
  }
  return { points, correction };
}

/**
 * First-order bound on the error of any point: the cycle equations' answer to defects of the size of rounding, that of
 * forming J and b included.
 */
function pointErrorBound(
  map: CanonicalMap,
  word: readonly Uint8Array[],
  solve: CycleSolver,
  points: readonly Float64Array[],
  correction: number,
): number {
  const { n, L, A, B, C, d, g } = map;
  const size = Math.max(largest(points), Number.MIN_VALUE);
  let rounding = 0;
  points.forEach((z, t) => {
    const through = new Float64Array(L);
    for (let u = 0; u < L; u++) {
      if (!word[t]![u]) continue;
      let sum = Math.abs(d[u]!);
      for (let j = 0; j < n; j++) sum += Math.abs(C[u * n + j]! * z[j]!);
      through[u] = sum;
    }
    const next = points[(t + 1) % points.length]!;
    for (let i = 0; i < n; i++) {
      let row = Math.abs(next[i]!) + Math.abs(g[i]!);
      for (let j = 0; j < n; j++) row += Math.abs(A[i * n + j]! * z[j]!);
      for (let u = 0; u < L; u++) row += Math.abs(B[i * L + u]!) * through[u]!;
      rounding = Math.max(rounding, row);
    }
  });
  rounding *= (n + L + 4) * UNIT;
  const deltas = points.map(() => new Float64Array(n));
  let response = 0;
  for (const pattern of [0, 1, 2]) {
    const defects = points.map((_, t) =>
      Float64Array.from({ length: n }, (_entry, i) =>
        pattern === 0 || ((i + t) * pattern) % 3 < 1 ? rounding : -rounding,
      ),
    );
    solve(defects, deltas);
    response = Math.max(response, largest(deltas));
  }
  return 4 * response + 2 * Math.min(correction, size) + 2 * UNIT * size;
}

function multipliersOf(
  map: CanonicalMap,
  word: readonly Uint8Array[],
  M: Float64Array,
  prefixes: readonly Float64Array[],
): Pick<Cycle, 'multipliers' | 'multiplierError' | 'spectralRadius' | 'stability' | 'unstableDirections'> {
  const { n } = map;
  const { values, errorBound } = spectrum(M, n);
  const bound = errorBound(productError(map, word, prefixes));
  const multiplierError = bound < Number.MAX_VALUE ? bound : Number.MAX_VALUE;
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

/**
 * First-order Frobenius bound on the rounding error of J_k .. J_1: sum over t of |suffix| |J_t| |prefix|, where |J_t| is
 * the size of the terms that J_t is the sum of.
 */
function productError(
  map: CanonicalMap,
  word: readonly Uint8Array[],
  prefixes: readonly Float64Array[],
): number {
  const { n, L } = map;
  const k = word.length;
  const magnitudes: CanonicalMap = {
    ...map,
    A: map.A.map(Math.abs),
    B: map.B.map(Math.abs),
    C: map.C.map(Math.abs),
  };
  let sum = 0;
  let suffix: Float64Array = identity(n);
  let next: Float64Array = new Float64Array(n * n);
  const J = new Float64Array(n * n);
  const b = new Float64Array(n);
  for (let t = k - 1; t >= 0; t--) {
    affineOf(magnitudes, word[t]!, J, b);
    sum += norm(suffix) * norm(J) * (t > 0 ? norm(prefixes[t - 1]!) : 1);
    affineOf(map, word[t]!, J, b);
    multiply(suffix, J, next, n);
    [suffix, next] = [next, suffix];
  }
  return (n + L + 2) * UNIT * sum;
}

/** Frobenius, safe from overflow of the squares. */
function norm(a: Float64Array): number {
  const greatest = maxAbs(a);
  if (!(greatest > 0) || greatest === Infinity) return greatest;
  let sum = 0;
  for (const v of a) sum += (v / greatest) ** 2;
  return Math.sqrt(sum) * greatest;
}
