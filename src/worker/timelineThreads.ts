import { Worker } from 'node:worker_threads';
import { runTimelineTask, type RunTimelineTask, type TimelineTask } from '../jobs/timelineWork';

export interface TimelineThreadData {
  readonly role: 'timeline';
  readonly stop: SharedArrayBuffer;
}

/** How long a thread that was told to stop may take before it is ended. */
const GRACE_MS = 1000;

type Reply = { readonly result: unknown } | { readonly failed: string };

/**
 * Threads that share the pieces of a timeline. Started when first needed, each with one task at a time; tasks of the first
 * `aloneMs` milliseconds are done in the thread that asks.
 */
export class TimelineThreads {
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];
  /** What the threads read: time and memory limits are watched here and passed on. */
  readonly #stop = new SharedArrayBuffer(4);
  readonly #watch: NodeJS.Timeout;
  /** Resolves, as an unfinished task does, when the grace after a stop is over. */
  readonly #overdue: Promise<null>;
  readonly #begun = performance.now();

  constructor(
    readonly script: string | URL,
    readonly stop: () => boolean,
    readonly aloneMs = 0,
  ) {
    let told = Infinity;
    let giveUp: (nothing: null) => void;
    this.#overdue = new Promise((resolve) => (giveUp = resolve));
    this.#watch = setInterval(() => {
      if (!stop()) return;
      Atomics.store(new Int32Array(this.#stop), 0, 1);
      told = Math.min(told, performance.now());
      if (performance.now() - told > GRACE_MS) giveUp(null);
    }, 20);
  }

  readonly run: RunTimelineTask = async (task) => {
    if (performance.now() - this.#begun < this.aloneMs) {
      // What was sent to this thread meanwhile is heard between tasks.
      await new Promise(setImmediate);
      return runTimelineTask(task, this.stop) as never;
    }
    const worker = this.#idle.pop() ?? this.#start();
    const result = await Promise.race([ask(worker, task), this.#overdue]);
    this.#idle.push(worker);
    return result as never;
  };

  async dispose(): Promise<void> {
    clearInterval(this.#watch);
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }

  #start(): Worker {
    const data: TimelineThreadData = { role: 'timeline', stop: this.#stop };
    const worker = new Worker(this.script, { workerData: data });
    this.#all.push(worker);
    return worker;
  }
}

function ask(worker: Worker, task: TimelineTask): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      worker.off('message', receive);
      worker.off('error', reject);
      worker.off('exit', exited);
      end();
    };
    const receive = (reply: Reply): void =>
      settle(() => ('failed' in reply ? reject(new Error(reply.failed)) : resolve(reply.result)));
    const exited = (code: number): void =>
      settle(() => reject(new Error(`a thread of the timeline ended (exit code ${String(code)})`)));
    worker.on('message', receive);
    worker.on('error', reject);
    worker.on('exit', exited);
    worker.postMessage(task);
  });
}

/** The thread's side. */
export function serveTimeline(
  port: {
    on(event: 'message', listener: (task: TimelineTask) => void): unknown;
    postMessage(reply: Reply): void;
  },
  data: TimelineThreadData,
): void {
  const flag = new Int32Array(data.stop);
  const stop = (): boolean => Atomics.load(flag, 0) !== 0;
  port.on('message', (task) => {
    runTimelineTask(task, stop).then(
      (result) => port.postMessage({ result }),
      (error: unknown) =>
        port.postMessage({ failed: error instanceof Error ? error.message : String(error) }),
    );
  });
}
