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
import { system, type ReferenceModel } from '../core/systems';
import { folder, textSource } from '../runs/support';

const free = (): Control => new Control(new Int32Array(1), 600);
const context = (control = free(), version = '1') => ({ version, control, onEvent: () => undefined });
// The word graph, which is not split, gets little time.
const searching = (maxOrder: number) => ({
  ...{ maxOrder, seed: 0, timeLimit: 600, threads: 1, memoryLimitMB: 4096, certify: true, proofSeconds: 0.2 },
});

function load(model: ReferenceModel | Record<string, unknown>, digest = 'sha256:0'): Promise<LoadedModel> {
  const text = JSON.stringify(model);
  return loadModel(textSource('model.json', text), folder({}), {}, () => Promise.resolve(digest));
}

/** As it comes back from its file. */
const stored = (report: Report): ShardReport => JSON.parse(reportToJson(report)) as ShardReport;

function shardsOf(model: LoadedModel, maxOrder: number, of: number, version = '1'): ShardReport[] {
  return Array.from({ length: of }, (_, i) =>
    stored(analyzeShard(model, searching(maxOrder), { index: i + 1, of }, context(free(), version))),
  );
}

const named = (reports: readonly Report[]) =>
  reports.map((report, i) => ({ name: `${String(i + 1)}.json`, report }));

/** The text of a report, but for the time that it took. */
const timeless = (report: Report): string =>
  reportToJson({ ...report, search: { ...report.search, seconds: 0 } });

/** Changes a shard as somebody would who also mends its checksum. */
function forged(report: ShardReport, changes: Partial<Shard>): ShardReport {
  const { seal: _seal, ...shard } = { ...report.shard, ...changes };
  assert.equal(_seal, report.shard.seal);
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
      for (const n of [1, 2, 3, 5]) {
        const shards = shardsOf(model, maxOrder, n);
        for (const { orders, shard, search } of shards) {
          assert.ok(orders.every(({ complete, certificate }) => !complete && certificate === null));
          assert.ok(shard.covered.length > 0 && !search.partial);
        }
        // In whatever order they are given.
        const merged = await merge(named(shards).reverse(), context());
        assert.equal(timeless(merged), timeless(one), `${String(n)} shards`);
      }
    });

  it('split the trees of a net that needs them', async () => {
    const [shard] = shardsOf(await load(coupled), 2, 3);
    const split = shard!.shard.trees.filter(({ subtrees }) => subtrees >= 3);
    assert.ok(split.length > 0);
    assert.match(shard!.shard.covered.join(' '), /\d+ of \d+ subtrees below level \d+ \(one in 3\)/);
  });

  describe('are refused', () => {
    let model: LoadedModel;
    let shards: ShardReport[];
    before(async () => {
      model = await load(coupled);
      shards = shardsOf(model, 2, 3);
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

    it('when one is given twice, or poses as another', async () => {
      await refused([...shards, shards[0]!], /Shard 1 of 3 is given twice\. \(1\.json, 4\.json\)/);
      await refused([shards[0]!, shards[1]!, shards[1]!], /Shard 2 of 3 is given twice/);
      const posing = forged(shards[1]!, { index: 3 });
      await refused([shards[0]!, shards[1]!, posing], /is not that of shard 3/);
    });

    it('when one was stopped before it was done', async () => {
      const control = new Control(new Int32Array(1), 0);
      const share = { index: 2, of: 3 };
      const stopped = stored(analyzeShard(model, searching(2), share, context(control)));
      assert.equal(stopped.search.partial, true);
      await refused([shards[0]!, stopped, shards[2]!], /Shard 2 of 3 was ended before .*time limit.*2\.json/);
    });

    it('when they are of another model, or of another search', async () => {
      const foreign = shardsOf(await load(coupled, 'sha256:1'), 2, 3);
      await refused([shards[0]!, foreign[1]!, shards[2]!], /different model files\. \(1\.json, 2\.json\)/);
      const read = shardsOf(await load({ ...coupled, A: [0.5, -0.3, 0.7, 0.2, -0.5] }), 2, 3);
      await refused([shards[0]!, read[1]!, shards[2]!], /differ in how the model is read/);
      await refused([shards[0]!, shardsOf(model, 1, 3)[1]!, shards[2]!], /differ in the highest order/);
      await refused([shards[0]!, shardsOf(model, 2, 2)[1]!, shards[2]!], /differ in the number of shards/);
      const seeded = stored(
        analyzeShard(model, { ...searching(2), seed: 1 }, { index: 2, of: 3 }, context()),
      );
      await refused([shards[0]!, seeded, shards[2]!], /differ in the seed/);
      const longer = { ...searching(2), proofSeconds: 30 };
      const other = stored(analyzeShard(model, longer, { index: 2, of: 3 }, context()));
      await refused([shards[0]!, other, shards[2]!], /differ in --proof-time/);
      await refused(shardsOf(model, 2, 3, '2'), /written by version 2, and this is 1/);
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
      const shards = shardsOf(model, 2, 3);
      const left = shards[1]!.shard.trees.filter((tree) => tree.order !== order);
      const reports = [shards[0]!, forged(shards[1]!, { trees: left }), shards[2]!];
      const merged = await merge(named(reports), context());
      const found = merged.orders[order - 1]!;
      assert.notEqual(found.certificate?.method, proven[0]!.certificate!.method);
      if (!found.complete) assert.match(found.whyNot!, /shard 2 of 3 did not search/);
    }
  });
});
