import type { ModelKind } from '../report/types';
import { alrnn } from './alrnn';
import type { Architecture } from './architecture';
import { clippedDendplrnn } from './clippedDendplrnn';
import { clippedShplrnn } from './clippedShplrnn';
import { dendplrnn } from './dendplrnn';
import { plrnn } from './plrnn';
import { relurnn } from './relurnn';
import { shplrnn } from './shplrnn';

/** Every architecture that can be analysed. */
export const architectures: Readonly<Record<ModelKind, Architecture>> = {
  PLRNN: plrnn,
  ALRNN: alrnn,
  shPLRNN: shplrnn,
  clippedShPLRNN: clippedShplrnn,
  dendPLRNN: dendplrnn,
  clippedDendPLRNN: clippedDendplrnn,
  reluRNN: relurnn,
};

export const modelKinds = Object.keys(architectures) as readonly ModelKind[];
