import assert from 'node:assert/strict';
import { detect, type Detection } from '../../../src/core/detect/detect';
import { exhaust } from '../../../src/core/prove/exhaustive';
import { verifyWord } from '../../../src/core/detect/verify';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { random, type Random } from '../../../src/core/random';
import { build } from '../systems';
import { exactCycles } from './exactOracle';

/**
 * What is claimed, against exact rational arithmetic over all itineraries (`exactCycles`): systems whose cycles lie on
 * borders, in families, far away, or have multipliers at 1 within rounding, at every scale of the numbers.
 */
function run(map: CanonicalMap, maxOrder: number, stop: () => boolean = () => false): Promise<Detection> {
  return detect(map, {
    maxOrder,
    seed: 1,
    certify: true,
    stop,
    onProgress: () => undefined,
    onFinds: () => undefined,
  });
}

/** Everything listed exists, and everything that exists is listed once; `label` names the system. */
function assertTruth(map: CanonicalMap, found: Detection, maxOrder: number, label: string): void {
  const biased = [...map.g, ...map.d].some((v) => v !== 0);
  for (const { order, cycles, continua, boundaryPoints: listed, complete } of found.orders) {
    if (order > maxOrder) continue;
    const truth = exactCycles(map, order);
    // 0 of a map without biases is listed as itself even where it belongs to a family.
    const boundaryPoints = listed.filter(
      ({ points }) => biased || truth.families.length === 0 || points[0]!.some((v) => v !== 0),
    );
    const where = `${label}, order ${String(order)}`;
    assert.ok(complete, `${where}: proven`);
    assert.deepEqual(cycles.map((c) => c.regions.join(' ')).sort(), [...truth.inside.keys()].sort(), where);
    assert.deepEqual(continua.map((c) => c.regions.join(' ')).sort(), truth.families.sort(), where);
    assert.equal(boundaryPoints.length, truth.border.length, `${where}: boundary points`);
    for (const { points } of truth.border)
      assert.ok(
        boundaryPoints.some((known) =>
          known.points.some((_, r) =>
            points.every((z, j) =>
              z.every(
                (v, i) =>
                  Math.abs(v - known.points[(j + r) % order]![i]!) <= 1e-14 * Math.max(1, Math.abs(v)),
              ),
            ),
          ),
        ),
        `${where}: boundary point ${points.join('; ')}`,
      );
    for (const cycle of cycles) assert.ok(cycle.verified, `${where}: ${cycle.id} verified`);
  }
}

/** One unit that stays off near every cycle: the map is A z + g there. */
function almostLinear(A: number[][], g: number[]): CanonicalMap {
  const n = g.length;
  return build(
    A,
    A.map(() => [0]),
    [Array.from({ length: n }, (_, j) => Number(j === 0))],
    [-1000],
    g,
  );
}

describe('claims', () => {
  const eps = 2 ** -53;
  const cases: Record<string, [CanonicalMap, number]> = {
    'families of 2-cycles around a line of fixed points': [
      almostLinear(
        [
          [1, 0],
          [0, -1],
        ],
        [0, 1],
      ),
      3,
    ],
    'the same without units': [
      { ...build([], [], [], [], [0, 1]), A: Float64Array.of(1, 0, 0, -1), B: new Float64Array(0) },
      3,
    ],
    'a rotation by a quarter turn: families of order 4 alone': [
      almostLinear(
        [
          [0, -1],
          [1, 0],
        ],
        [1, 0],
      ),
      4,
    ],
    'a rotation by a third': [
      almostLinear(
        [
          [0, -1],
          [1, -1],
        ],
        [1, 0],
      ),
      3,
    ],
    'expansion by 1e16 beside contraction': [
      build(
        [
          [0.5, 0],
          [0, 1e16],
        ],
        [[0], [0]],
        [[0, 1]],
        [1],
        [1, 1],
      ),
      3,
    ],
    'a multiplier next to 1': [
      build(
        [
          [0.5, 0],
          [0, 1 - eps],
        ],
        [[0], [0]],
        [[1, 0]],
        [1],
        [1, 1],
      ),
      2,
    ],
    'one dimension, a multiplier next to 1': [build([[1 - eps]], [[0]], [[1]], [1], [1]), 2],
    'a fixed point at 1e9 times the biases': [
      build(
        [
          [1 - 1e-9, 0],
          [0, 0.3],
        ],
        [[0], [0.1]],
        [[0, 1]],
        [1],
        [1, 1],
      ),
      2,
    ],
    'points 1e-10 apart on two borders': [build([[0]], [[1, -1]], [[1], [1]], [0, -1e-10], [0]), 2],
    'denormal biases': [build([[-0.5]], [[-1.25]], [[1]], [1e-310], [1e-310]), 2],
    'biases of 1e-300': [build([[-0.5]], [[-1.25]], [[1]], [1e-300], [1e-300]), 2],
    'biases of 1e308': [build([[-0.5]], [[-1.25]], [[1]], [0], [1.5e308]), 2],
    'tiny weights': [
      build(
        [
          [1e-200, 0],
          [0, 1e-200],
        ],
        [
          [1e-200, 1e-200],
          [1e-200, 1e-200],
        ],
        [
          [1e-200, 0],
          [0, 1e-200],
        ],
        [1, -1],
        [1, 1],
      ),
      2,
    ],
    'cancellation of the terms of the Jacobian': [
      build([[0.1 * 3 * 2 ** 40]], [[0.3, -1]], [[-(2 ** 40)], [2]], [0, -1], [1]),
      3,
    ],
    // From a random search: the search by singular values listed itineraries of a unit without a border twice.
    'a unit without weights': [
      build(
        [
          [0, 2, -1],
          [-1, 1, -1],
          [-1, 0, -2],
        ],
        [
          [0, 1, -1],
          [1, -1, 2],
          [-1, 1, -1],
        ],
        [
          [-1, -2, -1],
          [-1, -2, 1],
          [0, 0, 0],
        ],
        [-2, -1, 0],
        [0, 0, 0],
      ),
      2,
    ],
    'a period-doubling continuum of a full net': [
      build(
        [
          [1, 0, 0],
          [0, -1, 0],
          [0, 0, 0.5],
        ],
        [[-2], [-1], [-2]],
        [[1, 0, 0]],
        [0],
        [0, 0, -2],
      ),
      4,
    ],
  };
  for (const [name, [map, maxOrder]] of Object.entries(cases))
    it(`agrees with exact arithmetic: ${name}`, async () => {
      assertTruth(map, await run(map, maxOrder), maxOrder, name);
    }).timeout(60000);

  it('agrees with exact arithmetic on random degenerate systems', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const map = degenerate(random(seed, 99));
      const maxOrder = Math.max(1, Math.floor(6 / map.L));
      assertTruth(map, await run(map, maxOrder), maxOrder, `seed ${String(seed)}`);
    }
  }).timeout(240000);

  it('claims nothing of biases that one unit of length cannot hold', async () => {
    const map = build([[0.5]], [[0]], [[1]], [1e300], [1e-300]);
    const found = await run(map, 2);
    assert.ok(found.orders.every((o) => !o.complete));
    assert.ok(found.warnings.some((text) => text.includes('orders of magnitude')));
  });

  it('claims no order of a search that was stopped at any point', async () => {
    const map = build(
      [
        [0.5, 0],
        [0, -0.7],
      ],
      [
        [-1.9, 0.3],
        [0.4, -1.5],
      ],
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
      [0.4, 0.3],
    );
    let calls = 0;
    const whole = await run(map, 4, () => {
      calls++;
      return false;
    });
    for (const share of [0, 0.1, 0.5, 0.9, 0.99]) {
      const last = Math.floor(share * calls);
      let polled = 0;
      const found = await run(map, 4, () => ++polled > last);
      for (const [i, { complete, cycles }] of found.orders.entries())
        if (complete)
          assert.deepEqual(
            cycles.map((c) => c.regions),
            whole.orders[i]!.cycles.map((c) => c.regions),
          );
      if (share === 0) assert.ok(found.orders.every((o) => !o.complete));
    }
  }).timeout(60000);
});

describe('exhaustion', () => {
  it('hands on the powers around which families may lie, and no others', () => {
    const rotation = almostLinear(
      [
        [0, -1],
        [1, 0],
      ],
      [1, 0],
    );
    const regions = [Uint8Array.of(0), Uint8Array.of(1)];
    const powers = (k: number): number =>
      exhaust(rotation, regions, k, () => false).singular.filter((w) => w.every((b) => b[0] === 0)).length;
    assert.deepEqual([2, 3, 4, 5, 8].map(powers), [0, 0, 1, 0, 1]);
  });

  it('stops when told', () => {
    const map = build([[0.5]], [[1]], [[1]], [0], [1]);
    assert.ok(exhaust(map, [Uint8Array.of(0), Uint8Array.of(1)], 8, () => true).stopped);
  });
});

describe('verifyWord where one shooting is blind', () => {
  it('solves words that expand by 1e20 in one direction and contract in another', () => {
    // By hand: z1* = 2, and z2 = 1e10 z2 + 1 at z2* = -1 / (1e10 - 1); both units of the state apart.
    const map = build(
      [
        [0.5, 0.25],
        [0, 1e10],
      ],
      [[0], [0]],
      [[1, 0]],
      [0],
      [1, 1],
    );
    const flipped = { ...map, B: Float64Array.of(0, 1e10), d: Float64Array.of(-3) };
    const verdict = verifyWord(flipped, [Uint8Array.of(0)], 1, 'test');
    assert.equal(verdict.kind, 'cycle');
    const point = verdict.kind === 'cycle' ? verdict.cycle.points[0]! : [];
    assert.ok(Math.abs(point[1]! + 1 / (1e10 - 1)) < 1e-24);
    assert.ok(Math.abs(point[0]! - (2 - 0.5 / (1e10 - 1))) < 1e-14);
  });
});

/** Integer or half-integer weights, eigenvalues of modulus 1, zero biases, equal units: what generic nets never are. */
function degenerate(source: Random): CanonicalMap {
  const n = 1 + source.below(2);
  const L = 1 + source.below(3);
  const grain = 1 + source.below(2);
  const weight = (): number => Math.round((4 * source.uniform() - 2) * grain) / grain;
  const row = (length: number): number[] => Array.from({ length }, weight);
  const bias = (): number => (source.uniform() < 0.4 ? 0 : weight());
  const diagonal = source.uniform() < 0.5;
  const A = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_column, j) =>
      diagonal && i !== j ? 0 : source.uniform() < 0.4 ? source.below(3) - 1 : weight(),
    ),
  );
  const C = Array.from({ length: L }, () => row(n));
  if (L > 1 && source.uniform() < 0.3) C[1] = C[0]!;
  if (source.uniform() < 0.15) C[0] = C[0]!.map(() => 0);
  return build(
    A,
    A.map(() => row(L)),
    C,
    Array.from({ length: L }, bias),
    Array.from({ length: n }, bias),
  );
}
