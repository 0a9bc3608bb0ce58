import { kindInName } from '../core/models/kinds';
import type { Hint } from '../core/models/types';

/** What a number in a name counts; `index` where the name does not say. */
export type Counter = 'epoch' | 'step' | 'index';

/** A number that a checkpoint's name holds. */
export interface NamedNumber {
  readonly counter: Counter;
  readonly value: number;
  /** Where its digits stand in the name. */
  readonly start: number;
  readonly end: number;
}

/** Patterns of training codes, the special ones first; a name is read with its extension removed. */
const counters: readonly (readonly [Counter, RegExp])[] = [
  ['epoch', /^(?:gen_|prune_)?model_(\d+)$/di],
  ['epoch', /^model_after_(\d+)_epochs$/di],
  ['epoch', /(?:^|[^a-z])epochs?[-_=. ]?(\d+)/di],
  ['epoch', /(?:^|[^a-z])ep[-_=. ]?(\d+)/di],
  ['step', /(?:^|[^a-z])(?:global_?)?(?:steps?|iters?|iterations?|updates?)[-_=. ]?(\d+)/di],
  ['epoch', /(?:^|[^a-z])(?:checkpoints?|ckpts?|chkpts?|snapshots?|weights|params|model)[-_=. ]?(\d+)/di],
];
/** Words before a trailing number that says which model it is, not how far training has come. */
const notProgress =
  /(?:^|[^a-z])(?:seed|run|fold|v|ver|version|m|p|l|n|h|dim|latent|hidden|layers?|units?|bases|trial|exp|experiment|example|sample|rep|part|shard|job|id|subject|sub|rank|gpu|tau|alpha|lr)[-_=. ]?$/i;
/** Files that lie beside checkpoints and are none: recognition models, optimizers, random states. */
const noCheckpoint =
  /^(?:rec(?:ogni[sz](?:er|tion))?_model|optimi[sz]ers?(?![a-z])|optim(?![a-z])|opt_state|sched(?:uler)?(?![a-z])|scaler(?![a-z])|rng(?![a-z])|training_args)/i;
/** Names that stand for the end or the best of a training and carry no epoch. */
const unnumbered = /(?:^|[^a-z])(?:final|best|last|latest|trained)(?:$|[^a-z])/i;
const initial =
  /^(?:initial|init)_(?:model|checkpoint|ckpt|weights)$|^(?:model|checkpoint|ckpt)_init(?:ial)?$/i;
/** Folder names that say nothing about a run. */
const plainFolder = /^(?:checkpoints?|ckpts?|models?|weights|snapshots?|saved_models?|version_\d+|\d+)$/i;
/** Longest run of digits that is exactly a double. */
const MAX_DIGITS = 15;

/** Name without its extension. An extension begins with a letter, so `lorenz_0.5` has none. */
export function stem(name: string): string {
  return name.replace(/\.(?=[A-Za-z])[A-Za-z0-9]{1,12}$/, '');
}

/** Whether a file that lies beside checkpoints belongs to the training, but holds no model. */
export function isNoCheckpoint(name: string): boolean {
  return noCheckpoint.test(name);
}

/** Whether the name stands for the end or the best of a training (`final_model.pt`, `best_loss_gen_model.pt`). */
export function isUnnumbered(name: string): boolean {
  return unnumbered.test(stem(name));
}

/** Whether the name stands for the model before training (`initial_model.pt`). */
export function isInitial(name: string): boolean {
  return initial.test(stem(name));
}

/**
 * The numbers in a checkpoint's name that say how far training had come, each counter once, the surest first:
 * `epoch=12-step=300.ckpt` has epoch 12 and step 300. Where no word tells, the last number of the name is an index,
 * unless what stands before it names something else (`seed_3.pt`). Empty for files that are no checkpoints.
 */
export function numbersIn(name: string): readonly NamedNumber[] {
  if (noCheckpoint.test(name) || isUnnumbered(name)) return [];
  const base = stem(name);
  const found: NamedNumber[] = [];
  for (const [counter, pattern] of counters) {
    if (found.some((one) => one.counter === counter)) continue;
    const place = pattern.exec(base)?.indices?.[1];
    if (!place || place[1] - place[0] > MAX_DIGITS) continue;
    if (found.some(({ start }) => start === place[0])) continue;
    found.push({ counter, value: Number(base.slice(...place)), start: place[0], end: place[1] });
  }
  if (found.length > 0) return found;
  const [start, end] = /(\d+)\D*$/d.exec(base)?.indices?.[1] ?? [0, 0];
  if (end === 0 || end - start > MAX_DIGITS) return [];
  const before = base.slice(0, start);
  if (notProgress.test(before) || /\d\.$/.test(before) || base[end] === '.') return [];
  return [{ counter: 'index', value: Number(base.slice(start, end)), start, end }];
}

/**
 * The epoch that a checkpoint's file name holds: `ckpt_00040.pt` -> 40, `initial_model.pt` -> 0; the step where it
 * holds no epoch; null where there is neither (`final_model.pt`) or the file is no checkpoint of a model
 * (`optimizer_after_5_epochs.pt`).
 */
export function epochOf(name: string): number | null {
  if (isInitial(name)) return 0;
  const found = numbersIn(name).find(({ counter }) => counter !== 'index');
  return found?.value ?? null;
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

/** Names that tell a run from others: folders of plain names are joined to the one above, as `lorenz/001`. */
export function runName(folders: readonly string[]): string {
  const own = folders.findIndex((name) => !plainFolder.test(name));
  if (own < 0) return folders[0] ?? '';
  const below = folders.slice(0, own).filter((name) => /\d/.test(name));
  return [folders[own]!, ...below.reverse()].join('/');
}
