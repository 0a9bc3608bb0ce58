import * as vscode from 'vscode';
import { WorkerClient } from '../worker/client';
import { JsonAnalyzeProvider } from './jsonCodeLens';
import { JsonDocuments } from './jsonDocuments';
import { JsonHoverProvider } from './jsonHover';
import { JsonSymbolProvider } from './jsonSymbols';
import type { ModelAnswers } from './modelAnswers';
import type { Panels } from './panels';
import { SECTION } from './settings';

/** What the extension adds to JSON editors. Registers only; the worker starts with the first model. */
export function registerJson(
  extension: vscode.Uri,
  panels: Panels,
  answers: ModelAnswers,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const script = vscode.Uri.joinPath(extension, 'dist', 'worker.js').fsPath;
  const documents = new JsonDocuments(() => new WorkerClient(script), answers, log);
  const analyze = new JsonAnalyzeProvider(documents);
  const json: vscode.DocumentSelector = [{ language: 'json' }, { language: 'jsonc' }];
  const { languages } = vscode;
  return vscode.Disposable.from(
    documents,
    languages.registerHoverProvider(json, new JsonHoverProvider(documents, (file) => panels.report(file))),
    languages.registerDocumentSymbolProvider(json, new JsonSymbolProvider(documents), {
      label: vscode.l10n.t('RNN Dynamics'),
    }),
    languages.registerCodeLensProvider(json, analyze),
    languages.registerCodeActionsProvider(json, analyze, {
      providedCodeActionKinds: [JsonAnalyzeProvider.kind],
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SECTION)) analyze.refresh();
    }),
  );
}
