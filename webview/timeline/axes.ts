import type { Timeline } from '../../src/core/report/timeline';
import { axisKey, coordinateOf, type AxisChoice, type Coordinate } from '../../src/figures/projection';
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
  const components =
    timeline && timeline.model.stateDim > 3 ? (timeline.principal?.components.length ?? 0) : 0;
  const type = components > 1 ? 'pc' : 'state';
  return {
    coordinate: coordinate ?? { type, index: 0 },
    portrait: portrait ?? [
      { type, index: 0 },
      { type, index: 1 },
    ],
  };
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
