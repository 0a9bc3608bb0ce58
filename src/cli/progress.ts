import { SingleBar } from 'cli-progress';
import type { Progress } from '../protocol/job';

/** Tells a waiting user how far a job is. Writes to standard error only. */
export interface ProgressDisplay {
  show(progress: Progress): void;
  /** Counts finds, shown beside the stage. */
  found(objects: number): void;
  end(): void;
}

/** Seconds between two lines where there is no terminal. */
const LINE_EVERY = 5;

/** A bar on a terminal, a line now and then otherwise. */
export function progressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function remaining(seconds: number | null): string {
  return seconds === null ? '' : ` · ${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s left`;
}

/** Not every job counts what it finds. */
function finds(objects: number): string {
  return objects === 0 ? '' : ` · ${String(objects)} found`;
}

function bar(stream: NodeJS.WriteStream): ProgressDisplay {
  const single = new SingleBar({
    stream,
    format: '{bar} {percentage} % · {stage}{found}{left}',
    barCompleteChar: '=',
    barIncompleteChar: '-',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
  });
  let started = false;
  let objects = 0;
  const start = (): void => {
    if (started) return;
    started = true;
    single.start(100, 0, { stage: 'reading', found: '', left: '' });
  };
  return {
    show({ stage, fraction, secondsLeft }) {
      start();
      const payload = { stage, found: finds(objects), left: remaining(secondsLeft) };
      if (fraction === null) single.update(payload);
      else single.update(Math.round(100 * fraction), payload);
    },
    found(count) {
      objects += count;
    },
    end() {
      if (started) single.stop();
    },
  };
}

function lines(stream: NodeJS.WriteStream): ProgressDisplay {
  let objects = 0;
  let last = Date.now();
  return {
    show({ stage, fraction, secondsLeft }) {
      if (Date.now() - last < 1000 * LINE_EVERY) return;
      last = Date.now();
      const done = fraction === null ? '' : `${(100 * fraction).toFixed(0)} % · `;
      stream.write(`${done}${stage}${finds(objects)}${remaining(secondsLeft)}\n`);
    },
    found(count) {
      objects += count;
    },
    end: () => undefined,
  };
}
