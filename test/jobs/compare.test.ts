import assert from 'node:assert/strict';
import { InputError } from '../../src/core/errors';
import type { Report } from '../../src/core/report/types';
import { analyze } from '../../src/jobs/analyze';
import { compare } from '../../src/jobs/compare';
import { loadModel, type LoadedModel } from '../../src/jobs/load';
import { Control } from '../../src/jobs/control';
import { compound, FLOAT64, JuliaWriter } from '../formats/julia/juliaWriter';
import { packed } from '../formats/writers';
import { folder, textSource } from '../runs/support';

/*
 * z1' = 0.5 z1 - 3.5 relu(z1) + 1 and z2' = 0.25 z2 + 0.5 relu(z1) + 0.1, worked out by hand. Fixed point: where
 * z1 > 0 the slope is -3, so z1 = 1/4 and z2 = 0.225 / 0.75 = 0.3; where z1 < 0 the solution z1 = 2 is virtual.
 * Cycle of order 2: z1 = 0.5 (1 - 3 z1) + 1, so z1 = 0.6, -0.8; y = 0.25 (0.25 y + 0.4) + 0.1, so y = 0.2 / 0.9375.
 */
const parameters = {
  A: [0.5, 0.25],
  W: [
    [-3.5, 0],
    [0.5, 0],
  ],
  h: [1, 0.1],
};
const y = 0.2 / 0.9375;
const fixedPoint = [[0.25, 0.3]];
const twoCycle = [
  [-0.8, 0.25 * y + 0.4],
  [0.6, y],
];
type Cycle = readonly (readonly number[])[];
/** By order. */
const found: readonly (readonly Cycle[])[] = [[fixedPoint], [twoCycle]];

const nowhere = { folders: [], list: () => Promise.resolve([]), open: () => Promise.resolve(null) };

async function modelOf(name = 'model.json', h = parameters.h): Promise<LoadedModel> {
  const text = JSON.stringify({ model: 'PLRNN', ...parameters, h });
  return loadModel(textSource(name, text), folder({}), {}, () => Promise.resolve('sha256:0'));
}

/** Arrays as Julia prints those of abstract element type. */
const listOf = (items: readonly string[]): string => `Array[${items.join(', ')}]`;
const vectorText = (values: readonly number[]): string => `[${values.map((v) => v.toFixed(16)).join(', ')}]`;
const cyclesText = (orders: readonly (readonly Cycle[])[]): string =>
  listOf(orders.map((cycles) => listOf(cycles.map((points) => listOf(points.map(vectorText))))));

/** `dynamical_objects.csv`: the first column counts the orders, not the cycles. */
function table(...rows: readonly { orders: readonly (readonly Cycle[])[]; h: readonly number[] }[]): string {
  const lines = rows.map(({ orders, h }) =>
    [
      String(orders.length),
      `"${cyclesText(orders)}"`,
      '"Array[Array[ComplexF64[0.1 + 0.2im, 0.1 - 0.2im]], Array[]]"',
      `"${vectorText(parameters.A)}"`,
      `[${parameters.W.map((row) => row.join(' ')).join('; ')}]`,
      `"${vectorText(h)}"`,
    ].join(','),
  );
  return `number_of_cycles_found,cycles,eigvals,A,W,h\n${lines.join('\n')}\n`;
}

const COMPLEX = compound(16, [
  ['re', 0, FLOAT64],
  ['im', 8, FLOAT64],
]);

/** `dynamical_objects2.jld2`: for each model the pair of its cycles and their eigenvalues, complex or real. */
function saved(...models: readonly (readonly (readonly Cycle[])[])[]): Uint8Array {
  const { file, pair } = julia();
  return file.file({ dynamical_objects: file.references(models.map((orders) => pair(orders))) });
}

/** That pair alone, for one model or for one order. */
function savedAlone(found: readonly (readonly Cycle[])[] | readonly Cycle[]): Uint8Array {
  const { file, pair } = julia();
  return file.file({ dynamical_objects: pair(found) });
}

function julia() {
  const file = new JuliaWriter();
  const nested = (value: unknown): number =>
    typeof (value as readonly unknown[])[0] === 'number'
      ? file.dataset([(value as number[]).length], FLOAT64, packed(value as number[], 'float64'))
      : file.references((value as readonly unknown[]).map(nested));
  const eigenvalues = (value: unknown, turn = 0): number => {
    const items = value as readonly unknown[];
    const isCycle = Array.isArray(items[0]) && typeof items[0][0] === 'number';
    if (!isCycle) return file.references(items.map((item, i) => eigenvalues(item, i)));
    return turn === 0
      ? nested([0.5, -3])
      : file.dataset([2], COMPLEX, packed([0.1, 0.2, 0.1, -0.2], 'float64'));
  };
  return { file, pair: (value: unknown): number => file.references([nested(value), eigenvalues(value)]) };
}

describe("SCYFI's own result files beside a report", function () {
  let model: LoadedModel;
  let report: Report;
  before(async () => {
    model = await modelOf();
    report = await analyze(
      model,
      { maxOrder: 2, seed: 1, certify: true, timeLimit: 60, threads: 1, memoryLimitMB: 256 },
      {
        version: '0',
        control: new Control(new Int32Array(new SharedArrayBuffer(4)), 60),
        onEvent: () => undefined,
      },
    );
    assert.equal(report.orders[0]!.certificate?.domain, 'everywhere');
    assert.deepEqual(
      report.orders.map(({ cycles }) => cycles.length),
      [1, 1],
    );
  });

  const results = async (name: string, content: string | Uint8Array, about = model) => {
    const { matched, onlyOurs, onlyTheirs, notes } = await compare(
      report,
      about,
      textSource(name, content),
      nowhere,
    );
    for (const { distance } of matched) assert.ok(distance < 1e-9);
    return {
      matched: matched.map(({ id, name: theirs }) => `${id}: ${theirs}`),
      onlyOurs,
      onlyTheirs: onlyTheirs.map(({ name: theirs, reason }) => `${theirs}: ${reason}`),
      notes,
    };
  };
  const agreement = { matched: ['FP1: cycles.1.1', 'C2a: cycles.2.1'], onlyOurs: [], onlyTheirs: [] };

  it('dynamical_objects.csv: the row with these weights, all found by both', async () => {
    const other = { orders: [[[[9, 9]]], []], h: [2, 2] };
    const own = { orders: found, h: parameters.h };
    for (const rows of [[own], [other, own], [own, other]])
      assert.deepEqual(await results('dynamical_objects.csv', table(...rows)), { ...agreement, notes: [] });
  });

  it('dynamical_objects2.jld2: the model of this epoch, all found by both', async () => {
    const content = saved([[[[9, 9]]], []], found, [[], []]);
    const { notes, ...lists } = await results('dynamical_objects2.jld2', content, {
      ...model,
      epoch: 2,
    });
    assert.deepEqual(lists, agreement);
    // The file holds no parameters, and nothing says that its second model is epoch 2.
    assert.match(notes.join('\n'), /no parameter by a name of this model/);
    const third = await results('dynamical_objects2.jld2', content, { ...model, epoch: 3 });
    assert.deepEqual(third.matched, []);
    assert.deepEqual(third.onlyOurs, ['FP1', 'C2a']);
  });

  it('JLD2 of a single model, and of a model in which nothing was found', async () => {
    for (const content of [saved(found), savedAlone(found)]) {
      const { notes, ...lists } = await results('dynamical_objects2.jld2', content);
      assert.deepEqual(lists, agreement);
      assert.equal(notes.length, 1);
    }
    assert.deepEqual((await results('dynamical_objects2.jld2', saved([[], []]))).onlyOurs, ['FP1', 'C2a']);
  });

  it('JLD2 of a single order, which is told by the number of points', async () => {
    const { matched } = await results('dynamical_objects_single_order_2_1.jld2', savedAlone([twoCycle]));
    assert.deepEqual(matched, ['C2a: cycles.2.1']);
  });

  it('what SCYFI lists and we do not is not confirmed: the map says so', async () => {
    const row = { orders: [[fixedPoint, [[2, 0.3]]], [twoCycle]], h: parameters.h };
    assert.deepEqual((await results('dynamical_objects.csv', table(row))).onlyTheirs, [
      // 0.5 * 2 - 3.5 * 2 + 1 = -5
      'cycles.1.2: it is not confirmed by iteration: the map misses its points by 7.0e+0',
    ]);
  });

  it('a cycle that SCYFI missed is only ours', async () => {
    const row = { orders: [[fixedPoint], []], h: parameters.h };
    assert.deepEqual((await results('dynamical_objects.csv', table(row))).onlyOurs, ['C2a']);
  });

  it('results of other weights are told by the weights beside them', async () => {
    const row = { orders: found, h: [1, 0.2] };
    assert.match(
      (await results('dynamical_objects.csv', table(row))).notes.join('\n'),
      /^h in dynamical_objects\.csv differs from the model's by up to 1\.0e-1/,
    );
  });

  it('asks for the epoch where several models are in the file and none has these weights', async () => {
    const row = { orders: found, h: [1, 0.2] };
    for (const [name, content] of [
      ['dynamical_objects.csv', table(row, row)],
      ['dynamical_objects2.jld2', saved(found, found)],
    ] as const)
      await assert.rejects(
        results(name, content),
        (error: unknown) =>
          error instanceof InputError && /2 models/.test(error.message) && /--epoch/.test(error.remedy),
      );
  });
});
