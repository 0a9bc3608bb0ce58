import { simulate, randomState } from '../core/detect/simulate';
import { WordSolver } from '../core/detect/solver';
import { maxAbs } from '../core/linalg/dense';
import { principalComponents, spectrum, svd } from '../core/linalg/eigen';
import { Kernel, affineOf, regionString } from '../core/map/kernel';
import { random as randomStream } from '../core/random';
import type { ParameterMatrix, Probe, Scene, Trajectory } from '../core/report/scene';
import type { LoadedModel } from './load';

/** What the panel asks of an opened model while the user looks around. */

const ORBITS = 6;
const ORBIT_STEPS = 400;
const WAY_STEPS = 60;
/** Region borders beyond this are not drawn. */
const MOST_BORDERS = 2000;
/** Parameters larger than this are shown without rank and condition. */
const LARGE = 256 * 256;

/**
 * Simulated orbits (their way where they settle, what follows the transient where they do not), principal components and region borders.
 * @param objects points of the listed objects; they set the box that orbits start in and join the components
 */
export function scene(model: LoadedModel, objects: readonly (readonly number[])[], seed: number): Scene {
  const { map } = model;
  const { n, L } = map;
  const size = Math.max(0, ...objects.map((z) => maxAbs(z)));
  const scale = size > 0 ? size : Math.max(maxAbs(map.g), maxAbs(map.d)) || 1;
  const solver = new WordSolver(map);
  const random = randomStream(seed, 0x5ce9e);
  const simulated: number[][][] = [];
  const bits = new Uint8Array(L);
  for (let i = 0; i < 4 * ORBITS && simulated.length < ORBITS; i++) {
    const start = randomState(random, n, scale);
    const { fate } = simulate(solver, start, { steps: 2048, bound: 1e6 * scale, scale }, () => true);
    if (fate.kind === 'divergent') continue;
    const orbit: number[][] = [];
    // What settles is shown on its way, what does not after its transient.
    const z = fate.kind === 'aperiodic' ? fate.state.slice() : start.slice();
    const next = new Float64Array(n);
    for (let t = 0; t < (fate.kind === 'aperiodic' ? ORBIT_STEPS : WAY_STEPS); t++) {
      orbit.push(Array.from(z));
      solver.kernel.step(z, 0, next, 0, bits);
      z.set(next);
    }
    simulated.push(orbit);
  }
  const cloud = [...objects, ...simulated.flat()];
  const borders: { unit: number; normal: number[]; offset: number }[] = [];
  for (let unit = 0; unit < Math.min(L, MOST_BORDERS); unit++) {
    const normal = Array.from(map.C.subarray(unit * n, unit * n + n));
    if (normal.some((v) => v !== 0)) borders.push({ unit, normal, offset: map.d[unit]! });
  }
  return { stateDim: n, reluUnits: L, simulated, principal: principalComponents(cloud, n), borders };
}

/** An orbit from `start`; it ends early when it has settled on a listed object or diverged. */
export function trajectory(
  model: LoadedModel,
  start: readonly number[],
  steps: number,
  objects: readonly { readonly id: string; readonly points: readonly (readonly number[])[] }[],
): Trajectory {
  const { map } = model;
  const kernel = new Kernel(map);
  const scale = Math.max(
    maxAbs(start),
    ...objects.flatMap((object) => object.points.map(maxAbs)),
    Number.MIN_VALUE,
  );
  const z = Float64Array.from(start);
  const next = new Float64Array(map.n);
  const bits = new Uint8Array(map.L);
  const points: number[][] = [];
  const regions: string[] = [];
  for (let t = 0; t <= steps; t++) {
    kernel.step(z, 0, next, 0, bits);
    points.push(Array.from(z));
    regions.push(regionString(bits));
    if (!(maxAbs(next) <= 1e6 * scale)) return { points, regions, settledOn: 'diverged' };
    z.set(next);
  }
  // The orbit goes on unseen for a while, so that slow approaches are named, too.
  let settledOn: string | null = null;
  for (let t = 0; t < 20000 && settledOn === null; t++) {
    if (t % 50 === 0)
      settledOn =
        objects.find((object) =>
          object.points.some((p) => p.every((v, i) => Math.abs(v - z[i]!) <= 1e-5 * scale)),
        )?.id ?? null;
    kernel.step(z, 0, next, 0, bits);
    if (!(maxAbs(next) <= 1e6 * scale)) return { points, regions, settledOn: 'diverged' };
    z.set(next);
  }
  return { points, regions, settledOn };
}

/** The map at one state. */
export function probe(model: LoadedModel, state: readonly number[]): Probe {
  const { map } = model;
  const { n, L, C } = map;
  const kernel = new Kernel(map);
  const bits = new Uint8Array(L);
  const next = new Float64Array(n);
  kernel.step(Float64Array.from(state), 0, next, 0, bits);
  let border: { distance: number; unit: number } | null = null;
  for (let unit = 0; unit < L; unit++) {
    let norm = 0;
    for (let j = 0; j < n; j++) norm += C[unit * n + j]! ** 2;
    const distance = Math.abs(kernel.preactivations[unit]!) / Math.sqrt(norm);
    if (norm > 0 && (!border || distance < border.distance)) border = { distance, unit };
  }
  const J = new Float64Array(n * n);
  affineOf(map, bits, J, new Float64Array(n));
  return {
    state,
    next: Array.from(next),
    region: regionString(bits),
    border,
    eigenvalues: spectrum(J, n).values,
  };
}

/** The parameters as the file holds them, with statistics. */
export function weights(model: LoadedModel): ParameterMatrix[] {
  return Object.entries(model.parameters).map(([name, tensor]) => {
    const rows = tensor.shape.length < 2 ? 1 : tensor.shape[0]!;
    const columns = tensor.data.length / Math.max(1, rows);
    const { data } = tensor;
    const mean = data.reduce((sum, v) => sum + v, 0) / Math.max(1, data.length);
    const square = rows === columns && rows > 1 && data.length <= LARGE;
    const singular = square ? svd(data, rows, columns).values : [];
    const largest = singular[0] ?? 0;
    const smallest = singular[singular.length - 1] ?? 0;
    return {
      name,
      tensor: tensor.name,
      rows,
      columns,
      values: Array.from(data),
      statistics: {
        min: data.reduce((a, b) => Math.min(a, b), Infinity),
        max: data.reduce((a, b) => Math.max(a, b), -Infinity),
        mean,
        std: Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, data.length)),
        norm: Math.sqrt(data.reduce((sum, v) => sum + v * v, 0)),
        spectralRadius: square
          ? Math.hypot(spectrum(data, rows).values[0]!.re, spectrum(data, rows).values[0]!.im)
          : null,
        rank: square ? singular.filter((v) => v > rows * Number.EPSILON * largest).length : null,
        condition: square && smallest > 0 ? largest / smallest : null,
      },
    };
  });
}
