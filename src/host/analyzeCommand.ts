import * as vscode from 'vscode';
import { MODEL_EXTENSIONS, mayHoldModel } from './modelFiles';
import type { Panels } from './panels';

/** More panels than this are opened only after a question. */
const MANY = 8;

/**
 * Opens a panel on each selected file: those of the menu it was called from, else the active editor's, else
 * the user's choice in a dialog.
 */
export async function analyzeCommand(panels: Panels, clicked: unknown, selected: unknown): Promise<void> {
  const files = (await given(clicked, selected)) ?? activeFile() ?? (await chosenFiles());
  if (files.length > MANY && !(await confirmed(files.length))) return;
  for (const file of files) panels.open(file);
}

/** Opens a panel on a model that comes with the extension. */
export async function analyzeSample(panels: Panels, extension: vscode.Uri, name: unknown): Promise<void> {
  const folder = vscode.Uri.joinPath(extension, 'samples');
  const samples = await sampleNames(folder);
  const chosen =
    typeof name === 'string' && samples.includes(name)
      ? name
      : await vscode.window.showQuickPick(samples, {
          placeHolder: vscode.l10n.t('Analyze which sample model?'),
        });
  if (chosen !== undefined) panels.open(vscode.Uri.joinPath(folder, chosen));
}

/** What a menu hands over: the file under the pointer and all that are selected, folders left out. */
async function given(clicked: unknown, selected: unknown): Promise<vscode.Uri[] | null> {
  const several = Array.isArray(selected) ? selected.filter((one) => one instanceof vscode.Uri) : [];
  const uris = several.length > 0 ? several : clicked instanceof vscode.Uri ? [clicked] : null;
  if (!uris || uris.length < 2) return uris;
  const folders = await Promise.all(uris.map(isFolder));
  return uris.filter((_, index) => !folders[index]);
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0;
  } catch {
    return false; // The panel says what is wrong with it.
  }
}

function activeFile(): vscode.Uri[] | null {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const shown =
    input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  return shown && mayHoldModel(shown.path) ? [shown] : null;
}

async function chosenFiles(): Promise<vscode.Uri[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: vscode.l10n.t('Analyze'),
    title: vscode.l10n.t('Analyze RNN Dynamics'),
    filters: { [vscode.l10n.t('Model files')]: [...MODEL_EXTENSIONS], [vscode.l10n.t('All files')]: ['*'] },
    ...(folder ? { defaultUri: folder } : {}),
  });
  return chosen ?? [];
}

async function confirmed(count: number): Promise<boolean> {
  const open = vscode.l10n.t('Open {0} Panels', count);
  const message = vscode.l10n.t('Analyze {0} files, each in a panel of its own?', count);
  return (await vscode.window.showWarningMessage(message, { modal: true }, open)) === open;
}

/** Model files below `samples/`, one folder deep. */
async function sampleNames(folder: vscode.Uri): Promise<string[]> {
  const names: string[] = [];
  for (const [name, type] of await vscode.workspace.fs.readDirectory(folder)) {
    if (type !== vscode.FileType.Directory) continue;
    for (const [file] of await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(folder, name))) {
      if (isSample(file)) names.push(`${name}/${file}`);
    }
  }
  return names.sort();
}

function isSample(name: string): boolean {
  return mayHoldModel(name) && name !== 'run.json' && !name.endsWith('.csv');
}
