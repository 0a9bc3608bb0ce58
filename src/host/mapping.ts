import * as vscode from 'vscode';
import type { ModelOptions, Unrecognised } from '../core/models/types';
import type { ModelAnswers } from './modelAnswers';

type Mappable = Unrecognised['mappable'][number];

/**
 * Lets the user say which tensor is which parameter: the architecture first, then one pick for each parameter
 * among the tensors whose shape fits.
 * @returns null when the user went away
 */
export async function pickMapping(unrecognised: Unrecognised, file: string): Promise<ModelOptions | null> {
  const chosen = await vscode.window.showQuickPick(
    unrecognised.mappable.map((mappable) => ({
      label: mappable.kind,
      detail: mappable.parameters
        .map(({ name, optional }) => (optional ? vscode.l10n.t('{0} (optional)', name) : name))
        .join(', '),
      mappable,
    })),
    {
      title: vscode.l10n.t('Map the Tensors of {0}', file),
      placeHolder: vscode.l10n.t('Which architecture do these weights belong to?'),
      ignoreFocusOut: true,
    },
  );
  if (!chosen) return null;
  const map = await pickTensors(chosen.mappable);
  return map && { kind: chosen.mappable.kind, map };
}

async function pickTensors({ kind, parameters }: Mappable): Promise<Record<string, string> | null> {
  const map: Record<string, string> = {};
  for (const [step, { name, optional, fits }] of parameters.entries()) {
    const free = fits.filter((tensor) => !Object.values(map).includes(tensor));
    const none = { label: vscode.l10n.t('None'), detail: vscode.l10n.t('Leave {0} out', name), tensor: null };
    const tensors = free.map((tensor) => ({ label: tensor, tensor }));
    const picked = await vscode.window.showQuickPick([...tensors, ...(optional ? [none] : [])], {
      title: vscode.l10n.t('{0}: parameter {1} of {2}', kind, step + 1, parameters.length),
      placeHolder: vscode.l10n.t('Which tensor is {0}?', name),
      ignoreFocusOut: true,
    });
    if (!picked) return null;
    if (picked.tensor !== null) map[name] = picked.tensor;
  }
  return map;
}

/** Command: forget what was answered about the files of one folder, or of all. */
export async function forgetMapping(answers: ModelAnswers): Promise<void> {
  const folders = answers.folders();
  if (folders.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No model mapping is remembered in this workspace.'),
    );
    return;
  }
  const all = { label: vscode.l10n.t('All folders'), folder: null };
  const each = folders.map((folder) => ({
    label: vscode.workspace.asRelativePath(vscode.Uri.parse(folder)),
    folder,
  }));
  const chosen = await vscode.window.showQuickPick([...each, ...(each.length > 1 ? [all] : [])], {
    placeHolder: vscode.l10n.t('Forget the answers for the model files of which folder?'),
  });
  if (!chosen) return;
  for (const folder of chosen.folder === null ? folders : [chosen.folder]) await answers.forget(folder);
}
