import assert from 'node:assert/strict';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { detect } from '../../../src/core/detect/detect';
import { lyapunovSpectrum } from '../../../src/core/stateSpace/lyapunov';
import type { Attractor } from '../../../src/core/report/types';

/** z' = 1 + a z for z <= 0, 1 - b z for z > 0. */
const skewTent = (a: number, b: number): CanonicalMap => ({
  n: 1,
  L: 1,
  A: Float64Array.of(a),
  B: Float64Array.of(-a - b),
  C: Float64Array.of(1),
  d: Float64Array.of(0),
  g: Float64Array.of(1),
});

/**
 * By hand. The critical point goes 0 -> 1 -> 1 - b -> 1 + a (1 - b), which is 0 for b = 1 + 1 / a: a Markov partition of
 * [-1 / a, 1] in I = [-1 / a, 0], mapped on [0, 1], and J = [0, 1], mapped on both. The invariant density is constant on
 * each, p on I and q on J with p = q / b (Perron-Frobenius on I), so that their measures are as 1 : a b = 1 : a + 1. The
 * exponent is (ln a + (a + 1) ln b) / (a + 2).
 */
function markov(a: number): { map: CanonicalMap; exponent: number } {
  const b = 1 + 1 / a;
  return { map: skewTent(a, b), exponent: (Math.log(a) + (a + 1) * Math.log(b)) / (a + 2) };
}

describe('the skew tent map', () => {
  for (const a of [0.7, 0.9, 1.3])
    it(`has the exponent of its invariant density, a = ${String(a)}`, () => {
      const { map, exponent } = markov(a);
      const spectrum = lyapunovSpectrum(map, [0.1234], { steps: 200000, transient: 1000, bound: 1e6 })!;
      const error = spectrum.errors[0]!;
      assert.ok(error > 0 && error < 5e-3, String(error));
      assert.ok(Math.abs(spectrum.exponents[0]! - exponent) < 4 * error, String(spectrum.exponents[0]));
      // A positive exponent in one dimension: the attractor is an interval.
      assert.equal(spectrum.dimension, 1);
    });

  it('is called chaotic, with that exponent', async () => {
    const { map, exponent } = markov(0.9);
    const [attractor] = await attractorsOf(map);
    assert.equal(attractor!.kind, 'chaotic');
    const { exponents, errors, steps, dimension } = attractor!.spectrum!;
    assert.ok(steps > 10000 && Math.abs(exponents[0]! - exponent) < 4 * errors[0]!);
    assert.equal(dimension, 1);
    assert.equal(attractor!.lyapunov, exponents[0]);
  });
});

async function attractorsOf(map: CanonicalMap): Promise<Attractor[]> {
  const { attractors } = await detect(map, {
    maxOrder: 2,
    seed: 0,
    certify: false,
    spectra: true,
    stop: () => false,
    onProgress: () => undefined,
    onFinds: () => undefined,
  });
  return attractors;
}

describe('attractors and their spectra', () => {
  it('tells two chaotic attractors apart', async () => {
    // An odd map, for z >= 0 the tent 1.9 z (z <= 1), 1.9 (2 - z): [0.19, 1.9] and its mirror image are invariant.
    const twins: CanonicalMap = {
      n: 1,
      L: 2,
      A: Float64Array.of(1.9),
      B: Float64Array.of(-3.8, 3.8),
      C: Float64Array.of(1, -1),
      d: Float64Array.of(-1, -1),
      g: Float64Array.of(0),
    };
    const chaotic = (await attractorsOf(twins)).filter(({ kind }) => kind === 'chaotic');
    assert.equal(chaotic.length, 2);
    for (const { spectrum, share } of chaotic) {
      // |slope| is 1.9 everywhere.
      assert.ok(Math.abs(spectrum!.exponents[0]! - Math.log(1.9)) < 1e-9);
      assert.ok(spectrum!.errors[0]! < 1e-9 && share > 0.1);
    }
  });

  it('gives a cycle the exponents of its multipliers', async () => {
    // The 2-cycle 6/7, -2/7 of slopes 0.5 and -1.5 has the multiplier -0.75.
    const [attractor] = await attractorsOf(skewTent(0.5, 1.5));
    assert.equal(attractor!.period, 2);
    const { exponents, errors, dimension, steps } = attractor!.spectrum!;
    assert.ok(Math.abs(exponents[0]! - Math.log(0.75) / 2) < 1e-12);
    assert.deepEqual([errors, dimension, steps], [[0], 0, 0]);
  });

  it('calls a rotation that never repeats quasi-periodic, with exponents 0 and a torus of dimension 2', async () => {
    // A rotation by 1 radian about (0.3, 0.2), one contracting direction, no active nonlinearity: every orbit is a circle.
    const [c, s] = [Math.cos(1), Math.sin(1)];
    const rotation: CanonicalMap = {
      n: 3,
      L: 3,
      A: Float64Array.of(c, -s, 0, s, c, 0, 0, 0, 0.25),
      B: new Float64Array(9),
      C: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      d: new Float64Array(3),
      g: Float64Array.of(0.3 - 0.3 * c + 0.2 * s, 0.2 - 0.3 * s - 0.2 * c, 0.5),
    };
    const [attractor] = await attractorsOf(rotation);
    assert.equal(attractor!.kind, 'quasi-periodic');
    const { exponents, dimension } = attractor!.spectrum!;
    assert.ok(Math.abs(exponents[0]!) < 1e-3 && Math.abs(exponents[1]!) < 1e-3);
    assert.ok(Math.abs(exponents[2]! - Math.log(0.25)) < 1e-3);
    assert.ok(Math.abs(dimension! - 2) < 1e-3);
  });

  it('says nothing of the dimension where the exponents listed do not determine it', () => {
    const expanding: CanonicalMap = {
      n: 3,
      L: 3,
      A: Float64Array.of(1.9, 0, 0, 0, 1.8, 0, 0, 0, 0.1),
      B: Float64Array.of(-3.8, 0, 0, 0, -3.6, 0, 0, 0, 0),
      C: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      d: new Float64Array(3),
      g: Float64Array.of(1, 1, 1),
    };
    const options = { steps: 4000, transient: 100, bound: 1e6 };
    // Two tent maps beside each other: ln 1.9, ln 1.8, ln 0.1.
    const two = lyapunovSpectrum(expanding, [0.1, 0.2, 0], { ...options, vectors: 2 })!;
    assert.equal(two.exponents.length, 2);
    assert.equal(two.decided, false);
    const all = lyapunovSpectrum(expanding, [0.1, 0.2, 0], options)!;
    const exact = 2 + Math.log(1.9 * 1.8) / Math.log(10);
    assert.ok(all.decided && Math.abs(all.dimension - exact) < 1e-6);
    assert.ok(all.dimensionError < 1e-6);
  });
});
