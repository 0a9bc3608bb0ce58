import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { placeSurface } from '../../src/core/plane/surface';
import type { PlaneReport, PlaneSurface } from '../../src/core/report/plane';
import { plane as computePlane } from '../../src/jobs/plane';
import { Control } from '../../src/jobs/control';
import type { LoadedModel } from '../../src/jobs/load';
import {
  deliver,
  posted,
  setModel,
  setTheme,
  startHarness,
  THEMES,
  violations,
  type Harness,
} from './harness';
import { init, model, parameters, report } from './states';
import { toMap } from '../../src/core/models/index';
import type { Recognised } from '../../src/core/models/types';
import type { Tensor } from '../../src/core/tensor';

const { A, W, h } = parameters;
const tensor = (name: string, shape: number[], data: number[]): Tensor => ({
  name,
  dtype: 'float64',
  shape,
  data: Float64Array.from(data),
});
const stored = {
  A: tensor('A', [2], A),
  W: tensor('W', [2, 2], W.flat()),
  h: tensor('h', [2], h),
};
const recognised = {
  status: 'recognised',
  ...report.model,
  tensors: { A: 'A', W: 'W', h: 'h' },
  values: {},
} as unknown as Recognised;
const loaded = {
  fileName: 'ckpt_02124.pt',
  digest: 'sha256:0',
  model: recognised,
  parameters: stored,
  map: toMap(recognised, stored, []),
  input: [],
  warnings: [],
} as unknown as LoadedModel;

/** A valley with a ridge, over three decades, some of it missing. */
const surface: PlaneSurface = placeSurface(
  {
    file: 'validation_loss.npy',
    rows: 41,
    columns: 61,
    values: Float64Array.from({ length: 41 * 61 }, (_, i) => {
      const [a, b] = [((i % 61) - 30) / 30, (Math.floor(i / 61) - 20) / 20];
      return a > 0.8 && b > 0.7 ? NaN : 10 ** (3 * ((a * 0.7 + b * b * 0.5) ** 2 - 1));
    }),
    at: null,
  },
  [-0.06, 0.06],
  [-0.12, 0.12],
);

/** A plane of the model in the fixture, as the worker computes it. */
function planeOf(): Promise<PlaneReport> {
  return computePlane(
    loaded,
    {
      x: { direction: 'A[0]', range: [-0.06, 0.06] },
      y: { direction: 'h[1]', range: [-0.12, 0.12] },
      maxOrder: 13,
      seed: 0,
      timeLimit: 20,
      memoryLimitMB: 4096,
      threads: 1,
    },
    {
      version: 'test',
      control: new Control(new Int32Array(new SharedArrayBuffer(4)), 20),
      onEvent: () => undefined,
      other: () => Promise.reject(new Error('no other model')),
      checkpoints: [
        { epoch: 1, model: loaded },
        {
          epoch: 2,
          model: { ...loaded, parameters: { ...stored, A: tensor('A', [2], [A[0]! + 0.01, A[1]!]) } },
        },
      ],
      pathLabel: 'run',
      pathWarning: null,
    },
  );
}

describe('parameter plane in the panel', function () {
  this.retries(1);
  let harness: Harness;
  let page: Page;
  let plane: PlaneReport;
  before(async () => {
    harness = await startHarness();
    plane = await planeOf();
  });
  after(() => harness.close());
  beforeEach(async () => {
    page = await harness.open();
    await setModel(page, parameters);
    await deliver(page, init, model, { type: 'report', report });
    await page.getByRole('tab', { name: 'Parameter plane' }).click();
  });
  afterEach(async () => {
    assert.deepEqual(await violations(page), []);
    await page.context().close();
  });

  it('projects checkpoints on the plane', () => {
    assert.deepEqual(plane.path?.points[0]?.at, [0, 0]);
    const [x, y] = plane.path!.points[1]!.at;
    assert.ok(Math.abs(x - 0.01) < 1e-12 && Math.abs(y) < 1e-12);
  });

  it('asks for the plane of two weights, shows progress, stops', async () => {
    await page.getByRole('button', { name: 'Compute' }).click();
    const asked = (await posted(page)).find((message) => message.type === 'plane');
    assert.deepEqual(asked, {
      type: 'plane',
      request: {
        x: { direction: 'A[0]', range: [-0.1, 0.1] },
        y: { direction: 'A[1]', range: [-0.1, 0.1] },
        maxOrder: 8,
      },
    });
    await deliver(page, {
      type: 'planeProgress',
      progress: { stage: 'itineraries', fraction: 0.4, secondsLeft: 7 },
    });
    await page.getByText('Computing the plane: 40 %, about 7 s left').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    assert.ok((await posted(page)).some((message) => message.type === 'stopPlane'));
  });

  it('names what exists under the cursor and opens the model there, by keyboard', async () => {
    await deliver(page, { type: 'plane', plane });
    const figure = page.getByRole('application', { name: /^Parameter plane/ });
    await figure.focus();
    await figure.press('n');
    const [region] = plane.regions;
    await page.getByText(`${region!.id}: `, { exact: false }).first().waitFor();
    await figure.press('Enter');
    const opened = (await posted(page)).find((message) => message.type === 'openAt');
    assert.deepEqual(opened, { type: 'openAt', at: [...region!.inside] });
    await page.getByRole('button', { name: 'Save as JSON' }).click();
    assert.ok((await posted(page)).some((message) => message.type === 'exportPlane'));
  });

  it('asks for a loss surface, reads it out under the cursor, and takes it away', async () => {
    await deliver(page, { type: 'plane', plane });
    await page.getByRole('button', { name: 'Loss surface…' }).click();
    assert.ok((await posted(page)).some((message) => message.type === 'chooseSurface'));
    await deliver(page, { type: 'plane', plane: { ...plane, surface } });
    const figure = page.getByRole('application', { name: /^Parameter plane/ });
    await page
      .getByRole('application', { name: /with the loss from validation_loss\.npy beneath/ })
      .waitFor();
    await figure.focus();
    // To the model, then far to the left and down: the first value of the matrix.
    await figure.press('ArrowLeft');
    for (let i = 0; i < 60; i++) await figure.press('Shift+ArrowLeft');
    for (let i = 0; i < 30; i++) await figure.press('Shift+ArrowDown');
    await page.getByText(/ · loss 0\.0\d+ · R/).waitFor();
    await page.getByRole('button', { name: 'Remove loss surface' }).click();
    assert.ok((await posted(page)).some((message) => message.type === 'removeSurface'));
  });

  it('says what is wrong with a loss surface, where, and what to do; the plane stays', async () => {
    await deliver(page, { type: 'plane', plane });
    const failure = {
      kind: 'input',
      message: 'loss.csv: "high" is no number',
      place: 'line 3, column 3',
      remedy: 'Write one number in every cell.',
    } as const;
    await deliver(page, { type: 'planeFailure', failure });
    await page
      .getByRole('alert')
      .getByText('loss.csv: "high" is no number (line 3, column 3) Write one number in every cell.')
      .waitFor();
    await page.getByRole('application', { name: /^Parameter plane/ }).waitFor();
  });

  it('takes a weight that is clicked as an axis', async () => {
    await page.getByRole('tab', { name: 'Weights' }).click();
    const figure = page.getByRole('application', { name: /^Heat maps/ });
    await figure.focus();
    await figure.press('ArrowRight');
    await figure.press('ArrowRight');
    await figure.press('Enter');
    const large = page.getByRole('application', { name: /^Heat map of parameter W/ });
    await large.focus();
    await large.press('ArrowDown');
    await large.press('ArrowDown');
    await large.press('Enter');
    await page.getByRole('button', { name: 'W[1][0] as y axis' }).click();
    await page.getByRole('button', { name: 'open the plane' }).click();
    await page.getByRole('button', { name: 'Compute' }).click();
    const asked = (await posted(page)).find((message) => message.type === 'plane');
    assert.equal(asked?.type === 'plane' && asked.request.y.direction, 'W[1][0]');
  });

  it('opens the bifurcation diagram along the x axis', async () => {
    await page.getByRole('button', { name: 'Bifurcation diagram along the x axis' }).click();
    const asked = (await posted(page)).find((message) => message.type === 'diagram');
    assert.deepEqual(asked, {
      type: 'diagram',
      along: { direction: 'A[0]', range: [-0.1, 0.1] },
      maxOrder: 8,
    });
  });

  it('says why there is no plane', async () => {
    const failure = {
      kind: 'input',
      message: 'A[7] is outside of A.',
      place: 'A',
      remedy: 'Indexes begin at 0.',
    } as const;
    await deliver(page, { type: 'planeFailure', failure });
    await page.getByRole('alert').getByText('A[7] is outside of A. Indexes begin at 0.').waitFor();
  });

  it('has its legend below where there is no room beside', async () => {
    await page.setViewportSize({ width: 560, height: 900 });
    await deliver(page, { type: 'plane', plane });
    const figure = page.getByRole('application', { name: /^Parameter plane/ });
    await figure.scrollIntoViewIfNeeded();
    const box = await figure.boundingBox();
    assert.ok(box && box.height >= 400 && box.width < 560);
    const folder = process.env['SCREENSHOTS'];
    if (folder) await page.screenshot({ path: `${folder}/plane-narrow.png` });
  });

  for (const theme of THEMES)
    it(`is drawn in ${theme}`, async () => {
      await setTheme(page, theme);
      await deliver(page, { type: 'plane', plane });
      const figure = page.getByRole('application', { name: /^Parameter plane/ });
      const shot = await figure.screenshot();
      assert.ok(shot.byteLength > 5000);
      const folder = process.env['SCREENSHOTS'];
      if (folder) await page.screenshot({ path: `${folder}/plane-${theme}.png` });
      await deliver(page, { type: 'plane', plane: { ...plane, surface } });
      await figure.focus();
      const laid = await figure.screenshot();
      assert.notDeepEqual(laid, shot);
      if (folder) await page.screenshot({ path: `${folder}/plane-loss-${theme}.png` });
    });
});
