import { magnitude } from './integers';
import { commonShift, hasBorder, toInteger, type IntegerMap } from './exact';

/** A box, coordinate by coordinate, in doubles. */
export interface PlainBox {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/** Bits kept beyond what the numbers of a box need: quotients are rounded outward to them. */
const EXTRA = 200;

/**
 * What the shape of a map says of where its cycles are, in exact arithmetic. Units that see one coordinate only are
 * taken together with the column of A: F_i is a sum of functions of one coordinate each, and of one projection each for
 * the other units, those with equal or opposite rows of C together.
 */
export class Shape {
  /** Units by the coordinate they see. */
  readonly #axes: number[][];
  /** Other units with a border, by their projection. */
  readonly #groups: {
    readonly c: readonly bigint[];
    readonly units: readonly { unit: number; side: bigint }[];
  }[] = [];
  readonly #constant: number[] = [];

  constructor(readonly map: IntegerMap) {
    const { n, L, C } = map;
    this.#axes = Array.from({ length: n }, () => []);
    const groups = new Map<string, { c: readonly bigint[]; units: { unit: number; side: bigint }[] }>();
    for (let unit = 0; unit < L; unit++) {
      const row = C.slice(unit * n, unit * n + n);
      const seen = row.flatMap((v, j) => (v === 0n ? [] : [j]));
      if (seen.length === 0) this.#constant.push(unit);
      else if (seen.length === 1) this.#axes[seen[0]!]!.push(unit);
      else {
        const side = row[seen[0]!]! > 0n ? 1n : -1n;
        const c = row.map((v) => side * v);
        const key = c.join(' ');
        const group = groups.get(key);
        if (group) group.units.push({ unit, side });
        else groups.set(key, { c, units: [{ unit, side }] });
      }
    }
    this.#groups = [...groups.values()];
  }

  /** N x + K < x for |F(z)| <= N |z| + K: every cycle lies in |z| < x. */
  confines(x: readonly number[]): boolean {
    const { n, L, shift, B, d, g } = this.map;
    const K = g.map((v, i) => {
      let sum = magnitude(v) << shift;
      for (let u = 0; u < L; u++) sum += magnitude(B[i * L + u]! * d[u]!);
      return sum;
    });
    const N = this.#slopes(null);
    return x.length === n && this.#shrinks(N, K, x);
  }

  /** |F(z) - F(w)| <= N |z - w| on the box with N x < x. */
  contracts(box: PlainBox, x: readonly number[]): boolean {
    const N = this.#slopes(box);
    return this.#shrinks(N, new Array<bigint>(this.map.n).fill(0n), x);
  }

  /** Whether the image of a box, as far as it lies in the box, lies in `inner`. */
  mapsInto(box: PlainBox, inner: PlainBox): boolean {
    const { values, shift } = boundsOf([box, inner]);
    const image = this.#image(values[0]!, shift);
    const lift = 2n * this.map.shift;
    return image.low.every(
      (low, i) =>
        (values[1]!.lower[i]! <= values[0]!.lower[i]! || values[1]!.lower[i]! << lift <= low) &&
        (values[1]!.upper[i]! >= values[0]!.upper[i]! || values[1]!.upper[i]! << lift >= image.high[i]!),
    );
  }

  /** Whether the image of a box misses it. */
  leaves(box: PlainBox): boolean {
    const { values, shift } = boundsOf([box]);
    const image = this.#image(values[0]!, shift);
    const lift = 2n * this.map.shift;
    return image.low.some(
      (low, i) => low > values[0]!.upper[i]! << lift || image.high[i]! < values[0]!.lower[i]! << lift,
    );
  }

  /** N x + K < x; N and K times 2^(2 shift). */
  #shrinks(N: readonly bigint[], K: readonly bigint[], x: readonly number[]): boolean {
    const { n, shift } = this.map;
    const by = commonShift([x]);
    const X = x.map((v) => toInteger(v, by));
    return X.every((own, i) => {
      let sum = K[i]! << BigInt(by);
      for (let j = 0; j < n; j++) sum += N[i * n + j]! * X[j]!;
      return own > 0n && sum < own << (2n * shift);
    });
  }

  /** Bounds of the slopes of F, times 2^(2 shift): on a box, or (null) of the map without g and d everywhere. */
  #slopes(box: PlainBox | null): bigint[] {
    const { n, L, shift, A, B, C, d } = this.map;
    const bounds = box && boundsOf([box]);
    const here = bounds?.values[0];
    const by = BigInt(bounds?.shift ?? 0);
    const N = new Array<bigint>(n * n).fill(0n);
    for (let j = 0; j < n; j++) {
      // Sets of active units: one for each interval between borders.
      const units = this.#axes[j]!;
      const patterns: number[][] = [];
      if (here) {
        const begin = { num: here.lower[j]!, den: 1n };
        const inside = units
          .map((u) => this.#breakpoint(u, j, by))
          .filter(({ num, den }) => num > here.lower[j]! * den && num < here.upper[j]! * den);
        for (const { num, den } of [begin, ...inside])
          patterns.push(
            units.filter((u) => {
              const c = C[u * n + j]!;
              const p = c * num + (d[u]! << by) * den;
              return p > 0n || (p === 0n && c > 0n);
            }),
          );
      } else for (const far of [1n, -1n]) patterns.push(units.filter((u) => C[u * n + j]! * far > 0n));
      for (let i = 0; i < n; i++)
        for (const active of patterns) {
          let slope = A[i * n + j]! << shift;
          for (const u of active) slope += B[i * L + u]! * C[u * n + j]!;
          if (magnitude(slope) > N[i * n + j]!) N[i * n + j] = magnitude(slope);
        }
    }
    for (const { c, units } of this.#groups) {
      const patterns: { unit: number; side: bigint }[][] = [];
      if (here) {
        const { low, high } = range(c, here);
        // Thresholds of the projection, times 2^(shift + by).
        const inside = units
          .map(({ unit, side }) => (-side * d[unit]!) << by)
          .filter((v) => v > low && v < high);
        for (const p of [low, ...inside])
          patterns.push(
            units.filter(({ unit, side }) => {
              const v = side * p + (d[unit]! << by);
              return v > 0n || (v === 0n && side > 0n);
            }),
          );
      } else for (const far of [1n, -1n]) patterns.push(units.filter(({ side }) => side === far));
      for (let i = 0; i < n; i++) {
        let most = 0n;
        for (const active of patterns) {
          let slope = 0n;
          for (const { unit, side } of active) slope += side * B[i * L + unit]!;
          if (magnitude(slope) > most) most = magnitude(slope);
        }
        for (let j = 0; j < n; j++) N[i * n + j] = N[i * n + j]! + most * magnitude(c[j]!);
      }
    }
    return N;
  }

  /** Where a unit that sees coordinate j has its border, times 2^by; the denominator is positive. */
  #breakpoint(unit: number, j: number, by: bigint): { num: bigint; den: bigint } {
    const { n, C, d } = this.map;
    const c = C[unit * n + j]!;
    return c > 0n ? { num: -d[unit]! << by, den: c } : { num: d[unit]! << by, den: -c };
  }

  /** Bounds of the image of a box (times 2^by), times 2^(2 shift + by). */
  #image(box: IntegerBox, by: number): { low: bigint[]; high: bigint[] } {
    const { n, L, shift, A, B, C, d, g } = this.map;
    const w = BigInt(by);
    const low = g.map((v) => v << (shift + w));
    const high = low.slice();
    for (const u of this.#constant)
      if (d[u]! > 0n)
        for (let i = 0; i < n; i++) {
          const v = (B[i * L + u]! * d[u]!) << w;
          low[i] = low[i]! + v;
          high[i] = high[i]! + v;
        }
    /** Adds the range of sums of active terms over points num / den. */
    const add = (
      points: readonly { num: bigint; den: bigint }[],
      value: (i: number, num: bigint, den: bigint) => bigint,
    ): void => {
      for (let i = 0; i < n; i++) {
        let least: bigint | null = null;
        let most: bigint | null = null;
        for (const { num, den } of points) {
          const v = value(i, num, den);
          // Outward, should it not be an integer.
          const down = v / den - (v < 0n ? 1n : 0n);
          const up = v / den + (v > 0n ? 1n : 0n);
          const [a, b] = den === 1n ? [v, v] : [down, up];
          if (least === null || a < least) least = a;
          if (most === null || b > most) most = b;
        }
        low[i] = low[i]! + least!;
        high[i] = high[i]! + most!;
      }
    };
    for (let j = 0; j < n; j++) {
      const units = this.#axes[j]!;
      const [lower, upper] = [box.lower[j]!, box.upper[j]!];
      const inside = units
        .map((u) => this.#breakpoint(u, j, w))
        .filter(({ num, den }) => num > lower * den && num < upper * den);
      add([{ num: lower, den: 1n }, { num: upper, den: 1n }, ...inside], (i, num, den) => {
        let v = (A[i * n + j]! << shift) * num;
        for (const u of units) {
          const p = C[u * n + j]! * num + (d[u]! << w) * den;
          if (p > 0n) v += B[i * L + u]! * p;
        }
        return v;
      });
    }
    for (const { c, units } of this.#groups) {
      const { low: least, high: most } = range(c, box);
      const inside = units
        .map(({ unit, side }) => (-side * d[unit]!) << w)
        .filter((v) => v > least && v < most);
      add(
        [least, most, ...inside].map((num) => ({ num, den: 1n })),
        (i, p) => {
          let v = 0n;
          for (const { unit, side } of units) {
            const pre = side * p + (d[unit]! << w);
            if (pre > 0n) v += B[i * L + unit]! * pre;
          }
          return v;
        },
      );
    }
    return { low, high };
  }
}

/** Least and greatest value of C z + d of a unit over a box (times 2^by), times 2^(shift + by). */
export function preactivation(
  map: IntegerMap,
  unit: number,
  box: IntegerBox,
  by: number,
): { low: bigint; high: bigint } {
  const { n, C, d } = map;
  const { low, high } = range(C.slice(unit * n, unit * n + n), box);
  const offset = d[unit]! << BigInt(by);
  return { low: low + offset, high: high + offset };
}

/** Bounds times a power of two. */
export interface IntegerBox {
  readonly lower: readonly bigint[];
  readonly upper: readonly bigint[];
}

/** Boxes in integers of a common unit 2^-shift. */
export function boundsOf(boxes: readonly PlainBox[]): { values: IntegerBox[]; shift: number } {
  const shift = commonShift(boxes.flatMap(({ lower, upper }) => [lower, upper])) + EXTRA;
  const integers = (list: readonly number[]): bigint[] => list.map((v) => toInteger(v, shift));
  return {
    values: boxes.map(({ lower, upper }) => ({ lower: integers(lower), upper: integers(upper) })),
    shift,
  };
}

/** Bounds of c z over a box. */
function range(c: readonly bigint[], { lower, upper }: IntegerBox): { low: bigint; high: bigint } {
  let low = 0n;
  let high = 0n;
  c.forEach((f, j) => {
    const [a, b] = [f * lower[j]!, f * upper[j]!];
    low += a < b ? a : b;
    high += a < b ? b : a;
  });
  return { low, high };
}

/** sum over units of |C z + d| <= radius for all z in the box. */
export function sumWithin(map: IntegerMap, box: PlainBox, radius: number): boolean {
  const { values, shift: by } = boundsOf([box]);
  let sum = 0n;
  for (let u = 0; u < map.L; u++) {
    const { low, high } = preactivation(map, u, values[0]!, by);
    sum += magnitude(low) > magnitude(high) ? magnitude(low) : magnitude(high);
  }
  const shift = commonShift([[radius]]);
  return sum << BigInt(shift) <= toInteger(radius, shift) << (map.shift + BigInt(by));
}

/** Whether a unit's border meets the box at all, by exact bounds; units without a border do not have one. */
export function settledBit(map: IntegerMap, unit: number, box: IntegerBox, by: number): 0 | 1 | null {
  if (!hasBorder(map, unit)) return map.d[unit]! > 0n ? 1 : 0;
  const { low, high } = preactivation(map, unit, box, by);
  return low >= 0n ? 1 : high <= 0n ? 0 : null;
}
