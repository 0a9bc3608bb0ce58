/**
 * Whether a path is among those that globs name, as VS Code writes them: `*` and `?` within a name, `**` across folders,
 * `{a,b}` one of several, `[a-z]` and `[!a-z]` one character. A glob that cannot be read names nothing.
 * @returns predicate of relative paths with slashes
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.flatMap((glob) => compiled(glob) ?? []);
  return (path) => patterns.some((pattern) => pattern.test(path));
}

function compiled(glob: string): RegExp | null {
  let source = '';
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const rest = glob.slice(at);
    const many = /^\*\*+\/?/.exec(rest)?.[0];
    const one = /^\[(!|\^)?([^\]]+)\]/.exec(rest);
    const c = glob[at]!;
    if (many !== undefined) {
      source += many.endsWith('/') ? '(?:[^/]*/)*' : '.*';
      at += many.length - 1;
    } else if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (one) {
      source += `[${one[1] === undefined ? '' : '^'}${one[2]!.replace(/[\\[\]^]/g, '\\$&')}]`;
      at += one[0].length - 1;
    } else if (c === '{') {
      depth++;
      source += '(?:';
    } else if (c === '}' && depth > 0) {
      depth--;
      source += ')';
    } else if (c === ',' && depth > 0) source += '|';
    else source += c.replace(/[.+^$()|[\]\\{}]/, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return null;
  }
}
