import assert from 'node:assert/strict';
import { sensitivity, type Quantity } from '../../../src/core/bifurcation/sensitivity';
import { eigenvalues } from '../../../src/core/linalg/eigen';
import { weightDerivatives } from '../../../src/core/models/derivatives';
import { toMap } from '../../../src/core/models/index';
import type { ModelOptions, Recognised } from '../../../src/core/models/types';
import { random as randomStream } from '../../../src/core/random';
import type { Cycle } from '../../../src/core/report/types';
import type { Tensor } from '../../../src/core/tensor';
import { model, tensor } from '../models/support';
import { cyclesOf, solved } from './solved';

interface System {
  readonly recognised: Recognised;
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly input: readonly number[];
}

function systemOf(tensors: readonly Tensor[], options: ModelOptions): System {
  const recognised = model(tensors, { options });
  const byParameter = Object.fromEntries(
    Object.entries(recognised.tensors).map(([parameter, name]) => [
      parameter,
      tensors.find((candidate) => candidate.name === name)!,
    ]),
  );
  return { recognised, tensors: byParameter, input: options.input ?? [] };
}

/** "W[1][0]" -> derivative. */
function named(system: System, cycle: Pick<Cycle, 'points' | 'regions'>, quantity: Quantity) {
  const weights = weightDerivatives(system.recognised, system.tensors, system.input)!;
  const map = toMap(system.recognised, system.tensors, system.input);
  const { value, gradient, reason } = sensitivity(map, cycle, quantity, weights);
  const of = new Map(
    weights.map(({ parameter, index }, w) => [
      parameter + index.map((i) => `[${String(i)}]`).join(''),
      gradient?.[w] ?? NaN,
    ]),
  );
  return { value, of, reason };
}

const near = (actual: number | undefined, expected: number, what = ''): void =>
  assert.ok(
    Math.abs(actual! - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${what} ${String(actual)}`,
  );

describe('derivatives of a cycle by the weights, worked out by hand', () => {
  // z' = a z + w relu(z) + h with a = 0.5, w = -2, h = 1; s = a + w = -1.5 is the slope on the right.
  const tent = systemOf([tensor('A', [0.5]), tensor('W', [[-2]]), tensor('h', [1])], { kind: 'PLRNN' });

  it('of a fixed point', () => {
    // z* = h / (1 - s) = 0.4 on the right: dz*/dh = 1 / 2.5, dz*/da = dz*/dw = h / 2.5^2; its multiplier is s < 0.
    const fixed = { points: [[0.4]], regions: ['1'] };
    const z = named(tent, fixed, { kind: 'coordinate', point: 0, unit: 0 });
    near(z.value, 0.4);
    near(z.of.get('h[0]'), 0.4);
    near(z.of.get('A[0]'), 0.16);
    near(z.of.get('W[0][0]'), 0.16);
    const modulus = named(tent, fixed, { kind: 'modulus', multiplier: 0 });
    near(modulus.value, 1.5);
    near(modulus.of.get('A[0]'), -1);
    near(modulus.of.get('W[0][0]'), -1);
    near(modulus.of.get('h[0]'), 0);
  });

  it('of both points of a 2-cycle', () => {
    // z1 = h (1 + s) / (1 - a s) = -2/7 < 0 < z2 = a z1 + h = 6/7, multiplier a s = -0.75.
    // With p = 1 - a s = 1.75: dz1/ds = h (1 + a) / p^2, dz1/da at fixed s = h (1 + s) s / p^2.
    const cycle = { points: [[-2 / 7], [6 / 7]], regions: ['0', '1'] };
    const p2 = 1.75 ** 2;
    const first = named(tent, cycle, { kind: 'coordinate', point: 0, unit: 0 });
    near(first.of.get('h[0]'), -0.5 / 1.75);
    near(first.of.get('W[0][0]'), 1.5 / p2);
    near(first.of.get('A[0]'), (1.5 + 0.75) / p2);
    // dz2 = a dz1 + z1 da + dh
    const second = named(tent, cycle, { kind: 'coordinate', point: 1, unit: 0 });
    near(second.of.get('h[0]'), (0.5 * -0.5) / 1.75 + 1);
    near(second.of.get('W[0][0]'), (0.5 * 1.5) / p2);
    near(second.of.get('A[0]'), (0.5 * 2.25) / p2 - 2 / 7);
    // |z1| = -z1
    near(named(tent, cycle, { kind: 'norm', point: 0 }).of.get('h[0]'), 0.5 / 1.75);
    // |a s| = -a (a + w)
    const modulus = named(tent, cycle, { kind: 'modulus', multiplier: 0 });
    near(modulus.value, 0.75);
    near(modulus.of.get('A[0]'), 1);
    near(modulus.of.get('W[0][0]'), -0.5);
    // A real multiplier keeps its argument.
    near(named(tent, cycle, { kind: 'argument', multiplier: 0 }).of.get('A[0]'), 0);
  });

  it('of a complex pair', () => {
    // J = [[a, -b], [c, a]] with a = 0.6, b = c = 0.4: lambda = a + i sqrt(b c), z* = (1, 1) by the choice of h.
    const [a, b] = [0.6, 0.4];
    const rotation = systemOf(
      [tensor('A', [a, a]), tensor('W', [[0, -b], [b, 0]]), tensor('h', [1 - a + b, 1 - a - b])], // prettier-ignore
      { kind: 'PLRNN' },
    );
    const fixed = { points: [[1, 1]], regions: ['11'] };
    const size = Math.hypot(a, b);
    const modulus = named(rotation, fixed, { kind: 'modulus', multiplier: 0 });
    near(modulus.value, size);
    // |lambda|^2 = a1 a2 + b c
    near(modulus.of.get('A[0]'), a / (2 * size));
    near(modulus.of.get('W[1][0]'), b / (2 * size));
    near(modulus.of.get('W[0][1]'), -b / (2 * size));
    const argument = named(rotation, fixed, { kind: 'argument', multiplier: 0 });
    near(argument.value, Math.atan2(b, a));
    // Re = (a1 + a2) / 2, Im = sqrt(a1 a2 + b c - Re^2): at a1 = a2 the imaginary part stays when a1 moves.
    near(argument.of.get('A[0]'), -b / 2 / size ** 2);
    near(argument.of.get('W[1][0]'), a / 2 / size ** 2);
    near(named(rotation, fixed, { kind: 'argument', multiplier: 1 }).of.get('W[1][0]'), -a / 2 / size ** 2);
    // The diagonal of W is no weight.
    assert.equal(modulus.of.has('W[0][0]'), false);
  });

  it('says why there is none', () => {
    const fixed = { points: [[1, 1]], regions: ['00'] };
    const flat = systemOf(
      [tensor('A', [0.5, 0.5]), tensor('W', [[0, 0.3], [0.2, 0]]), tensor('h', [-1, -1])], // prettier-ignore
      { kind: 'PLRNN' },
    );
    const double = named(flat, { points: [[-2, -2]], regions: ['00'] }, { kind: 'modulus', multiplier: 0 });
    assert.match(double.reason!, /multiple eigenvalue/);
    const line = systemOf(
      [tensor('A', [1, 0.5]), tensor('W', [[0, 0.3], [0.2, 0]]), tensor('h', [0, 0.5])], // prettier-ignore
      { kind: 'PLRNN' },
    );
    assert.match(named(line, fixed, { kind: 'norm', point: 0 }).reason!, /A multiplier is 1/);
    const dead = systemOf([tensor('A', [0, 0.5]), tensor('W', [[0, 0.3], [0.2, 0]]), tensor('h', [-1, -1])], {
      kind: 'PLRNN',
    }); // prettier-ignore
    assert.match(
      named(dead, { points: [[-1, -2]], regions: ['00'] }, { kind: 'modulus', multiplier: 1 }).reason!,
      /that is 0/,
    );
    assert.match(
      named(flat, { points: [[0, 0]], regions: ['00'] }, { kind: 'norm', point: 0 }).reason!,
      /origin/,
    );
  });
});

/** Every architecture, in its variants. */
const architectures: Record<string, (r: Draw) => readonly [readonly Tensor[], ModelOptions]> = {
  PLRNN: (r) => [[r.v('A', 2), r.hollow('W', 2), r.v('h', 2)], { kind: 'PLRNN' }],
  'PLRNN, full A, input': (r) => [
    [r.m('A', 2, 2), r.hollow('W', 2), r.v('h', 2), r.m('C', 2, 1)],
    { kind: 'PLRNN', input: [0.7] },
  ],
  'PLRNN, centred, leaky': (r) => [
    [r.v('A', 3), r.m('W', 3, 3), r.v('h', 3)],
    { kind: 'PLRNN', set: { meanCentred: true, negativeSlope: 0.1 } },
  ],
  'PLRNN, thresholds inside': (r) => [
    [r.v('A', 2), r.m('W', 2, 2), r.v('h', 2)],
    { kind: 'PLRNN', set: { thresholds: 'inside' }, input: [0.4, -0.3] },
  ],
  ALRNN: (r) => [[r.v('A', 3), r.m('W', 3, 3), r.v('h', 3)], { kind: 'ALRNN', set: { P: 2 } }],
  shPLRNN: (r) => [
    [r.v('A', 2), r.m('W1', 2, 4), r.m('W2', 4, 2), r.v('h1', 2), r.v('h2', 4)],
    { kind: 'shPLRNN' },
  ],
  clippedShPLRNN: (r) => [
    [r.v('A', 2), r.m('W1', 2, 4), r.m('W2', 4, 2), r.v('h1', 2), r.v('h2', 4)],
    { kind: 'clippedShPLRNN' },
  ],
  dendPLRNN: (r) => [
    [r.v('A', 2), r.hollow('W', 2), r.v('h', 2), r.v('alpha', 3), r.m('H', 3, 2)],
    { kind: 'dendPLRNN' },
  ],
  clippedDendPLRNN: (r) => [
    [r.v('A', 2), r.hollow('W', 2), r.v('h', 2), r.v('alpha', 3), r.m('H', 3, 2)],
    { kind: 'clippedDendPLRNN' },
  ],
  'reluRNN, leaky integration, input': (r) => [
    [r.m('W_hh', 2, 2, 2.2), r.v('b', 2), r.m('W_ih', 2, 1)],
    { kind: 'reluRNN', set: { leak: 0.7 }, input: [0.5] },
  ],
};

class Draw {
  readonly #random;
  constructor(seed: number) {
    this.#random = randomStream(seed, 0x5e25);
  }
  #one(size: number): number {
    return (2 * this.#random.uniform() - 1) * size;
  }
  v(name: string, n: number): Tensor {
    return tensor(
      name,
      Array.from({ length: n }, () => this.#one(0.9)),
    );
  }
  m(name: string, rows: number, columns: number, size = 1.6): Tensor {
    return tensor(
      name,
      Array.from({ length: rows }, () => Array.from({ length: columns }, () => this.#one(size))),
    );
  }
  hollow(name: string, n: number): Tensor {
    const full = this.m(name, n, n, 2);
    return { ...full, data: full.data.map((x, i) => (i % (n + 1) === 0 ? 0 : x)) };
  }
}

/** The first cycles of random systems of an architecture: two fixed points and two longer ones. */
async function examples(name: string): Promise<{ system: System; cycle: Cycle }[]> {
  const out: { system: System; cycle: Cycle }[] = [];
  for (let seed = 0; seed < 60; seed++) {
    const system = systemOf(...architectures[name]!(new Draw(seed)));
    const map = toMap(system.recognised, system.tensors, system.input);
    for (const cycle of await cyclesOf(map, 4)) {
      const alike = out.filter(({ cycle: { order } }) => (order === 1) === (cycle.order === 1)).length;
      // Far from a bifurcation, so that differences are of one smooth branch.
      const clear = cycle.multipliers.every(({ re, im }) => Math.hypot(re - 1, im) > 0.05);
      const modest = cycle.spectralRadius < 20 && (cycle.margin ?? 1) > 1e-3;
      if (alike < 2 && clear && modest) out.push({ system, cycle });
    }
    if (out.length >= 4) return out;
  }
  return out;
}

describe('derivatives of a cycle by the weights', () => {
  for (const name of Object.keys(architectures))
    it(`agree with differences of solved cycles: ${name}`, async () => {
      const found = await examples(name);
      assert.ok(found.some(({ cycle }) => cycle.order > 1) && found.some(({ cycle }) => cycle.order === 1));
      let compared = 0;
      for (const { system, cycle } of found) {
        const { recognised, tensors, input } = system;
        const n = recognised.stateDim;
        const weights = weightDerivatives(recognised, tensors, input)!;
        const map = toMap(recognised, tensors, input);
        /** Quantities of the cycle of this word, solved anew by elimination. */
        const solve = (moved: Readonly<Record<string, Tensor>>, point: number): number[] => {
          const rotated = [...cycle.regions.slice(point), ...cycle.regions.slice(0, point)];
          const { z, M } = solved(toMap(recognised, moved, input), rotated);
          const values = eigenvalues(M, n);
          return [
            ...z,
            Math.hypot(...z),
            ...values.map(({ re, im }) => Math.hypot(re, im)),
            ...values.map(({ re, im }) => Math.atan2(im, re)),
          ];
        };
        for (const point of new Set([0, cycle.order - 1])) {
          const quantities: Quantity[] = [
            ...Array.from({ length: n }, (_, unit): Quantity => ({ kind: 'coordinate', point, unit })),
            { kind: 'norm', point },
            ...Array.from({ length: n }, (_, multiplier): Quantity => ({ kind: 'modulus', multiplier })),
            ...Array.from({ length: n }, (_, multiplier): Quantity => ({ kind: 'argument', multiplier })),
          ];
          const exact = quantities.map((quantity) => sensitivity(map, cycle, quantity, weights));
          const values = solve(tensors, point);
          exact.forEach(({ value }, q) =>
            assert.ok(Math.abs(value - values[q]!) <= 1e-8 * Math.max(1, Math.abs(value))),
          );
          weights.forEach(({ parameter, index }, w) => {
            const { shape, data } = tensors[parameter]!;
            const place = index.reduce((flat, i, axis) => flat * shape[axis]! + i, 0);
            const step = 1e-6;
            const moved = (by: number): number[] => {
              const changed = data.map((x, i) => (i === place ? x + by : x));
              return solve({ ...tensors, [parameter]: { ...tensors[parameter]!, data: changed } }, point);
            };
            const [up, down] = [moved(step), moved(-step)];
            exact.forEach(({ gradient }, q) => {
              // Where two moduli are close their order may change; nearly equal multipliers turn fast.
              if (!gradient || Math.hypot(...gradient) > 1e3) return;
              const difference = (up[q]! - down[q]!) / (2 * step);
              assert.ok(
                Math.abs(gradient[w]! - difference) <= 2e-4 * Math.max(1, Math.abs(difference)),
                `${name}, ${cycle.id}, ${JSON.stringify(quantities[q])} by ${parameter}[${String(index)}]: ${String(gradient[w])}, ${String(difference)}`,
              );
              compared++;
            });
          });
        }
      }
      assert.ok(compared > 200, String(compared));
    }).timeout(60000);
});
