import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FarkasChecker, Reach } from '../../../src/core/prove/farkas';
import { searchFixedPoints } from '../../../src/core/prove/fixedPoints';
import type { FixedPointSearchResult } from '../../../src/core/prove/fixedPoints';
import { buildLcp } from '../../../src/core/prove/lcp';
import { uniqueByPMatrix } from '../../../src/core/prove/uniqueness';
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

function fixture(name: string): CanonicalMap {
  const path = new URL(`../../fixtures/detect/${name}.json`, import.meta.url);
  const raw = JSON.parse(readFileSync(path, 'utf8')) as Record<'n' | 'L', number> &
    Record<'A' | 'B' | 'C' | 'd' | 'g', number[]>;
  return scaled({
    n: raw.n,
    L: raw.L,
    A: Float64Array.from(raw.A),
    B: Float64Array.from(raw.B),
    C: Float64Array.from(raw.C),
    d: Float64Array.from(raw.d),
    g: Float64Array.from(raw.g),
  });
}

/** z' = F(z) iterated from the point of a word: the solution is found by the caller's own elimination. */
function solveWord(map: CanonicalMap, word: Uint8Array): Float64Array {
  const { n, L, A, B, C, d, g } = map;
  const rows = Array.from({ length: n }, (_, i) => {
    const row = Array.from({ length: n + 1 }, (_, j) =>
      j === n ? g[i]! : (i === j ? 1 : 0) - A[i * n + j]!,
    );
    for (let u = 0; u < L; u++) {
      if (word[u] === 0) continue;
      for (let j = 0; j < n; j++) row[j] = row[j]! - B[i * L + u]! * C[u * n + j]!;
      row[n] = row[n]! + B[i * L + u]! * d[u]!;
    }
    return row;
  });
  for (let c = 0; c < n; c++) {
    let p = c;
    for (let i = c; i < n; i++) if (Math.abs(rows[i]![c]!) > Math.abs(rows[p]![c]!)) p = i;
    [rows[p], rows[c]] = [rows[c]!, rows[p]!];
    for (let i = 0; i < n; i++) {
      if (i === c) continue;
      const f = rows[i]![c]! / rows[c]![c]!;
      for (let j = c; j <= n; j++) rows[i]![j] = rows[i]![j]! - f * rows[c]![j]!;
    }
  }
  return Float64Array.from(rows, (row, i) => row[n]! / row[i]!);
}

describe('fixed points of trained and published systems', () => {
  // Counts: all 2^L regions solved in floating point by an independent program (the first four), the published
  // ground truth of the training runs (the last two).
  const known: [string, number][] = [
    ['published-plrnn-10', 3],
    ['chaotic-shplrnn-441', 3],
    ['dendritic-plrnn', 6],
    ['clipped-shallow-plrnn', 5],
    ['shallow-plrnn-lorenz', 4],
    ['relu-rnn-flipflop', 27],
  ];
  for (const [name, count] of known) {
    it(`${name}: all ${String(count)}, proven everywhere`, () => {
      const map = fixture(name);
      const streamed: string[] = [];
      let progress = 0;
      const result = searchFixedPoints(map, {
        ...never,
        onCandidate: (word) => streamed.push(word.join('')),
        onProgress: (fraction) => {
          assert.ok(fraction >= progress && fraction <= 1 + 1e-12);
          progress = fraction;
        },
      });
      assert.equal(result.complete, true, String(result.whyNot));
      assert.equal(result.domain, 'everywhere');
      assert.equal(result.candidates.length, count);
      assert.equal(result.boundary.length + result.continua.length + result.undecided, 0);
      assert.deepEqual(streamed.sort(), wordStrings(result.candidates));
      assert.equal(new Set(streamed).size, count);
      for (const word of result.candidates) {
        const z = solveWord(map, word);
        for (let u = 0; u < map.L; u++) {
          let p = map.d[u]!;
          for (let j = 0; j < map.n; j++) p += map.C[u * map.n + j]! * z[j]!;
          assert.equal(p > 0, word[u] === 1);
        }
      }
    });
  }

  it('a net without bias: zero once, on every border, proven within 10 s', () => {
    const map = fixture('relu-rnn-untrained');
    const start = performance.now();
    const result = searchFixedPoints(map, never);
    assert.ok(performance.now() - start < 10_000);
    assert.equal(result.complete, true, String(result.whyNot));
    assert.equal(result.candidates.length, 0);
    assert.equal(result.boundary.length, 1);
    const zero = result.boundary[0]!;
    assert.ok(zero.point.every((v) => v === 0));
    assert.equal(zero.units.length, 32);
    assert.equal(zero.itineraryCount, 2 ** 32);
    assert.equal(new Set(wordStrings(zero.words)).size, 16);
  });

  it('twenty dense units: complete within 20 s (2 s expected)', () => {
    for (let seed = 0; seed < 10; seed++) {
      const r = draw(12 * seed + 1);
      const n = 20;
      const map = scaled({
        n,
        L: n,
        A: diagonal(n, () => r.uniform(-0.9, 0.9)),
        B: fill(n * n, (k) => (k % (n + 1) === 0 ? 0 : (1.2 * r.normal()) / Math.sqrt(n))),
        C: unitMatrix(n),
        d: new Float64Array(n),
        g: fill(n, () => r.normal()),
      });
      const start = performance.now();
      const result = searchFixedPoints(map, never);
      assert.equal(result.complete, true, String(result.whyNot));
      assert.ok(performance.now() - start < 20_000);
    }
  });

  it('is deterministic', () => {
    const map = fixture('dendritic-plrnn');
    const first = searchFixedPoints(map, never);
    const second = searchFixedPoints(map, never);
    assert.deepEqual(first, second);
  });

  it('claims nothing when stopped, cut short or not asked to', () => {
    const map = fixture('relu-rnn-flipflop');
    let asked = 0;
    const stopped = searchFixedPoints(map, { certify: true, stop: () => ++asked > 400 });
    assert.equal(stopped.complete, false);
    assert.match(String(stopped.whyNot), /stopped after/);
    assert.ok(stopped.undecided > 0);
    assert.equal(stopped.statement, '');
    const cut = searchFixedPoints(map, { ...never, maxNodes: 500 });
    assert.equal(cut.complete, false);
    assert.ok(cut.counts['nodes']! <= 501);
    const free = searchFixedPoints(map, { ...never, certify: false });
    assert.equal(free.complete, false);
    assert.equal(free.candidates.length, 27);
  });

  it('stops soon after it is told to', () => {
    const map = fixture('relu-rnn-flipflop');
    let calls = 0;
    let last = performance.now();
    let longest = 0;
    searchFixedPoints(map, {
      certify: true,
      stop: () => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        calls++;
        return false;
      },
    });
    assert.ok(calls > 20);
    assert.ok(longest < 1000, `asked only after ${longest.toFixed(0)} ms`);
  });

  it('says where it holds when far points were not settled', () => {
    // The second tree is cut short: the first needs fewer nodes.
    const map = fixture('dendritic-plrnn');
    const whole = searchFixedPoints(map, never);
    const nodes = whole.counts['nodes']!;
    assert.ok(whole.counts['farNodes']! > nodes);
    const partial = searchFixedPoints(map, { ...never, maxNodes: nodes });
    assert.equal(partial.complete, true);
    assert.notEqual(partial.domain, 'everywhere');
    assert.ok(typeof partial.domain === 'object' && partial.domain.upper.every((v) => v > 1000));
    assert.match(partial.statement, /nothing is claimed/);
    assert.equal(partial.candidates.length, 6);
  });
});

describe('exactly one fixed point', () => {
  it('is claimed of contracting nets and found', () => {
    for (let seed = 0; seed < 20; seed++) {
      const r = draw(500 + seed);
      const n = 60;
      const map = scaled({
        n,
        L: n,
        A: new Float64Array(n * n),
        B: unitMatrix(n),
        C: fill(n * n, () => (0.35 * r.normal()) / Math.sqrt(n)),
        d: fill(n, () => r.normal()),
        g: new Float64Array(n),
      });
      const result = searchFixedPoints(map, never);
      assert.equal(result.complete, true);
      assert.equal(result.method, 'unique solution');
      assert.equal(result.candidates.length, 1);
      let z: Float64Array = new Float64Array(n);
      for (let step = 0; step < 300; step++) {
        z = fill(n, (i) => {
          let p = map.d[i]!;
          for (let j = 0; j < n; j++) p += map.C[i * n + j]! * z[j]!;
          return Math.max(0, p);
        });
      }
      assert.equal(result.candidates[0]!.join(''), Array.from(z, (v) => (v > 0 ? 1 : 0)).join(''));
    }
  });

  it('is not claimed where brute force finds another number', () => {
    let claimed = 0;
    for (let seed = 0; seed < 300; seed++) {
      const map = scaled(structures['small integers']!(draw(9000 + seed)));
      const lcp = buildLcp(map);
      if (lcp === null || uniqueByPMatrix(lcp) === null) continue;
      claimed++;
      const truth = exactFixedPoints(map);
      assert.equal(truth.inside.length + truth.border.length, 1);
      assert.equal(truth.continua.length, 0);
    }
    assert.ok(claimed > 20);
  });
});

describe('the certificate checker', () => {
  it('accepts no multipliers whatever for a system that has a solution', () => {
    let tried = 0;
    let accepted = 0;
    for (let seed = 0; seed < 400; seed++) {
      const r = draw(3000 + seed);
      const L = r.integer(2, 5);
      // A solution is chosen first; q follows, exactly for these short numbers. One row of T may be spoilt.
      const T = fill(L * L, () => r.integer(-8, 8) / 4);
      const s = fill(L, () => r.integer(0, 1) * r.integer(1, 8));
      const o = fill(L, (u) => (s[u] === 0 ? r.integer(0, 8) : 0));
      const solvable = seed % 2 === 0;
      const q = fill(L, (i) => {
        let v = o[i]!;
        for (let j = 0; j < L; j++) v -= T[i * L + j]! * s[j]!;
        return v;
      });
      if (!solvable) {
        q[0] = -1;
        for (let j = 0; j < L; j++) T[j] = -Math.abs(T[j]!) - 0.25;
      }
      const lcp = {
        L,
        T,
        Terror: new Float64Array(L * L),
        q,
        qerror: new Float64Array(L),
        base: new Uint8Array(L),
        homogeneous: false,
      };
      const checker = new FarkasChecker(lcp, 1e7);
      const allowed = new Uint8Array(2 * L).fill(1);
      for (let u = 0; u < L; u++) allowed[s[u]! > 0 ? u : L + u] = r.integer(0, 1);
      for (let trial = 0; trial < 60; trial++) {
        const y = fill(L, (i) => (trial === 0 ? (i === 0 ? 1 : 0) : r.integer(-3, 3) * r.uniform(0, 1)));
        const reach = checker.inner(y, allowed);
        if (solvable) {
          tried++;
          assert.equal(reach, Reach.None);
        } else if (reach === Reach.Everywhere) accepted++;
      }
    }
    assert.ok(tried > 1000 && accepted >= 200);
  });

  it('rejects a proof whose sign hangs on rounding', () => {
    const lcp = {
      L: 1,
      T: Float64Array.of(-1),
      Terror: Float64Array.of(0),
      q: Float64Array.of(-1e-17),
      qerror: Float64Array.of(1e-16),
      base: Uint8Array.of(0),
      homogeneous: false,
    };
    const all = Uint8Array.of(1, 1);
    assert.equal(new FarkasChecker(lcp, 1e7).inner(Float64Array.of(1), all), Reach.None);
    const clear = { ...lcp, q: Float64Array.of(-1) };
    assert.equal(new FarkasChecker(clear, 1e7).inner(Float64Array.of(1), all), Reach.Everywhere);
    const slightlyPositive = { ...clear, T: Float64Array.of(1e-9) };
    assert.equal(new FarkasChecker(slightlyPositive, 1e7).inner(Float64Array.of(1), all), Reach.Within);
    assert.equal(new FarkasChecker(slightlyPositive, 1e10).inner(Float64Array.of(1), all), Reach.None);
  });
});
