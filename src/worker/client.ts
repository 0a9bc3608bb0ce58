import { Worker } from 'node:worker_threads';
import {
  StopFlag,
  type Failure,
  type FromWorker,
  type JobName,
  type Jobs,
  type ToWorker,
} from '../protocol/job';

/** A job that failed; what to tell the user is in `failure`. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export interface RunningJob<N extends JobName> {
  readonly result: Promise<Jobs[N]['result']>;
  /**
   * Ends the job. With `keep` it resolves with what was found, marked partial; otherwise it rejects as
   * cancelled. A worker that does not answer within the grace period is ended.
   */
  stop(keep: boolean): void;
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: JobFailure) => void;
  readonly onEvent: ((event: never) => void) | undefined;
}

/** How long a stopped worker may take to hand over what it has before it is ended. */
const GRACE_MS = 3000;

/**
 * Jobs in one worker thread, started when first needed. If the thread dies its jobs fail and the next job
 * starts a new thread.
 */
export class WorkerClient {
  #worker: Worker | null = null;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();

  /** @param script path or URL of the bundled worker */
  constructor(readonly script: string | URL) {}

  run<N extends JobName>(
    job: N,
    request: Jobs[N]['request'],
    onEvent?: (event: Jobs[N]['event']) => void,
  ): RunningJob<N> {
    const id = this.#nextId++;
    const stop = new SharedArrayBuffer(4);
    const flag = new Int32Array(stop);
    const worker = this.#start();
    const result = new Promise<Jobs[N]['result']>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onEvent });
      // A thread with work keeps the process alive, an idle one does not.
      worker.ref();
      worker.postMessage({ type: 'start', id, job, request, stop } as ToWorker);
    });
    return {
      result,
      stop: (keep) => {
        Atomics.store(flag, 0, keep ? StopFlag.keep : StopFlag.cancel);
        setTimeout(() => {
          if (this.#pending.has(id) && this.#worker === worker) void worker.terminate();
        }, GRACE_MS).unref();
      },
    };
  }

  /** Ends the thread; jobs under way are rejected as cancelled. */
  async dispose(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#failAll({ kind: 'cancelled', message: 'The analysis was closed.', place: '', remedy: '' });
    await worker?.terminate();
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.script);
    worker.on('message', (message: FromWorker) => this.#receive(message));
    const ended = (reason: string, stack?: string): void => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#failAll({
        kind: 'internal',
        message: `The analysis thread ended unexpectedly (${reason}).`,
        place: '',
        remedy: 'Run the analysis again; if it happens again, lower the highest order or the memory use.',
        ...(stack === undefined ? {} : { stack }),
      });
    };
    worker.on('error', (error) => ended(error.message, error.stack));
    worker.on('exit', (code) => ended(`exit code ${String(code)}`));
    this.#worker = worker;
    return worker;
  }

  #receive(message: FromWorker): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    if (message.type === 'event') {
      pending.onEvent?.(message.event as never);
      return;
    }
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#worker?.unref();
    if (message.type === 'result') pending.resolve(message.result as never);
    else pending.reject(new JobFailure(message.failure));
  }

  #failAll(failure: Failure): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new JobFailure(failure));
  }
}
