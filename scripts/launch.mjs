// @ts-check
/**
 * Builds the extension and opens VS Code on `samples/` with it: the desktop edition where there is one, else the
 * server edition in a browser. Stays until Ctrl-C. With `--smoke`: drives a browser through a first analysis and
 * exits with 0 or 1.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArgs, ensureChromium } from './chromium.mjs';
import { ensureHost } from './vscode-host.mjs';
import { startServer, workbenchUrl } from './vscode-server.mjs';
import { analyzeFromExplorer, openWorkbench, panelFrame } from './workbench.mjs';

const root = path.resolve(import.meta.dirname, '..');
const samples = path.join(root, 'samples');
const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);

execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
if (process.argv.includes('--smoke')) process.exitCode = await smoke();
else if (hasDisplay && spawnSync('code', ['--version'], { shell: process.platform === 'win32' }).status === 0)
  await desktop();
else await browser();

async function desktop() {
  console.log(
    'VS Code is opening on samples/. Right-click a .pt file: Analyze RNN Dynamics. Ctrl-C ends this.',
  );
  const args = ['--new-window', '--wait', `--extensionDevelopmentPath=${root}`, samples];
  const child = spawn('code', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  await new Promise((resolve) => child.once('exit', resolve));
}

async function browser() {
  await withServer(async (url) => {
    console.log(`\nVS Code is open on samples/ at\n\n    ${url}\n`);
    console.log('Right-click a .pt file: Analyze RNN Dynamics. Ctrl-C ends this.');
    if (hasDisplay)
      spawn('xdg-open', [url], { stdio: 'ignore', detached: true }).on('error', () => undefined);
    await new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
    });
  });
}

/** @returns {Promise<number>} */
async function smoke() {
  const artefacts = path.join(root, 'artefacts');
  fs.mkdirSync(artefacts, { recursive: true });
  return withServer(async (url) => {
    const driven = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArgs });
    const page = await driven.newPage({ viewport: { width: 1400, height: 900 } });
    try {
      await openWorkbench(page, url);
      console.log('The workbench is open.');
      await analyzeFromExplorer(page, 'R1_excerpt/ckpt_02124.pt');
      await panelFrame(page, 'text=/\\bFP1\\b/');
      await panelFrame(page, 'text=/\\bC13a\\b/');
      console.log('ckpt_02124.pt: its fixed point FP1 and its cycle C13a are listed.');
      return 0;
    } catch (error) {
      console.error(error);
      return 1;
    } finally {
      await page.screenshot({ path: path.join(artefacts, 'smoke.png') });
      console.log('Screenshot: artefacts/smoke.png');
      await driven.close();
    }
  });
}

/**
 * @template T
 * @param {(url: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withServer(use) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'rnn-dynamics-'));
  const server = await startServer(ensureHost(), dir);
  try {
    return await use(workbenchUrl(server.port, { folder: samples, extension: root }));
  } finally {
    await server.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
