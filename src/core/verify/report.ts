import type { CanonicalMap } from '../map/canonical';
import { REPORT_SCHEMA, type OrderResult, type Report } from '../report/types';
import { checkBoundaryPoint, checkContinuum, checkCycle, type ObjectCheck } from './cycle';
import { integerMap } from './exact';
import { Exhaustion } from './exhaustion';
import { Itineraries } from './itineraries';
import { Listing } from './listing';
import { verifyProof, type ProofVerification } from './proof';
import type { LineSource } from './proofLines';

export const VERIFICATION_SCHEMA = 'rnn-dynamics/verification@1';

/** `media/verification.schema.json` describes the same for other programs. */
export interface Verification {
  readonly schema: typeof VERIFICATION_SCHEMA;
  /** One line each: where in the report, and what is wrong. Empty when everything holds. */
  readonly problems: string[];
  /** Fixed points, cycles, families and points on borders that were re-checked. */
  readonly objects: number;
  /** Of these, decided in exact arithmetic; the others by iterating the map in floating point. */
  readonly exact: number;
  /** Orders called complete, and those whose completeness was proven again here by exhaustion. */
  readonly claimed: number[];
  readonly proven: number[];
  /** What was left unchecked, and why, one line each; of the proof, see there. */
  readonly notes: string[];
  /** What became of the proof; null where none was given. */
  readonly proof: ProofVerification | null;
}

export interface VerifyOptions {
  /** Asked often: true once the time is up. What is then left is named as not re-checked. */
  readonly stop: () => boolean;
  /** Work that exhaustion may take, in operations of a few nanoseconds. */
  readonly work: number;
}

/** Some seconds. */
const DEFAULT: VerifyOptions = { stop: () => false, work: 2e8 };
/** An order that the proof establishes is proven again where it takes less. */
const SMALL = 1e6;

/** Re-checks a report once: see `ReportVerifier`. */
export function verifyReport(
  report: Report,
  map: CanonicalMap,
  digest: string,
  lines: LineSource | null = null,
  options: Partial<VerifyOptions> = {},
): Verification {
  return new ReportVerifier(map, digest).verify(report, lines, options);
}

/**
 * Re-checks reports against the model's map, with code that shares nothing with the search: every object from its
 * itinerary in exact arithmetic, every derived number, the order of the lists, what each claim needs; and, where there
 * are few enough itineraries, that nothing is missing. What follows from the map alone is worked out once for all
 * reports.
 */
export class ReportVerifier {
  readonly #itineraries: Itineraries;
  readonly #exhaustion: Exhaustion;

  /** @param digest of the model file, as reports state it */
  constructor(
    private readonly map: CanonicalMap,
    private readonly digest: string,
  ) {
    const exact = integerMap(map);
    this.#itineraries = new Itineraries(exact);
    this.#exhaustion = new Exhaustion(map, exact, this.#itineraries);
  }

  /** @param lines of the proof, where there is one: it is re-checked too */
  verify(
    report: Report,
    lines: LineSource | null = null,
    options: Partial<VerifyOptions> = {},
  ): Verification {
    const { map, digest } = this;
    const itineraries = this.#itineraries;
    const { stop, work } = { ...DEFAULT, ...options };
    const problems = headProblems(report, map, digest);
    const notes: string[] = [];
    const { scale } = report.model;
    let objects = 0;
    let exact = 0;
    let left = 0;
    const note = (where: string, found: readonly string[]): void => {
      for (const problem of found) problems.push(`${where}: ${problem}.`);
    };
    const check = (id: string, run: () => ObjectCheck): void => {
      if (left > 0 || stop()) {
        left++;
        return;
      }
      objects++;
      const result = run();
      if (result.exact) exact++;
      note(id, result.problems);
    };
    for (const order of report.orders) {
      const where = `order ${String(order.order)}`;
      for (const cycle of order.cycles) check(cycle.id, () => checkCycle(map, itineraries, cycle, scale));
      for (const point of order.boundaryPoints)
        check(point.id, () => checkBoundaryPoint(map, itineraries, point, scale));
      for (const family of order.continua)
        check(where, () => checkContinuum(map, itineraries, family, scale));
      note(where, [...listProblems(order), ...claimProblems(order)]);
    }
    for (const cycle of report.beyond) check(cycle.id, () => checkCycle(map, itineraries, cycle, scale));
    if (left > 0) notes.push(`The time was up with ${String(left)} objects not re-checked.`);
    note('the lists', acrossOrders(report));
    const claimed = report.orders.filter(({ complete }) => complete).map(({ order }) => order);
    // Of what is wrong in itself nothing follows.
    const proof =
      lines && problems.length === 0 ? verifyProof(report, map, digest, lines, { itineraries, stop }) : null;
    if (proof) problems.push(...proof.problems);
    const proven = problems.length === 0 ? this.#reprove(report, proof, stop, work, problems) : [];
    const missing = claimed.filter((order) => !proven.includes(order) && !proof?.proven.includes(order));
    if (problems.length === 0 && missing.length > 0 && stop())
      notes.push(
        `The time was up before ${missing.length === 1 ? 'order' : 'orders'} ${missing.join(', ')} could be proven again by exhaustion.`,
      );
    return { schema: VERIFICATION_SCHEMA, problems, objects, exact, claimed, proven, notes, proof };
  }

  /** Proves what is claimed again by exhaustion, the lowest orders first, as far as that is affordable. */
  #reprove(
    report: Report,
    proof: ProofVerification | null,
    stop: () => boolean,
    work: number,
    problems: string[],
  ): number[] {
    const listing = new Listing(report, this.#itineraries);
    const proven: number[] = [];
    let left = work;
    for (const order of report.orders) {
      const { certificate } = order;
      if (!certificate || stop()) continue;
      const cost = this.#exhaustion.work(order.order);
      if (!(cost <= left) || (cost > SMALL && proof?.proven.includes(order.order))) continue;
      left -= cost;
      const exhausted = this.#exhaustion.run(order.order, stop);
      if (exhausted === null) continue;
      const { objects, open } = exhausted;
      const found = listing.account(order, certificate.domain, {
        orders: order.order,
        domain: 'everywhere',
        objects,
        partial: open > 0,
      });
      problems.push(...found);
      if (open === 0 && found.length === 0) proven.push(order.order);
    }
    return proven;
  }
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
function listProblems(order: OrderResult): string[] {
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
  const families = order.continua.map(({ regions }) => regions.join(' '));
  if (new Set(families).size < families.length) problems.push('a family is listed twice');
  if (order.continua.some(({ regions }) => regions.length !== order.order))
    problems.push('a family has another order');
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
