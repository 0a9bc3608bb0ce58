import assert from 'node:assert/strict';
import type { Attractor } from '../../src/core/report/types';
import { claims, domainWords, orderWords } from '../../webview/certificate';
import { pointsAs } from '../../webview/copy';
import { appendFinds, listReport, matchObject } from '../../webview/objects';
import { fixedPoint, report, saddle13, stable13 } from './states';

describe('what the badge says', () => {
  it('names orders as ranges', () => {
    assert.equal(orderWords([1]), 'fixed points');
    assert.equal(orderWords([4]), 'order 4');
    assert.equal(orderWords([1, 2, 3, 5, 7, 8]), 'orders 1–3, 5, 7–8');
  });

  it('never claims without naming where the claim holds', () => {
    assert.equal(domainWords('everywhere'), 'everywhere');
    assert.equal(domainWords({ lower: [-2.5, -2.5], upper: [2.5, 2.5] }), 'inside |zᵢ| ≤ 2.50');
    assert.equal(domainWords({ lower: [-1, -2], upper: [1, 2] }), 'inside a box');
    const everywhere = { ...report.orders[0]!.certificate!, domain: 'everywhere', periods: 1 } as const;
    const mixed = {
      ...report,
      orders: [{ ...report.orders[0]!, certificate: everywhere }, ...report.orders.slice(1, 3)],
    };
    assert.deepEqual(claims(mixed), ['every order, inside |zᵢ| ≤ 20', 'fixed points, everywhere']);
    const finite = mixed.orders.map((o) => ({ ...o, certificate: { ...o.certificate!, periods: o.order } }));
    assert.deepEqual(claims({ ...mixed, orders: finite }), [
      'fixed points, everywhere',
      'orders 2–3, inside |zᵢ| ≤ 20',
    ]);
  });

  it('claims no order that is not complete, and every order only when all are', () => {
    assert.deepEqual(claims(report), ['every order, inside |zᵢ| ≤ 20']);
    const gap = report.orders.map((order) => (order.order === 4 ? { ...order, complete: false } : order));
    assert.deepEqual(claims({ ...report, orders: gap }), ['orders 1–3, 5–13, inside |zᵢ| ≤ 20']);
    const none = report.orders.map((order) => ({ ...order, complete: false, certificate: null }));
    assert.deepEqual(claims({ ...report, orders: none }), []);
  });
});

describe('the list of objects', () => {
  it('appends finds once, and puts orders above the highest asked for beyond', () => {
    const first = appendFinds([], { cycles: [fixedPoint, stable13], boundaryPoints: [] }, 4);
    const list = appendFinds(first, { cycles: [stable13, saddle13], boundaryPoints: [] }, 4);
    assert.deepEqual(
      list.map(({ id }) => id),
      ['FP1', 'C13a', 'C13b'],
    );
    assert.deepEqual(
      list.map(({ group }) => group.kind),
      ['order', 'beyond', 'beyond'],
    );
    assert.equal(list[1]!.figure?.hue, list[2]!.figure?.hue, 'partners share a hue');
  });

  it('finds an object again by its points, whatever its id and rotation', () => {
    const turned = {
      ...saddle13,
      id: 'C13a',
      points: [...saddle13.points.slice(5), ...saddle13.points.slice(0, 5)],
    };
    const [before] = appendFinds([], { cycles: [turned], boundaryPoints: [] }, 13);
    assert.equal(matchObject(listReport(report), before, 'C13a'), 'C13b');
    assert.equal(matchObject(listReport(report), undefined, 'C13a'), 'C13a');
    assert.equal(matchObject(listReport(report), undefined, 'C14a'), null);
  });
});

describe('what the list says of attractors', () => {
  const resting = (share: number): Attractor => ({ kind: 'fixed-point', share, evidence: 'at rest' });
  it('lists those of one kind that are no listed cycle once, with their shares together', () => {
    const attractors = [resting(0.5), resting(0.25), { ...resting(0.25), cycle: 'FP1' }];
    const rows = listReport({ ...report, attractors }).filter(({ kind }) => kind === 'attractor');
    assert.equal(rows.length, 1);
    const row = rows[0]!;
    assert.ok(row.kind === 'attractor' && row.attractor.share === 0.75);
    assert.match(row.attractor.evidence, /^2 different ones were reached/);
  });

  it('lists chaotic attractors that were told apart each by itself', () => {
    const spectrum = { exponents: [0.1], errors: [0.01], dimension: 1, dimensionError: 0, steps: 1000 };
    const chaotic = (share: number): Attractor => ({ kind: 'chaotic', share, spectrum, evidence: 'chaos' });
    const rows = listReport({ ...report, attractors: [chaotic(0.6), chaotic(0.4)] }).filter(
      ({ kind }) => kind === 'attractor',
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['A1', 'A2'],
    );
  });
});

describe('copied points', () => {
  it('are floats in every language, also where they are whole numbers', () => {
    const points = [
      [1, -0.5],
      [1e-17, 2],
    ];
    assert.equal(pointsAs('JSON', 'C2a', points), '[[1,-0.5],[1e-17,2]]');
    assert.equal(
      pointsAs('NumPy', 'C2a', points),
      'C2a = np.array([\n    [1.0, -0.5],\n    [1e-17, 2.0],\n])',
    );
    assert.equal(pointsAs('Julia', 'C2a', points), 'C2a = [\n    1.0 -0.5\n    1e-17 2.0\n]');
  });
});
