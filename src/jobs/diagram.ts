import { toMap } from '../core/models/index';
import type { Timeline } from '../core/report/timeline';
import type { TimelineOptions } from '../protocol/job';
import type { PlaneAxisRequest } from '../protocol/plane';
import type { LoadedModel } from './load';
import { directionOf, movedParameters } from './plane';
import type { LoadedCheckpoint } from './series';
import { timelineOf, type TimelineContext } from './timeline';

/**
 * The bifurcation diagram of one parameter: the model at equally spaced offsets along a direction, followed from each to the
 * next as the checkpoints of a run are. What exists only between two neighbouring offsets is not seen.
 */
export async function diagram(
  model: LoadedModel,
  { direction, range }: PlaneAxisRequest,
  points: number,
  options: TimelineOptions,
  context: TimelineContext & { readonly other: (file: string) => Promise<LoadedModel> },
): Promise<Timeline> {
  const { label, change } = await directionOf(model, { direction }, context.other);
  const [from, to] = range;
  const checkpoints = Array.from({ length: points }, (_, i): LoadedCheckpoint => {
    const offset = Number((from + ((to - from) * i) / (points - 1)).toPrecision(12));
    const parameters = movedParameters(model, [[change, offset]]);
    const file = `${label} ${offset < 0 ? '-' : '+'}${String(Math.abs(offset))}`;
    return {
      epoch: offset,
      file,
      entry: null,
      model: {
        ...model,
        parameters,
        map: toMap(model.model, parameters, model.input),
        digest: offset === 0 ? model.digest : `${model.digest} ${direction} ${String(offset)}`,
      },
    };
  });
  return timelineOf(
    {
      name: `${model.fileName} along ${label}`,
      axis: 'offset',
      loss: null,
      lossOffset: 0,
      hyperparameters: {},
      forcing: null,
      pair: null,
      warnings: [],
    },
    checkpoints,
    [],
    {},
    options,
    context,
  );
}
