import type { RunAxis } from '../core/report/timeline';
import { InputError } from '../core/errors';
import {
  baseOf,
  extensionOf,
  folderOf,
  formatRank,
  isPlainlyModel,
  isSingleMatrix,
  joined,
  setName,
} from './files';
import { isInitial, isNoCheckpoint, isUnnumbered, numbersIn, type Counter } from './names';
import type { CheckpointSeries, RunCheckpoint, RunOptions } from './types';

const MAX_PATH = 1024;
const MAX_PATTERNS = 16;
/** So many checkpoints make a series: of numbers that a word explains, and of bare ones. */
const enough: Readonly<Record<Counter, number>> = { epoch: 2, step: 2, index: 3 };

/** A file that is a checkpoint by its name. */
interface Candidate {
  readonly path: string;
  /** Folder of the run. */
  readonly folder: string;
  /** What all names of the series have in common, without the extension. */
  readonly key: string;
  readonly numbers: Partial<Record<Counter, number>>;
}

/** A series and the folder it lies in. */
export interface FoundSeries {
  /** Relative, '' for the folder that was listed. */
  readonly folder: string;
  readonly series: CheckpointSeries;
}

/**
 * Finds the series of checkpoints in a listing by their names alone: numbered files, numbered folders that hold a
 * file of one name, sets of one file for each parameter. Longest series first within a folder; folders as they come.
 * @param paths relative, with slashes
 * Throws InputError where a pattern of the options is no regular expression.
 */
export function findSeries(
  paths: readonly string[],
  options: Pick<RunOptions, 'patterns' | 'withFinal'> = {},
): FoundSeries[] {
  const patterns = compiled(options.patterns ?? []);
  const groups = new Map<string, Candidate[]>();
  for (const path of paths) {
    if (path.length > MAX_PATH) continue;
    const candidate = byPattern(path, patterns) ?? byFileName(path) ?? byFolderName(path);
    if (!candidate) continue;
    const group = `${candidate.folder}\n${candidate.key}`;
    const known = groups.get(group);
    if (known) known.push(candidate);
    else groups.set(group, [candidate]);
  }
  const byFolder = new Map<string, string[]>();
  for (const path of paths) {
    const folder = folderOf(path);
    const names = byFolder.get(folder);
    if (names) names.push(path);
    else byFolder.set(folder, [path]);
  }
  const found: FoundSeries[] = [];
  for (const group of groups.values()) {
    const { folder, key } = group[0]!;
    const series = seriesOf(key, group, byFolder.get(folder) ?? [], options.withFinal === true);
    if (series && !isRunsInFolders(group)) found.push({ folder, series });
  }
  return found.sort(
    (a, b) =>
      compare(a.folder, b.folder) ||
      b.series.checkpoints.length - a.series.checkpoints.length ||
      compare(a.series.name, b.series.name),
  );
}

function compiled(patterns: readonly string[]): RegExp[] {
  return patterns.slice(0, MAX_PATTERNS).map((pattern) => {
    try {
      return new RegExp(pattern, 'd');
    } catch (error) {
      throw new InputError(
        `the pattern of checkpoint names is no regular expression: ${error instanceof Error ? error.message : String(error)}`,
        pattern.slice(0, 80),
        'Correct it; groups named epoch or step hold the numbers, as in run_(?<epoch>\\d+)\\.pt.',
      );
    }
  });
}

/** A name that one of the user's own patterns matches. */
function byPattern(path: string, patterns: readonly RegExp[]): Candidate | null {
  for (const pattern of patterns) {
    const match = pattern.exec(path);
    const places = match?.indices?.groups;
    if (!match?.groups || !places) continue;
    const numbers: Candidate['numbers'] = {};
    const cuts: (readonly [number, number])[] = [];
    for (const counter of ['epoch', 'step'] as const) {
      const value = Number(match.groups[counter] ?? NaN);
      const place = places[counter];
      if (!Number.isFinite(value) || !place) continue;
      numbers[counter] = value;
      cuts.push(place);
    }
    if (cuts.length === 0) continue;
    const folder = folderOf(path.slice(0, Math.min(...cuts.map(([start]) => start))));
    const rest = folder === '' ? 0 : folder.length + 1;
    const own = cuts.map(([start, end]) => [start - rest, end - rest] as const);
    return { path, folder, key: withoutExtension(starred(path.slice(rest), own)), numbers };
  }
  return null;
}

function byFileName(path: string): Candidate | null {
  const name = baseOf(path);
  if (formatRank(name) < 0) return null;
  const set = setName(name);
  if (set === null && isSingleMatrix(name) && !/^(?:ckpt|checkpoint|model|epoch|step)/i.test(name))
    return null;
  const own = set ?? name;
  const numbers = numbersIn(own);
  if (numbers.length === 0 || (numbers[0]!.counter === 'index' && !isPlainlyModel(name))) return null;
  const cuts = numbers.map(({ start, end }) => [start, end] as const);
  const key = withoutExtension(starred(own, cuts));
  return { path, folder: folderOf(path), key, numbers: valuesOf(numbers) };
}

/** `000120/model.safetensors`, `checkpoint-500/pytorch_model.bin`: the folder is numbered, its file is not. */
function byFolderName(path: string): Candidate | null {
  const name = baseOf(path);
  if (formatRank(name) < 0 || isSingleMatrix(name) || isNoCheckpoint(name)) return null;
  const numbered = folderOf(path);
  if (numbered === '' || numbered === '..') return null;
  const own = baseOf(numbered);
  const numbers = numbersIn(own);
  if (numbers.length === 0) return null;
  const cuts = numbers.map(({ start, end }) => [start, end] as const);
  return {
    path,
    folder: folderOf(numbered),
    key: joined(starred(own, cuts), withoutExtension(name)),
    numbers: /^checkpoint-\d+$/.test(own) ? { step: numbers[0]!.value } : valuesOf(numbers),
  };
}

function valuesOf(numbers: ReturnType<typeof numbersIn>): Candidate['numbers'] {
  return Object.fromEntries(numbers.map(({ counter, value }) => [counter, value]));
}

/** The name with stars for the numbers of its position and for decimal numbers, which are losses as a rule. */
function starred(name: string, cuts: readonly (readonly [number, number])[]): string {
  let text = name;
  for (const [start, end] of [...cuts].sort((a, b) => b[0] - a[0]))
    text = `${text.slice(0, start)}*${text.slice(end)}`;
  return text.replace(/\d+\.\d+(?:e[+-]?\d+)?/gi, '*').replace(/-v\d+(?=\.[a-z]+$|$)/i, '');
}

function withoutExtension(name: string): string {
  const extension = extensionOf(name);
  return extension === '' ? name : name.slice(0, -extension.length - 1);
}

/**
 * Folders numbered 1, 2, 3, .. that hold a model each are runs, not checkpoints of one, unless the folder above
 * says otherwise.
 */
function isRunsInFolders(group: readonly Candidate[]): boolean {
  const { key, folder } = group[0]!;
  if (!/^\*\//.test(key) || /(?:checkpoint|ckpt|snapshot|step|epoch)s?$/i.test(folder)) return false;
  const values = [...new Set(group.map(({ numbers }) => numbers.index ?? -1))].sort((a, b) => a - b);
  const widths = group.map(({ path }) => baseOf(folderOf(path)).length);
  return Math.max(...widths) <= 3 && values[0]! <= 1 && values.every((value, i) => value === values[0]! + i);
}

function seriesOf(
  key: string,
  group: readonly Candidate[],
  siblings: readonly string[],
  withFinal: boolean,
): CheckpointSeries | null {
  const axis = axisOf(group);
  const notes: string[] = [];
  const byPosition = new Map<number, Candidate[]>();
  for (const candidate of group) {
    const position = candidate.numbers[axis];
    if (position === undefined) continue;
    const same = byPosition.get(position);
    if (same) same.push(candidate);
    else byPosition.set(position, [candidate]);
  }
  if (byPosition.size < enough[axis]) return null;
  const { folder } = group[0]!;
  const local = (path: string): string => (folder === '' ? path : path.slice(folder.length + 1));
  const checkpoints = [...byPosition]
    .sort(([a], [b]) => a - b)
    .map(([epoch, same]): RunCheckpoint => ({ epoch, file: local(preferred(same).path), entry: null }));
  const [first, ...rest] = checkpoints;
  if (!first) return null;
  const doubles = doubleNote(byPosition, axis);
  if (doubles) notes.push(doubles);
  const start = initialOf(first, siblings.map(local));
  if (start) notes.push(`${start.file} is taken as ${axis} 0.`);
  const all = [...(start ? [start] : []), first, ...rest];
  const left = siblings.map(local).filter((path) => isLeftOver(path, first.file));
  const ends = withFinal ? placed(left, all) : [];
  for (const end of ends)
    notes.push(`${end.file} is placed after the last one, at ${axis} ${String(end.epoch)}.`);
  const out = left.filter((path) => !ends.some(({ file }) => file === path));
  if (out.length > 0) notes.push(`${list(out)} left out: the name carries no ${axis}.`);
  const extension = extensionOf(first.file);
  return {
    name: extension === '' ? key : `${key}.${extension}`,
    axis,
    checkpoints: [all[0]!, ...all.slice(1), ...ends],
    notes,
  };
}

/** Epochs if all names hold one and they tell the files apart, else steps, else indices. */
function axisOf(group: readonly Candidate[]): RunAxis {
  const stems = new Set(group.map(({ path }) => withoutExtension(setName(path) ?? path))).size;
  const counters = (['epoch', 'step', 'index'] as const).filter((counter) =>
    group.every(({ numbers }) => numbers[counter] !== undefined),
  );
  const distinct = (counter: Counter): number => new Set(group.map(({ numbers }) => numbers[counter])).size;
  const telling = counters.find((counter) => distinct(counter) === stems);
  return telling ?? [...counters].sort((a, b) => distinct(b) - distinct(a))[0] ?? 'index';
}

/** Of several files of one checkpoint the best format, and of one format the last by name. */
function preferred(same: readonly Candidate[]): Candidate {
  const first = [...same].sort(
    (a, b) =>
      formatRank(baseOf(a.path)) - formatRank(baseOf(b.path)) ||
      (setName(a.path) === null ? compare(b.path, a.path) : compare(a.path, b.path)),
  )[0];
  return first!;
}

function doubleNote(byPosition: ReadonlyMap<number, readonly Candidate[]>, axis: Counter): string | null {
  const several = [...byPosition.values()].filter(
    (same) => new Set(same.map(({ path }) => setName(path) ?? path)).size > 1,
  );
  const example = several[0];
  if (!example) return null;
  const taken = baseOf(preferred(example).path);
  const others = example.map(({ path }) => baseOf(path)).filter((name) => name !== taken);
  const where = several.length === 1 ? `One ${axis} has` : `${String(several.length)} ${axis}s have`;
  return `${where} several files; ${taken} was preferred to ${list(others)}${several.length === 1 ? '' : ', and so on'}.`;
}

function initialOf(first: RunCheckpoint, siblings: readonly string[]): RunCheckpoint | null {
  if (first.epoch === 0) return null;
  const file = siblings.find(
    (path) => isInitial(baseOf(path)) && extensionOf(path) === extensionOf(first.file),
  );
  return file === undefined ? null : { epoch: 0, file, entry: null };
}

function isLeftOver(path: string, like: string): boolean {
  const name = baseOf(path);
  return isUnnumbered(name) && !isNoCheckpoint(name) && extensionOf(name) === extensionOf(like);
}

/** Where models from the end of the training stand: one usual distance after the last checkpoint. */
function placed(left: readonly string[], all: readonly RunCheckpoint[]): RunCheckpoint[] {
  const last = all.at(-1)!.epoch;
  const step = last - (all.at(-2)?.epoch ?? last - 1);
  const end = left.find((path) => !/best/i.test(path));
  return end === undefined ? [] : [{ epoch: last + step, file: end, entry: null }];
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${String(names.length - 3)} more` : shown;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
