import { drag, hover, quantile, record, wheel, type Frames } from '../../test/webview/frames';
import { deliver, startHarness } from '../../test/webview/harness';
import { largeRun } from '../../test/webview/largeRun';
import { figure, markdown, type Cells } from '../table';

const CHECKPOINTS = 1000;
const SIZE = { width: 1400, height: 1250 } as const;

/** Frames of the timeline panel in a browser without a graphics card, while real input zooms, pans and points. */
export async function interactionTable(only: string): Promise<string> {
  const rows: Cells[] = [];
  const harness = await startHarness({ entry: 'timeline', host: 'fakeHost.js' });
  try {
    for (const branches of [20, 200]) {
      if (only && only !== String(branches)) continue;
      const page = await harness.open(SIZE);
      const timeline = largeRun(CHECKPOINTS, branches);
      const messages = [
        { type: 'init', run: { name: timeline.run.folder }, palette: 'standard' },
        { type: 'timeline', side: 'A', name: timeline.run.folder, timeline },
        { type: 'busy', side: 'A', busy: false },
      ];
      await deliver(page, ...(messages as never[]));
      for (const name of ['Weight change', 'Lyapunov spectrum'])
        await page.getByRole('checkbox', { name }).check();
      const rowsOf = page.getByRole('application', { name: /^Bifurcation timeline/ });
      const whole = page.getByRole('application', { name: /^The whole run/ });
      const rest = () => page.waitForSelector('canvas[data-drawn=whole]', { timeout: 300_000 });
      await rowsOf.focus();
      await page.keyboard.press('0');
      await rest();
      const area = (await rowsOf.boundingBox())!;
      const brush = (await whole.boundingBox())!;
      const measure = async (what: string, moments: Parameters<typeof record>[1]): Promise<void> => {
        console.error(branches, what);
        rows.push([branches, what, ...columns(await record(page, moments))]);
        await rest();
      };
      await measure('wheel, zooming in 11-fold', wheel(area, [0.4, 0.5], 60, -25));
      await measure('Shift and drag, 600 px to and fro', drag(area, 120, 300));
      await measure('wheel, zooming out', wheel(area, [0.4, 0.5], 60, 25));
      await measure('pointer across the rows', hover(area, 120));
      for (let i = 0; i < 4; i++) await page.keyboard.press('+');
      await rest();
      await measure('drag of the window over the whole run', drag(brush, 120, 60, 0));
      await page.context().close();
    }
  } finally {
    await harness.close();
  }
  return markdown(
    'Moving through a timeline',
    `Frames of the panel in headless Chromium without a graphics card, ${String(SIZE.width)} x ${String(SIZE.height)} px, all rows shown, while input events come in at 60 Hz; ${String(CHECKPOINTS)} made-up checkpoints (\`test/webview/largeRun.ts\`), losses of every epoch. Milliseconds between frames from the first to the last event; processor time of the page's main thread per frame; tasks above 50 ms also in the second that follows, in which the picture becomes sharp.`,
    [
      'branches',
      'input',
      'frames',
      'median ms',
      '90 % ms',
      'worst ms',
      'main thread ms',
      'tasks > 50 ms',
      'longest',
    ],
    rows,
  );
}

function columns({ intervals, longTasks, mainThread }: Frames): Cells {
  return [
    intervals.length,
    figure(quantile(intervals, 0.5)),
    figure(quantile(intervals, 0.9)),
    figure(Math.max(...intervals)),
    figure(mainThread),
    longTasks.length,
    longTasks.length > 0 ? figure(Math.max(...longTasks)) : '–',
  ];
}
