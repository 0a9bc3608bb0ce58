import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Frame } from 'playwright-core';
import { panelFrame, revealInExplorer } from '../../scripts/workbench.mjs';
import { eventually, Session } from './session';

const VDP = 'R1_excerpt/ckpt_02124.pt';

describe('the weight viewer in VS Code', () => {
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(async () => {
    await session?.stop();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await session.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, '-')}`);
    await session.closeAll();
    await session.settings({});
  });

  async function open(file: string): Promise<Frame> {
    await (await revealInExplorer(session.page, file)).dblclick();
    return panelFrame(session.page, '.viewer .treegrid');
  }
  const line = (frame: Frame, name: string) => frame.locator(`[role=row][data-name="${name}"]`);

  it('opens a .pt file with a click, shows its shapes and numbers, and analyzes it', async () => {
    const frame = await open(VDP);
    // A = [0.87069, 0.89570], unpacked from the storage of the file; W has zeros on its diagonal.
    const cells = line(frame, 'A').locator('.col-shape, .col-min, .col-max');
    await eventually(
      async () => (await cells.allInnerTexts()).join() === '2,0.871,0.896',
      'the numbers of A',
    );
    assert.equal(await line(frame, 'W').locator('.col-shape').innerText(), '2 × 2');
    assert.equal(await frame.locator('.counts strong').innerText(), 'PLRNN');
    await line(frame, 'W').click();
    await frame.locator('dt:text-is("Zeros") + dd', { hasText: '2' }).waitFor();
    await frame.locator('dt:text-is("Rank") + dd', { hasText: '2 of 2' }).waitFor();
    for (const [theme, kind] of [
      ['Default Dark Modern', 'vscode-dark'],
      ['Default Light Modern', 'vscode-light'],
      ['Default High Contrast', 'vscode-high-contrast'],
    ] as const) {
      await session.settings({ 'workbench.colorTheme': theme });
      await frame.locator(`body.${kind}`).waitFor();
      // Figures are drawn anew a frame later.
      await session.page.waitForTimeout(500);
      await session.screenshot(`weights-${theme.split(' ')[1]?.toLowerCase() ?? ''}`);
    }
    await frame.locator('vscode-button', { hasText: 'Analyze' }).click();
    await (await session.panel('FP1')).done();
    assert.deepEqual(session.complaints, []);
  });

  it('shows the new content when the file changes, the selection kept, half-written files passed over', async () => {
    const file = path.join(session.workspace, 'json', 'live.npy');
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".padEnd(117) + '\n';
    const content = (values: readonly number[]): Uint8Array =>
      Buffer.concat([
        Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
        Buffer.from(header, 'latin1'),
        Buffer.from(new Float64Array(values).buffer),
      ]);
    fs.writeFileSync(file, content([1, 2]));
    const frame = await open('json/live.npy');
    const max = frame.locator('.line .col-max');
    await max.filter({ hasText: '2.000' }).waitFor();
    fs.writeFileSync(file, content([5, 7]).subarray(0, 60));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await frame.locator('[role=alert]').count(), 0);
    await max.filter({ hasText: '2.000' }).waitFor();
    fs.writeFileSync(file, content([5, 7]));
    await max.filter({ hasText: '7.000' }).waitFor();
    fs.rmSync(file);
  });
});
