// @ts-check
/** Starts the server edition of VS Code on a port of its own and says under which address a workbench opens. */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** User settings of a workbench that shows nothing but what is being worked on. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'explorer.compactFolders': false,
};

const NO_GALLERY = '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}';
const START_MS = 60_000;
const STOP_MS = 3_000;

/** @typedef {import('./vscode-host.mjs').Host} Host */
/** @typedef {{ port: number, child: import('node:child_process').ChildProcess, stop: () => Promise<void> }} Server */

/**
 * @param {Host} host
 * @param {string} dir everything the server writes goes here
 * @param {Record<string, unknown>} [settings] user settings, on top of the quiet ones
 * @returns {Promise<Server>}
 */
export async function startServer(host, dir, settings = {}) {
  const userDir = path.join(dir, 'user-data', 'User');
  fs.mkdirSync(userDir, { recursive: true });
  fs.writeFileSync(
    path.join(userDir, 'settings.json'),
    JSON.stringify({ ...quietSettings, ...settings }, null, 2),
  );
  const logFile = logOf(dir);
  const log = fs.openSync(logFile, 'w');
  const child = spawn(
    host.nodeBin,
    [
      path.join(host.vscodeDir, 'out/server-main.js'),
      ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token'],
      ...folders(dir),
      // Without this a built workbench ignores the extension and test paths in its address.
      '--enable-smoke-test-driver',
      '--disable-workspace-trust',
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-getting-started-override',
    ],
    { stdio: ['ignore', log, log], detached: true, env: { ...process.env, EXTENSIONS_GALLERY: NO_GALLERY } },
  );
  fs.closeSync(log);
  return { port: await listening(child, logFile), child, stop: () => stop(child) };
}

/** @param {string} dir */
export function logOf(dir) {
  return path.join(dir, 'server.log');
}

/**
 * Installs a packaged extension for servers started in the same `dir`.
 * @param {Host} host @param {string} dir @param {string} vsix
 */
export function installExtension(host, dir, vsix) {
  const server = path.join(host.vscodeDir, 'out/server-main.js');
  execFileSync(host.nodeBin, [server, ...folders(dir), '--install-extension', vsix], {
    stdio: 'pipe',
  });
}

/** @param {string} dir */
function folders(dir) {
  const userData = path.join(dir, 'user-data');
  return [
    '--accept-server-license-terms',
    ...['--server-data-dir', path.join(userData, 'server')],
    ...['--user-data-dir', userData],
    ...['--extensions-dir', path.join(dir, 'extensions')],
  ];
}

/**
 * @param {number} port
 * @param {{ folder?: string | undefined, extension?: string | undefined, tests?: string | undefined }} open
 */
export function workbenchUrl(port, { folder, extension, tests }) {
  // The authority must equal the page's own host.
  const remote = (/** @type {string} */ file) =>
    `vscode-remote://127.0.0.1:${port}${encodeURI(path.resolve(file))}`;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
  ];
  const query = new URLSearchParams(folder ? { folder: path.resolve(folder) } : { ew: 'true' });
  query.set('payload', JSON.stringify(payload));
  return `http://127.0.0.1:${port}/?${query}`;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} logFile
 * @returns {Promise<number>}
 */
function listening(child, logFile) {
  return new Promise((resolve, reject) => {
    const end = Date.now() + START_MS;
    child.once('exit', (code) => reject(new Error(`The VS Code server ended with ${code}; see ${logFile}`)));
    const poll = () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const port = /Extension host agent listening on (\d+)/.exec(fs.readFileSync(logFile, 'utf8'))?.[1];
      if (port) resolve(Number(port));
      else if (Date.now() > end) reject(new Error(`The VS Code server did not start; see ${logFile}`));
      else setTimeout(poll, 50);
    };
    poll();
  });
}

/** Ends the server and all it started. @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  const signal = (/** @type {NodeJS.Signals} */ name) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      return; // The group is gone already.
    }
  };
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    signal('SIGTERM');
    const timer = setTimeout(() => signal('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(timer);
  }
  signal('SIGKILL');
}
