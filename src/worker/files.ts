import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/errors';
import type { Neighbourhood, Source } from '../formats/source';
import type { FileRef } from '../protocol/job';
import type { RunFolder, RunOptions } from '../runs/types';

const HASH_CHUNK = 1 << 20;
/** Files up to this size are read once and whole, whatever range is asked for. */
const WHOLE = 1 << 18;
/** Folder names handed on, innermost first. */
const FOLDER_LEVELS = 6;

/** Turns what the file system says into what the user can act on. */
function fileError(error: unknown): InputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known: Readonly<Record<string, readonly [string, string]>> = {
    ENOENT: ['there is no such file', 'Check the path; a symbolic link may point to a file that is gone.'],
    ELOOP: ['the symbolic link leads back to itself', 'Point the link at a file.'],
    EACCES: ['the file may not be read', 'Change its permissions.'],
    EPERM: ['the file may not be read', 'Change its permissions.'],
    ENOTDIR: ['part of the path is a file, not a folder', 'Check the path.'],
    ENAMETOOLONG: ['the path is too long', 'Check the path.'],
  };
  const [message, remedy] = known[code] ?? [
    `the file cannot be read (${error instanceof Error ? error.message : String(error)})`,
    'Check the file and its disk.',
  ];
  return new InputError(message, '', remedy);
}

/**
 * A file on disk, read by range. Every read checks that the file is still the one that was opened, so that
 * a checkpoint that training overwrites meanwhile is not read half old, half new.
 * Throws InputError for folders, devices, and files that cannot be read.
 */
export async function openFile(file: string): Promise<Source> {
  const found = await stat(file).catch((error: unknown) => {
    throw fileError(error);
  });
  if (found.isDirectory()) throw new InputError('this is a folder', '', 'Choose a model file in it.');
  if (!found.isFile()) throw new InputError('this is no regular file', '', 'Choose a model file.');
  const range = async (offset: number, length: number): Promise<Uint8Array> => {
    try {
      const handle = await open(file, 'r');
      try {
        const now = await handle.stat();
        if (now.size !== found.size || now.mtimeMs !== found.mtimeMs || now.ino !== found.ino)
          throw new InputError(
            'the file changed while it was being read',
            '',
            'Try again when it is no longer written to.',
          );
        const room = Math.max(0, Math.min(length, found.size - offset));
        const bytes = new Uint8Array(room);
        let filled = 0;
        while (filled < room) {
          const { bytesRead } = await handle.read(bytes, filled, room - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return filled === room ? bytes : bytes.subarray(0, filled);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw error instanceof InputError ? error : fileError(error);
    }
  };
  let whole: Promise<Uint8Array> | null = null;
  return {
    name: path.basename(file),
    size: found.size,
    read:
      found.size > WHOLE
        ? range
        : async (offset, length) => (await (whole ??= range(0, found.size))).slice(offset, offset + length),
  };
}

/** Whether a sidecar's path stays in the file's folder or the one above it. */
function staysNear(relativePath: string): boolean {
  const parts = relativePath.split(/[/\\]/);
  return parts.every((part, i) => part !== '' && part !== '.' && (part !== '..' || i === 0));
}

/** The folder in which a file lies. Files that are missing or cannot be opened are null. */
export function neighbourhoodOf(file: string): Neighbourhood {
  const folder = path.dirname(path.resolve(file));
  return {
    folders: folder.split(path.sep).filter(Boolean).reverse().slice(0, FOLDER_LEVELS),
    async list() {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile() || entry.isSymbolicLink())
        .map(({ name }) => name)
        .sort();
    },
    async open(relativePath) {
      if (!staysNear(relativePath)) return null;
      return openFile(path.join(folder, relativePath)).catch((error: unknown) => {
        if (error instanceof InputError) return null;
        throw error;
      });
    },
  };
}

/** sha256 of a file's bytes, read in pieces: "sha256:<hex>". */
export async function hashSource(source: Source): Promise<string> {
  const hash = createHash('sha256');
  for (let offset = 0; offset < source.size; offset += HASH_CHUNK)
    hash.update(await source.read(offset, Math.min(HASH_CHUNK, source.size - offset)));
  return `sha256:${hash.digest('hex')}`;
}

function bytesSource(name: string, bytes: Uint8Array): Source {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

/** Opens what a job's request names: a path on disk, or bytes that were handed over. Throws InputError. */
export async function openRef(ref: FileRef): Promise<{ source: Source; neighbourhood: Neighbourhood }> {
  if (ref.kind === 'path')
    return { source: await openFile(ref.path), neighbourhood: neighbourhoodOf(ref.path) };
  const { name, bytes, folders, beside } = ref;
  return {
    source: bytesSource(name, bytes),
    neighbourhood: {
      folders,
      list: () =>
        Promise.resolve(
          [name, ...beside.map((file) => file.path).filter((file) => !file.includes('/'))].sort(),
        ),
      open(relativePath) {
        if (relativePath === name) return Promise.resolve(bytesSource(name, bytes));
        const found = beside.find((file) => file.path === relativePath);
        const last = relativePath.slice(relativePath.lastIndexOf('/') + 1);
        return Promise.resolve(found ? bytesSource(last, found.bytes) : null);
      },
    },
  };
}

/** Whether a link leads to a folder. One that leads nowhere is listed, so that opening it can say so. */
async function leadsToFolder(directory: string, name: string): Promise<boolean> {
  const target = await stat(path.join(directory, name)).catch(() => null);
  return target?.isDirectory() ?? false;
}

/** How deep below a run's folder its files are listed, and how many at most. */
const RUN_DEPTH = 2;
const RUN_FILES = 50_000;

/** The folder of a run on disk. Hidden folders and links to folders are passed over, so no loop is met. Throws InputError. */
export async function runFolderOf(folder: string): Promise<RunFolder> {
  const root = path.resolve(folder);
  const found = await stat(root).catch((error: unknown) => {
    throw fileError(error);
  });
  if (!found.isDirectory())
    throw new InputError('this is a file, not a folder', '', 'Choose the folder that holds the checkpoints.');
  const listed: string[] = [];
  const list = async (directory: string, prefix: string, depth: number): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (listed.length >= RUN_FILES) return;
      if (entry.isFile() || (entry.isSymbolicLink() && !(await leadsToFolder(directory, entry.name))))
        listed.push(prefix + entry.name);
      else if (entry.isDirectory() && depth > 0 && !entry.name.startsWith('.'))
        await list(path.join(directory, entry.name), `${prefix}${entry.name}/`, depth - 1);
    }
  };
  return {
    folders: root.split(path.sep).filter(Boolean).reverse().slice(0, FOLDER_LEVELS),
    async list() {
      listed.length = 0;
      await list(root, '', RUN_DEPTH);
      await list(path.dirname(root), '../', 0);
      return [...listed];
    },
    async open(relativePath) {
      if (!staysNear(relativePath)) return null;
      return openFile(path.join(root, relativePath)).catch((error: unknown) => {
        if (error instanceof InputError) return null;
        throw error;
      });
    },
  };
}

/**
 * A run as the user names it: the folder of its checkpoints, the one file that holds a series, or two files to compare.
 * Throws InputError.
 */
export async function openRun(
  place: string | readonly [string, string],
): Promise<{ folder: RunFolder; options: RunOptions }> {
  if (typeof place !== 'string') return openPair(place);
  const whole = path.resolve(place);
  const found = await stat(whole).catch((error: unknown) => {
    throw fileError(error);
  });
  if (found.isDirectory()) return { folder: await runFolderOf(whole), options: {} };
  return { folder: await runFolderOf(path.dirname(whole)), options: { series: path.basename(whole) } };
}

/** Two files as a folder: the files beside the first are `A/name`, those beside the second `B/name`. */
async function openPair(
  places: readonly [string, string],
): Promise<{ folder: RunFolder; options: RunOptions }> {
  const [a, b] = places.map((place) => path.resolve(place)) as [string, string];
  for (const file of [a, b])
    await stat(file).catch((error: unknown) => {
      throw fileError(error);
    });
  const sides = { A: neighbourhoodOf(a), B: neighbourhoodOf(b) };
  return {
    folder: {
      folders: [],
      async list() {
        const lists = await Promise.all([sides.A.list(), sides.B.list()]);
        return lists.flatMap((names, side) => names.map((name) => `${'AB'[side]!}/${name}`));
      },
      async open(relativePath) {
        const side = relativePath.startsWith('A/') ? sides.A : relativePath.startsWith('B/') ? sides.B : null;
        return side === null ? null : side.open(relativePath.slice(2));
      },
    },
    options: { pair: [`A/${path.basename(a)}`, `B/${path.basename(b)}`] },
  };
}
