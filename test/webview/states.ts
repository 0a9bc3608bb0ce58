import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BoundaryPoint, Cycle, OrderResult, Report, Stability } from '../../src/core/report/types';
import type { SearchOptions } from '../../src/protocol/job';
import type { ToPanel } from '../../src/protocol/panel';

export interface Parameters {
  A: number[];
  W: number[][];
  h: number[];
}

const fixture = JSON.parse(
  readFileSync(
    join(dirname(fileURLToPath(import.meta.url)), '../fixtures/webview/r1-epoch-2124.json'),
    'utf8',
  ),
) as { model: Parameters; report: Report };

/** A trained 2-D PLRNN: an unstable fixed point, a stable and a saddle 13-cycle, all orders proven in a box. */
export const report = fixture.report;
export const parameters = fixture.model;
export const [fixedPoint, stable13, saddle13] = [
  ...report.orders[0]!.cycles,
  ...report.orders[12]!.cycles,
] as [Cycle, Cycle, Cycle];

const search: SearchOptions = {
  maxOrder: 13,
  seed: 0,
  timeLimit: 60,
  threads: 2,
  memoryLimitMB: 2048,
  certify: true,
};
export const init: ToPanel = {
  type: 'init',
  file: { name: 'ckpt_02124.pt', run: 'R1_plrnn2_vdp_sgd', epoch: 2124 },
  search,
  palette: 'standard',
};
export const model: ToPanel = { type: 'model', model: report.model };
export const progress = (
  stage: string,
  fraction: number | null,
  secondsLeft: number | null = null,
): ToPanel => ({
  type: 'progress',
  progress: { stage, fraction, secondsLeft },
});
export const finds = (...cycles: Cycle[]): ToPanel => ({
  type: 'finds',
  finds: { cycles, boundaryPoints: [] },
});

const unproven = (order: OrderResult): OrderResult => ({
  ...order,
  complete: false,
  certificate: null,
  whyNot: `Order ${String(order.order)} was searched by heuristics only; certified search was not finished.`,
});

/** Made-up objects on circles, for sizes that no small fixture has. */
function madeUp(id: string, order: number, stability: Stability, dim: number, turn: number): Cycle {
  const points = Array.from({ length: order }, (_, j) =>
    Array.from(
      { length: dim },
      (_, i) => (0.4 + 0.003 * turn) * Math.cos((2 * Math.PI * j) / order + turn + i * 1.3),
    ),
  );
  const radius = stability === 'stable' ? 0.5 : 1.4;
  return {
    id,
    order,
    points,
    regions: points.map((point) => point.map((value) => (value > 0 ? '1' : '0')).join('')),
    multipliers: Array.from({ length: dim }, (_, i) => ({
      re: (stability === 'saddle' && i > 0 ? 0.4 : radius) * Math.cos(turn + i) * 0.9 ** i,
      im: 0,
    })),
    multiplierError: 1e-14,
    spectralRadius: radius,
    growthPerStep: Math.log(radius) / order,
    stability,
    unstableDirections: stability === 'stable' ? 0 : stability === 'saddle' ? 1 : dim,
    inDomain: true,
    residual: 3e-16,
    closure: 4e-15,
    margin: Math.min(...points.flat().map(Math.abs)),
    nearestBorder: { point: 0, unit: 0 },
    verified: true,
    foundBy: 'closed walk',
  };
}

function sized(dim: number, cycles: readonly Cycle[], name: string): ToPanel[] {
  const orders = [...new Set(cycles.map(({ order }) => order))].sort((a, b) => a - b);
  const sizedModel = { ...report.model, stateDim: dim, reluUnits: dim };
  const whole: Report = {
    ...report,
    model: sizedModel,
    search: { ...report.search, maxOrder: orders.at(-1) ?? 4, seconds: 14.2 },
    orders: orders.map((order) =>
      unproven({ ...report.orders[0]!, order, cycles: cycles.filter((cycle) => cycle.order === order) }),
    ),
    attractors: [],
  };
  return [{ ...init, file: { name, run: null, epoch: null } } as ToPanel, { type: 'report', report: whole }];
}

const letters = (index: number): string =>
  index < 26 ? String.fromCharCode(97 + index) : letters(Math.floor(index / 26) - 1) + letters(index % 26);

const many = Array.from({ length: 3000 }, (_, i) => {
  const order = 2 + (i % 13);
  const kind: Stability = i % 7 === 0 ? 'stable' : i % 3 === 0 ? 'unstable' : 'saddle';
  return madeUp(`C${String(order)}${letters(Math.floor(i / 13))}`, order, kind, 2, i * 0.01);
}).sort((a, b) => a.order - b.order);

const boundary: BoundaryPoint = {
  id: 'B1',
  order: 1,
  points: [[0, 0]],
  itineraries: [['00'], ['01'], ['10'], ['11']],
  itineraryCount: 4,
  units: [0, 1],
  residual: 0,
  verified: true,
  note: 'The origin lies on the borders of all units: no single Jacobian describes its neighbourhood, so it has no multipliers.',
};

const kinds: Report = {
  ...report,
  search: { ...report.search, maxOrder: 4 },
  orders: [
    { ...report.orders[0]!, boundaryPoints: [boundary] },
    unproven({
      ...report.orders[1]!,
      continua: [{ regions: ['11', '11'], dimension: 1, point: [0.2, 0.1], directions: [[0.6, 0.8]] }],
    }),
    unproven(report.orders[2]!),
    unproven(report.orders[3]!),
  ],
  beyond: [stable13, saddle13],
  attractors: [
    { kind: 'cycle', cycle: 'C13a', period: 13, share: 0.81, evidence: 'Repeats the region word of C13a.' },
    {
      kind: 'chaotic',
      lyapunov: 0.0123,
      spectrum: {
        exponents: [0.0123, -0.4812],
        errors: [0.0011, 0.0013],
        dimension: 1.0256,
        dimensionError: 0.0023,
        steps: 64000,
      },
      share: 0.16,
      evidence: 'The largest Lyapunov exponent over 6000 steps is positive, and no region word repeats.',
    },
    { kind: 'divergent', share: 0.03, evidence: '12 of 400 starts leave every bound.' },
  ],
  warnings: [
    'h has one entry that is not a number in float32; it was read as 0.',
    'Two tensors were not used.',
  ],
  model: {
    ...report.model,
    assumptions: ['The file does not say whether the units are clipped; they were taken as not clipped.'],
  },
};

/** Every state the panel can be in, by name, as the messages that lead to it. */
export const states: Record<string, { messages: ToPanel[]; parameters?: Parameters }> = {
  'first load': { messages: [] },
  reading: { messages: [init] },
  running: { messages: [init, model, finds(fixedPoint), progress('cycles of order 3', 0.31, 2.1)] },
  done: { messages: [init, model, { type: 'report', report }] },
  stopped: {
    messages: [
      init,
      model,
      progress('cycles of order 7', 0.4),
      {
        type: 'report',
        report: {
          ...report,
          orders: report.orders.slice(0, 7).map((order, i) => (i < 1 ? order : unproven(order))),
          beyond: [stable13],
          search: { ...report.search, maxOrder: 12, partial: true, stoppedBy: 'stopped' },
        },
      },
    ],
  },
  'no guarantee': {
    messages: [init, model, { type: 'report', report: { ...report, orders: report.orders.map(unproven) } }],
  },
  'every kind': { messages: [init, model, { type: 'report', report: kinds }] },
  'nothing found': {
    messages: [
      init,
      model,
      {
        type: 'report',
        report: {
          ...report,
          orders: report.orders.slice(0, 4).map((order) => unproven({ ...order, cycles: [] })),
          attractors: [{ kind: 'divergent', share: 1, evidence: 'All 400 starts leave every bound.' }],
        },
      },
    ],
  },
  stale: { messages: [init, model, { type: 'report', report }, { type: 'stale' }] },
  failure: {
    messages: [
      init,
      {
        type: 'failure',
        failure: {
          kind: 'input',
          message: 'The tensor holds values that are not finite.',
          place: 'model_state_dict.W, element [3][17]',
          remedy: 'Use a checkpoint from before the training diverged.',
          stack: 'InputError: The tensor holds values that are not finite.\n    at load (tensor.ts:12:5)',
        },
      },
    ],
  },
  'worker died': {
    messages: [
      init,
      model,
      finds(fixedPoint),
      {
        type: 'failure',
        failure: {
          kind: 'internal',
          message: 'The worker ended unexpectedly.',
          place: '',
          remedy: 'Try again; if it happens again, the log says more.',
        },
      },
    ],
  },
  question: {
    messages: [
      init,
      {
        type: 'failure',
        failure: {
          kind: 'question',
          message: 'The weights fit several architectures, and no file beside them decides.',
          place: '',
          remedy: '',
          question: {
            text: 'How many of the 20 units are rectified?',
            choices: [
              { label: 'All 20: a PLRNN', detail: "z' = A z + W relu(z) + h", options: { kind: 'PLRNN' } },
              {
                label: 'The last 2: an AL-RNN',
                detail: "z' = A z + W Phi(z) + h with P = 2",
                options: { kind: 'ALRNN', set: { P: 2 } },
              },
            ],
          },
        },
      },
    ],
  },
  unrecognised: {
    messages: [
      init,
      {
        type: 'failure',
        failure: {
          kind: 'unrecognised',
          message: 'The names of the tensors belong to no architecture known here.',
          place: '',
          remedy: 'Say which tensor is which parameter; the answer is remembered for the folder.',
          unrecognised: {
            status: 'unrecognised',
            reason: 'The names of the tensors belong to no architecture known here.',
            remedy: 'Say which tensor is which parameter.',
            mappable: [
              {
                kind: 'PLRNN',
                parameters: [
                  { name: 'A', optional: false, fits: ['decay'] },
                  { name: 'W', optional: false, fits: ['coupling'] },
                  { name: 'h', optional: true, fits: ['decay', 'bias'] },
                ],
              },
            ],
          },
        },
      },
    ],
  },
  'thousands of objects': { messages: sized(2, many, 'chaotic.npz'), parameters },
  'one dimension': {
    messages: sized(
      1,
      [madeUp('FP1', 1, 'stable', 1, 0.3), madeUp('C2a', 2, 'unstable', 1, 0.7)],
      'scalar.json',
    ),
    parameters: { A: [0.4], W: [[-1.9]], h: [0.7] },
  },
  'a hundred dimensions': {
    messages: sized(
      100,
      [
        madeUp('FP1', 1, 'saddle', 100, 0.3),
        madeUp('C48a', 48, 'stable', 100, 0.2),
        madeUp('C60a', 60, 'saddle', 100, 0.5),
      ],
      'reservoir_100_units_with_a_long_file_name.safetensors',
    ),
    parameters: {
      A: Array.from({ length: 100 }, (_, i) => 0.5 + 0.004 * i),
      W: Array.from({ length: 100 }, (_, i) =>
        Array.from({ length: 100 }, (_, j) => 0.15 * Math.sin(i * 7 + j * 3)),
      ),
      h: Array.from({ length: 100 }, (_, i) => 0.3 * Math.cos(i)),
    },
  },
};
