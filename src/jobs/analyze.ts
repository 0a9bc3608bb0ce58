import { detect, type DetectOptions } from '../core/detect/detect';
import { Cancelled } from '../core/errors';
import type { CanonicalMap } from '../core/map/canonical';
import { clampWarning, touchesClamp } from '../core/report/clamp';
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
  /** Search trees that shards searched before. */
  readonly trees?: NonNullable<DetectOptions['trees']>;
  /** What shards found of the word graph. */
  readonly graph?: NonNullable<DetectOptions['graph']>;
}

/** What is analysed, whether it was read from its file just now or by a shard. */
export interface Subject {
  readonly map: CanonicalMap;
  readonly fileName: string;
  readonly digest: string;
  readonly summary: Omit<ModelSummary, 'scale'>;
  /** Where the training code clamps the state, or null. */
  readonly clamp: number | null;
  readonly warnings: readonly string[];
}

export function subjectOf(model: LoadedModel): Subject {
  const { map, fileName, digest, warnings } = model;
  return { ...{ map, fileName, digest, warnings, summary: summarise(model) }, clamp: clampOf(model) };
}

/** Milliseconds between two progress messages. */
const PROGRESS_EVERY = 100;

/** A loaded model -> its report. Throws Cancelled when it was given up. */
export function analyze(model: LoadedModel, search: SearchOptions, context: AnalyzeContext): Promise<Report> {
  return analyzeSubject(subjectOf(model), search, context);
}

export async function analyzeSubject(
  subject: Subject,
  search: Pick<SearchOptions, 'maxOrder' | 'seed' | 'certify' | 'proofSeconds'>,
  context: AnalyzeContext,
): Promise<Report> {
  const { control, onEvent } = context;
  const { map, digest, summary } = subject;
  const begin = performance.now();
  onEvent({ type: 'model', model: summary });
  let shown = -Infinity;
  let said = '';
  const detection = await detect(map, {
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
    ...(context.proof ? { proof: { write: context.proof, digest } } : {}),
    ...(context.runTasks ? { runTasks: context.runTasks } : {}),
    ...(context.trees ? { trees: context.trees } : {}),
    ...(context.graph ? { graph: context.graph } : {}),
  });
  if (control.cancelled) throw new Cancelled();
  return {
    schema: REPORT_SCHEMA,
    generator: { name: 'rnn-dynamics', version: context.version },
    file: subject.fileName,
    digest,
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
    warnings: [...subject.warnings, ...detection.warnings, ...clampWarnings(subject.clamp, detection)],
  };
}

function clampWarnings(
  clamp: number | null,
  { orders, beyond }: Pick<Report, 'orders' | 'beyond'>,
): readonly string[] {
  if (clamp === null) return [];
  const objects = [
    ...orders.flatMap(({ cycles, boundaryPoints }) => [...cycles, ...boundaryPoints]),
    ...beyond,
  ];
  const touching = objects.filter(({ points }) => touchesClamp(points, clamp)).map(({ id }) => id);
  return [clampWarning(touching, clamp)].filter((warning) => warning !== null);
}

/** Where the training code clamps the state, or null. */
export function clampOf({ model }: LoadedModel): number | null {
  const clamp = model.values['clamp'];
  return typeof clamp === 'number' ? clamp : null;
}

/** What a report says of its model, but for the unit of length. */
export function summarise({ model, input }: LoadedModel): Omit<ModelSummary, 'scale'> {
  const { kind, variant, stateDim, reluUnits, inputDim, equation, tensors, assumptions, notes } = model;
  return { kind, variant, stateDim, reluUnits, inputDim, input, equation, tensors, assumptions, notes };
}
