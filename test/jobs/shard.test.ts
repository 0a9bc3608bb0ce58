import assert from 'node:assert/strict';
import { InputError } from '../../src/core/errors';
import { sealOfShard, type Shard, type ShardReport } from '../../src/core/report/shard';
import type { Report } from '../../src/core/report/types';
import { reportToJson } from '../../src/export/json';
import { analyze } from '../../src/jobs/analyze';
import { Control } from '../../src/jobs/control';
import { loadModel, type LoadedModel } from '../../src/jobs/load';
import { merge } from '../../src/jobs/merge';
import { analyzeShard } from '../../src/jobs/shard';
import { system, systems, type ReferenceModel } from '../core/systems';
import { folder, textSource } from '../runs/support';

const free = (): Control => new Control(new Int32Array(1), 600);
const context = (control = free(), version = '1') => ({ version, control, onEvent: () => undefined });
const searching = (maxOrder: number, proofSeconds = 0.2) => ({
  ...{ maxOrder, seed: 0, timeLimit: 600, threads: 1, memoryLimitMB: 4096, certify: true, proofSeconds },
});

function load(model: ReferenceModel | Record<string, unknown>, digest = 'sha256:0'): Promise<LoadedModel> {
  const text = JSON.stringify(model);
  return loadModel(textSource('model.json', text), folder({}), {}, () => Promise.resolve(digest));
}

/** As it comes back from its file. */
const stored = (report: Report): ShardReport => JSON.parse(reportToJson(report)) as ShardReport;

async function shardsOf(
  model: LoadedModel,
  maxOrder: number,
  of: number,
  version = '1',
): Promise<ShardReport[]> {
  const shards: ShardReport[] = [];
  for (let index = 1; index <= of; index++)
    shards.push(
      stored(await analyzeShard(model, searching(maxOrder), { index, of }, context(free(), version))),
    );
  return shards;
}

const named = (reports: readonly Report[]) =>
  reports.map((report, i) => ({ name: `${String(i + 1)}.json`, report }));

/** The text of a report, but for the time that it took. */
const timeless = (report: Report): string =>
  reportToJson({ ...report, search: { ...report.search, seconds: 0 } });

/** All that a report lists and claims; why an order is not proven depends on which proof was tried last. */
const claims = (report: Report): string =>
  timeless({
    ...report,
    search: { ...report.search, work: {} },
    orders: report.orders.map((order) => ({ ...order, whyNot: null })),
  });

/** Changes a shard as somebody would who also mends its checksum. */
function forged(report: ShardReport, changes: Partial<Shard>, from = report): ShardReport {
  const { seal: _seal, ...shard } = { ...report.shard, ...changes };
  assert.equal(_seal, from.shard.seal);
  return { ...report, shard: { ...shard, seal: sealOfShard(report, shard) } };
}

// Five states, all coupled: the sines are no pattern that a search could use.
const waves = (rows: number, columns: number, size: number, phase: number): number[][] =>
  Array.from({ length: rows }, (_, i) =>
    Array.from(
      { length: columns },
      (_entry, j) => size * Math.sin(phase + 7.3 * i * i + 3.1 * j + 1.7 * i * j),
    ),
  );
const coupled = {
  model: 'shPLRNN',
  A: [0.5, -0.3, 0.7, 0.2, -0.6],
  W1: waves(5, 14, 0.9, 0.4),
  W2: waves(14, 5, 0.9, 2.2),
  h1: waves(1, 5, 0.5, 1)[0],
  h2: waves(1, 14, 0.5, 3)[0],
};

describe('shards of an analysis', () => {
  const fixtures: readonly [string, ReferenceModel | Record<string, unknown>, number][] = [
    ['published-plrnn-10', system('published-plrnn-10').model, 3],
    ['published-alrnn-15', system('published-alrnn-15').model, 8],
    ['published-shplrnn-12', system('published-shplrnn-12').model, 2],
    ['five coupled states', coupled, 2],
  ];
  for (const [name, parameters, maxOrder] of fixtures)
    it(`merge to the report of one run: ${name}`, async () => {
      const model = await load(parameters);
      const one = await analyze(model, searching(maxOrder), context());
      assert.ok(one.orders.some(({ complete }) => complete));
      for (const n of [1, 2, 3, 7]) {
        const shards = await shardsOf(model, maxOrder, n);
        for (const { orders, shard, search } of shards) {
          assert.ok(orders.every(({ complete, certificate }) => !complete && certificate === null));
          assert.ok(shard.covered.length > 0 && !search.partial);
        }
        // In whatever order they are given.
        const merged = await merge(named(shards).reverse(), context());
        assert.equal(timeless(merged), timeless(one), `${String(n)} shards`);
      }
    }).timeout(120000);

  for (const { name, model: parameters, maxOrder } of systems.filter(
    (each) => !fixtures.some(([one]) => one === each.name),
  ))
    it(`merge to the report of one run: ${name}, whose word graph is that of merge`, async () => {
      const model = await load(parameters);
      const highest = Math.min(maxOrder, parameters.model.endsWith('hPLRNN') ? 4 : 8);
      const one = await analyze(model, searching(highest), context());
      assert.ok(one.orders.some(({ complete }) => complete));
      for (const n of [1, 2, 3, 7])
        assert.equal(
          claims(await merge(named(await shardsOf(model, highest, n)), context())),
          claims(one),
          `${String(n)} shards`,
        );
    }).timeout(120000);

  describe('of a word graph', () => {
    // Every length of this graph takes more row products than so many.
    const after = 2e5;
    let model: LoadedModel;
    before(async () => {
      model = await load(system('published-clipped-19').model);
    });
    const roundOf = async (of: number, earlier: readonly Report[], seconds = 0.2): Promise<ShardReport[]> => {
      const shards: ShardReport[] = [];
      for (let index = 1; index <= of; index++)
        shards.push(
          stored(
            await analyzeShard(model, searching(4, seconds), { index, of }, context(), named(earlier), after),
          ),
        );
      return shards;
    };
    const outcome = ({ orders, beyond }: Report): unknown => [
      beyond.map(({ id }) => id),
      orders.map(({ cycles, certificate }) => [cycles, certificate?.statement, certificate?.domain]),
    ];

    it('merge to the report of one run, whatever their number, and further rounds prove more', async () => {
      const one = await analyze(model, searching(4), context());
      const proven = one.orders.filter(({ certificate }) => certificate?.method === 'word graph').length;
      assert.ok(proven > 0 && proven < 4);
      for (const rounds of [
        [1, 1],
        [2, 7],
        [3, 2],
      ]) {
        const parts: ShardReport[] = [];
        for (const [r, n] of rounds.entries()) {
          const shards = await roundOf(n, parts);
          for (const { shard } of shards) {
            assert.equal(shard.round, r + 1);
            assert.equal(shard.graph?.level, r + 1);
            assert.match(shard.covered.at(-1)!, /^Word graph: \d+ of the \d+ words of length \d \(one in/);
          }
          const own = shards.map(({ shard }) => shard.graph!.own.length);
          assert.ok(own[0]! > 20 && Math.max(...own) - Math.min(...own) <= 1);
          parts.push(...shards);
          const merged = await merge(named(parts), context());
          assert.equal(claims(merged), claims(one), `round ${String(r + 1)} of ${rounds.join(', ')}`);
        }
      }
      const parts = await roundOf(2, []);
      for (let r = 0; r < 3; r++) parts.push(...(await roundOf(2, parts)));
      const further = await merge(named(parts), context());
      const all = await analyze(model, searching(4, 15), context());
      assert.ok(further.orders.every(({ complete }) => complete));
      assert.deepEqual(
        further.orders.map(({ cycles }) => cycles),
        all.orders.slice(0, 4).map(({ cycles }) => cycles),
      );
    }).timeout(300000);

    it('that were stopped count for what they hold', async () => {
      const whole = await roundOf(3, [], 15);
      const one = await merge(named(whole), context());
      const graph = whole[1]!.shard.graph!;
      const half = { ...graph, own: graph.own.slice(0, 40), end: 'stop' as const };
      const partial = forged(
        { ...whole[1]!, search: { ...whole[1]!.search, partial: true, stoppedBy: 'time limit' } },
        { graph: half },
        whole[1]!,
      );
      const merged = await merge(named([whole[0]!, partial, whole[2]!]), context());
      assert.deepEqual(outcome(merged), outcome(one));
      assert.match(merged.warnings.at(-1)!, /^Shard 2 of 3 \(2\.json\) was ended before .*time limit/);
      // What it lacks is more than the time left to merge.
      const little = await roundOf(3, []);
      const none = forged(little[1]!, { graph: null });
      const less = await merge(named([little[0]!, none, little[2]!]), context());
      const enough = await merge(named(little), context());
      for (const [i, { complete }] of less.orders.entries())
        assert.ok(!complete || enough.orders[i]!.complete, `order ${String(i + 1)}`);
    }).timeout(120000);

    it('are refused where they are of other words, or damaged', async () => {
      const [first, second] = (await roundOf(2, [])) as [ShardReport, ShardReport];
      const graph = second.shard.graph!;
      const refused = (other: ShardReport, message: RegExp): Promise<void> =>
        assert.rejects(merge(named([first, other]), context()), (error: unknown) => {
          assert.ok(error instanceof InputError);
          assert.match(error.message, message);
          return true;
        });
      await refused(
        forged(second, { graph: { ...graph, words: graph.words + 1 } }),
        /shared out other words/,
      );
      await refused(forged(second, { graph: { ...graph, seal: '0' } }), /shared out other words/);
      await refused(
        forged(second, { graph: { ...graph, own: graph.own.map(() => 'zzz 1 1 1') } }),
        /says nothing about the words/,
      );
      // Both of another graph: nothing of it is used, and nothing is claimed by it.
      const foreign = [first, second].map((each) =>
        forged(each, { graph: { ...each.shard.graph!, seal: '0' } }),
      );
      const merged = await merge(named(foreign), context());
      const one = await analyze(model, searching(4), context());
      assert.deepEqual(outcome(merged), outcome(one));
      assert.match(merged.orders[3]!.whyNot!, /is of another word graph, and was left out/);
      await assert.rejects(roundOf(2, [first]), /Shard 2 of 2 is missing/);
      const other = { ...searching(4), seed: 5 };
      await assert.rejects(
        analyzeShard(model, other, { index: 1, of: 2 }, context(), named([first, second])),
        /rounds before differ from this one in --seed/,
      );
    }).timeout(120000);
  });

  it('split the trees of a net that needs them', async () => {
    const [shard] = await shardsOf(await load(coupled), 2, 3);
    const split = shard!.shard.trees.filter(({ subtrees }) => subtrees >= 3);
    assert.ok(split.length > 0);
    assert.match(shard!.shard.covered.join(' '), /\d+ of \d+ subtrees below level \d+ \(one in 3\)/);
  });

  describe('are refused', () => {
    let model: LoadedModel;
    let shards: ShardReport[];
    before(async () => {
      model = await load(coupled);
      shards = await shardsOf(model, 2, 3);
    });
    const refused = (reports: readonly Report[], message: RegExp): Promise<void> =>
      assert.rejects(merge(named(reports), context()), (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.match(`${error.message} (${error.place}) ${error.remedy}`, message);
        return true;
      });

    it('when one is missing: nothing is claimed', async () => {
      for (let gone = 0; gone < 3; gone++)
        await refused(
          shards.filter((_, i) => i !== gone),
          new RegExp(`Shard ${String(gone + 1)} of 3 is missing`),
        );
      await refused([shards[1]!], /Shards 1, 3 of 3 are missing/);
      await refused([], /nothing to merge/);
    });

    it('when one is given twice and says different things, or poses as another', async () => {
      const once = await merge(named(shards), context());
      const again = stored(await analyzeShard(model, searching(2), { index: 1, of: 3 }, context()));
      const twice = await merge(named([...shards, shards[1]!, again]), context());
      assert.equal(timeless(twice), timeless(once));
      const trees = shards[0]!.shard.trees.map((tree) => ({ ...tree, abandoned: 1 }));
      await refused(
        [...shards, forged(shards[0]!, { trees })],
        /Shard 1 of 3 is given twice, and the two say different things\. \(1\.json, 4\.json\)/,
      );
      await refused([shards[0]!, shards[1]!, shards[1]!], /Shard 3 of 3 is missing/);
      const posing = forged(shards[1]!, { index: 3 });
      await refused([shards[0]!, shards[1]!, posing], /is not that of shard 3/);
    });

    it('not when one was stopped before it was done: then nothing is claimed that it should have shown', async () => {
      const control = new Control(new Int32Array(1), 0);
      const share = { index: 2, of: 3 };
      const stopped = stored(await analyzeShard(model, searching(2), share, context(control)));
      assert.equal(stopped.search.partial, true);
      const merged = await merge(named([shards[0]!, stopped, shards[2]!]), context());
      assert.match(merged.warnings.at(-1)!, /^Shard 2 of 3 \(2\.json\) was ended before .*time limit/);
      assert.equal(merged.orders[0]!.complete, false);
      assert.match(merged.orders[0]!.whyNot!, /shard 2 of 3 did not search/);
      // Whatever is known of the shard that was done makes it whole.
      const whole = await merge(named([shards[0]!, stopped, shards[1]!, shards[2]!]), context());
      assert.equal(timeless(whole), timeless(await merge(named(shards), context())));
    });

    it('when they are of another model, or of another search', async () => {
      const foreign = await shardsOf(await load(coupled, 'sha256:1'), 2, 3);
      await refused([shards[0]!, foreign[1]!, shards[2]!], /different model files\. \(1\.json, 2\.json\)/);
      const read = await shardsOf(await load({ ...coupled, A: [0.5, -0.3, 0.7, 0.2, -0.5] }), 2, 3);
      await refused([shards[0]!, read[1]!, shards[2]!], /differ in how the model is read/);
      const lower = await shardsOf(model, 1, 3);
      await refused([shards[0]!, lower[1]!, shards[2]!], /differ in the highest order/);
      const fewer = await shardsOf(model, 2, 2);
      await refused([shards[0]!, fewer[1]!, shards[2]!], /differ in the number of shards/);
      const seeded = stored(
        await analyzeShard(model, { ...searching(2), seed: 1 }, { index: 2, of: 3 }, context()),
      );
      await refused([shards[0]!, seeded, shards[2]!], /differ in the seed/);
      const longer = { ...searching(2), proofSeconds: 30 };
      const other = stored(await analyzeShard(model, longer, { index: 2, of: 3 }, context()));
      await refused([shards[0]!, other, shards[2]!], /differ in --proof-time/);
      await refused(await shardsOf(model, 2, 3, '2'), /written by version 2, and this is 1/);
    });

    it('when they are no shards, damaged, or say different things', async () => {
      const one = await analyze(model, searching(1), context());
      await refused([one], /This is no shard\. \(1\.json\)/);
      const [first, second, third] = shards as [ShardReport, ShardReport, ShardReport];
      const [tree, ...others] = second.shard.trees;
      const damaged = { ...second, shard: { ...second.shard, trees: others } };
      await refused([first, damaged, third], /checksum does not match/);
      const { map: _map, ...without } = second.shard;
      assert.equal(_map.n, 5);
      await refused([first, { ...second, shard: without as Shard }, third], /damaged.*map/);
      const trees = second.shard.trees.map((each) => ({ ...each, own: each.own.slice(1) }));
      assert.ok(second.shard.trees.some(({ own }) => own.length > 0));
      await refused([first, forged(second, { trees }), third], /was searched by no shard/);
      const cut = forged(second, { trees: [{ ...tree!, seal: '0' }, ...others] });
      await refused([first, cut, third], /in another way/);
      const claims = { ...second, orders: one.orders };
      await refused([first, claims, third], /claims an order by itself/);
    });
  });

  it('claim nothing of an order of which one lacks a tree', async () => {
    const model = await load(coupled);
    const one = await analyze(model, searching(2), context());
    const proven = one.orders.filter(({ certificate }) => certificate?.method.includes('complementarity'));
    assert.ok(proven.length > 0);
    for (const { order } of proven) {
      const shards = await shardsOf(model, 2, 3);
      const left = shards[1]!.shard.trees.filter((tree) => tree.order !== order);
      const reports = [shards[0]!, forged(shards[1]!, { trees: left }), shards[2]!];
      const merged = await merge(named(reports), context());
      const found = merged.orders[order - 1]!;
      assert.notEqual(found.certificate?.method, proven[0]!.certificate!.method);
      if (!found.complete) assert.match(found.whyNot!, /shard 2 of 3 did not search/);
    }
  });
});
