import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { indexJson, updateIndex, type JsonIndex } from '../../../src/formats/json/jsonIndex';
import { placeAt, valuesOf } from '../../../src/formats/json/places';
import { parseJson, type JsonNode } from '../../../src/formats/json/tree';
import { TextMirror } from '../../../src/formats/json/textMirror';

const bad = path.join(import.meta.dirname, '..', '..', 'fixtures', 'bad');

/** What the text shows at a span. */
const at = (text: string, span: { start: number; end: number } | null): string =>
  span ? text.slice(span.start, span.end) : '';

function described(text: string): string[] {
  return indexJson(text).arrays.map(
    (array) => `${array.path.join('.')} ${array.shape.join('x')} ${at(text, array.key)} ${at(text, array)}`,
  );
}

/** Arrays of numbers as the reader finds them: an independent parser of the same texts. */
function asRead(text: string): Map<string, { shape: readonly number[]; values: number[] }> {
  const found = new Map<string, { shape: readonly number[]; values: number[] }>();
  const document = parseJson(text);
  const visit = (node: JsonNode, names: readonly string[]): void => {
    if (node.kind === 'object') for (const [name, member] of node.members) visit(member, [...names, name]);
    else if (node.kind === 'list') node.items.forEach((item, i) => visit(item, [...names, String(i)]));
    else if (node.kind === 'numbers')
      found.set(names.join('.'), { shape: node.shape, values: [...document.values(node)] });
  };
  visit(document.root, []);
  return found;
}

describe('the index of a JSON text', () => {
  it('finds arrays of numbers with their keys, shapes and spans', () => {
    assert.deepEqual(described('{"A": [1, 2.5e-3], "x": "no", "W":[[1,2],[3,-4]] }'), [
      'A 2 "A" [1, 2.5e-3]',
      'W 2x2 "W" [[1,2],[3,-4]]',
    ]);
  });

  it('follows objects and lists down to nested arrays', () => {
    const text = '{"checkpoints": [{"epoch": 1, "p": {"W": [[1]]}}, {"epoch": 2, "p": {"W": [[2]]}}]}';
    const index = indexJson(text);
    assert.deepEqual(
      index.arrays.map(({ path: names }) => names.join('.')),
      ['checkpoints.0.p.W', 'checkpoints.1.p.W'],
    );
    assert.deepEqual(
      index.objects.map((object) => `${object.path.join('.')} ${at(text, object)}`).slice(0, 3),
      [` ${text}`, 'checkpoints.0 {"epoch": 1, "p": {"W": [[1]]}}', 'checkpoints.0.p {"W": [[1]]}'],
    );
    assert.deepEqual(
      index.scalars.map(({ path: names, value }) => [names.join('.'), value]),
      [
        ['checkpoints.0.epoch', 1],
        ['checkpoints.1.epoch', 2],
      ],
    );
  });

  it('reads comments and trailing commas as editors do', () => {
    const text =
      '// a model\n{"W": [[1, /* ] " [ */ 2,], // row, "x": [9]\n [3, 4],], /* "V": [1] */ "h": [5,],}';
    assert.deepEqual(
      indexJson(text).arrays.map(({ path: [name], shape }) => `${name!} ${shape.join('x')}`),
      ['W 2x2', 'h 1'],
    );
    assert.deepEqual([...valuesOf(text, indexJson(text).arrays[0]!)], [1, 2, 3, 4]);
  });

  for (const [what, text] of [
    ['rows of different lengths', '{"W": [[1, 2], [3]]}'],
    ['words among the numbers', '{"W": [1, "2"], "V": [1, null], "U": [true, 1]}'],
    ['numbers beside rows', '{"W": [1, [2]], "V": [[2], 1]}'],
    ['objects', '{"W": [{"a": 1}], "V": [[1, {}]]}'],
    ['missing and doubled commas', '{"W": [1 2], "V": [1,,2], "U": [[1][2]]}'],
    ['malformed numbers', '{"W": [01], "V": [1.], "U": [--1], "T": [1e], "S": [.5], "R": [1a]}'],
    ['an array that is not closed', '{"W": [[1, 2], [3, 4'],
    ['brackets that do not match', '{"W": [1, 2}, "V": 3'],
    ['an array without a name', '[[1, 2], [3, 4]]'],
  ] as const)
    it(`takes no notice of ${what}`, () => assert.deepEqual(described(text), []));

  it('keeps what is complete in a text that is being written', () => {
    assert.deepEqual(described('{"A": [1, 2], "W": [[1, 2], [3, '), ['A 2 "A" [1, 2]']);
    assert.deepEqual(described('{"A": [1, 2], "note": "open\n, "W": [3]}'), [
      'A 2 "A" [1, 2]',
      'W 1 "W" [3]',
    ]);
  });

  it('reads NaN and the infinities as Python writes them', () => {
    const text = '{"W": [NaN, Infinity, -Infinity, 1e999]}';
    assert.deepEqual([...valuesOf(text, indexJson(text).arrays[0]!)], [NaN, Infinity, -Infinity, Infinity]);
  });

  it('gives up, with nothing found, on nesting and numbers beyond every model', () => {
    for (const text of [`{"a":${'['.repeat(1000)}`, `{"a":${'{"a":'.repeat(1000)}`]) {
      const index = indexJson(text);
      assert.ok(index.excessive);
      assert.equal(index.arrays.length, 0);
    }
    const many = indexJson(`{${Array.from({ length: 10_001 }, (_, i) => `"a${i}":[1]`).join()}}`);
    assert.ok(many.excessive);
    assert.equal(many.arrays.length, 0);
  });

  it('survives every damaged JSON file and agrees with the reader where that reads', () => {
    let agreed = 0;
    for (const name of fs.readdirSync(bad).filter((file) => /json/.test(file))) {
      const text = fs.readFileSync(path.join(bad, name), 'utf8');
      const begin = performance.now();
      const index = indexJson(text);
      for (const array of index.arrays) valuesOf(text, array);
      assert.ok(performance.now() - begin < 500, name);
      let expected;
      try {
        expected = asRead(text.replace(/^\ufeff/, ''));
      } catch {
        continue;
      }
      const found = new Map(index.arrays.map((array) => [array.path.join('.'), array]));
      for (const [key, { shape, values }] of expected) {
        assert.deepEqual(found.get(key)?.shape, shape, `${name}: ${key}`);
        assert.deepEqual([...valuesOf(text, found.get(key)!)], values, `${name}: ${key}`);
        agreed++;
      }
      assert.equal(found.size, expected.size, name);
    }
    assert.ok(agreed > 5);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
  const matrix = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
    .chain(([rows, columns]) =>
      fc.array(fc.array(number, { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    );
  const tensor = fc.oneof(matrix, fc.array(number), fc.array(matrix, { minLength: 1, maxLength: 1 }));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.dictionary(
      fc.string({ maxLength: 3 }).filter((key) => !key.startsWith('__proto') && !key.includes('.')),
      fc.oneof({ maxDepth: 3 }, tensor, fc.string(), number, fc.boolean(), fc.constant(null), tie('tree')),
      { maxKeys: 4 },
    ),
  }));

  it('agrees with the reader on generated documents', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const index = indexJson(text);
        const expected = asRead(text);
        assert.deepEqual(
          index.arrays.map((array) => [array.path.join('.'), array.shape, [...valuesOf(text, array)]]),
          [...expected].map(([name, { shape, values }]) => [name, shape, values]),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('is the same after edits as one made anew', () => {
    const start =
      '{"model":"PLRNN","A":[0.5, -1.25e-1],\n"W":[[0, 1.5],\n[2,3] ],"n":{"h":[1,2,3],"P":2}, "c":[1,/*2*/3]}';
    const piece = fc.constantFrom(
      '',
      '1',
      '-',
      '.',
      '5e1',
      ',',
      ' ',
      '\n',
      '[',
      ']',
      '0',
      '9.5,',
      '{',
      '"',
      '/',
      'x',
    );
    const edit = fc.tuple(fc.nat(), fc.nat(3), piece);
    let cheap = 0;
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
        let text = start;
        let index: JsonIndex = indexJson(text);
        for (const [place, length, inserted] of edits) {
          const offset = place % (text.length + 1);
          const removed = text.slice(offset, offset + length);
          text = text.slice(0, offset) + inserted + text.slice(offset + removed.length);
          const before = index;
          index = updateIndex(index, text, { offset, removed, inserted });
          assert.deepEqual(index, indexJson(text), text);
          if (index.arrays.some((array) => before.arrays.some(({ rows }) => rows === array.rows))) cheap++;
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(cheap > 50, 'some edits were made without a new index');
  });
});

describe('places in an indexed JSON text', () => {
  const text = '{ "p": {"W": [[10, 11, 12],\n [20 , 21, 22]], "A": [5]}, "model": "PLRNN" }';
  const index = indexJson(text);
  const seen = (wanted: string, shift = 0): string => {
    const place = placeAt(index, text, text.indexOf(wanted) + shift);
    if (!place) return 'nothing';
    const shown = text.slice(place.span.start, place.span.end);
    switch (place.kind) {
      case 'element':
        return `${place.array.path.join('.')} element ${place.element}: ${shown}`;
      case 'part':
        return `${place.array.path.join('.')} part [${place.prefix.join()}]: ${shown}`;
      case 'object':
        return `object ${place.object.path.join('.')}: ${shown}`;
      case 'scalar':
        return `scalar ${place.scalar.path.join('.')}: ${shown}`;
    }
  };
  for (const [wanted, shift, expected] of [
    ['"W"', 1, 'p.W part []: "W"'],
    ['[[10', 0, 'p.W part []: ['],
    ['[[10', 1, 'p.W part [0]: ['],
    ['12]', 2, 'p.W part [0]: ]'],
    ['[20', 0, 'p.W part [1]: ['],
    ['22]]', 2, 'p.W part [1]: ]'],
    ['22]]', 3, 'p.W part []: ]'],
    ['10', 0, 'p.W element 0: 10'],
    ['10', 1, 'p.W element 0: 10'],
    ['10', 2, 'nothing'],
    ['20 ', 2, 'nothing'],
    ['22', 1, 'p.W element 5: 22'],
    ['5]', 0, 'p.A element 0: 5'],
    ['"p"', 0, 'object p: "p"'],
    ['{"W', 0, 'object p: {'],
    ['"model"', 3, 'scalar model: "model"'],
    ['"PLRNN"', 3, 'scalar model: "PLRNN"'],
    [' "model"', 0, 'nothing'],
  ] as const)
    it(`${JSON.stringify(wanted)} + ${shift}: ${expected}`, () =>
      assert.equal(seen(wanted, shift), expected));

  it('tells brackets and numbers in comments from real ones', () => {
    const commented = '{"W": [/* [9 */ [1, /* ] 7 */ 2]]}';
    const places = indexJson(commented);
    const kindAt = (wanted: string): unknown => placeAt(places, commented, commented.indexOf(wanted))?.kind;
    assert.equal(kindAt('[9'), undefined);
    assert.equal(kindAt('9'), undefined);
    assert.equal(kindAt('] 7'), undefined);
    assert.equal(kindAt('7'), undefined);
    assert.equal(kindAt('2'), 'element');
    assert.equal(kindAt('[1'), 'part');
    assert.equal(kindAt(']]'), 'part');
  });

  it('names every number of generated arrays by its own position', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.constantFrom(0, 2), (extents, indent) => {
        let next = 0;
        const build = (rest: readonly number[]): unknown =>
          rest.length === 0 ? next++ : Array.from({ length: rest[0]! }, () => build(rest.slice(1)));
        const source = JSON.stringify({ T: build(extents) }, null, indent);
        const found = indexJson(source);
        for (const match of source.matchAll(/\d+/g)) {
          const place = placeAt(found, source, match.index);
          assert.ok(place?.kind === 'element');
          assert.equal(place.element, Number(match[0]));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the mirror of a text', () => {
  it('counts lines and characters at every kind of line ending', () => {
    const mirror = new TextMirror('ab\r\nc\rd\n\ne');
    assert.equal(mirror.lineCount, 5);
    assert.deepEqual(
      [0, 1, 2, 4, 6, 8, 9].map((offset) => Object.values(mirror.positionAt(offset))),
      [
        [0, 0],
        [0, 1],
        [0, 2],
        [1, 0],
        [2, 0],
        [3, 0],
        [4, 0],
      ],
    );
    assert.equal(mirror.offsetAt({ line: 0, character: 99 }), 2);
    assert.equal(mirror.offsetAt({ line: 9, character: 0 }), mirror.text.length);
  });

  it('is the text that a list of lines would be, after any edits', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r\n', '7'), maxLength: 12 });
    const spot = fc.tuple(fc.nat(6), fc.nat(6));
    fc.assert(
      fc.property(text, fc.array(fc.tuple(spot, spot, text), { maxLength: 6 }), (initial, edits) => {
        const mirror = new TextMirror(initial);
        let lines = initial.split(/\r\n|\n/);
        for (const [a, b, inserted] of edits) {
          const place = ([line, character]: readonly [number, number]) => {
            const l = Math.min(line, lines.length - 1);
            return { line: l, character: Math.min(character, lines[l]!.length) };
          };
          let [start, end] = [place(a), place(b)];
          if (start.line > end.line || (start.line === end.line && start.character > end.character))
            [start, end] = [end, start];
          mirror.apply({ range: { start, end }, text: inserted });
          const middle = lines[start.line]!.slice(0, start.character) + inserted;
          const joined = middle + lines[end.line]!.slice(end.character);
          lines = [...lines.slice(0, start.line), ...joined.split(/\r\n|\n/), ...lines.slice(end.line + 1)];
          assert.deepEqual(mirror.text.split(/\r\n|\n/), lines);
          assert.equal(mirror.lineCount, lines.length);
          for (let offset = 0; offset <= mirror.text.length; offset++) {
            const again = mirror.offsetAt(mirror.positionAt(offset));
            assert.ok(again === offset || (again === offset - 1 && mirror.text[again] === '\r'));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
