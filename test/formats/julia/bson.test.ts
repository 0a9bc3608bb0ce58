import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recognise } from '../../../src/core/models/index';
import { epochOf } from '../../../src/runs/names';
import { inTwoSeconds, readAll, readBytes, readFile, refusal, values } from '../helpers';
import { fixtures } from '../sources';
import { concat, packed } from '../writers';

/*
 * The files in fixtures/formats/julia were written by make_bson.py there, after BSON.jl's layout: no Julia was at
 * hand. Its expected.json has the values as they were in memory.
 */

interface Expected {
  readonly tensors: Readonly<
    Record<string, { readonly shape: number[]; readonly dtype: string; readonly values: (number | 'NaN')[] }>
  >;
  readonly scalars: Readonly<Record<string, number | string | boolean>>;
  readonly kind?: string;
  readonly refused?: string;
  readonly question?: string;
  readonly meanCentred?: boolean;
  readonly inputDim?: number;
  readonly P?: number;
  readonly epoch?: number;
}

const folder = join(fixtures, 'formats', 'julia');
const cases = Object.entries(
  JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Readonly<Record<string, Expected>>,
);

describe('Julia BSON files', () => {
  for (const [name, expected] of cases) {
    it(`${name}: names, shapes and values`, async () => {
      const { entries, format, warnings } = await readFile(join(folder, name));
      assert.equal(format, 'Julia BSON');
      assert.deepEqual(warnings, []);
      assert.equal(entries.length, 1);
      const [entry] = entries;
      for (const [tensorName, { shape, dtype, values: wanted }] of Object.entries(expected.tensors)) {
        const tensor = entry.tensors.find((candidate) => candidate.name === tensorName);
        assert.ok(tensor, `${tensorName} among ${entry.tensors.map((each) => each.name).join(', ')}`);
        assert.deepEqual(tensor.shape, shape, tensorName);
        assert.equal(tensor.dtype, dtype, tensorName);
        assert.deepEqual(Array.from(await tensor.load()), wanted.map(Number), tensorName);
      }
      for (const [scalar, value] of Object.entries(expected.scalars))
        assert.equal(entry.scalars.find((candidate) => candidate.name === scalar)?.value, value, scalar);
      assert.equal(entry.epoch, expected.epoch ?? null);
    });

    it(`${name}: the architecture, without a question where there is one`, async () => {
      const [entry] = (await readFile(join(folder, name))).entries;
      const model = recognise(entry.tensors, entry.scalars, [], {});
      if (expected.refused !== undefined) {
        assert.ok(model.status === 'refused', JSON.stringify(model));
        assert.match(model.what, new RegExp(expected.refused));
      } else if (expected.question !== undefined) {
        assert.ok(model.status === 'ambiguous', JSON.stringify(model));
        assert.match(model.question.text, new RegExp(expected.question));
        const chosen = recognise(entry.tensors, entry.scalars, [], model.question.choices[1]!.options);
        assert.ok(chosen.status === 'recognised', JSON.stringify(chosen));
        assert.equal(chosen.kind, 'ALRNN');
        assert.equal(chosen.values['P'], 2);
        assert.equal(chosen.tensors['W'], 'model.0.experts.1.W');
      } else {
        assert.ok(model.status === 'recognised', JSON.stringify(model));
        assert.equal(model.kind, expected.kind);
        assert.equal(model.variant.meanCentred, expected.meanCentred ?? false);
        if (expected.inputDim !== undefined) assert.equal(model.inputDim, expected.inputDim);
        if (expected.P !== undefined) assert.equal(model.values['P'], expected.P);
        if ('model.0.alpha' in expected.tensors) {
          assert.match(model.equation, /relu\(z - H_b\)/);
          assert.equal(model.values['transposed'], 'H', 'H has one column per basis');
        }
        if ('model.0.model' in expected.scalars) assert.deepEqual(model.assumptions, []);
      }
    });
  }

  it('takes the epoch from the names that the training codes give', () => {
    assert.equal(epochOf('model_500.bson'), 500);
    assert.equal(epochOf('prune_model_3.bson'), 3);
  });
});

describe('hostile BSON', () => {
  const cstring = (text: string): Uint8Array => concat(text, [0]);
  const document = (...elements: readonly Uint8Array[]): Uint8Array => {
    const body = concat(...elements, [0]);
    return concat(packed([body.length + 4], 'int32'), body);
  };
  const text = (key: string, value: string): Uint8Array =>
    concat([2], cstring(key), packed([value.length + 1], 'int32'), cstring(value));
  const int = (key: string, value: number): Uint8Array =>
    concat([0x12], cstring(key), packed([value], 'int64'));
  const nested = (key: string, type: 3 | 4, ...elements: readonly Uint8Array[]): Uint8Array =>
    concat([type], cstring(key), document(...elements));
  const binary = (key: string, bytes: readonly number[]): Uint8Array =>
    concat([5], cstring(key), packed([bytes.length], 'int32'), [0], bytes);
  const float32 = nested(
    'type',
    3,
    text('tag', 'datatype'),
    nested('name', 4, text('0', 'Core'), text('1', 'Float32')),
  );
  const array = (key: string, size: readonly number[], data: Uint8Array): Uint8Array =>
    nested(
      key,
      3,
      text('tag', 'array'),
      float32,
      nested('size', 4, ...size.map((n, i) => int(String(i), n))),
      data,
    );
  const backref = (key: string, ref: number): Uint8Array =>
    nested(key, 3, text('tag', 'backref'), int('ref', ref));

  it('reads the smallest model', async () => {
    const [entry] = (
      await readAll('x.bson', document(array('A', [2], binary('data', [0, 0, 128, 63, 0, 0, 0, 64]))))
    ).entries;
    assert.deepEqual(await values(entry, 'A'), [1, 2]);
  });

  for (const [what, bytes, message] of [
    ['no arrays', document(int('epoch', 3)), /no array of numbers/],
    [
      'a size that is not that of the bytes',
      document(array('A', [3], binary('data', [0, 0, 0, 0]))),
      /needs 12 bytes, 4/,
    ],
    [
      'a negative size',
      document(array('A', [-1, -1], binary('data', [0, 0, 0, 0]))),
      /no list of whole numbers/,
    ],
    [
      'a size whose product overflows',
      document(array('A', [2 ** 31, 2 ** 31, 4], binary('data', []))),
      /bytes, 0 are there/,
    ],
    ['a reference to nothing', document(backref('A', 7)), /leads nowhere/],
    [
      'references in a ring',
      document(backref('A', 1), nested('_backrefs', 4, backref('0', 2), backref('1', 1))),
      /leads nowhere/,
    ],
    ['an unknown element type', document(Uint8Array.of(0x55, 0x41, 0)), /no element type/],
    [
      'a document longer than its parent',
      document(concat([3], cstring('x'), packed([1000], 'int32'), [0])),
      /does not fit/,
    ],
    [
      'a binary longer than the file',
      document(concat([5], cstring('x'), packed([2 ** 31 - 1], 'int32'), [0])),
      /bytes are needed/,
    ],
    [
      'a binary of negative length',
      document(concat([5], cstring('x'), packed([-5], 'int32'), [0])),
      /bytes are needed/,
    ],
    ['bytes behind the end', concat(document(int('a', 1)), [1, 2, 3]), /does not fit|follow after/],
    ['a text file', 'hello, this is text', /does not fit/],
  ] as const)
    it(`${what} is explained`, async () => {
      assert.match((await refusal(inTwoSeconds(what, () => readBytes('x.bson', bytes)))).message, message);
    });

  it('survives nesting and references that grow without end', async () => {
    let deep = document(int('a', 1));
    for (let i = 0; i < 3000; i++) deep = document(concat([3], cstring('a'), deep));
    assert.match((await refusal(readBytes('deep.bson', deep))).message, /nested/);
    const level = (i: number): Uint8Array =>
      nested(String(i), 4, ...Array.from({ length: 10 }, (_, j) => backref(String(j), i + 2)));
    const laughs = document(
      backref('A', 1),
      nested(
        '_backrefs',
        4,
        ...Array.from({ length: 20 }, (_, i) => level(i)),
        nested('20', 4, text('0', 'ha')),
      ),
    );
    const error = await refusal(inTwoSeconds('laughs', () => readBytes('laughs.bson', laughs)));
    assert.match(error.message, /refer to each other so often/);
    const itself = document(
      nested('A', 4, backref('0', 1)),
      nested('_backrefs', 4, nested('0', 4, backref('0', 1))),
    );
    assert.match((await refusal(readBytes('itself.bson', itself))).message, /no array of numbers/);
  });

  it('does not touch prototypes', async () => {
    const file = document(
      nested('__proto__', 3, array('polluted', [1], binary('data', [0, 0, 128, 63]))),
      array('constructor', [1], binary('data', [0, 0, 0, 0])),
    );
    const [entry] = (await readAll('x.bson', file)).entries;
    assert.deepEqual(await values(entry, '__proto__.polluted'), [1]);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  });
});
