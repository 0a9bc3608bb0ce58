import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { CanonicalMap } from '../../src/core/map/canonical';
import { basins, manifolds, symbols } from '../../src/jobs/explore';
import type { LoadedModel } from '../../src/jobs/load';
import type { BasinRequest, ManifoldRequest } from '../../src/protocol/explore';
import {
  deliver,
  posted,
  restart,
  setModel,
  setTheme,
  startHarness,
  THEMES,
  violations,
  type Harness,
} from './harness';
import { onPlane } from '../../src/core/stateSpace/slices';
import { init, model, parameters, report, stable13, states } from './states';

const { A, W, h } = parameters;
const map: CanonicalMap = {
  n: 2,
  L: 2,
  A: Float64Array.of(A[0]!, 0, 0, A[1]!),
  B: Float64Array.from(W.flat()),
  C: Float64Array.of(1, 0, 0, 1),
  d: new Float64Array(2),
  g: Float64Array.from(h),
};
const loaded = { map } as LoadedModel;
const never = (): boolean => false;

/** Answers what the panel asked last of this kind, as the worker would. */
async function answer(page: Page, query: 'manifolds' | 'basins' | 'symbols'): Promise<void> {
  for (let wait = 0; wait < 100; wait++) {
    const asked = (await posted(page)).filter((m) => m.type === 'ask' && m.query === query).at(-1);
    if (asked?.type === 'ask') {
      const { id, request } = asked;
      const result = {
        manifolds: () => manifolds(loaded, request as ManifoldRequest, never),
        basins: () => basins(loaded, { ...(request as BasinRequest), seed: 0 }, never),
        symbols: () => symbols(loaded, (request as { objects: number[][] }).objects, 0, never),
      }[query]();
      await deliver(page, { type: 'answer', id, answer: result });
      return;
    }
    await page.waitForTimeout(50);
  }
  assert.fail(`the panel never asked for ${query}`);
}

describe('manifolds and basins in the panel', function () {
  this.retries(1);
  let harness: Harness;
  let page: Page;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.close());
  beforeEach(async () => {
    page = await harness.open();
    await setModel(page, parameters);
    await deliver(page, init, model, { type: 'report', report });
  });
  afterEach(async () => {
    assert.deepEqual(await violations(page), [], 'the content security policy is kept');
    await page.context().close();
  });
  const toggle = (name: string): Promise<void> => page.getByRole('checkbox', { name }).click();

  it('grows the manifolds of the saddle when asked to, and says how far', async () => {
    await page.locator('tr.object[data-id=C13b]').click();
    await toggle('Manifolds');
    await answer(page, 'manifolds');
    const words = await page.locator('.exploration').innerText();
    assert.match(words, /C13b/);
    assert.match(words, /Unstable \(solid\): \d+ straight pieces/);
    assert.match(words, /Stable \(dotted\)/);
  });

  it('shows where initial states end, with intervals', async () => {
    await toggle('Basins');
    await answer(page, 'basins');
    const rows = await page.locator('.shares tbody tr').allInnerTexts();
    // 400 of 400 random starts were found to reach C13a by another program (design study of this checkpoint).
    assert.match(rows[0]!, /C13a\s+\d/);
    assert.match(rows[0]!, /% to /);
  });

  it('cuts state space along the plane through three points that the user names', async () => {
    const { messages, parameters: large } = states['a hundred dimensions']!;
    await restart(page);
    await setModel(page, large!);
    await deliver(page, ...messages);
    await page.getByRole('button', { name: 'Plane through' }).click();
    const dialog = page.getByRole('dialog', { name: 'Plane through three objects' });
    const field = dialog.getByRole('textbox');
    await field.fill('FP1, C48a.99, C60a');
    await dialog.getByText('There is no point C48a.99.').waitFor();
    await field.fill('FP1, C48a.7, C60a');
    await page.screenshot({ path: 'artefacts/plane-through.png' });
    await dialog.getByRole('button', { name: 'Show' }).click();
    const axis = page.getByRole('combobox', { name: 'Horizontal axis' });
    await axis.getByText('FP1 to C48a.7').last().waitFor();
    await page.getByRole('checkbox', { name: 'Basins' }).click();
    const report = messages.flatMap((message) => (message.type === 'report' ? [message.report] : []))[0]!;
    const cycles = report.orders.flatMap((order) => order.cycles);
    const point = (id: string, j: number): readonly number[] =>
      cycles.find((cycle) => cycle.id === id)!.points[j]!;
    for (let wait = 0; ; wait++) {
      const asked = (await posted(page)).filter((m) => m.type === 'ask').find((m) => m.query === 'basins');
      if (!asked) {
        assert.ok(wait < 100, 'the panel never asked for basins');
        await page.waitForTimeout(50);
        continue;
      }
      const { slice } = asked.request as BasinRequest;
      // Each of the three lies in the plane: what is left of it beside u and v is rounding.
      for (const z of [point('FP1', 0), point('C48a', 6), point('C60a', 0)]) {
        const [x, y] = onPlane(slice, z);
        const off = z.map((value, i) => value - slice.origin[i]! - x * slice.u[i]! - y * slice.v[i]!);
        assert.ok(Math.hypot(...off) < 1e-9, String(Math.hypot(...off)));
        assert.ok(x >= slice.x[0] && x <= slice.x[1] && y >= slice.y[0] && y <= slice.y[1]);
      }
      break;
    }
    await page.screenshot({ path: 'artefacts/plane-slice.png' });
  });

  it('shows the regions that orbits visit, and their transitions', async () => {
    await page.getByRole('tab', { name: 'Regions' }).click();
    await answer(page, 'symbols');
    const rows = await page.locator('.regions-table tbody tr').allInnerTexts();
    // All orbits end on C13a, so each region's share is that of its points.
    assert.equal(rows.length, new Set(stable13.regions).size);
    const both = stable13.regions.filter((region) => region === '11').length;
    const share = Number(/R1\s+11\s+([\d.]+) %/.exec(rows[0]!)?.[1]);
    // 4000 steps are no whole number of periods.
    assert.ok(Math.abs(share - (100 * both) / 13) < 0.1, rows[0]);
    assert.match(rows[0]!, /C13a, C13b/);
    await page
      .locator('.regions-view canvas')
      .first()
      .hover({ position: { x: 50, y: 55 } });
    await page.screenshot({ path: 'artefacts/regions.png' });
    await page
      .locator('.regions-view')
      .getByText(/R1 to R1: \d/)
      .first()
      .waitFor();
  });

  it('looks right in every theme', async () => {
    await page.locator('tr.object[data-id=C13b]').click();
    await toggle('Manifolds');
    await answer(page, 'manifolds');
    await toggle('Basins');
    await answer(page, 'basins');
    for (const theme of THEMES) {
      await setTheme(page, theme);
      const shot = await page.screenshot({ path: `artefacts/exploration-${theme}.png` });
      assert.ok(shot.length > 20000);
    }
  });
});
