import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CanonicalMap } from '../../src/core/map/canonical';
import type { Random } from '../../src/core/random';

/**
 * Reference systems with the number of cycles of each order: the published implementations' own test systems and
 * seeded random nets. How each count is known stands in its `proven`.
 */
export interface ReferenceSystem {
  readonly name: string;
  readonly maxOrder: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly model: ReferenceModel;
}

type Rows = readonly (readonly number[])[];

export interface ReferenceModel {
  readonly model: 'PLRNN' | 'ALRNN' | 'shPLRNN' | 'clippedShPLRNN';
  readonly A: readonly number[] | Rows;
  readonly W?: Rows;
  readonly W1?: Rows;
  readonly W2?: Rows;
  readonly h?: readonly number[];
  readonly h1?: readonly number[];
  readonly h2?: readonly number[];
  readonly P?: number;
}

export const systems = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/reference/systems.json'), 'utf8'),
) as readonly ReferenceSystem[];

export function system(name: string): ReferenceSystem {
  return systems.find((s) => s.name === name)!;
}

/** Written out by hand from the table of architectures, independently of `core/models`. */
export function canonicalOf(m: ReferenceModel, biasFactor = 1): CanonicalMap {
  const n = m.A.length;
  const A = m.A.map((row, i) =>
    Array.isArray(row) ? [...(row as number[])] : m.A.map((_, j) => (i === j ? Number(row) : 0)),
  );
  const unit = (i: number): number[] => Array.from({ length: n }, (_, j) => Number(i === j));
  const scaled = (v: readonly number[]): number[] => v.map((x) => x * biasFactor);
  if (m.model === 'PLRNN')
    return build(
      A,
      m.W!,
      A.map((_, i) => unit(i)),
      new Array<number>(n).fill(0),
      scaled(m.h!),
    );
  if (m.model === 'ALRNN') {
    const linear = n - m.P!;
    return build(
      A.map((row, i) => row.map((v, j) => v + (j < linear ? m.W![i]![j]! : 0))),
      m.W!.map((row) => row.slice(linear)),
      Array.from({ length: m.P! }, (_, u) => unit(linear + u)),
      new Array<number>(m.P!).fill(0),
      scaled(m.h!),
    );
  }
  const h2 = scaled(m.h2!);
  if (m.model === 'shPLRNN') return build(A, m.W1!, m.W2!, h2, scaled(m.h1!));
  return build(
    A,
    m.W1!.map((row) => [...row, ...row.map((v) => -v)]),
    [...m.W2!, ...m.W2!],
    [...h2, ...h2.map(() => 0)],
    scaled(m.h1!),
  );
}

export function build(A: Rows, B: Rows, C: Rows, d: readonly number[], g: readonly number[]): CanonicalMap {
  return {
    n: g.length,
    L: d.length,
    A: Float64Array.from(A.flat()),
    B: Float64Array.from(B.flat()),
    C: Float64Array.from(C.flat()),
    d: Float64Array.from(d),
    g: Float64Array.from(g),
  };
}

/** A random PLRNN-like system (diagonal A, C = I). */
export function randomPlrnn(random: Random, n: number, gain: number): CanonicalMap {
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const square = (entry: (i: number, j: number) => number): number[][] =>
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_column, j) => entry(i, j)));
  return build(
    square((i, j) => (i === j ? 1.9 * random.uniform() - 0.9 : 0)),
    square((i, j) => (i === j ? 0 : gain * normal())),
    square((i, j) => Number(i === j)),
    new Array<number>(n).fill(0),
    Array.from({ length: n }, () => 0.6 * normal()),
  );
}

/**
 * All cycles of order k by solving every itinerary with plain Gaussian elimination; an independent, slow
 * and simple program. Itineraries as region strings in the least rotation. Cycles with a preactivation
 * below 1e-9 are reported as `unsure`.
 */
export function bruteForce(map: CanonicalMap, k: number): { itineraries: Set<string>; unsure: number } {
  const { n, L } = map;
  const itineraries = new Set<string>();
  let unsure = 0;
  const pieces = Array.from({ length: 2 ** L }, (_, code) => {
    const bits = Array.from({ length: L }, (_bit, u) => (code >> (L - 1 - u)) & 1);
    const J = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_column, j) => {
        let v = map.A[i * n + j]!;
        bits.forEach((on, u) => (v += on ? map.B[i * L + u]! * map.C[u * n + j]! : 0));
        return v;
      }),
    );
    const b = Array.from({ length: n }, (_, i) => {
      let v = map.g[i]!;
      bits.forEach((on, u) => (v += on ? map.B[i * L + u]! * map.d[u]! : 0));
      return v;
    });
    return { bits, J, b };
  });
  const word = new Array<number>(k).fill(0);
  for (let index = 0; index < pieces.length ** k; index++) {
    let rest = index;
    for (let t = k - 1; t >= 0; t--) {
      word[t] = rest % pieces.length;
      rest = Math.floor(rest / pieces.length);
    }
    const rotations = word.map((_, r) => [...word.slice(r), ...word.slice(0, r)]);
    const smaller = rotations.some((r, i) => i > 0 && compare(r, word) < 0);
    const periodic = rotations.some((r, i) => i > 0 && compare(r, word) === 0);
    if (smaller || periodic) continue;
    let M = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_column, j) => Number(i === j)));
    let c = new Array<number>(n).fill(0);
    for (const letter of word) {
      const { J, b } = pieces[letter]!;
      M = J.map((row) => M[0]!.map((_, j) => row.reduce((sum, v, l) => sum + v * M[l]![j]!, 0)));
      c = J.map((row, i) => row.reduce((sum, v, l) => sum + v * c[l]!, b[i]!));
    }
    let z: number[] | null = gauss(
      M.map((row, i) => row.map((v, j) => Number(i === j) - v)),
      c,
    );
    if (!z) {
      unsure++;
      continue;
    }
    let worst = Infinity;
    for (const letter of word) {
      const { bits, J, b } = pieces[letter]!;
      for (let u = 0; u < L; u++) {
        let p = map.d[u]!;
        for (let j = 0; j < n; j++) p += map.C[u * n + j]! * z[j]!;
        worst = Math.min(worst, bits[u] ? p : -p);
      }
      const at: number[] = z;
      z = J.map((row, i) => row.reduce((sum, v, l) => sum + v * at[l]!, b[i]!));
    }
    if (Math.abs(worst) < 1e-9) unsure++;
    else if (worst > 0) itineraries.add(word.map((letter) => pieces[letter]!.bits.join('')).join(' '));
  }
  return { itineraries, unsure };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

function gauss(matrix: number[][], right: readonly number[]): number[] | null {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const n = rows.length;
  for (let c = 0; c < n; c++) {
    let p = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[p]![c]!)) p = r;
    if (Math.abs(rows[p]![c]!) < 1e-12) return null;
    [rows[c], rows[p]] = [rows[p]!, rows[c]!];
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const f = rows[r]![c]! / rows[c]![c]!;
      for (let j = c; j <= n; j++) rows[r]![j]! -= f * rows[c]![j]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}
