import assert from 'node:assert/strict';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { GraphShares, packFollowers, unpackFollowers } from '../../../src/core/prove/graphShare';
import { ownerOf } from '../../../src/core/prove/owner';
import { spaceWordGraph, type SpaceWordGraph } from '../../../src/core/prove/spaceWordGraph';
import { ShareMismatch } from '../../../src/core/prove/treeMerge';
import { Confinement } from '../../../src/core/prove/trapping';
import { random } from '../../../src/core/random';
import type { GraphShare } from '../../../src/core/report/shard';
import { canonicalOf, randomPlrnn, system } from '../systems';

const limits = {
  maxOrder: 5,
  operations: 1e8,
  extraOperations: 0,
  words: 1e5,
  longest: 200,
  stop: () => false,
};

function graphOf(map: CanonicalMap, shares?: GraphShares): SpaceWordGraph {
  const confinement = new Confinement(map);
  const everywhere = confinement.everywhere();
  const reach = new Float64Array(map.n).fill(50);
  const whole = everywhere ?? { lower: reach.map((v) => -v), upper: reach };
  const box = confinement.tighten(whole) ?? whole;
  return spaceWordGraph(map, box, everywhere !== null, { ...limits, ...(shares ? { shares } : {}) });
}

/** The shares of one round, as they come back from a file; null once there is nothing more to split. */
function round(
  map: CanonicalMap,
  of: number,
  after: number,
  before: readonly (readonly GraphShare[])[],
): GraphShare[] | null {
  const all: GraphShare[] = [];
  for (let index = 1; index <= of; index++) {
    const shares = new GraphShares(before, { share: { index, of }, after });
    graphOf(map, shares);
    const share = shares.result('done');
    if (!share) return null;
    all.push(JSON.parse(JSON.stringify(share)) as GraphShare);
  }
  return all;
}

describe('word graphs in shares', () => {
  const source = random(9);
  const maps: readonly (readonly [string, CanonicalMap])[] = [
    ['a published clipped net', canonicalOf(system('published-clipped-19').model)],
    ...Array.from({ length: 40 }, (_, i) => randomPlrnn(source, 3 + (i % 2), 1.1))
      .filter((map) => graphOf(map).levels.length > 3)
      .slice(0, 4)
      .map((map, i) => [`random net ${String(i)}`, map] as const),
  ];
  for (const [name, map] of maps)
    it(`are, put together, those of one run, number by number: ${name}`, () => {
      const whole = graphOf(map);
      // Some lengths take longer than that, others do not.
      const after = Math.max(...whole.work) / 8;
      let split = 0;
      for (const of of [1, 2, 3, 7]) {
        const rounds: GraphShare[][] = [];
        for (let shares = round(map, of, after, rounds); shares; shares = round(map, of, after, rounds)) {
          rounds.push(shares);
          split++;
          const merged = new GraphShares(rounds);
          assert.deepEqual(
            graphOf(map, merged),
            whole,
            `${String(of)} shards, round ${String(rounds.length)}`,
          );
          assert.equal(merged.unfit, false);
        }
        const lengths = rounds.map(([first]) => first!.level);
        assert.deepEqual(
          lengths,
          [...new Set(lengths)].sort((a, b) => a - b),
        );
      }
      assert.ok(split > 4);
    }).timeout(120000);

  it('are about equally large', () => {
    const map = canonicalOf(system('published-clipped-19').model);
    const rounds: GraphShare[][] = [];
    for (let r = 0; r < 3; r++) {
      const shares = round(map, 8, 2e5, rounds)!;
      const work = shares.map(({ counts }) => counts.operations);
      const total = work.reduce((sum, one) => sum + one, 0);
      assert.ok(Math.max(...work) < 1.2 * (total / 8), work.join(' '));
      rounds.push(shares);
    }
  });

  it('leave what one shard lacks to whoever puts them together', () => {
    const map = canonicalOf(system('published-clipped-19').model);
    const whole = graphOf(map);
    const shares = round(map, 3, 2e5, [])!;
    const lacking = [shares[0]!, null, { ...shares[2]!, own: shares[2]!.own.slice(0, 10) }];
    const merged = graphOf(map, new GraphShares([lacking]));
    assert.deepEqual(
      [merged.words, merged.levels, merged.provenTo],
      [whole.words, whole.levels, whole.provenTo],
    );
    // Another round takes the rest over.
    const rest = [1, 2].map((index) => {
      const second = new GraphShares([lacking], { share: { index, of: 2 }, after: 2e5 });
      graphOf(map, second);
      return second.result('done');
    });
    assert.equal(rest[0]!.level, 1);
    const known = lacking.reduce((sum, share) => sum + (share?.own.length ?? 0), 0);
    assert.equal(rest[0]!.own.length + rest[1]!.own.length, rest[0]!.words - known);
    const both = graphOf(map, new GraphShares([lacking, rest]));
    assert.deepEqual([both.words, both.levels, both.provenTo], [whole.words, whole.levels, whole.provenTo]);
  });

  it('belong one in any n in a row to each shard, and not always the same', () => {
    for (const of of [1, 2, 3, 8, 64]) {
      let moved = 0;
      for (let row = 0; row < 100; row++) {
        const owners = Array.from({ length: of }, (_, i) => ownerOf(row * of + i, of));
        assert.deepEqual(
          [...owners].sort((a, b) => a - b),
          Array.from({ length: of }, (_, i) => i),
        );
        if (owners[0] !== 0) moved++;
      }
      if (of > 1) assert.ok(moved > 30);
    }
  });

  it('write what follows a word in base 36, and refuse what is no such text', () => {
    const [targets, bases] = [Int32Array.of(7, 40, 46), Int32Array.of(1, 2, 35, 36, 99, 0)];
    const text = packFollowers(targets, bases, 1, 3, 40, 2);
    assert.equal(text, '0 z 10 6 2r 0');
    assert.deepEqual([...unpackFollowers(text, 2, 7, 100)], [0, 35, 36, 6, 99, 0]);
    assert.equal(packFollowers(targets, bases, 1, 1, 40, 2), '');
    assert.equal(unpackFollowers('', 2, 7, 100).length, 0);
    // A place too high, a row too high, too few numbers, places that do not rise, no number at all.
    for (const [bad, count, codes] of [
      [text, 6, 100],
      [text, 7, 99],
      ['0 1', 7, 100],
      ['3 1 1 2 1 1', 7, 100],
      ['0 1 ', 7, 100],
    ] as const)
      assert.throws(() => unpackFollowers(bad, 2, count, codes), ShareMismatch);
  });
});
