import assert from 'node:assert/strict';
import { verifyWord } from '../../../src/core/detect/verify';
import { build } from '../systems';

const bits = (...words: string[]): Uint8Array[] => words.map((w) => Uint8Array.from(w, Number));

/** z' = a z + 1 for z <= 0, b z + 1 for z > 0. */
const skewTent = (a: number, b: number): ReturnType<typeof build> => build([[a]], [[b - a]], [[1]], [0], [1]);

describe('verifyWord', () => {
  // Slopes 1.5 and -1.5, by hand: fixed points 1/(1-1.5) = -2 and 1/2.5 = 0.4; the 2-cycle solves
  // z = 1.5 (-1.5 z + 1) + 1, so z = 2.5/3.25, with multiplier -2.25.
  it('solves the skew tent map', () => {
    const left = verifyWord(skewTent(1.5, -1.5), bits('0'), 2, 'test');
    assert.ok(left.kind === 'cycle');
    assert.equal(left.cycle.points[0]![0], -2);
    assert.equal(left.cycle.stability, 'unstable');
    const two = verifyWord(skewTent(1.5, -1.5), bits('0', '1'), 2, 'test');
    assert.ok(two.kind === 'cycle');
    assert.ok(Math.abs(two.cycle.points[1]![0]! - 2.5 / 3.25) < 1e-15);
    assert.ok(Math.abs(two.cycle.multipliers[0]!.re + 2.25) < 1e-14);
    assert.ok(two.cycle.residual < 1e-15 && two.cycle.verified);
    // |2.5/3.25| > |1 - 1.5 * 2.5/3.25|: the nearest border is at the left point.
    assert.deepEqual(two.cycle.nearestBorder, { point: 0, unit: 0 });
    assert.ok(Math.abs(two.cycle.margin! - Math.abs(1 - (1.5 * 2.5) / 3.25)) < 1e-15);
  });
  it('calls solutions outside their regions virtual', () => {
    // Slopes 0.5 and -1.5: the left branch's fixed point would be 1/(1-0.5) = 2 > 0.
    assert.equal(verifyWord(skewTent(0.5, -1.5), bits('0'), 1, 'test').kind, 'virtual');
  });
  it('calls I - M = 0 singular and border points boundary points', () => {
    assert.equal(verifyWord(skewTent(1, -1.5), bits('0'), 1, 'test').kind, 'singular');
    // z' = 0.5 z + relu(z): 0 is fixed and lies on the border.
    const zero = verifyWord(build([[0.5]], [[1]], [[1]], [0], [0]), bits('0'), 1, 'test');
    assert.ok(zero.kind === 'boundary');
    assert.deepEqual(zero.point.units, [0]);
  });
  it('names saddles and marginal objects', () => {
    const saddle = verifyWord(
      build(
        [
          [2, 0],
          [0, 0.5],
        ],
        [[0], [0]],
        [[1, 0]],
        [5],
        [1, 1],
      ),
      bits('1'),
      2,
      'test',
    );
    assert.ok(saddle.kind === 'cycle');
    assert.equal(saddle.cycle.stability, 'saddle');
    assert.equal(saddle.cycle.unstableDirections, 1);
    // A rotation by 90 degrees: multipliers +-i exactly.
    const center = verifyWord(
      build(
        [
          [0, -1],
          [1, 0],
        ],
        [[0], [0]],
        [[1, 0]],
        [5],
        [1, 1],
      ),
      bits('1'),
      2,
      'test',
    );
    assert.ok(center.kind === 'cycle');
    assert.equal(center.cycle.stability, 'marginal');
  });
  it('keeps residuals at rounding level along strongly expanding orbits', () => {
    // Both branches of slopes 8 and -8 map onto [-1/7, 1] from within it: a full shift, every itinerary is real.
    // The multiplier of a 12-cycle is -(8^12).
    const word = bits(...Array.from({ length: 11 }, () => '1'), '0');
    const verdict = verifyWord(skewTent(8, -8), word, 1, 'test');
    assert.ok(verdict.kind === 'cycle');
    assert.ok(Math.abs(verdict.cycle.multipliers[0]!.re / -(8 ** 12) - 1) < 1e-13);
    assert.ok(verdict.cycle.residual < 1e-14);
  });
});
