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

/** The solutions of (I - M) z_1 = c: (origin + sum_f t_f spans_f) / denominator for all real t. */
export interface AffineSolutions {
  readonly origin: readonly bigint[];
  readonly spans: readonly (readonly bigint[])[];
  /** Coordinate of z_1 that t_f is. */
  readonly free: readonly number[];
  /** > 0 */
  readonly denominator: bigint;
}

/** All solutions of the equations of a composition, or null where there are none. */
export function solutionsOf({ P, c, scale }: Composed): AffineSolutions | null {
  const n = c.length;
  const rows = c.map((offset, i) => [...c.map((_, j) => (i === j ? scale : 0n) - P[i * n + j]!), offset]);
  const { pivots, denominator } = reduceRows(rows, n);
  if (rows.slice(pivots.length).some((row) => row[n] !== 0n)) return null;
  const sign = denominator < 0n ? -1n : 1n;
  const free = c.flatMap((_, j) => (pivots.includes(j) ? [] : [j]));
  const origin = new Array<bigint>(n).fill(0n);
  pivots.forEach((column, i) => (origin[column] = sign * rows[i]![n]!));
  const spans = free.map((f) => {
    const v = new Array<bigint>(n).fill(0n);
    v[f] = sign * denominator;
    pivots.forEach((column, i) => (v[column] = -sign * rows[i]![f]!));
    return v;
  });
  return { origin, spans, free, denominator: sign * denominator };
}

/** z_1 .. z_k from z_1, along an itinerary's compositions. */
export function orbitFrom(steps: readonly Composed[], first: RationalVector): RationalVector[] {
  const n = first.numerators.length;
  return steps.slice(0, -1).map(({ P, c, scale }) => ({
    numerators: c.map((offset, i) => {
      let v = offset * first.denominator;
      for (let j = 0; j < n; j++) v += P[i * n + j]! * first.numerators[j]!;
      return v;
    }),
    denominator: scale * first.denominator,
  }));
}

/** The points z_1 .. z_k that solve an itinerary's equations, or null where these have no unique solution. */
export function solveItinerary(steps: readonly Composed[]): RationalVector[] | null {
  const solutions = solutionsOf(steps.at(-1)!);
  if (solutions === null || solutions.free.length > 0) return null;
  return orbitFrom(steps, { numerators: solutions.origin, denominator: solutions.denominator });
}

/**
 * Fraction-free Gauss-Jordan (E. H. Bareiss, Math. Comp. 22 (1968) 565-578), in place, on rows of which the first `columns`
 * entries are reduced: row i has `denominator` in column pivots[i], where the others have 0; rows beyond are 0 there.
 */
export function reduceRows(rows: bigint[][], columns: number): { pivots: number[]; denominator: bigint } {
  const pivots: number[] = [];
  let before = 1n;
  for (let column = 0; column < columns && pivots.length < rows.length; column++) {
    const k = pivots.length;
    const at = rows.findIndex((row, i) => i >= k && row[column] !== 0n);
    if (at < 0) continue;
    [rows[k], rows[at]] = [rows[at]!, rows[k]!];
    const pivotRow = rows[k]!;
    const pivot = pivotRow[column]!;
    for (let i = 0; i < rows.length; i++) {
      if (i === k) continue;
      const row = rows[i]!;
      const f = row[column]!;
      for (let j = 0; j < row.length; j++) {
        const v = row[j]!;
        const w = f === 0n ? 0n : pivotRow[j]!;
        if (v === 0n && w === 0n) continue;
        row[j] = (w === 0n ? v * pivot : v * pivot - f * w) / before;
      }
    }
    pivots.push(column);
    before = pivot;
  }
  return { pivots, denominator: before };
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
