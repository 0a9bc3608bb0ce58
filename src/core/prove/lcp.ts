import type { CanonicalMap } from '../map/canonical';
import { encloseSolve, gamma, UNDERFLOW, UNIT } from './enclosure';

/**
 * The fixed-point equation as a linear complementarity problem
 *
 *     o = q + T s,   o, s >= 0,   o_u s_u = 0        (Cottle, Pang, Stone, The Linear Complementarity Problem)
 *
 * With p = C z + d = p+ - p-: a unit inactive in the base region has s = p+, o = p-; one that is active there has
 * s = p-, o = p+. For the all-inactive base, T = I - C (I - A)^-1 B and q = -(C (I - A)^-1 g + d); another base
 * region replaces A by its Jacobian, which is how a singular I - A is avoided.
 */
export interface Lcp {
  readonly L: number;
  /** L x L row-major, and a bound on the error of each entry */
  readonly T: Float64Array;
  readonly Terror: Float64Array;
  readonly q: Float64Array;
  readonly qerror: Float64Array;
  /** Base region: 1 = active. Unit u is in its base state where s_u = 0. */
  readonly base: Uint8Array;
  /** q is zero exactly: the map has no constant term. */
  readonly homogeneous: boolean;
}

/** @returns null when no base region with a well-conditioned I - J was found, or when told to stop. */
export function buildLcp(map: CanonicalMap, stop: () => boolean = () => false): Lcp | null {
  let best: Lcp | null = null;
  let bestQuality = Infinity;
  let seed = 1;
  for (let attempt = 0; attempt < 10; attempt++) {
    const base = new Uint8Array(map.L);
    if (attempt === 1) base.fill(1);
    else if (attempt > 1) {
      for (let u = 0; u < map.L; u++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        base[u] = seed >>> 31;
      }
    }
    if (stop()) return null;
    const lcp = fromBase(map, base, stop);
    if (lcp === null) continue;
    const quality = worstError(lcp);
    if (quality < bestQuality / 100) {
      best = lcp;
      bestQuality = quality;
    }
    if (bestQuality < 1e-11) break;
  }
  return best;
}

/** Largest error of T relative to the largest entry of its row. */
function worstError(lcp: Lcp): number {
  const { L, T, Terror } = lcp;
  let worst = 0;
  for (let i = 0; i < L; i++) {
    let entry = 1;
    let error = 0;
    for (let j = 0; j < L; j++) {
      entry = Math.max(entry, Math.abs(T[i * L + j]!));
      error = Math.max(error, Terror[i * L + j]!);
    }
    worst = Math.max(worst, error / entry);
  }
  return worst;
}

function fromBase(map: CanonicalMap, base: Uint8Array, stop: () => boolean): Lcp | null {
  const { n, L, A, B, C, d, g } = map;
  const M = new Float64Array(n * n);
  const Merror = new Float64Array(n * n);
  const m = L + 1;
  const R = new Float64Array(n * m);
  const Rerror = new Float64Array(n * m);
  const bound = gamma(L + 2);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const a = A[i * n + j]!;
      let v = (i === j ? 1 : 0) - a;
      let magnitude = Math.abs(v) + Math.abs(a);
      let exact = i !== j || a === 0;
      for (let u = 0; u < L; u++) {
        if (base[u] === 0 || B[i * L + u] === 0 || C[u * n + j] === 0) continue;
        const product = B[i * L + u]! * C[u * n + j]!;
        v -= product;
        magnitude += Math.abs(product);
        exact = false;
      }
      M[i * n + j] = v;
      Merror[i * n + j] = exact ? 0 : bound * magnitude + UNDERFLOW;
    }
    let v = g[i]!;
    let magnitude = Math.abs(v);
    let terms = 0;
    for (let u = 0; u < L; u++) {
      R[i * m + u] = B[i * L + u]!;
      if (base[u] === 0) continue;
      if (B[i * L + u] === 0 || d[u] === 0) continue;
      const product = B[i * L + u]! * d[u]!;
      terms++;
      v += product;
      magnitude += Math.abs(product);
    }
    R[i * m + L] = v;
    Rerror[i * m + L] = terms === 0 ? 0 : bound * magnitude + UNDERFLOW;
  }
  const X = encloseSolve(M, Merror, R, Rerror, n, m, stop);
  if (X === null) return null;
  const T = new Float64Array(L * L);
  const Terror = new Float64Array(L * L);
  const q = new Float64Array(L);
  const qerror = new Float64Array(L);
  const g2 = gamma(n + 2);
  for (let u = 0; u < L; u++) {
    if (stop()) return null;
    const sign = base[u] === 0 ? -1 : 1;
    for (let j = 0; j <= L; j++) {
      let v = 0;
      let magnitude = 0;
      let spread = 0;
      let exact = true;
      for (let k = 0; k < n; k++) {
        const c = C[u * n + k]!;
        if (c === 0) continue;
        const product = c * X.value[k * m + j]!;
        exact &&= X.value[k * m + j] === 0 && X.error[k * m + j] === 0;
        v += product;
        magnitude += Math.abs(product);
        spread += Math.abs(c) * X.error[k * m + j]!;
      }
      const own = j === u ? 1 : j === L ? sign * d[u]! : 0;
      const value = own + sign * v;
      const error = exact
        ? 0
        : (g2 * magnitude + spread + UNIT * (Math.abs(value) + Math.abs(own))) * (1 + 1e-12) + UNDERFLOW;
      if (!Number.isFinite(value) || !Number.isFinite(error)) return null;
      if (j < L) {
        T[u * L + j] = value;
        Terror[u * L + j] = error;
      } else {
        q[u] = value;
        qerror[u] = error;
      }
    }
  }
  const homogeneous = g.every((v) => v === 0) && d.every((v) => v === 0);
  return { L, T, Terror, q, qerror, base, homogeneous };
}
