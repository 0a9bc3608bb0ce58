import type { CanonicalMap } from '../map/canonical';

/**
 * Exact arithmetic on a canonical map: its doubles are dyadic rationals, so with a common denominator 2^s everything
 * that a cycle's equations ask is a question about integers.
 */
export interface IntegerMap {
  readonly n: number;
  readonly L: number;
  /** s */
  readonly shift: bigint;
  /** Entries times 2^s. */
  readonly A: readonly bigint[];
  readonly B: readonly bigint[];
  readonly C: readonly bigint[];
  readonly d: readonly bigint[];
  readonly g: readonly bigint[];
}

/** value = mantissa * 2^exponent, the mantissa an integer. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: value < 0 ? -mantissa : mantissa, exponent: (biased === 0 ? 1 : biased) - 1075 };
}

/** value * 2^shift; the shift is large enough that this is an integer. */
export function toInteger(value: number, shift: number): bigint {
  const { mantissa, exponent } = parts(value);
  const by = exponent + shift;
  return by >= 0 ? mantissa << BigInt(by) : mantissa >> BigInt(-by);
}

/** Least s >= 0 such that every value times 2^s is an integer. */
export function commonShift(arrays: readonly ArrayLike<number>[]): number {
  let shift = 0;
  for (const array of arrays)
    for (let i = 0; i < array.length; i++) {
      let { mantissa, exponent } = parts(array[i]!);
      if (mantissa === 0n) continue;
      while ((mantissa & 0xffn) === 0n) {
        mantissa >>= 8n;
        exponent += 8;
      }
      while ((mantissa & 1n) === 0n) {
        mantissa >>= 1n;
        exponent++;
      }
      shift = Math.max(shift, -exponent);
    }
  return shift;
}

export function integerMap(map: CanonicalMap): IntegerMap {
  const shift = commonShift([map.A, map.B, map.C, map.d, map.g]);
  const convert = (a: Float64Array): bigint[] => Array.from(a, (x) => toInteger(x, shift));
  return {
    n: map.n,
    L: map.L,
    shift: BigInt(shift),
    A: convert(map.A),
    B: convert(map.B),
    C: convert(map.C),
    d: convert(map.d),
    g: convert(map.g),
  };
}

/** The affine piece of a region: F(z) = (J z + b) / 2^(2s). `region` is a string of L bits. */
export function integerPiece(map: IntegerMap, region: string): { J: bigint[]; b: bigint[] } {
  const { n, L, shift, A, B, C, d, g } = map;
  const J = A.map((a) => a << shift);
  const b = g.map((v) => v << shift);
  for (let u = 0; u < L; u++) {
    if (region[u] !== '1') continue;
    for (let i = 0; i < n; i++) {
      const f = B[i * L + u]!;
      if (f === 0n) continue;
      for (let j = 0; j < n; j++) J[i * n + j] = J[i * n + j]! + f * C[u * n + j]!;
      b[i] = b[i]! + f * d[u]!;
    }
  }
  return { J, b };
}

/** z_1 -> z_(t+1) along an itinerary: (P z_1 + c) / scale. */
export interface Composed {
  readonly P: readonly bigint[];
  readonly c: readonly bigint[];
  readonly scale: bigint;
}

/** The compositions after 0, 1, .., k steps. */
export function compositions(map: IntegerMap, regions: readonly string[]): Composed[] {
  const { n, shift } = map;
  const step = 1n << (2n * shift);
  const out: Composed[] = [
    {
      P: Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1n : 0n)),
      c: new Array<bigint>(n).fill(0n),
      scale: 1n,
    },
  ];
  for (const region of regions) {
    const { J, b } = integerPiece(map, region);
    const before = out.at(-1)!;
    const P = new Array<bigint>(n * n);
    const c = new Array<bigint>(n);
    for (let i = 0; i < n; i++) {
      let offset = b[i]! * before.scale;
      for (let l = 0; l < n; l++) offset += J[i * n + l]! * before.c[l]!;
      c[i] = offset;
      for (let j = 0; j < n; j++) {
        let v = 0n;
        for (let l = 0; l < n; l++) v += J[i * n + l]! * before.P[l * n + j]!;
        P[i * n + j] = v;
      }
    }
    out.push({ P, c, scale: before.scale * step });
  }
  return out;
}

/** A rational vector: numerators over one positive denominator. */
export interface RationalVector {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
}

/** The points z_1 .. z_k that solve an itinerary's equations, or null where these have no unique solution. */
export function solveItinerary(map: IntegerMap, steps: readonly Composed[]): RationalVector[] | null {
  const { n } = map;
  const { P, c, scale } = steps.at(-1)!;
  const rows = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_column, j) => (i === j ? scale : 0n) - P[i * n + j]!),
    c[i]!,
  ]);
  const first = solve(rows, n);
  if (first === null) return null;
  return steps.slice(0, -1).map(({ P: Pt, c: ct, scale: st }) => ({
    numerators: Array.from({ length: n }, (_, i) => {
      let v = ct[i]! * first.denominator;
      for (let j = 0; j < n; j++) v += Pt[i * n + j]! * first.numerators[j]!;
      return v;
    }),
    denominator: st * first.denominator,
  }));
}

/** Fraction-free elimination (E. H. Bareiss, Math. Comp. 22 (1968) 565-578) of n rows of n + 1 integers. */
function solve(rows: bigint[][], n: number): RationalVector | null {
  let before = 1n;
  for (let k = 0; k < n; k++) {
    const at = rows.findIndex((row, i) => i >= k && row[k] !== 0n);
    if (at < 0) return null;
    if (at !== k) [rows[k], rows[at]] = [rows[at]!, rows[k]!];
    const pivot = rows[k]!;
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const row = rows[i]!;
      const f = row[k]!;
      for (let j = 0; j <= n; j++) if (j !== k) row[j] = (row[j]! * pivot[k]! - f * pivot[j]!) / before;
      row[k] = 0n;
    }
    before = pivot[k]!;
    // Rows above hold the same pivot from here on: that is what keeps the division exact.
    for (let i = 0; i < k; i++) rows[i]![i] = before;
  }
  const positive = before > 0n;
  return {
    numerators: rows.map((row) => (positive ? row[n]! : -row[n]!)),
    denominator: positive ? before : -before,
  };
}

/** Whether an itinerary's equations have a solution at all. */
export function hasSolution({ n }: IntegerMap, steps: readonly Composed[]): boolean {
  const { P, c, scale } = steps.at(-1)!;
  const rows = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_column, j) => (i === j ? scale : 0n) - P[i * n + j]!),
    c[i]!,
  ]);
  let rank = 0;
  let before = 1n;
  for (let k = 0; k < n; k++) {
    const at = rows.findIndex((row, i) => i >= rank && row[k] !== 0n);
    if (at < 0) continue;
    [rows[rank], rows[at]] = [rows[at]!, rows[rank]!];
    const pivot = rows[rank]!;
    for (let i = rank + 1; i < n; i++) {
      const row = rows[i]!;
      const f = row[k]!;
      for (let j = k; j <= n; j++) row[j] = (row[j]! * pivot[k]! - f * pivot[j]!) / before;
    }
    before = pivot[k]!;
    rank++;
  }
  return rows.slice(rank).every((row) => row[n] === 0n);
}

/** Sign of (C z + d)_u at a rational point. */
export function side(map: IntegerMap, unit: number, z: RationalVector): -1 | 0 | 1 {
  const { n, C, d } = map;
  let v = d[unit]! * z.denominator;
  for (let j = 0; j < n; j++) v += C[unit * n + j]! * z.numerators[j]!;
  return v > 0n ? 1 : v < 0n ? -1 : 0;
}

/** Whether a unit has a border at all. */
export function hasBorder({ n, C }: IntegerMap, unit: number): boolean {
  for (let j = 0; j < n; j++) if (C[unit * n + j] !== 0n) return true;
  return false;
}

/** numerator / denominator as a double, to about one unit in the last place. */
export function ratio(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  const size = (v: bigint): number => (v < 0n ? -v : v).toString(16).length * 4;
  const shift = 66 - size(numerator) + size(denominator);
  const scaled =
    shift >= 0 ? (numerator << BigInt(shift)) / denominator : numerator / (denominator << BigInt(-shift));
  const value = Number(scaled);
  // In two steps, so that a result near the ends of the range is neither lost nor overflows early.
  const half = Math.trunc(-shift / 2);
  return value * 2 ** half * 2 ** (-shift - half);
}
