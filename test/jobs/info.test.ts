import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors';
import type { InfoReport, TensorStatistics } from '../../src/core/report/types';
import { containerInfo, info } from '../../src/jobs/info';
import { statisticsOf } from '../../src/jobs/statistics';
import { neighbourhoodOf, openFile } from '../../src/worker/files';
import { folder, textSource } from '../runs/support';

const fixtures = path.join(import.meta.dirname, '../fixtures/formats');

interface Expected {
  readonly files: Readonly<
    Record<string, { tensors: Readonly<Record<string, { shape: number[]; dtype: string; sum: number }>> }>
  >;
}

async function describeFile(file: string): Promise<InfoReport> {
  return info(await openFile(file), neighbourhoodOf(file), {});
}
function statistics(report: InfoReport, name: string): TensorStatistics {
  const found = report.tensors.find((tensor) => tensor.name === name || tensor.name.endsWith(`.${name}`));
  assert.ok(found, `${name} in ${report.tensors.map((tensor) => tensor.name).join()}`);
  return found;
}

describe('info', () => {
  const files = ['state_dict.pt', 'state_dict_bfloat16.pt', 'checkpoint.pt', 'arrays.npz', 'arrays.json'];
  for (const architecture of ['plrnn', 'alrnn', 'shplrnn', 'clipped_shplrnn', 'dendplrnn', 'rnn_relu'])
    it(`${architecture}: shapes, types and sums as the libraries that wrote the files say`, async () => {
      const root = path.join(fixtures, architecture);
      const expected = JSON.parse(await readFile(path.join(root, 'expected.json'), 'utf8')) as Expected;
      for (const file of [...files, 'weights_mixed.safetensors']) {
        const report = await describeFile(path.join(root, file));
        assert.equal(report.bytes, (await readFile(path.join(root, file))).length);
        for (const [name, { shape, dtype, sum }] of Object.entries(expected.files[file]!.tensors)) {
          const actual = statistics(report, name);
          assert.deepEqual([actual.shape, actual.dtype], [shape, dtype], `${file}: ${name}`);
          assert.ok(Math.abs(actual.sum! - sum) <= 1e-13 * Math.max(1, Math.abs(sum)), `${file}: ${name}`);
        }
      }
    });

  it('gives the statistics that NumPy gives', async () => {
    // numpy 2.4: W1 = numpy.array(json["W1"]); W1.min(), .max(), .mean(), .std(), numpy.linalg.norm(W1)
    const W1 = statistics(await describeFile(path.join(fixtures, 'shplrnn/arrays.json')), 'W1');
    assert.deepEqual([W1.elements, W1.min, W1.max], [27, -0.45272108912467957, 0.38324683904647827]);
    assert.ok(Math.abs(W1.mean! - 0.03916136327165144) < 1e-16);
    assert.ok(Math.abs(W1.std! - 0.2028604425764196) < 1e-15);
    assert.ok(Math.abs(W1.norm! - 1.073555416110909) < 1e-15);
  });

  it('describes the model as it will be used', async () => {
    const { model } = await describeFile(path.join(fixtures, 'clipped_shplrnn/state_dict.pt'));
    assert.equal(model?.kind, 'clippedShPLRNN');
    assert.equal(model.equation, "z' = A z + W1 [relu(W2 z + h2) - relu(W2 z)] + h1");
    assert.deepEqual({ ...model.tensors }, { A: 'A', W1: 'W1', W2: 'W2', h1: 'h1', h2: 'h2' });
  });

  it('warns where there is no model: refused, to be asked, unknown, bad options', async () => {
    const gru = await describeFile(path.join(fixtures, '../refused/gru.pt'));
    assert.equal(gru.model, null);
    assert.match(gru.warnings.join(' '), /GRU/);
    const of = (text: string, set: Record<string, number> = {}): Promise<InfoReport> =>
      info(textSource('m.json', text), folder({}), { set });
    const plain = '"A":[1],"W":[[0]],"h":[0]';
    for (const [report, warning] of [
      [await of(`{"model":"ALRNN",${plain}}`), /how many of the 1 units/],
      [await of('{"foo":[1,2]}'), /No architecture has tensors of these names: foo/],
      [await of(`{${plain}}`, { P: 3 }), /P = 3 is more than/],
    ] as const) {
      assert.equal(report.model, null);
      assert.match(report.warnings.join(' '), warning);
    }
  });

  it('goes on after a tensor that cannot be read or is not finite', async () => {
    const handle = (name: string, load: () => Promise<Float64Array>) =>
      ({ name, dtype: 'float64', shape: [2], load }) as const;
    const tensors = [
      handle('A', () => Promise.reject(new InputError('it is cut off', 'A', 'Copy it again.'))),
      handle('h', () => Promise.resolve(Float64Array.of(1, Number.NaN))),
      handle('x', () => Promise.resolve(Float64Array.of(3, 4))),
      { ...handle('W', () => Promise.resolve(Float64Array.of(1, 2, 3, NaN, 5, -Infinity))), shape: [2, 3] },
    ];
    const container = {
      format: 'test',
      entries: [{ epoch: null, tensors, scalars: [] }],
      warnings: [],
    } as const;
    const report = await containerInfo(container, { name: 'f', size: 1 }, [], {});
    assert.deepEqual(
      report.tensors.map(({ name, finite, norm, elements }) => [name, finite, norm, elements]),
      [
        ['A', false, null, 2],
        ['h', false, null, 2],
        ['x', true, 5, 2],
        ['W', false, null, 6],
      ],
    );
    assert.ok(report.warnings.includes('A cannot be read: it is cut off'));
    assert.ok(report.warnings.includes('h holds a value that is not finite, at h[1].'));
    assert.ok(report.warnings.includes('W holds 2 values that are not finite (of 6), the first at W[1][0].'));
  });

  it('says which entry of a series it describes', async () => {
    const series =
      '{"checkpoints":[{"epoch":1,"A":[1],"W":[[0]],"h":[0]},{"epoch":2,"A":[5],"W":[[0]],"h":[0]}]}';
    const report = await info(textSource('s.json', series), folder({}), {});
    assert.equal(statistics(report, 'A').sum, 5);
    assert.ok(report.warnings.some((warning) => /series of 2 .* epoch 2/.test(warning)));
  });
});

describe('statistics', () => {
  it('of nothing are null', () => {
    assert.deepEqual(statisticsOf(new Float64Array(0)), {
      ...{ finite: true, sum: null, min: null, max: null, mean: null, std: null, norm: null },
    });
  });

  it('neither overflow nor vanish', () => {
    const large = statisticsOf(Float64Array.of(3e300, 4e300));
    assert.ok(Math.abs(large.norm! / 5e300 - 1) < 1e-15);
    const small = statisticsOf(Float64Array.of(3e-300, -4e-300));
    assert.ok(Math.abs(small.norm! / 5e-300 - 1) < 1e-15);
    assert.ok(Math.abs(small.std! / 3.5e-300 - 1) < 1e-15);
    assert.equal(statisticsOf(Float64Array.of(1.5e308, 1.5e308)).sum, null);
  });

  it('keep the small numbers beside the large ones', () => {
    assert.equal(statisticsOf(Float64Array.of(1, 1e100, 1, -1e100)).sum, 2);
  });

  it('do not depend on the order, and scale with the values', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, (list) => {
        const forward = statisticsOf(Float64Array.from(list));
        const doubled = statisticsOf(Float64Array.from(list.toReversed(), (x) => 2 * x));
        assert.equal(doubled.sum, 2 * forward.sum!);
        assert.equal(
          forward.sum,
          list.reduce((sum, x) => sum + x, 0),
        );
        assert.ok(Math.abs(doubled.std! - 2 * forward.std!) <= 1e-9);
        assert.ok(forward.min! <= forward.mean! && forward.mean! <= forward.max!);
      }),
    );
  });
});
