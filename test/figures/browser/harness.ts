import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { FigureFixture } from '../fixtures';

/** Debian's Chromium without what a test has no use for. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

let bundle: Promise<string> | undefined;

function pageScript(): Promise<string> {
  bundle ??= build({
    entryPoints: [join(__dirname, '..', '..', '..', 'webview', 'figures', 'testPage.tsx')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'chrome128',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return bundle;
}

const COLORS = {
  dark: ['vscode-dark', '#1f1f1f', '#cccccc', '#0078d4', '#9d9d9d'],
  light: ['vscode-light', '#ffffff', '#3b3b3b', '#005fb8', '#616161'],
  hc: ['vscode-high-contrast', '#000000', '#ffffff', '#f38518', '#ffffff'],
} as const;

export interface FigurePage {
  readonly page: Page;
  /** Content-security-policy violations and page errors so far. */
  readonly complaints: string[];
}

/** One figure filling a page under the panel's content security policy (no inline styles, no eval). */
export async function openFigure(
  browser: Browser,
  figure: 'state' | 'state3d' | 'spectrum' | 'series' | 'weights',
  data: FigureFixture,
  theme: keyof typeof COLORS = 'dark',
  size: { readonly width: number; readonly height: number } = { width: 740, height: 760 },
  initial: string | null = null,
): Promise<FigurePage> {
  const page = await browser.newPage({ viewport: { ...size } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  const [kind, paper, ink, focus, description] = COLORS[theme];
  const css = `:root{--vscode-editor-background:${paper};--vscode-foreground:${ink};--vscode-focusBorder:${focus};--vscode-descriptionForeground:${description};--vscode-font-size:13px;--vscode-font-family:Inter,sans-serif}html,body,#root{margin:0;height:100%;background:${paper};font-family:Inter,sans-serif}`;
  const script =
    `window.data=${JSON.stringify(data)};window.figure=${JSON.stringify(figure)};window.initial=${JSON.stringify(initial)};` +
    `window.spy={launched:[],probed:[],selected:null};${await pageScript()}`;
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = `default-src 'none'; img-src data: blob:; style-src ${hash(css)}; script-src 'nonce-figure'`;
  const html =
    `<!doctype html><html lang="en"><head><title>Figure</title><meta http-equiv="Content-Security-Policy" content="${policy}"><style>${css}</style></head>` +
    `<body class="${kind}"><div id="root"></div><script nonce="figure" src="page.js"></script></body></html>`;
  await page.route('http://figure.test/**', (route) =>
    route.request().url().endsWith('page.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
  );
  await page.goto('http://figure.test/');
  await page.waitForSelector('canvas');
  await page.waitForTimeout(120);
  return { page, complaints };
}

/** Evaluates an expression in the page; the page's own code is not typed here. */
export function ask<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate<T>(expression);
}
