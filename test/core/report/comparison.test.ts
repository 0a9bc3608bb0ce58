import assert from 'node:assert/strict';
import { compareObjects, type ForeignObject } from '../../../src/core/report/comparison';
import type { Certificate, OrderResult, Report } from '../../../src/core/report/types';
import { mapOf, tensor } from '../models/support';

/*
 * z' = 0.5 z + 0.5 relu(z) + 1e-6 per unit, all but the identity where z > 0: the map moves a point there by 1e-6, so
 * a listed point counts as confirmed wherever it lies, and what is said of it depends on the report alone.
 */
const map = mapOf([
  tensor('A', [0.5, 0.5]),
  tensor('W', [
    [0.5, 0],
    [0, 0.5],
  ]),
  tensor('h', [1e-6, 1e-6]),
]);

const proof = { domain: 'everywhere', periods: 1 } as Certificate;
const inBox = { ...proof, domain: { lower: [-1, -1], upper: [1, 1] } } as Certificate;

function order(number: number, result: Partial<OrderResult>): OrderResult {
  return {
    order: number,
    complete: false,
    certificate: null,
    whyNot: null,
    cycles: [],
    continua: [],
    boundaryPoints: [],
    ...result,
  };
}
const listed = (id: string, ...points: readonly (readonly number[])[]): OrderResult['cycles'][number] =>
  ({ id, order: points.length, points }) as unknown as OrderResult['cycles'][number];

function compared(orders: readonly OrderResult[], foreign: readonly ForeignObject[]) {
  const report = { orders, beyond: [], model: { scale: 1 } } as unknown as Report;
  const found = compareObjects(report, map, 'theirs.csv', foreign, []);
  return {
    matched: found.matched.map(({ id, name }) => `${id}: ${name}`),
    onlyOurs: found.onlyOurs,
    onlyTheirs: Object.fromEntries(found.onlyTheirs.map(({ name, reason }) => [name, reason])),
  };
}

describe("another program's list beside ours", () => {
  it('agrees where the points are the same, whichever comes first', () => {
    const ours = [listed('FP1', [1, 2])];
    const cycle = [listed('C2a', [3, 4], [5, 6])];
    const { matched, onlyOurs, onlyTheirs } = compared(
      [order(1, { cycles: ours }), order(2, { cycles: cycle })],
      [
        { name: 'one', points: [[1.00001, 2]] },
        {
          name: 'two',
          points: [
            [5, 6],
            [3, 4],
          ],
        },
      ],
    );
    assert.deepEqual(matched, ['FP1: one', 'C2a: two']);
    assert.deepEqual(onlyOurs, []);
    assert.deepEqual(onlyTheirs, {});
  });

  it('says what the other list lacks', () => {
    const { matched, onlyOurs } = compared(
      [order(1, { cycles: [listed('FP1', [1, 2]), listed('FP2', [3, 3])] })],
      [{ name: 'one', points: [[3, 3]] }],
    );
    assert.deepEqual(matched, ['FP2: one']);
    assert.deepEqual(onlyOurs, ['FP1']);
  });

  it('rules out what a proof everywhere excludes, and nothing else', () => {
    const foreign = [{ name: 'x', points: [[7, 7]] }];
    const everywhere = compared([order(1, { certificate: proof })], foreign).onlyTheirs['x'];
    assert.match(
      everywhere!,
      /^it does not exist by our proof of order 1; the map misses its points by 1\.0e-6$/,
    );
    for (const certificate of [null, inBox])
      assert.match(
        compared([order(1, { certificate })], foreign).onlyTheirs['x']!,
        /^it was not found here, and order 1 has no proof everywhere; the map misses its points by 1\.0e-6$/,
      );
    assert.match(compared([], foreign).onlyTheirs['x']!, /^it was not found here/);
  });

  it('does not rule a cycle out by the proof of another order', () => {
    const points = [
      [7, 7],
      [7.00005, 7],
    ];
    // A point that is repeated belongs to its own order.
    const { onlyTheirs } = compared([order(1, { certificate: proof })], [{ name: 'x', points }]);
    assert.match(onlyTheirs['x']!, /by our proof of order 1/);
    const apart = [
      [7, 7],
      [8, 7],
    ];
    assert.match(
      compared([order(1, { certificate: proof })], [{ name: 'x', points: apart }]).onlyTheirs['x']!,
      /^it is not confirmed by iteration: the map misses its points by 1\.0e\+0$/,
    );
  });

  it('knows points of a list that are one object of ours', () => {
    const { matched, onlyTheirs } = compared(
      [order(1, { cycles: [listed('FP1', [1, 2])] })],
      [
        { name: 'one', points: [[1, 2]] },
        { name: 'again', points: [[1.00001, 2]] },
        {
          name: 'twice',
          points: [
            [1, 2],
            [1, 2],
          ],
        },
      ],
    );
    assert.deepEqual(matched, ['FP1: one']);
    assert.equal(onlyTheirs['again'], 'it is FP1 again, as one is, but for rounding');
    assert.equal(onlyTheirs['twice'], 'it is FP1, of order 1, run through 2 times');
  });

  it('does not deny what it lists as a border point or as one of a family', () => {
    const s = Math.SQRT1_2;
    const family = { regions: ['11'], dimension: 1, point: [2, 2], directions: [[s, s]] };
    const border = {
      id: 'B1',
      order: 1,
      points: [[0, 1]],
    } as unknown as OrderResult['boundaryPoints'][number];
    const { matched, onlyTheirs } = compared(
      [order(1, { certificate: proof, continua: [family], boundaryPoints: [border] })],
      [
        { name: 'border', points: [[0, 1]] },
        { name: 'on the line', points: [[5, 5]] },
        { name: 'beside it', points: [[5, 6]] },
      ],
    );
    assert.deepEqual(matched, ['B1: border']);
    assert.match(onlyTheirs['on the line']!, /one of a family of order 1, which is listed as a whole/);
    assert.match(onlyTheirs['beside it']!, /does not exist by our proof/);
  });

  it('calls points of another dimension no orbit', () => {
    const { onlyTheirs } = compared([order(1, { certificate: proof })], [{ name: 'x', points: [[1, 2, 3]] }]);
    assert.match(onlyTheirs['x']!, /its points have 3 coordinates, the states of the model 2/);
  });
});
