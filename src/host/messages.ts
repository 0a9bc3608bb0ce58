import { otherKinds } from '../protocol/interpretations';
import * as v from 'valibot';
import { EXPLORED, type FromPanel } from '../protocol/panel';
import { SEARCH_RANGES } from '../protocol/searchRanges';

/** Bounds on what a webview may send: far above what the panel does, far below what could hurt the host. */
const MAX_COORDINATES = 100_000;
const MAX_POINTS = 200_000;
const MAX_STEPS = 1_000_000;
const MAX_TEXT = 16 * 2 ** 20;
/** Cells of a picture of basins. */
const MAX_CELLS = 2048;
const MAX_FIGURE = 64 * 2 ** 20;

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const state = v.pipe(v.array(v.pipe(v.number(), v.finite())), v.maxLength(MAX_COORDINATES));
const states = v.pipe(v.array(state), v.maxLength(MAX_POINTS));
const text = v.pipe(v.string(), v.maxLength(MAX_TEXT));
const label = v.pipe(v.string(), v.maxLength(200));
const objects = v.pipe(v.array(v.strictObject({ id: label, points: states })), v.maxLength(MAX_POINTS));

const size = v.pipe(v.number(), v.finite(), v.minValue(0));
const regions = v.pipe(v.array(text), v.maxLength(MAX_POINTS));
const interval = v.tuple([v.pipe(v.number(), v.finite()), v.pipe(v.number(), v.finite())]);
const cells = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_CELLS));

const quantity = v.variant('kind', [
  v.strictObject({ kind: v.literal('coordinate'), point: id, unit: id }),
  v.strictObject({ kind: v.literal('norm'), point: id }),
  v.strictObject({ kind: v.picklist(['modulus', 'argument']), multiplier: id }),
]);

function ranged(option: keyof typeof SEARCH_RANGES) {
  const { minimum, maximum, integer } = SEARCH_RANGES[option];
  const lowest = option === 'threads' ? 1 : minimum;
  return v.pipe(
    v.number(),
    v.minValue(lowest),
    v.maxValue(maximum),
    v.check((value) => !integer || Number.isInteger(value)),
  );
}

const search = v.strictObject({
  maxOrder: v.exactOptional(ranged('maxOrder')),
  seed: v.exactOptional(ranged('seed')),
  timeLimit: v.exactOptional(ranged('timeLimit')),
  threads: v.exactOptional(ranged('threads')),
  memoryLimitMB: v.exactOptional(ranged('memoryLimitMB')),
  certify: v.exactOptional(v.boolean()),
});

const ask = v.variant('query', [
  v.strictObject({
    type: v.literal('ask'),
    id,
    query: v.picklist(['scene', 'symbols']),
    request: v.strictObject({ objects: states }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id,
    query: v.literal('trajectory'),
    request: v.strictObject({
      start: state,
      steps: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_STEPS)),
      objects,
    }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id,
    query: v.literal('probe'),
    request: v.strictObject({ state }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id,
    query: v.literal('manifolds'),
    request: v.strictObject({
      objects: v.pipe(v.array(v.strictObject({ id: label, points: states, regions })), v.maxLength(1000)),
      radius: size,
    }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id,
    query: v.literal('basins'),
    request: v.strictObject({
      attractors: v.pipe(
        v.array(v.strictObject({ id: label, points: states, regions, margin: v.nullable(size) })),
        v.maxLength(1000),
      ),
      slice: v.strictObject({ origin: state, u: state, v: state, x: interval, y: interval }),
      columns: cells,
      rows: cells,
      reach: size,
    }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id,
    query: v.literal('sensitivity'),
    request: v.strictObject({ object: v.strictObject({ id: label, points: states, regions }), quantity }),
  }),
  v.strictObject({
    type: v.literal('ask'),
    id,
    query: v.literal('weights'),
    request: v.strictObject({}),
  }),
]);

const axis = v.strictObject({
  direction: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
  range: v.pipe(
    interval,
    v.check(([from, to]) => from < to),
  ),
});

const message = v.variant('type', [
  v.strictObject({ type: v.literal('ready') }),
  v.strictObject({ type: v.literal('rerun'), search }),
  v.strictObject({ type: v.literal('stop') }),
  v.strictObject({ type: v.literal('choose'), index: id }),
  v.strictObject({ type: v.literal('mapTensors') }),
  v.strictObject({ type: v.literal('takeAs'), kind: v.picklist(otherKinds) }),
  v.strictObject({ type: v.literal('export'), format: v.picklist(['json', 'csv', 'html']) }),
  v.strictObject({
    type: v.literal('saveFigure'),
    name: label,
    format: v.picklist(['svg', 'png']),
    data: v.pipe(v.string(), v.maxLength(MAX_FIGURE)),
  }),
  v.strictObject({ type: v.literal('copy'), text, what: label }),
  v.strictObject({
    type: v.literal('plane'),
    request: v.strictObject({ x: axis, y: axis, maxOrder: ranged('maxOrder') }),
  }),
  v.strictObject({ type: v.literal('stopPlane') }),
  v.strictObject({ type: v.literal('diagram'), along: axis, maxOrder: ranged('maxOrder') }),
  v.strictObject({
    type: v.literal('exportData'),
    what: v.picklist(EXPLORED),
    format: v.picklist(['json', 'csv']),
  }),
  v.strictObject({ type: v.literal('chooseSurface') }),
  v.strictObject({ type: v.literal('removeSurface') }),
  v.strictObject({ type: v.literal('exportPlane') }),
  v.strictObject({ type: v.literal('openAt'), at: interval }),
  v.strictObject({ type: v.literal('openSettings') }),
  v.strictObject({ type: v.literal('showLog') }),
  ask,
]);

/**
 * What a webview sent, checked: the host trusts nothing that comes out of a frame.
 * @returns the message, or why it was turned down
 */
export function parseFromPanel(received: unknown): { message: FromPanel } | { rejected: string } {
  const result = v.safeParse(message, received);
  if (result.success) return { message: result.output };
  const [first] = result.issues;
  return { rejected: `${first.message} at ${v.getDotPath(first) ?? 'the message itself'}` };
}
