import assert from 'node:assert/strict';
import { searchFixedPoints } from '../../../src/core/detect/fixedPoints';
import type { FixedPointSearchResult } from '../../../src/core/detect/fixedPoints';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { exactFixedPoints } from './exactOracle';

/** Uniform numbers in [0, 1) from a seed: mulberry32. */
function generator(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Draw {
  readonly uniform: (low: number, high: number) => number;
  readonly normal: () => number;
  readonly integer: (low: number, high: number) => number;
}

function draw(seed: number): Draw {
  const random = generator(seed);
  const bits = seed % 12 === 0 ? 50 : 14;
  return {
    uniform: (low, high) => Math.round(2 ** bits * (low + (high - low) * random())) / 2 ** bits,
    // Short dyadic numbers keep the exact oracle fast.
    normal: () =>
      Math.round(2 ** bits * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())) /
      2 ** bits,
    integer: (low, high) => low + Math.floor(random() * (high - low + 1)),
  };
}

const fill = (length: number, value: (i: number) => number): Float64Array =>
  Float64Array.from({ length }, (_, i) => value(i));
const diagonal = (n: number, value: (i: number) => number): Float64Array =>
  fill(n * n, (k) => (k % (n + 1) === 0 ? value(k / (n + 1)) : 0));
const unitMatrix = (n: number): Float64Array => diagonal(n, () => 1);

/** The map with g and d multiplied by the power of two that brings their largest entry into [0.5, 1]. */
function scaled(map: CanonicalMap): CanonicalMap {
  const size = Math.max(...map.g.map(Math.abs), ...map.d.map(Math.abs));
  return size > 0 ? biased(map, 2 ** -Math.ceil(Math.log2(size))) : map;
}

function biased(map: CanonicalMap, factor: number): CanonicalMap {
  return { ...map, d: map.d.map((v) => v * factor), g: map.g.map((v) => v * factor) };
}

const never = { certify: true, stop: () => false };

function wordStrings(words: readonly Uint8Array[]): string[] {
  return words.map((word) => word.join('')).sort();
}

/** The search's list equals the exact one, and it says so. */
function assertExact(map: CanonicalMap, label: string): FixedPointSearchResult {
  const truth = exactFixedPoints(map);
  const result = searchFixedPoints(map, never);
  assert.equal(result.complete, true, `${label}: ${String(result.whyNot)}`);
  assert.equal(result.domain, 'everywhere', label);
  assert.deepEqual(wordStrings(result.candidates), [...truth.inside].sort(), `${label}: words`);
  assert.deepEqual(
    wordStrings(result.continua.map((c) => c.word)),
    [...truth.continua].sort(),
    `${label}: continua`,
  );
  const order = (a: { point: ArrayLike<number> }, b: { point: ArrayLike<number> }): number => {
    for (let i = 0; i < a.point.length; i++) if (a.point[i] !== b.point[i]) return a.point[i]! - b.point[i]!;
    return 0;
  };
  const boundary = [...result.boundary].sort(order);
  const border = [...truth.border].sort(order);
  // Without biases zero is listed even when every region at zero is singular.
  const free = [...map.d, ...map.g].every((v) => v === 0);
  if (free && border.length === 0 && boundary.length === 1) {
    assert.ok(boundary[0]!.point.every((v) => v === 0) && truth.continua.length > 0, label);
    return result;
  }
  assert.equal(boundary.length, border.length, `${label}: points on borders`);
  boundary.forEach((found, k) => {
    const expected = border[k]!;
    assert.deepEqual(found.units, expected.units, `${label}: units`);
    // Every region that meets at the point has it as a solution; the singular ones may hold more.
    assert.equal(found.itineraryCount, 2 ** expected.units.length, `${label}: itineraries`);
    assert.ok(expected.itineraries <= found.itineraryCount, `${label}: itineraries`);
    found.point.forEach((v, i) => {
      assert.ok(Math.abs(v - expected.point[i]!) <= 1e-13 * Math.max(1, Math.abs(v)), `${label}: point`);
    });
  });
  for (const family of result.continua) assertFamily(map, family, label);
  return result;
}

/** The family's point is fixed and so are its neighbours along each direction under the region's own affine map. */
function assertFamily(
  map: CanonicalMap,
  family: FixedPointSearchResult['continua'][number],
  label: string,
): void {
  const { n, L, A, B, C, d, g } = map;
  const points = [
    family.point,
    ...family.directions.map((v) => family.point.map((z, i) => z + 0.25 * v[i]!)),
  ];
  for (const z of points) {
    for (let i = 0; i < n; i++) {
      let v = g[i]! - z[i]!;
      let size = Math.abs(g[i]!) + Math.abs(z[i]!);
      for (let j = 0; j < n; j++) {
        v += A[i * n + j]! * z[j]!;
        size += Math.abs(A[i * n + j]! * z[j]!);
      }
      for (let u = 0; u < L; u++) {
        if (family.word[u] === 0) continue;
        let p = d[u]!;
        for (let j = 0; j < n; j++) p += C[u * n + j]! * z[j]!;
        v += B[i * L + u]! * p;
        size += Math.abs(B[i * L + u]! * p);
      }
      assert.ok(Math.abs(v) <= 1e-12 * (1 + size), `${label}: a family of fixed points`);
    }
  }
}

type Build = (r: Draw) => CanonicalMap;

/** Small integers over 4: singular regions, points on borders and ties are then common. */
const coarse =
  (n: number, L: number, make: Partial<Record<'A' | 'B' | 'C' | 'd' | 'g', (k: number) => number>> = {}) =>
  (r: Draw): CanonicalMap => ({
    n,
    L,
    A: fill(n * n, make.A ?? (() => r.integer(-4, 4) / 4)),
    B: fill(n * L, make.B ?? (() => r.integer(-4, 4) / 4)),
    C: fill(L * n, make.C ?? (() => r.integer(-3, 3))),
    d: fill(L, make.d ?? (() => r.integer(-2, 2) / 4)),
    g: fill(n, make.g ?? (() => r.integer(-2, 2) / 4)),
  });

const structures: Record<string, Build> = {
  'full A': (r) => {
    const n = r.integer(1, 4);
    const L = r.integer(1, 7);
    return {
      n,
      L,
      A: fill(n * n, () => 0.7 * r.normal()),
      B: fill(n * L, () => r.normal()),
      C: fill(L * n, () => r.normal()),
      d: fill(L, () => r.normal()),
      g: fill(n, () => r.normal()),
    };
  },
  'diagonal A, PLRNN': (r) => {
    const n = r.integer(2, 6);
    return {
      n,
      L: n,
      A: diagonal(n, () => r.uniform(-1, 1)),
      B: fill(n * n, (k) => (k % (n + 1) === 0 ? 0 : (1.6 * r.normal()) / Math.sqrt(n))),
      C: unitMatrix(n),
      d: new Float64Array(n),
      g: fill(n, () => r.normal()),
    };
  },
  'A = 0, ReLU RNN': (r) => {
    const n = r.integer(2, 6);
    return {
      n,
      L: n,
      A: new Float64Array(n * n),
      B: unitMatrix(n),
      C: fill(n * n, () => Math.fround((1.5 * r.normal()) / Math.sqrt(n))),
      d: fill(n, () => Math.fround(r.normal())),
      g: new Float64Array(n),
    };
  },
  shallow: (r) => {
    const n = r.integer(1, 3);
    const L = r.integer(4, 8);
    return {
      n,
      L,
      A: diagonal(n, () => r.uniform(-1, 1)),
      B: fill(n * L, () => r.normal() / 2),
      C: fill(L * n, () => r.normal()),
      d: fill(L, () => r.normal()),
      g: fill(n, () => r.normal() / 2),
    };
  },
  'clipped: nested units': (r) => {
    const n = r.integer(1, 3);
    const H = r.integer(2, 4);
    const W1 = fill(n * H, () => r.normal());
    const W2 = fill(H * n, () => r.normal());
    return {
      n,
      L: 2 * H,
      A: diagonal(n, () => r.uniform(-0.9, 0.9)),
      B: fill(n * 2 * H, (k) => {
        const column = k % (2 * H);
        const i = Math.floor(k / (2 * H));
        return column < H ? W1[i * H + column]! : -W1[i * H + column - H]!;
      }),
      C: fill(2 * H * n, (k) => W2[k % (H * n)]!),
      d: fill(2 * H, (u) => (u < H ? r.normal() : 0)),
      g: fill(n, () => r.normal() / 2),
    };
  },
  'duplicate units and zero rows of C': (r) => {
    const n = r.integer(1, 3);
    const half = r.integer(2, 3);
    const L = 2 * half + 2;
    const rows = fill(half * n, () => r.normal());
    const offsets = fill(half, () => r.normal());
    return {
      n,
      L,
      A: diagonal(n, () => r.uniform(-0.9, 0.9)),
      B: fill(n * L, () => r.normal()),
      C: fill(L * n, (k) => (k < 2 * half * n ? rows[k % (half * n)]! : 0)),
      d: fill(L, (u) => (u < 2 * half ? offsets[u % half]! : r.integer(-1, 1) / 2)),
      g: fill(n, () => r.normal() / 2),
    };
  },
  'A with eigenvalue exactly 1': (r) => {
    const n = r.integer(1, 3);
    const L = r.integer(1, 6);
    return {
      n,
      L,
      A: diagonal(n, (i) => (i === 0 ? 1 : r.uniform(-0.9, 0.9))),
      B: fill(n * L, () => r.normal()),
      C: fill(L * n, () => r.normal()),
      d: fill(L, () => r.normal()),
      g: fill(n, () => r.normal() / 2),
    };
  },
  'small integers': (r) => coarse(r.integer(1, 3), r.integer(1, 6))(r),
  'small integers, PLRNN': (r) => {
    const n = r.integer(2, 6);
    return coarse(n, n, {
      A: (k) => (k % (n + 1) === 0 ? r.integer(-3, 4) / 4 : 0),
      C: (k) => (k % (n + 1) === 0 ? 1 : 0),
      d: () => 0,
    })(r);
  },
  'line attractor: a row of the equation is the identity': (r) => {
    const n = r.integer(2, 3);
    const L = r.integer(1, 4);
    return coarse(n, L, {
      A: (k) => (k % (n + 1) === 0 ? (k === 0 ? 1 : 0.5) : 0),
      B: (k) => (k < L ? 0 : r.integer(-4, 4) / 4),
      g: (i) => (i === 0 ? (r.integer(0, 3) === 0 ? 0.25 : 0) : r.integer(-2, 2) / 4),
    })(r);
  },
  'no bias': (r) => {
    const n = r.integer(1, 4);
    const L = r.integer(1, 7);
    return {
      n,
      L,
      A: diagonal(n, () => r.uniform(-1, 1)),
      B: fill(n * L, () => r.normal()),
      C: fill(L * n, () => r.normal()),
      d: new Float64Array(L),
      g: new Float64Array(n),
    };
  },
};

describe('all fixed points, against exact brute force', () => {
  for (const [name, build] of Object.entries(structures)) {
    it(name, () => {
      let points = 0;
      for (let seed = 0; seed < 48; seed++) {
        const map = scaled(build(draw(1000 * name.length + seed)));
        const result = assertExact(map, `${name} #${String(seed)}`);
        points += result.candidates.length + result.boundary.length + result.continua.length;
      }
      assert.ok(points > 10, 'the sample must contain fixed points');
    });
  }

  it('the fixed point placed exactly on borders', () => {
    for (let seed = 0; seed < 40; seed++) {
      const r = draw(77 + seed);
      const n = r.integer(2, 3);
      const L = r.integer(3, 6);
      const map = coarse(n, L, { A: (k) => (k % (n + 1) === 0 ? 0.5 : r.integer(-1, 1) / 8) })(r);
      // With z* and d chosen, g = z* - A z* - B relu(C z* + d) makes z* fixed; the first units lie on their borders.
      const z = fill(n, () => r.integer(-2, 2) / 2);
      const d = map.d.slice();
      const onBorder = r.integer(1, L);
      const p = fill(L, (u) => {
        let c = 0;
        for (let j = 0; j < n; j++) c += map.C[u * n + j]! * z[j]!;
        if (u < onBorder) d[u] = -c;
        return c + d[u]!;
      });
      const g = fill(n, (i) => {
        let v = z[i]!;
        for (let j = 0; j < n; j++) v -= map.A[i * n + j]! * z[j]!;
        for (let u = 0; u < L; u++) v -= map.B[i * L + u]! * Math.max(0, p[u]!);
        return v;
      });
      const result = assertExact(scaled({ ...map, d, g }), `on borders #${String(seed)}`);
      const found = result.boundary.length + result.continua.length + result.candidates.length;
      assert.ok(found > 0);
    }
  });

  it('scaling the biases by powers of two changes nothing', () => {
    for (const [name, build] of Object.entries(structures)) {
      const map = scaled(build(draw(5 + name.length)));
      const words = wordStrings(searchFixedPoints(map, never).candidates);
      for (const factor of [2 ** -30, 2 ** -3, 2 ** 40]) {
        const other = searchFixedPoints(biased(map, factor), never);
        assert.equal(other.complete, true, name);
        assert.deepEqual(wordStrings(other.candidates), words, name);
      }
    }
  });
});
