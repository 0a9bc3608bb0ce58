import * as vscode from 'vscode';
import type { JsonOutline } from '../protocol/json';
import type { JsonDocuments } from './jsonDocuments';
import { modelTitle } from './jsonMarkdown';
import { asRange } from './jsonSymbols';
import { SECTION } from './settings';

type Model = JsonOutline['models'][number];

/** **Analyze RNN Dynamics** above the model of a JSON document, and as a code action on its first line. */
export class JsonAnalyzeProvider implements vscode.CodeLensProvider, vscode.CodeActionProvider {
  static readonly kind = vscode.CodeActionKind.Empty.append('analyze');
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(private readonly documents: JsonDocuments) {}

  /** The settings changed. */
  refresh(): void {
    this.#changed.fire();
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeLens[]> {
    if (vscode.workspace.getConfiguration(SECTION, document).get('jsonCodeLens') === false) return [];
    const outline = await this.documents.outline(document, token);
    const model = outline && analysable(outline);
    if (!model) return [];
    return [new vscode.CodeLens(asRange(model.selection), command(document, outline, model))];
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    _context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    const outline = await this.documents.outline(document, token);
    const model = outline && analysable(outline);
    if (!model) return [];
    const places = [model.selection, ...(model.kindKey ? [model.kindKey] : [])];
    if (!places.some(({ start }) => range.start.line <= start.line && start.line <= range.end.line))
      return [];
    const analyze = command(document, outline, model);
    const action = new vscode.CodeAction(analyze.title, JsonAnalyzeProvider.kind);
    action.command = analyze;
    return [action];
  }
}

/** The set of weights that is analysed: the last one. */
function analysable({ models }: JsonOutline): Model | null {
  const last = models.at(-1);
  return last && (last.model.status === 'recognised' || last.model.status === 'ambiguous') ? last : null;
}

function command(document: vscode.TextDocument, { entries }: JsonOutline, { model }: Model): vscode.Command {
  const title = vscode.l10n.t('Analyze RNN Dynamics · {0}', modelTitle(model));
  return {
    command: 'rnnDynamics.analyze',
    title: entries > 1 ? `${title} · ${vscode.l10n.t('last of {0}', entries)}` : title,
    arguments: [document.uri],
  };
}
