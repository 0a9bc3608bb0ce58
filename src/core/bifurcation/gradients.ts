import { identity, multiply } from '../linalg/dense';
import { luFactor, luSolve } from '../linalg/lu';
import type { CanonicalMap } from '../map/canonical';
import { affineOf } from '../map/kernel';
import type { CanonicalArrays } from '../models/derivatives';
import type { Complex } from '../report/types';

/**
 * Exact first derivatives of a cycle's test functions by the entries A, B, C, d, g of its map, from the linear systems
 * that define the cycle (implicit differentiation, adjoint form): as long as the itinerary stays the same, points and
 * multipliers are smooth functions of the parameters.
 */
export class CycleGradients {
  readonly k: number;
  readonly #jacobians: Float64Array[];
  readonly #known: (Factors | null | undefined)[] = [];

  /**
   * @param points k points of n coordinates, a cycle of the map
   * @param regions k words of L bits
   */
  constructor(
    readonly map: CanonicalMap,
    readonly points: readonly ArrayLike<number>[],
    readonly regions: readonly Uint8Array[],
  ) {
    const { n } = map;
    this.k = points.length;
    const offset = new Float64Array(n);
    this.#jacobians = regions.map((bits) => {
      const J = new Float64Array(n * n);
      affineOf(map, bits, J, offset);
      return J;
    });
  }

  /** M = J_{t+k-1} .. J_t, the product that begins at point t. */
  monodromy(t = 0): Float64Array {
    const { k } = this;
    const { n } = this.map;
    let M: Float64Array = identity(n);
    let next: Float64Array = new Float64Array(n * n);
    for (let s = 0; s < k; s++) {
      multiply(this.#jacobians[(t + s) % k]!, M, next, n);
      [M, next] = [next, M];
    }
    return M;
  }

  /** Factors of I - M^T at point t, once for all functionals of that point; null where it is singular. */
  #factors(t: number): Factors | null {
    let factors = this.#known[t];
    if (factors === undefined) {
      const { n } = this.map;
      const M = this.monodromy(t);
      const lu = new Float64Array(n * n);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) lu[i * n + j] = Number(i === j) - M[j * n + i]!;
      const pivots = new Int32Array(n);
      factors = luFactor(lu, n, pivots) === 0 ? null : { lu, pivots };
      this.#known[t] = factors;
    }
    return factors;
  }

  /**
   * Of the linear functional `direction . z_t` of one point of the cycle.
   * @returns null where I - M is singular
   */
  ofPoint(t: number, direction: ArrayLike<number>): CanonicalArrays | null {
    const { k } = this;
    const { n } = this.map;
    const factors = this.#factors(t);
    if (!factors) return null;
    // lambda_t = direction + M^T lambda_t; the others follow backwards through J^T.
    let lambda: Float64Array = Float64Array.from(direction);
    luSolve(factors.lu, n, factors.pivots, lambda);
    const gradient = this.#zero();
    for (let s = 0; s < k; s++) {
      // What is pushed into the step that leads to point t - s.
      const step = (t - 1 - s + 2 * k) % k;
      this.#addStep(gradient, step, lambda);
      lambda = this.#backwards(step, lambda);
    }
    return gradient;
  }

  /** Of the preactivation C_u . z_t + d_u, whose zero is a border collision. */
  ofPreactivation(t: number, u: number): CanonicalArrays | null {
    const { n, C } = this.map;
    const gradient = this.ofPoint(t, C.subarray(u * n, (u + 1) * n));
    if (!gradient) return null;
    for (let j = 0; j < n; j++) gradient.C[u * n + j]! += this.points[t]![j]!;
    gradient.d[u]! += 1;
    return gradient;
  }

  /**
   * Of the modulus of a simple multiplier.
   * @returns null where it is not simple within rounding, or 0
   */
  ofModulus(multiplier: Complex): CanonicalArrays | null {
    return this.#ofMultiplier(multiplier, ({ re, im }, modulus) => [re / modulus, -im / modulus]);
  }

  /**
   * Of the argument of a simple multiplier, in radians.
   * @returns null where it is not simple within rounding, or 0
   */
  ofArgument(multiplier: Complex): CanonicalArrays | null {
    return this.#ofMultiplier(multiplier, ({ re, im }, modulus) => [-im / modulus ** 2, -re / modulus ** 2]);
  }

  /** @param factor f, where the derivative is Re(f dmu) */
  #ofMultiplier(
    multiplier: Complex,
    factor: (multiplier: Complex, modulus: number) => readonly [number, number],
  ): CanonicalArrays | null {
    const { k } = this;
    const { n, L, B, C } = this.map;
    const M = this.monodromy();
    const v = nullVector(M, n, multiplier, false);
    const w = nullVector(M, n, multiplier, true);
    const modulus = Math.hypot(multiplier.re, multiplier.im);
    if (!v || !w || modulus === 0) return null;
    let [re, im] = [0, 0];
    for (let i = 0; i < n; i++) {
      re += w.re[i]! * v.re[i]! - w.im[i]! * v.im[i]!;
      im += w.re[i]! * v.im[i]! + w.im[i]! * v.re[i]!;
    }
    const overlap = Math.hypot(re, im);
    if (overlap < 1e-8) return null;
    // dmu = w.dM v / (w.v): one complex factor for all.
    const [fr, fi] = divide(...factor(multiplier, modulus), re, im);
    // Right vectors before each step, left vectors after it.
    const rights = [v];
    for (let t = 0; t < k - 1; t++) rights.push(this.#times(t, rights[t]!));
    const gradient = this.#zero();
    let left = w;
    for (let t = k - 1; t >= 0; t--) {
      const right = rights[t]!;
      const bits = this.regions[t]!;
      /** Re(f l_i r_j) */
      const pair = (lr: number, li: number, rr: number, ri: number): number => {
        const [pr, pi] = [lr * rr - li * ri, lr * ri + li * rr];
        return fr * pr - fi * pi;
      };
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          gradient.A[i * n + j]! += pair(left.re[i]!, left.im[i]!, right.re[j]!, right.im[j]!);
      for (let u = 0; u < L; u++) {
        if (bits[u] !== 1) continue;
        let [cr, ci, br, bi] = [0, 0, 0, 0];
        for (let j = 0; j < n; j++) {
          cr += C[u * n + j]! * right.re[j]!;
          ci += C[u * n + j]! * right.im[j]!;
          br += B[j * L + u]! * left.re[j]!;
          bi += B[j * L + u]! * left.im[j]!;
        }
        for (let i = 0; i < n; i++) {
          gradient.B[i * L + u]! += pair(left.re[i]!, left.im[i]!, cr, ci);
          gradient.C[u * n + i]! += pair(br, bi, right.re[i]!, right.im[i]!);
        }
      }
      left = { re: this.#backwards(t, left.re), im: this.#backwards(t, left.im) };
    }
    return gradient;
  }

  #zero(): CanonicalArrays {
    const { n, L } = this.map;
    return {
      A: new Float64Array(n * n),
      B: new Float64Array(n * L),
      C: new Float64Array(L * n),
      d: new Float64Array(L),
      g: new Float64Array(n),
    };
  }

  /** Adds lambda . (dA z + dB D (C z + d) + B D (dC z + dd) + dg) at step t. */
  #addStep(gradient: CanonicalArrays, t: number, lambda: Float64Array): void {
    const { n, L, B, C, d } = this.map;
    const z = this.points[t]!;
    const bits = this.regions[t]!;
    for (let i = 0; i < n; i++) {
      gradient.g[i]! += lambda[i]!;
      for (let j = 0; j < n; j++) gradient.A[i * n + j]! += lambda[i]! * z[j]!;
    }
    for (let u = 0; u < L; u++) {
      if (bits[u] !== 1) continue;
      let active = d[u]!;
      let weight = 0;
      for (let j = 0; j < n; j++) {
        active += C[u * n + j]! * z[j]!;
        weight += B[j * L + u]! * lambda[j]!;
      }
      gradient.d[u]! += weight;
      for (let j = 0; j < n; j++) {
        gradient.B[j * L + u]! += lambda[j]! * active;
        gradient.C[u * n + j]! += weight * z[j]!;
      }
    }
  }

  /** J_t^T x */
  #backwards(t: number, x: Float64Array): Float64Array {
    const { n } = this.map;
    const J = this.#jacobians[t]!;
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j]! += J[i * n + j]! * x[i]!;
    return out;
  }

  #times(t: number, { re, im }: ComplexVector): ComplexVector {
    const { n } = this.map;
    const J = this.#jacobians[t]!;
    const out = { re: new Float64Array(n), im: new Float64Array(n) };
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        out.re[i]! += J[i * n + j]! * re[j]!;
        out.im[i]! += J[i * n + j]! * im[j]!;
      }
    return out;
  }
}

interface Factors {
  readonly lu: Float64Array;
  readonly pivots: Int32Array;
}

interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function divide(ar: number, ai: number, br: number, bi: number): [number, number] {
  const size = br * br + bi * bi;
  return [(ar * br + ai * bi) / size, (ai * br - ar * bi) / size];
}

/**
 * Right (or left) eigenvector of a multiplier by inverse iteration, of norm 1: (M - mu) as a real system of twice the
 * size, shifted off the eigenvalue by rounding.
 */
function nullVector(M: Float64Array, n: number, mu: Complex, left: boolean): ComplexVector | null {
  const m = 2 * n;
  const size = Math.max(Math.hypot(mu.re, mu.im), ...Array.from(M, Math.abs));
  const shift = mu.re + 1e-13 * size;
  const system = new Float64Array(m * m);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const entry = (left ? M[j * n + i]! : M[i * n + j]!) - (i === j ? shift : 0);
      const turn = i === j ? mu.im : 0;
      system[i * m + j] = entry;
      system[i * m + n + j] = turn;
      system[(n + i) * m + j] = -turn;
      system[(n + i) * m + n + j] = entry;
    }
  const pivots = new Int32Array(m);
  if (luFactor(system, m, pivots) === 0) return null;
  const x = Float64Array.from({ length: m }, (_, i) => (i < n ? 1 + 0.37 * Math.sin(5 * i + 1) : 0));
  for (let pass = 0; pass < 3; pass++) {
    luSolve(system, m, pivots, x);
    const norm = Math.hypot(...x);
    if (!(norm > 0) || !Number.isFinite(norm)) return null;
    for (let i = 0; i < m; i++) x[i]! /= norm;
  }
  return { re: x.slice(0, n), im: x.slice(n) };
}
