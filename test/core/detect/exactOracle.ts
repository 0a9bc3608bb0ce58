import type { CanonicalMap } from '../../../src/core/map/canonical';

/**
 * Every fixed point of a small canonical map by brute force: each of the 2^L regions is solved in exact rational
 * arithmetic on the stored doubles (plain Gaussian elimination on fractions; Fourier-Motzkin elimination for
 * singular regions). Written without any code of the search it is used to test.
 */
export interface ExactFixedPoints {
  /** Words (strings of bits) whose fixed point is strictly inside. */
  readonly inside: string[];
  /** Points on borders, with the units and the number of (closed) regions they solve. */
  readonly border: { point: number[]; units: number[]; itineraries: number }[];
  /** Words whose affine family of fixed points meets the closed region in more than one point. */
  readonly continua: string[];
}

class Fraction {
  static readonly zero = new Fraction(0n, 1n);
  static readonly one = new Fraction(1n, 1n);
  constructor(
    readonly num: bigint,
    readonly den: bigint,
  ) {}
  static reduced(num: bigint, den: bigint): Fraction {
    let a = num < 0n ? -num : num;
    let b = den < 0n ? -den : den;
    while (b !== 0n) [a, b] = [b, a % b];
    const s = den < 0n ? -a : a;
    return new Fraction(num / s, den / s);
  }
  static fromDouble(x: number): Fraction {
    if (x === 0) return Fraction.zero;
    let m = x;
    let den = 1n;
    while (!Number.isInteger(m)) {
      m *= 2;
      den *= 2n;
    }
    return Fraction.reduced(BigInt(m), den);
  }
  add(o: Fraction): Fraction {
    return Fraction.reduced(this.num * o.den + o.num * this.den, this.den * o.den);
  }
  sub(o: Fraction): Fraction {
    return Fraction.reduced(this.num * o.den - o.num * this.den, this.den * o.den);
  }
  mul(o: Fraction): Fraction {
    return Fraction.reduced(this.num * o.num, this.den * o.den);
  }
  div(o: Fraction): Fraction {
    return Fraction.reduced(this.num * o.den, this.den * o.num);
  }
  get sign(): number {
    return this.num > 0n ? 1 : this.num < 0n ? -1 : 0;
  }
  toNumber(): number {
    const bits = Math.max(this.num.toString(2).length, this.den.toString(2).length);
    const drop = BigInt(Math.max(0, bits - 900));
    return Number(this.num >> drop) / Number(this.den >> drop);
  }
}

export function exactFixedPoints(map: CanonicalMap): ExactFixedPoints {
  const { n, L } = map;
  const convert = (a: Float64Array): Fraction[] => Array.from(a, (x) => Fraction.fromDouble(x));
  const A = convert(map.A);
  const B = convert(map.B);
  const C = convert(map.C);
  const d = convert(map.d);
  const g = convert(map.g);
  const constant = Array.from({ length: L }, (_, u) =>
    C.slice(u * n, (u + 1) * n).every((c) => c.sign === 0),
  );
  const inside: string[] = [];
  const continua: string[] = [];
  const border = new Map<string, { point: number[]; units: number[]; itineraries: number }>();

  const locate = (z: Fraction[], bits: number[]): void => {
    const units: number[] = [];
    for (let u = 0; u < L; u++) {
      let p = d[u]!;
      for (let j = 0; j < n; j++) p = p.add(C[u * n + j]!.mul(z[j]!));
      if (p.sign === 0) {
        if (!constant[u]) units.push(u);
      } else if (p.sign > 0 !== (bits[u] === 1)) return;
    }
    if (units.length === 0) inside.push(bits.join(''));
    else {
      const key = z.map((v) => `${String(v.num)}/${String(v.den)}`).join(' ');
      const known = border.get(key);
      if (known === undefined) border.set(key, { point: z.map((v) => v.toNumber()), units, itineraries: 1 });
      else known.itineraries++;
    }
  };

  for (let code = 0; code < 2 ** L; code++) {
    const bits = Array.from({ length: L }, (_, u) => (code >> u) & 1);
    // A unit without a border is on one side everywhere; zero counts as inactive.
    if (bits.some((bit, u) => constant[u] && (bit === 1) !== d[u]!.sign > 0)) continue;
    const rows: Fraction[][] = [];
    for (let i = 0; i < n; i++) {
      const row: Fraction[] = [];
      for (let j = 0; j < n; j++) {
        let v = (i === j ? Fraction.one : Fraction.zero).sub(A[i * n + j]!);
        for (let u = 0; u < L; u++) if (bits[u] === 1) v = v.sub(B[i * L + u]!.mul(C[u * n + j]!));
        row.push(v);
      }
      let b = g[i]!;
      for (let u = 0; u < L; u++) if (bits[u] === 1) b = b.add(B[i * L + u]!.mul(d[u]!));
      row.push(b);
      rows.push(row);
    }
    const pivots = eliminate(rows, n);
    if (rows.slice(pivots.length).some((row) => row[n]!.sign !== 0)) continue;
    if (pivots.length === n) {
      locate(
        rows.map((row) => row[n]!),
        bits,
      );
      continue;
    }
    // z as functions of the free variables t: [constant, coefficients ..]
    const free = Array.from({ length: n }, (_, j) => j).filter((j) => !pivots.includes(j));
    const z: Fraction[][] = Array.from({ length: n }, (_, j) => {
      const k = pivots.indexOf(j);
      if (k < 0) return [Fraction.zero, ...free.map((f) => (f === j ? Fraction.one : Fraction.zero))];
      return [rows[k]![n]!, ...free.map((f) => Fraction.zero.sub(rows[k]![f]!))];
    });
    const constraints: Fraction[][] = [];
    for (let u = 0; u < L; u++) {
      let row = [d[u]!, ...free.map(() => Fraction.zero)];
      for (let j = 0; j < n; j++) row = row.map((v, k) => v.add(C[u * n + j]!.mul(z[j]![k]!)));
      constraints.push(bits[u] === 1 ? row : row.map((v) => Fraction.zero.sub(v)));
    }
    const ranges = free.map((_, k) => range(constraints, free.length, k));
    if (ranges.some((r) => r === null)) continue;
    if (ranges.every((r) => r!.low !== null && r!.high !== null && r!.low.sub(r!.high).sign === 0)) {
      const t = ranges.map((r) => r!.low!);
      locate(
        z.map((row) => t.reduce((v, tk, k) => v.add(row[k + 1]!.mul(tk)), row[0]!)),
        bits,
      );
    } else continua.push(bits.join(''));
  }
  return { inside, border: [...border.values()], continua };
}

/** Gauss-Jordan elimination to reduced form, in place; returns the pivot columns. */
function eliminate(rows: Fraction[][], n: number): number[] {
  const pivots: number[] = [];
  for (let c = 0; c < n; c++) {
    const k = pivots.length;
    const p = rows.findIndex((row, i) => i >= k && row[c]!.sign !== 0);
    if (p < 0) continue;
    [rows[p], rows[k]] = [rows[k]!, rows[p]!];
    const pivot = rows[k]![c]!;
    rows[k] = rows[k]!.map((v) => v.div(pivot));
    for (let i = 0; i < rows.length; i++) {
      if (i === k || rows[i]![c]!.sign === 0) continue;
      const f = rows[i]![c]!;
      rows[i] = rows[i]!.map((v, j) => v.sub(f.mul(rows[k]![j]!)));
    }
    pivots.push(c);
  }
  return pivots;
}

/** Range of t_k over { t : row[0] + sum row[j + 1] t_j >= 0 }; null when the set is empty. Fourier-Motzkin. */
function range(
  constraints: Fraction[][],
  count: number,
  k: number,
): { low: Fraction | null; high: Fraction | null } | null {
  let rows = constraints;
  for (let j = 0; j < count; j++) {
    if (j === k) continue;
    const positive = rows.filter((row) => row[j + 1]!.sign > 0);
    const negative = rows.filter((row) => row[j + 1]!.sign < 0);
    const next = rows.filter((row) => row[j + 1]!.sign === 0);
    for (const p of positive)
      for (const q of negative) next.push(p.map((v, i) => v.div(p[j + 1]!).sub(q[i]!.div(q[j + 1]!))));
    rows = next;
  }
  let low: Fraction | null = null;
  let high: Fraction | null = null;
  for (const row of rows) {
    const c = row[k + 1]!;
    if (c.sign === 0) {
      if (row[0]!.sign < 0) return null;
      continue;
    }
    const bound = Fraction.zero.sub(row[0]!).div(c);
    if (c.sign > 0) {
      if (low === null || bound.sub(low).sign > 0) low = bound;
    } else if (high === null || high.sub(bound).sign > 0) high = bound;
  }
  if (low !== null && high !== null && low.sub(high).sign > 0) return null;
  return { low, high };
}
