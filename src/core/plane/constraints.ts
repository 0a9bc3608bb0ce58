import type { Bits } from '../bifurcation/collision';
import { WordFunctions } from './wordFunctions';
import type { PlaneFamily } from './family';

/** Smooth functions on the plane. A region is where those in `bounds` are positive. */
export interface Functions {
  readonly count: number;
  /** Which of them bound the region, by index. */
  readonly bounds: Int32Array;
  /** The bound that the others may contain as a factor. */
  readonly pole: number;
  evaluate(u: number, v: number, out: Float64Array): void;
}

/** What a function of `ExistenceFunctions` stands for. */
export type Meaning =
  | { readonly kind: 'border'; readonly t: number; readonly u: number }
  | { readonly kind: 'plus one' }
  | { readonly kind: 'minus one' }
  | { readonly kind: 'pair' }
  | { readonly kind: 'window' };

/** The functions of a word's region of existence with one sign of det(I - M), inside the unit square. */
export class ExistenceFunctions implements Functions {
  readonly meaning: readonly Meaning[];
  readonly bounds: Int32Array;
  readonly count: number;
  readonly pole: number;
  readonly minusOne: number;
  readonly pair: number;
  /** Whether the functions beyond the bounds are evaluated, too; they are 0 otherwise. */
  all = false;
  readonly #word: WordFunctions;
  readonly #margins: Int32Array;

  constructor(
    readonly family: PlaneFamily,
    readonly word: Bits,
    readonly sign: 1 | -1,
  ) {
    const { L } = family;
    this.#word = new WordFunctions(family, word);
    const kept = unitsWithBorder(family);
    const meaning: Meaning[] = [];
    const margins: number[] = [];
    word.forEach((_, t) => {
      for (const u of kept) {
        margins.push(t * L + u);
        meaning.push({ kind: 'border', t, u });
      }
    });
    this.#margins = Int32Array.from(margins);
    this.pole = meaning.push({ kind: 'plus one' }) - 1;
    for (let side = 0; side < 4; side++) meaning.push({ kind: 'window' });
    this.bounds = Int32Array.from(meaning, (_, i) => i);
    this.minusOne = meaning.push({ kind: 'minus one' }) - 1;
    this.pair = meaning.push({ kind: 'pair' }) - 1;
    this.meaning = meaning;
    this.count = meaning.length;
  }

  evaluate(u: number, v: number, out: Float64Array): void {
    const word = this.#word;
    word.evaluate(u, v);
    const { sign } = this;
    let at = 0;
    for (const i of this.#margins) out[at++] = sign * word.margins[i]!;
    out[at++] = sign * word.plusOne;
    out[at++] = u;
    out[at++] = 1 - u;
    out[at++] = v;
    out[at++] = 1 - v;
    out[at++] = this.all ? word.minusOne : 0;
    out[at] = this.all ? word.pair : 0;
  }

  /** M at the place of the last evaluation. */
  get M(): Float64Array {
    return this.#word.M;
  }
}

/** Units whose preactivation depends on the state, somewhere in the plane. */
export function unitsWithBorder(family: PlaneFamily): number[] {
  const { n, L } = family;
  const maps = [family.at(0.41, 0.57), family.at(0.83, 0.19)];
  return Array.from({ length: L }, (_, u) => u).filter((u) =>
    maps.some(({ C }) => C.subarray(u * n, u * n + n).some((c) => c !== 0)),
  );
}
