import { InputError } from '../core/errors';
import type { Hint, ModelOptions } from '../core/models/types';
import { readContainer } from '../formats/index';
import type { Container, Neighbourhood, Source } from '../formats/source';
import { baseOf, folderOf, joined } from '../runs/files';
import { nameHints, stem } from '../runs/names';
import type { Run, RunCheckpoint, RunFolder } from '../runs/types';
import { loadContainer, type Hash, type LoadedModel } from './load';

/** Files that are being read at a time: one waits for the disk while another is taken apart. */
const AHEAD = 4;

/** A checkpoint of a run, ready to be analysed. */
export interface LoadedCheckpoint extends RunCheckpoint {
  readonly model: LoadedModel;
}

/**
 * Reads the models of a run in their order. Checkpoints that cannot be read are warnings; throws the first one's
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
  const files = new OpenedFiles(folder, hash);
  const chosen = run.series.checkpoints.filter((_, index) => index % every === 0);
  for (const [index, checkpoint] of chosen.entries()) {
    if (stop()) break;
    const { file, entry } = checkpoint;
    for (const next of chosen.slice(index, index + AHEAD)) files.open(next.file).catch(() => undefined);
    try {
      const { container, digest } = await files.open(file);
      const part =
        entry === null
          ? container
          : ({ ...container, entries: [container.entries[entry]!] } satisfies Container);
      const hints: Hint[] = [...run.hints, ...nameHints(stem(baseOf(file)), 'file name')];
      const model = await loadContainer(part, baseOf(file), hints, options);
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

interface Opened {
  readonly container: Container;
  readonly digest: string;
}

/** The files read last: a file that holds a series is read once. */
class OpenedFiles {
  readonly #files = new Map<string, Promise<Opened>>();

  constructor(
    readonly folder: RunFolder,
    readonly hash: Hash,
  ) {}

  open(file: string): Promise<Opened> {
    let opened = this.#files.get(file);
    if (!opened) {
      const [oldest] = this.#files.keys();
      if (oldest !== undefined && this.#files.size > AHEAD) this.#files.delete(oldest);
      this.#files.set(file, (opened = this.#read(file)));
    }
    return opened;
  }

  async #read(file: string): Promise<Opened> {
    const source = await this.folder.open(file);
    if (!source) throw new InputError('the file is gone', '', 'Open the run again.');
    const container = await readContainer(source, neighbourhoodIn(this.folder, file, source));
    return { container, digest: await this.hash(source) };
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
