import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../src/core/errors';
import type { ModelOptions } from '../../src/core/models/types';
import type { ModelKind } from '../../src/core/report/types';
import { loadModel, ModelQuestion, type LoadedModel } from '../../src/jobs/load';
import { hashSource, neighbourhoodOf, openFile } from '../../src/worker/files';
import { folder, textSource } from '../runs/support';

const fixtures = path.join(import.meta.dirname, '../fixtures/formats');

function fromText(
  content: object | string,
  options: ModelOptions = {},
  beside: Record<string, string> = {},
  name = 'model.json',
): Promise<LoadedModel> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return loadModel(textSource(name, text), folder(beside), options, () => Promise.resolve('sha256:0'));
}
const plain = {
  A: [0.5, 0.25],
  W: [
    [0, 1],
    [2, 0],
  ],
  h: [3, 4],
};

describe('loading a model', () => {
  const architectures: readonly [string, ModelKind, ModelOptions, number, number][] = [
    ['plrnn', 'PLRNN', {}, 6, 6],
    ['alrnn', 'ALRNN', { set: { P: 2 } }, 7, 2],
    ['shplrnn', 'shPLRNN', {}, 3, 9],
    ['clipped_shplrnn', 'clippedShPLRNN', {}, 3, 20],
    ['dendplrnn', 'dendPLRNN', {}, 5, 15],
    ['rnn_relu', 'reluRNN', {}, 8, 8],
  ];
  for (const [name, kind, options, n, L] of architectures)
    it(`${name}: the same map from every file that holds the same float32 weights`, async () => {
      const root = path.join(fixtures, name);
      const names = (await readdir(root)).filter((file) =>
        /^(state_dict|checkpoint|checkpoint_module_prefix|full_module|noncontiguous|shared_storage|list_of_state_dict|dict_of_parameters|weights|weights_unaligned|arrays|arrays_bigendian|arrays_fortran_f64|arrays_named)\.(pt|ckpt|npz|safetensors|json)$/.test(
          file,
        ),
      );
      assert.ok(names.length >= 8, names.join());
      let first: LoadedModel | undefined;
      for (const file of names) {
        const whole = path.join(root, file);
        const model = await loadModel(await openFile(whole), neighbourhoodOf(whole), options, hashSource);
        assert.equal(model.model.kind, kind, file);
        assert.deepEqual([model.map.n, model.map.L], [n, L]);
        assert.match(model.digest, /^sha256:[0-9a-f]{64}$/);
        first ??= model;
        assert.deepEqual(model.map, first.map, `${file} and ${first.fileName}`);
      }
    });

  it('says which epoch it is, by the file or by its name', async () => {
    const model = { model: 'PLRNN', ...plain };
    assert.equal((await fromText({ ...model, epoch: 7 })).epoch, 7);
    assert.equal((await fromText(model, {}, {}, 'ckpt_00040.json')).epoch, 40);
    assert.equal((await fromText(model)).epoch, null);
  });

  it('takes the last entry of a series, or the epoch that was asked for', async () => {
    const series = {
      model: 'PLRNN',
      checkpoints: [
        { epoch: 1, ...plain },
        { epoch: 5, ...plain, h: [9, 9] },
      ],
    };
    const last = await fromText(series);
    assert.deepEqual([last.epoch, ...last.map.g], [5, 9, 9]);
    const first = await fromText(series, { epoch: 1 });
    assert.deepEqual([first.epoch, ...first.map.g], [1, 3, 4]);
    await assert.rejects(fromText(series, { epoch: 2 }), (error: unknown) => {
      assert.ok(error instanceof InputError);
      assert.match(error.remedy, /1, 5/);
      return true;
    });
  });

  it('takes the equation from a sidecar', async () => {
    const { model, input } = await fromText(plain, {}, { 'run.json': '{"model":"ALRNN","P":1}' });
    assert.equal(model.kind, 'ALRNN');
    assert.deepEqual(input, []);
  });

  it('turns what it assumed into warnings', async () => {
    const { warnings } = await fromText(plain);
    assert.ok(warnings.some((warning) => warning.includes('taken as a PLRNN')));
  });

  it('keeps the input it was given, and zeros otherwise', async () => {
    const rnn = { model: 'reluRNN', W_hh: [[1]], W_ih: [[2, 3]], b: [0.5] };
    assert.deepEqual((await fromText(rnn)).input, [0, 0]);
    const driven = await fromText(rnn, { input: [10, 100] });
    assert.deepEqual(driven.input, [10, 100]);
    assert.deepEqual([...driven.map.d], [320.5]);
  });

  it('names the value that is not finite', async () => {
    const text = '{"model":"PLRNN","A":[0.5,0.5],"W":[[0,1],[1e999,0]],"h":[0,0]}';
    await assert.rejects(fromText(text), (error: unknown) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.place, 'W[1][0]');
      assert.match(error.message, /Infinity/);
      return true;
    });
  });

  it('does not mind a value that is not finite in a tensor that is not needed', async () => {
    const { map } = await fromText(`{"model":"PLRNN","A":[0.5],"W":[[0]],"h":[1],"B":[[1e999]]}`);
    assert.equal(map.n, 1);
  });

  it('says so when finite weights overflow', async () => {
    const huge = { model: 'reluRNN', W_hh: [[1e308]], b: [1e308], b_ih: [1e308] };
    await assert.rejects(
      fromText(huge),
      (error: unknown) => error instanceof InputError && /overflows/.test(error.message),
    );
  });

  it('says what was left out of a file in which a parameter is missing', async () => {
    const reasons: Readonly<Record<string, RegExp>> = {
      'malicious_object.npz':
        /needs W, which is missing\. About the file: W\.npy was left out: the array holds Python objects/,
      'two_pickles.pt': /needs W, which is missing\. About the file: .*outside the archive/,
      'semicolons_decimal_comma.csv': /holds one matrix, and no others .* beside it \(as RUN_A\.csv, /,
      'blank_lines.csv': /holds one matrix/,
      'shape_missing_h.json': /^A piecewise-linear RNN needs h, which is missing\.$/,
    };
    for (const [name, reason] of Object.entries(reasons)) {
      const file = path.join(fixtures, '../bad', name);
      // Alone in its folder, as a file that was downloaded is.
      await assert.rejects(loadModel(await openFile(file), folder({}), {}, hashSource), (error: unknown) => {
        assert.ok(error instanceof ModelQuestion && error.recognition.status === 'unrecognised', name);
        assert.match(error.message, reason);
        return true;
      });
    }
  });

  it('asks what it cannot know, and refuses what it knows is none', async () => {
    await assert.rejects(
      fromText({ ...plain, model: 'ALRNN' }),
      (error: unknown) => error instanceof ModelQuestion && error.recognition.status === 'ambiguous',
    );
    await assert.rejects(
      fromText({ foo: [1, 2] }),
      (error: unknown) => error instanceof ModelQuestion && error.recognition.status === 'unrecognised',
    );
    const gru = path.join(fixtures, '../refused/gru.pt');
    await assert.rejects(
      loadModel(await openFile(gru), neighbourhoodOf(gru), {}, hashSource),
      (error: unknown) => error instanceof InputError && /GRU.*not piecewise linear/.test(error.message),
    );
  });
});
