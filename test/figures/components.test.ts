import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { ask, launchBrowser, openFigure } from './browser/harness';
import { loadFixture } from './fixtures';

const vdp = loadFixture('vdp');
const lorenz = loadFixture('lorenz');
const shots = join(__dirname, '..', '..', 'artefacts', 'figures');

describe('figure components in a browser', function () {
  // A browser on a busy machine: a gesture may come a frame too early.
  this.retries(1);
  let browser: Browser;
  before(async () => {
    mkdirSync(shots, { recursive: true });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
  });

  for (const figure of ['state', 'spectrum', 'series', 'weights', 'state3d'] as const)
    for (const theme of ['dark', 'light', 'hc'] as const)
      it(`${figure} draws under the panel's policy, ${theme}`, async () => {
        const data = figure === 'state3d' || figure === 'weights' ? lorenz : vdp;
        const { page, complaints } = await openFigure(browser, figure, data, theme, undefined, 'C13a');
        await page.screenshot({ path: join(shots, `${figure}-${theme}.png`) });
        const ink = await ask<number>(
          page,
          `(() => { const c = document.querySelector('canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
             let n = 0; for (let i = 0; i < d.length; i += 4) if (d[i] !== d[0] || d[i+1] !== d[1] || d[i+2] !== d[2]) n++; return n; })()`,
        );
        assert.ok(ink > 2000, `only ${String(ink)} pixels differ from the paper`);
        assert.deepEqual(complaints, []);
        await page.close();
      });

  it('finds nothing with axe', async () => {
    for (const figure of ['state', 'spectrum', 'series', 'weights'] as const) {
      const context = await browser.newContext();
      const { page } = await openFigure(browser, figure, vdp);
      const { violations } = await new AxeBuilder({ page })
        .disableRules(['region', 'page-has-heading-one', 'landmark-one-main'])
        .setLegacyMode()
        .analyze();
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
        [],
      );
      await page.close();
      await context.close();
    }
  });

  it('launches where it is clicked, but not at the end of a drag or on a double click', async () => {
    const { page } = await openFigure(browser, 'state', vdp);
    await page.mouse.click(600, 600);
    await page.waitForTimeout(400);
    const [first] = await ask<number[][]>(page, 'window.spy.launched');
    assert.ok(first && first.length === 2);
    await page.mouse.move(300, 300);
    await page.mouse.down();
    await page.mouse.move(360, 300, { steps: 4 });
    await page.mouse.up();
    await page.mouse.dblclick(600, 600);
    await page.waitForTimeout(400);
    assert.equal((await ask<number[][]>(page, 'window.spy.launched')).length, 1);
    // The double click undid the drag: the same pixel is the same state again.
    await page.mouse.click(600, 600);
    await page.waitForTimeout(400);
    const second = (await ask<number[][]>(page, 'window.spy.launched'))[1];
    assert.deepEqual(second, first);
    await page.close();
  });

  it('zooms at the pointer: the state under it stays', async () => {
    const { page } = await openFigure(browser, 'state', vdp);
    await page.mouse.move(560, 420);
    await page.waitForTimeout(300);
    const before = (await ask<number[][]>(page, 'window.spy.probed')).at(-1)!;
    await page.mouse.wheel(0, -300);
    await page.waitForTimeout(100);
    await page.mouse.move(561, 420);
    await page.mouse.move(560, 420);
    await page.waitForTimeout(300);
    const after = (await ask<number[][]>(page, 'window.spy.probed')).at(-1)!;
    assert.ok(Math.hypot(before[0]! - after[0]!, before[1]! - after[1]!) < 1e-9);
    await page.close();
  });

  it('works from the keyboard: select, move, probe, launch, clear', async () => {
    const { page } = await openFigure(browser, 'state', vdp);
    await page.keyboard.press('Tab');
    await page.keyboard.press('n');
    await page.waitForTimeout(50);
    assert.equal(await ask(page, 'window.spy.selected'), 'FP1');
    await page.keyboard.press('n');
    await page.waitForTimeout(50);
    assert.equal(await ask(page, 'window.spy.selected'), 'C13a');
    await page.keyboard.press('p');
    await page.waitForTimeout(400);
    assert.equal(await ask(page, 'window.spy.selected'), 'FP1');
    const status = page.locator('[role=status]');
    assert.match((await status.textContent()) ?? '', /FP1: unstable fixed point, ρ 1\.034/);
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(20);
    }
    await page.waitForTimeout(600);
    assert.match(
      (await status.textContent()) ?? '',
      /cursor z = \(.*F\(z\).*σ = 10.*nearest border 0\.120, unit 2/,
    );
    await page.keyboard.press('Enter');
    await page.waitForTimeout(50);
    const launched = await ask<number[][]>(page, 'window.spy.launched');
    const fixedPoint = vdp.cycles[0]!.points[0]!;
    assert.equal(launched.length, 1);
    assert.ok(launched[0]![0]! > fixedPoint[0]!);
    assert.ok(Math.abs(launched[0]![1]! - fixedPoint[1]!) < 1e-9);
    await page.keyboard.press('Escape');
    await page.waitForTimeout(50);
    assert.equal(await ask(page, 'window.spy.selected'), null);
    // Focus can leave the figure.
    await page.keyboard.press('Tab');
    assert.notEqual(await ask(page, 'document.activeElement.tagName'), 'CANVAS');
    await page.close();
  });

  it('selects the mark that is clicked', async () => {
    const { page } = await openFigure(browser, 'state', vdp);
    const at = await ask<{ x: number; y: number }>(
      page,
      `(() => { const svg = new DOMParser().parseFromString(window.spy.svg(), 'image/svg+xml');
         const circle = [...svg.querySelectorAll('circle')].find((c) => c.getAttribute('stroke') === '#e69f00');
         return { x: +circle.getAttribute('cx'), y: +circle.getAttribute('cy') }; })()`,
    );
    await page.mouse.click(at.x, at.y);
    await page.waitForTimeout(50);
    assert.equal(await ask(page, 'window.spy.selected'), 'FP1');
    await page.close();
  });

  it('hands out an SVG that parses and a PNG', async () => {
    for (const figure of ['state', 'spectrum', 'series', 'weights', 'state3d'] as const) {
      const { page } = await openFigure(browser, figure, lorenz);
      const error = await ask<string | null>(
        page,
        `(() => { const d = new DOMParser().parseFromString(window.spy.svg(), 'image/svg+xml'); return d.querySelector('parsererror')?.textContent ?? null; })()`,
      );
      assert.equal(error, null);
      const png = await ask<string>(page, 'window.spy.png()');
      const bytes = Buffer.from(png, 'base64');
      assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG');
      // Twice the size in CSS pixels.
      assert.equal(bytes.readUInt32BE(16), 2 * 740);
      await page.close();
    }
  });

  it('follows the theme of the editor', async () => {
    const { page } = await openFigure(browser, 'state', vdp);
    await ask(
      page,
      `document.body.className = 'vscode-light'; document.documentElement.style.setProperty('--vscode-editor-background', '#fdfdfd')`,
    );
    await page.waitForTimeout(150);
    const svg = await ask<string>(page, 'window.spy.svg()');
    assert.match(svg, /#fdfdfd/);
    assert.match(svg, /#b87900/);
    await page.close();
  });

  it('opens a parameter with the keyboard and reads its cells', async () => {
    const { page } = await openFigure(browser, 'weights', vdp);
    await page.keyboard.press('Tab');
    for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) {
      await page.keyboard.press(key);
      await page.waitForTimeout(50);
    }
    assert.equal(await ask(page, 'window.spy.parameter'), 'W');
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(50);
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(600);
    const value = vdp.weights[1]!.values[1]!.toFixed(5);
    assert.ok(((await page.locator('[role=status]').textContent()) ?? '').startsWith(`W[0][1] = ${value}`));
    await page.close();
  });
});
