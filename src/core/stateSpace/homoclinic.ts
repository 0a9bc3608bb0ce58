import type { CanonicalMap } from '../map/canonical';
import { Kernel, regionString } from '../map/kernel';
import type { Manifold, Piece } from './manifolds';

/** A point where an unstable and a stable manifold of a planar map cross. */
export interface Crossing {
  readonly point: readonly number[];
  /** Sine of the angle between the two pieces. */
  readonly angle: number;
  /** The pieces cross by more than the bounds of their errors. */
  readonly certain: boolean;
  /** No point of its orbit, from the unstable to the stable straight part, lies on a region border within its error. */
  readonly smooth: boolean;
  /** Distance of that orbit to the nearest border. */
  readonly margin: number;
  /** Steps from the fundamental domain of the unstable manifold, and to that of the stable one. */
  readonly stepsFrom: number;
  readonly stepsTo: number;
  /** Regions of the orbit in between, from the unstable straight part on. */
  readonly itinerary: readonly string[];
}

/** How many crossings are handed back. */
const MOST = 200;

/**
 * Homoclinic points (both manifolds of one saddle) or heteroclinic ones of a planar map, each orbit once: of all points of
 * an orbit the one with the fewest steps from the fundamental domain. Tangencies and crossings at the saddle itself are
 * none.
 */
export function findCrossings(map: CanonicalMap, unstable: Manifold, stable: Manifold): Crossing[] {
  const grid = new SegmentGrid(stable.pieces);
  const found: (Crossing & { branch: number; position: number })[] = [];
  const pieces = [...unstable.pieces].sort((p, q) => p.steps - q.steps);
  for (const piece of pieces) {
    // The straight part ends in the saddle, where the manifolds meet anyway.
    if (piece.from === piece.to) continue;
    for (const other of grid.near(piece)) {
      const crossing = cross(piece, other);
      if (crossing === null) continue;
      const { point, s, angle, certain } = crossing;
      const position = piece.from + s * (piece.to - piece.from);
      if (found.some((f) => f.branch === piece.branch && Math.abs(f.position - position) <= 1e-7)) continue;
      const orbit = follow(map, point, piece, other);
      found.push({
        point,
        angle,
        certain,
        stepsFrom: piece.steps,
        stepsTo: other.steps,
        ...orbit,
        branch: piece.branch,
        position,
      });
      if (found.length >= MOST) return found.map(strip);
    }
  }
  return found.map(strip);
}

function strip({ branch, position, ...crossing }: Crossing & { branch: number; position: number }): Crossing {
  void branch;
  void position;
  return crossing;
}

/** Whether a list of crossings of one saddle's manifolds proves chaos, and the argument in words. */
export function horseshoe(
  name: string,
  crossings: readonly Crossing[],
): { proven: boolean; statement: string } {
  const proof = crossings.find(({ certain, smooth }) => certain && smooth);
  if (proof)
    return {
      proven: true,
      statement: `The stable and the unstable manifold of ${name} cross at a homoclinic point, at an angle of ${((Math.asin(Math.min(1, proof.angle)) * 180) / Math.PI).toPrecision(3)} degrees, by more than all rounding; its orbit keeps ${proof.margin.toExponential(1)} away from every region border, so that the map is smooth along it. By the theorem of Smale and Birkhoff an iterate of the map has a horseshoe: infinitely many cycles, and chaotic orbits (not necessarily an attractor).`,
    };
  if (crossings.length > 0)
    return {
      proven: false,
      statement: `The manifolds of ${name} cross within rounding, but no crossing is certain: nothing is proven.`,
    };
  return {
    proven: false,
    statement: `No homoclinic point of ${name} was found as far as its manifolds were grown.`,
  };
}

function cross(p: Piece, q: Piece): { point: number[]; s: number; angle: number; certain: boolean } | null {
  const [ux, uy] = [p.b[0]! - p.a[0]!, p.b[1]! - p.a[1]!];
  const [vx, vy] = [q.b[0]! - q.a[0]!, q.b[1]! - q.a[1]!];
  const det = ux * vy - uy * vx;
  const lengths = Math.hypot(ux, uy) * Math.hypot(vx, vy);
  if (!(Math.abs(det) > 1e-12 * lengths)) return null;
  const [wx, wy] = [q.a[0]! - p.a[0]!, q.a[1]! - p.a[1]!];
  const s = (wx * vy - wy * vx) / det;
  const t = (wx * uy - wy * ux) / det;
  if (!(s >= 0 && s <= 1 && t >= 0 && t <= 1)) return null;
  // Each piece's ends lie on both sides of the other by more than both errors.
  const error = 2 * (p.error + q.error);
  const heightsOfP = [s, 1 - s].map((f) => (f * Math.abs(det)) / Math.hypot(vx, vy));
  const heightsOfQ = [t, 1 - t].map((f) => (f * Math.abs(det)) / Math.hypot(ux, uy));
  return {
    point: [p.a[0]! + s * ux, p.a[1]! + s * uy],
    s,
    angle: Math.abs(det) / lengths,
    certain: Math.min(...heightsOfP, ...heightsOfQ) > error,
  };
}

/**
 * The orbit of a crossing between the straight parts: forward by the map, backward along the unstable piece, whose
 * position in the fundamental domain says where it came from.
 */
function follow(
  map: CanonicalMap,
  point: readonly number[],
  piece: Piece,
  other: Piece,
): Pick<Crossing, 'smooth' | 'margin' | 'itinerary'> {
  const kernel = new Kernel(map);
  const { n, L, C } = map;
  const bits = new Uint8Array(L);
  let margin = Infinity;
  const itinerary: string[] = [];
  let z = Float64Array.from(point);
  const next = new Float64Array(n);
  for (let t = 0; t <= other.steps; t++) {
    kernel.step(z, 0, next, 0, bits);
    for (let u = 0; u < L; u++) {
      const norm = Math.hypot(...C.subarray(u * n, u * n + n));
      if (norm > 0) margin = Math.min(margin, Math.abs(kernel.preactivations[u]!) / norm);
    }
    itinerary.push(regionString(bits));
    z = next.slice();
  }
  return { smooth: margin > 2 * (piece.error + other.error), margin, itinerary };
}

/** Segments by the cells of a square grid that their bounding boxes meet. */
class SegmentGrid {
  readonly #cells = new Map<number, Piece[]>();
  readonly #size: number;
  readonly #low: readonly [number, number];

  constructor(pieces: readonly Piece[]) {
    let [lowX, lowY, highX, highY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { a, b } of pieces) {
      lowX = Math.min(lowX, a[0]!, b[0]!);
      highX = Math.max(highX, a[0]!, b[0]!);
      lowY = Math.min(lowY, a[1]!, b[1]!);
      highY = Math.max(highY, a[1]!, b[1]!);
    }
    this.#low = [lowX, lowY];
    this.#size = Math.max(highX - lowX, highY - lowY, Number.MIN_VALUE) / GRID;
    for (const piece of pieces)
      this.#visit(piece, (key) => {
        const list = this.#cells.get(key);
        if (list) list.push(piece);
        else this.#cells.set(key, [piece]);
      });
  }

  near(piece: Piece): Set<Piece> {
    const out = new Set<Piece>();
    this.#visit(piece, (key) => {
      for (const other of this.#cells.get(key) ?? []) out.add(other);
    });
    return out;
  }

  #visit({ a, b }: Piece, cell: (key: number) => void): void {
    const index = (v: number, axis: 0 | 1): number =>
      Math.max(-1, Math.min(GRID, Math.floor((v - this.#low[axis]) / this.#size)));
    const [x0, x1] = [a[0]!, b[0]!].map((v) => index(v, 0)).sort((p, q) => p - q) as [number, number];
    const [y0, y1] = [a[1]!, b[1]!].map((v) => index(v, 1)).sort((p, q) => p - q) as [number, number];
    for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) cell((y + 1) * (GRID + 2) + x + 1);
  }
}

const GRID = 200;
