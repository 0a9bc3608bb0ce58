import type { CanonicalMap } from '../map/canonical';

/**
 * Exact verdict on one region word: the stored doubles are dyadic rationals, so the fixed-point equation and
 * every sign test are decided in integers.
 */
export type ExactVerdict =
  /** The fixed point lies strictly inside its region. */
  | { readonly kind: 'inside'; readonly point: Float64Array }
  /** It lies on the borders of `units` and in the closed region. */
  | { readonly kind: 'border'; readonly point: Float64Array; readonly units: number[]; readonly key: string }
  | { readonly kind: 'outside' }
  /** Told to stop. */
  | { readonly kind: 'stopped' }
  /** I - J is singular and no fixed point of the affine map lies in the closed region. */
  | { readonly kind: 'none' }
  /** An affine family of fixed points meets the closed region in more than one point. */
  | { readonly kind: 'family'; readonly point: Float64Array; readonly directions: Float64Array[] };

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

  verdict(word: Uint8Array): ExactVerdict {
    const { n, L } = this.map;
    const { shift, A, B, C, d, g } = this.integers;
    // Rows of [I - J | b], scaled by 2^(2 shift).
    const rows: bigint[][] = [];
    for (let i = 0; i < n; i++) {
      const row: bigint[] = [];
      for (let j = 0; j < n; j++) row.push((i === j ? 1n << (2n * shift) : 0n) - (A[i * n + j]! << shift));
      row.push(g[i]! << shift);
      for (let u = 0; u < L; u++) {
        const b = B[i * L + u]!;
        if (word[u] === 0 || b === 0n) continue;
        for (let j = 0; j < n; j++) row[j] = row[j]! - b * C[u * n + j]!;
        row[n] = row[n]! + b * d[u]!;
      }
      rows.push(row);
    }
    const echelon = reducedEchelon(rows, n, this.stop);
    if (echelon === null) return { kind: 'stopped' };
    const { pivots, denominator } = echelon;
    for (let i = pivots.length; i < n; i++) if (rows[i]![n] !== 0n) return { kind: 'none' };
    if (pivots.length < n) return this.family(word, rows, pivots, denominator);
    const numerators = new Array<bigint>(n);
    pivots.forEach((column, i) => {
      numerators[column] = rows[i]![n]!;
    });
    return this.locate(word, numerators, denominator);
  }

  /** Where the point numerators / denominator lies with respect to the word's region. */
  private locate(word: Uint8Array, numerators: readonly bigint[], denominator: bigint): ExactVerdict {
    const { n, L } = this.map;
    const { C, d } = this.integers;
    const units: number[] = [];
    for (let u = 0; u < L; u++) {
      let p = d[u]! * denominator;
      for (let j = 0; j < n; j++) p += C[u * n + j]! * numerators[j]!;
      if (denominator < 0n) p = -p;
      if (p === 0n) {
        if (!this.constant[u]) units.push(u);
        else if (word[u] === 1) return { kind: 'outside' };
      } else if (p > 0n !== (word[u] === 1)) return { kind: 'outside' };
    }
    const point = Float64Array.from(numerators, (v) => ratio(v, denominator));
    if (units.length === 0) return { kind: 'inside', point };
    const common = numerators.reduce(gcd, denominator);
    const sign = denominator < 0n ? -common : common;
    const key = [denominator, ...numerators].map((v) => (v / sign).toString(36)).join('/');
    return { kind: 'border', point, units, key };
  }

  /** z = z0 + sum_k t_k v_k: which t keep every unit on its side? */
  private family(
    word: Uint8Array,
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
    for (let u = 0; u < L; u++) {
      const dot = (v: readonly bigint[]): bigint => {
        let p = 0n;
        for (let j = 0; j < n; j++) p += C[u * n + j]! * v[j]!;
        return p;
      };
      const flip = positive !== (word[u] === 1);
      const row = [d[u]! * denominator + dot(origin), ...spans.map(dot)].map((v) => (flip ? -v : v));
      if (row.slice(1).every((v) => v === 0n)) {
        if (row[0]! < 0n) return { kind: 'none' };
        if (row[0] === 0n && this.constant[u] && word[u] === 1) return { kind: 'none' };
      } else sides.push(row);
    }
    const t0 = feasiblePoint(sides, free.length);
    if (t0 === null) return { kind: 'none' };
    const direction = recession(sides, t0, free.length);
    if (direction === null) return this.single(word, origin, spans, denominator, t0);
    const directions = spans.map((v) => unit(Float64Array.from(v, (x) => ratio(x, denominator))));
    const point = this.inward(origin, spans, denominator, sides, t0, direction);
    return { kind: 'family', point, directions };
  }

  /** The one point of a singular region's family that its closed region holds: on borders of necessity. */
  private single(
    word: Uint8Array,
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
    return this.locate(word, numerators, denominator * common);
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

function commonShift(arrays: readonly Float64Array[]): number {
  let least = 0;
  for (const a of arrays) for (const x of a) least = Math.min(least, decompose(x).exponent);
  return -least;
}

function scaled(x: number, shift: number): bigint {
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
