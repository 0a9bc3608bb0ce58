import assert from 'node:assert/strict';
import { coordinateOf } from '../../src/figures/projection';
import { svgPainter } from '../../src/figures/svgPainter';
import { darkTheme } from '../../src/figures/theme';
import {
  drawFocus,
  eventAt,
  focusHeight,
  layoutFocus,
  valueExtent,
  type FocusFigure,
} from '../../src/figures/timeline/focus';
import { curve, prepareTimeline } from '../../src/figures/timeline/prepare';
import { countedPlaces, percent } from '../../src/figures/timeline/words';
import { A } from '../webview/timelineStates';

const figure: FocusFigure = {
  prepared: prepareTimeline(A),
  view: [2040, 2160],
  coordinate: coordinateOf({ type: 'state', index: 0 }, 2, null),
  values: null,
  growth: null,
  show: { weightChange: false, simulated: true, persistence: false, exponents: false },
  selected: null,
  laneNames: true,
};

describe('the figures of a timeline', () => {
  it('keeps the extremes of each pixel column, whatever the number of samples', () => {
    const n = 100_000;
    const xs = Float64Array.from({ length: n }, (_, i) => i);
    const ys = Float64Array.from({ length: n }, () => 0);
    ys[54_321] = 7;
    ys[54_322] = -3;
    const drawn = curve(
      xs,
      ys,
      0,
      n - 1,
      (v) => (v * 500) / n,
      (v) => v,
    );
    // Four points for each of 500 columns, two numbers each.
    assert.ok(drawn.length <= 500 * 8);
    assert.ok(drawn.includes(7) && drawn.includes(-3));
  });

  it('places an event between its checkpoints and finds it there', () => {
    const { x, rows } = layoutFocus(1000, 560, figure);
    // 76 px of gutter, 14 at the right: 910 px for 120 epochs.
    assert.ok(Math.abs(x.to(2058.4) - (76 + (18.4 / 120) * 910)) < 1e-9);
    const lane = rows.get('events')!;
    assert.equal(eventAt(figure, 1000, 560, x.to(2058.4) + 2, lane.top + 5)?.id, 'c0');
    assert.equal(eventAt(figure, 1000, 560, x.to(2150), lane.top + 5), null);
  });

  it('gives families alive at the same time different hues, and fixed points their own', () => {
    const { branches } = figure.prepared;
    assert.equal(branches[0]!.hue, 'fixedPoint');
    assert.deepEqual(new Set(branches.slice(1).map(({ hue }) => hue)), new Set([0]));
    const together = A.branches.map((branch) =>
      branch.id === 'B4' ? { ...branch, samples: A.branches[1]!.samples } : branch,
    );
    const hues = prepareTimeline({ ...A, branches: together }).byId;
    assert.notEqual(hues.get('B2')!.hue, hues.get('B4')!.hue);
  });

  it('is not scaled by what comes from infinity', () => {
    const [low, high] = valueExtent(figure);
    const far = A.branches.map((branch) =>
      branch.id === 'B1'
        ? { ...branch, samples: branch.samples.map((s, i) => (i === 0 ? { ...s, points: [[-1e6, 0]] } : s)) }
        : branch,
    );
    const view = [0, 2160] as const;
    const [cut, top] = valueExtent({ ...figure, view, prepared: prepareTimeline({ ...A, branches: far }) });
    assert.ok(cut > low - 3 * (high - low), String(cut));
    assert.ok(top >= high - 0.1 * (high - low));
  });

  it('has a row for Lyapunov exponents where they are wanted and known', () => {
    const wanted = { ...figure, show: { ...figure.show, exponents: true } };
    assert.ok(layoutFocus(1000, 700, wanted).rows.has('exponents'));
    assert.ok(!layoutFocus(1000, 700, figure).rows.has('exponents'));
    assert.equal(focusHeight(wanted) - focusHeight(figure), 74);
    const unknown = A.checkpoints.map((c) => ({
      ...c,
      attractors: c.attractors.map((one) => ({ ...one, spectrum: null })),
    }));
    const prepared = prepareTimeline({ ...A, checkpoints: unknown });
    assert.ok(!layoutFocus(1000, 700, { ...wanted, prepared }).rows.has('exponents'));
  });

  it('draws to SVG without a number that is none', () => {
    const painter = svgPainter(1000, 560, darkTheme, 'timeline');
    drawFocus(painter, figure, darkTheme);
    const svg = painter.toSvg();
    assert.ok(svg.includes('>13</text>') && !/NaN|Infinity|undefined/.test(svg));
  });

  it('counts checkpoints, offsets and models by their names', () => {
    const count = A.checkpoints.length;
    assert.equal(countedPlaces(A), `${String(count)} checkpoints`);
    assert.equal(countedPlaces({ ...A, axis: 'offset' }), `${String(count)} offsets`);
    assert.equal(countedPlaces({ ...A, run: { ...A.run, pair: ['a', 'b'] } }), `${String(count)} models`);
  });

  it('says changes of the loss in per cent', () => {
    // ln 1.5 is a rise by half.
    assert.equal(percent(Math.log(1.5)), '+50.0 %');
    assert.equal(percent(Math.log(0.75)), '−25.0 %');
  });
});
