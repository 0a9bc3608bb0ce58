import { InputError } from '../../core/errors';
import { JsonScanner, type Token } from './scanner';
import { limits } from '../limits';

/**
 * JSON text to a tree in which every rectangular array of numbers is one node. Iterative, so that no depth of
 * brackets can exhaust the stack, and bounded in numbers and nodes. Comments are allowed, and the bare NaN and
 * Infinity that Python writes.
 */

export type JsonNode =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode> }
  /** An array that holds objects, or arrays of them. */
  | { readonly kind: 'list'; readonly items: readonly JsonNode[] }
  /** A rectangular array of numbers, row-major; its values come from `JsonDocument.values`. */
  | {
      readonly kind: 'numbers';
      readonly shape: readonly number[];
      readonly start: number;
      readonly count: number;
    }
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  /** An array of words or truth values: nothing that could be a weight. */
  | { readonly kind: 'words' };

export interface JsonDocument {
  readonly root: JsonNode;
  /** Paths of names that occur twice in one object; the last one counts. */
  readonly duplicates: readonly string[];
  /** Paths of numbers that are not finite as float64, the first few. */
  readonly nonFinite: readonly string[];
  values(node: Extract<JsonNode, { kind: 'numbers' }>): Float64Array;
}

interface ObjectFrame {
  readonly kind: 'object';
  readonly members: Map<string, JsonNode>;
  key: string;
}

interface ArrayFrame {
  readonly kind: 'array';
  /** Numbers so far, in the pool from `start` on; used while nothing else has come. */
  count: number;
  readonly start: number;
  /** All elements, once one of them is no number. */
  items: JsonNode[] | null;
}

/** Numbers in the order of the text, in pieces so that they need not be copied as they grow. */
class NumberPool {
  private static readonly piece = 2 ** 16;
  private readonly pieces: Float64Array[] = [];
  length = 0;

  push(value: number): void {
    const within = this.length % NumberPool.piece;
    if (within === 0) this.pieces.push(new Float64Array(NumberPool.piece));
    this.pieces.at(-1)![within] = value;
    this.length++;
  }

  slice(start: number, count: number): Float64Array {
    const out = new Float64Array(count);
    for (let done = 0; done < count;) {
      const within = (start + done) % NumberPool.piece;
      const part = this.pieces[Math.floor((start + done) / NumberPool.piece)]!;
      const some = part.subarray(within, Math.min(NumberPool.piece, within + count - done));
      out.set(some, done);
      done += some.length;
    }
    return out;
  }
}

/** Parses the whole text. Throws InputError with the path, line and column of what is wrong. */
export function parseJson(text: string): JsonDocument {
  return new JsonParser(text).parse();
}

const SYNTAX = 'Correct the text there, or write the model again, for example with json.dump in Python.';
const CUT = 'The file is cut off, or not yet written completely; write or copy it again.';
const AFTER = 'Remove what follows, or write each model to a file of its own.';
const ROWS = 'Write a vector as a list of numbers and a matrix as a list of such rows.';
const LARGE = 'Save a model of this size as .npz or .safetensors.';
/** Characters of a path that are shown. */
const PATH = 80;

class JsonParser {
  private readonly scanner: JsonScanner;
  private readonly pool = new NumberPool();
  private readonly stack: (ObjectFrame | ArrayFrame)[] = [];
  private readonly duplicates: string[] = [];
  private readonly nonFinite: string[] = [];
  private nodes = 0;
  private token: Token = 'end';
  private root: JsonNode | null = null;

  constructor(private readonly text: string) {
    this.scanner = new JsonScanner(text);
  }

  parse(): JsonDocument {
    this.next();
    do {
      this.value();
      this.close();
    } while (this.stack.length > 0);
    if (!this.is('end')) throw this.error('text follows after the value', AFTER);
    const pool = this.pool;
    return {
      root: this.root!,
      duplicates: this.duplicates,
      nonFinite: this.nonFinite,
      values: (node) => pool.slice(node.start, node.count),
    };
  }

  /** Reads one value: a complete one, or the start of an object or array up to its first own value. */
  private value(): void {
    for (;;) {
      if (this.is('{')) {
        this.enter({ kind: 'object', members: new Map(), key: '' });
        if (this.is('}')) return;
        this.key();
      } else if (this.is('[')) {
        this.enter({ kind: 'array', count: 0, start: this.pool.length, items: null });
        if (this.is(']')) return;
      } else {
        this.leaf();
        return;
      }
    }
  }

  /** After a value: closes what ends here and stands at the next value, or at the end. */
  private close(): void {
    for (;;) {
      const frame = this.stack.at(-1);
      if (!frame) return;
      const closing = frame.kind === 'object' ? '}' : ']';
      if (this.is(',')) {
        this.next();
        if (frame.kind === 'object') this.key();
        return;
      }
      if (!this.is(closing))
        throw this.is('end')
          ? this.error(`the text ends inside ${frame.kind === 'object' ? 'an object' : 'an array'}`, CUT)
          : this.error(`expected "," or "${frame.kind === 'object' ? '}' : ']'}"`, SYNTAX);
      const node = frame.kind === 'object' ? frame : this.finishArray(frame);
      this.stack.pop();
      this.next();
      this.put(node);
    }
  }

  private enter(frame: ObjectFrame | ArrayFrame): void {
    if (this.stack.length >= limits.depth)
      throw this.error(`brackets are nested more than ${limits.depth} deep`, ROWS);
    this.stack.push(frame);
    this.next();
  }

  private key(): void {
    const frame = this.stack.at(-1) as ObjectFrame;
    if (!this.is('string'))
      throw this.error('expected a name in double quotes', this.is('end') ? CUT : SYNTAX);
    frame.key = this.scanner.string;
    if (frame.members.has(frame.key) && this.duplicates.length < 100) this.duplicates.push(this.path());
    this.next();
    if (!this.is(':')) throw this.error('expected ":"', this.is('end') ? CUT : SYNTAX);
    this.next();
  }

  private leaf(): void {
    const { token } = this;
    if (token === 'number') this.number(this.scanner.number);
    else if (token === 'string') this.put({ kind: 'value', value: this.scanner.string });
    else if (token === 'true' || token === 'false') this.put({ kind: 'value', value: token === 'true' });
    else if (token === 'null') this.put({ kind: 'value', value: null });
    else if (token === 'end') throw this.error('the text ends where a value is expected', CUT);
    else throw this.error('expected a value', SYNTAX);
    this.next();
  }

  private number(value: number): void {
    const frame = this.stack.at(-1);
    if (!Number.isFinite(value) && this.nonFinite.length < 5) this.nonFinite.push(this.path());
    if (frame?.kind !== 'array' || frame.items) {
      this.put({ kind: 'value', value });
      return;
    }
    if (this.pool.length >= limits.jsonNumbers)
      throw this.error(`the file holds more than ${limits.jsonNumbers} numbers`, LARGE);
    this.pool.push(value);
    frame.count++;
  }

  private put(node: JsonNode): void {
    const frame = this.stack.at(-1);
    this.nodes += frame?.kind === 'array' && !frame.items ? frame.count + 1 : 1;
    if (this.nodes > limits.jsonNodes)
      throw this.error(`the file holds more than ${limits.jsonNodes} objects, rows and loose values`, LARGE);
    if (!frame) this.root = node;
    else if (frame.kind === 'object') frame.members.set(frame.key, node);
    else {
      frame.items ??= Array.from(this.pool.slice(frame.start, frame.count), (value) => ({
        kind: 'value',
        value,
      }));
      frame.items.push(node);
    }
  }

  private finishArray(frame: ArrayFrame): JsonNode {
    const { items } = frame;
    if (!items) return { kind: 'numbers', shape: [frame.count], start: frame.start, count: frame.count };
    if (items.some((item) => item.kind === 'object' || item.kind === 'list')) return { kind: 'list', items };
    if (items.every(isWord)) return { kind: 'words' };
    const first = items[0]!;
    for (const [i, item] of items.entries()) {
      if (item.kind === 'numbers' && first.kind === 'numbers') {
        if (item.shape.join() === first.shape.join()) continue;
        throw this.error(
          `the rows have different lengths: row 0 has ${extents(first.shape)}, row ${i} has ${extents(item.shape)}`,
          'Give every row the same number of entries.',
          i,
        );
      }
      if (item.kind === 'value' && typeof item.value !== 'number')
        throw this.error(
          `${JSON.stringify(item.value)} stands where a number is expected`,
          typeof item.value === 'string'
            ? 'Write numbers without quotation marks.'
            : 'Put a number in its place.',
          i,
        );
      if (item.kind !== first.kind) throw this.error('numbers and rows of numbers are mixed', ROWS, i);
    }
    if (first.kind !== 'numbers') throw this.error('numbers are mixed with something else', ROWS, 0);
    if (first.shape.length >= limits.rank)
      throw this.error(`an array has more than ${limits.rank} dimensions`, ROWS);
    return {
      kind: 'numbers',
      shape: [items.length, ...first.shape],
      start: first.start,
      count: items.length * first.count,
    };
  }

  private is(token: Token): boolean {
    return this.token === token;
  }

  private next(): void {
    this.token = this.scanner.next();
    if (this.is('malformed')) throw this.error(this.scanner.problem, SYNTAX);
  }

  /** `checkpoints[3].W[0]`; inside an array that is being closed, `element` is the one at fault. */
  private path(element?: number): string {
    let path = '';
    for (const [i, frame] of this.stack.entries()) {
      if (frame.kind === 'object') path += (path && '.') + frame.key;
      else {
        const innermost = i === this.stack.length - 1;
        path += `[${innermost && element !== undefined ? element : (frame.items?.length ?? frame.count)}]`;
      }
    }
    return path;
  }

  private error(message: string, remedy: string, element?: number): InputError {
    const offset = Math.min(this.scanner.offset, this.text.length);
    let line = 1;
    let lineStart = 0;
    for (let i = this.text.indexOf('\n'); i >= 0 && i < offset; i = this.text.indexOf('\n', lineStart)) {
      line++;
      lineStart = i + 1;
    }
    const column = offset - lineStart + 1;
    const path = this.path(element);
    return new InputError(
      message,
      `${path ? `${path.length > PATH ? `${path.slice(0, PATH)}..` : path}, ` : ''}line ${line}, column ${column}`,
      remedy,
    );
  }
}

function extents(shape: readonly number[]): string {
  return `${shape.length === 1 ? 'length' : 'shape'} ${shape.join(' x ')}`;
}

function isWord(item: JsonNode): boolean {
  return (
    item.kind === 'words' ||
    (item.kind === 'value' &&
      (typeof item.value === 'boolean' ||
        (typeof item.value === 'string' && (item.value.trim() === '' || Number.isNaN(Number(item.value))))))
  );
}
