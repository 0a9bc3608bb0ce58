import { strict as assert } from 'node:assert';
import { InputError } from '../../src/core/errors';
import type { SurfaceTable } from '../../src/core/plane/surface';
import { readSurface } from '../../src/formats/surface';

const read = (name: string, content: string | Uint8Array): Promise<SurfaceTable> => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return readSurface({
    name,
    size: bytes.length,
    read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)),
  });
};

/** A .npy file by its specification: magic, version 1.0, length of the header, header, values. */
function npy(shape: string, values: readonly number[]): Uint8Array {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117, ' ') + '\n';
  const bytes = new Uint8Array(10 + header.length + 8 * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(Float64Array.from(values).buffer), 10 + header.length);
  return bytes;
}

describe('loss surfaces', () => {
  it('columns x, y, value in any order of rows, with points left out', async () => {
    const { file, rows, columns, values, at } = await read(
      'loss.csv',
      'y,x,mse\n0.5,-1,6\n0,-1,1\n0,0,2\n0,2,3\n0.5,2,8\n',
    );
    assert.deepEqual([file, rows, columns], ['loss.csv', 2, 3]);
    assert.deepEqual([...at!.x], [-1, 0, 2]);
    assert.deepEqual([...at!.y], [0, 0.5]);
    assert.deepEqual([...values], [1, 2, 3, 6, NaN, 8]);
  });

  it('takes the column named value where there are more', async () => {
    const { values } = await read('loss.csv', 'run,X,Y,Value\n7,0,0,3\n7,1,0,4\n');
    assert.deepEqual([...values], [3, 4]);
  });

  it('offsets that differ by rounding are one', async () => {
    const { columns, rows } = await read(
      'l.csv',
      'x,y,value\n0.3,0,1\n0.30000000000000004,1,2\n1,0,3\n1,1,4\n',
    );
    assert.deepEqual([rows, columns], [2, 2]);
  });

  it('a matrix as text, and as .npy', async () => {
    const text = await read('grid.csv', '1;2;3\n4;nan;6\n');
    assert.deepEqual([text.rows, text.columns, text.at], [2, 3, null]);
    assert.deepEqual([...text.values], [1, 2, 3, 4, NaN, 6]);
    const array = await read('grid.npy', npy('(2, 3)', [1, 2, 3, 4, 5, 6]));
    assert.deepEqual([array.rows, array.columns, array.at], [2, 3, null]);
    assert.deepEqual([...array.values], [1, 2, 3, 4, 5, 6]);
  });

  const scattered = `x,y,value\n${Array.from({ length: 9 }, (_, i) => `${String(i)},${String((i * 7) % 9)},1`).join('\n')}`;
  const cases: readonly [string, string, string | Uint8Array, RegExp, RegExp, RegExp][] = [
    [
      'one dimension',
      'a.npy',
      npy('(3,)', [1, 2, 3]),
      /a\.npy: the array has the shape \(3\)/,
      /^$/,
      /two dim/,
    ],
    ['a cut file', 'a.npy', npy('(2, 3)', [1, 2]), /a\.npy: .*needs 48 bytes, 16 are there/, /^$/, /cut off/],
    [
      'other columns',
      'l.csv',
      'epoch,loss\n1,2\n',
      /l\.csv: the columns are epoch, loss/,
      /line 1/,
      /x, y and value/,
    ],
    [
      'no number',
      'l.csv',
      'x,y,value\n0,0,1\n0,1,high\n',
      /l\.csv: "high" is no number/,
      /^line 3, column 3$/,
      /number/,
    ],
    ['ragged rows', 'm.csv', '1,2\n3\n', /m\.csv: the row has 1 cells/, /^line 2, column 2$/, /same number/],
    [
      'a point twice',
      'l.csv',
      'x,y,value\n0,0,1\n0,0,2\n',
      /l\.csv: the point .* is there twice/,
      /value 2/,
      /one value/,
    ],
    [
      'an offset that is no number',
      'l.csv',
      'x,y,value\nnan,0,1\n',
      /l\.csv: x is not finite/,
      /value 1/,
      /offsets/,
    ],
    [
      'points on no grid',
      'l.csv',
      scattered,
      /l\.csv: its 9 points do not lie on a grid/,
      /columns x, y/,
      /every x with every y/,
    ],
    ['a header alone', 'l.csv', 'x,y,value\n', /l\.csv: there are no values/, /line 1/, /x, y and value/],
    ['nothing', 'l.csv', '# loss\n', /l\.csv: the file holds no numbers/, /^$/, /matrix/],
    [
      'too many values',
      'm.csv',
      `${'1 '.repeat(1000)}\n`.repeat(263),
      /m\.csv: it holds 263000 values/,
      /^$/,
      /n-th/,
    ],
  ];
  for (const [what, name, content, message, place, remedy] of cases)
    it(`refuses ${what}`, async () => {
      await assert.rejects(read(name, content), (error: unknown) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, message);
        assert.match(error.place, place);
        assert.match(error.remedy, remedy);
        return true;
      });
    });
});
