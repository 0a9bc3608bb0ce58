import assert from 'node:assert/strict';
import { Collection } from '../../../src/core/detect/collection';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { regionString } from '../../../src/core/map/kernel';
import { blockCyclic } from '../../../src/core/prove/blockCyclic';
import { proveCyclic } from '../../../src/core/prove/cyclicProof';
import { Rotations } from '../../../src/core/prove/rotations';
import { leastRotation } from '../../../src/core/detect/words';
import { random } from '../../../src/core/random';
import { exactCycles } from '../detect/exactOracle';
import { build, canonicalOf, system } from '../systems';

function collection(map: CanonicalMap): Collection {
  return new Collection(map, 1, {
    onCycle: () => undefined,
    onBoundary: () => undefined,
    stop: () => false,
  });
}

function itineraries(found: Collection, order: number): string[] {
  return [...found.cycles.values()]
    .filter((c) => c.order === order)
    .map((c) => c.regions.join(' '))
    .sort();
}

const never = (): boolean => false;

describe('block-cyclic proof', () => {
  it('has the cycles of a map, rotated, as fixed points', () => {
    // z' = 1 - 2 relu(z): (z1, z2) -> (1 - 2 relu(z2), 1 - 2 relu(z1)).
    const block = blockCyclic(build([[0]], [[-2]], [[1]], [0], [1]), 2);
    assert.deepEqual([...block.A], [0, 0, 0, 0]);
    assert.deepEqual([...block.B], [0, -2, -2, 0]);
    assert.deepEqual([...block.C], [1, 0, 0, 1]);
    assert.deepEqual([...block.g], [1, 1]);
  });

  it('finds by itself what the published almost-linear net has', () => {
    const { model, maxOrder, counts } = system('published-alrnn-15');
    const found = collection(canonicalOf(model));
    const orders = Array.from({ length: maxOrder - 1 }, (_, i) => i + 2);
    const proof = proveCyclic(found, orders, 1, never);
    for (const k of orders) {
      assert.ok(proof.certificates.has(k), `order ${String(k)}: ${proof.whyNot.get(k) ?? ''}`);
      assert.equal(proof.certificates.get(k)!.domain, 'everywhere');
      assert.equal(itineraries(found, k).length, counts[String(k)] ?? 0);
    }
  });

  it('agrees with exact arithmetic over all itineraries', () => {
    let cycles = 0;
    let degenerate = 0;
    for (let seed = 0; seed < 80; seed++) {
      const source = random(seed, 5);
      const n = 1 + source.below(2);
      const L = 1 + source.below(2);
      // Every third with half-integer weights: borders, families, singular equations.
      const weight = (): number =>
        seed % 3 === 0 ? Math.round(8 * source.uniform() - 4) / 2 : 4 * source.uniform() - 2;
      const rows = (count: number, length: number): number[][] =>
        Array.from({ length: count }, () => Array.from({ length }, weight));
      const map = build(rows(n, n), rows(n, L), rows(L, n), rows(1, L)[0]!, rows(1, n)[0]!);
      const found = collection(map);
      const orders = Array.from({ length: Math.floor(6 / L) - 1 }, (_, i) => i + 2);
      const proof = proveCyclic(found, orders, 1, never);
      for (const k of orders) {
        const truth = exactCycles(map, k);
        const where = `seed ${String(seed)}, order ${String(k)}`;
        if (seed % 3 !== 0) assert.ok(proof.certificates.has(k), `${where}: ${proof.whyNot.get(k) ?? ''}`);
        if (!proof.certificates.has(k)) continue;
        assert.deepEqual(itineraries(found, k), [...truth.inside.keys()].sort(), where);
        assert.equal(found.boundary.filter((p) => p.order === k).length, truth.border.length, where);
        const families = [...found.continua.values()].filter((f) => f.regions.length === k);
        assert.deepEqual(families.map((f) => f.regions.join(' ')).sort(), truth.families.sort(), where);
        cycles += truth.inside.size;
        degenerate += truth.border.length + truth.families.length;
      }
    }
    assert.ok(cycles > 15 && degenerate > 1, `${String(cycles)} cycles, ${String(degenerate)} degenerate`);
  });

  it('goes as far as the share of its work allows', () => {
    const map = canonicalOf(system('published-plrnn-10').model);
    const proven = (share: number): number[] => [
      ...proveCyclic(collection(map), [2], 1, never, undefined, null, share).certificates.keys(),
    ];
    assert.deepEqual(proven(1e-3), []);
    assert.deepEqual(proven(1), [2]);
  });

  it('claims nothing when stopped', () => {
    const found = collection(canonicalOf(system('published-alrnn-15').model));
    const proof = proveCyclic(found, [2, 3], 1, () => true);
    assert.equal(proof.certificates.size, 0);
    assert.deepEqual([...proof.whyNot.keys()], [2, 3]);
  });
});

describe('symmetry breaking over rotations', () => {
  it('lets one rotation of every word through, whatever the branching order', () => {
    for (let seed = 0; seed < 40; seed++) {
      const L = 1 + (seed % 2);
      const k = 2 + (seed % 5);
      const base = Uint8Array.from({ length: k * L }, (_, v) => (seed >> (v % 5)) & 1);
      const rotations = new Rotations(L, k, base);
      const met: string[] = [];
      const visit = (depth: number, states: Int8Array): void => {
        if (rotations.repeats(depth, states)) return;
        const open = [...states.keys()].filter((v) => states[v] === -1);
        if (open.length === 0) {
          const bits = states.map((state, v) => state ^ base[v]!);
          const word = Array.from({ length: k }, (_, t) => regionString(bits.subarray(t * L, (t + 1) * L)));
          const first = leastRotation(word);
          met.push([...word.slice(first), ...word.slice(0, first)].join(' '));
          return;
        }
        // The unit depends on the values settled before.
        const source = random(
          seed,
          states.reduce((hash, s) => (3 * hash + s + 1) % 65521, 0),
        );
        const unit = open[source.below(open.length)]!;
        const first = source.below(2);
        for (const state of [first, 1 - first]) {
          const next = states.slice();
          next[unit] = state;
          rotations.branch(depth, unit, state, first);
          visit(depth + 1, next);
        }
      };
      visit(0, new Int8Array(k * L).fill(-1));
      // Necklaces: (1/k) sum over d | k of phi(d) (2^L)^(k/d).
      const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
      let sum = 0;
      for (let r = 0; r < k; r++) sum += 2 ** (L * gcd(r, k));
      assert.equal(new Set(met).size, sum / k);
      assert.equal(met.length, sum / k, `seed ${String(seed)}: each once`);
    }
  });
});
