import { readExactly, viewOf } from './bytes';
import type { Source } from './source';

const SMALLEST = 2 ** 12;
const LARGEST = 2 ** 18;

/**
 * Small reads from a file, from a window that moves over it. The window grows while reading goes straight on
 * and is small again after a jump, so that skipping the values of large tensors reads none of them.
 */
export class Window {
  #bytes = new Uint8Array(0);
  #start = 0;
  #next = SMALLEST;

  constructor(
    private readonly source: Source,
    private readonly place: string,
  ) {}

  /** The bytes from `offset`, if they are in the window. Valid until the next `read`. */
  peek(offset: number, length: number): Uint8Array | null {
    const at = offset - this.#start;
    if (at < 0 || at + length > this.#bytes.length) return null;
    return this.#bytes.subarray(at, at + length);
  }

  /** Exactly `length` bytes from `offset`. Throws InputError where the file ends before that. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const held = this.peek(offset, length);
    if (held) return held;
    const near = offset >= this.#start && offset <= this.#start + this.#bytes.length;
    this.#next = near ? Math.min(LARGEST, 2 * this.#next) : SMALLEST;
    const wanted = Math.max(length, Math.min(this.#next, this.source.size - offset));
    this.#bytes = Uint8Array.from(await readExactly(this.source, offset, wanted, this.place));
    this.#start = offset;
    return this.#bytes.subarray(0, length);
  }

  /** A view of exactly `length` bytes from `offset`. */
  async view(offset: number, length: number): Promise<DataView> {
    return viewOf(this.peek(offset, length) ?? (await this.read(offset, length)));
  }
}
