import { identity, multiply } from '../linalg/dense';
import { luFactor, luSolve } from '../linalg/lu';
import { linePiece, type Line, type LinePiece } from './line';

const UNIT = Number.EPSILON / 2;

/**
 * The solution z(s) of a word's cycle equations on the line, real or virtual, with its derivative and with bounds on
 * what is beyond first order.
 *
 * All points are unknowns of one cyclic system z_{t+1} = J_t z_t + b_t. Its inverse G (block G(t, j): the answer of
 * point t to a push in step j) gives z and z'. Where q = |G| (h |J'| + h^2 |J''| / 2) < 1, the system is regular on
 * all of [s - h, s + h] and the remainder of z(s + delta) = z + delta z' + R is at most delta^2 `curvature` in the
 * maximum norm: no sampling is involved. (Rounding of G itself, a relative 1e-10 or less, is not enclosed.)
 */
export class CycleOnLine {
  readonly k: number;
  readonly n: number;
  /** k x n */
  readonly z: Float64Array;
  readonly z1: Float64Array;
  /** M = J_k .. J_1, from the first point. */
  readonly M: Float64Array;
  /** dM/ds */
  readonly M1: Float64Array;
  /** Step within which the equations stay regular, q <= 1/2. */
  reach = 0;
  /** Bound on the rounding error of any coordinate of z. */
  error = 0;
  readonly #curvature: Float64Array;
  readonly #pieces: LinePiece[];
  readonly #G: Float64Array;
  readonly #N: Float64Array;
  /** J_t .. J_1 */
  readonly #products: readonly Float64Array[];
  s = Number.NaN;
  #bounded = false;
  #regular = false;

  constructor(
    readonly line: Line,
    readonly word: readonly Uint8Array[],
  ) {
    const { n } = line;
    const k = word.length;
    this.k = k;
    this.n = n;
    this.z = new Float64Array(k * n);
    this.z1 = new Float64Array(k * n);
    this.M = new Float64Array(n * n);
    this.M1 = new Float64Array(n * n);
    this.#curvature = new Float64Array(k);
    this.#pieces = word.map(() => linePiece(n));
    this.#G = new Float64Array(k * k * n * n);
    this.#N = new Float64Array(k * k);
    this.#products = word.map(() => new Float64Array(n * n));
  }

  /** Only M and dM/ds. */
  monodromy(s: number): void {
    if (s === this.s) return;
    this.#load(s);
  }

  /**
   * Solves at s.
   * @returns false where the equations are singular within rounding
   */
  solve(s: number): boolean {
    if (s !== this.s) this.#load(s);
    else if (this.#bounded) return this.#regular;
    this.#bounded = true;
    this.#regular = this.#solve();
    return this.#regular;
  }

  #load(s: number): void {
    const { n, k, M, M1 } = this;
    this.s = s;
    this.#bounded = false;
    for (let t = 0; t < k; t++) this.line.piece(s, this.word[t]!, this.#pieces[t]!);
    M.set(this.#pieces[0]!.J);
    M1.set(this.#pieces[0]!.J1);
    const next = new Float64Array(n * n);
    const slope = new Float64Array(n * n);
    const part = new Float64Array(n * n);
    for (let t = 1; t < k; t++) {
      const { J, J1 } = this.#pieces[t]!;
      multiply(J, M1, slope, n);
      multiply(J1, M, part, n);
      multiply(J, M, next, n);
      for (let i = 0; i < n * n; i++) M1[i] = slope[i]! + part[i]!;
      M.set(next);
    }
  }

  #solve(): boolean {
    const { n, k, z, z1 } = this;
    const nn = n * n;
    const G = this.#G;
    const N = this.#N;
    const pieces = this.#pieces;
    let product = new Float64Array(nn);
    let next = new Float64Array(nn);
    const system = new Float64Array(nn);
    const pivots = new Int32Array(n);
    const column = new Float64Array(n);
    const before = this.#products;
    before[0]!.set(pieces[0]!.J);
    for (let t = 1; t < k; t++) multiply(pieces[t]!.J, before[t - 1]!, before[t]!, n);
    const after = identity(n);
    for (let j = k - 1; j >= 0; j--) {
      // Monodromy from point j + 1: the steps after j, then those up to j.
      multiply(before[j]!, after, product, n);
      multiply(after, pieces[j]!.J, next, n);
      after.set(next);
      for (let i = 0; i < nn; i++) system[i] = (i % (n + 1) === 0 ? 1 : 0) - product[i]!;
      if (!(luFactor(system, n, pivots) > 0)) return false;
      for (let c = 0; c < n; c++) {
        column.fill(0);
        column[c] = 1;
        luSolve(system, n, pivots, column);
        for (let i = 0; i < n; i++) product[i * n + c] = column[i]!;
      }
      for (let t = 1; t <= k; t++) {
        const to = (j + t) % k;
        const at = (to * k + j) * nn;
        G.set(product, at);
        let norm = 0;
        for (let i = 0; i < n; i++) {
          let sum = 0;
          for (let c = 0; c < n; c++) sum += Math.abs(product[i * n + c]!);
          norm = Math.max(norm, sum);
        }
        if (!Number.isFinite(norm)) return false;
        N[to * k + j] = norm;
        if (t < k) {
          multiply(pieces[to]!.J, product, next, n);
          [product, next] = [next, product];
        }
      }
    }
    const push = new Float64Array(k * n);
    const answer = new Float64Array(k * n);
    z.fill(0);
    let correction = 0;
    for (let round = 0; round < 3; round++) {
      for (let t = 0; t < k; t++) {
        const { J, b } = pieces[t]!;
        const after = ((t + 1) % k) * n;
        for (let i = 0; i < n; i++) {
          let v = b[i]! - z[after + i]!;
          for (let c = 0; c < n; c++) v += J[i * n + c]! * z[t * n + c]!;
          push[t * n + i] = v;
        }
      }
      this.#respond(push, answer);
      correction = 0;
      for (let i = 0; i < k * n; i++) {
        z[i] = z[i]! + answer[i]!;
        correction = Math.max(correction, Math.abs(answer[i]!));
      }
    }
    let rounding = 0;
    for (let t = 0; t < k; t++) {
      const { J, J1, b, b1 } = pieces[t]!;
      for (let i = 0; i < n; i++) {
        let v = b1[i]!;
        let size = Math.abs(b[i]!);
        for (let c = 0; c < n; c++) {
          v += J1[i * n + c]! * z[t * n + c]!;
          size += Math.abs(J[i * n + c]! * z[t * n + c]!);
        }
        push[t * n + i] = v;
        rounding = Math.max(rounding, size);
      }
    }
    this.#respond(push, z1);
    let gain = 0;
    let linear = 0;
    let quadratic = 0;
    for (let t = 0; t < k; t++) {
      let sum = 0;
      let a = 0;
      let b = 0;
      for (let j = 0; j < k; j++) {
        const v = N[t * k + j]!;
        sum += v;
        a += v * norm(pieces[j]!.J1, n);
        b += (v * norm(pieces[j]!.J2, n)) / 2;
      }
      gain = Math.max(gain, sum);
      linear = Math.max(linear, a);
      quadratic = Math.max(quadratic, b);
    }
    // The refinement's last step tells where the system is too ill-conditioned for it to converge.
    this.error = Math.max((n + this.line.L + 4) * UNIT * rounding * Math.min(gain, 1e6), 2 * correction);
    this.reach = linear + quadratic === 0 ? Infinity : 1 / (linear + Math.sqrt(linear ** 2 + 2 * quadratic));
    for (let i = 0; i < k * n; i++) if (!Number.isFinite(z[i]!) || !Number.isFinite(z1[i]!)) return false;
    return true;
  }

  /** Bounds |R_t| / delta^2 for |delta| <= h <= reach, per point. */
  curvature(h: number): Float64Array {
    const { n, k, z, z1 } = this;
    const N = this.#N;
    const out = this.#curvature;
    const force = new Float64Array(k);
    const change = new Float64Array(k);
    for (let t = 0; t < k; t++) {
      const { J1, J2, b2 } = this.#pieces[t]!;
      let greatest = 0;
      for (let i = 0; i < n; i++) {
        let v = b2[i]! / 2;
        let w = 0;
        for (let c = 0; c < n; c++) {
          v += J1[i * n + c]! * z1[t * n + c]! + (J2[i * n + c]! * z[t * n + c]!) / 2;
          w += J2[i * n + c]! * z1[t * n + c]!;
        }
        greatest = Math.max(greatest, Math.abs(v) + (h / 2) * Math.abs(w));
      }
      force[t] = greatest;
      change[t] = h * norm(J1, n) + (h * h * norm(J2, n)) / 2;
    }
    let greatest = 0;
    let contraction = 0;
    const rows = new Float64Array(k);
    for (let t = 0; t < k; t++) {
      let v = 0;
      let q = 0;
      for (let j = 0; j < k; j++) {
        v += N[t * k + j]! * force[j]!;
        q += N[t * k + j]! * change[j]!;
      }
      out[t] = v;
      rows[t] = q;
      greatest = Math.max(greatest, v);
      contraction = Math.max(contraction, q);
    }
    for (let t = 0; t < k; t++) out[t] = out[t]! + (rows[t]! * greatest) / (1 - contraction);
    return out;
  }

  /** z_t as an array of its own. */
  point(t: number): number[] {
    return Array.from(this.z.subarray(t * this.n, t * this.n + this.n));
  }

  #respond(push: Float64Array, out: Float64Array): void {
    const { n, k } = this;
    const G = this.#G;
    for (let t = 0; t < k; t++)
      for (let i = 0; i < n; i++) {
        let v = 0;
        for (let j = 0; j < k; j++) {
          const at = (t * k + j) * n * n + i * n;
          for (let c = 0; c < n; c++) v += G[at + c]! * push[j * n + c]!;
        }
        out[t * n + i] = v;
      }
  }
}

/** Maximum norm of a matrix. */
function norm(a: Float64Array, n: number): number {
  let out = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.abs(a[i * n + j]!);
    out = Math.max(out, sum);
  }
  return out;
}

/** det(I + sign M), sign = 1 or -1. */
export function detShifted(M: Float64Array, n: number, sign: 1 | -1): number {
  if (n === 1) return 1 + sign * M[0]!;
  if (n === 2) return (1 + sign * M[0]!) * (1 + sign * M[3]!) - M[1]! * M[2]!;
  const a = Float64Array.from(M, (v, i) => sign * v + (i % (n + 1) === 0 ? 1 : 0));
  const pivots = new Int32Array(n);
  if (luFactor(a, n, pivots) === 0) return 0;
  let out = 1;
  for (let i = 0; i < n; i++) out *= pivots[i] === i ? a[i * n + i]! : -a[i * n + i]!;
  return out;
}
