import { access, constants, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProgressDisplay } from './progress';

/** What the process exits with. */
export const exit = { done: 0, input: 1, usage: 2, partial: 3, internal: 4, interrupted: 130 } as const;

export function fileRef(file: string): { kind: 'path'; path: string } {
  return { kind: 'path', path: path.resolve(file) };
}

/** Waits for a job; an interrupt ends it early, with what was found. */
export async function finished<T>(
  running: { readonly result: Promise<T>; stop(keep: boolean): void },
  display: ProgressDisplay,
): Promise<{ found: T; interrupted: boolean }> {
  let interrupted = false;
  const release = onInterrupt(() => {
    interrupted = true;
    running.stop(true);
  });
  try {
    return { found: await running.result, interrupted };
  } finally {
    release();
    display.end();
  }
}

/** The first interrupt ends the job, a second one the process. */
export function onInterrupt(stop: () => void): () => void {
  let count = 0;
  const listener = (): void => {
    count++;
    if (count > 1) process.exit(exit.interrupted);
    stop();
  };
  process.on('SIGINT', listener);
  return () => process.off('SIGINT', listener);
}

/** Writes to standard output; a reader that went away (`| head`) is no error. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') resolve();
      else reject(error);
    });
    process.stdout.write(text, () => resolve());
  });
}

/** Whether a file can be written, asked before the work whose result would be lost. Says why not. */
export async function canSave(file: string): Promise<boolean> {
  try {
    if (await stat(file).catch(() => null)) await access(file, constants.W_OK);
    else await access(path.dirname(path.resolve(file)), constants.W_OK);
    return true;
  } catch (error) {
    return notWritten(file, error);
  }
}

export async function save(out: { readonly file: string }, text: string): Promise<boolean> {
  try {
    await writeFile(out.file, text);
    return true;
  } catch (error) {
    return notWritten(out.file, error);
  }
}

function notWritten(file: string, error: unknown): false {
  const code = (error as NodeJS.ErrnoException).code;
  const reason = code === 'ENOENT' ? 'there is no such folder' : String((error as Error).message);
  process.stderr.write(`${file}: the result cannot be written: ${reason}. Choose another file.\n`);
  return false;
}
