import { InputError } from '../../core/errors';
import type { Budget } from '../csv/table';
import { limits } from '../limits';

/** What `string(x)` of a Julia array says. */
export type Literal =
  | { readonly kind: 'numbers'; readonly shape: readonly number[]; readonly values: readonly number[] }
  | { readonly kind: 'list'; readonly items: readonly Literal[] };

const TYPE = /[A-Za-z_][\w.]*(?:\{[^[\]]*\})?(?=\[)/y;
const NUMBER = /[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[ef][+-]?\d+)?|NaN|Inf)(?:16|32)?(?![\w.])/y;

/** Reads arrays as Julia prints them: `[1.0, 2.0]`, `Float32[1.0 0.0; 0.0 2.0]`, `Any[Any[[0.5]], Any[]]`. */
export class JuliaLiteral {
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly place: string,
    private readonly budget: Budget,
  ) {}

  /** The whole text as one array. Throws InputError with the place. */
  read(): Literal {
    const value = this.array(0);
    this.spaces();
    if (this.#at < this.text.length) throw this.error();
    return value;
  }

  private error(): InputError {
    const found = this.text.slice(this.#at, this.#at + 20);
    return new InputError(
      found === '' ? 'the array does not end' : `${JSON.stringify(found)} is no part of an array of numbers`,
      `${this.place}, character ${this.#at + 1}`,
      'Save the results again.',
    );
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  private spaces(): boolean {
    return this.match(/\s+/y) !== null;
  }

  private array(depth: number): Literal {
    this.match(TYPE);
    if (this.text[this.#at] !== '[' || depth > limits.depth) throw this.error();
    this.#at++;
    const numbers: number[] = [];
    const items: Literal[] = [];
    const widths: number[] = [];
    let width = 0;
    let byRow = false;
    for (;;) {
      this.spaces();
      const next = this.text[this.#at];
      if (next === ']') break;
      if (next === ';') {
        this.#at++;
        byRow = true;
        widths.push(width);
        width = 0;
        continue;
      }
      const number = this.match(NUMBER);
      if (number === null) items.push(this.array(depth + 1));
      else numbers.push(valueOf(number));
      width++;
      if (--this.budget.numbers < 0)
        throw new InputError(
          `the table holds more than ${limits.csvNumbers} numbers`,
          this.place,
          'Split it into smaller files.',
        );
      const space = this.spaces();
      const after = this.text[this.#at];
      if (after === ',') this.#at++;
      else if (after !== ']' && after !== ';') {
        if (!space) throw this.error();
        byRow = true;
      }
    }
    this.#at++;
    if (items.length > 0) {
      if (numbers.length > 0 || byRow) throw this.error();
      return { kind: 'list', items };
    }
    if (numbers.length === 0) return { kind: 'list', items: [] };
    if (!byRow) return { kind: 'numbers', shape: [numbers.length], values: numbers };
    if (width > 0) widths.push(width);
    const [columns = 0] = widths;
    if (!widths.every((each) => each === columns))
      throw new InputError(
        'the rows of the matrix have different lengths',
        this.place,
        'Save the results again.',
      );
    return { kind: 'numbers', shape: [widths.length, columns], values: numbers };
  }
}

/** `1.0f-5` is Julia's way to write a Float32. */
function valueOf(text: string): number {
  const plain = text.replace(/(NaN|Inf)(?:16|32)$/, '$1').replace('f', 'e');
  if (plain.endsWith('Inf')) return plain.startsWith('-') ? -Infinity : Infinity;
  return plain.endsWith('NaN') ? NaN : Number(plain);
}
