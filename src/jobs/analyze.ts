import { detect, type DetectOptions } from '../core/detect/detect';
import { Cancelled } from '../core/errors';
import { REPORT_SCHEMA, type ModelSummary, type Report } from '../core/report/types';
import type { Jobs, SearchOptions } from '../protocol/job';
import type { Control } from './control';
import type { LoadedModel } from './load';

export interface AnalyzeContext {
  readonly version: string;
  readonly control: Control;
  readonly onEvent: (event: Jobs['analyze']['event']) => void;
  /** Receives the lines of the proof. */
  readonly proof?: (line: string) => void;
  readonly runTasks?: NonNullable<DetectOptions['runTasks']>;
}

/** Milliseconds between two progress messages. */
const PROGRESS_EVERY = 100;

/** A loaded model -> its report. Throws Cancelled when it was given up. */
export async function analyze(
  model: LoadedModel,
  search: SearchOptions,
  context: AnalyzeContext,
): Promise<Report> {
  const { control, onEvent } = context;
  const begin = performance.now();
  const summary = summarise(model);
  onEvent({ type: 'model', model: summary });
  let shown = -Infinity;
  let said = '';
  const detection = await detect(model.map, {
    maxOrder: search.maxOrder,
    seed: search.seed,
    certify: search.certify,
    spectra: true,
    ...(search.proofSeconds === undefined ? {} : { proofSeconds: search.proofSeconds }),
    stop: control.stop,
    onProgress: (stage, fraction) => {
      const now = performance.now();
      // What is said of a new stage holds for all of it, and it may be a long one.
      if (stage === said && now - shown < PROGRESS_EVERY) return;
      shown = now;
      said = stage;
      const elapsed = (now - begin) / 1000;
      // A proof's cost grows from order to order: its stage says what it may take.
      const secondsLeft =
        fraction > 0.05 && !stage.startsWith('proof') ? (elapsed * (1 - fraction)) / fraction : null;
      onEvent({ type: 'progress', progress: { stage, fraction, secondsLeft } });
    },
    onProven: (upTo) => onEvent({ type: 'proven', upTo }),
    onFinds: (finds) => onEvent({ type: 'finds', finds }),
    ...(context.proof ? { proof: { write: context.proof, digest: model.digest } } : {}),
    ...(context.runTasks ? { runTasks: context.runTasks } : {}),
  });
  if (control.cancelled) throw new Cancelled();
  return {
    schema: REPORT_SCHEMA,
    generator: { name: 'rnn-dynamics', version: context.version },
    file: model.fileName,
    digest: model.digest,
    model: { ...summary, scale: detection.scale },
    search: {
      maxOrder: search.maxOrder,
      seed: search.seed,
      seconds: (performance.now() - begin) / 1000,
      linearSolves: detection.linearSolves,
      work: detection.work,
      partial: control.reason !== null,
      stoppedBy: control.reason,
    },
    orders: detection.orders,
    beyond: detection.beyond,
    attractors: detection.attractors,
    warnings: [...model.warnings, ...detection.warnings, ...clampWarnings(model, detection)],
  };
}

/** Ids that are listed in one warning. */
const LISTED = 10;

/** Which objects have a point where the training code clamps the state: there its map is another one. */
function clampWarnings(
  { model }: LoadedModel,
  { orders, beyond }: Pick<Report, 'orders' | 'beyond'>,
): readonly string[] {
  const clamp = model.values['clamp'];
  if (typeof clamp !== 'number') return [];
  const objects = [
    ...orders.flatMap(({ cycles, boundaryPoints }) => [...cycles, ...boundaryPoints]),
    ...beyond,
  ];
  const ids = objects
    .filter(({ points }) => points.some((z) => z.some((value) => Math.abs(value) >= clamp)))
    .map(({ id }) => id);
  if (ids.length === 0) return [];
  const more = ids.length > LISTED ? ` and ${String(ids.length - LISTED)} more` : '';
  const [reach, they] = ids.length === 1 ? ['touches', 'it is no orbit'] : ['touch', 'they are no orbits'];
  return [
    `${ids.slice(0, LISTED).join(', ')}${more} ${reach} the clip of the training code at ${String(clamp)}: ${they} of the network as it was trained.`,
  ];
}

/** What a report says of its model, but for the unit of length. */
export function summarise({ model, input }: LoadedModel): Omit<ModelSummary, 'scale'> {
  const { kind, variant, stateDim, reluUnits, inputDim, equation, tensors, assumptions, notes } = model;
  return { kind, variant, stateDim, reluUnits, inputDim, input, equation, tensors, assumptions, notes };
}
