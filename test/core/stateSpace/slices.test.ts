import assert from 'node:assert/strict';
import { onPlane, planeThrough } from '../../../src/core/stateSpace/slices';

describe('a plane through three states', () => {
  it('has the first at its origin, the second on its x axis, the third above it', () => {
    const [a, b, c] = [
      [1, 1, 0],
      [1, 4, 4],
      [3, 1, 0],
    ] as const;
    // b - a = (0, 3, 4) of length 5; c - a = (2, 0, 0) is orthogonal to it.
    const plane = planeThrough(a, b, c)!;
    assert.deepEqual(plane, { origin: a, u: [0, 0.6, 0.8], v: [1, 0, 0] });
    assert.deepEqual(onPlane(plane, a), [0, 0]);
    assert.deepEqual(onPlane(plane, c), [2, 0].toReversed());
    const [x, y] = onPlane(plane, b);
    assert.ok(Math.abs(x - 5) < 1e-14 && Math.abs(y) < 1e-14);
  });

  it('does not exist where they lie on a line', () => {
    assert.equal(planeThrough([0, 0, 0], [1, 2, 3], [2, 4, 6]), null);
    assert.equal(planeThrough([1, 1], [1, 1], [0, 2]), null);
  });
});
