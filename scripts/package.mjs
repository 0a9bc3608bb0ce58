// @ts-check
/** Packs dist/rnn-dynamics.vsix and holds it to its size limit. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

const LIMIT_MB = 3;
const root = path.resolve(import.meta.dirname, '..');
export const vsix = path.join(root, 'dist', 'rnn-dynamics.vsix');

fs.mkdirSync(path.dirname(vsix), { recursive: true });
execFileSync(
  process.execPath,
  [
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    ...['--out', vsix],
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
const megabytes = fs.statSync(vsix).size / 2 ** 20;
console.log(`${path.relative(root, vsix)}: ${megabytes.toFixed(2)} MB`);
if (megabytes > LIMIT_MB) {
  console.error(`The package is larger than ${LIMIT_MB} MB.`);
  process.exitCode = 1;
}
