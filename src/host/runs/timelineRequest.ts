import * as vscode from 'vscode';
import type { CacheRef, Jobs } from '../../protocol/job';
import type { ModelAnswers } from '../modelAnswers';
import { timelineSettings } from '../settings';

/** A run's folder, or two model files that are compared. */
export type TimelineFiles = vscode.Uri | readonly [vscode.Uri, vscode.Uri];

/** Tells runs and pairs of files apart; what users answered about their models is remembered by it. */
export function filesKey(files: TimelineFiles): string {
  return files instanceof vscode.Uri ? files.toString() : files.join(' ');
}

/** What a timeline is asked for beside the settings. */
export interface TimelineWishes {
  /** Of several series in the folder the one of this name. */
  readonly series?: string;
  /** Lyapunov spectra of the attractors. */
  readonly lyapunov?: boolean;
  /** Whether what is known so far is wanted while the rest is computed. */
  readonly partials: boolean;
}

/** The timeline of a run or of two files, as the settings and the answers of the user have it. */
export function timelineRequest(
  files: TimelineFiles,
  { answers, cache }: { readonly answers: Pick<ModelAnswers, 'get'>; readonly cache: CacheRef },
  { series, lyapunov = false, partials }: TimelineWishes,
): Jobs['timeline']['request'] {
  const single = files instanceof vscode.Uri;
  return {
    folder: single ? files.fsPath : [files[0].fsPath, files[1].fsPath],
    run: series === undefined ? {} : { series },
    options: answers.get(filesKey(files)),
    timeline: { ...timelineSettings(single ? files : files[0]), lyapunov },
    cache,
    partials,
  };
}
