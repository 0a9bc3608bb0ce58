import type { Place } from './family';
import { contains, doubleArea, insideOf } from './polygon';

/** Points nearer than this are one. */
const SNAP = 2e-7;
/** An end of a curve this near to another curve ends on it: chords lie that far from their curves. */
const REACH = 6e-6;
/** Faces of less area are slivers between nearly equal curves. */
const SLIVER = 1e-9;
const GRID = 256;

/** A part of the square with one label. */
export interface Face {
  /** Counterclockwise outside, clockwise holes; the first point is not repeated. */
  readonly rings: readonly (readonly Place[])[];
  readonly area: number;
  readonly label: string;
  /** A place well inside. */
  readonly place: Place;
}

interface Segment {
  a: Place;
  b: Place;
}

/**
 * The parts into which curves divide the unit square, each with the label of a place inside it; neighbours of one label
 * are joined. Curves may end on one another, cross, and run on one another for a while.
 */
export function facesOf(curves: readonly (readonly Place[])[], label: (place: Place) => string): Face[] {
  const frame = [
    { u: 0, v: 0 },
    { u: 1, v: 0 },
    { u: 1, v: 1 },
    { u: 0, v: 1 },
    { u: 0, v: 0 },
  ];
  const graph = new Graph(split([frame, ...curves]));
  const all = graph.faces(() => true);
  const labels = all.map(({ rings }) => label(insideOf(rings)?.place ?? rings[0]![0]!));
  graph.assign(all);
  // Slivers take the label of the neighbour with the longest common border.
  all.forEach(({ area, halves }, i) => {
    if (area >= SLIVER) return;
    const lengths = new Map<number, number>();
    for (const h of halves) {
      const other = graph.faceOf[h ^ 1]!;
      if (other >= 0 && other !== i) lengths.set(other, (lengths.get(other) ?? 0) + graph.length(h));
    }
    let most = 0;
    for (const [other, length] of lengths)
      if (length > most) {
        most = length;
        labels[i] = labels[other]!;
      }
  });
  const separates = (h: number): boolean => {
    const [f, g] = [graph.faceOf[h]!, graph.faceOf[h ^ 1]!];
    return f < 0 || g < 0 || labels[f] !== labels[g];
  };
  const keep = Array.from({ length: graph.count }, (_, h) => separates(h));
  const labelAt = Array.from(graph.faceOf, (face) => (face < 0 ? '' : labels[face]!));
  return graph
    .faces((h) => keep[h]!)
    .flatMap(({ rings, area, halves }) => {
      const inside = insideOf(rings);
      if (!inside || area < SLIVER) return [];
      return [{ rings, area, label: labelAt[halves[0]!]!, place: inside.place }];
    });
}

/** Segments that meet at their ends only. */
function split(lines: readonly (readonly Place[])[]): Segment[] {
  const segments: { a: Place; b: Place; cuts: { s: number; at: Place }[] }[] = [];
  for (const points of lines)
    for (let i = 0; i + 1 < points.length; i++)
      segments.push({ a: clamp(points[i]!), b: clamp(points[i + 1]!), cuts: [] });
  const grid = new Map<number, number[]>();
  const cell = (w: number): number => Math.min(GRID - 1, Math.max(0, Math.floor(w * GRID)));
  const visit = (a: Place, b: Place, margin: number, f: (key: number) => void): void => {
    const [u0, u1] = [cell(Math.min(a.u, b.u) - margin), cell(Math.max(a.u, b.u) + margin)];
    const [v0, v1] = [cell(Math.min(a.v, b.v) - margin), cell(Math.max(a.v, b.v) + margin)];
    for (let i = u0; i <= u1; i++)
      for (let j = v0; j <= v1; j++) {
        // Long oblique segments cross few of the cells of their box.
        if (u1 > u0 && v1 > v0) {
          const [x, y] = [(i + 0.5) / GRID - a.u, (j + 0.5) / GRID - a.v];
          const [du, dv] = [b.u - a.u, b.v - a.v];
          const length = Math.hypot(du, dv);
          if (Math.abs(x * dv - y * du) > length * (0.75 / GRID + margin)) continue;
        }
        f(i * GRID + j);
      }
  };
  segments.forEach(({ a, b }, i) =>
    visit(a, b, 0, (key) => {
      const list = grid.get(key);
      if (list) list.push(i);
      else grid.set(key, [i]);
    }),
  );
  // Ends that lie on other curves.
  for (const points of lines.slice(1))
    for (const end of [clamp(points[0]!), clamp(points.at(-1)!)]) {
      const near = new Set<number>();
      visit(end, end, REACH, (key) => grid.get(key)?.forEach((i) => near.add(i)));
      for (const i of near) {
        const segment = segments[i]!;
        const { s, distance } = project(segment, end);
        if (distance < REACH && s > 0 && s < 1) segment.cuts.push({ s, at: end });
      }
    }
  for (const list of grid.values())
    for (let x = 0; x < list.length; x++)
      for (let y = x + 1; y < list.length; y++) {
        const [p, q] = [segments[list[x]!]!, segments[list[y]!]!];
        cross(p, q);
      }
  return segments.flatMap(({ a, b, cuts }) => {
    cuts.sort((p, q) => p.s - q.s);
    const points = [a, ...cuts.map(({ at }) => at), b];
    return points.slice(1).map((to, i) => ({ a: points[i]!, b: to }));
  });
}

function clamp({ u, v }: Place): Place {
  const to = (w: number): number => (w < SNAP ? 0 : w > 1 - SNAP ? 1 : w);
  return { u: to(u), v: to(v) };
}

function project({ a, b }: Segment, { u, v }: Place): { s: number; distance: number } {
  const [du, dv] = [b.u - a.u, b.v - a.v];
  const length = du * du + dv * dv;
  const s = length > 0 ? ((u - a.u) * du + (v - a.v) * dv) / length : 0;
  return { s, distance: Math.hypot(u - a.u - s * du, v - a.v - s * dv) };
}

interface Cut extends Segment {
  readonly cuts: { s: number; at: Place }[];
}

/** Notes where two segments cross, or where the end of one lies on the other. */
function cross(p: Cut, q: Cut): void {
  const [pu, pv] = [p.b.u - p.a.u, p.b.v - p.a.v];
  const [qu, qv] = [q.b.u - q.a.u, q.b.v - q.a.v];
  for (const [one, other] of [
    [p, q],
    [q, p],
  ] as const)
    for (const end of [other.a, other.b]) {
      const { s, distance } = project(one, end);
      if (distance < SNAP && s > 0 && s < 1) one.cuts.push({ s, at: end });
    }
  const determinant = pu * qv - pv * qu;
  if (Math.abs(determinant) < 1e-12 * Math.hypot(pu, pv) * Math.hypot(qu, qv)) return;
  const s = ((q.a.u - p.a.u) * qv - (q.a.v - p.a.v) * qu) / determinant;
  const t = ((q.a.u - p.a.u) * pv - (q.a.v - p.a.v) * pu) / determinant;
  if (!(s > 0 && s < 1 && t > 0 && t < 1)) return;
  const at = { u: p.a.u + s * pu, v: p.a.v + s * pv };
  p.cuts.push({ s, at });
  q.cuts.push({ s: t, at });
}

interface Walk {
  readonly rings: readonly (readonly Place[])[];
  readonly area: number;
  /** Half-edges of all rings. */
  readonly halves: readonly number[];
}

/** A planar graph of half-edges; h ^ 1 is the other direction of h. */
class Graph {
  readonly places: Place[] = [];
  readonly from: number[] = [];
  /** Face on the left of each half-edge, -1 outside. */
  faceOf = new Int32Array(0);
  readonly #vertices = new Map<string, number>();

  constructor(segments: readonly Segment[]) {
    const edges = new Set<string>();
    for (const { a, b } of segments) {
      const [p, q] = [this.#vertex(a), this.#vertex(b)];
      const key = p < q ? `${String(p)} ${String(q)}` : `${String(q)} ${String(p)}`;
      if (p === q || edges.has(key)) continue;
      edges.add(key);
      this.from.push(p, q);
    }
  }

  get count(): number {
    return this.from.length;
  }

  length(h: number): number {
    const [a, b] = [this.places[this.from[h]!]!, this.places[this.from[h ^ 1]!]!];
    return Math.hypot(b.u - a.u, b.v - a.v);
  }

  /** Notes the face on the left of each half-edge. */
  assign(faces: readonly Walk[]): void {
    this.faceOf = new Int32Array(this.count).fill(-1);
    faces.forEach(({ halves }, i) => {
      for (const h of halves) this.faceOf[h] = i;
    });
  }

  /** The faces of the graph of the edges that are kept; edges that end nowhere are left out. */
  faces(keep: (half: number) => boolean): Walk[] {
    const alive = Array.from({ length: this.count }, (_, h) => keep(h));
    const leaving: number[][] = Array.from({ length: this.places.length }, () => []);
    for (let h = 0; h < this.count; h++) if (alive[h]) leaving[this.from[h]!]!.push(h);
    const degree = leaving.map((list) => list.length);
    const dangling = degree.flatMap((d, vertex) => (d === 1 ? [vertex] : []));
    for (let vertex = dangling.pop(); vertex !== undefined; vertex = dangling.pop()) {
      const h = leaving[vertex]!.find((half) => alive[half]);
      if (h === undefined) continue;
      alive[h] = alive[h ^ 1] = false;
      degree[vertex] = degree[vertex]! - 1;
      const other = this.from[h ^ 1]!;
      degree[other] = degree[other]! - 1;
      if (degree[other] === 1) dangling.push(other);
    }
    const angle = (h: number): number => {
      const [a, b] = [this.places[this.from[h]!]!, this.places[this.from[h ^ 1]!]!];
      return Math.atan2(b.v - a.v, b.u - a.u);
    };
    const next = new Int32Array(this.count).fill(-1);
    for (const list of leaving) {
      const around = list.filter((h) => alive[h]).sort((p, q) => angle(p) - angle(q));
      // Arriving by the other half of one, the face on the left goes on clockwise from there.
      around.forEach((h, i) => {
        next[h ^ 1] = around[(i + around.length - 1) % around.length]!;
      });
    }
    const seen = new Uint8Array(this.count);
    const outer: {
      ring: Place[];
      halves: number[];
      area: number;
      holes: { ring: Place[]; halves: number[]; area: number }[];
    }[] = [];
    const inner: { ring: Place[]; halves: number[]; area: number }[] = [];
    for (let h = 0; h < this.count; h++) {
      if (!alive[h] || seen[h]) continue;
      const halves: number[] = [];
      for (let at = h; !seen[at]; at = next[at]!) {
        seen[at] = 1;
        halves.push(at);
      }
      const ring = halves.map((half) => this.places[this.from[half]!]!);
      const area = doubleArea(ring) / 2;
      if (area > 0) outer.push({ ring, halves, area, holes: [] });
      else if (area < 0) inner.push({ ring, halves, area });
    }
    outer.sort((p, q) => p.area - q.area);
    for (const hole of inner) {
      // The outside of a connected part lies in the least face around it, which is no face of its own.
      const a = hole.ring[0]!;
      const around = outer.find(
        ({ ring, area }) => area > -hole.area * (1 + 1e-9) && !ring.includes(a) && contains(ring, a),
      );
      around?.holes.push(hole);
    }
    return outer.map(({ ring, halves, area, holes }) => ({
      rings: [ring, ...holes.map((hole) => hole.ring)],
      area: area + holes.reduce((sum, hole) => sum + hole.area, 0),
      halves: [...halves, ...holes.flatMap((hole) => hole.halves)],
    }));
  }

  #vertex({ u, v }: Place): number {
    const [i, j] = [Math.round(u / SNAP), Math.round(v / SNAP)];
    for (let a = -1; a <= 1; a++)
      for (let b = -1; b <= 1; b++) {
        const known = this.#vertices.get(`${String(i + a)} ${String(j + b)}`);
        if (known === undefined) continue;
        const place = this.places[known]!;
        if (Math.hypot(place.u - u, place.v - v) < SNAP) return known;
      }
    this.places.push({ u, v });
    this.#vertices.set(`${String(i)} ${String(j)}`, this.places.length - 1);
    return this.places.length - 1;
  }
}
