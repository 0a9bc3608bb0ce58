import * as v from 'valibot';
import type { FromViewer } from '../protocol/viewer';

/** Bounds on what a webview may send: above what the viewer does, below what could hurt. */
const MAX_INDEXES = 1000;
const MAX_CELLS = 1024;
const MAX_TEXT = 2 ** 20;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const position = v.pipe(v.number(), v.finite(), v.minValue(0));
const cells = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_CELLS));

const ask = v.variant('query', [
  v.strictObject({
    type: v.literal('ask'),
    id: whole,
    query: v.literal('summaries'),
    request: v.strictObject({ indexes: v.pipe(v.array(whole), v.maxLength(MAX_INDEXES)) }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id: whole,
    query: v.literal('tensor'),
    request: v.strictObject({ index: whole }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id: whole,
    query: v.literal('properties'),
    request: v.strictObject({ index: whole }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id: whole,
    query: v.literal('window'),
    request: v.strictObject({
      index: whole,
      slice: whole,
      rows: v.strictTuple([position, position]),
      columns: v.strictTuple([position, position]),
      maxRows: cells,
      maxColumns: cells,
    }),
  }),
]);

const message = v.variant('type', [
  v.strictObject({ type: v.literal('ready') }),
  v.strictObject({ type: v.literal('analyze') }),
  v.strictObject({ type: v.literal('mapTensors') }),
  v.strictObject({ type: v.literal('choose'), index: whole }),
  v.strictObject({ type: v.literal('entry'), entry: whole }),
  v.strictObject({ type: v.literal('retry') }),
  v.strictObject({
    type: v.literal('exportTensor'),
    index: whole,
    format: v.picklist(['npy', 'csv']),
  }),
  v.strictObject({
    type: v.literal('copy'),
    text: v.pipe(v.string(), v.maxLength(MAX_TEXT)),
    what: v.pipe(v.string(), v.maxLength(200)),
  }),
  v.strictObject({ type: v.literal('showLog') }),
  ask,
]);

/** What the viewer sent, checked. @returns the message, or why it was turned down */
export function parseFromViewer(received: unknown): { message: FromViewer } | { rejected: string } {
  const result = v.safeParse(message, received);
  if (result.success) return { message: result.output };
  const [first] = result.issues;
  return { rejected: `${first.message} at ${v.getDotPath(first) ?? 'the message itself'}` };
}
