import * as vscode from 'vscode';
import { registerCommands } from './host/commands';
import { registerJson } from './host/jsonProviders';
import { createLog } from './host/log';
import { MadeModels } from './host/madeModels';
import { ModelAnswers } from './host/modelAnswers';
import { Panels } from './host/panels';
import { AutoAnalysis } from './host/runs/autoAnalysis';
import { registerRuns } from './host/runs/registerRuns';
import { TimelineStore } from './host/runs/timelineStore';
import { SavedPanels } from './host/savedPanels';
import { TimelinePanels } from './host/timelinePanels';
import { WeightViewers } from './host/weightViewer';

/** Room for what was found in checkpoints; the oldest goes first. */
const TIMELINE_CACHE_BYTES = 256 * 2 ** 20;

/** Composition only: what the extension is made of, and nothing that takes time. */
export function activate(context: vscode.ExtensionContext): void {
  const log = createLog();
  const answers = new ModelAnswers(context.workspaceState);
  const saved = new SavedPanels(context.storageUri ?? context.globalStorageUri);
  const storage = context.storageUri ?? context.globalStorageUri;
  const made = new MadeModels(vscode.Uri.joinPath(storage, 'models'), saved);
  made
    .sweep(Date.now())
    .catch((error: unknown) => log.warn('Old models could not be deleted', String(error)));
  const panels = new Panels(context.extensionUri, answers, saved, made, log);
  const viewers = new WeightViewers(context.extensionUri, panels, answers, log);
  context.subscriptions.push(viewers.register(), registerJson(context.extensionUri, panels, answers, log));
  context.subscriptions.push(log, panels, registerCommands(context.extensionUri, panels, answers, log));
  const timelines = new TimelineStore();
  const registered = registerRuns(context.extensionUri, panels, answers, timelines, log);
  context.subscriptions.push(timelines, registered);
  const cache = {
    folder: vscode.Uri.joinPath(context.globalStorageUri, 'timelines').fsPath,
    maxBytes: TIMELINE_CACHE_BYTES,
  };
  const { extensionUri: extension } = context;
  const { runs } = registered;
  const timelinePanels = new TimelinePanels({ extension, panels, answers, timelines, runs, cache, log });
  const followed = (folder: vscode.Uri): boolean => timelinePanels.has(folder);
  const { engine } = registered;
  context.subscriptions.push(
    timelinePanels,
    new AutoAnalysis({ runs, timelines, answers, cache, engine, followed, log }),
  );
}
