import { Worker } from 'node:worker_threads';
import { runOrderTask, type OrderTask, type OrderTaskResult } from '../core/detect/order';

/** Messages of an order-task thread. */
export type TaskMessage =
  | { type: 'find'; word: Uint8Array[]; foundBy: string }
  | { type: 'done'; result: OrderTaskResult }
  | { type: 'failed'; message: string };

export interface TaskThreadData {
  readonly role: 'tasks';
  readonly stop: SharedArrayBuffer;
}

/**
 * Runs order searches on `threads` threads, the costliest first. The results do not depend on how many there are:
 * each task is a function of its own data alone.
 */
export async function runTasksOnThreads(
  script: string | URL,
  threads: number,
  tasks: readonly OrderTask[],
  stop: { readonly flag: SharedArrayBuffer; readonly check: () => boolean },
  onFind: (word: Uint8Array[], foundBy: string) => void,
  onDone: (order: number) => void,
): Promise<OrderTaskResult[]> {
  const queue = [...tasks].sort((a, b) => b.order - a.order);
  const results: OrderTaskResult[] = [];
  // Time and memory limits are watched here and passed on through the flag that all threads read.
  const local = new SharedArrayBuffer(4);
  const watch = setInterval(() => {
    if (stop.check()) Atomics.store(new Int32Array(local), 0, 1);
  }, 20);
  const work = async (): Promise<void> => {
    const first = queue.shift();
    if (!first) return;
    const data: TaskThreadData = { role: 'tasks', stop: local };
    const worker = new Worker(script, { workerData: data });
    try {
      for (let task: OrderTask | undefined = first; task && !stop.check(); task = queue.shift()) {
        results.push(await runOn(worker, task, onFind));
        onDone(task.order);
      }
    } finally {
      await worker.terminate();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, work));
  } finally {
    clearInterval(watch);
  }
  return results;
}

function runOn(
  worker: Worker,
  task: OrderTask,
  onFind: (word: Uint8Array[], foundBy: string) => void,
): Promise<OrderTaskResult> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      worker.off('message', receive);
      worker.off('error', fail);
      worker.off('exit', exited);
      end();
    };
    const receive = (message: TaskMessage): void => {
      if (message.type === 'find') onFind(message.word, message.foundBy);
      else if (message.type === 'done') settle(() => resolve(message.result));
      else settle(() => reject(new Error(message.message)));
    };
    const fail = (error: Error): void => settle(() => reject(error));
    const exited = (code: number): void =>
      settle(() => reject(new Error(`a search thread ended (exit code ${String(code)})`)));
    worker.on('message', receive);
    worker.on('error', fail);
    worker.on('exit', exited);
    worker.postMessage(task);
  });
}

/** The thread's side. */
export function serveTasks(
  port: {
    on(event: 'message', listener: (task: OrderTask) => void): unknown;
    postMessage(message: TaskMessage): void;
  },
  data: TaskThreadData,
): void {
  const flag = new Int32Array(data.stop);
  port.on('message', (task) => {
    try {
      const result = runOrderTask(
        task,
        () => Atomics.load(flag, 0) !== 0,
        (word, foundBy) => port.postMessage({ type: 'find', word, foundBy }),
      );
      port.postMessage({ type: 'done', result });
    } catch (error) {
      port.postMessage({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  });
}
