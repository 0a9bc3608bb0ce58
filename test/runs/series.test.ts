import assert from 'node:assert/strict';
import { InputError } from '../../src/core/errors';
import { findSeries } from '../../src/runs/series';

const found = (paths: readonly string[], options: Parameters<typeof findSeries>[1] = {}) =>
  findSeries(paths, options).map(({ folder, series }) => ({
    folder,
    name: series.name,
    axis: series.axis,
    epochs: series.checkpoints.map(({ epoch }) => epoch),
    files: series.checkpoints.map(({ file }) => file),
    notes: series.notes,
  }));

describe('series of checkpoints in a listing', () => {
  // What each training code writes, as its saving code has it.
  const codes: readonly [string, string[], string, string, number[]][] = [
    [
      'GTF-shPLRNN',
      ['model_100.bson', 'model_25.bson', 'model_3.bson'],
      'model_*.bson',
      'epoch',
      [3, 25, 100],
    ],
    ['RNNtopoDSR', ['prune_model_2.bson', 'prune_model_10.bson'], 'prune_model_*.bson', 'epoch', [2, 10]],
    [
      'DynaMix',
      [
        'checkpoint_epoch_25.safetensors',
        'checkpoint_epoch_50.safetensors',
        'final_model.safetensors',
        'metrics.pt',
      ],
      'checkpoint_epoch_*.safetensors',
      'epoch',
      [25, 50],
    ],
    [
      'dendPLRNN BPTT',
      ['model_25.pt', 'model_50.pt', 'hypers.pkl', 'hypers.txt', 'events.out.tfevents.1700000000.host.12.0'],
      'model_*.pt',
      'epoch',
      [25, 50],
    ],
    [
      'dendPLRNN VI',
      [
        'gen_model_500.pt',
        'rec_model_500.pt',
        'gen_model_1000.pt',
        'rec_model_1000.pt',
        'best_loss_gen_model.pt',
      ],
      'gen_model_*.pt',
      'epoch',
      [500, 1000],
    ],
    [
      'reg-PLRNN',
      [
        'initial_model.pt',
        'model_after_10_epochs.pt',
        'model_after_9_epochs.pt',
        'optimizer_after_9_epochs.pt',
        'optimizer_after_10_epochs.pt',
        'mses.txt',
      ],
      'model_after_*_epochs.pt',
      'epoch',
      [0, 9, 10],
    ],
    ['continuous-time PLRNN', ['epoch_1.jld2', 'epoch_20.jld2'], 'epoch_*.jld2', 'epoch', [1, 20]],
    [
      'Lightning',
      ['epoch=9-step=90-val_loss=0.31.ckpt', 'epoch=10-step=99-val_loss=0.30.ckpt', 'last.ckpt'],
      'epoch=*-step=*-val_loss=*.ckpt',
      'epoch',
      [9, 10],
    ],
    [
      'numbered folders',
      [
        '000120/model.safetensors',
        '000120/optimizer.pt',
        '000240/model.safetensors',
        '001000/model.safetensors',
      ],
      '*/model.safetensors',
      'index',
      [120, 240, 1000],
    ],
    [
      'Hugging Face',
      [
        'checkpoint-500/model.safetensors',
        'checkpoint-1000/model.safetensors',
        'checkpoint-500/trainer_state.json',
      ],
      'checkpoint-*/model.safetensors',
      'step',
      [500, 1000],
    ],
    [
      'a set of files for each epoch',
      ['ckpt_1_A.npy', 'ckpt_1_W.npy', 'ckpt_1_h.npy', 'ckpt_2_A.npy', 'ckpt_2_W.npy', 'ckpt_2_h.npy'],
      'ckpt_*.npy',
      'epoch',
      [1, 2],
    ],
    ['without extension', ['lorenz_epoch_1', 'lorenz_epoch_2'], 'lorenz_epoch_*', 'epoch', [1, 2]],
    ['bare numbers', ['net7.pt', 'net8.pt', 'net12.pt'], 'net*.pt', 'index', [7, 8, 12]],
  ];
  for (const [code, paths, name, axis, epochs] of codes)
    it(`${code}: ${name}`, () => {
      const [series, ...others] = found(paths);
      assert.deepEqual(others, []);
      assert.equal(series?.name, name);
      assert.equal(series.axis, axis);
      assert.deepEqual(series.epochs, epochs);
    });

  const none: readonly [string, string[]][] = [
    ['seeds', ['lorenz_seed1.pt', 'lorenz_seed2.pt', 'lorenz_seed3.pt']],
    ['sizes', ['lorenz_m20_p2', 'lorenz_m20_p3', 'lorenz_m20_p4']],
    ['shards', ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']],
    [
      'data',
      ['trajectory_1.npy', 'trajectory_2.npy', 'trajectory_3.npy', 'plot_1.csv', 'plot_2.csv', 'plot_3.csv'],
    ],
    ['runs in folders', ['001/model.pt', '002/model.pt', '003/model.pt']],
    ['optimizers', ['optimizer_1.pt', 'optimizer_2.pt', 'rec_model_1.pt', 'rec_model_2.pt']],
    ['one checkpoint', ['model_100.pt', 'run.json']],
  ];
  for (const [what, paths] of none)
    it(`${what} are none`, () => {
      assert.deepEqual(found(paths), []);
    });

  it('tells several series in one folder apart and keeps folders apart', () => {
    const all = found([
      'a/model_1.pt',
      'a/model_2.pt',
      'a/prune_model_1.pt',
      'a/prune_model_2.pt',
      'b/model_1.pt',
      'b/model_2.pt',
    ]);
    assert.deepEqual(
      all.map(({ folder, name }) => `${folder}/${name}`),
      ['a/model_*.pt', 'a/prune_model_*.pt', 'b/model_*.pt'],
    );
  });

  it('prefers one of several formats of an epoch and says so', () => {
    const [series] = found([
      'model_1.pt',
      'model_1.safetensors',
      'model_2.pt',
      'model_2.safetensors',
      'model_3.pt',
    ]);
    assert.deepEqual(series?.files, ['model_1.safetensors', 'model_2.safetensors', 'model_3.pt']);
    assert.match(
      series.notes.join(),
      /2 epochs have several files; model_1\.safetensors was preferred to model_1\.pt/,
    );
  });

  it('takes steps where epochs do not tell the files apart', () => {
    const [series] = found(['epoch=0-step=10.ckpt', 'epoch=0-step=20.ckpt', 'epoch=1-step=30.ckpt']);
    assert.equal(series?.axis, 'step');
    assert.deepEqual(series.epochs, [10, 20, 30]);
  });

  it('leaves the final model out unless it is asked for', () => {
    const paths = ['model_10.pt', 'model_20.pt', 'final_model.pt', 'best_model.pt'];
    const [without] = found(paths);
    assert.deepEqual(without?.epochs, [10, 20]);
    assert.match(without.notes.join(), /final_model\.pt, best_model\.pt left out/);
    const [withFinal] = found(paths, { withFinal: true });
    assert.deepEqual(withFinal?.files, ['model_10.pt', 'model_20.pt', 'final_model.pt']);
    assert.deepEqual(withFinal.epochs, [10, 20, 30]);
  });

  it('follows patterns of the user', () => {
    const paths = ['x/t07k/net.pt', 'x/t12k/net.pt'];
    assert.deepEqual(
      found(['w-a1b.pt', 'w-a22b.pt'], { patterns: ['w-a(?<epoch>\\d+)b'] })[0]?.epochs,
      [1, 22],
    );
    const [series] = found(paths, { patterns: ['t(?<step>\\d+)k/net'] });
    assert.deepEqual([series?.folder, series?.name, series?.axis], ['x', 't*k/net.pt', 'step']);
    assert.throws(() => found(paths, { patterns: ['('] }), InputError);
  });

  it('orders ten thousand checkpoints in well under a second', () => {
    const paths = Array.from({ length: 10_000 }, (_, i) => `ckpt_${String(9999 - i)}.pt`);
    const begin = performance.now();
    const [series] = found(paths);
    assert.ok(performance.now() - begin < 5000);
    assert.deepEqual(series?.epochs.slice(0, 3), [0, 1, 2]);
    assert.equal(series.epochs.length, 10_000);
  });
});
