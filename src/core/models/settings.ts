import { InputError } from '../errors';
import { asFlag, asNumber } from './facts';
import type { ModelOptions } from './types';

/** What `--set` understands, checked and typed. */
export interface Settings {
  readonly P?: number;
  readonly leak?: number;
  readonly negativeSlope?: number;
  readonly clipped?: boolean;
  readonly meanCentred?: boolean;
  readonly thresholds?: 'inside' | 'outside';
  /** Of an nn.RNN. */
  readonly nonlinearity?: 'relu' | 'tanh';
  /** Of a square H: one row per basis (BxM) or one column per basis (MxB). */
  readonly orientation?: 'BxM' | 'MxB';
  /** Of the thresholds of a dendritic PLRNN: 1 for relu(z + H), -1 for relu(z - H). */
  readonly thresholdSign?: 1 | -1;
  /** Whether the training code ignores the diagonal of W. */
  readonly dropDiagonal?: boolean;
  /** Which of several models in a file: what stands before its tensor names (`experts.3`). */
  readonly group?: string;
}

type Value = number | string | boolean;

const oneOf =
  <T extends string>(...choices: readonly T[]) =>
  (value: Value): T | undefined =>
    choices.find((choice) => choice === value);

const checks: { readonly [K in keyof Settings]-?: { read(value: Value): Settings[K]; takes: string } } = {
  P: {
    read: (value) => {
      const P = asNumber(value);
      return P !== undefined && Number.isInteger(P) && P > 0 ? P : undefined;
    },
    takes: 'a positive whole number',
  },
  leak: {
    read: (value) => {
      const leak = asNumber(value);
      return leak !== undefined && leak > 0 && leak <= 1 ? leak : undefined;
    },
    takes: 'a number in (0, 1]',
  },
  negativeSlope: { read: asNumber, takes: 'a number' },
  clipped: { read: asFlag, takes: 'true or false' },
  meanCentred: { read: asFlag, takes: 'true or false' },
  thresholds: { read: oneOf('inside', 'outside'), takes: 'inside or outside' },
  nonlinearity: { read: oneOf('relu', 'tanh'), takes: 'relu or tanh' },
  orientation: { read: oneOf('BxM', 'MxB'), takes: 'BxM or MxB' },
  thresholdSign: {
    read: (value) => {
      const sign = asNumber(value);
      return sign === 1 || sign === -1 ? sign : undefined;
    },
    takes: '1 or -1',
  },
  dropDiagonal: { read: asFlag, takes: 'true or false' },
  group: { read: (value) => String(value), takes: 'the beginning of the tensor names' },
};

/** Names that `--set` understands. */
export const settingNames = Object.keys(checks) as readonly (keyof Settings)[];

/** Checks the answers given about a file. Throws InputError for a name or value that has no meaning. */
export function readSettings(options: ModelOptions): Settings {
  const settings: Record<string, Value> = {};
  for (const [name, value] of Object.entries(options.set ?? {})) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof Settings] : undefined;
    if (!check)
      throw new InputError(
        `There is no model option "${name}".`,
        '',
        `Options that can be set: ${settingNames.join(', ')}.`,
      );
    const read = check.read(value);
    if (read === undefined)
      throw new InputError(`${name} = ${String(value)} has no meaning.`, '', `${name} takes ${check.takes}.`);
    settings[name] = read;
  }
  return settings as Settings;
}
