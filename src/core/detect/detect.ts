import { maxAbs } from '../linalg/dense';
import type { CanonicalMap } from '../map/canonical';
import { regionString } from '../map/kernel';
import type { Attractor, BoundaryPoint, Certificate, Cycle, OrderResult } from '../report/types';
import { describeAperiodic, spectrumOfCycle } from './attractors';
import { Collection } from './collection';
import { originKey } from '../prove/exactRegion';
import { searchFixedPoints } from '../prove/fixedPoints';
import { cycleId, listObjects, toUnits } from './listing';
import {
  exhaustible,
  exhaustOrder,
  partnerBudget,
  runOrderTask,
  solveBudget,
  solveCost,
  type OrderTask,
  type OrderTaskResult,
} from './order';
import { WordSolver } from './solver';
import { OrbitSurvey } from './survey';
import type { OrderProof } from '../prove/orderProof';
import { proveCyclic } from '../prove/cyclicProof';
import { ProofLog } from '../prove/proofLog';
import type { UnwrittenLine } from '../report/proof';
import { provePlanar } from '../prove/planarProof';
import { proveSpace } from '../prove/spaceProof';
import type { GraphShares } from '../prove/graphShare';
import type { TreeReplay } from '../prove/treeProblem';
import { inBiasUnits } from './units';
import { RESIDUAL, residuals } from './verify';

export interface DetectOptions {
  readonly maxOrder: number;
  readonly seed: number;
  readonly certify: boolean;
  /** Work that the proof for k-cycles may take where n is not 2, as seconds of a usual machine. Default: 15. */
  readonly proofSeconds?: number;
  /** Polled often; true ends the search with what was found. */
  readonly stop: () => boolean;
  readonly onProgress: (stage: string, fraction: number) => void;
  /** Objects as they are found, in the model's units, with provisional ids. */
  readonly onFinds: (finds: { cycles: Cycle[]; boundaryPoints: BoundaryPoint[] }) => void;
  /** Every order up to this one is proven complete: as the certificates land. */
  readonly onProven?: (upTo: number | 'all') => void;
  /**
   * Itineraries (region strings) of objects that a similar map has, such as the neighbouring checkpoint's: tried first,
   * about one linear system each.
   */
  readonly known?: readonly (readonly string[])[];
  /** Share of the usual simulation that is spent on attractors, in (0, 1]; 1 when absent. */
  readonly surveyShare?: number;
  /** Whether attractors get their whole Lyapunov spectrum, and chaotic ones are told apart. */
  readonly spectra?: boolean;
  /** Words a word graph may spend beyond the orders asked for, to prove all periods. */
  readonly allPeriodsNodes?: number;
  /** Longer attractors are named by their period alone: neither listed as cycles nor searched around. */
  readonly longest?: number;
  /** Where the proof is written, line by line, and the digest of the model file that it is about. */
  readonly proof?: { readonly write: (line: string) => void; readonly digest: string };
  /** The search trees, where they were searched before. */
  readonly trees?: TreeReplay;
  /** What shards found of the word graph. */
  readonly graph?: GraphShares;
  /** Runs order searches on several threads; in this thread, one after the other, when absent. */
  readonly runTasks?: (
    tasks: readonly OrderTask[],
    onFind: (word: Uint8Array[], foundBy: string) => void,
    onDone: (order: number) => void,
  ) => Promise<OrderTaskResult[]>;
}

export interface Detection {
  /** S: the largest |coordinate| of any fixed point or bounded sampled orbit. */
  readonly scale: number;
  readonly orders: OrderResult[];
  readonly beyond: Cycle[];
  readonly attractors: Attractor[];
  readonly linearSolves: number;
  readonly work: Record<string, number>;
  readonly warnings: string[];
}

const COMPLEMENTARITY = 'linear complementarity search';

/** Seconds of a usual machine for the proof of k-cycles, unless told otherwise. */
export const PROOF_SECONDS = 15;

/** Work below which threads cost more than they save, in floating-point operations. */
const THREADED_WORK = 4e8;

/** Orbits that go before the proof of a planar map: they tell how far its attractors reach. */
const ORBITS_FIRST = 8;

/** Units from which on these orbits go before the search for fixed points, too; but one, no more than take this work. */
const SEARCH_LATER = 64;
const FIRST_WORK = 4e9;

/** Words of its graph that go before the other orbits. */
const WORDS_FIRST = 50000;

/** Work up to which an order of a planar map is proven by exhaustion, in floating-point operations. */
const AT_ONCE = 5e4;

/**
 * All objects up to an order: fixed points by the complementarity search (with its certificate), attractors by
 * simulation, cycles by the heuristic search of each order. Deterministic for a seed, whatever runs the tasks.
 */
export async function detect(map: CanonicalMap, options: DetectOptions): Promise<Detection> {
  const { maxOrder, seed, stop, onProgress, longest = Infinity } = options;
  const { biases, unit, scaled, exact: exactUnits } = inBiasUnits(map);
  const certify = options.certify && exactUnits;
  let scale = biases > 0 ? biases / unit : 1;
  const warnings: string[] = [];
  if (!exactUnits)
    warnings.push(
      'The biases span more orders of magnitude than a double can hold together: nothing is proven.',
    );
  // Ids in the order of finding; the report gives them anew, in the order of listing.
  const counts = new Map<number, number>();
  const provisionalId = ({ order }: { order: number }): string => {
    const count = counts.get(order) ?? 0;
    counts.set(order, count + 1);
    return cycleId(order, count);
  };
  let borderPoints = 0;
  const stream = (cycles: Cycle[], boundaryPoints: BoundaryPoint[]): void =>
    options.onFinds({ cycles, boundaryPoints });
  const log = options.proof ? new ProofLog(options.proof.write) : null;
  if (options.proof) log?.head(options.proof.digest, unit, map.n, map.L);
  const found = new Collection(scaled, scale, {
    onCycle: (cycle) => stream([toUnits({ ...cycle, id: provisionalId(cycle) }, unit)], []),
    onBoundary: (point) => stream([], [toUnits({ ...point, id: `BP${String(++borderPoints)}` }, unit)]),
    stop,
  });

  if (biases === 0) addOrigin(found);
  const solver = new WordSolver(scaled);
  const known = knownWords(options.known ?? [], map.L);
  for (const word of known) {
    solver.solves++;
    found.addWord(word, 'a neighbour');
  }
  const bitsOf = (word: Int32Array): Uint8Array[] => Array.from(word, (id) => solver.regions.bits(id));
  let searched = 0;
  let surveyed = 0;
  let gone = 0;
  const tell = (stage: string): void => onProgress(stage, 0.3 * searched + 0.2 * surveyed + 0.4 * gone);
  const seen = new OrbitSurvey(solver, {
    seed,
    share: options.surveyShare ?? 1,
    stop,
    onPeriodic: (word) => {
      if (word.length <= longest) found.addWord(bitsOf(word), 'attractor');
    },
    onProgress: (fraction) => {
      surveyed = fraction;
      tell('attractors');
    },
  });
  // Where the search for fixed points may use up the time, some attractors are told before it.
  if (scaled.L >= SEARCH_LATER) {
    tell('attractors');
    const orbits = Math.max(1, Math.min(ORBITS_FIRST, Math.round(FIRST_WORK / seen.orbitWork)));
    seen.run({ scale, fixedPoints: [] }, orbits);
  }
  tell('fixed points');
  const fixedPoints = searchFixedPoints(scaled, {
    certify,
    stop,
    onCandidate: (word, certain) => void found.addWord([word], COMPLEMENTARITY, certain),
    onProgress: (fraction) => {
      searched = fraction;
      tell('fixed points');
    },
    ...(log ? { log } : {}),
    ...(options.trees ? { trees: options.trees } : {}),
  });
  const unlisted = fixedPoints.candidates.filter((word) => !found.decide([word], COMPLEMENTARITY)).length;
  for (const { point, units, itineraryCount, words, key } of fixedPoints.boundary) {
    const { residual } = residuals(scaled, [point]);
    const boundary = {
      order: 1,
      points: [Array.from(point)],
      itineraries: words.map((word) => [regionString(word)]),
      itineraryCount,
      units,
      residual,
      verified: residual <= RESIDUAL * Math.max(scale, maxAbs(point)),
      note:
        units.length === map.L && map.L > 1
          ? 'Lies on every region border: its Jacobian is not defined, so no stability is stated.'
          : `Lies on ${units.length === 1 ? 'a region border' : `${String(units.length)} region borders`}: its Jacobian is not defined, so no stability is stated.`,
    };
    found.addBoundary(boundary, key);
  }
  for (const { word, point, directions, proper } of fixedPoints.continua) {
    // Words with more active units hold the same points again.
    if (!proper) continue;
    found.addContinuum({
      regions: [regionString(word)],
      dimension: directions.length,
      point: Array.from(point),
      directions: directions.map((v) => Array.from(v)),
    });
  }

  const centres = [
    ...[...found.cycles.values()].map((cycle) => Float64Array.from(cycle.points[0]!)),
    ...found.boundary.map((point) => Float64Array.from(point.points[0]!)),
  ];
  const extent = Math.max(0, ...centres.map(maxAbs));
  if (extent > 0 && biases > 0) found.scale = scale = extent;

  const certificates = new Map<number, Certificate>();
  /** Of those that the proof file holds, the strongest of each order. */
  const written = new Map<number, Certificate>();
  const undecided = new Map<number, number>();
  let told = 0;
  const land = (order: number, certificate: Certificate): void => {
    // What holds everywhere says more than what holds in a box, and every period more than one.
    const { domain, periods } = certificate;
    if (certificates.get(order)?.domain !== 'everywhere' || (domain === 'everywhere' && periods === 'all'))
      certificates.set(order, certificate);
    const before = told;
    while (told < maxOrder && certificates.has(told + 1)) told++;
    if (told > before) options.onProven?.(told);
  };
  if (fixedPoints.complete && unlisted === 0) {
    const { domain, written: shown, method, statement, counts, errorBound } = fixedPoints;
    const inUnits = (where: typeof domain): Certificate['domain'] =>
      where === 'everywhere'
        ? where
        : { lower: where.lower.map((v) => v * unit), upper: where.upper.map((v) => v * unit) };
    const certificate: Certificate = {
      domain: inUnits(domain),
      periods: 1,
      method,
      statement,
      counts,
      errorBound: errorBound * unit,
    };
    land(1, certificate);
    if (shown) written.set(1, { ...certificate, domain: inUnits(shown) });
  }

  // Where the fixed points are not proven complete, order 1 is searched like the others, too.
  const firstOrder = fixedPoints.complete ? 2 : 1;
  let exhausted = 0;
  // Before the survey: these orders take a moment, and their attractors may be such as few orbits find.
  if (certify && scaled.n === 2 && !stop())
    for (let order = firstOrder; order <= maxOrder && exhaustible(scaled, order, AT_ONCE); order++) {
      const { candidates, singular, words, stopped } = exhaustOrder(scaled, order, stop);
      exhausted += words;
      let open = 0;
      for (const word of candidates) if (!found.decide(word, 'exhaustion')) open++;
      for (const word of singular) if (!found.addSingular(word)) open++;
      if (!stopped && open === 0) land(order, exhaustionCertificate(order, words));
    }

  searched = 1;
  tell('attractors');
  const surroundings = { scale: Math.max(scale, biases / unit), fixedPoints: centres };
  const survey = (until?: number): void => {
    seen.run(surroundings, until);
    // A map without biases has no unit of length of its own: S stays 1.
    if (seen.extent > 0 && biases > 0) found.scale = scale = Math.max(extent, seen.extent);
    if (!fixedPoints.complete) for (const { state } of seen.resting) addResting(found, state);
  };

  const proving =
    certify && scaled.n === 2 && !stop()
      ? provePlanar(found, {
          maxOrder,
          ...(options.allPeriodsNodes === undefined ? {} : { allPeriodsNodes: options.allPeriodsNodes }),
          unit,
          stop,
          onCertificate: (order, certificate) => {
            land(order, certificate);
            gone = order / maxOrder;
            tell('proof');
          },
        })
      : null;
  /** Goes on with the proof until it is through, or has so many words. */
  const prove = (words: number): OrderProof | null => {
    let step = proving?.next();
    while (step && !step.done && step.value < words) step = proving!.next();
    return step?.done ? step.value : null;
  };
  let proof: OrderProof | null = null;
  if (proving) {
    survey(ORBITS_FIRST);
    tell('proof');
    proof = prove(WORDS_FIRST);
  }
  survey();
  // Before what is left of the proof, which may use up the time.
  const aperiodic = describeAperiodic(seen, options.spectra ? { map: scaled, scale, stop } : null);
  proof ??= prove(Infinity);
  if (proof) {
    for (const [order, certificate] of proof.certificates) land(order, certificate);
    if (proof.allPeriods) options.onProven?.('all');
  }

  const tasks: OrderTask[] = [];
  for (const word of known) for (const bits of word) solver.regions.id(bits);
  const regions = Array.from({ length: solver.regions.size }, (_, id) => solver.regions.bits(id));
  const knownOf = (order: number): Int32Array[] => [
    ...seen.periodic.filter(({ word }) => word.length === order).map(({ word }) => word),
    ...known
      .filter((word) => word.length === order)
      .map((word) => Int32Array.from(word, (bits) => solver.regions.id(bits))),
  ];
  const shared = { map: scaled, seed, scale, regions, centres };
  for (let order = firstOrder; order <= maxOrder; order++)
    if (!certificates.has(order))
      tasks.push({
        ...shared,
        order,
        orbits: seen.orbits,
        known: knownOf(order),
        solves: solveBudget(scaled, order),
        // Where a proof was pursued, what it left open stays open.
        certify: certify && proof === null,
      });
  // Attractors of longer period: only what lies next to them, such as the saddle they were born with.
  for (const order of new Set(seen.periodic.map(({ word }) => word.length)))
    if (order > maxOrder && order <= longest && proof?.allPeriods !== true)
      tasks.push({
        ...shared,
        order,
        orbits: [],
        known: knownOf(order),
        solves: partnerBudget(scaled, order),
        certify: false,
      });
  const onFind = (word: Uint8Array[], foundBy: string): void => void found.addWord(word, foundBy);
  let done = 0;
  const begun = proof ? 0.9 : 0.5;
  const onDone = (order: number): void => {
    done++;
    onProgress(
      order < maxOrder ? `cycles of order ${String(order + 1)}` : 'cycles',
      begun + ((1 - begun) * done) / tasks.length,
    );
  };
  if (tasks.length > 0) onProgress(`cycles of order ${String(tasks[0]!.order)}`, begun);
  const work = tasks.reduce((sum, task) => sum + task.solves * solveCost(scaled, task.order), 0);
  const results =
    options.runTasks && work > THREADED_WORK && tasks.length > 1 && !stop()
      ? await options.runTasks(tasks, onFind, onDone)
      : tasks.map((task) => {
          const result = runOrderTask(task, stop, onFind);
          onDone(task.order);
          return result;
        });
  results.sort((a, b) => a.order - b.order);
  for (const { order, finds, singular, exhausted: words } of results) {
    let open = 0;
    for (const { word, foundBy } of finds)
      if (foundBy !== 'exhaustion') found.addWord(word, foundBy);
      else if (!found.decide(word, foundBy)) open++;
    for (const word of singular) if (!found.addSingular(word)) open++;
    if (words === null) continue;
    if (open === 0) land(order, exhaustionCertificate(order, words));
    else undecided.set(order, open);
  }
  // Polygons are not written down: linear programs show the same once more.
  if (certify && (scaled.n !== 2 || log) && !stop()) {
    onProgress('proof', 0.95);
    const inSpace = proveSpace(found, {
      maxOrder,
      ...(options.allPeriodsNodes === undefined ? {} : { allPeriodsNodes: options.allPeriodsNodes }),
      unit,
      seconds: options.proofSeconds ?? PROOF_SECONDS,
      stop,
      onProgress: (stage) => onProgress(stage, 0.95),
      ...(log ? { log } : {}),
      ...(options.graph && scaled.n !== 2 ? { shares: options.graph } : {}),
      untilClosed: proof?.allPeriods === true,
    });
    for (const [order, certificate] of inSpace.certificates) {
      const planar = proof?.certificates.get(order);
      if (!planar || includes(certificate, planar)) land(order, certificate);
      if (!written.has(order) || includes(certificate, written.get(order)!)) written.set(order, certificate);
    }
    if (!proof || (inSpace.allPeriods && !proof.allPeriods)) proof = inSpace;
    if (inSpace.allPeriods) options.onProven?.('all');
  }
  let cyclic: OrderProof | null = null;
  const unproven = log
    ? Array.from({ length: Math.max(0, maxOrder - 1) }, (_, i) => i + 2).filter((k) => {
        const [claimed, shown] = [certificates.get(k), written.get(k)];
        return !claimed || !shown || !includes(shown, claimed);
      })
    : tasks.map((task) => task.order).filter((k) => k >= 2 && k <= maxOrder && !certificates.has(k));
  if (certify && unproven.length > 0 && !stop()) {
    onProgress('proof', 0.97);
    const share = cyclicEffort(options.proofSeconds);
    const tell = (stage: string): void => onProgress(stage, 0.97);
    cyclic = proveCyclic(found, unproven, unit, stop, tell, log, share, options.trees ?? null);
    for (const [order, certificate] of cyclic.certificates) {
      written.set(order, certificate);
      const before = certificates.get(order);
      if (!before || includes(certificate, before)) land(order, certificate);
    }
  }
  if (found.undecided > 0)
    warnings.push(
      `${String(found.undecided)} itineraries have singular cycle equations that could not be decided: families of cycles may exist there.`,
    );

  const heuristicOnly = (order: number): string =>
    undecided.has(order)
      ? `No guarantee: ${String(undecided.get(order))} itineraries or objects on the verge of a bifurcation could not be decided for order ${String(order)} in floating point.`
      : `No guarantee: cycles of order ${String(order)} were searched by heuristics, which can miss some.`;
  const { orders, beyond, idOf } = listObjects(found, {
    maxOrder: proof?.allPeriods ? Math.max(maxOrder, ...proof.certificates.keys()) : maxOrder,
    unit,
    certificates,
    whyNot: (order) =>
      order === 1
        ? (fixedPoints.whyNot ?? 'The proof was not attempted.')
        : [proof?.whyNot.get(order), cyclic?.whyNot.get(order)]
            .filter((text) => text !== undefined)
            .join(' ') || heuristicOnly(order),
  });
  for (const { order, cycles } of orders)
    for (const cycle of cycles)
      if (cycle.stability === 'marginal')
        warnings.push(
          `${cycle.id} has a multiplier on the unit circle within its error bound (${cycle.multiplierError.toExponential(1)}): families of order ${String(order)} or a multiple of it may surround it.`,
        );
  for (const [order, certificate] of log ? certificates : []) {
    const shown = written.get(order);
    if (shown && includes(shown, certificate)) continue;
    const line: UnwrittenLine = {
      unwritten: {
        order,
        method: certificate.method,
        why: shown
          ? `what is written down holds ${shown.domain === 'everywhere' ? 'everywhere' : 'in a box'} for ${shown.periods === 'all' ? 'all periods' : 'this order alone'}, which is less than what is claimed.`
          : certificate.method === 'word graph'
            ? 'the linear programs that would show it in written form came to no end within --proof-time.'
            : 'this method has no written form; verify solves every itinerary itself where there are few enough.',
      },
    };
    log?.line(line);
    warnings.push(
      `The proof file does not hold what is claimed for order ${String(order)} (${line.unwritten.method}): ${line.unwritten.why}`,
    );
  }
  log?.end({ digest: options.proof!.digest, orders, beyond });
  const listed = new Map([...orders.flatMap(({ cycles }) => cycles), ...beyond].map((c) => [c.id, c]));
  const attractors = [
    ...periodicAttractors(seen, bitsOf, idOf).map((attractor): Attractor => {
      const cycle = options.spectra ? listed.get(attractor.cycle ?? '') : undefined;
      return cycle ? { ...attractor, spectrum: spectrumOfCycle(cycle) } : attractor;
    }),
    ...aperiodic,
  ].sort((a, b) => b.share - a.share);
  return {
    scale: scale * unit,
    orders,
    beyond,
    attractors,
    linearSolves:
      solver.solves +
      exhausted +
      (proof?.solves ?? 0) +
      results.reduce((sum, r) => sum + r.solves, 0) +
      (fixedPoints.counts['linear solves'] ?? 0),
    work: {
      mapIterates: solver.iterates + results.reduce((sum, r) => sum + r.iterates, 0),
      regionsMet: Math.max(solver.regions.size, ...results.map((r) => r.regions)),
      simulatedOrbits: seen.starts,
      ...(proof ? { 'word graph: words': proof.nodes, 'word graph: itineraries solved': proof.solves } : {}),
      ...(cyclic
        ? {
            'block-cyclic search: subtrees': cyclic.nodes,
            'block-cyclic search: itineraries solved': cyclic.solves,
          }
        : {}),
      ...Object.fromEntries(
        Object.entries(fixedPoints.counts).map(([name, count]) => [`fixedPoints: ${name}`, count]),
      ),
    },
    warnings,
  };

  function periodicAttractors(
    survey: typeof seen,
    bits: typeof bitsOf,
    id: (regions: readonly string[]) => { id: string; exponent: number | null } | undefined,
  ): Attractor[] {
    const share = (hits: number): number => hits / survey.starts;
    const periodic = survey.periodic.map(({ word, hits }): Attractor => {
      const object = id(bits(word).map(regionString));
      return {
        kind: word.length === 1 ? 'fixed-point' : 'cycle',
        ...(object ? { cycle: object.id } : {}),
        period: word.length,
        ...(object && object.exponent !== null ? { lyapunov: object.exponent } : {}),
        share: share(hits),
        evidence: `${String(hits)} of ${String(survey.starts)} simulated orbits settle here; the ${word.length === 1 ? 'fixed point' : 'cycle'} was then solved for exactly and verified.`,
      };
    });
    const resting = survey.resting.map(({ state, hits }): Attractor => {
      const nearest = orders[0]?.boundaryPoints.find((point) =>
        point.points[0]!.every((v, i) => Math.abs(v - state[i]! * unit) <= 1e-9 * scale * unit),
      );
      return {
        kind: 'fixed-point',
        ...(nearest ? { cycle: nearest.id } : {}),
        period: 1,
        share: share(hits),
        evidence: `${String(hits)} of ${String(survey.starts)} simulated orbits come to rest here, on region borders.`,
      };
    });
    return [...periodic, ...resting];
  }
}

/** Work of the block-cyclic search as a multiple of the usual; never less, what it needs is known only when it is done. */
export function cyclicEffort(proofSeconds = PROOF_SECONDS): number {
  return Math.max(1, proofSeconds / PROOF_SECONDS);
}

/** Itineraries of region strings as bit vectors; those of another number of units are left out. */
function knownWords(itineraries: readonly (readonly string[])[], L: number): Uint8Array[][] {
  return itineraries
    .filter((regions) => regions.length > 0 && regions.every((region) => region.length === L))
    .map((regions) => regions.map((region) => Uint8Array.from(region, Number)));
}

/** Without biases 0 is a fixed point, on the border of every unit. */
function addOrigin(found: Collection): void {
  const { n, L, C } = found.map;
  const units = Array.from({ length: L }, (_, u) => u).filter((u) =>
    C.subarray(u * n, u * n + n).some((v) => v !== 0),
  );
  if (units.length === 0) return;
  found.addBoundary(
    {
      order: 1,
      points: [new Array<number>(n).fill(0)],
      itineraries: [['0'.repeat(L)]],
      itineraryCount: 2 ** units.length,
      units,
      residual: 0,
      verified: true,
      note: 'The map has no biases: 0 is a fixed point on every region border. Its Jacobian is not defined, so no stability is stated.',
    },
    originKey(n),
  );
}

/** A state at rest that no search listed lies on borders: it is listed as it is. */
function addResting(found: Collection, state: Float64Array): void {
  const { map, scale } = found;
  const known = [...found.cycles.values()].some(
    (cycle) => cycle.order === 1 && cycle.points[0]!.every((v, i) => Math.abs(v - state[i]!) <= 1e-9 * scale),
  );
  if (known) return;
  const units: number[] = [];
  let region = '';
  for (let u = 0; u < map.L; u++) {
    let p = map.d[u]!;
    let norm = 0;
    for (let j = 0; j < map.n; j++) {
      p += map.C[u * map.n + j]! * state[j]!;
      norm = Math.max(norm, Math.abs(map.C[u * map.n + j]!));
    }
    if (Math.abs(p) <= 1e-12 * Math.max(norm * scale, Math.abs(map.d[u]!))) units.push(u);
    region += p > 0 ? '1' : '0';
  }
  if (units.length === 0) return;
  found.addBoundary({
    order: 1,
    points: [Array.from(state)],
    itineraries: [[region]],
    itineraryCount: 1,
    units,
    residual: residuals(map, [state]).residual,
    verified: residuals(map, [state]).residual <= RESIDUAL * scale,
    note: 'Simulated orbits come to rest here, on region borders: its Jacobian is not defined.',
  });
}

/** Whether a certificate says all that another one says. */
function includes(a: Certificate, b: Certificate): boolean {
  if (a.periods !== 'all' && b.periods === 'all') return false;
  if (a.domain === 'everywhere') return true;
  if (b.domain === 'everywhere') return false;
  const { lower, upper } = a.domain;
  return b.domain.lower.every((v, j) => v >= lower[j]!) && b.domain.upper.every((v, j) => v <= upper[j]!);
}

function exhaustionCertificate(order: number, words: number): Certificate {
  return {
    domain: 'everywhere',
    periods: order,
    method: 'exhaustion of itineraries',
    statement:
      `All ${String(words)} itineraries of order ${String(order)} (up to rotation) were solved with error bounds, and in exact arithmetic where those left a doubt; ` +
      'every solution that is not listed certainly leaves the regions of its itinerary. Holds everywhere in state space.',
    counts: { 'itineraries solved': words },
    errorBound: Number.EPSILON,
  };
}
