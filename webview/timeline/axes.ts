import type { Timeline } from '../../src/core/report/timeline';
import { axisKey, coordinateOf, type AxisChoice, type Coordinate } from '../../src/figures/projection';
import { figureAxes } from '../../src/figures/timeline/prepare';
import type { Kept } from './store';

/** The coordinate of an axis in the figures of a run: the same at all checkpoints. */
export function runCoordinate({ model, principal }: Timeline, axis: AxisChoice): Coordinate {
  return coordinateOf(axis, model.stateDim, principal && { principal });
}

/** What the figures show: the user's choice, else states of small systems and principal components of large ones. */
export function axesOf(
  { coordinate, portrait }: Pick<Kept, 'coordinate' | 'portrait'>,
  timeline: Timeline | null,
): { coordinate: AxisChoice; portrait: readonly [AxisChoice, AxisChoice] } {
  const axes: readonly [AxisChoice, AxisChoice] = timeline
    ? figureAxes(timeline)
    : [
        { type: 'state', index: 0 },
        { type: 'state', index: 1 },
      ];
  return { coordinate: coordinate ?? axes[0], portrait: portrait ?? axes };
}

/** States, then the principal components of the run's attractors. */
export function axisOptions(timeline: Timeline): { value: string; text: string }[] {
  const { model, principal } = timeline;
  const choices: AxisChoice[] = [
    ...Array.from({ length: model.stateDim }, (_, index): AxisChoice => ({ type: 'state', index })),
    ...(principal?.components ?? []).map((_, index): AxisChoice => ({ type: 'pc', index })),
  ];
  return choices.map((axis) => ({ value: axisKey(axis), text: runCoordinate(timeline, axis).title }));
}
