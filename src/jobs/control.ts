import { StopFlag } from '../protocol/job';

export type StopReason = 'stopped' | 'time limit' | 'memory limit';

/** When a job must end: the user's word, its time, its memory. Polled from inner loops, so reading is cheap. */
export class Control {
  #reason: StopReason | null = null;
  #calls = 0;
  readonly #deadline: number;

  constructor(
    readonly flag: Int32Array,
    timeLimitSeconds: number,
    /** True when the memory limit is exceeded; asked now and then. */
    readonly memoryExceeded: () => boolean = () => false,
  ) {
    this.#deadline = performance.now() + timeLimitSeconds * 1000;
  }

  /** Why the job was cut short, or null. */
  get reason(): StopReason | null {
    return this.#reason;
  }

  get cancelled(): boolean {
    return Atomics.load(this.flag, 0) === StopFlag.cancel;
  }

  readonly stop = (): boolean => {
    if (this.#reason) return true;
    if (Atomics.load(this.flag, 0) !== StopFlag.run) this.#reason = 'stopped';
    else if (performance.now() > this.#deadline) this.#reason = 'time limit';
    else if (++this.#calls % 4096 === 0 && this.memoryExceeded()) this.#reason = 'memory limit';
    return this.#reason !== null;
  };
}
