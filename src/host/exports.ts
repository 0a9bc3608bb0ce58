import * as vscode from 'vscode';
import type { Scene } from '../core/report/scene';
import type { Report } from '../core/report/types';
import { reportToCsv } from '../export/csv';
import { reportToHtml } from '../export/html';
import { reportToJson } from '../export/json';
import type { ExportFormat, FromPanel } from '../protocol/panel';
import { baseName } from './fileRef';

type Figure = Extract<FromPanel, { type: 'saveFigure' }>;

/** Saves a report beside its file or where the user says. `scene` is needed for HTML, which draws. */
export async function exportReport(
  file: vscode.Uri,
  format: ExportFormat,
  report: Report,
  scene: Scene | null,
): Promise<void> {
  const text =
    format === 'html' && scene
      ? reportToHtml(report, scene)
      : format === 'csv'
        ? reportToCsv(report)
        : reportToJson(report);
  await saveBeside(file, `dynamics.${format}`, format, new TextEncoder().encode(text));
}

/** Saves a figure that the webview drew: SVG as text, PNG as base64. */
export async function saveFigure(file: vscode.Uri, { name, format, data }: Figure): Promise<void> {
  const bytes = format === 'svg' ? new TextEncoder().encode(data) : Buffer.from(data, 'base64');
  const safeName = name.replace(/[^\p{L}\p{N}_-]+/gu, '-').toLowerCase();
  await saveBeside(file, `${safeName}.${format}`, format, bytes);
}

/** Asks which kind of report to write. */
export async function pickFormat(): Promise<ExportFormat | undefined> {
  const formats: { label: string; detail: string; format: ExportFormat }[] = [
    {
      label: 'JSON',
      detail: vscode.l10n.t('Everything, at full precision, in a documented schema'),
      format: 'json',
    },
    {
      label: 'CSV',
      detail: vscode.l10n.t('One row for each point of each fixed point and cycle'),
      format: 'csv',
    },
    {
      label: 'HTML',
      detail: vscode.l10n.t('A report with figures in one file, to read and to print'),
      format: 'html',
    },
  ];
  const placeHolder = vscode.l10n.t('Export the report as');
  return (await vscode.window.showQuickPick(formats, { placeHolder }))?.format;
}

/** Asks where, beside the file by default, and writes. */
export async function saveBeside(
  file: vscode.Uri,
  suffix: string,
  extension: string,
  bytes: Uint8Array,
): Promise<void> {
  const stem = baseName(file).replace(/\.[^.]+$/, '');
  // A bundled sample lies where nobody looks for exports.
  const home = vscode.workspace.getWorkspaceFolder(file)
    ? undefined
    : vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(home ?? vscode.Uri.joinPath(file, '..'), `${stem}.${suffix}`),
    filters: { [extension.toUpperCase()]: [extension] },
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, bytes);
  const open = vscode.l10n.t('Open');
  const done = vscode.l10n.t('Saved {0}', baseName(target));
  void vscode.window.showInformationMessage(done, open).then((answer) => {
    if (answer === open) void vscode.commands.executeCommand('vscode.open', target);
  });
}
