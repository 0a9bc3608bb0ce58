import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes, readFile, refusal, values } from '../helpers';
import { fixtures } from '../sources';
import { concat, op, packed, pickleFile, torchStream } from '../writers';

/* The files and what is expected of them were written by make_pickles.py beside them. */

interface Expected {
  readonly tensors: Readonly<
    Record<
      string,
      { readonly dtype: string; readonly shape: readonly number[]; readonly values: readonly number[] }
    >
  >;
  readonly scalars: Readonly<Record<string, unknown>>;
}

const folder = join(fixtures, 'formats', 'pickle');
const files = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Readonly<
  Record<string, Expected>
>;
const dtypeOf = op.reduce(op.global('numpy', 'dtype'), op.tuple(op.text('f8')));

describe('pickles of arrays and numbers', () => {
  for (const [name, expected] of Object.entries(files))
    it(`reads ${name}`, async () => {
      const container = await readFile(join(folder, name));
      assert.equal(container.format, 'Python pickle');
      assert.equal(container.entries.length, 1);
      const [entry] = container.entries;
      assert.deepEqual(
        entry.tensors.map((tensor) => tensor.name).sort(),
        Object.keys(expected.tensors).sort(),
      );
      for (const tensor of entry.tensors) {
        const wanted = expected.tensors[tensor.name]!;
        assert.equal(tensor.dtype, wanted.dtype, tensor.name);
        assert.deepEqual(tensor.shape, wanted.shape, tensor.name);
        assert.deepEqual(Array.from(await tensor.load()), wanted.values, tensor.name);
      }
      assert.deepEqual(
        Object.fromEntries(entry.scalars.map((scalar) => [scalar.name, scalar.value])),
        expected.scalars,
      );
      assert.deepEqual(
        container.warnings.filter((warning) => !/^(?:complex|words) was left out: the array /.test(warning)),
        [],
      );
    });

  it('says which arrays it leaves out', async () => {
    const { warnings } = await readFile(join(folder, 'mixed_protocol5.pkl'));
    assert.match(warnings[0]!, /^complex was left out: the array holds complex numbers/);
    assert.match(warnings[1]!, /^words was left out: .*"?[<=]U2/);
  });

  it('reads a list of like dictionaries as a series', async () => {
    const one = (epoch: number): number[] =>
      op.dict(['epoch', op.int(epoch)], ['A', op.list(op.int(epoch), op.int(1))]);
    const { entries } = await readBytes('run.pkl', pickleFile(op.list(one(5), one(10))));
    assert.deepEqual(
      entries.map((entry) => entry.epoch),
      [5, 10],
    );
    assert.deepEqual(await values(entries[1]!, 'A'), [10, 1]);
  });

  it('reads arrays that Python 2 wrote as strings', async () => {
    const data = packed([1.5, 2.5], 'float64');
    const array = [
      ...op.reduce(
        op.global('numpy.core.multiarray', '_reconstruct'),
        op.tuple(op.global('numpy', 'ndarray'), op.tuple(op.int(0)), [0x55, 1, 0x62]),
      ),
      ...op.tuple(op.int(1), op.tuple(op.int(2)), dtypeOf, [0x89], [0x55, data.length, ...data]),
      0x62,
    ];
    const [entry] = (await readBytes('a.pkl', pickleFile(op.dict(['A', array])))).entries;
    assert.deepEqual(await values(entry, 'A'), [1.5, 2.5]);
  });

  it('reads a JAX array by the NumPy array inside it', async () => {
    const data = packed([1, -1], 'float64');
    const array = op.reduce(
      op.global('jax._src.array', '_reconstruct_array'),
      op.tuple(
        op.global('numpy.core.multiarray', '_reconstruct'),
        op.tuple(op.global('numpy', 'ndarray'), op.tuple(op.int(0)), [0x55, 1, 0x62]),
        op.tuple(op.int(1), op.tuple(op.int(2)), dtypeOf, [0x89], [0x43, data.length, ...data]),
        [0x7d],
      ),
    );
    const container = await readBytes('a.pkl', pickleFile(op.dict(['A', array])));
    assert.deepEqual(await values(container.entries[0], 'A'), [1, -1]);
    assert.deepEqual(container.warnings, []);
  });

  it('reads tensors that were pickled without torch.save', async () => {
    const storage = (type: string, count: number): number[] => [
      ...op.tuple(
        op.text('storage'),
        op.global('torch', type),
        op.text('9'),
        op.text('cpu'),
        op.int(count),
        [0x4e],
      ),
      0x51,
    ];
    const stream = torchStream(storage('FloatStorage', 3), {
      '9': { count: 3, data: packed([1, 2, 3], 'float32') },
    });
    const tensor = (bytes: Uint8Array): number[] =>
      op.reduce(
        op.global('torch._utils', '_rebuild_tensor_v2'),
        op.tuple(
          op.reduce(
            op.global('torch.storage', '_load_from_bytes'),
            op.tuple([0x42, ...packed([bytes.length], 'uint32'), ...bytes]),
          ),
          op.int(1),
          op.tuple(op.int(2)),
          op.tuple(op.int(1)),
        ),
      );
    const container = await readBytes(
      'model.pkl',
      pickleFile(op.dict(['A', tensor(stream)], ['B', tensor(stream.subarray(0, stream.length - 1))])),
    );
    assert.deepEqual(await values(container.entries[0], 'A'), [2, 3]);
    assert.deepEqual(container.warnings, ['B was left out: its storage is cut off']);
  });

  it('does not take lists for weights in a pickle that asks to call something', async () => {
    const call = op.reduce(op.global('posix', 'system'), op.tuple(op.text('true')));
    const plain = op.dict(['A', op.list(op.int(1))]);
    assert.deepEqual(await values((await readBytes('a.pkl', pickleFile(plain))).entries[0], 'A'), [1]);
    const error = await refusal(
      readBytes('a.pkl', pickleFile(op.dict(['A', op.list(op.int(1))], ['x', call]))),
    );
    assert.match(error.message, /asks to call posix\.system; nothing was executed/);
  });

  it('warns of bytes behind the first pickle', async () => {
    const bytes = concat(pickleFile(op.dict(['A', op.list(op.int(1))])), pickleFile([0x4e]));
    assert.match((await readBytes('a.pkl', bytes)).warnings[0]!, /only the first pickle was read; 4 bytes/);
  });

  it('names the values of an OmegaConf configuration as it does', async () => {
    const node = (name: string, ...state: [string, number[]][]): number[] => [
      ...op.global('omegaconf', name),
      0x29,
      0x81,
      ...op.dict(...state),
      0x62,
    ];
    const config = node('DictConfig', [
      '_content',
      op.dict(['latent_dim', node('AnyNode', ['_val', op.int(20)], ['_parent', [0x4e]])]),
    ]);
    const container = await readBytes(
      'a.pkl',
      pickleFile(op.dict(['A', op.list(op.int(1))], ['hyper_parameters', config])),
    );
    assert.deepEqual(container.entries[0].scalars, [{ name: 'hyper_parameters.latent_dim', value: 20 }]);
  });

  it('refuses arrays whose bytes do not fit their shape', async () => {
    const array = op.reduce(
      op.global('numpy.core.numeric', '_frombuffer'),
      op.tuple([0x43, 8, 0, 0, 0, 0, 0, 0, 0, 0], dtypeOf, op.tuple(op.int(2)), op.text('C')),
    );
    assert.match(
      (await refusal(readBytes('a.pkl', pickleFile(op.dict(['A', array]))))).message,
      /needs 16 bytes and it has 8/,
    );
  });

  it('refuses lists that unfold without end', async () => {
    // Each level holds the one below it 64 times.
    let list = op.list(...Array.from({ length: 64 }, () => op.int(1)));
    for (let level = 0; level < 6; level++)
      list = [...list, 0x71, level, 0x30, ...op.list(...Array.from({ length: 64 }, () => [0x68, level]))];
    assert.match((await refusal(readBytes('a.pkl', pickleFile(list)))).message, /unfold into more than/);
  });
});
