import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { revealInExplorer } from '../../scripts/workbench.mjs';
import { eventually, Session } from './session';

const MODEL = 'json/hovered.json';

describe('a JSON model in the editor', () => {
  let session: Session;
  before(async () => {
    session = await Session.start();
    // W[i][j] = sin(3 i + 2 j + 1) / 2, so that every number is known without the code that is tested.
    const W = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => Number((Math.sin(3 * i + 2 * j + 1) / 2).toFixed(4))),
    );
    const rows = W.map((row) => `    [${row.join(', ')}]`).join(',\n');
    fs.writeFileSync(
      path.join(session.workspace, MODEL),
      `{\n  "model": "PLRNN",\n  "A": [0.9, -0.4, 0.5, 0.7, 0.2, 0.8],\n  "W": [\n${rows}\n  ],\n  "h": [0.1, -0.5, 0.3, 0, 0.2, 0.7]\n}\n`,
    );
  });
  after(async () => {
    await session?.stop();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await session.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
    await session.closeAll();
  });

  /** Rests the pointer on a text of the editor until a hover says what is wanted. */
  async function hoverOver(text: RegExp, wanted: RegExp): Promise<Locator> {
    const { page } = session;
    const spot = page.locator('.monaco-editor .view-line span span', { hasText: text }).first();
    const shown = page.locator('.monaco-hover:not(.hidden)', { hasText: wanted }).first();
    await eventually(async () => {
      await page.mouse.move(1500, 900);
      await page.waitForTimeout(200);
      await spot.hover({ position: { x: 10, y: 8 } });
      await page.waitForTimeout(800);
      return shown.isVisible();
    }, `a hover that says ${wanted.source}`);
    return shown;
  }

  for (const theme of ['Default Dark Modern', 'Default Light Modern', 'Default High Contrast']) {
    it(`describes a matrix, a number and the model in ${theme}`, async () => {
      await session.settings({ 'workbench.colorTheme': theme, 'editor.hover.delay': 100 });
      await (await revealInExplorer(session.page, MODEL)).dblclick();
      const name = theme.split(' ')[1]!.toLowerCase();
      // NumPy, of the matrix as it is written: min, mean, max, std; linalg.norm, norm(.., 2), matrix_rank, eigvals.
      const matrix = await hoverOver(/^"W"$/, /6 × 6[^]*2\.09047/);
      const text = await matrix.innerText();
      assert.match(text, /−0\.5\s+−0\.00153333\s+0\.4953\s+0\.358031/);
      assert.match(text, /2\.14821\s+0\s+2\.09047\s+6/);
      assert.match(text, /0\.261571/);
      await eventually(
        () =>
          matrix
            .locator('img')
            .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0),
        'the histogram',
      );
      await session.screenshot(`json-matrix-${name}`);
      const model = await hoverOver(/^"model"$/, /PLRNN · M = 6/);
      assert.match(await model.innerText(), /3 tensors, 48 numbers/);
      await session.screenshot(`json-model-${name}`);
      const number = await hoverOver(/^0\.4207$/, /W\[0\]\[0\]/);
      assert.match(await number.innerText(), /z-score/);
      await session.screenshot(`json-number-${name}`);
      await session.page
        .locator('.codelens-decoration', { hasText: 'Analyze RNN Dynamics · PLRNN · M = 6' })
        .waitFor();
    });
  }

  it('analyzes from the line above the model', async () => {
    await (await revealInExplorer(session.page, MODEL)).dblclick();
    await session.page.locator('.codelens-decoration a', { hasText: 'Analyze RNN Dynamics' }).click();
    await session.panel('FP1');
  });
});
