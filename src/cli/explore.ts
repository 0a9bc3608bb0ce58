import type { Quantity } from '../core/bifurcation/sensitivity';
import { InputError } from '../core/errors';
import type { BasinPicture, ManifoldPicture, Scene, SensitivityPicture } from '../core/report/scene';
import type { Cycle, Report } from '../core/report/types';
import type { PlaneSlice } from '../core/stateSpace/basins';
import { onPlane, planeThrough, type SlicePlane } from '../core/stateSpace/slices';
import { exploredToText, lyapunovToCsv, lyapunovToJson, type ExploredPictures } from '../export/explored';
import type { WorkerClient } from '../worker/client';
import { basinTable, lyapunovTable, manifoldTable, sensitivityTable } from './exploreTables';
import type { BasinOptions, Command, QuantityOption } from './options';
import { progressDisplay } from './progress';
import { exit, fileRef, finished, print, save } from './shell';

type ExploreCommand = Extract<Command, { name: 'explore' }>;

const SESSION = 'explore';
/** How far beyond objects and orbits a plane of basins reaches. */
const MARGIN = 0.15;

/** Searches the model, then computes what is asked about its objects. */
export async function runExplore(command: ExploreCommand, client: WorkerClient): Promise<number> {
  const display = progressDisplay(process.stderr);
  const { what, model: options, search } = command;
  const file = fileRef(command.file);
  const running = client.run('analyze', { file, options, search }, (event) => {
    if (event.type === 'progress') display.show(event.progress);
  });
  const { found: report, interrupted } = await finished(running, display);
  if (interrupted) return exit.interrupted;
  const status = report.search.partial ? exit.partial : exit.done;
  if (what === 'lyapunov') {
    const render = (format: 'json' | 'csv'): string =>
      format === 'json' ? lyapunovToJson(report) : lyapunovToCsv(report);
    await print(command.json ? render('json') : lyapunovTable(report));
    return command.out && !(await save(command.out, render(command.out.format))) ? exit.input : status;
  }
  await client.run('open', { session: SESSION, file, options }).result;
  try {
    const pictures = await compute(command, report, client);
    const render = (format: 'json' | 'csv'): string => exploredToText(what, format, report.file, pictures)!;
    await print(command.json ? render('json') : tableOf(report, pictures));
    return command.out && !(await save(command.out, render(command.out.format))) ? exit.input : status;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`${command.file}: ${error.message} ${error.remedy}\n`);
    return exit.input;
  }
}

function tableOf(report: Report, { sensitivity, manifolds, basins }: Partial<ExploredPictures>): string {
  if (manifolds) return manifoldTable(report, manifolds);
  return basins ? basinTable(report, basins) : sensitivityTable(report, sensitivity!);
}

async function compute(
  command: ExploreCommand,
  report: Report,
  client: WorkerClient,
): Promise<Partial<ExploredPictures>> {
  switch (command.what) {
    case 'manifolds':
      return { manifolds: await manifoldsOf(command, report, client) };
    case 'basins':
      return { basins: await basinsOf(command, report, client) };
    default:
      return { sensitivity: await sensitivityOf(command, report, client) };
  }
}

const cyclesOf = ({ orders, beyond }: Report): Cycle[] => [
  ...orders.flatMap(({ cycles }) => cycles),
  ...beyond,
];

/** Throws InputError where there is no such object. */
function cycleNamed(report: Report, id: string): Cycle {
  const cycles = cyclesOf(report);
  const cycle = cycles.find((one) => one.id.toLowerCase() === id.toLowerCase());
  if (cycle) return cycle;
  const ids = cycles.map((one) => one.id);
  throw new InputError(
    `There is no fixed point or cycle ${id}.`,
    '',
    ids.length === 0
      ? 'None was found; try a higher --max-order.'
      : `There are ${ids.slice(0, 20).join(', ')}${ids.length > 20 ? ', ..' : ''}.`,
  );
}

/** What a job of the worker gives; an interrupt ends it early, with what there is. */
async function waited<T>(running: { result: Promise<T>; stop(keep: boolean): void }): Promise<T> {
  return (await finished(running, progressDisplay(process.stderr))).found;
}

async function manifoldsOf(
  { objects, reach }: ExploreCommand,
  report: Report,
  client: WorkerClient,
): Promise<ManifoldPicture> {
  const chosen =
    objects.length > 0
      ? objects.map((id) => cycleNamed(report, id))
      : cyclesOf(report).filter(({ stability }) => stability === 'saddle');
  const stable = chosen.find(({ stability }) => stability !== 'saddle');
  if (stable)
    throw new InputError(`${stable.id} is ${stable.stability}.`, '', 'Manifolds are those of saddles.');
  return waited(
    client.run('manifolds', {
      session: SESSION,
      objects: chosen.map(({ id, points, regions }) => ({ id, points, regions })),
      radius: reach * report.model.scale,
    }),
  );
}

async function sensitivityOf(
  { objects, quantity }: ExploreCommand,
  report: Report,
  client: WorkerClient,
): Promise<SensitivityPicture> {
  const [id, ...more] = objects;
  if (id === undefined || more.length > 0)
    throw new InputError('One object is needed.', '', 'Name it with --object, as in --object FP1.');
  const cycle = cycleNamed(report, id);
  const { points, regions } = cycle;
  return waited(
    client.run('sensitivity', {
      session: SESSION,
      object: { id: cycle.id, points, regions },
      quantity: quantityOf(quantity, cycle),
    }),
  );
}

function quantityOf({ kind, number, point }: QuantityOption, { id, order, points }: Cycle): Quantity {
  const n = points[0]!.length;
  if (kind !== 'norm' && number > n)
    throw new InputError(`${id} has ${String(n)} coordinates and multipliers.`, '', 'Choose a lower number.');
  if (kind === 'modulus' || kind === 'argument') return { kind, multiplier: number - 1 };
  if (point > order) throw new InputError(`${id} has order ${String(order)}.`, '', 'Choose a lower --point.');
  return kind === 'norm' ? { kind, point: point - 1 } : { kind, point: point - 1, unit: number - 1 };
}

async function basinsOf(
  { basins, reach, search }: ExploreCommand,
  report: Report,
  client: WorkerClient,
): Promise<BasinPicture> {
  const cycles = cyclesOf(report);
  const objects = cycles.flatMap(({ points }) => points);
  const { seed } = search;
  const scene = await client.run('scene', { session: SESSION, objects, seed }).result;
  const plane = planeOf(basins, report, scene);
  const near = [...scene.simulated.flat(), ...scene.transients.flat(), ...objects].map((z) =>
    onPlane(plane, z),
  );
  const slice: PlaneSlice = {
    ...plane,
    x: basins.x ?? rangeOf(near.map(([x]) => x)),
    y: basins.y ?? rangeOf(near.map(([, y]) => y)),
  };
  return waited(
    client.run('basins', {
      session: SESSION,
      attractors: cycles
        .filter(({ stability }) => stability === 'stable')
        .map(({ id, points, regions, margin }) => ({ id, points, regions, margin })),
      slice,
      columns: basins.cells,
      rows: report.model.stateDim === 1 ? 1 : basins.cells,
      reach: reach * report.model.scale,
      seed,
    }),
  );
}

/** Around the values, with a margin; never empty. */
function rangeOf(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const half = (high - low) / 2;
  if (!(half > 0)) return Number.isFinite(low) ? [low - 1, low + 1] : [-1, 1];
  return [low - 2 * MARGIN * half, high + 2 * MARGIN * half];
}

function planeOf({ plane }: BasinOptions, report: Report, { principal }: Scene): SlicePlane {
  const n = report.model.stateDim;
  if (plane && 'through' in plane) {
    const [a, b, c] = plane.through.map((id) => cycleNamed(report, id).points[0]!);
    const found = planeThrough(a!, b!, c!);
    if (found) return found;
    throw new InputError(
      'The first points of these objects lie on a line.',
      '',
      'Choose three that span a plane.',
    );
  }
  const [first, second] = plane?.axes ?? (n > 2 ? ['pc1', 'pc2'] : ['z1', 'z2']);
  const direction = (name: string): number[] => {
    const index = Number(name.replace(/\D/g, '')) - 1;
    const found = name.startsWith('pc')
      ? principal.components[index]
      : index < n
        ? Array.from({ length: n }, (_, i) => Number(i === index))
        : undefined;
    if (found) return [...found];
    throw new InputError(`There is no axis ${name}.`, '', 'Choose another with --axes.');
  };
  const mixed = first!.startsWith('pc') !== second!.startsWith('pc');
  if (mixed)
    throw new InputError('The axes are of two kinds.', '', 'Choose two of z1, z2, .. or of pc1, pc2, ..');
  // In two coordinates of all the plane goes through 0, so that x and y are the coordinates; else through the mean.
  const coordinates = first!.startsWith('z');
  const used = [first, second].map((name) => Number(name!.slice(1)) - 1);
  const origin = principal.mean.map((value, i) => (coordinates && used.includes(i) ? 0 : value));
  const u = direction(first!);
  return { origin, u, v: n === 1 ? [0] : direction(second!) };
}
