import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mapOf, stepCanonical, tensor, type Circumstances, type Matrix } from './support';
import type { Tensor } from '../../../src/core/tensor';

type Vector = readonly number[];

// Each architecture's own equation, written down once more from the papers, on nested lists.
const times = (M: Matrix, v: Vector): number[] =>
  M.map((row) => row.reduce((sum, x, j) => sum + x * v[j]!, 0));
const add = (...vs: Vector[]): number[] => vs[0]!.map((_, i) => vs.reduce((sum, v) => sum + v[i]!, 0));
const each = (a: Vector, b: Vector): number[] => a.map((x, i) => x * b[i]!);
const minus = (a: Vector, b: Vector): number[] => a.map((x, i) => x - b[i]!);
const lrelu =
  (slope: number) =>
  (v: Vector): number[] =>
    v.map((x) => (x > 0 ? x : slope * x));
const centre = (v: Vector): number[] => v.map((x) => x - v.reduce((sum, y) => sum + y, 0) / v.length);

const value = fc.double({ min: -2, max: 2, noNaN: true });
const vector = (n: number): fc.Arbitrary<number[]> => fc.array(value, { minLength: n, maxLength: n });
const matrix = (r: number, c: number): fc.Arbitrary<number[][]> =>
  fc.array(vector(c), { minLength: r, maxLength: r });

const M = 4;
const L = 6;
const B = 3;
const K = 2;
const slope = fc.constantFrom(0, 0.18, -0.5);
const state = vector(M);

function agrees(tensors: readonly Tensor[], circumstances: Circumstances, z: Vector, expected: Vector): void {
  const actual = stepCanonical(mapOf(tensors, circumstances), z);
  actual.forEach((x, i) =>
    assert.ok(Math.abs(x - expected[i]!) < 1e-10, `${String(x)} ${String(expected[i])}`),
  );
}

describe('canonical maps agree with the architectures they come from', () => {
  it('PLRNN: centred or not, leaky units, thresholds inside, input, full or diagonal A', () => {
    fc.assert(
      fc.property(
        fc.record({
          A: vector(M),
          full: matrix(M, M),
          W: matrix(M, M),
          h: vector(M),
          C: matrix(M, K),
          s: vector(K),
          z: state,
        }),
        fc.record({
          slope,
          centred: fc.boolean(),
          inside: fc.boolean(),
          useFull: fc.boolean(),
          useInput: fc.boolean(),
        }),
        (p, v) => {
          const tensors = [
            tensor('A', v.useFull ? p.full : p.A),
            tensor('W', p.W),
            tensor('h', p.h),
            ...(v.useInput ? [tensor('C', p.C)] : []),
          ];
          const set = {
            meanCentred: v.centred,
            negativeSlope: v.slope,
            thresholds: v.inside ? 'inside' : 'outside',
          };
          const options = { kind: 'PLRNN' as const, set, ...(v.useInput ? { input: p.s } : {}) };
          const argument = v.centred ? centre(p.z) : p.z;
          const unit = lrelu(v.slope);
          const active = unit(v.inside ? minus(argument, p.h) : argument);
          const linear = v.useFull ? times(p.full, p.z) : each(p.A, p.z);
          const input = v.useInput ? times(p.C, p.s) : p.z.map(() => 0);
          const bias = v.inside ? p.z.map(() => 0) : p.h;
          agrees(tensors, { options }, p.z, add(linear, times(p.W, active), bias, input));
        },
      ),
    );
  });

  it('PLRNN with thresholds inside and no input matrix takes the input itself', () => {
    const options = { kind: 'PLRNN' as const, set: { thresholds: 'inside' }, input: [10, 20] };
    const map = mapOf(
      [
        tensor('A', [0.5, 0.5]),
        tensor('W', [
          [0, 1],
          [1, 0],
        ]),
        tensor('h', [1, -1]),
      ],
      { options },
    );
    // z' = 0.5 z + W relu(z - h) + s at z = (3, 2): W (2, 3) = (3, 2)
    assert.deepEqual(stepCanonical(map, [3, 2]), [1.5 + 3 + 10, 1 + 2 + 20]);
  });

  it('AL-RNN: every P, leaky units', () => {
    fc.assert(
      fc.property(
        fc.record({ A: vector(M), W: matrix(M, M), h: vector(M), z: state }),
        fc.integer({ min: 1, max: M }),
        slope,
        (p, P, a) => {
          const active = p.z.map((x, i) => (i < M - P ? x : lrelu(a)([x])[0]!));
          agrees(
            [tensor('A', p.A), tensor('W', p.W), tensor('h', p.h)],
            { options: { kind: 'ALRNN', set: { P, negativeSlope: a } } },
            p.z,
            add(each(p.A, p.z), times(p.W, active), p.h),
          );
        },
      ),
    );
  });

  it('shallow PLRNNs, clipped or not', () => {
    fc.assert(
      fc.property(
        fc.record({
          A: vector(M),
          W1: matrix(M, L),
          W2: matrix(L, M),
          h1: vector(M),
          h2: vector(L),
          z: state,
        }),
        fc.record({ C: matrix(M, K), s: vector(K) }),
        fc.record({ slope, clipped: fc.boolean(), centred: fc.boolean() }),
        (p, { C, s }, v) => {
          const unit = lrelu(v.slope);
          const argument = times(p.W2, v.centred ? centre(p.z) : p.z);
          const active = unit(add(argument, p.h2));
          const hidden = v.clipped ? minus(active, unit(argument)) : active;
          const tensors = [
            ...[tensor('A', p.A), tensor('W1', p.W1), tensor('W2', p.W2)],
            ...[tensor('h1', p.h1), tensor('h2', p.h2), tensor('C', C)],
          ];
          const kind = v.clipped ? ('clippedShPLRNN' as const) : ('shPLRNN' as const);
          const options = { kind, set: { negativeSlope: v.slope, meanCentred: v.centred }, input: s };
          agrees(tensors, { options }, p.z, add(each(p.A, p.z), times(p.W1, hidden), p.h1, times(C, s)));
        },
      ),
    );
  });

  it('dendritic PLRNNs, clipped or not, either sign of the thresholds, either orientation of H', () => {
    fc.assert(
      fc.property(
        fc.record({
          A: vector(M),
          W: matrix(M, M),
          h: vector(M),
          alpha: vector(B),
          H: matrix(B, M),
          z: state,
        }),
        fc.record({
          slope,
          clipped: fc.boolean(),
          centred: fc.boolean(),
          plus: fc.boolean(),
          turned: fc.boolean(),
        }),
        (p, v) => {
          const unit = lrelu(v.slope);
          const z = v.centred ? centre(p.z) : p.z;
          const sum = p.alpha.reduce<Vector>(
            (total, a, b) => {
              const shifted = unit(v.plus ? add(z, p.H[b]!) : minus(z, p.H[b]!));
              const basis = v.clipped ? minus(shifted, unit(z)) : shifted;
              return add(
                total,
                basis.map((x) => a * x),
              );
            },
            p.z.map(() => 0),
          );
          const H = v.turned ? p.z.map((_, i) => p.H.map((row) => row[i]!)) : p.H;
          const tensors = [
            ...[tensor('A', p.A), tensor('W', p.W), tensor('h0', p.h), tensor('alpha', p.alpha)],
            tensor(v.plus ? 'thetas' : 'H', H),
          ];
          const kind = v.clipped ? ('clippedDendPLRNN' as const) : ('dendPLRNN' as const);
          const options = { kind, set: { negativeSlope: v.slope, meanCentred: v.centred } };
          agrees(tensors, { options }, p.z, add(each(p.A, p.z), times(p.W, sum), p.h));
        },
      ),
    );
  });

  it('dendritic PLRNN with trained clipping', () => {
    fc.assert(
      fc.property(
        fc.record({
          AW: matrix(M, M),
          h: vector(M),
          alpha: vector(B),
          H: matrix(B, M),
          clip: matrix(B, M),
          z: state,
        }),
        (p) => {
          const unit = lrelu(0.18);
          const sum = p.alpha.reduce<Vector>(
            (total, a, b) => {
              const shifted = minus(p.z, p.H[b]!);
              const basis = minus(unit(shifted), unit(add(shifted, p.clip[b]!)));
              return add(
                total,
                basis.map((x) => a * x),
              );
            },
            p.z.map(() => 0),
          );
          const A = p.AW.map((row, i) => row[i]!);
          const W = p.AW.map((row, i) => row.map((x, j) => (i === j ? 0 : x)));
          const transposed = (H: Matrix): Matrix => p.z.map((_, i) => H.map((row) => row[i]!));
          const tensors = [
            ...[
              tensor('latent_step.AW', p.AW),
              tensor('latent_step.h', p.h),
              tensor('latent_step.alphas', p.alpha),
            ],
            ...[
              tensor('latent_step.thetas', transposed(p.H)),
              tensor('latent_step.clipping', transposed(p.clip)),
            ],
            ...[tensor('R_x', [1, 1, 1]), tensor('R_z', [1, 1, 1, 1])],
          ];
          agrees(tensors, {}, p.z, add(each(A, p.z), times(W, sum), p.h));
        },
      ),
    );
  });

  it('ReLU RNN: input, biases, leaky units, leak', () => {
    fc.assert(
      fc.property(
        fc.record({
          hh: matrix(M, M),
          ih: matrix(M, K),
          b1: vector(M),
          b2: vector(M),
          s: vector(K),
          z: state,
        }),
        slope,
        fc.constantFrom(1, 0.2),
        (p, a, leak) => {
          const active = lrelu(a)(add(times(p.hh, p.z), times(p.ih, p.s), p.b1, p.b2));
          const tensors = [
            ...[tensor('rnn.weight_hh_l0', p.hh), tensor('rnn.weight_ih_l0', p.ih)],
            ...[tensor('rnn.bias_ih_l0', p.b1), tensor('rnn.bias_hh_l0', p.b2)],
          ];
          const options = { kind: 'reluRNN' as const, set: { negativeSlope: a, leak }, input: p.s };
          agrees(
            tensors,
            { options },
            p.z,
            p.z.map((x, i) => (1 - leak) * x + leak * active[i]!),
          );
        },
      ),
    );
  });
});

describe('canonical maps worked out by hand', () => {
  const A = tensor('A', [0.5, -0.25]);
  const W = tensor('W', [
    [1, 2],
    [3, 4],
  ]);
  const h = tensor('h', [7, 8]);
  const lists = (map: ReturnType<typeof mapOf>) => ({
    ...{ n: map.n, L: map.L, A: [...map.A], B: [...map.B], C: [...map.C], d: [...map.d], g: [...map.g] },
  });

  it('PLRNN', () => {
    assert.deepEqual(lists(mapOf([A, W, h])), {
      ...{ n: 2, L: 2, A: [0.5, 0, 0, -0.25], B: [1, 2, 3, 4], C: [1, 0, 0, 1], d: [0, 0], g: [7, 8] },
    });
  });

  it('AL-RNN: the columns of linear units go to A', () => {
    assert.deepEqual(lists(mapOf([A, W, h], { options: { set: { P: 1 } } })), {
      ...{ n: 2, L: 1, A: [1.5, 0, 3, -0.25], B: [2, 4], C: [0, 1], d: [0], g: [7, 8] },
    });
  });

  it('clipped shallow PLRNN: rows of W2 z + h2, then of W2 z', () => {
    const tensors = [
      A,
      tensor('W1', [[1], [2]]),
      tensor('W2', [[3, 4]]),
      tensor('h1', [5, 6]),
      tensor('h2', [9]),
    ];
    assert.deepEqual(lists(mapOf(tensors, { options: { kind: 'clippedShPLRNN' } })), {
      ...{ n: 2, L: 2, A: [0.5, 0, 0, -0.25], B: [1, -1, 2, -2], C: [3, 4, 3, 4], d: [9, 0], g: [5, 6] },
    });
  });

  it('dendritic PLRNN: a block of rows for each basis', () => {
    const tensors = [A, W, h, tensor('alpha', [2]), tensor('H', [[10, 20]])];
    assert.deepEqual(lists(mapOf(tensors, { options: { kind: 'dendPLRNN' } })), {
      ...{ n: 2, L: 2, A: [0.5, 0, 0, -0.25], B: [2, 4, 6, 8], C: [1, 0, 0, 1], d: [-10, -20], g: [7, 8] },
    });
  });

  it('clipped dendritic PLRNN: the rows of relu(z) come last', () => {
    const tensors = [A, W, h, tensor('alpha', [2]), tensor('H', [[10, 20]])];
    const map = lists(mapOf(tensors, { options: { kind: 'clippedDendPLRNN' } }));
    assert.deepEqual(map.B, [2, 4, -2, -4, 6, 8, -6, -8]);
    assert.deepEqual(map.C, [1, 0, 0, 1, 1, 0, 0, 1]);
    assert.deepEqual(map.d, [-10, -20, 0, 0]);
  });

  it('mean-centring takes the mean off the rows of C, LeakyReLU moves a part into A and g', () => {
    const centred = lists(mapOf([A, W, h], { options: { kind: 'PLRNN', set: { meanCentred: true } } }));
    assert.deepEqual(centred.C, [0.5, -0.5, -0.5, 0.5]);
    const tensors = [
      A,
      tensor('W1', [[1], [2]]),
      tensor('W2', [[3, 4]]),
      tensor('h1', [5, 6]),
      tensor('h2', [8]),
    ];
    const leaky = lists(mapOf(tensors, { options: { kind: 'shPLRNN', set: { negativeSlope: 0.5 } } }));
    assert.deepEqual(leaky, {
      ...{ n: 2, L: 1, A: [2, 2, 3, 3.75], B: [0.5, 1], C: [3, 4], d: [8], g: [9, 14] },
    });
  });

  it('drops what the training codes drop: the diagonal of AW and of W.weight, masked entries', () => {
    const AW = lists(
      mapOf([
        tensor('AW', [
          [0.5, 2],
          [3, -0.25],
        ]),
        h,
      ]),
    );
    assert.deepEqual(
      [AW.A, AW.B],
      [
        [0.5, 0, 0, -0.25],
        [0, 2, 3, 0],
      ],
    );
    const layers = [
      tensor('A.weight', [0.5, -0.25]),
      tensor('W.weight', [
        [1, 2],
        [3, 4],
      ]),
      tensor('W.bias', [7, 8]),
    ];
    const regularised = lists(mapOf(layers));
    assert.deepEqual(
      [regularised.B, regularised.g],
      [
        [0, 2, 3, 0],
        [7, 8],
      ],
    );
    const masked = lists(
      mapOf([
        A,
        W,
        h,
        tensor('W_mask', [
          [0, 1],
          [1, 0],
        ]),
      ]),
    );
    assert.deepEqual(
      [masked.B, masked.C],
      [
        [0, 2, 3, 0],
        [0.5, -0.5, -0.5, 0.5],
      ],
    );
  });

  it('reads matrices that are stored transposed', () => {
    const W1 = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const W2 = [
      [7, 8],
      [9, 10],
      [11, 12],
    ];
    const rest = [A, tensor('h1', [5, 6]), tensor('h2', [1, 2, 3])];
    const turn = (X: Matrix): Matrix => X[0]!.map((_, j) => X.map((row) => row[j]!));
    const options = { kind: 'shPLRNN' as const };
    const plain = mapOf([...rest, tensor('W1', W1), tensor('W2', W2)], { options });
    const turned = mapOf([...rest, tensor('W1', turn(W1)), tensor('W2', turn(W2))], { options });
    assert.deepEqual(lists(turned), lists(plain));
  });
});
