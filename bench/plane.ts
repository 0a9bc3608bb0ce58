/**
 * The parameter plane of the two-dimensional system of Eisenmann et al. 2023 (figure 2) to order 16, held against a scan of
 * random parameters by code of its own: long orbits from many starts, their periods read off the states; and the word
 * graph of each point. Prints time, and every parameter where something is missing.
 *
 *     npx tsx bench/plane.ts
 */
import { keyOf } from '../src/core/bifurcation/collision';
import type { CanonicalMap } from '../src/core/map/canonical';
import type { PlaneFamily } from '../src/core/plane/family';
import { analysePlane } from '../src/core/plane/plane';
import { WordFunctions } from '../src/core/plane/wordFunctions';
import { WordGraph } from '../src/core/prove/wordGraph';
import { random } from '../src/core/random';
import { regionAt } from '../src/figures/plane';
import type { PlaneReport } from '../src/core/report/plane';

const ORDER = 16;
const POINTS = Number(process.env['BENCH_POINTS'] ?? 2000);
const X = [-0.3, 0.3] as const;
const Y = [-0.1, 0.1] as const;
const A = [0.83777, 0.96461] as const;
const W = [-0.64375, 0.52505] as const;
const H = [0.37298, -0.97931] as const;

const mapAt = (x: number, y: number): CanonicalMap => ({
  n: 2,
  L: 2,
  A: Float64Array.of(A[0] + x, 0, 0, A[1] + y),
  B: Float64Array.of(0, W[0], W[1], 0),
  C: Float64Array.of(1, 0, 0, 1),
  d: new Float64Array(2),
  g: Float64Array.from(H),
});
const family: PlaneFamily = {
  n: 2,
  L: 2,
  at: (u, v) => mapAt(X[0] + u * (X[1] - X[0]), Y[0] + v * (Y[1] - Y[0])),
};

/** Periods up to the order of attracting cycles, by iterating the equations. */
function periods(x: number, y: number, uniform: () => number): Set<number> {
  const found = new Set<number>();
  for (let start = 0; start < 12; start++) {
    let a = 8 * uniform() - 4;
    let b = 8 * uniform() - 4;
    const step = (): void => {
      const next = (A[0] + x) * a + W[0] * Math.max(b, 0) + H[0];
      b = (A[1] + y) * b + W[1] * Math.max(a, 0) + H[1];
      a = next;
    };
    for (let t = 0; t < 20000 && Math.abs(a) + Math.abs(b) < 1e6; t++) step();
    if (!(Math.abs(a) + Math.abs(b) < 1e6)) continue;
    const [a0, b0] = [a, b];
    for (let k = 1; k <= ORDER; k++) {
      step();
      if (Math.abs(a - a0) + Math.abs(b - b0) > 1e-9) continue;
      found.add(k);
      break;
    }
  }
  return found;
}

/** Words of all cycles at a point, by its word graph. */
function words(x: number, y: number): Map<string, Uint8Array[]> {
  const graph = new WordGraph(mapAt(x, y), 1000, { nodes: 1e6, longest: 64, stop: () => false });
  const out = new Map<string, Uint8Array[]>();
  while (graph.open && graph.provenTo < ORDER)
    for (const word of graph.advance() ?? [])
      if (word.length <= ORDER && isReal(word, x, y)) out.set(keyOf(word), word);
  return out;
}

function isReal(word: Uint8Array[], x: number, y: number): boolean {
  const at: PlaneFamily = { n: 2, L: 2, at: () => mapAt(x, y) };
  const functions = new WordFunctions(at, word);
  functions.evaluate(0, 0);
  return functions.real;
}

async function main(): Promise<void> {
  const begin = performance.now();
  const plane = await analysePlane(family, {
    maxOrder: ORDER,
    seed: 0,
    x: X,
    y: Y,
    stop: () => false,
    onProgress: () => undefined,
  });
  console.log(
    `plane: ${((performance.now() - begin) / 1000).toFixed(1)} s, ${String(plane.objects.length)} itineraries, ${String(plane.curves.length)} curves, ${String(plane.regions.length)} regions`,
  );
  console.log(plane.statement);
  const report = plane as unknown as PlaneReport;
  const keys = new Map(plane.objects.map(({ id, regions }) => [id, regions.join(' ')]));
  const orders = new Map(plane.objects.map(({ id, order }) => [id, order]));
  const { uniform } = random(Number(process.env['BENCH_SEED'] ?? 1), 0x9a);
  let missing = 0;
  let narrow = 0;
  let wrong = 0;
  let cycles = 0;
  for (let i = 0; i < POINTS; i++) {
    const x = X[0] + uniform() * (X[1] - X[0]);
    const y = Y[0] + uniform() * (Y[1] - Y[0]);
    const region = regionAt(report, [x, y]);
    const listed = new Set(region?.exists.map(({ object }) => keys.get(object)!) ?? []);
    const all = words(x, y);
    for (const [key, word] of all) {
      if (word.length > 1) cycles++;
      if (listed.has(key)) continue;
      // A disc of diameter 1e-3 around the point, in offsets.
      const wide = [0, 1, 2, 3, 4, 5, 6, 7].every((j) =>
        isReal(word, x + 5e-4 * Math.cos((j * Math.PI) / 4), y + 5e-4 * Math.sin((j * Math.PI) / 4)),
      );
      if (wide) missing++;
      else narrow++;
      console.log(
        `${wide ? 'MISSING' : 'narrow'} at ${String(x)}, ${String(y)}: order ${String(word.length)}`,
      );
    }
    for (const key of listed) if (!all.has(key)) wrong++;
    const stable = new Set(region?.stable.map((id) => orders.get(id)!) ?? []);
    for (const period of periods(x, y, uniform))
      if (!stable.has(period))
        console.log(`simulation: stable period ${String(period)} at ${String(x)}, ${String(y)} not listed`);
  }
  console.log(
    `${String(POINTS)} points, ${String(cycles)} cycles: ${String(missing)} missing, ${String(narrow)} missing in narrow regions or near borders, ${String(wrong)} listed wrongly`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
