/**
 * JSON text to tokens, one at a time, with comments skipped. Each token costs time and memory in proportion to
 * its own length, so that a hostile text can be read as safely as any other.
 */

export type Token =
  | '{'
  | '}'
  | '['
  | ']'
  | ','
  | ':'
  | 'null'
  | 'true'
  | 'false'
  | 'string'
  | 'number'
  | 'end'
  /** Anything else; `problem` says what is wrong. */
  | 'malformed';

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /-?[A-Za-z_]+/y;
const PUNCTUATION = '{}[],:';

export class JsonScanner {
  /** Where the current token starts. */
  offset = 0;
  /** Value of the current string. */
  string = '';
  /** Value of the current number; NaN and the infinities are numbers too, as Python writes them. */
  number = 0;
  /** What is wrong with the current malformed token. */
  problem = '';
  private at = 0;

  constructor(private readonly text: string) {}

  next(): Token {
    if (!this.skip()) return this.malformed('a comment is not closed');
    this.offset = this.at;
    const char = this.text[this.at];
    if (char === undefined) return 'end';
    if (PUNCTUATION.includes(char)) {
      this.at++;
      return char as Token;
    }
    if (char === '"') return this.quoted();
    const digits = this.match(NUMBER);
    if (digits !== null) {
      this.number = Number(digits);
      if (/[\w.+-]/.test(this.text[this.at] ?? '')) return this.malformed('a number is malformed');
      return 'number';
    }
    return this.word();
  }

  private word(): Token {
    const word = this.match(WORD) ?? this.text[this.at]!;
    switch (word) {
      case 'null':
      case 'true':
      case 'false':
        return word;
      case 'NaN':
      case 'Infinity':
      case '-Infinity':
        this.number = Number(word);
        return 'number';
      default:
        return this.malformed(`${JSON.stringify(word.slice(0, 20))} is no JSON`);
    }
  }

  /** The unescaping is left to JSON.parse, which is exact and linear. */
  private quoted(): Token {
    let end = this.at + 1;
    let escaped = false;
    for (; end < this.text.length; end++) {
      const code = this.text.charCodeAt(end);
      if (code === 0x22) break;
      if (code < 0x20) return this.malformed('a text holds a line break or control character');
      if (code === 0x5c) {
        escaped = true;
        end++;
      }
    }
    if (end >= this.text.length) return this.malformed('a text is not closed');
    if (escaped)
      try {
        this.string = JSON.parse(this.text.slice(this.at, end + 1)) as string;
      } catch {
        return this.malformed('an escape in a text is malformed');
      }
    else this.string = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return 'string';
  }

  /** Moves past white space and comments; false if a comment does not end. */
  private skip(): boolean {
    for (; ; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) continue;
      if (code !== 0x2f) return true;
      const second = this.text[this.at + 1];
      if (second !== '/' && second !== '*') return true;
      const end = this.text.indexOf(second === '/' ? '\n' : '*/', this.at + 2);
      if (end < 0 && second === '*') {
        this.offset = this.at;
        return false;
      }
      this.at = end < 0 ? this.text.length : end + (second === '*' ? 1 : 0);
    }
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  private malformed(problem: string): Token {
    this.problem = problem;
    return 'malformed';
  }
}
