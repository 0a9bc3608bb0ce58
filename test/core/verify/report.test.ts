import assert from 'node:assert/strict';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { detect } from '../../../src/core/detect/detect';
import type { Continuum, Cycle, OrderResult, Report } from '../../../src/core/report/types';
import { ReportVerifier, verifyReport } from '../../../src/core/verify/report';
import { build } from '../systems';
import { digest, reportFrom } from './reports';

function plrnn(A: number[], W: number[], h: number[]): CanonicalMap {
  const n = h.length;
  const diagonal = (v: number[]): Float64Array =>
    Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? v[Math.floor(i / n)]! : 0));
  return {
    n,
    L: n,
    A: diagonal(A),
    B: Float64Array.from(W),
    C: diagonal(new Array<number>(n).fill(1)),
    d: new Float64Array(n),
    g: Float64Array.from(h),
  };
}

/** Published toy system with cycles of order 16 (Eisenmann et al. 2023), and one with many cycles. */
const published = plrnn([0.83777, 0.96461], [0, -0.64375, 0.52505, 0], [0.37298, -0.97931]);
/** Full tent map z' = 1 - 2 |z|: each primitive word of two letters, up to rotation, is a cycle: 2, 1, 2, 3, 6, 9. */
const tent: CanonicalMap = {
  n: 1,
  L: 1,
  A: Float64Array.of(2),
  B: Float64Array.of(-4),
  C: Float64Array.of(1),
  d: Float64Array.of(0),
  g: Float64Array.of(1),
};

/** z' = (relu(z1), z2 / 2 + 1/4): fixed are all (z1, 1/2) with z1 >= 0. */
const line = build(
  [
    [0, 0],
    [0, 0.5],
  ],
  [[1], [0]],
  [[1, 0]],
  [0],
  [0, 0.25],
);
/** z' = 1 - z on [0, 1]: all are of order 2 there, but for 1/2. */
const flip = build([[0]], [[-1, 1]], [[1], [1]], [0, -1], [1]);
/** Coordinates exchanged where z1 <= 1: fixed are those that are equal, of order 2 all others that stay there. */
const swap = build(
  [
    [0, 1],
    [1, 0],
  ],
  [[-0.5], [0]],
  [[1, 0]],
  [-1],
  [0, 0],
);

async function reportOf(map: CanonicalMap, maxOrder: number): Promise<Report> {
  const detection = await detect(map, {
    maxOrder,
    seed: 0,
    certify: true,
    stop: () => false,
    onProgress: () => undefined,
    onFinds: () => undefined,
  });
  return reportFrom(map, detection, maxOrder);
}

type Mutable = ReturnType<typeof copy>;
type MutableOrder = Omit<OrderResult, 'cycles'> & { cycles: Cycle[] };
function copy(report: Report): Omit<Report, 'orders'> & { orders: MutableOrder[] } {
  return JSON.parse(JSON.stringify(report)) as Omit<Report, 'orders'> & { orders: MutableOrder[] };
}

/** A generator of numbers in [0, 1), the same in every run (Lehmer). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const mutations: Record<string, (report: Mutable, random: () => number) => boolean> = {
  point: (report, random) => {
    const cycle = pick(all(report), random);
    const z = cycle.points[Math.floor(random() * cycle.order)] as number[];
    const i = Math.floor(random() * z.length);
    z[i] = z[i]! + report.model.scale * 10 ** (-8 * random()) * (random() < 0.5 ? 1 : -1);
    return true;
  },
  bit: (report, random) => {
    const cycle = pick(all(report), random);
    const regions = cycle.regions as string[];
    const t = Math.floor(random() * regions.length);
    const u = Math.floor(random() * regions[t]!.length);
    regions[t] = regions[t]!.slice(0, u) + (regions[t]![u] === '1' ? '0' : '1') + regions[t]!.slice(u + 1);
    return true;
  },
  multiplier: (report, random) => {
    const cycle = pick(all(report), random);
    const multipliers = cycle.multipliers as { re: number; im: number }[];
    const lambda = multipliers[Math.floor(random() * multipliers.length)]!;
    const by = (random() < 0.5 ? 1 : -1) * 10 ** (-6 * random());
    // A multiplier of 1e-12 beside one of 1e3 is known to its error bound only.
    if (Math.hypot(lambda.re, lambda.im) * Math.abs(by) < 1e3 * cycle.multiplierError) return false;
    lambda.re *= 1 + by;
    lambda.im *= 1 + by;
    return true;
  },
  'dropped cycle': (report, random) => {
    const order = pick(
      report.orders.filter(({ cycles, order }) => cycles.length > 0 && order <= 6),
      random,
    );
    order.cycles.splice(Math.floor(random() * order.cycles.length), 1);
    return true;
  },
  'cycle listed twice': (report, random) => {
    const order = pick(
      report.orders.filter(({ cycles }) => cycles.length > 0),
      random,
    );
    order.cycles.push(pick(order.cycles, random));
    return true;
  },
  stability: (report, random) => {
    const cycle = pick(all(report), random) as { stability: string };
    const others = ['stable', 'saddle', 'unstable', 'marginal'].filter((name) => name !== cycle.stability);
    cycle.stability = pick(others, random);
    return true;
  },
  number: (report, random) => {
    const cycle = pick(all(report), random) as unknown as Record<string, number>;
    const name = pick(['spectralRadius', 'growthPerStep', 'unstableDirections', 'margin', 'order'], random);
    cycle[name] =
      name === 'unstableDirections' || name === 'order'
        ? cycle[name]! + 1
        : cycle[name]! * (1 + 10 ** (-4 * random())) + 1e-3;
    return true;
  },
  certificate: (report, random) => {
    const order = pick(report.orders, random) as { complete: boolean };
    order.complete = !order.complete;
    return true;
  },
  'dropped point on a border': (report, random) => {
    const order = pickOrNone(
      report.orders.filter(({ boundaryPoints }) => boundaryPoints.length > 0),
      random,
    );
    (order?.boundaryPoints as unknown[] | undefined)?.pop();
    return order !== undefined;
  },
  'dropped family': (report, random) => {
    const order = pickOrNone(
      report.orders.filter(({ continua, complete }) => complete && continua.length > 0),
      random,
    );
    if (!order) return false;
    (order.continua as unknown[]).splice(Math.floor(random() * order.continua.length), 1);
    return true;
  },
  family: (report, random) => {
    const order = pickOrNone(
      report.orders.filter(({ continua }) => continua.length > 0),
      random,
    );
    if (!order) return false;
    const family = pick(order.continua, random) as Writable<Continuum>;
    const kind = pick(['point', 'direction', 'dimension', 'region', 'twice'], random);
    const shifted = (v: readonly number[], i: number): number[] =>
      v.map((x, j) => (i === j ? x + (random() < 0.5 ? 1 : -1) * 10 ** (-6 * random()) : x));
    if (kind === 'dimension') family.dimension++;
    else if (kind === 'region') {
      const u = Math.floor(random() * family.regions[0]!.length);
      const [first, ...rest] = family.regions;
      const bit = first![u] === '1' ? '0' : '1';
      family.regions = [first!.slice(0, u) + bit + first!.slice(u + 1), ...rest];
    } else if (kind === 'twice') (order.continua as Continuum[]).push(family);
    // Across the family: along it, a point of it stays one.
    else if (family.point.length === family.dimension) return false;
    else if (kind === 'point') family.point = shifted(family.point, 1);
    else family.directions = [shifted(family.directions[0]!, 1)];
    return true;
  },
  'model file': (report) => {
    (report as { digest: string }).digest = 'sha256:01';
    return true;
  },
};

/** Such as need a cycle. */
const ofCycles = new Set('point,bit,multiplier,dropped cycle,cycle listed twice,stability,number'.split(','));

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function all(report: Mutable): Cycle[] {
  return [...report.orders.flatMap(({ cycles }) => cycles), ...report.beyond];
}

function pickOrNone<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.floor(random() * list.length)];
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}

describe('verification of reports', () => {
  let reports: { map: CanonicalMap; report: Report; verifier: ReportVerifier }[];
  /** Exhaustion of some ten thousand itineraries. */
  const work = 5e6;
  before(async () => {
    const made = async (
      map: CanonicalMap,
      maxOrder: number,
    ): Promise<{ map: CanonicalMap; report: Report; verifier: ReportVerifier }> => ({
      map,
      report: await reportOf(map, maxOrder),
      verifier: new ReportVerifier(map, digest),
    });
    reports = [
      await made(published, 16),
      await made(tent, 6),
      await made(line, 3),
      await made(flip, 4),
      await made(swap, 3),
    ];
  });

  it('confirms what the search reports, and proves small orders again', () => {
    for (const { report, verifier } of reports) {
      const verification = verifier.verify(report, null, { work });
      assert.deepEqual(verification.problems, []);
      assert.equal(verification.exact, verification.objects);
      assert.ok(verification.objects >= 2);
      assert.deepEqual(verification.proven.slice(0, 3), [1, 2, 3]);
    }
    assert.deepEqual(
      reports.map(({ report }) => report.orders.map(({ continua }) => continua.length)).slice(2),
      [
        [1, 0, 0],
        [0, 1, 0, 0],
        [1, 1, 0],
      ],
    );
    assert.deepEqual(
      reports[1]!.report.orders.map(({ cycles }) => cycles.length),
      [2, 1, 2, 3, 6, 9],
    );
  });

  it('decides stability exactly, where the multipliers as stated are within rounding of the true ones', async () => {
    // z' = (1 + 2^-40) z + 2^-40 for z < 0: the fixed point -1 repels, by less than multipliers are compared to.
    const tiny = 2 ** -40;
    const map = plrnn([1 + tiny], [-0.5], [tiny]);
    const report = copy(await reportOf(map, 1));
    assert.deepEqual(verifyReport(report, map, digest).problems, []);
    const fixedPoint = report.orders[0]!.cycles.find(({ regions }) => regions[0] === '0')!;
    assert.ok(Math.abs(fixedPoint.points[0]![0]! + 1) < 1e-12);
    Object.assign(fixedPoint, {
      multipliers: [{ re: 1 - tiny, im: 0 }],
      multiplierError: 1e-15,
      spectralRadius: 1 - tiny,
      growthPerStep: Math.log(1 - tiny),
      unstableDirections: 0,
      stability: 'stable',
    });
    const own = verifyReport(report, map, digest).problems.filter((problem) =>
      problem.startsWith(`${fixedPoint.id}:`),
    );
    assert.equal(own.length, 1);
    assert.match(own[0]!, /exactly 1 multipliers are outside the unit circle/);
  });

  it('proves orders of hundreds of thousands of itineraries again, and no more than there is time for', async () => {
    const report = await reportOf(tent, 12);
    // Primitive binary words up to rotation: the first orders of z' = 1 - 2 |z| have 2, 1, 2, 3, 6, 9, 18, 30, 56, 99, 186, 335.
    assert.equal(report.orders[11]!.cycles.length, 335);
    const whole = verifyReport(report, tent, digest);
    assert.deepEqual([whole.problems, whole.notes], [[], []]);
    assert.equal(whole.proven.length, 12);
    const changed = copy(report);
    changed.orders[11]!.cycles.splice(334, 1);
    assert.match(verifyReport(changed, tent, digest).problems.join(), /order 12: the cycle .* is missing/);
    let asked = 0;
    const hurried = verifyReport(report, tent, digest, null, { stop: () => ++asked > 100 });
    assert.deepEqual(hurried.problems, []);
    assert.deepEqual(hurried.proven, []);
    assert.equal(hurried.objects, 100);
    assert.match(hurried.notes.join(), /The time was up with 647 objects not re-checked/);
    assert.match(hurried.notes.join(), /before orders 1, 2, .*, 12 could be proven again/);
  });

  it('rejects 1,000 random changes', () => {
    const random = numbers(1);
    const names = Object.keys(mutations);
    const counts = new Map<string, number>();
    for (let done = 0; done < 1000;) {
      const { report, verifier } = pick(reports, random);
      const name = pick(names, random);
      const changed = copy(report);
      if (ofCycles.has(name) && all(changed).length === 0) continue;
      if (!mutations[name]!(changed, random)) continue;
      done++;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      let rejected: boolean;
      try {
        rejected = verifier.verify(changed, null, { work }).problems.length > 0;
      } catch (error) {
        assert.fail(`${name}: ${String(error)}`);
      }
      assert.ok(rejected, `change ${String(done)} (${name}) went unnoticed`);
    }
    assert.ok(
      names.every((name) => (counts.get(name) ?? 0) > 15),
      JSON.stringify([...counts]),
    );
  });
});
