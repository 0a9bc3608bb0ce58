import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import type { FromTimelinePanel, ToTimelinePanel } from '../../src/protocol/timelinePanel';
import {
  deliver,
  posted,
  restart,
  setTheme,
  startHarness,
  THEMES,
  violations,
  type Harness,
} from './harness';
import { A, timelineStates } from './timelineStates';

describe('the timeline panel', function () {
  this.retries(1);
  let harness: Harness;
  let page: Page;
  before(async () => {
    harness = await startHarness({ entry: 'timeline', host: 'fakeHost.js' });
    page = await harness.open();
  });
  after(() => harness.close());

  const show = async (name: string): Promise<void> => {
    await restart(page);
    await deliver(page, ...(timelineStates[name] as never[]));
  };
  const sent = async () => (await posted(page)) as unknown as FromTimelinePanel[];
  const figure = () => page.getByRole('application', { name: /^Bifurcation timeline/ }).first();
  const chosen = () => page.locator('tr[aria-current=true]').first().getAttribute('data-event');

  for (const name of Object.keys(timelineStates))
    it(`axe finds nothing, the policy is kept: ${name}`, async () => {
      await show(name);
      for (const theme of THEMES) {
        await setTheme(page, theme);
        await page.waitForTimeout(50);
        const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
        const found = await (theme === THEMES[0] ? axe : axe.withRules('color-contrast')).analyze();
        assert.deepEqual(
          found.violations.map(({ id, nodes }) => `${theme} ${id} ${String(nodes[0]?.target.join(' '))}`),
          [],
        );
      }
      assert.deepEqual(await violations(page), []);
    });

  it('opens both neighbours of an event that is clicked twice', async () => {
    await show('done');
    await page.locator('tr[data-event=c0]').dblclick();
    const opened = (await sent()).find(({ type }) => type === 'openCheckpoints');
    assert.deepEqual(opened, { type: 'openCheckpoints', side: 'A', epochs: [2058, 2060] });
    assert.equal(await chosen(), 'c0');
  });

  it('asks for Lyapunov spectra when their row is wanted', async () => {
    await show('done');
    assert.ok(!(await sent()).some((m) => m.type === 'spectra' && m.on));
    await page.getByRole('checkbox', { name: 'Lyapunov spectrum' }).check();
    assert.ok((await sent()).some((m) => m.type === 'spectra' && m.on));
  });

  it('offers principal components as axes where the run has them', async () => {
    const axis = { mean: [0, 0], components: [[0.6, 0.8]], explained: [0.9] };
    await restart(page);
    const messages = timelineStates['done'] as ToTimelinePanel[];
    const withAxes = messages.map((message) =>
      message.type === 'timeline'
        ? { ...message, timeline: { ...message.timeline, principal: axis } }
        : message,
    );
    await deliver(page, ...(withAxes as never[]));
    const names = await page
      .getByLabel('Coordinate of the diagram')
      .locator('option, vscode-option')
      .allTextContents();
    assert.deepEqual(
      names.map((name) => name.trim()),
      ['z₁', 'z₂', 'PC 1 (90 %)'],
    );
  });

  it('holds in the page only the rows in sight of a long list, and scrolls to the one selected', async () => {
    const events = Array.from({ length: 900 }, (_, i) => ({
      ...A.events.find(({ id }) => id === 'c0')!,
      ...{ id: `m${String(i)}`, epoch: 3 * i + 0.5 },
    }));
    await restart(page);
    const messages = timelineStates['done'] as ToTimelinePanel[];
    const long = messages.map((message) =>
      message.type === 'timeline' ? { ...message, timeline: { ...message.timeline, events } } : message,
    );
    await deliver(page, ...(long as never[]));
    const rows = page.locator('tr[data-event]');
    assert.ok((await rows.count()) < 80, String(await rows.count()));
    assert.equal(await page.locator('.events table').getAttribute('aria-rowcount'), '901');
    await page.getByRole('button', { name: 'epoch', exact: true }).click();
    await page.locator('tr[data-event=m899]').click();
    assert.equal(await chosen(), 'm899');
    await page.getByRole('button', { name: 'epoch', exact: true }).click();
    await page.waitForTimeout(100);
    assert.equal(await chosen(), 'm899', 'the last row is scrolled to');
    assert.equal(await page.locator('tr[data-event=m0]').count(), 0);
  });

  it('lists only what is in the window where that is wanted', async () => {
    await show('done');
    assert.ok((await page.locator('tr[data-event=c3]').count()) === 1);
    const before = await page.locator('tr[data-event]').count();
    await page.getByRole('checkbox', { name: 'Only in the window' }).check();
    await figure().focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('+');
    // The list follows once the movement pauses.
    let after = before;
    for (let i = 0; i < 50 && after >= before; i++) {
      await page.waitForTimeout(100);
      after = await page.locator('tr[data-event]').count();
    }
    assert.ok(after < before, `${String(after)} of ${String(before)}`);
  });

  it('shows states where a run of many dimensions has no principal components yet', async () => {
    await restart(page);
    const messages = timelineStates['done'] as ToTimelinePanel[];
    const wide = messages.map((message) => {
      if (message.type !== 'timeline') return message;
      const { model, branches, checkpoints } = message.timeline;
      const lift = (point: readonly number[]) => [...point, 0, 0];
      return {
        ...message,
        timeline: {
          ...message.timeline,
          model: { ...model, stateDim: 4 },
          branches: branches.map((b) => ({
            ...b,
            samples: b.samples.map((s) => ({ ...s, points: s.points.map(lift) })),
          })),
          checkpoints: checkpoints.map((c) => ({ ...c, fog: c.fog.map(lift) })),
          events: [],
        },
      };
    });
    await deliver(page, ...(wide as never[]));
    for (const label of ['Coordinate of the diagram', 'Horizontal coordinate'])
      assert.equal(
        await page.getByLabel(label).evaluate((e) => (e as unknown as { value: string }).value),
        'state 0',
      );
  });

  it('hides persistence until asked', async () => {
    await show('done');
    assert.equal(await page.locator('tr[data-event=p0]').count(), 0);
    await page.getByRole('checkbox', { name: /persistence/ }).check();
    assert.equal(await page.locator('tr[data-event=p0]').count(), 1);
  });

  it('moves by event and by checkpoint with the keyboard, and opens with Enter', async () => {
    await show('done');
    await figure().focus();
    await page.keyboard.press(']');
    const first = await chosen();
    await page.keyboard.press(']');
    assert.notEqual(await chosen(), first);
    await page.keyboard.press('[');
    assert.equal(await chosen(), first);
    await page.keyboard.press('Escape');
    await page.keyboard.press('.');
    await page.keyboard.press('Enter');
    const opened = (await sent()).find((m) => m.type === 'openCheckpoints');
    assert.ok(opened?.type === 'openCheckpoints' && opened.epochs.length === 1);
    assert.ok(A.checkpoints.some(({ epoch }) => epoch === opened.epochs[0]));
  });

  it('keeps its window and selection over a reload', async () => {
    await show('done');
    await page.locator('tr[data-event=c3]').click();
    await page.waitForTimeout(200);
    await page.reload();
    await deliver(page, ...(timelineStates['done'] as never[]));
    assert.equal(await chosen(), 'c3');
  });

  it('states both p-values and the definition', async () => {
    await show('compared');
    const words = await page.locator('.numbers').innerText();
    for (const part of ['0.02', '0.97', '14 of 32', 'How this was tested'])
      assert.ok(words.includes(part), part);
  });

  it('ties the window of the second run to the first', async () => {
    await show('compared');
    const second = async () => {
      await page.waitForTimeout(150);
      return (await page.locator('.column').nth(1).locator('.run-figure').screenshot()).toString('base64');
    };
    const zoom = async () => {
      await figure().focus();
      await page.keyboard.press('+');
      await page.mouse.move(2, 2);
    };
    const before = await second();
    await zoom();
    assert.ok((await second()) === before, 'a window of its own stays');
    await page.getByRole('combobox', { name: 'Windows of the two runs' }).click();
    await page.getByRole('option', { name: 'Same window' }).click();
    await page.mouse.move(2, 2);
    const tied = await second();
    await zoom();
    assert.ok((await second()) !== tied, 'a window that is tied follows');
  });
});
