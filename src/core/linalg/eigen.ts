import { EigenvalueDecomposition, inverse, Matrix, SingularValueDecomposition } from 'ml-matrix';
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
  /**
   * Bound on the error of any eigenvalue when the matrix itself is wrong by `error` (Frobenius). It encloses all rounding
   * where the computed eigenvectors are regular; where they are not within rounding, it relies on the iteration being
   * backward stable.
   */
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
  let known: Residual | null | undefined;
  const residual = (): Residual | null =>
    (known ??= residualOf(scaled, decomposition.eigenvectorMatrix, re, im, n));
  const norm = Math.sqrt(a.reduce((sum, v) => sum + (v / largest) ** 2, 0)) * largest;
  const unit = 8 * n * Number.EPSILON * norm;
  return {
    values,
    errorBound: (error) => {
      const basis = residual();
      const general = elsner(norm, error + unit, n);
      if (basis === null) return general;
      const radius = ((basis.defect * largest + basis.condition * error) / (1 - basis.loss)) * INFLATE;
      const centres = re.map((v, i) => ({ re: v * largest, im: (im[i] ?? 0) * largest }));
      return Math.min(enclosed(values, centres.sort(byModulus), radius), general);
    },
  };
}

/** Covers the rounding of bounds themselves. */
const INFLATE = 1 + 1e-12;

/**
 * What approximate eigenvectors V and eigenvalues D (2 x 2 blocks for complex pairs) of a matrix are worth, with Y about
 * V^-1 and G = I - Y V: V^-1 (A + E) V = D + (I - G)^-1 Y (A V - V D + E V), D normal, so that each eigenvalue lies within
 * (defect + condition |E|) / (1 - loss) of one of D's (F. L. Bauer, C. T. Fike, Numer. Math. 2 (1960) 137-141).
 */
interface Residual {
  /** |Y (A V - V D)|, its rounding included. */
  readonly defect: number;
  /** |Y| |V| */
  readonly condition: number;
  /** |G| < 1 */
  readonly loss: number;
}

/** null where V is singular within rounding. */
function residualOf(
  A: Matrix,
  vectors: Matrix,
  re: readonly number[],
  im: readonly number[],
  n: number,
): Residual | null {
  const V = vectors.to2DArray();
  // Columns of about unit length, those of a pair by the same power of two.
  for (let j = 0; j < n; j++) {
    const pair = (im[j] ?? 0) !== 0 && j + 1 < n;
    const columns = pair ? [j, j + 1] : [j];
    const length = Math.hypot(...V.flatMap((row) => columns.map((c) => row[c]!)));
    if (!(length > 0 && Number.isFinite(length))) return null;
    const factor = 2 ** -Math.round(Math.log2(length));
    for (const row of V) for (const c of columns) row[c] = row[c]! * factor;
    if (pair) j++;
  }
  let Y: number[][];
  try {
    Y = inverse(new Matrix(V)).to2DArray();
  } catch {
    return null;
  }
  // Rounding of a sum of n + 4 products, that of dividing A by its largest entry included; twice over.
  const gamma = (n + 6) * Number.EPSILON;
  const [defects, defectSizes, losses] = [0, 1, 2].map(() => grid(n)) as [number[][], number[][], number[][]];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let size = 0;
      for (let k = 0; k < n; k++) {
        const term = A.get(i, k) * V[k]![j]!;
        sum += term;
        size += Math.abs(term);
      }
      // A pair a + b i, a - b i has the block [a b; -b a].
      const own = re[j]! * V[i]![j]!;
      const b = im[j] ?? 0;
      const other = b > 0 ? -b * V[i]![j + 1]! : b < 0 ? -b * V[i]![j - 1]! : 0;
      defects[i]![j] = sum - own - other;
      defectSizes[i]![j] = gamma * (size + Math.abs(own) + Math.abs(other)) + Number.MIN_VALUE;
    }
  const total = grid(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let [sum, size, loss, lossSize] = [0, 0, i === j ? -1 : 0, i === j ? 1 : 0];
      for (let k = 0; k < n; k++) {
        const y = Y[i]![k]!;
        sum += y * defects[k]![j]!;
        size += Math.abs(y) * (defectSizes[k]![j]! + gamma * Math.abs(defects[k]![j]!));
        loss += y * V[k]![j]!;
        lossSize += Math.abs(y * V[k]![j]!);
      }
      total[i]![j] = Math.abs(sum) + size * (1 + gamma);
      losses[i]![j] = Math.abs(loss) + gamma * lossSize;
    }
  const loss = norm2(losses);
  const out = { defect: norm2(total), condition: norm2(Y) * norm2(V) * INFLATE, loss };
  return loss < 0.5 && Number.isFinite(out.defect) && Number.isFinite(out.condition) ? out : null;
}

function grid(n: number): number[][] {
  return Array.from({ length: n }, () => new Array<number>(n).fill(0));
}

/** Upper bound on the spectral norm: the root of greatest row sum times greatest column sum. */
function norm2(a: readonly (readonly number[])[]): number {
  const rows = a.map((row) => row.reduce((sum, v) => sum + Math.abs(v), 0));
  const columns = a.map((_, j) => a.reduce((sum, row) => sum + Math.abs(row[j]!), 0));
  return Math.sqrt(Math.max(0, ...rows) * Math.max(0, ...columns)) * INFLATE;
}

/**
 * How far eigenvalues can be from the values stated for them, when all lie in the discs of a radius about the centres: a
 * connected set of discs has as many eigenvalues as centres (S. Gershgorin), in which order is not known.
 */
function enclosed(values: readonly Complex[], centres: readonly Complex[], radius: number): number {
  const component = centres.map((_, i) => i);
  const find = (i: number): number => (component[i] === i ? i : find(component[i]!));
  const apart = (a: Complex, b: Complex): number => Math.hypot(a.re - b.re, a.im - b.im);
  centres.forEach((a, i) => {
    for (let j = 0; j < i; j++)
      if (apart(a, centres[j]!) <= 2 * radius * INFLATE) component[find(i)] = find(j);
  });
  let most = 0;
  values.forEach((value, i) => {
    centres.forEach((centre, j) => {
      if (find(i) === find(j)) most = Math.max(most, apart(value, centre));
    });
  });
  return (most + radius) * INFLATE;
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
