import assert from 'node:assert/strict';
import type { InputError } from '../../../src/core/errors';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { DType } from '../../../src/core/tensor';
import { readBytes, refusal, values } from '../helpers';
import { fixtures } from '../sources';
import { concat, op, packed, pickleFile, torchFile, zipFile } from '../writers';

const floats = (...list: number[]): Uint8Array => packed(list, 'float32');
const vector = (key: string, length: number): number[] =>
  op.tensor('FloatStorage', key, length, 0, [length], [1]);
const scalarsOf = (container: Awaited<ReturnType<typeof readBytes>>) => container.entries[0].scalars;

describe('PyTorch files', () => {
  it('reads a diagonal view by its stride, not the first elements of its storage', async () => {
    const full = Array.from({ length: 400 }, (_, i) => i);
    const file = torchFile(op.dict(['A', op.tensor('FloatStorage', '0', 400, 0, [20], [21])]), {
      '0': floats(...full),
    });
    const [entry] = (await readBytes('lorenz_m20_p2', file)).entries;
    assert.deepEqual(
      await values(entry, 'A'),
      Array.from({ length: 20 }, (_, i) => 21 * i),
    );
  });

  it('reads any view of a storage as row-major', async () => {
    const view = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 5 })), { maxLength: 3 })
      .chain((axes) => fc.record({ axes: fc.constant(axes), offset: fc.integer({ min: 0, max: 4 }) }));
    await fc.assert(
      fc.asyncProperty(view, async ({ axes, offset }) => {
        const shape = axes.map(([extent]) => extent);
        const strides = axes.map(([, stride]) => stride);
        const storage = Array.from({ length: 64 }, (_, i) => i);
        let wanted = [offset];
        for (const [extent, stride] of axes)
          wanted = wanted.flatMap((at) => Array.from({ length: extent }, (_, i) => at + i * stride));
        const file = torchFile(op.dict(['x', op.tensor('FloatStorage', 'k', 64, offset, shape, strides)]), {
          k: floats(...storage),
        });
        assert.deepEqual(await values((await readBytes('m.pt', file)).entries[0], 'x'), wanted);
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  for (const [type, dtype] of [
    ['DoubleStorage', 'float64'],
    ['FloatStorage', 'float32'],
    ['LongStorage', 'int64'],
    ['IntStorage', 'int32'],
    ['ShortStorage', 'int16'],
    ['CharStorage', 'int8'],
    ['ByteStorage', 'uint8'],
    ['BoolStorage', 'bool'],
  ] as const satisfies readonly (readonly [string, DType])[])
    it(`reads a ${type} of either byte order`, async () => {
      for (const order of ['little', 'big']) {
        const file = torchFile(
          op.dict(['x', op.tensor(type, '0', 2, 0, [2], [1])]),
          { '0': packed([1, 0], dtype, order === 'little') },
          { 'model/byteorder': concat(order) },
        );
        const [entry] = (await readBytes('m.pt', file)).entries;
        assert.equal(entry.tensors[0]!.dtype, dtype);
        assert.deepEqual(await values(entry, 'x'), [1, 0]);
      }
    });

  it('reads checkpoints of any nesting with their loose values', async () => {
    const file = torchFile(
      op.dict(
        ['epoch', op.int(12)],
        ['model', op.dict(['state', op.dict(['rnn.A', vector('0', 2)])])],
        ['hparams', op.dict(['name', op.text('PLRNN')], ['betas', op.tuple(op.int(1), op.int(2))])],
      ),
      { '0': floats(1, 2) },
    );
    const container = await readBytes('m.ckpt', file);
    const [entry] = container.entries;
    assert.equal(entry.epoch, 12);
    assert.deepEqual(await values(entry, 'model.state.rnn.A'), [1, 2]);
    assert.deepEqual(entry.scalars, [
      { name: 'epoch', value: 12 },
      { name: 'hparams.name', value: 'PLRNN' },
    ]);
    assert.deepEqual(container.warnings, []);
  });

  it('reads a list of like state dicts as a series', async () => {
    const file = torchFile(
      op.list(op.dict(['A', vector('0', 2)]), op.dict(['A', vector('1', 2)]), op.int(99)),
      { '0': floats(1, 2), '1': floats(3, 4) },
    );
    const { entries } = await readBytes('m.pt', file);
    assert.equal(entries.length, 2);
    assert.deepEqual(await values(entries[1]!, 'A'), [3, 4]);
    assert.deepEqual(entries[1]!.scalars, [{ name: '2', value: 99 }]);
  });

  it('reads checkpoints with epochs under "checkpoints" as a series', async () => {
    const one = (epoch: number, key: string): number[] =>
      op.dict(['epoch', op.int(epoch)], ['A', vector(key, 1)]);
    const file = torchFile(op.dict(['checkpoints', op.list(one(5, '0'), one(10, '1'))]), {
      '0': floats(1),
      '1': floats(2),
    });
    const { entries } = await readBytes('m.pt', file);
    assert.deepEqual(
      entries.map((entry) => entry.epoch),
      [5, 10],
    );
  });

  it('reads a bare tensor', async () => {
    const [entry] = (await readBytes('m.pt', torchFile(vector('0', 2), { '0': floats(5, 6) }))).entries;
    assert.deepEqual(await values(entry, 'tensor'), [5, 6]);
  });

  it('leaves out a tensor that cannot be used and reads the others', async () => {
    const file = torchFile(
      op.dict(
        ['A', vector('0', 2)],
        ['B', op.tensor('ComplexFloatStorage', '0', 1, 0, [1], [1])],
        ['C', vector('9', 2)],
      ),
      { '0': floats(1, 2) },
    );
    const container = await readBytes('m.pt', file);
    assert.deepEqual(
      container.entries[0].tensors.map((tensor) => tensor.name),
      ['A'],
    );
    assert.match(container.warnings[0]!, /^B was left out: .*ComplexFloatStorage/);
    assert.match(container.warnings[1]!, /^C was left out: .*not in the archive/);
  });

  it('says how to save weights of a type that is not read', async () => {
    const file = torchFile(op.dict(['B', op.tensor('ComplexFloatStorage', '0', 1, 0, [1], [1])]), {
      '0': floats(1, 2),
    });
    await assert.rejects(
      readBytes('m.pt', file),
      (error: InputError) => error.place === 'B' && /float32 or float64/.test(error.remedy),
    );
  });

  it('reads a Lightning checkpoint: weights first, what the optimizer keeps last, hyperparameters as values', async () => {
    const hyperparameters = [
      ...op.global('lightning.fabric.utilities.data', 'AttributeDict'),
      0x29,
      0x81,
      0x28,
      ...op.text('latent_dim'),
      ...op.int(2),
      ...op.text('latent_model'),
      ...op.text('clipped-PLRNN'),
      0x75,
    ];
    const file = torchFile(
      op.dict(
        ['epoch', op.int(3)],
        ['pytorch-lightning_version', op.text('2.5.0')],
        [
          'optimizer_states',
          op.list(op.dict(['state', op.dict(['exp_avg', vector('1', 2)])], ['lr', op.int(1)])),
        ],
        ['state_dict', op.dict(['model.A', vector('0', 2)])],
        ['hyper_parameters', hyperparameters],
      ),
      { '0': floats(1, 2), '1': floats(3, 4) },
    );
    const [entry] = (await readBytes('epoch=3.ckpt', file)).entries;
    assert.equal(entry.epoch, 3);
    assert.deepEqual(
      entry.tensors.map((tensor) => tensor.name),
      ['state_dict.model.A', 'optimizer_states.0.state.exp_avg'],
    );
    assert.deepEqual(entry.scalars, [
      { name: 'epoch', value: 3 },
      { name: 'pytorch-lightning_version', value: '2.5.0' },
      { name: 'hyper_parameters.latent_dim', value: 2 },
      { name: 'hyper_parameters.latent_model', value: 'clipped-PLRNN' },
      { name: 'optimizer_states.0.lr', value: 1 },
    ]);
  });

  it('reads NumPy arrays and scalars beside the tensors', async () => {
    const type = op.reduce(op.global('numpy', 'dtype'), op.tuple(op.text('f8')));
    const text = op.reduce(
      op.global('_codecs', 'encode'),
      op.tuple(op.text(String.fromCharCode(...packed([0.1, -3], 'float64'))), op.text('latin1')),
    );
    const array = [
      ...op.reduce(
        op.global('numpy._core.multiarray', '_reconstruct'),
        op.tuple(op.global('numpy', 'ndarray'), op.tuple(op.int(0)), op.text('b')),
      ),
      ...op.tuple(op.int(1), op.tuple(op.int(2)), type, [0x89], text),
      0x62,
    ];
    const scalar = op.reduce(
      op.global('numpy.core.multiarray', 'scalar'),
      op.tuple(type, [0x43, 8, ...packed([2.5], 'float64')]),
    );
    const file = torchFile(op.dict(['A', vector('0', 1)], ['mean', array], ['loss', scalar]), {
      '0': floats(1),
    });
    const container = await readBytes('m.pt', file);
    assert.deepEqual(await values(container.entries[0], 'mean'), [0.1, -3]);
    assert.deepEqual(scalarsOf(container), [{ name: 'loss', value: 2.5 }]);
    assert.deepEqual(container.warnings, []);
  });

  it('reads TorchScript: attributes by their names, constants of the code by theirs', async () => {
    const list = (name: string, value: number[]): number[] =>
      op.reduce(op.global('torch.jit._pickle', name), op.tuple(value, op.text('List[Tensor]')));
    const module = (name: string, ...attributes: [string, number[]][]): number[] => [
      ...op.global('__torch__.models', name),
      0x29,
      0x81,
      ...op.dict(['training', [0x88]], ['_is_full_backward_hook', [0x4e]], ...attributes),
      0x62,
    ];
    const file = torchFile(
      module(
        'Net',
        ['core', module('Core', ['_A', vector('0', 2)], ['P', op.int(1)])],
        ['experts', list('build_tensorlist', op.list(vector('1', 1)))],
        ['_flat_weights', list('build_tensorlist', op.list(vector('0', 2)))],
      ),
      { '0': floats(1, 2), '1': floats(3) },
      {
        'model/constants.pkl': pickleFile(op.tuple(vector('0', 1))),
        'model/constants/0': floats(7),
        'model/code/__torch__/models.py': concat('import os'),
      },
    );
    const container = await readBytes('m.pt', file);
    assert.equal(container.format, 'TorchScript');
    const [entry] = container.entries;
    assert.deepEqual(
      entry.tensors.map((tensor) => tensor.name),
      ['core._A', 'experts.0', 'CONSTANTS.c0'],
    );
    assert.deepEqual(await values(entry, 'core._A'), [1, 2]);
    assert.deepEqual(await values(entry, 'experts.0'), [3]);
    assert.deepEqual(await values(entry, 'CONSTANTS.c0'), [7]);
    assert.deepEqual(entry.scalars, [{ name: 'core.P', value: 1 }]);
    assert.deepEqual(container.warnings, []);
  });

  it('survives tensors wrapped in parameters thousands of times', async () => {
    let wrapped = vector('0', 1);
    for (let i = 0; i < 4; i++)
      wrapped = op.reduce(op.global('torch.nn.parameter', 'Parameter'), op.tuple(wrapped));
    const file = torchFile(op.dict(['A', wrapped]), { '0': floats(6) });
    assert.deepEqual(await values((await readBytes('m.pt', file)).entries[0], 'A'), [6]);
    const many = 20_000;
    const endless = [
      ...Array.from({ length: many }, () => op.global('torch.nn.parameter', 'Parameter')).flat(),
      ...vector('0', 1),
      ...Array.from({ length: many }, () => [0x85, 0x52]).flat(),
    ];
    const error = await refusal(readBytes('m.pt', torchFile(op.dict(['A', endless]), { '0': floats(6) })));
    assert.match(error.message, /wrapped again and again/);
  });

  it('names every function that a file asks to call, and shows none of the arguments as values', async () => {
    const file = torchFile(
      op.dict(
        ['A', vector('0', 1)],
        ['x', op.reduce(op.global('subprocess', 'Popen'), op.tuple(op.text('echo')))],
        ['y', op.reduce(op.global('builtins', 'getattr'), op.tuple(op.text('a'), op.text('b')))],
      ),
      { '0': floats(1) },
    );
    const container = await readBytes('m.pt', file);
    assert.deepEqual(container.warnings, [
      'the file asks to call subprocess.Popen; nothing was executed',
      'the file asks to call builtins.getattr; nothing was executed',
    ]);
    assert.deepEqual(scalarsOf(container), []);
  });

  it('refuses a series too wide to be held', async () => {
    const many = Array.from({ length: 300 }, () => op.dict(['A', vector('0', 1)]));
    const values: [string, number[]][] = Array.from({ length: 4000 }, (_, i) => [`v${i}`, op.int(i)]);
    const file = torchFile(op.dict(['checkpoints', op.list(...many)], ...values), { '0': floats(1) });
    assert.match((await refusal(readBytes('m.pt', file))).message, /300 checkpoints share 4000 values/);
  });

  it('refuses zip archives that are no models; those of Keras are read as HDF5', async () => {
    assert.match((await refusal(readBytes('a.zip', zipFile({ 'a.txt': floats(1) })))).message, /neither/);
    assert.match(
      (await refusal(readBytes('a.keras', zipFile({ 'model.weights.h5': floats(1) })))).message,
      /HDF5/,
    );
    const weights = new Uint8Array(readFileSync(join(fixtures, 'formats/plrnn/arrays.h5')));
    const renamed = zipFile({ 'a.txt': floats(1), 'model.weights.h5': weights });
    assert.equal((await readBytes('renamed.pt', renamed)).format, 'Keras archive');
  });
});
