import { UNIT } from './enclosure';
import type { Piece } from './exhaustive';

/** Generators kept apart; further ones are boxed in. */
const GENERATORS = 4;
/** Numbers that describe an error set. */
const ERROR = 2 + 2 * GENERATORS;
const INFLATE = 1 + 1e-9;

/**
 * A convex polygon in the plane with an error set: the true set lies in conv(vertices) + E, where
 * E = [-e0, e0] x [-e1, e1] + sum of segments [-g, g]. Every operation keeps that true in floating point: empty
 * results are proofs. A cell is a place to work in: the operations write into the cell that they are given.
 */
export class Cell {
  /** x0, y0, x1, y1, ..: the first `length` numbers. */
  vertices = new Float64Array(64);
  length = 0;
  /** e0, e1, then the generators g of the zonotope, two numbers each. */
  readonly error = new Float64Array(ERROR);
  /** At least the largest |coordinate| of a vertex. */
  magnitude = 0;

  /** Makes room for this many numbers. */
  reserve(length: number): void {
    if (this.vertices.length < length) this.vertices = new Float64Array(2 * length);
  }

  copy({ vertices, length, error, magnitude }: Cell): void {
    this.reserve(length);
    for (let v = 0; v < length; v++) this.vertices[v] = vertices[v]!;
    this.length = length;
    this.error.set(error);
    this.magnitude = magnitude;
  }

  /** Half the extent of the error set along an axis: 0 or 1. */
  spread(axis: 0 | 1): number {
    const { error } = this;
    let sum = error[axis]!;
    for (let j = 2 + axis; j < ERROR; j += 2) sum += Math.abs(error[j]!);
    return sum * INFLATE;
  }
}

/** Makes the cell the square |x|, |y| <= radius. */
export function setBox(cell: Cell, radius: number): void {
  const corners = [-radius, -radius, radius, -radius, radius, radius, -radius, radius];
  cell.reserve(corners.length);
  cell.vertices.set(corners);
  cell.length = corners.length;
  cell.error.fill(0);
  cell.magnitude = radius;
}

/** What a cut leaves of a cell: nothing, for certain; all of it (nothing was written); or a part. */
export const Left = { nothing: 0, all: 1, part: 2 } as const;
export type Left = (typeof Left)[keyof typeof Left];

let signed = new Float64Array(256);

/** Bound on the error of a x + b y + c anywhere in a cell: its error set, rounding, and a doubt about the numbers themselves. */
export function slackOf({ error, magnitude }: Cell, a: number, b: number, c: number, doubt: number): number {
  const [absA, absB] = [Math.abs(a), Math.abs(b)];
  let slack = absA * error[0]! + absB * error[1]!;
  for (let j = 2; j < ERROR; j += 2) slack += Math.abs(a * error[j]! + b * error[j + 1]!);
  return (slack + doubt + 8 * UNIT * ((absA + absB) * magnitude + Math.abs(c))) * INFLATE;
}

/**
 * The part of `from` where side (a x + b y + c) >= 0, with everything that rounding or the error set could bring
 * there. `to` receives it unless all of it or nothing is left; it must be another cell.
 * @param doubt bound on how far a x + b y + c may be off anywhere in the cell
 */
export function clip(from: Cell, a: number, b: number, c: number, side: number, to: Cell, doubt = 0): Left {
  const { vertices, error, magnitude, length } = from;
  const slack = slackOf(from, a, b, c, doubt);
  if (!(slack < Infinity)) return Left.all;
  if (2 * signed.length < length) signed = new Float64Array(length);
  let greatest = -Infinity;
  let least = Infinity;
  for (let i = 0, v = 0; v < length; i++, v += 2) {
    const q = side * (a * vertices[v]! + b * vertices[v + 1]! + c) + slack;
    signed[i] = q;
    if (q > greatest) greatest = q;
    if (q < least) least = q;
  }
  if (greatest < 0) return Left.nothing;
  if (least >= 0) return Left.all;
  to.reserve(2 * length + 4);
  const out = to.vertices;
  const count = length >> 1;
  let m = 0;
  for (let i = 0; i < count; i++) {
    const j = i + 1 === count ? 0 : i + 1;
    const p = signed[i]!;
    const q = signed[j]!;
    const x = vertices[2 * i]!;
    const y = vertices[2 * i + 1]!;
    if (p >= 0) {
      out[m++] = x;
      out[m++] = y;
    }
    if ((p > 0 && q < 0) || (p < 0 && q > 0)) {
      const s = p / (p - q);
      out[m++] = x + s * (vertices[2 * j]! - x);
      out[m++] = y + s * (vertices[2 * j + 1]! - y);
    }
  }
  to.length = m;
  to.error.set(error);
  to.error[0] = to.error[0]! + 12 * UNIT * magnitude;
  to.error[1] = to.error[1]! + 12 * UNIT * magnitude;
  to.magnitude = magnitude;
  return Left.part;
}

/** Generators of an image before the least are boxed in. */
const fresh = new Float64Array(2 * (GENERATORS + 2));

/** `to` becomes the image of `from` under an affine piece; it must be another cell. */
export function image(from: Cell, { J, Jerror, b, berror }: Piece, to: Cell): void {
  const { vertices, error, magnitude, length } = from;
  const j0 = J[0]!;
  const j1 = J[1]!;
  const j2 = J[2]!;
  const j3 = J[3]!;
  const b0 = b[0]!;
  const b1 = b[1]!;
  to.reserve(length);
  const out = to.vertices;
  let m = 0;
  let largest = 0;
  let sum = 0;
  for (let i = 0; i < length; i += 2) {
    const x = vertices[i]!;
    const y = vertices[i + 1]!;
    const X = j0 * x + j1 * y + b0;
    const Y = j2 * x + j3 * y + b1;
    if (m > 0 && X === out[m - 2] && Y === out[m - 1]) continue;
    out[m++] = X;
    out[m++] = Y;
    const size = Math.max(Math.abs(X), Math.abs(Y));
    if (size > largest) largest = size;
    sum += size;
  }
  to.length = m;
  // What overflowed is never cut again.
  to.magnitude = sum < Infinity ? largest : Infinity;
  let e0 = 8 * UNIT * ((Math.abs(j0) + Math.abs(j1)) * magnitude + Math.abs(b0));
  let e1 = 8 * UNIT * ((Math.abs(j2) + Math.abs(j3)) * magnitude + Math.abs(b1));
  const spread0 = from.spread(0);
  const spread1 = from.spread(1);
  // Errors of the piece's own entries act on the whole set.
  e0 += (Jerror[0]! * (magnitude + spread0) + Jerror[1]! * (magnitude + spread1) + berror[0]!) * INFLATE;
  e1 += (Jerror[2]! * (magnitude + spread0) + Jerror[3]! * (magnitude + spread1) + berror[1]!) * INFLATE;
  // Rounding of the generators themselves, boxed in.
  e0 += 8 * UNIT * (Math.abs(j0) * spread0 + Math.abs(j1) * spread1);
  e1 += 8 * UNIT * (Math.abs(j2) * spread0 + Math.abs(j3) * spread1);
  fresh[0] = j0 * error[0]!;
  fresh[1] = j2 * error[0]!;
  fresh[2] = j1 * error[1]!;
  fresh[3] = j3 * error[1]!;
  for (let j = 2; j < ERROR; j += 2) {
    fresh[j + 2] = j0 * error[j]! + j1 * error[j + 1]!;
    fresh[j + 3] = j2 * error[j]! + j3 * error[j + 1]!;
  }
  // The two least go into the box.
  for (let last = fresh.length - 2; last >= 2 * GENERATORS; last -= 2) {
    let least = last;
    let norm = Infinity;
    for (let j = 0; j <= last; j += 2) {
      const size = Math.abs(fresh[j]!) + Math.abs(fresh[j + 1]!);
      if (size < norm) {
        norm = size;
        least = j;
      }
    }
    const [g0, g1] = [fresh[least]!, fresh[least + 1]!];
    fresh[least] = fresh[last]!;
    fresh[least + 1] = fresh[last + 1]!;
    e0 += Math.abs(g0);
    e1 += Math.abs(g1);
  }
  to.error[0] = e0 * INFLATE;
  to.error[1] = e1 * INFLATE;
  for (let j = 0; j < 2 * GENERATORS; j++) to.error[2 + j] = fresh[j]! * INFLATE;
}

/** Many cells, one after the other in flat arrays that grow by doubling. */
export class CellPool {
  count = 0;
  #vertices = new Float64Array(4096);
  /** Where a cell's vertices end, and those of the next begin. */
  #end = new Int32Array(256);
  #error = new Float64Array(256 * ERROR);
  #magnitude = new Float64Array(256);
  /** Least and greatest coordinates, error set included: x, x, y, y. */
  #bounds = new Float64Array(256 * 4);

  clear(): void {
    this.count = 0;
  }

  push(cell: Cell): void {
    const { count } = this;
    const begin = count === 0 ? 0 : this.#end[count - 1]!;
    const end = begin + cell.length;
    if (count === this.#end.length) this.#growCells();
    if (end > this.#vertices.length) this.#growVertices(end);
    const { vertices, length } = cell;
    const to = this.#vertices;
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let v = 0; v < length; v += 2) {
      const x = vertices[v]!;
      const y = vertices[v + 1]!;
      to[begin + v] = x;
      to[begin + v + 1] = y;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < bottom) bottom = y;
      if (y > top) top = y;
    }
    const rounding = 4 * UNIT * cell.magnitude;
    const spread0 = cell.spread(0) + rounding;
    const spread1 = cell.spread(1) + rounding;
    this.#bounds[4 * count] = left - spread0;
    this.#bounds[4 * count + 1] = right + spread0;
    this.#bounds[4 * count + 2] = bottom - spread1;
    this.#bounds[4 * count + 3] = top + spread1;
    this.#end[count] = end;
    for (let j = 0; j < ERROR; j++) this.#error[count * ERROR + j] = cell.error[j]!;
    this.#magnitude[count] = cell.magnitude;
    this.count++;
  }

  load(index: number, cell: Cell): void {
    const begin = index === 0 ? 0 : this.#end[index - 1]!;
    const length = this.#end[index]! - begin;
    cell.reserve(length);
    const to = cell.vertices;
    for (let v = 0; v < length; v++) to[v] = this.#vertices[begin + v]!;
    cell.length = length;
    for (let j = 0; j < ERROR; j++) cell.error[j] = this.#error[index * ERROR + j]!;
    cell.magnitude = this.#magnitude[index]!;
  }

  /** Whether the box around a cell certainly misses a box given by least and greatest coordinates. */
  misses(index: number, left: number, right: number, bottom: number, top: number): boolean {
    const at = 4 * index;
    const bounds = this.#bounds;
    return right < bounds[at]! || left > bounds[at + 1]! || top < bounds[at + 2]! || bottom > bounds[at + 3]!;
  }

  #growCells(): void {
    const size = 2 * this.#end.length;
    this.#end = grown(this.#end, new Int32Array(size));
    this.#error = grown(this.#error, new Float64Array(size * ERROR));
    this.#magnitude = grown(this.#magnitude, new Float64Array(size));
    this.#bounds = grown(this.#bounds, new Float64Array(size * 4));
  }

  #growVertices(atLeast: number): void {
    this.#vertices = grown(this.#vertices, new Float64Array(2 * atLeast));
  }
}

/** Copies the old array into the larger new one. */
export function grown<T extends Float64Array | Int32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
