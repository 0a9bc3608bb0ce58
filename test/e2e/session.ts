import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { chromiumArgs, ensureChromium } from '../../scripts/chromium.mjs';
import { ensureHost } from '../../scripts/vscode-host.mjs';
import { installExtension, startServer, workbenchUrl } from '../../scripts/vscode-server.mjs';
import { openWorkbench, panelFrame, runCommand } from '../../scripts/workbench.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const artefacts = path.join(root, 'artefacts', 'e2e');

/** One workbench with the packaged extension installed, on a copy of `samples/`. */
export class Session {
  private constructor(
    private readonly dir: string,
    private readonly server: { stop(): Promise<void> },
    private readonly browser: Browser,
    readonly page: Page,
    /** The folder that is open, on disk. */
    readonly workspace: string,
    /** Complaints of the panel's own pages: errors, and what their content security policy turned down. */
    readonly complaints: string[],
  ) {}

  static async start(): Promise<Session> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'e2e-'));
    const workspace = path.join(dir, 'samples');
    fs.cpSync(path.join(root, 'samples'), workspace, { recursive: true });
    fs.mkdirSync(artefacts, { recursive: true });
    const host = ensureHost();
    installExtension(host, dir, path.join(root, 'dist', 'rnn-dynamics.vsix'));
    const server = await startServer(host, dir);
    const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArgs });
    const page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (
        message.type() === 'error' &&
        /Content Security Policy|dynamics\.js/.test(message.text() + message.location().url)
      )
        complaints.push(message.text());
    });
    await openWorkbench(page, workbenchUrl(server.port, { folder: workspace }));
    return new Session(dir, server, browser, page, workspace, complaints);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  async closeAll(): Promise<void> {
    const tabs = this.page.locator('.tabs-container .tab');
    await eventually(async () => {
      if ((await tabs.count()) === 0) return true;
      await runCommand(this.page, 'View: Close All Editors');
      await delay(300);
      return false;
    }, 'closing all editors');
  }

  /** The panel whose search goes on. */
  async searching(): Promise<Panel> {
    return new Panel(await panelFrame(this.page, 'text="Stop, keep found"'));
  }

  /** The panel that lists an object of this id. */
  async panel(id: string, timeout?: number): Promise<Panel> {
    const frame = await panelFrame(this.page, `tr[data-id="${id}"]`, timeout);
    return new Panel(frame);
  }

  /** Settings of the workspace; VS Code reads them again by itself, a moment later. */
  async settings(settings: Record<string, unknown>): Promise<void> {
    const file = path.join(this.workspace, '.vscode', 'settings.json');
    const text = JSON.stringify(settings);
    if ((fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '{}') === text) return;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    await delay(1500);
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(artefacts, `${name}.png`) });
  }

  note(name: string, text: string): void {
    fs.writeFileSync(path.join(artefacts, name), text);
  }
}

/** What is used of a canvas: the code runs in the browser, whose types are not those of the tests. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}

/** The dynamics panel as its user sees it. */
export class Panel {
  constructor(readonly frame: Frame) {}

  /** An object in the list, or all of them. Ids are final only when the search has ended. */
  row(id?: string): Locator {
    return this.frame.locator(id === undefined ? 'tr[data-id]' : `tr[data-id="${id}"]`);
  }
  button(name: string | RegExp): Locator {
    return this.frame.getByRole('button', { name }).first();
  }
  get portrait(): Locator {
    return this.frame.locator('.portrait canvas').first();
  }

  async ids(): Promise<string[]> {
    return this.frame
      .locator('tr[data-id]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id') ?? ''));
  }

  /** Waits until the search has ended: its badge is there. */
  async done(timeout = 60_000): Promise<this> {
    await this.frame.locator('button.badge').waitFor({ timeout });
    return this;
  }

  /** Share of the portrait's pixels that are not of its most frequent colour. */
  async ink(): Promise<number> {
    return this.portrait.evaluate((element) => {
      const canvas = element as unknown as Canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const counts = new Map<number, number>();
      for (let i = 0; i < data.length; i += 4) {
        const color = ((data[i]! * 256 + data[i + 1]!) * 256 + data[i + 2]!) * 256 + data[i + 3]!;
        counts.set(color, (counts.get(color) ?? 0) + 1);
      }
      return 1 - Math.max(...counts.values()) / (data.length / 4);
    });
  }
}

/** Waits until `probe` gives something truthy. */
export async function eventually<T>(
  probe: () => Promise<T> | T,
  what: string,
  timeout = 20_000,
): Promise<Exclude<T, false | null | undefined>> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value) return value as Exclude<T, false | null | undefined>;
    assert.ok(Date.now() < end, `${what} did not happen within ${timeout} ms`);
    await delay(100);
  }
}
