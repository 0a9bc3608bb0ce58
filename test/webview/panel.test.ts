import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Cycle } from '../../src/core/report/types';
import type { FromPanel } from '../../src/protocol/panel';
import { deliver, posted, setModel, startHarness, violations, type Harness } from './harness';
import {
  finds,
  fixedPoint,
  init,
  model,
  parameters,
  progress,
  report,
  saddle13,
  stable13,
  states,
} from './states';

/** What is used of the page: functions handed to `evaluate` run there, the types of the tests are Node's. */
interface PageElement {
  readonly className: string;
  readonly textContent: string | null;
  readonly tagName: string;
  readonly scrollWidth: number;
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { readonly width: number };
  closest(selector: string): PageElement | null;
}
declare const document: {
  readonly activeElement: PageElement | null;
  readonly body: PageElement;
  readonly documentElement: PageElement;
};

/** Messages of one type that the panel posted. */
async function sent<T extends FromPanel['type']>(
  page: Page,
  type: T,
): Promise<Extract<FromPanel, { type: T }>[]> {
  return (await posted(page)).filter((m): m is Extract<FromPanel, { type: T }> => m.type === type);
}

describe('the dynamics panel', function () {
  // A browser on a busy machine: a gesture may come a frame too early.
  this.retries(1);
  let harness: Harness;
  let page: Page;
  const card = () => page.locator('.card-head').innerText();
  const rows = () =>
    page.locator('tr.object').evaluateAll((all) => all.map((row) => row.getAttribute('data-id')));
  const selectedRow = () => page.locator('tr.object[aria-selected=true]').getAttribute('data-id');
  const tab = (name: string) => page.getByRole('tab', { name });

  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.close());
  beforeEach(async () => {
    page = await harness.open();
    await setModel(page, parameters);
  });
  afterEach(async () => {
    assert.deepEqual(await violations(page), [], 'the content security policy is kept');
    await page.context().close();
  });

  const showReport = () => deliver(page, init, model, { type: 'report', report });

  it('says that it is ready, then shows the report as text', async () => {
    assert.deepEqual(await posted(page), [{ type: 'ready' }]);
    await showReport();
    assert.equal(await page.locator('h1').innerText(), 'ckpt_02124');
    const header = await page.locator('header').innerText();
    for (const words of [
      'PLRNN',
      'M = 2',
      'R1_plrnn2_vdp_sgd, epoch 2124',
      '1 unstable fixed point',
      '1 stable 13-cycle',
      '1 saddle 13-cycle',
    ])
      assert.ok(header.includes(words), `the header names "${words}"`);
    assert.match(
      await page.locator('.badge').innerText(),
      /Proven complete\s+every order, inside \|zᵢ\| ≤ 20/,
    );
    assert.deepEqual(await rows(), ['FP1', 'C13a', 'C13b']);
    assert.match(await page.locator('tr.object[data-id=C13b]').innerText(), /saddle\s+1\.354\s+0\.045/);
  });

  it('selects the first stable object, and in list, card and figure whatever is chosen', async () => {
    await showReport();
    assert.equal(await selectedRow(), 'C13a');
    await page.locator('tr.object[data-id=C13b]').click();
    assert.match(await card(), /^C13b\s+saddle 13-cycle/);
    assert.equal(await selectedRow(), 'C13b');
    assert.match(await page.locator('.card').innerText(), /1\.3544\s*0\.1933/);
    assert.match(await page.locator('.series h2').innerText(), /C13b/);
    await page.getByRole('button', { name: 'Select C13a' }).click();
    assert.equal(await selectedRow(), 'C13a');
    assert.match(await page.locator('.card').innerText(), /point 13, unit 1/);
    assert.equal(await page.locator('.points tbody tr').count(), 13);
    assert.equal(await page.locator('.points tr.nearest th').innerText(), '13');
  });

  it('links list and figure both ways', async () => {
    await showReport();
    const portrait = async (): Promise<string> => {
      const before = (await sent(page, 'saveFigure')).length;
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'SVG' }).click();
      const saved = await sent(page, 'saveFigure');
      assert.equal(saved.length, before + 1);
      return saved.at(-1)!.data;
    };
    const indices = (svg: string): number => [...svg.matchAll(/>(?:[1-9]|1[0-3])<\/text>/g)].length;
    const ofCycle = await portrait();
    assert.ok(indices(ofCycle) >= 13, 'the points of the selected cycle carry their indices');
    await page.locator('tr.object[data-id=FP1]').click();
    assert.equal(indices(await portrait()), 0);
    await page.locator('tr.object[data-id=C13a]').click();
    // The label stands at the right of its mark.
    const [, x, y] = /<text x="([\d.]+)" y="([\d.]+)"[^>]*>FP1</.exec(ofCycle)!;
    const canvas = (await page.locator('.portrait canvas').first().boundingBox())!;
    await page.mouse.click(canvas.x + Number(x) - 13, canvas.y + Number(y) - 4);
    await page.locator('tr.object[data-id=FP1][aria-selected=true]').waitFor({ timeout: 2000 });
    assert.match(await card(), /^FP1/);
  });

  it('appends what the search finds without moving what stands', async () => {
    await deliver(page, init, model, progress('fixed points', null), finds(fixedPoint));
    assert.deepEqual(await rows(), ['FP1']);
    await page.locator('tr.object').click();
    const top = (await page.locator('tr.object[data-id=FP1]').boundingBox())!.y;
    await deliver(page, progress('cycles of order 13', 0.5, 3), finds(stable13), finds(saddle13, stable13));
    assert.deepEqual(await rows(), ['FP1', 'C13a', 'C13b']);
    assert.equal((await page.locator('tr.object[data-id=FP1]').boundingBox())!.y, top);
    assert.equal(await selectedRow(), 'FP1');
    assert.match(
      await page.locator('.badge-slot').innerText(),
      /Searching cycles of order 13\s+50 % · 3 s left/,
    );
    assert.equal(await page.getByRole('progressbar', { name: 'Search' }).getAttribute('aria-valuenow'), '50');
  });

  it('keeps the selection when provisional ids become final ones', async () => {
    const provisional: Cycle = {
      ...saddle13,
      id: '17',
      points: [...saddle13.points.slice(4), ...saddle13.points.slice(0, 4)],
    };
    await deliver(page, init, model, finds(fixedPoint, { ...stable13, id: '9' }, provisional));
    await page.locator('tr.object[data-id="17"]').click();
    await deliver(page, { type: 'report', report });
    assert.equal(await selectedRow(), 'C13b');
  });

  it('stops when told, once, and says that what was found is kept', async () => {
    await deliver(page, init, model, progress('cycles of order 7', 0.4));
    const stop = page.getByRole('button', { name: 'Stop, keep found' });
    await stop.click();
    assert.equal((await sent(page, 'stop')).length, 1);
    // Drawn with the next frame.
    for (let tries = 0; tries < 50 && !(await stop.isDisabled()); tries++) await page.waitForTimeout(20);
    assert.equal(await stop.isDisabled(), true);
    const stopped = { ...report, search: { ...report.search, partial: true, stoppedBy: 'stopped' } };
    await deliver(page, { type: 'report', report: stopped });
    assert.match(
      await page.locator('.notices').innerText(),
      /Stopped by you at order 7\. What was found is kept\./,
    );
    assert.deepEqual(await rows(), ['FP1', 'C13a', 'C13b']);
  });

  it('posts exports, figures included', async () => {
    await showReport();
    for (const [item, format] of [
      ['JSON report', 'json'],
      ['CSV table', 'csv'],
      ['HTML report', 'html'],
    ] as const) {
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: item }).click();
      assert.deepEqual((await sent(page, 'export')).at(-1), { type: 'export', format });
    }
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'SVG' }).click();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'PNG' }).click();
    await page.waitForFunction(
      () =>
        (globalThis as unknown as { harness: { posted: FromPanel[] } }).harness.posted.filter(
          (m) => m.type === 'saveFigure',
        ).length === 2,
    );
    const [svg, png] = await sent(page, 'saveFigure');
    assert.equal(svg?.name, 'State space');
    assert.ok(
      /<svg [^>]*xmlns=/.test(svg.data) && svg.data.includes('>C13a<') && svg.data.trim().endsWith('</svg>'),
    );
    assert.equal(Buffer.from(png!.data, 'base64').subarray(1, 4).toString(), 'PNG');
  });

  it('copies points that read back as the same doubles', async () => {
    await showReport();
    await page.getByRole('button', { name: 'Copy as JSON' }).click();
    await page.getByRole('button', { name: 'Copy as NumPy' }).click();
    await page.getByRole('button', { name: 'Copy as Julia' }).click();
    const [json, numpy, julia] = (await sent(page, 'copy')).map(({ text }) => text);
    assert.deepEqual(JSON.parse(json!), stable13.points);
    assert.match(numpy!, /^C13a = np\.array\(\[/);
    assert.deepEqual(
      JSON.parse(numpy!.replace('C13a = np.array(', '').replace(/,\s*\]\)$/, ']')),
      stable13.points,
    );
    const matrix = julia!
      .split('\n')
      .slice(1, -1)
      .map((row) => row.trim().split(' ').map(Number));
    assert.deepEqual(matrix, stable13.points);
  });

  it('searches again with the options asked for, and opens the settings', async () => {
    await showReport();
    await page.getByRole('button', { name: 'Re-run' }).click();
    await page.getByRole('spinbutton', { name: 'Highest order' }).fill('20');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    assert.deepEqual(await sent(page, 'rerun'), [
      { type: 'rerun', search: { maxOrder: 20, timeLimit: 60, seed: 7, threads: 2, certify: true } },
    ]);
    await page.getByRole('button', { name: 'Settings' }).click();
    assert.equal((await sent(page, 'openSettings')).length, 1);
  });

  it('states in words what is proven, order by order', async () => {
    await showReport();
    await page.locator('.badge').click();
    const words = await page.getByRole('dialog', { name: 'What is proven' }).innerText();
    assert.match(words, /Fixed points\s+proven, inside \|zᵢ\| ≤ 20/);
    assert.match(words, /All four linear regions were solved exactly/);
    assert.match(words, /Orders 2 to 13\s+proven/);
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'badge proven');

    await deliver(page, ...states['no guarantee']!.messages);
    assert.equal((await page.locator('.badge').innerText()).trim(), 'No guarantee');
    await page.locator('.badge').click();
    assert.match(await page.getByRole('dialog').innerText(), /searched by heuristics only/);
  });

  it('walks the keyboard through list, tabs, menu and figures', async () => {
    await showReport();
    await page.locator('tr.object[aria-selected=true]').focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await selectedRow(), 'C13b');
    await page.keyboard.press('Home');
    assert.equal(await selectedRow(), 'FP1');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-id')), 'FP1');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('tr[aria-selected=true]').count(), 0);

    await tab('State space').focus();
    for (const name of [
      'Spectrum',
      'Time series',
      'Regions',
      'Parameter plane',
      'Sensitivity',
      'Weights',
      'State space',
    ]) {
      await page.keyboard.press('ArrowRight');
      assert.equal(await tab(name).getAttribute('aria-selected'), 'true');
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), name);
      await page.getByRole('tabpanel', { name }).waitFor();
    }

    await page.getByRole('button', { name: 'Export' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('ArrowDown');
    assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /^CSV table/);
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('menu').count(), 0);
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('h');
    await page.keyboard.press('Enter');
    assert.deepEqual(await sent(page, 'export'), [{ type: 'export', format: 'html' }]);

    // Tab from the first control to the last: every stop is visible, the figures are among them.
    await page.locator('body').click({ position: { x: 700, y: 2 } });
    const stops: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const at = document.activeElement;
        if (!at || at === document.body) return null;
        const box = at.getBoundingClientRect();
        const figure = at.closest('.portrait, .small-figure') ? 'figure ' : '';
        return `${figure}${at.tagName} ${at.getAttribute('aria-label') ?? at.textContent ?? ''} ${box.width > 0 ? '' : 'INVISIBLE'}`;
      });
      if (stop === null) break;
      stops.push(stop);
    }
    assert.ok(stops.length > 12 && stops.length < 40, stops.join('\n'));
    assert.deepEqual(
      stops.filter((stop) => stop.includes('INVISIBLE')),
      [],
    );
    assert.ok(stops.filter((stop) => stop.startsWith('figure')).length >= 3, stops.join('\n'));
  });

  it('launches trajectories from the portrait by click and by keyboard, and clears them', async () => {
    await showReport();
    const portrait = page.locator('.portrait');
    const box = (await portrait.boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.58, box.y + box.height * 0.42);
    await page.locator('.series h2', { hasText: 'Trajectory from' }).waitFor();
    const [asked] = (await sent(page, 'ask')).filter((m) => m.query === 'trajectory');
    assert.equal(asked?.query, 'trajectory');
    assert.equal(asked.request.start.length, 2);
    assert.deepEqual(
      asked.request.objects.map(({ id }) => id),
      ['FP1', 'C13a', 'C13b'],
    );
    await portrait.locator('[tabindex="0"]').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(50);
    assert.equal((await sent(page, 'ask')).filter((m) => m.query === 'trajectory').length, 2);
    await page.getByRole('button', { name: 'Clear trajectories' }).click();
    assert.match(await page.locator('.series h2').innerText(), /Time series of/);
  });

  it('is as it was after a reload', async () => {
    await showReport();
    await page.locator('tr.object[data-id=C13b]').click();
    const box = (await page.locator('.portrait').boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.58, box.y + box.height * 0.42);
    await page.locator('.series h2', { hasText: 'Trajectory from' }).waitFor();
    const heading = await page.locator('.series h2').innerText();
    await page.getByRole('checkbox', { name: 'Borders' }).click();
    await tab('Spectrum').click();
    await page.getByRole('checkbox', { name: /Per step/ }).click();
    await page.reload();
    await setModel(page, parameters);
    assert.deepEqual(await sent(page, 'ready'), [{ type: 'ready' }]);
    await showReport();
    assert.equal(await selectedRow(), 'C13b');
    assert.equal(await tab('Spectrum').getAttribute('aria-selected'), 'true');
    assert.equal(await page.getByRole('checkbox', { name: /Per step/ }).getAttribute('aria-checked'), 'true');
    await tab('State space').click();
    assert.equal(await page.getByRole('checkbox', { name: 'Borders' }).getAttribute('aria-checked'), 'false');
    await page.locator('.series h2', { hasText: 'Trajectory from' }).waitFor();
    assert.equal(await page.locator('.series h2').innerText(), heading);
  });

  it('asks, and passes on the answer', async () => {
    await deliver(page, ...states['question']!.messages);
    await page.getByRole('button', { name: /The last 2: an AL-RNN/ }).click();
    assert.deepEqual(await sent(page, 'choose'), [{ type: 'choose', index: 1 }]);
    await deliver(page, ...states['unrecognised']!.messages);
    await page.getByRole('button', { name: 'Choose tensors…' }).click();
    assert.equal((await sent(page, 'mapTensors')).length, 1);
  });

  it('says once what was assumed, without flags of the command line, and takes the model for what else it can be', async () => {
    const assumed = 'It is taken as unclipped (--set clipped=true for the clipped one).';
    const taken = { ...report.model, kind: 'shPLRNN', assumptions: [assumed] } as const;
    const warnings = [assumed, 'Two tensors were not used.'];
    await deliver(
      page,
      { type: 'model', model: taken },
      { type: 'report', report: { ...report, model: taken, warnings } },
    );
    const notices = page.locator('.notices');
    await notices.getByText('Two tensors were not used.').waitFor();
    const text = await notices.innerText();
    assert.equal(text.split('It is taken as unclipped.').length, 2, text);
    assert.doesNotMatch(text, /--set/);
    await notices.getByRole('button', { name: 'Take it as clipped' }).click();
    assert.deepEqual(await sent(page, 'takeAs'), [{ type: 'takeAs', kind: 'clippedShPLRNN' }]);
  });

  it('says what failed, where, and what to do; retries and shows the log', async () => {
    await deliver(page, ...states['failure']!.messages);
    const words = await page.getByRole('alert').innerText();
    for (const part of ['not finite', 'model_state_dict.W, element [3][17]', 'before the training diverged'])
      assert.ok(words.includes(part));
    await page.getByRole('button', { name: 'Show details' }).click();
    assert.match(await page.locator('pre').innerText(), /^InputError/);
    await page.getByRole('button', { name: 'Show log' }).click();
    await page.getByRole('button', { name: 'Retry' }).click();
    assert.equal((await sent(page, 'showLog')).length, 1);
    assert.deepEqual(await sent(page, 'rerun'), [{ type: 'rerun', search: {} }]);
  });

  it('offers to analyse again when the file changed', async () => {
    await deliver(page, ...states['stale']!.messages);
    await page.getByRole('button', { name: 'Analyze again' }).click();
    assert.deepEqual(await sent(page, 'rerun'), [{ type: 'rerun', search: {} }]);
  });

  it('lists groups that make no claim under their own headings', async () => {
    await deliver(page, ...states['every kind']!.messages);
    const list = await page.locator('.object-list').innerText();
    for (const heading of ['On region borders', 'Continua', 'Beyond order 4 (no claim)', 'Other attractors'])
      assert.ok(list.includes(heading), heading);
    await page.locator('tr.object[data-id=B1]').click();
    assert.match(await page.locator('.card').innerText(), /no single Jacobian describes its neighbourhood/);
    await page.locator('tr.object[data-id=A1]').click();
    assert.match(await page.locator('.card').innerText(), /Lyapunov λ\s+0\.0123/);
  });

  it('stays light with thousands of objects, and filters and sorts them', async () => {
    await deliver(page, ...states['thousands of objects']!.messages);
    assert.ok((await page.locator('tr.object').count()) < 80, 'only what is looked at is drawn');
    assert.equal(await page.locator('table[role=grid]').getAttribute('aria-rowcount'), String(3000 + 13 + 1));
    await page.locator('tr.object').first().focus();
    await page.keyboard.press('End');
    await page.locator('tr.object[aria-selected=true]').waitFor();
    assert.match((await selectedRow())!, /^C14/);
    await page.getByRole('textbox', { name: 'Filter objects' }).fill('order 5 stable');
    const shown = await rows();
    assert.ok(shown.length > 0 && shown.every((id) => id?.startsWith('C5')));
    await page.getByRole('button', { name: 'Margin' }).click();
    assert.equal(
      await page.getByRole('columnheader', { name: 'Margin' }).getAttribute('aria-sort'),
      'ascending',
    );
    const margins = await page.locator('tr.object td:last-child').allInnerTexts();
    const values = margins.map((text) => Number(text.replace('−', '-')));
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    );
  });

  it('tells assistive technology how the search goes', async () => {
    await deliver(page, ...states['running']!.messages);
    await deliver(page, { type: 'report', report });
    assert.equal(
      await page.locator('[aria-live=polite].unseen').innerText(),
      'Search done. 3 objects found.',
    );
  });

  it('turns the list into a drop-down where it is narrow', async () => {
    await page.setViewportSize({ width: 640, height: 900 });
    await showReport();
    assert.equal(await page.locator('.object-list').count(), 0);
    const button = page.locator('.list-button');
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
    await button.click();
    await page.locator('tr.object[data-id=FP1]').click();
    assert.match(await button.innerText(), /FP1/);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 640, `nothing overflows sideways (${String(width)})`);
  });
});
