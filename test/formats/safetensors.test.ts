import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { DType } from '../../src/core/tensor';
import { readBytes, refusal, values } from './helpers';
import { concat, packed, safetensorsFile } from './writers';

const codes: readonly (readonly [string, DType])[] = [
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U64', 'uint64'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
];

const tensor = fc
  .tuple(fc.constantFrom(...codes), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }))
  .chain(([type, shape]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const limit = type[0] === 'BOOL' ? 1 : 127;
    const data = fc.array(fc.integer({ min: 0, max: limit }), { minLength: count, maxLength: count });
    return data.map((values) => ({ type, shape, values }));
  });

describe('safetensors', () => {
  it('come back as written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ minLength: 1 }), tensor, { minKeys: 1, maxKeys: 6 }),
        async (all) => {
          const header: [string, unknown][] = [['__metadata__', { P: '2' }]];
          const parts: Uint8Array[] = [];
          let at = 0;
          for (const [name, { type, shape, values }] of Object.entries(all)) {
            const bytes = packed(values, type[1]);
            header.push([name, { dtype: type[0], shape, data_offsets: [at, at + bytes.length] }]);
            parts.push(bytes);
            at += bytes.length;
          }
          const file = safetensorsFile(Object.fromEntries(header), concat(...parts));
          const [entry] = (await readBytes('w.safetensors', file)).entries;
          assert.equal(entry.tensors.length, Object.keys(all).length);
          for (const [name, { type, shape, values: wanted }] of Object.entries(all)) {
            assert.deepEqual(await values(entry, name), wanted);
            const found = entry.tensors.find((each) => each.name === name)!;
            assert.deepEqual([found.dtype, found.shape], [type[1], shape]);
          }
          assert.deepEqual(entry.scalars, [{ name: '__metadata__.P', value: '2' }]);
        },
      ),
      { seed: 6, numRuns: 150 },
    );
  });

  it('reads bfloat16 exactly', async () => {
    // The upper halves of the float32 patterns of 1, -2.5, 2^-133 (subnormal), infinity and NaN.
    const bits = packed([0x3f80, 0xc020, 0x0001, 0x7f80, 0x7fc0], 'uint16');
    const file = safetensorsFile({ A: { dtype: 'BF16', shape: [5], data_offsets: [0, 10] } }, bits);
    const [entry] = (await readBytes('w', file)).entries;
    assert.deepEqual(await values(entry, 'A'), [1, -2.5, 2 ** -133, Infinity, NaN]);
  });

  it('leaves out element types that are no real numbers, with a warning', async () => {
    const file = safetensorsFile(
      {
        A: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
        B: { dtype: 'F8_E4M3', shape: [2], data_offsets: [4, 6] },
      },
      new Uint8Array(6),
    );
    const container = await readBytes('w', file);
    assert.equal(container.entries[0].tensors.length, 1);
    assert.match(container.warnings[0]!, /B was left out/);
  });

  it('refuses metadata that is no text and entries that are no objects', async () => {
    await refusal(readBytes('w', safetensorsFile({ __metadata__: { a: 1 } }, new Uint8Array(0))));
    await refusal(readBytes('w', safetensorsFile({ A: [1] }, new Uint8Array(0))));
    const lacking = { A: { dtype: 'F32', shape: [1] } };
    await refusal(readBytes('w', safetensorsFile(lacking, new Uint8Array(4))));
  });
});
