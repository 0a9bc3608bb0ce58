import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import {
  deliver,
  restart,
  setModel,
  setTheme,
  startHarness,
  THEMES,
  violations,
  type Harness,
} from './harness';
import { parameters, states } from './states';

/** What axe finds, as readable lines: everything in one theme, what depends on colours in the others. */
async function faults(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const theme of THEMES) {
    await setTheme(page, theme);
    await page.waitForTimeout(50);
    const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
    const { violations: faulty } = await (
      theme === THEMES[0] ? axe : axe.withRules('color-contrast')
    ).analyze();
    for (const fault of faulty)
      for (const node of fault.nodes)
        found.push(`${theme}: ${fault.id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`);
  }
  return found;
}

describe('accessibility of the dynamics panel', function () {
  // A browser on a busy machine: a gesture may come a frame too early.
  this.retries(1);
  let harness: Harness;
  let page: Page;
  before(async () => {
    harness = await startHarness();
    page = await harness.open();
  });
  after(() => harness.close());

  async function check(name: string, prepare?: (page: Page) => Promise<void>, width = 1400): Promise<void> {
    const state = states[name]!;
    await page.setViewportSize({ width, height: 900 });
    await restart(page);
    await setModel(page, state.parameters ?? parameters);
    await deliver(page, ...state.messages);
    await prepare?.(page);
    assert.deepEqual(await faults(page), []);
    assert.deepEqual(await violations(page), []);
  }

  for (const name of Object.keys(states)) it(`axe finds nothing: ${name}`, () => check(name));

  for (const tab of ['Spectrum', 'Time series', 'Regions', 'Parameter plane', 'Sensitivity', 'Weights'])
    it(`axe finds nothing: ${tab}`, () =>
      check('done', (page) => page.getByRole('tab', { name: tab }).click()));

  const opened: Record<string, (page: Page) => Promise<void>> = {
    'the certificate in words': (page) => page.locator('.badge').click(),
    'the equation': (page) => page.getByRole('button', { name: 'Equation and assumptions' }).click(),
    'the export menu': (page) => page.getByRole('button', { name: 'Export' }).click(),
    'a chaotic attractor': (page) => page.locator('tr.object[data-id=A1]').click(),
    'the options': (page) => page.getByRole('button', { name: 'Re-run' }).click(),
    'the axes': (page) => page.locator('vscode-dropdown').first().click(),
  };
  for (const [name, open] of Object.entries(opened))
    it(`axe finds nothing: ${name} opened`, () => check('every kind', open));

  it('axe finds nothing: narrow, list opened', () =>
    check('every kind', (page) => page.locator('.list-button').click(), 640));
});
