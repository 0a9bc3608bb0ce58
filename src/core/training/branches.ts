import type { Connection, ConnectionEvent } from '../bifurcation/types';
import type { Branch, BranchSample, BifurcationEvent, Timeline } from '../report/timeline';
import { itineraryKey, type SeriesCycle } from './checkpoint';

/** What is known of a series of checkpoints. */
export interface Series {
  /** Positions on the axis, rising. */
  readonly positions: readonly number[];
  /** Objects of each checkpoint. */
  readonly objects: readonly (readonly SeriesCycle[])[];
  /** Orders up to which each checkpoint's list is proven complete. */
  readonly proven: readonly number[];
  /** Step i leads from checkpoint i to i + 1; null where it was not followed (yet). */
  readonly steps: readonly (Connection | null)[];
  /** The orbit of `count` states from a state on, under the map at s on the line of a step. */
  readonly orbit: (
    step: number,
    s: number,
    point: readonly number[],
    count: number,
  ) => readonly (readonly number[])[];
}

export interface Joined {
  readonly branches: readonly Branch[];
  readonly events: readonly BifurcationEvent[];
  /** Branch id of each object of each checkpoint. */
  readonly branchOf: readonly (readonly string[])[];
  readonly balance: Timeline['balance'];
}

const NONE = -1;

/** A stretch of a branch: an object at a checkpoint, or a segment of a step. */
type Node =
  | { readonly kind: 'object'; readonly checkpoint: number; readonly cycle: SeriesCycle }
  | { readonly kind: 'segment'; readonly step: number; readonly index: number };

/**
 * Gives objects their identity through training: segments of the steps and objects of the checkpoints are chained
 * into branches, the steps' events become the run's. Where a step was not followed, objects with the same itinerary
 * at its two ends are taken for the same, and the branch says nothing about what lies between.
 */
export function joinBranches(series: Series): Joined {
  const { positions, objects, steps } = series;
  const nodes: Node[] = [];
  const objectNodes = objects.map((list, checkpoint) =>
    list.map((cycle) => nodes.push({ kind: 'object', checkpoint, cycle }) - 1),
  );
  const segmentNodes = steps.map((connection, step) =>
    (connection?.segments ?? []).map((_, index) => nodes.push({ kind: 'segment', step, index }) - 1),
  );
  const next = new Int32Array(nodes.length).fill(NONE);
  const previous = new Int32Array(nodes.length).fill(NONE);
  const link = (a: number, b: number): void => {
    if (next[a] !== NONE || previous[b] !== NONE) return;
    next[a] = b;
    previous[b] = a;
  };
  steps.forEach((connection, i) => {
    const [before, after] = [objectNodes[i]!, objectNodes[i + 1]!];
    if (connection === null) {
      const ends = new Map(objects[i + 1]!.map((cycle, o) => [itineraryKey(cycle.regions), after[o]!]));
      objects[i]!.forEach((cycle, o) => {
        const end = ends.get(itineraryKey(cycle.regions));
        if (end !== undefined) link(before[o]!, end);
      });
      return;
    }
    connection.segments.forEach(({ objectA, objectB, next: following }, index) => {
      const node = segmentNodes[i]![index]!;
      if (objectA !== null) link(before[objectA]!, node);
      if (objectB !== null) link(node, after[objectB]!);
      if (following !== null) link(node, segmentNodes[i]![following]!);
    });
  });

  const start = (node: number): number => placeOf(nodes[node]!, series, 'from');
  const heads = Array.from(nodes.keys()).filter((node) => previous[node] === NONE);
  const keyed = heads.map((node) => ({ node, at: start(node), ...shapeOf(nodes[node]!, series) }));
  keyed.sort(
    (a, b) => a.at - b.at || a.order - b.order || comparePoints(a.point, b.point) || a.node - b.node,
  );
  const chains = keyed.map(({ node }) => {
    const chain: number[] = [];
    for (let at = node; at !== NONE; at = next[at]!) chain.push(at);
    return chain;
  });
  const branch = new Int32Array(nodes.length);
  chains.forEach((chain, index) => chain.forEach((node) => (branch[node] = index)));
  const id = (node: number): string => `B${String(branch[node]! + 1)}`;

  const drafts: Draft[] = [];
  steps.forEach((connection, step) => {
    const ids = (segments: readonly number[]): string[] =>
      unique(segments.map((segment) => id(segmentNodes[step]![segment]!)));
    for (const event of connection?.events ?? []) drafts.push(draftOf(event, step, positions, ids));
  });
  const ends = new Map<string, { from?: Draft; to?: Draft }>();
  for (const draft of drafts) {
    for (const name of draft.born) ends.set(name, { ...ends.get(name), from: draft });
    for (const name of draft.died) ends.set(name, { ...ends.get(name), to: draft });
  }
  for (const draft of unexplained(chains, nodes, series, ends)) drafts.push(draft);
  drafts.sort((a, b) => a.epoch - b.epoch || a.order - b.order);
  const events = drafts.map((draft, index): BifurcationEvent => ({ id: `E${String(index + 1)}`, ...draft }));
  const eventId = new Map(drafts.map((draft, index) => [draft, events[index]!.id]));

  const family = families(chains.length, events);
  const branches = chains.map((chain, index): Branch => {
    const name = `B${String(index + 1)}`;
    const { from, to } = ends.get(name) ?? {};
    return {
      id: name,
      order: shapeOf(nodes[chain[0]!]!, series).order,
      family: family[index]!,
      from: from ? eventId.get(from)! : null,
      to: to ? eventId.get(to)! : null,
      samples: samplesOf(
        chain.map((node) => nodes[node]!),
        series,
      ),
    };
  });
  return {
    branches,
    events,
    branchOf: objectNodes.map((list) => list.map(id)),
    balance: balanceOf(series, events, branches),
  };
}

type Draft = Omit<BifurcationEvent, 'id'>;

function draftOf(
  event: ConnectionEvent,
  step: number,
  positions: readonly number[],
  ids: (segments: readonly number[]) => string[],
): Draft {
  const { s, sError, kind, order, stability, mab, atInfinity, unit, pointIndex, point, multiplier, text } =
    event;
  const companions = (list: ConnectionEvent['alsoBorn']): Draft['alsoBorn'] =>
    list.map(({ order: period, segment, stability: type }) => ({
      order: period,
      branch: segment === null ? null : (ids([segment])[0] ?? null),
      stability: type,
    }));
  return {
    ...place(step, s, positions),
    sError,
    kind,
    order,
    branches: unique([...ids(event.before), ...ids(event.after)]),
    born: ids(event.born),
    died: ids(event.died),
    alsoBorn: companions(event.alsoBorn),
    alsoDied: companions(event.alsoDied),
    ...{ stability, mab, atInfinity, unit, pointIndex, point, multiplier, text },
  };
}

function place(step: number, s: number, positions: readonly number[]): Pick<Draft, 'epochs' | 's' | 'epoch'> {
  const epochs = [positions[step]!, positions[step + 1]!] as const;
  return { epochs, s, epoch: epochs[0] + s * (epochs[1] - epochs[0]) };
}

/** Ends of branches inside the followed part of the run that no event explains: said so, never passed over. */
function unexplained(
  chains: readonly (readonly number[])[],
  nodes: readonly Node[],
  series: Series,
  ends: Map<string, { from?: Draft; to?: Draft }>,
): Draft[] {
  const { positions, steps } = series;
  const drafts: Draft[] = [];
  chains.forEach((chain, index) => {
    const name = `B${String(index + 1)}`;
    for (const end of ['from', 'to'] as const) {
      if (ends.get(name)?.[end]) continue;
      const node = nodes[end === 'from' ? chain[0]! : chain.at(-1)!]!;
      const step =
        node.kind === 'segment' ? node.step : end === 'from' ? node.checkpoint - 1 : node.checkpoint;
      if (!steps[step]) continue;
      const { order, point, stability } = shapeOf(node, series, end);
      const s = node.kind === 'object' ? (end === 'from' ? 1 : 0) : steps[step].segments[node.index]![end];
      const at = place(step, s, positions);
      const what = order === 1 ? 'fixed point' : `${String(order)}-cycle`;
      const draft: Draft = {
        ...at,
        sError: 0,
        kind: 'unresolved',
        order,
        branches: [name],
        born: end === 'from' ? [name] : [],
        died: end === 'to' ? [name] : [],
        alsoBorn: [],
        alsoDied: [],
        stability: end === 'from' ? [null, stability] : [stability, null],
        mab: false,
        atInfinity: false,
        unit: null,
        pointIndex: null,
        point,
        multiplier: null,
        text: `Unresolved: the ${what} could not be followed ${end === 'from' ? 'back' : 'on'} from here, so how it ${end === 'from' ? 'began' : 'ended'} between ${String(at.epochs[0])} and ${String(at.epochs[1])} is not known`,
      };
      drafts.push(draft);
      ends.set(name, { ...ends.get(name), [end]: draft });
    }
  });
  return drafts;
}

function placeOf(node: Node, { positions, steps }: Series, end: 'from' | 'to'): number {
  if (node.kind === 'object') return positions[node.checkpoint]!;
  return place(node.step, steps[node.step]!.segments[node.index]![end], positions).epoch;
}

function shapeOf(
  node: Node,
  { steps }: Series,
  end: 'from' | 'to' = 'from',
): Pick<SeriesCycle, 'order' | 'stability'> & { point: readonly number[] } {
  if (node.kind === 'object') {
    const { order, stability, points } = node.cycle;
    return { order, stability, point: points[0]! };
  }
  const { order, samples } = steps[node.step]!.segments[node.index]!;
  const sample = end === 'from' ? samples[0]! : samples.at(-1)!;
  return { order, stability: sample.stability, point: sample.point };
}

/** Branches that were born or died with one another share a number. */
function families(count: number, events: readonly BifurcationEvent[]): number[] {
  const root = Array.from({ length: count }, (_, i) => i);
  const find = (i: number): number => {
    while (root[i] !== i) i = root[i] = root[root[i]!]!;
    return i;
  };
  for (const { born, died } of events)
    for (const group of [born, died]) {
      const [first, ...others] = group.map((name) => Number(name.slice(1)) - 1);
      for (const other of others) {
        const [a, b] = [find(first!), find(other)];
        root[Math.max(a, b)] = Math.min(a, b);
      }
    }
  const numbers = new Map<number, number>();
  return root.map((_, i) => {
    const r = find(i);
    let number = numbers.get(r);
    if (number === undefined) numbers.set(r, (number = numbers.size + 1));
    return number;
  });
}

/** Samples along a chain, points in a rotation without jumps at the checkpoints. */
function samplesOf(chain: readonly Node[], series: Series): BranchSample[] {
  const { positions, steps, orbit } = series;
  const out: BranchSample[] = [];
  /** The cycle's points at the checkpoint just passed, beginning with the one that the branch follows. */
  let anchor: readonly (readonly number[])[] | null = null;
  let turn = 0;
  chain.forEach((node, at) => {
    if (node.kind === 'object') {
      const { points, spectralRadius, growthPerStep, stability, margin } = node.cycle;
      const last = out.at(-1);
      const first = last ? nearest(points, last.points[0]!) : 0;
      anchor = [...points.slice(first), ...points.slice(0, first)];
      const epoch = positions[node.checkpoint]!;
      if (last && last.epoch >= epoch) out.pop();
      out.push({ epoch, points: anchor, spectralRadius, growthPerStep, stability, margin });
      return;
    }
    const segment = steps[node.step]!.segments[node.index]!;
    if (anchor) {
      const begin = nearest(anchor, segment.samples[0]!.point);
      turn = (segment.order - begin) % segment.order;
      anchor = null;
    } else if (chain[at - 1]?.kind !== 'segment') turn = 0;
    for (const { s, point, ...rest } of segment.samples) {
      const { epoch } = place(node.step, s, positions);
      const last = out.at(-1);
      if (last && epoch <= last.epoch) continue;
      const points = orbit(node.step, s, point, segment.order);
      out.push({ epoch, points: [...points.slice(turn), ...points.slice(0, turn)], ...rest });
    }
  });
  return out;
}

function nearest(points: readonly (readonly number[])[], to: readonly number[]): number {
  let best = 0;
  let least = Infinity;
  points.forEach((point, index) => {
    const distance = point.reduce((sum, v, i) => sum + (v - to[i]!) ** 2, 0);
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/** Counts before + births - deaths = counts after, from the finished branches and events. */
function balanceOf(
  { positions, objects, proven, steps }: Series,
  events: readonly BifurcationEvent[],
  branches: readonly Branch[],
): Timeline['balance'] {
  const orderOf = new Map(branches.map(({ id, order }) => [id, order]));
  const broken: Timeline['balance']['broken'][number][] = [];
  let checked = 0;
  steps.forEach((connection, i) => {
    if (!connection) return;
    checked++;
    const epochs = [positions[i]!, positions[i + 1]!] as const;
    for (const { order, text } of connection.balance.broken) broken.push({ epochs, order, text });
    const inside = events.filter((event) => event.epochs[0] === epochs[0]);
    const known = new Set(connection.balance.broken.map(({ order }) => order));
    const orders = new Set([...objects[i]!, ...objects[i + 1]!].map(({ order }) => order));
    for (const order of [...orders].sort((a, b) => a - b)) {
      if (order > Math.min(proven[i]!, proven[i + 1]!, connection.balance.upTo) || known.has(order)) continue;
      const count = (list: readonly { order: number }[]): number =>
        list.filter((o) => o.order === order).length;
      const changes = (end: 'born' | 'died'): number =>
        inside.reduce(
          (sum, event) => sum + event[end].filter((name) => orderOf.get(name) === order).length,
          0,
        );
      const [before, births, deaths, after] = [
        count(objects[i]!),
        changes('born'),
        changes('died'),
        count(objects[i + 1]!),
      ];
      if (before + births - deaths === after) continue;
      const text = `Order ${String(order)}: ${String(before)} before, ${String(births)} born, ${String(deaths)} died, but ${String(after)} after`;
      broken.push({ epochs, order, text });
    }
  });
  return { steps: checked, broken };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function comparePoints(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
