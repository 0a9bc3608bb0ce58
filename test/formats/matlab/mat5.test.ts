import assert from 'node:assert/strict';
import { zlibSync } from 'fflate';
import { inTwoSeconds, readAll, readBytes, refusal, values } from '../helpers';
import { concat, packed } from '../writers';
import { MatWriter } from './matWriter';

describe('MATLAB v5 files', () => {
  for (const little of [true, false]) {
    const writer = new MatWriter(little);
    const order = little ? 'little-endian' : 'big-endian';

    it(`reads ${order} doubles, stored whole or as small integers`, async () => {
      const bytes = writer.file(
        writer.array('W', 6, [2, 2], 9, packed([1.5, 3, 2, 4], 'float64', little)),
        writer.array('h', 6, [3, 1], 2, packed([1, 0, 255], 'uint8')),
        writer.array('mu0', 6, [1, 2], 3, packed([-300, 300], 'int16', little)),
      );
      const [entry] = (await readBytes('PLRNN.mat', bytes)).entries;
      assert.deepEqual(await values(entry, 'W'), [1.5, 2, 3, 4]);
      assert.deepEqual(await values(entry, 'h'), [1, 0, 255]);
      assert.deepEqual(await values(entry, 'mu0'), [-300, 300]);
      assert.deepEqual(
        entry.tensors.map(({ dtype }) => dtype),
        ['float64', 'float64', 'float64'],
      );
    });
  }

  const writer = new MatWriter(true);
  const packet = (inner: Uint8Array): Uint8Array => {
    const body = zlibSync(inner);
    return concat(packed([15, body.length], 'uint32'), body);
  };

  it('keeps the 1 x 1 arrays of a model of one unit as tensors', async () => {
    const one = (name: string): Uint8Array => writer.array(name, 6, [1, 1], 9, packed([0.5], 'float64'));
    const [tiny] = (await readBytes('m.mat', writer.file(one('A'), one('W')))).entries;
    assert.deepEqual(
      tiny.tensors.map(({ name }) => name),
      ['A', 'W'],
    );
    const large = writer.array('W', 6, [1, 2], 9, packed([1, 2], 'float64'));
    const [entry] = (await readBytes('m.mat', writer.file(one('epoch'), large))).entries;
    assert.equal(entry.epoch, 0.5);
  });

  it('refuses a compressed variable that lies about its size or was changed', async () => {
    const array = writer.array('W', 6, [1, 200], 9, packed(new Array<number>(200).fill(7), 'float64'));
    const good = await readBytes('m.mat', writer.file(packet(array)));
    assert.equal((await values(good.entries[0], 'W')).length, 200);
    const longer = array.slice();
    longer[5] = 0xff;
    const error = await refusal(readBytes('m.mat', writer.file(packet(longer))));
    assert.match(error.message, /should hold 6\d{4} bytes|cut off|cannot be inflated/);
    const changed = packet(array);
    changed[changed.length - 1] = changed.at(-1)! ^ 1;
    assert.match((await refusal(readBytes('m.mat', writer.file(changed)))).message, /checksum/);
  });

  it('refuses a bomb at once', async () => {
    const bomb = concat(packed([14, 2 ** 27], 'uint32'), new Uint8Array(2 ** 24));
    const bytes = writer.file(packet(bomb));
    assert.match((await inTwoSeconds('bomb', () => refusal(readAll('m.mat', bytes)))).message, /bomb/);
  });

  it('reads text whose codes are no characters as replacement characters', async () => {
    const text = writer.array('name', 4, [1, 3], 9, packed([0x61, 0.5, -1], 'float64'));
    const matrix = writer.array('W', 6, [1, 2], 9, packed([1, 2], 'float64'));
    const [entry] = (await readBytes('m.mat', writer.file(text, matrix))).entries;
    assert.deepEqual(entry.scalars, [{ name: 'name', value: 'a\ufffd\ufffd' }]);
  });

  it('refuses nesting without end', async () => {
    let cell = writer.array('', 6, [1, 1], 9, packed([1], 'float64'));
    for (let depth = 0; depth < 200; depth++)
      cell = writer.element(
        14,
        concat(
          writer.element(6, packed([1, 0], 'uint32')),
          writer.element(5, packed([1, 1], 'int32')),
          writer.element(1, new Uint8Array(0)),
          cell,
        ),
      );
    assert.match((await refusal(readBytes('m.mat', writer.file(cell)))).message, /inside one another/);
  });
});
