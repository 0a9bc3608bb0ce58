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
    if (o.num === 0n) return this;
    if (this.num === 0n) return o;
    return Fraction.reduced(this.num * o.den + o.num * this.den, this.den * o.den);
  }
  sub(o: Fraction): Fraction {
    return Fraction.reduced(this.num * o.den - o.num * this.den, this.den * o.den);
  }
  mul(o: Fraction): Fraction {
    if (o.num === 0n || this.num === 0n) return Fraction.zero;
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

/** What exists at one order, in exact arithmetic. */
export interface ExactCycles {
  /** Points of the cycles strictly inside their regions, by itinerary (least rotation, region strings joined by spaces). */
  readonly inside: ReadonlyMap<string, number[][]>;
  /** Orbits of this primitive period with a point on a border, each once. */
  readonly border: { readonly points: number[][]; readonly units: number[] }[];
  /**
   * Itineraries (least rotation; may be a power) whose solutions form more than a point of the closed regions and
   * include points of exactly this primitive period; of the itineraries of the same points on borders only the one with
   * the border units inactive.
   */
  readonly families: string[];
}

/**
 * Every cycle of order k of a small map: each necklace of closed regions is solved in exact rational arithmetic. Powers
 * of shorter words are included: around a shorter object whose multipliers hold a root of unity lie families of order k.
 *
 * @param possible tells necklaces (region codes, first unit the highest bit) that are worth the exact arithmetic; all,
 *   when absent
 */
export function exactCycles(
  map: CanonicalMap,
  k: number,
  possible: (codes: readonly number[]) => boolean = () => true,
): ExactCycles {
  const { n, L } = map;
  const convert = (a: Float64Array): Fraction[] => Array.from(a, (x) => Fraction.fromDouble(x));
  const [A, B, C, d, g] = [map.A, map.B, map.C, map.d, map.g].map(convert) as [
    Fraction[],
    Fraction[],
    Fraction[],
    Fraction[],
    Fraction[],
  ];
  const constant = Array.from({ length: L }, (_, u) =>
    C.slice(u * n, (u + 1) * n).every((c) => c.sign === 0),
  );
  const letters: { code: number; text: string; bits: number[]; J: Fraction[][]; b: Fraction[] }[] = [];
  for (let code = 0; code < 2 ** L; code++) {
    const bits = Array.from({ length: L }, (_, u) => (code >> (L - 1 - u)) & 1);
    if (bits.some((bit, u) => constant[u] && (bit === 1) !== d[u]!.sign > 0)) continue;
    const on = bits.flatMap((bit, u) => (bit === 1 ? [u] : []));
    letters.push({
      code,
      text: bits.join(''),
      bits,
      J: Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_column, j) =>
          on.reduce((v, u) => v.add(B[i * L + u]!.mul(C[u * n + j]!)), A[i * n + j]!),
        ),
      ),
      b: Array.from({ length: n }, (_, i) => on.reduce((v, u) => v.add(B[i * L + u]!.mul(d[u]!)), g[i]!)),
    });
  }
  const inside = new Map<string, number[][]>();
  const families: string[] = [];
  const border = new Map<string, { points: number[][]; units: number[] }>();
  const word: number[] = [];
  type Affine = { M: Fraction[][]; c: Fraction[] };
  const start: Affine = {
    M: Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_column, j) => (i === j ? Fraction.one : Fraction.zero)),
    ),
    c: new Array<Fraction>(n).fill(Fraction.zero),
  };
  const solve = (maps: readonly Affine[], period: number): { rows: Fraction[][]; pivots: number[] } => {
    const { M, c } = maps[period]!;
    const rows = M.map((row, i) => [
      ...row.map((v, j) => (i === j ? Fraction.one : Fraction.zero).sub(v)),
      c[i]!,
    ]);
    return { rows, pivots: eliminate(rows, n) };
  };
  // Compositions of the first letters of the word, as far as a leaf asked for them.
  const maps: Affine[] = [start];
  const compose = (): void => {
    const { J, b } = letters[word[maps.length - 1]!]!;
    const { M, c } = maps[maps.length - 1]!;
    maps.push({
      M: J.map((row) => M[0]!.map((_, j) => row.reduce((v, x, l) => v.add(x.mul(M[l]![j]!)), Fraction.zero))),
      c: J.map((row, i) => row.reduce((v, x, l) => v.add(x.mul(c[l]!)), b[i]!)),
    });
  };
  /** The orbit of one solution: a cycle, or one with points on borders, if it stays in the closed regions of the word. */
  const locate = (z: readonly Fraction[], text: string): void => {
    const points = maps
      .slice(0, k)
      .map(({ M, c }) => M.map((row, i) => row.reduce((v, m, j) => v.add(m.mul(z[j]!)), c[i]!)));
    const units = new Set<number>();
    for (let t = 0; t < k; t++)
      for (let u = 0; u < L; u++) {
        const p = points[t]!.reduce((v, x, j) => v.add(C[u * n + j]!.mul(x)), d[u]!);
        if (p.sign === 0) {
          if (!constant[u]) units.add(u);
        } else if (p.sign > 0 !== (letters[word[t]!]!.bits[u] === 1)) return;
      }
    if (units.size === 0) {
      inside.set(
        text,
        points.map((point) => point.map((v) => v.toNumber())),
      );
      return;
    }
    const keys = points.map((point) => point.map((v) => `${String(v.num)}/${String(v.den)}`).join(' '));
    if (new Set(keys).size < k) return;
    const orbit = keys
      .map((_, r) => [...keys.slice(r), ...keys.slice(0, r)].join(' | '))
      .reduce((a, b) => (a < b ? a : b));
    const known = border.get(orbit);
    if (known) known.units.push(...[...units].filter((u) => !known.units.includes(u)));
    else border.set(orbit, { points: points.map((p) => p.map((v) => v.toNumber())), units: [...units] });
  };
  const leaf = (): void => {
    const period = necklacePeriod(word);
    if (period === 0 || !possible(word.map((letter) => letters[letter]!.code))) return;
    while (maps.length <= k) compose();
    const text = word.map((letter) => letters[letter]!.text).join(' ');
    const { rows, pivots } = solve(maps, k);
    if (rows.slice(pivots.length).some((row) => row[n]!.sign !== 0)) return;
    if (pivots.length === n) {
      // A power's only solution is the shorter word's.
      if (period < k) return;
      locate(
        rows.map((row) => row[n]!),
        text,
      );
      return;
    }
    for (let p = 1; p < k; p++)
      if (k % p === 0 && p % period === 0 && solve(maps, p).pivots.length === pivots.length) return;
    const free = Array.from({ length: n }, (_, j) => j).filter((j) => !pivots.includes(j));
    const z: Fraction[][] = Array.from({ length: n }, (_, j) => {
      const at = pivots.indexOf(j);
      if (at < 0) return [Fraction.zero, ...free.map((f) => (f === j ? Fraction.one : Fraction.zero))];
      return [rows[at]![n]!, ...free.map((f) => Fraction.zero.sub(rows[at]![f]!))];
    });
    const constraints: Fraction[][] = [];
    const active: Fraction[][] = [];
    for (let t = 0; t < k; t++) {
      const { M, c } = maps[t]!;
      const at = M.map((row, i) =>
        row.reduce(
          (v, m, j) => v.map((x, q) => x.add(m.mul(z[j]![q]!))),
          [c[i]!, ...free.map(() => Fraction.zero)],
        ),
      );
      for (let u = 0; u < L; u++) {
        let row = [d[u]!, ...free.map(() => Fraction.zero)];
        for (let j = 0; j < n; j++) row = row.map((v, q) => v.add(C[u * n + j]!.mul(at[j]![q]!)));
        const on = letters[word[t]!]!.bits[u] === 1;
        constraints.push(on ? row : row.map((v) => Fraction.zero.sub(v)));
        if (on) active.push(row);
      }
    }
    const ranges = free.map((_, q) => range(constraints, free.length, q));
    if (ranges.some((r) => r === null)) return;
    const one = ranges.every((r) => r!.low !== null && r!.high !== null && r!.low.sub(r!.high).sign === 0);
    if (one) {
      const t = ranges.map((r) => r!.low!);
      locate(
        z.map((row) => t.reduce((v, tq, q) => v.add(row[q + 1]!.mul(tq)), row[0]!)),
        text,
      );
      return;
    }
    // A unit that is active and at its border throughout: the itinerary with it inactive holds the same points.
    const proper = active.every((row) => {
      const value = [
        ...constraints.map((each) => [...each, Fraction.zero]),
        [...row.map((v) => Fraction.zero.sub(v)), Fraction.one],
        [...row, Fraction.zero.sub(Fraction.one)],
      ];
      return range(value, free.length + 1, free.length)?.high?.sign !== 0;
    });
    if (proper) families.push(text);
  };
  const extend = (): void => {
    if (word.length === k) {
      leaf();
      return;
    }
    for (let letter = 0; letter < letters.length; letter++) {
      // The first letter of a least rotation is its least.
      if (word.length > 0 && letter < word[0]!) continue;
      word.push(letter);
      extend();
      word.pop();
      maps.length = Math.min(maps.length, word.length + 1);
    }
  };
  extend();
  return { inside, border: [...border.values()], families };
}

/** Primitive period of a word that is its own least rotation; 0 of any other. */
function necklacePeriod(word: readonly number[]): number {
  const k = word.length;
  for (let r = 1; r < k; r++) {
    let i = 0;
    while (i < k && word[i] === word[(r + i) % k]) i++;
    if (i === k) return r;
    if (word[(r + i) % k]! < word[i]!) return 0;
  }
  return k;
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
