import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linearScale, ticks } from '../../src/figures/axes';

describe('axes', () => {
  it('chooses between three and eight ticks at readable steps, inside the interval', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 3, max: 8 }),
        (lo, length, aim) => {
          const hi = lo + length;
          const { values, step } = ticks(lo, hi, aim);
          assert.ok(values.length >= 3 && values.length <= 8, `${String(values.length)} ticks`);
          const lead = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
          assert.ok(
            [1, 2, 2.5, 5].some((factor) => Math.abs(lead - factor) < 1e-6),
            `step ${String(step)}`,
          );
          for (const value of values) {
            assert.ok(value >= lo - 1e-6 * length && value <= hi + 1e-6 * length);
            assert.ok(Math.abs(value / step - Math.round(value / step)) < 1e-4);
          }
        },
      ),
    );
  });

  it('picks the obvious ones', () => {
    assert.deepEqual(ticks(0, 1, 6).values, [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
    assert.ok(ticks(0, 10, 5, true).values.every(Number.isInteger));
    assert.ok(ticks(0, 3, 8, true).values.every(Number.isInteger));
  });

  it('survives empty and infinite intervals', () => {
    assert.deepEqual(ticks(1, 1).values, [1]);
    assert.deepEqual(ticks(-Infinity, 0).values, []);
    assert.equal(linearScale([2, 2], [0, 10]).to(2), 0);
  });

  it('scales and inverts', () => {
    const scale = linearScale([-1, 3], [100, 20]);
    assert.equal(scale.to(-1), 100);
    assert.equal(scale.to(3), 20);
    fc.assert(
      fc.property(fc.double({ min: -1e3, max: 1e3, noNaN: true }), (value) => {
        assert.ok(Math.abs(scale.from(scale.to(value)) - value) < 1e-9);
      }),
    );
  });
});
