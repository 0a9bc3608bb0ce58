import type { CanonicalMap } from '../map/canonical';
import { Seal } from '../report/proof';
import type { TreeCounts } from './fixedPointTree';
import type { Lcp } from './lcp';

/** sum(o) + sum(s) beyond this, in units of the largest |q_u| (at least 1), is far: shown to hold no solution apart. */
const FAR = 1e7;

/** Near solutions are those with sum(o) + sum(s) up to this; without constant terms all are alike. */
export function nearRadius(lcp: Lcp): number {
  if (lcp.homogeneous) return 1;
  let size = 1;
  for (let u = 0; u < lcp.L; u++) size = Math.max(size, Math.abs(lcp.q[u]!) + lcp.qerror[u]!);
  return FAR * size;
}

/** Checksum of a problem: what was found in its trees says nothing about another one. */
export function sealOfLcp({ base, T, Terror, q, qerror }: Lcp): string {
  const seal = new Seal();
  seal.add(base.join(''));
  for (const numbers of [T, Terror, q, qerror]) seal.add(numbers.join(' '));
  return seal.value;
}

/** Units without a border: their bit, else -1. */
export function constantUnits({ n, L, C, d }: CanonicalMap): Int8Array {
  return Int8Array.from({ length: L }, (_, u) =>
    C.subarray(u * n, (u + 1) * n).some((c) => c !== 0) ? -1 : d[u]! > 0 ? 1 : 0,
  );
}

/** Variables that are zero throughout, because their unit has no border. */
export function settledUnits(constant: Int8Array, lcp: Lcp): { unit: number; state: number }[] {
  const settled: { unit: number; state: number }[] = [];
  for (let v = 0; v < lcp.L; v++) {
    const bit = constant[v % constant.length]!;
    if (bit !== -1) settled.push({ unit: v, state: bit === lcp.base[v] ? 0 : 1 });
  }
  return settled;
}

/** How the search of a tree ended, whoever searched it. */
export interface TreeOutcome {
  readonly counts: TreeCounts;
  /** Share of the tree that is settled, by halving at each branch. */
  readonly fraction: number;
  readonly stopped: boolean;
  readonly abandoned: number;
  readonly open: number;
  /** Some certificate holds for near solutions only. */
  readonly bounded: boolean;
  /** Why it is stopped, where it was not stopped here. */
  readonly whyNot?: string;
}

/** A tree that was searched before: hands its words to `leaf`, as the search itself would. */
export type TreeReplay = (
  lcp: Lcp,
  problem: { readonly order: number; readonly far: boolean; readonly radius: number },
  leaf: (states: Int8Array) => void,
  stop: () => boolean,
) => TreeOutcome;
