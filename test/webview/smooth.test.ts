import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { FromTimelinePanel, ToTimelinePanel } from '../../src/protocol/timelinePanel';
import { drag, hover, quantile, record, wheel } from './frames';
import { deliver, posted, startHarness, type Harness } from './harness';
import { largeRun } from './largeRun';

/** Median processor time per frame and 90th percentile of frames where nothing else runs: see the bench. Tenfold. */
const [MAIN_THREAD_MS, FRAME_MS] = [100, 200];

const run = largeRun(1000, 20);
const messages: ToTimelinePanel[] = [
  { type: 'init', run: { name: run.run.folder }, palette: 'standard' },
  { type: 'timeline', side: 'A', name: run.run.folder, timeline: run },
  { type: 'busy', side: 'A', busy: false },
];

/** Pixels of the canvas that matches, as one number per byte, once it is drawn to the end. */
const PIXELS = `(() => {
  const canvas = document.querySelector('canvas[aria-label^="Bifurcation timeline"]');
  const { width, height } = canvas;
  return { width, height, url: canvas.toDataURL() };
})()`;

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly url: string;
}

describe('a timeline of a thousand checkpoints', function () {
  this.timeout(300_000);
  this.retries(1);
  let harness: Harness;
  let page: Page;
  const figure = () => page.getByRole('application', { name: /^Bifurcation timeline/ }).first();
  const drawn = () => page.waitForSelector('canvas[data-drawn=whole]', { timeout: 120_000 });
  const picture = async (): Promise<Picture> => {
    await drawn();
    return page.evaluate<Picture>(PIXELS);
  };
  const box = async () => (await figure().boundingBox())!;
  const readout = () => page.locator('.run-figure .figure-readout').first().innerText();
  before(async () => {
    harness = await startHarness({ entry: 'timeline', host: 'fakeHost.js' }, 2);
    page = await harness.open({ width: 1400, height: 1200 });
    await deliver(page, ...(messages as never[]));
    await figure().focus();
    await page.keyboard.press('0');
    await drawn();
  });
  after(() => harness.close());

  it('keeps up with the wheel, a drag and the pointer', async () => {
    const area = await box();
    for (const [name, moments] of Object.entries({
      wheel: wheel(area, [0.4, 0.5], 40, -30),
      drag: drag(area, 60, 250),
      pointer: hover(area, 60),
    })) {
      const { intervals, mainThread } = await record(page, moments);
      assert.ok(
        mainThread < MAIN_THREAD_MS,
        `${name}: ${mainThread.toFixed(1)} ms of the main thread per frame`,
      );
      assert.ok(
        quantile(intervals, 0.5) < FRAME_MS,
        `${name}: frames of ${quantile(intervals, 0.5).toFixed(0)} ms`,
      );
      await drawn();
    }
  });

  it('shows after all of this what one drawing of the same window shows', async () => {
    await page.mouse.move(2, 2);
    await page.keyboard.press('PageUp');
    await page.keyboard.press('+');
    await page.waitForTimeout(400);
    const moved = await picture();
    // The same window, drawn first thing.
    await page.reload();
    await deliver(page, ...(messages as never[]));
    await page.waitForTimeout(400);
    const off = await difference(page, (await picture()).url, moved.url);
    // Where edges are cut by a plot's border, how many parts it was drawn in shows in the last bits.
    assert.ok(off.most <= 4 && off.mean < 1e-4, JSON.stringify(off));
  });

  it('shows what an export shows', async () => {
    await page.evaluate('harness.posted.length = 0');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'PNG' }).first().click();
    const saved = async () =>
      ((await posted(page)) as unknown as FromTimelinePanel[]).find((m) => m.type === 'saveFigure');
    while (!(await saved())) await page.waitForTimeout(100);
    const message = await saved();
    assert.ok(message?.type === 'saveFigure' && message.format === 'png');
    const { url } = await picture();
    const off = await difference(page, url, `data:image/png;base64,${message.data}`);
    // Plots are laid over the paper, exports drawn on it: colours that are half transparent are rounded once more.
    assert.ok(off.most <= 32 && off.mean < 0.02, JSON.stringify(off));
  });

  it('stretches what is drawn to where it is now until that is drawn', async () => {
    await figure().focus();
    await page.keyboard.press('0');
    await page.waitForTimeout(400);
    await drawn();
    // The first frame after a key that moves and narrows the window, and the picture that follows.
    const first = await page.evaluate<string>(`new Promise((done) => {
      const canvas = document.querySelector('canvas[aria-label^="Bifurcation timeline"]');
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true }));
      const look = () =>
        canvas.dataset.drawn === 'moving' ? done(canvas.toDataURL()) : requestAnimationFrame(look);
      requestAnimationFrame(() => requestAnimationFrame(look));
    })`);
    await page.waitForTimeout(400);
    const { url, width, height } = await picture();
    const off = await difference(page, first, url);
    const none = await difference(page, first, await blank(page, width, height));
    assert.ok(first !== url, 'there was no frame between');
    assert.ok(off.mean < 0.5 * none.mean, `${off.mean.toFixed(2)} of ${none.mean.toFixed(2)}`);
  });

  it('reads, selects and moves where it was zoomed to', async () => {
    const area = await box();
    await record(page, wheel(area, [0.5, 0.5], 20, -40));
    // At once, and when it rests.
    for (const wait of [0, 600]) {
      await page.waitForTimeout(wait);
      await page.mouse.move(area.x + 300 + wait / 100, area.y + 200);
      await page.waitForTimeout(350);
      const { views, cursor } = await page.evaluate<{ views: { A: [number, number] }; cursor: number }>(
        'JSON.parse(sessionStorage.getItem("panel"))',
      );
      const [lo, hi] = views.A;
      assert.ok(hi - lo < 5000, 'it was zoomed');
      assert.ok(
        cursor >= lo - 10 && cursor <= hi + 10 && cursor % 10 === 0,
        `${String(cursor)} in ${String(views.A)}`,
      );
      assert.ok((await readout()).startsWith(`epoch ${String(cursor)}:`), await readout());
    }
    await figure().focus();
    const before = await page.evaluate<string>('sessionStorage.getItem("panel")');
    await page.keyboard.press('PageDown');
    await page.waitForTimeout(300);
    assert.notEqual(await page.evaluate<string>('sessionStorage.getItem("panel")'), before);
    await page.keyboard.press(']');
    assert.ok(await page.locator('tr[aria-current=true]').first().getAttribute('data-event'));
  });
});

/** Mean and greatest difference of two pictures over their channels, 0 to 255. */
function difference(page: Page, a: string, b: string): Promise<{ mean: number; most: number }> {
  return page.evaluate<{ mean: number; most: number }>(`(async () => {
    const read = async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height).data;
    };
    const [a, b] = [await read(${JSON.stringify(a)}), await read(${JSON.stringify(b)})];
    if (a.length !== b.length) return { mean: 255, most: 255 };
    let [sum, most] = [0, 0];
    for (let i = 0; i < a.length; i++) {
      const off = Math.abs(a[i] - b[i]);
      sum += off;
      if (off > most) most = off;
    }
    return { mean: sum / a.length, most };
  })()`);
}

/** A picture with nothing on the panel's paper. */
function blank(page: Page, width: number, height: number): Promise<string> {
  return page.evaluate<string>(`(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [${String(width)}, ${String(height)}];
    const context = canvas.getContext('2d');
    context.fillStyle = getComputedStyle(document.body).getPropertyValue('--vscode-editor-background');
    context.fillRect(0, 0, canvas.width, canvas.height);
    return canvas.toDataURL();
  })()`);
}
