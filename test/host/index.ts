import * as fs from 'node:fs';
import * as path from 'node:path';
import Mocha from 'mocha';

/** Called by VS Code inside the extension host: runs every bundled test of this folder. */
export async function run(): Promise<void> {
  const reporter = path.join(process.env['PROJECT_ROOT'] ?? '', 'scripts', 'stats-reporter.cjs');
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 30_000, retries: 1, reporter });
  for (const file of fs.readdirSync(__dirname).sort()) {
    if (file.endsWith('.test.js')) mocha.addFile(path.join(__dirname, file));
  }
  await new Promise<void>((resolve, reject) => {
    mocha.run((failures) => (failures > 0 ? reject(new Error(`${failures} failed`)) : resolve()));
  });
}
