import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { DType } from '../../src/core/tensor';
import { readBytes, refusal, values } from './helpers';
import { concat, op, packed, torchFile, zipFile } from './writers';

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

  it('refuses zip archives that are no models, and names Keras', async () => {
    assert.match((await refusal(readBytes('a.zip', zipFile({ 'a.txt': floats(1) })))).message, /neither/);
    assert.match(
      (await refusal(readBytes('a.keras', zipFile({ 'model.weights.h5': floats(1) })))).message,
      /Keras/,
    );
  });
});
