import path from 'node:path';
import { main } from './main';
import { exit } from './shell';

main(process.argv.slice(2), path.join(__dirname, 'worker.js')).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`rnn-dynamics: internal error: ${message}\n`);
    process.exitCode = exit.internal;
  },
);
