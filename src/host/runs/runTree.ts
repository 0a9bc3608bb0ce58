import * as vscode from 'vscode';
import type { RunCheckpoint } from '../../runs/types';
import type { TimelineStore } from './timelineStore';
import { countBadge, eventsBefore, position, short } from './words';
import type { WorkspaceRun, WorkspaceRuns } from './workspaceRuns';

/** A run with more checkpoints is opened in stretches of this many. */
const STRETCH = 250;

/** Of a run, its checkpoints `from` .. `to`, the latest first. */
interface Stretch {
  readonly kind: 'stretch';
  readonly run: WorkspaceRun;
  readonly from: number;
  readonly to: number;
}

export interface CheckpointNode {
  readonly kind: 'checkpoint';
  readonly run: WorkspaceRun;
  readonly index: number;
}

export type RunNode = { readonly kind: 'run'; readonly run: WorkspaceRun } | Stretch | CheckpointNode;

/** The file of a checkpoint. */
export function checkpointUri({ run, index }: CheckpointNode): vscode.Uri {
  return vscode.Uri.joinPath(run.folder, run.series.checkpoints[index]!.file);
}

/** The view **RNN Checkpoints**: runs, and under each its checkpoints, the latest first. */
export class RunTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<RunNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  /** How many runs have a name, and how many have it in a folder. */
  readonly #namesakes = new Map<string, number>();

  constructor(
    private readonly runs: WorkspaceRuns,
    private readonly timelines: TimelineStore,
  ) {
    const changed = (): void => this.#changed.fire(undefined);
    this.#subscriptions = [runs.onDidChange(changed), timelines.onDidChange(changed)];
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    if (!node) {
      const runs = await this.runs.all();
      this.#namesakes.clear();
      for (const key of runs.flatMap(keysOf)) this.#namesakes.set(key, (this.#namesakes.get(key) ?? 0) + 1);
      return runs.map((run) => ({ kind: 'run', run }));
    }
    if (node.kind === 'checkpoint') return [];
    const { run } = node;
    const count = run.series.checkpoints.length;
    if (node.kind === 'stretch') return checkpoints(run, node.from, node.to);
    if (count <= STRETCH) return checkpoints(run, 0, count);
    const stretches: Stretch[] = [];
    for (let to = count; to > 0; to -= STRETCH)
      stretches.push({ kind: 'stretch', run, from: Math.max(0, to - STRETCH), to });
    return stretches;
  }

  getParent(node: RunNode): RunNode | null {
    return node.kind === 'run' ? null : { kind: 'run', run: node.run };
  }

  async getTreeItem(node: RunNode): Promise<vscode.TreeItem> {
    switch (node.kind) {
      case 'run':
        return this.#runItem(node.run);
      case 'stretch':
        return this.#stretchItem(node);
      case 'checkpoint':
        return this.#checkpointItem(node);
    }
  }

  dispose(): void {
    for (const part of [...this.#subscriptions, this.#changed]) part.dispose();
  }

  #runItem(run: WorkspaceRun): vscode.TreeItem {
    const { series, folder, name } = run;
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
    const timeline = this.timelines.get(folder);
    const last = series.checkpoints.at(-1)!;
    item.id = `${folder.toString()}#${series.name}`;
    item.iconPath = new vscode.ThemeIcon('graph-line');
    item.description = [
      ...this.#apart(run),
      vscode.l10n.t('{0} checkpoints', series.checkpoints.length.toLocaleString('en')),
      ...(timeline && timeline.events.length > 0
        ? [
            timeline.events.length === 1
              ? vscode.l10n.t('1 bifurcation')
              : vscode.l10n.t('{0} bifurcations', timeline.events.length),
          ]
        : []),
    ].join(' · ');
    const tooltip = new vscode.MarkdownString();
    tooltip.appendMarkdown(`**${escape(name)}** · `);
    tooltip.appendText(
      `${series.name} · ${position(series.axis, series.checkpoints[0].epoch)} – ${position(series.axis, last.epoch)}`,
    );
    for (const note of series.notes) tooltip.appendMarkdown(`\n\n_${escape(note)}_`);
    item.tooltip = tooltip;
    item.contextValue = 'run';
    return item;
  }

  /** What tells a run from others of its name: where it lies, and which of the series there it is. */
  #apart(run: WorkspaceRun): string[] {
    const [named, inFolder] = keysOf(run).map((key) => this.#namesakes.get(key) ?? 1) as [number, number];
    return [
      ...(named > inFolder ? [vscode.workspace.asRelativePath(run.folder)] : []),
      ...(inFolder > 1 ? [run.series.name] : []),
    ];
  }

  #stretchItem({ run, from, to }: Stretch): vscode.TreeItem {
    const { axis, checkpoints: all } = run.series;
    const first = all[from]!.epoch;
    const last = all[to - 1]!.epoch;
    const item = new vscode.TreeItem(
      `${position(axis, first)} – ${String(last)}`,
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.id = `${run.folder.toString()}#${run.series.name}#${from}-`;
    item.iconPath = new vscode.ThemeIcon('ellipsis');
    const timeline = this.timelines.get(run.folder);
    const events = timeline?.events.filter(({ epoch }) => epoch > first && epoch <= last).length ?? 0;
    if (events > 0) item.description = vscode.l10n.t('{0} bifurcations', events);
    return item;
  }

  async #checkpointItem(node: CheckpointNode): Promise<vscode.TreeItem> {
    const { run, index } = node;
    const { axis } = run.series;
    const checkpoint = run.series.checkpoints[index]!;
    const { epoch, file } = checkpoint;
    const item = new vscode.TreeItem(position(axis, epoch));
    const timeline = this.timelines.get(run.folder);
    const analysed = timeline?.checkpoints.find((one) => one.epoch === epoch);
    const events = timeline ? eventsBefore(timeline, epoch) : [];
    const loss = analysed?.loss ?? (await this.#loss(run, checkpoint));
    const uri = checkpointUri(node);
    item.id = `${run.folder.toString()}#${run.series.name}#${String(epoch)}`;
    item.description = [
      ...(analysed ? [countBadge(analysed)] : []),
      ...(loss === null ? [] : [vscode.l10n.t('loss {0}', short(loss))]),
    ].join(' · ');
    item.iconPath =
      events.length > 0
        ? new vscode.ThemeIcon('git-branch', new vscode.ThemeColor('charts.orange'))
        : new vscode.ThemeIcon('circle-small');
    item.tooltip = [
      file,
      ...(loss === null ? [] : [vscode.l10n.t('loss {0}', String(loss))]),
      ...events.map(({ text }) => text),
    ].join('\n');
    item.accessibilityInformation = {
      label: [
        position(axis, epoch),
        item.description,
        ...(events.length > 0 ? [vscode.l10n.t('{0} bifurcations before it', events.length)] : []),
      ].join(', '),
    };
    item.command = {
      command: 'rnnDynamics.analyze',
      title: vscode.l10n.t('Analyze RNN Dynamics'),
      arguments: [uri],
    };
    item.contextValue = 'checkpoint';
    return item;
  }

  async #loss(run: WorkspaceRun, { epoch }: RunCheckpoint): Promise<number | null> {
    const details = await this.runs.details(run);
    if (!details?.loss) return null;
    const { points } = details.loss;
    const wanted = epoch + details.lossOffset;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle]!.epoch < wanted) low = middle + 1;
      else high = middle;
    }
    return points[low]?.epoch === wanted ? points[low]!.loss : null;
  }
}

function keysOf({ name, folder }: WorkspaceRun): [string, string] {
  return [name, `${name}\n${folder.toString()}`];
}

function checkpoints(run: WorkspaceRun, from: number, to: number): CheckpointNode[] {
  return Array.from({ length: to - from }, (_, i) => ({ kind: 'checkpoint', run, index: to - 1 - i }));
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&');
}
