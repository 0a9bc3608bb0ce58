import { strict as assert } from 'node:assert';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import type { PlaneFamily, Place } from '../../../src/core/plane/family';
import { facesOf } from '../../../src/core/plane/faces';
import { analysePlane, type PlaneResult } from '../../../src/core/plane/plane';
import { contains } from '../../../src/core/plane/polygon';
import { Explorer } from '../../../src/core/plane/regions';
import { random } from '../../../src/core/random';
import type { PlanePoint } from '../../../src/core/report/plane';

const f = (...v: number[]): Float64Array => Float64Array.from(v);

/** Skew tent map x' = l x + 1 (x < 0), r x + 1 (x > 0). */
const tent = (l: number, r: number): CanonicalMap => ({
  n: 1,
  L: 1,
  A: f(l),
  B: f(r - l),
  C: f(1),
  d: f(0),
  g: f(1),
});
const L_RANGE = [0.2, 1.4] as const;
const R_RANGE = [-4, -0.4] as const;
const tents: PlaneFamily = {
  n: 1,
  L: 1,
  at: (u, v) => tent(L_RANGE[0] + u * (L_RANGE[1] - L_RANGE[0]), R_RANGE[0] + v * (R_RANGE[1] - R_RANGE[0])),
};

/** The two-dimensional PLRNN of Eisenmann et al. 2023, their figure 2, with offsets on the diagonal of A. */
const toy: PlaneFamily = {
  n: 2,
  L: 2,
  at: (u, v) => ({
    n: 2,
    L: 2,
    A: f(0.83777 - 0.3 + 0.6 * u, 0, 0, 0.96461 - 0.1 + 0.2 * v),
    B: f(0, -0.64375, 0.52505, 0),
    C: f(1, 0, 0, 1),
    d: f(0, 0),
    g: f(0.37298, -0.97931),
  }),
};

/**
 * Cycles of the skew tent by their words alone: the linear equation of each word of length k (primitive, least rotation),
 * kept where every point is on its side. Nothing of the program is used.
 */
function bruteForce(l: number, r: number, k: number): string[] {
  const out: string[] = [];
  for (let code = 0; code < 2 ** k; code++) {
    const word = Array.from({ length: k }, (_, t) => (code >> (k - 1 - t)) & 1);
    const text = word.join(' ');
    const rotations = word.map((_, t) => [...word.slice(t), ...word.slice(0, t)].join(' '));
    if (rotations.some((other, t) => other < text || (t > 0 && other === text))) continue;
    let slope = 1;
    let offset = 0;
    for (const side of word) {
      const factor = side ? r : l;
      slope *= factor;
      offset = factor * offset + 1;
    }
    let x = offset / (1 - slope);
    let real = true;
    for (const side of word) {
      if (x > 0 !== (side === 1)) real = false;
      x = (side ? r : l) * x + 1;
    }
    if (real) out.push(text);
  }
  return out;
}

const inside = (rings: readonly (readonly PlanePoint[])[], [x, y]: PlanePoint): boolean =>
  rings.filter((ring) =>
    contains(
      ring.map(([u, v]) => ({ u, v })),
      { u: x, v: y },
    ),
  ).length %
    2 ===
  1;

describe('parameter plane of the skew tent map', () => {
  let plane: PlaneResult;
  before(async () => {
    plane = await analysePlane(tents, {
      maxOrder: 4,
      seed: 0,
      x: L_RANGE,
      y: R_RANGE,
      stop: () => false,
      onProgress: () => undefined,
    });
  });
  const curvesOf = (kind: string, order: number): readonly (readonly PlanePoint[])[] =>
    plane.curves.filter((curve) => curve.kind === kind && curve.order === order).map(({ points }) => points);
  const lie = (
    curves: readonly (readonly PlanePoint[])[],
    equation: (l: number, r: number) => number,
  ): void => {
    assert.ok(curves.length > 0);
    for (const points of curves)
      for (const [l, r] of points) assert.ok(Math.abs(equation(l, r)) < 1e-9, `${String(l)} ${String(r)}`);
  };

  // The point 0 of a 3-cycle RLL is l (r + 1) + 1; of a 4-cycle RLLL, l (l (r + 1) + 1) + 1.
  it('3-cycles and 4-cycles are born in folds where 0 is a point of theirs', () => {
    lie(curvesOf('bcb-fold', 3), (l, r) => l * (r + 1) + 1);
    const fourth = curvesOf('bcb-fold', 4);
    lie(fourth, (l, r) => l * (l * (r + 1) + 1) + 1);
  });

  // Multipliers: r of the fixed point on the right, l r of the 2-cycle, l^2 r of the stable 3-cycle.
  it('multipliers of -1', () => {
    lie(curvesOf('dfb', 1), (_, r) => r + 1);
    lie(curvesOf('dfb', 2), (l, r) => l * r + 1);
    lie(curvesOf('dfb', 3), (l, r) => Math.min(Math.abs(l * l * r + 1), Math.abs(l * r * r + 1)));
  });

  // The fixed point on the left is 1 / (1 - l): it exists for l > 1 alone and comes from infinity.
  it('multiplier of +1: the fixed point comes from infinity', () => {
    lie(curvesOf('dtb', 1), (l) => l - 1);
    assert.ok(plane.curves.filter(({ kind }) => kind === 'dtb').every(({ atInfinity }) => atInfinity));
  });

  it('what exists at random parameters, and what is stable', () => {
    const stream = random(5);
    for (let i = 0; i < 300; i++) {
      const l = L_RANGE[0] + stream.uniform() * (L_RANGE[1] - L_RANGE[0]);
      const r = R_RANGE[0] + stream.uniform() * (R_RANGE[1] - R_RANGE[0]);
      const region = plane.regions.find(({ rings }) => inside(rings, [l, r]));
      assert.ok(region, `${String(l)} ${String(r)} lies in no region`);
      const words = new Map(plane.objects.map(({ id, regions }) => [id, regions.join(' ')]));
      const expected = [1, 2, 3, 4].flatMap((k) => bruteForce(l, r, k));
      const found = region.exists.map(({ object }) => words.get(object)!);
      assert.deepEqual(found.sort(), expected.sort(), `at ${String(l)}, ${String(r)}`);
      for (const { object, stability } of region.exists) {
        const slope = words
          .get(object)!
          .split(' ')
          .reduce((product, side) => product * (side === '1' ? r : l), 1);
        assert.equal(stability, Math.abs(slope) < 1 ? 'stable' : 'unstable', words.get(object));
      }
    }
  });

  it('the regions fill the window, and their outlines close', () => {
    assert.ok(Math.abs(plane.regions.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
    assert.ok(plane.objects.every(({ closed }) => closed));
    assert.deepEqual(plane.warnings, []);
    assert.equal(plane.covered, 1);
  });
});

/** Border-collision normal form x' = [[t, 1], [-d, 0]] x + e1, switching at x1 = 0. */
const T_RANGE = [-1.6, 0.4] as const;
const D_RANGE = [0.5, 1.4] as const;
const LEFT = { t: 0.3, d: 0.4 };
const normal = (t: number, d: number): CanonicalMap => ({
  n: 2,
  L: 1,
  A: f(LEFT.t, 1, -LEFT.d, 0),
  B: f(t - LEFT.t, LEFT.d - d),
  C: f(1, 0),
  d: f(0),
  g: f(1, 0),
});

describe('parameter plane of the border-collision normal form', () => {
  let plane: PlaneResult;
  before(async () => {
    plane = await analysePlane(
      {
        n: 2,
        L: 1,
        at: (u, v) =>
          normal(T_RANGE[0] + u * (T_RANGE[1] - T_RANGE[0]), D_RANGE[0] + v * (D_RANGE[1] - D_RANGE[0])),
      },
      { maxOrder: 5, seed: 0, x: T_RANGE, y: D_RANGE, stop: () => false, onProgress: () => undefined },
    );
  });

  // Trace and determinant of the right side are t and d: the unit circle is met at d = 1 with |t| < 2, and at t = -1 - d.
  it('the fixed point on the right: center bifurcation and flip', () => {
    const own = plane.curves.filter(({ order }) => order === 1);
    const center = own.filter(({ kind }) => kind === 'center');
    assert.equal(center.length, 1);
    for (const [, d] of center[0]!.points) assert.ok(Math.abs(d - 1) < 1e-9);
    const ends = [center[0]!.points[0]![0], center[0]!.points.at(-1)![0]].sort((a, b) => a - b);
    assert.ok(Math.abs(ends[0]! - T_RANGE[0]) < 1e-9 && Math.abs(ends[1]! - T_RANGE[1]) < 1e-9);
    const flip = own.filter(({ kind }) => kind === 'dfb');
    assert.ok(flip.length > 0);
    for (const { points } of flip) for (const [t, d] of points) assert.ok(Math.abs(t + 1 + d) < 1e-9);
  });

  it('what exists at random parameters, by solving every word', () => {
    const stream = random(7);
    const words = new Map(plane.objects.map(({ id, regions }) => [id, regions.join(' ')]));
    let cycles = 0;
    for (let i = 0; i < 150; i++) {
      const t = T_RANGE[0] + stream.uniform() * (T_RANGE[1] - T_RANGE[0]);
      const d = D_RANGE[0] + stream.uniform() * (D_RANGE[1] - D_RANGE[0]);
      const region = plane.regions.find(({ rings }) => inside(rings, [t, d]));
      assert.ok(region);
      const found = region.exists.map(({ object }) => words.get(object)!).sort();
      const expected = [1, 2, 3, 4, 5].flatMap((k) => solved(t, d, k)).sort();
      cycles += expected.filter((word) => word.length > 1).length;
      assert.deepEqual(found, expected, `at ${String(t)}, ${String(d)}`);
    }
    assert.ok(cycles > 100);
  });
});

/** Real cycles of the normal form by the linear system of all their points, Gaussian elimination, word by word. */
function solved(t: number, d: number, k: number): string[] {
  const out: string[] = [];
  for (let code = 0; code < 2 ** k; code++) {
    const word = Array.from({ length: k }, (_, i) => (code >> (k - 1 - i)) & 1);
    const text = word.join(' ');
    const rotations = word.map((_, i) => [...word.slice(i), ...word.slice(0, i)].join(' '));
    if (rotations.some((other, i) => other < text || (i > 0 && other === text))) continue;
    // x_{j+1} = T_j x_j - D_{j-1} x_{j-1} + 1, in the first coordinates alone.
    const rows = word.map((_, j) => {
      const row = new Array<number>(k + 1).fill(0);
      const before = (j + k - 1) % k;
      const after = (j + 1) % k;
      row[after]! += 1;
      row[j]! -= word[j] ? t : LEFT.t;
      row[before]! += word[before] ? d : LEFT.d;
      row[k] = 1;
      return row;
    });
    eliminate(rows);
    if (word.every((side, j) => rows[j]![k]! / rows[j]![j]! > 0 === (side === 1))) out.push(text);
  }
  return out;
}

describe('parameter plane of a chaotic PLRNN', () => {
  // samples/json/plrnn-chaotic.json; many unstable cycles, flips and a center bifurcation meet in this window.
  const a = [-0.7439297985984012, 0.7065065886825322] as const;
  const w = [-1.38456073464436, 2.359761406958067] as const;
  const h = [0.38255397463883484, 0.020181167386280355] as const;

  /** Real cycles by the linear system of all their points, word by word. */
  const solvedAt = (x: number, y: number, k: number): string[] => {
    const out: string[] = [];
    for (let code = 0; code < 4 ** k; code++) {
      const word = Array.from({ length: k }, (_, i) => (code >> (2 * (k - 1 - i))) & 3);
      const text = word.map((letter) => `${String(letter >> 1)}${String(letter & 1)}`).join(' ');
      const rotations = word.map((_, i) => [...word.slice(i), ...word.slice(0, i)].join());
      if (rotations.some((other, i) => other < word.join() || (i > 0 && other === word.join()))) continue;
      // z_{j+1} = (A + W D_j) z_j + h; two rows for each point.
      const n = 2 * k;
      const rows = Array.from({ length: n }, () => new Array<number>(n + 1).fill(0));
      word.forEach((letter, j) => {
        const to = 2 * ((j + 1) % k);
        const [first, second] = [rows[2 * j]!, rows[2 * j + 1]!];
        first[to]! += 1;
        first[2 * j]! -= a[0] + x;
        if (letter & 1) first[2 * j + 1]! -= w[0];
        first[n] = h[0];
        second[to + 1]! += 1;
        second[2 * j + 1]! -= a[1] + y;
        if (letter >> 1) second[2 * j]! -= w[1];
        second[n] = h[1];
      });
      eliminate(rows);
      const z = rows.map((row, i) => row[n]! / row[i]!);
      if (
        word.every((letter, j) => z[2 * j]! > 0 === letter >> 1 > 0 && z[2 * j + 1]! > 0 === (letter & 1) > 0)
      )
        out.push(text);
    }
    return out;
  };

  it('what exists at random parameters, by solving every word', async () => {
    const range = [-0.1, 0.1] as const;
    const plane = await analysePlane(
      {
        n: 2,
        L: 2,
        at: (u, v) => ({
          n: 2,
          L: 2,
          A: f(a[0] - 0.1 + 0.2 * u, 0, 0, a[1] - 0.1 + 0.2 * v),
          B: f(0, w[0], w[1], 0),
          C: f(1, 0, 0, 1),
          d: f(0, 0),
          g: f(...h),
        }),
      },
      { maxOrder: 5, seed: 0, x: range, y: range, stop: () => false, onProgress: () => undefined },
    );
    assert.equal(plane.covered, 1);
    assert.deepEqual(plane.warnings, []);
    const words = new Map(plane.objects.map(({ id, regions }) => [id, regions.join(' ')]));
    const stream = random(11);
    let cycles = 0;
    for (let i = 0; i < 60; i++) {
      const at = [0.2 * stream.uniform() - 0.1, 0.2 * stream.uniform() - 0.1] as const;
      const region = plane.regions.find(({ rings }) => inside(rings, at));
      assert.ok(region);
      const found = region.exists.map(({ object }) => words.get(object)!).sort();
      const expected = [1, 2, 3, 4, 5].flatMap((k) => solvedAt(...at, k)).sort();
      assert.deepEqual(found, expected, `at ${at.join()}`);
      cycles += expected.length;
    }
    assert.ok(cycles > 200);
  });
});

/** Gauss and Jordan on rows with the right side in the last column: leaves a diagonal. */
function eliminate(rows: number[][]): void {
  const k = rows.length;
  for (let c = 0; c < k; c++) {
    let p = c;
    for (let r = c; r < k; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[p]![c]!)) p = r;
    [rows[c], rows[p]] = [rows[p]!, rows[c]!];
    for (let r = 0; r < k; r++) {
      if (r === c) continue;
      const factor = rows[r]![c]! / rows[c]![c]!;
      for (let j = c; j <= k; j++) rows[r]![j]! -= factor * rows[c]![j]!;
    }
  }
}

describe('parameter plane of a two-dimensional PLRNN', () => {
  // From one point of a tongue: the pair that was born in its fold, and the fixed point next to it.
  it('a 16-cycle and its partner share one tongue', () => {
    const explorer = new Explorer(toy, { maxOrder: 16, words: 100, stop: () => false, grace: 0 });
    const word = [...Array<string>(9).fill('10'), ...Array<string>(7).fill('11')].map((bits) =>
      Uint8Array.from(bits, Number),
    );
    const start = { u: 0.5166666666666667, v: 0.45 };
    explorer.explore(word, start);
    const cycles = [...explorer.regions].filter(([key]) => key.split(' ').length === 16);
    assert.equal(cycles.length, 2);
    const [a, b] = cycles.map(([, list]) => list[0]!);
    assert.ok(a!.closed && b!.closed);
    a!.box.forEach((w, i) => assert.ok(Math.abs(w - b!.box[i]!) < 1e-5));
    // The fixed point meets z2 = 0 where w21 h1 / (1 - a11) + h2 = 0, its multiplier 1 - a22 = 0 lies at v = 0.67695.
    const border = explorer.curves.filter(({ order, kind }) => order === 1 && kind.startsWith('bcb'));
    assert.ok(border.length > 0);
    const a11 = 1 - (0.37298 * 0.52505) / 0.97931;
    const u = (a11 - 0.83777 + 0.3) / 0.6;
    for (const { points } of border) for (const p of points) assert.ok(Math.abs(p.u - u) < 1e-6);
    for (const { kind, points } of explorer.curves)
      if (kind === 'dtb')
        assert.ok(points.some((p) => Math.abs(p.v - 0.67695) < 1e-7 || Math.abs(p.u - 0.770383333) < 1e-7));
  });
});

describe('faces', () => {
  it('crossing curves, one that ends on another, and a hole', () => {
    const line = (...xy: number[]): Place[] =>
      Array.from({ length: xy.length / 2 }, (_, i) => ({ u: xy[2 * i]!, v: xy[2 * i + 1]! }));
    const square = line(0.6, 0.6, 0.8, 0.6, 0.8, 0.8, 0.6, 0.8, 0.6, 0.6);
    const curves = [line(0, 0.5, 1, 0.5), line(0.3, 0, 0.3, 0.5 - 2e-6), square, line(0.1, 0.9, 0.2, 0.9)];
    const label = ({ u, v }: Place): string =>
      v < 0.5 ? (u < 0.3 ? 'a' : 'b') : u > 0.6 && u < 0.8 && v > 0.6 && v < 0.8 ? 'c' : 'd';
    const faces = facesOf(curves, label);
    const areas = Object.fromEntries(faces.map((face) => [face.label, face.area]));
    assert.deepEqual(Object.keys(areas).sort(), ['a', 'b', 'c', 'd']);
    for (const [key, area] of Object.entries({ a: 0.15, b: 0.35, c: 0.04, d: 0.46 }))
      assert.ok(Math.abs(areas[key]! - area) < 1e-5, key);
    assert.equal(faces.find((face) => face.label === 'd')!.rings.length, 2);
  });

  it('neighbours of one label are one face', () => {
    const faces = facesOf(
      [
        [
          { u: 0.5, v: 0 },
          { u: 0.5, v: 1 },
        ],
      ],
      () => 'same',
    );
    assert.equal(faces.length, 1);
    assert.ok(Math.abs(faces[0]!.area - 1) < 1e-12);
  });
});
