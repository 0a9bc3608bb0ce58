import { strict as assert } from 'node:assert';
import { connect } from '../../../src/core/bifurcation/connect';
import type { Connection, EndCycle } from '../../../src/core/bifurcation/types';
import type { CanonicalMap } from '../../../src/core/map/canonical';

const f = (...v: number[]): Float64Array => Float64Array.from(v);

/** Skew tent map x' = l x + mu (x < 0), r x + mu (x > 0). */
const tent = (l: number, r: number, mu: number): CanonicalMap => ({
  n: 1,
  L: 1,
  A: f(l),
  B: f(r - l),
  C: f(1),
  d: f(0),
  g: f(mu),
});

/** Border-collision normal form: x' = [[t, 1], [-d, 0]] x + mu e1, switching at x1 = 0. */
const normalForm = (tl: number, dl: number, tr: number, dr: number, mu: number): CanonicalMap => ({
  n: 2,
  L: 1,
  A: f(tl, 1, -dl, 0),
  B: f(tr - tl, dl - dr),
  C: f(1, 0),
  d: f(0),
  g: f(mu, 0),
});

const cycle = (...regions: string[]): EndCycle => ({ order: regions.length, points: [], regions });
const ends = (provenOrder: number, ...cycles: EndCycle[]): { cycles: EndCycle[]; provenOrder: number } => ({
  cycles,
  provenOrder,
});
const sound = ({ balance }: Connection): void => assert.deepEqual(balance.broken, []);

describe('connect: border collisions', () => {
  // The fixed point of side L is mu / (1 - l), that of side R mu / (1 - r): both meet the border where mu = 0.
  it('skew tent 0.5, 0.3: persistence where mu = 0', () => {
    const out = connect(tent(0.5, 0.3, -0.5), ends(4, cycle('0')), tent(0.5, 0.3, 1.5), ends(4, cycle('1')), {
      maxOrder: 4,
    });
    assert.equal(out.events.length, 1);
    const [event] = out.events;
    assert.equal(event!.kind, 'bcb-persistence');
    assert.ok(Math.abs(event!.s - 0.25) < 1e-12);
    assert.deepEqual(event!.stability, ['stable', 'stable']);
    assert.deepEqual(
      out.links.map(({ a, b }) => [a, b]),
      [[0, 0]],
    );
    sound(out);
  });

  it('a slow ReLU network in 24 dimensions: persistence, though det(I - M) is 0.05^24 on both sides', () => {
    // z' = relu(0.95 z + h): z_i = 20 h_i where h_i > 0, else 0. Unit 1 meets its border where h_1 = 0, half-way.
    const n = 24;
    const slow = (first: number): CanonicalMap => {
      const diagonal = (v: number): Float64Array =>
        Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? v : 0));
      const h = Float64Array.from({ length: n }, (_, i) => (i === 0 ? first : 0.1));
      return { n, L: n, A: diagonal(0), B: diagonal(1), C: diagonal(0.95), d: h, g: new Float64Array(n) };
    };
    const rest = '1'.repeat(n - 1);
    const out = connect(slow(-0.1), ends(1, cycle(`0${rest}`)), slow(0.1), ends(1, cycle(`1${rest}`)), {
      maxOrder: 1,
    });
    assert.deepEqual(
      out.events.map(({ kind, unit, stability }) => [kind, unit, stability]),
      [['bcb-persistence', 0, ['stable', 'stable']]],
    );
    assert.ok(Math.abs(out.events[0]!.s - 0.5) < 1e-12);
    sound(out);
  });

  it('skew tent 0.5, 1.5: nonsmooth fold', () => {
    // For mu < 0: mu / 0.5 < 0 is real and mu / -0.5 > 0 is real; for mu > 0 neither.
    const out = connect(tent(0.5, 1.5, -0.5), ends(4, cycle('0'), cycle('1')), tent(0.5, 1.5, 0.5), ends(4), {
      maxOrder: 4,
    });
    assert.deepEqual(
      out.events.map(({ kind, died, born }) => [kind, died.length, born.length]),
      [['bcb-fold', 2, 0]],
    );
    assert.ok(Math.abs(out.events[0]!.s - 0.5) < 1e-12);
    sound(out);
  });

  it('skew tent 0.5, -1.5: period doubling', () => {
    // 2-cycle LR: slope 0.5 * -1.5 = -0.75, stable; real for mu > 0.
    const out = connect(
      tent(0.5, -1.5, -1),
      ends(2, cycle('0')),
      tent(0.5, -1.5, 1),
      ends(2, cycle('1'), cycle('0', '1')),
      { maxOrder: 2 },
    );
    assert.deepEqual(
      out.events.map(({ kind }) => kind),
      ['bcb-flip'],
    );
    assert.deepEqual(
      out.events[0]!.alsoBorn.map(({ order, stability }) => [order, stability]),
      [[2, 'stable']],
    );
    sound(out);
  });

  it('skew tent 1.5, -1.5: a fold with a 2-cycle', () => {
    // mu > 0: x = -2 mu (L) and 0.4 mu (R) are real; the 2-cycle has slope -2.25. mu < 0: nothing is.
    const out = connect(
      tent(1.5, -1.5, -1),
      ends(2),
      tent(1.5, -1.5, 1),
      ends(2, cycle('0'), cycle('1'), cycle('0', '1')),
      { maxOrder: 2 },
    );
    assert.deepEqual(
      out.events.map(({ kind, alsoBorn }) => [kind, alsoBorn.map(({ order }) => order)]),
      [['bcb-fold', [2]]],
    );
    sound(out);
  });

  it('normal form 0.3, 0.4, -1.4, 1.3: persistence with two 3-cycles', () => {
    const out = connect(
      normalForm(0.3, 0.4, -1.4, 1.3, -1),
      ends(1, cycle('0')),
      normalForm(0.3, 0.4, -1.4, 1.3, 1),
      ends(1, cycle('1')),
      { maxOrder: 4 },
    );
    assert.deepEqual(
      out.events.map(({ kind }) => kind),
      ['bcb-persistence'],
    );
    assert.deepEqual(
      [...out.events[0]!.alsoBorn, ...out.events[0]!.alsoDied].map(({ order }) => order),
      [3, 3],
    );
    sound(out);
  });
});

describe('connect: crossings of the unit circle', () => {
  it('a fixed point leaves to infinity where its slope passes 1', () => {
    // x = -0.3 / (1 - l), l = 0.8 + 0.4 s: l = 1 at s = 1/2.
    const out = connect(tent(0.8, 0.5, -0.3), ends(1, cycle('0')), tent(1.2, 0.5, -0.3), ends(1), {
      maxOrder: 1,
    });
    assert.deepEqual(
      out.events.map(({ kind, atInfinity }) => [kind, atInfinity]),
      [['dtb', true]],
    );
    assert.ok(Math.abs(out.events[0]!.s - 0.5) < 1e-9);
    sound(out);
  });

  it('a fixed point leaves to infinity along one coordinate, while the other stays near its border', () => {
    // The slope of z1 is 0.9 + 0.2 s left of its border and 0.5 right of it; z2 = -0.5 + 0.2 s stays on its side.
    const map = (slope: number, h: number): CanonicalMap => ({
      ...{ n: 2, L: 2, A: f(slope, 0, 0, 0.5), B: f(0.5 - slope, 0, 0, 0.1) },
      ...{ C: f(1, 0, 0, 1), d: f(0, 0), g: f(-1, h) },
    });
    const out = connect(map(0.9, -0.25), ends(1, cycle('00')), map(1.1, -0.15), ends(1), { maxOrder: 1 });
    assert.deepEqual(
      out.events.map(({ kind, atInfinity, died }) => [kind, atInfinity, died.length]),
      [['dtb', true, 1]],
    );
    assert.ok(Math.abs(out.events[0]!.s - 0.5) < 1e-9);
    sound(out);
  });

  it('a slope passes -1', () => {
    const out = connect(
      tent(-0.8, 0.5, -0.3),
      ends(1, cycle('0')),
      tent(-1.2, 0.5, -0.3),
      ends(1, cycle('0')),
      { maxOrder: 1 },
    );
    assert.deepEqual(
      out.events.map(({ kind }) => kind),
      ['dfb'],
    );
    assert.ok(Math.abs(out.events[0]!.s - 0.5) < 1e-9);
    sound(out);
  });

  it('det M passes 1 with a complex pair', () => {
    const out = connect(
      normalForm(0.5, 0.9, 0.2, 0.3, -1),
      ends(1, cycle('0')),
      normalForm(0.5, 1.1, 0.2, 0.3, -1),
      ends(1, cycle('0')),
      { maxOrder: 1 },
    );
    assert.deepEqual(
      out.events.map(({ kind, stability }) => [kind, ...stability]),
      [['center', 'stable', 'unstable']],
    );
    assert.ok(Math.abs(out.events[0]!.s - 0.5) < 1e-9);
    sound(out);
  });
});
