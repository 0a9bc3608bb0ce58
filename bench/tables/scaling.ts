import { searchFixedPoints } from '../../src/core/prove/fixedPoints';
import { Collection } from '../../src/core/detect/collection';
import type { CanonicalMap } from '../../src/core/map/canonical';
import { proveCyclic } from '../../src/core/prove/cyclicProof';
import { provePlanar } from '../../src/core/prove/planarProof';
import { proveSpace } from '../../src/core/prove/spaceProof';
import { random } from '../../src/core/random';
import { build, canonicalOf, randomPlrnn, system } from '../../test/core/systems';
import { scalingPlot, type Growth } from '../scalingPlot';
import { figure, markdown, median, type Cells } from '../table';

const SEEDS = 5;
const never = (): boolean => false;

function collection(map: CanonicalMap): Collection {
  return new Collection(map, 1, { onCycle: () => undefined, onBoundary: () => undefined, stop: never });
}

function timed<T>(work: () => T): { value: T; seconds: number } {
  const begin = performance.now();
  const value = work();
  return { value, seconds: (performance.now() - begin) / 1000 };
}

/** The least-squares line of ln(value) over x: the value grows by exp(slope) with each step of x. */
function fitted(points: readonly (readonly [x: number, value: number])[]): {
  slope: number;
  intercept: number;
} {
  const used = points.filter(([, value]) => value > 0);
  const mean = (f: (p: readonly [number, number]) => number): number =>
    used.reduce((sum, p) => sum + f(p), 0) / used.length;
  const [mx, my] = [mean(([x]) => x), mean(([, v]) => Math.log(v))];
  const slope = mean(([x, v]) => (x - mx) * (Math.log(v) - my)) / mean(([x]) => (x - mx) ** 2);
  return { slope, intercept: my - slope * mx };
}

/** Shallow nets with M states and L units. */
function shallow(seed: number, M: number, L: number): CanonicalMap {
  const source = random(seed, M, L);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - source.uniform())) * Math.cos(2 * Math.PI * source.uniform());
  const rows = (count: number, length: number, gain: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length }, () => gain * normal()));
  const A = Array.from({ length: M }, (_row, i) =>
    Array.from({ length: M }, (_column, j) => (i === j ? 1.8 * source.uniform() - 0.9 : 0)),
  );
  return build(A, rows(M, L, 1 / Math.sqrt(L)), rows(L, M, 1), rows(1, L, 1)[0]!, rows(1, M, 1)[0]!);
}

/** Almost-linear nets: the last P of M states pass a ReLU. */
function almostLinear(seed: number, M: number, P: number): CanonicalMap {
  const source = random(seed, M, P, 3);
  const entry = (gain: number): number => gain * (2 * source.uniform() - 1);
  const rows = (count: number, length: number, gain: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length }, () => entry(gain)));
  const A = rows(M, M, 0.8 / Math.sqrt(M));
  const C = Array.from({ length: P }, (_, u) =>
    Array.from({ length: M }, (_column, j) => Number(j === M - P + u)),
  );
  return build(A, rows(M, P, 2 / Math.sqrt(M)), C, new Array<number>(P).fill(0), rows(1, M, 1)[0]!);
}

/** How the cost of each proof grows, measured on seeded nets, with the fitted factor per step: a table and a picture. */
export function scaling(): { table: string; plot: string } {
  const rows: Cells[] = [];
  const growths: Growth[] = [];
  const series = (
    proof: string,
    along: string,
    steps: readonly number[],
    run: (x: number, seed: number) => number,
  ): void => {
    const points = steps.map((x): readonly [number, number, number] => {
      const results = Array.from({ length: SEEDS }, (_, seed) => timed(() => run(x, seed)));
      return [x, median(results.map((r) => r.value)), median(results.map((r) => r.seconds))];
    });
    console.error(proof, along);
    const work = points.map(([x, nodes]) => [x, nodes] as const);
    const { slope, intercept } = fitted(work);
    growths.push({ proof, along, points: work, slope, intercept });
    rows.push([
      proof,
      along,
      points
        .map(([x, nodes]) => `${String(x)}: ${nodes >= 1e5 ? nodes.toExponential(1) : String(nodes)}`)
        .join(', '),
      figure(Math.exp(slope)),
      points.map(([x, , s]) => `${String(x)}: ${figure(1000 * s)}`).join(', '),
    ]);
  };
  const nodesOf = (counts: Readonly<Record<string, number>>): number =>
    Math.max(1, counts['subtrees'] ?? counts['regions decided'] ?? Math.max(1, ...Object.values(counts)));
  series('fixed points, PLRNN', 'M = L', [8, 12, 16, 20, 24, 28], (L, seed) =>
    nodesOf(searchFixedPoints(randomPlrnn(random(seed, L), L, 0.4), { certify: true, stop: never }).counts),
  );
  series('fixed points, shallow, M = 3', 'L', [10, 20, 30, 40], (L, seed) =>
    nodesOf(searchFixedPoints(shallow(seed, 3, L), { certify: true, stop: never }).counts),
  );
  for (const [M, units] of [
    [2, [25, 50, 100]],
    [3, [60, 80, 100]],
  ] as const)
    series(`fixed points by regions, shallow, M = ${String(M)}`, 'L', units, (L, seed) =>
      nodesOf(searchFixedPoints(shallow(seed, M, L), { certify: true, stop: never }).counts),
    );
  series('fixed points, shallow, L = 20', 'M', [2, 4, 6, 8, 10], (M, seed) =>
    nodesOf(searchFixedPoints(shallow(seed, M, 20), { certify: true, stop: never }).counts),
  );
  for (const name of ['chaotic-plrnn-318', 'chaotic-plrnn-64', 'published-plrnn-2']) {
    const map = canonicalOf(system(name).model);
    series(`word graph in the plane, ${name}`, 'k', [6, 10, 14, 18], (k) => {
      const proof = provePlanar(collection(map), {
        maxOrder: k,
        unit: 1,
        stop: never,
        allPeriodsNodes: 0,
        onCertificate: () => undefined,
      });
      let step = proof.next();
      while (!step.done) step = proof.next();
      return step.value.nodes;
    });
  }
  series(
    'word graph in space, PLRNN, k = 4',
    'M = L',
    [3, 4, 5],
    (M, seed) =>
      proveSpace(collection(randomPlrnn(random(seed, M), M, 0.5)), {
        maxOrder: 4,
        unit: 1,
        seconds: 30,
        stop: never,
        allPeriodsNodes: 0,
      }).nodes,
  );
  series(
    'word graph in space, shallow, M = 3, k = 3',
    'L',
    [4, 8, 12],
    (L, seed) =>
      proveSpace(collection(shallow(seed, 3, L)), {
        maxOrder: 3,
        unit: 1,
        seconds: 30,
        stop: never,
        allPeriodsNodes: 0,
      }).nodes,
  );
  series(
    'block-cyclic, ALRNN, M = 20, k = 3',
    'P',
    [1, 2, 3, 4, 5],
    (P, seed) => proveCyclic(collection(almostLinear(seed, 20, P)), [3], 1, never).nodes,
  );
  series(
    'block-cyclic, ALRNN, M = 20, P = 3',
    'k',
    [2, 3, 4, 5],
    (k, seed) => proveCyclic(collection(almostLinear(seed, 20, 3)), [k], 1, never).nodes,
  );
  const table = markdown(
    'How the cost grows',
    `Medians over ${String(SEEDS)} seeded nets. "Work": subtrees of the search for fixed points and of the block-cyclic search, regions where these are enumerated (a power of L, not exponential), words of the word graph. The factor is fitted to ln(work) by least squares; in the word graph it tends to exp(h) for a map of topological entropy h. [Plot](scaling.svg)`,
    ['proof', 'along', 'work', 'factor per step', 'ms'],
    rows,
  );
  return { table, plot: scalingPlot(growths) };
}
