import { asNumber } from '../core/models/facts';
import type { Hint } from '../core/models/types';
import { isWeak } from '../core/models/facts';

/** Hyperparameters that are kept: what a header or an export can show. */
const MAX_SHOWN = 200;

type Value = Hint['value'];

/** What the files beside a run say about its training. */
export interface Metadata {
  readonly hyperparameters: Readonly<Record<string, Value>>;
  /** Teacher forcing in words, or null where nothing is said. */
  readonly forcing: string | null;
  readonly stepsPerEpoch: number | null;
  /** Epochs between two logged values, where the training says so. */
  readonly loggingInterval: number | null;
  /** Checkpoint e belongs to row e + lossOffset of the loss. */
  readonly lossOffset: number;
}

/** Reads the hints of sidecar files; those of file and folder names say nothing about training. */
export function metadataOf(hints: readonly Hint[]): Metadata {
  const facts = new Map<string, Value>();
  for (const { name, value, origin } of hints)
    if (!isWeak(origin) && !facts.has(name)) facts.set(name, typed(value));
  const find = (...names: readonly string[]): Value | undefined => {
    for (const name of names)
      for (const [key, value] of facts)
        if (key.slice(key.lastIndexOf('.') + 1).toLowerCase() === name) return value;
    return undefined;
  };
  const number = (...names: readonly string[]): number | null => {
    const value = find(...names);
    return value === undefined ? null : (asNumber(value) ?? null);
  };
  const stepsPerEpoch = number('batches_per_epoch', 'steps_per_epoch', 'iterations_per_epoch');
  return {
    hyperparameters: Object.fromEntries([...facts].slice(0, MAX_SHOWN)),
    forcing: forcingOf(find, number),
    stepsPerEpoch: stepsPerEpoch !== null && stepsPerEpoch >= 1 ? stepsPerEpoch : null,
    loggingInterval: number('scalar_saving_interval', 'ssi', 'log_every', 'log_interval'),
    lossOffset: lossOffsetOf(find, number, stepsPerEpoch),
  };
}

/** Text files give all values as texts. */
function typed(value: Value): Value {
  if (typeof value !== 'string') return value;
  const text = value.replace(/^(["'])(.*)\1$/, '$2');
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

type Find = (...names: readonly string[]) => Value | undefined;
type FindNumber = (...names: readonly string[]) => number | null;

/**
 * The words of the field: generalized teacher forcing mixes the state with the data by alpha at every step, sparse
 * forcing replaces it every tau steps.
 */
function forcingOf(find: Find, number: FindNumber): string | null {
  const stated = find('forcing', 'teacher_forcing', 'forcing_method', 'tf_method', 'use_teacher_forcing');
  const interval = number('teacher_forcing_interval', 'tf_interval', 'forcing_interval', 'n_interleave');
  const tau = interval ?? number('tau', 'tf_tau');
  const gtf = number('gtf_alpha', 'tf_alpha', 'alpha_gtf', 'forcing_alpha');
  if (stated !== undefined) {
    const text = String(stated).trim();
    if (/^(?:none|no|off|false|0|free|free[- ]running|autonomous|)$/i.test(text)) return 'none';
    if (/^(?:a?gtf|generali[sz]ed.*)$/i.test(text)) return gtfWords(gtf ?? number('alpha'), null, null);
    if (/sparse|^s?tf$|interval|^id(?:entity)?$/i.test(text)) return sparseWords(tau, null);
    return /^(?:true|yes|on|1)$/i.test(text)
      ? gtf === null && tau !== null
        ? sparseWords(tau, null)
        : 'teacher forcing'
      : text;
  }
  const method = find('gtf_alpha_method', 'alpha_method');
  if (gtf !== null && !(gtf === 1 && interval !== null && interval > 1 && isConstant(method)))
    return gtf === 0 && isConstant(method) ? 'none' : gtfWords(gtf, method ?? null, interval);
  return interval === null
    ? null
    : sparseWords(interval, number('sequence_length', 'seq_len', 'seq_length', 'T'));
}

function isConstant(method: Value | undefined): boolean {
  return method === undefined || /^(?:constant|fixed|none)$/i.test(String(method));
}

function gtfWords(alpha: number | null, method: Value | null, interval: number | null): string {
  const strength =
    alpha === null
      ? ''
      : isConstant(method ?? undefined)
        ? ` alpha ${String(alpha)}`
        : ` alpha ${String(alpha)} at first, then ${String(method).replaceAll('_', ' ')}`;
  return `GTF${strength}${interval !== null && interval > 1 ? `, every ${String(interval)} steps` : ''}`;
}

function sparseWords(tau: number | null, sequence: number | null): string {
  if (tau !== null && sequence !== null && tau >= sequence)
    return `none (interval ${String(tau)} is no shorter than the sequences of ${String(sequence)})`;
  return tau === null ? 'sparse TF' : `sparse TF tau ${String(tau)}`;
}

/**
 * Row e is measured before the update of epoch e where that is one step of gradient descent: then checkpoint e, saved
 * after the update, belongs to row e + 1. Over epochs of many steps the row is a mean and stands for its epoch.
 */
function lossOffsetOf(find: Find, number: FindNumber, stepsPerEpoch: number | null): number {
  const stated = number('loss_offset', 'lossoffset');
  if (stated !== null && Number.isInteger(stated) && Math.abs(stated) <= 1000) return stated;
  const before = find('loss_before_update', 'loss_precedes_update');
  if (before !== undefined) return before === true || before === 1 ? 1 : 0;
  return stepsPerEpoch === 1 ? 1 : 0;
}
