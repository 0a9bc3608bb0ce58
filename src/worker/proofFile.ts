import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { InputError } from '../core/errors';
import type { LineSource } from '../core/verify/proofLines';

/** Characters gathered before they are written, bytes read at a time. */
const CHUNK = 1 << 18;
/** No line of a proof is as long. */
const LONGEST = 1 << 28;

/** Writes lines to a file as they come, whatever their number. Throws InputError where that fails. */
export class LineWriter {
  readonly #file: number;
  #waiting: string[] = [];
  #size = 0;

  constructor(private readonly path: string) {
    this.#file = this.#attempt(() => openSync(path, 'w'));
  }

  write(line: string): void {
    this.#waiting.push(line, '\n');
    this.#size += line.length + 1;
    if (this.#size >= CHUNK) this.#flush();
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#file);
    }
  }

  #flush(): void {
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#size = 0;
    for (let at = 0; at < bytes.length;) at += this.#attempt(() => writeSync(this.#file, bytes, at));
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(
        `${this.path}: the proof cannot be written (${reason})`,
        '',
        'Choose another file.',
      );
    }
  }
}

/** Reads a file line by line, however large it is. */
export class LineReader implements LineSource {
  readonly #file: number;
  #decoder = new StringDecoder('utf8');
  readonly #chunk = Buffer.alloc(CHUNK);
  #lines: string[] = [];
  #at = 0;
  /** Bytes read. */
  #position = 0;
  /** The beginning of a line whose end was not read yet. */
  #rest = '';
  #done = false;

  constructor(private readonly path: string) {
    this.#file = this.#attempt(() => openSync(path, 'r'));
  }

  next(): string | null {
    while (this.#at === this.#lines.length) {
      if (this.#done) return null;
      this.#fill();
    }
    return this.#lines[this.#at++]!;
  }

  rewind(): void {
    this.#decoder = new StringDecoder('utf8');
    this.#lines = [];
    this.#at = this.#position = 0;
    this.#rest = '';
    this.#done = false;
  }

  close(): void {
    closeSync(this.#file);
  }

  #fill(): void {
    const count = this.#attempt(() => readSync(this.#file, this.#chunk, 0, CHUNK, this.#position));
    this.#position += count;
    const text =
      this.#rest + (count === 0 ? this.#decoder.end() : this.#decoder.write(this.#chunk.subarray(0, count)));
    if (text.length > LONGEST) throw new InputError('this is no proof: a line does not end', '', REMEDY);
    const lines = text.split('\n');
    this.#rest = lines.pop()!;
    if (count === 0) {
      this.#done = true;
      if (this.#rest !== '') lines.push(this.#rest);
    }
    this.#lines = lines;
    this.#at = 0;
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(`${this.path}: the proof cannot be read (${reason})`, '', REMEDY);
    }
  }
}

const REMEDY = 'Give a proof as written by analyze --proof.';
