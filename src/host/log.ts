import * as vscode from 'vscode';

export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('RNN Dynamics', { log: true });
}

/** Shows an error with a way to its details. */
export async function showError(
  log: vscode.LogOutputChannel,
  message: string,
  error: unknown,
): Promise<void> {
  log.error(message, error instanceof Error ? error : String(error));
  const details = vscode.l10n.t('Show Details');
  if ((await vscode.window.showErrorMessage(message, details)) === details) log.show();
}
