import { InputError } from '../../core/errors';
import { readExactly } from '../../formats/bytes';
import type { Source } from '../../formats/source';
import { logLimits, LogBuilder, type Log } from './log';

/**
 * Logs as JSON lines (one object a row), as a list of such objects (also inside an object, as `log_history` of
 * `trainer_state.json`), or as an object of lists (`{"loss": [..], "grad_norm": [..]}`). Throws InputError.
 */
export async function readJsonLog(source: Source): Promise<Log> {
  const log = new LogBuilder();
  if (/\.(?:jsonl|ndjson)$/i.test(source.name)) await readLines(source, log);
  else {
    const text = await textOf(source);
    let root: unknown;
    try {
      root = parsed(text);
    } catch (error) {
      if (!looksLikeLines(text)) throw error;
      await readLines(source, log);
      return log.finish();
    }
    readDocument(root, log);
  }
  return log.finish();
}

async function textOf(source: Source): Promise<string> {
  if (source.size > logLimits.json)
    throw new InputError(
      `the log has ${String(source.size)} bytes, more than the ${String(logLimits.json)} that are read`,
      '',
      'Write the log as JSON lines (.jsonl) or CSV.',
    );
  return new TextDecoder('utf-8').decode(await readExactly(source, 0, source.size, ''));
}

function looksLikeLines(text: string): boolean {
  return /^\s*\{[^\n]*\}\s*\n\s*\{/.test(text.slice(0, 4096));
}

const PIECE = 2 ** 20;

/** Reads line by line, so that a long log needs little memory. A last line that is cut off is still being written. */
async function readLines(source: Source, log: LogBuilder): Promise<void> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let line = 0;
  for (let at = 0; at < source.size; at += PIECE) {
    const bytes = await source.read(at, Math.min(PIECE, source.size - at));
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) addLine(text, ++line, log, true);
    if (rest.length > logLimits.line) throw badLine(line + 1, 'is too long');
  }
  addLine(rest, ++line, log, false);
}

function addLine(text: string, line: number, log: LogBuilder, whole: boolean): void {
  if (text.trim() === '') return;
  let value: unknown;
  try {
    value = parsed(text);
  } catch {
    if (!whole) return;
    throw badLine(line, 'is no JSON');
  }
  if (isObject(value)) addRow(value, log);
}

function badLine(line: number, what: string): InputError {
  return new InputError(
    `the line ${what}`,
    `line ${String(line)}`,
    'Write one JSON object on each line of the log.',
  );
}

/** JSON, with the NaN and Infinity that Python writes. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const strict = text.replace(/(?<=[:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,}\]])/g, 'null');
    try {
      return JSON.parse(strict);
    } catch {
      throw new InputError(error instanceof Error ? error.message : String(error), '', 'Write valid JSON.');
    }
  }
}

function readDocument(root: unknown, log: LogBuilder): void {
  const rows = rowsIn(root);
  if (rows) for (const row of rows) addRow(row, log);
  else if (isObject(root)) addLists(root, log);
}

/** The longest list of objects: the document itself or a member of it. */
function rowsIn(root: unknown): readonly object[] | null {
  const lists = [root, ...(isObject(root) ? Object.values(root) : [])].flatMap((value) =>
    Array.isArray(value) && value.length > 0 && value.every(isObject) ? [value as object[]] : [],
  );
  return lists.sort((a, b) => b.length - a.length)[0] ?? null;
}

function addRow(row: object, log: LogBuilder, prefix = ''): void {
  if (prefix === '') log.next();
  for (const [key, value] of Object.entries(row) as [string, unknown][]) {
    const name = prefix + key;
    if (typeof value === 'number') log.set(name, value);
    else if (isObject(value) && prefix.split('.').length < 3) addRow(value, log, `${name}.`);
  }
}

/** Lists of numbers by name become columns; they may lie one object deeper. */
function addLists(root: object, log: LogBuilder): void {
  const lists: [string, readonly unknown[]][] = [];
  const gather = (object: object, prefix: string): void => {
    for (const [key, value] of Object.entries(object) as [string, unknown][])
      if (Array.isArray(value)) lists.push([prefix + key, value]);
      else if (isObject(value) && prefix === '') gather(value, `${key}.`);
  };
  gather(root, '');
  const numbers = lists.filter(([, list]) =>
    list.every((value) => typeof value === 'number' || value === null),
  );
  const length = Math.max(0, ...numbers.map(([, list]) => list.length));
  for (let row = 0; row < length; row++) {
    log.next();
    for (const [name, list] of numbers) {
      const value = list[row];
      if (typeof value === 'number') log.set(name, value);
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
