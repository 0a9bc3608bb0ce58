import type { CanonicalMap } from '../map/canonical';

/** More than the rounding of all clips of one polygon together, in units of |C_u|_1 (each moves a vertex by a few 1e-16). */
export const SLACK = 1e-11;

/**
 * The region words met far from the origin, for n <= 3: every z with max|z_i| >= `far` has one of these words.
 *
 * The unit cube's faces are cut by the planes C_u v = 0 one after the other, keeping of each piece both sides with a
 * strip of width |d_u| / far + SLACK in common: z = |z| v has C_u z + d_u = |z| (C_u v + d_u / |z|). So a word is
 * dropped only when none of its directions v comes near its region.
 *
 * @param word called with each word (reused between calls); return false to stop
 */
export function farWords(map: CanonicalMap, far: number, visit: (word: Uint8Array) => boolean): boolean {
  const { n, L, C, d } = map;
  if (n > 3) throw new RangeError('directions are enumerated for n <= 3');
  const tolerance = new Float64Array(L);
  const units: number[] = [];
  const word = new Uint8Array(L);
  for (let u = 0; u < L; u++) {
    let norm = 0;
    for (let j = 0; j < n; j++) norm += Math.abs(C[u * n + j]!);
    tolerance[u] = Math.abs(d[u]!) / far + SLACK * norm;
    if (norm > 0) units.push(u);
    else word[u] = d[u]! > 0 ? 1 : 0;
  }
  const capacity = 3 * (4 * (L + 4) + 4);
  const pieces = Array.from({ length: units.length + 1 }, () => new Float64Array(capacity));
  const values = new Float64Array(capacity);

  /** pieces[to] = the part of pieces[from] (count vertices) with side * C_u v >= -tolerance. */
  const clip = (from: Float64Array, count: number, to: Float64Array, unit: number, side: number): number => {
    const limit = -tolerance[unit]!;
    for (let k = 0; k < count; k++) {
      let p = 0;
      for (let j = 0; j < n; j++) p += C[unit * n + j]! * from[3 * k + j]!;
      values[k] = side * p;
    }
    if (3 * (2 * count + 2) > capacity) {
      // Cannot happen to convex pieces; keeping the piece whole is always right.
      to.set(from);
      return count;
    }
    let out = 0;
    for (let k = 0; k < count; k++) {
      const v = values[k]!;
      const next = k + 1 === count ? 0 : k + 1;
      const w = values[next]!;
      if (v >= limit) {
        for (let j = 0; j < 3; j++) to[3 * out + j] = from[3 * k + j]!;
        out++;
      }
      if (v >= limit !== w >= limit) {
        const t = (limit - v) / (w - v);
        for (let j = 0; j < 3; j++)
          to[3 * out + j] = from[3 * k + j]! + t * (from[3 * next + j]! - from[3 * k + j]!);
        out++;
      }
    }
    return out;
  };

  const split = (depth: number, count: number): boolean => {
    if (depth === units.length) return visit(word);
    const unit = units[depth]!;
    for (const side of [1, -1]) {
      const left = clip(pieces[depth]!, count, pieces[depth + 1]!, unit, side);
      if (left === 0) continue;
      word[unit] = side > 0 ? 1 : 0;
      if (!split(depth + 1, left)) return false;
    }
    return true;
  };

  for (let axis = 0; axis < n; axis++) {
    for (const sign of [1, -1]) {
      const corners = faceCorners(n, axis, sign);
      corners.forEach((corner, k) => pieces[0]!.set(corner, 3 * k));
      if (!split(0, corners.length)) return false;
    }
  }
  return true;
}

/** Corners, in order around the face, of the face z_axis = sign of the cube [-1, 1]^n. */
function faceCorners(n: number, axis: number, sign: number): number[][] {
  const others = [0, 1, 2].filter((j) => j < n && j !== axis);
  const signs: number[][] =
    others.length === 0
      ? [[]]
      : others.length === 1
        ? [[-1], [1]]
        : [
            [-1, -1],
            [1, -1],
            [1, 1],
            [-1, 1],
          ];
  return signs.map((pattern) => {
    const corner = [0, 0, 0];
    corner[axis] = sign;
    others.forEach((j, k) => {
      corner[j] = pattern[k]!;
    });
    return corner;
  });
}
