import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import type { Timeline } from '../../src/core/report/timeline';
import { InputError } from '../../src/core/errors';
import { timelineToHtml } from '../../src/export/timelineHtml';
import { timelineToCsv } from '../../src/export/timelineCsv';
import { MemoryCache } from '../../src/jobs/cache';
import { Control } from '../../src/jobs/control';
import { timeline } from '../../src/jobs/timeline';
import { runTimelineTask, type RunTimelineTask, type TimelineTask } from '../../src/jobs/timelineWork';
import type { TimelineOptions } from '../../src/protocol/job';
import { runFolder } from '../runs/support';

/** A planar PLRNN as a JSON model: z' = A z + W relu(z) + h with a skew tent map in the first coordinate. */
const model = (left: number, right: number, h: number): string =>
  JSON.stringify({
    model: 'PLRNN',
    A: [left, 0.5],
    // The diagonal of W carries the change of slope.
    W: [
      [right - left, 0],
      [0, 0],
    ],
    h: [h, 1],
  });

const options: TimelineOptions = {
  ...{ maxOrder: 4, seed: 0, timeLimit: 60, threads: 2, memoryLimitMB: 4096, certify: true, every: 1 },
  ...{ jumps: { change: 0.1, z: 8 }, association: {} },
};

interface Counted {
  readonly result: Timeline;
  readonly tasks: Record<TimelineTask['kind'], number>;
  readonly partials: Timeline[];
}

async function make(
  files: Record<string, string>,
  cache: MemoryCache | null = null,
  over: Partial<TimelineOptions> = {},
  flag = new Int32Array(new SharedArrayBuffer(4)),
  onTask: () => void = () => undefined,
): Promise<Counted> {
  const tasks = { checkpoint: 0, step: 0, distance: 0, itineraries: 0, spectra: 0 };
  const partials: Timeline[] = [];
  const control = new Control(flag, 60);
  const result = await timeline(
    runFolder(files),
    {},
    {},
    { ...options, ...over },
    {
      version: '0',
      control,
      cache,
      hash: async (source) => `sha256:${new TextDecoder().decode(await source.read(0, source.size))}`,
      onEvent: (event) => {
        if (event.type === 'timeline') partials.push(event.timeline);
      },
      runTask: (async (task: TimelineTask) => {
        tasks[task.kind]++;
        onTask();
        return runTimelineTask(task, control.stop);
      }) as RunTimelineTask,
      threads: over.threads ?? options.threads,
    },
  );
  return { result, tasks, partials };
}

/** What must not depend on how a timeline was made. */
const content = (made: Timeline): unknown => ({ ...made, search: null });

/** mu moves through the fold of the skew tent map 0.5, 1.5 and back: gone between 2 and 3, back between 5 and 6. */
const mus = [-1, -0.8, -0.2, 0.6, 1, 0.2, -0.3, -0.5];
const run = (count: number): Record<string, string> => ({
  ...Object.fromEntries(
    mus.slice(0, count).map((mu, i) => [`model_${String(10 * i)}.json`, model(0.5, 1.5, mu)]),
  ),
  'loss.csv': `epoch,loss\n${Array.from({ length: 80 }, (_, e) => `${String(e)},${String(e > 28 && e < 55 ? 2 : 1 + 1e-4 * e)}`).join('\n')}\n`,
});

describe('timeline of a run', () => {
  // mu crosses 0 at s = 0.2 / 0.8 after 20, and at s = 0.2 / 0.5 after 50: epochs 22.5 and 54.
  it('finds every bifurcation once, with the loss beside', async () => {
    const { result } = await make(run(8));
    assert.deepEqual(
      result.events.map(({ kind, order, born, died }) => [kind, order, born.length, died.length]),
      [
        ['bcb-fold', 1, 0, 2],
        ['bcb-fold', 1, 2, 0],
      ],
    );
    assert.ok(Math.abs(result.events[0]!.epoch - 22.5) < 1e-6);
    assert.ok(Math.abs(result.events[1]!.epoch - 54) < 1e-6);
    assert.deepEqual(result.balance, { steps: 7, broken: [] });
    assert.equal(result.search.partial, false);
    assert.deepEqual(
      result.checkpoints.map(({ counts }) => Object.keys(counts)),
      mus.map((mu) => (mu < 0 ? ['1'] : [])),
    );
    assert.deepEqual(
      result.lossJumps.map(({ epoch, change }) => [epoch, change > 0]),
      [
        [29, true],
        [55, false],
      ],
    );
    // One upward jump at 29, events at 22.5 and 54, two rows around: none matches.
    assert.equal(result.association?.wholeRun.matched, 0);
    // mu changes by 0.2 over ten epochs.
    assert.ok(Math.abs(result.checkpoints[1]!.weightChange! - 0.02) < 1e-12);
    // The fold is what comes next, and comes nearer: mu = -1, -0.8, -0.2.
    const next = result.checkpoints.map(({ distanceToBifurcation }) => distanceToBifurcation);
    assert.deepEqual(
      next.slice(0, 3).map((d) => d?.which.kind),
      ['bcb-fold', 'bcb-fold', 'bcb-fold'],
    );
    assert.ok(next[0]!.value > next[1]!.value && next[1]!.value > next[2]!.value);
    assert.equal(next[3], null);
    assert.deepEqual(result.warnings, []);
  });

  it('says where the model changes its size, and which of several series it is', async () => {
    const larger = JSON.stringify({
      ...{ model: 'PLRNN', A: [0.5, 0.5, 0.5], h: [1, 1, 1] },
      ...{ W: [[0, 0, 0], [0, 0, 0], [0, 0, 0]] }, // prettier-ignore
    });
    const files = { 'model_0.json': model(0.5, 1.5, -1), 'model_10.json': larger, 'model_20.json': larger };
    const { result } = await make({ ...files, 'ckpt_1.json': larger, 'ckpt_2.json': larger });
    assert.deepEqual(result.warnings, [
      'This is the series model_*.json. The folder holds another, too: ckpt_*.json.',
      'The model changes at epoch 10 (model_10.json): PLRNN with M = 3 and 3 units after PLRNN with M = 2 and 2 units. Nothing can be followed across the change.',
      '1 of 2 steps are not followed: objects are joined by their itineraries there, and no bifurcation in them is known.',
    ]);
  });

  it('is the same for any number of threads, and from the cache', async () => {
    const cache = new MemoryCache();
    const first = await make(run(8), cache, { threads: 1 });
    const others = [await make(run(8), null, { threads: 3 }), await make(run(8), cache)];
    for (const { result } of others) assert.deepEqual(content(result), content(first.result));
    assert.deepEqual(others[1]!.tasks, { checkpoint: 0, step: 0, distance: 0, itineraries: 0, spectra: 0 });
    // Eight checkpoints, seven steps, five checkpoints with cycles.
    assert.equal(others[1]!.result.search.cached, 20);
  });

  it('of a growing run costs its new part, and is what the whole run gives at once', async () => {
    const cache = new MemoryCache();
    for (let count = 3; count < 8; count++) await make(run(count), cache);
    const grown = await make(run(8), cache);
    assert.deepEqual(grown.tasks, { checkpoint: 1, step: 1, distance: 1, itineraries: 0, spectra: 0 });
    assert.deepEqual(content(grown.result), content((await make(run(8))).result));
  });

  it('keeps what was found when it is stopped', async () => {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    let tasks = 0;
    const { result } = await make(run(8), null, { threads: 1 }, flag, () => {
      if (++tasks === 12) Atomics.store(flag, 0, 1);
    });
    assert.equal(result.search.partial, true);
    assert.equal(result.search.stoppedBy, 'stopped');
    assert.equal(result.checkpoints.length, 8);
    assert.equal(result.balance.steps, 3);
    assert.match(result.warnings.join(), /4 of 7 steps are not followed/);
  });

  it('leaves out checkpoints that cannot be read, and says so', async () => {
    const { result } = await make({ ...run(8), 'model_40.json': '{"model":' });
    assert.equal(result.checkpoints.length, 7);
    assert.match(result.warnings.join(), /model_40\.json is left out/);
    assert.deepEqual(result.balance, { steps: 6, broken: [] });
    await assert.rejects(make({ 'model_1.json': '{', 'model_2.json': '{' }), InputError);
  });

  it('reads a series from one file, and takes every n-th checkpoint', async () => {
    const checkpoints = mus.map((mu, i) => ({
      epoch: 10 * i,
      ...(JSON.parse(model(0.5, 1.5, mu)) as object),
    }));
    const { result } = await make({ 'series.json': JSON.stringify({ checkpoints }) });
    assert.deepEqual(
      result.checkpoints.map(({ epoch, entry }) => [epoch, entry]),
      mus.map((_, i) => [10 * i, i]),
    );
    assert.equal(result.events.length, 2);
    const { result: half } = await make(run(8), null, { every: 2 });
    assert.deepEqual(
      half.checkpoints.map(({ epoch }) => epoch),
      [0, 20, 40, 60],
    );
  });

  it('fits its schema, and is written as CSV and HTML', async () => {
    const { result } = await make(run(8), null, { lyapunov: true });
    const schema = path.join(import.meta.dirname, '../../media/timeline.schema.json');
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
    const valid = ajv.compile(JSON.parse(await readFile(schema, 'utf8')) as object);
    assert.equal(valid(JSON.parse(JSON.stringify(result))), true, JSON.stringify(valid.errors));
    assert.equal(valid({ ...result, events: [{ ...result.events[0], kind: 'odd' }] }), false);
    const tables = timelineToCsv(result).split('\r\n\r\n');
    assert.deepEqual(
      tables.map((table) => table.split(',')[0]),
      ['event', 'branch', 'checkpoint'],
    );
    assert.equal(tables[0]!.split('\r\n').length, 3);
    // At mu = -1 the stable fixed point has the multipliers 0.5 and 0.5: z' = (mu + 0.5 z1, 1 + 0.5 z2) left of the border.
    const stable = result.checkpoints[0]!.attractors.find(({ branch }) => branch !== null)!;
    for (const exponent of stable.spectrum!.exponents) assert.ok(Math.abs(exponent! - Math.log(0.5)) < 1e-9);
    assert.match(tables[2]!, /lyapunovSpectrum,kaplanYorke/);
    const html = timelineToHtml(result);
    assert.match(html, /<svg/);
    assert.doesNotMatch(html, /<script|NaN/);
  });
});
