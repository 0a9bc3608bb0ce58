import { eigenvalues } from '../linalg/eigen';
import { regionString } from '../map/kernel';
import { leastRotation, primitivePeriod } from '../detect/words';
import type { Complex, Stability } from '../report/types';
import { CycleOnLine } from './cycleOnLine';
import { margin, type Bit } from './follow';
import type { Line } from './line';

export type Bits = readonly Uint8Array[];

/** A cycle that takes part in an event, on one side of it. */
export interface Participant {
  readonly word: Bits;
  /** It exists just before (-1) or just after (1). */
  readonly side: -1 | 1;
  /** Bits whose border it touches at the event. */
  readonly departing: readonly Bit[];
  readonly stability: Stability;
}

export interface Collision {
  /** The same for every cycle that arrives at this event. */
  readonly signature: string;
  readonly order: number;
  readonly bits: readonly Bit[];
  /** Point that collides. */
  readonly point: readonly number[];
  /** Cycles of the least period, and of multiples of it. */
  readonly main: readonly Participant[];
  readonly companions: readonly Participant[];
  readonly searchedTo: number;
  /** Words whose equations are singular here: the collision happens at a crossing of the unit circle. */
  readonly singular: readonly Bits[];
}

/** Words of local variants solved per collision at most. */
const LOCAL_WORDS = 3000;

/**
 * All cycles that a border collision creates, destroys or changes, to first order in s - s*, which decides.
 *
 * Every cycle that shrinks to the colliding one as s -> s* runs, in each of its q passes, through the same regions but
 * for the bits that meet their border: its word is a word of length q over the 2^b local variants. At s* all their
 * candidates are the colliding cycle itself; the derivative of the margins tells on which side of s* they are real.
 * (For one bit this is the border-collision normal form, and q = 1 is Feigin's classification; for several bits it is the
 * complete search that replaces it.)
 *
 * @param stop ends the search early: `searchedTo` then says how far it came
 */
export function collisionAt(
  line: Line,
  word: Bits,
  bits: readonly Bit[],
  s: number,
  maxOrder: number,
  stop: () => boolean = () => false,
): Collision {
  const cycle = new CycleOnLine(line, word);
  cycle.solve(s);
  const p = leastPeriod(cycle, word, bits);
  const unique = new Map<string, Bit>();
  for (const { t, u } of bits) unique.set(`${String(t % p)} ${String(u)}`, { t: t % p, u });
  // The rotation is fixed by the masked word, so that the event is the same from wherever it is met.
  const masked = (t: number): string =>
    Array.from(word[t]!, (bit, u) => (unique.has(`${String(t)} ${String(u)}`) ? '*' : bit ? '1' : '0')).join(
      '',
    );
  const letters = Array.from({ length: p }, (_, t) => masked(t));
  const start = leastRotation(letters);
  const rotated = (t: number): number => (((t - start) % p) + p) % p;
  const local = [...unique.values()]
    .map(({ t, u }) => ({ t: rotated(t), u }))
    .sort((a, b) => a.t - b.t || a.u - b.u);
  const base = Array.from({ length: p }, (_, t) => word[(t + start) % p]!);
  const order = [...letters.slice(start), ...letters.slice(0, start)];
  const main: Participant[] = [];
  const companions: Participant[] = [];
  const singular: Bits[] = [];
  const b = local.length;
  const variants = b <= 6 ? 2 ** b : 0;
  const longest = Math.max(1, Math.floor(maxOrder / p));
  let searchedTo = 0;
  let spent = 0;
  for (let q = 1; variants > 0 && q <= longest; q++) {
    spent += variants ** q / q;
    if (q > 1 && spent > LOCAL_WORDS) break;
    let open = 0;
    for (const code of lyndonWords(variants, q)) {
      if (stop()) {
        open++;
        break;
      }
      const candidate = code.flatMap((variant) => variantOf(base, local, variant));
      const verdict = sideOf(line, candidate, local, p, s);
      if (verdict === 'singular') {
        if (q === 1) singular.push(candidate);
        open++;
      } else if (verdict) (q === 1 ? main : companions).push(verdict);
    }
    if (open > 0) break;
    searchedTo = q * p + p - 1;
  }
  return {
    signature: `collision ${order.join(' ')}`,
    order: p,
    bits: local,
    point: cycle.point((start + (local[0]?.t ?? 0)) % p),
    main,
    companions,
    searchedTo: Math.min(searchedTo, Math.max(maxOrder, p)),
    singular,
  };
}

/** Stability from the multipliers of M. */
export function stabilityOf(M: Float64Array, n: number): Stability {
  return stabilityBy(eigenvalues(M, n));
}

/** Stability from all multipliers of a cycle. */
export function stabilityBy(multipliers: readonly Complex[]): Stability {
  const moduli = multipliers.map(({ re, im }) => Math.hypot(re, im));
  if (moduli.some((m) => Math.abs(m - 1) <= 1e-12)) return 'marginal';
  const unstable = moduli.filter((m) => m > 1).length;
  return unstable === 0 ? 'stable' : unstable === moduli.length ? 'unstable' : 'saddle';
}

/**
 * Whether a multiplier is +1 within rounding. The determinant of I - M does not tell: in many dimensions it is a product of
 * many factors that may all be small.
 */
export function atPlusOne(multipliers: readonly Complex[]): boolean {
  const largest = multipliers.reduce((max, { re, im }) => Math.max(max, Math.hypot(re, im)), 0);
  return multipliers.some(({ re, im }) => Math.hypot(re - 1, im) < 1e-9 + 1e-15 * largest);
}

/** Where a word whose candidate touches its border at s in `touching` (in every pass of p points) is real. */
export function sideOf(
  line: Line,
  word: Bits,
  touching: readonly Bit[],
  p: number,
  s: number,
): Participant | 'singular' | null {
  const cycle = new CycleOnLine(line, word);
  cycle.monodromy(s);
  const multipliers = eigenvalues(cycle.M, line.n);
  if (atPlusOne(multipliers) || !cycle.solve(s)) return 'singular';
  const departing: Bit[] = [];
  let side = 0;
  for (let pass = 0; pass < word.length; pass += p)
    for (const { t, u } of touching) {
      const bit = { t: pass + t, u };
      const { p1 } = margin(cycle, bit);
      const here = Math.sign(word[bit.t]![u] ? p1 : -p1);
      if (here === 0 || (side !== 0 && here !== side)) return null;
      side = here;
      departing.push(bit);
    }
  if (side === 0) return null;
  return { word, side: side < 0 ? -1 : 1, departing, stability: stabilityBy(multipliers) };
}

function leastPeriod(cycle: CycleOnLine, word: Bits, bits: readonly Bit[]): number {
  const { k, n, z } = cycle;
  const meets = new Set(bits.map(({ t, u }) => `${String(t)} ${String(u)}`));
  let scale = 0;
  for (const v of z) scale = Math.max(scale, Math.abs(v));
  for (let p = 1; p < k; p++) {
    if (k % p !== 0) continue;
    let same = true;
    for (let t = 0; t < k && same; t++) {
      const other = (t + p) % k;
      for (let i = 0; i < n && same; i++) same = Math.abs(z[t * n + i]! - z[other * n + i]!) <= 1e-7 * scale;
      for (let u = 0; u < cycle.line.L && same; u++)
        same =
          word[t]![u] === word[other]![u] ||
          meets.has(`${String(t)} ${String(u)}`) ||
          meets.has(`${String(other)} ${String(u)}`);
    }
    if (same) return p;
  }
  return k;
}

export function variantOf(base: Bits, local: readonly Bit[], variant: number): Uint8Array[] {
  const out = base.map((bits) => bits.slice());
  local.forEach(({ t, u }, i) => {
    out[t]![u] = (variant >> i) & 1;
  });
  return out;
}

/** Lyndon words of length q over the letters 0 .. count - 1. */
function* lyndonWords(count: number, q: number): Generator<number[]> {
  const word = new Array<number>(q).fill(0);
  // J.-P. Duval, Theoret. Comput. Sci. 60 (1988) 255-283.
  let length = 1;
  word[0] = -1;
  while (length > 0) {
    word[length - 1] = word[length - 1]! + 1;
    if (length === q) yield word.slice(0, q);
    for (let i = length; i < q; i++) word[i] = word[i - length]!;
    length = q;
    while (length > 0 && word[length - 1] === count - 1) length--;
  }
}

/** A key that is the same for all rotations. */
export function keyOf(word: Bits): string {
  const strings = word.map(regionString);
  const start = leastRotation(strings);
  return [...strings.slice(start), ...strings.slice(0, start)].join(' ');
}

/** The word's primitive root. */
export function rootOf(word: Bits): Bits {
  return word.slice(0, primitivePeriod(word.map(regionString)));
}
