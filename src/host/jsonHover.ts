import * as vscode from 'vscode';
import type { Report } from '../core/report/types';
import type { JsonDocuments } from './jsonDocuments';
import { hoverMarkdown } from './jsonMarkdown';
import { asRange } from './jsonSymbols';
import { SECTION } from './settings';

/** Hovers over keys, brackets and numbers of a JSON document that holds a model. */
export class JsonHoverProvider implements vscode.HoverProvider {
  constructor(
    private readonly documents: JsonDocuments,
    private readonly reportOf: (file: vscode.Uri) => Report | null,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | null> {
    if (vscode.workspace.getConfiguration(SECTION, document).get('jsonHover') === false) return null;
    const found = await this.documents.hover(document, position, token);
    if (!found) return null;
    const report = found.content.kind === 'model' ? this.reportOf(document.uri) : null;
    return new vscode.Hover(hoverMarkdown(found, document, report), asRange(found.range));
  }
}
