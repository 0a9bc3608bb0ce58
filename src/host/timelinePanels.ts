import * as vscode from 'vscode';
import { showError } from './log';
import { comparisonOf } from './compareCommand';
import {
  placeKey,
  placeName,
  placeOf,
  type DiagramPlace,
  TIMELINE_TYPE,
  TimelinePanel,
  type TimelinePlace,
  type TimelineServices,
} from './timelinePanel';

/** A run with bifurcations and loss jumps that comes with the extension. */
const SAMPLE_RUN = 'R1_plrnn2_vdp_sgd';

/** All open timeline panels, one for each run folder or pair of files, and the commands that open them. */
export class TimelinePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #panels = new Map<string, TimelinePanel>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly services: TimelineServices) {
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(TIMELINE_TYPE, this),
      vscode.commands.registerCommand('rnnDynamics.openTimeline', async (given: unknown) => {
        const folder = given instanceof vscode.Uri ? given : await chooseFolder();
        if (!folder) return;
        this.#tryOpen(folder);
      }),
      vscode.commands.registerCommand('rnnDynamics.openSampleTimeline', () =>
        this.#tryOpen(vscode.Uri.joinPath(services.extension, 'samples', 'runs', SAMPLE_RUN)),
      ),
      // From the parameter plane; not in the palette.
      vscode.commands.registerCommand('rnnDynamics.openDiagram', (place: DiagramPlace) =>
        this.#tryOpen(place),
      ),
      vscode.commands.registerCommand(
        'rnnDynamics.compareFiles',
        async (clicked: unknown, selected: unknown) => {
          const pair = await comparisonOf(clicked, selected);
          if (pair) this.#tryOpen(pair);
        },
      ),
    ];
  }

  #tryOpen(place: TimelinePlace): void {
    try {
      this.open(place);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void showError(this.services.log, `${placeName(place)}: ${reason}`, error);
    }
  }

  /** Opens the timeline of a folder, or the comparison of two files; shows the one there is. */
  open(place: TimelinePlace): void {
    const known = this.#panels.get(placeKey(place));
    if (known) {
      known.reveal();
      return;
    }
    const name = placeName(place);
    const title = place instanceof vscode.Uri ? vscode.l10n.t('{0}: timeline', name) : name;
    this.#keep(vscode.window.createWebviewPanel(TIMELINE_TYPE, title, vscode.ViewColumn.Active), place);
  }

  /** Called by VS Code for each panel that was open when the window was reloaded; the cache makes it quick. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const key = typeof state === 'object' && state !== null && 'panel' in state ? state.panel : undefined;
    const place = typeof key === 'string' ? placeOf(key) : null;
    if (place) this.#keep(panel, place);
    else panel.dispose();
    return Promise.resolve();
  }

  has(place: TimelinePlace): boolean {
    return this.#panels.has(placeKey(place));
  }

  dispose(): void {
    for (const panel of this.#panels.values()) panel.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #keep(webviewPanel: vscode.WebviewPanel, place: TimelinePlace): void {
    const key = placeKey(place);
    const panel = new TimelinePanel(webviewPanel, place, this.services);
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
