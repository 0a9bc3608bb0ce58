import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { JsonModelDocument, type Spectra } from '../../src/jobs/jsonModel';
import { largestEntries, rankOf, spectralFacts, tensorFacts } from '../../src/jobs/tensorFacts';
import type { ElementHover, JsonHover, ModelHover, TensorHover } from '../../src/protocol/json';

const here: Spectra = (values, rows, columns) => Promise.resolve(spectralFacts(values, rows, columns));
const none = async (): Promise<'busy'> => 'busy';

function open(text: string, spectra: Spectra = here): JsonModelDocument {
  return new JsonModelDocument(text, [], {}, spectra);
}

/** Hover where `wanted` first stands in the text. */
async function hoverAt(
  text: string,
  wanted: string,
  shift = 0,
  document = open(text),
): Promise<JsonHover | null> {
  const before = text.slice(0, text.indexOf(wanted) + shift);
  assert.ok(text.includes(wanted));
  const lines = before.split('\n');
  return document.hover({ line: lines.length - 1, character: lines.at(-1)!.length });
}

function close(actual: number | null | undefined, expected: number, what = ''): void {
  assert.ok(typeof actual === 'number', what);
  assert.ok(
    Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${what} ${actual}, not ${expected}`,
  );
}

const MODEL = `{
  // trained on nothing
  "model": "PLRNN",
  "A": [0.9, -0.4, 0.25],
  "W": [[0.5, -1.25, 0],
        [2, 0.75, -0.5],
        [0, 1, 3]],
  "h": [0.1, -2.5, 0.75],
  "P": 7,
}`;

describe('hovers of a JSON model', () => {
  // Expected values: NumPy (mean, std, linalg.norm, linalg.svd, linalg.matrix_rank, linalg.eigvals).
  it('describes a matrix on its key and its outer brackets', async () => {
    for (const [wanted, shift] of [
      ['"W"', 1],
      ['[[0.5', 0],
      ['3]]', 2],
    ] as const) {
      const found = await hoverAt(MODEL, wanted, shift);
      assert.ok(found?.content.kind === 'tensor', wanted);
      const { name, shape, parameter, facts, spectral } = found.content;
      assert.deepEqual([name, shape, parameter], ['W', [3, 3], 'W']);
      close(facts.min, -1.25);
      close(facts.max, 3);
      close(facts.mean, 0.6111111111111112, 'mean');
      close(facts.std, 1.2139874101895642, 'std');
      close(facts.norm, 4.077376607575022, 'norm');
      assert.equal(facts.zeros, 2);
      assert.equal(
        facts.histogram?.reduce((sum, count) => sum + count),
        9,
      );
      assert.ok(spectral && typeof spectral === 'object');
      close(spectral.spectralNorm, 3.2077359629687505);
      close(spectral.condition, 2.5162419885648895);
      assert.equal(spectral.rank, 3);
      close(spectral.spectralRadius, 2.8417381567673687);
    }
  });

  it('describes a row on its own brackets', async () => {
    const found = (await hoverAt(MODEL, '[2,'))?.content as TensorHover;
    assert.deepEqual([found.name, found.shape, found.facts.max], ['W[1]', [3], 2]);
    assert.deepEqual(found.largest[0], { index: [1, 0], value: 2 });
  });

  it('lists the largest entries of a vector with their indices', async () => {
    const found = (await hoverAt(MODEL, '"h"'))?.content as TensorHover;
    assert.deepEqual(
      found.largest.map(({ index, value }) => [index[0], value]),
      [
        [1, -2.5],
        [2, 0.75],
        [0, 0.1],
      ],
    );
    assert.equal(found.spectral, null);
  });

  it('places a number in its tensor', async () => {
    const found = await hoverAt(MODEL, '2, 0.75');
    const content = found?.content as ElementHover;
    assert.equal(content.name, 'W[1][0]');
    close(content.z, 1.1440719048906889);
    assert.deepEqual([content.value, content.rank, content.modulusRank, content.count], [2, 2, 2, 9]);
    close(content.row?.norm, 2.1937410968480306);
    close(content.column?.norm, 2.0615528128088303);
    assert.deepEqual([content.row?.name, content.column?.name], ['W[1]', 'W[:, 0]']);
    assert.deepEqual(found?.range, { start: { line: 5, character: 9 }, end: { line: 5, character: 10 } });
    assert.equal(found?.token, '2');
  });

  it('says what the model is on its key, its value and its braces', async () => {
    for (const [wanted, shift] of [
      ['"model"', 2],
      ['"PLRNN"', 2],
      ['{', 0],
      ['}', 0],
    ] as const) {
      const content = (await hoverAt(MODEL, wanted, shift))?.content as ModelHover;
      assert.ok(content.model.status === 'recognised', wanted);
      assert.equal(content.model.kind, 'PLRNN');
      assert.equal(content.model.stateDim, 3);
      assert.deepEqual([content.tensors, content.parameters], [3, 15]);
    }
  });

  it('says nothing on white space, commas, comments and other values', async () => {
    for (const [wanted, shift] of [
      ['trained', 0],
      [', -1.25', 0],
      [' -1.25', 0],
      ['"P"', 1],
    ] as const)
      assert.equal(await hoverAt(MODEL, wanted, shift), null, wanted);
  });

  it('counts what is not finite and describes the rest', async () => {
    const text = MODEL.replace('0.75, -0.5', 'NaN, -Infinity');
    const found = (await hoverAt(text, '"W"'))?.content as TensorHover;
    assert.deepEqual(
      [found.facts.nan, found.facts.infinite, found.facts.max, found.spectral],
      [1, 1, 3, null],
    );
    const element = (await hoverAt(text, 'NaN'))?.content as ElementHover;
    assert.deepEqual([element.z, element.rank, element.row?.norm], [null, null, null]);
  });

  it('asks for the spectrum elsewhere, and can go without', async () => {
    const found = await hoverAt(MODEL, '"W"', 1, open(MODEL, none));
    assert.equal((found?.content as TensorHover).spectral, 'busy');
  });

  it('knows state dicts, questions, refusals and misfits', async () => {
    const status = async (text: string): Promise<unknown> =>
      ((await hoverAt(text, '{'))?.content as ModelHover | undefined)?.model.status;
    assert.equal(await status('{"rnn.weight_hh_l0": [[1,0],[0,1]], "rnn.bias_hh_l0": [0,0]}'), 'recognised');
    assert.equal(
      await status('{"model":"ALRNN","A":[1,1,1],"W":[[1,0,2],[0,1,2],[1,1,1]],"h":[0,0,0]}'),
      'ambiguous',
    );
    assert.equal(await status('{"model":"LSTM","W_hh":[[1],[0],[1],[2]],"b_hh":[0,0,1,1]}'), 'refused');
    assert.equal(await status('{"A":[1,1],"W":[[1,0,2],[0,1,2]],"h":[0,0]}'), 'unrecognised');
  });

  for (const [what, text] of [
    ['a package manifest', '{"name": "x", "version": "1.0.0", "files": ["a"], "ports": [1, 2, 3]}'],
    ['GeoJSON', '{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,1],[2,3],[4,5]]]}}'],
    ['measurements', '{"x": [[1, 2], [3, 4]], "y": [1, 2], "A": [1, 2]}'],
    ['a report of an analysis', '{"orders": [{"order": 1, "cycles": [{"points": [[1, 2]]}]}]}'],
    ['no object', '[[1, 2], [3, 4]]'],
  ] as const)
    it(`is silent on ${what}`, async () => {
      const document = open(text);
      assert.equal(document.outline(), null);
      for (let character = 0; character < text.length; character++)
        assert.equal(await document.hover({ line: 0, character }), null);
    });

  it('survives every damaged JSON file', async () => {
    const folder = path.join(import.meta.dirname, '..', 'fixtures', 'bad');
    for (const name of fs
      .readdirSync(folder)
      .filter((file) => file.endsWith('.json') && file !== 'expected.json')) {
      const document = open(fs.readFileSync(path.join(folder, name), 'utf8'));
      document.outline();
      for (let character = 0; character < 60; character++) await document.hover({ line: 0, character });
    }
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});

describe('the outline of a JSON model', () => {
  it('lists the model and its tensors with their ranges', () => {
    const outline = open(MODEL).outline()!;
    const [model] = outline.models;
    assert.deepEqual(
      model!.tensors.map(({ name, shape }) => `${name} ${shape.join('x')}`),
      ['A 3', 'W 3x3', 'h 3'],
    );
    assert.deepEqual(model!.tensors[1]!.range, {
      start: { line: 4, character: 2 },
      end: { line: 6, character: 18 },
    });
    assert.deepEqual(model!.kindKey, { start: { line: 2, character: 2 }, end: { line: 2, character: 9 } });
  });

  it('lists each set of weights of a series', async () => {
    const set = (epoch: number): string =>
      `{"epoch":${epoch},"A":[0.5,1],"W":[[0,1],[1,0]],"h":[0,${epoch}]}`;
    const text = `{"model":"PLRNN","loss":[3,2],"checkpoints":[${set(1)},\n${set(2)}]}`;
    const outline = open(text).outline()!;
    assert.deepEqual(
      outline.models.map(({ name }) => name),
      ['checkpoints.0', 'checkpoints.1'],
    );
    assert.equal(outline.entries, 2);
    const found = (await hoverAt(text, '"h":[0,2]', 1))?.content as TensorHover;
    assert.deepEqual([found.name, found.parameter], ['checkpoints.1.h', 'h']);
  });

  it('follows edits', async () => {
    const document = open(MODEL);
    const at = (line: number, from: number, to = from) => ({
      start: { line, character: from },
      end: { line, character: to },
    });
    await document.hover({ line: 5, character: 9 });
    document.edit([{ range: at(5, 9, 10), text: '-40' }]);
    const element = (await document.hover({ line: 5, character: 9 }))?.content as ElementHover;
    assert.deepEqual(
      [element.name, element.value, element.rank, element.modulusRank],
      ['W[1][0]', -40, 9, 1],
    );
    document.edit([{ range: at(4, 8, 9), text: '[' }]); // nothing changes
    document.edit([{ range: at(4, 8, 9), text: '' }]); // a bracket is gone
    assert.deepEqual(
      document.outline()?.models[0]?.tensors.map(({ name }) => name),
      ['A', 'W', 'h'],
    );
    document.edit([{ range: at(4, 8), text: '[' }]);
    const model = (await document.hover({ line: 0, character: 0 }))?.content as ModelHover;
    assert.equal(model.model.status, 'recognised');
    document.edit([
      { range: at(7, 11, 12), text: '9' },
      { range: at(3, 8, 9), text: '7' },
    ]);
    const values = (await document.hover({ line: 3, character: 8 }))?.content as ElementHover;
    assert.equal(values.value, 7.9);
  });
});

describe('facts about tensors', () => {
  it('takes extremes of any size', () => {
    const facts = tensorFacts(Float64Array.of(-1.7e308, 1.7e308, 1e-320));
    assert.equal(facts.max, 1.7e308);
    assert.equal(
      facts.histogram?.reduce((sum, count) => sum + count),
      3,
    );
    assert.ok(facts.std !== null && facts.std > 1e308);
  });

  it('has nothing to say about no values and no histogram of equal ones', () => {
    assert.deepEqual(tensorFacts(new Float64Array(0)).mean, null);
    assert.equal(tensorFacts(Float64Array.of(2, 2)).histogram, null);
  });

  it('finds rank and norm of a singular matrix', () => {
    const facts = spectralFacts(Float64Array.of(1, 2, 3, 2, 4, 6), 2, 3);
    // |[1 2 3]| |[1 2]| of the outer product.
    close(facts.spectralNorm, Math.sqrt(14 * 5));
    assert.deepEqual([facts.rank, facts.condition, facts.spectralRadius], [1, null, null]);
  });

  it('ranks with ties and picks the largest entries in order', () => {
    const values = Float64Array.of(1, -3, 2, 2, NaN, -3);
    assert.equal(
      rankOf(values, 2, (value) => value),
      1,
    );
    assert.equal(
      rankOf(values, 1, (value) => value),
      3,
    );
    assert.equal(rankOf(values, 2, Math.abs), 3);
    assert.deepEqual(
      largestEntries(values, 3).map(({ index: [i], value }) => [i, value]),
      [
        [1, -3],
        [5, -3],
        [2, 2],
      ],
    );
  });
});
