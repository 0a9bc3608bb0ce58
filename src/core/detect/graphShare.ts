import type { CanonicalMap } from '../map/canonical';
import { GraphShares, SPLIT_AFTER } from '../prove/graphShare';
import { needsScale, shareSpaceGraph, whyNoWordGraph, type SharedGraph } from '../prove/spaceProof';
import type { GraphShare, Share } from '../report/shard';
import { detect, PROOF_SECONDS } from './detect';
import { inBiasUnits } from './units';

export interface GraphShareOptions {
  readonly maxOrder: number;
  readonly seed: number;
  readonly share: Share;
  /** Work for the share, as for the graph of one run. */
  readonly proofSeconds?: number;
  /** Shares of the rounds before, in the order of the shards. */
  readonly before: readonly (readonly (GraphShare | null)[])[];
  /** Row products after which the words of a length are shared out. */
  readonly splitAfter?: number;
  readonly stop: () => boolean;
}

/**
 * One shard's share of the word graph, which goes on where the rounds before ended. Polygons are not split: a planar
 * graph has a bound that takes seconds. Throws ShareMismatch where the rounds before do not fit together.
 */
export async function shareWordGraph(map: CanonicalMap, options: GraphShareOptions): Promise<SharedGraph> {
  const { maxOrder, share, seed, proofSeconds = PROOF_SECONDS, before, splitAfter, stop } = options;
  const none = (why: string): SharedGraph => ({ share: null, why });
  const { unit, scaled, exact } = inBiasUnits(map);
  if (!exact) return none('the biases span more orders of magnitude than a double can hold');
  if (scaled.n === 2) return none('the polygons of a planar map take seconds at most');
  const why = whyNoWordGraph(scaled);
  if (why !== null) return none(why);
  let scale = 1;
  if (needsScale(scaled)) {
    // Fixed points and simulated orbits tell S: less work than the first length of a graph that takes long.
    const { scale: found } = await detect(map, {
      ...{ maxOrder: 1, seed, certify: true, proofSeconds: 0, allPeriodsNodes: 0, longest: 0, stop },
      ...{ onProgress: () => undefined, onFinds: () => undefined },
    });
    scale = found / unit;
  }
  if (stop()) return none('the run was stopped before');
  const shares = new GraphShares(before, { share, after: splitAfter ?? SPLIT_AFTER });
  return shareSpaceGraph(scaled, scale, { maxOrder, seconds: proofSeconds, stop }, shares);
}
