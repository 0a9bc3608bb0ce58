import * as vscode from 'vscode';
import type { Timeline } from '../../core/report/timeline';

/** The last timeline of each run, as the timeline panel hands it over; the view and the status bar read it. */
export class TimelineStore implements vscode.Disposable {
  readonly #timelines = new Map<string, Timeline>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** The folder whose timeline is new. */
  readonly onDidChange = this.#changed.event;

  get(folder: vscode.Uri): Timeline | null {
    return this.#timelines.get(folder.toString()) ?? null;
  }

  set(folder: vscode.Uri, timeline: Timeline): void {
    this.#timelines.set(folder.toString(), timeline);
    this.#changed.fire(folder);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
