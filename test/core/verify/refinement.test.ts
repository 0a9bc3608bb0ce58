import assert from 'node:assert/strict';
import { random } from '../../../src/core/random';
import { integerMap, reduceRows } from '../../../src/core/verify/exact';
import { Complementarity } from '../../../src/core/verify/complementarity';
import { solveRefined } from '../../../src/core/verify/refinement';
import { build } from '../systems';

const never = (): boolean => false;

describe('linear systems in fixed point', () => {
  it('hold the exact solutions within their bounds', () => {
    const source = random(21);
    for (let trial = 0; trial < 60; trial++) {
      const N = 2 + source.below(7);
      const bits = 100 + source.below(200);
      const entries = Array.from({ length: N }, () =>
        Array.from({ length: N + 2 }, () => BigInt(Math.round(2 ** 40 * (source.uniform() - 0.5)))),
      );
      // Nearly dependent rows in some: condition numbers up to 1e9.
      if (trial % 3 === 0) entries[0] = entries[1]!.map((v, j) => v + (j === 0 ? 1n << 12n : 0n));
      const M = entries.map((row) => row.slice(0, N).map((value, column) => ({ column, value })));
      const solved = solveRefined(
        M,
        entries.map((row) => row.slice(N)),
        1n << 40n,
        BigInt(bits),
        never,
      );
      assert.ok(solved);
      const { denominator } = reduceRows(entries, N);
      for (let c = 0; c < 2; c++) {
        assert.ok(solved.errors[c]! <= 64n, String(solved.errors[c]));
        for (let i = 0; i < N; i++) {
          const difference = (entries[i]![N + c]! << BigInt(bits)) - solved.X[i]![c]! * denominator;
          const size = difference < 0n ? -difference : difference;
          assert.ok(size <= solved.errors[c]! * (denominator < 0n ? -denominator : denominator));
        }
      }
    }
  });

  it('are given up where the matrix is singular within rounding', () => {
    const rows = [
      [1n, 2n],
      [2n, 4n],
    ].map((row) => row.map((value, column) => ({ column, value })));
    assert.equal(solveRefined(rows, [[1n], [1n]], 1n, 100n, never), null);
  });

  it('say of 120 coordinates what follows by hand, zeros being zeros', () => {
    // z_0' = -relu(z_0 + 1/2), and a shift register of 29 states with random weights behind it.
    const source = random(22);
    const n = 30;
    const A = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_c, j) => Number(j === i - 1) * source.uniform()),
    );
    const map = integerMap(
      build(
        A,
        Array.from({ length: n }, (_, i) => [i === 0 ? -1 : 0]),
        [Array.from({ length: n }, (_, j) => Number(j === 0))],
        [0.5],
        new Array<number>(n).fill(0),
      ),
    );
    // p_t = 1/2 - s_(t-1) with s = relu(p), so that o_t = s_t - p_t = -1/2 + s_t + s_(t-1).
    const k = 4;
    const problem = new Complementarity(map, k, new Array<number>(k).fill(0));
    assert.equal(problem.within([1, 1], Int8Array.of(0, 0, -1, -1), 1e6), 'everywhere');
    assert.throws(() => problem.within([1, 1], Int8Array.of(0, -1, -1, -1), 1e6));
    assert.throws(() => problem.within([1, -1], Int8Array.of(0, 0, -1, -1), 1e6));
  });
});
