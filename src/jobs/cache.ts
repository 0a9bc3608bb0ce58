/**
 * Results by what they were computed from. A key holds everything that a result depends on; a value is plain data.
 * Whatever goes wrong in a cache is as if nothing was stored.
 */
export interface Cache {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
}

/** Raised whenever results of the same input may come out differently: older entries are then not found. */
export const RESULT_VERSION = 7;

/** Answers from memory before it asks the cache behind it. Holds the latest `entries`. */
export class MemoryCache implements Cache {
  readonly #values = new Map<string, unknown>();

  /** Asked for what is not in memory. */
  behind: Cache | null = null;

  constructor(readonly entries = 20_000) {}

  async get(key: string): Promise<unknown> {
    const value = this.#values.get(key);
    if (value !== undefined) return value;
    const stored = await this.behind?.get(key);
    if (stored !== undefined && stored !== null) this.#keep(key, stored);
    return stored ?? null;
  }

  async put(key: string, value: unknown): Promise<void> {
    this.#keep(key, value);
    await this.behind?.put(key, value);
  }

  #keep(key: string, value: unknown): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const oldest = this.#values.keys().next();
    if (this.#values.size > this.entries && !oldest.done) this.#values.delete(oldest.value);
  }
}
