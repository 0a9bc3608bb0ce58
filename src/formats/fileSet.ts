import { InputError } from '../core/errors';
import type { TensorHandle } from '../core/tensor';
import { stem } from './bytes';
import { limits } from './limits';
import type { Container, Neighbourhood, Source } from './source';

/** Models whose parameters lie in files of their own: `run_A.npy`, `run_W.npy`, `run_h.npy` are one set. */

/**
 * Names that training codes give to parameters, as they end the names of files: `_A`, `_W1`, `_rnn_weight_hh_l0`.
 * The first group is the parameter without the module it lies in.
 */
const PARAMETER =
  /^(AW?|W_?[12]?|[hHbBC]|h_?[012]|alphas?|thetas?|init_map|(?:W|b)_(?:ih|hh|in|rec|out)|(?:\w+_)?((?:weight|bias)(?:_(?:ih|hh)_l\d+)?))$/;

/**
 * What the files of a set have in common before the parameter's name: the prefix under which the most
 * different parameters lie beside the file, the longest such prefix, or what stands before the last `_`.
 */
function commonPrefix(own: string, stems: readonly string[]): string {
  const cuts = [0, ...[...own.matchAll(/_/g)].map((found) => found.index + 1)];
  let best = own.slice(0, cuts.at(-1));
  let most = 1;
  for (const prefix of cuts.map((cut) => own.slice(0, cut))) {
    const found = new Set<string>();
    for (const other of stems) {
      const match = other.startsWith(prefix) ? PARAMETER.exec(other.slice(prefix.length)) : null;
      if (match) found.add(match[2] ?? match[1]!);
    }
    if (found.size > 1 && found.size >= most) {
      most = found.size;
      best = prefix;
    }
  }
  return best;
}

export interface SetMember {
  readonly file: string;
  /** Of the parameter: the file's name without what the set has in common. */
  readonly name: string;
}

/**
 * The files beside this one that belong to the same set, this one first: those with the same prefix.
 * @param extension of the files of this format
 * @param others whether files of the prefix that are named like no parameter belong to it
 */
export async function setAround(
  source: Source,
  neighbourhood: Neighbourhood,
  extension: RegExp,
  others: boolean,
): Promise<readonly SetMember[]> {
  const files = (await neighbourhood.list()).filter((file) => extension.test(file));
  const own = stem(source.name);
  const prefix = commonPrefix(own, files.map(stem));
  const members = files
    .map((file) => ({ file, name: stem(file).slice(prefix.length) }))
    .filter(
      ({ file, name }) =>
        file !== source.name &&
        name !== '' &&
        stem(file).startsWith(prefix) &&
        ((others && prefix !== '') || PARAMETER.test(name)),
    )
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .slice(0, limits.npySet);
  const alone = members.length === 0 && !PARAMETER.test(own.slice(prefix.length));
  return [{ file: source.name, name: alone ? own : own.slice(prefix.length) }, ...members];
}

/**
 * Reads each file of a set as one tensor. What is wrong with this file is thrown; another one that cannot be read
 * is left out and named in a warning.
 */
export async function readSet(
  source: Source,
  neighbourhood: Neighbourhood,
  members: readonly SetMember[],
  read: (member: Source, name: string) => Promise<TensorHandle>,
  format: string,
): Promise<Container> {
  const tensors: TensorHandle[] = [];
  const warnings: string[] = [];
  for (const { file, name } of members) {
    const opened = file === source.name ? source : await neighbourhood.open(file);
    if (!opened) continue;
    try {
      tensors.push(await read(opened, name));
    } catch (error) {
      if (file === source.name || !(error instanceof InputError)) throw error;
      warnings.push(`${file} was left out: ${error.message}`);
    }
  }
  const extension = /\.[^.]*$/.exec(source.name)?.[0] ?? '';
  if (tensors.length > 1)
    warnings.push(`read as one set: ${tensors.map((tensor) => tensor.name).join(', ')}`);
  else if (members.length === 1)
    warnings.push(
      `the file holds one matrix, and no others of a model lie beside it (as RUN_A${extension}, RUN_W${extension}, RUN_h${extension})`,
    );
  return {
    format: tensors.length > 1 ? `${format}, a set of files` : format,
    entries: [{ epoch: null, tensors, scalars: [] }],
    warnings,
  };
}
