import * as vscode from 'vscode';
import type { FileRef } from '../protocol/job';
import { FileUnavailable } from './panelSession';

/** Largest file read whole from a file system other than the disk. */
const MAX_BYTES = 256 * 2 ** 20;
/** Neighbours worth handing over: sidecars and the members of a set of `.npy` or `.csv` files. */
const NEIGHBOUR = /\.(json|ya?ml|toml|txt|npy|csv|tsv)$/i;
const SIDECAR = /\.(json|ya?ml|toml|txt)$/i;
const MAX_NEIGHBOUR_BYTES = 4 * 2 ** 20;
const MAX_NEIGHBOURS_BYTES = 32 * 2 ** 20;
const MAX_NEIGHBOURS = 256;

/** A file as the worker can reach it: by path where there is one, else its bytes and those of its neighbours. */
export async function fileRef(uri: vscode.Uri): Promise<FileRef> {
  if (uri.scheme === 'file') return { kind: 'path', path: uri.fsPath };
  const folder = vscode.Uri.joinPath(uri, '..');
  const bytes = await readWhole(uri);
  const beside = [
    ...(await neighbours(folder, '', NEIGHBOUR, baseName(uri))),
    ...(await neighbours(vscode.Uri.joinPath(folder, '..'), '../', SIDECAR, '')),
  ];
  return { kind: 'bytes', name: baseName(uri), bytes, folders: foldersOf(uri), beside };
}

async function readWhole(uri: vscode.Uri): Promise<Uint8Array> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > MAX_BYTES) {
    throw new FileUnavailable(
      vscode.l10n.t(
        'The file has {0} MB; from this file system at most {1} MB are read.',
        Math.ceil(size / 2 ** 20),
        MAX_BYTES / 2 ** 20,
      ),
      vscode.l10n.t('Copy it to a local folder and analyze it there.'),
    );
  }
  return vscode.workspace.fs.readFile(uri);
}

async function neighbours(
  folder: vscode.Uri,
  prefix: string,
  wanted: RegExp,
  except: string,
): Promise<{ path: string; bytes: Uint8Array }[]> {
  const found: { path: string; bytes: Uint8Array }[] = [];
  let total = 0;
  let entries: [string, vscode.FileType][];
  try {
    entries = await vscode.workspace.fs.readDirectory(folder);
  } catch {
    return found; // Not every file system can list a folder; the file itself is enough.
  }
  for (const [name, type] of entries) {
    if (found.length >= MAX_NEIGHBOURS) break;
    if ((type & vscode.FileType.File) === 0 || name === except || !wanted.test(name)) continue;
    const uri = vscode.Uri.joinPath(folder, name);
    try {
      const { size } = await vscode.workspace.fs.stat(uri);
      if (size > MAX_NEIGHBOUR_BYTES || total + size > MAX_NEIGHBOURS_BYTES) continue;
      total += size;
      found.push({ path: prefix + name, bytes: await vscode.workspace.fs.readFile(uri) });
    } catch {
      continue; // A neighbour that cannot be read is no reason to refuse the file.
    }
  }
  return found;
}

export function baseName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

/** Names of the folders above, innermost first. */
function foldersOf(uri: vscode.Uri): string[] {
  return uri.path.split('/').slice(1, -1).reverse();
}
