// @ts-check
/**
 * A real VS Code where the desktop build is not at hand: the server edition that ships in the npm package
 * code-server, with the Node it needs. Installed once into the user's cache, checked before it is used again.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';
/** Assistants and native modules that the workbench does without. */
const LEFT_OUT = [
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/copilot-api',
  '@devcontainers/cli',
  '@vscode/sqlite3',
  '@vscode/sandbox-runtime',
  'ssh2',
  'kerberos',
  '@vscode/windows-process-tree',
  '@vscode/windows-registry',
];

export const cacheDir = path.join(
  process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'),
  'rnn-dynamics',
);
const hostDir = path.join(cacheDir, 'vscode-host');
const nodePackage = `node-${process.platform}-${process.arch}`;

/** @typedef {{ vscodeDir: string, nodeBin: string }} Host */

/**
 * The host, installed if it is not there yet or is another version.
 * @returns {Host}
 */
export function ensureHost() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Error(
      'The server edition of VS Code runs on Linux only; install desktop VS Code on this system.',
    );
  }
  if (!complete(hostDir)) install();
  return {
    vscodeDir: path.join(hostDir, 'node_modules/code-server/lib/vscode'),
    nodeBin: path.join(hostDir, 'node_modules', nodePackage, 'bin/node'),
  };
}

function install() {
  console.log(`Installing the server edition of VS Code into ${hostDir} (once; about 550 MB, a minute) ..`);
  const staging = `${hostDir}.${process.pid}`;
  fs.rmSync(staging, { recursive: true, force: true });
  fs.mkdirSync(staging, { recursive: true });
  try {
    fs.writeFileSync(path.join(staging, 'package.json'), '{"name":"vscode-host","private":true}\n');
    const packages = [`code-server@${CODE_SERVER}`, `${nodePackage}@${NODE}`];
    npm(staging, ['install', '--save-exact', ...packages, '--ignore-scripts', '--engine-strict=false']);
    const vscodeDir = path.join(staging, 'node_modules/code-server/lib/vscode');
    npm(vscodeDir, ['pkg', 'delete', ...LEFT_OUT.map((name) => `dependencies.${name}`)]);
    npm(vscodeDir, ['install', '--omit=dev', '--ignore-scripts', '--engine-strict=false']);
    if (!complete(staging)) throw new Error('The installation of the VS Code server is incomplete.');
    fs.rmSync(hostDir, { recursive: true, force: true });
    fs.renameSync(staging, hostDir);
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
}

/** @param {string} cwd @param {string[]} args */
function npm(cwd, args) {
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/**
 * Whether a folder holds the very versions asked for, wholly installed: npm writes its hidden lock file last.
 * @param {string} dir
 */
function complete(dir) {
  const modules = path.join(dir, 'node_modules');
  return (
    versionOf(path.join(modules, 'code-server')) === CODE_SERVER &&
    versionOf(path.join(modules, nodePackage)) === NODE &&
    fs.existsSync(path.join(modules, nodePackage, 'bin/node')) &&
    fs.existsSync(path.join(modules, 'code-server/lib/vscode/out/server-main.js')) &&
    fs.existsSync(path.join(modules, 'code-server/lib/vscode/node_modules/.package-lock.json'))
  );
}

/** @param {string} packageDir */
function versionOf(packageDir) {
  try {
    return JSON.parse(fs.readFileSync(path.join(packageDir, 'package.json'), 'utf8')).version;
  } catch {
    return null;
  }
}
