import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { FromPanel, ToPanel } from '../../src/protocol/panel';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

export const THEMES = ['vscode-dark', 'vscode-light', 'vscode-high-contrast'] as const;
export type ThemeName = (typeof THEMES)[number];

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The panel in a real browser, under the policy that the extension gives it in VS Code. */
export interface Harness {
  /** A page with the panel, before its first message. Its state survives `page.reload()`. */
  open(size?: { width: number; height: number }): Promise<Page>;
  close(): Promise<void>;
}

/**
 * @param page which bundle of `webview/` to show, and the script that stands in for VS Code
 * @param deviceScaleFactor pixels of the screen for each CSS pixel, in both directions
 */
export async function startHarness(
  { entry, host } = { entry: 'dynamics', host: 'fakeHost.js' },
  deviceScaleFactor = 1,
): Promise<Harness> {
  const bundle = await build({
    absWorkingDir: root,
    entryPoints: [`webview/${entry}.tsx`],
    bundle: true,
    write: false,
    outdir: 'dist',
    platform: 'browser',
    target: 'chrome128',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const output = (extension: string): string => {
    const file = bundle.outputFiles.find(({ path }) => path.endsWith(extension));
    if (!file) throw new Error(`the webview bundle has no ${extension}`);
    return file.text;
  };
  const files: Record<string, { type: string; body: string }> = {
    '/dynamics.js': { type: 'text/javascript', body: output('.js') },
    '/dynamics.css': { type: 'text/css', body: output('.css') },
    '/themes.css': { type: 'text/css', body: await readFile(join(here, 'themes.css'), 'utf8') },
    '/fakeHost.js': { type: 'text/javascript', body: await readFile(join(here, host), 'utf8') },
  };
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (file) {
      response.writeHead(200, { 'content-type': `${file.type}; charset=utf-8` }).end(file.body);
      return;
    }
    if (request.url !== '/') {
      response.writeHead(204).end();
      return;
    }
    const origin = `http://${request.headers.host ?? ''}`;
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src ${origin}; script-src 'nonce-n0nce'; img-src ${origin} blob: data:; font-src ${origin}`,
      })
      .end(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>RNN Dynamics</title>' +
          '<link rel="stylesheet" href="/themes.css"><link rel="stylesheet" href="/dynamics.css"></head>' +
          '<body class="vscode-dark" data-vscode-theme-kind="vscode-dark"><div id="root"></div>' +
          '<script nonce="n0nce" src="/fakeHost.js"></script><script nonce="n0nce" src="/dynamics.js"></script></body></html>',
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launch();
  const { port } = server.address() as AddressInfo;
  return {
    async open(size = { width: 1400, height: 900 }) {
      const context = await browser.newContext({
        viewport: size,
        reducedMotion: 'reduce',
        deviceScaleFactor,
      });
      const page = await context.newPage();
      page.on('pageerror', (error) => {
        throw error;
      });
      await page.goto(`http://127.0.0.1:${String(port)}/`);
      return page;
    },
    async close() {
      await browser.close();
      await stop(server);
    },
  };
}

/** CHROMIUM names the browser; else the usual places are tried. */
async function launch(): Promise<Browser> {
  const named = process.env['CHROMIUM'];
  const places = named
    ? [named]
    : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  for (const executablePath of places) {
    try {
      return await chromium.launch({ executablePath, args: FLAGS });
    } catch (error) {
      if (!String(error).includes("doesn't exist")) throw error;
    }
  }
  return chromium.launch({ args: FLAGS });
}

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** What the page's script offers the tests. */
interface InPage {
  harness: {
    posted: FromPanel[];
    violations: string[];
    deliver(message: ToPanel): void;
    setModel(model: unknown): void;
    setTheme(theme: string): void;
    forget(): void;
  };
}

/** Hands messages to the panel as the extension host would, and waits until they are drawn. */
export async function deliver(page: Page, ...messages: readonly ToPanel[]): Promise<void> {
  await page.evaluate(async (all) => {
    const frame = globalThis as unknown as InPage & { requestAnimationFrame(done: () => void): void };
    for (const message of all) frame.harness.deliver(message);
    for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => frame.requestAnimationFrame(resolve));
  }, messages);
}

export const posted = (page: Page): Promise<FromPanel[]> =>
  page.evaluate(() => (globalThis as unknown as InPage).harness.posted);

export const violations = (page: Page): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as InPage).harness.violations);

export const setTheme = (page: Page, theme: ThemeName): Promise<void> =>
  page.evaluate((name) => (globalThis as unknown as InPage).harness.setTheme(name), theme);

/** The map that answers the panel's questions. */
export const setModel = (page: Page, model: { A: number[]; W: number[][]; h: number[] }): Promise<void> =>
  page.evaluate((parameters) => (globalThis as unknown as InPage).harness.setModel(parameters), model);

/** Loads the page again as if the panel had never been open. */
export async function restart(page: Page): Promise<void> {
  await page.evaluate(() => (globalThis as unknown as InPage).harness.forget());
  await page.reload();
}
