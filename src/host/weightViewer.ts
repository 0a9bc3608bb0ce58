import * as vscode from 'vscode';
import type { FromViewer } from '../protocol/viewer';
import { WorkerClient } from '../worker/client';
import { saveBeside } from './exports';
import { baseName, fileRef } from './fileRef';
import { showError } from './log';
import { pickMapping } from './mapping';
import { withAnswer, type ModelAnswers } from './modelAnswers';
import { viewerHtml } from './panelHtml';
import type { Panels } from './panels';
import { parseFromViewer } from './viewerMessages';
import { ViewerSession } from './viewerSession';

/** The same editor twice: VS Code gives each view type one priority, and some formats have other editors. */
const VIEWER_TYPES = ['rnnDynamics.weights', 'rnnDynamics.weights.option'] as const;

/** Waits before a file that is being written is tried again. */
const RETRY_AFTER = [300, 700, 1500, 3000, 6000, 12_000];
/** Changes on disk come in bursts while a file is written. */
const SETTLE_MS = 150;

/** The weight viewer: a read-only editor of weight files. Nothing is read until VS Code shows one. */
export class WeightViewers implements vscode.CustomReadonlyEditorProvider {
  constructor(
    private readonly extension: vscode.Uri,
    private readonly panels: Panels,
    private readonly answers: ModelAnswers,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      ...VIEWER_TYPES.map((type) =>
        vscode.window.registerCustomEditorProvider(type, this, {
          supportsMultipleEditorsPerDocument: true,
          webviewOptions: { enableFindWidget: true },
        }),
      ),
    );
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const dist = vscode.Uri.joinPath(this.extension, 'dist');
    const folder = vscode.Uri.joinPath(uri, '..');
    const name = baseName(uri);
    const session = new ViewerSession(
      { file: name, answers: () => this.answers.get(folder.toString()), retryAfter: RETRY_AFTER },
      {
        post: (message) => void panel.webview.postMessage(message),
        openFile: () => fileRef(uri),
        engine: new WorkerClient(vscode.Uri.joinPath(dist, 'worker.js').fsPath),
        log: (level, text) => this.log[level](text),
      },
    );
    const handle = async (message: FromViewer): Promise<void> => {
      switch (message.type) {
        case 'ready':
        case 'entry':
        case 'retry':
        case 'ask':
          session.receive(message);
          break;
        case 'analyze':
          this.panels.open(uri);
          break;
        case 'mapTensors': {
          const { inspection } = session;
          const mapping =
            inspection &&
            (await pickMapping(
              { status: 'unrecognised', reason: '', remedy: '', mappable: inspection.mappable },
              name,
            ));
          if (mapping) await this.#remember(folder, mapping, session);
          break;
        }
        case 'choose': {
          const model = session.inspection?.model;
          const choice = model?.status === 'ambiguous' ? model.question.choices[message.index] : undefined;
          if (choice) await this.#remember(folder, choice.options, session);
          break;
        }
        case 'exportTensor': {
          const tensor = session.inspection?.tensors[message.index];
          if (!tensor) break;
          const bytes = await session.file(message.index, message.format);
          const suffix = `${tensor.name.replace(/[^\p{L}\p{N}_.-]+/gu, '-')}.${message.format}`;
          await saveBeside(uri, suffix, message.format, bytes);
          break;
        }
        case 'copy':
          await vscode.env.clipboard.writeText(message.text);
          vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', message.what), 3000);
          break;
        case 'showLog':
          this.log.show();
          break;
      }
    };
    let settled: NodeJS.Timeout | undefined;
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
    const changed = (at: vscode.Uri): void => {
      if (at.toString() !== uri.toString()) return;
      clearTimeout(settled);
      settled = setTimeout(() => session.changed(), SETTLE_MS);
    };
    const subscriptions = [
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      panel.webview.onDidReceiveMessage((received: unknown) => {
        const parsed = parseFromViewer(received);
        if ('rejected' in parsed) {
          this.log.warn(`A message of the weight viewer was turned down: ${parsed.rejected}`);
          return;
        }
        handle(parsed.message).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          void showError(this.log, `${name}: ${reason}`, error);
        });
      }),
      panel.onDidChangeViewState(() => {
        // A hidden webview is destroyed; it says `ready` when it is shown again.
        if (!panel.visible) session.deaf();
      }),
    ];
    panel.onDidDispose(() => {
      clearTimeout(settled);
      void session.dispose();
      for (const subscription of subscriptions) subscription.dispose();
    });
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.webview.html = viewerHtml(panel.webview, dist);
    void session.open();
  }

  async #remember(
    folder: vscode.Uri,
    more: Parameters<typeof withAnswer>[1],
    session: ViewerSession,
  ): Promise<void> {
    const key = folder.toString();
    await this.answers.remember(key, withAnswer(this.answers.get(key), more));
    await session.open();
  }
}
