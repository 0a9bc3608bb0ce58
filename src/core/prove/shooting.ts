import type { CanonicalMap } from '../map/canonical';
import { encloseSolve, gamma, UNDERFLOW, type Enclosed } from './enclosure';
import type { Piece } from './exhaustive';

/** The map z_1 -> z_t = M z_1 + c of the beginning of an itinerary, every entry with a bound on its error. */
export interface Composite {
  /** n x n */
  readonly M: Float64Array;
  readonly Merror: Float64Array;
  /** n */
  readonly c: Float64Array;
  readonly cerror: Float64Array;
}

export function identityComposite(n: number): Composite {
  const M = new Float64Array(n * n);
  for (let i = 0; i < n; i++) M[i * n + i] = 1;
  return { M, Merror: new Float64Array(n * n), c: new Float64Array(n), cerror: new Float64Array(n) };
}

/** `to` = piece after `from`. */
export function advance(piece: Piece, from: Composite, to: Composite, n: number): void {
  const { J, Jerror, b, berror } = piece;
  const g = gamma(n + 2);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let v = 0;
      let e = 0;
      for (let l = 0; l < n; l++) {
        const a = J[i * n + l]!;
        const m = from.M[l * n + j]!;
        v += a * m;
        e +=
          Math.abs(a) * from.Merror[l * n + j]! +
          Jerror[i * n + l]! * (Math.abs(m) + from.Merror[l * n + j]!) +
          g * Math.abs(a * m);
      }
      to.M[i * n + j] = v;
      to.Merror[i * n + j] = e * (1 + 1e-12) + UNDERFLOW;
    }
    let v = b[i]!;
    let e = berror[i]! + g * Math.abs(v);
    for (let l = 0; l < n; l++) {
      const a = J[i * n + l]!;
      const c = from.c[l]!;
      v += a * c;
      e +=
        Math.abs(a) * from.cerror[l]! +
        Jerror[i * n + l]! * (Math.abs(c) + from.cerror[l]!) +
        g * Math.abs(a * c);
    }
    to.c[i] = v;
    to.cerror[i] = e * (1 + 1e-12) + UNDERFLOW;
  }
}

/**
 * Encloses the solution of z_1 = M z_1 + c.
 * @param system n x n numbers to work in
 * @returns null when I - M cannot be shown to be regular
 */
export function firstPoint(whole: Composite, system: Float64Array, n: number): Enclosed | null {
  const { M, Merror, c, cerror } = whole;
  for (let i = 0; i < n * n; i++) system[i] = (i % (n + 1) === 0 ? 1 : 0) - M[i]!;
  for (let i = 0; i < n; i++) Merror[i * n + i] = Merror[i * n + i]! + Math.abs(system[i * n + i]!) * 2e-16;
  return encloseSolve(system, Merror, c, cerror, n, 1);
}

/** Whether some unit's preactivation at z = M z_1 + c certainly has the sign that the region forbids. */
export function certainlyOutside(
  map: CanonicalMap,
  at: Composite,
  first: Enclosed,
  bits: Uint8Array,
): boolean {
  const { n, L, C, d } = map;
  const z = new Float64Array(n);
  const e = new Float64Array(n);
  const g = gamma(n + 2);
  for (let i = 0; i < n; i++) {
    let v = at.c[i]!;
    let error = at.cerror[i]! + g * Math.abs(v);
    for (let j = 0; j < n; j++) {
      const m = at.M[i * n + j]!;
      const x = first.value[j]!;
      v += m * x;
      error +=
        Math.abs(m) * first.error[j]! +
        at.Merror[i * n + j]! * (Math.abs(x) + first.error[j]!) +
        g * Math.abs(m * x);
    }
    z[i] = v;
    e[i] = error * (1 + 1e-12) + UNDERFLOW;
  }
  for (let u = 0; u < L; u++) {
    let p = d[u]!;
    let error = g * Math.abs(p);
    for (let j = 0; j < n; j++) {
      const c = C[u * n + j]!;
      if (c === 0) continue;
      const term = c * z[j]!;
      p += term;
      error += Math.abs(c) * e[j]! + g * Math.abs(term) + UNDERFLOW;
    }
    if (bits[u] ? p < -error * 1.000001 : p > error * 1.000001) return true;
  }
  return false;
}
