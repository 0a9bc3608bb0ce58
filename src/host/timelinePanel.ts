import * as vscode from 'vscode';
import type { Timeline } from '../core/report/timeline';
import { timelineToCsv } from '../export/timelineCsv';
import { timelineToHtml } from '../export/timelineHtml';
import { timelineToJson } from '../export/json';
import type { ModelOptions } from '../core/models/types';
import type { CacheRef, Jobs } from '../protocol/job';
import type { PlaneAxisRequest } from '../protocol/plane';
import type { FromTimelinePanel, Side, ToTimelinePanel } from '../protocol/timelinePanel';
import { WorkerClient, type RunningJob } from '../worker/client';
import { saveBeside, saveFigure } from './exports';
import { baseName, fileRef } from './fileRef';
import { showError } from './log';
import type { ModelAnswers } from './modelAnswers';
import { pageOf } from './panelHtml';
import { asFailure } from './panelSession';
import type { Panels } from './panels';
import { watchRun, type RunWatcher } from './runs/runWatcher';
import { filesKey, timelineRequest } from './runs/timelineRequest';
import type { TimelineStore } from './runs/timelineStore';
import type { WorkspaceRuns } from './runs/workspaceRuns';
import { paletteSetting, timelineSettings } from './settings';
import { parseFromTimeline } from './timelineMessages';

export const TIMELINE_TYPE = 'rnnDynamics.timeline';

/** What all timeline panels share. */
export interface TimelineServices {
  readonly extension: vscode.Uri;
  readonly panels: Panels;
  readonly answers: ModelAnswers;
  readonly timelines: TimelineStore;
  readonly runs: Pick<WorkspaceRuns, 'all'>;
  readonly cache: CacheRef;
  readonly log: vscode.LogOutputChannel;
}

/** Tells panels apart, and survives a reload of the window. */
export function placeKey(place: TimelinePlace): string {
  if (place instanceof vscode.Uri || isPair(place)) return filesKey(place);
  return `${DIAGRAM}${encodeURIComponent(JSON.stringify({ ...place, file: place.file.toString() }))}`;
}

/** The place of a key; null when it is none. */
export function placeOf(key: string): TimelinePlace | null {
  if (key.startsWith(DIAGRAM)) {
    const saved = JSON.parse(decodeURIComponent(key.slice(DIAGRAM.length))) as DiagramPlace & {
      file: string;
    };
    return { ...saved, file: vscode.Uri.parse(saved.file) };
  }
  const [first, second, ...more] = key.split(' ').map((one) => vscode.Uri.parse(one));
  if (!first || more.length > 0) return null;
  return second ? [first, second] : first;
}

/** Where exports go. */
function folderOf(place: TimelinePlace): vscode.Uri {
  if (place instanceof vscode.Uri) return place;
  return isPair(place) ? place[0] : place.file;
}

/** A run counts as live for this long after its last checkpoint was written. */
const LIVE_MS = 5 * 60_000;

/** One model moved along a direction in the space of its weights. */
export interface DiagramPlace {
  readonly file: vscode.Uri;
  readonly along: PlaneAxisRequest;
  readonly maxOrder: number;
  /** What the file is. */
  readonly options: ModelOptions;
}

type PairPlace = readonly [vscode.Uri, vscode.Uri];

/** What a panel shows: a run's folder, two model files to compare, or one model moved. */
export type TimelinePlace = vscode.Uri | PairPlace | DiagramPlace;

const DIAGRAM = 'diagram:';
/** Offsets at which a model is analysed. */
const DIAGRAM_POINTS = 65;

function isPair(place: TimelinePlace): place is PairPlace {
  return Array.isArray(place);
}

/** "R1", or "ckpt_02058.pt ↔ ckpt_02060.pt". */
export function placeName(place: TimelinePlace): string {
  if (place instanceof vscode.Uri) return baseName(place);
  if (isPair(place)) return place.map(baseName).join(' ↔ ');
  return vscode.l10n.t('{0} along {1}', baseName(place.file), place.along.direction);
}

/** One run in the panel: where it is, what is known of it, and the job under way. */
interface Run {
  readonly place: TimelinePlace;
  timeline: Timeline | null;
  job: RunningJob<'timeline' | 'diagram'> | null;
  /** The run changed while a job was under way. */
  again: boolean;
}

/** The timeline panel of a run folder, with a second run beside it on request. */
export class TimelinePanel implements vscode.Disposable {
  readonly #worker: WorkerClient;
  readonly #runs = new Map<Side, Run>();
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.#disposed.event;
  /** What a fresh webview must hear after `init`, by what it replaces. */
  readonly #known = new Map<string, ToTimelinePanel>();
  #listening = false;
  /** Whether Lyapunov spectra are asked for. */
  #spectra = false;
  #live: NodeJS.Timeout | null = null;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    readonly place: TimelinePlace,
    private readonly services: TimelineServices,
  ) {
    const dist = vscode.Uri.joinPath(services.extension, 'dist');
    this.#worker = new WorkerClient(vscode.Uri.joinPath(dist, 'worker.js').fsPath);
    this.#runs.set('A', { place, timeline: null, job: null, again: false });
    panel.iconPath = {
      light: vscode.Uri.joinPath(services.extension, 'media', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(services.extension, 'media', 'panel-dark.svg'),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.webview.onDidReceiveMessage((received) => this.#receive(received), null, this.#subscriptions);
    panel.onDidChangeViewState(
      () => {
        // A hidden webview is destroyed; it says `ready` when it is shown again.
        if (!panel.visible) this.#listening = false;
      },
      null,
      this.#subscriptions,
    );
    panel.onDidDispose(() => this.#close(), null, this.#subscriptions);
    if (place instanceof vscode.Uri) {
      const watcher: RunWatcher = watchRun(place, { include: ['**/*'], exclude: [] }, () => this.#worker);
      watcher.attendAll();
      watcher.onDidChange(() => this.#changed(), null, this.#subscriptions);
      this.#subscriptions.push(watcher);
    }
    panel.webview.html = pageOf(
      panel.webview,
      dist,
      'timeline',
      'Bifurcation timeline',
      // The webview keeps it in its state: a reloaded window opens the same run.
      ` data-panel="${placeKey(place).replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`,
    );
    void this.#analyze('A');
  }

  get #folder(): vscode.Uri {
    return folderOf(this.place);
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.panel.dispose();
  }

  #receive(received: unknown): void {
    const parsed = parseFromTimeline(received);
    if ('rejected' in parsed) {
      this.services.log.warn(`A message of the timeline was turned down: ${parsed.rejected}`);
      return;
    }
    this.#handle(parsed.message).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      void showError(this.services.log, `${placeName(this.place)}: ${reason}`, error);
    });
  }

  async #handle(message: FromTimelinePanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#listening = true;
        this.#tell({ type: 'init', run: { name: placeName(this.place) }, palette: paletteSetting() });
        for (const known of this.#known.values()) this.#tell(known);
        break;
      case 'stop':
        for (const { job } of this.#runs.values()) job?.stop(true);
        break;
      case 'rerun':
        for (const side of this.#runs.keys()) void this.#analyze(side);
        break;
      case 'spectra':
        if (message.on === this.#spectra) break;
        this.#spectra = message.on;
        if (message.on) for (const side of this.#runs.keys()) void this.#analyze(side);
        break;
      case 'compare':
        await this.#compare();
        break;
      case 'endCompare':
        this.#runs.get('B')?.job?.stop(false);
        this.#runs.delete('B');
        for (const key of [...this.#known.keys()]) if (key.endsWith(' B')) this.#known.delete(key);
        this.#tell({ type: 'alone' });
        break;
      case 'openCheckpoints':
        this.#openCheckpoints(message.side, message.epochs);
        break;
      case 'export':
        await this.#export(message.side, message.format);
        break;
      case 'saveFigure':
        await saveFigure(this.#folder, { ...message, type: 'saveFigure' });
        break;
      case 'showLog':
        this.services.log.show();
        break;
    }
  }

  async #compare(): Promise<void> {
    const folder = await this.#chooseRun();
    if (!folder) return;
    this.#runs.get('B')?.job?.stop(false);
    this.#runs.set('B', { place: folder, timeline: null, job: null, again: false });
    await this.#analyze('B');
  }

  /** Another run of the workspace, or any folder. */
  async #chooseRun(): Promise<vscode.Uri | undefined> {
    const runs = await this.services.runs.all();
    const others = new Map(
      runs
        .filter(({ folder }) => folder.toString() !== this.place.toString())
        .map((run) => [run.folder.toString(), run]),
    );
    type Item = vscode.QuickPickItem & { folder?: vscode.Uri };
    const items: Item[] = [...others.values()].map(({ folder, name, series }) => ({
      label: name,
      description: vscode.workspace.asRelativePath(folder),
      detail: vscode.l10n.t('{0} checkpoints', series.checkpoints.length),
      folder,
    }));
    const browse: Item = { label: vscode.l10n.t('Browse for a folder…') };
    const chosen = await vscode.window.showQuickPick([...items, browse], {
      title: vscode.l10n.t('Compare with another run'),
      matchOnDescription: true,
    });
    if (chosen !== browse) return chosen?.folder;
    const [folder] =
      (await vscode.window.showOpenDialog({
        canSelectFiles: false,
        canSelectFolders: true,
        defaultUri: vscode.Uri.joinPath(this.#folder, '..'),
        openLabel: vscode.l10n.t('Compare'),
        title: vscode.l10n.t('Compare with another run'),
      })) ?? [];
    return folder;
  }

  #openCheckpoints(side: Side, epochs: readonly number[]): void {
    const run = this.#runs.get(side);
    // One column beside, whatever is opened.
    let column = vscode.ViewColumn.Beside;
    for (const epoch of epochs) {
      const checkpoint = run?.timeline?.checkpoints.find((one) => one.epoch === epoch);
      if (!run || !checkpoint) continue;
      if (!(run.place instanceof vscode.Uri) && !isPair(run.place)) {
        void this.#openMoved(run.place, epoch);
        continue;
      }
      const file =
        run.place instanceof vscode.Uri
          ? vscode.Uri.joinPath(run.place, checkpoint.file)
          : run.place[epoch === 0 ? 0 : 1];
      this.services.panels.open(file, column);
      column = vscode.ViewColumn.Active;
    }
  }

  /** The model of a diagram at one offset. */
  async #openMoved({ file, along, options }: DiagramPlace, offset: number): Promise<void> {
    try {
      const session = 'diagram';
      await this.#worker.run('open', { session, file: await fileRef(file), options }).result;
      const moves = [{ direction: along.direction, offset }];
      await this.services.panels.openModel(await this.#worker.run('moved', { session, moves }).result);
    } catch (error) {
      void showError(this.services.log, `${placeName(this.place)}: ${asFailure(error).message}`, error);
    }
  }

  async #export(side: Side, format: 'json' | 'csv' | 'html'): Promise<void> {
    const run = this.#runs.get(side);
    if (!run?.timeline) {
      void vscode.window.showInformationMessage(vscode.l10n.t('There is no timeline yet.'));
      return;
    }
    const write = { json: timelineToJson, csv: timelineToCsv, html: timelineToHtml }[format];
    await saveBeside(
      folderOf(run.place),
      `timeline.${format}`,
      format,
      new TextEncoder().encode(write(run.timeline)),
    );
  }

  /** Analyses a run anew; what was found before comes from the cache, so that a grown run costs only its new part. */
  async #analyze(side: Side): Promise<void> {
    const run = this.#runs.get(side);
    if (!run) return;
    if (run.job) {
      run.again = true;
      return;
    }
    const { place } = run;
    const name = placeName(place);
    this.#remember(`busy ${side}`, { type: 'busy', side, busy: true });
    const onEvent = (event: Jobs['timeline']['event']): void => {
      if (this.#runs.get(side) !== run) return;
      if (event.type === 'progress') this.#tell({ type: 'progress', side, progress: event.progress });
      // What stood before stays until the new timeline is whole.
      else if (run.timeline === null)
        this.#remember(`timeline ${side}`, { type: 'timeline', side, name, timeline: event.timeline });
    };
    try {
      const job =
        place instanceof vscode.Uri || isPair(place)
          ? this.#worker.run(
              'timeline',
              timelineRequest(place, this.services, { lyapunov: this.#spectra, partials: true }),
              onEvent,
            )
          : this.#worker.run(
              'diagram',
              {
                file: await fileRef(place.file),
                options: place.options,
                along: place.along,
                points: DIAGRAM_POINTS,
                timeline: {
                  ...timelineSettings(place.file),
                  lyapunov: this.#spectra,
                  maxOrder: place.maxOrder,
                },
              },
              onEvent,
            );
      run.job = job;
      const found = await job.result;
      if (this.#runs.get(side) !== run) return;
      run.timeline = found;
      this.#known.delete(`failure ${side}`);
      this.#remember(`timeline ${side}`, { type: 'timeline', side, name, timeline: found });
      if (side === 'A' && place instanceof vscode.Uri) this.services.timelines.set(place, found);
    } catch (error) {
      const failure = asFailure(error);
      if (this.#runs.get(side) !== run || failure.kind === 'cancelled') return;
      this.services.log.error(`${name}: ${failure.message} ${failure.remedy}`, failure.stack ?? '');
      this.#remember(`failure ${side}`, { type: 'failure', side, failure });
    } finally {
      run.job = null;
      if (this.#runs.get(side) === run) {
        this.#remember(`busy ${side}`, { type: 'busy', side, busy: false });
        if (run.again) {
          run.again = false;
          void this.#analyze(side);
        }
      }
    }
  }

  /** Training wrote something below the folder. */
  #changed(): void {
    this.#remember('live', { type: 'live', live: true });
    if (this.#live) clearTimeout(this.#live);
    this.#live = setTimeout(() => this.#remember('live', { type: 'live', live: false }), LIVE_MS);
    void this.#analyze('A');
  }

  #remember(key: string, message: ToTimelinePanel): void {
    this.#known.set(key, message);
    this.#tell(message);
  }

  #tell(message: ToTimelinePanel): void {
    if (this.#listening) void this.panel.webview.postMessage(message);
  }

  #close(): void {
    this.#listening = false;
    if (this.#live) clearTimeout(this.#live);
    for (const { job } of this.#runs.values()) job?.stop(false);
    this.#runs.clear();
    void this.#worker.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#disposed.fire();
    this.#disposed.dispose();
  }
}
