import assert from 'node:assert/strict';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { symbolicDynamics } from '../../../src/core/stateSpace/symbols';

/** Skew tent z' = 1 + 1.5 z for z <= 0, 1 - 2 z for z > 0. */
const tent: CanonicalMap = {
  n: 1,
  L: 1,
  A: Float64Array.of(1.5),
  B: Float64Array.of(-3.5),
  C: Float64Array.of(1),
  d: Float64Array.of(0),
  g: Float64Array.of(1),
};
const options = { transient: 100, steps: 5000, bound: 1e6, most: 10, stop: () => false };

describe('symbolic dynamics', () => {
  it('counts regions and transitions of an orbit known by hand', () => {
    // From z = 0 on the 3-cycle 0 -> 1 -> -1 -> -0.5 -> 0.25 -> ..: not periodic; counts must be consistent.
    const seen = symbolicDynamics(tent, { ...options, starts: [[0.1], [0.2]] });
    assert.equal(seen.orbits, 2);
    assert.equal(seen.steps, 10000);
    assert.equal(seen.met, 2);
    assert.ok(Math.abs(seen.regions.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
    assert.equal(
      seen.transitions.reduce((sum, { count }) => sum + count, 0),
      2 * 4999,
    );
    const slopes = new Map(seen.regions.map(({ region, determinant }) => [region, determinant]));
    assert.equal(slopes.get('0'), 1.5);
    assert.equal(slopes.get('1'), -2);
  });

  it("knows a cycle by its transitions: z' = 1 - 0.5 z rests in one region", () => {
    const calm = { ...tent, A: Float64Array.of(-0.5), B: Float64Array.of(0) };
    const seen = symbolicDynamics(calm, { ...options, starts: [[5]] });
    assert.deepEqual(seen.transitions, [{ from: 0, to: 0, count: 4999 }]);
    assert.equal(seen.regions[0]!.region, '1');
  });

  it('leaves out what diverges, and says so', () => {
    const wild = { ...tent, A: Float64Array.of(3), B: Float64Array.of(0) };
    const seen = symbolicDynamics(wild, { ...options, starts: [[1], [-0.5]] });
    // -0.5 is the fixed point of z' = 1 + 3 z, in exact arithmetic and in doubles.
    assert.deepEqual([seen.orbits, seen.divergent], [1, 1]);
  });
});
