import { InputError } from '../../core/errors';
import type { Scalar } from '../../core/tensor';
import type { Source } from '../../formats/source';
import { baseOf, extensionOf, folderOf, joined } from '../files';
import { isNoCheckpoint } from '../names';
import type { LossSeries, RunFolder, RunOptions } from '../types';
import { readArrayLog } from './arrays';
import { curveOf, isGradNorm, lossRank, type Curve, type CurveContext } from './curve';
import { readJsonLog } from './json';
import type { Log } from './log';
import { readTableLog } from './table';
import { isTfeventsName, readTfevents } from './tfevents';

/** Files that are looked into before the search for a loss is given up. */
const MAX_TRIED = 16;

/** The loss of a run, and what there is to say about it. */
export interface FoundLoss {
  readonly loss: LossSeries | null;
  /** Whether rows count epochs, so that an offset between rows and checkpoints applies. */
  readonly byRow: boolean;
  readonly warnings: readonly string[];
}

const logName =
  /(?:^|[^a-z])(?:loss(?:es)?|metrics?|histor(?:y|ies)|(?:training|train)?[_-]?log|logs|progress|mses?|nll|elbo|scalars?|trainer_state|grad(?:ient)?[_-]?norms?|(?:training|train)[_-]?(?:curves?|stats)|tag-[^/]*)(?![a-z])/i;
const extensions = [
  'csv',
  'jsonl',
  'ndjson',
  'tsv',
  'txt',
  'json',
  'npy',
  'npz',
  'jld2',
  'jld',
  'pt',
  'pth',
  'mat',
  'h5',
  'hdf5',
  'pkl',
  'log',
];

/**
 * Files that may hold the loss, the surest first: in the run's folder, beside its checkpoints, in folders of logs,
 * one folder up; called after the loss before others. Files of the series are left out.
 */
export function lossCandidates(
  paths: readonly string[],
  series: ReadonlySet<string>,
  seriesFolder: string,
): string[] {
  const ranked: { readonly path: string; readonly rank: number }[] = [];
  for (const path of paths) {
    const name = baseOf(path);
    const events = isTfeventsName(name);
    const format = extensions.indexOf(extensionOf(name));
    if (series.has(path) || isNoCheckpoint(name) || !(events || (format >= 0 && logName.test(name))))
      continue;
    const folder = folderOf(path);
    const place =
      folder === ''
        ? 0
        : folder === seriesFolder
          ? 1
          : folder === '..'
            ? 3
            : /(?:^|\/)(?:\d+|checkpoint-\d+)$/.test(folder)
              ? 5
              : 2;
    const called = /^loss(?:es)?\./i.test(name)
      ? 0
      : /loss/i.test(name)
        ? 1
        : /metric|mse/i.test(name)
          ? 2
          : 3;
    ranked.push({ path, rank: place * 1000 + called * 100 + (events ? extensions.length : format) });
  }
  ranked.sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1));
  return ranked.map(({ path }) => path);
}

/** Reads a log of any format. Throws InputError. */
export async function readLog(source: Source, path: string, folder: RunFolder): Promise<Log> {
  if (isTfeventsName(source.name)) return readTfevents(source);
  const extension = extensionOf(source.name);
  if (['json', 'jsonl', 'ndjson'].includes(extension)) return readJsonLog(source);
  if (['csv', 'tsv', 'txt', 'log'].includes(extension)) return readTableLog(source);
  return readArrayLog(source, {
    folders: folder.folders,
    list: () => Promise.resolve([source.name]),
    open: (name) => folder.open(joined(folderOf(path), name)),
  });
}

/**
 * The loss of a run. The file that the options name must give one, else InputError is thrown; without such a choice
 * the surest file that gives one is taken, and one that cannot be read is a warning.
 */
export async function readLoss(
  folder: RunFolder,
  paths: readonly string[],
  seriesFiles: ReadonlySet<string>,
  seriesFolder: string,
  context: CurveContext,
  wanted: RunOptions['loss'],
): Promise<FoundLoss> {
  if (wanted) return chosenLoss(folder, paths, context, wanted);
  const warnings: string[] = [];
  const candidates = lossCandidates(paths, seriesFiles, seriesFolder).slice(0, MAX_TRIED);
  let found: { readonly path: string; readonly curve: Curve } | null = null;
  for (const path of candidates) {
    try {
      const curve = await curveIn(folder, paths, path, context, null);
      if (!curve) continue;
      found = { path, curve };
      break;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      warnings.push(`${path} is ignored: ${error.message}${error.place === '' ? '' : ` (${error.place})`}.`);
    }
  }
  if (!found) return { loss: null, byRow: false, warnings };
  const { path, curve } = found;
  const more = curve.points.some(({ gradNorm }) => gradNorm !== null)
    ? null
    : await gradientBeside(folder, candidates, path, context);
  const points = more ? withGradient(curve.points, more.points) : curve.points;
  return {
    loss: { source: [sourceOf(path, curve), ...(more ? [more.source] : [])].join('; '), points },
    byRow: !curve.perCheckpoint,
    warnings: [...warnings, ...curve.warnings.map((warning) => `${path}: ${warning}.`)],
  };
}

async function chosenLoss(
  folder: RunFolder,
  paths: readonly string[],
  context: CurveContext,
  { file, column }: NonNullable<RunOptions['loss']>,
): Promise<FoundLoss> {
  const curve = await curveIn(folder, paths, file, context, column);
  if (!curve) {
    const source = await folder.open(file);
    const names = source ? (await readLog(source, file, folder)).columns.map(({ name }) => name) : [];
    throw new InputError(
      column === null ? 'no column of the file is a loss' : `the file has no column ${column} with numbers`,
      file,
      names.length > 0 ? `Choose one of ${names.slice(0, 20).join(', ')}.` : 'Choose another file.',
    );
  }
  return {
    loss: { source: sourceOf(file, curve), points: curve.points },
    byRow: !curve.perCheckpoint,
    warnings: curve.warnings.map((warning) => `${file}: ${warning}.`),
  };
}

/** Event files of one folder belong together: a training that was resumed writes another. */
async function curveIn(
  folder: RunFolder,
  paths: readonly string[],
  path: string,
  context: CurveContext,
  column: string | null,
): Promise<Curve | null> {
  const files = isTfeventsName(baseOf(path))
    ? paths.filter((other) => isTfeventsName(baseOf(other)) && folderOf(other) === folderOf(path)).sort()
    : [path];
  const curves: Curve[] = [];
  for (const file of files.slice(0, MAX_TRIED)) {
    const source = await folder.open(file);
    if (!source) throw new InputError('there is no such file', file, 'Check the path, relative to the run.');
    const curve = curveOf(named(await readLog(source, file, folder), path), context, column);
    if (curve) curves.push(curve);
  }
  const last = curves.at(-1);
  if (!last || curves.length === 1) return last ?? null;
  const points = new Map(curves.flatMap((curve) => curve.points).map((point) => [point.epoch, point]));
  return {
    ...last,
    points: [...points.values()].sort((a, b) => a.epoch - b.epoch),
    warnings: [...new Set(curves.flatMap(({ warnings }) => warnings))],
  };
}

/** `tag-grad_norm.csv` calls its column `Value`: the file's name says what it is. */
function named(log: Log, path: string): Log {
  const tag = /(?:^|[-_])tag-(.+)\.csv$/i.exec(baseOf(path))?.[1] ?? baseOf(path).replace(/\.[^.]*$/, '');
  return {
    ...log,
    columns: log.columns.map((column) =>
      /^value$/i.test(column.name) && isGradNorm(tag) ? { ...column, name: tag } : column,
    ),
  };
}

function sourceOf(path: string, { source }: Curve): string {
  return source === '' ? path : `${path}, ${source}`;
}

/** The norm of the gradient from another file, where the loss's own has none. */
async function gradientBeside(
  folder: RunFolder,
  candidates: readonly string[],
  taken: string,
  context: CurveContext,
): Promise<{ readonly source: string; readonly points: Curve['points'] } | null> {
  for (const path of candidates) {
    if (path === taken || !/grad/i.test(baseOf(path))) continue;
    try {
      const source = await folder.open(path);
      if (!source) continue;
      const log = await readLog(source, path, folder);
      const tag = /(?:^|[-_])tag-(.+)\.csv$/i.exec(baseOf(path))?.[1] ?? baseOf(path);
      const column =
        log.columns.find(({ name }) => isGradNorm(name)) ??
        (isGradNorm(tag)
          ? log.columns.find(({ name }) => name === '' || /^value$|grad/i.test(name))
          : undefined);
      const curve = column && curveOf(log, context, column.name);
      if (curve) return { source: sourceOf(path, curve), points: curve.points };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return null;
}

function withGradient(loss: Curve['points'], gradient: Curve['points']): Curve['points'] {
  const norms = new Map(gradient.map(({ epoch, loss: norm }) => [epoch, norm]));
  return loss.map((point) => ({ ...point, gradNorm: norms.get(point.epoch) ?? null }));
}

/** Loss and gradient norm among the values that a checkpoint holds beside its weights (`loss`, `train_loss`, ..). */
export function lossInside(scalars: readonly Scalar[]): {
  readonly loss: { readonly name: string; readonly value: number } | null;
  readonly gradNorm: number | null;
} {
  const numbers = scalars.flatMap(({ name, value }) =>
    typeof value === 'number' && !/\.\d+$/.test(name) ? [{ name, value }] : [],
  );
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
  const ranked = numbers
    .map((scalar) => ({ scalar, rank: lossRank(last(scalar.name)) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => a.rank! - b.rank!);
  return {
    loss: ranked[0]?.scalar ?? null,
    gradNorm: numbers.find(({ name }) => isGradNorm(last(name)))?.value ?? null,
  };
}
