import type { Certificate } from '../report/types';

/** What a proof that follows itineraries says, order by order: the planar word graph, and its kin in more dimensions. */
export interface OrderProof {
  /** Certificates by order, up to `maxOrder`, or up to the longest existing period when all periods are proven. */
  readonly certificates: ReadonlyMap<number, Certificate>;
  readonly allPeriods: boolean;
  /** Why an order is not proven. */
  readonly whyNot: ReadonlyMap<number, string>;
  /** Itineraries solved, words of the graph. */
  readonly solves: number;
  readonly nodes: number;
}
