import type { CanonicalMap } from './canonical';
import { affineOf } from './kernel';

export interface AffinePiece {
  /** n x n Jacobian. */
  readonly J: Float64Array;
  /** Offset, length n. */
  readonly b: Float64Array;
}

/** How many numbers of Jacobians are kept (64 MB). */
const CACHED_NUMBERS = 8e6;
/** Units up to which every region has a place in a table. */
const DENSE_UNITS = 12;

/** Numbers the regions met, and keeps the affine piece of each at hand. */
export class RegionTable {
  readonly #ids = new Map<number | string, number>();
  readonly #bits: Uint8Array[] = [];
  readonly #pieces = new Map<number, AffinePiece>();
  readonly #keep: number;
  /** Number + 1 by the bits read as a binary number, where there are few enough. */
  readonly #dense: Int32Array | null;

  constructor(readonly map: CanonicalMap) {
    this.#dense = map.L <= DENSE_UNITS ? new Int32Array(2 ** map.L) : null;
    this.#keep = Math.max(64, Math.floor(CACHED_NUMBERS / (map.n * map.n + map.n)));
  }

  get size(): number {
    return this.#bits.length;
  }

  /** The region's number, a new one when it was not met before. */
  id(bits: Uint8Array): number {
    if (this.#dense) {
      let code = 0;
      for (let u = 0; u < bits.length; u++) code = 2 * code + bits[u]!;
      const known = this.#dense[code]!;
      if (known > 0) return known - 1;
      this.#bits.push(bits.slice());
      this.#dense[code] = this.#bits.length;
      return this.#bits.length - 1;
    }
    const key = bits.length <= 52 ? numberKey(bits) : stringKey(bits);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#bits.length;
      this.#ids.set(key, id);
      this.#bits.push(bits.slice());
    }
    return id;
  }

  bits(id: number): Uint8Array {
    return this.#bits[id]!;
  }

  piece(id: number): AffinePiece {
    let piece = this.#pieces.get(id);
    if (!piece) {
      if (this.#pieces.size >= this.#keep) this.#pieces.clear();
      const { n } = this.map;
      piece = { J: new Float64Array(n * n), b: new Float64Array(n) };
      affineOf(this.map, this.#bits[id]!, piece.J, piece.b);
      this.#pieces.set(id, piece);
    }
    return piece;
  }
}

function numberKey(bits: Uint8Array): number {
  let high = 0;
  let low = 0;
  const { length } = bits;
  const split = Math.min(length, 26);
  for (let u = 0; u < split; u++) low = (low << 1) | bits[u]!;
  for (let u = split; u < length; u++) high = (high << 1) | bits[u]!;
  return high * 67108864 + low;
}

function stringKey(bits: Uint8Array): string {
  let key = '';
  for (let u = 0; u < bits.length; u += 15) {
    let code = 0;
    for (let v = u; v < Math.min(u + 15, bits.length); v++) code = (code << 1) | bits[v]!;
    key += String.fromCharCode(code);
  }
  return key;
}
