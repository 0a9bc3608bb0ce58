import assert from 'node:assert/strict';
import type { LossPoint } from '../../../src/core/report/timeline';
import { lossJumps, median } from '../../../src/core/training/jumps';

const series = (values: readonly (number | null)[]): LossPoint[] =>
  values.map((loss, index) => ({ epoch: 10 + index, loss, gradNorm: null }));

describe('loss jumps', () => {
  // ln L steps by hand: -0.01, -0.03 in turn, and one of +1. The median is -0.01, the MAD 0.02 of the steps
  // (|step + 0.01| is 0, 0.02, 0, 0.02, .., 1.01), so z of the jump is 1.01 / (1.4826 x 0.02) = 34.06.
  it('are steps of ln L that are large and far outside the usual', () => {
    const logs = [0, -0.01, -0.04, -0.05, 0.95, 0.94, 0.91, 0.88];
    const steps = [-0.01, -0.03, -0.01, 1, -0.01, -0.03, -0.03];
    const centre = median(steps);
    assert.equal(centre, -0.01);
    const [jump, ...others] = lossJumps(series(logs.map(Math.exp)));
    assert.equal(others.length, 0);
    assert.equal(jump?.epoch, 14);
    assert.ok(Math.abs(jump.change - 1) < 1e-12);
    assert.ok(Math.abs(jump.z - 1.01 / (1.4826 * 0.02)) < 1e-6);
  });
  it('keep their direction', () => {
    const logs = [0, -0.01, -0.03, -0.04, -1.04, -1.05, -1.07, -1.08];
    assert.deepEqual(
      lossJumps(series(logs.map(Math.exp))).map(({ epoch, change }) => [epoch, change < 0]),
      [[14, true]],
    );
  });
  it('are no slow trend of a run without noise, however far outside it is', () => {
    // Steps 0.001 and, once, 0.05: z is enormous, the change below 0.1.
    const logs = Array.from({ length: 40 }, (_, i) => 0.001 * i + (i > 20 ? 0.05 : 0));
    assert.deepEqual(lossJumps(series(logs.map(Math.exp))), []);
    assert.equal(lossJumps(series(logs.map(Math.exp)), { change: 0.01, z: 8 }).length, 1);
  });
  it('are not made up around gaps and losses that have no logarithm', () => {
    const rows = series([1, 1.01, null, 5, 5.05, 0, 1, 1.01, 1.02]);
    assert.deepEqual(lossJumps(rows), []);
    assert.deepEqual(lossJumps([]), []);
    assert.deepEqual(lossJumps(series([1])), []);
  });
  it('stand out of a constant loss', () => {
    const [jump] = lossJumps(series([1, 1, 1, 1, 2, 2, 2]));
    assert.equal(jump?.epoch, 14);
    assert.ok(Number.isFinite(jump.z));
  });
});
