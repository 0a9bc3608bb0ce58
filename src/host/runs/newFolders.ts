import { folderOf, joined } from '../../runs/files';
import { isWithin, type KnownFiles } from './knownFiles';

export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Reached through a link. */
  readonly linked: boolean;
}

/** What stands at a path; of a folder also when it was made, to tell it from one of its name before. */
export interface Standing extends Omit<Entry, 'name'> {
  readonly born: number;
}

/** A name came or went, or what stands there changed. */
export type Happening = 'made' | 'changed';

/** The file system below the watched folder, whose own path is ''. Paths are relative, with slashes. */
export interface FolderPorts {
  /** Null where nothing stands. */
  standing(path: string): Promise<Standing | null>;
  /** Null where the folder cannot be listed. */
  list(folder: string): Promise<readonly Entry[] | null>;
  /**
   * Where the folder that a link leads to lies: a relative path if it is below the watched folder, else `outside`.
   */
  place(folder: string): Promise<{ readonly inside: string } | { readonly outside: string }>;
  /**
   * Hears of names that come, go or change in one folder, from now on; without a name where the system does not say.
   * Returns what ends it, null where it is not possible.
   */
  listen(folder: string, heard: (how: Happening, name: string | null) => void): (() => void) | null;
  /** Milliseconds, on the clock of `born`. */
  now(): number;
  /** Calls back after a time. Returns what calls it off. */
  after(milliseconds: number, action: () => void): () => void;
  /** Files that are asked for, and paths that are not to be looked at. */
  wanted(file: string): boolean;
  excluded(path: string): boolean;
  /** A file may have been written or deleted. */
  touched(file: string): void;
}

/** When a new folder is listed after it was made. */
const LISTINGS_MS = [0, 300, 1000, 3000];
/** New folders beyond this number at a time are listed once only. */
const MAX_REPEATED = 1000;
/** A first event in a folder that was there before has it listed, once, a moment later. */
const FIRST_MS = 50;
/** What is heard of one folder within this time is looked at together. */
const HEARD_MS = 50;
/** Folders that are listened to on their own at most; the one longest without files goes first. */
const MAX_EARS = 512;
/** Folders of runs that are listened to from the beginning at most. */
const MAX_ATTENDED = 256;
/** Folders that are listed and listened to where all that lies below is of interest. */
const MAX_SURROUNDING = 64;
const LISTINGS_AT_ONCE = 8;
const LOOKS_AT_ONCE = 64;
/** Depth of folders beyond which nobody looks: loops of links end here at the latest. */
const MAX_DEPTH = 32;

/** A new folder that is listed several times. */
interface Listings {
  step: number;
  /** Files that were told already. */
  readonly told: Set<string>;
  cancel: (() => void) | null;
}

/**
 * Finds what is written into folders before the system watches them. Where a recursive watcher is made of one watch
 * for each folder (inotify), it begins to watch a new folder only after it has heard of it, misses all that was written
 * until then and never learns of folders made in it meanwhile; it sees nothing behind links and loses folders below one
 * that was renamed. So a folder that is new is listened to on its own, listed at once, and again after growing delays.
 * A folder that was there before is listed once, when the first event in it arrives; events in known folders cost
 * nothing more.
 */
export class NewFolders {
  /** Folders that were listed since they are watched. */
  readonly #listed = new Set<string>();
  readonly #listings = new Map<string, Listings>();
  readonly #born = new Map<string, number>();
  /** What ends listening, by folder, oldest first. */
  readonly #ears = new Map<string, () => void>();
  /** Places outside to which a link leads, and the link. */
  readonly #outside = new Map<string, string>();
  /** Paths that are looked at, and what happened there meanwhile. */
  readonly #looking = new Map<string, Happening | null>();
  readonly #list = limited(LISTINGS_AT_ONCE, (folder: string) => this.ports.list(folder));
  readonly #standing = limited(LOOKS_AT_ONCE, (path: string) => this.ports.standing(path));
  /** While what was there before is not known, listings of old folders tell nothing. */
  #baseline = true;
  #disposed = false;
  readonly #begun: number;

  constructor(
    private readonly ports: FolderPorts,
    private readonly known: KnownFiles,
  ) {
    this.#begun = ports.now();
  }

  /** What was there before is known from now on. */
  begin(): void {
    this.#baseline = false;
  }

  /** Something happened at a path. */
  event(how: Happening, path: string): void {
    if (this.#disposed || this.ports.excluded(path)) return;
    const folder = folderOf(path);
    if (!this.#listed.has(folder)) {
      this.#listed.add(folder);
      this.ports.after(FIRST_MS, () => void this.#listFirst(folder));
    }
    void this.#look(path, how);
  }

  /** Listens to a folder that the system may not be watching yet. */
  listen(folder: string): void {
    if (this.#ears.has(folder)) return;
    const heard = new Map<string | null, Happening>();
    const tell = (): void => {
      const all = [...heard];
      heard.clear();
      if (!this.#ears.has(folder)) return;
      for (const [name, how] of all)
        if (name === null) void this.#listOld(folder);
        else this.event(how, joined(folder, name));
    };
    const end = this.ports.listen(folder, (how, name) => {
      if (heard.size === 0) this.ports.after(HEARD_MS, tell);
      heard.set(name, stronger(how, heard.get(name)));
    });
    if (!end) return;
    this.#ears.set(folder, end);
    if (this.#ears.size <= MAX_EARS) return;
    const folders = [...this.#ears.keys()].slice(0, -1);
    this.#deafen(folders.find((one) => this.known.in(one).length === 0) ?? folders[0]!);
  }

  /**
   * Listens to folders that are there, and to those above them: the system may have missed that they were made, or
   * they lie behind a link. Each is listed once. Of too many the last ones by name are taken.
   */
  async attend(folders: readonly string[]): Promise<void> {
    const all = new Set<string>();
    for (const folder of [...folders].sort(byName).reverse())
      for (let above = folder; above !== '' && all.size < MAX_ATTENDED; above = folderOf(above))
        all.add(above);
    await Promise.all([...all].map((folder) => this.#attend(folder)));
  }

  /** Listens to all folders below the watched one, as far as they are few. */
  async surround(): Promise<void> {
    const folders = [''];
    for (const folder of folders) {
      this.#listed.add(folder);
      this.listen(folder);
      const entries = await this.#list(folder).catch(() => null);
      if (this.#disposed) return;
      for (const { name, kind, linked } of entries ?? [])
        if (kind === 'folder' && !linked && folders.length < MAX_SURROUNDING)
          folders.push(joined(folder, name));
      if (this.#baseline) for (const file of this.#changed(folder, entries ?? [])) this.known.add(file);
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const { cancel } of this.#listings.values()) cancel?.();
    this.#listings.clear();
    for (const folder of [...this.#ears.keys()]) this.#deafen(folder);
  }

  async #attend(folder: string): Promise<void> {
    if (this.#ears.has(folder)) return;
    this.listen(folder);
    this.#listed.add(folder);
    const place = await this.ports.place(folder).catch(() => null);
    if (this.#disposed) return;
    if (place && 'outside' in place && !this.#outside.has(place.outside))
      this.#outside.set(place.outside, folder);
    await this.#listFirst(folder);
  }

  async #look(path: string, how: Happening): Promise<void> {
    if (this.#looking.has(path)) {
      this.#looking.set(path, stronger(how, this.#looking.get(path)));
      return;
    }
    for (let next: Happening | null = how; next; next = this.#looking.get(path) ?? null) {
      this.#looking.set(path, null);
      const standing = await this.#standing(path).catch(() => null);
      if (this.#disposed) return;
      if (standing?.kind === 'folder') await this.#folder(path, standing, next);
      else {
        if (!standing && !this.known.has(path)) this.#gone(path);
        if (this.ports.wanted(path)) this.ports.touched(path);
      }
    }
    this.#looking.delete(path);
  }

  async #folder(path: string, standing: Standing, how: Happening): Promise<void> {
    const { born } = standing;
    const before = this.#born.get(path) ?? (how === 'changed' && born < this.#begun ? born : null);
    // Zero where the file system does not say.
    if (born !== 0 && before === born) {
      this.#born.set(path, born);
      await this.#listOld(path);
      return;
    }
    this.#gone(path);
    await this.#enter(path, standing);
  }

  /** A folder stands in one that is new. */
  async #found(path: string): Promise<void> {
    const standing = await this.#standing(path).catch(() => null);
    if (standing?.kind === 'folder' && !this.#disposed && !this.#listed.has(path))
      await this.#enter(path, standing);
  }

  async #enter(path: string, { linked, born }: Standing): Promise<void> {
    if (linked ? !(await this.#isOwn(path)) : this.#isDouble(path)) return;
    if (this.#disposed) return;
    this.#born.set(path, born);
    this.#arrive(path);
  }

  /** Whether a link is the only way to a folder: not if it leads back below the watched folder, or another does. */
  async #isOwn(link: string): Promise<boolean> {
    const place = await this.ports.place(link).catch(() => null);
    if (!place) return false;
    if ('inside' in place) return this.ports.excluded(place.inside);
    for (const [known, other] of this.#outside)
      if (other !== link && isWithin(place.outside, known)) return false;
    this.#outside.set(place.outside, link);
    return true;
  }

  /** Whether a folder lies behind a link, and another link leads to it directly. */
  #isDouble(folder: string): boolean {
    for (const [place, link] of this.#outside)
      if (link !== folder && isWithin(folder, link)) {
        const other = this.#outside.get(place + folder.slice(link.length));
        if (other !== undefined && other !== folder) return true;
      }
    return false;
  }

  /** Nothing stands at the path, or nothing of what stood there before. */
  #gone(path: string): void {
    for (const [folder, { cancel }] of this.#listings)
      if (isWithin(folder, path)) {
        cancel?.();
        this.#listings.delete(folder);
      }
    for (const folder of [...this.#ears.keys()]) if (isWithin(folder, path)) this.#deafen(folder);
    for (const folder of [...this.#listed]) if (isWithin(folder, path)) this.#listed.delete(folder);
    for (const folder of [...this.#born.keys()]) if (isWithin(folder, path)) this.#born.delete(folder);
    for (const [place, link] of [...this.#outside]) if (isWithin(link, path)) this.#outside.delete(place);
    for (const file of this.known.below(path)) this.ports.touched(file);
  }

  #arrive(folder: string): void {
    if (folder.split('/').length > MAX_DEPTH) return;
    const before = this.#listings.get(folder);
    if (before?.step === 0) return;
    before?.cancel?.();
    this.#listed.add(folder);
    // Listening begins before the listing, so that nothing falls between them.
    this.listen(folder);
    const listings: Listings = { step: 0, told: new Set(), cancel: null };
    this.#listings.set(folder, listings);
    void this.#listNew(folder, listings);
  }

  async #listNew(folder: string, listings: Listings): Promise<void> {
    const entries = await this.#list(folder).catch(() => null);
    if (this.#disposed || this.#listings.get(folder) !== listings) return;
    if (entries) {
      for (const file of this.#changed(folder, entries))
        if (!listings.told.has(file)) {
          listings.told.add(file);
          this.ports.touched(file);
        }
      for (const { name, kind } of entries) {
        const path = joined(folder, name);
        if (kind === 'folder' && !this.#listed.has(path) && !this.ports.excluded(path))
          void this.#found(path);
      }
    }
    const before = LISTINGS_MS[listings.step]!;
    const next = LISTINGS_MS[++listings.step];
    if (next === undefined || this.#listings.size > MAX_REPEATED) this.#listings.delete(folder);
    else listings.cancel = this.ports.after(next - before, () => void this.#listNew(folder, listings));
  }

  /** Lists a folder that was there before anything was heard of it. */
  async #listFirst(folder: string): Promise<void> {
    const baseline = this.#baseline;
    const standing = await this.#standing(folder).catch(() => null);
    if (standing && !this.#disposed && !this.#born.has(folder)) this.#born.set(folder, standing.born);
    await this.#listOld(folder, baseline ? (file) => this.known.add(file) : undefined);
  }

  /** Lists a folder whose own folders are known. */
  async #listOld(folder: string, tell = (file: string): void => this.ports.touched(file)): Promise<void> {
    const entries = this.#disposed ? null : await this.#list(folder).catch(() => null);
    if (!entries || this.#disposed) return;
    for (const file of this.#changed(folder, entries)) tell(file);
  }

  /** Files of a folder that are there and not known, or known and not there. */
  #changed(folder: string, entries: readonly Entry[]): string[] {
    const files = entries.filter(({ kind }) => kind === 'file').map(({ name }) => joined(folder, name));
    const there = new Set(files);
    return [
      ...files.filter((file) => !this.known.has(file) && this.ports.wanted(file)),
      ...this.known.in(folder).filter((file) => !there.has(file)),
    ];
  }

  #deafen(folder: string): void {
    this.#ears.get(folder)?.();
    this.#ears.delete(folder);
  }
}

function stronger(one: Happening, other: Happening | null | undefined): Happening {
  return other === 'made' ? other : one;
}

function byName(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

/** The function, run for so many arguments at a time. */
function limited<A, R>(atOnce: number, run: (argument: A) => Promise<R>): (argument: A) => Promise<R> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (argument) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await run(argument);
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
