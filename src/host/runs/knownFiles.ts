import { baseOf, folderOf, joined } from '../../runs/files';

/** Paths of files, relative and with slashes, by the folder they lie in. */
export class KnownFiles implements Iterable<string> {
  readonly #names = new Map<string, Set<string>>();

  has(file: string): boolean {
    return this.#names.get(folderOf(file))?.has(baseOf(file)) === true;
  }

  add(file: string): void {
    const folder = folderOf(file);
    const names = this.#names.get(folder);
    if (names) names.add(baseOf(file));
    else this.#names.set(folder, new Set([baseOf(file)]));
  }

  delete(file: string): void {
    const folder = folderOf(file);
    const names = this.#names.get(folder);
    names?.delete(baseOf(file));
    if (names?.size === 0) this.#names.delete(folder);
  }

  /** Files that lie in the folder itself. */
  in(folder: string): string[] {
    return [...(this.#names.get(folder) ?? [])].map((name) => joined(folder, name));
  }

  /** Files in the folder and in all below it. */
  below(folder: string): string[] {
    return [...this.#names.keys()].filter((one) => isWithin(one, folder)).flatMap((one) => this.in(one));
  }

  *[Symbol.iterator](): Iterator<string> {
    for (const folder of this.#names.keys()) yield* this.in(folder);
  }
}

/** Whether a path is the folder or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
