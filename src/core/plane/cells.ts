import { keyOf, type Bits } from '../bifurcation/collision';
import { maxAbs } from '../linalg/dense';
import type { CanonicalMap } from '../map/canonical';
import { Kernel } from '../map/kernel';
import type { Enumerate, Itineraries } from './itineraries';
import { ExistenceFunctions } from './constraints';
import { spreadOver, type PlaneFamily, type Place } from './family';
import { widest } from './feasible';
import type { Explorer } from './regions';
import { WordFunctions } from './wordFunctions';

/** Points at which every cycle in a large box is looked for, along each side of the square. */
const SAMPLES = 12;
/** The large box, in the largest bias. */
const LARGE = 1000;
/** Cells along each side that the search begins with. */
const FIRST = 8;
/** Words of one graph, and itineraries that one cell may leave, before it is divided. */
const NODES = 12000;
const CANDIDATES = 160;
const SAMPLE_NODES = 200000;
/** Word graphs that are asked for before their turn. */
const AHEAD = 16;

export interface Coverage {
  /** Share of the plane in whose cells every itinerary that can exist was tested. */
  readonly share: number;
  /** The box |z_i| <= radius for which that holds. */
  readonly radius: number;
  /** Width of the narrowest cell that was looked at. */
  readonly finest: number;
  readonly cells: number;
}

/**
 * Every word that can have a cycle anywhere in the plane, for maps of up to two dimensions.
 *
 * The plane is divided into squares. The word graph of all maps of a square together (their differences are error bounds of
 * its polygons) leaves a short list of itineraries: no other can exist there in the box. Each of them is looked for in
 * the square by the test functions that bound its region. Squares that leave too much open are divided.
 */
export async function searchCells(
  family: PlaneFamily,
  explorer: Explorer,
  options: {
    readonly maxOrder: number;
    /** Half-width of the smallest squares. */
    readonly smallest: number;
    readonly enumerate: Enumerate;
    readonly stop: () => boolean;
    readonly onProgress: (fraction: number) => void;
  },
): Promise<Coverage> {
  const { maxOrder, smallest, enumerate, stop } = options;
  const plane = planar(family);
  const { n } = family;
  const unit = (map: CanonicalMap): number => Math.max(maxAbs(map.g), maxAbs(map.d)) || 1;
  const extents: number[] = [];
  const resting: number[] = [];
  const sizes: number[] = [];
  const exactly = { maxOrder, nodes: SAMPLE_NODES, most: Infinity };
  const samples = Array.from({ length: SAMPLES * SAMPLES }, (_, i): Place => ({
    u: ((i % SAMPLES) + 0.5) / SAMPLES,
    v: (Math.floor(i / SAMPLES) + 0.5) / SAMPLES,
  }));
  const atSample = ahead(samples, ({ u, v }) => {
    const map = plane.at(u, v);
    return enumerate({ map, radius: LARGE * unit(map), ...exactly });
  });
  for (const [i, place] of samples.entries()) {
    const found = await atSample(i);
    if (!found || stop()) break;
    sizes.push(unit(plane.at(place.u, place.v)));
    for (const word of found.words) {
      const functions = new WordFunctions(family, word);
      functions.evaluate(place.u, place.v);
      if (!functions.real) continue;
      (word.length > 1 ? extents : resting).push(extent(family.at(place.u, place.v), functions));
      if (!explorer.knows(keyOf(word), place)) explorer.explore(word, place);
    }
    options.onProgress((0.2 * i) / SAMPLES ** 2);
  }
  // Fixed points go to infinity and come back along whole curves; their words are few, and all of them are tried.
  const radius = Math.max(
    3 * Math.max(0, ...sizes),
    1.2 * quantile(resting, 0.5),
    1.5 * quantile(extents, 0.95),
  );

  const functionsOf = new Map<string, readonly ExistenceFunctions[]>();
  const settle = (word: Bits, centre: Place, half: number): void => {
    const key = keyOf(word);
    if (explorer.knows(key, centre)) return;
    let both = functionsOf.get(key);
    if (!both) {
      both = [new ExistenceFunctions(family, word, 1), new ExistenceFunctions(family, word, -1)];
      if (functionsOf.size > 5000) functionsOf.clear();
      functionsOf.set(key, both);
    }
    for (const functions of both) {
      if (stop()) return;
      const { place, radius: width } = widest(functions, centre, half);
      if (width > 0 && !explorer.knows(key, place)) explorer.explore(word, place);
    }
  };

  let cells = Array.from({ length: FIRST * FIRST }, (_, i): Place => ({
    u: ((i % FIRST) + 0.5) / FIRST,
    v: (Math.floor(i / FIRST) + 0.5) / FIRST,
  }));
  let half = 0.5 / FIRST;
  let covered = 0;
  let count = 0;
  let finest = 1;
  while (cells.length > 0 && !stop()) {
    const divided: Place[] = [];
    const size = half;
    const atCell = ahead(cells, (centre) =>
      enumerate({
        map: plane.at(centre.u, centre.v),
        spread: spreadOver(plane, centre, size),
        radius,
        maxOrder,
        nodes: NODES,
        most: CANDIDATES,
      }),
    );
    for (const [i, centre] of cells.entries()) {
      const found = await atCell(i);
      if (!found || stop()) break;
      count++;
      finest = Math.min(finest, 2 * half);
      const area = 4 * half * half;
      options.onProgress(0.2 + 0.8 * Math.max(covered, i / cells.length / 64));
      if (!found.complete && half / 2 >= smallest) {
        for (const [a, b] of [
          [-1, -1],
          [1, -1],
          [-1, 1],
          [1, 1],
        ])
          divided.push({ u: centre.u + (a! * half) / 2, v: centre.v + (b! * half) / 2 });
        continue;
      }
      for (const word of found.words) settle(word, centre, half);
      if (stop()) break;
      if (found.complete) covered += area;
      else {
        const map = plane.at(centre.u, centre.v);
        const there = await enumerate({ map, radius, ...exactly });
        for (const word of there?.words ?? []) settle(word, centre, half);
      }
    }
    cells = divided;
    half /= 2;
  }
  return { share: Math.min(1, covered), radius: n > 2 ? 0 : radius, finest, cells: count };
}

/** Answers in the order of a list, asked for before they are needed. */
function ahead<T>(
  list: readonly T[],
  ask: (item: T) => Promise<Itineraries | null>,
): (index: number) => Promise<Itineraries | null> {
  const asked: Promise<Itineraries | null>[] = [];
  return (index) => {
    while (asked.length < Math.min(list.length, index + AHEAD)) asked.push(ask(list[asked.length]!));
    return asked[index]!;
  };
}

/** Largest coordinate of a cycle at the place of the last evaluation. */
function extent(map: CanonicalMap, functions: WordFunctions): number {
  const kernel = new Kernel(map);
  const z = functions.first.map((w) => w / functions.plusOne);
  const bits = new Uint8Array(map.L);
  let most = 0;
  for (let t = 0; t < functions.k; t++) {
    most = Math.max(most, maxAbs(z));
    kernel.step(z, 0, z, 0, bits);
  }
  return most;
}

function quantile(values: number[], q: number): number {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(q * values.length))] ?? 0;
}

/** A one-dimensional map with a second coordinate that is always 0. */
function planar(family: PlaneFamily): PlaneFamily {
  if (family.n !== 1) return family;
  const { L } = family;
  return {
    n: 2,
    L,
    at: (u, v) => {
      const { A, B, C, d, g } = family.at(u, v);
      const b = new Float64Array(2 * L);
      b.set(B);
      const c = new Float64Array(2 * L);
      for (let i = 0; i < L; i++) c[2 * i] = C[i]!;
      return { n: 2, L, A: Float64Array.of(A[0]!, 0, 0, 0), B: b, C: c, d, g: Float64Array.of(g[0]!, 0) };
    },
  };
}
