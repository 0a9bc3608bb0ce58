import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  drawXAxis,
  drawYAxis,
  linearScale,
  textWidth,
  tickAim,
  tickAt,
  tickLabels,
  ticks,
} from '../../src/figures/axes';
import { lightTheme } from '../../src/figures/theme';
import { recorder } from './recorder';

describe('axes', () => {
  it('chooses between three and eight ticks at readable steps, inside the interval', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 3, max: 8 }),
        (lo, length, aim) => {
          const hi = lo + length;
          const { values: distances, step, base = 0 } = ticks(lo, hi, aim);
          const values = distances.map((distance) => base + distance);
          assert.ok(values.length >= 3 && values.length <= 8, `${String(values.length)} ticks`);
          const lead = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
          assert.ok(
            [1, 2, 2.5, 5].some((factor) => Math.abs(lead - factor) < 1e-6),
            `step ${String(step)}`,
          );
          for (const value of values) assert.ok(value >= lo - 1e-6 * length && value <= hi + 1e-6 * length);
          for (const value of distances) assert.ok(Math.abs(value / step - Math.round(value / step)) < 1e-4);
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

  it('counts from a number in an interval that is short beside its values', () => {
    // 64 units in the last place of numbers between 1/4 and 1/2 (2^-54 each) around 0.45.
    const [lo, hi] = [0.45 - 32 * 2 ** -54, 0.45 + 32 * 2 ** -54];
    const marks = ticks(lo, hi, 5);
    assert.equal(marks.base, 0.45);
    assert.deepEqual(tickLabels(marks, 'z₁', 46), {
      labels: ['−1.5', '−1.0', '−0.5', '0.0', '0.5', '1.0', '1.5'],
      title: '(z₁ − 0.45) · 10¹⁵',
    });
    const scale = linearScale([lo, hi], [0, 640]);
    // Ten pixels to a unit in the last place; 0.5 * 10^-15 is 9.007 of them.
    const at = marks.values.map((value) => tickAt(scale, marks, value));
    assert.ok(Math.abs(at[3]! - 320) < 1e-9 && Math.abs(at[4]! - at[3]! - 5e-15 / 2 ** -54) < 1e-6);
  });

  it('says a number in the title only where labels would not say it', () => {
    assert.deepEqual(tickLabels(ticks(1234.5, 1234.51, 3), '', 46), {
      labels: ['0.000', '0.005', '0.010'],
      title: 'value − 1234.5',
    });
    assert.deepEqual(tickLabels(ticks(-2e-5, 2e-5, 3), 'z₂', 46), {
      labels: ['−2', '0', '2'],
      title: 'z₂ · 10⁵',
    });
    assert.deepEqual(tickLabels(ticks(-1, 1, 3), 'z₂', 46), { labels: ['−1', '0', '1'], title: 'z₂' });
    assert.deepEqual(tickLabels(ticks(-2e-5, 2e-5, 3), 'z₂', 90).title, 'z₂');
  });

  it('keeps labels apart and different in every interval, however short', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: -17, max: 8, noNaN: true }),
        fc.integer({ min: 40, max: 1200 }),
        (lo, exponent, pixels) => {
          const hi = lo + Math.max(1, Math.abs(lo)) * 10 ** exponent;
          if (!(hi > lo)) return;
          const frame = { left: 56, top: 30, width: pixels, height: pixels };
          for (const [horizontal, draw, range] of [
            [true, drawXAxis, [56, 56 + pixels]],
            [false, drawYAxis, [30 + pixels, 30]],
          ] as const) {
            const painter = recorder();
            const marks = ticks(lo, hi, tickAim(pixels, horizontal ? 84 : 48));
            draw(painter, frame, linearScale([lo, hi], range), marks, '', lightTheme);
            const texts = painter.calls.filter((call) => call.kind === 'text');
            const labels = texts.filter(({ style }) => style.align === (horizontal ? 'middle' : 'end'));
            assert.ok(labels.length > 0);
            assert.equal(new Set(labels.map(({ text }) => text)).size, labels.length);
            labels.forEach(({ text, xy, style }, i) => {
              const width = textWidth(text, style.size ?? 11);
              if (!horizontal) assert.ok(xy[0]! - width >= 0, `${text} leaves the figure`);
              const before = labels[i - 1];
              if (!before) return;
              const [distance, needed] = horizontal
                ? [xy[0]! - before.xy[0]!, (width + textWidth(before.text, 11)) / 2]
                : [before.xy[1]! - xy[1]!, 11];
              assert.ok(distance >= needed, `${before.text} and ${text} overlap`);
            });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
