/** A call that saves checkpoints, as it stands in a program. */
export interface SavingCall {
  /** From 0. */
  readonly line: number;
  /** Path pattern with slashes; stars for what is only known when the program runs. */
  readonly glob: string;
}

/** A string in code that may be the path of a model file. */
export interface PathString {
  /** Columns of the literal with its quotes. */
  readonly start: number;
  readonly end: number;
  readonly glob: string;
}

export type CodeLanguage = 'python' | 'julia';

const LINE = 2000;
const LINES = 20_000;
/** Lines over which one call is followed. */
const CALL_LINES = 6;

/** Calls that save, and which argument is the path (from 0). */
const calls: Readonly<Record<CodeLanguage, readonly (readonly [RegExp, number])[]>> = {
  python: [
    [/\b(?:torch|tc|th)\.save\s*\(/, 1],
    [/\bsave_file\s*\(/, 1],
    [/\b(?:np|numpy)\.savez(?:_compressed)?\s*\(/, 0],
  ],
  julia: [
    [/\bBSON\.@save\b|(?:^|[^.\w])@save\b/, 0],
    [/\b(?:JLD2\.)?jldsave\s*\(/, 0],
    [/\bBSON\.bson\s*\(/, 0],
  ],
};

/**
 * The calls of a program that save checkpoints and the pattern of their paths: f-strings, `%d`, `format` and `$(e)`
 * become stars, `os.path.join`, `joinpath`, `/` and `+` are followed, a variable to its last assignment above.
 */
export function savingCalls(text: string, language: CodeLanguage): SavingCall[] {
  const lines = text.split(/\r?\n/, LINES);
  return lines.flatMap((content, line): SavingCall[] => {
    const code = uncommented(content.slice(0, LINE));
    for (const [call, index] of calls[language]) {
      const match = call.exec(code);
      if (!match) continue;
      const rest = [code.slice(match.index + match[0].length), ...lines.slice(line + 1, line + CALL_LINES)];
      const macro = match[0].includes('@');
      const argument = macro
        ? (/^\s*(\S.*?)(?=\s+[A-Za-z_]\w*\s*(?:=|$|\s))/.exec(rest[0]!)?.[1] ?? rest[0]!)
        : argumentsOf(rest.join('\n').slice(0, 2 * LINE))[index];
      const glob = argument === undefined ? null : globOf(argument, language, lines, line);
      return glob === null ? [] : [{ line, glob }];
    }
    return [];
  });
}

/** The string at a column of a line, if it may be a path: it ends in an extension or holds a slash. */
export function pathStringAt(line: string, column: number, language: CodeLanguage): PathString | null {
  for (const literal of literals(line.slice(0, LINE), language)) {
    if (column < literal.start || column > literal.end) continue;
    const glob = tidy(literal.text);
    return glob !== null && /\.[A-Za-z]\w*$|\//.test(glob)
      ? { start: literal.start, end: literal.end, glob }
      : null;
  }
  return null;
}

/** Whether a path ends as the pattern says; stars stand for anything within a name. */
export function matches(glob: string, path: string): boolean {
  const pattern = glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`(?:^|/)${pattern}$`).test(path);
}

/** A line without its comment; `#` inside a string is none. */
function uncommented(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '#') return line.slice(0, i);
  }
  return line;
}

/** The arguments of a call whose opening bracket stands just before the text. */
function argumentsOf(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) {
      if (depth-- === 0) return [...found, text.slice(start, i)];
    } else if ((c === ',' || c === ';') && depth === 0) {
      found.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...found, text.slice(start)];
}

interface Literal {
  readonly start: number;
  readonly end: number;
  /** With stars for what is interpolated. */
  readonly text: string;
}

/** The string literals of an expression. */
function literals(text: string, language: CodeLanguage): Literal[] {
  const found: Literal[] = [];
  const opening = /([a-zA-Z]{0,2})("""|'''|"|')/g;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const prefix = match[1]!.toLowerCase();
    const quote = match[2]!;
    const from = match.index + match[0].length;
    let end = from;
    while (end < text.length && !text.startsWith(quote, end)) {
      if (text[end] === '\\') end += 2;
      else if (language === 'julia' && text.startsWith('$(', end)) end = interpolationEnd(text, end + 2);
      else end++;
    }
    const body = text.slice(from, end);
    const start = match.index + (/^[rbfu]{1,2}$/.test(prefix) ? 0 : match[1]!.length);
    opening.lastIndex = end + quote.length;
    found.push({
      start,
      end: Math.min(text.length, opening.lastIndex),
      text: starred(body, prefix, language),
    });
  }
  return found;
}

/** Where the brackets of an interpolation, which may hold strings itself, are closed. */
function interpolationEnd(text: string, from: number): number {
  let depth = 1;
  let at = from;
  for (; at < text.length && depth > 0; at++) depth += text[at] === '(' ? 1 : text[at] === ')' ? -1 : 0;
  return at;
}

function starred(body: string, prefix: string, language: CodeLanguage): string {
  if (language === 'julia')
    return body.replace(/\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\$[A-Za-z_]\w*/g, '*');
  const filled = body.replace(/%[-+ #0]*\d*(?:\.\d+)?[diouxXeEfFgGs]/g, '*');
  return prefix.includes('f') || /\{[\w.:!]*\}/.test(filled) ? filled.replace(/\{[^{}]*\}/g, '*') : filled;
}

/** The pattern that an expression gives, or null if it holds no name of a file. */
function globOf(
  expression: string,
  language: CodeLanguage,
  lines: readonly string[],
  line: number,
  depth = 0,
): string | null {
  const text = expression.trim().replace(/^\w+\s*=(?!=)\s*/, '');
  const variable = /^([A-Za-z_]\w*)$/.exec(text)?.[1];
  if (variable !== undefined) {
    if (depth > 3) return null;
    const assignment = new RegExp(`(?:^|[\\s;])${variable}\\s*(?::\\s*\\w+\\s*)?=(?!=)\\s*(.+)$`);
    for (let above = line - 1; above >= Math.max(0, line - 200); above--) {
      const value = assignment.exec(uncommented(lines[above]!.slice(0, LINE)))?.[1];
      if (value !== undefined) return globOf(value, language, lines, above, depth + 1);
    }
    return null;
  }
  const parts = literals(text, language);
  if (parts.length === 0) return null;
  let glob = '';
  let at = 0;
  for (const part of parts) {
    glob += between(text.slice(at, part.start), at === 0, language) + part.text;
    at = part.end;
  }
  // What follows the last string belongs to it where it is joined on, as str(e) in "model_" + str(e).
  const after = text.slice(at);
  if (/^\s*(?:\+|\*)\s*\w/.test(after)) glob += '*';
  return tidy(glob);
}

/** What code between two strings adds to a path: a separator, something unknown, or nothing. */
function between(code: string, first: boolean, language: CodeLanguage): string {
  const concatenates = language === 'python' ? /\+/ : /\*/;
  if (first) return concatenates.test(code) ? '*' : '';
  if (concatenates.test(code)) return /^[\s+*]*$/.test(code) ? '' : '*';
  return /[,/]/.test(code) ? (/^[\s,/]*$/.test(code) ? '/' : '/*/') : '';
}

/** Forward slashes, no leading folders that say nothing; null where no name of a file is left. */
function tidy(glob: string): string | null {
  const parts = glob
    .replaceAll('\\\\', '/')
    .replace(/\*+/g, '*')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  while (parts.length > 1 && parts[0] === '*') parts.shift();
  const name = parts.at(-1) ?? '';
  return name === '' || /^[*.]*$/.test(name) ? null : parts.slice(-3).join('/');
}
