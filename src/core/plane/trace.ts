import type { Functions } from './constraints';
import type { Place } from './family';
import { Interruption } from './interruption';

/** A piece of the curve where one function is zero, in the order of the way. */
export interface Arc {
  /** Index of the function. */
  readonly on: number;
  readonly points: readonly Place[];
  /** Function that is met at the end; -1 where the way closed or was lost. */
  readonly end: number;
}

export interface Boundary {
  /** Counterclockwise around the region. */
  readonly arcs: readonly Arc[];
  readonly closed: boolean;
}

/** Distances in the unit square. */
const LONGEST = 0.05;
const SHORTEST = 1e-9;
/** Largest distance between a chord and its curve. */
const SAGITTA = 0.8e-6;
/** How far inside of its boundary a region is looked at. Regions thinner than this are not followed. */
const INSET = 1e-7;
const DIFFERENCE = 1e-7;
const MOST_STEPS = 20000;
/** Radius of the circle on which the way out of a corner is looked for, and the angles between its points. */
const CIRCLES = [1e-5, 1e-6, 1e-4] as const;
const FIRST_ANGLE = 1e-3;
const ANGLE_FACTOR = 1.25;

/**
 * Follows the zero curves of functions by predictor and corrector. Points are on their curve to the rounding of the
 * function; the step adapts to curvature, and to other curves that come near.
 */
export class Tracer {
  readonly #values: Float64Array;
  readonly #du: Float64Array;
  readonly #dv: Float64Array;
  readonly #side: Float64Array;
  evaluations = 0;

  constructor(readonly functions: Functions) {
    const { count } = functions;
    this.#values = new Float64Array(count);
    this.#du = new Float64Array(count);
    this.#dv = new Float64Array(count);
    this.#side = new Float64Array(count);
  }

  /** Whether a place lies in the region. */
  inside({ u, v }: Place): boolean {
    this.evaluations++;
    this.functions.evaluate(u, v, this.#side);
    for (const j of this.functions.bounds) if (!(this.#side[j]! > 0)) return false;
    return true;
  }

  /**
   * The boundary of the component of the region around `inside`. null where that is not in the region. When the functions
   * interrupt the walk, what was walked until then.
   */
  boundary(inside: Place): Boundary | null {
    const start = this.#exit(inside);
    if (!start) return null;
    const arcs: Arc[] = [];
    const way = { on: start.on, points: [start.at] };
    try {
      return this.#walk(start.at, way, arcs);
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
      if (way.points.length > 1) arcs.push({ on: way.on, points: way.points, end: -1 });
      return { arcs, closed: false };
    }
  }

  /**
   * @param way the arc that is walked at present
   * @param arcs those before
   */
  #walk(start: Place, way: { on: number; points: Place[] }, arcs: Arc[]): Boundary {
    let jet = this.#jet(start);
    // Functions that factor have their positive side on either side of the curve, from piece to piece.
    let direction = this.#orientation(jet, way.on);
    let h = 1e-3;
    for (let step = 0; step < MOST_STEPS; step++) {
      const home = step > 2 ? start : null;
      const advanced = this.#advance(jet, way.on, direction, h, home, true);
      if (advanced) {
        h = advanced.h;
        jet = advanced.jet;
        way.points.push(jet.at);
        if (advanced.home) {
          arcs.push({ ...way, end: -1 });
          return { arcs: joinEnds(arcs), closed: true };
        }
        if (!advanced.corner) continue;
      }
      // A corner, or a place where steps grow short: several curves meet.
      const turn = this.#turn(jet, way.on, direction);
      if (!turn) {
        arcs.push({ ...way, end: -1 });
        return { arcs, closed: false };
      }
      if (turn.corner !== jet.at) way.points.push(turn.corner);
      arcs.push({ ...way, end: turn.on });
      way.on = turn.on;
      way.points = [turn.corner, turn.at];
      jet = this.#jet(turn.at);
      direction = turn.direction;
      h = 1e-4;
      if (step > 2 && Math.hypot(turn.corner.u - start.u, turn.corner.v - start.v) < 1e-7) {
        return { arcs, closed: true };
      }
    }
    if (way.points.length > 1) arcs.push({ ...way, end: -1 });
    return { arcs, closed: false };
  }

  /**
   * The zero curve of a function through the region, from a point of it.
   * @param direction 1: with the function's positive side on the left
   * @returns null where the curve leaves the region at once
   */
  through(on: number, start: Place, direction: 1 | -1): Arc | null {
    let jet = this.#jet(start);
    const points: Place[] = [start];
    let h = 1e-4;
    for (let step = 0; step < MOST_STEPS; step++) {
      const advanced = this.#advance(jet, on, direction, h, step > 2 ? start : null, false);
      if (!advanced) return points.length > 1 ? { on, points, end: -1 } : null;
      h = advanced.h;
      jet = advanced.jet;
      points.push(jet.at);
      if (advanced.home || advanced.corner) return { on, points, end: -1 };
    }
    return { on, points, end: -1 };
  }

  /** A zero of function `f` on the curve of function `on`, between two points of it. */
  zeroBetween(on: number, f: number, a: Place, b: Place): Place | null {
    const value = (at: Place): number => this.#jet(at).value[f]!;
    let [low, high] = [a, b];
    const positive = value(low) > 0;
    for (let round = 0; round < 8; round++) {
      const middle = { u: (low.u + high.u) / 2, v: (low.v + high.v) / 2 };
      if (value(middle) > 0 === positive) low = middle;
      else high = middle;
    }
    return this.#corner(on, f, { u: (low.u + high.u) / 2, v: (low.v + high.v) / 2 });
  }

  /**
   * As `through`, from a point on the region's boundary where it crosses function `border`: into the region.
   */
  into(on: number, border: number, start: Place): Arc | null {
    const jet = this.#jet(start);
    const [tu, tv] = jet.tangent(on, 1);
    return this.through(on, start, jet.slope(border, tu, tv) >= 0 ? 1 : -1);
  }

  value(f: number, { u, v }: Place): number {
    return this.#value(f, u, v);
  }

  /** A zero of a function between two points where its signs differ. */
  zeroOf(f: number, a: Place, b: Place): Place | null {
    let [low, high] = [a, b];
    const positive = this.value(f, low) > 0;
    for (let round = 0; round < 60; round++) {
      const middle = { u: (low.u + high.u) / 2, v: (low.v + high.v) / 2 };
      if (this.value(f, middle) > 0 === positive) low = middle;
      else high = middle;
    }
    return this.onto(low, f);
  }

  /** Functions among the bounds that vanish at a place, within a distance. */
  zerosAt(place: Place, within: number): number[] {
    const jet = this.#jet(place);
    return Array.from(this.functions.bounds).filter((j) => Math.abs(jet.distance(j)) < within);
  }

  /** Where a walk from inside towards rising u first leaves the region. */
  #exit(start: Place): { at: Place; on: number } | null {
    if (!this.inside(start)) return null;
    let at = start;
    for (let step = 0; step < 4000; step++) {
      let h = Math.min(0.02, Math.max(this.#clearance(at) / 2, 5e-6));
      let beyond = { u: at.u + h, v: at.v };
      if (this.inside(beyond)) {
        at = beyond;
        continue;
      }
      while (h > 1e-14) {
        h /= 2;
        const middle = { u: at.u + h, v: at.v };
        if (this.inside(middle)) at = middle;
        else beyond = middle;
      }
      const on = this.#crossed(at, beyond);
      const place = on < 0 ? null : this.onto(beyond, on);
      return place && { at: place, on };
    }
    return null;
  }

  #clearance(at: Place): number {
    const jet = this.#jet(at);
    let least = Infinity;
    for (const j of this.functions.bounds) {
      const d = jet.distance(j);
      if (d < least) least = d;
    }
    return least;
  }

  /** The bound that lies between two places, one inside and one just beyond: the nearest of those that change sign. */
  #crossed(inside: Place, outside: Place): number {
    const jet = this.#jet(outside);
    this.functions.evaluate(inside.u, inside.v, this.#side);
    let found = -1;
    let steepest = -1;
    for (const j of this.functions.bounds) {
      if (!(this.#side[j]! > 0) || jet.value[j]! > 0) continue;
      if (j === this.functions.pole) return j;
      const size = Math.hypot(jet.du[j]!, jet.dv[j]!) / (Math.abs(jet.value[j]!) + Math.abs(this.#side[j]!));
      if (size > steepest) {
        steepest = size;
        found = j;
      }
    }
    return found;
  }

  /** The direction with the region on the left. */
  #orientation(jet: Jet, on: number): 1 | -1 {
    const [tu, tv] = jet.tangent(on, 1);
    const left = { u: jet.at.u - INSET * tv, v: jet.at.v + INSET * tu };
    return this.inside(left) ? 1 : -1;
  }

  /** The nearest point of a curve, by Newton's method along the gradient. */
  onto(from: Place, on: number): Place | null {
    let at = from;
    for (let round = 0; round < 8; round++) {
      const jet = this.#jet(at);
      const size = Math.hypot(jet.du[on]!, jet.dv[on]!);
      if (!(size > 0)) return null;
      const d = jet.value[on]! / size;
      at = { u: at.u - (d * jet.du[on]!) / size, v: at.v - (d * jet.dv[on]!) / size };
      if (Math.abs(d) < 1e-15) break;
    }
    return Math.hypot(at.u - from.u, at.v - from.v) < 1e-3 ? at : null;
  }

  /** Where two curves cross. */
  #corner(i: number, j: number, from: Place): Place | null {
    let at = from;
    let last = Infinity;
    for (let round = 0; round < 20; round++) {
      const { value, du, dv } = this.#jet(at);
      const determinant = du[i]! * dv[j]! - dv[i]! * du[j]!;
      if (determinant === 0) return null;
      const u = (dv[j]! * value[i]! - dv[i]! * value[j]!) / determinant;
      const v = (du[i]! * value[j]! - du[j]! * value[i]!) / determinant;
      const step = Math.hypot(u, v);
      if (!(step < 0.2)) return null;
      at = { u: at.u - u, v: at.v - v };
      if (step < 1e-14 || (round > 4 && step >= last && step < 1e-10)) return at;
      last = step;
    }
    return last < 1e-9 ? at : null;
  }

  /**
   * One step along a curve, or up to where the region ends.
   * @param edge the curve bounds the region, which is on the left; otherwise it runs inside
   * @returns null where steps grow too short
   */
  #advance(
    from: Jet,
    on: number,
    direction: 1 | -1,
    begin: number,
    home: Place | null,
    edge: boolean,
  ): { jet: Jet; h: number; corner: boolean; home: boolean } | null {
    const { bounds } = this.functions;
    const [tu, tv] = from.tangent(on, direction);
    if (!Number.isFinite(tu)) return null;
    for (let h = Math.min(begin, LONGEST); h > SHORTEST; h /= 2) {
      const at = this.#correct(from, on, h * tu, h * tv, h);
      if (!at) continue;
      const jet = this.#jet(at);
      const [su, sv] = jet.tangent(on, direction);
      const cosine = tu * su + tv * sv;
      if (!(cosine > 0.9)) continue;
      const bend = (h * Math.acos(Math.min(1, cosine))) / 8;
      if (bend > 2 * SAGITTA && h > 1e-6) continue;
      if (home) {
        const along = (home.u - from.at.u) * tu + (home.v - from.at.v) * tv;
        const across = Math.abs((home.u - from.at.u) * tv - (home.v - from.at.v) * tu);
        if (along > -1e-9 && along <= h + 1e-9 && across < 6 * bend + 1e-6 * h + 1e-9) {
          return { jet: this.#jet(home), h, corner: false, home: true };
        }
      }
      const probe = edge ? { u: at.u - INSET * sv, v: at.v + INSET * su } : at;
      if (this.inside(probe)) {
        // Another curve may have been crossed twice: there and back within the step.
        let dips = false;
        for (const j of bounds) {
          if (j === on) continue;
          const a = from.distance(j);
          const b = jet.distance(j);
          const down = from.slope(j, tu, tv);
          const up = jet.slope(j, su, sv);
          if (a > INSET && b > INSET && down < 0 && up > 0 && a + down * h < 0 && b - up * h < 0) dips = true;
        }
        if (dips && h > 1e-6) continue;
        const next = bend > SAGITTA / 4 ? h * Math.min(1.5, Math.sqrt(SAGITTA / bend)) : 2 * h;
        return { jet, h: Math.min(LONGEST, Math.max(next, 4 * SHORTEST)), corner: false, home: false };
      }
      this.functions.evaluate(probe.u, probe.v, this.#side);
      const violated = Array.from(bounds).filter((j) => j !== on && !(this.#side[j]! > 0));
      const corner = this.#first(from, jet, on, violated, tu, tv, direction, edge);
      if (corner) return { jet: this.#jet(corner), h, corner: true, home: false };
    }
    return null;
  }

  /** The first of the bounds that were crossed in a step; null where a shorter step must tell. */
  #first(
    from: Jet,
    to: Jet,
    on: number,
    violated: readonly number[],
    tu: number,
    tv: number,
    direction: 1 | -1,
    edge: boolean,
  ): Place | null {
    const length = Math.hypot(to.at.u - from.at.u, to.at.v - from.at.v);
    let best: { at: Place; along: number } | null = null;
    for (const j of violated) {
      const a = Math.max(from.distance(j), 0);
      const b = to.distance(j);
      const s = b < 0 ? a / (a - b) : 0.5;
      const at = this.#corner(on, j, {
        u: from.at.u + s * (to.at.u - from.at.u),
        v: from.at.v + s * (to.at.v - from.at.v),
      });
      if (!at) return null;
      const along = (at.u - from.at.u) * tu + (at.v - from.at.v) * tv;
      if (along < -1e-9 || along > 1.01 * length + 1e-12) return null;
      if (!best || along < best.along) best = { at, along };
    }
    if (!best) return null;
    if (best.along < 1e-6) return best.at;
    // Just before the corner nothing may have been crossed.
    const before = this.#correct(from, on, 0.999 * best.along * tu, 0.999 * best.along * tv, length);
    if (!before) return null;
    const [su, sv] = this.#jet(before).tangent(on, direction);
    return this.inside(edge ? { u: before.u - INSET * sv, v: before.v + INSET * su } : before)
      ? best.at
      : null;
  }

  /**
   * The curve on which the boundary goes on from a corner, whatever meets there: on a small circle around it, clockwise from
   * where the walk came from, the region begins at once and ends at the next piece of its boundary.
   */
  #turn(
    corner: Jet,
    on: number,
    direction: 1 | -1,
  ): { corner: Place; at: Place; on: number; direction: 1 | -1 } | null {
    const [tu, tv] = corner.tangent(on, direction);
    if (!Number.isFinite(tu)) return null;
    const back = Math.atan2(-tv, -tu);
    for (const radius of CIRCLES) {
      const place = (angle: number): Place => ({
        u: corner.at.u + radius * Math.cos(back - angle),
        v: corner.at.v + radius * Math.sin(back - angle),
      });
      let inner = -1;
      let outer = -1;
      for (
        let angle = FIRST_ANGLE;
        angle < 2 * Math.PI;
        angle = Math.min(angle * ANGLE_FACTOR, angle + 0.08)
      ) {
        if (this.inside(place(angle))) inner = angle;
        else if (inner > 0) {
          outer = angle;
          break;
        } else if (angle > 0.5) break;
      }
      if (inner < 0 || outer < 0) continue;
      for (let round = 0; round < 50; round++) {
        const middle = (inner + outer) / 2;
        if (this.inside(place(middle))) inner = middle;
        else outer = middle;
      }
      const next = this.#crossed(place(inner), place(outer));
      if (next < 0) continue;
      const at = this.onto(place(outer), next);
      if (!at || Math.hypot(at.u - place(outer).u, at.v - place(outer).v) > 0.1 * radius) continue;
      const jet = this.#jet(at);
      const [su, sv] = jet.tangent(next, 1);
      const along = su * (at.u - corner.at.u) + sv * (at.v - corner.at.v);
      const exact = this.#corner(on, next, corner.at) ?? crossing(corner.at, [tu, tv], at, [su, sv]);
      const near = exact && Math.hypot(exact.u - corner.at.u, exact.v - corner.at.v) < radius / 2;
      const direction = along >= 0 ? 1 : -1;
      return { corner: near ? exact : corner.at, at, on: next, direction };
    }
    return null;
  }

  /** From a point of a curve by a step, and back to the curve along its normal at that point (secant method). */
  #correct(from: Jet, on: number, stepU: number, stepV: number, h: number): Place | null {
    const size = Math.hypot(from.du[on]!, from.dv[on]!);
    if (!(size > 0)) return null;
    const [nu, nv] = [from.du[on]! / size, from.dv[on]! / size];
    const [u, v] = [from.at.u + stepU, from.at.v + stepV];
    let s0 = 0;
    let f0 = this.#value(on, u, v);
    let s1 = -f0 / size;
    for (let round = 0; round < 12; round++) {
      if (!(Math.abs(s1) <= 0.3 * h)) return null;
      const f1 = this.#value(on, u + s1 * nu, v + s1 * nv);
      if (f1 === 0 || Math.abs(s1 - s0) < 1e-15 || f1 === f0) return { u: u + s1 * nu, v: v + s1 * nv };
      const s2 = s1 - (f1 * (s1 - s0)) / (f1 - f0);
      if (Math.abs(s2 - s1) < 2e-16 || (round > 5 && Math.abs(s2 - s1) < 1e-13))
        return { u: u + s2 * nu, v: v + s2 * nv };
      [s0, f0, s1] = [s1, f1, s2];
    }
    return null;
  }

  #value(on: number, u: number, v: number): number {
    this.evaluations++;
    this.functions.evaluate(u, v, this.#side);
    return this.#side[on]!;
  }

  #jet(at: Place): Jet {
    this.evaluations += 3;
    const { functions } = this;
    functions.evaluate(at.u, at.v, this.#values);
    functions.evaluate(at.u + DIFFERENCE, at.v, this.#du);
    functions.evaluate(at.u, at.v + DIFFERENCE, this.#dv);
    const value = this.#values.slice();
    return new Jet(
      at,
      value,
      this.#du.map((w, i) => (w - value[i]!) / DIFFERENCE),
      this.#dv.map((w, i) => (w - value[i]!) / DIFFERENCE),
    );
  }
}

/** Values and first derivatives of all functions at a point. */
class Jet {
  constructor(
    readonly at: Place,
    readonly value: Float64Array,
    readonly du: Float64Array,
    readonly dv: Float64Array,
  ) {}

  /** First-order distance to the zero curve of a function, with its sign. */
  distance(j: number): number {
    const size = Math.hypot(this.du[j]!, this.dv[j]!);
    const value = this.value[j]!;
    return size > 0 ? value / size : value > 0 ? Infinity : value < 0 ? -Infinity : Number.NaN;
  }

  /** Derivative of that distance along a unit vector. */
  slope(j: number, tu: number, tv: number): number {
    const size = Math.hypot(this.du[j]!, this.dv[j]!);
    return size > 0 ? (this.du[j]! * tu + this.dv[j]! * tv) / size : 0;
  }

  /** Unit tangent of a zero curve; the positive side is on the left for direction 1. */
  tangent(j: number, direction: 1 | -1): readonly [number, number] {
    const size = Math.hypot(this.du[j]!, this.dv[j]!);
    return [(direction * this.dv[j]!) / size, (-direction * this.du[j]!) / size];
  }
}

/** Where two straight lines cross; where gradients vanish they stand for curves. */
function crossing(
  a: Place,
  [au, av]: readonly [number, number],
  b: Place,
  [bu, bv]: readonly [number, number],
): Place | null {
  const determinant = au * bv - av * bu;
  if (Math.abs(determinant) < 1e-3) return null;
  const s = ((b.u - a.u) * bv - (b.v - a.v) * bu) / determinant;
  return { u: a.u + s * au, v: a.v + s * av };
}

/** The first and the last arc are one where the walk began in the middle of it. */
function joinEnds(arcs: Arc[]): Arc[] {
  const first = arcs[0]!;
  const last = arcs.at(-1)!;
  if (arcs.length < 2 || first.on !== last.on) return arcs;
  return [
    { on: first.on, points: [...last.points, ...first.points.slice(1)], end: first.end },
    ...arcs.slice(1, -1),
  ];
}
