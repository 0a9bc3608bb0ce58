import { InputError } from '../errors';
import type { ModelKind, Variant } from '../report/types';
import type { TensorInfo } from '../tensor';
import { plainVariant, type Architecture, type Form } from './architecture';
import { architectures, modelKinds } from './architectures';
import { asFlag, asNumber, asText, Facts, isWeak, type KindClue } from './facts';
import type { ForeignKind } from './kinds';
import { isOptimizerState, nameTensors, type Group, type NamedTensor } from './names';
import { readSettings, type Settings } from './settings';
import { bindShapes, isMisfit, isRequired, shapeText, vectorLength, type Binding } from './shapes';
import type { Ambiguous, ModelOptions, Recognise, Recognition, Refused, Unrecognised } from './types';

type Family = 'plain' | 'shallow' | 'dendritic' | 'recurrent';

const familyOf: Readonly<Record<ModelKind, Family>> = {
  PLRNN: 'plain',
  ALRNN: 'plain',
  shPLRNN: 'shallow',
  clippedShPLRNN: 'shallow',
  dendPLRNN: 'dendritic',
  clippedDendPLRNN: 'dendritic',
  reluRNN: 'recurrent',
};
const plainKind: Readonly<Record<Family, ModelKind>> = {
  plain: 'PLRNN',
  shallow: 'shPLRNN',
  dendritic: 'dendPLRNN',
  recurrent: 'reluRNN',
};
const clippedKind: Readonly<Partial<Record<ModelKind, ModelKind>>> = {
  shPLRNN: 'clippedShPLRNN',
  dendPLRNN: 'clippedDendPLRNN',
  clippedShPLRNN: 'clippedShPLRNN',
  clippedDendPLRNN: 'clippedDendPLRNN',
};

/** Everything known about one file while it is being recognised. */
interface Case {
  readonly tensors: readonly TensorInfo[];
  readonly options: ModelOptions;
  readonly settings: Settings;
  readonly facts: Facts;
  readonly clues: readonly KindClue[];
  readonly assumptions: string[];
  readonly notes: string[];
}

/** A reason to end early: a question, a refusal, or tensors that fit nothing. */
class Outcome extends Error {
  constructor(readonly recognition: Recognition) {
    super(recognition.status);
  }
}

/** See `Recognise`. Throws InputError when an option has no meaning for this file. */
export const recognise: Recognise = (tensors, scalars, hints, options) => {
  const facts = new Facts(scalars, hints);
  const file: Case = {
    tensors,
    options,
    settings: readSettings(options),
    facts,
    clues: facts.kinds(),
    assumptions: [],
    notes: [],
  };
  try {
    return recogniseCase(file);
  } catch (error) {
    if (error instanceof Outcome) return error.recognition;
    throw error;
  }
};

function recogniseCase(file: Case): Recognition {
  const { options } = file;
  const named = nameTensors(file.tensors);
  if (named.backwards.length > 0)
    throw refused(
      'a bidirectional RNN',
      `${named.backwards[0]!} runs backwards in time, so the network is no map of its state.`,
    );
  if (named.deeper.length > 0)
    throw refused(
      'a deep RNN',
      `${named.deeper[0]!} belongs to a second layer; a stack of layers is piecewise affine but not of the form analysed here.`,
    );
  const group = mapByHand(file, chooseGroup(file, named.groups));
  refuseForeign(file, group);
  const kind = chooseKind(file, group);
  const architecture = architectures[kind];
  const parameters = usableParameters(architecture, group);
  const has = (name: string): boolean => parameters.has(name);
  const missing = architecture.parameters.find(
    (parameter) => isRequired(parameter, has) && !has(parameter.name),
  );
  if (missing)
    throw unrecognised(
      file,
      `${article(architecture.title)} needs ${missing.name}, which is missing.`,
      'Name the tensor in the file that holds it.',
    );

  const binding = bind(file, architecture, parameters);
  const values: Record<string, number | boolean | string> = {};
  const variant = chooseVariant(file, architecture, group, parameters);
  if (kind === 'ALRNN') values['P'] = choosePwlUnits(file, binding.sizes.M);
  if (familyOf[kind] === 'dendritic') values['thresholdSign'] = chooseThresholdSign(file, group);
  if (binding.transposed.size > 0) values['transposed'] = [...binding.transposed].join(',');
  if (has('W') && dropsDiagonal(file, group, parameters)) values['dropDiagonal'] = true;

  const form: Form = { variant, values, sizes: binding.sizes, has };
  const inputDim = architecture.inputDim(form);
  checkInput(options, inputDim);
  noteLayout(file, binding, parameters);
  noteInput(file, inputDim);
  noteUnused(file, parameters);
  noteClamp(file, kind, group, values);
  return {
    status: 'recognised',
    kind,
    variant,
    stateDim: binding.sizes.M,
    reluUnits: architecture.reluUnits(form),
    inputDim,
    equation: architecture.equation(form),
    tensors: Object.fromEntries([...parameters].map(([name, { tensor }]) => [name, tensor.name])),
    values,
    assumptions: file.assumptions,
    notes: file.notes,
  };
}

// region which tensors

/** Parameters that tell the families apart, by family. */
function familiesOf(group: Group): Family[] {
  const has = (name: string): boolean => group.parameters.has(name);
  const families: Family[] = [];
  if (has('W_hh')) families.push('recurrent');
  if (has('W1') || has('W2')) families.push('shallow');
  if (has('alpha') || has('H') || has('theta')) families.push('dendritic');
  if (has('W') || has('AW') || (has('A') && families.length === 0)) families.push('plain');
  return families;
}

function isComplete(kind: ModelKind, group: Group): boolean {
  const parameters = usableParameters(architectures[kind], group);
  return architectures[kind].parameters.every(
    (parameter) => !isRequired(parameter, (name) => parameters.has(name)) || parameters.has(parameter.name),
  );
}

/** The kinds that a group could be: the one that was asked for, or the plain one of each family it resembles. */
function kindsToTry(file: Case, group: Group): ModelKind[] {
  if (file.options.kind) return [file.options.kind];
  return familiesOf(group).map((family) => plainKind[family]);
}

function chooseGroup(file: Case, groups: readonly Group[]): Group {
  const { settings, options } = file;
  if (settings.group !== undefined) {
    const chosen = groups.find(({ prefix }) => prefix === settings.group);
    if (chosen) return chosen;
    throw new InputError(
      `No tensor name begins with "${settings.group}".`,
      '',
      `Names begin with: ${groups.map(({ prefix }) => prefix || '(nothing)').join(', ')}.`,
    );
  }
  const complete = groups.filter((group) => kindsToTry(file, group).some((kind) => isComplete(kind, group)));
  const [only, ...more] = complete;
  if (only && more.length === 0) return only;
  if (only && options.map) return only;
  if (only) {
    const current = complete.filter(({ prefix }) => !/(^|[._])(ema|swa|target|best)([._]|$)/i.test(prefix));
    if (current.length === 1) {
      const others = complete.filter((group) => group !== current[0]).map(({ prefix }) => prefix);
      file.notes.push(
        `Of several sets of weights "${current[0]!.prefix}" is used, not ${others.join(', ')}.`,
      );
      return current[0]!;
    }
    const experts = complete.every(({ prefix }) => /(^|\.)experts?\.\d+$/.test(prefix));
    throw ask(
      file,
      experts
        ? `The file holds a mixture of ${String(complete.length)} experts whose weights depend on the context; one expert at a time can be analysed. Which one?`
        : `The file holds ${String(complete.length)} sets of weights. Which one?`,
      complete.map(({ prefix }) => ({
        label: prefix === '' ? '(names without a beginning)' : prefix,
        detail: '',
        set: { group: prefix },
      })),
    );
  }
  const likeliest = groups
    .filter((group) => familiesOf(group).length > 0)
    .sort((a, b) => b.parameters.size - a.parameters.size)[0];
  return likeliest ?? { prefix: '', parameters: new Map() };
}

/** Applies `--map`: parameters named by hand win over those recognised. */
function mapByHand(file: Case, group: Group): Group {
  const { map } = file.options;
  if (!map) return group;
  const parameters = new Map(group.parameters);
  for (const [parameter, name] of Object.entries(map)) {
    const tensor = file.tensors.find((candidate) => candidate.name === name);
    if (!tensor)
      throw new InputError(
        `There is no tensor "${name}" to use as ${parameter}.`,
        name,
        `The file holds: ${listed(file.tensors.map((candidate) => candidate.name))}.`,
      );
    const known = modelKinds.some((kind) =>
      architectures[kind].parameters.some((candidate) => candidate.name === parameter),
    );
    if (!known && parameter !== 'theta')
      throw new InputError(
        `No architecture has a parameter "${parameter}".`,
        name,
        'Parameters are A, W, h, W1, W2, h1, h2, alpha, H, C, W_hh, W_ih, b, b_ih and b_hh.',
      );
    if (parameter === 'H') parameters.delete('theta');
    parameters.set(parameter, { tensor, prefix: group.prefix, parameter, layered: false });
  }
  return { prefix: group.prefix, parameters };
}

/** The tensors of a group that an architecture uses, by its own parameter names. */
function usableParameters(architecture: Architecture, group: Group): Map<string, NamedTensor> {
  const found = new Map<string, NamedTensor>();
  for (const { name } of architecture.parameters) {
    const tensor = group.parameters.get(name) ?? (name === 'H' ? group.parameters.get('theta') : undefined);
    if (tensor) found.set(name, tensor);
  }
  const both = found.get('AW');
  if (both && vectorLength(both.tensor.shape) !== null && both.tensor.shape.join() !== '1,1') {
    // Some codes keep A a second time under the name AW; the matrix of that name holds A and W.
    found.delete('AW');
    if (!found.has('A')) found.set('A', both);
  }
  if (found.has('AW')) {
    if (found.has('A') && found.has('W')) found.delete('AW');
    else for (const name of ['A', 'W']) found.delete(name);
  }
  return found;
}

function bind(file: Case, architecture: Architecture, parameters: ReadonlyMap<string, NamedTensor>): Binding {
  const shapes = Object.fromEntries([...parameters].map(([name, { tensor }]) => [name, tensor.shape]));
  const turned = new Set<string>();
  const H = parameters.get('H');
  if (H) {
    const first = bindShapes(architecture, shapes, turned);
    if (!isMisfit(first) && first.sizes.B === first.sizes.M && columnsAreBases(file, H, parameters))
      for (const name of ['H', 'clipping']) turned.add(name);
  }
  const binding = bindShapes(architecture, shapes, turned);
  if (!isMisfit(binding)) return binding;
  const { tensor } = parameters.get(binding.parameter)!;
  const as = tensor.name === binding.parameter ? '' : ` (${binding.parameter})`;
  throw unrecognised(
    file,
    `Tensor ${tensor.name}${as} ${binding.message}.`,
    `Correct the tensor, or choose another one as ${binding.parameter} or another architecture.`,
  );
}

/** A square H does not show its orientation: the code base does, or the user. */
function columnsAreBases(file: Case, H: NamedTensor, parameters: ReadonlyMap<string, NamedTensor>): boolean {
  const chosen =
    file.settings.orientation ??
    file.facts.find(['orientation'], (value) => (value === 'BxM' || value === 'MxB' ? value : undefined))
      ?.value;
  if (chosen) return chosen === 'MxB';
  if (H.parameter === 'theta') return true;
  if (parameters.get('h')?.tensor.name.endsWith('h0')) {
    file.notes.push('The square H is read with one row per basis.');
    return false;
  }
  throw ask(
    file,
    `H is ${shapeText(H.tensor.shape)}, so its shape does not say whether a row or a column belongs to one basis.`,
    [
      { label: 'One row per basis', detail: 'H is B x M', set: { orientation: 'BxM' } },
      { label: 'One column per basis', detail: 'H is M x B (Julia code)', set: { orientation: 'MxB' } },
    ],
  );
}
// endregion

// region which equation

const foreignReasons: Readonly<Record<Exclude<ForeignKind, 'other'>, readonly [string, string]>> = {
  GRU: ['a GRU', 'Its gates are sigmoid and its state update tanh, so it is not piecewise linear.'],
  LSTM: ['an LSTM', 'Its gates are sigmoid and its state update tanh, so it is not piecewise linear.'],
  'tanh RNN': ['a tanh RNN', 'tanh is not piecewise linear.'],
  'continuous-time': [
    'a continuous-time model',
    'It is a differential equation, not a map from one state to the next.',
  ],
  deep: ['a deep PLRNN', 'A stack of ReLU layers is piecewise affine but not of the form analysed here.'],
};

function refuseForeign(file: Case, group: Group): void {
  const recurrent = group.parameters.get('W_hh');
  if (recurrent) {
    const [rows = 0, columns = 0] = recurrent.tensor.shape;
    const gates = `${recurrent.tensor.name} has shape ${shapeText(recurrent.tensor.shape)}: `;
    if (columns > 0 && rows === 3 * columns)
      throw refusedKind('GRU', `${gates}three gates of ${String(columns)} units. `);
    if (columns > 0 && rows === 4 * columns)
      throw refusedKind('LSTM', `${gates}four gates of ${String(columns)} units. `);
  }
  if (file.options.kind) return;
  const foreign = file.clues.find((clue) => !clue.weak && clue.foreign !== undefined);
  const own = file.clues.find((clue) => !clue.weak && clue.kind !== undefined);
  if (!foreign?.foreign || foreign.foreign === 'other' || own) return;
  throw refusedKind(foreign.foreign, `${foreign.origin} says "${foreign.text}". `);
}

function chooseKind(file: Case, group: Group): ModelKind {
  const { options, settings, clues } = file;
  const families = options.kind ? [familyOf[options.kind]] : familiesOf(group);
  const family =
    families.find((candidate) => isComplete(plainKind[candidate], group)) ??
    families[0] ??
    // Nothing recognised at all: a mapping by hand may still come.
    nothingRecognised(file);
  const clue = clues.find(({ kind }) => kind !== undefined && familyOf[kind] === family);
  const clipped = clippedOf(file, family, group);
  const base = options.kind ?? clue?.kind ?? plainKind[family];
  const otherClue = clues.find((candidate) => !candidate.weak && candidate.kind !== undefined);
  if (!options.kind && !clue && otherClue)
    file.notes.push(
      `${otherClue.origin} says "${otherClue.text}", but the tensors are those of ${article(architectures[plainKind[family]].title)}.`,
    );
  switch (family) {
    case 'plain':
      return plainOrAlmostLinear(file, base, clue);
    case 'shallow':
    case 'dendritic': {
      if (settings.clipped !== undefined) return settings.clipped ? clippedKind[base]! : plainKind[family];
      if (options.kind) return options.kind;
      if (clipped && !(clipped.weak && clue?.weak === false))
        return clipped.value ? clippedKind[base]! : plainKind[family];
      // The name of a file or folder that says "shPLRNN" is often that of a clipped one, too.
      if (clue && !(clue.weak && clue.clipped === undefined && family === 'shallow')) return base;
      if (family === 'dendritic') throw askClipped(file);
      file.assumptions.push(
        'Nothing says whether the model is clipped; it is taken as unclipped (--set clipped=true for the clipped one).',
      );
      return base;
    }
    case 'recurrent':
      return recurrentKind(file, group);
  }
}

/** A flag beside the tensors, or in their names, that says clipped or not; undefined where there is none. */
function clippedOf(
  file: Case,
  family: Family,
  group: Group,
): { readonly value: boolean; readonly weak: boolean } | undefined {
  if (family === 'dendritic' && group.parameters.has('clipping')) return { value: true, weak: false };
  const flag = file.facts.find(['clipped', 'is_clipped'], asFlag);
  return flag && { value: flag.value, weak: isWeak(flag.origin) };
}

function askClipped(file: Case): Outcome {
  return ask(file, 'Dendritic PLRNNs with and without clipping have the same tensors. Which one is it?', [
    {
      label: 'Dendritic PLRNN',
      detail: "z' = A z + W sum_b alpha_b relu(z - H_b) + h",
      kind: 'dendPLRNN',
    },
    {
      label: 'Clipped dendritic PLRNN',
      detail: "z' = A z + W sum_b alpha_b [relu(z - H_b) - relu(z)] + h",
      kind: 'clippedDendPLRNN',
    },
  ]);
}

const pwlKeys = ['P', 'pwl_units'];

function plainOrAlmostLinear(file: Case, base: ModelKind, clue: KindClue | undefined): ModelKind {
  if (file.options.kind) return base;
  if (file.settings.P !== undefined && !(clue && !clue.weak && clue.kind === 'PLRNN')) return 'ALRNN';
  const P = file.facts.find(pwlKeys, asNumber);
  if (clue && !(clue.weak && clue.kind === 'PLRNN' && P)) return base;
  if (P) {
    file.assumptions.push(
      `${capital(P.origin)} gives P = ${String(P.value)}, so the model is taken as an AL-RNN.`,
    );
    return 'ALRNN';
  }
  file.assumptions.push(
    'Nothing names the architecture; A, W and h are taken as a PLRNN, where every unit is a ReLU; an AL-RNN has the same tensors (--model ALRNN --set P=..).',
  );
  return base;
}

const smooth = /(?:^|[^a-z])(tanh|sigmoid|softplus|elu|selu|gelu|silu|swish)(?![a-z])/;
/** Piecewise linear or not, none of these is the ReLU of this equation. */
const otherUnits = /^(?:softsign|affine|thresholded ?relu|identity|linear)$/;
const nonlinearityKeys = ['nonlinearity', 'activation', 'phi', 'cell'];

function recurrentKind(file: Case, group: Group): ModelKind {
  const { settings, options, clues } = file;
  const named = file.facts.find(nonlinearityKeys, (value) => {
    const text = asText(value)?.toLowerCase();
    return text === undefined || text === 'rnn' ? undefined : text;
  });
  if (settings.nonlinearity === 'tanh') throw refusedKind('tanh RNN', '');
  if (settings.nonlinearity === 'relu' || options.kind === 'reluRNN') return 'reluRNN';
  const spoken = named && smooth.exec(named.value)?.[1];
  if (named && spoken !== undefined) {
    if (spoken === 'tanh') throw refusedKind('tanh RNN', `${capital(named.origin)} says "${named.value}". `);
    throw refused(
      `an RNN with ${spoken} units`,
      `${capital(named.origin)} says "${named.value}", which is not piecewise linear.`,
    );
  }
  if (named && otherUnits.test(named.value))
    throw refused(
      `an RNN with ${named.value} units`,
      `${capital(named.origin)} says "${named.value}", where the equation here has relu.`,
    );
  if (named?.value.includes('relu') === true || clues.some(({ relu }) => relu === true)) return 'reluRNN';
  if (/(?:^|\.)latent_step$/.test(group.prefix)) throw askNonlinearity(file);
  file.assumptions.push(
    'The weights of an nn.RNN do not say whether it is tanh or ReLU; it is taken as ReLU. If it was trained with tanh, these results do not describe it.',
  );
  return 'reluRNN';
}

/** `latent_step.weight_hh_l0`: the code that writes this has tanh by default, so ReLU is not taken for granted. */
function askNonlinearity(file: Case): Outcome {
  return ask(
    file,
    'The weights of an nn.RNN do not say whether it is tanh or ReLU, and the training code that uses these names has tanh by default. Which one is it?',
    [
      {
        label: 'ReLU',
        detail: "h' = relu(W_hh h + b_hh + ..)",
        kind: 'reluRNN',
        set: { nonlinearity: 'relu' },
      },
      {
        label: 'tanh (the default)',
        detail: 'not piecewise linear, so it cannot be analysed',
        set: { nonlinearity: 'tanh' },
      },
    ],
  );
}

function choosePwlUnits(file: Case, M: number): number {
  const given = file.settings.P;
  if (given !== undefined) {
    if (given <= M) return given;
    throw new InputError(
      `P = ${String(given)} is more than the ${String(M)} units of the model.`,
      '',
      `Choose P between 1 and ${String(M)}.`,
    );
  }
  const found = file.facts.find(pwlKeys, (value) => {
    const P = asNumber(value);
    return P !== undefined && Number.isInteger(P) && P >= 1 && P <= M ? P : undefined;
  });
  if (found) {
    if (found.origin !== 'the file itself')
      file.notes.push(`P = ${String(found.value)} is read from ${found.origin}.`);
    return found.value;
  }
  const most = 20;
  throw ask(
    file,
    `The file does not say how many of the ${String(M)} units of the AL-RNN are ReLUs (P, the last ones).`,
    Array.from({ length: Math.min(M, most) }, (_, index) => ({
      label: `P = ${String(index + 1)}`,
      detail: `the last ${index === 0 ? 'unit is' : `${String(index + 1)} units are`} piecewise linear`,
      kind: 'ALRNN' as const,
      set: { P: index + 1 },
    })),
  );
}

const centringKeys = [
  'meanCentred',
  'mean_centered',
  'mean_centred',
  'mean_centering',
  'mean_centring',
  'mean_center',
  'mean_centre',
  'layer_norm',
];

/** Slope of the LeakyReLU of the variational training code, which is no part of its files. */
const VARIATIONAL_SLOPE = 0.18;

function chooseVariant(
  file: Case,
  architecture: Architecture,
  group: Group,
  parameters: ReadonlyMap<string, NamedTensor>,
): Variant {
  const { settings, facts, clues } = file;
  const allows = (field: keyof Variant): boolean => architecture.variants.includes(field);
  const refuseSetting = (field: keyof Variant, plain: unknown): void => {
    const chosen = settings[field];
    if (chosen === undefined || chosen === plain || allows(field)) return;
    throw new InputError(
      `${field} has no meaning for ${article(architecture.title)}.`,
      '',
      architecture.variants.length === 0 ? 'Leave it out.' : `It knows ${architecture.variants.join(', ')}.`,
    );
  };
  for (const field of ['meanCentred', 'negativeSlope', 'leak', 'thresholds'] as const)
    refuseSetting(field, plainVariant[field]);

  const slope =
    settings.negativeSlope ??
    facts.find(['negativeSlope', 'negative_slope'], asNumber)?.value ??
    (isVariational(file) && parameters.has('AW') ? VARIATIONAL_SLOPE : 0);
  if (slope === VARIATIONAL_SLOPE && settings.negativeSlope === undefined && isVariational(file))
    file.assumptions.push(
      'R_x and R_z beside the weights are those of the variational training code, whose units are LeakyReLU with slope 0.18 (--set negativeSlope=0 for plain ReLU).',
    );
  const leak =
    settings.leak ??
    facts.find(['leak'], (value) => {
      const number = asNumber(value);
      return number !== undefined && number > 0 && number <= 1 ? number : undefined;
    })?.value ??
    1;
  const centredByName = clues.some((clue) => clue.meanCentred === true);
  const meanCentred =
    settings.meanCentred ??
    facts.find(centringKeys, asFlag)?.value ??
    (centredByName || parameters.has('W_mask') ? true : undefined);
  if (meanCentred === undefined && allows('meanCentred') && needsCentring(group, parameters))
    throw ask(file, 'This training code centres z by default, and its files do not say so. Was it centred?', [
      {
        label: 'Mean-centred (the default)',
        detail: 'z - mean(z) inside the ReLU',
        kind: architecture.kind,
        set: { meanCentred: true },
      },
      {
        label: 'Not centred',
        detail: 'z inside the ReLU',
        kind: architecture.kind,
        set: { meanCentred: false },
      },
    ]);
  const thresholds =
    settings.thresholds ??
    facts.find(['thresholds'], (value) => (value === 'inside' || value === 'outside' ? value : undefined))
      ?.value ??
    (architecture.kind === 'PLRNN' ? standaloneThresholds(file, parameters) : 'outside');
  return {
    meanCentred: allows('meanCentred') && (meanCentred ?? false),
    negativeSlope: allows('negativeSlope') ? slope : 0,
    leak: allows('leak') ? leak : 1,
    thresholds: allows('thresholds') ? thresholds : 'outside',
  };
}

function lastParts(file: Case): Set<string> {
  return new Set(file.tensors.map(({ name }) => name.slice(name.lastIndexOf('.') + 1)));
}

/** Files of the variational code carry the noise covariances of its generative model. */
function isVariational(file: Case): boolean {
  const names = lastParts(file);
  return names.has('R_x') && names.has('R_z');
}

/**
 * Two MATLAB codes give their models the same names. That of 2017 stores S and InpVal and no input matrix, and its h
 * is a threshold; the later ones store C, reg or tau, and their h is a bias. Nothing else tells them apart.
 */
function standaloneThresholds(
  file: Case,
  parameters: ReadonlyMap<string, NamedTensor>,
): Variant['thresholds'] {
  const names = lastParts(file);
  if (!names.has('S') || ['C', 'reg', 'tau'].some((name) => names.has(name))) return 'outside';
  if (names.has('InpVal')) {
    file.assumptions.push(
      'S and InpVal beside the weights are those of the older MATLAB code, where h is a threshold inside the ReLU (--set thresholds=outside for a bias).',
    );
    return 'inside';
  }
  const fullA = vectorLength(parameters.get('A')?.tensor.shape ?? []) === null;
  if (!fullA || !names.has('mu0')) return 'outside';
  throw ask(
    file,
    'Two MATLAB codes save their models under these names, and this file does not say which one wrote it. What is h?',
    [
      {
        label: 'A bias (the later code, with C or reg)',
        detail: "z' = A z + W relu(z) + h",
        kind: 'PLRNN',
        set: { thresholds: 'outside' },
      },
      {
        label: 'A threshold (the code of 2017)',
        detail: "z' = A z + W relu(z - h) + s",
        kind: 'PLRNN',
        set: { thresholds: 'inside' },
      },
    ],
  );
}

/** `latent_model.latent_step.AW`: the code that writes this centres unless told otherwise. */
function needsCentring(group: Group, parameters: ReadonlyMap<string, NamedTensor>): boolean {
  return parameters.has('AW') && group.prefix.endsWith('latent_model.latent_step');
}

function chooseThresholdSign(file: Case, group: Group): 1 | -1 {
  const chosen =
    file.settings.thresholdSign ??
    file.facts.find(['thresholdSign'], (value) => {
      const sign = asNumber(value);
      return sign === 1 || sign === -1 ? sign : undefined;
    })?.value;
  if (chosen) return chosen;
  if (group.parameters.get('H') || !group.parameters.has('theta') || isVariational(file)) return -1;
  file.assumptions.push(
    'Thresholds named thetas are added, relu(z + theta), as the training code of that name does (--set thresholdSign=-1 for relu(z - theta)).',
  );
  return 1;
}

/** A and W as two layers (`A.weight`, `W.weight`): that code zeroes the diagonal of W at every step. */
function dropsDiagonal(file: Case, group: Group, parameters: ReadonlyMap<string, NamedTensor>): boolean {
  const chosen = file.settings.dropDiagonal ?? file.facts.find(['dropDiagonal'], asFlag)?.value;
  if (chosen !== undefined) return chosen;
  const layered = ['A', 'W'].every((name) => group.parameters.get(name)?.layered === true);
  const diagonalA = vectorLength(parameters.get('A')?.tensor.shape ?? []) !== null;
  if (!layered || !diagonalA) return false;
  file.assumptions.push(
    'A.weight and W.weight are those of a code that drops the diagonal of W; it is dropped (--set dropDiagonal=false to keep it).',
  );
  return true;
}
// endregion

// region what to say

function checkInput(options: ModelOptions, inputDim: number): void {
  const given = options.input?.length ?? 0;
  if (given === 0 || given === inputDim) return;
  throw new InputError(
    `${String(given)} external inputs are given, but the model takes ${inputDim === 0 ? 'none' : String(inputDim)}.`,
    '',
    inputDim === 0 ? 'Leave the input out.' : `Give ${String(inputDim)} numbers.`,
  );
}

function noteInput(file: Case, inputDim: number): void {
  if (inputDim > 0 && !file.options.input?.length)
    file.notes.push(
      `The ${inputDim === 1 ? 'external input is' : `${String(inputDim)} external inputs are`} held at zero.`,
    );
}

function noteLayout(file: Case, binding: Binding, parameters: ReadonlyMap<string, NamedTensor>): void {
  for (const name of binding.transposed) {
    const { tensor } = parameters.get(name)!;
    file.notes.push(`${tensor.name} is stored transposed (${shapeText(tensor.shape)}).`);
  }
}

function noteUnused(file: Case, parameters: ReadonlyMap<string, NamedTensor>): void {
  const used = new Set([...parameters.values()].map(({ tensor }) => tensor.name));
  const unused = file.tensors.map(({ name }) => name).filter((name) => !used.has(name));
  const weights = unused.filter((name) => !isOptimizerState(name));
  const rest =
    weights.length < unused.length ? [...weights.slice(0, LISTED), "the optimizer's state"] : weights;
  if (rest.length > 0) file.notes.push(`Not part of the map: ${listed(rest, LISTED + 1)}.`);
}

/**
 * The clamp of the state in training is no part of the map; where it acts the map is another one. Kept as `clamp` among
 * the values, for reports to say which objects it reaches. The step of the clipped model has none.
 */
function noteClamp(
  file: Case,
  kind: ModelKind,
  group: Group,
  values: Record<string, number | boolean | string>,
): void {
  if (!group.parameters.has('AW') || kind === 'clippedDendPLRNN') return;
  const range = file.facts.find(['clip_range'], asNumber);
  if (!range || range.value <= 0) return;
  values['clamp'] = range.value;
  file.notes.push(
    `The training code clamps states to [-${String(range.value)}, ${String(range.value)}] (${range.origin}); orbits that reach the clamp are not those of the trained network.`,
  );
}

/** Names that are listed before "and 5 more". */
const LISTED = 8;

function listed(names: readonly string[], most = LISTED): string {
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${String(rest)} more` : '');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function article(title: string): string {
  return `${/^[aeio]/i.test(title) ? 'an' : 'a'} ${title}`;
}

function ask(
  file: Case,
  text: string,
  choices: readonly {
    label: string;
    detail: string;
    kind?: ModelKind;
    set?: Readonly<Record<string, number | string | boolean>>;
  }[],
): Outcome {
  const { options } = file;
  const recognition: Ambiguous = {
    status: 'ambiguous',
    question: {
      text,
      choices: choices.map(({ label, detail, kind, set }) => ({
        label,
        detail,
        options: {
          ...options,
          ...(kind ? { kind } : {}),
          ...(set ? { set: { ...options.set, ...set } } : {}),
        },
      })),
    },
  };
  return new Outcome(recognition);
}

function refused(what: string, reason: string): Outcome {
  const recognition: Refused = {
    status: 'refused',
    what,
    reason,
    remedy: 'Choose a ReLU RNN or a network of the PLRNN family.',
  };
  return new Outcome(recognition);
}

function refusedKind(kind: Exclude<ForeignKind, 'other'>, evidence: string): Outcome {
  const [what, reason] = foreignReasons[kind];
  return refused(what, evidence + reason);
}

function unrecognised(file: Case, reason: string, remedy: string): Outcome {
  const recognition: Unrecognised = {
    status: 'unrecognised',
    reason: capital(reason),
    remedy,
    mappable: mappableKinds(file.tensors),
  };
  return new Outcome(recognition);
}

/** What a mapping by hand can choose from: each architecture, its parameters, and the tensors whose shape fits. */
export function mappableKinds(tensors: readonly TensorInfo[]): Unrecognised['mappable'] {
  return modelKinds.map((kind) => ({
    kind,
    parameters: architectures[kind].parameters
      .filter(({ name }) => name !== 'AW' && name !== 'W_mask' && name !== 'clipping')
      .map((parameter) => ({
        name: parameter.name,
        optional: parameter.optional ?? false,
        fits: tensors.filter(({ shape }) => couldBe(parameter.shape, shape)).map(({ name }) => name),
      })),
  }));
}

function couldBe(wanted: Architecture['parameters'][number]['shape'], shape: readonly number[]): boolean {
  if (shape.includes(0)) return false;
  const square = shape.length === 2 && shape[0] === shape[1];
  if (wanted === 'diagonal') return square || vectorLength(shape) !== null;
  const [rows, columns] = wanted;
  if (columns === undefined) return vectorLength(shape) !== null;
  return rows === columns ? square : shape.length === 2;
}

function nothingRecognised(file: Case): never {
  const packed = file.facts.find(['type'], (value) =>
    typeof value === 'string' && /^Component(?:Array|Vector|Matrix)$/.test(value) ? value : undefined,
  );
  if (packed)
    throw refusedKind(
      'continuous-time',
      `All parameters lie in one ${packed.value}, as Julia's continuous-time PLRNNs and neural ODEs are saved. `,
    );
  throw unrecognised(
    file,
    file.tensors.length === 0
      ? 'The file holds no tensors.'
      : `No architecture has tensors of these names: ${listed(file.tensors.map(({ name }) => name))}.`,
    file.tensors.length === 0
      ? 'Choose a file that holds the weights of the model.'
      : 'Name the tensor that holds each parameter (--model and --map).',
  );
}
// endregion
