import assert from 'node:assert/strict';
import { rootsInside } from '../../../src/core/verify/unitCircle';

/** prod (scale x - r) over real roots r / scale, times prod ((scale x)^2 - 2 a (scale x) + a^2 + b^2) over pairs. */
function polynomial(real: readonly bigint[], pairs: readonly (readonly [bigint, bigint])[]): bigint[] {
  let p = [1n];
  const multiply = (q: readonly bigint[]): void => {
    const out = new Array<bigint>(p.length + q.length - 1).fill(0n);
    p.forEach((a, i) => q.forEach((b, j) => (out[i + j] = out[i + j]! + a * b)));
    p = out;
  };
  for (const r of real) multiply([-r, 1n]);
  for (const [a, b] of pairs) multiply([a * a + b * b, -2n * a, 1n]);
  return p;
}

describe('roots inside the unit circle', () => {
  it('are counted as they were chosen', () => {
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const scale = 1000n;
    for (let trial = 0; trial < 300; trial++) {
      const real = Array.from({ length: random(6) }, () => BigInt(random(4001) - 2000));
      const pairs = Array.from(
        { length: random(5) },
        () => [BigInt(random(3001) - 1500), BigInt(1 + random(1500))] as const,
      );
      const squares = [
        ...real.map((r) => r * r),
        ...pairs.flatMap(([a, b]) => [a * a + b * b, a * a + b * b]),
      ];
      const expected = squares.includes(scale * scale)
        ? null
        : squares.filter((v) => v < scale * scale).length;
      assert.equal(rootsInside(polynomial(real, pairs), scale), expected, `trial ${String(trial)}`);
    }
  });

  it('are told from those outside by less than the spacing of doubles', () => {
    const scale = 1n << 70n;
    assert.equal(rootsInside(polynomial([scale - 1n, scale / 2n], []), scale), 2);
    assert.equal(rootsInside(polynomial([scale + 1n, scale / 2n], []), scale), 1);
  });

  it('are counted where the recursion breaks down without a root on the circle', () => {
    // 2 and 1/2: the constant and the leading coefficient are equal.
    assert.equal(rootsInside(polynomial([1n, 4n], []), 2n), 1);
    assert.equal(rootsInside(polynomial([1n, 4n, -1n, -4n], []), 2n), 2);
  });

  it('are not counted where one is on the circle', () => {
    assert.equal(rootsInside(polynomial([1n], []), 1n), null);
    assert.equal(rootsInside(polynomial([2n], [[3n, 4n]]), 5n), null);
    assert.equal(rootsInside(polynomial([-5n, 7n, 1n], []), 5n), null);
  });

  it('zero roots and none', () => {
    assert.equal(rootsInside(polynomial([0n, 0n, 3n], []), 2n), 2);
    assert.equal(rootsInside([1n], 1n), 0);
  });

  it('many of them, with coefficients of thousands of bits', () => {
    const scale = 1n << 200n;
    const real = Array.from({ length: 40 }, (_, i) => (scale * BigInt(2 * i + 1)) / 40n + BigInt(i));
    assert.equal(rootsInside(polynomial(real, []), scale), 20);
  });
});
