import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Cache } from '../jobs/cache';

/** Entries are renewed for eviction when they are used this long after. */
const RENEW_MS = 24 * 3600 * 1000;
/** What is kept when the bound is exceeded. */
const KEEP = 0.75;
const name = /^[0-9a-f]{64}$/;

/**
 * A cache in a folder of its own: one file for each entry, named by the key's sha256, its first line the sha256 of the
 * rest. Written whole or not at all; an entry that is damaged is as good as none. `trim` keeps it within its bound.
 */
export class CacheFolder implements Cache {
  #written = 0;

  constructor(
    readonly folder: string,
    readonly maxBytes = 256 * 2 ** 20,
  ) {}

  get(key: string): Promise<unknown> {
    return Promise.resolve(this.#read(this.#file(key)));
  }

  put(key: string, value: unknown): Promise<void> {
    this.#write(this.#file(key), JSON.stringify(value));
    return Promise.resolve();
  }

  // Entries are small and many: awaiting each call costs several times what the call does.
  #read(file: string): unknown {
    try {
      const text = readFileSync(file, 'utf8');
      const end = text.indexOf('\n');
      const body = text.slice(end + 1);
      if (text.slice(0, end) !== sha256(body)) return null;
      if (Date.now() - statSync(file).mtimeMs > RENEW_MS) utimesSync(file, new Date(), new Date());
      return JSON.parse(body) as unknown;
    } catch {
      return null;
    }
  }

  #write(file: string, body: string): void {
    const temporary = `${file}.${randomUUID()}.part`;
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(temporary, `${sha256(body)}\n${body}`);
      renameSync(temporary, file);
      this.#written += body.length;
    } catch {
      try {
        rmSync(temporary, { force: true });
      } catch {
        // The next trim removes it.
      }
    }
  }

  /** Removes the entries used longest ago when the bound is exceeded, and what interrupted writes left behind. */
  async trim(): Promise<void> {
    if (this.#written === 0) return;
    this.#written = 0;
    const files: { file: string; size: number; used: number }[] = [];
    try {
      for (const sub of await readdir(this.folder))
        if (/^[0-9a-f]{2}$/.test(sub))
          for (const entry of await readdir(path.join(this.folder, sub))) {
            const file = path.join(this.folder, sub, entry);
            const found = await stat(file).catch(() => null);
            if (!found) continue;
            if (name.test(entry)) files.push({ file, size: found.size, used: found.mtimeMs });
            else if (entry.endsWith('.part') && Date.now() - found.mtimeMs > RENEW_MS)
              await rm(file, { force: true });
          }
      let total = files.reduce((sum, { size }) => sum + size, 0);
      if (total <= this.maxBytes) return;
      for (const { file, size } of files.sort((a, b) => a.used - b.used)) {
        if (total <= KEEP * this.maxBytes) break;
        await rm(file, { force: true });
        total -= size;
      }
    } catch {
      // A folder that cannot be read holds nothing to remove.
    }
  }

  #file(key: string): string {
    const digest = sha256(key);
    return path.join(this.folder, digest.slice(0, 2), digest);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
