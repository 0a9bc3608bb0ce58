import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { SavedPanels } from './savedPanels';

/** Models that no panel shows any more are kept this long where closing them was missed. */
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;

/**
 * Model files that are made here, from places of a parameter plane: each in a folder of its own, so that no other file says
 * anything about it, and deleted when nothing shows it any more.
 */
export class MadeModels {
  /** @param folder holds nothing else */
  constructor(
    private readonly folder: vscode.Uri,
    private readonly saved: SavedPanels,
  ) {}

  async add(name: string, text: string): Promise<vscode.Uri> {
    const file = vscode.Uri.joinPath(this.folder, randomUUID(), name);
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
    return file;
  }

  /** Whether a file was made here. */
  owns(file: vscode.Uri): boolean {
    return vscode.Uri.joinPath(file, '..', '..').toString() === this.folder.toString();
  }

  /** Deletes a model whose panel was closed, unless a panel that will come back needs it. Other files are left alone. */
  async release(file: vscode.Uri): Promise<void> {
    if (!this.owns(file) || (await this.saved.files()).has(file.toString())) return;
    await discard(vscode.Uri.joinPath(file, '..'));
  }

  /** Deletes models made more than a week before `now` that no panel that will come back needs. */
  async sweep(now: number): Promise<void> {
    const old: vscode.Uri[] = [];
    for (const [name, type] of await entriesOf(this.folder)) {
      if (type !== vscode.FileType.Directory) continue;
      const made = vscode.Uri.joinPath(this.folder, name);
      if (now - (await youngest(made)) > MAX_AGE_MS) old.push(made);
    }
    if (old.length === 0) return;
    const needed = new Set(
      [...(await this.saved.files())].map((file) =>
        vscode.Uri.joinPath(vscode.Uri.parse(file), '..').toString(),
      ),
    );
    for (const made of old) if (!needed.has(made.toString())) await discard(made);
  }
}

/** When the youngest file of a folder changed; the folder itself where it is empty. */
async function youngest(folder: vscode.Uri): Promise<number> {
  const files = (await entriesOf(folder)).map(([name]) => vscode.Uri.joinPath(folder, name));
  let latest = 0;
  for (const uri of files.length > 0 ? files : [folder]) latest = Math.max(latest, await modified(uri));
  return latest;
}

async function modified(uri: vscode.Uri): Promise<number> {
  try {
    return (await vscode.workspace.fs.stat(uri)).mtime;
  } catch {
    return 0; // Gone meanwhile.
  }
}

async function entriesOf(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    return []; // Nothing was ever made.
  }
}

async function discard(folder: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.delete(folder, { recursive: true, useTrash: false });
  } catch {
    return; // Another window was first.
  }
}
