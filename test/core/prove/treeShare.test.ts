import assert from 'node:assert/strict';
import { detect, type Detection } from '../../../src/core/detect/detect';
import { searchShare, type ShareResult } from '../../../src/core/detect/share';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { mergeTrees, ShareMismatch } from '../../../src/core/prove/treeMerge';
import type { TreeReplay } from '../../../src/core/prove/treeProblem';
import { packStates, unpackStates } from '../../../src/core/prove/treeShare';
import { random } from '../../../src/core/random';
import type { TreeShare } from '../../../src/core/report/shard';
import { build, canonicalOf, system } from '../systems';

const never = (): boolean => false;
const quiet = { stop: never, onProgress: () => undefined, onFinds: () => undefined };

function shareOf(map: CanonicalMap, maxOrder: number, index: number, of: number, effort = 1): ShareResult {
  return searchShare(map, { ...quiet, maxOrder, share: { index, of }, effort });
}

function shares(map: CanonicalMap, maxOrder: number, of: number): (readonly TreeShare[])[] {
  // As they come back from a file.
  return Array.from(
    { length: of },
    (_, i) => JSON.parse(JSON.stringify(shareOf(map, maxOrder, i + 1, of).trees)) as TreeShare[],
  );
}

function run(map: CanonicalMap, maxOrder: number, trees?: TreeReplay): Promise<Detection> {
  const options = { ...quiet, maxOrder, seed: 0, certify: true, proofSeconds: 1e-6 };
  return detect(map, { ...options, ...(trees ? { trees } : {}) });
}

/** Fully connected, of weights that leave many regions possible. */
function randomNet(seed: number, n: number, L: number, biases = true): CanonicalMap {
  const source = random(seed, 77);
  const rows = (count: number, length: number, size: number): number[][] =>
    Array.from({ length: count }, () =>
      Array.from({ length }, () => (size * (2 * source.uniform() - 1)) / Math.sqrt(length)),
    );
  const g = biases ? rows(1, n, 1)[0]! : new Array<number>(n).fill(0);
  const d = biases ? rows(1, L, 1)[0]! : new Array<number>(L).fill(0);
  return build(rows(n, n, 0.9), rows(n, L, 3), rows(L, n, 3), d, g);
}

describe('search trees in shares', () => {
  const published = system('published-alrnn-15');
  const cases: readonly [string, CanonicalMap, number][] = [
    ['a published almost-linear net', canonicalOf(published.model), 3],
    ['4 states, 12 units', randomNet(1, 4, 12), 2],
    ['8 states, 8 units', randomNet(2, 8, 8), 2],
    ['a planar map', randomNet(3, 2, 5), 3],
    ['no biases', randomNet(4, 5, 7, false), 2],
  ];
  for (const [name, map, maxOrder] of cases)
    it(`say together what one run says: ${name}`, async () => {
      const whole = await run(map, maxOrder);
      const certified = whole.orders.filter(({ complete }) => complete);
      assert.ok(certified.length > 0);
      for (const n of [1, 2, 3, 5]) {
        const merged = await run(map, maxOrder, mergeTrees(shares(map, maxOrder, n)));
        assert.deepEqual(merged, whole, `${String(n)} shards`);
      }
    });

  it('are disjoint, cover the tree and are all needed', async () => {
    const map = randomNet(1, 8, 20);
    const all = shares(map, 2, 5);
    for (const [i, tree] of all[0]!.entries()) {
      const owned = all.flatMap((trees) => trees[i]!.own.map(({ subtree }) => subtree));
      assert.deepEqual(
        owned.sort((a, b) => a - b),
        Array.from({ length: tree.subtrees }, (_, j) => j),
      );
    }
    const cycles = all.map((trees) => trees.find(({ order, far }) => order === 2 && !far)!);
    assert.ok(cycles[0]!.subtrees >= 40, 'enough subtrees for shares of about equal size');
    // What every shard must do again is little beside the tree.
    const own = cycles.map(({ counts }) => counts['nodes']!);
    const total = own.reduce((sum, nodes) => sum + nodes, 0);
    assert.ok(cycles[0]!.top.counts['nodes']! < total / 50);
    assert.ok(Math.max(...own) < total / 2);
    for (let gone = 0; gone < 5; gone++) {
      const left = all.map((trees, i) => (i === gone ? [] : trees));
      const { orders } = await run(map, 2, mergeTrees(left));
      for (const { order, complete, certificate, whyNot } of orders) {
        assert.deepEqual([complete, certificate], [false, null], `order ${String(order)}`);
        assert.match(whyNot!, new RegExp(`shard ${String(gone + 1)} of 5`));
      }
    }
  });

  it('prove nothing where one was given up or stopped', async () => {
    const map = randomNet(1, 4, 12);
    const all = shares(map, 2, 3);
    const ended = shareOf(map, 2, 2, 3, 1e-9).trees;
    assert.deepEqual(
      ended.map(({ order, end }) => [order, end]),
      [
        [1, 'done'],
        [1, 'done'],
        [2, 'budget'],
      ],
    );
    const { orders } = await run(map, 2, mergeTrees([all[0]!, ended, all[2]!]));
    assert.deepEqual(
      orders.map(({ complete }) => complete),
      [true, false],
    );
    assert.match(orders[1]!.whyNot!, /shard 2 of 3 did not search/);
    let asked = 0;
    const larger = randomNet(1, 8, 20);
    const stopped = searchShare(larger, {
      ...quiet,
      ...{ maxOrder: 2, share: { index: 1, of: 3 }, effort: 1, stop: () => ++asked > 200 },
    });
    assert.equal(stopped.trees.at(-1)!.end, 'stop');
    const others = shares(larger, 2, 3).slice(1);
    const cut = await run(larger, 2, mergeTrees([stopped.trees, ...others]));
    assert.equal(cut.orders[1]!.complete, false);
  });

  it('are refused when they do not fit together', () => {
    const map = randomNet(1, 4, 12);
    const [first, second] = shares(map, 1, 2);
    const change = (of: Partial<TreeShare>): readonly TreeShare[] => [{ ...second![0]!, ...of }, second![1]!];
    const mismatch = (trees: readonly (readonly TreeShare[])[], message: RegExp): void => {
      assert.throws(
        () => mergeTrees(trees),
        (error: unknown) => error instanceof ShareMismatch && message.test(error.message),
      );
    };
    mergeTrees([first!, second!]);
    mismatch([first!, first!], /is not that of shard 2/);
    mismatch([second!, first!], /is not that of shard 1/);
    mismatch([first!, change({ own: second![0]!.own.slice(1) })], /was searched by no shard/);
    mismatch([first!, change({ own: [...second![0]!.own, second![0]!.own[0]!] })], /is not that of shard 2/);
    mismatch([first!, change({ seal: '0' })], /cut the tree of fixed points in another way/);
    mismatch([first!, change({ depth: 3 })], /in another way/);
    mismatch([first!, [...second!, second![0]!]], /twice/);
    mismatch([first!, shares(map, 1, 3)[1]!], /in another way|no shard|not that of/);
    mismatch([first!, shares(randomNet(5, 4, 12), 1, 2)[1]!], /in another way/);
  });

  it('say nothing about another map', async () => {
    const other = mergeTrees(shares(randomNet(2, 8, 20), 1, 2));
    const { orders } = await run(randomNet(1, 8, 20), 1, other);
    assert.equal(orders[0]!.complete, false);
    assert.match(orders[0]!.whyNot!, /another tree/);
  });

  it('write states in hexadecimal digits', () => {
    const states = Int8Array.of(1, 0, 0, 1, 1, 1);
    assert.equal(packStates(states), '93');
    assert.deepEqual(unpackStates('93', 6), states);
    assert.throws(() => unpackStates('93', 9), RangeError);
  });
});
