import type { Neighbourhood, Source } from '../../src/formats/source';
import type { RunFolder } from '../../src/runs/types';

export function textSource(name: string, content: string | Uint8Array): Source {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    name,
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
  };
}

/** A folder in memory: relative path -> content. */
export function folder(
  files: Readonly<Record<string, string | Uint8Array>>,
  folders: string[] = [],
): Neighbourhood {
  return {
    folders,
    list: () => Promise.resolve(Object.keys(files).filter((path) => !path.includes('/'))),
    open: (path) => {
      const content = files[path];
      return Promise.resolve(content === undefined ? null : textSource(path.split('/').at(-1)!, content));
    },
  };
}

/** A run's folder in memory: relative path -> content. */
export function runFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  folders: string[] = ['run'],
): RunFolder {
  return {
    folders,
    list: () => Promise.resolve(Object.keys(files)),
    open: (path) => {
      const content = files[path];
      return Promise.resolve(content === undefined ? null : textSource(path.split('/').at(-1)!, content));
    },
  };
}
