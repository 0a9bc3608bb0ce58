import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DType, Tensor } from '../../src/core/tensor';
import { tensorToNpy } from '../../src/export/npy';
import { tensorToCsv } from '../../src/export/tensorCsv';
import { float16 } from '../../src/formats/dtype';
import { readBytes } from '../formats/helpers';

async function npyBack(tensor: Tensor) {
  const container = await readBytes('a.npy', tensorToNpy(tensor));
  const [read] = container.entries[0].tensors;
  assert.ok(read);
  return { dtype: read.dtype, shape: read.shape, values: Array.from(await read.load()) };
}

const tensor = (dtype: DType, shape: readonly number[], values: readonly number[]): Tensor => ({
  name: 'a',
  dtype,
  shape,
  data: Float64Array.from(values),
});

describe('a tensor as .npy', () => {
  it('reads back with its shape, type and every bit, whatever the values', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double(), { minLength: 6, maxLength: 6 }),
        fc.constantFrom([6], [2, 3], [3, 1, 2]),
        async (values, shape) => {
          assert.deepEqual(await npyBack(tensor('float64', shape, values)), {
            dtype: 'float64',
            shape,
            values,
          });
          const single = values.map(Math.fround);
          assert.deepEqual((await npyBack(tensor('float32', shape, single))).values, single);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps all 65536 half precision numbers', async () => {
    const values = Array.from({ length: 65536 }, (_, bits) => float16(bits));
    const back = await npyBack(tensor('float16', [65536], values));
    assert.equal(back.dtype, 'float16');
    assert.deepEqual(back.values, values);
  });

  it('keeps whole numbers and truth values in their own types', async () => {
    for (const [dtype, values] of [
      ['int64', [-(2 ** 53), 0, 7]],
      ['uint64', [0, 1, 2 ** 53]],
      ['int32', [-(2 ** 31), 0, 2 ** 31 - 1]],
      ['int8', [-128, 0, 127]],
      ['uint16', [0, 1, 65535]],
      ['bool', [1, 0, 1]],
    ] as const)
      assert.deepEqual(await npyBack(tensor(dtype, [3], values)), { dtype, shape: [3], values });
  });

  it('writes as float what its type cannot hold: bfloat16, and 64-bit integers that were rounded', async () => {
    assert.equal((await npyBack(tensor('bfloat16', [1], [1.5]))).dtype, 'float32');
    assert.deepEqual(await npyBack(tensor('uint64', [1], [2 ** 64])), {
      dtype: 'float64',
      shape: [1],
      values: [2 ** 64],
    });
  });

  it('starts its data at a multiple of 64 bytes, and holds scalars and nothing', async () => {
    const bytes = tensorToNpy(tensor('float64', [2, 2], [1, 2, 3, 4]));
    assert.equal((bytes.length - 32) % 64, 0);
    assert.deepEqual((await npyBack(tensor('float64', [], [3]))).shape, []);
    assert.deepEqual((await npyBack(tensor('float32', [0, 4], []))).values, []);
  });
});

describe('a tensor as CSV', () => {
  it('holds numbers that read back exactly, a row for each row', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 6, maxLength: 6 }), (values) => {
        const rows = tensorToCsv(tensor('float64', [2, 3], values))
          .trimEnd()
          .split('\r\n');
        assert.equal(rows.length, 2);
        const words: Record<string, number> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
        const back = rows.flatMap((row) => row.split(',').map((cell) => words[cell] ?? Number(cell)));
        assert.deepEqual(back, values);
      }),
    );
  });

  it('is a column for a vector, and stacks the matrices of a larger tensor', () => {
    assert.equal(tensorToCsv(tensor('float64', [3], [1, 2, 3])), '1\r\n2\r\n3\r\n');
    assert.equal(
      tensorToCsv(tensor('float64', [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])),
      '1,2\r\n3,4\r\n5,6\r\n7,8\r\n',
    );
  });
});
