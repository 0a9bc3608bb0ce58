import * as vscode from 'vscode';
import { baseOf, folderOf, formatRank } from '../../runs/files';
import { globMatcher } from '../../runs/globs';
import { fileRef } from '../fileRef';
import type { Engine } from '../panelSession';
import { listenToFolder, placeBelow } from './folderOnDisk';
import { KnownFiles } from './knownFiles';
import { NewFolders, type Entry } from './newFolders';
import { Settler } from './settler';

/** What happened below a folder since the last time, once it has come to rest. A renamed file is in both lists. */
export interface RunChange {
  readonly written: readonly vscode.Uri[];
  readonly deleted: readonly vscode.Uri[];
  /** Still no readable model after half a minute. */
  readonly unreadable: readonly vscode.Uri[];
}

/** Which files are watched, by globs relative to the folder. */
export interface Watched {
  readonly include: readonly string[];
  /** Files and folders that are not looked at. */
  readonly exclude: readonly string[];
}

/** Tells of checkpoints and logs that training writes below a folder; half-written files only when they are whole. */
export interface RunWatcher extends vscode.Disposable {
  readonly onDidChange: vscode.Event<RunChange>;
  /** Paths of files, relative to the folder, as far as they were given to `begin` or told of. */
  readonly known: KnownFiles;
  /** Hands over a listing that was made since watching began: these files were there and are not told of. */
  begin(files: readonly string[]): void;
  /** Makes sure of folders, relative paths, that files are expected in; the system may have missed them. */
  attend(folders: readonly string[]): void;
  /** Makes sure of all folders, as far as they are few. */
  attendAll(): void;
}

/**
 * Watches a folder, in the workspace or elsewhere, from now on.
 * @param engine checks whether a model file is whole
 */
export function watchRun(
  folder: vscode.Uri,
  { include, exclude }: Watched,
  engine: () => Engine,
): RunWatcher {
  const changes = new vscode.EventEmitter<RunChange>();
  const known = new KnownFiles();
  const uriOf = (path: string): vscode.Uri => (path === '' ? folder : vscode.Uri.joinPath(folder, path));
  const pathOf = (uri: vscode.Uri): string => uri.path.slice(folder.path.length + 1);
  /** Deleted before `begin`, whatever its listing says. */
  const deletedEarly = new Set<string>();
  let begun = false;
  const settler = new Settler({
    stat: async (path) => {
      try {
        const { size, mtime, type } = await vscode.workspace.fs.stat(uriOf(path));
        return type & vscode.FileType.Directory ? null : { size, mtime };
      } catch {
        return null;
      }
    },
    readable: async (path) => {
      const uri = uriOf(path);
      if (uri.scheme !== 'file' || formatRank(baseOf(path)) < 0) return true;
      await engine().run('check', { file: await fileRef(uri) }).result;
      return true;
    },
    report: ({ written, deleted, unreadable }) => {
      for (const path of deleted) {
        known.delete(path);
        if (!begun) deletedEarly.add(path);
      }
      for (const path of written) {
        known.add(path);
        deletedEarly.delete(path);
      }
      changes.fire({
        written: written.map(uriOf),
        deleted: deleted.map(uriOf),
        unreadable: unreadable.map(uriOf),
      });
    },
  });
  const included = globMatcher(include);
  const excluded = excluding(exclude);
  const onDisk = folder.scheme === 'file';
  const folders = new NewFolders(
    {
      standing: async (path) => {
        try {
          const { type, ctime } = await vscode.workspace.fs.stat(uriOf(path));
          return { ...kindOf(type), born: ctime };
        } catch {
          return null;
        }
      },
      list: async (path) => {
        const entries = await vscode.workspace.fs.readDirectory(uriOf(path));
        return entries.map(([name, type]) => ({ name, ...kindOf(type) }));
      },
      place: (path) => (onDisk ? placeBelow(folder.fsPath, path) : Promise.resolve({ inside: path })),
      listen: (path, heard) => (onDisk ? listenToFolder(uriOf(path).fsPath, heard) : null),
      now: () => Date.now(),
      after: (milliseconds, action) => {
        const timer = setTimeout(action, milliseconds);
        return () => clearTimeout(timer);
      },
      wanted: (path) => included(path) && !excluded(path),
      excluded,
      touched: (path) => settler.touched(path),
    },
    known,
  );
  // Folders themselves must be told of, too, whatever files are asked for.
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**/*'));
  const parts = vscode.Disposable.from(
    watcher,
    watcher.onDidCreate((uri) => folders.event('made', pathOf(uri))),
    watcher.onDidChange((uri) => folders.event('changed', pathOf(uri))),
    watcher.onDidDelete((uri) => folders.event('made', pathOf(uri))),
    changes,
  );
  // The folder may be new itself, and one outside the workspace is watched a moment later than that is asked for.
  folders.listen('');
  return {
    onDidChange: changes.event,
    known,
    begin: (files) => {
      begun = true;
      for (const path of files) if (!deletedEarly.has(path)) known.add(path);
      deletedEarly.clear();
      folders.begin();
    },
    attend: (paths) => void folders.attend(paths),
    attendAll: () => void folders.surround(),
    dispose: () => {
      folders.dispose();
      settler.dispose();
      parts.dispose();
    },
  };
}

function kindOf(type: vscode.FileType): Omit<Entry, 'name'> {
  return {
    kind: type & vscode.FileType.Directory ? 'folder' : 'file',
    linked: (type & vscode.FileType.SymbolicLink) !== 0,
  };
}

/** Whether globs name a path, or a folder that it is or lies in. */
function excluding(globs: readonly string[]): (path: string) => boolean {
  const named = globMatcher(globs);
  return (path) => {
    for (let part = path; part !== ''; part = folderOf(part))
      if (named(part) || named(`${part}/`)) return true;
    return false;
  };
}
