import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ParameterMatrix } from '../../src/core/report/scene';
import { toFigureObjects } from '../../src/figures/objects';
import {
  drawSpectrum,
  hitSpectrum,
  layoutSpectrum,
  perStep,
  plotted,
  unplotted,
  type SpectrumFigure,
} from '../../src/figures/spectrum';
import { darkTheme, lightTheme } from '../../src/figures/theme';
import {
  drawTimeSeries,
  layoutTimeSeries,
  phaseOf,
  type TimeSeriesFigure,
} from '../../src/figures/timeSeries';
import {
  cellAt,
  divergingColor,
  drawWeights,
  histogramOf,
  layoutLarge,
  layoutTiles,
} from '../../src/figures/weights';
import { luminance } from '../../src/figures/color';
import { loadFixture } from './fixtures';
import { recorder } from './recorder';

const vdp = loadFixture('vdp');
const lorenz = loadFixture('lorenz');
const objects = toFigureObjects(vdp.cycles);

describe('spectrum', () => {
  const figure: SpectrumFigure = { objects, selected: null, perStep: false, compact: true, view: null };

  it('per step takes the k-th root of the modulus and keeps the argument', () => {
    const step = perStep({ re: 0, im: 8 }, 3);
    assert.ok(Math.abs(step.im - 2) < 1e-12 && Math.abs(step.re) < 1e-12);
    assert.deepEqual(perStep({ re: 0, im: 0 }, 3), { re: 0, im: 0 });
  });

  it('squeezes huge moduli invertibly and leaves the unit disc alone', () => {
    assert.deepEqual(plotted({ re: 0.3, im: -0.4 }, true), [0.3, -0.4]);
    assert.ok(Math.abs(plotted({ re: -1000, im: 0 }, true)[0] + 4) < 1e-12);
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        (re, im) => {
          const back = unplotted(...plotted({ re, im }, true), true);
          assert.ok(Math.hypot(back.re - re, back.im - im) <= 1e-9 * (1 + Math.hypot(re, im)));
        },
      ),
    );
  });

  it('labels objects with their spectral radius and hits what it drew', () => {
    const painter = recorder(400, 380);
    drawSpectrum(painter, figure, darkTheme);
    const shown = painter.calls.flatMap((call) => (call.kind === 'text' ? [call.text] : []));
    for (const text of ['FP1 1.034', 'C13a 0.437', 'C13b 1.354', 'Re λ', 'Im λ', '1', '−1', 'i', '−i'])
      assert.ok(shown.includes(text), text);
    const layout = layoutSpectrum(400, 380, figure);
    const { re, im } = vdp.cycles[0]!.multipliers[0]!;
    assert.equal(hitSpectrum(layout, figure, layout.x.to(re), layout.y.to(im))?.id, 'FP1');
  });

  it('says when the radius is logarithmic', () => {
    const large = { ...objects[1]!, multipliers: [{ re: 1e5, im: 0 }], spectralRadius: 1e5 };
    const painter = recorder(400, 380);
    drawSpectrum(painter, { ...figure, objects: [large] }, darkTheme);
    assert.ok(painter.calls.some((call) => call.kind === 'text' && call.text.includes('logarithmic')));
  });
});

describe('time series', () => {
  const figure: TimeSeriesFigure = {
    stateDim: 2,
    rows: [
      { type: 'state', index: 0 },
      { type: 'state', index: 1 },
    ],
    scene: vdp.scene,
    objects,
    selected: null,
    trajectories: [{ id: 't', trajectory: vdp.trajectory }],
    compact: false,
    view: null,
  };

  it('has one row per coordinate, holding all values, and a strip of the units', () => {
    const layout = layoutTimeSeries(600, 400, figure);
    assert.equal(layout.rows.length, 2);
    layout.rows.forEach(({ y }, i) => {
      for (const point of vdp.trajectory.points)
        assert.ok(point[i]! >= y.domain[0] && point[i]! <= y.domain[1]);
    });
    assert.equal(layout.strip?.units, 2);
    assert.equal(layout.steps, 78);
    assert.ok(layout.rows[1]!.frame.top + layout.rows[1]!.frame.height < layout.strip.frame.top);
  });

  it('repeats a cycle in the phase of the trajectory that settled on it', () => {
    const cycle = objects[1]!;
    const k = cycle.points.length;
    const trajectory = {
      points: Array.from({ length: 31 }, (_, t) => cycle.points[(t + 5) % k]!),
      regions: Array.from({ length: 31 }, () => '11'),
      settledOn: cycle.id,
    };
    assert.equal(phaseOf(cycle, [{ id: 't', trajectory }]), 5);
    assert.equal(phaseOf(cycle, []), 0);
  });

  it('says what to do when there is nothing to show', () => {
    const painter = recorder(500, 300);
    drawTimeSeries(painter, { ...figure, trajectories: [] }, darkTheme);
    assert.ok(painter.calls.some((call) => call.kind === 'text' && /launch a trajectory/.test(call.text)));
  });
});

describe('weights', () => {
  const matrix = (rows: number, columns: number): ParameterMatrix => ({
    name: 'W',
    tensor: 'w',
    rows,
    columns,
    values: Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
    statistics: {
      min: -1,
      max: 1,
      mean: 0,
      std: 1,
      norm: 1,
      spectralRadius: null,
      rank: null,
      condition: null,
    },
  });

  it('colours are symmetric in strength, differ in sign, and leave zero near the paper', () => {
    for (const theme of [darkTheme, lightTheme]) {
      assert.notEqual(divergingColor(1, 1, theme), divergingColor(-1, 1, theme));
      const away = (value: number) =>
        Math.abs(luminance(divergingColor(value, 1, theme)) - luminance(theme.paper));
      assert.ok(away(0) < 0.12);
      assert.ok(away(0.2) < away(0.6) && away(0.6) < away(1));
      assert.ok(away(-0.2) < away(-0.6) && away(-0.6) < away(-1));
      assert.equal(divergingColor(0, 0, theme), divergingColor(0, 1, theme));
    }
  });

  it('finds the cell under a pixel, also when zoomed', () => {
    const m = matrix(12, 30);
    for (const view of [null, { columns: [4, 14] as const, rows: [2, 9] as const }]) {
      const layout = layoutLarge(900, 500, m, view);
      const column = 7;
      const row = 5;
      const px = layout.map.left + (column - layout.view.columns[0] + 0.5) * layout.cell[0];
      const py = layout.map.top + (row - layout.view.rows[0] + 0.5) * layout.cell[1];
      assert.deepEqual(cellAt(layout, m, px, py), [row, column]);
      assert.equal(cellAt(layout, m, 2, 2), null);
    }
  });

  it('tiles neither overlap nor leave the page', () => {
    for (const [width, height] of [
      [900, 600],
      [500, 700],
      [360, 500],
    ] as const) {
      const tiles = layoutTiles(width, height, lorenz.weights);
      assert.equal(tiles.length, lorenz.weights.length);
      tiles.forEach(({ frame }, i) => {
        assert.ok(frame.left >= 0 && frame.left + frame.width <= width);
        for (const { frame: other } of tiles.slice(i + 1))
          assert.ok(
            frame.left + frame.width <= other.left ||
              other.left + other.width <= frame.left ||
              frame.top + frame.height <= other.top ||
              other.top + other.height <= frame.top,
          );
      });
    }
  });

  it('counts every entry in the histogram', () => {
    const { counts, lo, hi } = histogramOf([-1, 0, 0.5, 1, 1, NaN]);
    assert.equal(
      counts.reduce((a, b) => a + b),
      5,
    );
    assert.deepEqual([lo, hi], [-1, 1]);
    assert.deepEqual(histogramOf([2, 2]).counts, [2]);
  });

  it('draws a 1000 x 1000 matrix as blocks', () => {
    const big = matrix(1000, 1000);
    const painter = recorder(800, 600);
    const begin = performance.now();
    drawWeights(painter, { matrices: [big], parameter: 'W', view: null }, darkTheme);
    assert.ok(performance.now() - begin < 1500);
    assert.ok(painter.calls.length < 60000, String(painter.calls.length));
  });
});
