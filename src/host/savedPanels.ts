import * as vscode from 'vscode';
import * as v from 'valibot';
import type { ModelOptions } from '../core/models/types';
import { REPORT_SCHEMA, type Report } from '../core/report/types';

/** What a panel needs to come back after the window was reloaded. */
export interface SavedPanel {
  readonly file: string;
  readonly answers: ModelOptions;
  /** The last whole report and the file's time of change it was made from, or null while there is none. */
  readonly result: { readonly report: Report; readonly modified: number } | null;
}

/** Our own file: enough is checked to tell it from a damaged or an older one. */
const shape = v.object({
  file: v.string(),
  answers: v.record(v.string(), v.unknown()),
  result: v.nullable(
    v.object({ report: v.looseObject({ schema: v.literal(REPORT_SCHEMA) }), modified: v.number() }),
  ),
});

const TOKEN = /^[\w-]{8,64}$/;

/** Open panels on disk, one small file each, in the workspace's own storage. */
export class SavedPanels {
  readonly #folder: vscode.Uri;

  constructor(storage: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(storage, 'panels');
  }

  async save(token: string, panel: SavedPanel): Promise<void> {
    await vscode.workspace.fs.createDirectory(this.#folder);
    await vscode.workspace.fs.writeFile(this.#path(token), new TextEncoder().encode(JSON.stringify(panel)));
  }

  /** @param token as the webview's state gives it: anything at all */
  async load(token: unknown): Promise<SavedPanel | null> {
    if (typeof token !== 'string' || !TOKEN.test(token)) return null;
    try {
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(this.#path(token)));
      const result = v.safeParse(shape, JSON.parse(text));
      return result.success ? (result.output as unknown as SavedPanel) : null;
    } catch {
      return null;
    }
  }

  /** The files of all panels that will come back, as text. */
  async files(): Promise<Set<string>> {
    const files = new Set<string>();
    let entries: [string, vscode.FileType][];
    try {
      entries = await vscode.workspace.fs.readDirectory(this.#folder);
    } catch {
      return files; // No panel was ever saved.
    }
    for (const [name] of entries) {
      const panel = await this.load(name.replace(/\.json$/, ''));
      if (panel) files.add(panel.file);
    }
    return files;
  }

  async remove(token: string): Promise<void> {
    try {
      await vscode.workspace.fs.delete(this.#path(token));
    } catch {
      return; // It was never saved.
    }
  }

  #path(token: string): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, `${token}.json`);
  }
}
