import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recognise } from '../../../src/core/models/index';
import type { TensorHandle } from '../../../src/core/tensor';
import type { Entry } from '../../../src/formats/source';
import { readAll, readBytes, readFile, refusal, values } from '../helpers';
import { fixtures } from '../sources';
import { concat, packed } from '../writers';
import { float, initialiser, model, node, num, raw, run, tensor, varint } from './onnxWriter';

/*
 * model.onnx of each folder was written by torch.onnx.export; its names, shapes, sums and samples were read back
 * with the onnx package when the files were made.
 */

interface Expected {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sum: number;
  readonly samples: readonly (readonly [readonly number[], number])[];
}

const expected = JSON.parse(
  readFileSync(join(fixtures, 'formats', 'onnx_csv_expected.json'), 'utf8'),
) as Readonly<
  Record<
    string,
    Readonly<Record<string, { tensors: Record<string, Expected>; constants?: Record<string, Expected> }>>
  >
>;

async function check(tensor: TensorHandle, wanted: Expected): Promise<void> {
  assert.deepEqual(tensor.shape, wanted.shape, tensor.name);
  assert.equal(tensor.dtype, wanted.dtype, tensor.name);
  const data = await tensor.load();
  const scale = data.reduce((total, value) => total + Math.abs(value), 0);
  const sum = data.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(sum - wanted.sum) <= 1e-12 * scale, `sum of ${tensor.name}`);
  for (const [index, value] of wanted.samples)
    assert.equal(data[index.reduce((flat, i, d) => flat * tensor.shape[d]! + i, 0)], value, tensor.name);
}

function named(entry: Entry, name: string): TensorHandle {
  const tensor = entry.tensors.find((candidate) => candidate.name === name);
  assert.ok(tensor, `${name} among ${entry.tensors.map((each) => each.name).join(', ')}`);
  return tensor;
}

describe('ONNX files', () => {
  for (const [arch, files] of Object.entries(expected)) {
    const path = join(fixtures, 'formats', arch, 'model.onnx');
    it(`${arch}: initialisers and constants as the onnx package reads them`, async () => {
      const { entries, warnings } = await readFile(path);
      assert.deepEqual(warnings, []);
      const { tensors, constants } = files['model.onnx']!;
      for (const [name, wanted] of Object.entries({ ...constants, ...tensors }))
        await check(named(entries[0], name), wanted);
    });

    it(`${arch}: the same model as in arrays.npz, found without a question`, async () => {
      const [entry] = (await readFile(path)).entries;
      const model = recognise(entry.tensors, entry.scalars, [], {});
      assert.ok(model.status === 'recognised', JSON.stringify(model));
      const kinds: Readonly<Record<string, string>> = {
        plrnn: 'PLRNN',
        alrnn: 'ALRNN',
        shplrnn: 'shPLRNN',
        clipped_shplrnn: 'clippedShPLRNN',
        dendplrnn: 'dendPLRNN',
        rnn_relu: 'reluRNN',
      };
      assert.equal(model.kind, kinds[arch]);
      assert.deepEqual(model.assumptions, []);
      if (arch === 'alrnn') assert.equal(model.values['P'], 2);
      const npz = (await readFile(join(fixtures, 'formats', arch, 'arrays.npz'))).entries[0];
      const names: Readonly<Record<string, string>> = {
        W_hh: 'rnn.weight_hh_l0',
        W_ih: 'rnn.weight_ih_l0',
        b_hh: 'rnn.bias_hh_l0',
        b_ih: 'rnn.bias_ih_l0',
      };
      for (const [parameter, name] of Object.entries(model.tensors)) {
        const original = names[parameter] ?? (parameter === 'h' && arch === 'dendplrnn' ? 'h0' : parameter);
        assert.deepEqual(named(entry, name).shape, named(npz, original).shape, parameter);
        assert.deepEqual(await values(entry, name), await values(npz, original), parameter);
      }
    });
  }

  it('a GRU is named and refused', async () => {
    const [entry] = (await readFile(join(fixtures, 'refused', 'gru.onnx'))).entries;
    const model = recognise(entry.tensors, entry.scalars, [], {});
    assert.ok(model.status === 'refused');
    assert.equal(model.what, 'a GRU');
  });
});

const counting = (count: number): number[] => Array.from({ length: count }, (_, i) => (i + 1) / 4);

describe('ONNX tensors', () => {
  const halves = [0x3c00, 0xc000];
  for (const [what, bytes, wanted] of [
    ['packed floats', tensor('A', 1, [2], run(4, packed([0.5, -2], 'float32'))), [0.5, -2]],
    ['floats one by one', tensor('A', 1, [2], float(4, 0.5), float(4, -2)), [0.5, -2]],
    ['doubles', tensor('A', 11, [2], run(10, packed([0.1, 3], 'float64'))), [0.1, 3]],
    ['halves as their bits', tensor('A', 10, [2], run(5, concat(...halves.map(varint)))), [1, -2]],
    ['raw halves', tensor('A', 10, [2], run(9, packed(halves, 'uint16'))), [1, -2]],
    ['bfloat16 as its bits', tensor('A', 16, [1], num(5, 0x3f80)), [1]],
    ['raw bfloat16', tensor('A', 16, [1], run(9, packed([0xbf80], 'uint16'))), [-1]],
    [
      'negative whole numbers',
      tensor('A', 7, [3], run(7, concat(varint(-5), varint(300), varint(0)))),
      [-5, 300, 0],
    ],
    ['bytes', tensor('A', 3, [2], num(5, -7), num(5, 9)), [-7, 9]],
    ['unsigned', tensor('A', 13, [1], num(11, 2 ** 40)), [2 ** 40]],
    [
      'packed dimensions',
      concat(run(1, concat(varint(1), varint(2))), num(2, 1), run(8, 'A'), raw([1, 2])),
      [1, 2],
    ],
    ['nothing in an empty tensor', tensor('A', 1, [0, 3]), []],
  ] as const)
    it(`reads ${what}`, async () => {
      const [entry] = (await readAll('x.onnx', model(initialiser(bytes)))).entries;
      assert.deepEqual(await values(entry, 'A'), wanted);
    });

  const good = initialiser(tensor('W', 1, [1], raw([1])));
  it('leaves out what lies in another file and names the file', async () => {
    const external = tensor(
      'A',
      1,
      [4],
      run(13, concat(run(1, 'location'), run(2, '../../etc/passwd'))),
      num(14, 1),
    );
    const { entries, warnings } = await readAll('x.onnx', model(initialiser(external), good));
    assert.deepEqual(
      entries[0].tensors.map(({ name }) => name),
      ['W'],
    );
    assert.match(warnings.join(), /A was left out: its values lie in another file, ".*passwd"/);
    const alone = await refusal(readBytes('x.onnx', model(initialiser(external))));
    assert.match(alone.message, /another file/);
    assert.match(alone.remedy, /inside the file/);
  });

  for (const [what, bytes, message] of [
    [
      'fewer raw bytes than the shape asks for',
      model(initialiser(tensor('A', 1, [5], raw([1, 2])))),
      /asks for 5 elements, 2/,
    ],
    ['a negative size', model(initialiser(tensor('A', 1, [-1], raw([1])))), /impossible/],
    [
      'a size beyond all bounds',
      model(initialiser(tensor('A', 1, [2 ** 40, 2 ** 40], raw([1])))),
      /impossible/,
    ],
    [
      'whole numbers that are too few',
      model(initialiser(tensor('A', 7, [3], run(7, concat(varint(300), varint(5)))))),
      /asks for 3 elements, 2/,
    ],
    ['a field longer than the file', concat(num(1, 7), [0x3a, 0x7f, 0x01]), /bytes, 1 are left/],
    ['a group', concat(num(1, 7), [0x0b]), /kind 3/],
    ['no graph', concat(num(1, 7), run(2, 'test')), /no ONNX graph/],
    ['no weights', model(node('Relu', 'r', ['x'], ['y'])), /no weights/],
    ['complex numbers alone', model(initialiser(tensor('A', 14, [1], raw([1, 2])))), /complex/],
    ['text', 'this is no protobuf', /./],
  ] as const)
    it(`${what}: explained`, async () => {
      assert.match((await refusal(readAll('x.onnx', bytes))).message, message);
    });
});

describe('ONNX recurrent nodes', () => {
  const layer = (op: string, gates: number, ...attributes: readonly Uint8Array[]): Uint8Array =>
    model(
      initialiser(tensor('w', 1, [1, gates * 2, 3], raw(counting(gates * 6)))),
      initialiser(tensor('r', 1, [1, gates * 2, 2], raw(counting(gates * 4)))),
      initialiser(tensor('b', 1, [1, gates * 4], raw(counting(gates * 4)))),
      node(op, '/cell/RNN', ['x', 'w', 'r', 'b'], ['y'], ...attributes),
    );
  const activations = (name: string): Uint8Array => concat(run(1, 'activations'), run(9, name));
  const recognised = async (bytes: Uint8Array): Promise<ReturnType<typeof recognise>> => {
    const [entry] = (await readAll('x.onnx', bytes)).entries;
    return recognise(entry.tensors, entry.scalars, [], {});
  };

  it('splits weights and both biases under the names of PyTorch', async () => {
    const [entry] = (await readAll('x.onnx', layer('RNN', 1, activations('Relu')))).entries;
    assert.deepEqual(named(entry, 'cell.weight_ih_l0').shape, [2, 3]);
    assert.deepEqual(await values(entry, 'cell.weight_hh_l0'), counting(4));
    assert.deepEqual(await values(entry, 'cell.bias_ih_l0'), [0.25, 0.5]);
    assert.deepEqual(await values(entry, 'cell.bias_hh_l0'), [0.75, 1]);
  });

  it('reads the activation: ReLU, leaky ReLU, and tanh where none is stated', async () => {
    const relu = await recognised(layer('RNN', 1, activations('Relu')));
    assert.ok(relu.status === 'recognised');
    assert.deepEqual(relu.assumptions, []);
    const leaky = await recognised(
      layer('RNN', 1, activations('LeakyRelu'), concat(run(1, 'activation_alpha'), float(7, 0.25))),
    );
    assert.ok(leaky.status === 'recognised');
    assert.equal(leaky.variant.negativeSlope, 0.25);
    const tanh = await recognised(layer('RNN', 1));
    assert.ok(tanh.status === 'refused');
    assert.match(tanh.what, /tanh/);
    for (const name of ['HardSigmoid', 'Softsign', 'Affine', 'ThresholdedRelu', 'ScaledTanh']) {
      const other = await recognised(layer('RNN', 1, activations(name)));
      assert.equal(other.status, 'refused', name);
    }
  });

  it('refuses GRU, LSTM, layers that run backwards and stacks by name', async () => {
    for (const [bytes, what] of [
      [layer('GRU', 3), /GRU/],
      [layer('LSTM', 4), /LSTM/],
      [layer('RNN', 1, activations('Relu'), concat(run(1, 'direction'), run(4, 'reverse'))), /bidirectional/],
    ] as const) {
      const model = await recognised(bytes);
      assert.ok(model.status === 'refused');
      assert.match(model.what, what);
    }
  });
});

describe('what the operations say about a step', () => {
  const square = (name: string, n: number): Uint8Array =>
    initialiser(tensor(name, 1, [n, n], raw(counting(n * n))));
  const vector = (name: string, n: number): Uint8Array => initialiser(tensor(name, 1, [n], raw(counting(n))));
  const input = run(11, run(1, 'z'));
  const facts = async (...parts: readonly Uint8Array[]): Promise<Readonly<Record<string, unknown>>> => {
    const [entry] = (await readAll('x.onnx', model(input, ...parts))).entries;
    return Object.fromEntries(entry.scalars.map(({ name, value }) => [name, value]));
  };
  const clipped = (first: string, second: string): readonly Uint8Array[] => [
    vector('A', 2),
    square('onnx::MatMul_1', 2),
    square('onnx::MatMul_2', 2),
    vector('h2', 2),
    node('MatMul', 'm', ['z', 'onnx::MatMul_2'], ['p']),
    node('Add', 'a', ['p', 'h2'], ['q']),
    node('Relu', 'r', ['q'], ['offset']),
    node('Relu', 's', ['p'], ['plain']),
    node('Sub', 'c', [first, second], ['phi']),
    node('MatMul', 'n', ['phi', 'onnx::MatMul_1'], ['y']),
  ];

  it('a model is clipped only where the plain units are taken away', async () => {
    assert.equal((await facts(...clipped('offset', 'plain')))['model'], 'clippedShPLRNN');
    assert.equal((await facts(...clipped('plain', 'offset')))['model'], undefined);
  });

  it('square thresholds: one row or one column for each basis', async () => {
    for (const [axis, orientation] of [
      [1, 'BxM'],
      [-2, 'BxM'],
      [-1, 'MxB'],
    ] as const) {
      const found = await facts(
        square('H', 2),
        square('onnx::MatMul_1', 2),
        node('Unsqueeze', 'u', ['z'], ['wide'], concat(run(1, 'axes'), num(8, axis))),
        node('Add', 'a', ['wide', 'H'], ['q']),
        node('Relu', 'r', ['q'], ['phi']),
        node('MatMul', 'n', ['phi', 'onnx::MatMul_1'], ['y']),
      );
      assert.deepEqual(
        [found['model'], found['orientation'], found['thresholdSign']],
        ['dendPLRNN', orientation, 1],
      );
    }
  });

  it('thresholds inside, leaky units, and nothing where an operation is unknown', async () => {
    const step = (
      argument: Uint8Array,
      unit: Uint8Array,
      ...more: readonly Uint8Array[]
    ): readonly Uint8Array[] => [
      vector('A', 2),
      vector('h', 2),
      square('onnx::MatMul_1', 2),
      argument,
      unit,
      node('MatMul', 'n', ['phi', 'onnx::MatMul_1'], ['y']),
      ...more,
    ];
    const inside = node('Sub', 's', ['z', 'h'], ['q']);
    const relu = node('Relu', 'r', ['q'], ['phi']);
    assert.equal((await facts(...step(inside, relu)))['thresholds'], 'inside');
    const leaky = node('LeakyRelu', 'r', ['z'], ['phi'], concat(run(1, 'alpha'), float(2, 0.5)));
    const found = await facts(...step(inside, leaky));
    assert.deepEqual([found['model'], found['negativeSlope']], ['PLRNN', 0.5]);
    const unknown = await facts(...step(inside, relu, node('Sin', 't', ['y'], ['x'])));
    assert.deepEqual(unknown, {});
  });
});
