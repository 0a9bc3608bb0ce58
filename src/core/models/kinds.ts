import type { ModelKind } from '../report/types';

/** Networks that are known by name and are no piecewise-affine map of the canonical form. */
export type ForeignKind = 'GRU' | 'LSTM' | 'tanh RNN' | 'continuous-time' | 'deep' | 'other';

/** What a name of an architecture says. */
export interface KindName {
  readonly kind?: ModelKind;
  readonly foreign?: ForeignKind;
  readonly clipped?: boolean;
  readonly meanCentred?: boolean;
  /** For `nn.RNN`: whether the name also says that the nonlinearity is ReLU. */
  readonly relu?: boolean;
}

/** Letters and digits only, lower case: `clipped_shPLRNN` -> `clippedshplrnn`. */
function squeeze(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** Tried in order: the more special name first. */
const contained: readonly (readonly [RegExp, KindName])[] = [
  [/cont(inuous)?(time)?(al|sh|dend|pl)+rnn|neuralode/, { foreign: 'continuous-time' }],
  [/deepplrnn/, { foreign: 'deep' }],
  [/clipped(sh|shallow)plrnn|(sh|shallow)plrnnclipped/, { kind: 'clippedShPLRNN', clipped: true }],
  [
    /clippeddend(r|ritic)?plrnn|clippedplrnn|dend(r|ritic)?plrnnclipped/,
    { kind: 'clippedDendPLRNN', clipped: true },
  ],
  [/(sh|shallow)plrnn/, { kind: 'shPLRNN' }],
  [/dend(r|ritic)?plrnn/, { kind: 'dendPLRNN' }],
  [/alrnn|almostlinear/, { kind: 'ALRNN' }],
  [/mcplrnn|meancent(er|r)edplrnn/, { kind: 'PLRNN', meanCentred: true }],
  [/plrnn/, { kind: 'PLRNN' }],
  [/relurnn|rnnrelu/, { kind: 'reluRNN', relu: true }],
  [/tanhrnn|rnntanh/, { foreign: 'tanh RNN' }],
];
const exact: Readonly<Record<string, KindName>> = {
  gru: { foreign: 'GRU' },
  grucell: { foreign: 'GRU' },
  lstm: { foreign: 'LSTM' },
  lstmcell: { foreign: 'LSTM' },
  rnn: { kind: 'reluRNN' },
  rnncell: { kind: 'reluRNN' },
  vanillarnn: { kind: 'reluRNN' },
  elmanrnn: { kind: 'reluRNN' },
};

/** The architecture named by a value such as `model: "clipped-PLRNN"` or `"torch.nn.RNN"`; null if none. */
export function readKind(text: string): KindName | null {
  const word = squeeze(text).replace(/^(torch)?nn(?=rnn|gru|lstm)/, '');
  if (Object.hasOwn(exact, word)) return exact[word]!;
  return kindInName(text);
}

/** The architecture that the name of a file or folder mentions (`R6_ALRNN_lorenz63`); null if none. */
export function kindInName(text: string): KindName | null {
  let word = squeeze(text);
  const unclipped = /unclipped|notclipped|noclip/.test(word);
  if (unclipped) word = word.replace(/unclipped|notclipped|noclip(ping)?/, '');
  const clipped = unclipped ? false : word.includes('clipped') ? true : undefined;
  const found = contained.find(([pattern]) => pattern.test(word))?.[1];
  if (!found && clipped === undefined) return null;
  return { ...found, ...(clipped === undefined ? {} : { clipped }) };
}
