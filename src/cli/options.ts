import { parseArgs, type ParseArgsConfig } from 'node:util';
import { modelKinds } from '../core/models/index';
import type { ModelOptions } from '../core/models/types';
import type { Share } from '../core/report/shard';
import type { ModelKind } from '../core/report/types';
import { jumpDefaults } from '../core/training/jumps';
import type { SearchOptions, TimelineOptions } from '../protocol/job';
import type { PlaneAxisRequest, PlaneOptions } from '../protocol/plane';
import type { RunOptions } from '../runs/types';

/** The command line itself is at fault. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type OutFormat = 'json' | 'csv' | 'html';

/** What is computed on demand beside a report. */
export const explorations = ['lyapunov', 'manifolds', 'basins', 'sensitivity'] as const;
export type Exploration = (typeof explorations)[number];

export const helpTopics = [
  ...['info', 'analyze', 'timeline', 'compare', 'plane', 'diagram'],
  ...explorations,
  ...['verify', 'merge'],
] as const satisfies readonly string[];
export type HelpTopic = 'all' | (typeof helpTopics)[number];

export type Command =
  | { readonly name: 'help'; readonly topic: HelpTopic }
  | { readonly name: 'version' }
  | {
      readonly name: 'info';
      readonly file: string;
      readonly json: boolean;
      readonly model: ModelOptions;
    }
  | {
      readonly name: 'analyze';
      readonly file: string;
      readonly json: boolean;
      readonly out: { readonly file: string; readonly format: OutFormat } | null;
      readonly model: ModelOptions;
      readonly search: SearchOptions;
      /** Where the proof is written. */
      readonly proof: string | null;
      /** Results of SCYFI to hold the report against. */
      readonly compare: string | null;
      /** Which share of the proof is done; null: the whole analysis. */
      readonly shard: Share | null;
      /** Reports of the shards of the rounds before, or folders of them. */
      readonly from: readonly string[];
    }
  | {
      readonly name: 'timeline';
      /** A folder of checkpoints, or a file that holds a series. */
      readonly file: string;
      /** `compare`: the second of two model files; null for a run. */
      readonly other: string | null;
      readonly json: boolean;
      readonly out: { readonly file: string; readonly format: OutFormat } | null;
      readonly cache: boolean;
      readonly run: RunOptions;
      readonly model: ModelOptions;
      readonly timeline: TimelineOptions;
    }
  | {
      readonly name: 'plane';
      readonly file: string;
      readonly json: boolean;
      readonly out: { readonly file: string; readonly format: 'json' | 'svg' } | null;
      readonly model: ModelOptions;
      readonly plane: PlaneOptions;
      /** Folder of the run whose path is drawn. */
      readonly run: string | null;
      /** File of a loss that is laid beneath it. */
      readonly surface: string | null;
    }
  | {
      readonly name: 'diagram';
      readonly file: string;
      readonly json: boolean;
      readonly out: { readonly file: string; readonly format: OutFormat } | null;
      readonly model: ModelOptions;
      readonly along: PlaneAxisRequest;
      readonly points: number;
      readonly timeline: TimelineOptions;
    }
  | {
      readonly name: 'explore';
      readonly what: Exploration;
      readonly file: string;
      readonly json: boolean;
      readonly out: { readonly file: string; readonly format: 'json' | 'csv' } | null;
      readonly model: ModelOptions;
      readonly search: SearchOptions;
      /** Ids of the objects that are asked about; all that there are when empty. */
      readonly objects: readonly string[];
      /** Manifolds: how far they are grown; basins: half the side of the cube of the shares. In units of S. */
      readonly reach: number;
      readonly basins: BasinOptions;
      readonly quantity: QuantityOption;
    }
  | {
      readonly name: 'verify';
      readonly report: string;
      readonly file: string;
      readonly proof: string | null;
      /** Seconds that may be used; null: what it takes. */
      readonly timeLimit: number | null;
      readonly json: boolean;
      readonly model: ModelOptions;
    }
  | {
      readonly name: 'merge';
      /** Reports of the shards. */
      readonly parts: readonly string[];
      readonly json: boolean;
      readonly out: { readonly file: string; readonly format: 'json' | 'csv' } | null;
      readonly search: Pick<SearchOptions, 'timeLimit' | 'memoryLimitMB' | 'threads'>;
    };

/** On which plane basins are computed, and how finely. */
export interface BasinOptions {
  /** Two axes (z1, z2, .., pc1, pc2, ..), or three ids of objects that the plane goes through; null: chosen by the model. */
  readonly plane:
    | { readonly axes: readonly [string, string] }
    | { readonly through: readonly [string, string, string] }
    | null;
  /** Null: as far as the objects and simulated orbits reach. */
  readonly x: readonly [number, number] | null;
  readonly y: readonly [number, number] | null;
  /** Cells along each side. */
  readonly cells: number;
}

/** What is differentiated: `norm`, a coordinate or a multiplier; numbers from 1. */
export interface QuantityOption {
  readonly kind: 'norm' | 'coordinate' | 'modulus' | 'argument';
  readonly number: number;
  readonly point: number;
}

/** What a machine offers, for the defaults. */
export interface Machine {
  readonly cores: number;
  readonly memoryMB: number;
}

const modelFlags = {
  model: { type: 'string' },
  set: { type: 'string', multiple: true },
  map: { type: 'string', multiple: true },
  input: { type: 'string' },
  epoch: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const searchFlags = {
  'max-order': { type: 'string' },
  out: { type: 'string', short: 'o' },
  seed: { type: 'string' },
  'time-limit': { type: 'string' },
  threads: { type: 'string' },
  'memory-limit': { type: 'string' },
  'no-certify': { type: 'boolean' },
  'proof-time': { type: 'string' },
  proof: { type: 'string' },
  shard: { type: 'string' },
  from: { type: 'string', multiple: true },
  compare: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const mergeFlags = {
  out: { type: 'string', short: 'o' },
  json: { type: 'boolean' },
  'time-limit': { type: 'string' },
  threads: { type: 'string' },
  'memory-limit': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const timelineFlags = {
  every: { type: 'string' },
  loss: { type: 'string' },
  series: { type: 'string' },
  pattern: { type: 'string', multiple: true },
  'with-final': { type: 'boolean' },
  'jump-change': { type: 'string' },
  'jump-z': { type: 'string' },
  within: { type: 'string' },
  lyapunov: { type: 'boolean' },
  'no-cache': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

const compareFlags = { 'no-cache': { type: 'boolean' } } as const;

const planeFlags = {
  x: { type: 'string' },
  y: { type: 'string' },
  'x-range': { type: 'string' },
  'y-range': { type: 'string' },
  'max-order': { type: 'string' },
  out: { type: 'string', short: 'o' },
  seed: { type: 'string' },
  'time-limit': { type: 'string' },
  'memory-limit': { type: 'string' },
  threads: { type: 'string' },
  path: { type: 'string' },
  surface: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const exploreFlags = {
  object: { type: 'string' },
  reach: { type: 'string' },
  axes: { type: 'string' },
  through: { type: 'string' },
  'x-range': { type: 'string' },
  'y-range': { type: 'string' },
  cells: { type: 'string' },
  of: { type: 'string' },
  point: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

/** Which of these flags each exploration has. */
const exploreFlagsOf: Record<Exploration, readonly (keyof typeof exploreFlags)[]> = {
  lyapunov: [],
  manifolds: ['object', 'reach'],
  basins: ['reach', 'axes', 'through', 'x-range', 'y-range', 'cells'],
  sensitivity: ['object', 'of', 'point'],
};

const diagramFlags = {
  along: { type: 'string' },
  range: { type: 'string' },
  points: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

interface Values {
  readonly [flag: string]: string | boolean | (string | boolean)[] | undefined;
}

/** Reads the arguments after `rnn-dynamics`. Throws UsageError. */
export function parseCommand(args: readonly string[], machine: Machine): Command {
  const [first, ...rest] = args;
  if (first === undefined) throw new UsageError('a command is missing');
  if (first === '--version' || first === '-V') return { name: 'version' };
  if (first === '--help' || first === '-h' || first === 'help') {
    const [asked = 'all'] = rest;
    const topic = helpTopics.find((one) => one === asked);
    if (topic === undefined && asked !== 'all') throw new UsageError(`there is no command "${asked}"`);
    return { name: 'help', topic: topic ?? 'all' };
  }
  switch (first) {
    case 'info': {
      const { values, positionals } = parse(rest, modelFlags);
      if (values['help'] === true) return { name: 'help', topic: 'info' };
      const file = onlyFile(positionals);
      return { name: 'info', file, json: values['json'] === true, model: modelOptions(values) };
    }
    case 'analyze': {
      const { values, positionals } = parse(rest, { ...modelFlags, ...searchFlags });
      if (values['help'] === true) return { name: 'help', topic: 'analyze' };
      const shard = shareOption(values);
      if (shard) refuse(values, 'a shard', ['proof', 'compare', 'no-certify']);
      else refuse(values, 'analyze without --shard', ['from']);
      const out = outFile(values['out']);
      if (shard && out?.format !== 'json' && values['json'] !== true)
        throw new UsageError('--shard takes --out F.json, for merge');
      if (values['proof'] !== undefined && values['no-certify'] === true)
        throw new UsageError('--proof and --no-certify exclude each other');
      return {
        name: 'analyze',
        file: onlyFile(positionals),
        json: values['json'] === true,
        out,
        shard,
        from: stringsOf(values['from']),
        model: modelOptions(values),
        proof: typeof values['proof'] === 'string' ? values['proof'] : null,
        compare: typeof values['compare'] === 'string' ? values['compare'] : null,
        search: searchOptions(values, machine, 60),
      };
    }
    case 'timeline': {
      const { values, positionals } = parse(rest, { ...modelFlags, ...searchFlags, ...timelineFlags });
      if (values['help'] === true) return { name: 'help', topic: 'timeline' };
      refuse(values, 'timeline', ['proof', 'shard', 'from', 'compare', 'epoch', 'proof-time']);
      return {
        name: 'timeline',
        file: onlyFile(positionals, 'a folder'),
        other: null,
        json: values['json'] === true,
        out: outFile(values['out']),
        cache: values['no-cache'] !== true,
        run: runOptions(values),
        model: modelOptions(values),
        timeline: {
          ...searchOptions(values, machine, 600),
          every: wholeNumber(values, 'every', 1, 1, 1e6),
          jumps: {
            change: positive(values, 'jump-change', jumpDefaults.change, 1e6),
            z: positive(values, 'jump-z', jumpDefaults.z, 1e6),
          },
          association: values['within'] === undefined ? {} : { within: positive(values, 'within', 1, 1e12) },
          lyapunov: values['lyapunov'] === true,
        },
      };
    }
    case 'compare': {
      const { values, positionals } = parse(rest, { ...modelFlags, ...searchFlags, ...compareFlags });
      if (values['help'] === true) return { name: 'help', topic: 'compare' };
      refuse(values, 'compare', ['proof', 'shard', 'from', 'compare', 'epoch', 'proof-time']);
      const [first, second, ...more] = positionals;
      if (first === undefined || second === undefined || more.length > 0)
        throw new UsageError('two files are needed');
      return {
        name: 'timeline',
        file: first,
        other: second,
        json: values['json'] === true,
        out: outFile(values['out']),
        cache: values['no-cache'] !== true,
        run: {},
        model: modelOptions(values),
        timeline: { ...searchOptions(values, machine, 600), every: 1, jumps: jumpDefaults, association: {} },
      };
    }
    case 'plane': {
      const { values, positionals } = parse(rest, { ...modelFlags, ...planeFlags });
      if (values['help'] === true) return { name: 'help', topic: 'plane' };
      return {
        name: 'plane',
        file: onlyFile(positionals),
        json: values['json'] === true,
        out: planeOut(values['out']),
        model: modelOptions(values),
        run: typeof values['path'] === 'string' ? values['path'] : null,
        surface: typeof values['surface'] === 'string' ? values['surface'] : null,
        plane: {
          x: planeAxis(values, 'x', 'x-range'),
          y: planeAxis(values, 'y', 'y-range'),
          maxOrder: wholeNumber(values, 'max-order', 8, 1, 200),
          seed: wholeNumber(values, 'seed', 0, 0, 2 ** 31 - 1),
          timeLimit: positive(values, 'time-limit', 60, 1e6),
          memoryLimitMB: wholeNumber(values, 'memory-limit', defaultMemory(machine), 64, 2 ** 20),
          threads: wholeNumber(values, 'threads', machine.cores, 1, 256),
        },
      };
    }
    case 'diagram': {
      const { values, positionals } = parse(rest, { ...modelFlags, ...searchFlags, ...diagramFlags });
      if (values['help'] === true) return { name: 'help', topic: 'diagram' };
      refuse(values, 'diagram', ['proof', 'shard', 'from', 'compare']);
      return {
        name: 'diagram',
        file: onlyFile(positionals),
        json: values['json'] === true,
        out: outFile(values['out']),
        model: modelOptions(values),
        along: planeAxis(values, 'along', 'range'),
        points: wholeNumber(values, 'points', 65, 2, 10000),
        timeline: { ...searchOptions(values, machine, 600), every: 1, jumps: jumpDefaults, association: {} },
      };
    }
    case 'lyapunov':
    case 'manifolds':
    case 'basins':
    case 'sensitivity': {
      const { values, positionals } = parse(rest, { ...modelFlags, ...searchFlags, ...exploreFlags });
      if (values['help'] === true) return { name: 'help', topic: first };
      refuse(values, first, ['proof', 'shard', 'from', 'compare']);
      const own: readonly string[] = exploreFlagsOf[first];
      refuse(
        values,
        first,
        Object.keys(exploreFlags).filter((flag) => !own.includes(flag)),
      );
      return {
        name: 'explore',
        what: first,
        file: onlyFile(positionals),
        json: values['json'] === true,
        out: dataOut(values['out']),
        model: modelOptions(values),
        search: searchOptions(values, machine, 60),
        objects: typeof values['object'] === 'string' ? list(values['object']) : [],
        reach: positive(values, 'reach', first === 'manifolds' ? 3 : 1, 1e6),
        basins: basinOptions(values),
        quantity: quantityOption(values),
      };
    }
    case 'verify': {
      const { values, positionals } = parse(rest, {
        ...modelFlags,
        proof: { type: 'string' },
        'time-limit': { type: 'string' },
      });
      if (values['help'] === true) return { name: 'help', topic: 'verify' };
      const [report, file, ...more] = positionals;
      if (report === undefined || file === undefined || more.length > 0)
        throw new UsageError('verify takes a report and the model file it was made from');
      return {
        name: 'verify',
        report,
        file,
        proof: typeof values['proof'] === 'string' ? values['proof'] : null,
        timeLimit: values['time-limit'] === undefined ? null : positive(values, 'time-limit', 60, 1e6),
        json: values['json'] === true,
        model: modelOptions(values),
      };
    }
    case 'merge': {
      const { values, positionals } = parse(rest, mergeFlags);
      if (values['help'] === true) return { name: 'help', topic: 'merge' };
      if (positionals.length === 0) throw new UsageError('merge takes the reports of all shards');
      const { timeLimit, memoryLimitMB, threads } = searchOptions(values, machine, 600);
      return {
        name: 'merge',
        parts: positionals,
        json: values['json'] === true,
        out: dataOut(values['out']),
        search: { timeLimit, memoryLimitMB, threads },
      };
    }
    default:
      throw new UsageError(
        first.startsWith('-') ? `there is no option ${first} here` : `there is no command "${first}"`,
      );
  }
}

function searchOptions(values: Values, machine: Machine, seconds: number): SearchOptions {
  return {
    maxOrder: wholeNumber(values, 'max-order', 4, 1, 1000),
    seed: wholeNumber(values, 'seed', 0, 0, 2 ** 31 - 1),
    timeLimit: positive(values, 'time-limit', seconds, 1e6),
    threads: wholeNumber(values, 'threads', machine.cores, 1, 256),
    memoryLimitMB: wholeNumber(values, 'memory-limit', defaultMemory(machine), 64, 2 ** 20),
    certify: values['no-certify'] !== true,
    ...(values['proof-time'] === undefined ? {} : { proofSeconds: positive(values, 'proof-time', 15, 1e6) }),
  };
}

function stringsOf(value: Values[string]): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** More shards than any cluster takes at once. */
const MOST_SHARDS = 100000;

/** `--shard i/n` */
function shareOption(values: Values): Share | null {
  const text = values['shard'];
  if (typeof text !== 'string') return null;
  const [, index, of] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined || index < 1 || index > of || of > MOST_SHARDS)
    throw new UsageError(`--shard takes i/n, as in 1/8 for the first of eight, not "${text}"`);
  return { index, of };
}

/** `--x A[0] --x-range -0.1,0.1` */
function planeAxis(values: Values, axis: string, range: string): PlaneAxisRequest {
  const direction = values[axis];
  if (typeof direction !== 'string')
    throw new UsageError(`--${axis} is missing: a weight as in A[0] or W[1][0], random:SEED or towards:FILE`);
  const text = values[range] ?? '-0.1,0.1';
  const numbers = String(text)
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [from = Number.NaN, to = Number.NaN] = numbers;
  if (numbers.length !== 2 || !(from < to) || !Number.isFinite(to - from))
    throw new UsageError(`--${range} takes two offsets, lower first, as in -0.1,0.1`);
  return { direction: direction.replace(/\s+/g, direction.includes(':') ? ' ' : ''), range: [from, to] };
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function basinOptions(values: Values): BasinOptions {
  const { axes, through } = values;
  if (axes !== undefined && through !== undefined)
    throw new UsageError('--axes and --through exclude each other');
  return {
    plane:
      axes !== undefined
        ? { axes: axisPair(String(axes)) }
        : through !== undefined
          ? { through: threeObjects(String(through)) }
          : null,
    x: interval(values, 'x-range'),
    y: interval(values, 'y-range'),
    cells: wholeNumber(values, 'cells', 200, 1, 2048),
  };
}

function axisPair(text: string): [string, string] {
  const [x, y, ...more] = list(text.toLowerCase());
  const valid = [x, y].every((name) => name !== undefined && /^(z|pc)[1-9]\d*$/.test(name));
  if (!valid || more.length > 0 || x === y)
    throw new UsageError('--axes takes two different axes, as in z1,z2 or pc1,pc2');
  return [x!, y!];
}

function threeObjects(text: string): [string, string, string] {
  const [a, b, c, ...more] = list(text);
  if (a === undefined || b === undefined || c === undefined || more.length > 0)
    throw new UsageError('--through takes the ids of three objects, as in FP1,FP2,C2a');
  return [a, b, c];
}

function interval(values: Values, flag: string): [number, number] | null {
  const text = values[flag];
  if (typeof text !== 'string') return null;
  const [from = Number.NaN, to = Number.NaN, ...more] = text
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (more.length > 0 || !(from < to) || !Number.isFinite(to - from))
    throw new UsageError(`--${flag} takes two numbers, lower first, as in -2,2`);
  return [from, to];
}

/** `--of norm`, `z3`, `modulus1`, `argument1`; `--point J`. */
function quantityOption(values: Values): QuantityOption {
  const text = typeof values['of'] === 'string' ? values['of'] : 'modulus1';
  const point = wholeNumber(values, 'point', 1, 1, 1e6);
  if (text === 'norm') return { kind: 'norm', number: 1, point };
  const match = /^(z|modulus|argument)([1-9]\d{0,5})$/.exec(text);
  if (!match)
    throw new UsageError(`--of takes norm, z1, z2, .., modulus1, .. or argument1, .., not "${text}"`);
  const kind = match[1] === 'z' ? 'coordinate' : (match[1] as 'modulus' | 'argument');
  return { kind, number: Number(match[2]), point };
}

function dataOut(value: Values[string]): { file: string; format: 'json' | 'csv' } | null {
  if (typeof value !== 'string') return null;
  const extension = /\.(json|csv)$/i.exec(value)?.[1]?.toLowerCase();
  if (!extension) throw new UsageError('--out takes a file that ends in .json or .csv');
  return { file: value, format: extension as 'json' | 'csv' };
}

function planeOut(value: Values[string]): { file: string; format: 'json' | 'svg' } | null {
  if (typeof value !== 'string') return null;
  const extension = /\.(json|svg)$/i.exec(value)?.[1]?.toLowerCase();
  if (!extension) throw new UsageError('--out takes a file that ends in .json or .svg');
  return { file: value, format: extension as 'json' | 'svg' };
}

/** `--loss FILE[:COLUMN]`, `--series NAME`, `--with-final`. */
function runOptions(values: Values): RunOptions {
  const loss = values['loss'];
  const series = values['series'];
  const patterns = [values['pattern'] ?? []].flat().map(String);
  const split = /^(.+?)(?::([^:/\\]+))?$/.exec(typeof loss === 'string' ? loss : '');
  if (loss !== undefined && !split) throw new UsageError('--loss takes FILE or FILE:COLUMN');
  return {
    ...(split ? { loss: { file: split[1]!, column: split[2] ?? null } } : {}),
    ...(typeof series === 'string' ? { series } : {}),
    ...(patterns.length > 0 ? { patterns } : {}),
    ...(values['with-final'] === true ? { withFinal: true } : {}),
  };
}

/** Half of the machine's memory, between 256 MB and 4 GB. */
function defaultMemory({ memoryMB }: Machine): number {
  return Math.round(Math.min(4096, Math.max(256, memoryMB / 2)));
}

function parse(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: joinNegative(args), options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The first sentence; what follows explains how to pass values that look like options.
    throw new UsageError(message.split('. ')[0]!.replace(/\.$/, ''));
  }
}

/** Flags whose value may begin with a minus sign. */
const NUMBERS = new Set(['--input', '--set', '--x-range', '--y-range', '--range']);

/** `--input -1,2` is meant as `--input=-1,2`. */
function joinNegative(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const argument of args) {
    const before = joined.at(-1);
    if (NUMBERS.has(before ?? '') && /^-[\d.]/.test(argument))
      joined[joined.length - 1] = `${before!}=${argument}`;
    else joined.push(argument);
  }
  return joined;
}

function onlyFile(positionals: readonly string[], what = 'a file'): string {
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError(`${what} is missing`);
  if (more.length > 0)
    throw new UsageError(`${what.replace('a ', 'one ')} at a time, not also ${more.join(' ')}`);
  return file;
}

/** Flags that other commands have. */
function refuse(values: Values, command: string, flags: readonly string[]): void {
  for (const flag of flags)
    if (values[flag] !== undefined) throw new UsageError(`--${flag} is no option of ${command}`);
}

function outFile(value: Values[string]): { file: string; format: OutFormat } | null {
  if (typeof value !== 'string') return null;
  const extension = /\.(json|csv|html)$/i.exec(value)?.[1]?.toLowerCase();
  if (!extension) throw new UsageError('--out takes a file that ends in .json, .csv or .html');
  return { file: value, format: extension as OutFormat };
}

function number(values: Values, flag: string): number | undefined {
  const text = values[flag];
  if (typeof text !== 'string') return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new UsageError(`--${flag} takes a number, not "${text}"`);
  return value;
}

function wholeNumber(values: Values, flag: string, normal: number, least: number, most: number): number {
  const value = number(values, flag) ?? normal;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${flag} takes a whole number from ${String(least)} to ${String(most)}`);
}

function positive(values: Values, flag: string, normal: number, most: number): number {
  const value = number(values, flag) ?? normal;
  if (value > 0 && value <= most) return value;
  throw new UsageError(`--${flag} takes a number above 0, up to ${String(most)}`);
}

/** Comma-separated `name=value` pairs of a flag that may be repeated. */
function pairs(value: Values[string], flag: string, meaning: string): [string, string][] {
  const texts = Array.isArray(value) ? value.map(String) : [];
  return texts.flatMap((text) =>
    text.split(',').map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at <= 0 || at === pair.length - 1)
        throw new UsageError(`--${flag} takes ${meaning}, not "${pair}"`);
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}

function modelOptions(values: Values): ModelOptions {
  const kind = values['model'];
  const set = pairs(values['set'], 'set', 'name=value, as in P=2');
  const map = pairs(values['map'], 'map', 'tensor=parameter, as in my.weight=W1');
  const input = values['input'];
  const epoch = number(values, 'epoch');
  return {
    ...(kind === undefined ? {} : { kind: modelKind(String(kind)) }),
    ...(set.length === 0 ? {} : { set: Object.fromEntries(set) }),
    ...(map.length === 0 ? {} : { map: Object.fromEntries(map.map(([tensor, name]) => [name, tensor])) }),
    ...(input === undefined ? {} : { input: inputVector(String(input)) }),
    ...(epoch === undefined ? {} : { epoch }),
  };
}

function modelKind(text: string): ModelKind {
  const kind = modelKinds.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (kind) return kind;
  throw new UsageError(`--model takes one of ${modelKinds.join(', ')}, not "${text}"`);
}

function inputVector(text: string): number[] {
  return text.split(',').map((part) => {
    const value = part.trim() === '' ? Number.NaN : Number(part);
    if (!Number.isFinite(value)) throw new UsageError(`--input takes numbers, not "${part}"`);
    return value;
  });
}

/** The flags that say the same as model options, for what `given` does not say already. */
export function flagsFor(options: ModelOptions, given: ModelOptions): string {
  const flags: string[] = [];
  if (options.kind && options.kind !== given.kind) flags.push(`--model ${options.kind}`);
  for (const [name, value] of Object.entries(options.set ?? {}))
    if (given.set?.[name] !== value) flags.push(`--set ${name}=${String(value)}`);
  return flags.join(' ');
}
