import * as vscode from 'vscode';
import type { Report } from '../../core/report/types';
import { matches, pathStringAt, savingCalls, type CodeLanguage } from '../../runs/codePaths';
import { fileRef } from '../fileRef';
import { reportLine } from '../jsonMarkdown';
import type { ModelAnswers } from '../modelAnswers';
import { mayHoldModel } from '../modelFiles';
import type { Engine } from '../panelSession';
import { SECTION } from '../settings';
import type { TimelineStore } from './timelineStore';
import { countBadge } from './words';
import type { WorkspaceRun, WorkspaceRuns } from './workspaceRuns';

/** Characters of a program that are looked through, and runs that one line may name. */
const MAX_TEXT = 2 ** 20;
const MAX_LENSES = 3;

function languageOf(document: vscode.TextDocument): CodeLanguage | null {
  return document.languageId === 'python' || document.languageId === 'julia' ? document.languageId : null;
}

/** Runs whose checkpoints a pattern from a program matches, nearest to the program first. */
function matchingRuns(
  runs: readonly WorkspaceRun[],
  glob: string,
  document: vscode.TextDocument,
): WorkspaceRun[] {
  const shared = ({ folder }: WorkspaceRun): number => {
    const own = document.uri.path.split('/');
    const other = folder.path.split('/');
    const differs = own.findIndex((part, i) => part !== other[i]);
    return differs < 0 ? own.length : differs;
  };
  return runs
    .filter(({ folder, series }) =>
      [series.checkpoints[0], series.checkpoints.at(-1)!].some(({ file }) =>
        matches(glob, `${folder.path}/${file}`),
      ),
    )
    .sort((a, b) => shared(b) - shared(a));
}

/** **Timeline of these checkpoints** above lines that save them. */
export class SavingLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscription: vscode.Disposable;

  constructor(private readonly runs: WorkspaceRuns) {
    this.#subscription = runs.onDidChange(() => this.#changed.fire());
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeLens[]> {
    const language = languageOf(document);
    if (!language || vscode.workspace.getConfiguration(SECTION, document).get('codeLens') === false)
      return [];
    const text = document.getText();
    const calls = text.length > MAX_TEXT ? [] : savingCalls(text, language);
    if (calls.length === 0) return [];
    const runs = await this.runs.all();
    if (token.isCancellationRequested) return [];
    return calls.flatMap(({ line, glob }) => {
      const found = matchingRuns(runs, glob, document).slice(0, MAX_LENSES);
      return found.map(({ folder, name }) => {
        const title = vscode.l10n.t('Timeline of these checkpoints');
        return new vscode.CodeLens(document.lineAt(line).range, {
          command: 'rnnDynamics.openTimeline',
          title: found.length === 1 ? title : `${title} · ${name}`,
          arguments: [folder],
        });
      });
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

/** What a hover on the path of a model file says: its kind, its size, its last analysis, and where to go on. */
export class PathHovers implements vscode.HoverProvider {
  constructor(
    private readonly runs: WorkspaceRuns,
    private readonly timelines: TimelineStore,
    private readonly engine: () => Engine,
    private readonly answers: Pick<ModelAnswers, 'get'>,
    private readonly reportOf: (file: vscode.Uri) => Report | null,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    place: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | null> {
    const language = languageOf(document);
    if (!language || vscode.workspace.getConfiguration(SECTION, document).get('pathHover') === false)
      return null;
    const found = pathStringAt(document.lineAt(place.line).text, place.character, language);
    if (!found || !mayHoldModel(found.glob)) return null;
    const runs = matchingRuns(await this.runs.all(), found.glob, document);
    const file = found.glob.includes('*') ? null : await this.#file(found.glob, document, runs);
    if (token.isCancellationRequested || (!file && runs.length === 0)) return null;
    const markdown = new vscode.MarkdownString();
    markdown.isTrusted = { enabledCommands: ['rnnDynamics.analyze', 'rnnDynamics.openTimeline'] };
    const [run] = runs;
    const lines = file ? await this.#fileLines(file, run) : [];
    if (!file && run)
      lines.push(
        `**${escape(run.name)}** · ${vscode.l10n.t('{0} checkpoints', run.series.checkpoints.length)}`,
      );
    const links = [
      ...(file ? [link(vscode.l10n.t('Analyze RNN Dynamics'), 'rnnDynamics.analyze', file)] : []),
      ...(run
        ? [link(vscode.l10n.t('Timeline of {0}', run.name), 'rnnDynamics.openTimeline', run.folder)]
        : []),
    ];
    markdown.appendMarkdown([...lines, links.join(' · ')].join('\n\n'));
    return new vscode.Hover(markdown, new vscode.Range(place.line, found.start, place.line, found.end));
  }

  /** The file that a path in a program means: beside the program, below a workspace folder, or in a run. */
  async #file(
    path: string,
    document: vscode.TextDocument,
    runs: readonly WorkspaceRun[],
  ): Promise<vscode.Uri | null> {
    const roots = [
      vscode.Uri.joinPath(document.uri, '..'),
      ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri),
    ];
    for (const root of roots) {
      const uri = vscode.Uri.joinPath(root, path);
      try {
        if ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) return uri;
      } catch {
        continue;
      }
    }
    for (const { folder, series } of runs)
      for (const { file } of series.checkpoints)
        if (matches(path, `${folder.path}/${file}`)) return vscode.Uri.joinPath(folder, file);
    return null;
  }

  async #fileLines(file: vscode.Uri, run: WorkspaceRun | undefined): Promise<string[]> {
    const lines: string[] = [];
    try {
      const options = this.answers.get(vscode.Uri.joinPath(file, '..').toString());
      const { model } = await this.engine().run('inspect', {
        session: 'hover',
        file: await fileRef(file),
        options,
        entry: null,
      }).result;
      if (model.status === 'recognised') {
        const { kind, stateDim, reluUnits, equation } = model;
        const units = reluUnits === stateDim ? '' : `, ${kind === 'ALRNN' ? 'P' : 'L'} = ${reluUnits}`;
        lines.push(`**${kind}** · M = ${stateDim}${units}`, `\`${equation.replaceAll('`', '')}\``);
      } else {
        const reason = model.status === 'ambiguous' ? model.question.text : model.reason;
        lines.push(escape(reason));
      }
    } catch (error) {
      lines.push(`⚠ ${escape(error instanceof Error ? error.message : String(error))}`);
    }
    const report = this.reportOf(file);
    const position = run?.series.checkpoints.find((one) => file.path.endsWith(`/${one.file}`))?.epoch;
    const analysed = run && this.timelines.get(run.folder)?.checkpoints.find((one) => one.epoch === position);
    if (report) lines.push(`${vscode.l10n.t('Last analysis')}: ${reportLine(report)}`);
    else if (analysed) lines.push(`${vscode.l10n.t('Last analysis')}: ${countBadge(analysed)}`);
    return lines;
  }
}

function link(title: string, command: string, target: vscode.Uri): string {
  return `[${escape(title)}](command:${command}?${encodeURIComponent(JSON.stringify([target]))})`;
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&');
}
