import * as vscode from 'vscode';
import { baseName } from './fileRef';
import { showError } from './log';
import { TIMELINE_TYPE, TimelinePanel, type TimelineServices } from './timelinePanel';

/** All open timeline panels, one for each run folder, and the command that opens them. */
export class TimelinePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #panels = new Map<string, TimelinePanel>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly services: TimelineServices) {
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(TIMELINE_TYPE, this),
      vscode.commands.registerCommand('rnnDynamics.openTimeline', async (given: unknown) => {
        const folder = given instanceof vscode.Uri ? given : await chooseFolder();
        if (!folder) return;
        try {
          this.open(folder);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          void showError(services.log, `${baseName(folder)}: ${reason}`, error);
        }
      }),
    ];
  }

  /** Opens the timeline of a folder, or shows the one there is. */
  open(folder: vscode.Uri): void {
    const known = this.#panels.get(folder.toString());
    if (known) {
      known.reveal();
      return;
    }
    const title = vscode.l10n.t('{0}: timeline', baseName(folder));
    this.#keep(vscode.window.createWebviewPanel(TIMELINE_TYPE, title, vscode.ViewColumn.Active), folder);
  }

  /** Called by VS Code for each panel that was open when the window was reloaded; the cache makes it quick. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const folder = typeof state === 'object' && state !== null && 'panel' in state ? state.panel : undefined;
    if (typeof folder === 'string') this.#keep(panel, vscode.Uri.parse(folder));
    else panel.dispose();
    return Promise.resolve();
  }

  dispose(): void {
    for (const panel of this.#panels.values()) panel.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #keep(webviewPanel: vscode.WebviewPanel, folder: vscode.Uri): void {
    const key = folder.toString();
    const panel = new TimelinePanel(webviewPanel, folder, this.services);
    this.#panels.set(key, panel);
    panel.onDidDispose(() => {
      if (this.#panels.get(key) === panel) this.#panels.delete(key);
    });
  }
}

async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const home = vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    ...(home ? { defaultUri: home } : {}),
    openLabel: vscode.l10n.t('Open Timeline'),
  });
  return chosen?.[0];
}
