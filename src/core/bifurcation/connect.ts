import { eigenvalues } from '../linalg/eigen';
import { regionString } from '../map/kernel';
import type { Complex, Stability } from '../report/types';
import { CycleOnLine, detShifted } from './cycleOnLine';
import {
  atPlusOne,
  collisionAt,
  keyOf,
  rootOf,
  stabilityBy,
  stabilityOf,
  type Bits,
  type Participant,
} from './collision';
import { BESIDE, minusOneAt, plusOneAt } from './crossing';
import { crossings, followCycle, hasBorder, margin, type Bit, type Followed } from './follow';
import { Line } from './line';
import type { Companion, Connect, Connection, ConnectionEvent, Link, Segment, SegmentSample } from './types';

/** Distance in s within which two ends of segments can be the same event. */
const SAME = 1e-8;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Draft extends Mutable<Omit<Segment, 'samples' | 'regions'>> {
  readonly word: Bits;
  readonly key: string;
  steps: number[];
}

interface EventDraft extends Mutable<
  Omit<ConnectionEvent, 'alsoBorn' | 'alsoDied' | 'before' | 'after' | 'born' | 'died'>
> {
  readonly signature: string;
  readonly participants: {
    key: string;
    side: -1 | 1;
    main: boolean;
    segment: number | null;
    from: Participant;
  }[];
  readonly through: number | null;
}

/**
 * All bifurcations on the line between two maps, and which objects of one become which of the other.
 *
 * Objects of A are followed to rising s, those of B to falling s; at every event all cycles that it joins are found
 * (`collisionAt`, `plusOneAt`, `minusOneAt`) and followed in turn. Each cycle of one itinerary is one segment however
 * often it is met, and each event one event.
 */
export const connect: Connect = (mapA, objectsA, mapB, objectsB, options) =>
  new Connecting(new Line(mapA, mapB), options.maxOrder, options.stop ?? (() => false)).run(
    objectsA,
    objectsB,
  );

class Connecting {
  readonly #segments: Draft[] = [];
  readonly #byKey = new Map<string, number[]>();
  readonly #events: EventDraft[] = [];
  readonly #pending: (() => void)[] = [];

  constructor(
    readonly line: Line,
    readonly maxOrder: number,
    readonly stop: () => boolean,
  ) {}

  run(a: Parameters<Connect>[1], b: Parameters<Connect>[3]): Connection {
    const segmentsA = a.cycles.map((cycle, index) => this.#fromEnd(cycle.regions, 0, index));
    this.#settle();
    const segmentsB = b.cycles.map((cycle, index) => {
      const segment = this.#fromEnd(cycle.regions, 1, index);
      this.#settle();
      return segment;
    });
    for (const [ends, s] of [
      [a.boundaryPoints ?? [], 0],
      [b.boundaryPoints ?? [], 1],
    ] as const)
      for (const point of ends) {
        if (point.itineraries[0]) this.#boundary(point.itineraries[0].map(parse), s);
        this.#settle();
      }
    return this.#finish(a, b, segmentsA, segmentsB);
  }

  #settle(): void {
    while (this.#pending.length > 0 && !this.stop()) this.#pending.pop()!();
  }

  #fromEnd(regions: readonly string[], s: 0 | 1, index: number): number {
    const word = regions.map(parse);
    const key = keyOf(word);
    const known = (this.#byKey.get(key) ?? []).find((i) => {
      const segment = this.#segments[i]!;
      return s === 0 ? segment.from === 0 : segment.to === 1;
    });
    const id = known ?? this.#trace(word, key, s, s === 0 ? 1 : -1, [], s);
    if (s === 0) this.#segments[id]!.objectA = index;
    else this.#segments[id]!.objectB = index;
    return id;
  }

  /** Follows a cycle from one end of its segment to the other, where an event may wait. */
  #trace(
    word: Bits,
    key: string,
    from: number,
    direction: 1 | -1,
    departing: readonly Bit[],
    end: number,
  ): number {
    const followed = followCycle(this.line, word, from, direction, departing);
    const id = this.#segments.length;
    const far = followed.s;
    this.#segments.push({
      word,
      key,
      order: word.length,
      from: Math.min(end, far),
      to: Math.max(end, far),
      startEvent: null,
      endEvent: null,
      objectA: null,
      objectB: null,
      previous: null,
      next: null,
      steps: [...followed.steps],
    });
    const list = this.#byKey.get(key);
    if (list) list.push(id);
    else this.#byKey.set(key, [id]);
    const segment = this.#segments[id]!;
    for (const crossing of crossings(this.line, word, segment.from, segment.to, followed.steps))
      this.#crossing(id, crossing.kind, crossing.s, crossing.sError);
    this.#pending.push(() => this.#arrive(id, followed, direction > 0 ? -1 : 1));
    return id;
  }

  /** The far end of a segment: it exists on `side` of what happens there. */
  #arrive(id: number, { end, s, sError }: Followed, side: -1 | 1): void {
    const segment = this.#segments[id]!;
    if ((side < 0 ? segment.endEvent : segment.startEvent) !== null) return;
    switch (end.kind) {
      case 'limit':
        return;
      case 'lost':
        this.#unresolved(segment.word, s, sError, side, id, end.why);
        return;
      case 'plus one':
        this.#plusOne(segment.word, s, sError, { id, side });
        return;
      case 'border':
        this.#collision(segment.word, end.bits, s, sError, { id, side });
    }
  }

  #collision(
    word: Bits,
    bits: readonly Bit[],
    s: number,
    sError: number,
    arrival: { id: number; side: -1 | 1 } | null,
  ): void {
    const found = collisionAt(this.line, word, bits, s, this.maxOrder);
    const known = this.#known(found.signature, s);
    if (known) {
      if (arrival) this.#join(known, arrival.id, arrival.side);
      return;
    }
    if (found.singular.length > 0) {
      for (const candidate of found.singular) {
        const root = rootOf(candidate);
        if (root.length < candidate.length) {
          const event = this.#events.find(
            (e) => e.kind === 'dfb' && Math.abs(e.s - s) < SAME && e.signature === `dfb ${keyOf(root)}`,
          );
          if (event && arrival) {
            this.#join(event, arrival.id, arrival.side);
            return;
          }
        } else if (this.#plusOne(candidate, s, sError, arrival, true)) return;
      }
      if (arrival)
        this.#unresolved(
          word,
          s,
          sError,
          arrival.side,
          arrival.id,
          'it meets a border where a neighbouring itinerary has a multiplier on the unit circle',
        );
      return;
    }
    const before = found.main.filter((m) => m.side < 0);
    const after = found.main.filter((m) => m.side > 0);
    const persistence = before.length === 1 && after.length === 1;
    const fold = before.length + after.length === 2 && !persistence;
    const doubled = found.companions.some((c) => c.word.length === 2 * found.order);
    const flips =
      found.bits.length === 1 && persistence && signsDiffer(this.line, before[0]!.word, after[0]!.word, s);
    const kind = persistence
      ? flips || (doubled && found.bits.length > 1)
        ? 'bcb-flip'
        : 'bcb-persistence'
      : fold
        ? 'bcb-fold'
        : 'unresolved';
    const first = found.bits[0] ?? null;
    const stable = (side: -1 | 1): number =>
      [...found.main, ...found.companions].filter((m) => m.side === side && m.stability === 'stable').length;
    const where = `a ${cycleName(found.order)} meets the border of unit ${String((first?.u ?? 0) + 1)}`;
    const several = found.bits.length > 1 ? `, with ${String(found.bits.length)} signs changing at once` : '';
    const text =
      kind === 'bcb-persistence'
        ? `Border collision, persistence: ${where}${several} and goes on beyond it${change(before[0], after[0])}.`
        : kind === 'bcb-flip'
          ? `Border collision, period doubling: ${where}${several} and goes on beyond it; a ${cycleName(2 * found.order)} branches off${change(before[0], after[0])}.`
          : kind === 'bcb-fold'
            ? `Border collision, nonsmooth fold: two ${cycleName(found.order)}s ${before.length ? 'meet at' : 'are born on'} the border of unit ${String((first?.u ?? 0) + 1)}${several}${before.length ? ' and vanish' : ''}.`
            : `Unresolved: ${where}${several}; ${String(before.length)} cycles of this period exist before and ${String(after.length)} after.`;
    this.#add(
      {
        signature: found.signature,
        s,
        sError,
        kind,
        order: found.order,
        searchedTo: found.searchedTo,
        stability: [leading(before), leading(after)],
        mab: Math.max(stable(-1), stable(1)) > 1 && stable(-1) !== stable(1),
        atInfinity: false,
        unit: first?.u ?? null,
        pointIndex: first?.t ?? null,
        point: found.point,
        multiplier: null,
        text,
        through: null,
        participants: [],
      },
      found.main,
      found.companions,
      arrival,
    );
  }

  /** @param beside only where the word itself is real beside the crossing: it was reached from elsewhere */
  #plusOne(
    word: Bits,
    s: number,
    sError: number,
    arrival: { id: number; side: -1 | 1 } | null,
    beside = false,
  ): boolean {
    const found = plusOneAt(this.line, word, s);
    if (beside && found.main.length === 0) return false;
    const known = this.#known(found.signature, s);
    if (known) {
      if (arrival) this.#join(known, arrival.id, arrival.side);
      return true;
    }
    const before = found.main.filter((m) => m.side < 0);
    const after = found.main.filter((m) => m.side > 0);
    const name = cycleName(word.length);
    this.#add(
      {
        signature: found.signature,
        s,
        sError,
        kind: 'dtb',
        order: word.length,
        searchedTo: 0,
        stability: [leading(before), leading(after)],
        mab: false,
        atInfinity: found.atInfinity,
        unit: null,
        pointIndex: null,
        point: found.point,
        multiplier: { re: 1, im: 0 },
        text: found.atInfinity
          ? `Degenerate transcritical bifurcation: a multiplier passes +1 and a ${name} ${before.length && after.length ? 'passes through' : before.length ? 'leaves to' : 'comes from'} infinity.`
          : `Degenerate transcritical bifurcation: a multiplier of a ${name} passes +1; at the crossing there is a continuum of them.`,
        through: null,
        participants: [],
      },
      found.main,
      found.companions,
      arrival,
    );
    return true;
  }

  #crossing(id: number, kind: 'dfb' | 'center', s: number, sError: number): void {
    const { word, key } = this.#segments[id]!;
    const cycle = new CycleOnLine(this.line, word);
    cycle.solve(s);
    const on = eigenvalues(cycle.M, this.line.n).filter(({ im }) =>
      kind === 'dfb' ? Math.abs(im) < 1e-9 : im > 0,
    );
    const gap = ({ re, im }: Complex): number =>
      kind === 'dfb' ? Math.abs(re + 1) : Math.abs(Math.hypot(re, im) - 1);
    const multiplier = [...on].sort((x, y) => gap(x) - gap(y))[0] ?? { re: -1, im: 0 };
    const point = cycle.point(0);
    const stabilities = [-1, 1].map((side) => {
      cycle.monodromy(s + side * 10 * BESIDE);
      return stabilityOf(cycle.M, this.line.n);
    });
    const companions = kind === 'dfb' ? minusOneAt(this.line, word, s) : [];
    const name = cycleName(word.length);
    this.#add(
      {
        signature: `${kind} ${key}`,
        s,
        sError,
        kind,
        order: word.length,
        searchedTo: 0,
        stability: [stabilities[0]!, stabilities[1]!],
        mab: false,
        atInfinity: false,
        unit: null,
        pointIndex: null,
        point,
        multiplier,
        text:
          kind === 'dfb'
            ? `Degenerate flip bifurcation: a multiplier of a ${name} passes -1 (${stabilities.join(' to ')}).`
            : `Center bifurcation: a complex pair of multipliers of a ${name} crosses the unit circle (${stabilities.join(' to ')}).`,
        through: id,
        participants: [],
      },
      [],
      companions,
      null,
    );
  }

  #unresolved(word: Bits, s: number, sError: number, side: -1 | 1, id: number, why: string): void {
    const cycle = new CycleOnLine(this.line, word);
    const point = cycle.solve(s) ? cycle.point(0) : null;
    const stability = point ? stabilityOf(cycle.M, this.line.n) : null;
    const event: EventDraft = {
      signature: `unresolved ${keyOf(word)} ${String(side)}`,
      s,
      sError: Math.max(sError, 1e-9),
      kind: 'unresolved',
      order: word.length,
      searchedTo: 0,
      stability: side < 0 ? [stability, null] : [null, stability],
      mab: false,
      atInfinity: false,
      unit: null,
      pointIndex: null,
      point,
      multiplier: null,
      text: `Unresolved: a ${cycleName(word.length)} ${side < 0 ? 'is followed up to here' : 'is followed back to here'}; ${why}.`,
      through: null,
      participants: [],
    };
    this.#add(event, [{ word, side, departing: [], stability: stability ?? 'marginal' }], [], { id, side });
  }

  #known(signature: string, s: number): EventDraft | undefined {
    return this.#events.find((event) => event.signature === signature && Math.abs(event.s - s) < SAME);
  }

  #join(event: EventDraft, id: number, side: -1 | 1): void {
    const segment = this.#segments[id]!;
    const place = event.participants.find((p) => p.key === segment.key && p.side === side);
    if (place) place.segment ??= id;
    else
      event.participants.push({
        key: segment.key,
        side,
        main: false,
        segment: id,
        from: {
          word: segment.word,
          side,
          departing: [],
          stability: this.#stability(segment.word, event.s + side * BESIDE),
        },
      });
    this.#attach(event, id, side);
  }

  #stability(word: Bits, s: number): Stability {
    const cycle = new CycleOnLine(this.line, word);
    cycle.monodromy(s);
    return stabilityOf(cycle.M, this.line.n);
  }

  #attach(event: EventDraft, id: number, side: -1 | 1): void {
    const segment = this.#segments[id]!;
    const index = this.#events.indexOf(event);
    if (side < 0) {
      segment.endEvent = index;
      segment.to = event.s;
    } else {
      segment.startEvent = index;
      segment.from = event.s;
    }
  }

  /** Adds an event and follows all its participants away from it. */
  #add(
    event: EventDraft,
    main: readonly Participant[],
    companions: readonly Participant[],
    arrival: { id: number; side: -1 | 1 } | null,
  ): void {
    this.#events.push(event);
    for (const [list, isMain] of [
      [main, true],
      [companions, false],
    ] as const)
      for (const from of list)
        event.participants.push({
          key: keyOf(from.word),
          side: from.side,
          main: isMain,
          segment: null,
          from,
        });
    if (arrival) this.#join(event, arrival.id, arrival.side);
    const { s } = event;
    for (const place of event.participants) {
      if (place.segment !== null || (place.side < 0 ? s <= 0 : s >= 1)) continue;
      if (!place.main && place.from.word.length > this.maxOrder) continue;
      const existing = (this.#byKey.get(place.key) ?? []).find((i) => {
        const segment = this.#segments[i]!;
        return place.side < 0
          ? segment.endEvent === null && Math.abs(segment.to - s) < SAME && segment.to !== 1
          : segment.startEvent === null && Math.abs(segment.from - s) < SAME && segment.from !== 0;
      });
      const start = event.atInfinity || event.kind === 'dtb' ? (place.main ? s + place.side * BESIDE : s) : s;
      const id =
        existing ?? this.#trace(place.from.word, place.key, start, place.side, place.from.departing, s);
      place.segment = id;
      this.#attach(event, id, place.side);
    }
  }

  /** An object that lies on borders exactly at a checkpoint: the collision there. */
  #boundary(word: Bits, s: 0 | 1): void {
    const cycle = new CycleOnLine(this.line, word);
    if (!cycle.solve(s)) return;
    const bits: Bit[] = [];
    for (let t = 0; t < word.length; t++)
      for (let u = 0; u < this.line.L; u++) {
        if (!hasBorder(this.line, s, u)) continue;
        const { p, rounding, p1 } = margin(cycle, { t, u });
        if (Math.abs(p) <= 4 * rounding + 1e-12 * Math.abs(p1)) bits.push({ t, u });
      }
    if (bits.length > 0) this.#collision(word, bits, s, 1e-15, null);
  }

  #finish(
    a: Parameters<Connect>[1],
    b: Parameters<Connect>[3],
    segmentsA: number[],
    segmentsB: number[],
  ): Connection {
    for (const event of this.#events) {
      const main = event.participants.filter((p) => p.main && p.segment !== null);
      const before = main.filter((p) => p.side < 0);
      const after = main.filter((p) => p.side > 0);
      if (before.length !== 1 || after.length !== 1 || event.atInfinity) continue;
      this.#segments[before[0]!.segment!]!.next = after[0]!.segment;
      this.#segments[after[0]!.segment!]!.previous = before[0]!.segment;
    }
    const rank = this.#events.map((_, i) => i).sort((x, y) => this.#events[x]!.s - this.#events[y]!.s);
    const place = new Map(rank.map((old, now) => [old, now]));
    const words = this.#rotations();
    const segments = this.#segments.map((draft, id): Segment => {
      const { order, from, to, startEvent, endEvent, objectA, objectB, previous, next } = draft;
      return {
        order,
        regions: words[id]!.map(regionString),
        from,
        to,
        startEvent: startEvent === null ? null : place.get(startEvent)!,
        endEvent: endEvent === null ? null : place.get(endEvent)!,
        objectA,
        objectB,
        previous,
        next,
        samples: this.#samples(words[id]!, draft, draft.steps, id),
      };
    });
    const events = rank.map((old) => this.#finishEvent(this.#events[old]!));
    const links: Link[] = [];
    segments.forEach(({ objectA }, id) => {
      if (objectA === null) return;
      const chain = [id];
      while (segments[chain.at(-1)!]!.next !== null) chain.push(segments[chain.at(-1)!]!.next!);
      const { objectB } = segments[chain.at(-1)!]!;
      if (objectB !== null) links.push({ a: objectA, b: objectB, segments: chain });
    });
    return { segments, events, links, segmentsA, segmentsB, balance: this.#balance(a, b, segments, events) };
  }

  #finishEvent(draft: EventDraft): ConnectionEvent {
    const { participants, through } = draft;
    const ids = (list: typeof participants): number[] =>
      list.filter((p) => p.segment !== null).map((p) => p.segment!);
    const main = (side: number): number[] =>
      through !== null ? [through] : ids(participants.filter((p) => p.main && p.side === side));
    const companions = (side: number): Companion[] =>
      participants
        .filter((p) => !p.main && p.side === side)
        .map(({ from, segment }) => ({
          order: from.word.length,
          segment,
          regions: from.word.map(regionString),
          stability: from.stability,
        }));
    const { s, sError, kind, order, searchedTo, stability, mab, atInfinity } = draft;
    const { unit, pointIndex, point, multiplier, text } = draft;
    return {
      s,
      sError,
      kind,
      order,
      searchedTo,
      stability,
      mab,
      atInfinity,
      unit,
      pointIndex,
      point,
      multiplier,
      text,
      before: main(-1),
      after: main(1),
      born: ids(participants.filter((p) => p.side > 0)).filter((id) => this.#segments[id]!.previous === null),
      died: ids(participants.filter((p) => p.side < 0)).filter((id) => this.#segments[id]!.next === null),
      alsoBorn: companions(1),
      alsoDied: companions(-1),
    };
  }

  /** Words in rotations that are continuous along chains. */
  #rotations(): Bits[] {
    const words = this.#segments.map(({ word }) => word);
    this.#segments.forEach((segment, id) => {
      if (segment.previous !== null) return;
      for (let at = id, next = segment.next; next !== null; at = next, next = this.#segments[at]!.next) {
        const s = this.#segments[next]!.from;
        const here = new CycleOnLine(this.line, words[at]!);
        const there = new CycleOnLine(this.line, words[next]!);
        if (!here.solve(s - BESIDE) || !there.solve(s + BESIDE)) continue;
        const { k, n } = here;
        let best = Infinity;
        let shift = 0;
        for (let r = 0; r < k; r++) {
          let distance = 0;
          for (let i = 0; i < k * n; i++)
            distance = Math.max(distance, Math.abs(here.z[i]! - there.z[(i + r * n) % (k * n)]!));
          if (distance < best) [best, shift] = [distance, r];
        }
        words[next] = [...words[next]!.slice(shift), ...words[next]!.slice(0, shift)];
      }
    });
    return words;
  }

  #samples(word: Bits, { from, to }: Draft, steps: readonly number[], id: number): SegmentSample[] {
    const marks = [from, to, ...this.#events.filter((e) => e.through === id).map((e) => e.s)];
    // Steps crowd towards events: some are enough for a curve.
    const sorted = steps.filter((s) => s > from && s < to).sort((x, y) => x - y);
    let last = from;
    for (const s of sorted)
      if (s - last > (to - from) / 24) {
        marks.push(s);
        last = s;
      }
    const cycle = new CycleOnLine(this.line, word);
    const { n, L } = this.line;
    return [...new Set(marks)]
      .sort((x, y) => x - y)
      .flatMap((s): SegmentSample[] => {
        const inside =
          s === from
            ? s + Math.min(BESIDE, (to - from) / 2)
            : s === to
              ? s - Math.min(BESIDE, (to - from) / 2)
              : s;
        const at = cycle.solve(s) && !atPlusOne(eigenvalues(cycle.M, n)) ? s : inside;
        if (!cycle.solve(at)) return [];
        const multipliers = eigenvalues(cycle.M, n);
        const radius = multipliers.reduce((m, { re, im }) => Math.max(m, Math.hypot(re, im)), 0);
        const { C } = this.line.map(at);
        let least = Infinity;
        for (let t = 0; t < word.length; t++)
          for (let u = 0; u < L; u++) {
            if (!hasBorder(this.line, at, u)) continue;
            let norm = 0;
            for (let j = 0; j < n; j++) norm += C[u * n + j]! ** 2;
            least = Math.min(least, Math.abs(margin(cycle, { t, u }).p) / Math.sqrt(norm));
          }
        return [
          {
            s,
            point: cycle.point(0),
            spectralRadius: radius,
            growthPerStep: radius > 0 ? Math.log(radius) / word.length : null,
            stability: stabilityBy(multipliers),
            margin: least === Infinity ? null : least,
          },
        ];
      });
  }

  #balance(
    a: Parameters<Connect>[1],
    b: Parameters<Connect>[3],
    segments: readonly Segment[],
    events: readonly ConnectionEvent[],
  ): Connection['balance'] {
    const upTo = Math.min(a.provenOrder, b.provenOrder, this.maxOrder);
    const broken: { order: number; text: string }[] = [];
    for (let order = 1; order <= upTo; order++) {
      const count = (list: readonly { order: number }[]): number =>
        list.filter((c) => c.order === order).length;
      const born = events.flatMap((e) => e.born).filter((id) => segments[id]!.order === order).length;
      const died = events.flatMap((e) => e.died).filter((id) => segments[id]!.order === order).length;
      const [before, after] = [count(a.cycles), count(b.cycles)];
      const astray = segments.filter(
        (segment) =>
          segment.order === order &&
          ((segment.from === 0 && segment.startEvent === null && segment.objectA === null) ||
            (segment.to === 1 && segment.endEvent === null && segment.objectB === null)),
      ).length;
      if (before + born - died !== after || astray > 0)
        broken.push({
          order,
          text:
            `Order ${String(order)}: ${String(before)} before + ${String(born)} births - ${String(died)} deaths is not ${String(after)} after` +
            (astray > 0 ? `; ${String(astray)} cycles that reach an end are not listed there.` : '.'),
        });
    }
    return { upTo, broken };
  }
}

function parse(region: string): Uint8Array {
  return Uint8Array.from(region, (bit) => (bit === '1' ? 1 : 0));
}

export function cycleName(order: number): string {
  return order === 1 ? 'fixed point' : `${String(order)}-cycle`;
}

function leading(list: readonly Participant[]): Stability | null {
  return list.find((p) => p.stability === 'stable')?.stability ?? list[0]?.stability ?? null;
}

function change(before: Participant | undefined, after: Participant | undefined): string {
  return before && after && before.stability !== after.stability
    ? `, changing from ${before.stability} to ${after.stability}`
    : '';
}

/** det(I + M_L) det(I + M_R) < 0: Feigin's condition for a cycle of twice the period. */
export function signsDiffer(line: Line, a: Bits, b: Bits, s: number): boolean {
  const det = (word: Bits): number => {
    const cycle = new CycleOnLine(line, word);
    cycle.monodromy(s);
    return detShifted(cycle.M, line.n, 1);
  };
  return det(a) > 0 !== det(b) > 0;
}
