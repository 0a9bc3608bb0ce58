/**
 * Is a polyhedron { x : low_i <= a_i x <= high_i } in n variables empty? A dual simplex on the n active rows, for rows
 * that come and go at the end of a long list: the point that is least in a fixed generic direction stays optimal for
 * the rows so far, and whatever row it violates most enters.
 *
 * In floating point, so that an answer alone proves nothing: an empty polyhedron comes with Farkas multipliers, which
 * `ItineraryFarkas` checks.
 */
export class CellLp {
  /** Rows in use. */
  count = 0;
  /** Rows of length 1, row-major. */
  rows: Float64Array;
  /** The length each row had. */
  norm: Float64Array;
  low: Float64Array;
  high: Float64Array;
  tolerance: Float64Array;
  /** Active rows as 2 row + (1: at its upper bound), one for each variable. */
  readonly basis: Int32Array;
  readonly point: Float64Array;
  /** After an empty result: the rows (as in `basis`) and their multipliers, in terms of rows of their own length. */
  readonly support: Int32Array;
  readonly multipliers: Float64Array;
  supportCount = 0;
  /** Row products, a measure of work that does not depend on the machine. */
  operations = 0;
  pivots = 0;
  /** Column j: the edge along which active row j grows by 1 and the others stay. */
  readonly #edges: Float64Array;
  readonly #reduced: Float64Array;
  readonly #direction: Float64Array;
  readonly #alpha: Float64Array;
  readonly #work: Float64Array;
  readonly #saved: Float64Array[] = [];
  readonly #savedBases: Int32Array[] = [];

  constructor(readonly n: number) {
    this.rows = new Float64Array(64 * n);
    this.norm = new Float64Array(64);
    this.low = new Float64Array(64);
    this.high = new Float64Array(64);
    this.tolerance = new Float64Array(64);
    this.basis = new Int32Array(n);
    this.point = new Float64Array(n);
    this.support = new Int32Array(n + 1);
    this.multipliers = new Float64Array(n + 1);
    this.#edges = new Float64Array(n * n);
    this.#reduced = new Float64Array(n);
    // Irrational and without symmetry: no two vertices of a cell tie.
    this.#direction = Float64Array.from(
      { length: n },
      (_, j) => Math.sin(1 + 7 * j) + 0.01 * Math.cos(3 * j),
    );
    this.#alpha = new Float64Array(n);
    this.#work = new Float64Array(2 * n * n);
  }

  reserve(count: number): void {
    if (this.norm.length >= count) return;
    const size = 2 * count;
    const grow = (a: Float64Array, length: number): Float64Array => {
      const out = new Float64Array(length);
      out.set(a);
      return out;
    };
    this.rows = grow(this.rows, size * this.n);
    this.norm = grow(this.norm, size);
    this.low = grow(this.low, size);
    this.high = grow(this.high, size);
    this.tolerance = grow(this.tolerance, size);
  }

  /** Starts at the corner of the box that is least in the direction; its rows are the first n. */
  corner(): void {
    for (let j = 0; j < this.n; j++) this.basis[j] = 2 * j + (this.#direction[j]! > 0 ? 0 : 1);
  }

  /** Edges, point and reduced costs of the present basis, afresh. False when the rows are dependent. */
  factor(): boolean {
    const { n, rows, basis, low, high, point } = this;
    const a = this.#work;
    const edges = this.#edges;
    edges.fill(0);
    for (let i = 0; i < n; i++) {
      const row = basis[i]! >> 1;
      const sign = (basis[i]! & 1) === 0 ? 1 : -1;
      for (let j = 0; j < n; j++) a[i * n + j] = sign * rows[row * n + j]!;
      edges[i * n + i] = 1;
    }
    for (let c = 0; c < n; c++) {
      let p = c;
      for (let r = c + 1; r < n; r++) if (Math.abs(a[r * n + c]!) > Math.abs(a[p * n + c]!)) p = r;
      const pivot = a[p * n + c]!;
      if (!(Math.abs(pivot) > 1e-200)) return false;
      for (let j = 0; j < n; j++) {
        const s = a[p * n + j]!;
        a[p * n + j] = a[c * n + j]!;
        a[c * n + j] = s / pivot;
        const t = edges[p * n + j]!;
        edges[p * n + j] = edges[c * n + j]!;
        edges[c * n + j] = t / pivot;
      }
      for (let r = 0; r < n; r++) {
        const f = a[r * n + c]!;
        if (r === c || f === 0) continue;
        for (let j = c; j < n; j++) a[r * n + j] = a[r * n + j]! - f * a[c * n + j]!;
        for (let j = 0; j < n; j++) edges[r * n + j] = edges[r * n + j]! - f * edges[c * n + j]!;
      }
    }
    this.operations += 2 * n * n;
    for (let i = 0; i < n; i++) {
      let v = 0;
      let reduced = 0;
      for (let j = 0; j < n; j++) {
        const code = basis[j]!;
        const bound = (code & 1) === 0 ? low[code >> 1]! : -high[code >> 1]!;
        v += edges[i * n + j]! * bound;
        reduced += this.#direction[j]! * edges[j * n + i]!;
      }
      point[i] = v;
      this.#reduced[i] = Math.max(0, reduced);
    }
    return true;
  }

  save(depth: number): void {
    const { n } = this;
    let state = this.#saved[depth];
    if (!state) this.#saved[depth] = state = new Float64Array(n * n + 2 * n);
    let basis = this.#savedBases[depth];
    if (!basis) this.#savedBases[depth] = basis = new Int32Array(n);
    state.set(this.#edges);
    state.set(this.point, n * n);
    state.set(this.#reduced, n * n + n);
    basis.set(this.basis);
  }

  restore(depth: number): void {
    const { n } = this;
    const state = this.#saved[depth]!;
    this.#edges.set(state.subarray(0, n * n));
    this.point.set(state.subarray(n * n, n * n + n));
    this.#reduced.set(state.subarray(n * n + n));
    this.basis.set(this.#savedBases[depth]!);
  }

  /**
   * @param from rows before this one are known to hold at `point`
   * @returns false when the polyhedron looks empty
   */
  feasible(from: number): boolean {
    const { n, count, rows, low, high, tolerance, point, basis } = this;
    const edges = this.#edges;
    const reduced = this.#reduced;
    const alpha = this.#alpha;
    let first = from;
    for (let round = 0; round < 60 + 10 * n; round++) {
      let entering = -1;
      let worst = 0;
      this.operations += count - first;
      if (n === 3) {
        const x = point[0]!;
        const y = point[1]!;
        const z = point[2]!;
        for (let i = first, at = 3 * first; i < count; i++, at += 3) {
          const v = rows[at]! * x + rows[at + 1]! * y + rows[at + 2]! * z;
          const below = low[i]! - v;
          const above = v - high[i]!;
          if (below > above) {
            if (below > worst && below > tolerance[i]!) {
              worst = below;
              entering = 2 * i;
            }
          } else if (above > worst && above > tolerance[i]!) {
            worst = above;
            entering = 2 * i + 1;
          }
        }
      } else
        for (let i = first, at = n * first; i < count; i++) {
          let v = 0;
          for (let j = 0; j < n; j++, at++) v += rows[at]! * point[j]!;
          const below = low[i]! - v;
          const above = v - high[i]!;
          if (below > above) {
            if (below > worst && below > tolerance[i]!) {
              worst = below;
              entering = 2 * i;
            }
          } else if (above > worst && above > tolerance[i]!) {
            worst = above;
            entering = 2 * i + 1;
          }
        }
      if (entering < 0) return true;
      first = 0;
      this.pivots++;
      this.operations += n;
      const at = (entering >> 1) * n;
      const sign = (entering & 1) === 0 ? 1 : -1;
      let greatest = 1;
      for (let j = 0; j < n; j++) {
        let v = 0;
        for (let i = 0; i < n; i++) v += rows[at + i]! * edges[i * n + j]!;
        alpha[j] = sign * v;
        greatest = Math.max(greatest, Math.abs(v));
      }
      const least = 1e-11 * greatest;
      let leaving = -1;
      let ratio = Infinity;
      for (let j = 0; j < n; j++) {
        const a = alpha[j]!;
        if (a <= least) continue;
        const r = reduced[j]! / a;
        if (r < ratio || (r === ratio && a > alpha[leaving]!)) {
          ratio = r;
          leaving = j;
        }
      }
      if (leaving < 0) {
        this.#explain(entering);
        return false;
      }
      const pivot = alpha[leaving]!;
      const step = worst / pivot;
      for (let i = 0; i < n; i++) {
        const edge = edges[i * n + leaving]!;
        point[i] = point[i]! + step * edge;
        const scaled = edge / pivot;
        for (let j = 0; j < n; j++) edges[i * n + j] = edges[i * n + j]! - alpha[j]! * scaled;
        edges[i * n + leaving] = scaled;
      }
      for (let j = 0; j < n; j++) reduced[j] = Math.max(0, reduced[j]! - ratio * alpha[j]!);
      reduced[leaving] = ratio;
      basis[leaving] = entering;
    }
    return true;
  }

  /** entering - sum of alpha_j times active row j is zero, all multipliers are >= 0, and the bounds contradict it. */
  #explain(entering: number): void {
    const { n, basis, support, multipliers, norm } = this;
    let count = 0;
    support[count] = entering;
    multipliers[count++] = 1 / norm[entering >> 1]!;
    for (let j = 0; j < n; j++) {
      const a = this.#alpha[j]!;
      if (a >= 0) continue;
      support[count] = basis[j]!;
      multipliers[count++] = -a / norm[basis[j]! >> 1]!;
    }
    this.supportCount = count;
  }
}
