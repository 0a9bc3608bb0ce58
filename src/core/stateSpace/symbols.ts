import { spectrum } from '../linalg/eigen';
import type { CanonicalMap } from '../map/canonical';
import { affineOf, Kernel, regionString } from '../map/kernel';
import { RegionTable } from '../map/regions';

/** The regions that orbits visit, and how they follow one another. */
export interface SymbolicDynamics {
  /** Steps counted, after the transients. */
  readonly steps: number;
  /** Of how many orbits, and how many more diverged and are not counted. */
  readonly orbits: number;
  readonly divergent: number;
  /** All regions met. */
  readonly met: number;
  /** Most visited first, at most as many as were asked for. */
  readonly regions: readonly {
    readonly region: string;
    /** Share of the steps. */
    readonly share: number;
    /** Largest modulus of the eigenvalues of its Jacobian, and the Jacobian's determinant. */
    readonly spectralRadius: number;
    readonly determinant: number;
  }[];
  /** Between the listed regions, as indices, by falling count. */
  readonly transitions: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

export interface SymbolOptions {
  readonly starts: readonly ArrayLike<number>[];
  readonly transient: number;
  readonly steps: number;
  /** Coordinates beyond this count as divergence. */
  readonly bound: number;
  /** Regions listed at most. */
  readonly most: number;
  readonly stop: () => boolean;
}

/** Counts visits and transitions along orbits. */
export function symbolicDynamics(map: CanonicalMap, options: SymbolOptions): SymbolicDynamics {
  const { n, L } = map;
  const { starts, transient, steps, bound, most, stop } = options;
  const kernel = new Kernel(map);
  const table = new RegionTable(map);
  const visits: number[] = [];
  const follows = new Map<number, Map<number, number>>();
  const bits = new Uint8Array(L);
  const z = new Float64Array(n);
  const next = new Float64Array(n);
  let orbits = 0;
  let divergent = 0;
  let counted = 0;
  for (const start of starts) {
    if (stop()) break;
    z.set(Array.from(start));
    const sequence: number[] = [];
    let inside = true;
    for (let t = -transient; t < steps && inside; t++) {
      kernel.step(z, 0, next, 0, bits);
      if (t >= 0) sequence.push(table.id(bits));
      for (let i = 0; i < n; i++) inside &&= Math.abs(next[i]!) <= bound;
      z.set(next);
    }
    if (!inside) {
      divergent++;
      continue;
    }
    orbits++;
    counted += sequence.length;
    sequence.forEach((id, t) => {
      visits[id] = (visits[id] ?? 0) + 1;
      const after = sequence[t + 1];
      if (after === undefined) return;
      let row = follows.get(id);
      if (!row) follows.set(id, (row = new Map()));
      row.set(after, (row.get(after) ?? 0) + 1);
    });
  }
  const ids = [...visits.keys()].filter((id) => visits[id] !== undefined);
  ids.sort((a, b) => visits[b]! - visits[a]! || a - b);
  const listed = ids.slice(0, most);
  const place = new Map(listed.map((id, index) => [id, index]));
  const transitions = [...follows].flatMap(([from, row]) =>
    [...row].flatMap(([to, count]) => {
      const [a, b] = [place.get(from), place.get(to)];
      return a === undefined || b === undefined ? [] : [{ from: a, to: b, count }];
    }),
  );
  transitions.sort((a, b) => b.count - a.count || a.from - b.from || a.to - b.to);
  return {
    steps: counted,
    orbits,
    divergent,
    met: ids.length,
    regions: listed.map((id) => ({
      region: regionString(table.bits(id)),
      share: visits[id]! / counted,
      ...spectralFacts(map, table.bits(id)),
    })),
    transitions,
  };
}

function spectralFacts(map: CanonicalMap, bits: Uint8Array): { spectralRadius: number; determinant: number } {
  const { n } = map;
  const J = new Float64Array(n * n);
  affineOf(map, bits, J, new Float64Array(n));
  const { values } = spectrum(J, n);
  // Complex eigenvalues come in pairs: the product is real.
  let [re, im] = [1, 0];
  for (const value of values) [re, im] = [re * value.re - im * value.im, re * value.im + im * value.re];
  return { spectralRadius: Math.hypot(values[0]?.re ?? 0, values[0]?.im ?? 0), determinant: re };
}
