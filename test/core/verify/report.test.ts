import assert from 'node:assert/strict';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { detect } from '../../../src/core/detect/detect';
import type { Cycle, Report } from '../../../src/core/report/types';
import { verifyReport } from '../../../src/core/verify/report';
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
function copy(report: Report): { orders: { order: number; cycles: Cycle[] }[] } & Report {
  return JSON.parse(JSON.stringify(report)) as { orders: { order: number; cycles: Cycle[] }[] } & Report;
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
  'model file': (report) => {
    (report as { digest: string }).digest = 'sha256:01';
    return true;
  },
};

function all(report: Mutable): Cycle[] {
  return [...report.orders.flatMap(({ cycles }) => cycles), ...report.beyond];
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}

describe('verification of reports', () => {
  let reports: { map: CanonicalMap; report: Report }[];
  before(async () => {
    reports = [
      { map: published, report: await reportOf(published, 16) },
      { map: tent, report: await reportOf(tent, 6) },
    ];
  });

  it('confirms what the search reports, and proves small orders again', () => {
    for (const { map, report } of reports) {
      const verification = verifyReport(report, map, digest);
      assert.deepEqual(verification.problems, []);
      assert.equal(verification.exact, verification.objects);
      assert.ok(verification.objects >= 3);
      assert.deepEqual(verification.proven.slice(0, 4), [1, 2, 3, 4]);
    }
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

  it('rejects 1,000 random changes', () => {
    const random = numbers(1);
    const names = Object.keys(mutations);
    const counts = new Map<string, number>();
    for (let done = 0; done < 1000;) {
      const { map, report } = pick(reports, random);
      const name = pick(names, random);
      const changed = copy(report);
      if (!mutations[name]!(changed, random)) continue;
      done++;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      let rejected: boolean;
      try {
        rejected = verifyReport(changed, map, digest).problems.length > 0;
      } catch (error) {
        assert.fail(`${name}: ${String(error)}`);
      }
      assert.ok(rejected, `change ${String(done)} (${name}) went unnoticed`);
    }
    assert.ok(names.every((name) => (counts.get(name) ?? 0) > 40));
  });
});
