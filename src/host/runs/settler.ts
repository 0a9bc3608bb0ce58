/** What a file is worth knowing by while it is being written. */
export interface FileState {
  readonly size: number;
  readonly mtime: number;
}

/** Files that came to rest, all at once. Names are keys of the caller's. */
export interface Settled {
  readonly written: readonly string[];
  readonly deleted: readonly string[];
  /** Written, but not readable however long was waited. */
  readonly unreadable: readonly string[];
}

export interface SettlerPorts {
  /** Null where there is no such file. */
  stat(file: string): Promise<FileState | null>;
  /** Whether the file is whole. */
  readable(file: string): Promise<boolean>;
  report(settled: Settled): void;
}

/** First look at a file after it changed, and between looks; each look that finds it unfinished waits longer. */
const LOOK_MS = 100;
const GROWTH = 1.6;
const LONGEST_MS = 5000;
/** After about half a minute a file that stands still and cannot be read is reported as such. */
const LOOKS = 14;
/** Files that settle within this time are reported together, and none waits longer than `LATEST_MS`. */
const TOGETHER_MS = 150;
const LATEST_MS = 600;
const CHECKS_AT_ONCE = 4;

interface Pending {
  looks: number;
  last: FileState | null;
  timer: NodeJS.Timeout;
  /** The file was touched since. */
  again: boolean;
}

/**
 * Waits for files that are being written: a file is reported when its size and time stand still and it can be read.
 * Bursts are reported at once; a file that was deleted and written again meanwhile is reported as written.
 */
export class Settler {
  readonly #pending = new Map<string, Pending>();
  /** As they were when they were reported as written: several watchers may tell of one change, one after the other. */
  readonly #told = new Map<string, FileState>();
  readonly #ready = { written: new Set<string>(), deleted: new Set<string>(), unreadable: new Set<string>() };
  #flush: NodeJS.Timeout | null = null;
  #firstReady = 0;
  #checks = 0;
  readonly #waiting: (() => void)[] = [];
  #disposed = false;

  constructor(private readonly ports: SettlerPorts) {}

  /** The file was created, written to or deleted. */
  touched(file: string): void {
    if (this.#disposed) return;
    const known = this.#pending.get(file);
    // A look is near: one that began anew with every event would never come while many arrive.
    if (known && known.looks < 2) known.again = true;
    else {
      if (known) clearTimeout(known.timer);
      this.#schedule(file, { looks: 0, last: known?.last ?? null });
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
    if (this.#flush) clearTimeout(this.#flush);
  }

  #schedule(file: string, { looks, last }: Pick<Pending, 'looks' | 'last'>): void {
    const delay = Math.min(LONGEST_MS, LOOK_MS * GROWTH ** looks);
    const timer = setTimeout(() => void this.#look(file, pending), delay);
    const pending: Pending = { looks, last, timer, again: false };
    this.#pending.set(file, pending);
  }

  async #look(file: string, pending: Pending): Promise<void> {
    pending.again = false;
    const state = await this.ports.stat(file).catch(() => null);
    if (this.#superseded(file, pending)) return;
    if (!state) {
      this.#told.delete(file);
      this.#settle(file, 'deleted', pending);
      return;
    }
    const told = this.#told.get(file);
    if (told?.size === state.size && told.mtime === state.mtime) {
      this.#done(file, pending);
      return;
    }
    const still = state.size > 0 && state.size === pending.last?.size && state.mtime === pending.last.mtime;
    if (still && (await this.#whole(file))) {
      if (this.#superseded(file, pending)) return;
      this.#told.set(file, state);
      this.#settle(file, 'written', pending);
    } else if (!this.#superseded(file, pending)) {
      if (still && pending.looks >= LOOKS) this.#settle(file, 'unreadable', pending);
      else
        this.#schedule(file, { looks: still ? pending.looks + 1 : Math.min(pending.looks, 2), last: state });
    }
  }

  async #whole(file: string): Promise<boolean> {
    if (this.#checks >= CHECKS_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#checks++;
    try {
      return await this.ports.readable(file);
    } catch {
      return false;
    } finally {
      this.#checks--;
      this.#waiting.shift()?.();
    }
  }

  #superseded(file: string, pending: Pending): boolean {
    return this.#disposed || this.#pending.get(file) !== pending;
  }

  /** What was touched while it was looked at is looked at once more. */
  #done(file: string, { again }: Pending): void {
    this.#pending.delete(file);
    if (again) this.#schedule(file, { looks: 0, last: null });
  }

  #settle(file: string, how: keyof Settled, pending: Pending): void {
    this.#done(file, pending);
    for (const files of Object.values(this.#ready)) files.delete(file);
    this.#ready[how].add(file);
    const now = Date.now();
    if (this.#flush) clearTimeout(this.#flush);
    else this.#firstReady = now;
    const delay = Math.max(0, Math.min(TOGETHER_MS, this.#firstReady + LATEST_MS - now));
    this.#flush = setTimeout(() => this.#report(), delay);
  }

  #report(): void {
    this.#flush = null;
    const { written, deleted, unreadable } = this.#ready;
    const settled = { written: [...written], deleted: [...deleted], unreadable: [...unreadable] };
    for (const files of [written, deleted, unreadable]) files.clear();
    this.ports.report(settled);
  }
}
