import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Timeline } from '../../src/core/report/timeline';

const root = path.resolve(__dirname, '../..');
const cli = path.join(root, 'dist/cli.js');
const runs = path.join(root, 'test/fixtures/runs');
const R11 = path.join(runs, 'R11_plrnn2_ellipse_gtf');

describe('timelines on the command line', () => {
  let folder: string;
  before(function () {
    this.timeout(120_000);
    if (!existsSync(cli)) execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root });
    folder = mkdtempSync(path.join(os.tmpdir(), 'timeline-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]): { status: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: folder },
    });
    return { status, out: stdout, err: stderr };
  };

  it('prints the same as a table, as JSON, CSV and HTML', () => {
    const table = run('timeline', R11, '--max-order', '2');
    assert.equal(table.status, 0, table.err);
    assert.match(table.out, /7 checkpoints, epoch 155 \.\. 300/);
    assert.match(table.out, /^Loss: .*csv.*\d+ values, \d+ jumps? \(\d+ upward\)$/m);
    assert.match(table.out, /16\d\.\d\d +center +1/);
    assert.match(table.out, /29\d\.\d\d +dtb +1/);
    assert.match(table.out, /6 steps checked, 0 broken/);
    const json = run('timeline', R11, '--max-order', '2', '--json');
    const made = JSON.parse(json.out) as Timeline;
    assert.deepEqual(
      made.events.filter(({ kind }) => kind === 'center' || kind === 'dtb').map(({ epochs }) => epochs),
      [
        [160, 165],
        [290, 295],
      ],
    );
    // The second run took everything from the cache that the first left.
    assert.ok(made.search.cached > 10);
    for (const format of ['csv', 'html']) {
      const out = path.join(folder, `out.${format}`);
      assert.equal(run('timeline', R11, '--max-order', '2', '--out', out).status, 0);
      assert.match(readFileSync(out, 'utf8'), format === 'csv' ? /^event,/ : /<svg/);
    }
  }).timeout(120_000);

  it('ends with 3 at its time limit, and prints what it has', () => {
    const { status, out } = run(
      'timeline',
      path.join(runs, 'R10_plrnn2_ellipse_sgd'),
      '--max-order',
      '60',
      '--no-cache',
      '--time-limit',
      '1',
    );
    assert.equal(status, 3);
    assert.match(out, /This timeline is partial\./);
  }).timeout(60_000);

  it('compares two models', () => {
    const [a, b] = [160, 165].map((epoch) => path.join(R11, `ckpt_00${String(epoch)}.pt`)) as [
      string,
      string,
    ];
    const { status, out, err } = run('compare', a, b, '--max-order', '2', '--no-cache');
    assert.equal(status, 0, err);
    assert.match(out, /B1 +1 +stable +unstable +E\d/);
    assert.match(out, /E\d +0\.\d+ +center/);
    const json = JSON.parse(run('compare', a, b, '--max-order', '2', '--json').out) as Timeline;
    assert.deepEqual(json.run.pair, ['ckpt_00160.pt', 'ckpt_00165.pt']);
    assert.equal(json.checkpoints.length, 2);
  }).timeout(60_000);

  it('says why two models cannot be compared', () => {
    const a = path.join(R11, 'ckpt_00160.pt');
    const other = run('compare', a, path.join(root, 'samples/R3_shPLRNN_lorenz63/ckpt_00400.pt'));
    assert.equal(other.status, 1);
    assert.match(other.err, /PLRNN with M = 2 .* shPLRNN with M = 3 .*no line between/);
    assert.equal(run('compare', a).status, 2);
    assert.equal(run('compare', a, path.join(R11, 'nothing.pt')).status, 1);
  }).timeout(60_000);
});
