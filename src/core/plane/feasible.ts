import type { Functions } from './constraints';
import type { Place } from './family';

/** First differences are taken over this part of the unit square. */
const DIFFERENCE = 1e-6;
const ROUNDS = 14;
/** Distance of a curve, in half-widths of the square, beyond which its other side is given up. */
const FAR = 3;

export interface Widest {
  readonly place: Place;
  /** First-order radius of the circle around it that lies in the region; negative where no point was found. */
  readonly radius: number;
}

/**
 * The middle of the widest part of a region within a square around `start`: sequential linear programming on the
 * first-order distances to the curves that bound it. The region may be empty or thin.
 */
export function widest(functions: Functions, start: Place, half: number): Widest {
  const { count, bounds } = functions;
  const value = new Float64Array(count);
  const du = new Float64Array(count);
  const dv = new Float64Array(count);
  const measure = (at: Place): number => {
    functions.evaluate(at.u, at.v, value);
    functions.evaluate(at.u + DIFFERENCE, at.v, du);
    functions.evaluate(at.u, at.v + DIFFERENCE, dv);
    let least = Infinity;
    for (const j of bounds) {
      const a = (du[j]! - value[j]!) / DIFFERENCE;
      const b = (dv[j]! - value[j]!) / DIFFERENCE;
      const size = Math.hypot(a, b);
      if (size > 0) {
        value[j] = value[j]! / size;
        du[j] = a / size;
        dv[j] = b / size;
      } else {
        du[j] = dv[j] = 0;
        value[j] = value[j]! > 0 ? 1e9 : -1e9;
      }
      least = Math.min(least, value[j]!);
    }
    return least;
  };
  let at = start;
  let radius = measure(at);
  let best: Widest = { place: at, radius };
  // One curve alone leaves the region out of reach, with room for its bend.
  if (radius < -FAR * half) return best;
  const active = new Int32Array(bounds.length);
  let trust = half;
  for (let round = 0; round < ROUNDS && trust > 1e-7; round++) {
    let count = 0;
    for (const j of bounds) if (value[j]! < 4 * trust) active[count++] = j;
    const step = bestStep(value, du, dv, active.subarray(0, count), 4 * trust, {
      left: Math.max(-trust, start.u - half - at.u),
      right: Math.min(trust, start.u + half - at.u),
      bottom: Math.max(-trust, start.v - half - at.v),
      top: Math.min(trust, start.v + half - at.v),
    });
    // Not even to first order, with room for what bends.
    if (round === 0 && step.value < -half) return best;
    const next = { u: at.u + step.u, v: at.v + step.v };
    const there = measure(next);
    if (there > radius) {
      const gained = there - radius;
      at = next;
      radius = there;
      best = { place: at, radius };
      if (gained < 1e-3 * Math.abs(radius) && radius > 0) break;
      if (there - best.radius < 0.5 * (step.value - best.radius)) trust /= 2;
    } else {
      trust /= 4;
      measure(at);
    }
  }
  return best;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SECTIONS = 12;

/** The step in a box that makes the least of d_j + n_j . step largest: a concave function, by nested golden sections. */
function bestStep(
  d: Float64Array,
  du: Float64Array,
  dv: Float64Array,
  active: Int32Array,
  most: number,
  box: Box,
): { u: number; v: number; value: number } {
  const least = (u: number, v: number): number => {
    let out = most;
    for (const j of active) {
      const w = d[j]! + du[j]! * u + dv[j]! * v;
      if (w < out) out = w;
    }
    return out;
  };
  let bestV = 0;
  const along = (u: number): number => {
    const found = golden((v) => least(u, v), box.bottom, box.top);
    bestV = found.at;
    return found.value;
  };
  const { at: u, value } = golden(along, box.left, box.right);
  along(u);
  return { u, v: bestV, value };
}

function golden(f: (x: number) => number, from: number, to: number): { at: number; value: number } {
  let [a, b] = [from, to];
  let x = b - GOLDEN * (b - a);
  let y = a + GOLDEN * (b - a);
  let fx = f(x);
  let fy = f(y);
  for (let round = 0; round < SECTIONS; round++) {
    if (fx >= fy) {
      b = y;
      [y, fy] = [x, fx];
      x = b - GOLDEN * (b - a);
      fx = f(x);
    } else {
      a = x;
      [x, fx] = [y, fy];
      y = a + GOLDEN * (b - a);
      fy = f(y);
    }
  }
  return fx >= fy ? { at: x, value: fx } : { at: y, value: fy };
}
