import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { ModelOptions } from '../core/models/types';
import type { Report } from '../core/report/types';
import type { MovedModel } from '../protocol/job';
import { DynamicsPanel, PANEL_TYPE, type PanelServices } from './dynamicsPanel';
import { baseName } from './fileRef';
import type { MadeModels } from './madeModels';
import type { ModelAnswers } from './modelAnswers';
import type { SavedPanels } from './savedPanels';
import { SECTION } from './settings';

/** All open panels: one for each file. */
export class Panels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #panels = new Map<string, DynamicsPanel>();
  readonly #services: PanelServices;
  readonly #subscriptions: vscode.Disposable[];
  /** The window closes: its panels come back. */
  #ending = false;

  constructor(
    extension: vscode.Uri,
    answers: ModelAnswers,
    saved: SavedPanels,
    private readonly made: MadeModels,
    log: vscode.LogOutputChannel,
  ) {
    this.#services = {
      extension,
      answers,
      saved,
      log,
      openModel: (model) => this.openModel(model),
      changed: () => this.#updateContext(),
    };
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, this),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(SECTION)) return;
        for (const panel of this.#panels.values()) panel.configure();
      }),
    ];
  }

  /** The panel that has the focus. */
  get active(): DynamicsPanel | undefined {
    return [...this.#panels.values()].find((panel) => panel.active);
  }

  /** The last report on a file whose panel is open. */
  report(file: vscode.Uri): Report | null {
    return this.#panels.get(file.toString())?.report ?? null;
  }

  /** Opens a panel on the file and starts its analysis, or shows the one there is. */
  open(
    file: vscode.Uri,
    column: vscode.ViewColumn = vscode.ViewColumn.Active,
    answers?: ModelOptions,
  ): DynamicsPanel {
    const known = this.#panels.get(file.toString());
    if (known) {
      known.reveal();
      return known;
    }
    const webviewPanel = vscode.window.createWebviewPanel(PANEL_TYPE, baseName(file), column, {
      enableFindWidget: true,
    });
    const panel = new DynamicsPanel(webviewPanel, file, randomUUID(), this.#services, answers);
    this.#keep(panel);
    panel.analyze();
    return panel;
  }

  /** Called by VS Code for each panel that was open when the window was reloaded, when it is shown again. */
  async deserializeWebviewPanel(webviewPanel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const token = typeof state === 'object' && state !== null && 'panel' in state ? state.panel : undefined;
    const saved = await this.#services.saved.load(token);
    if (!saved || typeof token !== 'string') {
      this.#services.log.warn('A panel could not be restored: nothing was saved for it');
      webviewPanel.dispose();
      return;
    }
    const panel = new DynamicsPanel(webviewPanel, vscode.Uri.parse(saved.file), token, this.#services);
    this.#keep(panel);
    await panel.restore(saved);
  }

  dispose(): void {
    this.#ending = true;
    for (const panel of this.#panels.values()) panel.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Analyses a model given as text; its file goes when its panel is closed. */
  async openModel({ name, text, options }: MovedModel): Promise<void> {
    this.open(await this.made.add(name, text), vscode.ViewColumn.Beside, options);
  }

  #keep(panel: DynamicsPanel): void {
    const key = panel.file.toString();
    this.#panels.set(key, panel);
    panel.onDidDispose(() => {
      if (this.#panels.get(key) === panel) this.#panels.delete(key);
      if (!this.#ending) void this.#forget(panel);
      this.#updateContext();
    });
  }

  /** What was kept for a panel that the user closed. */
  async #forget(panel: DynamicsPanel): Promise<void> {
    if (!this.made.owns(panel.file)) return;
    try {
      await panel.forgotten;
      if (!this.#panels.has(panel.file.toString())) await this.made.release(panel.file);
    } catch (error) {
      this.#services.log.error('A model from the parameter plane could not be deleted', String(error));
    }
  }

  #updateContext(): void {
    void vscode.commands.executeCommand(
      'setContext',
      'rnnDynamics.searching',
      this.active?.searching === true,
    );
  }
}
