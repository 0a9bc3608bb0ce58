import type { CanonicalMap } from '../map/canonical';
import { regionString } from '../map/kernel';
import { leastRotation, primitivePeriod } from '../detect/words';

/**
 * Exact verdict on one itinerary (a region word for a fixed point, k of them for a k-cycle): the stored doubles are dyadic
 * rationals, so the cycle equation and every sign test are decided in integers.
 */
export type ExactVerdict =
  /** Every point lies strictly inside its region. */
  | { readonly kind: 'inside'; readonly points: Float64Array[] }
  /**
   * They lie in their closed regions, some on the borders of `units`. `points` is the orbit without repetition;
   * `key` is the same for every itinerary of it.
   */
  | {
      readonly kind: 'border';
      readonly points: Float64Array[];
      readonly units: number[];
      readonly key: string;
    }
  | { readonly kind: 'outside' }
  /** Told to stop. */
  | { readonly kind: 'stopped' }
  /** I - M is singular and no solution lies in the closed regions. */
  | { readonly kind: 'none' }
  /**
   * An affine family of solutions meets the closed regions in more than one point; `point` (of the first region) is
   * one. `proper`: no active unit is at its border throughout, so that no itinerary with fewer active units holds
   * the same solutions.
   */
  | {
      readonly kind: 'family';
      readonly point: Float64Array;
      readonly directions: Float64Array[];
      readonly proper: boolean;
    };

/** z_1 -> z_t of an itinerary: (P z_1 + c) / scale. */
interface Prefix {
  readonly P: bigint[];
  readonly c: bigint[];
  readonly scale: bigint;
}

/** The key of the fixed point 0, as `ExactVerdict` writes it. */
export function originKey(n: number): string {
  return ['1', ...new Array<string>(n).fill('0')].join('/');
}

interface Integers {
  readonly shift: bigint;
  readonly A: bigint[];
  readonly B: bigint[];
  readonly C: bigint[];
  readonly d: bigint[];
  readonly g: bigint[];
}

export class ExactRegions {
  private readonly integers: Integers;
  /** Units whose border is everywhere or nowhere: no border at all. */
  private readonly constant: readonly boolean[];

  constructor(
    private readonly map: CanonicalMap,
    private readonly stop: () => boolean,
  ) {
    const shift = commonShift([map.A, map.B, map.C, map.d, map.g]);
    const convert = (a: Float64Array): bigint[] => Array.from(a, (x) => scaled(x, shift));
    this.integers = {
      shift: BigInt(shift),
      A: convert(map.A),
      B: convert(map.B),
      C: convert(map.C),
      d: convert(map.d),
      g: convert(map.g),
    };
    this.constant = Array.from({ length: map.L }, (_, u) =>
      map.C.subarray(u * map.n, (u + 1) * map.n).every((c) => c === 0),
    );
  }

  /**
   * @param word k region bit vectors. Of a power of a shorter word only what is no solution of the shorter word counts:
   * families of primitive period k.
   */
  verdict(word: readonly Uint8Array[]): ExactVerdict {
    const { n } = this.map;
    const k = word.length;
    const prefixes = this.prefixes(word);
    const solve = (period: number): { rows: bigint[][]; pivots: number[]; denominator: bigint } | null => {
      const { P, c, scale } = prefixes[period]!;
      const rows = Array.from({ length: n }, (_, i) => [
        ...Array.from({ length: n }, (_column, j) => (i === j ? scale : 0n) - P[i * n + j]!),
        c[i]!,
      ]);
      const echelon = reducedEchelon(rows, n, this.stop);
      return echelon && { rows, ...echelon };
    };
    const echelon = solve(k);
    if (echelon === null) return { kind: 'stopped' };
    const { rows, pivots, denominator } = echelon;
    for (let i = pivots.length; i < n; i++) if (rows[i]![n] !== 0n) return { kind: 'none' };
    const period = primitivePeriod(word.map(regionString));
    for (let p = period; p < k; p += period) {
      if (k % p !== 0) continue;
      const shorter = solve(p);
      if (shorter === null) return { kind: 'stopped' };
      if (shorter.pivots.length === pivots.length) return { kind: 'none' };
    }
    if (pivots.length < n) return this.family(word, prefixes, rows, pivots, denominator);
    const numerators = new Array<bigint>(n);
    pivots.forEach((column, i) => {
      numerators[column] = rows[i]![n]!;
    });
    return this.locate(word, prefixes, numerators, denominator);
  }

  private prefixes(word: readonly Uint8Array[]): Prefix[] {
    const { n, L } = this.map;
    const { shift, A, B, C, d, g } = this.integers;
    const one = 1n << (2n * shift);
    const out: Prefix[] = [
      {
        P: Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1n : 0n)),
        c: new Array<bigint>(n).fill(0n),
        scale: 1n,
      },
    ];
    for (const bits of word) {
      const { P, c, scale } = out[out.length - 1]!;
      const next: Prefix = { P: [], c: [], scale: scale * one };
      for (let i = 0; i < n; i++) {
        // Row i of J and entry i of b, scaled by 2^(2 shift).
        const J = Array.from({ length: n }, (_, j) => A[i * n + j]! << shift);
        let b = g[i]! << shift;
        for (let u = 0; u < L; u++) {
          const w = B[i * L + u]!;
          if (bits[u] === 0 || w === 0n) continue;
          for (let j = 0; j < n; j++) J[j] = J[j]! + w * C[u * n + j]!;
          b += w * d[u]!;
        }
        for (let j = 0; j < n; j++) {
          let v = 0n;
          for (let l = 0; l < n; l++) if (J[l] !== 0n) v += J[l]! * P[l * n + j]!;
          next.P.push(v);
        }
        let v = b * scale;
        for (let l = 0; l < n; l++) if (J[l] !== 0n) v += J[l]! * c[l]!;
        next.c.push(v);
      }
      out.push(next);
    }
    return out;
  }

  /** Where the orbit of numerators / denominator lies with respect to the regions. */
  private locate(
    word: readonly Uint8Array[],
    prefixes: readonly Prefix[],
    numerators: readonly bigint[],
    denominator: bigint,
  ): ExactVerdict {
    const { n, L } = this.map;
    const { C, d } = this.integers;
    const units = new Set<number>();
    const points: Float64Array[] = [];
    const exact: bigint[][] = [];
    for (const [t, bits] of word.entries()) {
      const { P, c, scale } = prefixes[t]!;
      const z = c.map((v, i) => {
        let sum = v * denominator;
        for (let j = 0; j < n; j++) sum += P[i * n + j]! * numerators[j]!;
        return sum;
      });
      const below = denominator * scale;
      for (let u = 0; u < L; u++) {
        let p = d[u]! * below;
        for (let j = 0; j < n; j++) p += C[u * n + j]! * z[j]!;
        if (below < 0n) p = -p;
        if (p === 0n) {
          if (!this.constant[u]) units.add(u);
          else if (bits[u] === 1) return { kind: 'outside' };
        } else if (p > 0n !== (bits[u] === 1)) return { kind: 'outside' };
      }
      points.push(Float64Array.from(z, (v) => ratio(v, below)));
      exact.push([below, ...z]);
    }
    if (units.size === 0) return { kind: 'inside', points };
    // Only here: the greatest common divisors of long words' numbers take longer than all the rest.
    const keys = exact.map((numbers) => {
      const common = numbers.reduce(gcd);
      const sign = numbers[0]! < 0n ? -common : common;
      return numbers.map((v) => (v / sign).toString(36)).join('/');
    });
    const period = primitivePeriod(keys);
    const orbit = keys.slice(0, period);
    const first = leastRotation(orbit);
    return {
      kind: 'border',
      points: points.slice(0, period),
      units: [...units].sort((a, b) => a - b),
      key: [...orbit.slice(first), ...orbit.slice(0, first)].join(' '),
    };
  }

  /** z_1 = z0 + sum_k t_k v_k: which t keep every unit on its side at every step? */
  private family(
    word: readonly Uint8Array[],
    prefixes: readonly Prefix[],
    rows: readonly bigint[][],
    pivots: readonly number[],
    denominator: bigint,
  ): ExactVerdict {
    const { n, L } = this.map;
    const { C, d } = this.integers;
    const free: number[] = [];
    for (let j = 0; j < n; j++) if (!pivots.includes(j)) free.push(j);
    // Numerators over `denominator`: z[j] = origin[j] + sum_k spans[k][j] t_k.
    const origin = new Array<bigint>(n).fill(0n);
    const spans = free.map((column) => {
      const v = new Array<bigint>(n).fill(0n);
      v[column] = denominator;
      pivots.forEach((pivot, i) => {
        v[pivot] = -rows[i]![column]!;
      });
      return v;
    });
    pivots.forEach((pivot, i) => {
      origin[pivot] = rows[i]![n]!;
    });
    const positive = denominator > 0n;
    const sides: bigint[][] = [];
    const active: bigint[][] = [];
    for (const [t, bits] of word.entries()) {
      const { P, c, scale } = prefixes[t]!;
      for (let u = 0; u < L; u++) {
        // C_u P, and with it C_u of an image.
        const through = Array.from({ length: n }, (_, j) => {
          let p = 0n;
          for (let i = 0; i < n; i++) p += C[u * n + i]! * P[i * n + j]!;
          return p;
        });
        const dot = (v: readonly bigint[]): bigint => v.reduce((sum, x, j) => sum + through[j]! * x, 0n);
        const offset = c.reduce((sum, x, i) => sum + C[u * n + i]! * x, d[u]! * scale);
        const flip = positive !== (bits[u] === 1);
        const row = [offset * denominator + dot(origin), ...spans.map(dot)].map((v) => (flip ? -v : v));
        if (row.slice(1).every((v) => v === 0n)) {
          if (row[0]! < 0n) return { kind: 'none' };
          if (row[0] === 0n && this.constant[u] && bits[u] === 1) return { kind: 'none' };
        } else sides.push(row);
        if (bits[u] === 1) active.push(row);
      }
    }
    const t0 = feasiblePoint(sides, free.length);
    if (t0 === null) return { kind: 'none' };
    const direction = recession(sides, t0, free.length);
    if (direction === null) return this.single(word, prefixes, origin, spans, denominator, t0);
    const directions = spans.map((v) => unit(Float64Array.from(v, (x) => ratio(x, denominator))));
    const point = this.inward(origin, spans, denominator, sides, t0, direction);
    const proper = active.every((row) => reachesInside(row, sides, free.length));
    return { kind: 'family', point, directions, proper };
  }

  /** The one point of a singular itinerary's family that its closed regions hold: on borders of necessity. */
  private single(
    word: readonly Uint8Array[],
    prefixes: readonly Prefix[],
    origin: readonly bigint[],
    spans: readonly bigint[][],
    denominator: bigint,
    t0: readonly Rational[],
  ): ExactVerdict {
    let common = 1n;
    for (const t of t0) common *= t.den;
    const numerators = origin.map((v, j) => {
      let z = v * common;
      t0.forEach((t, k) => {
        z += ((spans[k]![j]! * common) / t.den) * t.num;
      });
      return z;
    });
    return this.locate(word, prefixes, numerators, denominator * common);
  }

  /** A point well inside the family's piece of the region where there is room. */
  private inward(
    origin: readonly bigint[],
    spans: readonly bigint[][],
    denominator: bigint,
    sides: readonly bigint[][],
    t0: Rational[],
    direction: Rational[],
  ): Float64Array {
    const t = t0.map((v) => ratio(v.num, v.den));
    const step = direction.map((v) => ratio(v.num, v.den));
    let far = Infinity;
    const size = denominator < 0n ? -denominator : denominator;
    for (const row of sides) {
      let value = ratio(row[0]!, size);
      let slope = 0;
      for (let k = 0; k < t.length; k++) {
        const coefficient = ratio(row[k + 1]!, size);
        value += coefficient * t[k]!;
        slope += coefficient * step[k]!;
      }
      if (slope < 0 && value > 0) far = Math.min(far, -value / slope);
    }
    const length = far === Infinity ? 1 : far / 2;
    return Float64Array.from(origin, (v, j) => {
      let z = ratio(v, denominator);
      for (let k = 0; k < t.length; k++) z += ratio(spans[k]![j]!, denominator) * (t[k]! + length * step[k]!);
      return z;
    });
  }
}

interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

/** A solution t of row[0] + sum_k row[k + 1] t_k >= 0 for all rows, or null. Exact; Bland's rule. */
function feasiblePoint(rows: readonly bigint[][], count: number): Rational[] | null {
  // Dictionary: basic_i = (a_i0 + sum a_ij x_j) / D. Variables 0..count-1 are the free t, then one slack a row.
  const a = rows.map((row) => row.slice());
  const basic = rows.map((_, i) => count + i);
  const nonbasic = Array.from({ length: count }, (_, k) => k);
  let D = 1n;
  const pivot = (r: number, c: number): void => {
    const p = a[r]![c + 1]!;
    for (let i = 0; i < a.length; i++) {
      if (i === r) continue;
      const row = a[i]!;
      const f = row[c + 1]!;
      for (let j = 0; j <= count; j++) {
        if (j === c + 1) continue;
        row[j] = (row[j]! * p - f * a[r]![j]!) / D;
      }
    }
    const row = a[r]!;
    for (let j = 0; j <= count; j++) if (j !== c + 1) row[j] = -row[j]!;
    row[c + 1] = D;
    D = p;
    if (D < 0n) {
      D = -D;
      for (const each of a) for (let j = 0; j <= count; j++) each[j] = -each[j]!;
    }
    const t = basic[r]!;
    basic[r] = nonbasic[c]!;
    nonbasic[c] = t;
  };
  for (let c = 0; c < count; c++) {
    const r = a.findIndex((row, i) => basic[i]! >= count && row[c + 1] !== 0n);
    if (r >= 0) pivot(r, c);
  }
  for (;;) {
    let r = -1;
    for (let i = 0; i < a.length; i++)
      if (basic[i]! >= count && a[i]![0]! < 0n && (r < 0 || basic[i]! < basic[r]!)) r = i;
    if (r < 0) break;
    let c = -1;
    for (let j = 0; j < count; j++)
      if (nonbasic[j]! >= count && a[r]![j + 1]! > 0n && (c < 0 || nonbasic[j]! < nonbasic[c]!)) c = j;
    if (c < 0) return null;
    pivot(r, c);
  }
  const t = new Array<Rational>(count).fill({ num: 0n, den: 1n });
  basic.forEach((variable, i) => {
    if (variable < count) t[variable] = { num: a[i]![0]!, den: D };
  });
  return t;
}

/** Whether `row` is positive somewhere in the polyhedron `rows` (not empty): homogenised, so that it need only reach 1. */
function reachesInside(row: readonly bigint[], rows: readonly bigint[][], count: number): boolean {
  const nonnegative = [0n, 1n, ...new Array<bigint>(count).fill(0n)];
  const cone = [row, ...rows].map((each, i) => [i === 0 ? -1n : 0n, ...each]);
  return feasiblePoint([nonnegative, ...cone], count + 1) !== null;
}

/** A nonzero direction into the polyhedron at its point t0; null when it is that point alone. */
function recession(rows: readonly bigint[][], t0: readonly Rational[], count: number): Rational[] | null {
  const active = rows.filter((row) => {
    let num = row[0]!;
    let den = 1n;
    for (let k = 0; k < count; k++) {
      num = num * t0[k]!.den + row[k + 1]! * t0[k]!.num * den;
      den *= t0[k]!.den;
    }
    return num === 0n;
  });
  const cone = active.map((row) => [0n, ...row.slice(1)]);
  for (let k = 0; k < count; k++) {
    for (const sign of [1n, -1n]) {
      const along = new Array<bigint>(count + 1).fill(0n);
      along[0] = -1n;
      along[k + 1] = sign;
      const v = feasiblePoint([...cone, along], count);
      if (v !== null) return v;
    }
  }
  return null;
}

/**
 * Fraction-free Gauss-Jordan (E. H. Bareiss, Math. Comp. 22 (1968)) in place on n rows [M | b]. Afterwards row i < rank
 * holds `denominator` in column pivots[i] and zero in the other pivot columns; rows from rank on are zero in M.
 */
function reducedEchelon(
  rows: bigint[][],
  n: number,
  stop: () => boolean,
): { pivots: number[]; denominator: bigint } | null {
  const pivots: number[] = [];
  let previous = 1n;
  for (let c = 0; c < n; c++) {
    const k = pivots.length;
    let p = k;
    while (p < n && rows[p]![c] === 0n) p++;
    if (p === n) continue;
    const pivotRow = rows[p]!;
    rows[p] = rows[k]!;
    rows[k] = pivotRow;
    const pivot = pivotRow[c]!;
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      if (n > 16 && stop()) return null;
      const row = rows[i]!;
      const f = row[c]!;
      for (let j = 0; j <= n; j++) {
        const v = row[j]!;
        const w = pivotRow[j]!;
        if (v === 0n && (f === 0n || w === 0n)) continue;
        row[j] = f === 0n || w === 0n ? (v * pivot) / previous : (v * pivot - f * w) / previous;
      }
    }
    pivots.push(c);
    previous = pivot;
  }
  return { pivots, denominator: previous };
}

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const view = new DataView(new ArrayBuffer(8));

/** x = mantissa * 2^exponent, mantissa odd or zero. */
function decompose(x: number): { mantissa: bigint; exponent: number } {
  if (x === 0) return { mantissa: 0n, exponent: 0 };
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  let mantissa = bits & 0xfffffffffffffn;
  let exponent = biased === 0 ? -1074 : biased - 1075;
  if (biased !== 0) mantissa |= 1n << 52n;
  while ((mantissa & 1n) === 0n) {
    mantissa >>= 1n;
    exponent++;
  }
  return { mantissa: bits >> 63n === 1n ? -mantissa : mantissa, exponent };
}

/** Power of two that makes integers of all these numbers. */
export function commonShift(arrays: readonly Float64Array[]): number {
  let least = 0;
  for (const a of arrays) for (const x of a) least = Math.min(least, decompose(x).exponent);
  return -least;
}

/** x 2^shift, an integer. */
export function scaled(x: number, shift: number): bigint {
  const { mantissa, exponent } = decompose(x);
  return mantissa << BigInt(exponent + shift);
}

/** Nearest double (within an ulp) to a / b. */
function ratio(a: bigint, b: bigint): number {
  if (a === 0n) return 0;
  const negative = a < 0n !== b < 0n;
  const x = a < 0n ? -a : a;
  const y = b < 0n ? -b : b;
  const shift = x.toString(16).length * 4 - y.toString(16).length * 4;
  const lift = 64 - shift;
  const quotient = lift >= 0 ? (x << BigInt(lift)) / y : x / (y << BigInt(-lift));
  const value = Number(quotient) * 2 ** -lift;
  return negative ? -value : value;
}

function unit(v: Float64Array): Float64Array {
  let sum = 0;
  for (const x of v) sum += x * x;
  const length = Math.sqrt(sum);
  return length > 0 ? v.map((x) => x / length) : v;
}
