import { Cancelled, InputError } from '../core/errors';
import type { CanonicalMap } from '../core/map/canonical';
import { toMap } from '../core/models/index';
import { settingNames } from '../core/models/settings';
import { isBilinear, type PlaneFamily } from '../core/plane/family';
import type { Enumerate } from '../core/plane/itineraries';
import { analysePlane } from '../core/plane/plane';
import { placeSurface, type SurfaceTable } from '../core/plane/surface';
import { random as randomStream } from '../core/random';
import { PLANE_SCHEMA, type PlaneAxis, type PlanePath, type PlaneReport } from '../core/report/plane';
import type { Tensor } from '../core/tensor';
import type { Jobs, MovedModel } from '../protocol/job';
import type { PlaneAxisRequest, PlaneOptions } from '../protocol/plane';
import { summarise } from './analyze';
import type { Control } from './control';
import type { LoadedModel } from './load';

export interface PlaneContext {
  readonly version: string;
  readonly control: Control;
  readonly onEvent: (event: Jobs['plane']['event']) => void;
  /** Enumerates itineraries in other threads. */
  readonly enumerate?: Enumerate;
  /** The model in another file, for directions towards it. */
  readonly other: (file: string) => Promise<LoadedModel>;
  /** Checkpoints of the run whose path is projected on the plane. */
  readonly checkpoints: readonly { readonly epoch: number | null; readonly model: LoadedModel }[] | null;
  readonly pathLabel: string;
  /** Why there is no path, where one was asked for. */
  readonly pathWarning: string | null;
  /** A loss that is laid beneath the plane. */
  readonly surface?: SurfaceTable;
}

/** Milliseconds between two progress messages. */
const PROGRESS_EVERY = 100;

/** Change of every parameter per unit of offset, by canonical parameter. */
export type Direction = Readonly<Record<string, Float64Array>>;

/** A loaded model -> its plane of two parameters. Throws InputError where a direction makes no sense. */
export async function plane(
  model: LoadedModel,
  options: PlaneOptions,
  context: PlaneContext,
): Promise<PlaneReport> {
  const begin = performance.now();
  const { control, onEvent } = context;
  const [x, y] = [
    await directionOf(model, options.x, context.other),
    await directionOf(model, options.y, context.other),
  ];
  if (options.x.direction === options.y.direction)
    throw new InputError('Both axes are the same direction.', '', 'Choose two different directions.');
  const surface = context.surface ? placeSurface(context.surface, options.x.range, options.y.range) : null;
  const family = familyOf(model, x.change, y.change, options);
  let shown = -Infinity;
  const found = await analysePlane(family, {
    ...(context.enumerate ? { enumerate: context.enumerate } : {}),
    maxOrder: options.maxOrder,
    seed: options.seed,
    x: options.x.range,
    y: options.y.range,
    stop: control.stop,
    onProgress: (stage, fraction) => {
      const now = performance.now();
      if (now - shown < PROGRESS_EVERY) return;
      shown = now;
      const elapsed = (now - begin) / 1000;
      const secondsLeft = fraction > 0.1 ? (elapsed * (1 - fraction)) / fraction : null;
      onEvent({ type: 'progress', progress: { stage, fraction, secondsLeft } });
    },
  });
  if (control.cancelled) throw new Cancelled();
  const { objects, curves, regions, statement, covered, radius, precision, warnings } = found;
  return {
    schema: PLANE_SCHEMA,
    generator: { name: 'rnn-dynamics', version: context.version },
    file: model.fileName,
    digest: model.digest,
    model: summarise(model),
    axes: [axisOf(model, options.x, x.label), axisOf(model, options.y, y.label)],
    search: {
      maxOrder: options.maxOrder,
      seed: options.seed,
      seconds: (performance.now() - begin) / 1000,
      partial: control.reason !== null,
      stoppedBy: control.reason,
      statement,
      covered,
      radius,
    },
    precision,
    objects,
    curves,
    regions,
    path: context.checkpoints
      ? pathOf(model, x.change, y.change, context.checkpoints, context.pathLabel)
      : null,
    surface,
    warnings: [...model.warnings, ...(context.pathWarning ? [context.pathWarning] : []), ...warnings],
  };
}

/** The model with its weights moved, under the names of its file. */
export async function moved(
  model: LoadedModel,
  moves: readonly { readonly direction: string; readonly offset: number }[],
  other: (file: string) => Promise<LoadedModel>,
): Promise<MovedModel> {
  const directions = await Promise.all(moves.map((move) => directionOf(model, move, other)));
  const parameters = movedParameters(
    model,
    directions.map(({ change }, i) => [change, moves[i]!.offset] as const),
  );
  const { kind, variant, values, tensors } = model.model;
  const known: Readonly<Record<string, unknown>> = { ...variant, ...values };
  const plain: Readonly<Record<string, unknown>> = {
    leak: 1,
    negativeSlope: 0,
    clipped: false,
    meanCentred: false,
  };
  const set: Record<string, number | string | boolean> = {};
  for (const name of settingNames) {
    const value = known[name];
    if (name === 'group' || value === plain[name]) continue;
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
      set[name] = value;
  }
  const stored = Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [tensors[name] ?? name, nested(tensor)]),
  );
  const place = moves.map(
    ({ offset }, i) => `${directions[i]!.label} ${offset < 0 ? '-' : '+'}${Math.abs(offset).toPrecision(4)}`,
  );
  const stem = model.fileName.replace(/\.[^.]*$/, '');
  return {
    name: `${stem} ${place.join(' ')}.json`.replace(/[^\p{L}\p{N}_.+[\] -]+/gu, '-'),
    text: `${JSON.stringify(stored)}\n`,
    options: { kind, set, map: tensors, ...(model.input.length > 0 ? { input: model.input } : {}) },
  };
}

function nested({ shape, data }: Tensor): unknown {
  const build = (axis: number, at: number): unknown => {
    if (axis === shape.length) return data[at]!;
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, at * shape[axis]! + i));
  };
  return build(0, 0);
}

const CELL = /^([A-Za-z_]\w*)((?:\[\d+\])+)$/;

/** `A[0]`, `W[1][0]`, `random:SEED` (a direction of length 1 over all weights) or `towards:FILE`. */
export async function directionOf(
  model: LoadedModel,
  { direction }: Pick<PlaneAxisRequest, 'direction'>,
  other: (file: string) => Promise<LoadedModel>,
): Promise<{ label: string; change: Direction }> {
  const { parameters } = model;
  const zeros = (): Record<string, Float64Array> =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, { data }]) => [name, new Float64Array(data.length)]),
    );
  const cell = cellOf(model, direction);
  if (cell) {
    const change = zeros();
    change[cell.name]![cell.at] = 1;
    return { label: direction, change };
  }
  const seed = /^random:(\d+)$/.exec(direction)?.[1];
  if (seed !== undefined) {
    const stream = randomStream(Number(seed), 0xd12ec);
    const change = zeros();
    let sum = 0;
    for (const values of Object.values(change))
      for (let i = 0; i < values.length; i++) {
        // Box and Muller.
        values[i] = Math.sqrt(-2 * Math.log(1 - stream.uniform())) * Math.cos(2 * Math.PI * stream.uniform());
        sum += values[i]! ** 2;
      }
    for (const values of Object.values(change))
      for (let i = 0; i < values.length; i++) values[i] = values[i]! / Math.sqrt(sum);
    return { label: `random direction ${seed}`, change };
  }
  const file = /^towards:(.+)$/.exec(direction)?.[1];
  if (file !== undefined) {
    const end = await other(file);
    const change = zeros();
    for (const [name, values] of Object.entries(change)) {
      const to = end.parameters[name];
      if (to?.data.length !== values.length)
        throw new InputError(
          `${name} has another size in ${end.fileName}.`,
          name,
          'Choose a model of the same size.',
        );
      for (let i = 0; i < values.length; i++) values[i] = to.data[i]! - parameters[name]!.data[i]!;
    }
    return { label: `towards ${end.fileName}`, change };
  }
  const names = Object.entries(parameters).map(
    ([name, { shape }]) => `${name}${shape.map(() => '[..]').join('')}`,
  );
  throw new InputError(
    `"${direction}" is no direction of this model.`,
    '',
    `Give a weight of ${names.join(', ')}, random:SEED, or towards:FILE.`,
  );
}

/** The weight that a text such as `W[1][0]` names. */
function cellOf({ parameters }: LoadedModel, text: string): { name: string; at: number } | null {
  const match = CELL.exec(text);
  if (!match) return null;
  const [, name = '', indexes = ''] = match;
  const tensor = parameters[name];
  if (!tensor) return null;
  const index = indexes.slice(1, -1).split('][').map(Number);
  // A row that is stored as a matrix may be named like a vector.
  const shape =
    index.length === 1 && tensor.shape.length === 2 && tensor.shape[0] === 1
      ? [tensor.shape[1]!]
      : tensor.shape;
  if (index.length !== shape.length || index.some((i, axis) => i >= shape[axis]!))
    throw new InputError(
      `${text} is outside of ${name}, which has the shape ${shape.join(' × ')}.`,
      name,
      'Indexes begin at 0.',
    );
  return { name, at: index.reduce((at, i, axis) => at * shape[axis]! + i, 0) };
}

function axisOf(model: LoadedModel, { direction, range }: PlaneAxisRequest, label: string): PlaneAxis {
  const cell = cellOf(model, direction);
  return { label, direction, range, base: cell ? model.parameters[cell.name]!.data[cell.at]! : null };
}

/** The model with its parameters moved by offsets. */
export function movedParameters(
  model: LoadedModel,
  moves: readonly (readonly [Direction, number])[],
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(model.parameters).map(([name, tensor]) => {
      const data = tensor.data.slice();
      for (const [change, offset] of moves) {
        const values = change[name]!;
        for (let i = 0; i < data.length; i++) data[i] = data[i]! + offset * values[i]!;
      }
      return [name, { ...tensor, data }];
    }),
  );
}

function familyOf(
  model: LoadedModel,
  x: Direction,
  y: Direction,
  { x: { range: xs }, y: { range: ys } }: PlaneOptions,
): PlaneFamily {
  const { n, L } = model.map;
  const direct: PlaneFamily = {
    n,
    L,
    at: (u, v) =>
      toMap(
        model.model,
        movedParameters(model, [
          [x, xs[0] + u * (xs[1] - xs[0])],
          [y, ys[0] + v * (ys[1] - ys[0])],
        ]),
        model.input,
      ),
  };
  return isBilinear(direct) ? interpolated(direct) : direct;
}

/** The same family by the values of its entries at the corners: many times faster, the same to rounding. */
function interpolated(family: PlaneFamily): PlaneFamily {
  const { n, L } = family;
  const [a, b, c, d] = [family.at(0, 0), family.at(1, 0), family.at(0, 1), family.at(1, 1)];
  const entry = (key: 'A' | 'B' | 'C' | 'd' | 'g'): ((u: number, v: number) => Float64Array) => {
    const base = a[key];
    const du = b[key].map((w, i) => w - base[i]!);
    const dv = c[key].map((w, i) => w - base[i]!);
    const both = d[key].map((w, i) => w - base[i]! - du[i]! - dv[i]!);
    const scale = d[key].map((w, i) => Math.abs(w) + Math.abs(base[i]!));
    // What is left of linear entries is rounding.
    for (let i = 0; i < both.length; i++) if (Math.abs(both[i]!) < 1e-14 * scale[i]!) both[i] = 0;
    if ([du, dv, both].every((values) => values.every((w) => w === 0))) return () => base;
    return (u, v) => {
      const out = new Float64Array(base.length);
      const uv = u * v;
      for (let i = 0; i < out.length; i++) out[i] = base[i]! + u * du[i]! + v * dv[i]! + uv * both[i]!;
      return out;
    };
  };
  const [A, B, C, e, g] = [entry('A'), entry('B'), entry('C'), entry('d'), entry('g')];
  let last: { u: number; v: number; map: CanonicalMap } | null = null;
  return {
    n,
    L,
    at: (u, v) => {
      if (last?.u !== u || last.v !== v)
        last = { u, v, map: { n, L, A: A(u, v), B: B(u, v), C: C(u, v), d: e(u, v), g: g(u, v) } };
      return last.map;
    },
  };
}

/** Checkpoints projected on the plane: the offsets that come nearest to each, in the Euclidean norm over all weights. */
function pathOf(
  model: LoadedModel,
  x: Direction,
  y: Direction,
  checkpoints: NonNullable<PlaneContext['checkpoints']>,
  label: string,
): PlanePath {
  const names = Object.keys(model.parameters);
  const dot = (a: Direction, b: Direction): number =>
    names.reduce((sum, name) => sum + a[name]!.reduce((part, w, i) => part + w * b[name]![i]!, 0), 0);
  const [xx, xy, yy] = [dot(x, x), dot(x, y), dot(y, y)];
  const determinant = xx * yy - xy * xy;
  return {
    label,
    points: checkpoints.flatMap(({ epoch, model: { parameters } }) => {
      if (names.some((name) => parameters[name]?.data.length !== model.parameters[name]!.data.length))
        return [];
      const away = Object.fromEntries(
        names.map((name) => [
          name,
          parameters[name]!.data.map((w, i) => w - model.parameters[name]!.data[i]!),
        ]),
      );
      const [ax, ay] = [dot(away, x), dot(away, y)];
      return [{ epoch, at: [(ax * yy - ay * xy) / determinant, (ay * xx - ax * xy) / determinant] as const }];
    }),
  };
}
