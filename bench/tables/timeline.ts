import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detect } from '../../src/core/detect/detect';
import type { Timeline } from '../../src/core/report/timeline';
import { loadModel } from '../../src/jobs/load';
import { hashSource, neighbourhoodOf, openFile } from '../../src/worker/files';
import { figure, markdown, type Cells } from '../table';

const root = join(__dirname, '../..');
const cli = join(root, 'dist/cli.js');

/** Timelines as a user gets them from the command line, beside the analysis of every checkpoint by itself. */
export async function timelineTable(only: string): Promise<string> {
  if (!existsSync(cli)) execFileSync(process.execPath, [join(root, 'esbuild.mjs')], { cwd: root });
  const rows: Cells[] = [];
  for (const run of ['R1_plrnn2_vdp_sgd', 'R2_plrnn2_vdp_gtf'])
    for (const order of [10, 40]) {
      if (!run.includes(only)) continue;
      console.error(run, order);
      const folder = join(root, 'samples/runs', run);
      const cache = mkdtempSync(join(tmpdir(), 'bench-'));
      const timed = (...args: string[]): { seconds: number; made: Timeline } => {
        const begin = performance.now();
        const out = execFileSync(
          process.execPath,
          [cli, 'timeline', folder, '--max-order', String(order), '--json', ...args],
          {
            encoding: 'utf8',
            maxBuffer: 1 << 28,
            stdio: ['ignore', 'pipe', 'ignore'],
            env: { ...process.env, XDG_CACHE_HOME: cache },
          },
        );
        return { seconds: (performance.now() - begin) / 1000, made: JSON.parse(out) as Timeline };
      };
      const one = timed('--no-cache', '--threads', '1');
      const cold = timed();
      const again = timed();
      rmSync(cache, { recursive: true });
      const scratch = await fromScratch(folder, order);
      const { events, balance, checkpoints } = cold.made;
      rows.push([
        run,
        checkpoints.length,
        order,
        events.length,
        events.filter(({ kind }) => kind === 'unresolved').length,
        balance.broken.length,
        figure(one.seconds),
        figure(cold.seconds),
        figure(again.seconds),
        figure(scratch),
        figure(scratch / one.seconds),
      ]);
    }
  return markdown(
    'Timelines',
    'Whole processes, start and output included: one thread, two threads, and a second process that finds all in the cache. "From scratch": every checkpoint analysed by itself as a single model is, in one thread, without following anything between them; the ratio is to the timeline on one thread.',
    [
      'run',
      'checkpoints',
      'order to',
      'events',
      'unresolved',
      'broken',
      's, one thread',
      's, two',
      's, cached',
      'from scratch s',
      'ratio',
    ],
    rows,
  );
}

async function fromScratch(folder: string, maxOrder: number): Promise<number> {
  let seconds = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.pt'))) {
    const place = join(folder, file);
    const { map } = await loadModel(await openFile(place), neighbourhoodOf(place), {}, hashSource);
    const begin = performance.now();
    await detect(map, {
      maxOrder,
      seed: 0,
      certify: true,
      stop: () => false,
      onProgress: () => undefined,
      onFinds: () => undefined,
    });
    seconds += (performance.now() - begin) / 1000;
  }
  return seconds;
}
