import { kindInName } from '../core/models/kinds';
import type { Hint } from '../core/models/types';

/** Patterns of training codes, the special ones first; a name is read with its extension removed. */
const epochPatterns: readonly RegExp[] = [
  /^(?:gen_|prune_)?model_(\d+)$/i,
  /^model_after_(\d+)_epochs$/i,
  /(?:^|[^a-z])epochs?[-_=. ]?(\d+)/i,
  /(?:^|[^a-z])(?:checkpoint|ckpt)[-_=. ]?(\d+)/i,
  /(?:^|[^a-z])(?:ep|step|iter|iteration)[-_=. ]?(\d+)/i,
];
/** Files that lie beside checkpoints and are none. */
const noCheckpoint = /^(?:rec_model_|optimizer_)/i;

/** Name without its extension. An extension begins with a letter, so `lorenz_0.5` has none. */
export function stem(name: string): string {
  return name.replace(/\.(?=[A-Za-z])[A-Za-z0-9]{1,12}$/, '');
}

/**
 * The epoch that a checkpoint's file name holds: `ckpt_00040.pt` -> 40, `initial_model.pt` -> 0; null where
 * there is none (`final_model.pt`) or the file is no checkpoint of a model (`optimizer_after_5_epochs.pt`).
 */
export function epochOf(name: string): number | null {
  if (noCheckpoint.test(name)) return null;
  const base = stem(name);
  if (/^initial_model$/i.test(base)) return 0;
  for (const pattern of epochPatterns) {
    const digits = pattern.exec(base)?.[1];
    if (digits !== undefined && digits.length <= 15) return Number(digits);
  }
  return null;
}

/** What one name of a file or folder says: `lorenz_m20_p2` -> M = 20, P = 2; `clipped_shplrnn` -> the kind. */
export function nameHints(name: string, origin: 'file name' | 'folder name'): Hint[] {
  const hints: Hint[] = [];
  const named = kindInName(name);
  if (named?.kind) hints.push({ name: 'kind', value: name, origin });
  else if (named?.clipped !== undefined) hints.push({ name: 'clipped', value: named.clipped, origin });
  for (const [size, pattern] of [
    ['P', /(?:^|[_\-. ])p(?:wl)?[_=]?(\d{1,6})(?=$|[_\-. ])/i],
    ['M', /(?:^|[_\-. ])m[_=]?(\d{1,6})(?=$|[_\-. ])/i],
  ] as const) {
    const digits = pattern.exec(name)?.[1];
    if (digits !== undefined) hints.push({ name: size, value: Number(digits), origin });
  }
  return hints;
}
