import { REPORT_SCHEMA, type Cycle, type Report } from '../../src/core/report/types';

function cycle(id: string, points: number[][], over: Partial<Cycle> = {}): Cycle {
  return {
    id,
    order: points.length,
    points,
    regions: points.map(() => '01'),
    multipliers: [
      { re: -0.5, im: 0.25 },
      { re: -0.5, im: -0.25 },
    ],
    multiplierError: 1e-15,
    spectralRadius: Math.hypot(0.5, 0.25),
    growthPerStep: -0.29,
    stability: 'stable',
    unstableDirections: 0,
    inDomain: true,
    residual: 1.25e-16,
    closure: 0,
    margin: 0.5,
    nearestBorder: { point: 0, unit: 1 },
    verified: true,
    foundBy: 'attractor',
    ...over,
  };
}

/** A report with something in every place. */
export const sample: Report = {
  schema: REPORT_SCHEMA,
  generator: { name: 'rnn-dynamics', version: '0.1.0' },
  file: '=cmd|evil.pt',
  digest: `sha256:${'0'.repeat(64)}`,
  model: {
    ...{ kind: 'PLRNN', variant: { meanCentred: false, negativeSlope: 0, leak: 1, thresholds: 'outside' } },
    ...{ stateDim: 2, reluUnits: 2, inputDim: 0, input: [], equation: "z' = A z + W relu(z) + h", scale: 2 },
    ...{ tensors: { A: 'A', W: 'W', h: 'h' }, assumptions: ['One.'], notes: [] },
  },
  search: {
    ...{ maxOrder: 2, seed: 0, seconds: 0.5, linearSolves: 7, work: { 'map iterates': 100 } },
    ...{ partial: false, stoppedBy: null },
  },
  orders: [
    {
      order: 1,
      complete: true,
      certificate: {
        ...{
          domain: { lower: [-1, -1], upper: [1, 1] },
          periods: 1,
          method: 'test',
          statement: 'All of them.',
        },
        ...{ counts: { 'regions decided': 4 }, errorBound: 1e-12 },
      },
      whyNot: null,
      cycles: [cycle('FP1', [[0.1, -2]], { margin: null, nearestBorder: null, growthPerStep: null })],
      continua: [{ regions: ['01'], dimension: 1, point: [0, 0], directions: [[1, 0]] }],
      boundaryPoints: [
        {
          ...{ id: 'FP2', order: 1, points: [[0, 0]], itineraries: [['00'], ['11']], itineraryCount: 4 },
          ...{ units: [0, 1], residual: 0, verified: true, note: 'On every border.' },
        },
      ],
    },
    {
      ...{ order: 2, complete: false, certificate: null, whyNot: 'It was not asked for.' },
      cycles: [
        cycle('=1+1,"x"', [
          [1, 2],
          [3, 4],
        ]),
      ],
      ...{ continua: [], boundaryPoints: [] },
    },
  ],
  beyond: [
    cycle(
      'C3a',
      [
        [5, 5],
        [6, 6],
        [7, 7],
      ],
      { stability: 'saddle' },
    ),
  ],
  attractors: [
    { kind: 'cycle', cycle: 'C3a', period: 3, lyapunov: -0.1, share: 0.75, evidence: 'It settled.' },
    {
      ...{ kind: 'chaotic', lyapunov: 0.4702, share: 0.125, evidence: 'It wandered.' },
      spectrum: {
        ...{ exponents: [0.4702, -1.1633, null], errors: [0.0012, 0.0012, 0] },
        ...{ dimension: 1.404, dimensionError: 0.001, steps: 64000 },
      },
    },
    { kind: 'divergent', share: 0.125, evidence: 'It left.' },
  ],
  warnings: ['Careful.'],
};
