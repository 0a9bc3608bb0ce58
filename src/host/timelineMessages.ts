import * as v from 'valibot';
import type { FromTimelinePanel } from '../protocol/timelinePanel';

/** Bounds on what the webview may send: far above what the panel does. */
const MAX_CHECKPOINTS = 8;
const MAX_FIGURE = 64 * 2 ** 20;

const side = v.picklist(['A', 'B']);

const message = v.variant('type', [
  v.strictObject({ type: v.literal('ready') }),
  v.strictObject({ type: v.literal('stop') }),
  v.strictObject({ type: v.literal('rerun') }),
  v.strictObject({ type: v.literal('spectra'), on: v.boolean() }),
  v.strictObject({ type: v.literal('compare') }),
  v.strictObject({ type: v.literal('endCompare') }),
  v.strictObject({
    type: v.literal('openCheckpoints'),
    side,
    epochs: v.pipe(v.array(v.pipe(v.number(), v.finite())), v.maxLength(MAX_CHECKPOINTS)),
  }),
  v.strictObject({ type: v.literal('export'), side, format: v.picklist(['json', 'csv', 'html']) }),
  v.strictObject({
    type: v.literal('saveFigure'),
    name: v.pipe(v.string(), v.maxLength(200)),
    format: v.picklist(['svg', 'png']),
    data: v.pipe(v.string(), v.maxLength(MAX_FIGURE)),
  }),
  v.strictObject({ type: v.literal('showLog') }),
]);

/** What the timeline's webview sent, checked; or why it was turned down. */
export function parseFromTimeline(received: unknown): { message: FromTimelinePanel } | { rejected: string } {
  const result = v.safeParse(message, received);
  if (result.success) return { message: result.output };
  const [first] = result.issues;
  return { rejected: `${first.message} at ${v.getDotPath(first) ?? 'the message itself'}` };
}
