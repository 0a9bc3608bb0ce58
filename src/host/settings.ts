import * as os from 'node:os';
import * as vscode from 'vscode';
import { jumpDefaults } from '../core/training/jumps';
import type { SearchOptions, TimelineOptions } from '../protocol/job';
import type { ToPanel } from '../protocol/panel';
import { within } from '../protocol/searchRanges';

export const SECTION = 'rnnDynamics';
export type Palette = Extract<ToPanel, { type: 'init' }>['palette'];
const PALETTES: readonly Palette[] = ['standard', 'high-contrast', 'monochrome'];

/** The settings that hold for a file, each brought into its range. `threads: 0` becomes one per core. */
export function searchSettings(file: vscode.Uri): SearchOptions {
  const settings = vscode.workspace.getConfiguration(SECTION, file);
  const threads = within('threads', settings.get('threads'));
  return {
    maxOrder: within('maxOrder', settings.get('maxOrder')),
    seed: within('seed', settings.get('seed')),
    timeLimit: within('timeLimit', settings.get('timeLimit')),
    threads: threads === 0 ? os.availableParallelism() : threads,
    memoryLimitMB: within('memoryLimitMB', settings.get('memoryLimit')),
    certify: settings.get('certify') !== false,
  };
}

/** A series of checkpoints may take this many times as long as one of them. */
const SERIES_TIME = 10;

/** The settings that hold for a run. */
export function timelineSettings(folder: vscode.Uri): TimelineOptions {
  const search = searchSettings(folder);
  return {
    ...search,
    timeLimit: SERIES_TIME * search.timeLimit,
    every: 1,
    jumps: jumpDefaults,
    association: {},
  };
}

export function paletteSetting(): Palette {
  const chosen = vscode.workspace.getConfiguration(SECTION).get('palette');
  return PALETTES.find((palette) => palette === chosen) ?? 'standard';
}
