import assert from 'node:assert/strict';
import { contrast } from '../../src/figures/color';
import { drawMarks, leftHalf, markOutline, type Fill } from '../../src/figures/marks';
import { hueOf, partnersOf } from '../../src/figures/objects';
import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme } from '../../src/figures/theme';
import { loadFixture } from './fixtures';
import { recorder } from './recorder';

/** Shoelace formula. */
function area(xy: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < xy.length; i += 2) {
    const j = (i + 2) % xy.length;
    sum += xy[i]! * xy[j + 1]! - xy[j]! * xy[i + 1]!;
  }
  return Math.abs(sum) / 2;
}

function draw(order: number, fill: Fill) {
  const painter = recorder();
  drawMarks(painter, [10, 20], { order, fill, color: '#e69f00', paper: '#1f1f1f', radius: 6 });
  return painter.calls;
}

describe('marks', () => {
  it('have as many corners as their order, from 3 to 6; a diamond from 7 on', () => {
    for (const order of [3, 4, 5, 6]) assert.equal(markOutline(order, 6).length / 2, order);
    const diamond = markOutline(13, 6);
    assert.equal(diamond.length / 2, 4);
    assert.deepEqual(markOutline(7, 6), markOutline(60, 6));
    // On its tip: a corner straight above.
    assert.equal(diamond[0], 0);
    assert.ok(diamond[1]! < 0);
    // The square of order 4 lies on its side instead.
    assert.ok(Math.abs(markOutline(4, 6)[0]!) > 1);
  });

  it('are about equally large and centred', () => {
    const disc = Math.PI * 36;
    for (const order of [1, 2, 3, 4, 5, 6, 7]) {
      const share = area(markOutline(order, 6)) / disc;
      assert.ok(share > 0.55 && share < 1.15, `order ${String(order)}: ${String(share)}`);
    }
    // The lens is upright.
    const lens = markOutline(2, 6);
    const reach = (offset: number) => Math.max(...lens.filter((_, i) => i % 2 === offset).map(Math.abs));
    assert.ok(reach(1) > 1.5 * reach(0));
  });

  it('half fill is exactly the left half', () => {
    for (const order of [1, 2, 4, 6, 9]) {
      const outline = markOutline(order, 6);
      const half = leftHalf(outline);
      for (let i = 0; i < half.length; i += 2) assert.ok(half[i]! <= 1e-12);
      assert.ok(Math.abs(area(half) - area(outline) / 2) < 1e-9, `order ${String(order)}`);
    }
  });

  it('fill tells stability; interiors are paper, never transparent', () => {
    assert.equal(draw(7, 'stable')[0]?.kind === 'polygon' && draw(7, 'stable').length, 1);
    for (const order of [1, 2, 5, 8])
      for (const fill of ['stable', 'saddle', 'unstable', 'marginal', 'boundary'] as const) {
        const first = draw(order, fill)[0]!;
        assert.ok(first.kind === 'circle' || first.kind === 'polygon');
        assert.equal(first.fill, fill === 'stable' ? '#e69f00' : '#1f1f1f');
        assert.equal(first.stroke?.color, '#e69f00');
      }
    const drawings = (['stable', 'saddle', 'unstable', 'marginal', 'boundary'] as const).map((fill) =>
      JSON.stringify(draw(1, fill)),
    );
    assert.equal(new Set(drawings).size, 5);
  });
});

describe('hues', () => {
  it('partners share a family: the two 13-cycles differ in one of 26 bits', () => {
    const { cycles } = loadFixture('vdp');
    const hues = hueOf(cycles);
    assert.deepEqual(
      [...hues],
      [
        ['FP1', 'fixedPoint'],
        ['C13a', 0],
        ['C13b', 0],
      ],
    );
    assert.deepEqual(
      partnersOf(
        cycles,
        cycles.find(({ id }) => id === 'C13b')!,
      ),
      ['C13a'],
    );
  });

  it('families take the hues in order and begin again; rotations count as equal', () => {
    const cycle = (id: string, ...regions: string[]) => ({ id, order: regions.length, regions });
    const hues = hueOf([
      cycle('a', '000', '111'),
      cycle('b', '001', '010'),
      cycle('c', '110', '000'), // one bit from a after a rotation
      cycle('d', '1000', '1000', '1111'),
      cycle('e', '0000', '0110', '0110'),
      cycle('f', '1110', '1110', '0001'),
    ]);
    assert.deepEqual([...hues.values()], [0, 1, 0, 2, 3, 0]);
  });
});

describe('themes', () => {
  for (const [name, theme] of Object.entries({
    darkTheme,
    lightTheme,
    highContrastTheme,
    highContrastLightTheme,
  }))
    it(`${name}: marks have contrast 3, text 4.5`, () => {
      for (const color of [theme.fixedPoint, ...theme.families, theme.axis])
        assert.ok(contrast(color, theme.paper) >= 3, color);
      for (const color of [theme.ink, theme.ink2, theme.fixedPointText, ...theme.familiesText])
        assert.ok(contrast(color, theme.paper) >= 4.5, color);
    });
});
