import * as vscode from 'vscode';
import { InputError } from '../../core/errors';
import { folderOf, joined } from '../../runs/files';
import { runName } from '../../runs/names';
import { findSeries } from '../../runs/series';
import type { CheckpointSeries, Run } from '../../runs/types';
import type { Engine } from '../panelSession';
import { SECTION } from '../settings';
import { isWithin } from './knownFiles';
import { withoutLinked } from './linkedFolders';
import { watchRun, type RunChange, type RunWatcher } from './runWatcher';

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
  /** What watches each workspace folder that was searched; it knows the candidate files. */
  readonly #watchers = new Map<string, RunWatcher>();
  readonly #details = new Map<string, Promise<Run | null>>();
  #found: Promise<void> | null = null;
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
    this.#unwatch();
    for (const part of [...this.#subscriptions, this.#changed, this.#grew]) part.dispose();
  }

  async #findAll(): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    this.#search = source;
    this.#unwatch();
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      // What is written during the search is in the listing, or told of, or both.
      const watcher = watchRun(
        folder.uri,
        { include: globs('include'), exclude: [...globs('exclude'), ...hiddenFiles(folder)] },
        this.engine,
      );
      const files = await this.#list(folder, source.token);
      if (!files) {
        watcher.dispose();
        return;
      }
      watcher.begin(files);
      this.#watchers.set(folder.uri.toString(), watcher);
      watcher.onDidChange((change) => this.#apply(folder.uri, watcher, change));
    }
    this.#recompute();
    this.#attend();
  }

  /** Candidate files below a folder; null if the search was called off. */
  async #list(
    folder: vscode.WorkspaceFolder,
    token: vscode.CancellationToken,
  ): Promise<readonly string[] | null> {
    const pattern = new vscode.RelativePattern(folder, oneGlob(globs('include')));
    const found = await vscode.workspace.findFiles(pattern, oneGlob(globs('exclude')), MAX_FILES, token);
    if (token.isCancellationRequested) return null;
    if (found.length === MAX_FILES)
      this.log.warn(`${folder.name}: more than ${MAX_FILES} files; the rest is not searched for checkpoints`);
    const root = folder.uri.path;
    const paths = found.map((uri) => uri.path.slice(root.length + 1));
    const files = folder.uri.scheme === 'file' ? await withoutLinked(folder.uri.fsPath, paths) : paths;
    return token.isCancellationRequested ? null : files;
  }

  /** Folders of the runs, and of their last checkpoints. */
  #attend(): void {
    for (const [root, watcher] of this.#watchers) {
      const { path } = vscode.Uri.parse(root);
      const own = this.#runs.filter(({ folder }) => isWithin(folder.path, path));
      watcher.attend(
        own.flatMap(({ folder, series }) => {
          const below = folder.path.slice(path.length + 1);
          return [below, joined(below, folderOf(series.checkpoints.at(-1)!.file))];
        }),
      );
    }
  }

  #unwatch(): void {
    for (const watcher of this.#watchers.values()) watcher.dispose();
    this.#watchers.clear();
  }

  #apply(root: vscode.Uri, watcher: RunWatcher, { written, deleted, unreadable }: RunChange): void {
    if (this.#watchers.get(root.toString()) !== watcher) return;
    for (const uri of unreadable)
      this.log.warn(`${uri.path.slice(root.path.length + 1)} is no readable checkpoint`);
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
    for (const [root, { known }] of this.#watchers) {
      const uri = vscode.Uri.parse(root);
      const above = uri.path.split('/').filter(Boolean).reverse();
      try {
        for (const { folder, series } of findSeries([...known], { patterns: patterns() }))
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

function globs(name: 'include' | 'exclude'): string[] {
  const given = vscode.workspace.getConfiguration(SECTION).get<unknown>(`checkpoints.${name}`);
  return Array.isArray(given) ? given.filter((one): one is string => typeof one === 'string') : [];
}

/** Globs of files that VS Code hides; its own search leaves them out. */
function hiddenFiles(folder: vscode.WorkspaceFolder): string[] {
  const given = vscode.workspace.getConfiguration('files', folder).get<unknown>('exclude');
  return typeof given === 'object' && given !== null
    ? Object.entries(given).flatMap(([glob, hidden]) => (hidden === true ? [glob] : []))
    : [];
}

function oneGlob(several: readonly string[]): string {
  return several.length === 1 ? several[0]! : `{${several.join(',')}}`;
}
