import type { LossPoint, RunAxis } from '../../core/report/timeline';
import type { Metadata } from '../metadata';
import type { RunCheckpoint } from '../types';
import type { Log, LogColumn } from './log';

/** What a log says about the loss of a run. */
export interface Curve {
  /** Columns that were used, in words: `column loss`. */
  readonly source: string;
  readonly points: readonly LossPoint[];
  /** Rows stand for single checkpoints: an offset between rows and epochs has no meaning. */
  readonly perCheckpoint: boolean;
  readonly warnings: readonly string[];
}

/** What the positions of rows are told from. */
export interface CurveContext {
  readonly axis: RunAxis;
  readonly checkpoints: readonly RunCheckpoint[];
  readonly metadata: Pick<Metadata, 'stepsPerEpoch' | 'loggingInterval'>;
}

/** Words of a column's name, in lower case: `train/loss_epoch` -> `train loss epoch`. */
function words(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

const validation = /\b(?:val|valid|validation|test|eval|dev)\b/;
/** Names of the loss, the surest first. */
const lossNames: readonly RegExp[] = [
  /^loss(?:es)?$/,
  /^(?:train|training)?\s*loss(?:es)?(?: train(?:ing)?)?(?: epoch)?$/,
  /^(?:total|full|mean|avg|average) (?:train(?:ing)? )?loss(?:es)?$|^losses? total$/,
  /^(?:mse|mses|nll|elbo|cost|objective|error)$/,
  /\bloss(?:es)?\b/,
  /^metrics(?: 0)?$/,
  /^value$/,
];

/** How surely a column holds the loss, 0 the surest; null if it does not. */
export function lossRank(name: string): number | null {
  const text = words(name);
  if (/\bgrad|\blr\b|learning rate|\bbest\b|\breg\b|regulari[sz]ation/.test(text)) return null;
  const rank = lossNames.findIndex((pattern) => pattern.test(text.replace(validation, '').trim()));
  if (rank < 0) return null;
  return rank + (validation.test(text) ? lossNames.length : 0) + (/\bstep\b/.test(text) ? 0.5 : 0);
}

export function isGradNorm(name: string): boolean {
  return /\bgrad(?:ient)?s?\b.*\bnorms?\b|\bnorms?\b.*\bgrad|^gnorm$|\bgrad(?:ient)? l2\b/.test(words(name));
}

function counterOf(name: string): 'epoch' | 'step' | null {
  const text = words(name);
  if (/^(?:training )?epochs?$/.test(text)) return 'epoch';
  return /^(?:trainer )?(?:global )?(?:steps?|iters?|iterations?|it|updates?)$/.test(text) ? 'step' : null;
}

/**
 * The loss and the norm of the gradient along the run's axis; several rows of one position are averaged. Null where
 * no column holds a loss, or the one that is asked for is not there.
 */
export function curveOf(log: Log, context: CurveContext, wanted: string | null): Curve | null {
  const loss = wanted === null ? surestLoss(log) : columnNamed(log, wanted);
  if (!loss) return null;
  const gradient = log.columns.find(
    (column) => column !== loss && isGradNorm(column.name) && finite(column) > 0,
  );
  const positions = positionsOf(log, loss, context);
  const sums = new Map<number, { loss: number; losses: number; grad: number; grads: number }>();
  for (let row = 0; row < loss.values.length; row++) {
    const epoch = positions.of(row);
    if (!Number.isFinite(epoch)) continue;
    const sum = sums.get(epoch) ?? { loss: 0, losses: 0, grad: 0, grads: 0 };
    sums.set(epoch, sum);
    const value = loss.values[row]!;
    const norm = gradient?.values[row] ?? NaN;
    if (Number.isFinite(value)) {
      sum.loss += value;
      sum.losses++;
    }
    if (Number.isFinite(norm)) {
      sum.grad += norm;
      sum.grads++;
    }
  }
  const points = [...sums]
    .filter(([, { losses, grads }]) => losses + grads > 0)
    .sort(([a], [b]) => a - b)
    .map(([epoch, { loss, losses, grad, grads }]): LossPoint => ({
      epoch,
      loss: losses > 0 ? loss / losses : null,
      gradNorm: grads > 0 ? grad / grads : null,
    }));
  if (points.every((point) => point.loss === null)) return null;
  const named = [loss, ...(gradient ? [gradient] : [])].map(({ name }) => name).filter((name) => name !== '');
  return {
    source: named.length === 0 ? '' : `column${named.length > 1 ? 's' : ''} ${named.join(' and ')}`,
    points,
    perCheckpoint: positions.perCheckpoint,
    warnings: [...log.warnings, ...positions.warnings],
  };
}

function finite({ values }: LogColumn): number {
  return values.reduce((count, value) => count + (Number.isFinite(value) ? 1 : 0), 0);
}

function surestLoss({ columns }: Log): LogColumn | null {
  const data = columns.filter(({ name }) => counterOf(name) === null);
  const ranked = data
    .map((column) => ({ column, rank: lossRank(column.name) }))
    .filter(({ rank, column }) => rank !== null && finite(column) > 0)
    .sort((a, b) => a.rank! - b.rank!);
  if (ranked[0]) return ranked[0].column;
  // A file without names that is called after the loss: its last column, behind a counter.
  const nameless = columns.every(({ name }) => name === '' || /^column \d+$/.test(name));
  return nameless ? ((columns.length === 1 ? columns[0] : columns[1]) ?? null) : null;
}

function columnNamed({ columns }: Log, wanted: string): LogColumn | null {
  const index = /^\d+$/.test(wanted) ? columns[Number(wanted) - 1] : undefined;
  return (
    columns.find(({ name }) => name === wanted) ??
    columns.find(({ name }) => words(name) === words(wanted)) ??
    index ??
    null
  );
}

interface Positions {
  of(row: number): number;
  readonly perCheckpoint: boolean;
  readonly warnings: readonly string[];
}

/** Where on the run's axis each row stands. */
function positionsOf(log: Log, loss: LogColumn, context: CurveContext): Positions {
  const { axis, checkpoints } = context;
  const counters = log.columns.flatMap((column) => {
    const counter = column === loss ? null : counterOf(column.name);
    return counter === null || finite(column) === 0 ? [] : [{ counter, values: column.values }];
  });
  const last = checkpoints.at(-1)?.epoch ?? 0;
  const same = counters.find(({ counter }) => counter === axis);
  if (same) return plain((row) => same.values[row]!);
  const other = counters[0] ?? leadingCounter(log, loss);
  return other ? scaled(other, axis, last, context) : counted(loss, context, last);
}

function plain(of: (row: number) => number, warnings: readonly string[] = []): Positions {
  return { of, perCheckpoint: false, warnings };
}

/** A first column without a name whose whole numbers rise counts the rows. */
function leadingCounter(
  { columns }: Log,
  loss: LogColumn,
): { counter: 'step' | 'index'; values: Float64Array } | null {
  const first = columns[0];
  if (!first || first === loss || columns.length < 2 || !/^(?:column 1)?$/.test(first.name)) return null;
  const rises = first.values.every(
    (value, i) => Number.isInteger(value) && (i === 0 || value > first.values[i - 1]!),
  );
  return rises ? { counter: 'index', values: first.values } : null;
}

/** Rows are counted by something other than the axis: steps where the checkpoints are named by epochs, .. */
function scaled(
  { counter, values }: { counter: 'epoch' | 'step' | 'index'; values: Float64Array },
  axis: RunAxis,
  last: number,
  { metadata }: CurveContext,
): Positions {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, value);
  if (counter === 'index' || axis === 'index' || largest <= 1.25 * last) return plain((row) => values[row]!);
  const stated = metadata.stepsPerEpoch;
  if (counter === 'step' && axis === 'epoch') {
    const ratio = stated ?? (last > 0 ? Math.round(largest / last) : 1);
    const assumed = `the loss counts steps, the checkpoints epochs: ${String(ratio)} steps to an epoch were assumed`;
    return plain((row) => Math.ceil(values[row]! / ratio), stated === null ? [assumed] : []);
  }
  return plain((row) => values[row]!, [`the loss counts ${counter}s, the checkpoints ${axis}s`]);
}

/** Nothing counts the rows but their number. */
function counted(loss: LogColumn, { axis, checkpoints, metadata }: CurveContext, last: number): Positions {
  const rows = loss.values.length;
  if (rows === checkpoints.length && rows !== last)
    return { of: (row) => checkpoints[row]!.epoch, perCheckpoint: true, warnings: [] };
  const interval = metadata.loggingInterval;
  if (interval !== null && interval > 1 && Math.abs(rows * interval - last) <= interval)
    return plain((row) => (row + 1) * interval);
  if (rows === last + 1 && checkpoints[0]?.epoch === 0) return plain((row) => row);
  const ratio = last / rows;
  if (ratio > 1.5 && Number.isInteger(ratio))
    return plain(
      (row) => (row + 1) * ratio,
      [
        `the loss has ${String(rows)} values for ${String(last)} ${axis}s: one for every ${String(ratio)} was assumed`,
      ],
    );
  return plain((row) => row + 1);
}
