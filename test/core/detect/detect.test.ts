import assert from 'node:assert/strict';
import { detect, type DetectOptions, type Detection } from '../../../src/core/detect/detect';
import { image } from '../../../src/core/detect/verify';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { random } from '../../../src/core/random';
import { bruteForce, build, canonicalOf, randomPlrnn, system, systems } from '../systems';

function run(map: CanonicalMap, options: Partial<DetectOptions> & { maxOrder: number }): Promise<Detection> {
  return detect(map, {
    seed: 0,
    certify: true,
    stop: () => false,
    onProgress: () => undefined,
    onFinds: () => undefined,
    ...options,
  });
}

/** A proof of all periods lists longer orders, too: they are left out. */
const counts = (found: Detection, maxOrder = Infinity): Record<string, number> =>
  Object.fromEntries(
    found.orders
      .filter((o) => o.cycles.length > 0 && o.order <= maxOrder)
      .map((o) => [String(o.order), o.cycles.length]),
  );

/** Every listed cycle is one, by iterating the true map. */
function assertTrueCycles(map: CanonicalMap, found: Detection): void {
  for (const cycle of [...found.orders.flatMap((o) => o.cycles), ...found.beyond]) {
    assert.ok(cycle.verified, `${cycle.id} is verified`);
    cycle.points.forEach((z, j) => {
      const next = cycle.points[(j + 1) % cycle.order]!;
      image(map, z).forEach((v, i) => assert.ok(Math.abs(v - next[i]!) <= 1e-10 * found.scale, cycle.id));
    });
    for (let p = 1; p < cycle.order; p++)
      if (cycle.order % p === 0)
        assert.notDeepEqual(
          cycle.points[0],
          cycle.points[p],
          `${cycle.id} has primitive period ${String(cycle.order)}`,
        );
  }
}

describe('detect', () => {
  for (const { name, maxOrder, counts: expected, model } of systems.filter((s) =>
    s.name.startsWith('published'),
  )) {
    it(`${name}: every cycle to order ${String(maxOrder)}, with proof and without`, async () => {
      const map = canonicalOf(model);
      for (let seed = 0; seed < 2; seed++) {
        const found = await run(map, { maxOrder, seed, certify: seed === 0, surveyShare: 0.2 });
        assert.deepEqual(counts(found, maxOrder), expected, `seed ${String(seed)}`);
        assertTrueCycles(map, found);
      }
    });
  }

  it('heuristics alone list 95 % of the cycles of chaotic systems, and nothing that does not exist', async () => {
    for (const { name, maxOrder, counts: expected, model } of systems.filter((s) =>
      s.name.startsWith('chaotic'),
    )) {
      const found = counts(await run(canonicalOf(model), { maxOrder, certify: false, surveyShare: 0.2 }));
      let total = 0;
      let listed = 0;
      for (let k = 1; k <= maxOrder; k++) {
        const count = found[String(k)] ?? 0;
        assert.ok(count <= (expected[String(k)] ?? 0), `${name}, order ${String(k)}`);
        total += expected[String(k)] ?? 0;
        listed += count;
      }
      assert.ok(listed >= 0.95 * total, `${name}: ${String(listed)} of ${String(total)}`);
    }
  });

  it('chaotic-plrnn-318 to order 14: at least 110 of 115 cycles within 20,000 solves, for 2 seeds', async () => {
    const map = canonicalOf(system('chaotic-plrnn-318').model);
    for (let seed = 0; seed < 2; seed++) {
      const found = await run(map, { maxOrder: 14, seed, certify: false });
      const listed = found.orders.reduce((sum, o) => sum + o.cycles.length, 0);
      assert.ok(listed >= 110 && listed <= 115, `seed ${String(seed)}: ${String(listed)}`);
      assert.ok(found.linearSolves <= 20000, `seed ${String(seed)}: ${String(found.linearSolves)} solves`);
    }
  });

  it('tells how far the proof is as it lands, and never more than the result says', async () => {
    for (const name of ['published-plrnn-4', 'published-alrnn-15', 'chaotic-plrnn-318']) {
      const { model, maxOrder } = system(name);
      const told: (number | 'all')[] = [];
      const found = await run(canonicalOf(model), { maxOrder, onProven: (upTo) => told.push(upTo) });
      const numbers = told.filter((upTo) => upTo !== 'all');
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
      );
      assert.equal(numbers.at(-1), maxOrder);
      assert.ok(found.orders.every((o) => o.complete));
      assert.equal(told.includes('all'), found.orders.at(-1)!.certificate!.periods === 'all');
      assert.equal(told.includes('all'), name === 'published-alrnn-15');
    }
  });

  it('tries the words that it is told first, and believes none that is not real', async () => {
    const { model } = system('published-plrnn-8');
    const map = canonicalOf(model);
    const full = await run(map, { maxOrder: 80 });
    const words = full.orders.flatMap((o) => o.cycles.map((c) => c.regions));
    const saddle = full.orders[79]!.cycles.find((c) => c.stability === 'saddle')!;
    // Not real: one region of the saddle changed.
    const wrong = saddle.regions.map((r, i) =>
      i === 0 ? r.replace(/./, (c) => (c === '0' ? '1' : '0')) : r,
    );
    const again = await run(map, { maxOrder: 2, certify: false, known: [...words, wrong, ['10101']] });
    assert.deepEqual(
      again.beyond.map((c) => c.order),
      [80, 80],
    );
    assert.equal(again.beyond[1]!.foundBy, 'a neighbour');
  });

  it('counts do not change with the scale of the biases', async () => {
    const { model, maxOrder, counts: expected } = system('published-plrnn-2');
    for (const factor of [1e-3, 1, 1e11]) {
      const found = await run(canonicalOf(model, factor), { maxOrder });
      assert.deepEqual(counts(found, maxOrder), expected, `h x ${String(factor)}`);
      assert.ok(Math.abs(found.scale / factor - 2.16) < 0.5);
    }
  });

  it('agrees with brute force over all itineraries, and proves it', async () => {
    const source = random(2023);
    for (let i = 0; i < 40; i++) {
      const map = randomPlrnn(source, 2, 0.4 + (i % 4) * 0.5);
      const found = await run(map, { maxOrder: 6, seed: i, surveyShare: 0.05 });
      for (const { order, complete, cycles } of found.orders) {
        const truth = bruteForce(map, order);
        if (truth.unsure > 0) continue;
        assert.ok(complete, `system ${String(i)}, order ${String(order)} is proven`);
        assert.deepEqual(
          new Set(cycles.map((c) => c.regions.join(' '))),
          truth.itineraries,
          `system ${String(i)}`,
        );
      }
      assertTrueCycles(map, found);
    }
  });

  it('a permutation of the units permutes the cycles', async () => {
    const map = randomPlrnn(random(7), 3, 1.1);
    const order = [2, 0, 1];
    const matrix = (a: Float64Array): Float64Array =>
      Float64Array.from({ length: 9 }, (_, i) => a[order[Math.floor(i / 3)]! * 3 + order[i % 3]!]!);
    const vector = (v: Float64Array): Float64Array => Float64Array.from(order, (i) => v[i]!);
    const permuted = {
      ...map,
      A: matrix(map.A),
      B: matrix(map.B),
      C: matrix(map.C),
      d: vector(map.d),
      g: vector(map.g),
    };
    const [one, two] = [await run(map, { maxOrder: 4 }), await run(permuted, { maxOrder: 4 })];
    assert.deepEqual(counts(one), counts(two));
    const radii = (found: Detection): string[] =>
      found.orders.flatMap((o) => o.cycles.map((c) => c.spectralRadius.toPrecision(8)));
    assert.deepEqual(radii(one), radii(two));
  });

  it('scaling a hidden unit leaves the cycles as they are', async () => {
    const { model, maxOrder } = system('chaotic-shplrnn-652');
    const map = canonicalOf(model);
    const C = map.C.map((v, i) => v * 2 ** (Math.floor(i / map.n) % 3));
    const d = map.d.map((v, u) => v * 2 ** (u % 3));
    const B = map.B.map((v, i) => v / 2 ** ((i % map.L) % 3));
    const found = [await run(map, { maxOrder }), await run({ ...map, B, C, d }, { maxOrder })];
    assert.deepEqual(counts(found[0]!), counts(found[1]!));
  });

  it('is deterministic for a seed', async () => {
    const map = canonicalOf(system('chaotic-plrnn-64').model);
    const [one, two] = [await run(map, { maxOrder: 9, seed: 5 }), await run(map, { maxOrder: 9, seed: 5 })];
    assert.deepEqual(one, two);
  });

  it('shows a long attractor although nobody searches its order', async () => {
    const found = await run(canonicalOf(system('published-plrnn-8').model), { maxOrder: 2 });
    assert.equal(found.beyond[0]?.order, 80);
    assert.equal(found.beyond[0]?.stability, 'stable');
    assert.equal(found.attractors[0]?.cycle, found.beyond[0]?.id);
  });

  it('names a family of fixed points and claims nothing about it', async () => {
    // z1' = z1 for z2 = relu(..) off: a line of fixed points. By hand: A = diag(1, 0.5), no ReLU contribution to z1.
    const map = build(
      [
        [1, 0],
        [0, 0.5],
      ],
      [[0], [1]],
      [[0, 1]],
      [-1],
      [0, 0],
    );
    const found = await run(map, { maxOrder: 1 });
    const [first] = found.orders;
    assert.ok(first!.continua.length > 0);
    assert.equal(first!.complete && first!.cycles.length > 0, false);
  });

  it('stops when told, keeping what it has', async () => {
    let calls = 0;
    const found = await run(canonicalOf(system('chaotic-plrnn-318').model), {
      maxOrder: 18,
      stop: () => ++calls > 300,
    });
    assert.ok(found.orders.flatMap((o) => o.cycles).length > 0);
    assert.equal(found.orders.find((o) => o.order === 18)?.complete, false);
  });
});
