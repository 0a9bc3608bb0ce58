import type { CanonicalMap } from '../map/canonical';
import { REPORT_SCHEMA, type Cycle, type OrderResult, type Report } from '../report/types';
import { checkBoundaryPoint, checkCycle } from './cycle';
import { integerMap, type IntegerMap } from './exact';
import { verifyProof, type ProofVerification } from './proof';
import type { LineSource } from './proofLines';
import { EXHAUSTIBLE, exhaustOrder, itineraryCount } from './exhaustion';

export interface Verification {
  /** One line each: where in the report, and what is wrong. Empty when everything holds. */
  readonly problems: string[];
  readonly objects: number;
  /** Of these, decided in exact arithmetic; the others by iterating the map in floating point. */
  readonly exact: number;
  /** Orders called complete, and those whose completeness was proven again here by exhaustion in exact arithmetic. */
  readonly claimed: number[];
  readonly proven: number[];
  /** What became of the proof; null where none was given. */
  readonly proof: ProofVerification | null;
}

/**
 * Re-checks a report against the model's map, with code that shares nothing with the search: every object from its
 * itinerary in exact arithmetic, every derived number, the order of the lists, what each claim needs; and, where there
 * are few enough itineraries, that nothing is missing.
 * @param digest of the model file, as the report states it
 * @param lines of the proof, where there is one: it is re-checked too
 */
export function verifyReport(
  report: Report,
  map: CanonicalMap,
  digest: string,
  lines: LineSource | null = null,
): Verification {
  const problems = headProblems(report, map, digest);
  const exact = integerMap(map);
  const { scale } = report.model;
  let objects = 0;
  let exactly = 0;
  const note = (where: string, found: readonly string[]): void => {
    for (const problem of found) problems.push(`${where}: ${problem}.`);
  };
  const check = (cycle: Cycle): void => {
    const result = checkCycle(map, exact, cycle, scale);
    objects++;
    if (result.exact) exactly++;
    note(cycle.id, result.problems);
  };
  for (const order of report.orders) {
    for (const cycle of order.cycles) check(cycle);
    for (const point of order.boundaryPoints) {
      const result = checkBoundaryPoint(map, exact, point, scale);
      objects++;
      if (result.exact) exactly++;
      note(point.id, result.problems);
    }
    note(`order ${String(order.order)}`, [...listProblems(order, map), ...claimProblems(order)]);
  }
  for (const cycle of report.beyond) check(cycle);
  note('the lists', acrossOrders(report));
  const claimed = report.orders.filter(({ complete }) => complete).map(({ order }) => order);
  const proven = problems.length === 0 ? reprove(report, map, exact, note) : [];
  // Of what is wrong in itself nothing follows.
  const proof = lines && problems.length === 0 ? verifyProof(report, map, digest, lines) : null;
  if (proof) problems.push(...proof.problems);
  return { problems, objects, exact: exactly, claimed, proven, proof };
}

function headProblems(report: Report, map: CanonicalMap, digest: string): string[] {
  const problems: string[] = [];
  if (report.schema !== REPORT_SCHEMA) problems.push(`The schema is ${report.schema}, not ${REPORT_SCHEMA}.`);
  if (report.digest !== digest)
    problems.push('The model file is not the one of the report: its digest differs.');
  const { stateDim, reluUnits, scale } = report.model;
  if (stateDim !== map.n || reluUnits !== map.L)
    problems.push(
      `The model has ${String(map.n)} states and ${String(map.L)} units, the report says ${String(stateDim)} and ${String(reluUnits)}.`,
    );
  if (!(scale > 0 && Number.isFinite(scale))) problems.push('The scale S is not a positive number.');
  if (report.search.partial !== (report.search.stoppedBy !== null))
    problems.push('It must say why it is partial, and only then.');
  return problems;
}

/** The order of listing, ids, no object twice, and which cycles a claim speaks of. */
function listProblems(order: OrderResult, { n }: CanonicalMap): string[] {
  const problems: string[] = [];
  const { cycles, certificate } = order;
  for (const [i, cycle] of cycles.entries()) {
    if (cycle.order !== order.order) problems.push(`${cycle.id} has order ${String(cycle.order)}`);
    if (cycle.id !== idOf(order.order, i))
      problems.push(`${cycle.id} stands where ${idOf(order.order, i)} belongs`);
    const before = cycles[i - 1];
    if (before && before.spectralRadius > cycle.spectralRadius)
      problems.push(`${cycle.id} has a smaller spectral radius than the one before`);
    const domain = certificate?.domain ?? 'everywhere';
    const inside =
      domain === 'everywhere' ||
      cycle.points.every((z) => z.every((v, j) => v >= domain.lower[j]! && v <= domain.upper[j]!));
    if (cycle.inDomain !== inside)
      problems.push(
        `${cycle.id} ${inside ? 'lies in the domain, but is not said to' : 'is said to lie in the domain, but does not'}`,
      );
  }
  if (new Set(cycles.map(({ regions }) => regions.join(' '))).size < cycles.length)
    problems.push('a cycle is listed twice');
  if (
    new Set(order.boundaryPoints.map(({ points }) => JSON.stringify(points))).size <
    order.boundaryPoints.length
  )
    problems.push('a boundary point is listed twice');
  if (order.boundaryPoints.some((point) => point.order !== order.order))
    problems.push('a boundary point has another order');
  for (const { regions, directions, dimension, point } of order.continua)
    if (
      regions.length !== order.order ||
      directions.length !== dimension ||
      dimension < 1 ||
      point.length !== n ||
      directions.some((v) => v.length !== n)
    )
      problems.push('a continuum does not have the stated order and dimension');
  return problems;
}

function claimProblems({ order, complete, certificate, whyNot, continua }: OrderResult): string[] {
  const problems: string[] = [];
  if (complete !== (certificate !== null))
    problems.push('it is complete if and only if there is a certificate');
  if ((certificate === null) !== (whyNot !== null))
    problems.push('it must say why there is no certificate, and only then');
  if (!certificate) return problems;
  const { domain, periods, errorBound, statement, counts } = certificate;
  if (periods !== 'all' && periods !== order) problems.push(`its certificate is of order ${String(periods)}`);
  if (periods === 'all' && continua.length > 0) problems.push('all periods are claimed beside a continuum');
  if (
    domain !== 'everywhere' &&
    !(domain.lower.length === domain.upper.length && domain.lower.every((v, i) => v < domain.upper[i]!))
  )
    problems.push('its domain is empty');
  if (!(errorBound >= 0 && Number.isFinite(errorBound))) problems.push('its error bound is no number');
  if (statement === '' || Object.values(counts).some((v) => !(v >= 0)))
    problems.push('its certificate does not say what was done');
  return problems;
}

function acrossOrders({ orders, beyond, attractors, search }: Report): string[] {
  const problems: string[] = [];
  if (orders.some(({ order }, i) => order !== i + 1))
    problems.push('the orders do not run from 1 without a gap');
  if (orders.length < search.maxOrder) problems.push('an order that was asked for is missing');
  const last = orders.length;
  if (beyond.some(({ order }) => order <= last))
    problems.push('an object listed beyond has an order that was asked for');
  const all = orders.some(({ certificate }) => certificate?.periods === 'all');
  if (all && beyond.length > 0) problems.push('all periods are claimed, but there are objects beyond');
  const ids = new Set([
    ...orders.flatMap(({ cycles, boundaryPoints }) => [...cycles, ...boundaryPoints].map(({ id }) => id)),
    ...beyond.map(({ id }) => id),
  ]);
  for (const { cycle, share } of attractors) {
    if (cycle !== undefined && !ids.has(cycle))
      problems.push(`an attractor refers to ${cycle}, which is not listed`);
    if (!(share >= 0 && share <= 1)) problems.push('the share of an attractor is not between 0 and 1');
  }
  return problems;
}

/** Proves what is claimed again by exhaustion, the lowest orders first, as far as that is affordable. */
function reprove(
  report: Report,
  map: CanonicalMap,
  exact: IntegerMap,
  note: (where: string, found: readonly string[]) => void,
): number[] {
  const proven: number[] = [];
  let left = EXHAUSTIBLE;
  for (const order of report.orders) {
    if (!order.complete) continue;
    left -= itineraryCount(exact, order.order) * order.order;
    if (!(left >= 0)) break;
    const { missing, singular } = exhaustOrder(map, exact, order);
    const inDomain = order.certificate?.domain === 'everywhere' ? missing : [];
    if (inDomain.length > 0)
      note(
        `order ${String(order.order)}`,
        inDomain.map((word) => `the cycle with itinerary ${word} is missing`),
      );
    if (missing.length === 0 && singular === 0) proven.push(order.order);
  }
  return proven;
}

/** FP1, FP2, ..; C4a, .., C4z, C4aa, .. */
function idOf(order: number, index: number): string {
  if (order === 1) return `FP${String(index + 1)}`;
  let letters = '';
  let rest = index;
  do {
    letters = String.fromCharCode(97 + (rest % 26)) + letters;
    rest = Math.floor(rest / 26) - 1;
  } while (rest >= 0);
  return `C${String(order)}${letters}`;
}
