import assert from 'node:assert/strict';
import { spectrum } from '../../../src/core/linalg/eigen';
import { random, type Random } from '../../../src/core/random';
import { toInteger } from '../../../src/core/verify/exact';
import { characteristic, newtonSteps } from '../../../src/core/verify/multipliers';

const SHIFT = 200;

/** Bound on the distance of each value to an eigenvalue, by the exact characteristic polynomial of the doubles. */
function distances(a: Float64Array, n: number, values: { re: number; im: number }[]): number[] {
  const P = Array.from(a, (v) => toInteger(v, SHIFT));
  return newtonSteps(characteristic(P, n), 1n << BigInt(SHIFT), values);
}

/** A matrix of given real eigenvalues in a skewed basis, as it comes out in doubles. */
function similar(eigenvalues: readonly number[], skew: number, source: Random): Float64Array {
  const n = eigenvalues.length;
  const a = Array.from({ length: n }, (_, i) => eigenvalues.map((v, j) => (i === j ? v : 0)));
  // Shears I + c e_i e_j' from the left, their inverses from the right.
  for (let step = 0; step < 3 * n; step++) {
    const [i, j] = [source.below(n), source.below(n)];
    if (i === j) continue;
    const c = skew * (source.uniform() - 0.5);
    for (let k = 0; k < n; k++) a[i]![k] = a[i]![k]! + c * a[j]![k]!;
    for (let k = 0; k < n; k++) a[k]![j] = a[k]![j]! - c * a[k]![i]!;
  }
  return Float64Array.from(a.flat());
}

describe('bounds on the errors of eigenvalues', () => {
  it('hold for random matrices against exact characteristic polynomials, and are near the rounding', () => {
    const source = random(31);
    let worst = 0;
    for (let trial = 0; trial < 200; trial++) {
      const n = 2 + source.below(6);
      const a = Float64Array.from({ length: n * n }, () => 4 * (source.uniform() - 0.5));
      const { values, errorBound } = spectrum(a, n);
      const bound = errorBound(0);
      // A Newton step is about the distance, where eigenvalues are simple.
      for (const step of distances(a, n, [...values]))
        assert.ok(step <= 1.01 * bound, `${String(step)} > ${String(bound)}`);
      worst = Math.max(worst, bound);
    }
    assert.ok(worst < 1e-10, String(worst));
  });

  it('hold next to the unit circle and in skewed bases', () => {
    const source = random(32);
    for (let trial = 0; trial < 200; trial++) {
      const n = 2 + source.below(5);
      const eigenvalues = Array.from({ length: n }, (_, i) =>
        i === 0 ? 1 - (source.uniform() - 0.5) * 1e-10 : 2 * (source.uniform() - 0.5),
      );
      const a = similar(eigenvalues, trial % 2 === 0 ? 2 : 20, source);
      const { values, errorBound } = spectrum(a, n);
      const bound = errorBound(0);
      for (const step of distances(a, n, [...values]))
        assert.ok(step <= 1.01 * bound, `${String(step)} > ${String(bound)}`);
    }
  });

  it('grow with the error of the matrix at least as eigenvalues move', () => {
    const source = random(33);
    for (let trial = 0; trial < 100; trial++) {
      const n = 2 + source.below(5);
      const a = Float64Array.from({ length: n * n }, () => 4 * (source.uniform() - 0.5));
      const size = 10 ** (-8 * source.uniform() - 2);
      const change = Float64Array.from(a, () => size * (source.uniform() - 0.5));
      const norm = Math.hypot(...change);
      const { values, errorBound } = spectrum(a, n);
      const moved = spectrum(
        Float64Array.from(a, (v, i) => v + change[i]!),
        n,
      );
      const bound = errorBound(norm) + moved.errorBound(0);
      for (const v of moved.values)
        assert.ok(Math.min(...values.map((w) => Math.hypot(v.re - w.re, v.im - w.im))) <= bound);
    }
  });

  it('are large for a defective matrix: no eigenvectors, no small bound', () => {
    const { errorBound } = spectrum(Float64Array.of(1, 1, 0, 1), 2);
    assert.ok(errorBound(1e-16) >= 1e-8 && errorBound(1e-16) < 1e-6);
  });
});
