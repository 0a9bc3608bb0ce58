import type { CDPSession, Page } from 'playwright-core';

/** Milliseconds between input events: a mouse that reports at 60 Hz. */
const PACE_MS = 1000 / 60;

/** What the page did while the input lasted. */
export interface Frames {
  /** Milliseconds between the frames in which the page could draw, first to last input; waiting before and after is left out. */
  readonly intervals: readonly number[];
  /** Tasks of the main thread above 50 ms while the input lasted, and in the second after it. */
  readonly longTasks: readonly number[];
  /** Processor time of the page's main thread, per frame. */
  readonly mainThread: number;
}

type Moment = CDPMouse & { readonly type: 'mouseMoved' | 'mousePressed' | 'mouseReleased' | 'mouseWheel' };
interface CDPMouse {
  readonly x: number;
  readonly y: number;
  readonly deltaX?: number;
  readonly deltaY?: number;
  readonly button?: 'left' | 'none';
  readonly buttons?: number;
  readonly clickCount?: number;
  readonly modifiers?: number;
}

interface Recording {
  recording: { frames: number[]; long: number[]; on: boolean };
}

/** Written as text: it runs in the page, without the helpers that a compiler adds. */
const RECORD = `(() => {
  const recording = (globalThis.recording = { frames: [], long: [], on: true });
  const next = (at) => {
    if (!recording.on) return;
    recording.frames.push(at);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) recording.long.push(duration);
  }).observe({ type: 'longtask' });
})()`;

/**
 * Hands input to the browser as the mouse does, at a steady pace whether or not the page keeps up with it, and records
 * the frames meanwhile.
 */
export async function record(page: Page, moments: readonly Moment[]): Promise<Frames> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.evaluate(RECORD);
  const before = await busy(cdp);
  const sent: Promise<unknown>[] = [];
  const begin = performance.now();
  for (const [i, moment] of moments.entries()) {
    const wait = begin + i * PACE_MS - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    sent.push(cdp.send('Input.dispatchMouseEvent', moment));
  }
  await Promise.all(sent);
  const frames = await page.evaluate(() => {
    const { recording } = globalThis as unknown as Recording;
    recording.on = false;
    return recording.frames;
  });
  const spent = (await busy(cdp)) - before;
  // What is put off until the input rests counts as well.
  await page.waitForTimeout(1000);
  const longTasks = await page.evaluate(() => (globalThis as unknown as Recording).recording.long);
  await cdp.detach();
  return {
    intervals: frames.slice(1).map((at, i) => at - frames[i]!),
    longTasks,
    mainThread: spent / Math.max(1, frames.length),
  };
}

/** Milliseconds of processor time that tasks of the main thread took so far. */
async function busy(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
const SHIFT = 8;

/** Turns the wheel over a place of the box (shares of it), `steps` notches of `deltaY`. */
export function wheel(
  box: Box,
  [px, py]: readonly [number, number],
  steps: number,
  deltaY: number,
): Moment[] {
  const place = { x: box.x + px * box.width, y: box.y + py * box.height };
  return Array.from({ length: steps }, () => ({ type: 'mouseWheel', ...place, deltaX: 0, deltaY }));
}

/** Drags with Shift held to and fro over `reach` pixels about the middle of the box. */
export function drag(box: Box, steps: number, reach: number, modifiers = SHIFT): Moment[] {
  const y = box.y + 0.4 * box.height;
  const at = (i: number): number => box.x + box.width / 2 + reach * Math.sin((4 * Math.PI * i) / steps);
  const held = { button: 'left', buttons: 1, modifiers } as const;
  return [
    { type: 'mouseMoved', x: at(0), y, modifiers },
    { type: 'mousePressed', x: at(0), y, clickCount: 1, ...held },
    ...Array.from({ length: steps }, (_, i): Moment => ({ type: 'mouseMoved', x: at(i + 1), y, ...held })),
    { type: 'mouseReleased', x: at(steps), y, clickCount: 1, ...held, buttons: 0 },
  ];
}

/** Moves the pointer across the box without a button. */
export function hover(box: Box, steps: number): Moment[] {
  return Array.from({ length: steps }, (_, i) => ({
    type: 'mouseMoved',
    x: box.x + box.width * (0.1 + (0.85 * i) / steps),
    y: box.y + 0.4 * box.height,
  }));
}

/** The value that a share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
