// @ts-check
/**
 * Bundles test/host and runs it in the extension host of a real VS Code through @vscode/test-electron: the
 * executable in VSCODE_EXECUTABLE, else a desktop build that is downloaded, else the server edition.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'test', 'host');
const out = path.join(root, 'out', 'test', 'host');

fs.rmSync(out, { recursive: true, force: true });
await esbuild.build({
  entryPoints: fs
    .readdirSync(source)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(source, file)),
  outdir: out,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'inline',
  external: ['vscode', 'mocha'],
  logLevel: 'warning',
});

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'host-tests-'));
const workspace = path.join(dir, 'samples');
fs.cpSync(path.join(root, 'samples'), workspace, { recursive: true });
try {
  await runTests({
    vscodeExecutablePath: await executable(),
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(out, 'index.js'),
    launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust'],
    extensionTestsEnv: { PROJECT_ROOT: root, TEST_RESULT_FILE: process.env['TEST_RESULT_FILE'] },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}

async function executable() {
  const chosen = process.env['VSCODE_EXECUTABLE'];
  if (chosen) return chosen;
  const shim = path.join(import.meta.dirname, 'vscode-shim.mjs');
  const hasDisplay = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!hasDisplay) return shim;
  try {
    return await downloadAndUnzipVSCode();
  } catch {
    console.log('Desktop VS Code cannot be downloaded; the server edition takes its place.');
    return shim;
  }
}
