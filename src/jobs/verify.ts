import * as v from 'valibot';
import { InputError } from '../core/errors';
import type { ModelOptions } from '../core/models/types';
import type { ModelSummary, Report } from '../core/report/types';
import { verifyReport, type Verification, type VerifyOptions } from '../core/verify/report';
import type { LineSource } from '../core/verify/proofLines';
import type { Source } from '../formats/source';
import type { LoadedModel } from './load';

/** A report with thousands of long cycles is some hundred megabytes. */
const LARGEST = 512 * 2 ** 20;

/** Reads a report as `analyze --json` writes it. Throws InputError when it is none. */
export async function readReport(source: Source): Promise<Report> {
  const remedy = 'Give a report as written by analyze --json or --out F.json.';
  if (source.size > LARGEST) throw new InputError('The report is larger than 512 MB.', '', remedy);
  const text = new TextDecoder('utf-8', { fatal: false }).decode(await source.read(0, source.size));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError(
      `The report is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
      '',
      remedy,
    );
  }
  const parsed = v.safeParse(report, json);
  if (parsed.success) return json as Report;
  const [issue] = parsed.issues;
  throw new InputError(`This is not a report: ${issue.message}.`, v.getDotPath(issue) ?? '', remedy);
}

/** How the report says the model was read, as options; what is given explicitly comes first. */
export function optionsOf(
  { kind, variant, input, tensors, reluUnits }: ModelSummary,
  given: ModelOptions,
): ModelOptions {
  const set: Record<string, number | string | boolean> = {
    ...(kind === 'ALRNN' ? { P: reluUnits } : {}),
    ...(kind === 'clippedShPLRNN' || kind === 'clippedDendPLRNN' ? { clipped: true } : {}),
    ...(kind === 'shPLRNN' || kind === 'dendPLRNN' ? { clipped: false } : {}),
    ...(variant.meanCentred ? { meanCentred: true } : {}),
    ...(variant.negativeSlope === 0 ? {} : { negativeSlope: variant.negativeSlope }),
    ...(variant.leak === 1 ? {} : { leak: variant.leak }),
    ...(variant.thresholds === 'inside' ? { thresholds: 'inside' } : {}),
  };
  return {
    ...given,
    kind: given.kind ?? kind,
    map: { ...tensors, ...given.map },
    input: given.input ?? input,
    set: { ...set, ...given.set },
  };
}

/**
 * Re-checks a report against its model, and its proof where there is one.
 * @param seconds that may be used, all of them where needed; null: as long as the proof takes, and some seconds for what
 * could be proven again without it
 */
export function verify(
  report: Report,
  model: LoadedModel,
  proof: LineSource | null = null,
  seconds: number | null = null,
): Verification {
  const end = seconds === null ? Infinity : Date.now() + 1000 * seconds;
  const limited: Partial<VerifyOptions> =
    seconds === null ? {} : { stop: () => Date.now() > end, work: Infinity };
  const verification = verifyReport(report, model.map, model.digest, proof, limited);
  const { equation } = model.model;
  if (equation === report.model.equation) return verification;
  return {
    ...verification,
    problems: [
      `The equation is ${equation}, the report says ${report.model.equation}.`,
      ...verification.problems,
    ],
  };
}

const number = v.number();
const count = v.pipe(number, v.integer(), v.minValue(0));
const text = v.string();
const vector = v.array(number);
const points = v.pipe(v.array(vector), v.minLength(1));
const cycle = v.object({
  id: text,
  order: v.pipe(count, v.minValue(1)),
  points,
  regions: v.array(text),
  multipliers: v.array(v.object({ re: number, im: number })),
  multiplierError: number,
  spectralRadius: number,
  growthPerStep: v.nullable(number),
  stability: text,
  unstableDirections: count,
  inDomain: v.boolean(),
  residual: number,
  closure: number,
  margin: v.nullable(number),
  nearestBorder: v.nullable(v.object({ point: count, unit: count })),
  verified: v.boolean(),
});
const order = v.object({
  order: v.pipe(count, v.minValue(1)),
  complete: v.boolean(),
  certificate: v.nullable(
    v.object({
      domain: v.union([v.literal('everywhere'), v.object({ lower: vector, upper: vector })]),
      periods: v.union([v.literal('all'), count]),
      method: text,
      statement: text,
      counts: v.record(text, number),
      errorBound: number,
    }),
  ),
  whyNot: v.nullable(text),
  cycles: v.array(cycle),
  continua: v.array(
    v.object({ regions: v.array(text), dimension: count, point: vector, directions: v.array(vector) }),
  ),
  boundaryPoints: v.array(
    v.object({
      id: text,
      order: v.pipe(count, v.minValue(1)),
      points,
      itineraries: v.array(v.array(text)),
      units: v.array(count),
      residual: number,
      verified: v.boolean(),
    }),
  ),
});
/** What the checks rely on; other fields may stand beside. */
const report = v.object({
  schema: text,
  digest: text,
  model: v.object({
    kind: text,
    variant: v.object({ meanCentred: v.boolean(), negativeSlope: number, leak: number, thresholds: text }),
    stateDim: count,
    reluUnits: count,
    input: vector,
    equation: text,
    scale: number,
    tensors: v.record(text, text),
  }),
  search: v.object({ maxOrder: count, partial: v.boolean(), stoppedBy: v.nullable(text) }),
  orders: v.array(order),
  beyond: v.array(cycle),
  attractors: v.array(v.object({ kind: text, cycle: v.optional(text), share: number })),
});
