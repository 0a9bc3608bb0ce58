import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as vscode from 'vscode';

export const EXTENSION_ID = 'rnn-dynamics.rnn-dynamics';

export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(EXTENSION_ID);
  assert.ok(found, `${EXTENSION_ID} is not installed`);
  return found;
}

/** Waits until `probe` gives something, for as long as a slow machine may take. */
export async function eventually<T>(probe: () => T | undefined | null | false, what: string): Promise<T> {
  const end = Date.now() + 15_000;
  while (Date.now() < end) {
    const value = probe();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what} did not happen`);
}

/** A file of the copy of `samples/` that is open as the workspace. */
export function sample(relative: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a workspace is open');
  return vscode.Uri.joinPath(folder.uri, relative);
}

/** Titles of the open dynamics panels. */
function openPanels(): string[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith('rnnDynamics.dynamics'),
    )
    .map((tab) => tab.label);
}

/** Waits until exactly these panels are open: VS Code tells the extension host of new tabs a moment later. */
export async function panelsAre(titles: readonly string[]): Promise<void> {
  const expected = titles.join();
  await eventually(
    () => openPanels().join() === expected,
    `exactly ${expected} open (${openPanels().join()})`,
  );
}

export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await eventually(() => openPanels().length === 0, 'closing all panels');
}

export function fixture(name: string): string {
  return path.join(process.env['PROJECT_ROOT'] ?? '', 'test', 'host', 'fixtures', name);
}
