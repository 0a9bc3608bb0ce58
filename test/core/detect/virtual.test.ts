import assert from 'node:assert/strict';
import { whereabouts } from '../../../src/core/detect/virtual';
import { build } from '../systems';

describe("whereabouts of a word's solution", () => {
  // By hand: z' = 1 - 2 relu(z) has the fixed point 1/3 (active) and, with the unit off, 1, which is not there.
  const tent = build([[0]], [[-2]], [[1]], [0], [1]);
  const [off, on] = [Uint8Array.of(0), Uint8Array.of(1)];

  it('is inside or outside where that is certain', () => {
    assert.equal(whereabouts(tent, [on]), 'inside');
    assert.equal(whereabouts(tent, [off]), 'outside');
    // -1 -> 1 -> -1.
    assert.equal(whereabouts(tent, [off, on]), 'inside');
  });

  it('is open on a border and where the equations are singular', () => {
    assert.equal(whereabouts(build([[0.5]], [[1]], [[1]], [0], [0]), [off]), 'open');
    assert.equal(whereabouts(build([[1]], [[1]], [[1]], [0], [0]), [off]), 'open');
  });

  it('does not count units without a border as being on one', () => {
    assert.equal(whereabouts(build([[0.5]], [[1]], [[0]], [0], [1]), [off]), 'inside');
  });
});
