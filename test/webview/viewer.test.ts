import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import type { FromViewer, ToViewer, ViewerQueries } from '../../src/protocol/viewer';
import { inspected, type Inspected } from '../jobs/inspected';
import { startHarness, THEMES, violations, type Harness } from './harness';

const pictures = join(import.meta.dirname, '../../artefacts/viewer');

const wave = (count: number, scale = 1): number[] =>
  Array.from({ length: count }, (_, i) => scale * Math.sin(1.7 * i) * Math.cos(0.3 * i + 1));
const matrix = (rows: number, columns: number, scale = 1): number[][] =>
  Array.from({ length: rows }, (_, i) => wave(columns, scale).map((value, j) => value * Math.cos(i * j + i)));

/** Files as the viewer meets them, made here so that their numbers are known. */
const files: Readonly<Record<string, unknown>> = {
  'model.json': {
    epoch: 400,
    lr: 0.001,
    model: 'shPLRNN',
    A: [0.75, -0.25, 0.5],
    W1: matrix(3, 20),
    W2: matrix(20, 3, 2),
    h1: [1, 2, 3],
    h2: wave(20),
  },
  'plain.json': { model: 'PLRNN', A: [0.5, 0.25], W: [[0, -0.5], [0.5, 0]], h: [0.1, 0] }, // prettier-ignore
  'checkpoint.json': {
    epoch: 12,
    model_state_dict: {
      rnn: {
        weight_hh_l0: matrix(48, 48),
        weight_ih_l0: matrix(48, 2),
        bias_hh_l0: wave(48),
        bias_ih_l0: wave(48),
      },
      readout: { weight: matrix(3, 48), bias: [0, 1, 2] },
    },
    optimizer: { exp_avg: matrix(48, 48, 1e-4) },
  },
  'strange.json': { q: [1, 2, 3], r: [[1, 2]], cube: [[[1, 2], [3, 4]], [[5, 6], [7, -8]]] }, // prettier-ignore
  'many.json': Object.fromEntries(
    Array.from({ length: 9000 }, (_, i) => [`block.${String(Math.floor(i / 100))}.w${String(i)}`, [i, -i]]),
  ),
  'series.json': {
    checkpoints: [1, 2, 3].map((epoch) => ({ epoch, A: [epoch, 0], W: [[0, 1], [1, 0]], h: [0, 0] })),
  }, // prettier-ignore
};

describe('the weight viewer', function () {
  // A browser on a busy machine: a gesture may come a frame too early.
  this.retries(1);
  let harness: Harness;
  let page: Page;
  let file: Inspected;

  before(async () => {
    mkdirSync(pictures, { recursive: true });
    harness = await startHarness({ entry: 'viewer', host: 'viewerHost.js' });
    page = await harness.open();
    await page.exposeFunction('answer', (query: keyof ViewerQueries, request: unknown) =>
      file.answer(query, request),
    );
  });
  after(() => harness.close());

  const deliver = (message: ToViewer): Promise<void> =>
    page.evaluate((one) => {
      (globalThis as unknown as { harness: { deliver(m: unknown): void } }).harness.deliver(one);
    }, message);
  const sent = (): Promise<FromViewer[]> =>
    page.evaluate(() => (globalThis as unknown as { harness: { posted: FromViewer[] } }).harness.posted);

  /** Shows a file as if it had just been opened, or had changed. */
  async function show(name: string, content = files[name]): Promise<void> {
    file = await inspected(name, content);
    await deliver({ type: 'inspection', inspection: file.inspection });
    await page.locator('h1', { hasText: name }).waitFor();
  }
  async function fresh(width = 1400): Promise<void> {
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(() => {
      (globalThis as unknown as { sessionStorage: { clear(): void } }).sessionStorage.clear();
    });
    await page.reload();
    await page.evaluate(() => {
      (globalThis as unknown as { sessionStorage: { clear(): void } }).sessionStorage.clear();
    });
    await page.reload();
    await ready();
  }
  /** The page listens once it has said so; what is told before is lost, as in VS Code. */
  const ready = (): Promise<unknown> =>
    page.waitForFunction(() =>
      (globalThis as unknown as { harness: { posted: FromViewer[] } }).harness.posted.some(
        (message) => message.type === 'ready',
      ),
    );
  const line = (name: string) => page.locator(`[role=row][data-name="${name}"]`);
  const pair = async (term: string): Promise<string> =>
    (await page.locator(`.tensor-side dt:text-is("${term}") + dd`).innerText()).replace(/\s+/g, ' ');

  async function faults(): Promise<string[]> {
    const found: string[] = [];
    for (const theme of THEMES) {
      await page.evaluate((name) => {
        (globalThis as unknown as { harness: { setTheme(n: string): void } }).harness.setTheme(name);
      }, theme);
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

  it('shows names, shapes and numbers of the tensors', async () => {
    await fresh();
    await show('model.json');
    await line('A').locator('.col-min', { hasText: '−0.250' }).waitFor();
    assert.deepEqual(await line('A').locator('.col-mean, .col-max, .col-shape').allInnerTexts(), ['3', '0.333', '0.750']); // prettier-ignore
    await line('h1').click();
    await page.locator('.tensor-side dt').first().waitFor();
    assert.equal(await pair('Mean'), '2.00000');
    assert.equal(await pair('2-norm'), '3.74166 Frobenius');
    assert.equal(await page.locator('.counts strong').innerText(), 'shPLRNN');
    assert.deepEqual(await violations(page), []);
  });

  it('shows the spectrum of a square matrix', async () => {
    await fresh();
    await show('plain.json');
    await page.locator('dt:text-is("Rank")').waitFor();
    assert.equal(await pair('Spectral rad.'), '0.50000');
    assert.equal(await pair('Rank'), '2 of 2');
  });

  it('reads a value off the heat map, by mouse and by keys', async () => {
    await fresh();
    await show('plain.json');
    const map = page.locator('.map canvas').first();
    await page.locator('dt:text-is("Rank")').waitFor();
    await map.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const readout = page.locator('.map .figure-readout');
    await readout.filter({ hasText: 'W[0][1] = −0.50000 row 1, column 2' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await readout.filter({ hasText: 'W[1][1] = 0.00000' }).waitFor();
    await map.hover({ position: { x: 60, y: 60 } });
    await readout.filter({ hasText: 'W[0][0] = 0.00000' }).waitFor();
  });

  it('asks for what is seen when zoomed', async () => {
    await fresh();
    await show('checkpoint.json');
    await line('model_state_dict.rnn.weight_hh_l0').click();
    const map = page.locator('.map canvas').first();
    await map.focus();
    await page.keyboard.press('ArrowRight');
    for (let i = 0; i < 12; i++) await page.keyboard.press('+');
    await page.waitForTimeout(300);
    const windows = (await sent()).flatMap((m) => (m.type === 'ask' && m.query === 'window' ? [m.request] : []));
    assert.equal(windows.at(-1)?.rows[0], 0);
    assert.ok(windows.at(-1)!.rows[1] <= 6);
    await page.keyboard.press('0');
    await page.waitForTimeout(300);
    const last = (await sent()).filter((m) => m.type === 'ask' && m.query === 'window').at(-1);
    assert.ok(last?.type === 'ask' && last.query === 'window');
    assert.deepEqual(last.request.columns, [0, 48]);
  }); // prettier-ignore

  it('is walked by keys: groups close and open, tensors are shown', async () => {
    await fresh();
    await show('checkpoint.json');
    const grid = page.getByRole('treegrid');
    await grid.focus();
    await page.keyboard.press('Home');
    const active = () => page.locator('.line.active').getAttribute('data-name');
    assert.equal(await active(), 'model_state_dict.');
    await page.keyboard.press('ArrowDown');
    assert.equal(await active(), 'model_state_dict.rnn.');
    const before = await page.locator('.line').count();
    await page.keyboard.press('ArrowLeft');
    await page.waitForTimeout(30);
    assert.equal(await page.locator('.line').count(), before - 4);
    assert.equal(await page.locator('.line.active').getAttribute('aria-expanded'), 'false');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    assert.equal(await active(), 'model_state_dict.rnn.weight_hh_l0');
    assert.equal(await page.locator('.line[aria-selected=true]').getAttribute('data-name'), await active());
    assert.equal(await grid.getAttribute('aria-activedescendant'), await page.locator('.line.active').getAttribute('id')); // prettier-ignore
    await page.keyboard.press('ArrowLeft');
    assert.equal(await active(), 'model_state_dict.rnn.');
  });

  it('filters by words, and stays quick with nine thousand tensors', async () => {
    await fresh();
    await show('many.json');
    await page.locator('.line').nth(20).waitFor();
    assert.ok((await page.locator('.line').count()) < 80);
    await page.getByRole('treegrid').focus();
    await page.keyboard.press('End');
    await line('block.89.w8999').waitFor();
    await line('block.89.w8999').locator('.col-max', { hasText: '8999' }).waitFor();
    await page.getByLabel('Filter tensors by name').first().pressSequentially('w12 block.12');
    await page.getByRole('status').filter({ hasText: '100 of 9,000 tensors' }).waitFor();
  });

  it('keeps the selection when the file changes, and shows the new numbers', async () => {
    await fresh();
    await show('plain.json');
    await line('h').click();
    await page.locator('.tensor-side dt').first().waitFor();
    await show('plain.json', { ...(files['plain.json'] as object), h: [7, 9] });
    await page.locator('dt:text-is("Mean") + dd', { hasText: '8.00000' }).waitFor();
    assert.equal(await page.locator('.line[aria-selected=true]').getAttribute('data-name'), 'h');
    await line('h').locator('.col-max', { hasText: '9.000' }).waitFor();
  });

  it('says what it shall do', async () => {
    await fresh();
    await show('plain.json');
    await page.locator('vscode-button', { hasText: 'Analyze' }).click();
    await page.getByRole('button', { name: 'Edit mapping…' }).click();
    await page.locator('.tensor-head vscode-button').click();
    await page.getByRole('menuitem', { name: 'NumPy array' }).click();
    const orders = (await sent()).filter((m) => m.type !== 'ask' && m.type !== 'ready');
    assert.deepEqual(orders, [{ type: 'analyze' }, { type: 'mapTensors' }, { type: 'exportTensor', index: 1, format: 'npy' }]); // prettier-ignore
  });

  it('shows a question of the model with its choices', async () => {
    await fresh();
    await show('model.json');
    const choices = ['clipped', 'plain'].map((label) => ({ label, detail: `${label} units`, options: {} }));
    const question = { text: 'Is the model clipped?', choices };
    await deliver({
      type: 'inspection',
      inspection: { ...file.inspection, model: { status: 'ambiguous', question } },
    });
    await page.getByRole('button', { name: 'plain' }).click();
    const chosen = (await sent()).filter((m) => m.type === 'choose');
    assert.deepEqual(chosen, [{ type: 'choose', index: 1 }]);
  });

  const failure = { kind: 'input', message: 'the file is cut off', place: 'byte 12', remedy: 'Copy it again.' } as const; // prettier-ignore
  const states: Record<string, () => Promise<unknown>> = {
    'a model': () => show('model.json'),
    'nested names': () => show('checkpoint.json'),
    'no known model': async () => {
      await show('strange.json');
      await page.getByRole('tab', { name: 'Model' }).click();
    },
    'a stack of matrices': async () => {
      await show('strange.json');
      await line('cube').click();
    },
    'the mapping': async () => {
      await show('model.json');
      await page.getByRole('tab', { name: 'Model' }).click();
    },
    metadata: async () => {
      await show('model.json');
      await page.getByRole('tab', { name: /Metadata/ }).click();
    },
    'a series': () => show('series.json'),
    'many tensors': () => show('many.json'),
    'values that are not finite': async () => {
      await show('plain.json');
      const { inspection } = file;
      await deliver({ type: 'inspection', inspection: { ...inspection, warnings: ['something is odd', 'and more'] } });
    }, // prettier-ignore
    opening: () => deliver({ type: 'opening', file: 'model.pt' }),
    'a failure': async () => {
      await deliver({ type: 'opening', file: 'model.pt' });
      await deliver({ type: 'failure', failure });
    },
  };
  for (const [name, prepare] of Object.entries(states))
    it(`axe finds nothing: ${name}`, async () => {
      await fresh();
      await prepare();
      await page.waitForTimeout(400);
      const picture = name.replace(/\W+/g, '-');
      for (const theme of THEMES) {
        await page.evaluate((one) => {
          (globalThis as unknown as { harness: { setTheme(n: string): void } }).harness.setTheme(one);
        }, theme);
        await page.waitForTimeout(80);
        await page.screenshot({ path: join(pictures, `${picture}-${theme.replace('vscode-', '')}.png`) });
      }
      assert.deepEqual(await faults(), []);
      assert.deepEqual(await violations(page), []);
    });

  it('axe finds nothing when it is narrow', async () => {
    await fresh(700);
    await show('model.json');
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(pictures, 'narrow.png'), fullPage: true });
    assert.deepEqual(await faults(), []);
  });
});
