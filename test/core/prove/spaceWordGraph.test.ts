import assert from 'node:assert/strict';
import { Collection } from '../../../src/core/detect/collection';
import { detect, type Detection } from '../../../src/core/detect/detect';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { Kernel, regionString } from '../../../src/core/map/kernel';
import { pieceOf } from '../../../src/core/prove/exhaustive';
import { ItineraryFarkas, type OrbitRow } from '../../../src/core/prove/itineraryFarkas';
import { ProofLog } from '../../../src/core/prove/proofLog';
import { predictSpaceProof, proveSpace } from '../../../src/core/prove/spaceProof';
import { spaceWordGraph, type SpaceWordGraph } from '../../../src/core/prove/spaceWordGraph';
import { Confinement } from '../../../src/core/prove/trapping';
import { leastRotation, primitivePeriod } from '../../../src/core/detect/words';
import { integerMap } from '../../../src/core/verify/exact';
import { ProofLines } from '../../../src/core/verify/proofLines';
import { checkWords } from '../../../src/core/verify/proofWords';
import { random, type Random } from '../../../src/core/random';
import { bruteForce, build, canonicalOf, randomPlrnn, system } from '../systems';

const limits = {
  maxOrder: 4,
  operations: 5e6,
  extraOperations: 0,
  words: 1e5,
  longest: 200,
  stop: () => false,
};
const run = (map: CanonicalMap, maxOrder: number, stop = (): boolean => false): Promise<Detection> =>
  detect(map, {
    maxOrder,
    seed: 0,
    certify: true,
    stop,
    onProgress: () => undefined,
    onFinds: () => undefined,
  });

const normal = (source: Random): number =>
  Math.sqrt(-2 * Math.log(1 - source.uniform())) * Math.cos(2 * Math.PI * source.uniform());
const rows = (source: Random, count: number, length: number, gain: number): number[][] =>
  Array.from({ length: count }, () => Array.from({ length }, () => gain * normal(source)));
const list = (source: Random, length: number): number[] => Array.from({ length }, () => 0.6 * normal(source));
const diagonal = (source: Random, n: number): number[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_column, j) => (i === j ? 1.8 * source.uniform() - 0.9 : 0)),
  );

/** Random nets of n = 3, in the canonical form of each architecture, and the order that brute force can reach. */
const architectures: Record<string, [(source: Random, gain: number) => CanonicalMap, number]> = {
  PLRNN: [(source, gain) => randomPlrnn(source, 3, gain), 4],
  'shallow PLRNN': [
    (source, gain) =>
      build(
        diagonal(source, 3),
        rows(source, 3, 4, gain),
        rows(source, 4, 3, 1),
        list(source, 4),
        list(source, 3),
      ),
    3,
  ],
  'clipped shallow PLRNN': [
    (source, gain) => {
      const [W1, W2, h2] = [rows(source, 3, 3, gain), rows(source, 3, 3, 1), list(source, 3)];
      return build(
        diagonal(source, 3),
        W1.map((row) => [...row, ...row.map((v) => -v)]),
        [...W2, ...W2],
        [...h2, 0, 0, 0],
        list(source, 3),
      );
    },
    2,
  ],
  'AL-RNN': [
    (source, gain) =>
      build(
        diagonal(source, 3).map((row) => row.map((v, j) => v + (j === 0 ? 0.5 * gain * normal(source) : 0))),
        rows(source, 3, 2, gain),
        [
          [0, 1, 0],
          [0, 0, 1],
        ],
        [0, 0],
        list(source, 3),
      ),
    5,
  ],
  'dendritic PLRNN': [
    (source, gain) => {
      const W = rows(source, 3, 3, gain);
      const alpha = list(source, 2);
      const unit = [0, 1, 2].map((i) => [0, 1, 2].map((j) => Number(i === j)));
      return build(
        diagonal(source, 3),
        W.map((row) => alpha.flatMap((a) => row.map((v) => a * v))),
        [...unit, ...unit],
        list(source, 6),
        list(source, 3),
      );
    },
    2,
  ],
};

const cube = (n: number, radius: number): { lower: Float64Array; upper: Float64Array } => ({
  lower: new Float64Array(n).fill(-radius),
  upper: new Float64Array(n).fill(radius),
});

function graphOf(map: CanonicalMap, maxOrder: number, operations = limits.operations): SpaceWordGraph {
  const confinement = new Confinement(map);
  const everywhere = confinement.everywhere();
  const box = confinement.tighten(everywhere ?? cube(map.n, 1e4));
  assert.ok(box);
  return spaceWordGraph(map, box, everywhere !== null, { ...limits, maxOrder, operations });
}

function rotations(word: readonly Uint8Array[]): string[] {
  const itinerary = word.map(regionString);
  return itinerary.map((_, r) => [...itinerary.slice(r), ...itinerary.slice(0, r)].join(' '));
}

describe('word graph in space', () => {
  for (const [name, [make, maxOrder]] of Object.entries(architectures))
    it(`keeps every itinerary that brute force finds: ${name}`, () => {
      const source = random(21);
      let found = 0;
      let dropped = 0;
      for (let i = 0; i < 12; i++) {
        const map = make(source, 0.3 + (i % 4) * 0.4);
        const graph = graphOf(map, maxOrder);
        for (let k = 1; k <= Math.min(maxOrder, graph.provenTo); k++) {
          const listed = new Set((graph.words.get(k) ?? []).flatMap(rotations));
          for (const itinerary of bruteForce(map, k).itineraries) {
            found++;
            assert.ok(listed.has(itinerary), `system ${String(i)}, order ${String(k)}: ${itinerary}`);
          }
          if (listed.size < 2 ** (map.L * k)) dropped++;
        }
      }
      assert.ok(found > 5 && dropped > 5);
    }).timeout(60000);

  it('writes down a proof whose every exclusion holds in exact arithmetic, and which leaves the same words', () => {
    const source = random(5);
    let excluded = 0;
    for (let i = 0; i < 6; i++) {
      const map = randomPlrnn(source, 3, 0.8);
      const box = cube(3, 50);
      const lines: string[] = [];
      const log = new ProofLog((line) => lines.push(line));
      const graph = spaceWordGraph(map, box, false, { ...limits, maxOrder: 3 }, log);
      assert.ok(graph.provenTo >= 3);
      assert.deepEqual(JSON.parse(lines[0]!), { part: 'words' });
      let at = 1;
      const read = new ProofLines({ next: () => lines[at++] ?? null, rewind: () => (at = 0) });
      const plain = { lower: Array.from(box.lower), upper: Array.from(box.upper) };
      const checked = checkWords(integerMap(map), plain, read);
      assert.equal(at, lines.length);
      assert.equal(checked.loops ? Infinity : checked.provenTo, graph.provenTo);
      excluded += checked.excluded;
      for (let k = 1; k <= 3; k++) {
        const names = (words: readonly (readonly string[])[]): string[] =>
          words
            .filter((word) => primitivePeriod(word) === k)
            .map((word) => [...word, ...word].slice(leastRotation(word)).slice(0, word.length).join(' '))
            .sort();
        const left = checked.words.get(k) ?? [];
        assert.deepEqual(
          names(left),
          names((graph.words.get(k) ?? []).map((word) => word.map(regionString))),
        );
      }
    }
    assert.ok(excluded > 100);
  }).timeout(60000);

  it('claims at a limit only what it also claims without', () => {
    const map = randomPlrnn(random(3), 3, 1.1);
    const whole = graphOf(map, 6, 5e7);
    const provenTo = new Set<number>();
    for (const share of [0, 1e3, 1e4, 3e4, 1e5, 3e5, 1e6]) {
      const part = graphOf(map, 6, share);
      provenTo.add(part.provenTo);
      for (let k = 1; k <= Math.min(6, part.provenTo); k++)
        assert.deepEqual(
          (part.words.get(k) ?? []).map((word) => word.map(regionString)),
          (whole.words.get(k) ?? []).map((word) => word.map(regionString)),
        );
    }
    assert.ok(provenTo.has(0) && provenTo.size > 2);
  });

  it('stops when told', () => {
    const map = randomPlrnn(random(3), 3, 1.1);
    let polls = 0;
    const graph = spaceWordGraph(map, cube(3, 1e4), false, {
      ...limits,
      maxOrder: 50,
      operations: 1e9,
      stop: () => ++polls > 3,
    });
    assert.equal(graph.endedBy, 'stop');
    assert.equal(polls, 4);
  });
});

describe('Farkas multipliers along an orbit', () => {
  it('never exclude an orbit that exists', () => {
    const source = random(8);
    for (let trial = 0; trial < 2000; trial++) {
      const n = 1 + source.below(4);
      const T = 1 + source.below(5);
      const map = randomPlrnn(source, n, 1);
      const z = Array.from({ length: n }, () => 2 * source.uniform() - 1);
      const orbit = [Float64Array.from(z)];
      const pieces = [];
      for (let t = 0; t < T; t++) {
        const bits = Uint8Array.from({ length: n }, () => source.below(2));
        const piece = pieceOf(map, bits);
        pieces.push(piece);
        orbit.push(piece.b.map((b, i) => orbit[t]!.reduce((sum, v, j) => sum + piece.J[i * n + j]! * v, b)));
      }
      // Bounds that the orbit fulfils by little more than its own rounding.
      const list = Array.from({ length: n + 1 }, (): OrbitRow => {
        const t = source.below(T + 1);
        const c = Float64Array.from({ length: n }, () => normal(source));
        const p = c.reduce((sum, v, j) => sum + v * orbit[t]![j]!, 0);
        const size = 1 + c.reduce((sum, v, j) => sum + Math.abs(v * orbit[t]![j]!), 0);
        const upper = source.below(2) === 1;
        const bound = p + (upper ? 1 : -1) * 1e-13 * size * 3 ** T;
        return { t, c, at: 0, upper, bound, multiplier: source.uniform() };
      });
      const reach = Math.max(...orbit.flatMap((v) => [...v].map(Math.abs))) * 1.001;
      assert.ok(!new ItineraryFarkas(n, cube(n, reach)).excludes(pieces, list, list.length));
    }
  });

  it('exclude by hand: z0 in [0, 1], z1 = z0 + 1 <= 0.5; not z1 <= 1.5', () => {
    const piece = pieceOf(build([[1]], [[0]], [[1]], [0], [1]), Uint8Array.of(0));
    const farkas = new ItineraryFarkas(1, { lower: Float64Array.of(0), upper: Float64Array.of(1) });
    const row = (bound: number): OrbitRow[] => [
      { t: 1, c: Float64Array.of(1), at: 0, upper: true, bound, multiplier: 2 },
    ];
    assert.ok(farkas.excludes([piece], row(0.5), 1));
    assert.ok(!farkas.excludes([piece], row(1.5), 1));
    // On the verge rounding decides for keeping: z1 >= 1 holds exactly.
    assert.ok(!farkas.excludes([piece], row(1), 1));
    assert.ok(!farkas.excludes([piece], [{ ...row(0.5)[0]!, multiplier: -1 }], 1));
    assert.ok(!farkas.excludes([piece], [{ ...row(0.5)[0]!, multiplier: NaN }], 1));
  });
});

describe('proof in space', () => {
  // All periods on all of R^3: known from another exact program (the reference list).
  it('published-clipped-19: a fixed point and two 10-cycles, no other period, everywhere', async () => {
    const found = await run(canonicalOf(system('published-clipped-19').model), 3);
    assert.deepEqual(
      found.orders
        .filter(({ cycles }) => cycles.length > 0)
        .map(({ order, cycles }) => [order, cycles.length]),
      [
        [1, 1],
        [10, 2],
      ],
    );
    for (const { certificate } of found.orders) {
      assert.equal(certificate?.periods, 'all');
      assert.equal(certificate.domain, 'everywhere');
    }
  }).timeout(60000);

  it('a skew tent in space: its fixed point and 2-cycle are the only ones', async () => {
    // x' = 1 + x / 2 - 2 relu(x) with slopes 1/2 and -3/2: the fixed point 2/5, and -2/7 -> 6/7 -> -2/7 (multiplier
    // -3/4); slopes l r > -1 leave no other cycle. y and z follow x and contract.
    const map = build(
      [
        [0.5, 0, 0],
        [0.25, 0.5, 0],
        [0, -0.125, 0.25],
      ],
      [[-2], [0], [0]],
      [[1, 0, 0]],
      [0],
      [1, 0, 0],
    );
    const found = await run(map, 5);
    assert.deepEqual(
      found.orders.map(({ cycles }) => cycles.length),
      [1, 1, 0, 0, 0],
    );
    assert.ok(found.orders.every(({ complete }) => complete));
    assert.equal(graphOf(map, 5).provenTo, Infinity);
    const two = found.orders[1]!.cycles[0]!.points.map((z) => z[0]!).sort((a, b) => a - b);
    assert.ok(Math.abs(two[0]! + 2 / 7) < 1e-14 && Math.abs(two[1]! - 6 / 7) < 1e-14);
  });

  it('a map that contracts has one fixed point and no cycle of any period', async () => {
    const source = random(2);
    const small = rows(source, 4, 4, 0.05);
    const found = await run(
      build(
        diagonal(source, 4).map((row) => row.map((v) => v / 2)),
        small,
        rows(source, 4, 4, 1),
        list(source, 4),
        list(source, 4),
      ),
      4,
    );
    assert.deepEqual(
      found.orders.map(({ cycles, certificate }) => [
        cycles.length,
        certificate?.periods,
        certificate?.method,
      ]),
      [
        [1, 'all', 'contraction'],
        [0, 'all', 'contraction'],
        [0, 'all', 'contraction'],
        [0, 'all', 'contraction'],
      ],
    );
  });

  it('says why in numbers where the regions are too many, before it spends anything', () => {
    const source = random(4);
    const n = 24;
    const identity = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_column, j) => Number(i === j)),
    );
    const map = build(
      identity,
      rows(source, n, n, 1),
      identity,
      new Array<number>(n).fill(0),
      list(source, n),
    );
    const found = new Collection(map, 1, {
      onCycle: () => undefined,
      onBoundary: () => undefined,
      stop: () => false,
    });
    const proof = proveSpace(found, { maxOrder: 2, unit: 1, seconds: 10, stop: () => false });
    assert.equal(proof.certificates.size, 0);
    // 24 borders in 24 dimensions: 2^24 regions.
    assert.match(proof.whyNot.get(2)!, /1\.7e\+7 regions.*minutes/);
    assert.equal(predictSpaceProof(found).regions, 2 ** 24);
  });

  it('says how the words multiply where the work ends', () => {
    const map = randomPlrnn(random(3), 3, 1.1);
    const found = new Collection(map, 1, {
      onCycle: () => undefined,
      onBoundary: () => undefined,
      stop: () => false,
    });
    const proof = proveSpace(found, { maxOrder: 60, unit: 1, seconds: 0.03, stop: () => false });
    const [order, why] = [...proof.whyNot][0]!;
    assert.ok(order > 2 && proof.certificates.has(order - 1));
    assert.match(why, /words of the last 4 lengths \(times \d.*order \d+ alone would take about/);
  });

  it('says before each length what it will take, about', () => {
    const map = randomPlrnn(random(3), 3, 1.1);
    const told: (number | null)[] = [];
    const onLevel = (length: number, expected: number | null): void => {
      assert.equal(length, told.length + 1);
      told.push(expected);
    };
    const reach = new Float64Array(3).fill(1000);
    const box = { lower: reach.map((v) => -v), upper: reach };
    const graph = spaceWordGraph(map, box, false, { ...limits, maxOrder: 10, operations: 5e7, onLevel });
    assert.equal(graph.provenTo, 10);
    assert.equal(told[0], null);
    for (let m = 3; m <= 10; m++) {
      const off = told[m - 1]! / graph.work[m - 1]!;
      assert.ok(off > 1 / 3 && off < 3, `length ${String(m)}: ${String(off)}`);
    }
  });

  it('tells its stages in order', () => {
    const stages: string[] = [];
    const found = new Collection(randomPlrnn(random(3), 3, 1.1), 1, {
      onCycle: () => undefined,
      onBoundary: () => undefined,
      stop: () => false,
    });
    proveSpace(found, {
      maxOrder: 3,
      unit: 1,
      seconds: 2,
      allPeriodsNodes: 1e5,
      stop: () => false,
      onProgress: (stage) => stages.push(stage),
    });
    assert.deepEqual(stages.slice(0, 5), [
      'proof: regions',
      'proof of order 1',
      'proof of order 2',
      'proof of order 3',
      'proof of all periods',
    ]);
  });

  it('does not call doubtful what a stop left untried', () => {
    const map = randomPlrnn(random(3), 3, 1.1);
    const prove = (stop: () => boolean): ReturnType<typeof proveSpace> =>
      proveSpace(
        new Collection(map, 1, { onCycle: () => undefined, onBoundary: () => undefined, stop: () => false }),
        { maxOrder: 5, unit: 1, seconds: 2, allPeriodsNodes: 0, stop },
      );
    let calls = 0;
    const whole = prove(() => {
      calls++;
      return false;
    });
    assert.equal(whole.whyNot.size, 0);
    // The last that ask are the itineraries of the last order.
    let polled = 0;
    const last = calls - 3;
    const { certificates, whyNot } = prove(() => ++polled > last);
    assert.ok(certificates.has(1) && !certificates.has(5));
    assert.match(whyNot.get(5)!, /stopped with \d+ itineraries still to be solved/);
  });
});

describe('where cycles are', () => {
  it('the box of a clipped net is the one of the formula, or smaller', () => {
    // |z_i - h1_i / (1 - a_i)| <= sum_j |W1_ij h2_j| / (1 - |a_i|), by hand for two units: a = 1/2, h1 = 1, W1 = (1, -2),
    // h2 = (1/2, 1/4): |z - 2| <= 2.
    const map = build([[0.5]], [[1, -2, -1, 2]], [[1], [1], [1], [1]], [0.5, 0.25, 0, 0], [1]);
    const confinement = new Confinement(map);
    const first = confinement.everywhere();
    assert.ok(first);
    const box = confinement.tighten(first)!;
    assert.ok(box.lower[0]! >= -0.01 && box.upper[0]! <= 4.01);
    // z = z / 2 + 1 + 1/2 - 1/2 (both units on): z = 2 is the fixed point.
    assert.ok(box.lower[0]! <= 2 && box.upper[0]! >= 2);
  });

  it('holds the end of every orbit of random clipped nets', () => {
    const source = random(31);
    for (let i = 0; i < 40; i++) {
      const map = architectures['clipped shallow PLRNN']![0](source, 1.5);
      const confinement = new Confinement(map);
      const box = confinement.tighten(confinement.everywhere()!)!;
      const kernel = new Kernel(map);
      const bits = new Uint8Array(map.L);
      const z = Float64Array.from({ length: 3 }, () => 1e6 * normal(source));
      for (let t = 0; t < 5000; t++) kernel.step(z, 0, z, 0, bits);
      z.forEach((v, j) =>
        assert.ok(v >= box.lower[j]! - 1e-9 && v <= box.upper[j]! + 1e-9, `system ${String(i)}`),
      );
    }
  });

  it('is not bounded by an argument that fails: a net that grows has no such box', () => {
    assert.equal(new Confinement(build([[0.5]], [[1]], [[1]], [0], [1])).everywhere(), null);
    assert.equal(new Confinement(build([[1]], [[0]], [[1]], [0], [1])).everywhere(), null);
    assert.ok(new Confinement(build([[1.5]], [[-1]], [[1]], [0], [1])).everywhere() === null);
  });
});
