import * as vscode from 'vscode';
import { WorkerClient } from '../../worker/client';
import type { ModelAnswers } from '../modelAnswers';
import type { Panels } from '../panels';
import { PathHovers, SavingLenses } from './codeRuns';
import { RunStatus } from './runStatus';
import { checkpointUri, RunTree, type RunNode } from './runTree';
import type { TimelineStore } from './timelineStore';
import { WorkspaceRuns } from './workspaceRuns';

/** Everything about runs but their timeline. Registers only; nothing is searched until a view or an editor asks. */
export function registerRuns(
  extension: vscode.Uri,
  panels: Panels,
  answers: ModelAnswers,
  timelines: TimelineStore,
  log: vscode.LogOutputChannel,
): vscode.Disposable & { readonly runs: WorkspaceRuns } {
  const script = vscode.Uri.joinPath(extension, 'dist', 'worker.js').fsPath;
  let worker: WorkerClient | null = null;
  const engine = (): WorkerClient => (worker ??= new WorkerClient(script));
  const runs = new WorkspaceRuns(engine, log);
  const tree = new RunTree(runs, timelines);
  const view = vscode.window.createTreeView('rnnDynamics.runs', {
    treeDataProvider: tree,
    showCollapseAll: true,
    canSelectMany: true,
  });
  const lenses = new SavingLenses(runs);
  const hovers = new PathHovers(runs, timelines, engine, answers, (file) => panels.report(file));
  const programs: vscode.DocumentSelector = [{ language: 'python' }, { language: 'julia' }];
  const { languages, commands } = vscode;
  const all = vscode.Disposable.from(
    runs,
    tree,
    view,
    lenses,
    new RunStatus(runs, timelines),
    { dispose: () => void worker?.dispose() },
    languages.registerCodeLensProvider(programs, lenses),
    languages.registerHoverProvider(programs, hovers),
    commands.registerCommand('rnnDynamics.runs.refresh', () =>
      vscode.window.withProgress({ location: { viewId: 'rnnDynamics.runs' } }, () => runs.refresh()),
    ),
    commands.registerCommand('rnnDynamics.runs.analyze', (node: RunNode, selected?: readonly RunNode[]) => {
      for (const one of selected ?? [node]) if (one.kind === 'checkpoint') panels.open(checkpointUri(one));
    }),
    commands.registerCommand('rnnDynamics.runs.reveal', (node: RunNode) =>
      commands.executeCommand(
        'revealInExplorer',
        node.kind === 'checkpoint' ? checkpointUri(node) : node.run.folder,
      ),
    ),
    commands.registerCommand('rnnDynamics.runs.timeline', (node: RunNode) =>
      commands.executeCommand('rnnDynamics.openTimeline', node.run.folder),
    ),
  );
  return { runs, dispose: () => all.dispose() };
}
