import { InputError } from '../../core/errors';
import { latin1, viewOf } from '../bytes';
import { limits } from '../limits';

/**
 * A pickle machine for protocols 0 to 5 that only ever builds data (opcodes after CPython's pickletools).
 * Names of functions and classes become inert nodes; a request to call one becomes a node that records the
 * request. Nothing is imported, nothing is called, and every quantity is bounded.
 */

export type PickleValue = null | boolean | number | bigint | string | Uint8Array | PickleNode;

export type PickleNode = PickleSequence | PickleDict | PickleGlobal | PickleCall | PicklePersistent;

export interface PickleSequence {
  readonly kind: 'list' | 'tuple' | 'set';
  readonly items: PickleValue[];
}

export interface PickleDict {
  readonly kind: 'dict';
  entries: Map<PickleValue, PickleValue> | null;
}

/** The name of a function or class. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly module: string;
  readonly name: string;
}

/** A request to call something or to make an object, never carried out, with all that was then put into the result. */
export interface PickleCall {
  readonly kind: 'call';
  readonly callable: PickleValue;
  readonly args: readonly PickleValue[];
  items: PickleValue[] | null;
  entries: Map<PickleValue, PickleValue> | null;
  /** Argument of BUILD: usually the object's `__dict__`. */
  state: PickleValue | undefined;
}

/** A reference to something outside the stream, such as a tensor's storage. */
export interface PicklePersistent {
  readonly kind: 'persistent';
  readonly id: PickleValue;
}

export interface Pickle {
  readonly value: PickleValue;
  /** Functions that the stream asks to call: `posix.system`. */
  readonly called: ReadonlySet<string>;
  /** Classes of which the stream asks to make objects. */
  readonly classes: ReadonlySet<string>;
  /** Everything outside the stream to which it refers. */
  readonly persistent: readonly PicklePersistent[];
  /** Bytes up to the end of the stream; others may follow. */
  readonly length: number;
}

export function isNode(value: PickleValue | undefined): value is PickleNode {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/**
 * `module.name` of a global, or '' for anything else. PyTorch's old format refers to the class of a module as
 * ('module', class, source file, source text).
 */
export function globalName(value: PickleValue | undefined): string {
  if (!isNode(value)) return '';
  if (value.kind === 'global') return `${value.module}.${value.name}`;
  if (value.kind !== 'persistent' || !isNode(value.id) || value.id.kind !== 'tuple') return '';
  const [tag, target] = value.id.items;
  return tag === 'module' && isNode(target) && target.kind === 'global'
    ? `${target.module}.${target.name}`
    : '';
}

/**
 * Runs the stream up to STOP; bytes behind it are left alone. Throws InputError if it is malformed or asks for
 * more than the limits.
 */
export function readPickle(bytes: Uint8Array, limit: number = limits.pickleBytes): Pickle {
  if (bytes.length > limit)
    throw new InputError(
      `the pickle has ${bytes.length} bytes, more than the ${limit} that are read`,
      'pickle',
      'Save only the state dict: torch.save(model.state_dict(), path).',
    );
  return new PickleMachine(bytes).run();
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

class PickleMachine {
  private readonly view: DataView;
  private at = 0;
  private opcodeAt = 0;
  private objects = 0;
  private readonly stack: PickleValue[] = [];
  /** Heights of the stack at the open MARKs. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private readonly called = new Set<string>();
  private readonly classes = new Set<string>();
  private readonly persistent: PicklePersistent[] = [];

  constructor(private readonly bytes: Uint8Array) {
    this.view = viewOf(bytes);
  }

  run(): Pickle {
    for (let operations = 0; operations < limits.pickleOperations; operations++) {
      this.opcodeAt = this.at;
      const opcode = this.bytes[this.take(1)]!;
      if (opcode === 0x2e) {
        const { called, classes, persistent } = this;
        return { value: this.pop(), called, classes, persistent, length: this.at };
      }
      this.execute(opcode);
    }
    throw this.bad('it is too long');
  }

  private execute(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.u8() > 5) throw this.bad('its protocol is newer than 5');
        return;
      case 0x95: // FRAME: only a hint for buffering
        this.u64();
        return;
      case 0x28: // MARK
        if (this.marks.length >= limits.pickleStack) throw this.bad('too many marks are open');
        this.marks.push(this.stack.length);
        return;
      case 0x30: // POP
        if (this.stack.length === (this.marks.at(-1) ?? -1)) this.marks.pop();
        else this.pop();
        return;
      case 0x31: // POP_MARK
        this.popMark();
        return;
      case 0x32: // DUP
        this.push(this.top());
        return;

      case 0x4e: // NONE
        return this.push(null);
      case 0x88: // NEWTRUE
        return this.push(true);
      case 0x89: // NEWFALSE
        return this.push(false);
      case 0x49: // INT
        return this.push(this.textInteger(true));
      case 0x4c: // LONG
        return this.push(this.textInteger(false));
      case 0x4a: // BININT
        return this.push(this.view.getInt32(this.take(4), true));
      case 0x4b: // BININT1
        return this.push(this.u8());
      case 0x4d: // BININT2
        return this.push(this.view.getUint16(this.take(2), true));
      case 0x8a: // LONG1
        return this.push(this.binaryInteger(this.u8()));
      case 0x8b: // LONG4
        return this.push(this.binaryInteger(this.view.getInt32(this.take(4), true)));
      case 0x46: // FLOAT
        return this.push(this.textFloat());
      case 0x47: // BINFLOAT
        return this.push(this.view.getFloat64(this.take(8), false));

      case 0x53: // STRING
        return this.push(unquote(this.line()) ?? this.fail('a text is not quoted'));
      case 0x54: // BINSTRING
        return this.push(latin1(this.run8(this.view.getInt32(this.take(4), true))));
      case 0x55: // SHORT_BINSTRING
        return this.push(latin1(this.run8(this.u8())));
      case 0x56: // UNICODE
        return this.push(unescape(latin1(this.lineBytes())));
      case 0x58: // BINUNICODE
        return this.push(this.utf8(this.u32()));
      case 0x8c: // SHORT_BINUNICODE
        return this.push(this.utf8(this.u8()));
      case 0x8d: // BINUNICODE8
        return this.push(this.utf8(this.u64()));
      case 0x42: // BINBYTES
        return this.push(this.run8(this.u32()));
      case 0x43: // SHORT_BINBYTES
        return this.push(this.run8(this.u8()));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.push(this.run8(this.u64()));
      case 0x97: // NEXT_BUFFER
        throw this.bad('it needs buffers from outside the file');
      case 0x98: // READONLY_BUFFER
        return;

      case 0x5d: // EMPTY_LIST
        return this.push(this.made({ kind: 'list', items: [] }));
      case 0x6c: // LIST
        return this.push(this.made({ kind: 'list', items: this.popMark() }));
      case 0x61: // APPEND
        return this.append([this.pop()]);
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        return this.append(this.popMark());
      case 0x29: // EMPTY_TUPLE
        return this.push(this.made({ kind: 'tuple', items: [] }));
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.push(this.made({ kind: 'tuple', items: this.popMany(opcode - 0x84) }));
      case 0x74: // TUPLE
        return this.push(this.made({ kind: 'tuple', items: this.popMark() }));
      case 0x8f: // EMPTY_SET
        return this.push(this.made({ kind: 'set', items: [] }));
      case 0x91: // FROZENSET
        return this.push(this.made({ kind: 'set', items: this.popMark() }));
      case 0x7d: // EMPTY_DICT
        return this.push(this.made({ kind: 'dict', entries: null }));
      case 0x64: {
        // DICT
        const pairs = this.popMark();
        this.push(this.made({ kind: 'dict', entries: null }));
        return this.setItems(pairs);
      }
      case 0x73: // SETITEM
        return this.setItems(this.popMany(2));
      case 0x75: // SETITEMS
        return this.setItems(this.popMark());

      case 0x70: // PUT
        return this.memoize(this.memoIndex());
      case 0x71: // BINPUT
        return this.memoize(this.u8());
      case 0x72: // LONG_BINPUT
        return this.memoize(this.u32());
      case 0x94: // MEMOIZE
        return this.memoize(this.memo.size);
      case 0x67: // GET
        return this.recall(this.memoIndex());
      case 0x68: // BINGET
        return this.recall(this.u8());
      case 0x6a: // LONG_BINGET
        return this.recall(this.u32());

      case 0x63: // GLOBAL
        return this.push(this.made({ kind: 'global', module: this.line(), name: this.line() }));
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string')
          throw this.bad('a global is not named by texts');
        return this.push(this.made({ kind: 'global', module, name }));
      }
      case 0x82: // EXT1
        return this.extension(this.u8());
      case 0x83: // EXT2
        return this.extension(this.view.getUint16(this.take(2), true));
      case 0x84: // EXT4
        return this.extension(this.u32());
      case 0x52: {
        // REDUCE
        const [callable, args] = this.popMany(2);
        return this.call(callable!, args!, this.called);
      }
      case 0x81: {
        // NEWOBJ
        const [callable, args] = this.popMany(2);
        return this.call(callable!, args!, this.classes);
      }
      case 0x92: {
        // NEWOBJ_EX
        const [callable, args] = this.popMany(3);
        return this.call(callable!, args!, this.classes);
      }
      case 0x69: {
        // INST
        const callable = this.made({ kind: 'global', module: this.line(), name: this.line() });
        return this.call(callable, this.made({ kind: 'tuple', items: this.popMark() }), this.classes);
      }
      case 0x6f: {
        // OBJ
        const items = this.popMark();
        if (items.length === 0) throw this.bad('an object has no class');
        return this.call(items[0]!, this.made({ kind: 'tuple', items: items.slice(1) }), this.classes);
      }
      case 0x62: {
        // BUILD
        const state = this.pop();
        const target = this.top();
        if (isNode(target) && target.kind === 'call') target.state = state;
        return;
      }
      case 0x50: // PERSID
        return this.refer(this.line());
      case 0x51: // BINPERSID
        return this.refer(this.pop());
      default:
        throw this.bad(`0x${opcode.toString(16).padStart(2, '0')} is no pickle operation`);
    }
  }

  private call(callable: PickleValue, args: PickleValue, record: Set<string>): void {
    const name = globalName(callable);
    if (name) record.add(name);
    this.push(
      this.made({
        kind: 'call',
        callable,
        args: isNode(args) && 'items' in args && args.items ? args.items : [args],
        items: null,
        entries: null,
        state: undefined,
      }),
    );
  }

  private refer(id: PickleValue): void {
    const node = this.made<PicklePersistent>({ kind: 'persistent', id });
    this.persistent.push(node);
    this.push(node);
  }

  private extension(code: number): void {
    this.push(this.made({ kind: 'global', module: 'copyreg extension', name: String(code) }));
  }

  private append(values: readonly PickleValue[]): void {
    const target = this.top();
    if (!isNode(target) || !('items' in target) || target.kind === 'tuple')
      throw this.bad('values are appended to something that is no list');
    const items = target.kind === 'call' ? (target.items ??= []) : target.items;
    for (const value of values) items.push(value);
  }

  private setItems(pairs: readonly PickleValue[]): void {
    const target = this.top();
    if (pairs.length % 2 !== 0) throw this.bad('a key has no value');
    if (!isNode(target) || !('entries' in target))
      throw this.bad('an item is set in something that is no dictionary');
    const entries = (target.entries ??= new Map<PickleValue, PickleValue>());
    for (let i = 0; i < pairs.length; i += 2) entries.set(pairs[i]!, pairs[i + 1]!);
  }

  private memoize(index: number): void {
    if (this.memo.size >= limits.pickleStack) throw this.bad('too many values are remembered');
    this.memo.set(index, this.top());
  }

  private recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.bad(`the remembered value ${index} does not exist`);
    this.push(value);
  }

  private made<T extends PickleNode>(node: T): T {
    this.count();
    return node;
  }

  private count(): void {
    if (++this.objects > limits.pickleObjects)
      throw this.bad(`it makes more than ${limits.pickleObjects} objects`);
  }

  private push(value: PickleValue): void {
    if (this.stack.length >= limits.pickleStack) throw this.bad('its stack grows without end');
    this.stack.push(value);
  }

  private pop(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.bad('its stack is empty');
    return this.stack.pop()!;
  }

  private popMany(count: number): PickleValue[] {
    if (this.stack.length - count < (this.marks.at(-1) ?? 0)) throw this.bad('its stack is empty');
    return this.stack.splice(-count);
  }

  private popMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.bad('a mark is missing');
    return this.stack.splice(mark);
  }

  private top(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.bad('its stack is empty');
    return this.stack.at(-1)!;
  }

  /** Moves on by `length` bytes and returns where they start. */
  private take(length: number): number {
    if (length < 0 || length > this.bytes.length - this.at)
      throw this.bad('it is cut off, or claims a length that it does not have');
    this.at += length;
    return this.at - length;
  }

  private u8(): number {
    return this.view.getUint8(this.take(1));
  }

  private u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  private u64(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  private run8(length: number): Uint8Array {
    const start = this.take(length);
    this.count();
    return this.bytes.subarray(start, start + length);
  }

  private utf8(length: number): string {
    const start = this.take(length);
    this.count();
    return utf8.decode(this.bytes.subarray(start, start + length));
  }

  private line(): string {
    return utf8.decode(this.lineBytes());
  }

  private lineBytes(): Uint8Array {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0 || end - this.at > 65_536) throw this.bad('a line does not end');
    const start = this.at;
    this.at = end + 1;
    return this.bytes.subarray(start, end);
  }

  private memoIndex(): number {
    const text = this.line();
    if (!/^\d{1,10}$/.test(text)) throw this.bad('a memo index is malformed');
    return Number(text);
  }

  private textInteger(booleans: boolean): PickleValue {
    const text = this.line().replace(/L$/, '');
    if (booleans && (text === '00' || text === '01')) return text === '01';
    if (!/^\s*[+-]?\d{1,100}\s*$/.test(text)) throw this.bad('a whole number is malformed');
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text.trim().replace(/^\+/, ''));
  }

  private textFloat(): number {
    const text = this.line().trim();
    if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
    if (/^[+-]?nan$/i.test(text)) return NaN;
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw this.bad('a number is malformed');
    return Number(text);
  }

  /** Two's complement, little-endian. */
  private binaryInteger(length: number): PickleValue {
    if (length < 0 || length > 64) throw this.bad('a whole number is impossibly long');
    const digits = this.run8(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!);
    if (length > 0 && digits[length - 1]! >= 128) value -= 1n << BigInt(8 * length);
    const narrow = Number(value);
    return Number.isSafeInteger(narrow) ? narrow : value;
  }

  private fail(reason: string): never {
    throw this.bad(reason);
  }

  private bad(reason: string): InputError {
    return new InputError(
      `the pickle cannot be read: ${reason}`,
      `pickle, byte ${this.opcodeAt}`,
      'The file is damaged or no saved model; save it again with torch.save(model.state_dict(), path).',
    );
  }
}

/** Python's raw-unicode-escape: Latin-1 with \uXXXX and \UXXXXXXXX. */
function unescape(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}))/g,
    (_, short?: string, long?: string) => String.fromCodePoint(Number.parseInt(short ?? long ?? '0', 16)),
  );
}

function unquote(text: string): string | null {
  const inner = /^'(.*)'$/s.exec(text)?.[1] ?? /^"(.*)"$/s.exec(text)?.[1];
  if (inner === undefined) return null;
  return inner.replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (_, code: string) => {
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { n: '\n', r: '\r', t: '\t' }[code] ?? code;
  });
}
