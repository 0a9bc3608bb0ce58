import type { Place } from './family';

/** Twice the signed area; positive when counterclockwise. */
export function doubleArea(ring: readonly Place[]): number {
  let sum = 0;
  for (let i = 0; i < ring.length; i++) {
    const a = ring[i]!;
    const b = ring[(i + 1) % ring.length]!;
    sum += a.u * b.v - a.v * b.u;
  }
  return sum;
}

/** Even-odd rule. */
export function contains(ring: readonly Place[], { u, v }: Place): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[i]!;
    const b = ring[j]!;
    if (a.v > v !== b.v > v && u < a.u + ((v - a.v) / (b.v - a.v)) * (b.u - a.u)) inside = !inside;
  }
  return inside;
}

/** Distance of a point from a polyline. */
export function distanceTo(points: readonly Place[], { u, v }: Place): number {
  let least = Infinity;
  for (let i = 0; i + 1 < points.length; i++) {
    const a = points[i]!;
    const b = points[i + 1]!;
    const [du, dv] = [b.u - a.u, b.v - a.v];
    const length = du * du + dv * dv;
    const s = length > 0 ? Math.min(1, Math.max(0, ((u - a.u) * du + (v - a.v) * dv) / length)) : 0;
    least = Math.min(least, Math.hypot(u - a.u - s * du, v - a.v - s * dv));
  }
  return least;
}

/** The point half-way along a polyline, moved to the nearest vertex: it is exactly on the curve. */
export function middleVertex(points: readonly Place[]): number {
  let total = 0;
  const at = points.map((p, i) => {
    if (i > 0) total += Math.hypot(p.u - points[i - 1]!.u, p.v - points[i - 1]!.v);
    return total;
  });
  let best = 0;
  for (let i = 1; i < at.length - 1; i++)
    if (Math.abs(at[i]! - total / 2) < Math.abs(at[best]! - total / 2)) best = i;
  return best;
}

/** A point well inside a polygon with holes: the middle of the widest gap on a few horizontal lines. */
export function insideOf(rings: readonly (readonly Place[])[]): { place: Place; width: number } | null {
  let low = Infinity;
  let high = -Infinity;
  for (const ring of rings)
    for (const { v } of ring) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  let best: { place: Place; width: number } | null = null;
  let most = 0;
  const lines = 15;
  for (let line = 0; line < lines; line++) {
    const v = low + ((line + 0.5 + 0.0137) / lines) * (high - low);
    const crossings: number[] = [];
    for (const ring of rings)
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const a = ring[i]!;
        const b = ring[j]!;
        if (a.v > v !== b.v > v) crossings.push(a.u + ((v - a.v) / (b.v - a.v)) * (b.u - a.u));
      }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const width = crossings[i + 1]! - crossings[i]!;
      // Rather in the middle of its height than near an end.
      const score = width * (1.5 - Math.abs((2 * line + 1) / lines - 1));
      if (score <= most) continue;
      most = score;
      best = { place: { u: (crossings[i]! + crossings[i + 1]!) / 2, v }, width };
    }
  }
  return best;
}
