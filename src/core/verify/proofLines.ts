import { Seal, type ProofEnd } from '../report/proof';

/** Something in the proof is not so. */
export class Refuted extends Error {
  override readonly name = 'Refuted';
}

/** A part that cannot be checked here, which says nothing against it. */
export class Unchecked extends Error {
  override readonly name = 'Unchecked';
}

/** The time for checking is up: what follows in the proof stays unchecked. */
export class TimeUp extends Error {
  override readonly name = 'TimeUp';
}

/** Where the lines come from: without their ends, null after the last one. */
export interface LineSource {
  next(): string | null;
  /** Back to the first line. */
  rewind(): void;
}

/** Passes over all lines: whether their number and checksum are those of the last one, which is returned. */
export function readEnd(source: LineSource): ProofEnd {
  const seal = new Seal();
  let last: string | null = null;
  for (let line = source.next(); line !== null; line = source.next()) {
    if (last !== null) seal.add(last);
    last = line;
  }
  source.rewind();
  let end: Partial<ProofEnd> | null = null;
  try {
    end = last === null ? null : (JSON.parse(last) as Partial<ProofEnd> | null);
  } catch {
    // Cut short within a line.
  }
  if (typeof end !== 'object' || end?.end !== 'proof')
    throw new Refuted('the proof was cut short: it has no end');
  if (end.lines !== seal.lines || end.seal !== seal.value)
    throw new Refuted(
      'lines are missing or were changed: their number or checksum differs from what the end says',
    );
  return end as ProofEnd;
}

/** The lines of a proof, one after the other. */
export class ProofLines {
  number = 0;
  #ended = false;

  /** @param stop asked before each line; true ends the reading with TimeUp */
  constructor(
    private readonly source: LineSource,
    readonly stop: () => boolean = () => false,
  ) {}

  /** The next line as JSON; null from the last one on. */
  next(): unknown {
    if (this.#ended) return null;
    if (this.stop()) throw new TimeUp();
    const text = this.source.next();
    this.number++;
    if (text === null) throw new Refuted('the proof ends before its last line');
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Refuted('this is no JSON');
    }
    if (typeof value !== 'object' || value === null) throw new Refuted('this is no line of a proof');
    if ((value as Partial<ProofEnd>).end !== 'proof') return value;
    if (this.source.next() !== null) throw new Refuted('lines follow the last one');
    this.#ended = true;
    return null;
  }

  /** Passes over the rest of a part up to its end. */
  skip(end: string): void {
    for (;;) {
      const line = this.next();
      if (line === null) throw new Refuted(`the part has no end (${end})`);
      if ((line as { end?: unknown }).end === end) return;
    }
  }
}

/** An integer from least to most, or Refuted. */
export function whole(value: unknown, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new Refuted(`${JSON.stringify(value)} is no index here`);
  return value;
}

/** A list of finite numbers, or Refuted. */
export function numbers(value: unknown, length?: number): number[] {
  if (!Array.isArray(value) || !value.every((v) => typeof v === 'number' && Number.isFinite(v)))
    throw new Refuted('a list of numbers is expected');
  if (length !== undefined && value.length !== length)
    throw new Refuted(`${String(length)} numbers are expected, there are ${String(value.length)}`);
  return value as number[];
}

/** A string of bits, or Refuted. */
export function bits(value: unknown, length: number): number[] {
  if (typeof value !== 'string' || value.length !== length || !/^[01]*$/.test(value))
    throw new Refuted(`${String(length)} bits are expected`);
  return Array.from(value, Number);
}

/** The two sides of a branch line ["b", unit, side that comes first]; the first one last, as from a stack. */
export function sidesOf(node: Int8Array, [, at, side]: readonly unknown[]): Int8Array[] {
  const unit = whole(at, 0, node.length - 1);
  const first = whole(side, 0, 1);
  if (node[unit] !== -1) throw new Refuted(`unit ${String(unit)} is settled already`);
  return [1 - first, first].map((bit) => {
    const child = node.slice();
    child[unit] = bit;
    return child;
  });
}
