import type { TensorDetail } from '../protocol/weights';

/** Neumaier's compensated sum: the error does not grow with the number of terms. */
class Sum {
  #sum = 0;
  #lost = 0;
  add(term: number): void {
    const next = this.#sum + term;
    this.#lost += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - next + term : term - next + this.#sum;
    this.#sum = next;
  }
  get value(): number {
    return this.#sum + this.#lost;
  }
}

/** Counts, extremes and sums of a tensor's elements, fed piece by piece in row-major order. */
export class FirstPass {
  elements = 0;
  nan = 0;
  positiveInfinite = 0;
  negativeInfinite = 0;
  firstNotFinite: number | null = null;
  zeros = 0;
  min = Infinity;
  max = -Infinity;
  readonly #sum = new Sum();
  readonly #moduli = new Sum();

  add(values: Float64Array): void {
    for (const value of values) {
      if (Number.isFinite(value)) {
        if (value < this.min) this.min = value;
        if (value > this.max) this.max = value;
        if (value === 0) this.zeros++;
        this.#sum.add(value);
        this.#moduli.add(Math.abs(value));
      } else {
        this.firstNotFinite ??= this.elements;
        if (value > 0) this.positiveInfinite++;
        else if (value < 0) this.negativeInfinite++;
        else this.nan++;
      }
      this.elements++;
    }
  }

  get notFinite(): number {
    return this.nan + this.positiveInfinite + this.negativeInfinite;
  }
  get finite(): number {
    return this.elements - this.notFinite;
  }
  get mean(): number | null {
    return finiteOrNull(this.#sum.value / this.finite);
  }
  get norm1(): number | null {
    return this.finite === 0 ? null : finiteOrNull(this.#moduli.value);
  }
  get largest(): number {
    return this.finite === 0 ? 0 : Math.max(Math.abs(this.min), Math.abs(this.max));
  }
}

/** Spread, norm and histogram, once mean and range are known. Squares are scaled: they neither overflow nor vanish. */
export class SecondPass {
  readonly #squares = new Sum();
  readonly #spread = new Sum();
  readonly #scale: number;
  readonly #lo: number;
  readonly #hi: number;
  readonly #counts: number[];

  /** @param bins of the histogram; fewer if all elements are equal */
  constructor(
    private readonly first: FirstPass,
    bins: number,
  ) {
    this.#scale = first.largest || 1;
    const { min, max, finite } = first;
    if (finite === 0) [this.#lo, this.#hi] = [-1, 1];
    else if (min === max) {
      const half = Math.max(Math.abs(min) * 0.1, 1e-3);
      [this.#lo, this.#hi] = [min - half, max + half];
    } else [this.#lo, this.#hi] = [min, max];
    this.#counts = new Array<number>(finite === 0 || min === max ? 1 : bins).fill(0);
  }

  add(values: Float64Array): void {
    const scale = this.#scale;
    const mean = (this.first.mean ?? 0) / scale;
    const counts = this.#counts;
    // Halved, so that a range from -1e308 to 1e308 does not overflow.
    const width = this.#hi / 2 - this.#lo / 2;
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      const scaled = value / scale;
      this.#squares.add(scaled * scaled);
      this.#spread.add((scaled - mean) ** 2);
      const bin = Math.floor(((value / 2 - this.#lo / 2) / width) * counts.length);
      counts[Math.max(0, Math.min(counts.length - 1, bin))]!++;
    }
  }

  get norm2(): number | null {
    return this.first.finite === 0 ? null : finiteOrNull(Math.sqrt(this.#squares.value) * this.#scale);
  }
  get std(): number | null {
    return this.first.mean === null
      ? null
      : finiteOrNull(Math.sqrt(this.#spread.value / this.first.finite) * this.#scale);
  }
  get histogram(): TensorDetail['histogram'] {
    return { lo: this.#lo, hi: this.#hi, counts: this.#counts };
  }
}

/** Twice the cube root of the number of elements, 7 to 41: enough to see a shape, too few to see noise. */
export function binsFor(elements: number): number {
  return Math.min(41, Math.max(7, Math.ceil(2 * Math.cbrt(elements))));
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
