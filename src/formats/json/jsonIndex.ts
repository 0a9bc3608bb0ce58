import { limits } from '../limits';

/**
 * Where the arrays of numbers of a JSON text stand: an index in one pass over the text, kept current as the
 * text is edited. It answers what an editor asks about (which tensor is this?) without building the values, so
 * that its memory grows with the number of rows, not of numbers. Comments and trailing commas are allowed, and
 * what is unfinished or malformed is passed over, because a text that is being written is malformed most of
 * the time. All offsets count UTF-16 code units, as editors do.
 */

export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** An object that holds something of interest. */
export interface IndexedObject extends Span {
  /** Names of the members and indices of the elements on the way. */
  readonly path: readonly string[];
  /** Its key with the quotes; null for the root and for elements of arrays. */
  readonly key: Span | null;
}

/** A rectangular array of numbers under a key; its span includes the brackets. */
export interface IndexedArray extends Span {
  readonly path: readonly string[];
  /** Its key with the quotes; null for an element of a list. */
  readonly key: Span | null;
  readonly shape: readonly number[];
  /** Start of each innermost array, relative to `start`, in order of the text. */
  readonly rows: Uint32Array;
  /** Whether comments stand between the brackets. */
  readonly commented: boolean;
}

/** A loose value under a key. */
export interface IndexedScalar extends Span {
  readonly path: readonly string[];
  readonly key: Span;
  readonly value: string | number | boolean;
}

export interface JsonIndex {
  /** In order of their start. */
  readonly arrays: readonly IndexedArray[];
  readonly objects: readonly IndexedObject[];
  readonly scalars: readonly IndexedScalar[];
  /** Whether the root is a list of objects. */
  readonly rootIsList: boolean;
  /** Whether the text asks for more than is indexed (arrays, depth, numbers); then all lists are empty. */
  readonly excessive: boolean;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Indexes the whole text. */
export function indexJson(text: string): JsonIndex {
  return new Indexer(text).run();
}

/** An edit: `removed` stood at `offset` and `inserted` stands there now. */
export interface Edit {
  readonly offset: number;
  readonly removed: string;
  readonly inserted: string;
}

/**
 * The index of `text`, which is the text that `index` belongs to after the edit. An edit among the numbers of
 * one row costs in proportion to that row, any other as much as a new index.
 */
export function updateIndex(index: JsonIndex, text: string, edit: Edit): JsonIndex {
  return updateRow(index, text, edit) ?? indexJson(text);
}

const PLAIN = /^[\d+\-.eE \t,]*$/;
const MAX_PLAIN = 10_000;

function updateRow(index: JsonIndex, text: string, edit: Edit): JsonIndex | null {
  const { offset, removed, inserted } = edit;
  const oldEnd = offset + removed.length;
  if (removed.length > MAX_PLAIN || inserted.length > MAX_PLAIN) return null;
  if (!PLAIN.test(removed) || !PLAIN.test(inserted)) return null;
  const at = firstEndingAfter(index.arrays, offset);
  const array = index.arrays[at];
  if (!array || array.commented || array.start >= offset || oldEnd >= array.end) return null;
  const row = lastAtOrBefore(array.rows, offset - 1 - array.start);
  if (row < 0) return null;
  // Brackets are untouched and nothing else can hide one, so the row still ends at the next one.
  const rowStart = array.start + array.rows[row]!;
  const close = text.indexOf(']', rowStart);
  if (close < offset + inserted.length) return null;
  if (countNumbers(text, rowStart + 1, close) !== array.shape.at(-1)) return null;
  const delta = inserted.length - removed.length;
  const moved = <T extends Span>(span: T): T =>
    delta === 0 || span.end <= offset
      ? span
      : { ...span, start: span.start > offset ? span.start + delta : span.start, end: span.end + delta };
  const movedKey = (key: Span | null): Span | null => key && moved(key);
  const arrays = index.arrays.map((other) => ({ ...moved(other), key: movedKey(other.key) }));
  if (delta !== 0) {
    const rows = array.rows.slice();
    for (let i = row + 1; i < rows.length; i++) rows[i] = rows[i]! + delta;
    arrays[at] = { ...arrays[at]!, rows };
  }
  return {
    ...index,
    arrays,
    objects: index.objects.map((object) => ({ ...moved(object), key: movedKey(object.key) })),
    scalars: index.scalars.map((scalar) => ({ ...moved(scalar), key: moved(scalar.key) })),
  };
}

/** How many well-formed numbers stand between commas in a stretch of text; -1 where one is malformed. */
function countNumbers(text: string, start: number, end: number): number {
  let count = 0;
  let needsComma = false;
  for (let at = start; at < end;) {
    const code = text.charCodeAt(at);
    if (code === SPACE || code === LF || code === CR || code === TAB) at++;
    else if (code === COMMA) {
      if (!needsComma) return -1;
      needsComma = false;
      at++;
    } else {
      if (needsComma) return -1;
      at = numberEnd(text, at);
      if (at < 0) return -1;
      count++;
      needsComma = true;
    }
  }
  return count;
}

/** Position of the first span that ends after `offset`. */
export function firstEndingAfter(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Position of the last entry of a rising list that is at most `value`, or -1. */
export function lastAtOrBefore(rising: Uint32Array, value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** Whether a character may not follow a number or a word directly. */
function continuesWord(code: number): boolean {
  return (
    isDigit(code) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === DOT ||
    code === PLUS ||
    code === MINUS ||
    code === 0x5f
  );
}

/** End of the number that starts here (JSON's grammar, and the words NaN and Infinity), or -1. */
export function numberEnd(text: string, start: number): number {
  let at = start;
  if (text.charCodeAt(at) === MINUS) at++;
  const first = text.charCodeAt(at);
  if (first === ZERO) at++;
  else if (isDigit(first)) while (isDigit(text.charCodeAt(at))) at++;
  else if (text.startsWith('Infinity', at)) return continuesWord(text.charCodeAt(at + 8)) ? -1 : at + 8;
  else if (at === start && text.startsWith('NaN', at))
    return continuesWord(text.charCodeAt(at + 3)) ? -1 : at + 3;
  else return -1;
  if (text.charCodeAt(at) === DOT) {
    if (!isDigit(text.charCodeAt(++at))) return -1;
    while (isDigit(text.charCodeAt(at))) at++;
  }
  const exponent = text.charCodeAt(at);
  if (exponent === 0x65 || exponent === 0x45) {
    const sign = text.charCodeAt(++at);
    if (sign === PLUS || sign === MINUS) at++;
    if (!isDigit(text.charCodeAt(at))) return -1;
    while (isDigit(text.charCodeAt(at))) at++;
  }
  return continuesWord(text.charCodeAt(at)) ? -1 : at;
}

/** Past the comment that starts at a slash, or `start` if none does. A comment without end takes all. */
export function commentEnd(text: string, start: number): number {
  const second = text.charCodeAt(start + 1);
  if (second === SLASH) {
    let at = start + 2;
    while (at < text.length && text.charCodeAt(at) !== LF && text.charCodeAt(at) !== CR) at++;
    return at;
  }
  if (second !== 0x2a) return start;
  const end = text.indexOf('*/', start + 2);
  return end < 0 ? text.length : end + 2;
}

/** Past the closing quote. A string ends at its line's end at the latest, so that an open one spoils no more. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
    else if (code === LF || code === CR) return at;
  }
  return text.length;
}

/** An object or array that is open. Reused, so that a text of many small arrays costs no memory. */
class Frame {
  isArray = false;
  start = 0;
  /** The key under which it stands; -1 where it has none. */
  keyStart = -1;
  keyEnd = -1;
  /** Its position in the array that holds it. */
  position = 0;
  /** Members of an object: the key that waits for its value; -1 when none does. */
  memberStart = -1;
  memberEnd = -1;
  /** Position in `objects` once it is there. */
  object = -1;
  /** Elements of an array so far. */
  count = 0;
  needsComma = false;
  /** Not a rectangular array of numbers. */
  bad = false;
  /** Dimensions of the elements: -1 unknown, 0 numbers. */
  rank = -1;
  /** Length of the elements where rank is 1. */
  length = 0;
  /** Shape of the elements where rank is 2 or more. */
  shape: readonly number[] = [];
  /** Rows before it. */
  firstRow = 0;
  commented = false;
}

interface OpenObject extends Omit<IndexedObject, 'end'> {
  end: number;
}

class Indexer {
  private readonly frames: Frame[] = Array.from({ length: limits.depth + 1 }, () => new Frame());
  private depth = 0;
  private rows = new Uint32Array(1024);
  private rowCount = 0;
  private numbers = 0;
  private readonly arrays: IndexedArray[] = [];
  private readonly objects: OpenObject[] = [];
  private readonly scalars: IndexedScalar[] = [];
  private rootIsList = false;

  constructor(private readonly text: string) {}

  run(): JsonIndex {
    const complete = this.scan();
    if (!complete)
      return { arrays: [], objects: [], scalars: [], rootIsList: this.rootIsList, excessive: true };
    return {
      arrays: this.arrays,
      objects: this.objects,
      scalars: this.scalars,
      rootIsList: this.rootIsList,
      excessive: false,
    };
  }

  /** False if the text goes beyond what is indexed. */
  private scan(): boolean {
    const { text } = this;
    const { length } = text;
    let top: Frame | null = null;
    for (let at = 0; at < length;) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === LF || code === CR || code === TAB) {
        at++;
      } else if (code === COMMA) {
        if (top) {
          if (!top.needsComma) top.bad = true;
          top.needsComma = false;
          top.memberStart = -1;
        }
        at++;
      } else if (code === MINUS || isDigit(code) || code === 0x49 || code === 0x4e) {
        const end = numberEnd(text, at);
        if (end < 0) {
          if (top) {
            top.bad = true;
            top.memberStart = -1;
          }
          at = this.wordEnd(at);
          continue;
        }
        if (top?.isArray === true) {
          if (top.needsComma || top.rank > 0) top.bad = true;
          top.needsComma = true;
          top.rank = 0;
          top.count++;
          if (++this.numbers > limits.jsonNumbers) return false;
        } else if (top) this.scalar(at, end, Number(text.slice(at, end)));
        at = end;
      } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
        if (this.depth >= limits.depth) return false;
        top = this.enter(at, code === OPEN_ARRAY);
        at++;
      } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
        if (!this.leave(at, code === CLOSE_ARRAY)) return false;
        top = this.top();
        at++;
      } else if (code === QUOTE) {
        const end = stringEnd(text, at);
        if (top?.isArray === true) {
          top.bad = true;
          top.needsComma = true;
          top.count++;
        } else if (top) {
          if (top.memberStart < 0) {
            top.memberStart = at;
            top.memberEnd = end;
          } else if (end - at <= limits.nameLength) this.scalar(at, end, unquoted(text, at, end));
          else top.memberStart = -1;
        }
        at = end;
      } else if (code === SLASH && commentEnd(text, at) > at) {
        for (let i = this.depth; i > 0 && this.frames[i]!.isArray; i--) this.frames[i]!.commented = true;
        at = commentEnd(text, at);
      } else if (code === COLON || code === 0xfeff) {
        if (top?.isArray === true) top.bad = true;
        at++;
      } else {
        const end = this.wordEnd(at);
        const word = end - at < 6 ? text.slice(at, end) : '';
        if (top?.isArray === true) {
          top.bad = true;
          top.count++;
          top.needsComma = true;
        } else if (top && (word === 'true' || word === 'false')) this.scalar(at, end, word === 'true');
        else if (top) top.memberStart = -1;
        at = end;
      }
    }
    return true;
  }

  private top(): Frame | null {
    return this.depth === 0 ? null : this.frames[this.depth]!;
  }

  private enter(at: number, isArray: boolean): Frame {
    const parent = this.top();
    const frame = this.frames[++this.depth]!;
    frame.isArray = isArray;
    frame.start = at;
    frame.keyStart = frame.keyEnd = frame.memberStart = frame.memberEnd = frame.object = -1;
    frame.position = 0;
    frame.count = 0;
    frame.rank = -1;
    frame.needsComma = frame.bad = frame.commented = false;
    frame.firstRow = this.rowCount;
    if (!parent) this.rootIsList = isArray;
    else if (parent.isArray) {
      if (parent.needsComma || !isArray) parent.bad = true;
      parent.needsComma = true;
      frame.position = parent.count++;
    } else {
      frame.keyStart = parent.memberStart;
      frame.keyEnd = parent.memberEnd;
      parent.memberStart = -1;
    }
    return frame;
  }

  /** False if there are too many arrays. A bracket that closes nothing is passed over. */
  private leave(at: number, isArray: boolean): boolean {
    let open = this.depth;
    while (open > 0 && this.frames[open]!.isArray !== isArray) open--;
    if (open === 0) return true;
    // What was left open inside is no array of numbers.
    for (; this.depth > open; this.depth--) this.spoilParent();
    const frame = this.frames[open]!;
    if (!isArray) {
      if (frame.object >= 0) this.objects[frame.object]!.end = at + 1;
      this.depth--;
      return true;
    }
    if (frame.rank <= 0) this.addRow(frame.start);
    const parent = open > 1 ? this.frames[open - 1]! : null;
    const rank = frame.rank <= 0 ? 1 : frame.rank + 1;
    if (frame.bad || rank > limits.rank) {
      this.rowCount = frame.firstRow;
      this.spoilParent();
      this.depth--;
      return true;
    }
    if (parent?.isArray === true) {
      this.merge(parent, frame, rank);
      this.depth--;
      return true;
    }
    const emitted = !parent || frame.keyStart < 0 || this.emit(frame, rank, at + 1);
    this.rowCount = frame.firstRow;
    this.depth--;
    return emitted;
  }

  private spoilParent(): void {
    const parent = this.frames[this.depth - 1]!;
    if (this.depth > 1 && parent.isArray) parent.bad = true;
  }

  /** Takes the shape of an element into the array that holds it. */
  private merge(parent: Frame, child: Frame, rank: number): void {
    if (child.commented) parent.commented = true;
    const isFirst = parent.rank < 0;
    if (isFirst) parent.rank = rank;
    else if (parent.rank !== rank) parent.bad = true;
    if (rank === 1) {
      if (isFirst) parent.length = child.count;
      else if (parent.length !== child.count) parent.bad = true;
    } else {
      const shape = [child.count, ...elementShape(child)];
      if (isFirst) parent.shape = shape;
      else if (parent.shape.join() !== shape.join()) parent.bad = true;
    }
  }

  private emit(frame: Frame, rank: number, end: number): boolean {
    if (this.arrays.length >= limits.tensors) return false;
    const rows = this.rows.slice(frame.firstRow, this.rowCount);
    for (let i = 0; i < rows.length; i++) rows[i] = rows[i]! - frame.start;
    this.arrays.push({
      path: [...this.objectPath(this.depth - 1), this.name(frame.keyStart, frame.keyEnd)],
      key: { start: frame.keyStart, end: frame.keyEnd },
      start: frame.start,
      end,
      shape: rank === 1 ? [frame.count] : [frame.count, ...elementShape(frame)],
      rows,
      commented: frame.commented,
    });
    return true;
  }

  private scalar(start: number, end: number, value: IndexedScalar['value']): void {
    const frame = this.frames[this.depth]!;
    if (frame.memberStart >= 0 && this.scalars.length < limits.scalars)
      this.scalars.push({
        path: [...this.objectPath(this.depth), this.name(frame.memberStart, frame.memberEnd)],
        key: { start: frame.memberStart, end: frame.memberEnd },
        start,
        end,
        value,
      });
    frame.memberStart = -1;
  }

  /** Path of the object at a depth; it and those around it are listed from now on. */
  private objectPath(depth: number): readonly string[] {
    const frame = this.frames[depth]!;
    if (frame.object >= 0) return this.objects[frame.object]!.path;
    const parts: string[] = [];
    let outer = depth;
    for (; outer > 1; outer--) {
      const part = this.frames[outer]!;
      if (outer !== depth && !part.isArray) break;
      parts.unshift(
        this.frames[outer - 1]!.isArray ? String(part.position) : this.name(part.keyStart, part.keyEnd),
      );
    }
    const around = outer > 0 && outer < depth && !this.frames[outer]!.isArray ? this.objectPath(outer) : [];
    const path = [...around, ...parts];
    frame.object = this.objects.length;
    this.objects.push({
      path,
      key: frame.keyStart < 0 ? null : { start: frame.keyStart, end: frame.keyEnd },
      start: frame.start,
      end: this.text.length,
    });
    return path;
  }

  private name(start: number, end: number): string {
    return start < 0 ? '' : unquoted(this.text, start, end);
  }

  private addRow(start: number): void {
    if (this.rowCount === this.rows.length) {
      const larger = new Uint32Array(2 * this.rows.length);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[this.rowCount++] = start;
  }

  /** Past a word that means nothing here; at least one character. */
  private wordEnd(start: number): number {
    let at = start + 1;
    while (at < this.text.length && continuesWord(this.text.charCodeAt(at))) at++;
    return at;
  }
}

function elementShape(frame: Frame): readonly number[] {
  return frame.rank === 1 ? [frame.length] : frame.shape;
}

/** The text of a string with its quotes; taken as it stands where an escape is malformed. */
function unquoted(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end > start + 1 && text.charCodeAt(end - 1) === QUOTE ? end - 1 : end);
  if (!inner.includes('\\')) return inner;
  try {
    return String(JSON.parse(`"${inner}"`));
  } catch {
    return inner;
  }
}
