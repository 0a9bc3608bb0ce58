import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Complex } from '../report/types';

/**
 * Eigenvalues, singular values and principal components: the only file that knows `ml-matrix`.
 *
 * Guards, because its eigenvalue iteration can loop for ever on NaN, on infinities and on finite entries
 * above about 1e150, and may return infinities: input is checked, divided by its largest entry, and the
 * eigenvalues multiplied back.
 */

export interface Spectrum {
  /** By falling modulus, then falling imaginary part. */
  readonly values: readonly Complex[];
  /** Bound on the error of any eigenvalue when the matrix itself is wrong by `error` (Frobenius). */
  errorBound(error: number): number;
}

/** @param a flat row-major n x n. Throws RangeError when an entry is not finite. */
export function spectrum(a: Float64Array, n: number): Spectrum {
  const largest = checkedScale(a);
  if (n === 0 || largest === 0) {
    const zeros = Array.from({ length: n }, () => ({ re: 0, im: 0 }));
    return { values: zeros, errorBound: (error) => elsner(0, error, n) };
  }
  if (n === 1) return { values: [{ re: a[0]!, im: 0 }], errorBound: (error) => error };
  const scaled = matrix(a, n, n, 1 / largest);
  const decomposition = new EigenvalueDecomposition(scaled, { assumeSymmetric: false });
  const re = decomposition.realEigenvalues;
  const im = decomposition.imaginaryEigenvalues;
  const values =
    n === 2 ? pairOf2x2(a, largest) : re.map((v, i) => ({ re: v * largest, im: (im[i] ?? 0) * largest }));
  if (values.some((v) => !Number.isFinite(v.re) || !Number.isFinite(v.im)))
    throw new RangeError('the eigenvalue iteration did not converge');
  values.sort(byModulus);
  // Many ask for the values alone.
  let known: number | undefined;
  const condition = (): number =>
    (known ??= new SingularValueDecomposition(decomposition.eigenvectorMatrix).condition);
  const norm = Math.sqrt(a.reduce((sum, v) => sum + (v / largest) ** 2, 0)) * largest;
  const unit = 8 * n * Number.EPSILON * norm;
  return {
    values,
    // Bauer-Fike where eigenvectors are well conditioned, Elsner's theorem otherwise.
    errorBound: (error) =>
      Math.min(
        Number.isFinite(condition()) ? condition() * (error + unit) : Infinity,
        elsner(norm, error + unit, n),
      ),
  };
}

/** Eigenvalues alone, ordered as in `spectrum`; by closed form up to n = 2. */
export function eigenvalues(a: Float64Array, n: number): readonly Complex[] {
  if (n === 1 && Number.isFinite(a[0]!)) return [{ re: a[0]!, im: 0 }];
  if (n !== 2) return spectrum(a, n).values;
  const largest = checkedScale(a);
  if (largest === 0)
    return [
      { re: 0, im: 0 },
      { re: 0, im: 0 },
    ];
  return pairOf2x2(a, largest).sort(byModulus);
}

/** Largest modulus of the eigenvalues of a flat row-major n x n matrix. */
export function spectralRadius(a: Float64Array, n: number): number {
  return spectrum(a, n).values.reduce((radius, v) => Math.max(radius, Math.hypot(v.re, v.im)), 0);
}

export interface Svd {
  /** Falling. */
  readonly values: readonly number[];
  /** rows x rank: left singular vectors as columns, flat row-major. */
  readonly left: Float64Array;
  /** columns x rank: right singular vectors as columns, flat row-major. */
  readonly right: Float64Array;
  /** Number of columns of `left` and `right`. */
  readonly count: number;
}

/** Singular value decomposition of a flat row-major matrix. Throws RangeError when an entry is not finite. */
export function svd(a: Float64Array, rows: number, columns: number): Svd {
  const largest = checkedScale(a);
  const decomposition = new SingularValueDecomposition(
    matrix(a, rows, columns, largest === 0 ? 1 : 1 / largest),
    {
      autoTranspose: true,
    },
  );
  const values = decomposition.diagonal.map((v) => v * largest);
  const left = decomposition.leftSingularVectors;
  const right = decomposition.rightSingularVectors;
  return {
    values,
    left: Float64Array.from(left.to1DArray()),
    right: Float64Array.from(right.to1DArray()),
    count: values.length,
  };
}

export interface PrincipalComponents {
  readonly mean: number[];
  /** Unit vectors by falling variance; the entry of largest modulus is positive. */
  readonly components: number[][];
  /** Fractions of the variance. */
  readonly explained: number[];
}

/** Principal components of points (each of length n). With fewer than two points: the coordinate axes. */
export function principalComponents(points: readonly ArrayLike<number>[], n: number): PrincipalComponents {
  const mean = new Array<number>(n).fill(0);
  for (const p of points) for (let i = 0; i < n; i++) mean[i] = mean[i]! + p[i]! / points.length;
  const covariance = new Float64Array(n * n);
  let largest = 0;
  for (const p of points) for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(p[i]! - mean[i]!));
  if (largest > 0 && Number.isFinite(largest)) {
    for (const p of points)
      for (let i = 0; i < n; i++) {
        const u = (p[i]! - mean[i]!) / largest;
        for (let j = 0; j < n; j++)
          covariance[i * n + j] = covariance[i * n + j]! + (u * (p[j]! - mean[j]!)) / largest;
      }
  }
  const { values, left, count } = svd(covariance, n, n);
  const total = values.reduce((sum, v) => sum + v, 0);
  const components = Array.from({ length: n }, (_, c) => {
    const axis = Array.from({ length: n }, (_, i) =>
      total > 0 && c < count ? left[i * count + c]! : Number(i === c),
    );
    const lead = axis.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0);
    return lead < 0 ? axis.map((v) => -v) : axis;
  });
  return { mean, components, explained: values.map((v) => (total > 0 ? v / total : 0)) };
}

function byModulus(a: Complex, b: Complex): number {
  const difference = Math.hypot(b.re, b.im) - Math.hypot(a.re, a.im);
  const tie = 1e-12 * Math.max(Math.hypot(a.re, a.im), Math.hypot(b.re, b.im));
  return Math.abs(difference) > tie ? difference : b.im - a.im || b.re - a.re;
}

/** Closed form, which keeps exact ties (double and marginal multipliers) exact. */
function pairOf2x2(a: Float64Array, largest: number): Complex[] {
  const [p, q, r, s] = [a[0]! / largest, a[1]! / largest, a[2]! / largest, a[3]! / largest];
  const half = (p + s) / 2;
  const discriminant = ((p - s) / 2) ** 2 + q * r;
  if (discriminant < 0) {
    const im = Math.sqrt(-discriminant) * largest;
    return [
      { re: half * largest, im },
      { re: half * largest, im: -im },
    ];
  }
  const root = Math.sqrt(discriminant);
  const big = half >= 0 ? half + root : half - root;
  // The smaller root from the determinant: no cancellation.
  const small = big === 0 ? 0 : (p * s - q * r) / big;
  return [
    { re: big * largest, im: 0 },
    { re: small * largest, im: 0 },
  ];
}

/** |lambda - lambda'| <= (2 |A| + |E|)^(1 - 1/n) |E|^(1/n). Elsner, Linear Algebra Appl. 71 (1985) 77-80. */
function elsner(norm: number, error: number, n: number): number {
  return n === 0 ? 0 : (2 * norm + error) ** (1 - 1 / n) * error ** (1 / n);
}

function checkedScale(a: Float64Array): number {
  let largest = 0;
  for (const v of a) {
    if (!Number.isFinite(v)) throw new RangeError('a matrix entry is not finite');
    largest = Math.max(largest, Math.abs(v));
  }
  return largest;
}

function matrix(a: Float64Array, rows: number, columns: number, factor: number): Matrix {
  const out = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out.set(i, j, a[i * columns + j]! * factor);
  return out;
}
