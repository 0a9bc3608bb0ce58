import * as vscode from 'vscode';
import type { CacheRef } from '../../protocol/job';
import type { ModelAnswers } from '../modelAnswers';
import { asFailure, type Engine } from '../panelSession';
import { SECTION } from '../settings';
import { timelineRequest } from './timelineRequest';
import type { TimelineStore } from './timelineStore';
import type { WorkspaceRun, WorkspaceRuns } from './workspaceRuns';

export interface AutoAnalysisServices {
  readonly runs: Pick<WorkspaceRuns, 'all' | 'onDidGrow'>;
  readonly timelines: Pick<TimelineStore, 'set'>;
  readonly answers: Pick<ModelAnswers, 'get'>;
  readonly cache: CacheRef;
  readonly engine: () => Engine;
  /** Whether a panel follows the run already. */
  readonly followed: (folder: vscode.Uri) => boolean;
  readonly log: Pick<vscode.LogOutputChannel, 'info'>;
}

/**
 * Follows runs that training is writing without a panel, where the user has asked for it: badges, status bar and
 * notifications then speak of the newest checkpoint. One run at a time; what grew meanwhile is analysed once more.
 */
export class AutoAnalysis implements vscode.Disposable {
  readonly #waiting = new Map<string, WorkspaceRun>();
  readonly #subscriptions: vscode.Disposable[];
  #busy = false;
  #disposed = false;

  constructor(private readonly services: AutoAnalysisServices) {
    this.#subscriptions = [
      services.runs.onDidGrow((run) => {
        if (!wanted(run.folder) || services.followed(run.folder)) return;
        this.#waiting.set(run.folder.toString(), run);
        void this.#work();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${SECTION}.autoAnalyze`)) this.#look();
      }),
    ];
    this.#look();
  }

  dispose(): void {
    this.#disposed = true;
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Runs are looked for only when something asks for them. */
  #look(): void {
    if (wanted()) void this.services.runs.all();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#next(); next && !this.#disposed; next = this.#next()) await this.#analyze(next);
    } finally {
      this.#busy = false;
    }
  }

  #next(): WorkspaceRun | undefined {
    const [first] = this.#waiting;
    if (first) this.#waiting.delete(first[0]);
    return first?.[1];
  }

  async #analyze({ folder, series, name }: WorkspaceRun): Promise<void> {
    const { engine, timelines, log } = this.services;
    try {
      const request = timelineRequest(folder, this.services, { series: series.name, partials: false });
      const timeline = await engine().run('timeline', request).result;
      if (!this.#disposed) timelines.set(folder, timeline);
    } catch (error) {
      const { message, remedy } = asFailure(error);
      log.info(`${name} is not analysed as it grows: ${message} ${remedy}`);
    }
  }
}

function wanted(folder?: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration(SECTION, folder ?? null).get('autoAnalyze') === true;
}
