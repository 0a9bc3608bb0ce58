import { eigenvalues } from '../linalg/eigen';
import { CycleOnLine, detShifted } from './cycleOnLine';
import type { Line } from './line';

/** A bit of a word: unit u at point t. */
export interface Bit {
  readonly t: number;
  readonly u: number;
}

export type FollowEnd =
  | { readonly kind: 'limit' }
  /** The signs of these units change. */
  | { readonly kind: 'border'; readonly bits: readonly Bit[] }
  /** det(I - M) changes sign. */
  | { readonly kind: 'plus one' }
  | { readonly kind: 'lost'; readonly why: string };

export interface Followed {
  readonly end: FollowEnd;
  readonly s: number;
  readonly sError: number;
  /** Where the equations were solved on the way, in the order of the way. */
  readonly steps: readonly number[];
}

/** Collisions closer together in s than this are one event. */
export const TOGETHER = 1e-10;
const STEPS = 4000;
/** Steps shorter than this look for the zero that they lead to. */
const NEAR = 1e-7;
const ULP = 4 * Number.EPSILON;

/**
 * Follows a real cycle from s towards 1 (direction 1) or 0 (direction -1) until it meets a border or det(I - M) = 0.
 *
 * Every step ends before the first zero that the bounds of `CycleOnLine` allow for any margin and for det(I - M), so
 * nothing is stepped over, whatever its multiplicity. Towards a simple border collision the steps converge
 * quadratically.
 *
 * @param departing bits whose border the cycle is leaving: their margin at `from` is zero
 */
export function followCycle(
  line: Line,
  word: readonly Uint8Array[],
  from: number,
  direction: 1 | -1,
  departing: readonly Bit[] = [],
): Followed {
  const { n, L } = line;
  const cycle = new CycleOnLine(line, word);
  const k = word.length;
  const limit = direction > 0 ? 1 : 0;
  const steps: number[] = [];
  let s = from;
  const leaving = new Set(departing.map(({ t, u }) => t * L + u));
  const lost = (why: string): Followed => ({ end: { kind: 'lost', why }, s, sError: 0, steps });
  let steady = 0;
  let looked = Infinity;
  for (let step = 0; step < STEPS; step++) {
    if (!cycle.solve(s)) return lost('its equations are singular within rounding');
    steps.push(s);
    const left = Math.abs(limit - s);
    const h = Math.min(cycle.reach, left);
    const curvature = cycle.curvature(Math.max(h, Number.MIN_VALUE));
    const { C, d } = line.map(s);
    const { C: C1, d: d1 } = line.change;
    let x = h;
    let nearest: Bit | null = null;
    for (let t = 0; t < k; t++)
      for (let u = 0; u < L; u++) {
        const sign = word[t]![u] ? 1 : -1;
        let p = d[u]!;
        let p1 = d1[u]!;
        let bend = 0;
        let size = 0;
        let slope = 0;
        let magnitude = Math.abs(p);
        for (let j = 0; j < n; j++) {
          const c = C[u * n + j]!;
          const c1 = C1[u * n + j]!;
          const v = cycle.z[t * n + j]!;
          const v1 = cycle.z1[t * n + j]!;
          p += c * v;
          p1 += c1 * v + c * v1;
          bend += c1 * v1;
          size += Math.abs(c);
          slope += Math.abs(c1);
          magnitude += Math.abs(c * v);
        }
        if (size + slope === 0) continue;
        const m1 = sign * direction * p1;
        let m0 = sign * p;
        const rounding = size * cycle.error + 4 * Number.EPSILON * magnitude;
        if (step === 0 && leaving.has(t * L + u)) {
          m0 = 0;
          if (!(m1 > 0)) return lost('it does not leave the border that it was born on');
        } else if (m0 <= rounding && step === 0 && !(Math.abs(m0) <= rounding && m1 > 0))
          return lost('it starts on a border');
        const m2 = Math.abs(bend) + (size + h * slope) * curvature[t]!;
        // Least x > 0 with m0 + m1 x - m2 x^2 = 0.
        const root = Math.sqrt(m1 * m1 + 4 * m2 * Math.max(m0, 0));
        const zero =
          m1 >= 0 ? (m2 > 0 ? (m1 + root) / (2 * m2) : Infinity) : (2 * Math.max(m0, 0)) / (root - m1);
        if (zero < x) {
          x = zero;
          nearest = { t, u };
        }
      }
    if (nearest && x < NEAR) {
      const hit = meetBorder(cycle, s, nearest, direction);
      if (hit && (limit - hit.s) * direction >= -1e-11) {
        const at = (limit - hit.s) * direction < 1e-13 ? limit : hit.s;
        if (!cycle.solve(at)) return lost('its equations are singular at the border');
        const bits = meeting(cycle, at);
        if (!bits.some(({ t, u }) => t === nearest.t && u === nearest.u)) bits.push(nearest);
        steps.push(at);
        return { end: { kind: 'border', bits }, s: at, sError: hit.error, steps };
      }
    }
    if (x < left && x < NEAR) {
      const at = plusOne(cycle, s, x, direction);
      if (at !== null && (limit - at.s) * direction >= -1e-12)
        return { end: { kind: 'plus one' }, s: clamp(at.s), sError: at.error, steps };
    }
    // A cycle on its way to infinity: bounds in the norm of its large coordinates say nothing about the others.
    if (x < left && x < cycle.reach / 8 && cycle.reach < looked / 2) {
      looked = cycle.reach;
      const at = plusOne(cycle, s, looked, direction);
      const inside = at !== null && at.s > 0 && at.s < 1;
      if (inside && keepsItsRegions(cycle, s, at.s))
        return { end: { kind: 'plus one' }, s: at.s, sError: at.error, steps };
      cycle.solve(s);
    }
    if (x >= left) {
      if (left > 0) {
        s = limit;
        if (!cycle.solve(s)) return { end: { kind: 'plus one' }, s, sError: 1e-12, steps };
        steps.push(s);
      }
      return { end: { kind: 'limit' }, s, sError: 0, steps };
    }
    steady = x < 1e-12 ? steady + 1 : 0;
    if (steady > 20) return lost('it touches a border, or det(I - M) = 0, without crossing');
    s += direction * Math.max(x, 1e-14);
  }
  return lost(`${String(STEPS)} steps were not enough`);
}

/** Newton's method on the margin of one bit, beyond the border where need be. */
function meetBorder(
  cycle: CycleOnLine,
  from: number,
  bit: Bit,
  direction: number,
): { s: number; error: number } | null {
  let s = from;
  for (let round = 0; round < 8; round++) {
    if (!cycle.solve(s)) return null;
    const { p, p1, rounding } = margin(cycle, bit);
    if (p1 === 0) return null;
    const step = -p / p1;
    if (!(Math.abs(s + step - from) <= 4 * NEAR)) return null;
    s += step;
    const error = rounding / Math.abs(p1) + ULP;
    if (Math.abs(step) <= error) return (s - from) * direction >= -4 * error ? { s, error } : null;
  }
  return null;
}

/** Preactivation of a bit, its derivative in s, and the bound on its rounding. */
export function margin(cycle: CycleOnLine, { t, u }: Bit): { p: number; p1: number; rounding: number } {
  const { n, line } = cycle;
  const { C, d } = line.map(cycle.s);
  const { C: C1, d: d1 } = line.change;
  let p = d[u]!;
  let p1 = d1[u]!;
  let magnitude = Math.abs(p);
  let size = 0;
  for (let j = 0; j < n; j++) {
    const c = C[u * n + j]!;
    p += c * cycle.z[t * n + j]!;
    p1 += C1[u * n + j]! * cycle.z[t * n + j]! + c * cycle.z1[t * n + j]!;
    magnitude += Math.abs(c * cycle.z[t * n + j]!);
    size += Math.abs(c);
  }
  return { p, p1, rounding: size * cycle.error + 4 * Number.EPSILON * magnitude };
}

/** All bits that meet their border at the cycle's present s. */
function meeting(cycle: CycleOnLine, s: number): Bit[] {
  const out: Bit[] = [];
  cycle.solve(s);
  for (let t = 0; t < cycle.k; t++)
    for (let u = 0; u < cycle.line.L; u++) {
      if (!hasBorder(cycle.line, s, u)) continue;
      const { p, p1, rounding } = margin(cycle, { t, u });
      if (Math.abs(p) <= 4 * rounding + TOGETHER * Math.abs(p1)) out.push({ t, u });
    }
  return out;
}

export function hasBorder(line: Line, s: number, u: number): boolean {
  const { C } = line.map(s);
  for (let j = 0; j < line.n; j++) if (C[u * line.n + j] !== 0) return true;
  return false;
}

/** Chebyshev nodes on an interval, and how many of the last coefficients tell the error of leaving out the rest. */
const NODES = 24;
const TAIL = 4;

/**
 * Whether all margins keep their signs between s and the zero of det(I - M) at `pole`. Each margin, or where it has a pole
 * there the margin times det(I - M), is a smooth function of s: a polynomial through its values at Chebyshev nodes stays
 * away from zero by more than what its last coefficients leave open.
 */
function keepsItsRegions(cycle: CycleOnLine, s: number, pole: number): boolean {
  const { k, n, word, line } = cycle;
  const { L } = line;
  const margins = Array.from({ length: k * L }, () => new Float64Array(NODES));
  const determinants = new Float64Array(NODES);
  for (let i = 0; i < NODES; i++) {
    const node = (1 + Math.cos((Math.PI * (i + 0.5)) / NODES)) / 2;
    if (!cycle.solve(s + (pole - s) * node)) return false;
    determinants[i] = Math.abs(detShifted(cycle.M, n, -1));
    for (let t = 0; t < k; t++)
      for (let u = 0; u < L; u++) margins[t * L + u]![i] = (word[t]![u] ? 1 : -1) * margin(cycle, { t, u }).p;
  }
  return margins.every(
    (values, at) =>
      !hasBorder(line, s, at % L) ||
      staysPositive(values) ||
      staysPositive(values.map((value, i) => value * determinants[i]!)),
  );
}

/** Whether the polynomial through values at the Chebyshev nodes is positive on the whole interval, and well resolved. */
function staysPositive(values: Float64Array): boolean {
  const coefficients = Float64Array.from({ length: NODES }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < NODES; i++) sum += values[i]! * Math.cos((Math.PI * j * (i + 0.5)) / NODES);
    return ((j === 0 ? 1 : 2) * sum) / NODES;
  });
  let open = 0;
  for (let j = NODES - TAIL; j < NODES; j++) open += 4 * Math.abs(coefficients[j]!);
  const points = 8 * NODES;
  let slope = 0;
  for (let j = 1; j < NODES; j++) slope += j * Math.abs(coefficients[j]!);
  let least = Infinity;
  for (let i = 0; i <= points; i++) {
    let value = 0;
    for (let j = 0; j < NODES; j++) value += coefficients[j]! * Math.cos((Math.PI * j * i) / points);
    least = Math.min(least, value);
  }
  // Between two points the angle moves by at most half of their distance.
  return least > open + (slope * Math.PI) / (2 * points);
}

/** The sign change of det(I - M) shortly after s. */
function plusOne(
  cycle: CycleOnLine,
  s: number,
  h: number,
  direction: 1 | -1,
): { s: number; error: number } | null {
  const value = (at: number): number => {
    cycle.monodromy(at);
    return detShifted(cycle.M, cycle.n, -1);
  };
  const before = value(s);
  for (let x = 2 * h; x <= 256 * h; x *= 2) {
    const beyond = s + direction * x;
    if (value(beyond) > 0 !== before > 0) return bisect(value, s, beyond);
  }
  return null;
}

/** Bisection of a sign change to the resolution of s; the error takes in the rounding noise of the values. */
function bisect(value: (s: number) => number, a: number, b: number): { s: number; error: number } {
  const positive = value(a) > 0;
  for (let round = 0; round < 80 && Math.abs(b - a) > ULP; round++) {
    const middle = (a + b) / 2;
    if (value(middle) > 0 === positive) a = middle;
    else b = middle;
  }
  const s = (a + b) / 2;
  const slope = Math.abs(value(s + 1e-7) - value(s - 1e-7)) / 2e-7;
  return { s, error: Math.abs(b - a) / 2 + (slope > 0 ? (64 * Number.EPSILON) / slope : 0) };
}

function clamp(s: number): number {
  return Math.min(1, Math.max(0, s));
}

export interface Crossing {
  readonly kind: 'dfb' | 'center';
  readonly s: number;
  readonly sError: number;
}

/**
 * Crossings of the unit circle at -1 and by a complex pair, on an interval where the cycle exists.
 *
 * Tests: det(I + M), and prod_{i<j} (1 - lambda_i lambda_j), which is 1 - det M for n = 2. Between samples sign changes
 * are found always, double zeros where the tangents (differences for n > 2) point at the axis from both sides.
 */
export function crossings(
  line: Line,
  word: readonly Uint8Array[],
  from: number,
  to: number,
  steps: readonly number[],
): Crossing[] {
  const { n } = line;
  const cycle = new CycleOnLine(line, word);
  const flip = (s: number): number => {
    cycle.monodromy(s);
    return detShifted(cycle.M, n, 1);
  };
  const pair = (s: number): number => {
    cycle.monodromy(s);
    return pairTest(cycle.M, n);
  };
  const marks = new Set([from, to, ...steps.filter((s) => s > from && s < to)]);
  for (let i = 1; i < 4; i++) marks.add(from + ((to - from) * i) / 4);
  const samples = [...marks].sort((a, b) => a - b);
  const out: Crossing[] = [];
  for (const { s, error } of zeros(flip, samples)) out.push({ kind: 'dfb', s, sError: error });
  if (n > 1)
    for (const { s, error } of zeros(pair, samples)) {
      cycle.monodromy(s);
      const complex = eigenvalues(cycle.M, n).some(
        ({ re, im }) => Math.abs(Math.hypot(re, im) - 1) < 1e-6 && Math.abs(im) > 1e-9,
      );
      if (complex) out.push({ kind: 'center', s, sError: error });
    }
  return out.sort((a, b) => a.s - b.s);
}

export function pairTest(M: Float64Array, n: number): number {
  if (n === 2) return 1 - (M[0]! * M[3]! - M[1]! * M[2]!);
  const values = eigenvalues(M, n);
  // A product over pairs of eigenvalues is real: the conjugate of each factor is a factor, too.
  let re = 1;
  let im = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const a = values[i]!;
      const b = values[j]!;
      const x = 1 - (a.re * b.re - a.im * b.im);
      const y = -(a.re * b.im + a.im * b.re);
      [re, im] = [re * x - im * y, re * y + im * x];
    }
  return re;
}

function zeros(value: (s: number) => number, samples: readonly number[]): { s: number; error: number }[] {
  const out: { s: number; error: number }[] = [];
  const values = samples.map(value);
  const slope = (s: number, towards: number): number => {
    const step = Math.sign(towards - s) * Math.min(1e-6, Math.abs(towards - s) / 8);
    return (value(s + step) - value(s)) / step;
  };
  values.forEach((v, i) => {
    if (v === 0) out.push({ s: samples[i]!, error: ULP });
  });
  for (let i = 0; i + 1 < samples.length; i++) {
    let [a, b] = [samples[i]!, samples[i + 1]!];
    const [va, vb] = [values[i]!, values[i + 1]!];
    if (va === 0 || vb === 0) continue;
    if (va > 0 !== vb > 0) {
      out.push(bisect(value, a, b));
      continue;
    }
    const side = Math.sign(va);
    if (!(side * slope(a, b) < 0 && side * slope(b, a) > 0)) continue;
    for (let round = 0; round < 60 && b - a > 1e-9; round++) {
      const middle = (a + b) / 2;
      if (value(middle) * side <= 0) {
        out.push(bisect(value, samples[i]!, middle), bisect(value, middle, samples[i + 1]!));
        break;
      }
      if (side * slope(middle, b) < 0) a = middle;
      else b = middle;
    }
  }
  return out;
}
