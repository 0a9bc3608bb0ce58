import type { Detection } from '../../../src/core/detect/detect';
import type { CanonicalMap } from '../../../src/core/map/canonical';
import { REPORT_SCHEMA, type Report } from '../../../src/core/report/types';

export const digest = 'sha256:00';

/** What a job makes of a detection, with names that mean nothing. */
export function reportFrom(map: CanonicalMap, detection: Detection, maxOrder: number): Report {
  return {
    schema: REPORT_SCHEMA,
    generator: { name: 'rnn-dynamics', version: 'test' },
    file: 'model',
    digest,
    model: {
      kind: 'PLRNN',
      variant: { meanCentred: false, negativeSlope: 0, leak: 1, thresholds: 'outside' },
      stateDim: map.n,
      reluUnits: map.L,
      inputDim: 0,
      input: [],
      equation: '',
      scale: detection.scale,
      tensors: {},
      assumptions: [],
      notes: [],
    },
    search: { maxOrder, seed: 0, seconds: 0, linearSolves: 0, work: {}, partial: false, stoppedBy: null },
    orders: detection.orders,
    beyond: detection.beyond,
    attractors: detection.attractors,
    warnings: [],
  };
}
