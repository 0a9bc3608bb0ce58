import { globalName, isNode, type PickleValue } from './pickle';

/**
 * The bytes for which pickled values stand. Protocols below 3 have none, so Python writes them as Latin-1 text;
 * every text is turned into bytes once, however often the pickle repeats it.
 */
export class PickledBytes {
  private readonly texts = new Map<string, Uint8Array>();

  /** Null if the value stands for no bytes. */
  of(value: PickleValue | undefined): Uint8Array | null {
    if (value instanceof Uint8Array) return value;
    if (typeof value === 'string') return this.encoded(value);
    if (!isNode(value) || value.kind !== 'call') return null;
    const [first, encoding] = value.args;
    switch (globalName(value.callable)) {
      case '_codecs.encode':
        return typeof first === 'string' && isLatin1(encoding) ? this.encoded(first) : null;
      case '__builtin__.bytes':
      case 'builtins.bytes':
      case '__builtin__.bytearray':
      case 'builtins.bytearray':
        if (first === undefined) return new Uint8Array(0);
        if (first instanceof Uint8Array) return first;
        return typeof first === 'string' && isLatin1(encoding) ? this.encoded(first) : null;
      default:
        return null;
    }
  }

  private encoded(text: string): Uint8Array | null {
    const known = this.texts.get(text);
    if (known) return known;
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 255) return null;
      bytes[i] = code;
    }
    this.texts.set(text, bytes);
    return bytes;
  }
}

function isLatin1(encoding: PickleValue | undefined): boolean {
  return typeof encoding === 'string' && /^(?:latin[-_]?1|iso-?8859-1)$/i.test(encoding);
}
