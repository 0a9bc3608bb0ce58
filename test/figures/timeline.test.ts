import assert from 'node:assert/strict';
import { coordinateOf } from '../../src/figures/projection';
import { svgPainter } from '../../src/figures/svgPainter';
import { darkTheme } from '../../src/figures/theme';
import { portraitExtents, valueExtent } from '../../src/figures/timeline/extent';
import {
  drawFocus,
  eventAt,
  focusHeight,
  layoutFocus,
  type FocusFigure,
} from '../../src/figures/timeline/focus';
import { eventLanes, laneSigns } from '../../src/figures/timeline/eventLanes';
import { eventRows, rowCause, rowPlace } from '../../src/figures/timeline/eventRows';
import { logLabels } from '../../src/figures/timeline/logRow';
import { curve, firstView, prepareTimeline } from '../../src/figures/timeline/prepare';
import { countedPlaces, forcingWords, percent } from '../../src/figures/timeline/words';
import { linearScale } from '../../src/figures/axes';
import type { BifurcationEvent, Branch } from '../../src/core/report/timeline';
import { drawPortrait } from '../../src/figures/timeline/portrait';
import { recorder } from './recorder';
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
  beside: [],
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
    // 92 px of gutter, 20 at the right: 888 px for 120 epochs.
    assert.ok(Math.abs(x.to(2058.4) - (92 + (18.4 / 120) * 888)) < 1e-9);
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

  /** A fixed point that comes from infinity at epoch 2100 and is at these values at the checkpoints from 2102 on. */
  const withFar = (values: readonly number[]) => {
    const arrival: BifurcationEvent = {
      ...A.events.find(({ kind }) => kind === 'center')!,
      ...{
        id: 'i0',
        kind: 'dtb',
        epoch: 2100.5,
        born: ['B99'],
        branches: ['B99'],
        atInfinity: true,
        point: null,
      },
    };
    const sample = A.branches[0]!.samples[0]!;
    const far: Branch = {
      ...{ id: 'B99', order: 1, family: 99, from: 'i0', to: null },
      samples: [
        { ...sample, epoch: 2100.5, points: [[-1e8, 0]] },
        ...values.map((value, i) => ({ ...sample, epoch: 2102 + 2 * i, points: [[value, 1.2]] })),
      ],
    };
    return prepareTimeline({ ...A, branches: [...A.branches, far], events: [...A.events, arrival] });
  };

  it('scales to where a branch from infinity settles if that is near, else shows that it is beyond', () => {
    const [low, high] = valueExtent(figure);
    const height = high - low;
    const near = valueExtent({ ...figure, prepared: withFar(Array(20).fill(low - 0.5 * height)) });
    assert.ok(near[0] < low - 0.5 * height && near[0] > low - height, String(near[0]));
    const prepared = withFar([-90, -50, -28, ...Array<number>(17).fill(-28)]);
    assert.deepEqual(valueExtent({ ...figure, prepared }), [low, high]);
    const painter = svgPainter(1000, 620, darkTheme, 'timeline');
    drawFocus(painter, { ...figure, prepared }, darkTheme);
    // The value that comes nearest stands beside the arrow at the edge.
    assert.ok(painter.toSvg().includes('>−28</text>'));
  });

  it('has a phase portrait that reaches to a branch from infinity only if it is near in both coordinates', () => {
    const axes = [figure.coordinate, coordinateOf({ type: 'state', index: 1 }, 2, null)] as const;
    const usual = portraitExtents(figure.prepared, axes);
    // At (-0.9, 1.2): near in both. At (-28, 1.2) it is near in the second alone.
    const [across, up] = portraitExtents(withFar(Array<number>(20).fill(-0.9)), axes);
    assert.ok(across[0] < -0.9 && across[0] > -1.2);
    assert.ok(usual[1][1] < 1 && up[1] > 1.2);
    assert.deepEqual(portraitExtents(withFar(Array<number>(20).fill(-28)), axes), usual);
  });

  it('shows all objects of a rare checkpoint in its phase portrait', () => {
    const B1 = A.branches[0]!;
    const samples = B1.samples.map((s, i) => (i === 0 ? { ...s, points: [[0.4, 1.1]] } : s));
    const prepared = prepareTimeline({ ...A, branches: [{ ...B1, samples }] });
    const axes = [figure.coordinate, coordinateOf({ type: 'state', index: 1 }, 2, null)] as const;
    const extents = portraitExtents(prepared, axes);
    assert.ok(extents[1][1] < 1);
    const painter = recorder(400, 400);
    drawPortrait(painter, { prepared, epoch: 0, axes, extents, event: null }, darkTheme);
    const circles = painter.calls.filter(({ kind }) => kind === 'circle');
    // Below the top of the frame, where it would have been clipped.
    assert.ok(circles.length > 0 && circles.every(({ xy }) => xy[1]! > 26));
  });

  it('is not scaled by simulated orbits that escape', () => {
    const escaping = A.checkpoints.map((c) =>
      c.epoch === 2064 ? { ...c, fog: c.fog.map(([x, y]) => [1e14 + x!, 1e14 + y!]) } : c,
    );
    const prepared = prepareTimeline({ ...A, checkpoints: escaping });
    const coordinate = coordinateOf({ type: 'state', index: 1 }, 2, null);
    const whole = { ...figure, coordinate };
    assert.deepEqual(valueExtent({ ...whole, prepared }), valueExtent(whole));
    const axes = [figure.coordinate, coordinate] as const;
    const [across, up] = portraitExtents(prepared, axes);
    assert.ok(across[1] < 2 && up[1] < 2);
    // The simulated points, x = 0.4 + 0.6 sin i and y = 0.6 cos i, are in it: they are there at one checkpoint in six.
    assert.ok(across[0] < -0.19 && across[1] > 0.99 && up[0] < -0.59 && up[1] > 0.59);
    // What a fixed point does at the first two of 207 checkpoints is not.
    const [B1, ...others] = A.branches;
    const samples = B1!.samples.map((s, i) => (i < 2 ? { ...s, points: [[9, 9]] } : s));
    const early = prepareTimeline({ ...A, branches: [{ ...B1!, samples }, ...others] });
    assert.deepEqual(portraitExtents(early, axes), portraitExtents(prepareTimeline(A), axes));
  });

  it('begins where the bifurcations crowd, or with the whole run where they do not', () => {
    // All but none of the made-up bifurcations lie between 2058.4 and 2136.8; a fifth of that on either side.
    const [lo, hi] = firstView(figure.prepared);
    assert.ok(Math.abs(lo - (2058.4 - 0.2 * 78.4)) < 1e-9 && Math.abs(hi - (2136.8 + 0.2 * 78.4)) < 1e-9);
    const [first] = A.events;
    const alone = Array.from({ length: 3 }, (_, i) => ({
      ...first!,
      id: `x${String(i)}`,
      epoch: 600 * (i + 0.5),
    }));
    assert.deepEqual(firstView(prepareTimeline({ ...A, events: [...alone, ...A.events] })), [lo, hi]);
    const spread = A.events.map((event, i) => ({ ...event, epoch: 100 * (i + 1) }));
    assert.deepEqual(firstView(prepareTimeline({ ...A, events: spread })), [0, 3000]);
  });

  it('counts signs that would stand on each other', () => {
    const x = linearScale([0, 100], [0, 1000]);
    const [first] = A.events;
    const at = (...epochs: number[]) =>
      epochs.map((epoch, i): BifurcationEvent => ({ ...first!, id: `s${String(i)}`, epoch }));
    const words = (events: readonly BifurcationEvent[]) =>
      laneSigns(events, ['center'], x).map(({ count, events: some }) => count || String(some.length));
    assert.deepEqual(words(at(10, 12, 14)), ['1', '1', '1']);
    assert.deepEqual(words(at(10, 10.1, 14)), ['2', '1']);
    const many = laneSigns(at(...Array.from({ length: 800 }, (_, i) => i / 8)), ['center'], x);
    assert.equal(
      many.reduce((sum, { events }) => sum + events.length, 0),
      800,
    );
    many.slice(1).forEach((sign, i) => assert.ok(sign.from >= many[i]!.to, 'none on another'));
    assert.ok(many.length > 20 && many.length < 40);
  });

  it('has a lane for each kind of bifurcation that is there', () => {
    const names = (persistence: boolean) =>
      eventLanes([figure.prepared], persistence).map(({ name }) => name);
    assert.deepEqual(names(false), ['center', 'fold']);
    assert.deepEqual(names(true), ['center', 'fold', 'crossing']);
  });

  it('changes stability at the bifurcation, not at the next checkpoint', () => {
    const B1 = A.branches[0]!;
    const apart = B1.samples.filter(({ epoch }, i, all) => epoch !== all[i - 1]?.epoch);
    const samples = apart.map((sample) =>
      A.events.some(({ kind, epoch }) => kind === 'center' && epoch === sample.epoch)
        ? { ...sample, stability: 'marginal' as const }
        : sample,
    );
    const [drawn] = prepareTimeline({ ...A, branches: [{ ...B1, samples }] }).branches;
    const changes = drawn!.stretches.slice(1).map(({ from }) => drawn!.epochs[from]);
    assert.deepEqual(changes, [2058.4, 2079.6, 2081.1, 2108, 2118.3, 2136.8]);
    assert.deepEqual(
      new Set(drawn!.stretches.map(({ stability }) => stability)),
      new Set(['stable', 'unstable']),
    );
  });

  it('counts objects that are too many for bars', () => {
    const [cycle] = A.branches.slice(1);
    const copies = Array.from({ length: 7 }, (_, i): Branch => ({
      ...cycle!,
      id: `Y${String(i)}`,
      family: 50 + i,
    }));
    const prepared = prepareTimeline({ ...A, branches: [...A.branches, ...copies] });
    // The copies and the cycle itself, at the only checkpoint between its ends.
    assert.equal(prepared.peaks.stable, 8);
    assert.equal(focusHeight({ ...figure, prepared }) - focusHeight(figure), 12);
    // What is shown beside has the same rows.
    assert.equal(focusHeight({ ...figure, beside: [prepared] }), focusHeight({ ...figure, prepared }));
  });

  it('lists the folds of one pair in one row', () => {
    const choice = { hidden: ['bcb-persistence'], window: null, order: 'place', falling: false } as const;
    const rows = eventRows(A, choice);
    // 6 centers, 6 pairs.
    assert.equal(rows.length, 12);
    const pair = rows.find(({ id }) => id === 'f0')!;
    assert.equal(rowPlace(pair, 2), '2066.20 – 2069.40');
    assert.equal(rowCause(pair), 'unit 1');
    assert.deepEqual(
      eventRows(A, { ...choice, window: [2060, 2068] }).map(({ events }) => events.map(({ id }) => id)),
      [['f0']],
    );
    const orders = eventRows(A, { ...choice, order: 'objects', falling: true }).map(
      ({ events }) => events[0].order,
    );
    assert.deepEqual(orders.slice(0, 3), [38, 27, 16]);
    const [jumped] = eventRows(A, { ...choice, order: 'jump', falling: true });
    assert.ok(A.lossJumps.some(({ epoch }) => Math.abs(epoch - jumped!.events.at(-1)!.epoch) <= 2));
  });

  it('labels a log axis in one way throughout', () => {
    assert.deepEqual(logLabels([-1, Math.log10(0.5)]), ['0.1', '0.5']);
    assert.deepEqual(logLabels([-5, -1]), ['10⁻⁵', '10⁻¹']);
    assert.deepEqual(logLabels([Math.log10(5e-4)]), ['5 · 10⁻⁴']);
  });

  it('says the forcing in symbols', () => {
    const words = (forcing: string | null) => forcingWords({ ...A, run: { ...A.run, forcing } });
    assert.equal(words('none'), 'no forcing');
    assert.equal(words('GTF alpha 0.15'), 'GTF α = 0.15');
    assert.equal(words('sparse TF tau 16'), 'sparse TF τ = 16');
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
