import { InputError } from '../core/errors';
import { nameHints, runName } from './names';
import { readContainer } from '../formats/index';
import type { Entry } from '../formats/source';
import { baseOf, extensionOf, folderOf, formatRank, joined } from './files';
import { lossInside, readLoss, type FoundLoss } from './loss/readLoss';
import { metadataOf } from './metadata';
import { findSeries, type FoundSeries } from './series';
import { readSidecars } from './sidecar';
import type { CheckpointSeries, Run, RunCheckpoint, RunFolder, RunOptions } from './types';

/** Files that are opened to see whether they hold a series. */
const MAX_OPENED = 8;
/** Formats in which a whole training run is written to one file. */
const seriesFormats = new Set(['json', 'jld2', 'csv', 'bson', 'pt', 'pth', 'pkl']);

/** What the entries of a file that holds a series say about the loss, by position. */
type InsideLoss = ReadonlyMap<number, ReturnType<typeof lossInside>>;

/**
 * Reads what a folder says of one run: its checkpoints by their names, or a single file that holds many; loss and
 * gradient norm from beside them; hyperparameters. Nothing is analysed.
 * Throws InputError where there is no series, or what the options name is not there.
 */
export async function readRun(folder: RunFolder, options: RunOptions = {}): Promise<Run> {
  if (options.pair) return pairOf(folder, options.pair);
  const paths = await folder.list();
  const found = findSeries(
    paths.filter((path) => !path.startsWith('../')),
    options,
  );
  const { chosen, others, inside } = await chooseSeries(folder, paths, found, options);
  const series = rooted(chosen);
  const hints = await hintsOf(folder, chosen.folder);
  const metadata = metadataOf(hints.hints);
  const context = { axis: series.axis, checkpoints: series.checkpoints, metadata };
  const files = new Set(found.flatMap((one) => rooted(one).checkpoints.map(({ file }) => file)));
  const beside = await readLoss(
    folder,
    paths.filter((path) => path !== series.name),
    files,
    chosen.folder,
    context,
    options.loss,
  );
  const loss = beside.loss ? beside : await lossInCheckpoints(folder, series.checkpoints, inside, beside);
  return {
    name: runName([...chosen.folder.split('/').filter(Boolean).reverse(), ...folder.folders]),
    series,
    otherSeries: others,
    loss: loss.loss,
    lossOffset: loss.loss && loss.byRow ? metadata.lossOffset : 0,
    hyperparameters: metadata.hyperparameters,
    forcing: metadata.forcing,
    hints: hints.hints,
    warnings: [...series.notes, ...hints.warnings, ...loss.warnings],
  };
}

/** Names of two files; those of the same name are told apart by their folders. */
export function pairNames([a, b]: readonly [string, string]): [string, string] {
  const [first, second] = [baseOf(a), baseOf(b)];
  return first === second ? [a, b] : [first, second];
}

/** Two model files as a series. What lies beside the first is taken to hold for both. */
async function pairOf(folder: RunFolder, [a, b]: readonly [string, string]): Promise<Run> {
  const { hints, warnings } = await hintsOf(folder, folderOf(a));
  const name = pairNames([a, b]).join(' → ');
  return {
    name,
    series: {
      name,
      axis: 'index',
      checkpoints: [
        { epoch: 0, file: a, entry: null },
        { epoch: 1, file: b, entry: null },
      ],
      notes: [],
    },
    otherSeries: [],
    loss: null,
    lossOffset: 0,
    hyperparameters: {},
    forcing: null,
    hints,
    warnings,
  };
}

/** A series with its files and its name relative to the folder that was listed. */
function rooted({ folder, series }: FoundSeries): CheckpointSeries {
  if (folder === '') return series;
  const [first, ...rest] = series.checkpoints.map((one): RunCheckpoint => ({
    ...one,
    file: joined(folder, one.file),
  }));
  return { ...series, name: joined(folder, series.name), checkpoints: [first!, ...rest] };
}

async function chooseSeries(
  folder: RunFolder,
  paths: readonly string[],
  found: readonly FoundSeries[],
  options: RunOptions,
): Promise<{ chosen: FoundSeries; others: string[]; inside: InsideLoss | null }> {
  const names = (list: readonly FoundSeries[]): string[] => list.map((one) => rooted(one).name);
  if (options.series !== undefined) {
    const chosen = found.find((one) => rooted(one).name === options.series);
    if (chosen) return { chosen, others: names(found.filter((one) => one !== chosen)), inside: null };
    const file = paths.includes(options.series) ? await seriesInFile(folder, options.series) : null;
    if (file) return { ...file, others: names(found) };
    if (paths.includes(options.series))
      throw new InputError(
        `${options.series} holds one model, not a series of checkpoints`,
        '',
        'Choose the folder with the checkpoints of the run, or a file that holds several.',
      );
    throw new InputError(
      `there is no series ${options.series} in the folder`,
      '',
      found.length > 0 ? `Choose one of ${names(found).slice(0, 10).join(', ')}.` : 'Choose another folder.',
    );
  }
  // The folder's own checkpoints come before those of its subfolders, long series before short ones.
  const [chosen] = [...found].sort(
    (a, b) =>
      Number(a.folder !== '') - Number(b.folder !== '') ||
      b.series.checkpoints.length - a.series.checkpoints.length,
  );
  if (chosen) return { chosen, others: names(found.filter((one) => one !== chosen)), inside: null };
  const single = paths.filter((path) => mayHoldSeries(path)).slice(0, MAX_OPENED);
  for (const path of single) {
    try {
      const file = await seriesInFile(folder, path);
      if (file) return { ...file, others: [] };
    } catch (error) {
      // A file that cannot be read holds no series; the error below says what one is.
      if (!(error instanceof InputError)) throw error;
    }
  }
  throw new InputError(
    noSeries(paths),
    '',
    'At least two are needed, told by numbers in their names, as model_120.pt or epoch=12.ckpt; other names need a pattern (the setting "rnnDynamics.checkpoints.patterns", --pattern on the command line).',
  );
}

/** What there is where there is no series. */
function noSeries(paths: readonly string[]): string {
  const own = paths.filter((path) => !path.startsWith('../'));
  if (own.length === 0) return 'the folder is empty';
  const models = own.filter((path) => formatRank(baseOf(path)) >= 0);
  return models.length === 1
    ? `the only model file in the folder is ${models[0]!}, and it holds no series of checkpoints`
    : 'no series of checkpoints is in the folder';
}

function mayHoldSeries(path: string): boolean {
  return folderOf(path) === '' && formatRank(baseOf(path)) >= 0 && seriesFormats.has(extensionOf(path));
}

/** The series that one file holds, or null if it holds a single set of weights. Throws InputError. */
async function seriesInFile(
  folder: RunFolder,
  file: string,
): Promise<{ chosen: FoundSeries; inside: InsideLoss } | null> {
  const source = await folder.open(file);
  if (!source) return null;
  const container = await readContainer(source, {
    folders: folder.folders,
    list: () => Promise.resolve([source.name]),
    open: (name) => folder.open(joined(folderOf(file), name)),
  });
  const { entries } = container;
  if (entries.length < 2) return null;
  const epochs = entries.map(({ epoch }) => epoch);
  const numbered = epochs.every((epoch) => epoch !== null) && new Set(epochs).size === epochs.length;
  const position = (entry: Entry, index: number): number => (numbered ? entry.epoch! : index);
  const checkpoints = entries
    .map((entry, index): RunCheckpoint => ({ epoch: position(entry, index), file, entry: index }))
    .sort((a, b) => a.epoch - b.epoch);
  return {
    chosen: {
      folder: '',
      series: {
        name: file,
        axis: numbered ? 'epoch' : 'index',
        checkpoints: [checkpoints[0]!, ...checkpoints.slice(1)],
        notes: container.warnings.slice(0, 20),
      },
    },
    inside: new Map(entries.map((entry, i) => [position(entry, i), lossInside(entry.scalars)])),
  };
}

/** Loss that the checkpoints hold themselves. The last one tells whether they do. */
async function lossInCheckpoints(
  folder: RunFolder,
  checkpoints: CheckpointSeries['checkpoints'],
  inside: InsideLoss | null,
  beside: FoundLoss,
): Promise<FoundLoss> {
  const values = inside ?? (await insideEach(folder, checkpoints));
  const name = [...values.values()].findLast(({ loss }) => loss !== null)?.loss?.name;
  if (name === undefined) return beside;
  const points = checkpoints.map(({ epoch }) => ({
    epoch,
    loss: values.get(epoch)?.loss?.value ?? null,
    gradNorm: values.get(epoch)?.gradNorm ?? null,
  }));
  return {
    loss: { source: `inside the checkpoints, ${name}`, points },
    byRow: false,
    warnings: beside.warnings,
  };
}

async function insideEach(
  folder: RunFolder,
  checkpoints: CheckpointSeries['checkpoints'],
): Promise<InsideLoss> {
  const values = new Map<number, ReturnType<typeof lossInside>>();
  for (const { epoch, file } of [...checkpoints].reverse()) {
    const found = await insideOne(folder, file);
    // The last readable checkpoint decides whether the others are opened.
    if (found && found.loss === null && values.size === 0) break;
    if (found) values.set(epoch, found);
  }
  return values;
}

async function insideOne(folder: RunFolder, file: string): Promise<ReturnType<typeof lossInside> | null> {
  try {
    const source = await folder.open(file);
    if (!source) return null;
    const { entries } = await readContainer(source, {
      folders: folder.folders,
      list: () => Promise.resolve([source.name]),
      open: () => Promise.resolve(null),
    });
    return lossInside(entries.at(-1)!.scalars);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

async function hintsOf(
  folder: RunFolder,
  seriesFolder: string,
): Promise<Awaited<ReturnType<typeof readSidecars>>> {
  const own = await readSidecars('', folder);
  if (seriesFolder === '') return own;
  const nearer = await readSidecars('', {
    ...folder,
    open: (name) =>
      name.startsWith('../') ? Promise.resolve(null) : folder.open(joined(seriesFolder, name)),
  });
  const names = seriesFolder.split('/').flatMap((part) => nameHints(part, 'folder name'));
  const sidecars = nearer.hints.filter(({ origin }) => origin !== 'folder name' && origin !== 'file name');
  return {
    hints: [...sidecars, ...own.hints, ...names],
    warnings: [...nearer.warnings, ...own.warnings],
  };
}
