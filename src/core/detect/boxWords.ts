import type { CanonicalMap } from '../map/canonical';
import { grown } from '../prove/cell';
import { SLACK } from './directions';

/**
 * A polytope in space by its combinatorics: faces share their edges and edges their vertices, so that each vertex is on one
 * side of a cut for all of them, whatever the rounding.
 */
class Polytope {
  /** x, y, z of each vertex. */
  vertices = new Float64Array(3 * 32);
  vertexCount = 0;
  /** Two vertices each. */
  edges = new Int32Array(2 * 48);
  edgeCount = 0;
  /** Face f has the edges borders[ends[f - 1]] .. borders[ends[f] - 1], in any order. */
  borders = new Int32Array(128);
  ends = new Int32Array(24);
  faceCount = 0;

  clear(): void {
    this.vertexCount = 0;
    this.edgeCount = 0;
    this.faceCount = 0;
  }

  vertex(x: number, y: number, z: number): number {
    const at = 3 * this.vertexCount;
    if (at + 3 > this.vertices.length) this.vertices = grown(this.vertices, new Float64Array(2 * at));
    this.vertices[at] = x;
    this.vertices[at + 1] = y;
    this.vertices[at + 2] = z;
    return this.vertexCount++;
  }

  edge(from: number, to: number): number {
    const at = 2 * this.edgeCount;
    if (at + 2 > this.edges.length) this.edges = grown(this.edges, new Int32Array(2 * at));
    this.edges[at] = from;
    this.edges[at + 1] = to;
    return this.edgeCount++;
  }

  /** @param length number of `borders` after it */
  closeFace(length: number): void {
    if (this.faceCount === this.ends.length) this.ends = grown(this.ends, new Int32Array(2 * this.faceCount));
    this.ends[this.faceCount++] = length;
  }

  /** Puts an edge into the face being built. */
  border(at: number, edge: number): void {
    if (at === this.borders.length) this.borders = grown(this.borders, new Int32Array(2 * at));
    this.borders[at] = edge;
  }
}

/** The cube |z_i| <= radius. */
function cube(radius: number): Polytope {
  const out = new Polytope();
  for (let v = 0; v < 8; v++)
    out.vertex(v & 1 ? radius : -radius, v & 2 ? radius : -radius, v & 4 ? radius : -radius);
  const edgeOf = new Map<string, number>();
  for (let v = 0; v < 8; v++)
    for (const axis of [1, 2, 4])
      if (!(v & axis)) edgeOf.set(`${String(v)} ${String(v | axis)}`, out.edge(v, v | axis));
  let length = 0;
  for (const axis of [1, 2, 4])
    for (const side of [0, axis]) {
      for (const [key, edge] of edgeOf)
        if (key.split(' ').every((v) => (Number(v) & axis) === side)) out.border(length++, edge);
      out.closeFace(length);
    }
  return out;
}

/** Cuts polytopes, with room to work in. */
class Knife {
  /** a x + b y + c z + d of each vertex. */
  values = new Float64Array(64);
  #moved = new Int32Array(64);
  #edge = new Int32Array(128);
  #cut = new Int32Array(128);
  readonly #cap: number[] = [];
  readonly #onFace: number[] = [];

  /** Fills `values`. @returns the least and the greatest */
  measure({ vertices, vertexCount }: Polytope, a: number, b: number, c: number, d: number): [number, number] {
    if (vertexCount > this.values.length) this.values = new Float64Array(2 * vertexCount);
    let least = Infinity;
    let greatest = -Infinity;
    for (let v = 0; v < vertexCount; v++) {
      const q = a * vertices[3 * v]! + b * vertices[3 * v + 1]! + c * vertices[3 * v + 2]! + d;
      this.values[v] = q;
      if (q < least) least = q;
      if (q > greatest) greatest = q;
    }
    return [least, greatest];
  }

  /** `to` becomes the part of `from` where side * value >= -slack; `values` are those of `from`. */
  cut(from: Polytope, side: 1 | -1, slack: number, to: Polytope): void {
    const { vertices, vertexCount, edges, edgeCount, borders, ends, faceCount } = from;
    const { values } = this;
    to.clear();
    if (vertexCount > this.#moved.length) this.#moved = new Int32Array(2 * vertexCount);
    if (edgeCount > this.#edge.length) {
      this.#edge = new Int32Array(2 * edgeCount);
      this.#cut = new Int32Array(2 * edgeCount);
    }
    const moved = this.#moved;
    const edge = this.#edge;
    const cut = this.#cut;
    for (let v = 0; v < vertexCount; v++)
      moved[v] =
        side * values[v]! + slack >= 0
          ? to.vertex(vertices[3 * v]!, vertices[3 * v + 1]!, vertices[3 * v + 2]!)
          : -1;
    for (let e = 0; e < edgeCount; e++) {
      const v = edges[2 * e]!;
      const w = edges[2 * e + 1]!;
      edge[e] = -1;
      cut[e] = -1;
      if (moved[v]! >= 0 && moved[w]! >= 0) edge[e] = to.edge(moved[v]!, moved[w]!);
      else if (moved[v]! >= 0 || moved[w]! >= 0) {
        const p = side * values[v]! + slack;
        const q = side * values[w]! + slack;
        const s = p / (p - q);
        const [x, y, z] = [vertices[3 * v]!, vertices[3 * v + 1]!, vertices[3 * v + 2]!];
        const at = to.vertex(
          x + s * (vertices[3 * w]! - x),
          y + s * (vertices[3 * w + 1]! - y),
          z + s * (vertices[3 * w + 2]! - z),
        );
        cut[e] = at;
        edge[e] = to.edge(moved[v]! >= 0 ? moved[v]! : moved[w]!, at);
      }
    }
    let length = 0;
    const cap = this.#cap;
    const onFace = this.#onFace;
    cap.length = 0;
    for (let f = 0, begin = 0; f < faceCount; begin = ends[f++]!) {
      const before = length;
      onFace.length = 0;
      for (let i = begin; i < ends[f]!; i++) {
        const e = borders[i]!;
        if (edge[e]! < 0) continue;
        to.border(length++, edge[e]!);
        if (cut[e]! >= 0) onFace.push(cut[e]!);
      }
      // Two, but for rounding: then every pair, which stays within the face.
      for (let i = 0; i < onFace.length; i++)
        for (let j = i + 1; j < onFace.length; j++) {
          const fresh = to.edge(onFace[i]!, onFace[j]!);
          to.border(length++, fresh);
          cap.push(fresh);
        }
      if (length > before) to.closeFace(length);
    }
    for (const e of cap) to.border(length++, e);
    if (cap.length > 0) to.closeFace(length);
  }
}

/**
 * The region words met in the cube |z_i| <= radius, for n = 3: the cube is cut by the units' borders one after the other,
 * keeping on both sides a strip that is wider than the rounding of all cuts together.
 *
 * @param visit called with each word (reused between calls), each once; return false to stop
 * @returns whether it was finished
 */
export function boxWords(map: CanonicalMap, radius: number, visit: (word: Uint8Array) => boolean): boolean {
  const { n, L, C, d } = map;
  if (n !== 3) throw new RangeError('polytopes are cut for n = 3');
  const word = new Uint8Array(L);
  const knife = new Knife();
  const room = Array.from({ length: L + 1 }, () => new Polytope());
  const descend = (from: number, depth: number, whole: Polytope): boolean => {
    for (let u = from; u < L; u++) {
      const [a, b, c] = [C[3 * u]!, C[3 * u + 1]!, C[3 * u + 2]!];
      const offset = d[u]!;
      const slack = SLACK * ((Math.abs(a) + Math.abs(b) + Math.abs(c)) * radius + Math.abs(offset));
      const [least, greatest] = knife.measure(whole, a, b, c, offset);
      if (slack === 0 || greatest < -slack) word[u] = 0;
      else if (least > slack) word[u] = 1;
      else {
        const part = room[depth]!;
        for (const side of [1, -1] as const) {
          if (side > 0 ? greatest < -slack : least > slack) continue;
          // The first side's descent has overwritten the values.
          if (side < 0) knife.measure(whole, a, b, c, offset);
          knife.cut(whole, side, slack, part);
          word[u] = side > 0 ? 1 : 0;
          if (!descend(u + 1, depth + 1, part)) return false;
        }
        return true;
      }
    }
    return visit(word);
  };
  return descend(0, 0, cube(radius));
}
