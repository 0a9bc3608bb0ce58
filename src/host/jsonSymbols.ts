import * as vscode from 'vscode';
import type { OutlineTensor, PositionRange } from '../protocol/json';
import type { JsonDocuments } from './jsonDocuments';
import { modelTitle, shapeText } from './jsonMarkdown';

/** Outline of a JSON document that holds a model: the model, and one entry for each tensor. */
export class JsonSymbolProvider implements vscode.DocumentSymbolProvider {
  constructor(private readonly documents: JsonDocuments) {}

  async provideDocumentSymbols(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentSymbol[]> {
    const outline = await this.documents.outline(document, token);
    if (!outline) return [];
    const models = outline.models.map(({ name, model, range, selection, tensors }) => {
      const title = modelTitle(model);
      const symbol = new vscode.DocumentSymbol(
        name || vscode.l10n.t('model'),
        title,
        vscode.SymbolKind.Object,
        asRange(range),
        asRange(selection),
      );
      symbol.children = tensors.map(tensorSymbol);
      return symbol;
    });
    return [...models, ...outline.others.map(tensorSymbol)];
  }
}

function tensorSymbol({ name, shape, range, selection }: OutlineTensor): vscode.DocumentSymbol {
  return new vscode.DocumentSymbol(
    name || '[]',
    shapeText(shape),
    vscode.SymbolKind.Array,
    asRange(range),
    asRange(selection),
  );
}

export function asRange({ start, end }: PositionRange): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
