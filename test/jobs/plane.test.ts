import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import type { PlaneReport } from '../../src/core/report/plane';
import { planeToJson } from '../../src/export/json';
import { planeTable } from '../../src/cli/planeTable';
import { planeToSvg } from '../../src/export/planeSvg';
import { Control } from '../../src/jobs/control';
import { diagram } from '../../src/jobs/diagram';
import { loadModel, type LoadedModel } from '../../src/jobs/load';
import { moved, plane } from '../../src/jobs/plane';
import { runTimelineTask } from '../../src/jobs/timelineWork';
import type { ModelOptions } from '../../src/core/models/types';
import type { PlaneOptions } from '../../src/protocol/plane';
import { jumpDefaults } from '../../src/core/training/jumps';

const load = (name: string, text: string, options: ModelOptions = {}): Promise<LoadedModel> => {
  const bytes = new TextEncoder().encode(text);
  const source = {
    name,
    size: bytes.length,
    read: (start: number, end: number) => Promise.resolve(bytes.subarray(start, end)),
  };
  const alone = { folders: [], list: () => Promise.resolve([name]), open: () => Promise.resolve(null) };
  return loadModel(source, alone, options, () => Promise.resolve('sha256:0'));
};
const none = (): Promise<LoadedModel> => Promise.reject(new Error('no other model'));
const control = (): Control => new Control(new Int32Array(new SharedArrayBuffer(4)), 60);

// The two-dimensional PLRNN of Eisenmann et al. 2023, figure 2.
const toy = JSON.stringify({
  A: [0.83777, 0.96461],
  W: [
    [0, -0.64375],
    [0.52505, 0],
  ],
  h: [0.37298, -0.97931],
});
const clipped = JSON.stringify({
  model: 'clippedShPLRNN',
  A: [0.5, 0.4],
  W1: [
    [0.3, -0.2, 0.1],
    [0.2, 0.4, -0.5],
  ],
  W2: [
    [1, 0.2],
    [-0.3, 1],
    [0.5, 0.5],
  ],
  h1: [0.1, -0.2],
  h2: [0.3, -0.1, 0.2],
});
const rnn = JSON.stringify({
  'rnn.weight_ih_l0': [[1], [0.5]],
  'rnn.weight_hh_l0': [
    [0.4, 0.2],
    [-0.3, 0.6],
  ],
  'rnn.bias_ih_l0': [0.1, 0.2],
  'rnn.bias_hh_l0': [0.3, -0.4],
});

describe('models moved along directions', () => {
  const cases: readonly [string, string, ModelOptions, string, string, readonly [number, number]][] = [
    ['PLRNN', toy, { kind: 'PLRNN' }, 'W[1][0]', 'B', [1, 0]],
    ['clipped shallow PLRNN', clipped, {}, 'h2[2]', 'd', [2, 0]],
    [
      'leaky ReLU RNN',
      rnn,
      { kind: 'reluRNN', set: { nonlinearity: 'relu', leak: 0.5 } },
      'b_hh[1]',
      'd',
      [1, 0],
    ],
    ['LeakyReLU PLRNN', toy, { kind: 'PLRNN', set: { negativeSlope: 0.1 } }, 'h[0]', 'g', [0, 0]],
  ];
  for (const [what, text, options, direction, entry] of cases)
    it(`${what}: the file that is made reads as the model moved`, async () => {
      const model = await load('model.json', text, options);
      const made = await moved(
        model,
        [
          { direction, offset: 0.125 },
          { direction: 'random:3', offset: 0.5 },
        ],
        none,
      );
      const back = await load(made.name, made.text, made.options);
      assert.deepEqual(back.model.variant, model.model.variant);
      assert.equal(back.model.kind, model.model.kind);
      // Moving back gives the model again, to rounding.
      const again = await moved(
        back,
        [
          { direction, offset: -0.125 },
          { direction: 'random:3', offset: -0.5 },
        ],
        none,
      );
      const home = await load(again.name, again.text, again.options);
      for (const key of ['A', 'B', 'C', 'd', 'g'] as const)
        home.map[key].forEach((value, i) => assert.ok(Math.abs(value - model.map[key][i]!) < 1e-15, key));
      const key = entry as 'B' | 'd' | 'g';
      assert.ok(back.map[key].some((value, i) => Math.abs(value - model.map[key][i]!) > 0.01));
    });
});

describe('plane of a model', () => {
  const request: PlaneOptions = {
    x: { direction: 'A[0]', range: [-0.3, 0.3] },
    y: { direction: 'A[1]', range: [-0.1, 0.1] },
    maxOrder: 1,
    seed: 0,
    timeLimit: 60,
    memoryLimitMB: 4096,
    threads: 1,
  };
  const context = () => ({
    version: '0',
    control: control(),
    onEvent: () => undefined,
    other: none,
    checkpoints: null,
    pathLabel: '',
    pathWarning: null,
  });

  // Fixed points of the toy system by hand: the border z2 = 0 at a11 = 1 - h1 w21 / -h2, poles at a22 = 1 and a11 = 1.
  it('fixed points: curves in offsets of the weights', async () => {
    const found = await plane(await load('toy.json', toy), request, context());
    const border = 1 - (0.37298 * 0.52505) / 0.97931 - 0.83777;
    const collisions = found.curves.filter(({ kind }) => kind.startsWith('bcb'));
    assert.ok(collisions.length > 0);
    for (const { points } of collisions)
      for (const [x] of points) assert.ok(Math.abs(x - border) < 1e-9, String(x));
    for (const { points } of found.curves.filter(({ kind }) => kind === 'dtb'))
      for (const [x, y] of points)
        assert.ok(Math.min(Math.abs(x - 1 + 0.83777), Math.abs(y - 1 + 0.96461)) < 1e-9);
    assert.deepEqual(found.axes[0].base, 0.83777);
    assert.equal(found.objects.length, 4);
    const stable = found.regions.filter((region) => region.stable.length > 0);
    const area = (border + 0.3) * (1 - 0.96461 + 0.1);
    assert.ok(Math.abs(stable.reduce((sum, { share }) => sum + share, 0) - area / 0.12) < 1e-6);
  });

  it('fits its schema', async () => {
    const found = await plane(await load('toy.json', toy), request, context());
    const schema = path.join(import.meta.dirname, '../../media/plane.schema.json');
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
    const valid = ajv.compile(JSON.parse(await readFile(schema, 'utf8')) as object);
    const read = JSON.parse(planeToJson(found)) as PlaneReport;
    assert.equal(valid(read), true, JSON.stringify(valid.errors));
    assert.equal(valid({ ...read, curves: [{ ...read.curves[0], kind: 'odd' }] }), false);
    assert.match(planeToSvg(found), /<svg[\s\S]*offset of A\[0\]/);
    assert.doesNotMatch(planeToSvg(found), /NaN/);
  });

  it('a loss lies beneath it: in its report, its schema and its drawing', async () => {
    const values = Float64Array.of(0.001, 1, NaN, 0.02, 5, 0.3);
    const surface = { file: 'grid.npy', rows: 2, columns: 3, values, at: null };
    const found = await plane(await load('toy.json', toy), request, { ...context(), surface });
    assert.deepEqual(found.surface, {
      file: 'grid.npy',
      x: [-0.3, 0, 0.3],
      y: [-0.1, 0.1],
      values: [0.001, 1, null, 0.02, 5, 0.3],
      range: [0.001, 5],
      scale: 'log',
      blank: 1,
    });
    const schema = path.join(import.meta.dirname, '../../media/plane.schema.json');
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
    const valid = ajv.compile(JSON.parse(await readFile(schema, 'utf8')) as object);
    const read = JSON.parse(planeToJson(found)) as PlaneReport;
    assert.equal(valid(read), true, JSON.stringify(valid.errors));
    assert.equal(valid({ ...read, surface: { ...read.surface, scale: 'square' } }), false);
    const svg = planeToSvg(found);
    assert.match(svg, />loss \(from grid\.npy\)</);
    assert.match(svg, />log scale</);
    // The greys of the least and of the largest value, and translucent colours on top.
    const plain = planeToSvg({ ...found, surface: null });
    const greys = new Set(svg.match(/fill="#([0-9a-f]{2})\1\1"/g));
    for (const grey of plain.match(/fill="#([0-9a-f]{2})\1\1"/g) ?? []) greys.delete(grey);
    assert.ok(greys.size >= 5, [...greys].join(' '));
    assert.match(svg, /fill-opacity="0\.\d+"/);
    assert.doesNotMatch(svg, /NaN|null/);
    assert.match(
      planeTable(found),
      /Loss from grid\.npy: 0\.001000 \.\. 5\.000, log scale, 2 rows, 3 columns, 1 value missing/,
    );
  });

  it('refuses a loss that lies elsewhere before it computes', async () => {
    const at = { x: Float64Array.of(2, 3), y: Float64Array.of(0, 1) };
    const surface = { file: 'l.csv', rows: 2, columns: 2, values: new Float64Array(4), at };
    await assert.rejects(
      plane(await load('toy.json', toy), request, { ...context(), surface }),
      /l\.csv: its x runs from 2 to 3, outside of the plane, -0\.3 to 0\.3/,
    );
  });

  it('refuses weights that are not there and equal directions', async () => {
    const model = await load('toy.json', toy);
    const bad = (x: string): PlaneOptions => ({ ...request, x: { ...request.x, direction: x } });
    await assert.rejects(plane(model, bad('A[2]'), context()), /outside of A/);
    await assert.rejects(plane(model, bad('Q[0]'), context()), /no direction/);
    await assert.rejects(plane(model, bad('A[1]'), context()), /same direction/);
  });
});

describe('diagram along a direction', () => {
  // The fixed point meets z2 = 0 where a11 = 1 - h1 w21 / -h2.
  it('finds the border collision of the fixed point', async () => {
    const found = await diagram(
      await load('toy.json', toy),
      { direction: 'A[0]', range: [-0.1, 0] },
      5,
      {
        maxOrder: 2,
        seed: 0,
        timeLimit: 60,
        threads: 1,
        memoryLimitMB: 4096,
        certify: false,
        every: 1,
        jumps: jumpDefaults,
        association: {},
      },
      {
        version: '0',
        control: control(),
        hash: () => Promise.resolve(''),
        cache: null,
        onEvent: () => undefined,
        runTask: (task) => runTimelineTask(task, () => false) as never,
        threads: 1,
        other: none,
      },
    );
    assert.equal(found.axis, 'offset');
    assert.deepEqual(
      found.checkpoints.map(({ epoch }) => epoch),
      [-0.1, -0.075, -0.05, -0.025, 0],
    );
    const event = found.events.find(({ order, kind }) => order === 1 && kind === 'bcb-persistence');
    assert.ok(event);
    assert.ok(Math.abs(event.epoch - (1 - (0.37298 * 0.52505) / 0.97931 - 0.83777)) < 1e-9);
  });
});
