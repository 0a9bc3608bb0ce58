import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { inTwoSeconds, readBytes, refusal, values } from '../helpers';

function read(text: string) {
  return readBytes('model.json', text);
}

describe('JSON models', () => {
  it('reads named arrays, loose values and nested objects', async () => {
    const container = await read(
      '{"model":"ALRNN","P":2,"A":[1,2],"net":{"rnn":{"W":[[1,2],[3,4]],"on":true}},"none":null}',
    );
    const [entry] = container.entries;
    assert.deepEqual(
      entry.tensors.map(({ name, shape }) => [name, shape]),
      [
        ['A', [2]],
        ['net.rnn.W', [2, 2]],
      ],
    );
    assert.deepEqual(await values(entry, 'net.rnn.W'), [1, 2, 3, 4]);
    assert.deepEqual(entry.scalars, [
      { name: 'model', value: 'ALRNN' },
      { name: 'P', value: 2 },
      { name: 'net.rnn.on', value: true },
    ]);
    assert.equal(entry.epoch, null);
    assert.deepEqual(container.warnings, []);
  });

  it('reads a series, one entry for each checkpoint, with what stands beside it', async () => {
    const { entries } = await read(
      '{"model":"PLRNN","checkpoints":[{"epoch":0,"A":[1]},{"epoch":10,"A":[2],"model":"ALRNN"}]}',
    );
    assert.deepEqual(
      entries.map((entry) => entry.epoch),
      [0, 10],
    );
    assert.deepEqual(await values(entries[1]!, 'A'), [2]);
    assert.equal(entries[0].scalars.find(({ name }) => name === 'model')?.value, 'PLRNN');
    assert.equal(entries[1]!.scalars.find(({ name }) => name === 'model')?.value, 'ALRNN');
  });

  it('reads a list of like objects as a series and of unlike ones by index', async () => {
    const series = await read('[{"epoch":3,"A":[1]},{"epoch":4,"A":[2]}]');
    assert.deepEqual(
      series.entries.map((entry) => entry.epoch),
      [3, 4],
    );
    const [pair] = (await read('[{"A":[1]},40]')).entries;
    assert.deepEqual(await values(pair, '0.A'), [1]);
    assert.deepEqual(pair.scalars, [{ name: '1', value: 40 }]);
  });

  it('allows comments and empty arrays', async () => {
    const [entry] = (await read('// a model\n{"A": [], /* rows */ "W": [[],[]]}')).entries;
    assert.deepEqual(
      entry.tensors.map(({ shape }) => shape),
      [[0], [2, 0]],
    );
  });

  it('unescapes texts as JSON does', async () => {
    const [entry] = (await read('{"\\u0041\\n":[1],"t":"\\ud83d\\ude00\\"\\\\"}')).entries;
    assert.equal(entry.tensors[0]!.name, 'A\n');
    assert.equal(entry.scalars[0]!.value, '\u{1f600}"\\');
  });

  it('keeps words beside the arrays out, with a warning', async () => {
    const container = await read('{"A":[1],"tags":["x","y"],"flags":[true,false]}');
    assert.equal(container.entries[0].tensors.length, 1);
    assert.equal(container.warnings.length, 2);
  });

  for (const [text, message, place] of [
    ['{"A":[1,2', /ends inside an array/, 'A[2], line 1, column 10'],
    ['{"A":[1,]}', /expected a value/, 'A[1], line 1, column 9'],
    ['{"A":[01]}', /malformed/, 'A[0], line 1, column 7'],
    ['{"A":[1.]}', /malformed/, 'A[0], line 1, column 7'],
    ['{"A":[+1]}', /no JSON/, 'A[0], line 1, column 7'],
    ['{"A":[1]\n,"B":[nan]}', /"nan" is no JSON/, 'B[0], line 2, column 7'],
    ['{"A":"open', /not closed/, 'A, line 1, column 6'],
    ['{"A":"\\x"}', /escape/, 'A, line 1, column 6'],
    ['{"A":[1]}/*', /comment/, 'line 1, column 10'],
    ['{A:[1]}', /no JSON/, 'line 1, column 2'],
    ['{"A":[1] "B":[2]}', /expected "," or "}"/, 'A, line 1, column 10'],
    ['{"W":[[1,2],3]}', /mixed/, 'W[1], line 1, column 14'],
    ['{"W":[[[1],[2]],[[1],[2,3]]]}', /row 0 has length 1, row 1 has length 2/, 'W[1][1], line 1, column 27'],
    ['{}', /no array of numbers/, ''],
    ['[[1,2],[3,4]]', /has no name/, ''],
  ] as const)
    it(`refuses ${JSON.stringify(text)} and says where`, async () => {
      const error = await refusal(read(text));
      assert.match(error.message, message);
      assert.equal(error.place, place);
    });

  it('returns every double exactly, whatever the shape', async () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    const matrix = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
      .chain(([rows, columns]) =>
        fc.array(fc.array(double, { minLength: columns, maxLength: columns }), {
          minLength: rows,
          maxLength: rows,
        }),
      );
    await fc.assert(
      fc.asyncProperty(matrix, fc.string(), async (W, note) => {
        const [entry] = (await read(JSON.stringify({ W, note }))).entries;
        assert.deepEqual(
          await values(entry, 'W'),
          W.flat().map((value) => (Object.is(value, -0) ? 0 : value)),
        );
        assert.deepEqual(entry.tensors[0]!.shape, [W.length, W[0]!.length]);
        assert.equal(entry.scalars[0]!.value, note);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('agrees with JSON.parse on what is JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async (text) => {
        const wrapped = `{"A":[1],"x":${text}}`;
        JSON.parse(wrapped);
        try {
          await read(wrapped);
        } catch (error) {
          const { message } = error as Error;
          assert.match(message, /mixed|rows have different lengths|stands where a number/, text);
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('reads a text of 20 MB within two seconds', async () => {
    const row = JSON.stringify(Array.from({ length: 1000 }, (_, i) => Math.sin(i) / 3));
    const text = `{"W":[${Array<string>(1000).fill(row).join()}]}`;
    assert.ok(text.length > 19e6);
    const [entry] = (await inTwoSeconds('20 MB of JSON', () => read(text))).entries;
    assert.equal((await entry.tensors[0]!.load())[1001], Math.sin(1) / 3);
  });

  it('refuses texts that would grow without bound in memory', async () => {
    for (const text of [`{"W":[${'[0],'.repeat(1e6)}[0]]}`, `[${'{"a":0},'.repeat(6e5)}{"a":[0]}]`]) {
      const error = await inTwoSeconds('a growing text', () => refusal(read(text)));
      assert.match(error.message, /more than/);
    }
    const long = `{"${'k'.repeat(1e6)}":{"A":[1]}}`;
    assert.match((await refusal(read(long))).message, /name of more than/);
  });
});
