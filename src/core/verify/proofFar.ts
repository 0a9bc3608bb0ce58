import type { FarPart } from '../report/proof';
import { integers, magnitude } from './integers';
import { hasBorder, type IntegerMap } from './exact';
import { numbers, Refuted, sidesOf, whole, type ProofLines } from './proofLines';

/** Words that every point with max|z_i| >= far has one of. */
export interface FarResult {
  readonly far: number;
  readonly words: readonly string[][];
  readonly nodes: number;
}

/**
 * Reads a far part: one tree of sides of units for each face of the cube of directions. On the face of coordinate j and
 * a sign, m = sign z_j >= far and |z_i| <= m: a sum of sides, each >= 0, is excluded where its greatest value there is
 * negative.
 * @returns null where it says that it is not complete
 */
export function checkFar(map: IntegerMap, part: FarPart, lines: ProofLines): FarResult | null {
  const { far } = part;
  if (!(typeof far === 'number' && far > 0 && far < Infinity))
    throw new Refuted('it does not say what is far');
  const words: string[][] = [];
  let nodes = 0;
  for (let j = 0; j < map.n; j++)
    for (const sign of [1n, -1n]) {
      const root = Int8Array.from({ length: map.L }, (_, u) =>
        hasBorder(map, u) ? -1 : map.d[u]! > 0n ? 1 : 0,
      );
      const open: Int8Array[] = [root];
      for (let node = open.pop(); node; node = open.pop()) {
        nodes++;
        const line = lines.next();
        if (!Array.isArray(line)) {
          const end = line as { end?: unknown; complete?: unknown } | null;
          if (end?.end === 'far' && end.complete === false) return null;
          throw new Refuted('a node is missing');
        }
        switch (line[0]) {
          case 'b':
            open.push(...sidesOf(node, line));
            break;
          case 'x':
            contradicts(map, node, line[1], j, sign, far);
            break;
          case 'l':
            if (node.includes(-1)) throw new Refuted('a leaf leaves units open');
            words.push([node.join('')]);
            break;
          default:
            throw new Refuted('this is no node of a tree');
        }
      }
    }
  const end = lines.next() as { end?: unknown; complete?: unknown } | null;
  if (end?.end !== 'far' || end.complete !== true)
    throw new Refuted('the part goes on after all its nodes are settled');
  return { far, words, nodes };
}

/** Throws Refuted unless the sum of the sides is negative all over the face. */
function contradicts(
  map: IntegerMap,
  node: Int8Array,
  rows: unknown,
  j: number,
  sign: bigint,
  far: number,
): void {
  const { n, L, C, d } = map;
  const list = numbers(rows);
  if (list.length === 0 || list.length % 2 !== 0)
    throw new Refuted('its multipliers are not listed as pairs');
  const { values: y } = integers(list.filter((_, k) => k % 2 === 1));
  const sum = new Array<bigint>(n).fill(0n);
  let constant = 0n;
  y.forEach((multiplier, k) => {
    if (multiplier < 0n) throw new Refuted('a multiplier is negative');
    const unit = whole(list[2 * k], 0, L - 1);
    if (node[unit] === -1 || !hasBorder(map, unit))
      throw new Refuted(`the side of unit ${String(unit)} is not known here`);
    const f = node[unit] === 1 ? multiplier : -multiplier;
    for (let i = 0; i < n; i++) sum[i] = sum[i]! + f * C[unit * n + i]!;
    constant += f * d[unit]!;
  });
  // At most slope m + constant, for m >= far.
  let slope = sign * sum[j]!;
  for (let i = 0; i < n; i++) if (i !== j) slope += magnitude(sum[i]!);
  const { values, shift } = integers([far]);
  if (slope > 0n || slope * values[0]! + (constant << BigInt(shift)) >= 0n)
    throw new Refuted('its multipliers exclude nothing');
}
