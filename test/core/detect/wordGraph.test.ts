import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Cell, CellPool, clip, image, Left, setBox } from '../../../src/core/prove/cell';
import { detect, type Detection } from '../../../src/core/detect/detect';
import { pieceOf } from '../../../src/core/prove/exhaustive';
import { certainlyVirtual } from '../../../src/core/detect/virtual';
import { WordGraph } from '../../../src/core/prove/wordGraph';
import { regionString } from '../../../src/core/map/kernel';
import { random } from '../../../src/core/random';
import { bruteForce, build, canonicalOf, randomPlrnn, system, systems } from '../systems';

/** All itineraries that the graph hands out, to an order. */
function itineraries(
  map: ReturnType<typeof build>,
  radius: number,
  maxOrder: number,
  nodes = 1e5,
): { words: Map<number, Uint8Array[][]>; provenTo: number } {
  const graph = new WordGraph(map, radius, { nodes, longest: 200, stop: () => false });
  const words = new Map<number, Uint8Array[][]>();
  while (graph.open && graph.provenTo < maxOrder)
    for (const word of graph.advance() ?? [])
      words.set(word.length, [...(words.get(word.length) ?? []), word]);
  return { words, provenTo: graph.provenTo };
}
const run = (map: ReturnType<typeof build>, maxOrder: number): Promise<Detection> =>
  detect(map, {
    maxOrder,
    seed: 0,
    certify: true,
    stop: () => false,
    onProgress: () => undefined,
    onFinds: () => undefined,
  });

/** Whether a point lies in conv(vertices) + E, by its support in many directions. */
function contains(cell: Cell, x: number, y: number): boolean {
  const { error } = cell;
  const vertices = cell.vertices.subarray(0, cell.length);
  for (let s = 0; s < 360; s++) {
    const [a, b] = [Math.cos((s * Math.PI) / 180), Math.sin((s * Math.PI) / 180)];
    let support = -Infinity;
    for (let i = 0; i < vertices.length; i += 2)
      support = Math.max(support, a * vertices[i]! + b * vertices[i + 1]!);
    support += Math.abs(a) * error[0]! + Math.abs(b) * error[1]!;
    for (let j = 2; j < error.length; j += 2) support += Math.abs(a * error[j]! + b * error[j + 1]!);
    if (a * x + b * y > support + 1e-15 * (Math.abs(a * x) + Math.abs(b * y))) return false;
  }
  return true;
}

describe('word graph', () => {
  it('cells hold every point that they should, through images and cuts', () => {
    const entry = fc.double({ min: -2, max: 2, noNaN: true });
    const line = fc.tuple(entry, entry, entry, fc.constantFrom(1 as const, -1 as const));
    const affine = fc.array(entry, { minLength: 6, maxLength: 6 });
    const point = fc.tuple(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(point, fc.array(fc.tuple(line, affine), { maxLength: 6 }), ([x0, y0], steps) => {
        let [cell, other] = [new Cell(), new Cell()];
        setBox(cell, 1);
        const pool = new CellPool();
        let [x, y] = [x0, y0];
        for (const [[a, b, c, side], f] of steps) {
          // The point decides the side, so it stays in the cell.
          const on = a * x + b * y + c >= 0 ? 1 : -1;
          const left = clip(cell, a, b, c, on, other);
          assert.notEqual(left, Left.nothing, 'a cell with a point in it is not empty');
          if (left === Left.part) [cell, other] = [other, cell];
          if (side === 1) {
            const map = build(
              [
                [f[0]!, f[1]!],
                [f[2]!, f[3]!],
              ],
              [[0], [0]],
              [[1, 0]],
              [0],
              [f[4]!, f[5]!],
            );
            image(cell, pieceOf(map, Uint8Array.of(0)), other);
            [cell, other] = [other, cell];
            [x, y] = [f[0]! * x + f[1]! * y + f[4]!, f[2]! * x + f[3]! * y + f[5]!];
          }
          assert.ok(contains(cell, x, y));
          pool.push(cell);
          const last = pool.count - 1;
          assert.ok(!pool.misses(last, x, x, y, y));
          pool.load(last, other);
          assert.ok(contains(other, x, y), 'the pool gives back what was put in');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every itinerary that brute force finds', () => {
    const source = random(11);
    for (let i = 0; i < 60; i++) {
      const map = randomPlrnn(source, 2, 0.3 + (i % 5) * 0.4);
      const graph = itineraries(map, 1e4, 6);
      for (let k = 1; k <= Math.min(6, graph.provenTo); k++) {
        const listed = new Set(
          (graph.words.get(k) ?? []).flatMap((word) => {
            const itinerary = word.map(regionString);
            return itinerary.map((_, r) => [...itinerary.slice(r), ...itinerary.slice(0, r)].join(' '));
          }),
        );
        for (const itinerary of bruteForce(map, k).itineraries)
          assert.ok(listed.has(itinerary), `system ${String(i)}, order ${String(k)}: ${itinerary}`);
      }
    }
  });

  it('excludes words only when brute force does', () => {
    const source = random(12);
    let excluded = 0;
    for (let i = 0; i < 20; i++) {
      const map = randomPlrnn(source, 2, 1);
      const truth = bruteForce(map, 3).itineraries;
      for (let code = 0; code < 64; code++) {
        const word = [0, 1, 2].map((t) => Uint8Array.of((code >> (2 * t)) & 1, (code >> (2 * t + 1)) & 1));
        if (!certainlyVirtual(map, word)) continue;
        excluded++;
        assert.ok(!truth.has(word.map(regionString).join(' ')));
      }
    }
    assert.ok(excluded > 500);
  });

  // Counts as the reference list has them, by another exact program.
  for (const { name, maxOrder, counts, model } of systems.filter((s) => s.model.A.length === 2)) {
    it(`${name}: exactly the known cycles, proven to order ${String(maxOrder)}`, async () => {
      const found = await run(canonicalOf(model), maxOrder);
      for (let k = 1; k <= maxOrder; k++) {
        const order = found.orders[k - 1]!;
        assert.equal(order.cycles.length, counts[String(k)] ?? 0, `order ${String(k)}`);
        assert.ok(order.complete, `order ${String(k)}: ${String(order.whyNot)}`);
      }
    }).timeout(120000);
  }

  it('proves all periods when every itinerary can only repeat itself, and lists them all', async () => {
    // The stable and the saddle 8-cycle, the fixed point and the 2-cycle are the published system's own; above order 8
    // there is a pair of 11-cycles.
    const found = await run(canonicalOf(system('published-alrnn-15').model), 2);
    assert.deepEqual(
      found.orders.filter((o) => o.cycles.length > 0).map((o) => [o.order, o.cycles.length]),
      [
        [1, 1],
        [2, 1],
        [8, 2],
        [11, 2],
      ],
    );
    assert.ok(found.orders.every((o) => o.complete));
    assert.equal(found.orders[10]!.certificate!.periods, 'all');
    assert.deepEqual(found.beyond, []);
  });

  it('proves nothing where the biases cannot be put in one unit exactly', async () => {
    // 5e-324 vanishes beside 1e300: what would be proven is another map.
    const map = build(
      [
        [0.5, 0],
        [0, 0.5],
      ],
      [
        [0, 0],
        [0, 0],
      ],
      [
        [1, 0],
        [0, 1],
      ],
      [0, 5e-324],
      [1e300, 0],
    );
    const found = await run(map, 3);
    assert.deepEqual(
      found.orders.map((o) => o.complete),
      [false, false, false],
    );
  });

  it('says how far it got when the graph grows too large', () => {
    const { model, counts } = system('chaotic-plrnn-318');
    const graph = itineraries(canonicalOf(model), 450, 40, 5000);
    assert.ok(graph.provenTo > 5 && graph.provenTo < 18);
    for (let k = 1; k <= graph.provenTo; k++)
      assert.ok((graph.words.get(k) ?? []).length >= (counts[String(k)] ?? 0));
  });
});
