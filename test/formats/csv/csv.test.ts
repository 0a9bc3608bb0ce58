import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recognise } from '../../../src/core/models/index';
import { readContainer } from '../../../src/formats/index';
import type { Container } from '../../../src/formats/source';
import { inTwoSeconds, readAll, readBytes, readFile, refusal, values } from '../helpers';
import { fixtures, memoryNeighbourhood, memorySource } from '../sources';

/* The files of the corpus were written by numpy.savetxt and Python's csv, and read back by numpy.loadtxt. */

interface Expected {
  readonly shape: readonly number[];
  readonly sum: number;
  readonly samples: readonly (readonly [readonly number[], number])[];
}

const corpus = JSON.parse(
  readFileSync(join(fixtures, 'formats', 'onnx_csv_expected.json'), 'utf8'),
) as Readonly<
  Record<string, Readonly<Record<string, { readonly tensors: Readonly<Record<string, Expected>> }>>>
>;

function flatIndex(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((flat, i, d) => flat * shape[d]! + i, 0);
}

async function only(container: Container): Promise<{ shape: readonly number[]; data: number[] }> {
  const [entry] = container.entries;
  assert.equal(entry.tensors.length, 1);
  return { shape: entry.tensors[0]!.shape, data: Array.from(await entry.tensors[0]!.load()) };
}

describe('CSV and TSV files', () => {
  for (const [arch, files] of Object.entries(corpus))
    for (const [name, { tensors }] of Object.entries(files)) {
      if (!name.startsWith('csv_')) continue;
      it(`${arch}/${name}`, async () => {
        const [entry] = (await readFile(join(fixtures, 'formats', arch, name))).entries;
        const wanted: Expected | undefined = Object.values(tensors)[0];
        // The first tensor is the file's own; others of its set follow.
        const [tensor] = entry.tensors;
        assert.ok(tensor && wanted);
        assert.deepEqual(tensor.shape, wanted.shape);
        const data = await tensor.load();
        const scale: number = data.reduce((total: number, value: number) => total + Math.abs(value), 0);
        const sum: number = data.reduce((total: number, value: number) => total + value, 0);
        assert.ok(Math.abs(sum - wanted.sum) <= 1e-12 * scale);
        for (const [index, value] of wanted.samples)
          assert.equal(data[flatIndex(wanted.shape, index)], value);
      });
    }

  it('reads a set of files as one model, and knows it', async () => {
    for (const [arch, parameters, kind] of [
      ['plrnn', ['A', 'W', 'h', 'init_map'], 'PLRNN'],
      ['shplrnn', ['A', 'W1', 'W2', 'h1', 'h2'], 'shPLRNN'],
      [
        'rnn_relu',
        [
          'readout_bias',
          'readout_weight',
          'rnn_bias_hh_l0',
          'rnn_bias_ih_l0',
          'rnn_weight_hh_l0',
          'rnn_weight_ih_l0',
        ],
        'reluRNN',
      ],
    ] as const) {
      const first = parameters.find((name) => name.startsWith('W') || name.includes('hh'))!;
      const { entries, format } = await readFile(join(fixtures, 'formats', arch, `csv_${first}.csv`));
      assert.match(format, /a set of files/);
      assert.deepEqual(entries[0].tensors.map(({ name }) => name).sort(), [...parameters].sort());
      const model = recognise(entries[0].tensors, entries[0].scalars, [], {});
      assert.ok(model.status === 'recognised', JSON.stringify(model));
      assert.equal(model.kind, kind);
    }
  });

  it('leaves tables of losses out of a set, and refuses them alone', async () => {
    const losses = 'epoch,loss,grad_norm\n1,0.5,2\n';
    const around = memoryNeighbourhood({
      'A.csv': '1\n',
      'W.csv': '2\n',
      'h.csv': losses,
      'loss.csv': losses,
    });
    const { entries, warnings } = await readContainer(memorySource('A.csv', '1\n'), around);
    assert.deepEqual(
      entries[0].tensors.map(({ name }) => name),
      ['A', 'W'],
    );
    assert.match(warnings.join(), /h\.csv was left out: this is a table of training losses/);
    for (const text of [losses, 'Wall time,Step,Value\n1,2,3\n', 'train_loss\n1\n'])
      assert.match((await refusal(readBytes('loss.csv', text))).message, /table of training losses/);
  });

  for (const [what, name, text, shape, data] of [
    ['commas', 'x.csv', '1,2\n3,4\n', [2, 2], [1, 2, 3, 4]],
    ['no line end at the end, CRLF, blank lines', 'x.csv', '1,2\r\n\r\n3,4', [2, 2], [1, 2, 3, 4]],
    ['tabs', 'x.tsv', '1\t-2.5e-3\n', [1, 2], [1, -0.0025]],
    ['spaces, as numpy.savetxt writes them', 'x.txt', '# header\n1.0 2.0\n3.0  4.0\n', [2, 2], [1, 2, 3, 4]],
    ['semicolons and decimal commas', 'x.csv', '1,5;2,5\n3,5;4,5\n', [2, 2], [1.5, 2.5, 3.5, 4.5]],
    ['tabs and decimal commas', 'x.tsv', '1,5\t-2,25e1\n', [1, 2], [1.5, -22.5]],
    ['semicolons and decimal points', 'x.csv', '1.5;2\n', [1, 2], [1.5, 2]],
    ['a header', 'x.csv', 'a,b\n1,2\n', [1, 2], [1, 2]],
    [
      'a header and row numbers, as pandas writes them',
      'x.csv',
      ',0,1\n0,5,6\n1,7,8\n',
      [2, 2],
      [5, 6, 7, 8],
    ],
    ['a header without a name for the row numbers', 'x.csv', 'V1,V2\n1,5,6\n2,7,8\n', [2, 2], [5, 6, 7, 8]],
    ['quotation marks', 'x.csv', '"a","b"\n"1",2\n', [1, 2], [1, 2]],
    ['a comma at the end of every row', 'x.csv', '1,2,\n3,4,\n', [2, 2], [1, 2, 3, 4]],
    ['a byte order mark', 'x.csv', '\ufeff1,2\n', [1, 2], [1, 2]],
    ['what is not finite', 'x.csv', 'nan,-Inf,1d2\n', [1, 3], [NaN, -Infinity, 100]],
    ['one number', 'x.csv', '7', [1, 1], [7]],
  ] as const)
    it(`reads ${what}`, async () => {
      assert.deepEqual(await only(await readBytes(name, text)), { shape: [...shape], data: [...data] });
    });

  for (const [what, text, message, place] of [
    ['ragged rows', '1,2,3\n4,5\n6,7,8\n', /2 cells, the first one has 3/, 'x.csv, line 2, column 3'],
    ['a longer row', '1,2\n4,5,6\n', /3 cells, the first one has 2/, 'x.csv, line 2, column 3'],
    ['text in a cell', '1,2\nabc,4\n', /"abc" is no number/, 'x.csv, line 2, column 1'],
    ['an empty cell', '1,2\n3,\n', /empty/, 'x.csv, line 2, column 2'],
    ['a zero byte', '1,2\n\0\0,4\n', /zero byte/, 'line 2, character 1'],
    ['decimal points and commas mixed', '1.5;2,5\n', /some a comma/, 'x.csv, line 1, column 2'],
    ['separators between thousands', '1.234,5;2\n', /"1.234,5" is no number/, 'x.csv, line 1, column 1'],
    ['a hexadecimal number', '1,0x10\n', /"0x10" is no number/, 'x.csv, line 1, column 2'],
    ['a header alone', 'a,b\n', /no numbers/, 'x.csv'],
    ['blank lines alone', '\n \n\n', /no numbers/, 'x.csv'],
    ['a quotation mark that is not closed', '1,"2\n', /not closed/, 'line 1, column 2'],
    ['prose', 'Dear reader,\nthis is no table.\n', /cells|number/, 'x.csv, line 2, column 1'],
  ] as const)
    it(`refuses ${what}, and says where`, async () => {
      const error = await refusal(readAll('x.csv', text));
      assert.match(error.message, message);
      assert.equal(error.place, place);
    });

  it('never reads decimal commas as two numbers, nor UTF-16 as text', async () => {
    const [entry] = (await readFile(join(fixtures, 'bad', 'semicolons_decimal_comma.csv'))).entries;
    assert.deepEqual(await values(entry, entry.tensors[0]!.name), [1.5, 2.5, 3.5, 4.5]);
    assert.match((await refusal(readBytes('x.csv', Uint8Array.of(0xff, 0xfe, 0x31, 0)))).message, /UTF-16/);
  });

  for (const [what, text] of [
    ['a number on every line', '1\n'.repeat(2 ** 21)],
    ['blank lines', '\n'.repeat(2 ** 24)],
    ['one line of numbers', '1,'.repeat(2 ** 22)],
    ['many rows', `${'0.123456789,'.repeat(999)}0.5\n`.repeat(2200)],
    ['spaces before nothing', `a\n${' '.repeat(2 ** 21)}`],
  ] as const)
    it(`refuses ${what} without end, soon`, async () => {
      assert.match(
        (await refusal(inTwoSeconds(what, () => readBytes('x.csv', text)))).message,
        /more than|no numbers/,
      );
    });
});

describe('results of SCYFI', () => {
  // The file follows how CSV.jl writes a DataFrame whose cells are Julia arrays; it was written by hand.

  it('gives the model of each row, and the cycles that were found', async () => {
    const { entries, format, warnings } = await readFile(
      join(fixtures, 'formats', 'julia', 'dynamical_objects.csv'),
    );
    assert.equal(format, 'SCYFI results');
    assert.match(warnings.join(), /numbered by row/);
    assert.deepEqual(
      entries.map(({ epoch }) => epoch),
      [1, 2],
    );
    const [first, second] = entries;
    assert.deepEqual(first.scalars, [{ name: 'number_of_cycles_found', value: 2 }]);
    assert.deepEqual(first.tensors.find(({ name }) => name === 'W')?.shape, [2, 2]);
    assert.deepEqual(await values(first, 'W'), [0, 1.5, -2, 0]);
    assert.deepEqual(await values(first, 'A'), [0.5, 0.25]);
    assert.deepEqual(await values(second!, 'W'), [0, 1e-5, -2.5e-5, 0]);
    assert.deepEqual(first.tensors.find(({ name }) => name === 'cycles.1.1')?.shape, [1, 2]);
    assert.deepEqual(await values(first, 'cycles.1.1'), [0.5, -0.25]);
    assert.deepEqual(first.tensors.find(({ name }) => name === 'cycles.2.1')?.shape, [2, 2]);
    assert.deepEqual(await values(first, 'cycles.2.1'), [1, 2, 3, 4]);
    const model = recognise(first.tensors, first.scalars, [], {});
    assert.ok(model.status === 'recognised', JSON.stringify(model));
    assert.equal(model.kind, 'PLRNN');
  });

  for (const [what, row, message] of [
    ['an array that does not end', '1,"[0.5, ",x', /does not end/],
    ['an expression', '1,"[run(`rm`)]",x', /no part of an array/],
    ['rows of different lengths', '1,[1.0 2.0; 3.0],x', /different lengths/],
    ['too many brackets', `1,${'['.repeat(100)},x`, /no part of an array|does not end/],
    ['a row that is cut', '1,"[0.5]"', /2 cells, the header has 3/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const error = await refusal(readAll('x.csv', `number,A,h\n${row}\n`));
      assert.match(error.message, message);
      assert.match(error.place, /line 2, column \d/);
    });
});
