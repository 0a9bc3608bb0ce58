import assert from 'node:assert/strict';
import type { DType } from '../../../src/core/tensor';
import { readBytes, refusal, values } from '../helpers';
import { concat, op, packed, pickleFile, torchStream } from '../writers';

const storage = (type: string, key: string, count: number, view: number[] = [0x4e]): number[] => [
  ...op.tuple(
    op.text('storage'),
    op.global('torch', type),
    op.text(key),
    op.text('cpu'),
    op.int(count),
    view,
  ),
  0x51,
];
const tensor = (of: number[], offset: number, shape: number[], strides: number[]): number[] =>
  op.reduce(
    op.global('torch._utils', '_rebuild_tensor'),
    op.tuple(of, op.int(offset), op.tuple(...shape.map(op.int)), op.tuple(...strides.map(op.int))),
  );
const floats = (...list: number[]): { count: number; data: Uint8Array } => ({
  count: list.length,
  data: packed(list, 'float32'),
});

describe('PyTorch files of the format before 1.6', () => {
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
    it(`reads a ${type}`, async () => {
      const file = torchStream(op.dict(['x', tensor(storage(type, '5', 3), 1, [2], [1])]), {
        '5': { count: 3, data: packed([0, 1, 0], dtype) },
      });
      const container = await readBytes('model.pth', file);
      assert.equal(container.format, 'PyTorch legacy stream');
      assert.equal(container.entries[0].tensors[0]!.dtype, dtype);
      assert.deepEqual(await values(container.entries[0], 'x'), [1, 0]);
    });

  it('reads several storages, in the order in which the file lists them, and views of them', async () => {
    const file = torchStream(
      op.dict(
        ['A', tensor(storage('FloatStorage', 'late', 4), 0, [2], [3])],
        [
          'W',
          tensor(
            storage('FloatStorage', 'late', 4, op.tuple(op.text('view'), op.int(1), op.int(3))),
            1,
            [2],
            [1],
          ),
        ],
        ['h', tensor(storage('LongStorage', 'early', 1), 0, [1], [1])],
      ),
      { early: { count: 1, data: packed([7], 'int64') }, late: floats(1, 2, 3, 4) },
    );
    const [entry] = (await readBytes('model.pt', file)).entries;
    assert.deepEqual(await values(entry, 'A'), [1, 4]);
    assert.deepEqual(await values(entry, 'W'), [3, 4]);
    assert.deepEqual(await values(entry, 'h'), [7]);
  });

  it('reads whole modules, whose classes come with their source text', async () => {
    const file = torchStream(
      [
        ...op.tuple(
          op.text('module'),
          op.global('mylab.models', 'Net'),
          op.text('/home/me/models.py'),
          op.text('class Net: ..'),
        ),
        0x51,
        0x29,
        0x81,
        ...op.dict(
          ['training', [0x88]],
          ['_parameters', op.dict(['A', tensor(storage('FloatStorage', '0', 2), 0, [2], [1])])],
          ['_modules', [0x7d]],
          ['P', op.int(1)],
        ),
        0x62,
      ],
      { '0': floats(0.5, 0.25) },
    );
    const container = await readBytes('model.pt', file);
    assert.deepEqual(await values(container.entries[0], 'A'), [0.5, 0.25]);
    assert.deepEqual(container.entries[0].scalars, [{ name: 'P', value: 1 }]);
    assert.deepEqual(container.warnings, [
      'read as plain data, without their code: objects of class mylab.models.Net',
    ]);
  });

  it('finds its way past storages of types that are not read', async () => {
    const file = torchStream(
      op.dict(
        ['c', tensor(storage('ComplexFloatStorage', '0', 1), 0, [1], [1])],
        ['A', tensor(storage('FloatStorage', '1', 1), 0, [1], [1])],
      ),
      { '0': { count: 1, data: packed([1, 2], 'float32') }, '1': floats(5) },
    );
    const container = await readBytes('model.pt', file);
    assert.deepEqual(await values(container.entries[0], 'A'), [5]);
    assert.match(container.warnings[0]!, /^c was left out: .*ComplexFloatStorage/);
  });

  it('reads a stream of protocol 4, whose pickles are framed', async () => {
    const file = torchStream(
      op.dict(['A', tensor(storage('FloatStorage', '0', 1), 0, [1], [1])]),
      { '0': floats(3) },
      [0x80, 4, 0x95, ...packed([13], 'uint64')],
    );
    assert.deepEqual(await values((await readBytes('model.pt', file)).entries[0], 'A'), [3]);
  });

  it('refuses streams that are cut off, contradict themselves or name unknown storages', async () => {
    const object = op.dict(['A', tensor(storage('FloatStorage', '0', 2), 0, [2], [1])]);
    const whole = torchStream(object, { '0': floats(1, 2) });
    for (let length = 1; length < whole.length; length += 7)
      await refusal(readBytes('m.pt', whole.slice(0, length)));
    const lies = async (count: number): Promise<string> =>
      (
        await refusal(
          readBytes('m.pt', torchStream(object, { '0': { count, data: packed([1, 2], 'float32') } })),
        )
      ).message;
    assert.match(await lies(2 ** 50), /the storage claims \d+ bytes, the file has 8 left/);
    assert.match(await lies(-1), /the storage claims -4 bytes/);
    assert.match(await lies(1), /should have 8 bytes and has 4/);
    assert.match(
      (await refusal(readBytes('m.pt', torchStream(object, { '1': floats(1, 2) })))).message,
      /does not describe the storage/,
    );
    assert.match(
      (await refusal(readBytes('m.pt', torchStream(object, {})))).message,
      /storage "0" is not in the file/,
    );
    const version = concat(whole.subarray(0, 15), pickleFile(op.int(1000)), whole.subarray(15));
    assert.match((await refusal(readBytes('m.pt', version))).message, /protocol is 1000, not 1001/);
  });
});
