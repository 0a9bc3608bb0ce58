import assert from 'node:assert/strict';
import { epochOf, nameHints } from '../../src/runs/names';
import { kindInName } from '../../src/core/models/kinds';

describe('names of files and folders', () => {
  const epochs: readonly [string, number | null][] = [
    ['ckpt_00040.pt', 40],
    ['model_125.bson', 125],
    ['model_0.bson', 0],
    ['gen_model_500.pt', 500],
    ['rec_model_500.pt', null],
    ['model_after_12_epochs.pt', 12],
    ['optimizer_after_12_epochs.pt', null],
    ['initial_model.pt', 0],
    ['checkpoint_epoch_7.safetensors', 7],
    ['epoch_30.jld2', 30],
    ['epoch=12-step=300.ckpt', 12],
    ['prune_model_9.bson', 9],
    ['final_model.safetensors', null],
    ['best_loss_gen_model.pt', null],
    ['lorenz_m20_p2', null],
    ['state_dict.pt', null],
  ];
  for (const [name, epoch] of epochs)
    it(`${name}: ${epoch === null ? 'no epoch' : `epoch ${String(epoch)}`}`, () => {
      assert.equal(epochOf(name), epoch);
    });

  it('gives numbers that sort', () => {
    const sorted = ['model_100.pt', 'model_20.pt', 'model_3.pt'].sort((a, b) => epochOf(a)! - epochOf(b)!);
    assert.deepEqual(sorted, ['model_3.pt', 'model_20.pt', 'model_100.pt']);
  });

  const kinds: readonly [string, string | undefined, boolean | undefined][] = [
    ['R1_plrnn2_vdp_sgd', 'PLRNN', undefined],
    ['R3_shPLRNN_lorenz63', 'shPLRNN', undefined],
    ['R6_ALRNN_lorenz63', 'ALRNN', undefined],
    ['clipped_shplrnn', 'clippedShPLRNN', true],
    ['unclipped-shallow-PLRNN', 'shPLRNN', false],
    ['dendplrnn', 'dendPLRNN', undefined],
    ['rnn_relu', 'reluRNN', undefined],
    ['published-clipped-18', undefined, true],
  ];
  for (const [name, kind, clipped] of kinds)
    it(`${name} means ${kind ?? 'no kind'}`, () => {
      assert.equal(kindInName(name)?.kind, kind);
      assert.equal(kindInName(name)?.clipped, clipped);
    });

  it('finds sizes and nothing where there is nothing', () => {
    assert.deepEqual(nameHints('lorenz_m20_p2', 'file name'), [
      { name: 'P', value: 2, origin: 'file name' },
      { name: 'M', value: 20, origin: 'file name' },
    ]);
    assert.deepEqual(nameHints('experiments', 'folder name'), []);
    assert.equal(kindInName('experiments'), null);
  });
});
