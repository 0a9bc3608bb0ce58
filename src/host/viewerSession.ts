import type { ModelOptions } from '../core/models/types';
import type { Failure, FileRef, JobName, Jobs } from '../protocol/job';
import type { FromViewer, ToViewer, ViewerQueries } from '../protocol/viewer';
import type { Inspection, TensorFileFormat } from '../protocol/weights';
import type { RunningJob } from '../worker/client';
import { asFailure, type Engine } from './panelSession';
import { hasAnswers } from './modelAnswers';

/** What a viewer needs of the world. */
export interface ViewerPorts {
  post(message: ToViewer): void;
  /** The file as the worker can reach it; called each time it is opened. */
  openFile(): Promise<FileRef>;
  readonly engine: Engine;
  log(level: 'info' | 'error', text: string): void;
}

export interface ViewerStart {
  readonly file: string;
  /** Answers remembered for the folder. */
  answers(): ModelOptions;
  /** Milliseconds to wait before each new try when a changed file cannot be read; training is still writing it. */
  readonly retryAfter: readonly number[];
}

type Ask = Extract<FromViewer, { type: 'ask' }>;

const SESSION = 'viewer';
/** A question that takes longer is given up, and its thread ended. Statistics of large tensors tell how far they are. */
const PATIENCE_MS = 30_000;

/** One weight file that is being looked at: opens it, opens it again when it changes, answers questions about it. */
export class ViewerSession {
  #inspection: Inspection | null = null;
  #failure: Failure | null = null;
  #entry: number | null = null;
  #listening = false;
  #disposed = false;
  /** Counts openings, so that what belongs to an earlier one is dropped. */
  #opening = 0;
  #retry: NodeJS.Timeout | undefined;
  /** The latest question of each kind that a newer one replaces. */
  readonly #running = new Map<string, RunningJob<JobName>>();

  constructor(
    private readonly start: ViewerStart,
    private readonly ports: ViewerPorts,
  ) {}

  get inspection(): Inspection | null {
    return this.#inspection;
  }

  receive(message: Extract<FromViewer, { type: 'ready' | 'entry' | 'retry' | 'ask' }>): void {
    switch (message.type) {
      case 'ready':
        this.#listening = true;
        this.#tellAll();
        break;
      case 'entry':
        this.#entry = message.entry;
        void this.open();
        break;
      case 'retry':
        void this.open();
        break;
      case 'ask':
        void this.#answer(message);
        break;
    }
  }

  /** The webview is gone (hidden or reloading); it says `ready` when it is back. */
  deaf(): void {
    this.#listening = false;
    this.#stopAll();
  }

  /** Opens the file and says what is wrong if it cannot be read. */
  open(): Promise<void> {
    return this.#open([]);
  }

  /** The file on disk changed: what is shown stays until the new content is whole. */
  changed(): void {
    void this.#open(this.#inspection ? this.start.retryAfter : []);
  }

  /** A tensor as a file of its own. */
  file(index: number, format: TensorFileFormat): Promise<Uint8Array> {
    return this.#timed(this.ports.engine.run('tensorFile', { session: SESSION, index, format }));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#listening = false;
    clearTimeout(this.#retry);
    await this.ports.engine.dispose();
  }

  /** @param waits how long to wait, quietly, before each further try */
  async #open(waits: readonly number[]): Promise<void> {
    const opening = ++this.#opening;
    clearTimeout(this.#retry);
    this.#stopAll();
    if (!this.#inspection) this.#tell({ type: 'opening', file: this.start.file });
    try {
      const inspection = await this.#inspect();
      if (this.#superseded(opening)) return;
      this.#inspection = inspection;
      this.#failure = null;
      this.#tellInspection(inspection);
    } catch (error) {
      if (this.#superseded(opening)) return;
      const failure = asFailure(error);
      const [wait, ...further] = waits;
      if (wait !== undefined) {
        this.ports.log('info', `${this.start.file} changed and cannot be read yet: ${failure.message}`);
        this.#retry = setTimeout(() => void this.#open(further), wait);
        return;
      }
      this.#inspection = null;
      this.#failure = failure;
      this.ports.log('error', `${this.start.file}: ${failure.message} ${failure.stack ?? failure.remedy}`);
      this.#tell({ type: 'failure', failure });
    }
  }

  async #inspect(): Promise<Inspection> {
    const file = await this.ports.openFile();
    const look = (options: ModelOptions): Promise<Inspection> =>
      this.#timed(this.ports.engine.run('inspect', { session: SESSION, file, options, entry: this.#entry }));
    const answers = this.start.answers();
    const inspection = await look(answers);
    // What was answered for another file of the folder may not fit this one.
    return inspection.model.status !== 'recognised' && hasAnswers(answers) ? look({}) : inspection;
  }

  #superseded(opening: number): boolean {
    return this.#disposed || opening !== this.#opening;
  }

  #tell(message: ToViewer): void {
    if (this.#listening && !this.#disposed) this.ports.post(message);
  }

  #tellInspection(inspection: Inspection): void {
    // With thousands of tensors the lists to choose from are long, and only the host's quick pick needs them.
    this.#tell({ type: 'inspection', inspection: { ...inspection, mappable: [] } });
  }

  #tellAll(): void {
    this.#tell({ type: 'opening', file: this.start.file });
    if (this.#inspection) this.#tellInspection(this.#inspection);
    else if (this.#failure) this.#tell({ type: 'failure', failure: this.#failure });
  }

  #stopAll(): void {
    for (const job of this.#running.values()) job.stop(false);
    this.#running.clear();
  }

  async #answer(ask: Ask): Promise<void> {
    const opening = this.#opening;
    try {
      const answer = await this.#ask(ask);
      if (!this.#superseded(opening)) this.#tell({ type: 'answer', id: ask.id, answer });
    } catch (error) {
      if (this.#superseded(opening)) return;
      const failure = asFailure(error);
      this.#tell({ type: 'refused', id: ask.id, failure });
      // A thread that ended has forgotten the file.
      if (failure.kind === 'internal') void this.#open([]);
      else if (/changed while it was being read/.test(failure.message)) this.changed();
    }
  }

  #ask(ask: Ask): Promise<ViewerQueries[keyof ViewerQueries]['answer']> {
    const { engine } = this.ports;
    switch (ask.query) {
      case 'summaries':
        return this.#latest('summaries', engine.run('summaries', { session: SESSION, ...ask.request }));
      case 'tensor': {
        const { index } = ask.request;
        const job = engine.run('tensor', { session: SESSION, index }, ({ fraction }) =>
          this.#tell({ type: 'fraction', index, fraction }),
        );
        this.#replace('tensor', job);
        // As long as it gets on it may take its time: two gigabytes are not read in a moment.
        return job.result;
      }
      case 'window':
        return this.#latest('window', engine.run('window', { session: SESSION, ...ask.request }));
      case 'properties':
        return this.#latest('properties', engine.run('properties', { session: SESSION, ...ask.request }));
    }
  }

  #replace<N extends JobName>(kind: string, job: RunningJob<N>): void {
    this.#running.get(kind)?.stop(false);
    this.#running.set(kind, job);
  }

  #latest<N extends JobName>(kind: string, job: RunningJob<N>): Promise<Jobs[N]['result']> {
    this.#replace(kind, job);
    return this.#timed(job);
  }

  async #timed<N extends JobName>(job: RunningJob<N>): Promise<Jobs[N]['result']> {
    const timer = setTimeout(() => job.stop(false), PATIENCE_MS);
    try {
      return await job.result;
    } finally {
      clearTimeout(timer);
    }
  }
}
