import { connect } from '../core/bifurcation/connect';
import type { Connection, EndObjects } from '../core/bifurcation/types';
import type { CanonicalMap } from '../core/map/canonical';
import {
  analyseCheckpoint,
  type CheckpointAnalysis,
  type CheckpointOptions,
} from '../core/training/checkpoint';

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
    };

export interface TimelineResults {
  readonly checkpoint: CheckpointAnalysis;
  readonly step: Connection;
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
  const result =
    task.kind === 'checkpoint'
      ? await analyseCheckpoint(task.map, task.options, task.known, stop)
      : connect(task.maps[0], task.objects[0], task.maps[1], task.objects[1], {
          maxOrder: task.maxOrder,
          stop,
        });
  return stop() ? null : result;
}
