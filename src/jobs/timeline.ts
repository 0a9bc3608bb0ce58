import type { NearestBifurcation } from '../core/bifurcation/distance';
import type { Connection, EndObjects } from '../core/bifurcation/types';
import { Cancelled, InputError } from '../core/errors';
import { Kernel } from '../core/map/kernel';
import type { CanonicalMap } from '../core/map/canonical';
import type { Timeline, TimelineAxis } from '../core/report/timeline';
import type { LyapunovEstimate } from '../core/report/types';
import {
  cycleOf,
  has,
  itineraryKey,
  type CheckpointAnalysis,
  type SeriesCycle,
} from '../core/training/checkpoint';
import { assembleTimeline, type SeriesState } from '../core/training/assemble';
import { weightDerivatives, type WeightDerivative } from '../core/models/derivatives';
import type { ModelOptions } from '../core/models/types';
import type { Jobs, TimelineOptions } from '../protocol/job';
import { pairNames, readRun } from '../runs/readRun';
import type { Run, RunFolder, RunOptions } from '../runs/types';
import { clampOf, summarise } from './analyze';
import { RESULT_VERSION, type Cache } from './cache';
import type { Control } from './control';
import type { Hash } from './load';
import { loadSeries, type LoadedCheckpoint } from './series';
import { ALONE_MS, type RunTimelineTask } from './timelineWork';

export interface TimelineContext {
  readonly version: string;
  readonly control: Control;
  readonly hash: Hash;
  readonly cache: Cache | null;
  readonly onEvent: (event: Jobs['timeline']['event']) => void;
  readonly runTask: RunTimelineTask;
  /** Tasks under way at a time. */
  readonly threads: number;
  /** Whether timelines of what is known so far are sent; they are, when absent. */
  readonly partials?: boolean;
}

/** Partial timelines are sent when this many times the time of making one has passed, and not before the least. */
const PARTIAL = { factor: 12, leastMs: 400 };
/** Milliseconds between two progress messages. */
const PROGRESS_EVERY = 100;

/**
 * A folder of checkpoints -> its timeline.
 *
 * Every checkpoint is analysed, coarse to fine, then every step between neighbours is followed; what a step finds at a
 * checkpoint that its search had missed is added there, and the steps beside are followed again, until nothing new
 * appears. Each piece is a function of its own input, looked up in the cache first: a growing run costs only its new part,
 * gives what the whole run gives at once, and the number of threads changes nothing.
 */
export async function timeline(
  folder: RunFolder,
  runOptions: RunOptions,
  modelOptions: ModelOptions,
  options: TimelineOptions,
  context: TimelineContext,
): Promise<Timeline> {
  const { control, onEvent } = context;
  onEvent({
    type: 'progress',
    progress: { stage: 'reading the run', fraction: null, secondsLeft: null },
  });
  const run = await readRun(folder, runOptions);
  const { checkpoints, warnings } = await loadSeries(
    run,
    folder,
    modelOptions,
    options.every,
    context.hash,
    control.stop,
  );
  if (control.cancelled) throw new Cancelled();
  if (runOptions.pair) comparable(checkpoints, warnings);
  if (checkpoints.length === 0)
    throw new InputError('the search was stopped before a checkpoint was read', '', 'Allow it more time.');
  const pair = runOptions.pair ? pairNames(runOptions.pair) : null;
  const what = { ...run, axis: run.series.axis, pair };
  const said = [...warnings, ...seriesChoice(run, runOptions), ...sizeChanges(checkpoints, run.series.axis)];
  return timelineOf(what, checkpoints, said, modelOptions, options, context);
}

/** Series that a warning names. */
const NAMED = 5;

/** Says which series was taken where the folder holds several and nobody chose. */
function seriesChoice({ series, otherSeries }: Run, { series: chosen }: RunOptions): string[] {
  if (chosen !== undefined || otherSeries.length === 0) return [];
  const rest = otherSeries.length > NAMED ? ` and ${String(otherSeries.length - NAMED)} more` : '';
  return [
    `This is the series ${series.name}. The folder holds another, too: ${otherSeries.slice(0, NAMED).join(', ')}${rest}.`,
  ];
}

/** Says where a run goes on with a model of another size or architecture: nothing can be followed across. */
function sizeChanges(checkpoints: readonly LoadedCheckpoint[], axis: TimelineAxis): string[] {
  return checkpoints.slice(1).flatMap(({ epoch, model }, i) => {
    const before = checkpoints[i]!.model;
    if (before.model.kind === model.model.kind && sameShape(before.map, model.map)) return [];
    return [
      `The model changes at ${axis} ${String(epoch)} (${model.fileName}): ${sizeOf(model)} after ${sizeOf(before)}. Nothing can be followed across the change.`,
    ];
  });
}

function sizeOf({ model }: LoadedCheckpoint['model']): string {
  return `${model.kind} with M = ${String(model.stateDim)} and ${String(model.reluUnits)} units`;
}

/** What a timeline takes from its run. */
export interface TimelineRun extends Pick<
  Run,
  'name' | 'loss' | 'lossOffset' | 'hyperparameters' | 'forcing' | 'warnings'
> {
  readonly axis: TimelineAxis;
  /** Names of two models that are compared; null for a run. */
  readonly pair: readonly [string, string] | null;
}

/** As `timeline`, of checkpoints that were read. */
export async function timelineOf(
  run: TimelineRun,
  checkpoints: readonly LoadedCheckpoint[],
  warnings: readonly string[],
  modelOptions: ModelOptions,
  options: TimelineOptions,
  context: TimelineContext,
): Promise<Timeline> {
  const { control, onEvent } = context;
  const begin = performance.now();
  let told = -Infinity;
  const progress = (stage: string, fraction: number | null): void => {
    const now = performance.now();
    if (now - told < PROGRESS_EVERY) return;
    told = now;
    const elapsed = (now - begin) / 1000;
    const secondsLeft = fraction !== null && fraction > 0.05 ? (elapsed * (1 - fraction)) / fraction : null;
    onEvent({ type: 'progress', progress: { stage, fraction, secondsLeft } });
  };
  const pieces = new Pieces(checkpoints, options, modelOptions, context);

  let shown = performance.now();
  let cost = 0;
  const make = (): Timeline => {
    const state: SeriesState = {
      run: {
        folder: run.name,
        kind: checkpoints[0]!.model.model.kind,
        hyperparameters: run.hyperparameters,
        forcing: run.forcing,
        pair: run.pair,
      },
      generator: { name: 'rnn-dynamics', version: context.version },
      model: summarise(checkpoints.at(-1)!.model),
      search: {
        maxOrder: options.maxOrder,
        seed: options.seed,
        seconds: (performance.now() - begin) / 1000,
        cached: pieces.cached,
        stoppedBy: control.reason,
      },
      axis: run.axis,
      loss: run.loss,
      lossOffset: run.lossOffset,
      warnings: [...new Set([...run.warnings, ...warnings, ...checkpoints[0]!.model.warnings])],
      jumps: options.jumps,
      association: options.association,
      checkpoints: checkpoints.map(({ epoch, file, entry, model }) => ({
        epoch,
        file,
        entry,
        digest: model.digest,
        map: model.map,
        parameters: model.parameters,
        clamp: clampOf(model),
      })),
      analyses: pieces.analyses,
      steps: pieces.steps,
      distances: pieces.distances,
      spectra: pieces.spectra,
      orbit: (step, s, point, count) => orbitOnLine(checkpoints, step, s, point, count),
    };
    return assembleTimeline(state);
  };
  const changed = (): void => {
    if (context.partials === false) return;
    const now = performance.now();
    if (now - shown < Math.max(PARTIAL.leastMs, PARTIAL.factor * cost)) return;
    const partial = make();
    shown = performance.now();
    cost = shown - now;
    onEvent({ type: 'timeline', timeline: partial });
  };
  await pieces.run(progress, changed);
  if (control.cancelled) throw new Cancelled();
  return make();
}

/** The results of checkpoints and steps, as far as they are known. */
class Pieces {
  readonly analyses: (CheckpointAnalysis | null)[];
  readonly steps: (Connection | null)[];
  readonly distances: (NearestBifurcation | null)[];
  readonly spectra: (readonly (LyapunovEstimate | null)[] | null)[];
  /** Pieces that came from the cache. */
  cached = 0;
  readonly #begun = performance.now();
  readonly #keys: string[];
  #derivatives: { digest: string; weights: readonly WeightDerivative[] | null } | null = null;

  constructor(
    readonly checkpoints: readonly LoadedCheckpoint[],
    readonly options: TimelineOptions,
    modelOptions: ModelOptions,
    readonly context: TimelineContext,
  ) {
    this.analyses = checkpoints.map(() => null);
    this.steps = checkpoints.slice(1).map(() => null);
    this.distances = checkpoints.map(() => null);
    this.spectra = checkpoints.map(() => null);
    const { maxOrder, seed, certify } = options;
    this.#keys = checkpoints.map(({ model }) =>
      JSON.stringify([
        RESULT_VERSION,
        model.digest,
        modelOptions,
        model.model.tensors,
        model.input,
        maxOrder,
        seed,
        certify,
      ]),
    );
  }

  async run(progress: (stage: string, fraction: number) => void, changed: () => void): Promise<void> {
    const { stop } = this.context.control;
    const total = this.checkpoints.length;
    const share = 0.48;
    let done = 0;
    // A checkpoint begins with what its parent knows, so results do not depend on what comes after it in the run.
    for (const level of levels(total))
      await this.#each(level, async (index) => {
        this.analyses[index] = await this.#analyse(index);
        progress(`checkpoint ${String(++done)} of ${String(total)}`, (share * done) / total);
        changed();
      });
    if (stop()) return;
    let dirty = Array.from(this.steps.keys());
    const followed = new Set<number>();
    while (dirty.length > 0 && !stop()) {
      await this.#each(dirty, async (index) => {
        this.steps[index] = await this.#follow(index);
        followed.add(index);
        progress(
          `step ${String(followed.size)} of ${String(total - 1)}`,
          share + (share * followed.size) / total,
        );
        changed();
      });
      if (stop()) return;
      dirty = this.#addMissed();
    }
    let measured = 0;
    await this.#each(Array.from(this.distances.keys()), async (index) => {
      this.distances[index] = await this.#measure(index);
      measured++;
      progress(
        `distance to bifurcation, ${String(measured)} of ${String(total)}`,
        2 * share + ((1 - 2 * share) * measured) / total,
      );
    });
    if (!this.options.lyapunov) return;
    let spread = 0;
    await this.#each(Array.from(this.spectra.keys()), async (index) => {
      this.spectra[index] = await this.#spectra(index);
      progress(`Lyapunov spectra, ${String(++spread)} of ${String(total)}`, 1);
    });
  }

  /** Works through a list, several at a time once threads have taken over. */
  async #each(list: readonly number[], work: (index: number) => Promise<void>): Promise<void> {
    const queue = list[Symbol.iterator]();
    const { control, threads } = this.context;
    const runner = async (goOn: () => boolean): Promise<void> => {
      while (goOn() && !control.stop()) {
        const item = queue.next();
        if (item.done) return;
        await work(item.value);
      }
    };
    await runner(() => performance.now() - this.#begun < ALONE_MS);
    await Promise.all(Array.from({ length: threads }, () => runner(() => true)));
  }

  async #analyse(index: number): Promise<CheckpointAnalysis | null> {
    const { map } = this.checkpoints[index]!.model;
    const { maxOrder, seed, certify } = this.options;
    const parent = index === 0 ? null : this.analyses[index & (index - 1)]!;
    const known = parent?.cycles.map(({ regions }) => regions) ?? [];
    return this.#remembered(
      `checkpoint ${this.#keys[index]!} ${known.map((word) => word.join(' ')).join(';')}`,
      () => this.context.runTask({ kind: 'checkpoint', map, options: { maxOrder, seed, certify }, known }),
    );
  }

  async #follow(index: number): Promise<Connection | null> {
    const [a, b] = [this.analyses[index], this.analyses[index + 1]];
    const maps = [this.checkpoints[index]!.model.map, this.checkpoints[index + 1]!.model.map] as const;
    if (!a || !b || !sameShape(...maps)) return null;
    const objects = [endObjects(a, b), endObjects(b, a)] as const;
    const words = objects.map(({ cycles, provenOrder }) => [
      provenOrder,
      cycles.map(({ regions }) => regions.join(' ')).join(';'),
    ]);
    const key = `step ${this.#keys[index]!} ${this.#keys[index + 1]!} ${JSON.stringify(words)}`;
    const { maxOrder } = this.options;
    return this.#remembered(key, () => this.context.runTask({ kind: 'step', maps, objects, maxOrder }));
  }

  /** The nearest bifurcation, in the space of the weights, of the objects of a checkpoint. */
  async #measure(index: number): Promise<NearestBifurcation | null> {
    const { map } = this.checkpoints[index]!.model;
    const cycles = this.analyses[index]?.cycles.map(({ order, points, regions }) => ({
      order,
      points,
      regions,
    }));
    if (!cycles || cycles.length === 0) return null;
    const words = cycles.map(({ regions }) => regions.join(' ')).join(';');
    const found = await this.#remembered(`distance ${this.#keys[index]!} ${words}`, async () => {
      const weights = this.#weights(index);
      return weights && this.context.runTask({ kind: 'distance', map, cycles, weights });
    });
    return found?.nearest ?? null;
  }

  async #spectra(index: number): Promise<readonly (LyapunovEstimate | null)[] | null> {
    const analysis = this.analyses[index];
    if (!analysis) return null;
    const { map } = this.checkpoints[index]!.model;
    const { attractors, cycles, fog, scale } = analysis;
    const words = attractors.map(({ cycle }) => (cycle === null ? '' : cycles[cycle]!.regions.join(' ')));
    return this.#remembered(`spectra ${this.#keys[index]!} ${words.join(';')}`, () =>
      this.context.runTask({ kind: 'spectra', map, analysis: { attractors, cycles, fog, scale } }),
    );
  }

  /** Null for models of too many weights. */
  #weights(index: number): readonly WeightDerivative[] | null {
    const { model, parameters, input } = this.checkpoints[index]!.model;
    // The canonical map of all but dendritic models is affine in the weights together: derivatives are the same throughout.
    const constant = model.kind !== 'dendPLRNN' && model.kind !== 'clippedDendPLRNN';
    const known = this.#derivatives;
    if (constant && known?.digest === this.#shapes(index)) return known.weights;
    const weights = weightDerivatives(model, parameters, input);
    this.#derivatives = { digest: this.#shapes(index), weights };
    return weights;
  }

  /** What the derivatives of a model whose map is affine in its weights depend on. */
  #shapes(index: number): string {
    const { model, parameters, input } = this.checkpoints[index]!.model;
    const shapes = Object.entries(parameters).map(([name, { shape }]) => [name, shape]);
    return JSON.stringify([model.kind, model.variant, model.values, shapes, input]);
  }

  async #remembered<T>(key: string, compute: () => Promise<T | null>): Promise<T | null> {
    const { cache } = this.context;
    const stored = (await cache?.get(key)) ?? null;
    if (stored !== null) {
      this.cached++;
      return stored as T;
    }
    const value = await compute();
    if (value !== null) await cache?.put(key, value);
    return value;
  }

  /**
   * Objects that a step followed to a checkpoint which does not list them: long cycles that its search did not meet.
   * They are added there. @returns the steps that must be followed again
   */
  #addMissed(): number[] {
    const dirty = new Set<number>();
    const add = (index: number, regions: readonly string[]): void => {
      const analysis = this.analyses[index]!;
      if (has(analysis.cycles, { order: regions.length, regions })) return;
      const cycle = cycleOf(this.checkpoints[index]!.model.map, analysis.scale, regions);
      if (!cycle || has(analysis.cycles, cycle)) return;
      this.analyses[index] = withCycle(analysis, cycle);
      for (const step of [index - 1, index]) if (step >= 0 && step < this.steps.length) dirty.add(step);
    };
    this.steps.forEach((connection, step) => {
      for (const {
        regions,
        objectA,
        objectB,
        startEvent,
        endEvent,
        previous,
        next,
      } of connection?.segments ?? []) {
        if (objectA === null && startEvent === null && previous === null) add(step, regions);
        if (objectB === null && endEvent === null && next === null) add(step + 1, regions);
      }
    });
    return [...dirty].sort((a, b) => a - b);
  }
}

/**
 * Places of checkpoints coarse to fine: 0, then those that the largest power of two divides, and so on down to the odd
 * ones. Each begins with what the place with its lowest bit cleared knows, which stands in an earlier group.
 */
function levels(count: number): number[][] {
  const groups: number[][] = [[0]];
  for (let stride = 2 ** Math.floor(Math.log2(Math.max(1, count - 1))); stride >= 1; stride /= 2) {
    const group: number[] = [];
    for (let index = stride; index < count; index += 2 * stride) group.push(index);
    groups.push(group);
  }
  return groups;
}

function endObjects(own: CheckpointAnalysis, other: CheckpointAnalysis): EndObjects {
  const longest = Math.max(1, ...own.cycles.map((c) => c.order), ...other.cycles.map((c) => c.order));
  return {
    cycles: own.cycles.map(({ order, points, regions }) => ({ order, points, regions })),
    boundaryPoints: own.boundaryPoints,
    provenOrder: own.provenOrder === 'all' ? longest : own.provenOrder,
  };
}

/** Behind the cycles of its order, by itinerary, so that the place does not depend on who was added first. */
function withCycle(analysis: CheckpointAnalysis, cycle: SeriesCycle): CheckpointAnalysis {
  const { cycles, attractors } = analysis;
  const key = itineraryKey(cycle.regions);
  const after = (other: SeriesCycle): boolean =>
    other.order > cycle.order || (other.order === cycle.order && itineraryKey(other.regions) > key);
  const found = cycles.findIndex(after);
  const at = found < 0 ? cycles.length : found;
  return {
    ...analysis,
    cycles: [...cycles.slice(0, at), cycle, ...cycles.slice(at)],
    attractors: attractors.map((attractor) =>
      attractor.cycle !== null && attractor.cycle >= at
        ? { ...attractor, cycle: attractor.cycle + 1 }
        : attractor,
    ),
  };
}

/** Throws InputError where two models cannot be joined by a line. */
function comparable(checkpoints: readonly LoadedCheckpoint[], warnings: readonly string[]): void {
  const [a, b] = checkpoints.map(({ model }) => model);
  if (!a || !b) throw new InputError(warnings.join(' '), '', 'Choose two model files that can be read.');
  if (a.model.kind !== b.model.kind || !sameShape(a.map, b.map))
    throw new InputError(
      `${a.fileName} is a ${sizeOf(a)}, ${b.fileName} a ${sizeOf(b)}: there is no line between their weights.`,
      '',
      'Choose two models of the same architecture and size.',
    );
}

function sameShape(a: CanonicalMap, b: CanonicalMap): boolean {
  return a.n === b.n && a.L === b.L;
}

function orbitOnLine(
  checkpoints: readonly LoadedCheckpoint[],
  step: number,
  s: number,
  point: readonly number[],
  count: number,
): readonly (readonly number[])[] {
  if (count === 1) return [point];
  const [a, b] = [checkpoints[step]!.model.map, checkpoints[step + 1]!.model.map];
  const mixed = (x: Float64Array, y: Float64Array): Float64Array => x.map((v, i) => (1 - s) * v + s * y[i]!);
  const kernel = new Kernel({
    n: a.n,
    L: a.L,
    ...{ A: mixed(a.A, b.A), B: mixed(a.B, b.B), C: mixed(a.C, b.C), d: mixed(a.d, b.d), g: mixed(a.g, b.g) },
  });
  let z = Float64Array.from(point);
  let next = new Float64Array(a.n);
  const bits = new Uint8Array(a.L);
  const orbit = [point];
  while (orbit.length < count) {
    kernel.step(z, 0, next, 0, bits);
    [z, next] = [next, z];
    orbit.push(Array.from(z));
  }
  return orbit;
}
