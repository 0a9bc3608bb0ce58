import assert from 'node:assert/strict';
import { InputError } from '../../src/core/errors';
import { metadataOf } from '../../src/runs/metadata';
import { runName } from '../../src/runs/names';
import { readRun } from '../../src/runs/readRun';
import type { Hint } from '../../src/core/models/types';
import { runFolder } from './support';

const model = (loss: number): string =>
  `{"model":"PLRNN","A":[0.5],"W":[[1]],"h":[0],"loss":${String(loss)}}`;
const numbered = Object.fromEntries([0, 10, 20].map((e) => [`model_${String(e)}.json`, model(1 / (e + 1))]));

describe('a run', () => {
  it('joins checkpoints, loss and metadata', async () => {
    const run = await readRun(
      runFolder(
        {
          ...numbered,
          'run.json': '{"forcing":"gtf","alpha":0.15,"batches_per_epoch":1}',
          'loss.csv': 'epoch,loss,grad_norm\n1,0.5,2\n2,0.25,1\n',
        },
        ['run-3'],
      ),
    );
    assert.equal(run.name, 'run-3');
    assert.deepEqual(
      run.series.checkpoints.map(({ epoch, file }) => [epoch, file]),
      [
        [0, 'model_0.json'],
        [10, 'model_10.json'],
        [20, 'model_20.json'],
      ],
    );
    assert.deepEqual(run.loss, {
      source: 'loss.csv, columns loss and grad_norm',
      points: [
        { epoch: 1, loss: 0.5, gradNorm: 2 },
        { epoch: 2, loss: 0.25, gradNorm: 1 },
      ],
    });
    assert.equal(run.lossOffset, 1);
    assert.equal(run.forcing, 'GTF alpha 0.15');
    assert.equal(run.hyperparameters['alpha'], 0.15);
  });

  it('takes the loss from inside the checkpoints where nothing lies beside them', async () => {
    const run = await readRun(runFolder(numbered));
    assert.equal(run.loss?.source, 'inside the checkpoints, loss');
    assert.deepEqual(
      run.loss.points.map(({ loss }) => loss),
      [1, 1 / 11, 1 / 21],
    );
    assert.equal(run.lossOffset, 0);
  });

  it('reads a file that holds a series', async () => {
    const checkpoints = [3, 1, 2].map(
      (epoch) => `{"epoch":${String(epoch)},"A":[0.5],"W":[[1]],"h":[0],"loss":${String(epoch)}}`,
    );
    const run = await readRun(runFolder({ 'all.json': `{"checkpoints":[${checkpoints.join()}]}` }));
    assert.deepEqual(
      run.series.checkpoints.map(({ epoch, entry }) => [epoch, entry]),
      [
        [1, 1],
        [2, 2],
        [3, 0],
      ],
    );
    assert.deepEqual(
      run.loss?.points.map(({ loss }) => loss),
      [1, 2, 3],
    );
  });

  it('finds checkpoints one folder down, with sidecars and losses of both folders', async () => {
    const files = Object.fromEntries(
      Object.entries(numbered).map(([name, text]) => [`checkpoints/${name}`, text]),
    );
    const run = await readRun(
      runFolder(
        { ...files, 'args.json': '{"teacher_forcing_interval":16}', 'metrics.csv': 'epoch,loss\n10,0.3\n' },
        ['001', 'lorenz'],
      ),
    );
    assert.equal(run.name, 'lorenz/001');
    assert.equal(run.series.name, 'checkpoints/model_*.json');
    assert.equal(run.series.checkpoints[0].file, 'checkpoints/model_0.json');
    assert.equal(run.loss?.source, 'metrics.csv, column loss');
    assert.equal(run.forcing, 'sparse TF tau 16');
  });

  it('takes the loss file and column that are asked for, and names what there is else', async () => {
    const folder = runFolder({
      ...numbered,
      'loss.csv': 'epoch,loss\n1,1\n',
      'other.csv': 'epoch,a,b\n1,2,3\n',
    });
    const run = await readRun(folder, { loss: { file: 'other.csv', column: 'b' } });
    assert.deepEqual(run.loss, {
      source: 'other.csv, column b',
      points: [{ epoch: 1, loss: 3, gradNorm: null }],
    });
    await assert.rejects(readRun(folder, { loss: { file: 'other.csv', column: 'c' } }), (error: unknown) => {
      assert.ok(error instanceof InputError);
      assert.match(error.remedy, /epoch, a, b/);
      return true;
    });
    await assert.rejects(readRun(folder, { loss: { file: 'gone.csv', column: null } }), InputError);
  });

  it('passes over a loss file that cannot be read', async () => {
    const run = await readRun(
      runFolder({ ...numbered, 'loss.json': '{"loss":', 'metrics.csv': 'epoch,loss\n1,1\n' }),
    );
    assert.equal(run.loss?.source, 'metrics.csv, column loss');
    assert.match(run.warnings.join(), /loss\.json is ignored/);
  });

  it('says what is wrong with a folder without a series', async () => {
    const single = runFolder({ 'a.json': model(1) });
    await assert.rejects(readRun(single), /only model file in the folder is a\.json/);
    await assert.rejects(readRun(single, { series: 'a.json' }), /a\.json holds one model, not a series/);
    const two = runFolder({ 'a.json': model(1), 'b.json': model(1) });
    await assert.rejects(readRun(two), /no series of checkpoints/);
    await assert.rejects(readRun(runFolder({})), /the folder is empty/);
    await assert.rejects(readRun(runFolder(numbered), { series: 'x_*.pt' }), /no series x_\*\.pt/);
  });

  it('is called by the names that tell it from others', () => {
    assert.equal(runName(['checkpoints', '001', 'lorenz', 'Results']), 'lorenz/001');
    assert.equal(runName(['run-3', 'work']), 'run-3');
    assert.equal(runName(['checkpoints', 'version_0', 'lightning_logs']), 'lightning_logs/version_0');
  });
});

describe('metadata of a training', () => {
  const hints = (values: Record<string, number | string | boolean>): Hint[] =>
    Object.entries(values).map(([name, value]) => ({ name, value, origin: 'args.json' }));
  const forcings: readonly [Record<string, number | string | boolean>, string | null][] = [
    [{ forcing: 'none' }, 'none'],
    [{ forcing: 'sparse', tau: 16 }, 'sparse TF tau 16'],
    [{ gtf_alpha: 1, gtf_alpha_method: 'constant', teacher_forcing_interval: 16 }, 'sparse TF tau 16'],
    [
      { gtf_alpha: 1, gtf_alpha_method: 'product_upper_bound', teacher_forcing_interval: 1 },
      'GTF alpha 1 at first, then product upper bound',
    ],
    [{ gtf_alpha: '0.15', gtf_alpha_method: 'constant' }, 'GTF alpha 0.15'],
    [
      { teacher_forcing_interval: 200, seq_len: 200 },
      'none (interval 200 is no shorter than the sequences of 200)',
    ],
    [{ 'training.n_interleave': 10, 'training.alpha': 1 }, 'sparse TF tau 10'],
    [{ lr: 0.1 }, null],
  ];
  for (const [values, words] of forcings)
    it(`${JSON.stringify(values)} is ${words ?? 'unknown'}`, () => {
      assert.equal(metadataOf(hints(values)).forcing, words);
    });

  it('says which row of the loss belongs to a checkpoint', () => {
    assert.equal(metadataOf(hints({ batches_per_epoch: 1 })).lossOffset, 1);
    assert.equal(metadataOf(hints({ batches_per_epoch: 50 })).lossOffset, 0);
    assert.equal(metadataOf(hints({ batches_per_epoch: 1, loss_before_update: false })).lossOffset, 0);
    assert.equal(metadataOf([]).lossOffset, 0);
  });
});
