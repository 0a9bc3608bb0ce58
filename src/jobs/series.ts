import { InputError } from '../core/errors';
import type { Hint, ModelOptions } from '../core/models/types';
import { readContainer } from '../formats/index';
import type { Container, Neighbourhood, Source } from '../formats/source';
import { baseOf, folderOf, joined } from '../runs/files';
import { nameHints, stem } from '../runs/names';
import type { Run, RunCheckpoint, RunFolder } from '../runs/types';
import { loadContainer, type Hash, type LoadedModel } from './load';

/** A checkpoint of a run, ready to be analysed. */
export interface LoadedCheckpoint extends RunCheckpoint {
  readonly model: LoadedModel;
}

/**
 * Reads the models of a run, one after the other. Checkpoints that cannot be read are warnings; throws the first one's
 * InputError where none can be, and ModelQuestion where the user has to say what the files are.
 *
 * @param every take every n-th checkpoint
 * @param stop true ends the reading with what was read
 */
export async function loadSeries(
  run: Run,
  folder: RunFolder,
  options: ModelOptions,
  every: number,
  hash: Hash,
  stop: () => boolean,
): Promise<{ checkpoints: LoadedCheckpoint[]; warnings: string[] }> {
  const checkpoints: LoadedCheckpoint[] = [];
  const warnings: string[] = [];
  let first: InputError | null = null;
  const files = new OpenedFile(folder, hash);
  for (const [index, checkpoint] of run.series.checkpoints.entries()) {
    if (index % every !== 0) continue;
    if (stop()) break;
    const { file, entry } = checkpoint;
    try {
      const { container, digest } = await files.open(file);
      const chosen =
        entry === null
          ? container
          : ({ ...container, entries: [container.entries[entry]!] } satisfies Container);
      const hints: Hint[] = [...run.hints, ...nameHints(stem(baseOf(file)), 'file name')];
      const model = await loadContainer(chosen, baseOf(file), hints, options);
      checkpoints.push({
        ...checkpoint,
        model: { ...model, digest: entry === null ? digest : `${digest}#${String(entry)}` },
      });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      first ??= error;
      warnings.push(`${file} is left out: ${error.message}`);
    }
  }
  if (checkpoints.length === 0 && first) throw first;
  return { checkpoints, warnings };
}

/** The file read last: a file that holds a series is read once. */
class OpenedFile {
  #last: { readonly file: string; readonly container: Container; readonly digest: string } | null = null;

  constructor(
    readonly folder: RunFolder,
    readonly hash: Hash,
  ) {}

  async open(file: string): Promise<{ container: Container; digest: string }> {
    if (this.#last?.file === file) return this.#last;
    const source = await this.folder.open(file);
    if (!source) throw new InputError('the file is gone', '', 'Open the run again.');
    const container = await readContainer(source, neighbourhoodIn(this.folder, file, source));
    this.#last = { file, container, digest: await this.hash(source) };
    return this.#last;
  }
}

function neighbourhoodIn(folder: RunFolder, file: string, source: Source): Neighbourhood {
  const own = folderOf(file);
  return {
    folders: [...own.split('/').filter(Boolean).reverse(), ...folder.folders],
    list: async () => {
      const paths = await folder.list();
      const beside = paths.filter((path) => folderOf(path) === own).map(baseOf);
      return beside.length > 0 ? beside : [source.name];
    },
    open: (path) => folder.open(joined(own, path)),
  };
}
