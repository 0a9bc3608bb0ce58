import { basename } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { Cancelled, InputError } from '../core/errors';
import { placeSurface, type SurfaceTable } from '../core/plane/surface';
import { version } from '../../package.json';
import { analyze, type AnalyzeContext } from '../jobs/analyze';
import { compare } from '../jobs/compare';
import { MemoryCache } from '../jobs/cache';
import { Control } from '../jobs/control';
import { basins, manifolds, symbols } from '../jobs/explore';
import { diagram } from '../jobs/diagram';
import { info } from '../jobs/info';
import { WeightFile } from '../jobs/inspect';
import { ModelQuestion, loadModel, type LoadedModel } from '../jobs/load';
import { merge } from '../jobs/merge';
import type { Part } from '../jobs/shardParts';
import { moved, plane, type PlaneContext } from '../jobs/plane';
import { loadSeries } from '../jobs/series';
import { sensitivityOf } from '../jobs/sensitivity';
import { analyzeShard } from '../jobs/shard';
import { ALONE_MS, type RunTimelineTask } from '../jobs/timelineWork';
import { timeline } from '../jobs/timeline';
import { optionsOf, readReport, verify } from '../jobs/verify';
import { probe, scene, trajectory, weights } from '../jobs/view';
import {
  StopFlag,
  type Failure,
  type FileRef,
  type FromWorker,
  type JobName,
  type Jobs,
  type SearchOptions,
  type ToWorker,
} from '../protocol/job';
import type { ModelOptions } from '../core/models/types';
import { readContainer } from '../formats/index';
import { readSurface } from '../formats/surface';
import { readRun } from '../runs/readRun';
import { CacheFolder } from './cacheFolder';
import { hashSource, openRef, openRun, runFolderOf } from './files';
import { jsonHandlers } from './jsonDocuments';
import { runTasksOnThreads } from './pool';
import { LineReader, LineWriter } from './proofFile';
import { TimelineThreads } from './timelineThreads';

/** Stop, time limit and memory limit of a job. */
function controlOf(
  stop: SharedArrayBuffer,
  { timeLimit, memoryLimitMB }: Pick<SearchOptions, 'timeLimit' | 'memoryLimitMB'>,
): Control {
  const limit = memoryLimitMB * 2 ** 20;
  return new Control(new Int32Array(stop), timeLimit, () => process.memoryUsage().rss > limit);
}

/** A shard's report. Throws InputError that names the file. */
async function readPart(ref: FileRef): Promise<Part> {
  const name = ref.kind === 'path' ? ref.path : ref.name;
  try {
    return { name, report: await readReport((await openRef(ref)).source) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message, error.place === '' ? name : `${name}, ${error.place}`, error.remedy);
  }
}

type Handlers = {
  [N in JobName]: (
    request: Jobs[N]['request'],
    stop: SharedArrayBuffer,
    onEvent: (event: Jobs[N]['event']) => void,
  ) => Promise<Jobs[N]['result']>;
};

/** Answers jobs on a port. @param script this bundle, to start further threads with */
export function serve(port: MessagePort, script: string): void {
  const sessions = new Map<string, LoadedModel>();
  const session = (name: string): LoadedModel => {
    const model = sessions.get(name);
    if (!model) throw new Error(`no model is open as ${name}`);
    return model;
  };
  const files = new Map<string, WeightFile>();
  const weightFile = (name: string): WeightFile => {
    const file = files.get(name);
    if (!file) throw new Error(`no file is open as ${name}`);
    return file;
  };
  const memories = new Map<string, MemoryCache>();
  const remembered = (name: string, disk: CacheFolder): MemoryCache => {
    const found = memories.get(name) ?? new MemoryCache();
    memories.set(name, found);
    found.behind = disk;
    return found;
  };
  const cancels = (stop: SharedArrayBuffer): (() => boolean) => {
    const flag = new Int32Array(stop);
    return () => Atomics.load(flag, 0) !== StopFlag.run;
  };
  const onThreads = (
    threads: number,
    flag: SharedArrayBuffer,
    { stop: check }: Control,
  ): Pick<AnalyzeContext, 'runTasks'> =>
    threads > 1
      ? {
          runTasks: (tasks, onFind, onDone) =>
            runTasksOnThreads(script, threads, tasks, { flag, check }, onFind, onDone),
        }
      : {};
  const handlers: Handlers = {
    ...jsonHandlers(script),
    info: async ({ file, options }) => {
      const { source, neighbourhood } = await openRef(file);
      return info(source, neighbourhood, options);
    },
    analyze: async ({ file, options, search, proof: place, shard, from = [] }, stop, onEvent) => {
      const model = await load(file, options);
      const control = controlOf(stop, search);
      if (shard) {
        const earlier: Part[] = [];
        for (const ref of from) earlier.push(await readPart(ref));
        return analyzeShard(model, search, shard, { version, control, onEvent }, earlier);
      }
      const proof = place === undefined ? null : new LineWriter(place);
      const running = analyze(model, search, {
        version,
        control,
        onEvent,
        ...onThreads(search.threads, stop, control),
        ...(proof ? { proof: (line) => proof.write(line) } : {}),
      });
      return running.finally(() => proof?.close());
    },
    merge: async ({ parts: refs, search }, stop, onEvent) => {
      const control = controlOf(stop, search);
      const parts: Part[] = [];
      for (const ref of refs) parts.push(await readPart(ref));
      return merge(parts, { version, control, onEvent, ...onThreads(search.threads, stop, control) });
    },
    compare: async ({ report, file, options, results }) => {
      const { source, neighbourhood } = await openRef(results);
      return compare(report, await load(file, options), source, neighbourhood);
    },
    timeline: async ({ folder: place, run, options, timeline: search, cache, partials }, stop, onEvent) => {
      const { folder, options: what } = await openRun(place);
      const control = controlOf(stop, search);
      const disk = cache && new CacheFolder(cache.folder, cache.maxBytes);
      const threads = new TimelineThreads(script, control.stop, ALONE_MS);
      try {
        return await timeline(folder, { ...what, ...run }, options, search, {
          version,
          control,
          hash: hashSource,
          cache: disk && remembered(cache.folder, disk),
          ...(partials === undefined ? {} : { partials }),
          onEvent,
          runTask: threads.run,
          threads: search.threads,
        });
      } finally {
        await threads.dispose();
        await disk?.trim();
      }
    },
    diagram: async ({ file, options, along, points, timeline: search }, stop, onEvent) => {
      const model = await load(file, options);
      const control = controlOf(stop, search);
      const threads = new TimelineThreads(script, control.stop, ALONE_MS);
      try {
        return await diagram(model, along, points, search, {
          version,
          control,
          hash: hashSource,
          cache: null,
          onEvent,
          runTask: threads.run,
          threads: search.threads,
          other: (path) => load({ kind: 'path', path }, options),
        });
      } finally {
        await threads.dispose();
      }
    },
    plane: async ({ file, options, plane: request, run: place, surface: lossFile }, stop, onEvent) => {
      const surface = lossFile && (await readLoss(lossFile));
      const model = await load(file, options);
      const control = controlOf(stop, request);
      let checkpoints: PlaneContext['checkpoints'] = null;
      let pathWarning: string | null = null;
      if (place !== null)
        try {
          const { folder, options: what } = await openRun(place);
          const run = await readRun(folder, what);
          checkpoints = (await loadSeries(run, folder, options, 1, hashSource, control.stop)).checkpoints;
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          pathWarning = `The training path is not drawn: ${error.message}`;
        }
      const threads = new TimelineThreads(script, control.stop);
      const several = model.map.n <= 2 && request.threads > 1;
      const run = limited(request.threads, threads.run);
      try {
        return await plane(model, request, {
          version,
          control,
          onEvent,
          ...(several ? { enumerate: (task) => run({ kind: 'itineraries', ...task }) } : {}),
          checkpoints,
          pathLabel: place ?? '',
          pathWarning,
          ...(surface ? { surface } : {}),
          other: (path) => load({ kind: 'path', path }, options),
        });
      } finally {
        await threads.dispose();
      }
    },
    surface: async ({ file, x, y }) => placeSurface(await readLoss(file), x, y),
    verify: async ({ report: ref, file, options, proof: place, timeLimit }) => {
      const report = await readReport((await openRef(ref)).source);
      const model = await load(file, optionsOf(report.model, options));
      const proof = place === undefined ? null : new LineReader(place);
      try {
        return verify(report, model, proof, timeLimit ?? null);
      } finally {
        proof?.close();
      }
    },
    check: async ({ file }) => {
      const { source, neighbourhood } = await openRef(file);
      return { entries: (await readContainer(source, neighbourhood)).entries.length };
    },
    run: async ({ folder, options }) => readRun(await runFolderOf(folder), options),
    open: async ({ session: name, file, options }) => {
      const model = await load(file, options);
      sessions.set(name, model);
      return { stateDim: model.map.n, reluUnits: model.map.L };
    },
    scene: (request) => promised(() => scene(session(request.session), request.objects, request.seed)),
    trajectory: (request) =>
      promised(() => trajectory(session(request.session), request.start, request.steps, request.objects)),
    probe: (request) => promised(() => probe(session(request.session), request.state)),
    manifolds: (request, stop) => promised(() => manifolds(session(request.session), request, cancels(stop))),
    symbols: (request, stop) =>
      promised(() => symbols(session(request.session), request.objects, request.seed, cancels(stop))),
    basins: (request, stop) => promised(() => basins(session(request.session), request, cancels(stop))),
    sensitivity: (request) => promised(() => sensitivityOf(session(request.session), request)),
    moved: async ({ session: name, moves }) =>
      moved(session(name), moves, (path) => load({ kind: 'path', path }, {})),
    weights: (request) => promised(() => weights(session(request.session))),
    inspect: async ({ session: name, file, options, entry }) => {
      const { source, neighbourhood } = await openRef(file);
      const opened = await WeightFile.open(source, neighbourhood, options, entry);
      files.set(name, opened);
      return opened.inspection;
    },
    summaries: async ({ session: name, indexes }, stop) => weightFile(name).summaries(indexes, cancels(stop)),
    tensor: async ({ session: name, index }, stop, onEvent) => {
      let told = -Infinity;
      return weightFile(name).detail(index, cancels(stop), (fraction) => {
        const now = performance.now();
        if (now - told < 100) return;
        told = now;
        onEvent({ type: 'fraction', fraction });
      });
    },
    window: async (request, stop) => weightFile(request.session).window(request, cancels(stop)),
    properties: async ({ session: name, index }) => weightFile(name).properties(index),
    tensorFile: async ({ session: name, index, format }) => weightFile(name).file(index, format),
  };
  port.on('message', (message: ToWorker) => {
    const { id } = message;
    const reply = (out: FromWorker): void => port.postMessage(out);
    const handler = handlers[message.job] as Handlers[JobName] as (
      request: unknown,
      stop: SharedArrayBuffer,
      onEvent: (event: Jobs[JobName]['event']) => void,
    ) => Promise<Jobs[JobName]['result']>;
    handler(message.request, message.stop, (event) => reply({ type: 'event', id, event })).then(
      (result) => reply({ type: 'result', id, result }),
      (error: unknown) => reply({ type: 'failure', id, failure: failureOf(error) }),
    );
  });
}

/** At most this many tasks at a time; the others wait in order. */
function limited(most: number, run: RunTimelineTask): RunTimelineTask {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async (task) => {
    if (busy >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy++;
    try {
      return await run(task);
    } finally {
      // The place goes to the next in line.
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
}

/** A loss beside a model: what is wrong with it names its own file. */
async function readLoss(ref: FileRef): Promise<SurfaceTable> {
  const opened = await openRef(ref).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    const name = ref.kind === 'path' ? basename(ref.path) : ref.name;
    throw new InputError(`${name}: ${error.message}`, error.place, error.remedy);
  });
  return readSurface(opened.source);
}

async function load(file: FileRef, options: ModelOptions): Promise<LoadedModel> {
  const { source, neighbourhood } = await openRef(file);
  return loadModel(source, neighbourhood, options, hashSource);
}

async function promised<T>(work: () => T): Promise<T> {
  return Promise.resolve(work());
}

function failureOf(error: unknown): Failure {
  if (error instanceof InputError)
    return { kind: 'input', message: error.message, place: error.place, remedy: error.remedy };
  if (error instanceof Cancelled) return { kind: 'cancelled', message: 'Cancelled.', place: '', remedy: '' };
  if (error instanceof ModelQuestion) {
    const { recognition } = error;
    if (recognition.status === 'ambiguous')
      return {
        kind: 'question',
        message: recognition.question.text,
        place: '',
        remedy: 'Choose one of the answers.',
        question: recognition.question,
      };
    return {
      kind: 'unrecognised',
      message: recognition.reason,
      place: '',
      remedy: recognition.remedy,
      unrecognised: recognition,
    };
  }
  const known = error instanceof Error ? error : new Error(String(error));
  return {
    kind: 'internal',
    message: known.message,
    place: '',
    remedy: 'This is a fault of RNN Dynamics, not of the file; please report it with the details.',
    ...(known.stack === undefined ? {} : { stack: known.stack }),
  };
}
