// @ts-check
/** The browser that drives the workbench: found, or installed where that can be done without asking. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Flags that keep the browser quiet and off the network: it sees this machine and nothing else. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** @returns {string} path of the executable */
export function ensureChromium() {
  const found = find();
  if (found) return found;
  const root = typeof process.getuid === 'function' && process.getuid() === 0;
  if (root && spawnSync('apt-get', ['--version']).status === 0) {
    console.log('Installing chromium with apt-get ..');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: 'inherit',
      env,
    });
    const installed = find();
    if (installed) return installed;
  }
  throw new Error(
    'Chromium is needed to drive the workbench. Install it (Debian: "apt-get install chromium") or set CHROMIUM to its executable.',
  );
}

function find() {
  const named = process.env['CHROMIUM'];
  return [...(named ? [named] : []), ...PLACES].find((place) => fs.existsSync(place));
}
