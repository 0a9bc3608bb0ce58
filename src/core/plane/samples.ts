import { keyOf, type Bits } from '../bifurcation/collision';
import { searchOrder } from '../detect/cycles';
import { WordSolver } from '../detect/solver';
import { OrbitSurvey } from '../detect/survey';
import type { Word } from '../detect/words';
import { maxAbs } from '../linalg/dense';
import type { CanonicalMap } from '../map/canonical';
import type { PlaneFamily, Place } from './family';
import type { Explorer } from './regions';

/** Cells along each side that the search begins with, and how often they are halved at most. */
const FIRST = 5;
const DEPTH = 4;
/** Share of the usual simulation, and linear systems per order, spent at one point. */
const SURVEY = 0.01;
const SOLVES = 150;

/**
 * Cycles at sample points by the heuristic search, for maps of more than two dimensions: where a point has something that
 * no known region explains, or other cycles than its parent, the square around it is divided.
 */
export function searchSamples(
  family: PlaneFamily,
  explorer: Explorer,
  options: {
    readonly maxOrder: number;
    readonly seed: number;
    readonly stop: () => boolean;
    readonly onProgress: (fraction: number) => void;
  },
): { points: number; finest: number } {
  const { maxOrder, seed, stop } = options;
  let cells = Array.from({ length: FIRST * FIRST }, (_, i) => ({
    place: { u: ((i % FIRST) + 0.5) / FIRST, v: (Math.floor(i / FIRST) + 0.5) / FIRST },
    parent: '',
  }));
  let half = 0.5 / FIRST;
  let points = 0;
  let finest = 1;
  for (let depth = 0; depth <= DEPTH && cells.length > 0; depth++) {
    const divided: { place: Place; parent: string }[] = [];
    for (const [i, { place, parent }] of cells.entries()) {
      if (stop()) return { points, finest };
      points++;
      finest = Math.min(finest, 2 * half);
      const expected = explorer.at(place);
      const known = expected.map(({ key }) => explorer.regions.get(key)![0]!.word);
      let news = 0;
      for (const word of wordsAt(family.at(place.u, place.v), maxOrder, seed + points, known, stop)) {
        if (stop()) return { points, finest };
        const key = keyOf(word);
        if (explorer.knows(key, place) || !explorer.isReal(key, word, place)) continue;
        explorer.explore(word, place);
        news++;
      }
      const label = explorer
        .at(place)
        .map(({ key }) => key)
        .join(',');
      if (depth < DEPTH && (news > 0 || (depth > 0 && label !== parent) || depth === 0))
        for (const [a, b] of [
          [-1, -1],
          [1, -1],
          [-1, 1],
          [1, 1],
        ])
          divided.push({
            place: { u: place.u + (a! * half) / 2, v: place.v + (b! * half) / 2 },
            parent: label,
          });
      options.onProgress((depth + (i + 1) / cells.length) / (DEPTH + 1));
    }
    cells = divided;
    half /= 2;
  }
  return { points, finest };
}

function wordsAt(
  map: CanonicalMap,
  maxOrder: number,
  seed: number,
  known: readonly Bits[],
  stop: () => boolean,
): Bits[] {
  const solver = new WordSolver(map);
  const scale = Math.max(maxAbs(map.g), maxAbs(map.d)) || 1;
  const seen = new OrbitSurvey(solver, {
    seed,
    share: SURVEY,
    stop,
    onPeriodic: () => undefined,
    onProgress: () => undefined,
  });
  seen.run({ scale, fixedPoints: [] });
  const bits = (word: Word): Bits => Array.from(word, (id) => solver.regions.bits(id).slice());
  const out = seen.periodic.filter(({ word }) => word.length <= maxOrder).map(({ word }) => bits(word));
  const radius = 4 * Math.max(scale, seen.extent);
  for (let order = 1; order <= maxOrder && !stop(); order++) {
    const own = [
      ...seen.periodic.filter(({ word }) => word.length === order).map(({ word }) => word),
      ...known
        .filter((word) => word.length === order)
        .map((word) => Int32Array.from(word, (region) => solver.regions.id(region))),
    ];
    const limits = { solves: SOLVES, radius, bound: 1e8 * radius, seed, stop };
    const found = searchOrder(
      solver,
      order,
      { orbits: seen.orbits, known: own, centres: [] },
      limits,
      () => undefined,
    );
    for (const { word } of found.words) out.push(bits(word));
  }
  return out;
}
