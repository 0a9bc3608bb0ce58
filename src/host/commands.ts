import * as vscode from 'vscode';
import { analyzeCommand, analyzeSample } from './analyzeCommand';
import { pickFormat } from './exports';
import { showError } from './log';
import { forgetMapping } from './mapping';
import type { ModelAnswers } from './modelAnswers';
import type { Panels } from './panels';

const WALKTHROUGH = 'rnn-dynamics.rnn-dynamics#start';

/** Everything the command palette, menus and keys can call. */
export function registerCommands(
  extension: vscode.Uri,
  panels: Panels,
  answers: ModelAnswers,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const commands: Record<string, (...given: unknown[]) => unknown> = {
    analyze: (clicked, selected) => analyzeCommand(panels, clicked, selected),
    analyzeSample: (name) => analyzeSample(panels, extension, name),
    openWalkthrough: () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, false),
    rerun: () => panels.active?.analyze(),
    stop: () => panels.active?.stop(),
    export: async () => {
      const panel = panels.active;
      const format = panel && (await pickFormat());
      if (format) await panel.export(format);
    },
    forgetMapping: () => forgetMapping(answers),
    showLog: () => log.show(),
  };
  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`rnnDynamics.${name}`, async (...given: unknown[]) => {
      try {
        return await run(...given);
      } catch (error) {
        void showError(log, error instanceof Error ? error.message : String(error), error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
