import type { Collection } from '../detect/collection';
import { primitivePeriod } from '../detect/words';
import type { CanonicalMap } from '../map/canonical';
import { regionString } from '../map/kernel';
import type { Certificate } from '../report/types';
import { blockCyclic } from './blockCyclic';
import { encloseSolve, gamma, UNDERFLOW } from './enclosure';
import { FixedPointTree } from './fixedPointTree';
import { buildLcp, type Lcp } from './lcp';
import type { OrderProof } from './orderProof';
import type { ProofLog } from './proofLog';
import { Rotations } from './rotations';
import { constantUnits, nearRadius, settledUnits, type TreeOutcome, type TreeReplay } from './treeProblem';

/** Largest number of units, all points together, that is tried. */
const UNITS = 160;
/** Largest number of coordinates, all points together: the equations are inverted once. */
const COORDINATES = 1000;
/** Work spent on all orders together, in entries of dictionaries; some seconds. */
const WORK = 4e8;
/** Entries that a node passes over, in dictionaries: copies, pivots and checks. */
const PASSES = 10;

/** Whether the block-cyclic equations of an order have few enough unknowns to be tried. */
export function cyclicTractable({ n, L }: CanonicalMap, order: number): boolean {
  return order * L <= UNITS && order * n <= COORDINATES;
}

/** Nodes of an order's tree that may be searched, with the work of all orders together that many times. */
export function cyclicBudget({ L }: CanonicalMap, order: number, times: number): number {
  return (times * WORK) / nodeCost(order * L);
}

/** Entries of dictionaries that a node costs. */
function nodeCost(units: number): number {
  return PASSES * units ** 2;
}

/**
 * Proves k-cycles complete in all of state space. The k points of a cycle together are a fixed point of the
 * block-cyclic map, hence solve one linear complementarity problem of k L units, whatever the dimension; its tree is
 * searched as for fixed points, rotations of the same cycle once. Meant for maps whose itineraries are mostly possible
 * as words (free linear subspaces), few units and many dimensions. Adds to `found` whatever was missed.
 *
 * Orders are tried as given, and given up from the first whose nodes, or their projection from the orders before, exceed
 * what is left of the budget.
 *
 * @param orders ascending, each at least 2
 * @param unit model units per internal unit of length
 * @param share of the usual work that may be spent
 * @param trees the trees, searched before; then none is given up for its size
 */
export function proveCyclic(
  found: Collection,
  orders: readonly number[],
  unit: number,
  stop: () => boolean,
  onProgress: (stage: string) => void = () => undefined,
  log: ProofLog | null = null,
  share = 1,
  trees: TreeReplay | null = null,
): OrderProof {
  const { n, L } = found.map;
  const certificates = new Map<number, Certificate>();
  const whyNot = new Map<number, string>();
  let work = 0;
  let solves = 0;
  let nodes = 0;
  const sizes: { order: number; nodes: number; milliseconds: number }[] = [];
  let given: string | null = null;
  for (const order of orders) {
    if (given !== null || L === 0) {
      whyNot.set(order, given ?? 'No guarantee: the map is affine.');
      continue;
    }
    if (!cyclicTractable(found.map, order)) {
      given = `No guarantee: ${String(order)} points with ${String(L)} units and ${String(n)} coordinates each are too many for the block-cyclic search.`;
      whyNot.set(order, given);
      continue;
    }
    const left = trees ? Infinity : (share * WORK - work) / nodeCost(order * L);
    const projected = project(sizes, order);
    const history =
      sizes.length > 0
        ? ` (${sizes.map((s) => `${String(s.nodes)} for order ${String(s.order)}`).join(', ')})`
        : '';
    if (projected.nodes > 4 * left) {
      given = `No guarantee beyond order ${String(sizes.at(-1)?.order ?? 1)}: the block-cyclic search would need about ${projected.nodes.toExponential(0)} subtrees for order ${String(order)}${history}.`;
      whyNot.set(order, given);
      continue;
    }
    onProgress(
      `proof of order ${String(order)}${projected.seconds >= 1 ? `, about ${projected.seconds.toFixed(0)} s` : ''}`,
    );
    const begin = Date.now();
    const search = new CyclicSearch(found, order, left, stop, log, trees);
    const reason = search.run();
    sizes.push({ order, nodes: search.nodes, milliseconds: Date.now() - begin });
    work += search.nodes * nodeCost(order * L);
    solves += search.solves;
    nodes += search.nodes;
    if (reason !== null) {
      whyNot.set(order, reason);
      if (search.stopped && !trees)
        given = `No guarantee: the proof ended at order ${String(order)}${history}.`;
      continue;
    }
    certificates.set(order, {
      domain: 'everywhere',
      periods: order,
      method: 'block-cyclic complementarity search',
      statement: `Every cycle of order ${String(order)} is listed: its points together solve one linear complementarity problem. Each itinerary, up to rotation, was solved by itself or lies in a subtree of itineraries excluded by a linear combination of the cycle equations with all signs checked against rounding (Farkas certificate). This holds in all of state space.`,
      counts: search.counts,
      errorBound: search.errorBound * unit,
    });
  }
  return { certificates, allPeriods: false, whyNot, solves, nodes };
}

/** Nodes and time of the next order by the growth of the last two. */
function project(
  sizes: readonly { order: number; nodes: number; milliseconds: number }[],
  order: number,
): { nodes: number; seconds: number } {
  const last = sizes.at(-1);
  const before = sizes.at(-2);
  if (!last || !before) return { nodes: 0, seconds: 0 };
  const growth =
    Math.max(1, last.nodes / before.nodes) ** ((order - last.order) / (last.order - before.order));
  return { nodes: last.nodes * growth, seconds: (last.milliseconds * growth) / 1000 };
}

type Verdict = 'outside' | 'inside' | 'open' | 'singular';

/** One order. */
class CyclicSearch {
  nodes = 0;
  solves = 0;
  stopped = false;
  errorBound = 0;
  readonly counts: Record<string, number> = {};
  private open = 0;
  private readonly seen = new Set<string>();
  /** Units without a border: their bit, else -1. */
  private readonly constant: Int8Array;

  constructor(
    private readonly found: Collection,
    private readonly k: number,
    private readonly maxNodes: number,
    private readonly stop: () => boolean,
    private readonly log: ProofLog | null,
    private readonly trees: TreeReplay | null,
  ) {
    this.constant = constantUnits(found.map);
  }

  /** @returns why the order is not proven, or null when it is */
  run(): string | null {
    const { k, stop } = this;
    const lcp = buildLcp(blockCyclic(this.found.map, k), stop);
    if (lcp === null) {
      if (stop()) {
        this.stopped = true;
        return 'No guarantee: the proof was stopped.';
      }
      return `No guarantee: the cycle equations of order ${String(k)} are singular, or nearly so, in every itinerary tried.`;
    }
    const radius = nearRadius(lcp);
    let bounded = lcp.homogeneous;
    if (!lcp.homogeneous) {
      const tree = this.tree(lcp, false, radius);
      if (tree !== null) return tree;
      bounded = this.bounded;
    }
    // Certificates that hold only within the radius: what lies beyond is excluded apart.
    if (bounded) {
      const tree = this.tree(lcp, true, radius);
      if (tree !== null) return tree;
    }
    if (this.open > 0)
      return `No guarantee: ${String(this.open)} itineraries of order ${String(k)} could not be decided within rounding.`;
    return null;
  }

  private bounded = false;

  private tree(lcp: Lcp, normalised: boolean, radius: number): string | null {
    const { k, stop, constant, trees } = this;
    const leaf = (states: Int8Array): void => this.settle(lcp, states);
    let tree: TreeOutcome;
    if (trees) tree = trees(lcp, { order: k, far: normalised, radius }, leaf, stop);
    else {
      const search = new FixedPointTree(
        lcp,
        normalised,
        { leaf, hint: () => undefined, stop, progress: () => undefined },
        this.maxNodes - this.nodes,
        radius,
        new Rotations(this.found.map.L, k, lcp.base),
        this.log && { log: this.log, order: k },
      );
      search.run(settledUnits(constant, lcp));
      tree = search;
    }
    this.nodes += tree.counts.nodes;
    this.bounded ||= tree.bounded;
    for (const [name, value] of Object.entries(tree.counts)) {
      const key = normalised ? `far: ${name}` : name;
      this.counts[key] = value as number;
    }
    if (tree.stopped || tree.abandoned > 0) {
      this.stopped = true;
      if (tree.whyNot !== undefined) return tree.whyNot;
      return `No guarantee: the block-cyclic search of order ${String(k)} was ended after ${String(this.nodes)} subtrees, with ${(100 * tree.fraction).toFixed(1)} % of the tree done.`;
    }
    return null;
  }

  /** Solves an itinerary that no certificate excluded, and lists what it holds. */
  private settle(lcp: Lcp, states: Int8Array): void {
    const { found, k } = this;
    const { L } = found.map;
    const key = states.join('');
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const word = Array.from({ length: k }, (_, t) =>
      Uint8Array.from({ length: L }, (_bit, u) => states[t * L + u]! ^ lcp.base[t * L + u]!),
    );
    const primitive = primitivePeriod(word.map(regionString)) === k;
    this.solves++;
    const verdict = this.verdict(lcp, states);
    if (verdict === 'outside') return;
    if (verdict === 'singular') {
      if (!found.addSingular(word)) this.open++;
      return;
    }
    // One solution: a shorter word's, or 0.
    if (!primitive || lcp.homogeneous) return;
    const method = 'block-cyclic search';
    if (!found.addWord(word, method, verdict === 'inside') && !found.decide(word, method)) this.open++;
  }

  /** Where the solution of an itinerary's equations T s = -q (on the units not in their base state) lies. */
  private verdict(lcp: Lcp, states: Int8Array): Verdict {
    const { T, Terror, q, qerror } = lcp;
    const N = lcp.L;
    const active: number[] = [];
    for (let v = 0; v < N; v++) if (states[v] === 1) active.push(v);
    const m = active.length;
    const M = new Float64Array(m * m);
    const Merror = new Float64Array(m * m);
    active.forEach((v, i) => {
      active.forEach((w, j) => {
        M[i * m + j] = T[v * N + w]!;
        Merror[i * m + j] = Terror[v * N + w]!;
      });
    });
    const right = Float64Array.from(active, (v) => -q[v]!);
    const s = encloseSolve(
      M,
      Merror,
      right,
      Float64Array.from(active, (v) => qerror[v]!),
      m,
      1,
    );
    if (s === null) return 'singular';
    const g = gamma(m + 2);
    let open = false;
    for (let v = 0, i = 0; v < N; v++) {
      let value: number;
      let error: number;
      if (states[v] === 1) {
        value = s.value[i]!;
        error = s.error[i]!;
        this.errorBound = Math.max(this.errorBound, error);
        i++;
      } else {
        value = q[v]!;
        error = qerror[v]! + g * Math.abs(value);
        for (let j = 0; j < m; j++) {
          const at = v * N + active[j]!;
          const term = T[at]! * s.value[j]!;
          value += term;
          error +=
            Math.abs(T[at]!) * s.error[j]! +
            Terror[at]! * (Math.abs(s.value[j]!) + s.error[j]!) +
            g * Math.abs(term);
        }
        error = error * (1 + 1e-12) + UNDERFLOW;
      }
      if (this.constant[v % this.found.map.L] !== -1) continue;
      if (value < -error) return 'outside';
      if (!(value > error)) open = true;
    }
    return open ? 'open' : 'inside';
  }
}
