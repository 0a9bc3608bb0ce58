import { random as randomStream } from '../core/random';
import type { BasinPicture, ManifoldPicture } from '../core/report/scene';
import { BasinTest, basinGrid, basinShares, type PlaneSlice } from '../core/stateSpace/basins';
import { findCrossings, horseshoe } from '../core/stateSpace/homoclinic';
import { growManifold, type Manifold, type Piece } from '../core/stateSpace/manifolds';
import type { ManifoldRequest, BasinRequest } from '../protocol/explore';
import { randomState } from '../core/detect/simulate';
import { maxAbs } from '../core/linalg/dense';
import { symbolicDynamics, type SymbolicDynamics } from '../core/stateSpace/symbols';
import type { LoadedModel } from './load';

/** Pieces of one manifold; saddles grown at most, the first of the list. */
const PIECES = 6000;
const SADDLES = 12;
/** Applications of the map to the fundamental domain, in periods of the cycle. */
const STEPS = 60;
/** Steps after which an initial state near no attractor counts as bounded elsewhere. */
const BASIN_STEPS = 3000;
const SHARE_SAMPLES = 2000;

/** Stable and unstable manifolds of saddles where they are curves, and their crossings. */
export function manifolds(
  { map }: LoadedModel,
  { objects, radius }: ManifoldRequest,
  stop: () => boolean,
): ManifoldPicture {
  const grown: { id: string; manifold: Manifold }[] = [];
  for (const { id, points, regions } of objects.slice(0, SADDLES))
    for (const kind of ['unstable', 'stable'] as const) {
      const steps = STEPS * points.length;
      const manifold = growManifold(map, { points, regions }, kind, { radius, pieces: PIECES, steps, stop });
      if (manifold) grown.push({ id, manifold });
    }
  const crossings: ManifoldPicture['crossings'][number][] = [];
  const statements: ManifoldPicture['statements'][number][] = [];
  const of = (kind: Manifold['kind']): typeof grown => grown.filter(({ manifold }) => manifold.kind === kind);
  if (map.n === 2)
    for (const unstable of of('unstable'))
      for (const stable of of('stable')) {
        if (stop()) break;
        const found = findCrossings(map, unstable.manifold, stable.manifold);
        for (const { point, angle, certain, smooth } of found)
          crossings.push({
            unstableOf: unstable.id,
            stableOf: stable.id,
            point,
            angle: (Math.asin(Math.min(1, angle)) * 180) / Math.PI,
            certain: certain && smooth,
          });
        if (unstable.id === stable.id) {
          const { proven, statement } = horseshoe(unstable.id, found);
          statements.push({ object: unstable.id, proven, text: statement });
        }
      }
  return {
    manifolds: grown.map(({ id, manifold }) => ({
      object: id,
      kind: manifold.kind,
      curves: joined(manifold.pieces),
      extent: extentOf(manifold),
    })),
    crossings,
    statements,
  };
}

/** Pieces end to end, as polylines. */
function joined(pieces: readonly Piece[]): number[][][] {
  const curves: number[][][] = [];
  let last: Float64Array | null = null;
  for (const { a, b } of pieces) {
    if (last === a) curves.at(-1)!.push(Array.from(b));
    else curves.push([Array.from(a), Array.from(b)]);
    last = b;
  }
  return curves;
}

function extentOf({ ended, notes, pieces }: Manifold): string {
  const size = `${String(pieces.length)} straight pieces`;
  const end = {
    box: 'as far as the box reaches',
    pieces: 'it goes on: no more pieces were grown',
    steps: 'it goes on: no more steps were taken',
    stopped: 'stopped',
  }[ended];
  return [`${size}, ${end}.`, ...notes].join(' ');
}

/** Basins of the given attractors on a plane slice, and their shares of a cube around the origin. */
export function basins(
  { map }: LoadedModel,
  { attractors, slice, columns, rows, reach, seed }: BasinRequest,
  stop: () => boolean,
): BasinPicture {
  const test = new BasinTest(map, attractors, BASIN_STEPS, 1e6 * reach);
  let fates = new Int16Array(columns * rows);
  basinGrid(test, slice, columns, rows, stop, (grid) => {
    fates = Int16Array.from(grid.fates);
  });
  const random = randomStream(seed, 0xba51);
  const draw = (into: Float64Array): void => {
    for (let i = 0; i < into.length; i++) into[i] = (2 * random.uniform() - 1) * reach;
  };
  const { shares, samples } = basinShares(test, SHARE_SAMPLES, draw, stop);
  const { origin, u, v, x, y }: PlaneSlice = slice;
  return {
    ...{ origin, u, v, x, y, columns, rows, fates, samples, reach },
    attractors: attractors.map(({ id }) => id),
    shares: shares.map(({ fate, share, interval }) => ({ fate, share, interval })),
  };
}

/** Orbits followed, the steps of each, regions listed, and what all may cost in multiplications. */
const ORBITS = 24;
const ORBIT_STEPS = 4000;
const REGIONS = 200;
const SYMBOL_WORK = 6e8;

/** The regions that orbits visit on their attractors: half of them start beside the objects, half in the cube of their size. */
export function symbols(
  { map }: LoadedModel,
  objects: readonly (readonly number[])[],
  seed: number,
  stop: () => boolean,
): SymbolicDynamics {
  const { n, L } = map;
  const scale = Math.max(0, ...objects.map(maxAbs)) || Math.max(maxAbs(map.g), maxAbs(map.d)) || 1;
  const random = randomStream(seed, 0x5e9);
  const starts = Array.from({ length: ORBITS }, (_, i) => {
    const beside = i % 2 === 1 ? objects[random.below(objects.length)] : undefined;
    return beside ? randomState(random, n, 0.02 * scale, beside) : randomState(random, n, scale);
  });
  const affordable = SYMBOL_WORK / (ORBITS * (n * n + 2 * n * L + 20));
  const steps = Math.round(Math.max(200, Math.min(ORBIT_STEPS, affordable / 2)));
  return symbolicDynamics(map, {
    starts,
    transient: steps,
    steps,
    bound: 1e6 * scale,
    most: REGIONS,
    stop,
  });
}
