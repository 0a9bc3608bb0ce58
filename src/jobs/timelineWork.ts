import { connect } from '../core/bifurcation/connect';
import { nearestBifurcation, type NearestBifurcation } from '../core/bifurcation/distance';
import type { Connection, EndCycle, EndObjects } from '../core/bifurcation/types';
import type { CanonicalMap } from '../core/map/canonical';
import { itineraries, type Itineraries, type ItineraryTask } from '../core/plane/itineraries';
import type { LyapunovEstimate } from '../core/report/types';
import { attractorSpectra } from '../core/training/spectra';
import type { WeightDerivative } from '../core/models/derivatives';
import {
  analyseCheckpoint,
  type CheckpointAnalysis,
  type CheckpointOptions,
} from '../core/training/checkpoint';

/**
 * Milliseconds of work that one thread does by itself, the one that runs the job, before others take over: a fresh thread
 * takes about a second to become fast, and results need not travel.
 */
export const ALONE_MS = 3000;

/** A piece of a timeline's work as plain data: done in whichever thread is free, with the same result. */
export type TimelineTask =
  | {
      readonly kind: 'checkpoint';
      readonly map: CanonicalMap;
      readonly options: CheckpointOptions;
      /** Itineraries of a neighbour's objects. */
      readonly known: readonly (readonly string[])[];
    }
  | {
      readonly kind: 'step';
      readonly maps: readonly [CanonicalMap, CanonicalMap];
      readonly objects: readonly [EndObjects, EndObjects];
      readonly maxOrder: number;
    }
  | {
      readonly kind: 'distance';
      readonly map: CanonicalMap;
      readonly cycles: readonly EndCycle[];
      readonly weights: readonly WeightDerivative[];
    }
  | {
      readonly kind: 'spectra';
      readonly map: CanonicalMap;
      readonly analysis: Pick<CheckpointAnalysis, 'attractors' | 'cycles' | 'fog' | 'scale'>;
    }
  /** Of a parameter plane. */
  | ({ readonly kind: 'itineraries' } & ItineraryTask);

export interface TimelineResults {
  readonly itineraries: Itineraries;
  readonly checkpoint: CheckpointAnalysis;
  readonly step: Connection;
  readonly spectra: readonly (LyapunovEstimate | null)[];
  readonly distance: { readonly nearest: NearestBifurcation | null };
}

/** Runs tasks elsewhere or here. A task that was stopped midway resolves with null. */
export type RunTimelineTask = <K extends TimelineTask['kind']>(
  task: Extract<TimelineTask, { kind: K }>,
) => Promise<TimelineResults[K] | null>;

/** @returns null when it was stopped midway: half a result would depend on the moment */
export async function runTimelineTask(
  task: TimelineTask,
  stop: () => boolean,
): Promise<TimelineResults[TimelineTask['kind']] | null> {
  if (stop()) return null;
  const result = await work(task, stop);
  return stop() ? null : result;
}

function work(
  task: TimelineTask,
  stop: () => boolean,
): TimelineResults[TimelineTask['kind']] | Promise<TimelineResults['checkpoint']> {
  switch (task.kind) {
    case 'checkpoint':
      return analyseCheckpoint(task.map, task.options, task.known, stop);
    case 'step': {
      const { maps, objects, maxOrder } = task;
      return connect(maps[0], objects[0], maps[1], objects[1], { maxOrder, stop });
    }
    case 'itineraries':
      return itineraries(task, stop);
    case 'spectra':
      return attractorSpectra(task.map, task.analysis, stop);
    case 'distance':
      return { nearest: nearestBifurcation(task.map, task.cycles, task.weights) };
  }
}
