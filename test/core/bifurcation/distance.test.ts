import assert from 'node:assert/strict';
import { nearestBifurcation } from '../../../src/core/bifurcation/distance';
import { CycleGradients } from '../../../src/core/bifurcation/gradients';
import { eigenvalues } from '../../../src/core/linalg/eigen';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { CANONICAL, weightDerivatives, type WeightDerivative } from '../../../src/core/models/derivatives';
import { recognise, toMap } from '../../../src/core/models/index';
import { random } from '../../../src/core/random';
import { build, randomPlrnn } from '../systems';
import { cyclesOf, solved } from './solved';

/** Every entry of the canonical map as a weight of its own. */
function entries(map: CanonicalMap, names: readonly (typeof CANONICAL)[number][]): WeightDerivative[] {
  return names.flatMap((name) =>
    Array.from(map[name], (_, at) => ({
      parameter: name,
      index: [at],
      array: Uint8Array.of(CANONICAL.indexOf(name)),
      at: Int32Array.of(at),
      value: Float64Array.of(1),
    })),
  );
}

describe('gradients of a cycle', () => {
  it('agree with differences of solved systems, for every entry of the map', async () => {
    let compared = 0;
    for (let seed = 0; seed < 12; seed++) {
      const map = randomPlrnn(random(seed, 8), 2 + (seed % 2), 1.2);
      const { n, L } = map;
      for (const cycle of (await cyclesOf(map, 4)).slice(0, 3)) {
        const regions = cycle.regions.map((bits) => Uint8Array.from(bits, Number));
        const gradients = new CycleGradients(map, cycle.points, regions);
        const test = (changed: CanonicalMap): { p: number[]; moduli: number[] } => {
          const { z, M } = solved(changed, cycle.regions);
          return {
            p: Array.from({ length: L }, (_, u) =>
              z.reduce((sum, v, j) => sum + changed.C[u * n + j]! * v, changed.d[u]!),
            ),
            moduli: eigenvalues(M, n).map(({ re, im }) => Math.hypot(re, im)),
          };
        };
        const values = eigenvalues(gradients.monodromy(), n);
        const moduli = values.map(({ re, im }) => Math.hypot(re, im));
        const apart = values.every(
          (v, i) => i === 0 || Math.abs(moduli[i]! - moduli[i - 1]!) > 1e-3 || v.im !== 0,
        );
        const ofModulus = apart ? gradients.ofModulus(values[0]!) : null;
        for (const name of CANONICAL)
          for (let at = 0; at < map[name].length; at++) {
            const step = 1e-6;
            const shifted = (by: number): CanonicalMap => ({
              ...map,
              [name]: map[name].map((v, i) => (i === at ? v + by : v)),
            });
            const [up, down] = [test(shifted(step)), test(shifted(-step))];
            const close = (exact: number, difference: number, where: string): void => {
              compared++;
              assert.ok(
                Math.abs(exact - difference) <= 2e-5 * Math.max(1, Math.abs(exact)),
                `seed ${String(seed)}, ${cycle.id}, ${name}[${String(at)}], ${where}: ${String(exact)}, ${String(difference)}`,
              );
            };
            for (let u = 0; u < L; u++)
              close(
                gradients.ofPreactivation(0, u)![name][at]!,
                (up.p[u]! - down.p[u]!) / (2 * step),
                `unit ${String(u)}`,
              );
            if (ofModulus)
              close(ofModulus[name][at]!, (up.moduli[0]! - down.moduli[0]!) / (2 * step), 'multiplier');
          }
      }
    }
    assert.ok(compared > 500, String(compared));
  }).timeout(60000);
});

describe('distance to bifurcation', () => {
  // z' = a z + g with a unit C = 1, d = 0 that is off (B = 0.3, z* < 0): z* = g / (1 - a) = -0.1 / 0.5 = -0.2.
  // Border: p = z*, dp/da = g / (1 - a)^2 = -0.4, dp/dg = 2: distance 0.2 / sqrt(0.16 + 4) = 0.098058.
  // Multiplier a = 0.5: distance 0.5. Beyond the border the multiplier is 0.5 - 2 = -1.5: det(I - M) = 0.5 and 2.5,
  // det(I + M) = 1.5 and -0.5, a 2-cycle branches off.
  it('is what it is by hand', () => {
    const map = build([[0.5]], [[-2]], [[1]], [0], [-0.1]);
    const found = nearestBifurcation(
      map,
      [{ order: 1, points: [[-0.2]], regions: ['0'] }],
      entries(map, ['A', 'g']),
    );
    assert.ok(found);
    assert.ok(Math.abs(found.value - 0.2 / Math.sqrt(4.16)) < 1e-12);
    assert.deepEqual([found.kind, found.unit, found.pointIndex, found.cycle], ['bcb-flip', 0, 0, 0]);
    assert.deepEqual(
      found.weights.map(({ parameter }) => parameter),
      ['g', 'A'],
    );
    assert.ok(
      Math.abs(found.weights[0]!.gradient - 2) < 1e-12 && Math.abs(found.weights[1]!.gradient + 0.4) < 1e-12,
    );
  });

  // The same with a = 0.99, g = -0.1: z* = -10, grad p = (-1000, 100), so the border is 10 / 1005 = 0.00995 away, the
  // multiplier 0.01. With B = 0.3 the multiplier beyond the border is 1.29: det(I - M) changes sign, a fold.
  it('tells a fold from a crossing, and leaves out a crossing of a border that changes nothing', () => {
    const map = build([[0.99]], [[0.3]], [[1]], [0], [-0.1]);
    const cycle = { order: 1, points: [[-10]], regions: ['0'] };
    const fold = nearestBifurcation(map, [cycle], entries(map, ['A', 'g']))!;
    assert.equal(fold.kind, 'bcb-fold');
    assert.ok(Math.abs(fold.value - 10 / Math.hypot(1000, 100)) < 1e-6);
    // Multiplier 0.5 on this side of the border and 0.8 on the other.
    const tame = build([[0.5]], [[0.3]], [[1]], [0], [-0.1]);
    const crossing = nearestBifurcation(tame, [{ ...cycle, points: [[-0.2]] }], entries(tame, ['A', 'g']))!;
    assert.deepEqual([crossing.kind, crossing.value], ['dtb', 0.5]);
    // a = -0.99: z* = -0.1 / 1.99, the border 1.99 away; the multiplier is 0.01 from -1.
    const flip = nearestBifurcation(
      build([[-0.99]], [[0.3]], [[1]], [0], [-0.1]),
      [{ ...cycle, points: [[-0.1 / 1.99]] }],
      entries(map, ['A']),
    )!;
    assert.deepEqual([flip.kind, flip.unit], ['dfb', null]);
    assert.ok(Math.abs(flip.value - 0.01) < 1e-12);
  });

  it('has nothing to say without cycles', () => {
    const map = build([[0.5]], [[0.3]], [[1]], [0], [-0.1]);
    assert.equal(nearestBifurcation(map, [], entries(map, ['A'])), null);
  });
});

describe('derivatives of the canonical map by the weights', () => {
  it('are those of the equation: shallow PLRNN, A diagonal, W1 twice', () => {
    const names = { A: [2], W1: [2, 3], W2: [3, 2], h1: [2], h2: [3] };
    const source = random(4);
    const tensors = Object.fromEntries(
      Object.entries(names).map(([name, shape]) => [
        name,
        {
          shape,
          data: Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => source.uniform() - 0.5),
        },
      ]),
    );
    const model = recognise(
      Object.entries(names).map(([name, shape]) => ({ name, shape, dtype: 'float64' })) as never,
      [],
      [],
      { kind: 'shPLRNN' },
    );
    assert.equal(model.status, 'recognised');
    if (model.status !== 'recognised') return;
    const map = toMap(model, tensors as never, []);
    const weights = weightDerivatives(model, tensors as never, [])!;
    assert.equal(weights.length, 2 + 6 + 6 + 2 + 3);
    const of = (parameter: string, ...index: number[]): [number, number, number][] => {
      const found = weights.find((w) => w.parameter === parameter && w.index.join() === index.join())!;
      return Array.from(found.at, (at, i) => [found.array[i]!, at, found.value[i]!]);
    };
    // z' = A z + W1 relu(W2 z + h2) + h1: A_ii is entry (i, i) of A, W1 is B, W2 is C, h1 is g, h2 is d.
    assert.deepEqual(of('A', 1), [[0, 3, 1]]);
    assert.deepEqual(of('W1', 1, 2), [[1, 5, 1]]);
    assert.deepEqual(of('W2', 2, 0), [[2, 4, 1]]);
    assert.deepEqual(of('h2', 1), [[3, 1, 1]]);
    assert.deepEqual(of('h1', 0), [[4, 0, 1]]);
    assert.equal(map.L, 3);
  });
});
