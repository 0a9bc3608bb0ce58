import { tensorOf } from '../../../src/formats/hdf5/dataset';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../src/core/errors';
import { readContainer } from '../../../src/formats/index';
import type { Container } from '../../../src/formats/source';
import { inTwoSeconds, readAll, readBytes, readFile, refusal, seeded, values } from '../helpers';
import { JuliaWriter } from '../julia/juliaWriter';
import { fixtures, memoryNeighbourhood, memorySource } from '../sources';
import { concat, zipFile } from '../writers';

/*
 * Files of h5py and SciPy (see make.py in the folder of the fixtures): the expected values are those that were in
 * memory when the files were written.
 */

interface Expected {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

const folder = join(fixtures, 'formats/hdf5');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, Expected>>>
>;

function open(name: string): Promise<Container> {
  return readFile(join(folder, name));
}

function scalarsOf(container: Container): Readonly<Record<string, unknown>> {
  return Object.fromEntries(container.entries[0].scalars.map(({ name, value }) => [name, value]));
}

describe('structures of HDF5 and kinds of MATLAB values', () => {
  for (const [file, tensors] of Object.entries(expected))
    describe(file, () => {
      for (const [name, { shape, dtype, values: wanted }] of Object.entries(tensors))
        it(name, async () => {
          const [entry] = (await open(file)).entries;
          const tensor = entry.tensors.find((each) => each.name === name);
          assert.ok(tensor, entry.tensors.map((each) => each.name).join());
          assert.deepEqual(tensor.shape, shape);
          assert.equal(tensor.dtype, dtype);
          assert.deepEqual(Array.from(await tensor.load()), wanted);
        });
    });

  it('takes texts, single numbers and attributes as loose values, and names what it leaves out', async () => {
    const container = await open('early.h5');
    assert.equal(container.format, 'Keras HDF5');
    assert.deepEqual(scalarsOf(container), {
      fixed: 'fixed text',
      keras_version: '2.9.0',
      scalar: 3.5,
      text: 'hello',
      flag: true,
      'strings.1': 'a',
      'strings.2': 'b',
      'refs.2': 3.5,
    });
    assert.deepEqual(container.warnings, ['complex was left out: its values are complex']);
  });

  it('reads attributes from a heap, and links in the order of their making', async () => {
    const attributes = scalarsOf(await open('dense_latest.h5'));
    assert.equal(Object.keys(attributes).length, 20);
    assert.equal(attributes['number_17'], 17);
    const [entry] = (await open('order.h5')).entries;
    assert.deepEqual(
      entry.tensors.map(({ name }) => name),
      ['z', 'y', 'x'],
    );
  });

  it('reads texts, cells and structs of both MATLAB formats alike', async () => {
    for (const file of ['kinds_v5.mat', 'kinds_v5_compressed.mat', 'kinds_v73.mat']) {
      const values = scalarsOf(await open(file));
      assert.equal(values['text'], 'hello', file);
      assert.equal(values['cell.2'], 'in a cell', file);
      assert.equal(values['nested.inner.tau'], 0.5, file);
    }
    const { warnings } = await open('kinds_v5.mat');
    assert.match(warnings.join('\n'), /sparse was left out: it is sparse[^]*complex was left out/);
  });

  it('reads the weights in a Keras archive', async () => {
    const weights = new Uint8Array(readFileSync(join(fixtures, 'formats/plrnn/arrays.h5')));
    const archive = zipFile({
      'metadata.json': concat('{"keras_version": "3.0.0"}'),
      'config.json': concat('{}'),
      'model.weights.h5': weights,
    });
    const container = await readBytes('model.keras', archive);
    assert.equal(container.format, 'Keras archive');
    assert.equal((await values(container.entries[0], 'W')).length, 36);
    assert.match(
      (await refusal(readBytes('model.keras', zipFile({ 'metadata.json': concat('{}') })))).message,
      /no model\.weights\.h5/,
    );
  });

  it('reads little of a file that is large', async () => {
    const bytes = new Uint8Array(readFileSync(join(fixtures, 'formats/plrnn/arrays_v73.mat')));
    const whole = memorySource('big.mat', bytes);
    let read = 0;
    const source = {
      name: whole.name,
      size: 2 ** 31,
      read: async (offset: number, length: number) => {
        read += length;
        return whole.read(offset, length);
      },
    };
    const { entries } = await readContainer(source, memoryNeighbourhood());
    assert.equal(entries[0].tensors.length, 4);
    assert.ok(read < 40_000, `${read} bytes`);
  });
});

describe('hostile HDF5 structures', () => {
  it('reads or refuses files whose structures were changed', async () => {
    const original = new Uint8Array(readFileSync(join(fixtures, 'formats/plrnn/arrays.h5')));
    const random = seeded(7);
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const bytes = original.slice();
      // Structures lie in front of the values; addresses are the bytes worth attacking.
      bytes[random() % 2400] = [0, 0x60, 0x88, 0xff, random() & 255][random() % 5]!;
      try {
        await inTwoSeconds(`case ${i}`, () => readAll('model.h5', bytes));
      } catch (error) {
        assert.ok(error instanceof InputError, `case ${i}: ${String(error)}`);
        refused++;
      }
    }
    assert.ok(refused > 10, String(refused));
  });

  it('refuses a compressed dataset whose values and chunks together need too much memory', async () => {
    const number = { kind: 'number', dtype: 'float64', little: true, size: 8 };
    // Twelve million values, and a chunk of 4 MiB elements: each by itself is within bounds.
    const handle = tensorOf(
      {
        type: number,
        space: { shape: [3, 2 ** 22] },
        layout: { kind: 'chunked', chunk: [1, 2 ** 22] },
        filters: [],
        committed: null,
        fill: null,
      } as never,
      false,
      'W',
    );
    assert.ok(handle);
    const error = await refusal(handle.load());
    assert.match(error.message, /need 201326592 bytes of memory/);
  });

  it('refuses a dataset that claims more than the file holds', async () => {
    const file = new JuliaWriter();
    const bytes = file.file({ W: file.floats([10, 10], new Array<number>(100).fill(1)) });
    const at = bytes.findIndex((_, i) => bytes[i] === 10 && bytes[i + 8] === 10 && bytes[i - 4] === 2);
    assert.ok(at > 0);
    bytes[at + 3] = 0x7f;
    const error = await refusal(readBytes('W.jld2', bytes));
    assert.match(error.message, /needs \d+ bytes/);
    assert.equal(error.place, 'W');
  });
});
