import { detect, type Detection } from '../../src/core/detect/detect';
import type { CanonicalMap } from '../../src/core/map/canonical';
import { canonicalOf, systems, type ReferenceSystem } from '../../test/core/systems';
import type { Reference } from '../reference';
import { figure, markdown, median, type Cells } from '../table';

/** Demands on the time to the proven answer, by the highest order of the planar published systems. */
const DEMANDS: Readonly<Record<string, number>> = {
  'published-plrnn-2': 10,
  'published-plrnn-5': 20,
  'published-plrnn-8': 25,
};

interface Measured {
  readonly found: Detection;
  readonly seconds: number;
  /** Until the last order asked for was proven, where it was; the attempt to prove all periods comes after. */
  readonly proven: number;
  /** Until every attracting cycle up to the highest order was told. */
  readonly attracting: number;
}

async function measure(
  map: CanonicalMap,
  s: ReferenceSystem,
  runs: number,
  certify: boolean,
): Promise<Measured> {
  const times: number[] = [];
  const arrivals: number[] = [];
  const proofs: number[] = [];
  let found: Detection | null = null;
  for (let seed = 0; seed < runs; seed++) {
    const arrived = new Map<string, number>();
    const begin = performance.now();
    let last: number | null = null;
    found = await detect(map, {
      maxOrder: s.maxOrder,
      seed,
      certify,
      stop: () => false,
      onProgress: () => undefined,
      onProven: (to) => {
        if (to === 'all' || to >= s.maxOrder) last ??= performance.now() - begin;
      },
      onFinds: ({ cycles }) => {
        for (const cycle of cycles) arrived.set(cycle.regions.join(' '), performance.now() - begin);
      },
    });
    const whole = performance.now() - begin;
    times.push(whole / 1000);
    proofs.push((last ?? whole) / 1000);
    const attracting = found.orders.flatMap(({ cycles }) => cycles).filter((c) => c.stability === 'stable');
    arrivals.push(Math.max(0, ...attracting.map((c) => arrived.get(c.regions.join(' ')) ?? Infinity)) / 1000);
  }
  return { found: found!, seconds: median(times), proven: median(proofs), attracting: median(arrivals) };
}

/** Up to the order asked for; a proof of all periods lists longer ones, too. */
const countOf = ({ orders }: Detection, maxOrder: number): number =>
  orders.slice(0, maxOrder).reduce((sum, o) => sum + o.cycles.length, 0);

/** Highest order up to which all are proven, and whether every period is. */
function provenTo({ orders }: Detection, maxOrder: number): string {
  const open = orders.findIndex((o) => !o.complete);
  const all = orders[1]?.certificate?.periods === 'all' ? ', all periods' : '';
  return `${String(open < 0 ? maxOrder : open)}${all}`;
}

/** The reference systems: proven answer, heuristic list and first listing, each beside the compiled reference. */
export async function searchTables(reference: Reference, runs: number, only: string): Promise<string> {
  const proof: Cells[] = [];
  const heuristic: Cells[] = [];
  const first: Cells[] = [];
  for (const s of systems) {
    if (!s.name.includes(only)) continue;
    console.error(s.name);
    const map = canonicalOf(s.model);
    const exist = Object.values(s.counts).reduce((a, b) => a + b, 0);
    const proven = await measure(map, s, runs, true);
    const listed = await measure(map, s, runs, false);
    const default_ = Array.from({ length: runs }, (_, seed) => reference.scyfi(map, s, seed + 1));
    const theirs = median(default_.map((r) => r.seconds));
    const { solves, listed: count } = default_.at(-1)!;
    const demand = DEMANDS[s.name];
    proof.push([
      s.name,
      s.maxOrder,
      exist,
      countOf(proven.found, s.maxOrder),
      provenTo(proven.found, s.maxOrder),
      count,
      proven.found.linearSolves,
      solves,
      figure(solves / proven.found.linearSolves),
      figure(proven.proven),
      figure(theirs),
      figure(theirs / proven.proven),
      figure(proven.seconds),
      demand === undefined ? '' : `${String(demand)} ${theirs / proven.proven >= demand ? 'met' : 'missed'}`,
    ]);
    heuristic.push([
      s.name,
      countOf(listed.found, s.maxOrder),
      listed.found.linearSolves,
      figure(solves / listed.found.linearSolves),
      figure(listed.seconds),
      figure(theirs / listed.seconds),
    ]);
    const stable = proven.found.orders
      .slice(0, s.maxOrder)
      .map((o) => o.cycles.filter((c) => c.stability === 'stable').length);
    const attracting = stable.reduce((a, b) => a + b, 0);
    if (attracting === 0) continue;
    const told = median(
      Array.from({ length: runs }, (_, seed) => reference.scyfi(map, s, seed + 1, stable).seconds),
    );
    first.push([
      s.name,
      attracting,
      figure(1000 * proven.attracting),
      figure(1000 * told),
      figure(told / proven.attracting),
    ]);
  }
  return [
    markdown(
      'To the proven answer',
      `The published algorithm with its default budgets (it claims nothing) beside our search with its proof: until every order asked for is proven (to the end of the run where one is not), and to the end of the run, which goes on to try a proof of all periods. Medians of ${String(runs)} runs. Ratios are reference / ours: above 1 we are better.`,
      [
        'system',
        'order to',
        'exist',
        'listed',
        'proven to',
        'reference lists',
        'solves',
        'reference solves',
        'ratio',
        's',
        'reference s',
        'ratio',
        's to the end',
        'demand',
      ],
      proof,
    ),
    markdown(
      'Heuristic list, without proof',
      'Both searches can miss cycles here.',
      ['system', 'listed', 'solves', 'solves ratio', 's', 'time ratio'],
      heuristic,
    ),
    markdown(
      'First listing of the attracting cycles',
      'Time until the last attracting cycle was told, with the proof running beside; the reference is told how many stable cycles each order has and stops at them. Its time includes the start of its process. Systems without an attracting cycle of these orders are left out.',
      ['system', 'attracting', 'ms', 'reference ms', 'ratio'],
      first,
    ),
  ].join('\n');
}
