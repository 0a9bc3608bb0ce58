import { Collection } from '../../src/core/detect/collection';
import { detect } from '../../src/core/detect/detect';
import { proveCyclic } from '../../src/core/prove/cyclicProof';
import { proveSpace } from '../../src/core/prove/spaceProof';
import type { Certificate } from '../../src/core/report/types';
import { exactCycles, type ExactCycles } from '../core/detect/exactOracle';
import { filter } from './possible';
import type { RandomSystem } from './systems';

export const PROVERS = ['search', 'word graph in space', 'block-cyclic search'] as const;
export type Prover = (typeof PROVERS)[number];

/** What one prover said of one order, in a common form. */
interface Listed {
  readonly order: number;
  readonly certificate: Certificate | null;
  readonly cycles: readonly (readonly string[])[];
  readonly border: readonly (readonly (readonly number[])[])[];
  readonly families: readonly (readonly string[])[];
}

export interface Verdict {
  readonly prover: Prover;
  readonly orders: number;
  /** Orders with a certificate, and those whose certificate holds everywhere. */
  readonly proven: number;
  readonly everywhere: number;
  readonly cycles: number;
  readonly degenerate: number;
  readonly seconds: number;
  /** In words: whatever is listed and does not exist, or exists in a certificate's domain and is not listed. */
  readonly wrong: readonly string[];
}

/** Holds what every prover that applies says about a system against exact arithmetic over all its itineraries. */
export async function judge(system: RandomSystem, provers: readonly Prover[] = PROVERS): Promise<Verdict[]> {
  const { map, maxOrder } = system;
  const possible = filter(map);
  const truth = Array.from({ length: maxOrder }, (_, i) => exactCycles(map, i + 1, possible));
  const verdicts: Verdict[] = [];
  for (const prover of provers) {
    if (prover === 'word graph in space' && map.n === 2) continue;
    const begin = performance.now();
    const listed = await run(prover, system);
    const seconds = (performance.now() - begin) / 1000;
    verdicts.push({
      prover,
      orders: listed.length,
      proven: listed.filter(({ certificate }) => certificate).length,
      everywhere: listed.filter(({ certificate }) => certificate?.domain === 'everywhere').length,
      cycles: listed.reduce((sum, { order }) => sum + truth[order - 1]!.inside.size, 0),
      degenerate: listed.reduce(
        (sum, { order }) => sum + truth[order - 1]!.border.length + truth[order - 1]!.families.length,
        0,
      ),
      seconds,
      wrong: listed.flatMap((each) => differences(map.g, map.d, each, truth[each.order - 1]!)),
    });
  }
  return verdicts;
}

async function run(prover: Prover, { map, maxOrder }: RandomSystem): Promise<Listed[]> {
  const never = (): boolean => false;
  const orders = Array.from({ length: maxOrder }, (_, i) => i + 1);
  if (prover === 'search') {
    const found = await detect(map, {
      maxOrder,
      seed: 1,
      certify: true,
      stop: never,
      onProgress: () => undefined,
      onFinds: () => undefined,
    });
    return orders.map((order) => {
      const { certificate, cycles, boundaryPoints, continua } = found.orders[order - 1]!;
      return {
        order,
        certificate,
        cycles: cycles.map((c) => c.regions),
        border: boundaryPoints.map((b) => b.points),
        families: continua.map((c) => c.regions),
      };
    });
  }
  // A proof by itself, without the finds of the heuristics.
  const found = new Collection(map, 1, {
    onCycle: () => undefined,
    onBoundary: () => undefined,
    stop: never,
  });
  const longer = orders.filter((order) => order >= 2);
  const { certificates } =
    prover === 'block-cyclic search'
      ? proveCyclic(found, longer, 1, never)
      : proveSpace(found, { maxOrder, unit: 1, seconds: 2, stop: never, allPeriodsNodes: 0 });
  return longer.map((order) => ({
    order,
    certificate: certificates.get(order) ?? null,
    cycles: [...found.cycles.values()].filter((c) => c.order === order).map((c) => c.regions),
    border: found.boundary.filter((b) => b.order === order).map((b) => b.points),
    families: [...found.continua.values()]
      .filter(({ regions }) => regions.length === order)
      .map(({ regions }) => regions),
  }));
}

function differences(
  g: Float64Array,
  d: Float64Array,
  { order, certificate, cycles, border, families }: Listed,
  truth: ExactCycles,
): string[] {
  const wrong: string[] = [];
  const say = (text: string): void => void wrong.push(`order ${String(order)}: ${text}`);
  const inDomain = (points: readonly (readonly number[])[]): boolean => {
    if (!certificate) return false;
    const { domain } = certificate;
    return (
      domain === 'everywhere' ||
      points.every((z) => z.every((v, i) => v >= domain.lower[i]! && v <= domain.upper[i]!))
    );
  };
  const words = cycles.map((regions) => regions.join(' '));
  for (const word of words) if (!truth.inside.has(word)) say(`the cycle ${word} does not exist`);
  if (new Set(words).size < words.length) say('a cycle is listed twice');
  for (const [word, points] of truth.inside)
    if (!words.includes(word) && inDomain(points)) say(`the cycle ${word} is missing`);

  // 0 of a map without biases is listed as itself even where it belongs to a family.
  const unbiased = [...g, ...d].every((v) => v === 0);
  const origin = (points: readonly (readonly number[])[]): boolean =>
    unbiased && points[0]!.every((v) => v === 0);
  for (const points of border)
    if (
      !truth.border.some((known) => sameOrbit(known.points, points)) &&
      !(truth.families.length > 0 && origin(points))
    )
      if (certificate) say(`the point on a border ${points.join('; ')} does not exist`);
  for (const known of truth.border)
    if (
      !border.some((points) => sameOrbit(known.points, points)) &&
      inDomain(known.points) &&
      !origin(known.points)
    )
      say(`the point on a border ${known.points.join('; ')} is missing`);

  const listed = families.map((regions) => regions.join(' '));
  for (const word of listed) if (!truth.families.includes(word)) say(`the family ${word} does not exist`);
  if (certificate?.domain === 'everywhere')
    for (const word of truth.families) if (!listed.includes(word)) say(`the family ${word} is missing`);
  return wrong;
}

function sameOrbit(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): boolean {
  return b.some((_, r) =>
    a.every((z, j) =>
      z.every((v, i) => Math.abs(v - b[(j + r) % b.length]![i]!) <= 1e-12 * Math.max(1, Math.abs(v))),
    ),
  );
}
