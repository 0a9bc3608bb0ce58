import type { ModelOptions } from '../core/models/types';

/** What a store of `vscode.Memento` kind offers. */
export interface Memory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
  keys(): readonly string[];
}

const PREFIX = 'modelAnswers:';

/** The user's answers about the files of a folder: which equation, which tensor is which parameter. */
export class ModelAnswers {
  constructor(private readonly memory: Memory) {}

  /** @param folder the folder's URI as text */
  get(folder: string): ModelOptions {
    return this.memory.get<ModelOptions>(PREFIX + folder) ?? {};
  }

  async remember(folder: string, answers: ModelOptions): Promise<void> {
    await this.memory.update(PREFIX + folder, answers);
  }

  async forget(folder: string): Promise<void> {
    await this.memory.update(PREFIX + folder, undefined);
  }

  /** Folders something is remembered for. */
  folders(): readonly string[] {
    return this.memory
      .keys()
      .filter((key) => key.startsWith(PREFIX) && this.memory.get(key) !== undefined)
      .map((key) => key.slice(PREFIX.length))
      .sort();
  }
}

/** `more` on top of `answers`; values and mappings are joined entry by entry. */
export function withAnswer(answers: ModelOptions, more: ModelOptions): ModelOptions {
  return {
    ...answers,
    ...more,
    ...(answers.set || more.set ? { set: { ...answers.set, ...more.set } } : {}),
    ...(answers.map || more.map ? { map: { ...answers.map, ...more.map } } : {}),
  };
}

export function hasAnswers(answers: ModelOptions): boolean {
  return Object.keys(answers).length > 0;
}
