import { recognise, toMap } from '../../../src/core/models/index';
import type { Hint, ModelOptions, Recognised } from '../../../src/core/models/types';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import type { Scalar, Tensor } from '../../../src/core/tensor';

export type Matrix = readonly (readonly number[])[];

/** A tensor from nested lists, row-major. */
export function tensor(name: string, values: readonly number[] | Matrix): Tensor {
  const rows = values.length;
  const [first] = values;
  const matrix = Array.isArray(first);
  const shape = matrix ? [rows, (first as readonly number[]).length] : [rows];
  return { name, dtype: 'float64', shape, data: Float64Array.from(values.flat()) };
}

export interface Circumstances {
  readonly scalars?: readonly Scalar[];
  readonly hints?: readonly Hint[];
  readonly options?: ModelOptions;
}

/** Recognises tensors that must be recognised. */
export function model(tensors: readonly Tensor[], circumstances: Circumstances = {}): Recognised {
  const { scalars = [], hints = [], options = {} } = circumstances;
  const recognition = recognise(tensors, scalars, hints, options);
  if (recognition.status !== 'recognised') throw new Error(JSON.stringify(recognition));
  return recognition;
}

/** The canonical map of tensors that must be recognised. */
export function mapOf(tensors: readonly Tensor[], circumstances: Circumstances = {}): CanonicalMap {
  const recognised = model(tensors, circumstances);
  const parameters = Object.fromEntries(
    Object.entries(recognised.tensors).map(([parameter, name]) => [
      parameter,
      tensors.find((candidate) => candidate.name === name)!,
    ]),
  );
  return toMap(recognised, parameters, circumstances.options?.input ?? []);
}

/** F(z) = A z + B relu(C z + d) + g, straight from the definition. */
export function stepCanonical(map: CanonicalMap, z: readonly number[]): number[] {
  const { n, L, A, B, C, d, g } = map;
  const active = Array.from({ length: L }, (_, u) => {
    let value = d[u]!;
    for (let j = 0; j < n; j++) value += C[u * n + j]! * z[j]!;
    return Math.max(value, 0);
  });
  return Array.from({ length: n }, (_, i) => {
    let value = g[i]!;
    for (let j = 0; j < n; j++) value += A[i * n + j]! * z[j]!;
    for (let u = 0; u < L; u++) value += B[i * L + u]! * active[u]!;
    return value;
  });
}
