import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { chooseFromMenu, panelFrame, revealInExplorer } from '../../scripts/workbench.mjs';
import { Session } from './session';

const R1 = 'runs/R1_plrnn2_vdp_sgd';

/** The timeline panel whose analysis has ended. */
async function timelineOf(session: Session, name: string, timeout = 90_000): Promise<Frame> {
  const frame = await panelFrame(session.page, `.timeline-app h1:has-text("${name}")`, timeout);
  await frame.locator('.timeline-app .badge').first().waitFor({ timeout });
  return frame;
}

async function openFromExplorer(session: Session, folder: string): Promise<void> {
  const item = await revealInExplorer(session.page, folder);
  await item.click({ button: 'right' });
  await session.page.waitForTimeout(400);
  await chooseFromMenu(session.page, 'Open Bifurcation Timeline');
}

describe('the timeline panel in VS Code', () => {
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

  it('opens from the Explorer and tells the bifurcations of a run', async () => {
    await openFromExplorer(session, R1);
    const frame = await timelineOf(session, 'R1_plrnn2_vdp_sgd');
    const centers = await frame
      .locator('tr[data-event]', { hasText: 'center bifurcation' })
      .locator('td')
      .first()
      .innerText();
    // Independently known (regimes.csv of the run): the fixed point loses stability between epochs 2058 and 2060.
    assert.ok(Number(centers) > 2058 && Number(centers) < 2060, centers);
    await session.screenshot('timeline');
  });
});
