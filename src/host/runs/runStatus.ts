import * as vscode from 'vscode';
import type { Timeline } from '../../core/report/timeline';
import { SECTION } from '../settings';
import type { TimelineStore } from './timelineStore';
import { countWords, position, short } from './words';
import type { WorkspaceRun, WorkspaceRuns } from './workspaceRuns';

/** The run that training is writing, or whose timeline was opened last, in the status bar. */
export class RunStatus implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscriptions: vscode.Disposable[];
  /** Position of the last event that was known, by folder. */
  readonly #told = new Map<string, number>();

  constructor(
    private readonly runs: WorkspaceRuns,
    private readonly timelines: TimelineStore,
  ) {
    this.#item = vscode.window.createStatusBarItem('rnnDynamics.run', vscode.StatusBarAlignment.Left, 0);
    this.#item.name = vscode.l10n.t('RNN Dynamics: run');
    this.#subscriptions = [
      runs.onDidGrow((run) => this.#show(run)),
      timelines.onDidChange((folder) => void this.#timelineChanged(folder)),
    ];
  }

  dispose(): void {
    for (const part of [...this.#subscriptions, this.#item]) part.dispose();
  }

  async #timelineChanged(folder: vscode.Uri): Promise<void> {
    const timeline = this.timelines.get(folder);
    if (!timeline) return;
    this.#notify(folder, timeline);
    const run = (await this.runs.all()).find((one) => one.folder.toString() === folder.toString());
    if (run) this.#show(run);
  }

  #show(run: WorkspaceRun): void {
    const { series, folder, name } = run;
    const timeline = this.timelines.get(folder);
    const last = timeline?.checkpoints.at(-1);
    const distance = last?.distanceToBifurcation;
    this.#item.text = [
      `RNN: ${name}`,
      position(series.axis, series.checkpoints.at(-1)!.epoch),
      ...(last ? [countWords(last)] : []),
      ...(distance ? [vscode.l10n.t('next bifurcation {0}', short(distance.value))] : []),
    ].join(' · ');
    const tooltip = new vscode.MarkdownString();
    tooltip.appendText(
      [
        vscode.l10n.t('{0}: {1} checkpoints', name, series.checkpoints.length),
        ...(distance
          ? [
              vscode.l10n.t(
                'The nearest bifurcation ({0} of {1}) is {2} away in parameter space, to first order.',
                distance.which.kind,
                distance.which.branch,
                short(distance.value),
              ),
            ]
          : []),
      ].join('\n'),
    );
    this.#item.tooltip = tooltip;
    this.#item.command = {
      command: 'rnnDynamics.openTimeline',
      title: vscode.l10n.t('Open Bifurcation Timeline'),
      arguments: [folder],
    };
    this.#item.show();
  }

  /** A bifurcation that lies after all that were known is news; those of the first timeline are history. */
  #notify(folder: vscode.Uri, { events, run }: Timeline): void {
    const key = folder.toString();
    const before = this.#told.get(key);
    const latest = events.reduce((most, { epoch }) => Math.max(most, epoch), -Infinity);
    this.#told.set(key, Math.max(latest, before ?? -Infinity));
    if (before === undefined || latest <= before) return;
    if (vscode.workspace.getConfiguration(SECTION, folder).get('notifyBifurcations') !== true) return;
    const news = events.filter(({ epoch }) => epoch > before);
    const open = vscode.l10n.t('Open Timeline');
    const first = news[0]!.text;
    const message = `${run.folder}: ${news.length === 1 ? first : vscode.l10n.t('{0} bifurcations; {1}', news.length, first)}`;
    void vscode.window.showInformationMessage(message, open).then((chosen) => {
      if (chosen === open) void vscode.commands.executeCommand('rnnDynamics.openTimeline', folder);
    });
  }
}
