import * as vscode from 'vscode';
import { InputError } from '../../core/errors';
import { runName } from '../../runs/names';
import { findSeries } from '../../runs/series';
import type { CheckpointSeries, Run } from '../../runs/types';
import type { Engine } from '../panelSession';
import { SECTION } from '../settings';
import { withoutLinked } from './linkedFolders';
import { watchRun, type RunChange } from './runWatcher';

/** Files listed at most; a workspace with more has other problems. */
const MAX_FILES = 100_000;

/** A series of checkpoints in the workspace. */
export interface WorkspaceRun {
  readonly folder: vscode.Uri;
  readonly name: string;
  readonly series: CheckpointSeries;
}

/** Runs found in the workspace by the names of files alone; kept current by watching. */
export class WorkspaceRuns implements vscode.Disposable {
  #runs: readonly WorkspaceRun[] = [];
  /** Paths of candidate files by workspace folder. */
  readonly #files = new Map<string, Set<string>>();
  readonly #details = new Map<string, Promise<Run | null>>();
  #found: Promise<void> | null = null;
  #watchers: vscode.Disposable[] = [];
  #search: vscode.CancellationTokenSource | null = null;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #grew = new vscode.EventEmitter<WorkspaceRun>();
  readonly onDidChange = this.#changed.event;
  /** Training wrote a checkpoint of this run. */
  readonly onDidGrow = this.#grew.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly engine: () => Engine,
    private readonly log: Pick<vscode.LogOutputChannel, 'warn' | 'debug'>,
  ) {
    this.#subscriptions = [
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.refresh()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (
          change.affectsConfiguration(`${SECTION}.checkpoints`) ||
          change.affectsConfiguration('files.exclude')
        )
          void this.refresh();
      }),
    ];
  }

  /** The runs; the first call searches the workspace. */
  async all(): Promise<readonly WorkspaceRun[]> {
    await (this.#found ??= this.#findAll());
    return this.#runs;
  }

  /** Searches anew, if anything has been searched at all. */
  async refresh(): Promise<void> {
    if (!this.#found) return;
    this.#search?.cancel();
    this.#details.clear();
    this.#found = this.#findAll();
    await this.#found;
  }

  /** Loss and metadata of a run, read when first asked for; null where they cannot be read. */
  details({ folder, series }: WorkspaceRun): Promise<Run | null> {
    const key = `${folder.toString()}\n${series.name}`;
    let details = this.#details.get(key);
    if (!details) {
      details =
        folder.scheme === 'file'
          ? this.engine()
              .run('run', { folder: folder.fsPath, options: { series: series.name, patterns: patterns() } })
              .result.catch((error: unknown) => {
                this.log.debug(`${folder.path}: ${String(error)}`);
                return null;
              })
          : Promise.resolve(null);
      this.#details.set(key, details);
    }
    return details;
  }

  dispose(): void {
    this.#search?.cancel();
    for (const part of [...this.#subscriptions, ...this.#watchers, this.#changed, this.#grew]) part.dispose();
  }

  async #findAll(): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    this.#search = source;
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = [];
    this.#files.clear();
    const include = globSetting('include');
    const exclude = globSetting('exclude');
    const folders = vscode.workspace.workspaceFolders ?? [];
    for (const folder of folders) {
      const pattern = new vscode.RelativePattern(folder, include);
      const found = await vscode.workspace.findFiles(pattern, exclude, MAX_FILES, source.token);
      if (source.token.isCancellationRequested) return;
      if (found.length === MAX_FILES)
        this.log.warn(
          `${folder.name}: more than ${MAX_FILES} files; the rest is not searched for checkpoints`,
        );
      const root = folder.uri.path;
      const paths = found.map((uri) => uri.path.slice(root.length + 1));
      const once = folder.uri.scheme === 'file' ? await withoutLinked(folder.uri.fsPath, paths) : paths;
      if (source.token.isCancellationRequested) return;
      this.#files.set(folder.uri.toString(), new Set(once));
      const watcher = watchRun(folder.uri, include, this.engine);
      this.#watchers.push(
        watcher,
        watcher.onDidChange((change) => this.#apply(folder.uri, change)),
      );
    }
    this.#recompute();
  }

  #apply(root: vscode.Uri, { written, deleted, unreadable }: RunChange): void {
    const files = this.#files.get(root.toString());
    if (!files) return;
    const path = (uri: vscode.Uri): string => uri.path.slice(root.path.length + 1);
    for (const uri of deleted) files.delete(path(uri));
    for (const uri of written) files.add(path(uri));
    for (const uri of unreadable) this.log.warn(`${path(uri)} is no readable checkpoint`);
    const touched = [...written, ...deleted].map((uri) => uri.toString());
    for (const key of [...this.#details.keys()]) {
      const folder = `${key.slice(0, key.indexOf('\n'))}/`;
      if (touched.some((uri) => uri.startsWith(folder))) this.#details.delete(key);
    }
    this.#recompute();
    const arrived = new Set(written.map((uri) => uri.toString()));
    for (const run of this.#runs)
      if (
        run.series.checkpoints.some(({ file }) =>
          arrived.has(vscode.Uri.joinPath(run.folder, file).toString()),
        )
      )
        this.#grew.fire(run);
  }

  #recompute(): void {
    const runs: WorkspaceRun[] = [];
    for (const [root, files] of this.#files) {
      const uri = vscode.Uri.parse(root);
      const above = uri.path.split('/').filter(Boolean).reverse();
      try {
        for (const { folder, series } of findSeries([...files], { patterns: patterns() }))
          runs.push({
            folder: folder === '' ? uri : vscode.Uri.joinPath(uri, folder),
            name: runName([...folder.split('/').filter(Boolean).reverse(), ...above]),
            series,
          });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.log.warn(`${error.message} (${error.place}). ${error.remedy}`);
      }
    }
    this.#runs = runs;
    this.#changed.fire();
  }
}

function patterns(): string[] {
  const given = vscode.workspace.getConfiguration(SECTION).get<unknown>('checkpoints.patterns');
  return Array.isArray(given) ? given.filter((one): one is string => typeof one === 'string') : [];
}

/** Globs of a setting as one. */
function globSetting(name: 'include' | 'exclude'): string {
  const given = vscode.workspace.getConfiguration(SECTION).get<unknown>(`checkpoints.${name}`);
  const globs = Array.isArray(given) ? given.filter((one): one is string => typeof one === 'string') : [];
  return globs.length === 1 ? globs[0]! : `{${globs.join(',')}}`;
}
