import { interpretedAs } from '../protocol/interpretations';
import * as vscode from 'vscode';
import type { ModelOptions } from '../core/models/types';
import type { Report } from '../core/report/types';
import { exploredToText } from '../export/explored';
import { planeToJson } from '../export/json';
import type { MovedModel } from '../protocol/job';
import type { ExportFormat, FromPanel } from '../protocol/panel';
import { WorkerClient } from '../worker/client';
import { exportReport, saveBeside, saveFigure } from './exports';
import { baseName, fileRef } from './fileRef';
import { showError } from './log';
import { pickMapping } from './mapping';
import { parseFromPanel } from './messages';
import { withAnswer, type ModelAnswers } from './modelAnswers';
import { fileLabel } from './modelFiles';
import { panelHtml } from './panelHtml';
import { PanelSession } from './panelSession';
import type { SavedPanel, SavedPanels } from './savedPanels';
import type { DiagramPlace } from './timelinePanel';
import { paletteSetting, searchSettings, SECTION } from './settings';

export const PANEL_TYPE = 'rnnDynamics.dynamics';

/** What all panels share. */
export interface PanelServices {
  readonly extension: vscode.Uri;
  readonly answers: ModelAnswers;
  readonly saved: SavedPanels;
  readonly log: vscode.LogOutputChannel;
  /** Analyses a model given as text, beside the present panel. */
  openModel(model: MovedModel): Promise<void>;
  /** A panel came to the front, or its search began or ended. */
  changed(): void;
}

/** The dynamics panel of one file: a webview, its session, and what VS Code does for them. */
export class DynamicsPanel implements vscode.Disposable {
  readonly #session: PanelSession;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.#disposed.event;
  #savedPhase: string | null = null;
  #forgotten: Promise<void> = Promise.resolve();
  #hiddenProgress: (() => void) | null = null;

  /**
   * @param token names the panel across a reload of the window
   * @param answers what the file is; what is remembered for its folder when absent
   */
  constructor(
    private readonly panel: vscode.WebviewPanel,
    readonly file: vscode.Uri,
    private readonly token: string,
    private readonly services: PanelServices,
    answers: ModelOptions = services.answers.get(vscode.Uri.joinPath(file, '..').toString()),
  ) {
    const dist = vscode.Uri.joinPath(services.extension, 'dist');
    const worker = vscode.Uri.joinPath(dist, 'worker.js').fsPath;
    this.#session = new PanelSession(
      {
        file: fileLabel(file.path),
        search: searchSettings(file),
        palette: paletteSetting(),
        remembered: answers,
      },
      {
        post: (message) => void panel.webview.postMessage(message),
        openFile: () => fileRef(file),
        search: new WorkerClient(worker),
        view: new WorkerClient(worker),
        changed: () => this.#changed(),
        answered: (answers) => void services.answers.remember(this.#folder, answers),
        log: (level, text) => services.log[level](text),
      },
    );
    panel.iconPath = {
      light: vscode.Uri.joinPath(services.extension, 'media', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(services.extension, 'media', 'panel-dark.svg'),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.webview.onDidReceiveMessage((received) => this.#receive(received), null, this.#subscriptions);
    panel.onDidChangeViewState(() => this.#viewChanged(), null, this.#subscriptions);
    panel.onDidDispose(() => this.#close(), null, this.#subscriptions);
    this.#watch();
    panel.webview.html = panelHtml(panel.webview, dist, token);
  }

  get active(): boolean {
    return this.panel.active;
  }
  get searching(): boolean {
    return this.#session.phase === 'searching';
  }
  get report(): Report | null {
    return this.#session.report;
  }

  /** After the panel is closed: settled when nothing is kept for its return. */
  get forgotten(): Promise<void> {
    return this.#forgotten;
  }

  reveal(): void {
    this.panel.reveal();
  }
  analyze(): void {
    void this.#session.analyze();
  }
  stop(): void {
    this.#session.stop();
  }
  configure(): void {
    this.#session.configure(searchSettings(this.file), paletteSetting());
  }

  /** Shows what was known before the window was reloaded; searches again if there was no report yet. */
  async restore(saved: SavedPanel): Promise<void> {
    if (!saved.result) {
      this.analyze();
      return;
    }
    this.#savedPhase = 'done';
    this.#session.adopt(saved.result.report, saved.answers);
    if ((await this.#modified()) !== saved.result.modified) this.#session.markStale();
  }

  /** Saves the report where the user says. */
  async export(format: ExportFormat): Promise<void> {
    const { report } = this.#session;
    if (!report) {
      void vscode.window.showInformationMessage(vscode.l10n.t('There is no report yet.'));
      return;
    }
    const scene = format === 'html' ? await this.#session.scene() : null;
    await exportReport(this.file, format, report, scene);
  }

  dispose(): void {
    this.panel.dispose();
  }

  get #folder(): string {
    return vscode.Uri.joinPath(this.file, '..').toString();
  }

  #receive(received: unknown): void {
    const parsed = parseFromPanel(received);
    if ('rejected' in parsed) {
      this.services.log.warn(`A message of the panel was turned down: ${parsed.rejected}`);
      return;
    }
    this.#handle(parsed.message).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      void showError(this.services.log, `${baseName(this.file)}: ${reason}`, error);
    });
  }

  async #handle(message: FromPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
      case 'rerun':
      case 'stop':
      case 'ask':
      case 'plane':
      case 'stopPlane':
        this.#session.receive(message);
        break;
      case 'choose': {
        const choice = this.#session.failure?.question?.choices[message.index];
        if (choice) this.#session.answer(withAnswer(this.#session.answers, choice.options));
        break;
      }
      case 'mapTensors': {
        const unrecognised = this.#session.failure?.unrecognised;
        const mapping = unrecognised && (await pickMapping(unrecognised, baseName(this.file)));
        if (mapping) this.#session.answer(withAnswer(this.#session.answers, mapping));
        break;
      }
      case 'takeAs':
        this.#session.answer(withAnswer(this.#session.answers, interpretedAs(message.kind)));
        break;
      case 'export':
        await this.export(message.format);
        break;
      case 'saveFigure':
        await saveFigure(this.file, message);
        break;
      case 'chooseSurface':
        await this.#chooseSurface();
        break;
      case 'removeSurface':
        this.#session.removeSurface();
        break;
      case 'exportPlane': {
        const { plane } = this.#session;
        if (plane)
          await saveBeside(this.file, 'plane.json', 'json', new TextEncoder().encode(planeToJson(plane)));
        break;
      }
      case 'exportData': {
        const text = exploredToText(
          message.what,
          message.format,
          baseName(this.file),
          this.#session.explored,
        );
        if (text !== null)
          await saveBeside(
            this.file,
            `${message.what}.${message.format}`,
            message.format,
            new TextEncoder().encode(text),
          );
        break;
      }
      case 'diagram': {
        const place: DiagramPlace = {
          file: this.file,
          along: message.along,
          maxOrder: message.maxOrder,
          options: this.#session.answers,
        };
        await vscode.commands.executeCommand('rnnDynamics.openDiagram', place);
        break;
      }
      case 'openAt': {
        const model = await this.#session.modelAt(message.at);
        if (model) await this.services.openModel(model);
        break;
      }
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', message.what), 3000);
        break;
      case 'openSettings':
        await vscode.commands.executeCommand('workbench.action.openSettings', SECTION);
        break;
      case 'showLog':
        this.services.log.show();
        break;
    }
  }

  async #chooseSurface(): Promise<void> {
    const chosen = await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Loss Beneath the Parameter Plane'),
      openLabel: vscode.l10n.t('Draw'),
      defaultUri: vscode.Uri.joinPath(this.file, '..'),
      filters: { [vscode.l10n.t('Tables and arrays')]: ['csv', 'tsv', 'txt', 'dat', 'npy'] },
    });
    const loss = chosen?.[0];
    if (loss) await this.#session.laySurface(() => fileRef(loss));
  }

  #viewChanged(): void {
    // A hidden webview is destroyed; it says `ready` when it is shown again.
    if (!this.panel.visible) this.#session.deaf();
    this.#changed();
  }

  #changed(): void {
    this.services.changed();
    this.#showHiddenProgress();
    const { phase } = this.#session;
    if (phase === this.#savedPhase || phase === 'idle') return;
    this.#savedPhase = phase;
    this.#save().catch((error: unknown) =>
      this.services.log.error('The panel could not be saved', String(error)),
    );
  }

  async #save(): Promise<void> {
    const { report, answers } = this.#session;
    const result = report && { report, modified: (await this.#modified()) ?? 0 };
    await this.services.saved.save(this.token, { file: this.file.toString(), answers, result });
  }

  /** While the panel is out of sight its search shows in the status bar. */
  #showHiddenProgress(): void {
    const wanted = this.searching && !this.panel.visible;
    if (wanted && !this.#hiddenProgress) {
      const title = vscode.l10n.t('RNN Dynamics: searching {0}', baseName(this.file));
      const until = new Promise<void>((resolve) => (this.#hiddenProgress = resolve));
      void vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => until);
    } else if (!wanted && this.#hiddenProgress) {
      this.#hiddenProgress();
      this.#hiddenProgress = null;
    }
  }

  #watch(): void {
    // The pattern is wider than the file because a file's name may hold glob characters.
    const folder = vscode.Uri.joinPath(this.file, '..');
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
    const mark = (uri: vscode.Uri): void => {
      if (uri.toString() === this.file.toString()) this.#session.markStale();
    };
    this.#subscriptions.push(watcher, watcher.onDidChange(mark), watcher.onDidCreate(mark));
  }

  async #modified(): Promise<number | null> {
    try {
      return (await vscode.workspace.fs.stat(this.file)).mtime;
    } catch {
      return null;
    }
  }

  #close(): void {
    this.#hiddenProgress?.();
    void this.#session.dispose();
    this.#forgotten = this.services.saved.remove(this.token);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#disposed.fire();
    this.#disposed.dispose();
  }
}
