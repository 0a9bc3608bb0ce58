import { dirname } from 'node:path';
import type { ModelOptions } from '../core/models/types';
import type { PlaneReport } from '../core/report/plane';
import type { Scene } from '../core/report/scene';
import type { Report } from '../core/report/types';
import type { Failure, FileRef, JobName, Jobs, SearchOptions } from '../protocol/job';
import type { PlaneRequest } from '../protocol/plane';
import {
  EXPLORED,
  type Explored,
  type FileLabel,
  type FromPanel,
  type PanelQueries,
  type ToPanel,
} from '../protocol/panel';
import type { ExploredPictures } from '../export/explored';
import { JobFailure, type RunningJob } from '../worker/client';
import { hasAnswers } from './modelAnswers';
import type { Palette } from './settings';

/** A worker thread as a session sees it. */
export interface Engine {
  run<N extends JobName>(
    job: N,
    request: Jobs[N]['request'],
    onEvent?: (event: Jobs[N]['event']) => void,
  ): RunningJob<N>;
  dispose(): Promise<void>;
}

/** What a session needs of the world. */
export interface SessionPorts {
  post(message: ToPanel): void;
  /** The file as the worker can reach it; called once for each run. */
  openFile(): Promise<FileRef>;
  /** Searches; busy for as long as a search takes. */
  readonly search: Engine;
  /** Answers the questions of the views, so that they never wait for a search. */
  readonly view: Engine;
  /** The state of the run changed. */
  changed(): void;
  /** The model was recognised with answers that the user gave since the session began. */
  answered(answers: ModelOptions): void;
  log(level: 'info' | 'error', text: string): void;
}

export interface SessionStart {
  readonly file: FileLabel;
  readonly search: SearchOptions;
  readonly palette: Palette;
  /** Answers remembered for the folder; given up if they do not fit this file. */
  readonly remembered: ModelOptions;
}

type Ask = Extract<FromPanel, { type: 'ask' }>;
type Phase = 'idle' | 'searching' | 'done' | 'failed';

/** A question of a view that takes longer than this is given up, and its thread ended. */
const QUERY_TIMEOUT_MS = 30_000;
/** How far a search may overrun its own time limit before it is told to stop. */
const OVERRUN_MS = 10_000;
const VIEW_SESSION = 'panel';

/**
 * One file in one panel: starts searches, keeps all that is known, and tells it again to a webview that was
 * hidden or reloaded. Knows nothing of VS Code.
 */
export class PanelSession {
  #search: SearchOptions;
  #palette: Palette;
  #answers: ModelOptions;
  #answersAreNew = false;
  #phase: Phase = 'idle';
  /** What a fresh webview must hear after `init`, in order. */
  #known: ToPanel[] = [];
  #report: Report | null = null;
  #failure: Failure | null = null;
  #stale = false;
  #listening = false;
  #disposed = false;
  /** Counts runs, so that what an earlier run still sends is dropped. */
  #run = 0;
  #job: RunningJob<'analyze'> | null = null;
  #planeJob: RunningJob<'plane'> | null = null;
  #plane: { readonly request: PlaneRequest; readonly report: PlaneReport } | null = null;
  /** The last answers that can be saved as data. */
  #explored: Partial<ExploredPictures> = {};
  #file: Promise<FileRef> | null = null;
  #opened: Promise<unknown> | null = null;

  constructor(
    private readonly start: SessionStart,
    private readonly ports: SessionPorts,
  ) {
    this.#search = start.search;
    this.#palette = start.palette;
    this.#answers = start.remembered;
  }

  get phase(): Phase {
    return this.#phase;
  }
  get report(): Report | null {
    return this.#report;
  }
  get failure(): Failure | null {
    return this.#failure;
  }
  get answers(): ModelOptions {
    return this.#answers;
  }
  get search(): SearchOptions {
    return this.#search;
  }
  /** The last progress the search reported; null when none is under way. */
  get progress(): Jobs['analyze']['event'] | null {
    const last =
      this.#phase === 'searching' ? this.#known.find((message) => message.type === 'progress') : null;
    return last?.type === 'progress' ? last : null;
  }

  get plane(): PlaneReport | null {
    return this.#plane?.report ?? null;
  }

  /** What was computed last of this kind for a view. */
  get explored(): Partial<ExploredPictures> {
    return this.#explored;
  }

  /** Messages that concern the session alone; the shell handles the others. */
  receive(
    message: Extract<FromPanel, { type: 'ready' | 'rerun' | 'stop' | 'ask' | 'plane' | 'stopPlane' }>,
  ): void {
    switch (message.type) {
      case 'ready':
        this.#listening = true;
        this.#tellAll();
        break;
      case 'rerun':
        this.#search = { ...this.#search, ...message.search };
        void this.analyze();
        break;
      case 'stop':
        this.stop();
        break;
      case 'ask':
        void this.#answer(message);
        break;
      case 'plane':
        void this.#runPlane(message.request);
        break;
      case 'stopPlane':
        this.#planeJob?.stop(true);
        break;
    }
  }

  /** The webview is gone (hidden or reloading); it says `ready` when it is back. */
  deaf(): void {
    this.#listening = false;
  }

  /** Settings changed: the palette at once, search options from the next run on. */
  configure(search: SearchOptions, palette: Palette): void {
    this.#search = search;
    this.#palette = palette;
    this.#tellAll();
  }

  /** Answers a question about the model and searches again. */
  answer(answers: ModelOptions): void {
    this.#answers = answers;
    this.#answersAreNew = true;
    void this.analyze();
  }

  /** Takes up a report that was made before the window was reloaded. */
  adopt(report: Report, answers: ModelOptions): void {
    this.#run++;
    this.#answers = answers;
    this.#known = [];
    this.#finish(report);
    this.#tellAll();
  }

  markStale(): void {
    if (this.#stale || this.#phase === 'searching') return;
    this.#stale = true;
    this.#tell({ type: 'stale' });
  }

  /** Ends the search and keeps what it found. */
  stop(): void {
    this.#job?.stop(true);
  }

  /** Starts a new search, giving up one under way. */
  async analyze(): Promise<void> {
    const run = ++this.#run;
    this.#job?.stop(false);
    this.#job = null;
    this.#planeJob?.stop(false);
    this.#planeJob = null;
    this.#plane = null;
    this.#explored = {};
    this.#known = [];
    this.#report = null;
    this.#failure = null;
    this.#stale = false;
    this.#opened = null;
    this.#file = this.ports.openFile();
    this.#setPhase('searching');
    this.#tellAll();
    try {
      const file = await this.#file;
      if (this.#superseded(run)) return;
      this.#finish(await this.#attempt(run, file));
      if (this.#report) this.#tell({ type: 'report', report: this.#report });
    } catch (error) {
      if (this.#superseded(run)) return;
      this.#failure = asFailure(error);
      this.ports.log('error', describe(this.start.file.name, this.#failure));
      this.#known.push({ type: 'failure', failure: this.#failure });
      this.#setPhase('failed');
      this.#tell({ type: 'failure', failure: this.#failure });
    } finally {
      if (!this.#superseded(run)) this.#job = null;
    }
  }

  /** The scene of the report's objects, for an export. */
  async scene(): Promise<Scene> {
    const cycles = this.#report
      ? [...this.#report.orders.flatMap((o) => o.cycles), ...this.#report.beyond]
      : [];
    const objects = cycles.flatMap((cycle) => cycle.points);
    return this.#query('scene', { session: VIEW_SESSION, objects, seed: this.#search.seed });
  }

  /** The model at offsets of the last plane, as text of a JSON model. */
  async modelAt(at: readonly [number, number]): Promise<Jobs['moved']['result'] | null> {
    if (!this.#plane) return null;
    const { x, y } = this.#plane.request;
    return this.#query('moved', {
      session: VIEW_SESSION,
      moves: [
        { direction: x.direction, offset: at[0] },
        { direction: y.direction, offset: at[1] },
      ],
    });
  }

  /** Searches use the same thread: a plane is asked for when the search is done. */
  async #runPlane(request: PlaneRequest): Promise<void> {
    const run = this.#run;
    this.#planeJob?.stop(false);
    const { seed, timeLimit, memoryLimitMB, threads } = this.#search;
    let job: RunningJob<'plane'> | null = null;
    try {
      this.#file ??= this.ports.openFile();
      const file = await this.#file;
      const inRun = this.start.file.run !== null && file.kind === 'path';
      job = this.ports.search.run(
        'plane',
        {
          file,
          options: this.#answers,
          plane: { ...request, seed, timeLimit, memoryLimitMB, threads },
          run: inRun ? dirname(file.path) : null,
        },
        ({ progress }) => {
          if (!this.#superseded(run) && this.#planeJob === job)
            this.#tell({ type: 'planeProgress', progress });
        },
      );
      this.#planeJob = job;
      const report = await job.result;
      if (this.#superseded(run) || this.#planeJob !== job) return;
      // A loss belongs to its offsets.
      const before = this.#plane;
      const surface = before && sameAxes(before.request, request) ? before.report.surface : report.surface;
      this.#plane = { request, report: { ...report, surface } };
      this.#tell({ type: 'plane', plane: this.#plane.report });
    } catch (error) {
      if (this.#superseded(run) || this.#planeJob !== job) return;
      const failure = asFailure(error);
      if (failure.kind === 'internal') this.ports.log('error', describe(this.start.file.name, failure));
      this.#tell({ type: 'planeFailure', failure });
    } finally {
      if (this.#planeJob === job) this.#planeJob = null;
    }
  }

  /** Lays a loss beneath the plane. @param open the file as the worker can reach it */
  async laySurface(open: () => Promise<FileRef>): Promise<void> {
    const before = this.#plane;
    if (!before) return;
    const { x, y } = before.request;
    try {
      const file = await open();
      const surface = await this.#timed(this.ports.view.run('surface', { file, x: x.range, y: y.range }));
      if (this.#disposed || this.#plane !== before) return;
      this.#plane = { ...before, report: { ...before.report, surface } };
      // While another plane is computed, this one is not told again.
      if (!this.#planeJob) this.#tell({ type: 'plane', plane: this.#plane.report });
    } catch (error) {
      if (this.#disposed || this.#plane !== before) return;
      const failure = asFailure(error);
      if (failure.kind === 'internal') this.ports.log('error', describe(this.start.file.name, failure));
      this.#tell({ type: 'planeFailure', failure });
    }
  }

  removeSurface(): void {
    if (!this.#plane) return;
    this.#plane = { ...this.#plane, report: { ...this.#plane.report, surface: null } };
    if (!this.#planeJob) this.#tell({ type: 'plane', plane: this.#plane.report });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#listening = false;
    this.#job?.stop(false);
    this.#planeJob?.stop(false);
    await Promise.all([this.ports.search.dispose(), this.ports.view.dispose()]);
  }

  #superseded(run: number): boolean {
    return this.#disposed || run !== this.#run;
  }

  /** Runs the search; answers remembered from another file of the folder are given up if they do not fit. */
  async #attempt(run: number, file: FileRef): Promise<Report> {
    try {
      return await this.#analyzeOnce(run, file);
    } catch (error) {
      const failure = asFailure(error);
      const mayBeTheAnswers =
        failure.kind === 'question' || failure.kind === 'unrecognised' || failure.kind === 'input';
      if (this.#superseded(run) || this.#answersAreNew || !hasAnswers(this.#answers) || !mayBeTheAnswers)
        throw error;
      this.ports.log('info', `${this.start.file.name}: the answers remembered for its folder do not fit it`);
      this.#answers = {};
      return await this.#analyzeOnce(run, file);
    }
  }

  async #analyzeOnce(run: number, file: FileRef): Promise<Report> {
    const request = { file, options: this.#answers, search: this.#search };
    let overrun: NodeJS.Timeout | undefined;
    const job = this.ports.search.run('analyze', request, (event) => {
      if (this.#superseded(run)) return;
      if (event.type === 'model') {
        overrun = setTimeout(() => job.stop(true), this.#search.timeLimit * 1000 + OVERRUN_MS);
        if (this.#answersAreNew) this.ports.answered(this.#answers);
      }
      // Progress is only of interest while it is the latest.
      // Of these the last says it all.
      if (event.type === 'progress' || event.type === 'proven')
        this.#known = this.#known.filter(({ type }) => type !== event.type);
      this.#known.push(event);
      this.#tell(event);
      this.ports.changed();
    });
    this.#job = job;
    try {
      const report = await job.result;
      if (this.#superseded(run)) throw new JobFailure(SUPERSEDED);
      return report;
    } finally {
      clearTimeout(overrun);
    }
  }

  #finish(report: Report): void {
    this.#report = report;
    // The report says it all: events that led to it need not be told again.
    this.#known = [{ type: 'report', report }];
    this.#setPhase('done');
  }

  #setPhase(phase: Phase): void {
    this.#phase = phase;
    this.ports.changed();
  }

  #tell(message: ToPanel): void {
    if (this.#listening && !this.#disposed) this.ports.post(message);
  }

  #tellAll(): void {
    this.#tell({ type: 'init', file: this.start.file, search: this.#search, palette: this.#palette });
    for (const message of this.#known) this.#tell(message);
    if (this.#plane) this.#tell({ type: 'plane', plane: this.#plane.report });
    if (this.#stale) this.#tell({ type: 'stale' });
  }

  async #answer({ id, query, request }: Ask): Promise<void> {
    const run = this.#run;
    try {
      const answer = await this.#ask(query, request);
      if (this.#superseded(run)) return;
      if (isExplored(query)) this.#explored = { ...this.#explored, [query]: answer };
      this.#tell({ type: 'answer', id, answer });
    } catch (error) {
      if (!this.#superseded(run)) this.#tell({ type: 'refused', id, failure: asFailure(error) });
    }
  }

  #ask(
    query: keyof PanelQueries,
    request: Ask['request'],
  ): Promise<PanelQueries[keyof PanelQueries]['answer']> {
    const seeded = query === 'scene' || query === 'basins' || query === 'symbols';
    const ours = seeded ? { seed: this.#search.seed } : {};
    // `messages.ts` has checked that the request is the query's own.
    return this.#query(query, { session: VIEW_SESSION, ...request, ...ours } as never);
  }

  async #query<N extends keyof PanelQueries | 'moved'>(
    query: N,
    request: Jobs[N]['request'],
  ): Promise<Jobs[N]['result']> {
    try {
      this.#opened ??= this.#open();
      await this.#opened;
      return await this.#timed(this.ports.view.run(query, request));
    } catch (error) {
      // A thread that died has forgotten the model: the next question opens it again.
      if (asFailure(error).kind !== 'input') this.#opened = null;
      throw error;
    }
  }

  async #open(): Promise<void> {
    this.#file ??= this.ports.openFile();
    const file = await this.#file;
    await this.#timed(this.ports.view.run('open', { session: VIEW_SESSION, file, options: this.#answers }));
  }

  async #timed<N extends JobName>(job: RunningJob<N>): Promise<Jobs[N]['result']> {
    const timer = setTimeout(() => job.stop(false), QUERY_TIMEOUT_MS);
    try {
      return await job.result;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whether two planes have the same coordinates. */
function sameAxes(a: PlaneRequest, b: PlaneRequest): boolean {
  return (['x', 'y'] as const).every(
    (axis) =>
      a[axis].direction === b[axis].direction &&
      a[axis].range[0] === b[axis].range[0] &&
      a[axis].range[1] === b[axis].range[1],
  );
}

const isExplored = (query: keyof PanelQueries): query is Explored =>
  (EXPLORED as readonly string[]).includes(query);

const SUPERSEDED: Failure = { kind: 'cancelled', message: 'A new run began.', place: '', remedy: '' };

/** Whatever was thrown, as the panel shows it. */
export function asFailure(error: unknown): Failure {
  if (error instanceof JobFailure) return error.failure;
  if (error instanceof FileUnavailable) {
    return { kind: 'input', message: error.message, place: '', remedy: error.remedy };
  }
  const known = error instanceof Error ? error : new Error(String(error));
  return {
    kind: 'internal',
    message: known.message,
    place: '',
    remedy: 'Run the analysis again; the log has the details.',
    ...(known.stack === undefined ? {} : { stack: known.stack }),
  };
}

/** The file cannot be handed to the worker at all. */
export class FileUnavailable extends Error {
  override readonly name = 'FileUnavailable';
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

function describe(file: string, failure: Failure): string {
  const place = failure.place === '' ? '' : ` (${failure.place})`;
  const remedy = failure.remedy === '' ? '' : ` ${failure.remedy}`;
  const stack = failure.stack === undefined ? '' : `\n${failure.stack}`;
  return `${file}: ${failure.message}${place}${remedy}${stack}`;
}
