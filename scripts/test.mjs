// @ts-check
/**
 * Runs all tests, or the suites named: check (lint, formatting, types), unit, host (Mocha inside VS Code),
 * e2e (clicks in the workbench, on the packaged extension). Ends with one line: `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const reporter = ['--reporter', 'scripts/stats-reporter.cjs'];
const mocha = 'node_modules/mocha/bin/mocha.js';

/** @type {Record<string, string[][]>} each step a command of node's; the last one runs the tests */
const suites = {
  check: [
    ['node_modules/typescript/bin/tsc', '--noEmit'],
    ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'webview'],
    ['node_modules/eslint/bin/eslint.js', '.'],
    ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ],
  unit: [[mocha, ...reporter]],
  host: [['esbuild.mjs'], ['scripts/host-tests.mjs']],
  e2e: [['scripts/package.mjs'], [mocha, '--config', 'test/e2e/.mocharc.json', ...reporter]],
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`No such suite: ${unknown.join(', ')}. There are ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const [name, steps] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n=== ${name}`);
  const counts = run(name, steps);
  console.log(`${name}: ${counts.passes} passed, ${counts.failures} failed`);
  passed += counts.passes;
  failed += counts.failures;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/**
 * A suite that breaks off, or runs no test, counts as one failure at least. Each check counts as a test.
 * @param {string} name @param {string[][]} steps
 */
function run(name, steps) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'test-result-'));
  const file = path.join(dir, 'stats.json');
  const env = { ...process.env, TEST_RESULT_FILE: file };
  try {
    const codes = steps.map(
      (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status,
    );
    const broken = codes.filter((code) => code !== 0).length;
    if (name === 'check') return { passes: steps.length - broken, failures: broken };
    const stats = fs.existsSync(file)
      ? JSON.parse(fs.readFileSync(file, 'utf8'))
      : { passes: 0, failures: 0 };
    const silent = broken > 0 || stats.passes === 0;
    return { passes: stats.passes, failures: stats.failures === 0 && silent ? 1 : stats.failures };
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
