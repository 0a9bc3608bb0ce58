import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { DType } from '../../../src/core/tensor';
import { readContainer } from '../../../src/formats/index';
import { readBytes, refusal, values } from '../helpers';
import { memoryNeighbourhood, memorySource } from '../sources';
import { columnMajor, concat, npyFile, packed, zipFile } from '../writers';

const types: readonly (readonly [string, DType, number, number])[] = [
  ['f8', 'float64', -3, 3],
  ['f4', 'float32', -3, 3],
  ['i8', 'int64', -(2 ** 50), 2 ** 50],
  ['i4', 'int32', -(2 ** 31), 2 ** 31 - 1],
  ['i2', 'int16', -32768, 32767],
  ['i1', 'int8', -128, 127],
  ['u8', 'uint64', 0, 2 ** 53 - 1],
  ['u4', 'uint32', 0, 2 ** 32 - 1],
  ['u2', 'uint16', 0, 65535],
  ['u1', 'uint8', 0, 255],
  ['b1', 'bool', 0, 1],
];

const array = fc
  .record({
    type: fc.constantFrom(...types),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    little: fc.boolean(),
    fortran: fc.boolean(),
    version: fc.constantFrom(1 as const, 2 as const, 3 as const),
  })
  .chain((layout) => {
    const count = layout.shape.reduce((a, b) => a * b, 1);
    const [, , min, max] = layout.type;
    return fc.record({
      layout: fc.constant(layout),
      data: fc.array(fc.integer({ min, max }), { minLength: count, maxLength: count }),
    });
  });

describe('NumPy arrays', () => {
  it('come back as written: every type, byte order, axis order and version, alone and in archives', async () => {
    await fc.assert(
      fc.asyncProperty(array, fc.constantFrom(0 as const, 6 as const), async ({ layout, data }, level) => {
        const [code, dtype] = layout.type;
        const { shape, little, fortran, version } = layout;
        const order = fortran ? columnMajor(data, shape) : data;
        const file = npyFile(packed(order, dtype, little), `${little ? '<' : '>'}${code}`, shape, {
          fortran,
          version,
        });
        for (const container of [
          await readBytes('x.npy', file),
          await readBytes('x.npz', zipFile({ 'x.npy': file }, { level })),
        ]) {
          const [entry] = container.entries;
          assert.equal(entry.tensors[0]!.dtype, dtype);
          assert.deepEqual(entry.tensors[0]!.shape, shape);
          assert.deepEqual(await values(entry, 'x'), data);
        }
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  it('half precision is exact, subnormals and infinities included', async () => {
    // IEEE 754-2008 binary16: 1, -2, the largest, the least normal and the least subnormal number, infinity, NaN.
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x7c00, 0x7e00, 0x8000];
    const file = npyFile(packed(bits, 'uint16'), '<f2', [8]);
    const [entry] = (await readBytes('x.npy', file)).entries;
    assert.deepEqual(await values(entry, 'x'), [1, -2, 65504, 2 ** -14, 2 ** -24, Infinity, NaN, -0]);
  });

  it('understands headers by Python 2 and refuses what is no literal', async () => {
    const data = packed([1, 2], 'float64');
    const header = (text: string): Uint8Array => concat([0x93], 'NUMPY', [1, 0, text.length, 0], text, data);
    const old = header("{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }\n");
    assert.deepEqual(await values((await readBytes('x.npy', old)).entries[0], 'x'), [1, 2]);
    for (const text of [
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1+1,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}; import os",
      "{'descr': '<f8', 'fortran_order': 0, 'shape': (2,)}",
      "{'descr': '<f8', 'shape': (2,)}",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}",
      "{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (2,)}",
      '((((((((((((((((',
      '',
    ])
      await refusal(readBytes('x.npy', header(text)));
  });

  describe('in a set of files', () => {
    const one = (value: number): Uint8Array => npyFile(packed([value], 'float64'), '<f8', [1]);
    const open = (name: string, files: Record<string, Uint8Array>) =>
      readContainer(memorySource(name, files[name]!), memoryNeighbourhood(files));
    const namesIn = async (name: string, files: readonly string[]): Promise<string[]> =>
      (await open(name, Object.fromEntries(files.map((file, i) => [file, one(i)])))).entries[0].tensors
        .map((tensor) => tensor.name)
        .sort();

    it('reads the parameters beside the file under the names behind the common prefix', async () => {
      assert.deepEqual(await namesIn('run_A.npy', ['run_A.npy', 'run_W.npy', 'run_h.npy', 'note.txt']), [
        'A',
        'W',
        'h',
      ]);
      assert.deepEqual(
        await namesIn('h1.npy', ['A.npy', 'W1.npy', 'W2.npy', 'h1.npy', 'h2.npy', 'data.npy']),
        ['A', 'W1', 'W2', 'h1', 'h2'],
      );
      assert.deepEqual(await namesIn('W_hh.npy', ['W_hh.npy', 'W_ih.npy', 'b.npy']), ['W_hh', 'W_ih', 'b']);
    });

    it('keeps runs in one folder apart', async () => {
      const files = ['a_1_A.npy', 'a_1_W.npy', 'a_1_h.npy', 'a_2_A.npy', 'a_2_W.npy', 'a_2_h.npy'];
      assert.deepEqual(await namesIn('a_2_W.npy', files), ['A', 'W', 'h']);
      const rnn = ['weight_ih_l0', 'weight_hh_l0', 'bias_hh_l0'];
      const both = ['x', 'y'].flatMap((run) => rnn.map((name) => `${run}_rnn_${name}.npy`));
      assert.equal((await namesIn('x_rnn_weight_hh_l0.npy', both)).length, 3);
    });

    it('takes foreign names as they are', async () => {
      assert.deepEqual(await namesIn('net_foo.npy', ['net_foo.npy', 'net_bar.npy', 'x.npy']), ['bar', 'foo']);
      assert.deepEqual(await namesIn('states.npy', ['states.npy', 'other.npy']), ['states']);
    });

    it('warns of a file that cannot be read, unless it is the one that was opened', async () => {
      const files = { 'm_A.npy': one(1), 'm_W.npy': one(2).subarray(0, -3), 'm_h.npy': one(3) };
      const container = await open('m_A.npy', files);
      assert.deepEqual(
        container.entries[0].tensors.map((tensor) => tensor.name),
        ['A', 'h'],
      );
      assert.match(container.warnings[0]!, /m_W\.npy was left out/);
      await refusal(open('m_W.npy', files));
    });
  });
});
