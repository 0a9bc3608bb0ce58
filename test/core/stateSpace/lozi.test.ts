import assert from 'node:assert/strict';
import { detect } from '../../../src/core/detect/detect';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { findCrossings, horseshoe } from '../../../src/core/stateSpace/homoclinic';
import { kaplanYorke, lyapunovSpectrum } from '../../../src/core/stateSpace/lyapunov';
import { growManifold, type GrowthLimits, type Saddle } from '../../../src/core/stateSpace/manifolds';

/** The Lozi map x' = 1 - a |x| + y, y' = b x (R. Lozi, J. Phys. Colloq. 39 (1978) C5-9); |x| = 2 relu(x) - x. */
function lozi(a: number, b: number): CanonicalMap {
  return {
    n: 2,
    L: 1,
    A: Float64Array.of(a, 1, b, 0),
    B: Float64Array.of(-2 * a, 0),
    C: Float64Array.of(1, 0),
    d: Float64Array.of(0),
    g: Float64Array.of(1, 0),
  };
}

const a = 1.7;
const b = 0.5;
const map = lozi(a, b);
const step = ([x, y]: readonly number[]): [number, number] => [1 - a * Math.abs(x!) + y!, b * x!];
/** By hand: x = 1 - a |x| + b x. */
const right: Saddle = { points: [[1 / (1 + a - b), b / (1 + a - b)]], regions: ['1'] };
const left: Saddle = { points: [[1 / (1 - a - b), b / (1 - a - b)]], regions: ['0'] };
const limits: GrowthLimits = { radius: 5, pieces: 3000, steps: 14, stop: () => false };

describe('the Lozi map, a = 1.7, b = 0.5', () => {
  it('has the two saddles known by hand for its only fixed points, and a chaotic attractor', async () => {
    const { orders, attractors } = await detect(map, {
      maxOrder: 1,
      seed: 0,
      certify: true,
      spectra: true,
      stop: () => false,
      onProgress: () => undefined,
      onFinds: () => undefined,
    });
    const [{ complete, cycles }] = orders as [(typeof orders)[number]];
    assert.ok(complete);
    assert.deepEqual(cycles.map(({ regions, stability }) => [regions[0], stability]).toSorted(), [
      ['0', 'saddle'],
      ['1', 'saddle'],
    ]);
    for (const { regions, points, multipliers } of cycles) {
      const expected = (regions[0] === '1' ? right : left).points[0]!;
      assert.ok(points[0]!.every((value, i) => Math.abs(value - expected[i]!) < 1e-14));
      // lambda^2 + s a lambda - b = 0, s the sign of x.
      const s = regions[0] === '1' ? 1 : -1;
      for (const { re, im } of multipliers) assert.ok(im === 0 && Math.abs(re * re + s * a * re - b) < 1e-13);
    }
    // Orbits outside the basin leave; the rest is one attractor.
    const chaotic = attractors.filter(({ kind }) => kind === 'chaotic');
    assert.equal(chaotic.length, 1);
    const { exponents, errors, dimension, dimensionError } = chaotic[0]!.spectrum!;
    assert.ok(Math.abs(exponents[0]! + exponents[1]! - Math.log(b)) < 1e-10);
    assert.ok(Math.abs(exponents[0]! - 0.4702) < 4 * errors[0]! + 1e-4);
    assert.ok(dimensionError > 0 && Math.abs(dimension! - 1.404) < 4 * dimensionError + 1e-3);
  });

  it('has Lyapunov exponents with the sum ln b, and the published dimension', () => {
    const spectrum = lyapunovSpectrum(map, [0.1, 0.1], { steps: 200000, transient: 1000, bound: 1e6 })!;
    // J. C. Sprott, Chaos and Time-Series Analysis (2003), appendix A: 0.4702, -1.1633.
    assert.ok(Math.abs(spectrum.exponents[0]! - 0.4702) < 4 * spectrum.errors[0]! + 1e-3);
    assert.ok(Math.abs(spectrum.exponents[1]! + 1.1633) < 4 * spectrum.errors[1]! + 1e-3);
    // |det J| = b in both regions.
    assert.ok(Math.abs(spectrum.exponents[0]! + spectrum.exponents[1]! - Math.log(b)) < 1e-10);
    assert.ok(Math.abs(spectrum.dimension - 1.404) < 0.01);
  });

  it('keeps the unstable manifold on itself: backward orbits of its points end at the saddle', () => {
    const manifold = growManifold(map, right, 'unstable', limits)!;
    assert.ok(manifold.pieces.length > 100);
    const inverse = ([u, v]: readonly number[]): [number, number] => [v! / b, u! - 1 + a * Math.abs(v! / b)];
    for (const piece of manifold.pieces.filter(({ steps }) => steps <= 8)) {
      let z: [number, number] = [(piece.a[0]! + piece.b[0]!) / 2, (piece.a[1]! + piece.b[1]!) / 2];
      for (let t = 0; t < piece.steps + 6; t++) z = inverse(z);
      assert.ok(Math.hypot(z[0] - right.points[0]![0]!, z[1] - right.points[0]![1]!) < 0.2, String(z));
    }
  });

  it('keeps the stable manifold on itself: its points go to the saddle', () => {
    for (const saddle of [right, left]) {
      const manifold = growManifold(map, saddle, 'stable', { ...limits, steps: 8 })!;
      assert.ok(manifold.pieces.length > 20);
      for (const piece of manifold.pieces) {
        let z: [number, number] = [(piece.a[0]! + piece.b[0]!) / 2, (piece.a[1]! + piece.b[1]!) / 2];
        for (let t = 0; t < piece.steps + 4; t++) z = step(z);
        // 4 steps more contract the straight part by 0.25^4 or so.
        assert.ok(Math.hypot(z[0] - saddle.points[0]![0]!, z[1] - saddle.points[0]![1]!) < 0.05, String(z));
      }
    }
  });

  it('has homoclinic points, whose orbits return to the saddle, and a horseshoe', () => {
    const unstable = growManifold(map, right, 'unstable', limits)!;
    const stable = growManifold(map, right, 'stable', { ...limits, steps: 6 })!;
    const crossings = findCrossings(map, unstable, stable);
    assert.ok(crossings.length > 0);
    for (const { point, stepsTo } of crossings.slice(0, 20)) {
      let z = [point[0]!, point[1]!] as [number, number];
      for (let t = 0; t < stepsTo + 6; t++) z = step(z);
      assert.ok(Math.hypot(z[0] - right.points[0]![0]!, z[1] - right.points[0]![1]!) < 0.05);
    }
    const verdict = horseshoe('FP2', crossings);
    assert.ok(verdict.proven, verdict.statement);
  });

  it('has no unstable manifold at a stable fixed point: a = b = 0.3', () => {
    // x = 1 / (1 + a - b) = 1; multipliers of (-0.3, 1; 0.3, 0) are 0.418 and -0.718.
    assert.equal(
      growManifold(lozi(0.3, 0.3), { points: [[1, 0.3]], regions: ['1'] }, 'unstable', limits),
      null,
    );
  });
});

describe('Kaplan-Yorke dimension', () => {
  it('is that of the definition', () => {
    assert.equal(kaplanYorke([-0.1, -0.2]), 0);
    assert.equal(kaplanYorke([0.5, -1]), 1.5);
    assert.equal(kaplanYorke([0.5, 0, -1]), 2.5);
    assert.equal(kaplanYorke([1, 1]), 2);
    assert.equal(kaplanYorke([1, -Infinity]), 1);
  });
});
