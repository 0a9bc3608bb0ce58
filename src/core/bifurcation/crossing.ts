import { luFactor, luSolve } from '../linalg/lu';
import { affineOf } from '../map/kernel';
import { CycleOnLine } from './cycleOnLine';
import { hasBorder, margin } from './follow';
import { keyOf, sideOf, stabilityOf, type Bits, type Participant } from './collision';
import type { Line } from './line';

/** Distance in s from a crossing at +1 where its two sides are looked at. */
export const BESIDE = 1e-7;

export interface PlusOne {
  readonly signature: string;
  readonly atInfinity: boolean;
  readonly point: readonly number[] | null;
  readonly main: readonly Participant[];
  readonly companions: readonly Participant[];
}

/**
 * A multiplier passes +1. Either the cycle leaves to infinity, or a segment of cycles exists at the crossing: the cycle
 * goes on, and the cycles that touch a border at the ends of the segment appear or disappear.
 */
export function plusOneAt(line: Line, word: Bits, s: number): PlusOne {
  const cycle = new CycleOnLine(line, word);
  const main: Participant[] = [];
  for (const side of [-1, 1] as const) {
    if (!cycle.solve(s + side * BESIDE) || !isReal(cycle, word)) continue;
    main.push({ word, side, departing: [], stability: stabilityOf(cycle.M, line.n) });
  }
  const near = size(cycle, s + BESIDE);
  const far = size(cycle, s + 100 * BESIDE);
  const atInfinity = near > 10 * far;
  const companions: Participant[] = [];
  let point: number[] | null = null;
  if (!atInfinity && cycle.solve(s + 10 * BESIDE)) {
    point = cycle.point(0);
    for (const direction of [-1, 1]) {
      const flipped = segmentEnd(cycle, word, s, direction, 1);
      if (flipped) addSide(line, flipped, s, companions);
    }
  }
  return { signature: `plus one ${keyOf(word)}`, atInfinity, point, main, companions };
}

/** A multiplier passes -1: the 2k-cycles that touch a border at the end of the segment of 2k-cycles at the crossing. */
export function minusOneAt(line: Line, word: Bits, s: number): Participant[] {
  const cycle = new CycleOnLine(line, word);
  const out: Participant[] = [];
  if (!cycle.solve(s)) return out;
  const flipped = segmentEnd(cycle, word, s, 1, -1);
  if (flipped) addSide(line, flipped, s, out);
  return out;
}

function addSide(
  line: Line,
  { word, t, u }: { word: Bits; t: number; u: number },
  s: number,
  out: Participant[],
): void {
  const verdict = sideOf(line, word, [{ t, u }], word.length, s);
  if (verdict && verdict !== 'singular') out.push(verdict);
}

/**
 * The segment z + tau v of cycles (of 2k-cycles z + tau v, z - tau v, .. for multiplier -1): the first border on it, and
 * the word beyond that border.
 */
function segmentEnd(
  cycle: CycleOnLine,
  word: Bits,
  s: number,
  direction: number,
  multiplier: 1 | -1,
): { word: Bits; t: number; u: number } | null {
  const { n, k, line } = cycle;
  const points = cycle.z.slice();
  cycle.monodromy(s);
  let v = eigenvector(cycle.M, n, multiplier);
  if (!v) return null;
  const map = line.map(s);
  const passes = multiplier === 1 ? 1 : 2;
  const J = new Float64Array(n * n);
  const b = new Float64Array(n);
  let least = Infinity;
  let end: { t: number; u: number } | null = null;
  for (let t = 0; t < passes * k; t++) {
    for (let u = 0; u < line.L; u++) {
      if (!hasBorder(line, s, u)) continue;
      let p = map.d[u]!;
      let along = 0;
      for (let j = 0; j < n; j++) {
        p += map.C[u * n + j]! * points[(t % k) * n + j]!;
        along += map.C[u * n + j]! * v[j]! * direction;
      }
      const sign = word[t % k]![u] ? 1 : -1;
      if (!(sign * along < 0)) continue;
      const tau = (sign * p) / (-sign * along);
      if (tau < least) {
        least = tau;
        end = { t, u };
      }
    }
    affineOf(map, word[t % k]!, J, b);
    const next = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) next[i] = next[i]! + J[i * n + j]! * v[j]!;
    v = next;
  }
  if (!end) return null;
  const out = Array.from({ length: passes * k }, (_, t) => word[t % k]!.slice());
  out[end.t]![end.u] = out[end.t]![end.u] ? 0 : 1;
  return { word: out, ...end };
}

/** By inverse iteration. */
function eigenvector(M: Float64Array, n: number, value: number): Float64Array | null {
  const a = Float64Array.from(M, (v, i) => v - (i % (n + 1) === 0 ? value * (1 + 1e-11) : 0));
  const pivots = new Int32Array(n);
  if (luFactor(a, n, pivots) === 0) return null;
  const v = Float64Array.from({ length: n }, (_, i) => 1 / (i + 1.3));
  for (let round = 0; round < 4; round++) {
    luSolve(a, n, pivots, v);
    const greatest = v.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
    if (!(greatest > 0) || greatest === Infinity) return null;
    for (let i = 0; i < n; i++) v[i] = v[i]! / greatest;
  }
  return v;
}

export function isReal(cycle: CycleOnLine, word: Bits): boolean {
  for (let t = 0; t < cycle.k; t++)
    for (let u = 0; u < cycle.line.L; u++) {
      if (!hasBorder(cycle.line, cycle.s, u)) continue;
      if (margin(cycle, { t, u }).p > 0 !== (word[t]![u] === 1)) return false;
    }
  return true;
}

function size(cycle: CycleOnLine, s: number): number {
  if (!cycle.solve(s)) return Infinity;
  return cycle.z.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
}
