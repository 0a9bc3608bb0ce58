import { UNIT } from './enclosure';
import type { Piece } from './exhaustive';

/**
 * A convex polygon in the plane with an error set: the true set lies in conv(vertices) + E, where
 * E = [-e0, e0] x [-e1, e1] + sum of segments [-g, g]. Every operation keeps that true in floating point: empty
 * results are proofs.
 */
export interface Cell {
  /** x0, y0, x1, y1, .. */
  readonly vertices: Float64Array;
  /** e0, e1, then the generators g of the zonotope, two numbers each. */
  readonly error: Float64Array;
  /** Largest |coordinate| of a vertex. */
  readonly magnitude: number;
}

/** Generators kept apart; further ones are boxed in. */
const GENERATORS = 4;
const INFLATE = 1 + 1e-9;

let buffer = new Float64Array(4096);
let signed = new Float64Array(2048);

export function boxCell(radius: number): Cell {
  return {
    vertices: Float64Array.of(-radius, -radius, radius, -radius, radius, radius, -radius, radius),
    error: Float64Array.of(0, 0),
    magnitude: radius,
  };
}

/**
 * The part of the cell where side (a x + b y + c) >= 0, with everything that rounding or the error set could bring
 * there; null when certainly nothing is.
 */
export function clip(cell: Cell, a: number, b: number, c: number, side: 1 | -1): Cell | null {
  const { vertices, error, magnitude } = cell;
  const count = vertices.length >> 1;
  let slack = Math.abs(a) * error[0]! + Math.abs(b) * error[1]!;
  for (let j = 2; j < error.length; j += 2) slack += Math.abs(a * error[j]! + b * error[j + 1]!);
  slack = (slack + 8 * UNIT * ((Math.abs(a) + Math.abs(b)) * magnitude + Math.abs(c))) * INFLATE;
  if (signed.length < count) signed = new Float64Array(2 * count);
  let greatest = -Infinity;
  let least = Infinity;
  for (let i = 0; i < count; i++) {
    const q = side * (a * vertices[2 * i]! + b * vertices[2 * i + 1]! + c) + slack;
    signed[i] = q;
    greatest = Math.max(greatest, q);
    least = Math.min(least, q);
  }
  if (greatest < 0) return null;
  if (least >= 0) return cell;
  if (buffer.length < 4 * count + 8) buffer = new Float64Array(8 * count + 16);
  let m = 0;
  for (let i = 0; i < count; i++) {
    const j = i + 1 === count ? 0 : i + 1;
    const p = signed[i]!;
    const q = signed[j]!;
    if (p >= 0) {
      buffer[m++] = vertices[2 * i]!;
      buffer[m++] = vertices[2 * i + 1]!;
    }
    if ((p > 0 && q < 0) || (p < 0 && q > 0)) {
      const s = p / (p - q);
      buffer[m++] = vertices[2 * i]! + s * (vertices[2 * j]! - vertices[2 * i]!);
      buffer[m++] = vertices[2 * i + 1]! + s * (vertices[2 * j + 1]! - vertices[2 * i + 1]!);
    }
  }
  const widened = error.slice();
  widened[0] = widened[0]! + 12 * UNIT * magnitude;
  widened[1] = widened[1]! + 12 * UNIT * magnitude;
  return { vertices: buffer.slice(0, m), error: widened, magnitude };
}

/** The image of the cell under an affine piece. */
export function image(cell: Cell, { J, Jerror, b, berror }: Piece): Cell {
  const { vertices, error, magnitude } = cell;
  const [j0, j1, j2, j3] = [J[0]!, J[1]!, J[2]!, J[3]!];
  if (buffer.length < vertices.length + 8) buffer = new Float64Array(2 * vertices.length + 16);
  let m = 0;
  let largest = 0;
  for (let i = 0; i < vertices.length; i += 2) {
    const x = vertices[i]!;
    const y = vertices[i + 1]!;
    const X = j0 * x + j1 * y + b[0]!;
    const Y = j2 * x + j3 * y + b[1]!;
    if (m > 0 && X === buffer[m - 2] && Y === buffer[m - 1]) continue;
    buffer[m++] = X;
    buffer[m++] = Y;
    largest = Math.max(largest, Math.abs(X), Math.abs(Y));
  }
  let e0 = 8 * UNIT * ((Math.abs(j0) + Math.abs(j1)) * magnitude + Math.abs(b[0]!));
  let e1 = 8 * UNIT * ((Math.abs(j2) + Math.abs(j3)) * magnitude + Math.abs(b[1]!));
  let spread0 = error[0]!;
  let spread1 = error[1]!;
  for (let j = 2; j < error.length; j += 2) {
    spread0 += Math.abs(error[j]!);
    spread1 += Math.abs(error[j + 1]!);
  }
  // Errors of the piece's own entries act on the whole set.
  e0 += (Jerror[0]! * (magnitude + spread0) + Jerror[1]! * (magnitude + spread1) + berror[0]!) * INFLATE;
  e1 += (Jerror[2]! * (magnitude + spread0) + Jerror[3]! * (magnitude + spread1) + berror[1]!) * INFLATE;
  const generators: [number, number][] = [
    [j0 * error[0]!, j2 * error[0]!],
    [j1 * error[1]!, j3 * error[1]!],
  ];
  for (let j = 2; j < error.length; j += 2)
    generators.push([j0 * error[j]! + j1 * error[j + 1]!, j2 * error[j]! + j3 * error[j + 1]!]);
  // Rounding of the generators themselves, boxed in.
  e0 += 8 * UNIT * (Math.abs(j0) * spread0 + Math.abs(j1) * spread1);
  e1 += 8 * UNIT * (Math.abs(j2) * spread0 + Math.abs(j3) * spread1);
  if (generators.length > GENERATORS) {
    generators.sort((p, q) => Math.hypot(q[0], q[1]) - Math.hypot(p[0], p[1]));
    for (const g of generators.splice(GENERATORS)) {
      e0 += Math.abs(g[0]);
      e1 += Math.abs(g[1]);
    }
  }
  const out = new Float64Array(2 + 2 * generators.length);
  out[0] = e0 * INFLATE;
  out[1] = e1 * INFLATE;
  generators.forEach((g, i) => {
    out[2 + 2 * i] = g[0] * INFLATE;
    out[3 + 2 * i] = g[1] * INFLATE;
  });
  return { vertices: buffer.slice(0, m), error: out, magnitude: largest };
}

/** Size of the error set. */
export function errorSize({ error }: Cell): number {
  let e0 = error[0]!;
  let e1 = error[1]!;
  for (let j = 2; j < error.length; j += 2) {
    e0 += Math.abs(error[j]!);
    e1 += Math.abs(error[j + 1]!);
  }
  return Math.max(e0, e1);
}
