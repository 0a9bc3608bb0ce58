import type { CanonicalMap } from '../map/canonical';
import type { Form, Parameters } from './architecture';

/** n x n matrix with the given diagonal. */
export function diagonalMatrix(diagonal: ArrayLike<number>): Float64Array {
  const n = diagonal.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = diagonal[i]!;
  return matrix;
}

export function identity(n: number): Float64Array {
  return diagonalMatrix(new Float64Array(n).fill(1));
}

/** y += M x for a row-major rows x columns matrix. */
export function addProduct(y: Float64Array, matrix: Float64Array, x: Float64Array): void {
  const columns = x.length;
  for (let i = 0; i < y.length; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += matrix[i * columns + j]! * x[j]!;
    y[i]! += sum;
  }
}

/** The linear part A (n x n) of a PLRNN family member: `AW`'s diagonal, a vector, or a full matrix. */
export function linearPart(parameters: Parameters, form: Form): Float64Array {
  const n = form.sizes.M;
  if (form.has('AW')) {
    const both = parameters.matrix('AW');
    return diagonalMatrix(Float64Array.from({ length: n }, (_, i) => both[i * n + i]!));
  }
  const values = parameters.vector('A');
  return values.length === n ? diagonalMatrix(values) : Float64Array.from(values);
}

/** The coupling W (n x n): `AW` or a `W` whose training code ignores the diagonal lose theirs. */
export function coupling(parameters: Parameters, form: Form): Float64Array {
  const n = form.sizes.M;
  const matrix = Float64Array.from(parameters.matrix(form.has('AW') ? 'AW' : 'W'));
  if (form.has('W_mask')) {
    const mask = parameters.matrix('W_mask');
    for (let i = 0; i < matrix.length; i++) matrix[i]! *= mask[i]!;
  }
  if (form.has('AW') || form.values['dropDiagonal'] === true)
    for (let i = 0; i < n; i++) matrix[i * n + i] = 0;
  return matrix;
}

/** Constant term: a bias plus C s. */
export function constantTerm(bias: Float64Array, parameters: Parameters, form: Form, input: Float64Array) {
  const g = Float64Array.from(bias);
  if (form.has('C')) addProduct(g, parameters.matrix('C'), input);
  return g;
}

/** z replaced by z - mean(z) inside the nonlinearity: C (I - 11'/n), i.e. each row less its mean. */
export function centred(map: CanonicalMap): CanonicalMap {
  const { n, L } = map;
  const C = Float64Array.from(map.C);
  for (let u = 0; u < L; u++) {
    let mean = 0;
    for (let j = 0; j < n; j++) mean += C[u * n + j]! / n;
    for (let j = 0; j < n; j++) C[u * n + j]! -= mean;
  }
  return { ...map, C };
}

/** LeakyReLU(a)(x) = a x + (1 - a) relu(x): A + a B C, (1 - a) B, C, d, g + a B d. */
export function withNegativeSlope(map: CanonicalMap, a: number): CanonicalMap {
  const { n, L } = map;
  const A = Float64Array.from(map.A);
  const g = Float64Array.from(map.g);
  for (let i = 0; i < n; i++)
    for (let u = 0; u < L; u++) {
      const weight = a * map.B[i * L + u]!;
      if (weight === 0) continue;
      for (let j = 0; j < n; j++) A[i * n + j]! += weight * map.C[u * n + j]!;
      g[i]! += weight * map.d[u]!;
    }
  return { ...map, A, B: map.B.map((value) => (1 - a) * value), g };
}

/** (1 - a) z + a F(z). */
export function withLeak(map: CanonicalMap, a: number): CanonicalMap {
  const { n } = map;
  const A = map.A.map((value) => a * value);
  for (let i = 0; i < n; i++) A[i * n + i]! += 1 - a;
  return { ...map, A, B: map.B.map((value) => a * value), g: map.g.map((value) => a * value) };
}
