import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatComplex,
  formatMultipliers,
  formatNumber,
  formatTick,
  formatVector,
  scientific,
  stepDecimals,
  subscript,
} from '../../src/figures/format';

describe('format', () => {
  it('uses fixed decimals and the true minus sign', () => {
    assert.equal(formatNumber(-0.130781, 5), '−0.13078');
    assert.equal(formatNumber(1.0339318, 3), '1.034');
    assert.equal(formatNumber(0, 3), '0.000');
    assert.equal(formatNumber(999999.4, 1), '999999.4');
  });

  it('goes to powers of ten where fixed decimals say nothing', () => {
    assert.equal(formatNumber(8e-17, 4), '8 × 10⁻¹⁷');
    assert.equal(formatNumber(-1.5e12, 4), '−1.5 × 10¹²');
    assert.equal(scientific(1.25e-16, 1), '1.3 × 10⁻¹⁶');
    assert.equal(scientific(100, 2), '1 × 10²');
    assert.equal(scientific(0), '0');
  });

  it('names what is no number', () => {
    assert.equal(formatNumber(NaN, 3), 'not a number');
    assert.equal(formatNumber(-Infinity, 3), '−∞');
  });

  it('never shows a nonzero number as zero', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 1, max: 6 }),
        (value, decimals) => value === 0 || !/^−?0\.0+$/.test(formatNumber(value, decimals)),
      ),
    );
  });

  it('writes conjugate pairs once', () => {
    const pair = [
      { re: 0.35281866, im: 0.25798516 },
      { re: 0.35281866, im: -0.25798516 },
      { re: -0.1, im: 0 },
    ];
    assert.equal(formatComplex(pair[0]!, 4), '0.3528 ± 0.2580 i');
    assert.deepEqual(formatMultipliers(pair, 4), ['0.3528 ± 0.2580 i', '−0.1000']);
  });

  it('gives ticks the decimals of their step', () => {
    assert.equal(stepDecimals(0.25), 2);
    assert.equal(stepDecimals(0.1), 1);
    assert.equal(stepDecimals(20), 0);
    assert.equal(formatTick(0.30000000000000004, 0.1), '0.3');
    assert.equal(formatTick(-1e-17, 0.2), '0.0');
    assert.equal(formatTick(-0.25, 0.25), '−0.25');
    assert.equal(formatTick(2e6, 1e6), '2 × 10⁶');
  });

  it('cuts long vectors and says how long they are', () => {
    assert.equal(formatVector([1, -2], 1), '(1.0, −2.0)');
    assert.equal(formatVector([1, 2, 3, 4], 0, 2), '(1, 2, … 4 in all)');
    assert.equal(subscript(12), '₁₂');
  });
});
