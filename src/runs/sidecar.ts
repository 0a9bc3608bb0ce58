import type { Hint } from '../core/models/types';
import { readPickle } from '../formats/pickle/pickle';
import type { Neighbourhood, Source } from '../formats/source';
import { findTensors } from '../formats/torch/objects';
import { nameHints, stem } from './names';

/** Files that training codes write beside their checkpoints, or one folder above, the surest first. */
const sidecars = [
  'run.json',
  'args.json',
  'config.json',
  'hypers.json',
  'hypers.txt',
  'hypers.pkl',
  'hparams.yaml',
  'config.yaml',
];
/** Folders above the file whose names are read; further up they are about something else. */
const folderLevels = 3;
const limits = { bytes: 1 << 20, hints: 1000, depth: 4, text: 200 };

/** What lies beside a model file and what its name and folders say. */
export interface Sidecars {
  /** In order of trust: files beside, files one folder up, the file's name, its folders' names. */
  readonly hints: readonly Hint[];
  readonly warnings: readonly string[];
}

/**
 * Reads the facts that stand beside a model file: hyperparameters in `run.json`, `args.json`, `config.json`,
 * `hypers.*` or flat YAML, and what file and folder names mention. A file that cannot be read is a warning.
 */
export async function readSidecars(fileName: string, neighbourhood: Neighbourhood): Promise<Sidecars> {
  const hints: Hint[] = [];
  const warnings: string[] = [];
  for (const folder of ['', '../'])
    for (const name of sidecars) {
      const path = folder + name;
      if (name === fileName && folder === '') continue;
      try {
        const source = await neighbourhood.open(path);
        if (source) hints.push(...(await read(source, path)));
      } catch (error) {
        warnings.push(`${path} is ignored: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  hints.push(...nameHints(stem(fileName), 'file name'));
  for (const folder of neighbourhood.folders.slice(0, folderLevels))
    hints.push(...nameHints(folder, 'folder name'));
  return { hints, warnings };
}

async function read(source: Source, path: string): Promise<Hint[]> {
  if (source.size > limits.bytes) throw new Error('it is larger than 1 MB.');
  const bytes = await source.read(0, source.size);
  if (path.endsWith('.pkl')) return asHints(picklePairs(bytes), path);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return asHints(path.endsWith('.json') ? jsonPairs(text) : textPairs(text), path);
}

function asHints(pairs: readonly Pair[], path: string): Hint[] {
  return pairs.slice(0, limits.hints).map(([name, value]) => ({ name, value, origin: path }));
}

type Pair = readonly [string, number | string | boolean];

/** `key value` lines, as `hypers.txt` has them, or `key: value`. */
function textPairs(text: string): Pair[] {
  return text.split(/\r?\n/).flatMap((line): Pair[] => {
    const match = /^\s*([A-Za-z_][\w.-]*)\s*[\s:=,]\s*(\S.*?)\s*$/.exec(line.slice(0, 2 * limits.text));
    return match ? [[match[1]!, match[2]!]] : [];
  });
}

/** A pickled dictionary or namespace: its plain values; nothing in it is ever called. */
function picklePairs(bytes: Uint8Array): Pair[] {
  const pairs: Pair[] = [];
  for (const { path, content } of findTensors(readPickle(bytes).value)) {
    if (pairs.length >= limits.hints) break;
    if (typeof content !== 'object' && String(content).length <= limits.text)
      pairs.push([path.join('.'), content]);
  }
  return pairs;
}

function jsonPairs(text: string): Pair[] {
  const root: unknown = JSON.parse(text);
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    throw new Error('it holds no object of hyperparameters.');
  const pairs: Pair[] = [];
  const visit = (object: object, prefix: string, depth: number): void => {
    for (const [key, value] of Object.entries(object) as [string, unknown][]) {
      if (pairs.length >= limits.hints) return;
      const name = prefix + key;
      if (typeof value === 'number' || typeof value === 'boolean') pairs.push([name, value]);
      else if (typeof value === 'string' && value.length <= limits.text) pairs.push([name, value]);
      else if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < limits.depth)
        visit(value, `${name}.`, depth + 1);
    }
  };
  visit(root, '', 1);
  return pairs;
}
