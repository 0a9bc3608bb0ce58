import assert from 'node:assert/strict';
import { boxWords } from '../../../src/core/detect/boxWords';
import { farWords } from '../../../src/core/detect/directions';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { searchFixedPoints } from '../../../src/core/prove/fixedPoints';
import { FixedPointTree } from '../../../src/core/prove/fixedPointTree';
import { planarRegions } from '../../../src/core/prove/planarRegions';
import { constantUnits, settledUnits, type TreeReplay } from '../../../src/core/prove/treeProblem';
import { random, type Random } from '../../../src/core/random';

const fill = (length: number, value: () => number): Float64Array => Float64Array.from({ length }, value);
/** Roughly normal, in steps of 2^-10. */
const normal = (r: Random): number => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += r.uniform();
  return Math.round(1024 * sum) / 1024;
};

function shallow(r: Random, n: number, L: number, d = (): number => normal(r)): CanonicalMap {
  return {
    n,
    L,
    A: Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 2 * r.uniform() - 1 : 0)),
    B: fill(n * L, () => normal(r) / Math.sqrt(L)),
    C: fill(L * n, () => normal(r)),
    d: fill(L, d),
    g: fill(n, () => normal(r) / 2),
  };
}

function words(enumerate: (visit: (word: Uint8Array) => boolean) => boolean): string[] {
  const out: string[] = [];
  assert.ok(
    enumerate((word) => {
      out.push(word.join(''));
      return true;
    }),
  );
  return out;
}

/** Regions that L borders in general position cut n dimensions into (Schläfli). */
function cellCount(n: number, L: number): number {
  let sum = 0;
  for (let k = 0, term = 1; k <= n; term = (term * (L - k)) / (k + 1), k++) sum += term;
  return sum;
}

describe('regions as cells of the arrangement', () => {
  it('are as many as borders in general position have', () => {
    for (let seed = 0; seed < 20; seed++) {
      for (const L of [1, 5, 12, 30]) {
        // Vertices can lie far out.
        const met = words((visit) => planarRegions(shallow(random(seed, L), 2, L), 1e6, null, visit));
        assert.equal(new Set(met).size, met.length);
        assert.equal(met.length, cellCount(2, L), `${String(L)} ${String(seed)}`);
      }
      for (const L of [1, 2, 3, 6, 11]) {
        const met = words((visit) => boxWords(shallow(random(seed, L), 3, L), 1e6, visit));
        assert.equal(new Set(met).size, met.length);
        assert.equal(met.length, cellCount(3, L), `${String(L)} ${String(seed)}`);
      }
    }
  });

  it('hold the region of every point', () => {
    for (let seed = 0; seed < 10; seed++) {
      const r = random(seed, 9);
      const n = 2 + (seed % 2);
      // Some borders coincide, some are parallel, some rows are zero.
      const map = shallow(r, n, 14, () => Math.round(2 * normal(r)) / 2);
      map.C.set(map.C.subarray(0, 3 * n), 3 * n);
      map.C.fill(0, 6 * n, 7 * n);
      for (let k = 7 * n; k < 10 * n; k++) map.C[k] = Math.round(map.C[k]!);
      const radius = 8;
      const met = new Set([
        ...words((visit) =>
          n === 2 ? planarRegions(map, radius, null, visit) : boxWords(map, radius, visit),
        ),
        ...words((visit) => farWords(map, radius, visit)),
      ]);
      for (let i = 0; i < 20000; i++) {
        const size = 10 ** (4 * r.uniform() - 1);
        const z = fill(n, () => size * (2 * r.uniform() - 1)).map((v) => (i % 2 ? v : Math.round(2 * v) / 2));
        let word = '';
        for (let u = 0; u < map.L; u++) {
          let p = map.d[u]!;
          for (let j = 0; j < n; j++) p += map.C[u * n + j]! * z[j]!;
          word += p > 0 ? '1' : '0';
        }
        assert.ok(met.has(word), `${String(seed)}: ${z.join(' ')}`);
      }
    }
  });

  it('stop when told', () => {
    const map = shallow(random(1), 3, 12);
    let visits = 0;
    assert.equal(
      boxWords(map, 10, () => ++visits < 5),
      false,
    );
    assert.equal(visits, 5);
  });
});

describe('all fixed points by the cells of the arrangement', () => {
  const inTree =
    (map: CanonicalMap): TreeReplay =>
    (lcp, { far, radius }, leaf, stop) => {
      const handlers = { leaf, hint: () => undefined, stop, progress: () => undefined };
      const tree = new FixedPointTree(lcp, far, handlers, Infinity, radius);
      tree.run(settledUnits(constantUnits(map), lcp));
      return tree;
    };
  const both = (map: CanonicalMap): { cells: string; tree: string; method: string } => {
    const options = { certify: true, stop: () => false };
    const told = (by: typeof options & { trees?: TreeReplay }): { text: string; method: string } => {
      const { candidates, boundary, continua, complete, domain, whyNot, method } = searchFixedPoints(map, by);
      assert.ok(complete, String(whyNot));
      assert.equal(domain, 'everywhere');
      const text = JSON.stringify({
        inside: candidates.map((word) => word.join('')).sort(),
        border: boundary.map(({ key, units }) => [key, units]).sort(),
        families: continua
          .filter(({ proper }) => proper)
          .map(({ word }) => word.join(''))
          .sort(),
      });
      return { text, method };
    };
    const cells = told(options);
    const tree = told({ ...options, trees: inTree(map) });
    assert.equal(tree.method, 'complementarity search');
    return { cells: cells.text, tree: tree.text, method: cells.method };
  };

  for (const [n, L, seeds] of [
    [2, 30, 6],
    [3, 60, 3],
  ] as const)
    it(`agrees with the tree over the units: n = ${String(n)}, L = ${String(L)}`, () => {
      let found = 0;
      for (let seed = 0; seed < seeds; seed++) {
        const { cells, tree, method } = both(shallow(random(seed, 77), n, L));
        assert.equal(method, 'arrangement of borders');
        assert.equal(cells, tree);
        found += (JSON.parse(cells) as { inside: string[] }).inside.length;
      }
      assert.ok(found > 0, 'the sample must contain fixed points');
    });

  it('agrees with it where borders coincide and points lie on them', () => {
    for (let seed = 0; seed < 12; seed++) {
      const r = random(seed, 5);
      const n = 2;
      const map = shallow(r, n, 26, () => Math.round(2 * normal(r)) / 2);
      for (let k = 0; k < 12 * n; k++) map.C[k] = Math.round(map.C[k]!);
      map.C.set(map.C.subarray(0, 4 * n), 4 * n);
      const { cells, tree } = both(map);
      assert.equal(cells, tree);
    }
  });

  it('takes no longer where all borders meet in one point', () => {
    const options = { certify: true, stop: () => false };
    for (const n of [2, 3]) {
      const small = shallow(random(n, 3), n, n === 2 ? 24 : 60, () => 0);
      const { complete, counts, method } = searchFixedPoints(small, options);
      assert.ok(complete);
      assert.equal(method, 'arrangement of borders');
      assert.ok(counts['cells']! < 2 * cellCount(n, small.L), String(counts['cells']));
    }
  });
});
