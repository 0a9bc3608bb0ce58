import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/core/errors';
import type { ModelOptions } from '../../src/core/models/types';
import type { ModelKind } from '../../src/core/report/types';
import { analyze } from '../../src/jobs/analyze';
import { Control } from '../../src/jobs/control';
import { loadModel, ModelQuestion, type LoadedModel } from '../../src/jobs/load';
import { stepCanonical } from '../core/models/support';
import { timelineOf } from '../../src/jobs/timeline';
import { runTimelineTask, type RunTimelineTask, type TimelineTask } from '../../src/jobs/timelineWork';
import { seeded } from '../formats/helpers';
import { compound, FLOAT32, JuliaWriter, REFERENCE } from '../formats/julia/juliaWriter';
import { MatWriter } from '../formats/matlab/matWriter';
import { columnMajor, concat, op, packed, safetensorsFile, torchFile } from '../formats/writers';
import { fixtures } from '../formats/sources';
import { folder, textSource } from '../runs/support';

/*
 * One file as each training code writes it, with what lies beside it, and one step of the map that it holds, worked
 * out here by the code's own equation from the values in memory. Matrices are neither symmetric nor square where
 * they need not be, so that a transposed one, a wrong sign or a forgotten diagonal gives another step.
 */

type Vector = readonly number[];
type Matrix = readonly Vector[];

const random = seeded(20_251_128);
/** Numbers that float32 holds exactly. */
const number = (): number => Math.fround((random() / 2 ** 32) * 2 - 1);
const vector = (n: number): Vector => Array.from({ length: n }, number);
const matrix = (rows: number, columns: number): Matrix => Array.from({ length: rows }, () => vector(columns));

const times = (a: Matrix, x: Vector): number[] =>
  a.map((row) => row.reduce((sum, value, j) => sum + value * x[j]!, 0));
const sum = (...terms: readonly Vector[]): number[] =>
  terms[0]!.map((_, i) => terms.reduce((total, term) => total + term[i]!, 0));
const each = (a: Vector, x: Vector): number[] => a.map((value, i) => value * x[i]!);
const less = (a: Vector, b: Vector): number[] => a.map((value, i) => value - b[i]!);
const relu = (x: Vector): number[] => x.map((value) => Math.max(value, 0));
const leaky = (x: Vector): number[] => x.map((value) => (value > 0 ? value : 0.18 * value));
const lastReLU = (P: number, x: Vector): number[] =>
  x.map((value, i) => (i < x.length - P ? value : Math.max(value, 0)));
const centred = (x: Vector): number[] => {
  const mean = x.reduce((total, value) => total + value, 0) / x.length;
  return x.map((value) => value - mean);
};
const column = (a: Matrix, j: number): number[] => a.map((row) => row[j]!);
const diagonal = (a: Matrix): number[] => a.map((row, i) => row[i]!);
const hollow = (a: Matrix): Matrix => a.map((row, i) => row.map((value, j) => (i === j ? 0 : value)));
/** Sum over bases b of alpha_b times the basis. */
const weighted = (alpha: Vector, basis: (b: number) => Vector): number[] =>
  sum(...alpha.map((weight, b) => basis(b).map((value) => weight * value)));

interface Written {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
const flat = (value: Vector | Matrix): Written =>
  Array.isArray(value[0])
    ? { shape: [value.length, (value[0] as Vector).length], values: (value as Matrix).flat() }
    : { shape: [value.length], values: value as Vector };

type Named = Readonly<Record<string, Vector | Matrix>>;

/** A state dict as torch.save writes it. */
function torch(parameters: Named): Uint8Array {
  const storages: Record<string, Uint8Array> = {};
  const pairs = Object.entries(parameters).map(([name, value], key) => {
    const { shape, values } = flat(value);
    storages[String(key)] = packed(values, 'float32');
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((product, extent) => product * extent, 1));
    return [name, op.tensor('FloatStorage', String(key), values.length, 0, shape, strides)] as const;
  });
  return torchFile(op.dict(...pairs), storages);
}

function safetensors(parameters: Named): Uint8Array {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, value] of Object.entries(parameters)) {
    const { shape, values } = flat(value);
    const data = packed(values, 'float32');
    header[name] = { dtype: 'F32', shape, data_offsets: [at, (at += data.length)] };
    parts.push(data);
  }
  return safetensorsFile(header, concat(...parts));
}

/** MATLAB v5: column-major doubles; vectors are columns. */
function matlab(parameters: Named, ...more: readonly Uint8Array[]): Uint8Array {
  const writer = new MatWriter(true);
  const variables = Object.entries(parameters).map(([name, value]) => {
    const { shape, values } = flat(value);
    const extents = shape.length === 1 ? [shape[0]!, 1] : shape;
    return writer.array(name, 6, extents, 9, packed(columnMajor(values, extents), 'float64'));
  });
  return writer.file(...variables, ...more);
}

const prefixed = (prefix: string, parameters: Named): Named =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [prefix + name, value]));

const pickled = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(fixtures, 'formats/pickle', name)));
const julia = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(fixtures, 'formats/julia', name)));

/** Values that a file of fixtures/formats/julia was written from. */
function juliaValues(name: string, prefix = 'model.0.'): (parameter: string) => Matrix {
  const expected = JSON.parse(readFileSync(join(fixtures, 'formats/julia/expected.json'), 'utf8')) as Record<
    string,
    { tensors: Record<string, { shape: number[]; values: number[] }> }
  >;
  return (parameter) => {
    const { shape, values } = expected[name]!.tensors[prefix + parameter]!;
    const [rows = 0, columns = 1] = shape;
    return Array.from({ length: rows }, (_, i) => values.slice(i * columns, (i + 1) * columns));
  };
}

interface Row {
  readonly code: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly beside?: Readonly<Record<string, Uint8Array | string>>;
  readonly folders?: string[];
  readonly options?: ModelOptions;
  readonly kind: ModelKind;
  readonly step: (z: Vector) => Vector;
}

function load({ name, bytes, beside = {}, folders = [], options = {} }: Omit<Row, 'step' | 'kind' | 'code'>) {
  return loadModel(textSource(name, bytes), folder(beside, folders), options, () =>
    Promise.resolve('sha256:0'),
  );
}

async function agrees(row: Row): Promise<LoadedModel> {
  const model = await load(row);
  assert.equal(model.model.kind, row.kind);
  for (let i = 0; i < 50; i++) {
    const z = Array.from({ length: model.map.n }, () => 3 * number());
    const expected = row.step(z);
    const found = stepCanonical(model.map, z);
    assert.equal(found.length, expected.length);
    expected.forEach((value, k) => {
      assert.ok(
        Math.abs(found[k]! - value) <= 1e-12 * (1 + Math.abs(value)),
        `${found.join()} ${expected.join()}`,
      );
    });
  }
  return model;
}

/** The files of the Julia training codes, which are in fixtures/formats/julia. */
function juliaRows(): Row[] {
  const of = (
    name: string,
    kind: ModelKind,
    step: (get: (parameter: string) => Matrix, z: Vector) => Vector,
    { options = {}, prefix = 'model.0.' }: { options?: ModelOptions; prefix?: string } = {},
  ): Row => {
    const get = juliaValues(name, prefix);
    return { code: name, name, bytes: julia(name), kind, options, step: (z) => step(get, z) };
  };
  const one = (value: Matrix): number[] => column(value, 0);
  const input = [0.75, -1.5];
  /** Of the last two units: P = 2 in both files. */
  const almostLinear = (p: (parameter: string) => Matrix, z: Vector): Vector =>
    sum(each(one(p('A')), z), times(p('W'), lastReLU(2, z)), one(p('h')));
  return [
    of('plrnn_model_500.bson', 'PLRNN', (p, z) =>
      sum(each(one(p('A')), z), times(p('W'), relu(z)), one(p('h'))),
    ),
    of(
      'mcplrnn_model_500.bson',
      'PLRNN',
      (p, z) => sum(each(one(p('A')), z), times(p('W'), relu(centred(z))), one(p('h')), times(p('C'), input)),
      { options: { input } },
    ),
    of('dendplrnn_model_500.bson', 'dendPLRNN', (p, z) =>
      sum(
        each(one(p('A')), z),
        times(
          p('W'),
          weighted(one(p('alpha')), (b) => relu(less(z, column(p('H'), b)))),
        ),
        one(p('h')),
      ),
    ),
    of('dendplrnn_square_model_500.bson', 'clippedDendPLRNN', (p, z) =>
      sum(
        each(one(p('A')), z),
        times(
          p('W'),
          weighted(one(p('alpha')), (b) => less(relu(less(z, column(p('H'), b))), relu(z))),
        ),
        one(p('h')),
      ),
    ),
    of('shallowplrnn_model_500.bson', 'shPLRNN', (p, z) =>
      sum(each(one(p('A')), z), times(p('W1'), relu(sum(times(p('W2'), z), one(p('h2'))))), one(p('h1'))),
    ),
    of('clippedshallowplrnn_model_500.bson', 'clippedShPLRNN', (p, z) => {
      const hidden = times(p('W2'), z);
      return sum(
        each(one(p('A')), z),
        times(p('W1'), less(relu(sum(hidden, one(p('h2')))), relu(hidden))),
        one(p('h1')),
      );
    }),
    of('prune_model_3.bson', 'PLRNN', (p, z) => {
      const masked = p('W').map((row, i) => each(row, p('W_mask')[i]!));
      return sum(each(one(p('A')), z), times(masked, relu(centred(z))), one(p('h')));
    }),
    of('alrnn_model_500.bson', 'ALRNN', almostLinear),
    of('dynamix_v1.bson', 'ALRNN', almostLinear, {
      options: { set: { group: 'model.0.experts.1' } },
      prefix: 'model.0.experts.1.',
    }),
    of('flux_rnn_relu.bson', 'reluRNN', (p, z) => relu(sum(times(p('W_hh'), z), one(p('b')))), {
      prefix: 'model.cell.',
    }),
  ];
}

function pythonRows(): Row[] {
  const [M, L, B, K] = [4, 6, 3, 2];
  const AW = matrix(M, M);
  const [h, h1, h2, alphas] = [vector(M), vector(M), vector(L), vector(B)];
  const [W1, W2] = [matrix(M, L), matrix(L, M)];
  const thetas = matrix(M, B);
  const clipping = matrix(M, B);
  const C = matrix(M, K);
  const observation = matrix(3, M);
  const A = diagonal(AW);
  const dendritic = { AW, h, thetas, alphas };
  /** dendPLRNN of the code with back-propagation: thetas are added. */
  const plus = (z: Vector): number[] => weighted(alphas, (b) => relu(sum(z, column(thetas, b))));
  const bptt = prefixed('latent_model.latent_step.', dendritic);
  const readout = { 'output_layer.weight': observation };
  const shallow = { A, W1, W2, h1, h2 };
  const shallowStep = (z: Vector): number[] => sum(each(A, z), times(W1, relu(sum(times(W2, z), h2))), h1);
  const input = [0.5, -2];
  const linear = { A, W: AW, h };
  const experts = [0, 1].map(() => ({ A: vector(M), W: matrix(M, M), h: vector(M) }));
  const clippedExperts = [0, 1].map(() => ({
    A: vector(M),
    W1: matrix(M, L),
    W2: matrix(L, M),
    h1: vector(M),
    h2: vector(L),
  }));
  const named = (list: readonly Named[]): Named =>
    Object.assign({}, ...list.map((one, j) => prefixed(`experts.${j}.`, one))) as Named;
  const gate = {
    'gating_network.D': matrix(3, 3),
    'gating_network.softmax_temp1': vector(1),
    B: observation,
  };
  return [
    {
      code: 'dendPLRNN with back-propagation, said to be dendr-PLRNN and centred by hypers.pkl',
      name: 'model_500.pt',
      bytes: torch({ ...bptt, ...readout }),
      beside: { 'hypers.pkl': pickled('hypers_dendr.pkl') },
      kind: 'dendPLRNN',
      step: (z) => {
        const basis = weighted(alphas, (b) => relu(sum(centred(z), column(thetas, b))));
        return sum(each(A, z), times(hollow(AW), basis), h);
      },
    },
    {
      code: 'the same state dict, said to be clipped-PLRNN by another hypers.pkl',
      name: 'model_500.pt',
      bytes: torch({ ...bptt, ...readout }),
      beside: { 'hypers.pkl': pickled('hypers_clipped.pkl') },
      kind: 'clippedDendPLRNN',
      step: (z) => {
        const total = alphas.reduce((a, b) => a + b, 0);
        const clipped = less(
          plus(z),
          relu(z).map((value) => total * value),
        );
        return sum(each(A, z), times(hollow(AW), clipped), h);
      },
    },
    {
      code: 'the same code without bases',
      name: 'model_25.pt',
      bytes: torch({ ...prefixed('latent_model.latent_step.', { AW, h }), ...readout }),
      beside: { 'hypers.pkl': pickled('hypers_plrnn.pkl') },
      kind: 'PLRNN',
      step: (z) => sum(each(A, z), times(hollow(AW), relu(z)), h),
    },
    {
      code: 'the same code with lines of text beside it',
      name: 'model_25.pt',
      bytes: torch({ ...prefixed('latent_model.latent_step.', { AW, h }), ...readout }),
      beside: { 'hypers.txt': 'latent_model PLRNN\nmean_centering 1\nclip_range 10\n' },
      kind: 'PLRNN',
      step: (z) => sum(each(A, z), times(hollow(AW), relu(centred(z))), h),
    },
    {
      code: 'multimodal model, where AW is A once more',
      name: 'model_10.pt',
      bytes: torch({
        ...prefixed('latent_model.latent_step.', { ...shallow, AW: A, C }),
        'encoder.0.weight': matrix(5, 3),
        'decoder.linear.weight': observation,
      }),
      options: { input },
      kind: 'shPLRNN',
      step: (z) => sum(shallowStep(z), times(C, input)),
    },
    {
      code: 'the chaos code, without the prefix, its bases added',
      name: 'model_10.pt',
      bytes: torch({ ...prefixed('latent_step.', dendritic), 'obs_model.weight': observation }),
      options: { kind: 'dendPLRNN' },
      kind: 'dendPLRNN',
      step: (z) => sum(each(A, z), times(hollow(AW), plus(z)), h),
    },
    {
      code: 'the chaos code, an nn.RNN that was said to be ReLU',
      name: 'model_10.pt',
      bytes: torch({
        ...prefixed('latent_step.', {
          weight_ih_l0: C,
          weight_hh_l0: AW,
          bias_ih_l0: h,
          bias_hh_l0: h1,
        }),
        'obs_model.weight': observation,
      }),
      options: { input, set: { nonlinearity: 'relu' } },
      kind: 'reluRNN',
      step: (z) => relu(sum(times(AW, z), h, h1, times(C, input))),
    },
    {
      code: 'variational dendPLRNN: thresholds taken away, LeakyReLU, observation.B transposed',
      name: 'gen_model_40.pt',
      bytes: torch({
        ...{ R_x: vector(3), R_z: vector(M), R_z0: vector(M), z0: vector(M) },
        ...prefixed('latent_step.', dendritic),
        'observation.B': matrix(M, 3),
      }),
      options: { kind: 'dendPLRNN' },
      kind: 'dendPLRNN',
      step: (z) => {
        const basis = weighted(alphas, (b) => leaky(less(z, column(thetas, b))));
        return sum(each(A, z), times(hollow(AW), basis), h);
      },
    },
    {
      code: 'variational dendPLRNN with trained clipping',
      name: 'gen_model_40.pt',
      bytes: torch({
        ...{ R_x: vector(3), R_z: vector(M), R_z0: vector(M), z0: vector(M) },
        ...prefixed('latent_step.', { ...dendritic, clipping }),
        'observation.B': matrix(M, 3),
      }),
      kind: 'clippedDendPLRNN',
      step: (z) => {
        const basis = weighted(alphas, (b) => {
          const shifted = less(z, column(thetas, b));
          return less(leaky(shifted), leaky(sum(shifted, column(clipping, b))));
        });
        return sum(each(A, z), times(hollow(AW), basis), h);
      },
    },
    {
      code: 'multimodal variational PLRNN: W with its diagonal',
      name: 'best_loss_gen_model.pt',
      bytes: torch({
        ...linear,
        C,
        ...{ J: matrix(3, 1), R_x: vector(3), R_z: vector(M), R_z0: vector(M), mu0: vector(M) },
        ...{ B: observation, beta: vector(2) },
      }),
      options: { input },
      kind: 'PLRNN',
      step: (z) => sum(each(A, z), times(AW, relu(z)), h, times(C, input)),
    },
    {
      code: 'regularised PLRNN: W without its diagonal, its bias is h',
      name: 'model_after_120_epochs.pt',
      bytes: torch({
        'A.weight': A,
        'W.weight': AW,
        'W.bias': h,
        'B.weight': observation,
        mu0: vector(M),
        'CLinear.weight': C,
      }),
      options: { input },
      kind: 'PLRNN',
      step: (z) => sum(each(A, z), times(hollow(AW), relu(z)), h, times(C, input)),
    },
    {
      code: 'shallow PLRNN of the tutorial',
      name: 'pretrained-shPLRNN.pt',
      bytes: torch(shallow),
      kind: 'shPLRNN',
      step: shallowStep,
    },
    {
      code: 'AL-RNN whose P is in its name and whose A is a view of the diagonal of a matrix',
      name: 'lorenz_m20_p2',
      ...strided(),
      kind: 'ALRNN',
    },
    {
      code: 'mixture of almost-linear experts with its configuration one folder up',
      name: 'final_model.safetensors',
      bytes: safetensors({ ...named(experts), ...gate }),
      beside: {
        '../config.json':
          '{"expert_type": "almost_linear_rnn", "latent_dim": 4, "pwl_units": 2, "experts": 2}',
      },
      options: { set: { group: 'experts.1' } },
      kind: 'ALRNN',
      step: (z) => sum(each(experts[1]!.A, z), times(experts[1]!.W, lastReLU(2, z)), experts[1]!.h),
    },
    {
      code: 'mixture of clipped shallow experts',
      name: 'checkpoint_epoch_30.safetensors',
      bytes: safetensors({ ...named(clippedExperts), ...gate }),
      beside: {
        '../config.json': '{"expert_type": "clipped_shallow_plrnn", "latent_dim": 4, "hidden_dim": 6}',
      },
      options: { set: { group: 'experts.1' } },
      kind: 'clippedShPLRNN',
      step: (z) => {
        const own = clippedExperts[1]!;
        const hidden = times(own.W2, z);
        return sum(each(own.A, z), times(own.W1, less(relu(sum(hidden, own.h2)), relu(hidden))), own.h1);
      },
    },
  ];
}

/** A = torch.diagonal(full): 20 elements, stride 21, in a storage of 400. */
function strided(): Pick<Row, 'bytes' | 'step'> {
  const [M, P] = [20, 2];
  const [full, W, h] = [matrix(M, M), matrix(M, M), vector(M)];
  const B = matrix(3, M);
  const tensor = (key: string, elements: number, shape: number[], strides: number[]): number[] =>
    op.tensor('FloatStorage', key, elements, 0, shape, strides);
  return {
    bytes: torchFile(
      op.dict(
        ['A', tensor('0', M * M, [M], [M + 1])],
        ['W', tensor('1', M * M, [M, M], [M, 1])],
        ['h', tensor('2', M, [M], [1])],
        ['B', tensor('3', 3 * M, [3, M], [M, 1])],
      ),
      Object.fromEntries([full, W, [h], B].map((value, key) => [key, packed(value.flat(), 'float32')])),
    ),
    step: (z) => sum(each(diagonal(full), z), times(W, lastReLU(P, z)), h),
  };
}

function matlabRows(): Row[] {
  const [M, K] = [4, 3];
  const diagonalOf = (a: Vector): Matrix => a.map((value, i) => a.map((_, j) => (i === j ? value : 0)));
  const A = vector(M);
  const W = matrix(M, M);
  const h = vector(M);
  const C = matrix(M, K);
  const [S, G, mu0] = [matrix(M, M), matrix(3, 3), vector(M)];
  const writer = new MatWriter(true);
  /** Whole numbers are stored in the smallest type that holds them. */
  const threshold = [3, 0, 1, 200];
  const small = writer.array('h', 6, [M, 1], 2, packed(threshold, 'uint8'));
  const start = writer.cell('mu0', [1, 1], writer.array('', 6, [M, 1], 9, packed(mu0, 'float64')));
  const input = [0.5, -1, 2];
  const force = [0.25, -0.5, 1, 2];
  return [
    {
      code: 'EM code in MATLAB: A a full diagonal matrix, h outside, inputs by C',
      name: 'PLRNN.mat',
      bytes: matlab({ A: diagonalOf(A), W, h, C, B: matrix(3, M), S, G, mu0, tau: [0.5], reg: [1] }),
      options: { input },
      kind: 'PLRNN',
      step: (z) => sum(each(A, z), times(W, relu(z)), h, times(C, input)),
    },
    {
      code: 'state-space code of 2017 in MATLAB: h inside, stored as uint8, mu0 in a cell, inputs added',
      name: 'PLRNNoscParam.mat',
      bytes: matlab({ A: diagonalOf(A), W, B: matrix(3, M), S, G, InpVal: matrix(M, 5) }, small, start),
      options: { input: force },
      kind: 'PLRNN',
      step: (z) => sum(each(A, z), times(W, relu(less(z, threshold))), force),
    },
  ];
}

/** Files without a code of their own: other names, other layouts. */
function otherRows(): Row[] {
  const A = vector(3);
  const [W1, W2, h1, h2] = [matrix(3, 5), matrix(5, 3), vector(3), vector(5)];
  const W = matrix(3, 3);
  const h = vector(3);
  const shallowStep = (z: Vector): Vector => sum(each(A, z), times(W1, relu(sum(times(W2, z), h2))), h1);
  const file = new JuliaWriter();
  const turned = (value: Matrix | Vector): number => {
    const { shape, values } = flat(value);
    return file.floats(shape, columnMajor(values, shape));
  };
  const epochs = [1, 2, 3].map(() => ({ A: vector(3), W: matrix(3, 3), h: vector(3) }));
  const trajectory = file.file({
    A: file.references(epochs.map((epoch) => turned(epoch.A))),
    W: file.references(epochs.map((epoch) => turned(epoch.W))),
    h: file.references(epochs.map((epoch) => turned(epoch.h))),
    Loss: file.dataset([3], FLOAT32, packed([3, 2, 1], 'float32')),
  });
  return [
    {
      code: 'safetensors with subscripts and Greek letters',
      name: 'weights.safetensors',
      bytes: safetensors({ A, 'W₁': W1, W_2: W2, 'h₁': h1, h_2: h2 }),
      kind: 'shPLRNN',
      step: shallowStep,
    },
    {
      code: 'JSON with A and W in one matrix',
      name: 'weights.json',
      bytes: concat(JSON.stringify({ AW: W, h })),
      kind: 'PLRNN',
      step: (z) => sum(each(diagonal(W), z), times(hollow(W), relu(z)), h),
    },
    {
      code: 'a whole training run in one JLD2 file, its second epoch',
      name: 'BS15_001.jld2',
      bytes: trajectory,
      options: { epoch: 2 },
      kind: 'PLRNN',
      step: (z) => {
        const own = epochs[1]!;
        return sum(each(own.A, z), times(own.W, relu(z)), own.h);
      },
    },
  ];
}

describe('files of the training codes give the map that their own equation gives', () => {
  for (const row of [...juliaRows(), ...pythonRows(), ...matlabRows(), ...otherRows()])
    it(`${row.code} (${row.kind})`, async () => {
      await agrees(row);
    });
});

describe('files of the training codes that do not decide', () => {
  const dendritic = { AW: matrix(4, 4), h: vector(4), thetas: matrix(4, 3), alphas: vector(3) };
  const question = async (row: Omit<Row, 'step' | 'kind' | 'code'>): Promise<string> => {
    try {
      await load(row);
    } catch (error) {
      assert.ok(error instanceof ModelQuestion, String(error));
      return error.message;
    }
    throw new assert.AssertionError({ message: 'nothing was asked' });
  };

  it('dendPLRNN without hypers.pkl: asked, with the same weights', async () => {
    const bytes = torch(prefixed('latent_model.latent_step.', dendritic));
    assert.match(await question({ name: 'model_500.pt', bytes }), /with and without clipping/);
  });

  it('AL-RNN without a P: asked', async () => {
    const bytes = torch({ A: vector(3), W: matrix(3, 3), h: vector(3) });
    assert.match(await question({ name: 'alrnn_lorenz.pt', bytes }), /how many of the 3 units/);
  });

  it('a mixture of experts: asked which one', async () => {
    const one = { A: vector(3), W: matrix(3, 3), h: vector(3) };
    const bytes = safetensors({ ...prefixed('experts.0.', one), ...prefixed('experts.1.', one) });
    assert.match(await question({ name: 'final_model.safetensors', bytes }), /mixture of 2 experts/);
  });

  it('the clamp of the state in training is mentioned, from hypers.pkl', async () => {
    const { model } = await load({
      name: 'model_500.pt',
      bytes: torch(prefixed('latent_model.latent_step.', dendritic)),
      beside: { 'hypers.pkl': pickled('hypers_dendr.pkl') },
    });
    assert.match(model.notes.join('\n'), /clamps states to \[-10, 10\] \(hypers\.pkl\)/);
  });

  /** z' = 0.5 z + h: a fixed point at 2 h. */
  const halving = (h: number): Promise<LoadedModel> => {
    const AW = [
      [0.5, 0],
      [0, 0.5],
    ];
    return load({
      name: 'model_500.pt',
      bytes: torch(prefixed('latent_model.latent_step.', { AW, h: [1, h] })),
      beside: { 'hypers.pkl': pickled('hypers_plrnn.pkl') },
    });
  };

  it('and objects that touch it are named: they are none of the trained network', async () => {
    // One coordinate is at 12 and beyond the clip, then none.
    const analysed = async (h: number): Promise<readonly string[]> => {
      const model = await halving(h);
      const report = await analyze(
        model,
        { maxOrder: 1, seed: 1, certify: true, timeLimit: 60, threads: 1, memoryLimitMB: 256 },
        {
          version: '0',
          control: new Control(new Int32Array(new SharedArrayBuffer(4)), 60),
          onEvent: () => undefined,
        },
      );
      assert.equal(report.orders[0]?.cycles.length, 1);
      return report.warnings;
    };
    assert.match((await analysed(6)).join('\n'), /^FP1 touches the clip of the training code at 10: /m);
    assert.doesNotMatch((await analysed(4)).join('\n'), /touches the clip/);
  });

  it('and branches of a run, with the checkpoints where they do', async () => {
    const checkpoints = await Promise.all(
      [4, 6, 7].map(async (h, i) => ({
        ...{ epoch: 10 * i, file: `model_${String(10 * i)}.pt`, entry: null },
        model: await halving(h),
      })),
    );
    const control = new Control(new Int32Array(new SharedArrayBuffer(4)), 60);
    const made = await timelineOf(
      {
        ...{ name: 'run', axis: 'epoch', pair: null, loss: null, lossOffset: 0, forcing: null },
        ...{ hyperparameters: {}, warnings: [] },
      },
      checkpoints,
      [],
      {},
      {
        ...{ maxOrder: 1, seed: 1, certify: true, timeLimit: 60, threads: 1, memoryLimitMB: 256, every: 1 },
        ...{ jumps: { change: 0.1, z: 8 }, association: {} },
      },
      {
        ...{ version: '0', control, cache: null, threads: 1, onEvent: () => undefined },
        hash: () => Promise.resolve('sha256:'),
        runTask: ((task: TimelineTask) => runTimelineTask(task, control.stop)) as RunTimelineTask,
      },
    );
    const touch = /^B1 touches the clip of the training code at 10/;
    assert.deepEqual(
      made.checkpoints.map(({ warnings }) => warnings.filter((text) => touch.test(text)).length),
      [0, 1, 1],
    );
    assert.deepEqual(
      made.warnings.filter((text) => touch.test(text)),
      [
        'B1 touches the clip of the training code at 10 in 2 of 3 checkpoints, the first at epoch 10: there it is no orbit of the network as it was trained.',
      ],
    );
  });

  it('but not where the step has none: that of the clipped model', async () => {
    const { model } = await load({
      name: 'model_500.pt',
      bytes: torch(prefixed('latent_model.latent_step.', dendritic)),
      beside: { 'hypers.pkl': pickled('hypers_clipped.pkl') },
    });
    assert.doesNotMatch(model.notes.join('\n'), /clamp/);
  });
});

describe('files of the training codes that hold no map', () => {
  const refused = async (row: Omit<Row, 'step' | 'kind' | 'code'>): Promise<string> => {
    try {
      await load(row);
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      assert.ok(error.remedy.length > 5);
      return error.message;
    }
    throw new assert.AssertionError({ message: 'it was read' });
  };

  it('a deep PLRNN of Julia', async () => {
    const name = 'deepplrnn_model_500.bson';
    assert.match(await refused({ name, bytes: julia(name) }), /deep PLRNN.*stack of ReLU layers/);
  });

  it('a Flux RNN with tanh', async () => {
    const name = 'flux_rnn_tanh.bson';
    assert.match(await refused({ name, bytes: julia(name) }), /tanh is not piecewise linear/);
  });

  it('a continuous-time PLRNN: one component array, named in args.json or not', async () => {
    const file = new JuliaWriter();
    const type = compound(8, [['data', 0, REFERENCE]]);
    const committed = file.commit('ComponentArrays.ComponentArray', type);
    const p = file.dataset(null, type, packed([file.floats([8], vector(8))], 'uint64'), committed);
    const st = file.group({ B: file.floats([2, 3], vector(6)) });
    const bytes = file.file({ p, st });
    const args = { '../args.json': '{"model": "contALRNN", "latent_dim": 2, "pwl_units": 1, "N": 3}' };
    for (const beside of [args, {}])
      assert.match(
        await refused({ name: 'epoch_70.jld2', bytes, beside }),
        /continuous-time.*differential equation/,
      );
  });
});
