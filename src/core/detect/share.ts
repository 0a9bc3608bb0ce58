import type { CanonicalMap } from '../map/canonical';
import { blockCyclic } from '../prove/blockCyclic';
import { cyclicBudget, cyclicTractable } from '../prove/cyclicProof';
import { enumeratesFar } from '../prove/fixedPoints';
import { buildLcp } from '../prove/lcp';
import { constantUnits, nearRadius, settledUnits } from '../prove/treeProblem';
import { shareTree } from '../prove/treeShare';
import { uniqueByPMatrix } from '../prove/uniqueness';
import type { Share, Shard, TreeShare } from '../report/shard';
import type { BoundaryPoint, Cycle, OrderResult } from '../report/types';
import { Collection } from './collection';
import { cycleId, listObjects, toUnits } from './listing';
import { inBiasUnits } from './units';

export interface ShareOptions {
  readonly maxOrder: number;
  readonly share: Share;
  /** Work for each order's tree, as a multiple of what one run spends on all of them; that of the fixed points has no bound. */
  readonly effort: number;
  /** false: no tree is searched. */
  readonly trees?: boolean;
  readonly stop: () => boolean;
  readonly onProgress: (stage: string, fraction: number) => void;
  readonly onFinds: (finds: { cycles: Cycle[]; boundaryPoints: BoundaryPoint[] }) => void;
}

export interface ShareResult {
  readonly trees: TreeShare[];
  readonly whole: Shard['whole'];
  /** What was found on the way; no order is claimed to be complete. */
  readonly orders: OrderResult[];
  readonly beyond: Cycle[];
  /** The largest |coordinate| of what was found, or the unit of length. */
  readonly scale: number;
  readonly solves: number;
}

/**
 * One shard's share of the search trees of a map: that of the fixed points and the block-cyclic ones of every order,
 * near and far solutions apart. Each is cut in the same way by every shard; what a shard does depends on the map and the
 * options alone, never on what it finds, so that the shares of all shards fit together.
 */
export function searchShare(map: CanonicalMap, options: ShareOptions): ShareResult {
  const { maxOrder, share, effort, stop, onProgress, onFinds } = options;
  const { unit, scaled, exact } = inBiasUnits(map);
  const trees: TreeShare[] = [];
  const whole: { order: number; why: string }[] = [];
  const counts = new Map<number, number>();
  let borders = 0;
  const found = new Collection(scaled, 1, {
    onCycle: (cycle) => {
      const count = counts.get(cycle.order) ?? 0;
      counts.set(cycle.order, count + 1);
      const id = cycleId(cycle.order, count);
      onFinds({ cycles: [toUnits({ ...cycle, id }, unit)], boundaryPoints: [] });
    },
    onBoundary: (point) =>
      onFinds({ cycles: [], boundaryPoints: [toUnits({ ...point, id: `BP${String(++borders)}` }, unit)] }),
    stop,
  });
  let solves = 0;
  /** @returns whether the order's shares were all searched to their end */
  const search = (order: number): boolean => {
    const lcp = buildLcp(order === 1 ? scaled : blockCyclic(scaled, order), stop);
    if (lcp === null) {
      whole.push({ order, why: 'the equations are singular in every base region tried' });
      return true;
    }
    if (order === 1 && uniqueByPMatrix(lcp, stop) !== null) {
      whole.push({ order, why: 'there is one solution, by the sizes of the weights' });
      return true;
    }
    // Whether the far tree is needed, another shard may know: it is always searched.
    const tellsFar = order > 1 || !enumeratesFar(scaled);
    if (lcp.homogeneous && !tellsFar)
      whole.push({ order, why: 'the regions that reach far out are enumerated' });
    const problem = {
      lcp,
      order,
      radius: nearRadius(lcp),
      settled: settledUnits(constantUnits(scaled), lcp),
    };
    let nodes = order === 1 ? Infinity : cyclicBudget(scaled, order, effort);
    for (const far of [...(lcp.homogeneous ? [] : [false]), ...(tellsFar ? [true] : [])]) {
      const tree = shareTree({ ...problem, far }, share, nodes, stop, (states) => {
        const word = Array.from({ length: order }, (_, t) =>
          Uint8Array.from(
            { length: scaled.L },
            (_bit, u) => states[t * scaled.L + u]! ^ lcp.base[t * scaled.L + u]!,
          ),
        );
        solves++;
        found.addWord(word, order === 1 ? 'linear complementarity search' : 'block-cyclic search');
      });
      trees.push(tree);
      if (tree.end !== 'done') return false;
      nodes -= (tree.counts['nodes'] ?? 0) + (tree.top.counts['nodes'] ?? 0);
    }
    return true;
  };
  for (let order = 1; order <= maxOrder && options.trees !== false && !stop(); order++) {
    onProgress(order === 1 ? 'fixed points' : `tree of order ${String(order)}`, (order - 1) / maxOrder);
    if (!exact) whole.push({ order, why: 'the biases span more orders of magnitude than a double can hold' });
    else if (scaled.L === 0) whole.push({ order, why: 'the map is affine' });
    else if (order > 1 && !cyclicTractable(scaled, order)) {
      whole.push({ order, why: 'from this order on the equations are too many for the block-cyclic search' });
      break;
    } else if (!search(order) && order > 1) break;
  }
  const { orders, beyond } = listObjects(found, {
    maxOrder,
    unit,
    certificates: new Map(),
    whyNot: () =>
      `No guarantee: this is shard ${String(share.index)} of ${String(share.of)}; only what all shards say together, after merging, can be complete.`,
  });
  const points = [...found.cycles.values(), ...found.boundary].flatMap((object) => object.points.flat());
  const extent = points.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return { trees, whole, orders, beyond, scale: (extent > 0 ? extent : 1) * unit, solves };
}
