/** A place in a text as editors count it: both from 0, characters in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface PositionRange {
  readonly start: Position;
  readonly end: Position;
}

/** A change as an editor reports it: `text` replaces what stood in the range. */
export interface TextChange {
  readonly range: PositionRange;
  readonly text: string;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * The text of a document outside the editor that shows it. Places are exchanged as lines and characters, never
 * as offsets: an editor may show other line endings than the file has.
 */
export class TextMirror {
  #text: string;
  #lineStarts: Uint32Array;

  constructor(text: string) {
    this.#text = text;
    this.#lineStarts = lineStarts(text);
  }

  get text(): string {
    return this.#text;
  }

  get lineCount(): number {
    return this.#lineStarts.length;
  }

  /** Offset of a place; one beyond the end of its line or of the text is moved back to that end. */
  offsetAt({ line, character }: Position): number {
    if (line < 0) return 0;
    if (line >= this.lineCount) return this.#text.length;
    return Math.min(this.#lineStarts[line]! + Math.max(0, character), this.#lineEnd(line));
  }

  positionAt(offset: number): Position {
    let low = 0;
    let high = this.lineCount;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low, character: Math.min(offset, this.#lineEnd(low)) - this.#lineStarts[low]! };
  }

  /** Applies a change and says where it was made. */
  apply({ range, text }: TextChange): { offset: number; removed: string; inserted: string } {
    const offset = this.offsetAt(range.start);
    const end = Math.max(offset, this.offsetAt(range.end));
    const removed = this.#text.slice(offset, end);
    this.#text = this.#text.slice(0, offset) + text + this.#text.slice(end);
    if (hasBreak(removed) || hasBreak(text) || this.#breakNear(offset, offset + text.length))
      this.#lineStarts = lineStarts(this.#text);
    else if (text.length !== removed.length) {
      const starts = this.#lineStarts;
      for (let line = starts.length - 1; line >= 0 && starts[line]! > offset; line--)
        starts[line] = starts[line]! + text.length - removed.length;
    }
    return { offset, removed, inserted: text };
  }

  /** Whether the characters around an edit could have joined or parted a CR LF. */
  #breakNear(start: number, end: number): boolean {
    return this.#text.charCodeAt(start - 1) === CR && this.#text.charCodeAt(end) === LF;
  }

  #lineEnd(line: number): number {
    if (line === this.lineCount - 1) return this.#text.length;
    let end = this.#lineStarts[line + 1]! - 1;
    if (
      end > this.#lineStarts[line]! &&
      this.#text.charCodeAt(end) === LF &&
      this.#text.charCodeAt(end - 1) === CR
    )
      end--;
    return end;
  }
}

function hasBreak(text: string): boolean {
  return text.includes('\n') || text.includes('\r');
}

/** Where lines start: after LF, CR LF, and CR alone. */
function lineStarts(text: string): Uint32Array {
  let starts = new Uint32Array(1024);
  let count = 1;
  const add = (start: number): void => {
    if (count === starts.length) {
      const larger = new Uint32Array(2 * count);
      larger.set(starts);
      starts = larger;
    }
    starts[count++] = start;
  };
  if (text.includes('\r')) {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) add(at + 1);
    }
  } else for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) add(at + 1);
  return starts.slice(0, count);
}
