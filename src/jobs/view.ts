import { randomState } from '../core/detect/simulate';
import { maxAbs } from '../core/linalg/dense';
import { principalComponents, spectrum, svd } from '../core/linalg/eigen';
import { Kernel, affineOf, regionString } from '../core/map/kernel';
import { random as randomStream } from '../core/random';
import type { ParameterMatrix, Probe, Scene, Trajectory } from '../core/report/scene';
import type { LoadedModel } from './load';

/** What the panel asks of an opened model while the user looks around. */

/** Orbits shown on their attractors, and starts tried to get them: some may diverge. */
const ORBITS = 8;
const STARTS = 24;
/** Steps left out before an orbit counts as on its attractor; fewer where steps are dear. */
const TRANSIENT = 3000;
const LEAST_TRANSIENT = 300;
const ORBIT_STEPS = 600;
/** Multiplications that all transients together may cost. */
const WORK = 3e8;
/** Orbits shown on their way, and for how long. */
const WAYS = 10;
const WAY_STEPS = 60;
/** Coordinates beyond this many S count as divergence, as does an orbit that grows by this factor while shown. */
const FAR = 100;
const GROWTH = 1.5;
/** Objects within this many radii of the attractors weigh in on the principal components. */
const NEAR = 3;
/** Region borders beyond this are not drawn. */
const MOST_BORDERS = 2000;
/** Parameters larger than this are shown without rank and condition. */
const LARGE = 256 * 256;

/**
 * Simulated orbits on their attractors and on the way there, principal components and region borders.
 * @param objects points of the listed objects; they set the box that orbits start in. Those in reach of the
 * attractors join the components: one that lies far outside would turn them all towards itself
 */
export function scene(model: LoadedModel, objects: readonly (readonly number[])[], seed: number): Scene {
  const { map } = model;
  const { n, L } = map;
  const size = Math.max(0, ...objects.map((z) => maxAbs(z)));
  const scale = size > 0 ? size : Math.max(maxAbs(map.g), maxAbs(map.d)) || 1;
  const random = randomStream(seed, 0x5ce9e);
  const kernel = new Kernel(map);

  const transient = Math.round(
    Math.max(LEAST_TRANSIENT, Math.min(TRANSIENT, WORK / (STARTS * (n * n + 2 * n * L)))),
  );
  const simulated: number[][][] = [];
  for (let i = 0; i < STARTS && simulated.length < ORBITS; i++) {
    const beside = i % 2 === 1 ? objects[random.below(objects.length)] : undefined;
    const z = beside ? randomState(random, n, 0.02 * scale, beside) : randomState(random, n, scale);
    if (!advance(kernel, z, transient, FAR * scale)) continue;
    const orbit = record(kernel, z, ORBIT_STEPS, FAR * scale);
    if (orbit && !grows(orbit)) simulated.push(untilRepeated(orbit));
  }

  const { centre, radius } = ball(simulated.flat(), n);
  // Where everything settles on one point the objects alone say how far to look.
  const reach = radius > 1e-6 * scale ? radius : scale;
  const around = radius > 1e-6 * scale ? centre : new Array<number>(n).fill(0);
  const transients: number[][][] = [];
  for (let i = 0; i < 2 * WAYS && simulated.length > 0 && transients.length < WAYS; i++) {
    const way = record(kernel, randomState(random, n, reach, around), WAY_STEPS, FAR * scale);
    if (way) transients.push(way);
  }

  const near = objects.filter((z) => distance(z, around) <= NEAR * Math.sqrt(n) * reach);
  const cloud = [...simulated.flat(), ...(near.length > 0 || simulated.length > 0 ? near : objects)];
  const spread = radius > 1e-6 * scale ? cloud : [...cloud, ...transients.flat()];
  const borders: { unit: number; normal: number[]; offset: number }[] = [];
  for (let unit = 0; unit < Math.min(L, MOST_BORDERS); unit++) {
    const normal = Array.from(map.C.subarray(unit * n, unit * n + n));
    if (normal.some((v) => v !== 0)) borders.push({ unit, normal, offset: map.d[unit]! });
  }
  return {
    stateDim: n,
    reluUnits: L,
    simulated,
    transients,
    principal: principalComponents(spread, n),
    borders,
  };
}

/** Iterates in place; false as soon as a coordinate exceeds `bound`. */
function advance(kernel: Kernel, z: Float64Array, steps: number, bound: number): boolean {
  const next = new Float64Array(z.length);
  const bits = new Uint8Array(kernel.preactivations.length);
  for (let t = 0; t < steps; t++) {
    kernel.step(z, 0, next, 0, bits);
    if (!(maxAbs(next) <= bound)) return false;
    z.set(next);
  }
  return true;
}

/** The states from `z` on, steps + 1 of them; null when the orbit diverges. */
function record(kernel: Kernel, z: Float64Array, steps: number, bound: number): number[][] | null {
  const orbit = [Array.from(z)];
  for (let t = 0; t < steps; t++) {
    if (!advance(kernel, z, 1, bound)) return null;
    orbit.push(Array.from(z));
  }
  return orbit;
}

/** Whether the last quarter of an orbit reaches much farther than the first: slow divergence. */
function grows(orbit: readonly (readonly number[])[]): boolean {
  const quarter = Math.ceil(orbit.length / 4);
  const reach = (states: readonly (readonly number[])[]): number => Math.max(...states.map((z) => maxAbs(z)));
  return reach(orbit.slice(-quarter)) > GROWTH * reach(orbit.slice(0, quarter));
}

/** One period of an orbit that has come back to its beginning to rounding, else all of it. */
function untilRepeated(orbit: number[][]): number[][] {
  const first = orbit[0]!;
  const near = 1e-9 * (maxAbs(first) || 1);
  const period = orbit.findIndex((z, t) => t > 0 && z.every((v, i) => Math.abs(v - first[i]!) <= near));
  return period < 0 ? orbit : orbit.slice(0, period);
}

/** Centre of the points' bounding box and the largest half side. */
function ball(points: readonly (readonly number[])[], n: number): { centre: number[]; radius: number } {
  const lower = new Array<number>(n).fill(points.length > 0 ? Infinity : 0);
  const upper = new Array<number>(n).fill(points.length > 0 ? -Infinity : 0);
  for (const z of points)
    for (let i = 0; i < n; i++) {
      lower[i] = Math.min(lower[i]!, z[i]!);
      upper[i] = Math.max(upper[i]!, z[i]!);
    }
  return {
    centre: lower.map((lo, i) => (lo + upper[i]!) / 2),
    radius: Math.max(0, ...lower.map((lo, i) => (upper[i]! - lo) / 2)),
  };
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((value, i) => value - b[i]!));

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
