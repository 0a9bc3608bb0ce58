import * as vscode from 'vscode';
import type { JsonJobs, TextChange } from '../protocol/json';
import { baseName, fileRef } from './fileRef';
import type { ModelAnswers } from './modelAnswers';
import type { Engine } from './panelSession';

/** `getText` is called on documents up to this many characters, and never on larger ones. */
const SMALL = 2 ** 20;
/** Documents of more lines than this count as large without being measured. */
const SMALL_LINES = 50_000;
/** Lines of a large document are handed over in pieces of this size, with a pause between them. */
const PIECE = 2 ** 19;
/** Changes larger than this in sum: the document is taken up anew instead. */
const MAX_EDITS = 4 * 2 ** 20;
const MAX_RESTARTS = 4;

/** An array that begins with a number: without one a JSON text holds no weights. */
const NUMBERS = /\[(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|\[)*-?[\dNI]/;

/** One document as the worker knows it. */
interface Known {
  /** Settles when the worker has the text; false if it cannot have it. */
  opened: Promise<boolean>;
  /** Changes since, not yet sent. */
  edits: TextChange[];
  editSize: number;
  /** The worker's text may differ from the document's. */
  doubtful: boolean;
}

type About<N extends keyof JsonJobs> = Omit<JsonJobs[N]['request'], 'document'>;

/**
 * Keeps a worker's mirrors of the open JSON documents current, so that no text is parsed here. A small document
 * is handed over as it is, a large one that is saved is read by the worker from its file, and any other in
 * pieces; from then on only changes are sent.
 */
export class JsonDocuments implements vscode.Disposable {
  readonly #known = new Map<string, Known>();
  /** Versions that were looked at and hold no numbers. */
  readonly #silent = new Map<string, number>();
  #worker: Engine | null = null;
  readonly #subscriptions: vscode.Disposable[];

  /** @param start starts the worker, when the first document is taken up */
  constructor(
    private readonly start: () => Engine,
    private readonly answers: Pick<ModelAnswers, 'get'>,
    private readonly log: Pick<vscode.LogOutputChannel, 'debug'>,
  ) {
    this.#subscriptions = [
      vscode.workspace.onDidChangeTextDocument((change) => this.#changed(change)),
      vscode.workspace.onDidSaveTextDocument((document) => this.#saved(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(key(document))),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#known.clear();
    void this.#worker?.dispose();
    this.#worker = null;
  }

  async hover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<JsonJobs['jsonHover']['result']> {
    const { line, character } = position;
    for (let attempt = 0; ; attempt++) {
      const { version } = document;
      const found = await this.#ask(document, 'jsonHover', { position: { line, character } }, token);
      if (!found || document.version !== version) return null;
      const { start, end } = found.range;
      const length = Math.min(found.token.length, end.character - start.character);
      const shown = document
        .lineAt(Math.min(start.line, document.lineCount - 1))
        .text.slice(start.character, start.character + length);
      if (shown === found.token.slice(0, length)) return found;
      // The file was not what the editor shows: the editor's own text counts.
      this.log.debug(`${baseName(document.uri)}: the text is taken from the editor`);
      if (attempt > 0) return null;
      this.#open(document, 'pieces');
    }
  }

  outline(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<JsonJobs['jsonOutline']['result']> {
    return this.#ask(document, 'jsonOutline', {}, token);
  }

  /** Null when cancelled, when the document holds no numbers, and when the worker fails. */
  async #ask<N extends 'jsonHover' | 'jsonOutline'>(
    document: vscode.TextDocument,
    job: N,
    request: About<N>,
    token: vscode.CancellationToken,
  ): Promise<JsonJobs[N]['result'] | null> {
    const cancelled = new Promise<null>((resolve) => token.onCancellationRequested(() => resolve(null)));
    const answer = async (): Promise<JsonJobs[N]['result'] | null> => {
      if (!(await this.#current(document)) || token.isCancellationRequested) return null;
      const sent = { ...request, document: key(document) } as never;
      return (await this.#engine().run(job, sent).result) as JsonJobs[N]['result'];
    };
    try {
      return await Promise.race([cancelled, answer()]);
    } catch (error) {
      this.log.debug(`${baseName(document.uri)}: ${String(error)}`);
      this.#forget(key(document));
      return null;
    }
  }

  #engine(): Engine {
    return (this.#worker ??= this.start());
  }

  /** Brings the worker's text up to date; false if there is nothing in it to ask about. */
  async #current(document: vscode.TextDocument): Promise<boolean> {
    if (document.isClosed) return false;
    let known = this.#known.get(key(document));
    for (let restart = 0; !known || known.doubtful || !(await known.opened); restart++) {
      if (restart > MAX_RESTARTS || document.isClosed) return false;
      const first = !known;
      if (first && isSmall(document) && !this.#holdsNumbers(document)) return false;
      known = this.#open(document, first ? 'best' : 'pieces');
    }
    if (this.#known.get(key(document)) !== known) return this.#current(document);
    if (known.edits.length > 0) {
      const changes = known.edits;
      known.edits = [];
      known.editSize = 0;
      await this.#engine().run('jsonEdit', { document: key(document), changes }).result;
    }
    return true;
  }

  #holdsNumbers(document: vscode.TextDocument): boolean {
    if (this.#silent.get(key(document)) === document.version) return false;
    if (NUMBERS.test(document.getText())) return true;
    this.#silent.set(key(document), document.version);
    return false;
  }

  #open(document: vscode.TextDocument, how: 'best' | 'pieces'): Known {
    const known: Known = { opened: Promise.resolve(false), edits: [], editSize: 0, doubtful: false };
    this.#known.set(key(document), known);
    known.opened = this.#take(document, known, how);
    return known;
  }

  async #take(document: vscode.TextDocument, known: Known, how: 'best' | 'pieces'): Promise<boolean> {
    const engine = this.#engine();
    const { uri, version } = document;
    const onDisk = uri.scheme === 'file';
    const about = {
      document: key(document),
      name: baseName(uri),
      options: this.answers.get(vscode.Uri.joinPath(uri, '..').toString()),
    };
    if (how === 'best' && !isSmall(document) && onDisk && !document.isDirty && isUtf8(document)) {
      const file = await fileRef(uri);
      const { lines } = await engine.run('jsonOpen', { ...about, from: 'file', file }).result;
      return !known.doubtful && (document.version !== version || lines === document.lineCount);
    }
    if (isSmall(document)) {
      const request = { document: about.document, first: true, text: document.getText() };
      void engine.run('jsonPiece', request).result.catch(() => undefined);
    } else if (!(await this.#sendPieces(document, engine))) return false;
    // Changes made while the pieces were sent are not in them.
    if (document.version !== version && !isSmall(document)) return false;
    const file = onDisk ? await fileRef(uri).catch(() => null) : null;
    const open = (beside: typeof file): Promise<unknown> =>
      engine.run('jsonOpen', { ...about, from: 'pieces', file: beside }).result;
    await open(file);
    return !known.doubtful;
  }

  /** Sends the lines of a large document. Each piece takes a few milliseconds, with a pause after it. */
  async #sendPieces(document: vscode.TextDocument, engine: Engine): Promise<boolean> {
    const { version } = document;
    let first = true;
    let parts: string[] = [];
    let size = 0;
    const send = async (): Promise<boolean> => {
      const text = parts.join('');
      parts = [];
      size = 0;
      await engine.run('jsonPiece', { document: key(document), first, text }).result;
      first = false;
      return document.version === version && !document.isClosed;
    };
    for (let line = 0; line < document.lineCount; line++) {
      const { text } = document.lineAt(line);
      for (let at = 0; at < text.length || at === 0; at += PIECE) {
        const part = text.length > PIECE ? text.slice(at, at + PIECE) : text;
        parts.push(part);
        size += part.length + 1;
        if (size >= PIECE && !(await send())) return false;
      }
      if (line < document.lineCount - 1) parts.push('\n');
    }
    return send();
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const known = this.#known.get(key(document));
    if (!known) return;
    for (const { range, text } of contentChanges) {
      known.editSize += text.length;
      const { start, end } = range;
      known.edits.push({
        range: {
          start: { line: start.line, character: start.character },
          end: { line: end.line, character: end.character },
        },
        text,
      });
    }
    if (known.editSize > MAX_EDITS) this.#forget(key(document));
  }

  /** The file may be read now with changes in it that were also recorded here. */
  #saved(document: vscode.TextDocument): void {
    const known = this.#known.get(key(document));
    if (!known) return;
    let settled = false;
    void known.opened.then(
      () => (settled = true),
      () => (settled = true),
    );
    void Promise.resolve().then(() => {
      if (!settled) known.doubtful = true;
    });
  }

  #forget(document: string): void {
    this.#silent.delete(document);
    if (!this.#known.delete(document) || !this.#worker) return;
    if (this.#known.size > 0) {
      this.#worker.run('jsonClose', { document }).result.catch(() => undefined);
      return;
    }
    void this.#worker.dispose();
    this.#worker = null;
  }
}

function key(document: vscode.TextDocument): string {
  return document.uri.toString();
}

/** Whether the document has at most as many characters as `getText` may be called for. */
export function isSmall(document: vscode.TextDocument): boolean {
  const { lineCount } = document;
  if (lineCount > SMALL_LINES) return false;
  let size = 0;
  for (let line = 0; line < lineCount && size <= SMALL; line++) size += document.lineAt(line).text.length + 1;
  return size <= SMALL;
}

function isUtf8(document: vscode.TextDocument): boolean {
  return document.encoding === 'utf8' || document.encoding === 'utf8bom';
}
