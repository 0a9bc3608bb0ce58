import assert from 'node:assert/strict';
import { connect } from '../../../src/core/bifurcation/connect';
import type { EndObjects } from '../../../src/core/bifurcation/types';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { joinBranches, type Joined } from '../../../src/core/training/branches';
import { analyseCheckpoint, type CheckpointAnalysis } from '../../../src/core/training/checkpoint';

/** The skew tent map x' = a x + mu for x < 0, b x + mu for x > 0, as a map with one ReLU unit. */
const tent = (a: number, b: number, mu: number): CanonicalMap => ({
  ...{ n: 1, L: 1, A: Float64Array.of(a), B: Float64Array.of(b - a) },
  ...{ C: Float64Array.of(1), d: Float64Array.of(0), g: Float64Array.of(mu) },
});

/** Orbits of the tent map between two of them; only mu differs. */
const orbitOf =
  (maps: readonly CanonicalMap[]) =>
  (step: number, s: number, point: readonly number[], count: number): number[][] => {
    const [{ A, B, g }, end] = [maps[step]!, maps[step + 1]!];
    const mu = (1 - s) * g[0]! + s * end.g[0]!;
    const orbit = [[...point]];
    while (orbit.length < count) {
      const x = orbit.at(-1)![0]!;
      orbit.push([A[0]! * x + B[0]! * Math.max(0, x) + mu]);
    }
    return orbit;
  };

async function series(
  maps: readonly CanonicalMap[],
  maxOrder: number,
): Promise<Joined & { analyses: CheckpointAnalysis[] }> {
  const analyses: CheckpointAnalysis[] = [];
  for (const map of maps)
    analyses.push(await analyseCheckpoint(map, { maxOrder, seed: 0, certify: true }, [], () => false));
  const ends = analyses.map(({ cycles, boundaryPoints, provenOrder }): EndObjects => ({
    ...{ cycles, boundaryPoints },
    provenOrder: provenOrder === 'all' ? maxOrder : provenOrder,
  }));
  const steps = maps.slice(1).map((map, i) => connect(maps[i]!, ends[i]!, map, ends[i + 1]!, { maxOrder }));
  const joined = joinBranches({
    positions: maps.map((_, i) => 10 * i),
    objects: analyses.map(({ cycles }) => cycles),
    proven: ends.map(({ provenOrder }) => provenOrder),
    steps,
    orbit: orbitOf(maps),
  });
  return { ...joined, analyses };
}

describe('branches through training', () => {
  // a = 0.5, b = -0.5: for mu < 0 the fixed point mu / (1 - a) < 0 is stable, for mu > 0 the one at mu / (1 - b) > 0.
  // det(I - M) = 0.5 and 1.5, same sign: at mu = 0 one fixed point goes on through the border. mu = -1, -0.5, 0.5, 1:
  // the border is met in the second step at s = 0.5, that is at 15.
  it('go on through persistence', async () => {
    const { branches, events, balance } = await series(
      [-1, -0.5, 0.5, 1].map((mu) => tent(0.5, -0.5, mu)),
      3,
    );
    assert.deepEqual(
      events.map(({ kind, order, born, died }) => [kind, order, born, died]),
      [['bcb-persistence', 1, [], []]],
    );
    assert.ok(Math.abs(events[0]!.epoch - 15) < 1e-7);
    assert.equal(branches.length, 1);
    assert.deepEqual([branches[0]!.from, branches[0]!.to], [null, null]);
    const at = (epoch: number): number =>
      branches[0]!.samples.find((sample) => sample.epoch === epoch)!.points[0]![0]!;
    assert.deepEqual([at(0), at(10)], [-2, -1]);
    assert.ok(Math.abs(at(30) - 2 / 3) < 1e-12);
    assert.deepEqual(balance, { steps: 3, broken: [] });
  });

  // a = 0.5, b = 1.5: det(I - M) = 0.5 and -0.5. Two fixed points, mu / 0.5 < 0 (stable) and mu / -0.5 > 0 (unstable),
  // exist for mu < 0 and meet on the border at mu = 0. mu = -1, 0.25, 1, -1: gone at s = 0.8 of the first step (8), back at
  // s = 0.5 of the third (25), as other objects.
  it('end and begin at nonsmooth folds, partners in one family', async () => {
    const { branches, events, balance, branchOf } = await series(
      [-1, 0.25, 1, -1].map((mu) => tent(0.5, 1.5, mu)),
      3,
    );
    assert.deepEqual(
      events.map(({ id, kind, born, died }) => [id, kind, born.length, died.length]),
      [
        ['E1', 'bcb-fold', 0, 2],
        ['E2', 'bcb-fold', 2, 0],
      ],
    );
    assert.ok(Math.abs(events[0]!.epoch - 8) < 1e-7);
    assert.ok(Math.abs(events[1]!.epoch - 25) < 1e-7);
    assert.deepEqual(
      branches.map(({ id, family, from, to }) => [id, family, from, to]),
      [
        ['B1', 1, null, 'E1'],
        ['B2', 1, null, 'E1'],
        ['B3', 2, 'E2', null],
        ['B4', 2, 'E2', null],
      ],
    );
    assert.deepEqual(
      branchOf.map((ids) => [...ids].sort()),
      [['B1', 'B2'], [], [], ['B3', 'B4']],
    );
    assert.deepEqual(balance.broken, []);
  });

  // a = -1.5, b = 0.5 -> multiplier of the fixed point left of the border is -1.5, right of it 0.5; the 2-cycle has the
  // multiplier -0.75 (stable). det(I + M) = -0.5 and 1.5: the 2-cycle is born where the fixed point loses its stability.
  it('of a cycle of twice the period begin where it is born', async () => {
    const { branches, events } = await series(
      [1, -1].map((mu) => tent(-1.5, 0.5, mu)),
      4,
    );
    const [event] = events;
    assert.deepEqual([events.length, event?.kind, event?.stability], [1, 'bcb-flip', ['stable', 'unstable']]);
    const two = branches.find(({ order }) => order === 2)!;
    assert.deepEqual(event!.born, [two.id]);
    assert.deepEqual(event!.alsoBorn, [{ order: 2, branch: two.id, stability: 'stable' }]);
    // By hand, mu = -1: x < 0 -> -1.5 x - 1 > 0 -> 0.5 (-1.5 x - 1) - 1 = x, so x = -1.5 / 1.75 = -6/7, its image 2/7.
    const end = two.samples.at(-1)!.points.map(([x]) => x!);
    assert.equal(end.length, 2);
    assert.ok(Math.abs(Math.min(...end) + 6 / 7) < 1e-12 && Math.abs(Math.max(...end) - 2 / 7) < 1e-12);
    // Both points follow their own curve: no sample jumps from one to the other.
    const sign = Math.sign(end[0]! - end[1]!);
    for (const { points } of two.samples) assert.ok(sign * (points[0]![0]! - points[1]![0]!) > -1e-9);
    assert.deepEqual(
      branches.map(({ order, from }) => [order, from]),
      [
        [1, null],
        [2, 'E1'],
      ],
    );
  });

  it('are joined by itinerary where a step was not followed, and nothing is made up', async () => {
    const maps = [-1, -0.5].map((mu) => tent(0.5, -0.5, mu));
    const { analyses } = await series(maps, 2);
    const joined = joinBranches({
      positions: [0, 1],
      objects: analyses.map(({ cycles }) => cycles),
      proven: [2, 2],
      steps: [null],
      orbit: orbitOf(maps),
    });
    assert.equal(joined.branches.length, 1);
    assert.deepEqual([joined.events, joined.balance], [[], { steps: 0, broken: [] }]);
  });

  it('that nothing explains are said to be unresolved, and keep the balance', async () => {
    const maps = [-1, -0.5].map((mu) => tent(0.5, -0.5, mu));
    const { analyses } = await series(maps, 2);
    const nothing = {
      ...{ segments: [], events: [], links: [], segmentsA: [], segmentsB: [null] },
      balance: { upTo: 2, broken: [] },
    };
    const joined = joinBranches({
      positions: [0, 1],
      objects: [[], analyses[1]!.cycles],
      proven: [2, 2],
      steps: [nothing],
      orbit: orbitOf(maps),
    });
    assert.deepEqual(
      joined.events.map(({ kind, born }) => [kind, born]),
      [['unresolved', ['B1']]],
    );
    assert.deepEqual(joined.balance.broken, []);
  });
});
