import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension } from './extension';

// The first file of the suite in alphabetical order: nothing has used the extension yet.
describe('activation', () => {
  it('waits until the extension is needed', () => {
    assert.equal(extension().isActive, false);
  });

  it('takes less than 100 ms', async () => {
    // Processor time of this extension host: the wait for the workbench, and for whatever else runs on the
    // machine, is not ours.
    const begin = process.cpuUsage();
    await extension().activate();
    const { user, system } = process.cpuUsage(begin);
    const milliseconds = (user + system) / 1000;
    assert.ok(extension().isActive);
    assert.ok(milliseconds < 100, `${milliseconds.toFixed(0)} ms`);
  });

  it('registers every command of the manifest', async () => {
    const declared = (extension().packageJSON as { contributes: { commands: { command: string }[] } })
      .contributes;
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = declared.commands
      .map(({ command }) => command)
      .filter((command) => !registered.has(command));
    assert.deepEqual(missing, []);
    assert.ok(declared.commands.length > 0);
  });
});
