import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { sensitivityOf } from '../../src/jobs/sensitivity';
import { loadModel, type LoadedModel } from '../../src/jobs/load';
import type { SensitivityRequest } from '../../src/protocol/explore';
import { folder, textSource } from '../runs/support';
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
import { init, model, parameters, report, saddle13 } from './states';

describe('sensitivity to the weights in the panel', function () {
  this.retries(1);
  let harness: Harness;
  let page: Page;
  let loaded: LoadedModel;
  before(async () => {
    const source = textSource('model.json', JSON.stringify({ model: 'PLRNN', ...parameters }));
    loaded = await loadModel(source, folder({}), {}, () => Promise.resolve('sha256:0'));
    harness = await startHarness();
  });
  after(() => harness.close());
  beforeEach(async () => {
    page = await harness.open();
    await setModel(page, parameters);
    await deliver(page, init, model, { type: 'report', report });
    await page.locator('tr.object[data-id=C13b]').click();
    await page.getByRole('tab', { name: 'Sensitivity' }).click();
  });
  afterEach(async () => {
    assert.deepEqual(await violations(page), [], 'the content security policy is kept');
    await page.context().close();
  });

  /** Answers what the panel asked last, as the worker would; hands back what was asked. */
  async function answer(after = 0): Promise<{ request: SensitivityRequest; id: number }> {
    for (let wait = 0; wait < 100; wait++) {
      const asked = (await posted(page))
        .filter((m) => m.type === 'ask')
        .filter(({ query, id }) => query === 'sensitivity' && id > after)
        .at(-1);
      if (asked) {
        const request = asked.request as SensitivityRequest;
        await deliver(page, { type: 'answer', id: asked.id, answer: sensitivityOf(loaded, request) });
        return { request, id: asked.id };
      }
      await page.waitForTimeout(50);
    }
    assert.fail('the panel never asked');
  }
  const words = () => page.locator('.sensitivity-words');
  const choose = async (name: string, option: string): Promise<void> => {
    await page.getByRole('combobox', { name }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };

  it('asks for the leading multiplier of the selected object, then for what is chosen', async () => {
    const first = await answer();
    assert.equal(first.request.object.id, 'C13b');
    assert.deepEqual(first.request.quantity, { kind: 'modulus', multiplier: 0 });
    assert.match(await words().innerText(), /\|λ₁\| of C13b = \d/);
    await choose('Quantity that is differentiated', 'z₂');
    const second = await answer(first.id);
    assert.deepEqual(second.request.quantity, { kind: 'coordinate', point: 0, unit: 1 });
    await choose('Point of the cycle', 'point 5');
    const third = await answer(second.id);
    assert.deepEqual(third.request.quantity, { kind: 'coordinate', point: 4, unit: 1 });
    const heading = await words().getByRole('heading').innerText();
    assert.ok(heading.startsWith('z₂ of point 5 of C13b = '), heading);
    const value = Number(heading.split('= ')[1]!.replace('−', '-'));
    assert.ok(Math.abs(value - saddle13.points[4]![1]!) < 1e-5);
  });

  it('lists the largest derivatives, falling, and offers a chosen weight as axis of the plane', async () => {
    await answer();
    const rows = await words().locator('tbody tr').allInnerTexts();
    // A of two units and W without its diagonal; h moves the points, but not the multipliers.
    assert.equal(rows.length, 4);
    const sizes = rows.map((row) => Math.abs(Number(row.split('\t')[2]!.replace('−', '-'))));
    assert.ok(
      sizes.every((size, i) => i === 0 || size <= sizes[i - 1]!),
      rows.join('\n'),
    );
    assert.ok(
      rows.some((row) => row.startsWith('W[0][1]')) && !rows.some((row) => row.startsWith('W[0][0]')),
    );
    await page.getByRole('button', { name: 'Choose W[0][1]' }).click();
    await page.getByRole('button', { name: 'W[0][1] as x axis' }).click();
    assert.equal(await page.locator('.sensitivity-words tr.of-selected').count(), 1);
  });

  it('names the weight under the cursor with its value and derivative, by keyboard too', async () => {
    await answer();
    const figure = page.getByRole('application', { name: /Sensitivity of \|λ₁\| of C13b/ });
    await figure.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const readout = page.locator('.sensitivity-figure .figure-readout');
    await readout.getByText(/^W\[0\]\[1\] = .*derivative of \|λ₁\| of C13b: /).waitFor();
    await page.keyboard.press('ArrowLeft');
    await readout.getByText(/no weight: it is zero by design/).waitFor();
  });

  it('offers the figure and the data to save', async () => {
    await answer();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /CSV one row per weight/ }).click();
    assert.deepEqual((await posted(page)).at(-1), {
      type: 'exportData',
      what: 'sensitivity',
      format: 'csv',
    });
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /SVG/ }).click();
    const figure = (await posted(page)).at(-1);
    assert.ok(figure?.type === 'saveFigure' && figure.data.includes('Sensitivity of |λ₁| of C13b'));
  });

  it('says why there is nothing where nothing is selected', async () => {
    await page.locator('tr.object[data-id=C13b]').click();
    await page.keyboard.press('Escape');
    const other = { ...report, orders: report.orders.map((order) => ({ ...order, cycles: [] })) };
    await deliver(page, init, model, { type: 'report', report: other });
    await page.getByText(/Select a fixed point or a cycle/).waitFor();
  });

  it('looks right in every theme', async () => {
    await answer();
    for (const theme of THEMES) {
      await setTheme(page, theme);
      const shot = await page.screenshot({ path: `artefacts/sensitivity-${theme}.png` });
      assert.ok(shot.length > 20000);
    }
  });
});
