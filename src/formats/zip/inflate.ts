import { Inflate, inflateSync } from 'fflate';
import { InputError } from '../../core/errors';
import { viewOf, type Bytes } from '../bytes';
import { limits } from '../limits';

/** Compressed bytes inflated at a time: at deflate's best ratio of 1032 this is 4 MB. */
const INFLATE_STEP = 4096;
/** Compressed bytes read at a time, a multiple of the step. */
const READ_STEP = 64 * INFLATE_STEP;
const ZLIB_HEADER = 2;
const ADLER = 65521;
/** Bytes that may be summed before the remainder must be taken, as in zlib. */
const ADLER_RUN = 5552;

const AGAIN = 'The file is damaged; write or download it again.';

/** Steps without any output after which a stream is taken to have ended, whatever bytes still follow. */
const SILENT_STEPS = 3;

/** fflate's inflater, step by step, with its errors as ours and no work spent on bytes behind the end. */
class Inflater {
  private readonly out: Uint8Array[] = [];
  private silent = 0;
  private readonly stream = new Inflate((piece) => {
    if (piece.length > 0) this.out.push(piece);
  });

  constructor(private readonly place: string) {}

  get ended(): boolean {
    return this.silent >= SILENT_STEPS;
  }

  push(step: Uint8Array, last: boolean): readonly Uint8Array[] {
    try {
      this.stream.push(step, last);
    } catch (error) {
      throw badData(error, this.place);
    }
    this.silent = this.out.length === 0 ? this.silent + 1 : 0;
    return this.out.splice(0);
  }
}

/**
 * The inflated bytes of a zlib stream (RFC 1950), read forwards with little memory: reading on from where the
 * last read ended continues, reading further back starts again. Throws InputError for a bad stream.
 */
export class ZlibStream {
  private inflater: Inflater | null = null;
  private ready: Uint8Array[] = [];
  /** Position of the first byte of `ready` in the inflated bytes. */
  private position = 0;
  /** Position of the next byte to inflate in the compressed bytes. */
  private compressedAt = 0;
  private block: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly raw: Bytes,
    private readonly place: string,
  ) {}

  /** Up to `length` bytes from `offset`; fewer only where the stream ends. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    let at = 0;
    await this.stream(offset, length, (piece) => {
      out.set(piece, at);
      at += piece.length;
    });
    return out.subarray(0, at);
  }

  /** The same, handed on in pieces. */
  async stream(offset: number, length: number, receive: (piece: Uint8Array) => void): Promise<void> {
    let inflater = this.inflater;
    if (!inflater || offset < this.position) inflater = await this.restart();
    const until = offset + length;
    for (let at = offset; at < until;) {
      const first = this.ready[0];
      if (!first) {
        if (!(await this.more(inflater))) return;
        continue;
      }
      const skip = at - this.position;
      if (skip < first.length) {
        const piece = first.subarray(skip, skip + until - at);
        receive(piece);
        at += piece.length;
        if (skip + piece.length < first.length) continue;
      }
      this.ready.shift();
      this.position += first.length;
    }
  }

  private async restart(): Promise<Inflater> {
    checkZlibHeader(await this.raw.read(0, Math.min(ZLIB_HEADER, this.raw.size)), this.place);
    this.ready = [];
    this.position = 0;
    this.compressedAt = ZLIB_HEADER;
    this.inflater = new Inflater(this.place);
    return this.inflater;
  }

  /** Inflates one more step; false at the end of the stream. */
  private async more(inflater: Inflater): Promise<boolean> {
    if (this.compressedAt >= this.raw.size || inflater.ended) return false;
    const within = (this.compressedAt - ZLIB_HEADER) % READ_STEP;
    if (within === 0)
      this.block = await this.raw.read(
        this.compressedAt,
        Math.min(READ_STEP, this.raw.size - this.compressedAt),
      );
    const step = this.block.subarray(within, within + INFLATE_STEP);
    this.compressedAt += step.length;
    this.ready.push(...inflater.push(step, this.compressedAt >= this.raw.size));
    return true;
  }
}

/**
 * A whole zlib stream that must inflate to exactly `size` bytes, its checksum compared. Inflating stops as soon
 * as it yields more. Throws InputError.
 */
export function inflateExactly(compressed: Uint8Array, size: number, place: string): Uint8Array {
  checkZlibHeader(compressed, place);
  const out = new Uint8Array(size + 1);
  const at =
    compressed.length <= INFLATE_STEP
      ? inflateSmall(compressed, out, place)
      : inflateLarge(compressed, out, place);
  if (at !== size)
    throw new InputError(
      `the compressed data should hold ${size} bytes and holds ${at > size ? 'more' : at}`,
      place,
      AGAIN,
    );
  const end = compressed.length - 4;
  const values = out.subarray(0, size);
  if (end < ZLIB_HEADER || viewOf(compressed).getUint32(end) !== adler32(values))
    throw new InputError('the checksum of the compressed data does not match', place, AGAIN);
  return values;
}

/** One call, without the window that inflating in steps needs; `out` is filled at most. */
function inflateSmall(compressed: Uint8Array, out: Uint8Array, place: string): number {
  try {
    return inflateSync(compressed.subarray(ZLIB_HEADER), { out }).length;
  } catch (error) {
    throw badData(error, place);
  }
}

function inflateLarge(compressed: Uint8Array, out: Uint8Array, place: string): number {
  const inflater = new Inflater(place);
  let at = 0;
  for (let from = ZLIB_HEADER; from < compressed.length && !inflater.ended; from += INFLATE_STEP) {
    const step = compressed.subarray(from, from + INFLATE_STEP);
    for (const piece of inflater.push(step, from + INFLATE_STEP >= compressed.length)) {
      if (at + piece.length >= out.length) return out.length;
      out.set(piece, at);
      at += piece.length;
    }
  }
  return at;
}

function badData(error: unknown, place: string): InputError {
  return new InputError(
    `the compressed data cannot be inflated: ${error instanceof Error ? error.message : 'bad data'}`,
    place,
    AGAIN,
  );
}

/** Whether so many bytes from so few look like a decompression bomb rather than like trained weights. */
export function looksLikeBomb(compressed: number, inflated: number): boolean {
  return (
    inflated > limits.zipInflated ||
    (inflated > limits.zipAlwaysAllowed && inflated > limits.zipRatio * compressed)
  );
}

function checkZlibHeader(head: Uint8Array, place: string): void {
  const [method, flags] = head;
  const sound =
    method !== undefined &&
    flags !== undefined &&
    (method & 15) === 8 &&
    method >> 4 <= 7 &&
    (method * 256 + flags) % 31 === 0 &&
    (flags & 32) === 0;
  if (!sound) throw new InputError('the compressed data does not start as zlib data do', place, AGAIN);
}

/** The checksum at the end of a zlib stream. */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let from = 0; from < bytes.length; from += ADLER_RUN) {
    const to = Math.min(from + ADLER_RUN, bytes.length);
    for (let i = from; i < to; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= ADLER;
    b %= ADLER;
  }
  return b * 65536 + a;
}
