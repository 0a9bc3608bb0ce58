import { spectrum } from '../linalg/eigen';
import { multiply } from '../linalg/dense';
import type { CanonicalMap } from '../map/canonical';
import { Kernel, affineOf } from '../map/kernel';
import { regionsIn } from './regions';

/** A saddle fixed point or cycle. */
export interface Saddle {
  readonly points: readonly (readonly number[])[];
  /** One string of L bits for each point. */
  readonly regions: readonly string[];
}

/**
 * A straight piece of a manifold. `steps` applications of the map lead from the fundamental domain to it (unstable) or
 * from it to the fundamental domain (stable); `from` and `to` are the positions in that domain, in [0, 1], of which its
 * ends are the images or preimages.
 */
export interface Piece {
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Index in the manifold's `branches`. */
  readonly branch: number;
  readonly steps: number;
  readonly from: number;
  readonly to: number;
  /** Bound on the distance of either end from where it belongs: rounding, carried along by the map. */
  readonly error: number;
}

export interface Manifold {
  readonly kind: 'stable' | 'unstable';
  readonly pieces: readonly Piece[];
  /** Where each branch leaves: the cycle's point and the unit direction. */
  readonly branches: readonly { readonly point: number; readonly direction: readonly number[] }[];
  /** Why it ends where it ends: `complete` when every piece was followed to the limits of the box. */
  readonly ended: 'pieces' | 'steps' | 'stopped' | 'box';
  readonly notes: readonly string[];
}

export interface GrowthLimits {
  /** |z_i| beyond which pieces are cut off. */
  readonly radius: number;
  readonly pieces: number;
  readonly steps: number;
  readonly stop: () => boolean;
}

const UNIT = Number.EPSILON / 2;

/** An eigenvector of the product of Jacobians at every point of the cycle, carried around it. */
interface Direction {
  readonly multiplier: number;
  /** Unit vectors, one for each point. */
  readonly vectors: Float64Array[];
  /** Bound on the sine of the angle between each of them and the true direction (n = 2; an estimate above). */
  readonly error: number;
}

/**
 * The one-dimensional manifold of a saddle, grown region by region: within the regions of the cycle it is straight; its
 * images (unstable) or preimages (stable) are cut at region borders and stay straight between them
 * (Eisenmann, Brändle, Monfared, Durstewitz, arXiv 2510.03814).
 * @returns null when that manifold is not one-dimensional, or (stable, n > 2) there are too many regions to invert
 */
export function growManifold(
  map: CanonicalMap,
  saddle: Saddle,
  kind: 'stable' | 'unstable',
  limits: GrowthLimits,
): Manifold | null {
  const direction = soleDirection(map, saddle, kind);
  if (direction === null) return null;
  return kind === 'unstable'
    ? growUnstable(map, saddle, direction, limits)
    : growStable(map, saddle, direction, limits);
}

function jacobians(map: CanonicalMap, regions: readonly string[]): Float64Array[] {
  return regions.map((region) => {
    const J = new Float64Array(map.n * map.n);
    affineOf(map, Array.from(region, Number), J, new Float64Array(map.n));
    return J;
  });
}

function apply(J: Float64Array, v: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += J[i * n + j]! * v[j]!;
    return sum;
  });
}

function unitVector(v: Float64Array): Float64Array {
  const norm = Math.hypot(...v);
  return v.map((x) => x / norm);
}

/** The one real multiplier outside (unstable) or inside (stable) the unit circle, with its eigenvectors. */
function soleDirection(
  map: CanonicalMap,
  { regions }: Saddle,
  kind: 'stable' | 'unstable',
): Direction | null {
  const { n } = map;
  const J = jacobians(map, regions);
  let M: Float64Array<ArrayBufferLike> = J[0]!.slice();
  for (const Jt of J.slice(1)) {
    const next = new Float64Array(n * n);
    multiply(Jt, M, next, n);
    M = next;
  }
  if (!M.every(Number.isFinite)) return null;
  const chosen = spectrum(M, n).values.filter(
    ({ re, im }) => Math.hypot(re, im) > 1 === (kind === 'unstable'),
  );
  const [only] = chosen;
  if (chosen.length !== 1 || only === undefined || only.im !== 0 || only.re === 0) return null;
  const first = nullVector(M, only.re, n);
  if (first === null) return null;
  const vectors = [first];
  for (let t = 0; t + 1 < regions.length; t++) {
    const next = apply(J[t]!, vectors[t]!, n);
    if (!(Math.hypot(...next) > 0)) return null;
    vectors.push(unitVector(next));
  }
  return { multiplier: only.re, vectors, error: directionError(map, regions, M, first, only.re) };
}

/**
 * Perturbation bound of an eigenvector: what M v - lambda v leaves, and the rounding of M, over the gap to the other
 * eigenvalue and the sine of the angle between the two eigenvectors.
 */
function directionError(
  map: CanonicalMap,
  regions: readonly string[],
  M: Float64Array,
  v: Float64Array,
  lambda: number,
): number {
  const { n, L } = map;
  const residual = Math.hypot(...apply(M, v, n).map((x, i) => x - lambda * v[i]!));
  const sizes = jacobians(map, regions).reduce((product, J) => product * Math.max(1, stretch(J)), 1);
  const rounding = (n + L + 4) * regions.length * UNIT * sizes;
  const others = spectrum(M, n).values.filter(({ re, im }) => im !== 0 || re !== lambda);
  const gap = Math.min(...others.map(({ re, im }) => Math.hypot(re - lambda, im)));
  const other = n === 2 ? nullVector(M, others[0]?.re ?? 0, n) : null;
  const sine = other === null ? 1 : Math.abs(v[0]! * other[1]! - v[1]! * other[0]!);
  return (2 * (residual + rounding) * (n === 2 ? 1 : n)) / (gap * Math.max(sine, UNIT)) + 4 * n * UNIT;
}

/** Unit vector of the null space of M - lambda I, by full pivoting. */
function nullVector(M: Float64Array, lambda: number, n: number): Float64Array | null {
  const rows = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_column, j) => M[i * n + j]! - (i === j ? lambda : 0)),
  );
  const columns = Array.from({ length: n }, (_, j) => j);
  for (let k = 0; k < n - 1; k++) {
    let best = 0;
    let [pi, pj] = [k, k];
    for (let i = k; i < n; i++)
      for (let j = k; j < n; j++)
        if (Math.abs(rows[i]![columns[j]!]!) > best) {
          best = Math.abs(rows[i]![columns[j]!]!);
          [pi, pj] = [i, j];
        }
    if (best === 0) return null;
    [rows[k], rows[pi]] = [rows[pi]!, rows[k]!];
    [columns[k], columns[pj]] = [columns[pj]!, columns[k]!];
    const pivot = rows[k]!;
    for (let i = k + 1; i < n; i++) {
      const f = rows[i]![columns[k]!]! / pivot[columns[k]!]!;
      for (let j = k; j < n; j++) rows[i]![columns[j]!] = rows[i]![columns[j]!]! - f * pivot[columns[j]!]!;
    }
  }
  const v = new Float64Array(n);
  v[columns[n - 1]!] = 1;
  for (let k = n - 2; k >= 0; k--) {
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += rows[k]![columns[j]!]! * v[columns[j]!]!;
    v[columns[k]!] = -sum / rows[k]![columns[k]!]!;
  }
  return unitVector(v);
}

/** Largest t such that z + t v keeps strictly to the point's region, with a little room. */
function room(
  map: CanonicalMap,
  z: readonly number[],
  v: ArrayLike<number>,
  region: string,
  radius: number,
): number {
  const { n, L, C, d } = map;
  let t = radius;
  for (let u = 0; u < L; u++) {
    let p = d[u]!;
    let slope = 0;
    for (let j = 0; j < n; j++) {
      p += C[u * n + j]! * z[j]!;
      slope += C[u * n + j]! * v[j]!;
    }
    if (region[u] === '1' ? slope < 0 : slope > 0) t = Math.min(t, -p / slope);
  }
  return Math.max(0, t);
}

/** The Frobenius norm, which bounds what a linear map can make of an error. */
function stretch(J: Float64Array): number {
  return Math.hypot(...J);
}

/**
 * How far the straight part reaches from each point of the cycle in units of `vectors`, on the side of `sign`: it stays
 * in the cycle's regions for `periods` periods.
 */
function straightReach(
  map: CanonicalMap,
  saddle: Saddle,
  J: readonly Float64Array[],
  point: number,
  direction: Float64Array,
  steps: number,
  radius: number,
): number {
  const k = saddle.points.length;
  let reach = Infinity;
  let v: Float64Array = direction;
  for (let t = 0; t < steps; t++) {
    const at = (point + t) % k;
    const length = Math.hypot(...v);
    // A direction that has all but vanished no longer reaches any border.
    if (!(length > 1e-12)) break;
    const unit = v.map((x) => x / length);
    reach = Math.min(reach, room(map, saddle.points[at]!, unit, saddle.regions[at]!, radius) / length);
    v = apply(J[at]!, v, map.n);
  }
  return reach;
}

/** Rounding of one application of the map to states of this size, in each coordinate together. */
function stepRounding({ n, L, A, B, C, d, g }: CanonicalMap, size: number): number {
  const through = stretch(C) * size + Math.hypot(...d);
  return (n + L + 4) * UNIT * (stretch(A) * size + stretch(B) * through + Math.hypot(...g));
}

function sizeOf(vertices: readonly Float64Array[]): number {
  let size = 0;
  for (const z of vertices) size = Math.max(size, Math.hypot(...z));
  return size;
}

interface Front {
  readonly branch: number;
  readonly vertices: readonly Float64Array[];
  /** In the fundamental domain, one for each vertex. */
  readonly positions: readonly number[];
  readonly error: number;
}

function growUnstable(
  map: CanonicalMap,
  saddle: Saddle,
  { multiplier, vectors, error: angle }: Direction,
  limits: GrowthLimits,
): Manifold {
  const k = saddle.points.length;
  const J = jacobians(map, saddle.regions);
  // A negative multiplier takes one side to the other: one branch is both.
  const period = multiplier < 0 ? 2 * k : k;
  const growth = Math.abs(multiplier) ** (period / k);
  const z = saddle.points[0]!;
  const branches = (multiplier < 0 ? [1] : [1, -1]).map((sign) => ({
    point: 0,
    direction: Array.from(vectors[0]!, (v) => sign * v),
  }));
  const pieces: Piece[] = [];
  let fronts: Front[] = [];
  let straight: Front[] = [];
  branches.forEach(({ direction }, branch) => {
    const reach =
      0.999 * straightReach(map, saddle, J, 0, Float64Array.from(direction), period, limits.radius);
    const end = (t: number): Float64Array => Float64Array.from(z, (x, i) => x + t * direction[i]!);
    const error = 64 * map.n * UNIT * (Math.hypot(...z) + reach) + angle * reach;
    const inner = end(reach / growth);
    straight.push({ branch, vertices: [Float64Array.from(z), inner], positions: [0, 0], error });
    fronts.push({ branch, vertices: [inner, end(reach)], positions: [0, 1], error });
  });
  const record = (list: readonly Front[], steps: number): void => {
    for (const { branch, vertices, positions, error } of list)
      for (let i = 0; i + 1 < vertices.length; i++)
        pieces.push({
          a: vertices[i]!,
          b: vertices[i + 1]!,
          branch,
          steps,
          from: positions[i]!,
          to: positions[i + 1]!,
          error,
        });
  };
  record([...straight, ...fronts], 0);
  const done = (ended: Manifold['ended']): Manifold => ({
    kind: 'unstable',
    pieces,
    branches,
    ended,
    notes: [],
  });
  const advance = advancer(map, limits.radius);
  for (let step = 1; fronts.length > 0; step++) {
    if (step > limits.steps) return done('steps');
    if (pieces.length > limits.pieces) return done('pieces');
    if (limits.stop()) return done('stopped');
    fronts = fronts.flatMap(advance);
    // The straight part of one point is the image of another's.
    straight = step < period ? straight.flatMap(advance) : [];
    record([...straight, ...fronts], step);
  }
  return done('box');
}

/** One application of the map to a polyline: cut at the borders it crosses, its image in the box. */
function advancer(map: CanonicalMap, radius: number): (front: Front) => Front[] {
  const { n, L } = map;
  const kernel = new Kernel(map);
  const bits = new Uint8Array(L);
  const J = new Float64Array(n * n);
  const b = new Float64Array(n);
  return (front) => {
    const cut = cutAtBorders(map, front.vertices, front.positions);
    const images = cut.vertices.map((z) => {
      const image = new Float64Array(n);
      kernel.step(z, 0, image, 0, bits);
      return image;
    });
    let worst = 0;
    for (let i = 0; i + 1 < cut.vertices.length; i++) {
      kernel.region(
        cut.vertices[i]!.map((x, c) => (x + cut.vertices[i + 1]![c]!) / 2),
        0,
        bits,
      );
      affineOf(map, bits, J, b);
      worst = Math.max(worst, stretch(J));
    }
    const error = (worst * front.error + stepRounding(map, sizeOf(cut.vertices))) * (1 + 1e-9);
    const out: Front[] = [];
    let vertices: Float64Array[] = [];
    let positions: number[] = [];
    const flush = (): void => {
      if (vertices.length > 1) out.push({ branch: front.branch, vertices, positions, error });
      vertices = [];
      positions = [];
    };
    // Pieces that leave the box are kept whole and end the polyline.
    images.forEach((image, i) => {
      const inside = image.every((x) => Math.abs(x) <= radius);
      if (!inside && vertices.length === 0) {
        const next = images[i + 1];
        if (!next?.every((x) => Math.abs(x) <= radius)) return;
      }
      vertices.push(image);
      positions.push(cut.positions[i]!);
      if (!inside && vertices.length > 1) flush();
    });
    flush();
    return out;
  };
}

/** Inserts a vertex wherever a polyline crosses a region border. */
function cutAtBorders(
  map: CanonicalMap,
  vertices: readonly Float64Array[],
  positions: readonly number[],
): { vertices: Float64Array[]; positions: number[] } {
  const { n, L, C, d } = map;
  const outV: Float64Array[] = [vertices[0]!];
  const outP: number[] = [positions[0]!];
  for (let s = 0; s + 1 < vertices.length; s++) {
    const [a, b] = [vertices[s]!, vertices[s + 1]!];
    const crossings: number[] = [];
    for (let u = 0; u < L; u++) {
      let p = d[u]!;
      let q = d[u]!;
      for (let j = 0; j < n; j++) {
        p += C[u * n + j]! * a[j]!;
        q += C[u * n + j]! * b[j]!;
      }
      if ((p > 0 && q < 0) || (p < 0 && q > 0)) crossings.push(p / (p - q));
    }
    crossings.sort((x, y) => x - y);
    for (const t of crossings) {
      outV.push(a.map((x, i) => x + t * (b[i]! - x)));
      outP.push(positions[s]! + t * (positions[s + 1]! - positions[s]!));
    }
    outV.push(b);
    outP.push(positions[s + 1]!);
  }
  return { vertices: outV, positions: outP };
}

/** Regions that are inverted at most. */
const MOST_REGIONS = 4096;

function growStable(
  map: CanonicalMap,
  saddle: Saddle,
  { vectors, error: angle }: Direction,
  limits: GrowthLimits,
): Manifold | null {
  const { n } = map;
  const regions = regionsIn(map, limits.radius, MOST_REGIONS);
  if (regions === null) return null;
  const inverses = regions.flatMap((bits) => {
    const J = new Float64Array(n * n);
    const b = new Float64Array(n);
    affineOf(map, bits, J, b);
    const inverse = invert(J, n);
    return inverse === null
      ? []
      : [{ bits, b, inverse, stretch: stretch(inverse), condition: stretch(inverse) * stretch(J) }];
  });
  const collapsed = regions.length - inverses.length;
  const notes =
    collapsed > 0
      ? [
          `${String(collapsed)} of ${String(regions.length)} regions are collapsed by the map: preimages there are no curves and are left out.`,
        ]
      : [];
  const k = saddle.points.length;
  const J = jacobians(map, saddle.regions);
  const branches = saddle.points.flatMap((_, point) =>
    [1, -1].map((sign) => ({ point, direction: Array.from(vectors[point]!, (v) => sign * v) })),
  );
  // Everything on the line that keeps to the cycle's regions for ever.
  const straight = branches.map(({ point, direction }, branch): Piece => {
    const reach = straightReach(map, saddle, J, point, Float64Array.from(direction), 60 * k, limits.radius);
    const z = saddle.points[point]!;
    return {
      a: Float64Array.from(z),
      b: Float64Array.from(z, (x, i) => x + reach * direction[i]!),
      branch,
      steps: 0,
      from: 0,
      to: 1,
      error: 64 * n * UNIT * (Math.hypot(...z) + reach) + angle * reach,
    };
  });
  const pieces = [...straight];
  const done = (ended: Manifold['ended']): Manifold => ({ kind: 'stable', pieces, branches, ended, notes });
  let front: readonly Piece[] = straight;
  for (let step = 1; front.length > 0; step++) {
    if (step > limits.steps) return done('steps');
    if (pieces.length > limits.pieces) return done('pieces');
    const next: Piece[] = [];
    for (const piece of front) {
      if (limits.stop()) return done('stopped');
      for (const region of inverses) {
        const a = inverseImage(region, piece.a, n);
        const b = inverseImage(region, piece.b, n);
        const rounding =
          (n + 8) * n * UNIT * region.condition * (sizeOf([a, b]) + region.stretch * Math.hypot(...region.b));
        const error = (region.stretch * piece.error + rounding) * (1 + 1e-9);
        const preimage = clipTo(map, region.bits, { ...piece, a, b, steps: step, error }, limits.radius);
        // The straight parts are preimages of one another.
        if (preimage !== null && !straight.some((known) => contains(known, preimage, n))) next.push(preimage);
      }
    }
    pieces.push(...next);
    front = next;
  }
  return done('box');
}

function inverseImage(
  { b, inverse }: { b: Float64Array; inverse: Float64Array },
  z: Float64Array,
  n: number,
): Float64Array {
  return apply(
    inverse,
    z.map((x, i) => x - b[i]!),
    n,
  );
}

/** Whether a piece lies on another one, to rounding. */
function contains({ a, b, error }: Piece, piece: Piece, n: number): boolean {
  return [piece.a, piece.b].every((z) => {
    let length2 = 0;
    let along = 0;
    for (let i = 0; i < n; i++) {
      length2 += (b[i]! - a[i]!) ** 2;
      along += (z[i]! - a[i]!) * (b[i]! - a[i]!);
    }
    if (length2 === 0) return false;
    const t = along / length2;
    let off = 0;
    for (let i = 0; i < n; i++) off += (z[i]! - a[i]! - t * (b[i]! - a[i]!)) ** 2;
    return Math.sqrt(off) <= 1e-9 * Math.sqrt(length2) + 4 * error && t >= -1e-9 && t <= 1 + 1e-9;
  });
}

/** The part of a piece in a closed region and in the box; null when there is none. */
function clipTo({ n, L, C, d }: CanonicalMap, bits: Uint8Array, piece: Piece, radius: number): Piece | null {
  let low = 0;
  let high = 1;
  const cut = (p: number, q: number): void => {
    // p at a, q at b: keep what is >= 0.
    if (p < 0 && q < 0) high = -1;
    else if (p < 0) low = Math.max(low, p / (p - q));
    else if (q < 0) high = Math.min(high, p / (p - q));
  };
  for (let u = 0; u < L && low < high; u++) {
    let p = d[u]!;
    let q = d[u]!;
    for (let j = 0; j < n; j++) {
      p += C[u * n + j]! * piece.a[j]!;
      q += C[u * n + j]! * piece.b[j]!;
    }
    const sign = bits[u] === 1 ? 1 : -1;
    cut(sign * p, sign * q);
  }
  for (let i = 0; i < n && low < high; i++) {
    cut(radius - piece.a[i]!, radius - piece.b[i]!);
    cut(radius + piece.a[i]!, radius + piece.b[i]!);
  }
  if (!(low < high)) return null;
  const at = (t: number): Float64Array => piece.a.map((x, i) => x + t * (piece.b[i]! - x));
  const position = (t: number): number => piece.from + t * (piece.to - piece.from);
  return { ...piece, a: at(low), b: at(high), from: position(low), to: position(high) };
}

/** Inverse by Gauss-Jordan elimination with partial pivoting; null where that is singular within rounding. */
function invert(J: Float64Array, n: number): Float64Array | null {
  const a = J.slice();
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * (n + 1)] = 1;
  const largest = Math.max(...a.map(Math.abs));
  for (let c = 0; c < n; c++) {
    let p = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(a[r * n + c]!) > Math.abs(a[p * n + c]!)) p = r;
    const pivot = a[p * n + c]!;
    if (!(Math.abs(pivot) > 1e-14 * largest)) return null;
    for (const m of [a, out])
      for (let j = 0; j < n; j++) {
        const t = m[c * n + j]!;
        m[c * n + j] = m[p * n + j]! / pivot;
        if (p !== c) m[p * n + j] = t;
      }
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const f = a[r * n + c]!;
      if (f === 0) continue;
      for (const m of [a, out]) for (let j = 0; j < n; j++) m[r * n + j] = m[r * n + j]! - f * m[c * n + j]!;
    }
  }
  return out;
}
