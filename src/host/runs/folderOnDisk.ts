import { watch } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { isWithin } from './knownFiles';
import type { FolderPorts, Happening } from './newFolders';

/**
 * Hears of names that come, go or change in one folder, from the moment this returns. Only where the system watches
 * each folder apart: elsewhere a recursive watcher misses nothing, and a watched folder could not be renamed.
 * @returns what ends it; null on other systems, and where the system has no watch left
 */
export function listenToFolder(
  folder: string,
  heard: (how: Happening, name: string | null) => void,
): (() => void) | null {
  if (process.platform !== 'linux') return null;
  try {
    const watcher = watch(folder, { persistent: false }, (how, name) =>
      heard(how === 'rename' ? 'made' : 'changed', name),
    );
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return null;
  }
}

/**
 * Where a folder lies in truth, links followed.
 * @param root path on disk
 * @param folder relative to it, with slashes
 * Throws where the folder cannot be followed.
 */
export async function placeBelow(root: string, folder: string): ReturnType<FolderPorts['place']> {
  const [own, place] = (await Promise.all([realpath(root), realpath(`${root}/${folder}`)])).map((path) =>
    path.replaceAll('\\', '/'),
  ) as [string, string];
  return isWithin(place, own) ? { inside: place.slice(own.length + 1) } : { outside: place };
}
