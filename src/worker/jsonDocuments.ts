import { Worker, type MessagePort } from 'node:worker_threads';
import { JsonModelDocument, type Spectra } from '../jobs/jsonModel';
import { documentHints } from '../jobs/jsonText';
import { spectralFacts } from '../jobs/tensorFacts';
import type { Neighbourhood } from '../formats/source';
import type { JsonJobs, SpectralFacts } from '../protocol/json';
import { openRef } from './files';

type Handlers = {
  [N in keyof JsonJobs]: (request: JsonJobs[N]['request']) => Promise<JsonJobs[N]['result']>;
};

/** Answers the jobs about JSON documents. @param script this bundle, to start the thread of the spectra with */
export function jsonHandlers(script: string): Handlers {
  const documents = new Map<string, JsonModelDocument>();
  const pieces = new Map<string, string[]>();
  const turns = new Map<string, Promise<unknown>>();
  const spectra = spectraOnThread(script);

  /** Runs `work` after all that was asked about the document before. */
  const inTurn = <T>(document: string, work: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(document) ?? Promise.resolve()).then(work, work);
    turns.set(document, turn);
    return turn;
  };
  const opened = (document: string): JsonModelDocument => {
    const found = documents.get(document);
    if (!found) throw new Error(`no document is open as ${document}`);
    return found;
  };

  return {
    jsonPiece: ({ document, first, text }) =>
      inTurn(document, async () => {
        const sent = pieces.get(document);
        if (first || !sent) pieces.set(document, [text]);
        else sent.push(text);
        return null;
      }),
    jsonOpen: ({ document, name, from, file, options }) =>
      inTurn(document, async () => {
        const text = from === 'pieces' ? (pieces.get(document) ?? []).join('') : null;
        pieces.delete(document);
        const place = file && (await openRef(file));
        const neighbourhood = place?.neighbourhood ?? nowhere;
        const { hints, content } = await documentHints(
          name,
          neighbourhood,
          text === null ? place!.source : null,
        );
        const found = new JsonModelDocument(text ?? content, hints, options, spectra);
        documents.set(document, found);
        return { lines: found.lineCount };
      }),
    jsonEdit: ({ document, changes }) =>
      inTurn(document, async () => {
        const found = opened(document);
        found.edit(changes);
        return { lines: found.lineCount };
      }),
    jsonHover: ({ document, position }) => inTurn(document, () => opened(document).hover(position)),
    jsonOutline: ({ document }) => inTurn(document, async () => opened(document).outline()),
    jsonClose: ({ document }) =>
      inTurn(document, async () => {
        documents.delete(document);
        pieces.delete(document);
        turns.delete(document);
        return null;
      }),
  };
}

const nowhere: Neighbourhood = {
  folders: [],
  list: () => Promise.resolve([]),
  open: () => Promise.resolve(null),
};

/** How long an answer waits for the spectrum before it goes without. */
const PATIENCE_MS = 300;
/** A spectrum that takes longer is given up, because the iteration may never end. */
const LIMIT_MS = 10_000;
const KEPT = 50;

export interface SpectrumThreadData {
  readonly role: 'spectrum';
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Spectra are computed on threads of their own, one at a time: they may take long, and may have to be ended. */
function spectraOnThread(script: string): Spectra {
  const known = new Map<string, Promise<SpectralFacts | 'failed'>>();
  let queue: Promise<unknown> = Promise.resolve();
  return (values, rows, columns) => {
    const key = `${rows}x${columns} ${digest(values)}`;
    let result = known.get(key);
    if (!result) {
      const data: SpectrumThreadData = { role: 'spectrum', values: values.slice(), rows, columns };
      result = queue.then(() => onThread(script, data));
      queue = result;
      known.set(key, result);
      if (known.size > KEPT) known.delete([...known.keys()][0]!);
    }
    return Promise.race([
      result,
      new Promise<'busy'>((resolve) => setTimeout(() => resolve('busy'), PATIENCE_MS)),
    ]);
  };
}

function onThread(script: string, data: SpectrumThreadData): Promise<SpectralFacts | 'failed'> {
  return new Promise((resolve) => {
    const worker = new Worker(script, { workerData: data });
    const end = (facts: SpectralFacts | 'failed'): void => {
      clearTimeout(timer);
      resolve(facts);
      void worker.terminate();
    };
    const timer = setTimeout(() => end('failed'), LIMIT_MS);
    worker.once('message', end);
    worker.once('error', () => end('failed'));
    worker.once('exit', () => end('failed'));
  });
}

/** FNV-1a over the bits of the values, in two lanes. */
function digest(values: Float64Array): string {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (const word of words) {
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul(b ^ word ^ (word >>> 15), 0x85ebca6b);
  }
  return `${a >>> 0}.${b >>> 0}`;
}

/** The side of the thread that computes one spectrum. */
export function serveSpectrum(port: MessagePort, { values, rows, columns }: SpectrumThreadData): void {
  let result: SpectralFacts | 'failed' = 'failed';
  try {
    result = spectralFacts(values, rows, columns);
  } catch {
    // No convergence: the hover says so.
  }
  port.postMessage(result);
}
