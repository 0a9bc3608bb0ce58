import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Neighbourhood, Source } from '../../src/formats/source';

/** A file in memory. */
export function memorySource(name: string, bytes: Uint8Array | string): Source {
  const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  return {
    name,
    size: data.length,
    read: async (offset, length) => data.slice(offset, Math.max(offset, offset + length)),
  };
}

/** A folder in memory: names to contents. */
export function memoryNeighbourhood(
  files: Readonly<Record<string, Uint8Array | string>> = {},
  folders: readonly string[] = [],
): Neighbourhood {
  return {
    folders,
    list: async () => Object.keys(files),
    open: async (path) => (Object.hasOwn(files, path) ? memorySource(path, files[path]!) : null),
  };
}

/** A file on disk, read once. */
export function diskSource(path: string): Source {
  return memorySource(basename(path), new Uint8Array(readFileSync(path)));
}

/** The folder in which a file on disk lies. */
export function diskNeighbourhood(path: string): Neighbourhood {
  const folder = dirname(resolve(path));
  return {
    folders: folder.split('/').filter(Boolean).reverse(),
    list: async () =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
    open: async (relative) => {
      const file = join(folder, relative);
      return statSync(file, { throwIfNoEntry: false })?.isFile() ? diskSource(file) : null;
    },
  };
}

export const fixtures = resolve(import.meta.dirname, '../fixtures');
