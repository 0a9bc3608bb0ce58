#!/usr/bin/env node
// @ts-check
/**
 * Stands in for the desktop `code` executable: takes the arguments that @vscode/test-electron passes, runs the
 * server edition with a headless browser in front, prints what the tests log and exits with their exit code.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumArgs, ensureChromium } from './chromium.mjs';
import { ensureHost } from './vscode-host.mjs';
import { logOf, startServer, workbenchUrl } from './vscode-server.mjs';

const TIMEOUT_MS = Number(process.env['VSCODE_SHIM_TIMEOUT'] ?? 240_000);
/** The workbench logs through the same channel as the tests; this is its part. */
const NOISE =
  /^(Resolv(ing|ed) connection token|Creating a socket|(Ignoring fetching|Updating) additional builtin|\[(reconnection-grace-time|AccountPolicyGate|ChatModelSelection|AgentHost|RemoteAgentHost\w*|Service Worker)|Timed out waiting for authentication provider|(\[Extension Host\] )?(Error: )?Could not locate the bindings file|Cannot find module '\.\/build\/Release\/watchdog')/;
const HOST_DIED = /^\[remote-connection\]\[ExtensionHost\].*socket close event \(wasClean: false/;

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
});

/** @param {string | boolean | undefined} value */
const text = (value) => (typeof value === 'string' ? value : undefined);

/** @returns {Promise<number>} the tests' exit code */
async function main() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'vscode-shim-'));
  /** @type {import('./vscode-server.mjs').Server | undefined} */
  let server;
  /** @type {import('playwright-core').Browser | undefined} */
  let browser;
  try {
    const running = await startServer(ensureHost(), dir);
    server = running;
    const executablePath = ensureChromium();
    browser = await chromium.launch({
      executablePath,
      args: chromiumArgs,
      handleSIGINT: false,
      handleSIGTERM: false,
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const url = workbenchUrl(running.port, {
      folder: positionals[0],
      extension: text(values['extensionDevelopmentPath']),
      tests: text(values['extensionTestsPath']),
    });
    return await new Promise((resolve, reject) => {
      const give = (/** @type {string} */ reason) => reject(new Error(reason));
      setTimeout(() => give(`the tests did not end within ${TIMEOUT_MS} ms`), TIMEOUT_MS).unref();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
        process.once(signal, () => give(`interrupted by ${signal}`));
      page.on('crash', () => give('the workbench crashed'));
      page.on('close', () => give('the workbench closed'));
      running.child.once('exit', (code) => give(`the VS Code server ended with ${code}`));
      // When the extension host dies the workbench reports success, so its end is watched for here.
      let died = false;
      const onLog = (/** @type {string} */ type, /** @type {unknown[]} */ args) => {
        const line = String(args[0]);
        if (HOST_DIED.test(line)) died = true;
        if (NOISE.test(line)) return;
        if (type === 'error') console.error(...args);
        else console.log(...args);
      };
      const onExit = (/** @type {number} */ code) => (died ? give('the extension host died') : resolve(code));
      page
        .exposeFunction('codeAutomationLog', onLog)
        .then(() => page.exposeFunction('codeAutomationExit', onExit))
        .then(() => page.goto(url))
        .catch(reject);
    });
  } catch (error) {
    console.error(`vscode-shim: ${error instanceof Error ? error.message : String(error)}`);
    if (fs.existsSync(logOf(dir))) console.error(fs.readFileSync(logOf(dir), 'utf8').slice(-4000));
    return 1;
  } finally {
    await browser?.close();
    await server?.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

process.exit(await main());
