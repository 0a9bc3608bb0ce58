import * as vscode from 'vscode';
import { MODEL_EXTENSIONS } from './modelFiles';

/**
 * The two files to compare: those selected in the Explorer, else the one clicked and another that the user chooses, else
 * two from a dialog. Undefined when the user thinks better of it.
 */
export async function comparisonOf(
  clicked: unknown,
  selected: unknown,
): Promise<readonly [vscode.Uri, vscode.Uri] | undefined> {
  const given = (Array.isArray(selected) && selected.length > 0 ? selected : [clicked]).filter(
    (one): one is vscode.Uri => one instanceof vscode.Uri,
  );
  if (given.length > 2) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Two models are compared: select two files.'));
    return undefined;
  }
  const chosen = given.length === 2 ? given : [...given, ...(await ask(given.length === 0, given[0]))];
  const [first, second] = chosen;
  return first && second ? [first, second] : undefined;
}

/** One file beside a known one, or two. */
async function ask(both: boolean, near: vscode.Uri | undefined): Promise<vscode.Uri[]> {
  const folder = near ? vscode.Uri.joinPath(near, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  const dialog = async (title: string): Promise<vscode.Uri[]> =>
    (await vscode.window.showOpenDialog({
      title,
      openLabel: vscode.l10n.t('Compare'),
      filters: {
        [vscode.l10n.t('Model files')]: [...MODEL_EXTENSIONS],
        '*': ['*'],
      },
      ...(folder ? { defaultUri: folder } : {}),
    })) ?? [];
  const first = both ? await dialog(vscode.l10n.t('Compare Dynamics: the first model')) : [];
  if (both && first.length === 0) return [];
  return [...first, ...(await dialog(vscode.l10n.t('Compare Dynamics: the second model')))];
}
