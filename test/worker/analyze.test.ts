import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import type { Report } from '../../src/core/report/types';
import type { SearchOptions } from '../../src/protocol/job';
import { JobFailure, WorkerClient } from '../../src/worker/client';

const root = path.join(import.meta.dirname, '../..');
const search: SearchOptions = {
  maxOrder: 4,
  seed: 0,
  timeLimit: 60,
  threads: 2,
  memoryLimitMB: 4096,
  certify: true,
};

describe('analysis in a worker thread', () => {
  let client: WorkerClient;
  let folder: string;
  let script: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'worker-'));
    script = path.join(folder, 'worker.js');
    await esbuild.build({
      entryPoints: [path.join(root, 'src/worker/worker.ts')],
      bundle: true,
      platform: 'node',
      outfile: script,
      logLevel: 'error',
    });
    client = new WorkerClient(script);
  });
  after(async () => {
    await client.dispose();
    await rm(folder, { recursive: true });
  });

  const analyze = (file: string, options: Partial<SearchOptions> = {}): Promise<Report> =>
    client.run('analyze', {
      file: { kind: 'path', path: path.join(root, file) },
      options: {},
      search: { ...search, ...options },
    }).result;
  const stable = (report: Report): string[] =>
    [...report.orders.flatMap((o) => o.cycles), ...report.beyond]
      .filter((c) => c.stability === 'stable')
      .map((c) => c.id);

  // What the runs end in is known from long simulations of the training scripts' authors, by another program.
  it('a PLRNN trained on the Van der Pol oscillator ends in a stable 39-cycle', async () => {
    const report = await analyze('samples/R1_excerpt/ckpt_03000.pt');
    assert.deepEqual(stable(report), ['C39a']);
    assert.ok(report.orders.every((o) => o.complete));
    assert.equal(report.attractors[0]?.cycle, 'C39a');
  });
  it('its forced twin is not periodic', async () => {
    const report = await analyze('test/fixtures/runs/R2_plrnn2_vdp_gtf/ckpt_03000.pt');
    assert.deepEqual(
      report.attractors.map((a) => a.kind),
      ['chaotic'],
    );
    assert.ok(Math.abs(report.attractors[0]!.lyapunov! - 0.02) < 0.01);
  });
  it('a shallow PLRNN trained on the Lorenz system has four saddles, proven, and is not periodic', async () => {
    const report = await analyze('samples/R3_shPLRNN_lorenz63/ckpt_00400.pt', { maxOrder: 2 });
    assert.deepEqual(
      report.orders[0]!.cycles.map((c) => c.stability),
      ['saddle', 'saddle', 'saddle', 'saddle'],
    );
    assert.ok(report.orders[0]!.complete);
    assert.equal(report.attractors[0]?.kind, 'chaotic');
  });
  it('an AL-RNN ends in a stable 76-cycle', async () => {
    const report = await analyze('samples/R6_ALRNN_lorenz63/ckpt_00480.pt');
    assert.ok(stable(report).includes('C76a'));
  });
  it('a ReLU RNN trained on the flip-flop task holds 8 states among 27 fixed points, proven', async () => {
    const report = await analyze('samples/R8_rnn_relu_flipflop/ckpt_00120.pt', { maxOrder: 1 });
    assert.equal(report.orders[0]!.cycles.length, 27);
    assert.equal(stable(report).length, 8);
    assert.ok(report.orders[0]!.complete);
  });
  it('untrained, without biases, its fixed point is listed once, as a boundary point', async () => {
    const report = await analyze('samples/R8_rnn_relu_flipflop/ckpt_00000.pt', { maxOrder: 1 });
    const [first] = report.orders;
    assert.deepEqual([first!.cycles.length, first!.boundaryPoints.length], [0, 1]);
    assert.ok(first!.boundaryPoints[0]!.points[0]!.every((v) => v === 0));
    assert.equal(report.attractors[0]?.cycle, first!.boundaryPoints[0]!.id);
  });

  it('gives the same report whatever the number of threads', async () => {
    const file = 'samples/R8_rnn_relu_flipflop/ckpt_00120.pt';
    const [one, two] = [await analyze(file, { threads: 1 }), await analyze(file, { threads: 2 })];
    const timeless = (r: Report): Report => ({ ...r, search: { ...r.search, seconds: 0 } });
    assert.deepEqual(timeless(two), timeless(one));
  });

  it('keeps what was found when stopped, and says so', async () => {
    let begin = 0;
    const job = client.run(
      'analyze',
      {
        file: { kind: 'path', path: path.join(root, 'samples/json/plrnn-chaotic.json') },
        options: {},
        search: { ...search, maxOrder: 60, timeLimit: 600 },
      },
      (event) => {
        if (event.type === 'proven' && event.upTo === 14) {
          begin = performance.now();
          job.stop(true);
        }
      },
    );
    const report = await job.result;
    assert.ok(begin > 0);
    // Told within 100 ms on an idle machine; tenfold for a busy one.
    assert.ok(performance.now() - begin < 1000);
    assert.deepEqual([report.search.partial, report.search.stoppedBy], [true, 'stopped']);
    assert.ok(report.orders.flatMap((o) => o.cycles).length > 100);
  });

  it('stops at its time limit', async () => {
    const begin = performance.now();
    const report = await analyze('samples/json/plrnn-chaotic.json', { maxOrder: 60, timeLimit: 1 });
    assert.equal(report.search.stoppedBy, 'time limit');
    assert.ok(performance.now() - begin < 10000);
  });

  it('fails as cancelled when given up', async () => {
    const job = client.run('analyze', {
      file: { kind: 'path', path: path.join(root, 'samples/json/plrnn-chaotic.json') },
      options: {},
      search: { ...search, maxOrder: 60 },
    });
    job.stop(false);
    await assert.rejects(
      job.result,
      (error) => error instanceof JobFailure && error.failure.kind === 'cancelled',
    );
  });

  it('survives the death of its thread: the job fails, the next one works', async () => {
    // The first thread dies at its first message, the next one is the real worker.
    const marker = path.join(folder, 'died');
    const mortalScript = path.join(folder, 'mortal-worker.js');
    await writeFile(
      mortalScript,
      `const fs = require('node:fs');
       if (fs.existsSync(${JSON.stringify(marker)})) require(${JSON.stringify(script)});
       else require('node:worker_threads').parentPort.on('message', () => {
         fs.writeFileSync(${JSON.stringify(marker)}, '');
         process.exit(7);
       });`,
    );
    const mortal = new WorkerClient(mortalScript);
    const job = mortal.run('analyze', {
      file: { kind: 'path', path: path.join(root, 'samples/json/plrnn-chaotic.json') },
      options: {},
      search,
    });
    await assert.rejects(
      job.result,
      (error) =>
        error instanceof JobFailure && error.failure.kind === 'internal' && /code 7/.test(error.message),
    );
    const next = mortal.run('info', {
      file: { kind: 'path', path: path.join(root, 'samples/json/plrnn-chaotic.json') },
      options: {},
    });
    assert.equal((await next.result).model?.kind, 'PLRNN');
    await mortal.dispose();
  });

  it('answers what the panel asks of an opened model', async () => {
    const file = { kind: 'path', path: path.join(root, 'samples/R1_excerpt/ckpt_02124.pt') } as const;
    const opened = await client.run('open', { session: 's', file, options: {} }).result;
    assert.deepEqual(opened, { stateDim: 2, reluUnits: 2 });
    const report = await analyze('samples/R1_excerpt/ckpt_02124.pt');
    const objects = [...report.orders.flatMap((o) => o.cycles), ...report.beyond];
    const scene = await client.run('scene', {
      session: 's',
      objects: objects.flatMap((o) => o.points),
      seed: 0,
    }).result;
    assert.equal(scene.borders.length, 2);
    assert.ok(Math.abs(scene.principal.explained.reduce((a, b) => a + b) - 1) < 1e-12);
    const trajectory = await client.run('trajectory', {
      session: 's',
      start: [0.45, 0.3],
      steps: 80,
      objects: objects.map(({ id, points }) => ({ id, points })),
    }).result;
    assert.equal(trajectory.points.length, 81);
    assert.equal(trajectory.settledOn, 'C13a');
    const probe = await client.run('probe', { session: 's', state: trajectory.points[0]! }).result;
    assert.deepEqual(probe.next, trajectory.points[1]);
    const weights = await client.run('weights', { session: 's' }).result;
    assert.deepEqual(weights.map((w) => w.name).sort(), ['A', 'W', 'h']);
  });
});
