import * as vscode from 'vscode';
import { baseOf, formatRank } from '../../runs/files';
import { fileRef } from '../fileRef';
import type { Engine } from '../panelSession';
import { Settler } from './settler';

/** What happened below a folder since the last time, once it has come to rest. A renamed file is in both lists. */
export interface RunChange {
  readonly written: readonly vscode.Uri[];
  readonly deleted: readonly vscode.Uri[];
  /** Still no readable model after half a minute. */
  readonly unreadable: readonly vscode.Uri[];
}

/** Tells of checkpoints and logs that training writes below a folder; half-written files only when they are whole. */
export interface RunWatcher extends vscode.Disposable {
  readonly onDidChange: vscode.Event<RunChange>;
}

/**
 * Watches a folder, in the workspace or elsewhere.
 * @param pattern which files, relative to the folder
 * @param engine checks whether a model file is whole
 */
export function watchRun(folder: vscode.Uri, pattern: string, engine: () => Engine): RunWatcher {
  const changes = new vscode.EventEmitter<RunChange>();
  const uris = new Map<string, vscode.Uri>();
  const named = (keys: readonly string[]): vscode.Uri[] =>
    keys.flatMap((key) => {
      const uri = uris.get(key);
      return uri ? [uri] : [];
    });
  const settler = new Settler({
    stat: async (key) => {
      const uri = uris.get(key);
      if (!uri) return null;
      try {
        const { size, mtime } = await vscode.workspace.fs.stat(uri);
        return { size, mtime };
      } catch {
        return null;
      }
    },
    readable: async (key) => {
      const uri = uris.get(key);
      if (!uri || uri.scheme !== 'file' || formatRank(baseOf(uri.path)) < 0) return true;
      await engine().run('check', { file: await fileRef(uri) }).result;
      return true;
    },
    report: ({ written, deleted, unreadable }) => {
      changes.fire({ written: named(written), deleted: named(deleted), unreadable: named(unreadable) });
      for (const key of [...written, ...deleted, ...unreadable]) uris.delete(key);
    },
  });
  const touched = (uri: vscode.Uri): void => {
    uris.set(uri.toString(), uri);
    settler.touched(uri.toString());
  };
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, pattern));
  const parts = vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(touched),
    watcher.onDidChange(touched),
    watcher.onDidDelete(touched),
    changes,
  );
  return {
    onDidChange: changes.event,
    dispose: () => {
      settler.dispose();
      parts.dispose();
    },
  };
}
