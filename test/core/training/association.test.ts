import assert from 'node:assert/strict';
import type { BifurcationEvent } from '../../../src/core/report/timeline';
import { associate, associationTest, denseWindow } from '../../../src/core/training/association';

describe('association of loss jumps with bifurcations', () => {
  // Ten rows on a circle, one jump at 3, one event at 4, within 1. The shifted event must fall on 2, 3 or 4: by hand
  // 3 of 10 shifts match, so expected 0.3, p = 0.3.
  it('counts every circular shift: one jump, one event', () => {
    const test = associationTest([3], [4], [0, 9], 1, 1);
    assert.deepEqual([test.matched, test.jumps, test.events, test.pValue], [1, 1, 1, 0.3]);
    assert.ok(Math.abs(test.expected - 0.3) < 1e-12);
  });
  // Jumps 2, 5, events 2, 5, within 0, ten rows: shift 0 matches both; shift 3 puts events on 5, 8 (one match), shift 7 on
  // 9, 2 (one match); all others none. p = 1/10, expected (2 + 1 + 1) / 10.
  it('keeps the spacing of the events', () => {
    const test = associationTest([2, 5], [2, 5], [0, 9], 1, 0);
    assert.equal(test.matched, 2);
    assert.equal(test.pValue, 0.1);
    assert.ok(Math.abs(test.expected - 0.4) < 1e-12);
  });
  it('says nothing where nothing can match', () => {
    const { pValue, matched, expected } = associationTest([3], [], [0, 9], 1, 1);
    assert.deepEqual([pValue, matched, expected], [1, 0, 0]);
  });
  it('leaves out what lies outside the window', () => {
    const test = associationTest([3, 50], [4, 60], [0, 9], 1, 1);
    assert.deepEqual([test.jumps, test.events], [1, 1]);
  });

  it('finds the window of the densest checkpoints', () => {
    const coarse = (from: number, to: number): number[] =>
      Array.from({ length: (to - from) / 20 + 1 }, (_, i) => from + 20 * i);
    const fine = Array.from({ length: 60 }, (_, i) => 2042 + 2 * i);
    assert.deepEqual(denseWindow([...coarse(0, 2040), ...fine, ...coarse(2180, 3000)]), [2040, 2160]);
    assert.equal(denseWindow(coarse(0, 2040)), null);
    assert.equal(denseWindow([0, 20, 40, 41, 60, 80]), null);
    assert.equal(denseWindow([5]), null);
  });

  const event = (epoch: number, kind: BifurcationEvent['kind'] = 'bcb-fold'): BifurcationEvent => ({
    ...{ id: 'E1', epochs: [0, 1], s: 0, sError: 0, epoch, kind, order: 1, branches: [], born: [], died: [] },
    ...{ alsoBorn: [], alsoDied: [], stability: ['stable', 'stable'], mab: false, atInfinity: false },
    ...{ unit: null, pointIndex: null, point: null, multiplier: null, text: '' },
  });
  const rows = Array.from({ length: 101 }, (_, i) => i);
  it('takes the loss on the axis of the checkpoints, and upward jumps alone', () => {
    const jumps = [
      { epoch: 51, change: 0.5, z: 20 },
      { epoch: 81, change: -0.5, z: -20 },
    ];
    const found = associate([0, 50, 100], rows, jumps, [event(50)], 1, { within: 0 });
    assert.deepEqual([found?.wholeRun.jumps, found?.wholeRun.matched], [1, 1]);
    assert.ok(Math.abs(found!.wholeRun.pValue - 1 / 101) < 1e-12);
    assert.equal(found!.denseWindow, null);
    const down = associate([0, 50, 100], rows, jumps, [event(50)], 1, { within: 0, direction: 'down' });
    assert.equal(down?.wholeRun.matched, 0);
  });
  it('passes over border collisions that change nothing', () => {
    const jumps = [{ epoch: 51, change: 0.5, z: 20 }];
    assert.equal(associate([0, 100], rows, jumps, [event(50, 'bcb-persistence')], 0), null);
    assert.equal(associate([0, 100], rows, jumps, [event(50, 'unresolved')], 0), null);
    assert.equal(associate([0, 100], rows, [], [event(50)], 0), null);
  });
});
