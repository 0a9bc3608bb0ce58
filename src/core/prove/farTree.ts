import type { CanonicalMap } from '../map/canonical';
import type { FarEnd, FarLine, FarPart } from '../report/proof';
import type { ProofLog } from './proofLog';

/** More than the rounding of what is done to one polygon, in units of |C_u|_1. */
const SLACK = 1e-11;

/** A convex polygon in the directions of a face; edge i leads from vertex i to the next, and lies on a unit's border (or -1). */
interface Polygon {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly edge: readonly number[];
}

/** What a unit's bit asks of the directions v: a0 + a1 v_1 + a2 v_2 >= -tolerance. */
interface Side {
  readonly a: readonly [number, number, number];
  readonly tolerance: number;
}

/**
 * The region words that points far from the origin can have, for n <= 3, written down with the multipliers that exclude
 * the others. As `farWords`: z = m v with m >= far and max|v_i| = 1; on each face v_j = +-1 of that cube, the sides
 * of the units cut the directions into polygons.
 *
 * @param visit called with each word (reused between calls); return false to stop
 * @returns whether it was finished
 */
export function farTree(
  map: CanonicalMap,
  far: number,
  log: ProofLog,
  visit: (word: Uint8Array) => boolean,
): boolean {
  const { n, L, C, d } = map;
  if (n > 3) throw new RangeError('directions are enumerated for n <= 3');
  const write = (line: FarPart | FarLine | FarEnd): void => log.line(line);
  const word = new Uint8Array(L);
  const units: number[] = [];
  for (let u = 0; u < L; u++)
    if (C.subarray(u * n, u * n + n).some((c) => c !== 0)) units.push(u);
    else word[u] = d[u]! > 0 ? 1 : 0;
  let going = true;

  const face = (j: number, sign: number): void => {
    const others = Array.from({ length: n }, (_, i) => i).filter((i) => i !== j);
    const side = (u: number, bit: number): Side => {
      const s = bit === 1 ? 1 : -1;
      const row = C.subarray(u * n, u * n + n);
      const size = row.reduce((sum, c) => sum + Math.abs(c), 0);
      const [p, q] = others;
      return {
        a: [s * sign * row[j]!, p === undefined ? 0 : s * row[p]!, q === undefined ? 0 : s * row[q]!],
        tolerance: Math.abs(d[u]!) / far + SLACK * size,
      };
    };
    const node = (at: number, polygon: Polygon): void => {
      for (let k = at; k < units.length && going; k++) {
        const u = units[k]!;
        const proofs = [0, 1].map((bit) => exclusion(polygon, side(u, bit), u, (v) => side(v, word[v]!)));
        const excluded = proofs.findIndex((rows) => rows !== null);
        if (excluded >= 0) {
          write(['b', u, excluded]);
          write(['x', proofs[excluded]!]);
          word[u] = 1 - excluded;
          continue;
        }
        write(['b', u, 1]);
        for (const bit of [1, 0]) {
          word[u] = bit;
          if (going) node(k + 1, clip(polygon, side(u, bit), u));
        }
        return;
      }
      if (!going) return;
      write(['l']);
      going = visit(word);
    };
    node(0, { x: [-1, 1, 1, -1], y: [-1, -1, 1, 1], edge: [-1, -1, -1, -1] });
  };

  write({ part: 'far', far });
  for (let j = 0; j < n && going; j++) for (const sign of [1, -1]) if (going) face(j, sign);
  write({ end: 'far', complete: going });
  return going;
}

/**
 * Multipliers [unit, value, ..] that show that no direction of a polygon is on a side: with those of the borders that
 * meet where it comes nearest. null where it may be, or where rounding spoils them.
 */
function exclusion(
  { x, y, edge }: Polygon,
  { a, tolerance }: Side,
  unit: number,
  sideOf: (unit: number) => Side,
): number[] | null {
  const count = x.length;
  let best = -Infinity;
  let at = -1;
  for (let i = 0; i < count; i++) {
    const value = a[0] + a[1] * x[i]! + a[2] * y[i]!;
    if (value > best) [best, at] = [value, i];
  }
  if (best + tolerance >= 0) return null;
  // Edges of the cube enter by themselves: only what the units add is told.
  const meeting = [...new Set([edge[(at + count - 1) % count]!, edge[at]!])].filter((e) => e >= 0);
  const own = meeting.map((e) => ({ unit: e, ...sideOf(e) }));
  const attempts: { unit: number; multiplier: number }[][] = [[]];
  const [p, q] = own;
  for (const e of own)
    for (const axis of [1, 2] as const)
      if (e.a[axis] !== 0) attempts.push([{ unit: e.unit, multiplier: -a[axis] / e.a[axis] }]);
  if (p && q) {
    const det = p.a[1] * q.a[2] - p.a[2] * q.a[1];
    if (det !== 0)
      attempts.push([
        { unit: p.unit, multiplier: -(a[1] * q.a[2] - a[2] * q.a[1]) / det },
        { unit: q.unit, multiplier: -(p.a[1] * a[2] - p.a[2] * a[1]) / det },
      ]);
  }
  for (const attempt of attempts) {
    if (attempt.some(({ multiplier }) => !(multiplier >= 0 && multiplier < 1e12))) continue;
    const sum = [...a];
    let room = tolerance;
    for (const { unit: e, multiplier } of attempt) {
      const other = sideOf(e);
      other.a.forEach((v, k) => (sum[k] = sum[k]! + multiplier * v));
      room += multiplier * other.tolerance;
    }
    // The greatest value over the face.
    if (sum[0]! + Math.abs(sum[1]!) + Math.abs(sum[2]!) + room < 0)
      return [unit, 1, ...attempt.flatMap((row) => [row.unit, row.multiplier])];
  }
  return null;
}

/** The part of a polygon on a side, with a strip as wide as the tolerance; the polygon itself where nothing is cut off. */
function clip(polygon: Polygon, { a, tolerance }: Side, unit: number): Polygon {
  const { x, y, edge } = polygon;
  const values = x.map((v, i) => a[0] + a[1] * v + a[2] * y[i]! + tolerance);
  if (values.every((v) => v >= 0)) return polygon;
  const out: { x: number[]; y: number[]; edge: number[] } = { x: [], y: [], edge: [] };
  const add = (px: number, py: number, e: number): void => {
    out.x.push(px);
    out.y.push(py);
    out.edge.push(e);
  };
  values.forEach((v, i) => {
    const next = i + 1 === values.length ? 0 : i + 1;
    const w = values[next]!;
    if (v >= 0) add(x[i]!, y[i]!, edge[i]!);
    if (v >= 0 === w >= 0) return;
    const t = v / (v - w);
    // Where the polygon is left, the border of the unit begins.
    add(x[i]! + t * (x[next]! - x[i]!), y[i]! + t * (y[next]! - y[i]!), v >= 0 ? unit : edge[i]!);
  });
  // Rounding may leave nothing of a sliver: to keep it whole is always right.
  return out.x.length === 0 ? polygon : out;
}
