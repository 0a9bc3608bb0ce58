import * as vscode from 'vscode';
import { WorkerClient } from '../../worker/client';
import type { ModelAnswers } from '../modelAnswers';
import type { Panels } from '../panels';
import { PathHovers, SavingLenses } from './codeRuns';
import { RunStatus } from './runStatus';
import { checkpointUri, RunTree, type CheckpointNode, type RunNode } from './runTree';
import type { TimelineStore } from './timelineStore';
import { position } from './words';
import { WorkspaceRuns } from './workspaceRuns';

/** Everything about runs but their timeline. Registers only; nothing is searched until a view or an editor asks. */
export function registerRuns(
  extension: vscode.Uri,
  panels: Panels,
  answers: ModelAnswers,
  timelines: TimelineStore,
  log: vscode.LogOutputChannel,
): vscode.Disposable & { readonly runs: WorkspaceRuns; readonly engine: () => WorkerClient } {
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
    commands.registerCommand(
      'rnnDynamics.runs.compare',
      async (node: RunNode, selected?: readonly RunNode[]) => {
        const files = (selected ?? [node]).flatMap((one) =>
          one.kind === 'checkpoint' ? [checkpointUri(one)] : [],
        );
        if (files.length === 1 && node.kind === 'checkpoint') {
          const other = await anotherCheckpoint(node);
          if (!other) return;
          files.push(other);
        }
        await commands.executeCommand('rnnDynamics.compareFiles', files[0], files);
      },
    ),
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
  return { runs, engine, dispose: () => all.dispose() };
}

/** Another checkpoint of the same run, the one before it offered first. */
async function anotherCheckpoint({ run, index }: CheckpointNode): Promise<vscode.Uri | undefined> {
  const { axis, checkpoints } = run.series;
  const order = Array.from(checkpoints.keys()).filter((i) => i !== index);
  order.sort((a, b) => Math.abs(a - index) - Math.abs(b - index) || a - b);
  const chosen = await vscode.window.showQuickPick(
    order.map((i) => ({
      label: position(axis, checkpoints[i]!.epoch),
      description: checkpoints[i]!.file,
      index: i,
    })),
    { title: vscode.l10n.t('Compare with which checkpoint?'), matchOnDescription: true },
  );
  return chosen && checkpointUri({ kind: 'checkpoint', run, index: chosen.index });
}
