import { realpath } from 'node:fs/promises';
import { folderOf } from '../../runs/files';

/** Folders whose real place is asked for at a time. */
const AT_ONCE = 128;

/**
 * The files without those that a link of a folder shows a second time: of several paths to one folder the folder's own
 * is kept, or the shortest.
 * @param root path of the folder on disk that the files are relative to
 */
export async function withoutLinked(root: string, files: readonly string[]): Promise<string[]> {
  const folders = [...new Set(files.map(folderOf))].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const ownRoot = await real(root);
  const chosen = new Map<string, { readonly folder: string; readonly own: boolean }>();
  for (let at = 0; at < folders.length; at += AT_ONCE) {
    const some = folders.slice(at, at + AT_ONCE);
    const places = await Promise.all(some.map((folder) => real(`${root}/${folder}`)));
    for (const [i, folder] of some.entries()) {
      const place = places[i]!;
      const own = slashed(place) === slashed(folder === '' ? ownRoot : `${ownRoot}/${folder}`);
      if (!chosen.has(place) || (own && chosen.get(place)?.own === false)) chosen.set(place, { folder, own });
    }
  }
  const kept = new Set([...chosen.values()].map(({ folder }) => folder));
  return files.filter((file) => kept.has(folderOf(file)));
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}

/** A folder that cannot be followed stands for itself. */
async function real(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}
