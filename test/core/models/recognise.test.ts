import assert from 'node:assert/strict';
import { InputError } from '../../../src/core/errors';
import { recognise } from '../../../src/core/models/index';
import type { Hint, ModelOptions, Recognised, Recognition } from '../../../src/core/models/types';
import { interpretedAs, otherKind, withoutFlags } from '../../../src/protocol/interpretations';
import type { Scalar, TensorInfo } from '../../../src/core/tensor';

type Shapes = Readonly<Record<string, readonly number[]>>;

function infos(shapes: Shapes): TensorInfo[] {
  return Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
}
function ask(
  shapes: Shapes,
  options: ModelOptions = {},
  hints: Hint[] = [],
  scalars: Scalar[] = [],
): Recognition {
  return recognise(infos(shapes), scalars, hints, options);
}
function known(
  shapes: Shapes,
  options: ModelOptions = {},
  hints: Hint[] = [],
  scalars: Scalar[] = [],
): Recognised {
  const result = ask(shapes, options, hints, scalars);
  assert.equal(result.status, 'recognised', JSON.stringify(result));
  return result as Recognised;
}
const sidecar = (values: Record<string, number | string | boolean>): Hint[] =>
  Object.entries(values).map(([name, value]) => ({ name, value, origin: 'args.json' }));
const prefixed = (prefix: string, shapes: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]));

const plain = { A: [4], W: [4, 4], h: [4] };
const shallow = { A: [3], W1: [3, 7], W2: [7, 3], h1: [3], h2: [7] };
const dendritic = { A: [5], W: [5, 5], h: [5], alpha: [3], H: [3, 5] };
const torchRnn = {
  'rnn.weight_ih_l0': [6, 2],
  'rnn.weight_hh_l0': [6, 6],
  'rnn.bias_ih_l0': [6],
  'rnn.bias_hh_l0': [6],
};

describe('recognition from names and shapes, as training codes write them', () => {
  it('takes a model for the other architecture with its tensors when told so, and back', () => {
    const files: [Shapes, ModelOptions, string][] = [
      [plain, {}, 'ALRNN'],
      [shallow, {}, 'clippedShPLRNN'],
      [dendritic, { kind: 'dendPLRNN' }, 'clippedDendPLRNN'],
    ];
    for (const [shapes, given, expected] of files) {
      const first = known(shapes, given);
      const other = otherKind(first.kind)!;
      assert.equal(other, expected);
      // The number of ReLU units of an AL-RNN is asked for, as for any file that does not say.
      const answer = { ...interpretedAs(other), ...(other === 'ALRNN' ? { set: { P: 2 } } : {}) };
      assert.equal(known(shapes, answer).kind, other);
      const back = interpretedAs(otherKind(other)!);
      assert.equal(known(shapes, { ...answer, ...back }).kind, first.kind);
    }
    assert.equal(otherKind('reluRNN'), null);
  });

  it('says that a shallow PLRNN is taken as unclipped where only a name tells its kind', () => {
    const named = (value: string, origin: string): string[] => [
      ...known(shallow, {}, [{ name: 'model', value, origin }]).assumptions,
    ];
    assert.match(named('shPLRNN', 'file name').join(), /taken as unclipped/);
    assert.deepEqual(named('unclipped shPLRNN', 'file name'), []);
    assert.deepEqual(named('shPLRNN', 'args.json'), []);
  });

  it('names the flags of the command line in brackets that a panel can leave out', () => {
    const [assumed] = known(plain).assumptions;
    assert.match(assumed!, /--model ALRNN/);
    assert.match(withoutFlags(assumed!), /an AL-RNN has the same tensors\.$/);
    const open = ask({ x: [3] });
    assert.equal(
      open.status === 'unrecognised' && withoutFlags(open.remedy),
      'Name the tensor that holds each parameter.',
    );
  });

  const rows: readonly {
    code: string;
    shapes: Shapes;
    hints?: Hint[];
    scalars?: Scalar[];
    options?: ModelOptions;
    kind: Recognised['kind'];
    tensors: Readonly<Record<string, string>>;
    also?: Partial<Pick<Recognised, 'reluUnits' | 'inputDim' | 'stateDim' | 'equation'>>;
    values?: Recognised['values'];
    variant?: Partial<Recognised['variant']>;
  }[] = [
    {
      code: 'a JSON model',
      shapes: plain,
      scalars: [{ name: 'model', value: 'PLRNN' }],
      kind: 'PLRNN',
      tensors: { A: 'A', W: 'W', h: 'h' },
      also: { reluUnits: 4, stateDim: 4, inputDim: 0, equation: "z' = A z + W relu(z) + h" },
    },
    {
      code: 'a JSON AL-RNN with its variant beside',
      shapes: plain,
      scalars: [
        { name: 'model', value: 'ALRNN' },
        { name: 'P', value: 3 },
        { name: 'variant.negativeSlope', value: 0.1 },
      ],
      kind: 'ALRNN',
      tensors: { A: 'A', W: 'W', h: 'h' },
      also: { reluUnits: 3 },
      values: { P: 3 },
      variant: { negativeSlope: 0.1 },
    },
    {
      code: 'GTF-shPLRNN with external inputs',
      shapes: { ...shallow, C: [3, 2], B: [2, 3] },
      hints: sidecar({ model: 'shallowPLRNN' }),
      kind: 'shPLRNN',
      tensors: { A: 'A', W1: 'W1', W2: 'W2', h1: 'h1', h2: 'h2', C: 'C' },
      also: { reluUnits: 7, inputDim: 2, equation: "z' = A z + W1 relu(W2 z + h2) + h1 + C s" },
    },
    {
      code: 'GTF-shPLRNN, mean-centred',
      shapes: plain,
      hints: sidecar({ model: 'mcPLRNN' }),
      kind: 'PLRNN',
      tensors: { A: 'A', W: 'W', h: 'h' },
      variant: { meanCentred: true },
    },
    {
      code: 'GTF-shPLRNN, dendritic, H with a column per basis',
      shapes: { A: [5], W: [5, 5], h: [5], α: [3], H: [5, 3] },
      hints: sidecar({ model: 'clippedDendPLRNN' }),
      kind: 'clippedDendPLRNN',
      tensors: { A: 'A', W: 'W', h: 'h', alpha: 'α', H: 'H' },
      also: { reluUnits: 20 },
      values: { thresholdSign: -1, transposed: 'H' },
    },
    {
      code: 'subscripts',
      shapes: { A: [3], 'W₁': [3, 7], 'W₂': [7, 3], 'h₁': [3], 'h₂': [7] },
      kind: 'shPLRNN',
      tensors: { A: 'A', W1: 'W₁', W2: 'W₂', h1: 'h₁', h2: 'h₂' },
    },
    {
      code: 'underscores',
      shapes: { A: [3], W_1: [3, 7], W_2: [7, 3], h_1: [3], h_2: [7] },
      kind: 'shPLRNN',
      tensors: { A: 'A', W1: 'W_1', W2: 'W_2', h1: 'h_1', h2: 'h_2' },
    },
    {
      code: 'Python AL-RNN whose P stands in its name',
      shapes: { ...plain, B: [2, 4] },
      hints: [{ name: 'P', value: 2, origin: 'file name' }],
      kind: 'ALRNN',
      tensors: { A: 'A', W: 'W', h: 'h' },
      values: { P: 2 },
    },
    {
      code: 'DynaMix, one expert of clipped shallow type',
      shapes: { ...prefixed('experts.0.', shallow), ...prefixed('experts.1.', shallow), B: [3, 3] },
      hints: sidecar({ expert_type: 'clipped_shallow_plrnn' }),
      options: { set: { group: 'experts.1' } },
      kind: 'clippedShPLRNN',
      tensors: {
        A: 'experts.1.A',
        W1: 'experts.1.W1',
        W2: 'experts.1.W2',
        h1: 'experts.1.h1',
        h2: 'experts.1.h2',
      },
    },
    {
      code: 'BPTT-TF with its hypers: AW, thetas that are added, M x B',
      shapes: prefixed('latent_model.latent_step.', { AW: [4, 4], h: [4], thetas: [4, 4], alphas: [4] }),
      hints: sidecar({ latent_model: 'dendr-PLRNN', mean_centering: '1', clip_range: '10' }),
      kind: 'dendPLRNN',
      tensors: {
        AW: 'latent_model.latent_step.AW',
        h: 'latent_model.latent_step.h',
        alpha: 'latent_model.latent_step.alphas',
        H: 'latent_model.latent_step.thetas',
      },
      values: { thresholdSign: 1, transposed: 'H' },
      variant: { meanCentred: true },
    },
    {
      code: 'BPTT-TF clipped',
      shapes: prefixed('latent_model.latent_step.', { AW: [4, 4], h: [4], thetas: [4, 2], alphas: [2] }),
      hints: sidecar({ latent_model: 'clipped-PLRNN', mean_centering: '0' }),
      kind: 'clippedDendPLRNN',
      tensors: {
        AW: 'latent_model.latent_step.AW',
        h: 'latent_model.latent_step.h',
        alpha: 'latent_model.latent_step.alphas',
        H: 'latent_model.latent_step.thetas',
      },
      values: { thresholdSign: 1, transposed: 'H' },
      variant: { meanCentred: false },
    },
    {
      code: 'MTF, where AW is A once more',
      shapes: prefixed('latent_model.latent_step.', { ...shallow, AW: [3] }),
      kind: 'shPLRNN',
      tensors: Object.fromEntries(
        ['A', 'W1', 'W2', 'h1', 'h2'].map((name) => [name, `latent_model.latent_step.${name}`]),
      ),
    },
    {
      code: 'ChaosRNN',
      shapes: { 'latent_step.AW': [4, 4], 'latent_step.h': [4], 'obs_model.weight': [2, 4] },
      kind: 'PLRNN',
      tensors: { AW: 'latent_step.AW', h: 'latent_step.h' },
    },
    {
      code: 'variational inference: LeakyReLU, thetas that are taken away',
      shapes: {
        ...{ R_x: [2], R_z: [4], R_z0: [4], z0: [4], 'observation.B': [4, 2] },
        ...prefixed('latent_step.', { AW: [4, 4], h: [4], thetas: [4, 3], alphas: [3] }),
      },
      options: { kind: 'dendPLRNN' },
      kind: 'dendPLRNN',
      tensors: {
        AW: 'latent_step.AW',
        h: 'latent_step.h',
        alpha: 'latent_step.alphas',
        H: 'latent_step.thetas',
      },
      values: { thresholdSign: -1, transposed: 'H' },
      variant: { negativeSlope: 0.18 },
    },
    {
      code: 'BPTT-TF without bases, centred and clamped by its hypers',
      shapes: prefixed('latent_model.latent_step.', { AW: [4, 4], h: [4] }),
      hints: sidecar({ latent_model: 'PLRNN', mean_centering: '1', clip_range: '10' }),
      kind: 'PLRNN',
      tensors: { AW: 'latent_model.latent_step.AW', h: 'latent_model.latent_step.h' },
      also: { equation: "z' = A z + W relu((z - mean z)) + h" },
      variant: { meanCentred: true },
    },
    {
      code: 'variational inference with a clipping of its own: two thresholds a unit, both M x B',
      shapes: {
        ...{ R_x: [2], R_z: [4], R_z0: [4], z0: [4], 'observation.B': [4, 2] },
        ...prefixed('latent_step.', { AW: [4, 4], h: [4], thetas: [4, 3], alphas: [3], clipping: [4, 3] }),
      },
      kind: 'clippedDendPLRNN',
      tensors: {
        AW: 'latent_step.AW',
        h: 'latent_step.h',
        alpha: 'latent_step.alphas',
        H: 'latent_step.thetas',
        clipping: 'latent_step.clipping',
      },
      values: { thresholdSign: -1, transposed: 'H,clipping' },
      variant: { negativeSlope: 0.18 },
    },
    {
      code: 'multimodal PLRNN with inputs and nuisance terms, whose units are plain ReLUs',
      shapes: { ...plain, C: [4, 3], J: [2, 1], R_x: [2], R_z: [4], mu0: [4], B: [2, 4], beta: [1] },
      kind: 'PLRNN',
      tensors: { A: 'A', W: 'W', h: 'h', C: 'C' },
      also: { inputDim: 3 },
      variant: { negativeSlope: 0 },
    },
    {
      code: 'both shallow matrices transposed, seen by their shapes',
      shapes: { ...shallow, W1: [7, 3], W2: [3, 7] },
      kind: 'shPLRNN',
      tensors: { A: 'A', W1: 'W1', W2: 'W2', h1: 'h1', h2: 'h2' },
      values: { transposed: 'W1,W2' },
    },
    {
      code: 'regularised PLRNN, whose W has no diagonal',
      shapes: { 'A.weight': [4], 'W.weight': [4, 4], 'W.bias': [4], 'B.weight': [2, 4], mu0: [4] },
      kind: 'PLRNN',
      tensors: { A: 'A.weight', W: 'W.weight', h: 'W.bias' },
      values: { dropDiagonal: true },
    },
    {
      code: 'the older MATLAB code with thresholds',
      shapes: { A: [4, 4], W: [4, 4], h: [4, 1], S: [4, 4], InpVal: [4, 9], B: [2, 4] },
      kind: 'PLRNN',
      tensors: { A: 'A', W: 'W', h: 'h' },
      also: { inputDim: 4, equation: "z' = A z + W relu(z - h) + s" },
      variant: { thresholds: 'inside' },
    },
    {
      code: 'the newer MATLAB code, of the same names, whose h is outside',
      shapes: { A: [4, 4], W: [4, 4], h: [4, 1], C: [4, 3], S: [4, 4], B: [2, 4], tau: [1], reg: [1] },
      kind: 'PLRNN',
      tensors: { A: 'A', W: 'W', h: 'h', C: 'C' },
      also: { inputDim: 3, equation: "z' = A z + W relu(z) + h + C s" },
      variant: { thresholds: 'outside' },
    },
    {
      code: 'DynaMix, one expert of almost-linear type',
      shapes: { ...prefixed('experts.0.', plain), ...prefixed('experts.1.', plain), B: [3, 4] },
      hints: sidecar({ expert_type: 'almost_linear_rnn', pwl_units: 2 }),
      options: { set: { group: 'experts.0' } },
      kind: 'ALRNN',
      tensors: { A: 'experts.0.A', W: 'experts.0.W', h: 'experts.0.h' },
      values: { P: 2 },
    },
    {
      code: 'a masked PLRNN, which is centred',
      shapes: { ...plain, W_mask: [4, 4] },
      kind: 'PLRNN',
      tensors: { A: 'A', W: 'W', h: 'h', W_mask: 'W_mask' },
      variant: { meanCentred: true },
    },
    {
      code: 'column vectors, as MATLAB stores them',
      shapes: { A: [3, 1], W1: [3, 7], W2: [7, 3], h1: [1, 3], h2: [7, 1] },
      kind: 'shPLRNN',
      tensors: { A: 'A', W1: 'W1', W2: 'W2', h1: 'h1', h2: 'h2' },
    },
    {
      code: 'nn.RNN in a checkpoint with an optimizer and a readout',
      shapes: {
        ...prefixed('model_state_dict.', { ...torchRnn, 'readout.weight': [2, 6] }),
        'optimizer_state_dict.state.0.exp_avg': [6, 2],
      },
      hints: sidecar({ model: 'torch.nn.RNN', cell: 'relu' }),
      kind: 'reluRNN',
      tensors: {
        W_hh: 'model_state_dict.rnn.weight_hh_l0',
        W_ih: 'model_state_dict.rnn.weight_ih_l0',
        b_ih: 'model_state_dict.rnn.bias_ih_l0',
        b_hh: 'model_state_dict.rnn.bias_hh_l0',
      },
      also: { inputDim: 2, reluUnits: 6, equation: "h' = relu(W_hh h + W_ih s + b_ih + b_hh)" },
    },
    {
      code: 'nn.RNN flattened to underscores, as .npy sets and MATLAB have it',
      shapes: { rnn_weight_hh_l0: [6, 6], rnn_bias_hh_l0: [6] },
      kind: 'reluRNN',
      tensors: { W_hh: 'rnn_weight_hh_l0', b_hh: 'rnn_bias_hh_l0' },
    },
    {
      code: 'a JSON ReLU RNN with a leak',
      shapes: { W_hh: [6, 6], b: [6] },
      scalars: [
        { name: 'model', value: 'reluRNN' },
        { name: 'leak', value: 0.2 },
      ],
      kind: 'reluRNN',
      tensors: { W_hh: 'W_hh', b: 'b' },
      also: { equation: "h' = (1 - 0.2) h + 0.2 relu(W_hh h + b)" },
      variant: { leak: 0.2 },
    },
    {
      code: 'a pickled module and DataParallel',
      shapes: prefixed('module.', { '_parameters.A': [4], '_parameters.W': [4, 4], '_parameters.h': [4] }),
      kind: 'PLRNN',
      tensors: { A: 'module._parameters.A', W: 'module._parameters.W', h: 'module._parameters.h' },
    },
    {
      code: 'names behind a shared beginning',
      shapes: { run7_A: [4], run7_W: [4, 4], run7_h: [4] },
      kind: 'PLRNN',
      tensors: { A: 'run7_A', W: 'run7_W', h: 'run7_h' },
    },
    {
      code: 'weights and their moving average',
      shapes: { ...prefixed('net.', plain), ...prefixed('ema.net.', plain) },
      kind: 'PLRNN',
      tensors: { A: 'net.A', W: 'net.W', h: 'net.h' },
    },
    {
      code: 'a mapping by hand',
      shapes: { foo: [4], bar: [4, 4], baz: [4] },
      options: { kind: 'PLRNN', map: { A: 'foo', W: 'bar', h: 'baz' } },
      kind: 'PLRNN',
      tensors: { A: 'foo', W: 'bar', h: 'baz' },
    },
    {
      code: 'a mapping by hand that wins over the names',
      shapes: { ...plain, other: [4] },
      options: { kind: 'PLRNN', map: { h: 'other' } },
      kind: 'PLRNN',
      tensors: { A: 'A', W: 'W', h: 'other' },
    },
  ];
  for (const { code, shapes, hints, scalars, options, kind, tensors, also, values, variant } of rows)
    it(code, () => {
      const found = known(shapes, options, hints, scalars);
      assert.equal(found.kind, kind);
      assert.deepEqual({ ...found.tensors }, { ...tensors });
      for (const [name, value] of Object.entries(also ?? {}))
        assert.equal(found[name as 'stateDim'], value, name);
      for (const [name, value] of Object.entries(values ?? {})) assert.equal(found.values[name], value, name);
      assert.deepEqual({ ...found.variant, ...variant }, found.variant);
    });
});

describe('recognition where the file does not decide', () => {
  it('prefers answers to the file, the file to sidecars, sidecars to names', () => {
    const folder: Hint = { name: 'kind', value: 'R3_clipped_shPLRNN', origin: 'folder name' };
    const args = sidecar({ model: 'shallowPLRNN' });
    const file: Scalar[] = [{ name: 'model', value: 'clippedShPLRNN' }];
    assert.equal(known(shallow, {}, [folder]).kind, 'clippedShPLRNN');
    assert.equal(known(shallow, {}, [...args, folder]).kind, 'shPLRNN');
    assert.equal(known(shallow, {}, args, file).kind, 'clippedShPLRNN');
    assert.equal(known(shallow, { kind: 'shPLRNN' }, args, file).kind, 'shPLRNN');
    assert.equal(known(shallow, { set: { clipped: 'true' } }, args).kind, 'clippedShPLRNN');
    assert.equal(known(plain, { set: { P: '2' } }, sidecar({ model: 'ALRNN', P: 3 })).values['P'], 2);
  });

  it('says what it assumed, and nothing where nothing was', () => {
    assert.match(known(shallow).assumptions.join(), /unclipped.*--set clipped=true/);
    assert.match(known(plain).assumptions.join(), /PLRNN.*--model ALRNN --set P=/);
    assert.match(known(torchRnn).assumptions.join(), /tanh or ReLU; it is taken as ReLU/);
    assert.match(known(torchRnn, {}, sidecar({ model: 'torch.nn.RNN' })).assumptions.join(), /ReLU/);
    assert.deepEqual(known(shallow, {}, sidecar({ model: 'shPLRNN' })).assumptions, []);
    assert.deepEqual(known(torchRnn, {}, sidecar({ nonlinearity: 'relu' })).assumptions, []);
    assert.deepEqual(known(torchRnn, { kind: 'reluRNN' }).assumptions, []);
  });

  it('names what is no part of the map, and that inputs are held at zero', () => {
    const notes = known({ ...torchRnn, 'readout.weight': [3, 6], 'optimizer.x': [1] }).notes.join(' ');
    assert.match(notes, /2 external inputs are held at zero/);
    assert.match(notes, /Not part of the map: readout.weight, the optimizer's state/);
    assert.doesNotMatch(known(torchRnn, { input: [1, 2] }).notes.join(' '), /held at zero/);
  });

  it('does not take a name on a folder for more than it is', () => {
    const folder: Hint = { name: 'kind', value: 'PLRNN-project', origin: 'folder name' };
    assert.equal(known(shallow, {}, [folder]).kind, 'shPLRNN');
    assert.match(known(shallow, {}, sidecar({ model: 'PLRNN' })).notes.join(), /args.json says "PLRNN"/);
  });

  /** The answers, each of which must lead to a recognised model when given back. */
  function choices(shapes: Shapes, options: ModelOptions = {}, hints: Hint[] = []): Recognised[] {
    const result = ask(shapes, options, hints);
    assert.equal(result.status, 'ambiguous', JSON.stringify(result));
    return (result as Extract<Recognition, { status: 'ambiguous' }>).question.choices.map((choice) =>
      known(shapes, choice.options, hints),
    );
  }

  it('asks for P of an AL-RNN', () => {
    const answers = choices(plain, { kind: 'ALRNN' });
    assert.deepEqual(
      answers.map(({ values }) => values['P']),
      [1, 2, 3, 4],
    );
    const folder: Hint = { name: 'kind', value: 'alrnn', origin: 'folder name' };
    assert.deepEqual(
      choices(plain, {}, [folder]).map(({ kind }) => kind),
      new Array(4).fill('ALRNN'),
    );
    // A P that no such model can have is no answer.
    assert.equal(choices(plain, { kind: 'ALRNN' }, sidecar({ P: 40 })).length, 4);
  });

  it('asks whether a dendritic PLRNN is clipped', () => {
    assert.deepEqual(
      choices(dendritic).map(({ kind }) => kind),
      ['dendPLRNN', 'clippedDendPLRNN'],
    );
  });

  it('asks how a square H is laid out, unless the code base decides', () => {
    const square = { ...dendritic, alpha: [5], H: [5, 5] };
    const answers = choices(square, { kind: 'dendPLRNN' });
    assert.deepEqual(
      answers.map(({ values }) => values['transposed']),
      [undefined, 'H'],
    );
    const { H, ...rest } = square;
    assert.equal(known({ ...rest, thetas: H }, { kind: 'dendPLRNN' }).values['transposed'], 'H');
    const { h, ...noBias } = square;
    assert.equal(known({ ...noBias, h0: h }, { kind: 'dendPLRNN' }).values['transposed'], undefined);
  });

  it('asks whether the code that centres by default did', () => {
    const shapes = prefixed('latent_model.latent_step.', { AW: [4, 4], h: [4] });
    assert.deepEqual(
      choices(shapes).map(({ variant }) => variant.meanCentred),
      [true, false],
    );
  });

  it('asks whether h of a MATLAB file is a bias or a threshold where nothing tells its codes apart', () => {
    const shapes = { A: [4, 4], W: [4, 4], h: [4, 1], S: [4, 4], B: [2, 4], G: [2, 2], mu0: [4, 1] };
    assert.deepEqual(
      choices(shapes).map(({ equation }) => equation),
      ["z' = A z + W relu(z) + h", "z' = A z + W relu(z - h) + s"],
    );
    assert.equal(known({ ...shapes, tau: [1] }).variant.thresholds, 'outside');
  });

  it('asks for the nonlinearity of an nn.RNN whose code has tanh by default', () => {
    const shapes = {
      'latent_step.weight_hh_l0': [6, 6],
      'latent_step.bias_hh_l0': [6],
      'obs_model.weight': [2, 6],
    };
    const result = ask(shapes);
    assert.equal(result.status, 'ambiguous', JSON.stringify(result));
    const [relu, tanh] = (result as Extract<Recognition, { status: 'ambiguous' }>).question.choices;
    assert.equal(known(shapes, relu!.options).kind, 'reluRNN');
    assert.equal(ask(shapes, tanh!.options).status, 'refused');
    assert.deepEqual(known(shapes, {}, sidecar({ nonlinearity: 'relu' })).assumptions, []);
  });

  it('shows which tensors it reads transposed', () => {
    assert.match(
      known({ ...shallow, W1: [7, 3] }).notes.join(' '),
      /W1 is stored transposed \(7 x 3\)\.(?! W2)/,
    );
  });

  it('asks which of several models is meant', () => {
    const shapes = { ...prefixed('experts.0.', shallow), ...prefixed('experts.1.', shallow) };
    assert.deepEqual(
      choices(shapes).map(({ tensors }) => tensors['A']),
      ['experts.0.A', 'experts.1.A'],
    );
  });
});

describe('recognition of what cannot be analysed', () => {
  const refusals: readonly [string, Shapes, Hint[], RegExp][] = [
    ['a GRU by its three gates', { ...torchRnn, 'rnn.weight_hh_l0': [18, 6] }, [], /GRU/],
    ['an LSTM by its four gates', { ...torchRnn, 'rnn.weight_hh_l0': [24, 6] }, [], /LSTM/],
    ['a second layer', { ...torchRnn, 'rnn.weight_hh_l1': [6, 6] }, [], /deep/],
    ['a layer that runs backwards', { ...torchRnn, 'rnn.weight_hh_l0_reverse': [6, 6] }, [], /bidirectional/],
    ['a tanh RNN by its sidecar', torchRnn, sidecar({ nonlinearity: 'tanh' }), /tanh/],
    [
      'a continuous-time model by its sidecar',
      { p: [491] },
      sidecar({ model: 'contALRNN' }),
      /continuous-time/,
    ],
    [
      'a deep PLRNN by its sidecar',
      { A: [3], 'MLP.0.weight': [9, 3] },
      sidecar({ model: 'deepPLRNN' }),
      /deep/,
    ],
  ];
  it('refuses parameters packed in one component array, which nothing beside them explains', () => {
    const result = ask({ p: [491], 'st.B': [20, 3] }, {}, [], [{ name: 'p.type', value: 'ComponentArray' }]);
    assert.equal(result.status, 'refused', JSON.stringify(result));
    assert.match(
      (result as Extract<Recognition, { status: 'refused' }>).reason,
      /one ComponentArray.*differential equation/,
    );
  });

  for (const [what, shapes, hints, name] of refusals)
    it(`refuses ${what}`, () => {
      const result = ask(shapes, {}, hints);
      assert.equal(result.status, 'refused', JSON.stringify(result));
      assert.match((result as Extract<Recognition, { status: 'refused' }>).what, name);
    });

  const misfits: readonly [string, Shapes, RegExp][] = [
    [
      'W that is not square',
      { ...plain, W: [4, 5] },
      /^Tensor W has shape 4 x 5, expected 4 x 4 \(M = 4 from A\)\.$/,
    ],
    ['h of the wrong length', { ...plain, h: [5] }, /^Tensor h has shape 5, expected 4/],
    [
      'A with three axes',
      { ...plain, A: [1, 1, 4] },
      /^Tensor A has shape 1 x 1 x 4, expected a vector of M/,
    ],
    ['W1 and W2 of different L', { ...shallow, W2: [6, 3] }, /^Tensor W2 has shape 6 x 3, expected 7 x 3/],
    ['an empty model', { A: [0], W: [0], h: [0] }, /^Tensor A is empty/],
    ['no h', { A: [4], W: [4, 4] }, /needs h, which is missing/],
    ['no tensors', {}, /holds no tensors/],
    [
      'foreign names',
      { foo: [4], ['__proto__']: [3], constructor: [4, 4] },
      /No architecture .*: foo, __proto__, constructor/,
    ],
  ];
  for (const [what, shapes, reason] of misfits)
    it(`explains ${what}`, () => {
      const result = ask(shapes);
      assert.equal(result.status, 'unrecognised', JSON.stringify(result));
      assert.match((result as Extract<Recognition, { status: 'unrecognised' }>).reason, reason);
    });

  it('offers the tensors that could be each parameter', () => {
    const result = ask({ foo: [4], bar: [4, 4], baz: [4, 7] });
    assert.equal(result.status, 'unrecognised');
    const { mappable } = result as Extract<Recognition, { status: 'unrecognised' }>;
    const shPLRNN = mappable.find(({ kind }) => kind === 'shPLRNN')!;
    const fits = Object.fromEntries(shPLRNN.parameters.map((parameter) => [parameter.name, parameter.fits]));
    assert.deepEqual(fits['h1'], ['foo']);
    assert.deepEqual(fits['A'], ['foo', 'bar']);
    assert.deepEqual(fits['W1'], ['bar', 'baz']);
  });

  const nonsense: readonly [string, ModelOptions, RegExp][] = [
    ['an option that does not exist', { set: { p: 2 } }, /no model option "p"/],
    ['a P that is no number', { set: { P: 'two' } }, /P = two/],
    ['more ReLUs than units', { kind: 'ALRNN', set: { P: 5 } }, /P = 5 is more than the 4 units/],
    [
      'a leak of a PLRNN',
      { kind: 'PLRNN', set: { leak: 0.5 } },
      /leak has no meaning for a piecewise-linear/,
    ],
    ['an input to a model that takes none', { kind: 'PLRNN', input: [1] }, /takes none/],
    ['a tensor that is not there', { map: { A: 'nope' } }, /no tensor "nope"/],
    ['a parameter that does not exist', { map: { Q: 'A' } }, /no architecture has a parameter "Q"/i],
    ['a group that is not there', { set: { group: 'x' } }, /begins with "x"/],
  ];
  for (const [what, options, message] of nonsense)
    it(`rejects ${what}`, () => {
      assert.throws(
        () => ask(plain, options),
        (error: unknown) => error instanceof InputError && message.test(error.message) && error.remedy !== '',
      );
    });
});
