import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { version } from '../../package.json';
import type { ModelOptions } from '../core/models/types';
import type { Timeline } from '../core/report/timeline';
import type { Report } from '../core/report/types';
import { reportToCsv } from '../export/csv';
import { reportToHtml } from '../export/html';
import { planeToJson, reportToJson, timelineToJson } from '../export/json';
import { planeToSvg } from '../export/planeSvg';
import { timelineToCsv } from '../export/timelineCsv';
import { timelineToHtml } from '../export/timelineHtml';
import type { Failure, FileRef, Jobs } from '../protocol/job';
import { JobFailure, WorkerClient } from '../worker/client';
import { helpText } from './help';
import { flagsFor, helpTopics, parseCommand, UsageError, type Command, type OutFormat } from './options';
import { planeTable } from './planeTable';
import { runExplore } from './explore';
import { progressDisplay } from './progress';
import { canSave, exit, fileRef, finished, onInterrupt, print, save } from './shell';
import { infoTable, reportTable, verificationText } from './table';
import { pairTable } from './pairTable';
import { timelineTable } from './timelineTable';

/** Bound of the cache on disk. */
const CACHE_BYTES = 512 * 2 ** 20;

type Analyze = Extract<Command, { name: 'analyze' }>;
type Info = Extract<Command, { name: 'info' }>;
type TimelineCommand = Extract<Command, { name: 'timeline' }>;
type DiagramCommand = Extract<Command, { name: 'diagram' }>;
type PlaneCommand = Extract<Command, { name: 'plane' }>;
type Merge = Extract<Command, { name: 'merge' }>;
type Verify = Extract<Command, { name: 'verify' }>;

/**
 * Runs one command: results to standard output, everything else to standard error.
 * @param args what follows the program's name
 * @param worker path of the bundled worker
 * @returns the exit status
 */
export async function main(args: readonly string[], worker: string): Promise<number> {
  let command: Command;
  try {
    const memoryMB = os.totalmem() / 2 ** 20;
    command = parseCommand(args, { cores: os.availableParallelism(), memoryMB });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [topic = ''] = args;
    const help = helpTopics.some((one) => one === topic) ? `help ${topic}` : '--help';
    process.stderr.write(`rnn-dynamics: ${error.message}\nTry: rnn-dynamics ${help}\n`);
    return exit.usage;
  }
  switch (command.name) {
    case 'version':
      process.stdout.write(`${version}\n`);
      return exit.done;
    case 'help':
      process.stdout.write(`${helpText(command.topic)}\n`);
      return exit.done;
    case 'info':
    case 'analyze':
    case 'timeline':
    case 'plane':
    case 'diagram':
    case 'explore':
    case 'verify':
    case 'merge': {
      for (const file of written(command)) if (!(await canSave(file))) return exit.input;
      const client = new WorkerClient(worker);
      try {
        switch (command.name) {
          case 'info':
            return await runInfo(command, client);
          case 'analyze':
            return await runAnalyze(command, client);
          case 'timeline':
          case 'diagram':
            return await runTimeline(command, client);
          case 'plane':
            return await runPlane(command, client);
          case 'explore':
            return await runExplore(command, client);
          case 'verify':
            return await runVerify(command, client);
          case 'merge':
            return await runMerge(command, client);
        }
      } catch (error) {
        if (!(error instanceof JobFailure)) throw error;
        const [file, given] = command.name === 'merge' ? ['merge', {}] : [command.file, command.model];
        process.stderr.write(failureText(file, error.failure, given));
        return exitOf(error.failure);
      } finally {
        await client.dispose();
      }
    }
  }
}

/** The files that a command is going to write. */
function written(command: Exclude<Command, { name: 'help' | 'version' }>): string[] {
  const out = 'out' in command ? (command.out?.file ?? null) : null;
  const proof = command.name === 'analyze' ? command.proof : null;
  return [out, proof].filter((file) => file !== null);
}

async function runInfo(command: Info, client: WorkerClient): Promise<number> {
  const running = client.run('info', { file: fileRef(command.file), options: command.model });
  const release = onInterrupt(() => running.stop(false));
  try {
    const report = await running.result;
    await print(command.json ? reportToJson(report) : infoTable(report));
    return exit.done;
  } finally {
    release();
  }
}

async function runAnalyze(command: Analyze, client: WorkerClient): Promise<number> {
  const display = progressDisplay(process.stderr);
  const request = {
    file: fileRef(command.file),
    options: command.model,
    search: command.search,
    ...(command.proof === null ? {} : { proof: path.resolve(command.proof) }),
    ...(command.shard === null ? {} : { shard: command.shard, from: await reportsIn(command.from) }),
  };
  const running = client.run('analyze', request, (event) => {
    if (event.type === 'progress') display.show(event.progress);
    else if (event.type === 'finds')
      display.found(event.finds.cycles.length + event.finds.boundaryPoints.length);
  });
  const result = running.result.then((report) =>
    command.compare === null ? report : compared(report, command.compare, request, client),
  );
  const { found: report, interrupted } = await finished(
    { result, stop: (keep) => running.stop(keep) },
    display,
  );
  await print(command.json ? reportToJson(report) : reportTable(report));
  if (command.out && !(await save(command.out, await rendered(command, report, client)))) return exit.input;
  if (interrupted) return exit.interrupted;
  return report.search.partial ? exit.partial : exit.done;
}

/** The files, and of folders the .json files in them. */
async function reportsIn(places: readonly string[]): Promise<FileRef[]> {
  const files: string[] = [];
  for (const place of places) {
    const names = await readdir(place).catch(() => null);
    if (names === null) files.push(place);
    else
      files.push(
        ...names
          .filter((name) => name.endsWith('.json'))
          .sort()
          .map((name) => path.join(place, name)),
      );
  }
  return files.map(fileRef);
}

async function runMerge(command: Merge, client: WorkerClient): Promise<number> {
  const display = progressDisplay(process.stderr);
  const parts = command.parts.map(fileRef);
  const running = client.run('merge', { parts, search: command.search }, (event) => {
    if (event.type === 'progress') display.show(event.progress);
  });
  const { found: report, interrupted } = await finished(running, display);
  await print(command.json ? reportToJson(report) : reportTable(report));
  const { out } = command;
  if (out && !(await save(out, out.format === 'csv' ? reportToCsv(report) : reportToJson(report))))
    return exit.input;
  if (interrupted) return exit.interrupted;
  return report.search.partial ? exit.partial : exit.done;
}

/** The report with the comparison, or with a warning where there can be none: the analysis is not lost. */
async function compared(
  report: Report,
  results: string,
  { file, options }: Pick<Jobs['analyze']['request'], 'file' | 'options'>,
  client: WorkerClient,
): Promise<Report> {
  try {
    const request = { report, file, options, results: fileRef(results) };
    return { ...report, comparison: await client.run('compare', request).result };
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    const why = failureText(results, error.failure, options).trim();
    return { ...report, warnings: [...report.warnings, `Nothing was compared. ${why}`] };
  }
}

/** A timeline of a run, or the diagram along a direction, which has the same form. */
async function runTimeline(command: TimelineCommand | DiagramCommand, client: WorkerClient): Promise<number> {
  const display = progressDisplay(process.stderr);
  const { model: options, timeline: search } = command;
  let seen = 0;
  const onEvent = (event: Jobs['timeline']['event']): void => {
    if (event.type === 'progress') display.show(event.progress);
    else {
      display.found(event.timeline.events.length - seen);
      seen = event.timeline.events.length;
    }
  };
  const running =
    command.name === 'timeline'
      ? client.run(
          'timeline',
          {
            folder:
              command.other === null
                ? path.resolve(command.file)
                : ([path.resolve(command.file), path.resolve(command.other)] as const),
            run: command.run,
            options,
            timeline: search,
            cache: command.cache ? { folder: cacheFolder(), maxBytes: CACHE_BYTES } : null,
            partials: false,
          },
          onEvent,
        )
      : client.run(
          'diagram',
          {
            file: fileRef(command.file),
            options,
            along: command.along,
            points: command.points,
            timeline: search,
          },
          onEvent,
        );
  const { found, interrupted } = await finished(running, display);
  await print(command.json ? timelineToJson(found) : (found.run.pair ? pairTable : timelineTable)(found));
  for (const warning of command.json ? found.warnings : []) process.stderr.write(`${warning}\n`);
  if (command.out && !(await save(command.out, renderedTimeline(command.out.format, found))))
    return exit.input;
  for (const { epochs, text } of found.balance.broken)
    process.stderr.write(`the balance is broken between ${epochs.join(' and ')}: ${text}\n`);
  if (interrupted) return exit.interrupted;
  if (found.balance.broken.length > 0) return exit.internal;
  return found.search.stoppedBy === null ? exit.done : exit.partial;
}

function renderedTimeline(format: OutFormat, found: Timeline): string {
  switch (format) {
    case 'csv':
      return timelineToCsv(found);
    case 'html':
      return timelineToHtml(found);
    case 'json':
      return timelineToJson(found);
  }
}

async function runPlane(command: PlaneCommand, client: WorkerClient): Promise<number> {
  const display = progressDisplay(process.stderr);
  const { file, model: options, plane } = command;
  const surface = command.surface === null ? {} : { surface: fileRef(command.surface) };
  const run = command.run === null ? null : path.resolve(command.run);
  const running = client.run(
    'plane',
    { file: fileRef(file), options, plane, run, ...surface },
    ({ progress }) => display.show(progress),
  );
  const { found, interrupted } = await finished(running, display);
  await print(command.json ? planeToJson(found) : planeTable(found));
  if (command.out) {
    const text = command.out.format === 'svg' ? planeToSvg(found) : planeToJson(found);
    if (!(await save(command.out, text))) return exit.input;
  }
  if (interrupted) return exit.interrupted;
  return found.search.partial ? exit.partial : exit.done;
}

/** Where results of earlier runs are kept, by the XDG base directory rules. */
function cacheFolder(): string {
  const home = process.env['XDG_CACHE_HOME'];
  return path.join(home && path.isAbsolute(home) ? home : path.join(os.homedir(), '.cache'), 'rnn-dynamics');
}

async function runVerify(command: Verify, client: WorkerClient): Promise<number> {
  const { report, file, proof, timeLimit, model: options } = command;
  const running = client.run('verify', {
    report: fileRef(report),
    file: fileRef(file),
    options,
    ...(proof === null ? {} : { proof: path.resolve(proof) }),
    ...(timeLimit === null ? {} : { timeLimit }),
  });
  const release = onInterrupt(() => running.stop(false));
  try {
    const verification = await running.result;
    await print(command.json ? `${JSON.stringify(verification, null, 2)}\n` : verificationText(verification));
    return verification.problems.length === 0 ? exit.done : exit.internal;
  } finally {
    release();
  }
}

/** The report in the format of `--out`; HTML draws the model, too. */
async function rendered(command: Analyze, report: Report, client: WorkerClient): Promise<string> {
  switch (command.out?.format) {
    case 'csv':
      return reportToCsv(report);
    case 'html': {
      const session = 'html';
      await client.run('open', { session, file: fileRef(command.file), options: command.model }).result;
      const cycles = [...report.orders.flatMap((order) => order.cycles), ...report.beyond];
      const objects = [...cycles, ...report.orders.flatMap((order) => order.boundaryPoints)].flatMap(
        (o) => o.points,
      );
      const scene = await client.run('scene', { session, objects, seed: command.search.seed }).result;
      return reportToHtml(report, scene);
    }
    default:
      return reportToJson(report);
  }
}

function exitOf(failure: Failure): number {
  switch (failure.kind) {
    case 'input':
    case 'question':
    case 'unrecognised':
      return exit.input;
    case 'cancelled':
      return exit.interrupted;
    case 'internal':
      return exit.internal;
  }
}

/** "file: message (place). remedy", and for questions the flags that answer them. */
export function failureText(file: string, failure: Failure, given: ModelOptions): string {
  const message = failure.message.replace(/\.$/, '');
  const place = failure.place === '' ? '' : ` (${failure.place})`;
  if (failure.question) {
    const { text, choices } = failure.question;
    const flags = choices.map(({ options }) => flagsFor(options, given));
    const width = Math.max(...flags.map((flag) => flag.length));
    const lines = choices.map(({ label, detail }, i) =>
      `  ${flags[i]!.padEnd(width)}  ${label}${detail === '' ? '' : `: ${detail}`}`.trimEnd(),
    );
    return `${file}: ${text}\nSay so with one of:\n${lines.join('\n')}\n`;
  }
  const end = /[?!]$/.test(message) && place === '' ? '' : '.';
  return `${file}: ${message}${place}${end} ${failure.remedy}`.trimEnd() + '\n';
}
