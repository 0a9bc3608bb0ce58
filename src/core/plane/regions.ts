import { collisionAt, keyOf, rootOf, stabilityOf, type Bits } from '../bifurcation/collision';
import { cycleName, signsDiffer } from '../bifurcation/connect';
import { minusOneAt } from '../bifurcation/crossing';
import { Line } from '../bifurcation/line';
import { eigenvalues } from '../linalg/eigen';
import type { EventKind } from '../report/timeline';
import type { Stability } from '../report/types';
import { ExistenceFunctions } from './constraints';
import type { PlaneFamily, Place } from './family';
import { Interruption, interruptible } from './interruption';
import { contains, distanceTo, doubleArea, middleVertex } from './polygon';
import { Tracer, type Arc } from './trace';
import { WordFunctions } from './wordFunctions';

/** A component of the region where the cycle of a word is real. */
export interface Region {
  readonly key: string;
  readonly word: Bits;
  /** Counterclockwise, closed: the last point is not the first again. */
  readonly ring: readonly Place[];
  /** false: the walk around it broke off, the ring is what was seen. */
  readonly closed: boolean;
  readonly box: readonly [number, number, number, number];
  /** Whether all of its borders, and the curves inside, are known. */
  finished: boolean;
}

/** A curve on which something happens to a cycle. */
export interface Curve {
  readonly kind: EventKind;
  readonly order: number;
  /** What it is the curve of: the same wherever it is met. */
  readonly signature: string;
  readonly points: readonly Place[];
  /** Words of cycles that exist on the left of the points' direction, and on the right; companions of higher order, too. */
  readonly left: readonly string[];
  readonly right: readonly string[];
  readonly atInfinity: boolean;
  readonly unit: number | null;
  readonly pointIndex: number | null;
  readonly text: string;
}

/** Half the length of the line across a curve on which its two sides are looked at. */
const ACROSS = 1e-4;
/** How far from a curve a cycle is looked for that exists on one side of it. */
const BESIDE = [1e-6, 1e-5, 1e-7, 1e-4, 1e-3] as const;
/** Curves of one signature nearer than this are one. */
const SAME = 1e-5;

export interface ExploreLimits {
  readonly maxOrder: number;
  readonly words: number;
  readonly stop: () => boolean;
  /** Multiplications, about, that may be spent after the stop on what exists at places. */
  readonly grace: number;
}

/**
 * Regions of existence of cycles in the plane, each traced exactly from a point inside, and what lies across their borders:
 * every cycle that a border collision or a flip joins to another is followed in turn.
 */
export class Explorer {
  readonly regions = new Map<string, Region[]>();
  readonly curves: Curve[] = [];
  /** Regions whose boundary could not be walked around. */
  broken = 0;
  /** Set when the number of words was too large. */
  overflow = false;
  /** The family, interrupted when the work must end. */
  readonly #evaluated: PlaneFamily;
  /** The family, interrupted some work after that. */
  readonly #tested: PlaneFamily;
  readonly #curvesBySignature = new Map<string, Curve[]>();
  readonly #queue: { word: Bits; key: string; place: Place }[] = [];
  readonly #testers = new Map<string, WordFunctions>();

  constructor(
    readonly family: PlaneFamily,
    readonly limits: ExploreLimits,
  ) {
    const { maxOrder, stop, grace } = limits;
    this.#evaluated = interruptible(family, stop);
    const cost = (maxOrder + 10) * family.n ** 3 + maxOrder * family.n * family.L;
    let spent = 0;
    this.#tested = interruptible(family, () => stop() && (spent += cost) > grace);
  }

  /** Regions that an interruption left unfinished. */
  get unfinished(): number {
    let count = 0;
    for (const list of this.regions.values()) count += list.filter(({ finished }) => !finished).length;
    return count;
  }

  /** Whether a known region of the word holds a place. */
  knows(key: string, place: Place): boolean {
    return (this.regions.get(key) ?? []).some(
      ({ box, ring }) =>
        place.u >= box[0] &&
        place.u <= box[1] &&
        place.v >= box[2] &&
        place.v <= box[3] &&
        contains(ring, place),
    );
  }

  /**
   * The cycles of all finished regions that hold a place, with their stability, tested on the cycles themselves.
   * Interrupted when the grace after the stop is used up.
   */
  at(place: Place): { readonly key: string; readonly stability: Stability }[] {
    const out: { key: string; stability: Stability }[] = [];
    for (const [key, list] of this.regions) {
      const near = list.some(
        ({ box, finished }) =>
          finished &&
          place.u >= box[0] - 1e-6 &&
          place.u <= box[1] + 1e-6 &&
          place.v >= box[2] - 1e-6 &&
          place.v <= box[3] + 1e-6,
      );
      if (!near) continue;
      const functions = this.#tester(key, list[0]!.word);
      functions.evaluate(place.u, place.v);
      if (functions.real) out.push({ key, stability: stabilityOf(functions.M, this.family.n) });
    }
    return out;
  }

  /** Whether the cycle of a word is real at a place. */
  isReal(key: string, word: Bits, { u, v }: Place): boolean {
    const functions = this.#tester(key, word);
    functions.evaluate(u, v);
    return functions.real;
  }

  #tester(key: string, word: Bits): WordFunctions {
    let functions = this.#testers.get(key);
    if (!functions) {
      functions = new WordFunctions(this.#tested, word);
      this.#testers.set(key, functions);
    }
    return functions;
  }

  /** Adds the region around a place where the cycle is real, and all that is joined to it, unless it is interrupted. */
  explore(word: Bits, place: Place): void {
    this.#queue.push({ word, key: keyOf(word), place });
    try {
      for (let next = this.#queue.pop(); next; next = this.#queue.pop())
        this.#trace(next.word, next.key, next.place);
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
    }
  }

  #trace(word: Bits, key: string, place: Place): void {
    if (this.knows(key, place)) return;
    if (this.regions.size >= this.limits.words && !this.regions.has(key)) {
      this.overflow = true;
      return;
    }
    const tester = new WordFunctions(this.#evaluated, word);
    tester.evaluate(place.u, place.v);
    if (!tester.real) return;
    const functions = new ExistenceFunctions(this.#evaluated, word, tester.plusOne > 0 ? 1 : -1);
    const tracer = new Tracer(functions);
    const boundary = tracer.boundary(place);
    if (!boundary) return;
    const ring = boundary.arcs.flatMap(({ points }) => points.slice(0, -1));
    if (!boundary.closed && !this.limits.stop()) this.broken++;
    const closed = boundary.closed && doubleArea(ring) > 0;
    const us = ring.map((p) => p.u);
    const vs = ring.map((p) => p.v);
    const region: Region = {
      key,
      word,
      ring,
      closed,
      box: [Math.min(...us), Math.max(...us), Math.min(...vs), Math.max(...vs)],
      finished: false,
    };
    const list = this.regions.get(key);
    if (list) list.push(region);
    else this.regions.set(key, [region]);
    for (const arc of boundary.arcs) this.#border(word, key, functions, tracer, arc);
    this.#crossings(word, key, functions, tracer, boundary.arcs, ring);
    region.finished = true;
  }

  /** What happens on a piece of a region's boundary. */
  #border(word: Bits, key: string, functions: ExistenceFunctions, tracer: Tracer, { on, points }: Arc): void {
    const meaning = functions.meaning[on]!;
    if (meaning.kind === 'window' || points.length < 2) return;
    const { place, normal } = frame(points, tracer, on);
    if (meaning.kind === 'plus one') {
      this.#add({
        kind: 'dtb',
        order: word.length,
        signature: `plus one ${key}`,
        points,
        left: [key],
        right: [],
        atInfinity: true,
        unit: null,
        pointIndex: null,
        text: `Degenerate transcritical bifurcation: a multiplier is +1; the ${cycleName(word.length)} comes from, or leaves to, infinity.`,
      });
      return;
    }
    if (meaning.kind !== 'border') return;
    const line = across(this.#evaluated, place, normal);
    const bits = tracer.zerosAt(place, 1e-9).flatMap((j) => {
      const other = functions.meaning[j]!;
      return other.kind === 'border' ? [{ t: other.t, u: other.u }] : [];
    });
    if (!bits.some(({ t, u }) => t === meaning.t && u === meaning.u))
      bits.push({ t: meaning.t, u: meaning.u });
    const found = collisionAt(line, word, bits, 0.5, this.limits.maxOrder, this.limits.stop);
    if (this.limits.stop()) throw new Interruption();
    // Cycles of twice the period end where a multiplier of the shorter one is -1: that one's flip is the curve.
    const halved = found.singular.map(rootOf).find((root) => root.length < word.length);
    if (halved) {
      for (const side of [1, -1] as const) this.#beside(halved, place, normal, side);
      return;
    }
    const before = found.main.filter((m) => m.side < 0);
    const after = found.main.filter((m) => m.side > 0);
    const persistence = before.length === 1 && after.length === 1;
    const fold = before.length + after.length === 2 && !persistence;
    const flips =
      persistence && found.bits.length === 1 && signsDiffer(line, before[0]!.word, after[0]!.word, 0.5);
    const kind: EventKind = persistence
      ? flips
        ? 'bcb-flip'
        : 'bcb-persistence'
      : fold
        ? 'bcb-fold'
        : 'unresolved';
    const first = found.bits[0] ?? null;
    const name = cycleName(found.order);
    const where = `border of unit ${String((first?.u ?? 0) + 1)}`;
    const words = (side: -1 | 1): string[] =>
      [...found.main, ...found.companions].filter((m) => m.side === side).map((m) => keyOf(m.word));
    // The curve of a shorter cycle, of which this one is born: that cycle's own walk brings all of it.
    if (found.order < word.length) {
      for (const { word: other, side } of found.main) this.#beside(other, place, normal, side);
      return;
    }
    const added = this.#add({
      kind,
      order: found.order,
      signature: found.signature,
      points,
      left: words(1),
      right: words(-1),
      atInfinity: false,
      unit: first?.u ?? null,
      pointIndex: first?.t ?? null,
      text:
        kind === 'bcb-persistence'
          ? `Border collision, persistence: a ${name} meets the ${where} and goes on beyond it.`
          : kind === 'bcb-flip'
            ? `Border collision, period doubling: a ${name} meets the ${where} and goes on beyond it; a ${cycleName(2 * found.order)} branches off.`
            : kind === 'bcb-fold'
              ? `Border collision, nonsmooth fold: two ${name}s meet at the ${where} and vanish.`
              : `Unresolved border collision: a ${name} meets the ${where}, where a neighbouring itinerary has a multiplier on the unit circle or several signs change.`,
    });
    if (!added) return;
    for (const { word: other, side } of [...found.main, ...found.companions]) {
      if (other.length > this.limits.maxOrder) continue;
      this.#beside(other, place, normal, side);
    }
  }

  /** Queues a cycle that exists on one side of a curve. */
  #beside(word: Bits, place: Place, normal: readonly [number, number], side: 1 | -1): void {
    const key = keyOf(word);
    const functions = new WordFunctions(this.#evaluated, word);
    for (const distance of BESIDE) {
      const at = {
        u: place.u + side * distance * normal[0],
        v: place.v + side * distance * normal[1],
      };
      if (at.u <= 0 || at.u >= 1 || at.v <= 0 || at.v >= 1) continue;
      functions.evaluate(at.u, at.v);
      if (!functions.real) continue;
      if (!this.knows(key, at)) this.#queue.push({ word, key, place: at });
      return;
    }
  }

  /** Curves inside a region where a multiplier is -1, or a complex pair on the unit circle. */
  #crossings(
    word: Bits,
    key: string,
    functions: ExistenceFunctions,
    tracer: Tracer,
    arcs: readonly Arc[],
    ring: readonly Place[],
  ): void {
    functions.all = true;
    for (const f of this.family.n > 1 ? [functions.minusOne, functions.pair] : [functions.minusOne]) {
      const found: Arc[] = [];
      const zeros: { place: Place; on: number; used: boolean }[] = [];
      for (const { on, points } of arcs) {
        const positive = points.map((point) => tracer.value(f, point) > 0);
        for (let i = 0; i + 1 < points.length; i++) {
          if (positive[i] === positive[i + 1]) continue;
          const place = tracer.zeroBetween(on, f, points[i]!, points[i + 1]!);
          if (place) zeros.push({ place, on, used: false });
        }
      }
      for (const zero of zeros) {
        if (zero.used) continue;
        zero.used = true;
        const arc = tracer.into(f, zero.on, zero.place);
        if (!arc) continue;
        found.push(arc);
        const end = arc.points.at(-1)!;
        for (const other of zeros)
          if (Math.hypot(other.place.u - end.u, other.place.v - end.v) < 1e-7) other.used = true;
      }
      found.push(...this.#loops(tracer, f, arcs, ring, found));
      for (const arc of found) this.#crossing(word, key, functions, tracer, f, arc);
    }
  }

  /** Closed curves that do not reach the boundary: looked for on a grid of points inside. */
  #loops(
    tracer: Tracer,
    f: number,
    arcs: readonly Arc[],
    ring: readonly Place[],
    found: readonly Arc[],
  ): Arc[] {
    // Where the curve meets the boundary, its further pieces are taken to do so, too.
    if (found.length > 0 || ring.length < 3) return [];
    const positive = tracer.value(f, arcs[0]!.points[0]!) > 0;
    const us = ring.map((p) => p.u);
    const vs = ring.map((p) => p.v);
    const [left, right, bottom, top] = [Math.min(...us), Math.max(...us), Math.min(...vs), Math.max(...vs)];
    const steps = 12;
    let last: Place | null = null;
    for (let i = 0; i < steps; i++)
      for (let j = 0; j < steps; j++) {
        const place = {
          u: left + ((i + 0.5) / steps) * (right - left),
          v: bottom + ((j + 0.5) / steps) * (top - bottom),
        };
        if (!contains(ring, place)) continue;
        if (tracer.value(f, place) > 0 === positive) {
          last = place;
          continue;
        }
        const from = last ?? ring[0]!;
        const zero = tracer.zeroOf(f, from, place);
        const arc = zero && tracer.through(f, zero, 1);
        return arc ? [arc] : [];
      }
    return [];
  }

  #crossing(
    word: Bits,
    key: string,
    functions: ExistenceFunctions,
    tracer: Tracer,
    f: number,
    arc: Arc,
  ): void {
    const k = word.length;
    const name = cycleName(k);
    const parts = f === functions.pair ? complexParts(functions, tracer, arc, this.family.n) : [arc.points];
    for (const points of parts) {
      if (points.length < 2) continue;
      const { place, normal } = frame(points, tracer, f);
      if (f === functions.pair) {
        this.#add({
          kind: 'center',
          order: k,
          signature: `center ${key}`,
          points,
          left: [key],
          right: [key],
          atInfinity: false,
          unit: null,
          pointIndex: null,
          text: `Center bifurcation: a complex pair of multipliers of a ${name} is on the unit circle.`,
        });
        continue;
      }
      const line = across(this.#evaluated, place, normal);
      const companions = minusOneAt(line, word, 0.5);
      const words = (side: -1 | 1): string[] => [
        key,
        ...companions.filter((m) => m.side === side).map((m) => keyOf(m.word)),
      ];
      const added = this.#add({
        kind: 'dfb',
        order: k,
        signature: `dfb ${key}`,
        points,
        left: words(1),
        right: words(-1),
        atInfinity: false,
        unit: null,
        pointIndex: null,
        text: `Degenerate flip bifurcation: a multiplier of a ${name} is -1.`,
      });
      if (!added) continue;
      for (const { word: other, side } of companions)
        if (other.length <= this.limits.maxOrder) this.#beside(other, place, normal, side);
    }
  }

  /** @returns false where the curve is known */
  #add(curve: Curve): boolean {
    const known = this.#curvesBySignature.get(curve.signature) ?? [];
    const middle = curve.points[middleVertex(curve.points)]!;
    if (known.some(({ points }) => distanceTo(points, middle) < SAME)) return false;
    known.push(curve);
    this.#curvesBySignature.set(curve.signature, known);
    this.curves.push(curve);
    return true;
  }
}

/** A vertex near the middle of a polyline, and the unit normal to the left there. */
function frame(
  points: readonly Place[],
  tracer: Tracer,
  on: number,
): { place: Place; normal: readonly [number, number] } {
  let i = middleVertex(points);
  // The ends are corners, where other curves meet.
  if (i === 0) i = points.length > 2 ? 1 : 0;
  const middle = { u: (points[0]!.u + points.at(-1)!.u) / 2, v: (points[0]!.v + points.at(-1)!.v) / 2 };
  const place = points.length === 2 ? (tracer.onto(middle, on) ?? middle) : points[i]!;
  const a = points[Math.max(0, i - 1)]!;
  const b = points[Math.min(points.length - 1, i + 1)]!;
  const length = Math.hypot(b.u - a.u, b.v - a.v);
  return { place, normal: [-(b.v - a.v) / length, (b.u - a.u) / length] };
}

/** The line of maps across a curve, s = 1/2 on it, s = 1 on the side of the normal. */
function across(family: PlaneFamily, { u, v }: Place, normal: readonly [number, number]): Line {
  return new Line(
    family.at(u - ACROSS * normal[0], v - ACROSS * normal[1]),
    family.at(u + ACROSS * normal[0], v + ACROSS * normal[1]),
  );
}

/** The parts of a curve lambda_i lambda_j = 1 on which the pair is complex. */
function complexParts(
  functions: ExistenceFunctions,
  tracer: Tracer,
  { on, points }: Arc,
  n: number,
): Place[][] {
  const values = new Float64Array(functions.count);
  const complex = points.map(({ u, v }) => {
    functions.evaluate(u, v, values);
    return eigenvalues(functions.M, n).some(
      ({ re, im }) => Math.abs(Math.hypot(re, im) - 1) < 1e-6 && Math.abs(im) > 1e-9,
    );
  });
  const parts: Place[][] = [];
  let part: Place[] = [];
  const end = (i: number): Place | null => {
    const [a, b] = [points[i]!, points[i + 1]!];
    return tracer.value(functions.minusOne, a) > 0 === tracer.value(functions.minusOne, b) > 0
      ? null
      : tracer.zeroBetween(on, functions.minusOne, a, b);
  };
  points.forEach((point, i) => {
    if (complex[i]) {
      if (part.length === 0 && i > 0) {
        const begin = end(i - 1);
        if (begin) part.push(begin);
      }
      part.push(point);
      return;
    }
    if (part.length === 0) return;
    const close = end(i - 1);
    if (close) part.push(close);
    parts.push(part);
    part = [];
  });
  if (part.length > 0) parts.push(part);
  return parts;
}
