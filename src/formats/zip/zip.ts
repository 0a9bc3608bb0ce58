import { Inflate } from 'fflate';
import { InputError } from '../../core/errors';
import type { Bytes } from '../bytes';
import { fileBytes, latin1, readExactly, viewOf } from '../bytes';
import { crc32 } from './crc32';
import { limits } from '../limits';
import type { Source } from '../source';

/**
 * Zip archives read by range, after PKWARE's APPNOTE 6.3.10: central directory, zip64, stored and deflated
 * entries. Every size is checked before it is believed.
 */

interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
  readonly nameLength: number;
}

const STORED = 0;
const DEFLATED = 8;
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_END_RECORD = 0x06064b50;
const FILL_32 = 0xffffffff;
const DATA_DESCRIPTOR = 8;
/** Compressed bytes inflated at a time: at deflate's best ratio of 1032 this is 4 MB. */
const INFLATE_STEP = 4096;
/** Compressed bytes read at a time, a multiple of the step. */
const READ_STEP = 64 * INFLATE_STEP;

const AGAIN = 'The archive is damaged or was tampered with; write or download it again.';

/** Whether the head of a file is that of a zip archive. */
export function looksLikeZip(head: Uint8Array): boolean {
  const text = latin1(head, 0, 4);
  return text === 'PK\x03\x04' || text === 'PK\x05\x06';
}

/** Name of the entry that comes first in the file, or '' if the head does not hold it. */
export function firstEntryName(head: Uint8Array): string {
  if (head.length < 30 || latin1(head, 0, 4) !== 'PK\x03\x04') return '';
  const length = viewOf(head).getUint16(26, true);
  return latin1(head, 30, 30 + length);
}

export class ZipArchive {
  private readonly checked = new Map<string, boolean>();
  private readonly opened = new Map<string, Bytes>();
  private keepable: number = limits.zipKept;

  private constructor(
    private readonly source: Source,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
    readonly warnings: string[],
  ) {}

  /** Reads the directory. Throws InputError if it is cut off, or if it contradicts itself or the file. */
  static async open(source: Source): Promise<ZipArchive> {
    const directory = await locateDirectory(source);
    if (directory.count > limits.zipEntries || directory.size > limits.zipDirectory)
      throw new InputError(
        `the archive claims ${directory.count} entries in a directory of ${directory.size} bytes`,
        'zip directory',
        'Such an archive is no saved model; unpack it and open the model inside.',
      );
    const bytes = await readExactly(source, directory.offset, directory.size, 'zip directory');
    const warnings: string[] = [];
    const entries = parseDirectory(bytes, directory.count, warnings);
    checkLayout([...entries.values()], directory.offset);
    return new ZipArchive(source, entries, warnings);
  }

  /** Names of all files in the archive, in the order of the directory. */
  names(): readonly string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Size of an entry once inflated, or null if there is none of that name. */
  size(name: string): number | null {
    return this.entries.get(name)?.size ?? null;
  }

  /** The inflated bytes of an entry. Throws InputError if it is missing, encrypted, a bomb, or lies about its place. */
  async bytes(name: string): Promise<Bytes> {
    let bytes = this.opened.get(name);
    if (!bytes) {
      const entry = this.entry(name);
      const raw = fileBytes(this.source, await this.dataStart(entry), entry.compressedSize, name);
      bytes = entry.method === STORED ? raw : await this.inflated(raw, entry);
      this.opened.set(name, bytes);
    }
    return bytes;
  }

  private async inflated(raw: Bytes, entry: ZipEntry): Promise<Bytes> {
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const out = new Uint8Array(length);
      let at = 0;
      await inflate(raw, entry, offset, length, (piece) => {
        out.set(piece, at);
        at += piece.length;
      });
      return out;
    };
    if (entry.size <= this.keepable) {
      this.keepable -= entry.size;
      const all = await read(0, entry.size);
      const inside = {
        name: entry.name,
        size: all.length,
        read: async (from: number, length: number) => all.subarray(from, from + length),
      };
      return fileBytes(inside, 0, all.length, entry.name);
    }
    return {
      size: entry.size,
      read,
      stream: (offset, length, receive) => inflate(raw, entry, offset, length, receive),
    };
  }

  /**
   * Compares the checksums of these entries with their bytes, as far as `limits.zipVerified` goes, and adds a
   * warning for each that does not match. Throws InputError if an entry does not inflate to its size.
   */
  async verify(names: Iterable<string>): Promise<void> {
    let budget: number = limits.zipVerified;
    for (const name of names) {
      const entry = this.entry(name);
      if (this.checked.has(name) || entry.size > budget) continue;
      budget -= entry.size;
      if (!(await this.matches(entry)))
        this.warnings.push(
          `the checksum of ${name} does not match its bytes: the file was changed or damaged after it was written, and the values may be wrong`,
        );
    }
  }

  private async matches(entry: ZipEntry): Promise<boolean> {
    const bytes = await this.bytes(entry.name);
    let crc = 0;
    await bytes.stream(0, entry.size, (piece) => {
      crc = crc32(piece, crc);
    });
    const good = crc === entry.crc;
    this.checked.set(entry.name, good);
    return good;
  }

  private entry(name: string): ZipEntry {
    const entry = this.entries.get(name);
    if (!entry) throw new InputError('the archive has no such entry', name, AGAIN);
    if (entry.flags & 1)
      throw new InputError('the entry is encrypted', name, 'Write the file again without a password.');
    if (entry.method !== STORED && entry.method !== DEFLATED)
      throw new InputError(
        `the entry is compressed by method ${entry.method}`,
        name,
        'Write the archive with stored or deflated entries.',
      );
    if (entry.method === STORED && entry.compressedSize !== entry.size)
      throw new InputError(
        `the stored entry claims ${entry.size} bytes and holds ${entry.compressedSize}`,
        name,
        AGAIN,
      );
    if (
      entry.method === DEFLATED &&
      (entry.size > limits.zipInflated ||
        (entry.size > limits.zipAlwaysAllowed && entry.size > limits.zipRatio * entry.compressedSize))
    )
      throw new InputError(
        `${entry.compressedSize} compressed bytes claim to hold ${entry.size}, as in a decompression bomb`,
        name,
        'If the file is genuine, save it without compression.',
      );
    return entry;
  }

  private async dataStart(entry: ZipEntry): Promise<number> {
    const header = await readExactly(this.source, entry.headerOffset, 30 + entry.nameLength, entry.name);
    const view = viewOf(header);
    const extraLength = view.getUint16(28, true);
    if (view.getUint32(0, true) !== LOCAL_HEADER || view.getUint16(26, true) !== entry.nameLength)
      throw new InputError('the directory points to something that is no entry', entry.name, AGAIN);
    const extraStart = entry.headerOffset + 30 + entry.nameLength;
    const extra = await readExactly(this.source, extraStart, extraLength, entry.name);
    const flags = view.getUint16(6, true);
    let compressedSize = view.getUint32(18, true);
    let size = view.getUint32(22, true);
    const wide = zip64Fields(extra);
    if (size === FILL_32) size = wide.take() ?? size;
    if (compressedSize === FILL_32) compressedSize = wide.take() ?? compressedSize;
    const described = (flags & DATA_DESCRIPTOR) !== 0;
    if (!described && (compressedSize !== entry.compressedSize || size !== entry.size))
      throw new InputError(
        `the archive gives two sizes for the entry: ${size} and ${entry.size} bytes`,
        entry.name,
        AGAIN,
      );
    if (decodeName(header.subarray(30), flags) !== entry.name)
      throw new InputError('the archive gives two names for the entry', entry.name, AGAIN);
    return extraStart + extraLength;
  }
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

async function locateDirectory(source: Source): Promise<Directory> {
  const tailLength = Math.min(source.size, 22 + 65535);
  const tailStart = source.size - tailLength;
  const tail = await readExactly(source, tailStart, tailLength, 'zip end record');
  const view = viewOf(tail);
  for (let i = tailLength - 22; i >= 0; i--) {
    if (view.getUint32(i, true) !== END_RECORD) continue;
    if (i + 22 + view.getUint16(i + 20, true) > tailLength) continue;
    const count = view.getUint16(i + 10, true);
    const size = view.getUint32(i + 12, true);
    const offset = view.getUint32(i + 16, true);
    if (count !== 0xffff && size !== FILL_32 && offset !== FILL_32) return { offset, size, count };
    return (await locateZip64Directory(source, tailStart + i)) ?? { offset, size, count };
  }
  throw new InputError(
    'the zip archive has no end: its directory is missing',
    'zip end record',
    'The file is cut off; copy or download it again, or wait until it has been written completely.',
  );
}

async function locateZip64Directory(source: Source, endRecord: number): Promise<Directory | null> {
  if (endRecord < 20) return null;
  const locator = viewOf(await readExactly(source, endRecord - 20, 20, 'zip64 locator'));
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR) return null;
  const at = Number(locator.getBigUint64(8, true));
  const record = viewOf(await readExactly(source, at, 56, 'zip64 end record'));
  if (record.getUint32(0, true) !== ZIP64_END_RECORD)
    throw new InputError('the zip64 end record is missing', 'zip64 end record', AGAIN);
  return {
    count: Number(record.getBigUint64(32, true)),
    size: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
  };
}

function parseDirectory(bytes: Uint8Array, count: number, warnings: string[]): Map<string, ZipEntry> {
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL_HEADER)
      throw new InputError(`entry ${n} of ${count} is missing`, 'zip directory', AGAIN);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const end = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (end > bytes.length) throw new InputError(`entry ${n} is cut off`, 'zip directory', AGAIN);
    const extraStart = at + 46 + nameLength;
    const wide = zip64Fields(bytes.subarray(extraStart, extraStart + extraLength));
    const flags = view.getUint16(at + 8, true);
    let compressedSize = view.getUint32(at + 20, true);
    let size = view.getUint32(at + 24, true);
    let headerOffset = view.getUint32(at + 42, true);
    if (size === FILL_32) size = wide.take() ?? size;
    if (compressedSize === FILL_32) compressedSize = wide.take() ?? compressedSize;
    if (headerOffset === FILL_32) headerOffset = wide.take() ?? headerOffset;
    const name = decodeName(bytes.subarray(at + 46, extraStart), flags);
    const entry: ZipEntry = {
      name,
      flags,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      compressedSize,
      size,
      headerOffset,
      nameLength,
    };
    if (leavesArchive(name))
      warnings.push(`the entry ${JSON.stringify(name)} points outside the archive and was left out`);
    else {
      if (entries.has(name))
        warnings.push(`the archive holds ${JSON.stringify(name)} twice; the last one was read`);
      if (!name.endsWith('/')) entries.set(name, entry);
    }
    at = end;
  }
  return entries;
}

/** Entries must lie within the file, one after another, before the directory. */
function checkLayout(entries: readonly ZipEntry[], directoryOffset: number): void {
  const sorted = [...entries].sort((a, b) => a.headerOffset - b.headerOffset);
  let free = 0;
  for (const entry of sorted) {
    const end = entry.headerOffset + 30 + entry.nameLength + entry.compressedSize;
    if (!Number.isSafeInteger(end) || end > directoryOffset)
      throw new InputError(
        `the directory places the entry at offset ${entry.headerOffset}, outside the file`,
        entry.name,
        AGAIN,
      );
    if (entry.headerOffset < free) throw new InputError('the entry overlaps another one', entry.name, AGAIN);
    free = end;
  }
}

/** The 64-bit values of a zip64 extra field, in the order in which they are needed. */
function zip64Fields(extra: Uint8Array): { take(): number | null } {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let next = at + 4;
      const end = Math.min(next + length, extra.length);
      return {
        take: () => {
          if (next + 8 > end) return null;
          next += 8;
          return Number(view.getBigUint64(next - 8, true));
        },
      };
    }
    at += 4 + length;
  }
  return { take: () => null };
}

function decodeName(bytes: Uint8Array, flags: number): string {
  return flags & 0x800 ? new TextDecoder().decode(bytes) : latin1(bytes);
}

function leavesArchive(name: string): boolean {
  return (
    name === '' ||
    name.startsWith('/') ||
    name.includes('\\') ||
    name.includes('\0') ||
    /^[A-Za-z]:/.test(name) ||
    name.split('/').includes('..')
  );
}

/** Hands on bytes `offset` .. `offset + length` of a deflated entry, and stops inflating when it has them. */
async function inflate(
  raw: Bytes,
  entry: ZipEntry,
  offset: number,
  length: number,
  receive: (piece: Uint8Array) => void,
): Promise<void> {
  const until = offset + length;
  if (offset < 0 || length < 0 || until > entry.size)
    throw new InputError(`the entry holds ${entry.size} bytes, ${until} are needed`, entry.name, AGAIN);
  let out = 0;
  const stream = new Inflate((piece) => {
    const from = Math.max(offset, out);
    const to = Math.min(until, out + piece.length);
    if (from < to) receive(piece.subarray(from - out, to - out));
    out += piece.length;
  });
  let compressed: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < raw.size && out <= entry.size; at += INFLATE_STEP) {
    const within = at % READ_STEP;
    if (within === 0) compressed = await raw.read(at, Math.min(READ_STEP, raw.size - at));
    try {
      stream.push(compressed.subarray(within, within + INFLATE_STEP), at + INFLATE_STEP >= raw.size);
    } catch (error) {
      throw new InputError(
        `the entry cannot be inflated: ${error instanceof Error ? error.message : 'bad data'}`,
        entry.name,
        AGAIN,
      );
    }
    if (out >= until && out < entry.size) return;
  }
  if (out !== entry.size)
    throw new InputError(
      `the entry claims ${entry.size} bytes and inflates to ${out > entry.size ? 'more' : out}`,
      entry.name,
      AGAIN,
    );
}
