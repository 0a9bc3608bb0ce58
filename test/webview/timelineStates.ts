import {
  TIMELINE_SCHEMA,
  type BifurcationEvent,
  type Branch,
  type Timeline,
} from '../../src/core/report/timeline';
import type { Stability } from '../../src/core/report/types';
import type { ToTimelinePanel } from '../../src/protocol/timelinePanel';
import { report } from './states';

const base = {
  born: [] as string[],
  died: [] as string[],
  alsoBorn: [],
  alsoDied: [],
  mab: false,
  atInfinity: false,
  unit: null,
  pointIndex: null,
  multiplier: null,
  sError: 1e-12,
};

/** Made up after the shape of a trained 2-D PLRNN: a fixed point that loses and regains stability, cycles that lock. */
export function synthetic(name: string, forcing: string, jumps: boolean): Timeline {
  const epochs: number[] = [];
  for (let e = 0; e <= 3000; e += e >= 2040 && e < 2160 ? 2 : 20) epochs.push(e);
  const centers = [2058.4, 2079.6, 2081.1, 2108, 2118.3, 2136.8];
  const unstable = (e: number) => centers.filter((c) => c <= e).length % 2 === 1;
  const level = (e: number) => 0.4 + 0.05 * Math.sin(e / 9);
  const at = (e: number, s: number) => {
    const before = epochs.findLast((x) => x <= e)!;
    const after = epochs.find((x) => x > before) ?? before + 20;
    return { epochs: [before, after] as const, s, epoch: e };
  };
  const place = (e: number) => {
    const { epochs: pair } = at(e, 0);
    return at(e, (e - pair[0]) / (pair[1] - pair[0]));
  };
  const growthAt = (e: number) => {
    const near = Math.min(...centers.map((c) => Math.abs(c - e)));
    return (unstable(e) ? 1 : -1) * Math.min(0.04, near / 300);
  };
  const samples = [...epochs, ...centers]
    .sort((a, b) => a - b)
    .map((epoch) => {
      const growthPerStep = growthAt(epoch);
      return {
        epoch,
        points: [[level(epoch), -0.2 * level(epoch)]],
        spectralRadius: Math.exp(growthPerStep),
        growthPerStep,
        stability: (unstable(epoch) ? 'unstable' : 'stable') as Stability,
        margin: 0.1,
      };
    });
  const branches: Branch[] = [{ id: 'B1', order: 1, family: 0, from: null, to: null, samples }];
  const events: BifurcationEvent[] = centers.map((epoch, i): BifurcationEvent => ({
    ...base,
    ...place(epoch),
    id: `c${String(i)}`,
    kind: 'center',
    order: 1,
    branches: ['B1'],
    stability: i % 2 === 0 ? ['stable', 'unstable'] : ['unstable', 'stable'],
    point: [level(epoch), -0.2 * level(epoch)],
    multiplier: { re: 0.25, im: Math.sqrt(1 - 0.0625) },
    text: 'A pair of multipliers crosses the unit circle.',
  }));
  [
    [2066.2, 2069.4, 13],
    [2072.9, 2075.1, 27],
    [2082.1, 2083, 38],
    [2093.4, 2095.2, 16],
    [2123.25, 2124.68, 13],
    [2135.98, 2136.17, 11],
  ].forEach(([lo, hi, order], family) => {
    const ids = [`B${String(2 * family + 2)}`, `B${String(2 * family + 3)}`];
    const [from, to] = [`f${String(family)}`, `g${String(family)}`];
    ids.forEach((id, member) => {
      branches.push({
        id,
        order: order!,
        family: family + 1,
        from,
        to,
        samples: [lo!, ...epochs.filter((e) => e > lo! && e < hi!), hi!].map((epoch) => {
          const open = Math.sqrt(Math.max(0, (epoch - lo!) * (hi! - epoch)));
          const growthPerStep = (member === 0 ? -0.05 : 0.02) * open;
          return {
            epoch,
            points: Array.from({ length: order! }, (_, j) => {
              const angle = (2 * Math.PI * (j + (member === 0 ? 0.12 : -0.12) * open)) / order!;
              return [0.4 + 0.35 * Math.cos(angle), 0.3 * Math.sin(angle)];
            }),
            spectralRadius: Math.exp(growthPerStep * order!),
            growthPerStep,
            stability: (member === 0 ? 'stable' : 'saddle') as Stability,
            margin: 0.01 * open,
          };
        }),
      });
    });
    for (const [id, epoch, born] of [
      [from, lo!, true],
      [to, hi!, false],
    ] as const)
      events.push({
        ...base,
        ...place(epoch),
        id,
        kind: 'bcb-fold',
        order: order!,
        branches: ids,
        born: born ? ids : [],
        died: born ? [] : ids,
        stability: born ? [null, 'stable'] : ['stable', null],
        unit: 0,
        pointIndex: 4,
        point: [0.7, 0.1],
        text: 'A stable and a saddle cycle meet on the border of unit 1.',
      });
  });
  events.push({
    ...base,
    ...place(2400.5),
    id: 'p0',
    kind: 'bcb-persistence',
    order: 1,
    branches: ['B1'],
    stability: ['stable', 'stable'],
    unit: 1,
    pointIndex: 0,
    point: [0.3, 0],
    text: 'The fixed point crosses the border of unit 2.',
  });
  events.sort((a, b) => a.epoch - b.epoch);
  const burst = (e: number) => (jumps && e > 2062 && e < 2140 ? 0.3 * Math.abs(Math.sin(e)) : 0);
  const test = { matched: 14, expected: 0.8, jumps: 32, events: 26, within: 2, from: 1, to: 3000 };
  return {
    schema: TIMELINE_SCHEMA,
    generator: { name: 'rnn-dynamics', version: '0.0.0' },
    run: { folder: name, kind: 'PLRNN', hyperparameters: {}, forcing, pair: null },
    model: report.model,
    search: { maxOrder: 40, seed: 0, seconds: 2.1, cached: 0, partial: false, stoppedBy: null },
    axis: 'epoch',
    lossOffset: 0,
    lossSource: 'loss.csv, column loss',
    loss: Array.from({ length: 3000 }, (_, i) => ({
      epoch: i + 1,
      loss: 0.9 * Math.exp(-i / 9000) + burst(i + 1),
      gradNorm: 0.3 + 4 * burst(i + 1) + 0.02 * Math.sin(i),
    })),
    checkpoints: epochs.map((epoch) => {
      const alive = branches.filter((b) => b.samples[0]!.epoch <= epoch && b.samples.at(-1)!.epoch >= epoch);
      const count = (stability: Stability) => (unstable(epoch) === (stability === 'unstable') ? 1 : 0);
      const drifting = unstable(epoch);
      const spectrum = {
        exponents: drifting ? [0, -0.02 - burst(epoch)] : [growthAt(epoch), growthAt(epoch) - 0.05],
        errors: [1e-5, 1e-5],
        dimension: drifting ? 1 : 0,
        ...{ dimensionError: 0, steps: 16_000 },
      };
      return {
        epoch,
        file: `ckpt_${String(epoch)}.pt`,
        entry: null,
        digest: '0'.repeat(64),
        loss: 0.9 * Math.exp(-epoch / 9000) + burst(epoch),
        gradNorm: null,
        weightChange: 0.01 + burst(epoch),
        counts: {
          1: { stable: count('stable'), saddle: 0, unstable: drifting ? 1 : 0, marginal: 0 },
        },
        boundaryPoints: 0,
        continua: 0,
        provenOrder: 'all' as const,
        attractors: drifting
          ? [
              {
                kind: 'quasi-periodic' as const,
                period: null,
                branch: null,
                lyapunov: 0.0004,
                share: 1,
                spectrum,
              },
            ]
          : [{ kind: 'fixed-point' as const, period: 1, branch: 'B1', lyapunov: null, share: 1, spectrum }],
        fog: drifting
          ? Array.from({ length: 160 }, (_, i) => [0.4 + 0.6 * Math.sin(i), 0.6 * Math.cos(i)])
          : [],
        distanceToBifurcation: {
          value: 0.002 + Math.abs(growthAt(epoch)),
          which: { branch: 'B1', kind: 'center' as const, unit: null },
          weights: [{ parameter: 'W', index: [0, 1], gradient: 0.7 }],
        },
        branches: alive.map(({ id }) => id),
        warnings: [],
      };
    }),
    branches,
    principal: null,
    events,
    lossJumps: jumps
      ? [2064, 2080, 2096, 2108, 2124, 2136].map((epoch) => ({ epoch, change: 0.4, z: 9 }))
      : [],
    association: jumps
      ? {
          definition: 'Upward jumps within 2 epochs of an event, against circular shifts of the jumps.',
          wholeRun: { ...test, pValue: 0.02 },
          denseWindow: { ...test, expected: 18.2, pValue: 0.97, from: 2060, to: 2140 },
        }
      : null,
    balance: { steps: epochs.length - 1, broken: [] },
    warnings: [],
  };
}

export const A = synthetic('R1_plrnn2_vdp_sgd', 'none', true);
export const B = synthetic('R2_plrnn2_vdp_gtf', 'GTF alpha 0.15', false);
const init: ToTimelinePanel = { type: 'init', run: { name: A.run.folder }, palette: 'standard' };
const show = (side: 'A' | 'B', timeline: Timeline): ToTimelinePanel[] => [
  { type: 'timeline', side, name: timeline.run.folder, timeline },
  { type: 'busy', side, busy: false },
];
const empty: Timeline = {
  ...A,
  checkpoints: [],
  branches: [],
  events: [],
  loss: [],
  lossJumps: [],
  association: null,
};

/** Every state that the panel is designed for. */
export const timelineStates: Record<string, readonly ToTimelinePanel[]> = {
  waiting: [init],
  partial: [
    init,
    {
      type: 'progress',
      side: 'A',
      progress: { stage: 'checkpoint 40 of 205', fraction: 0.2, secondsLeft: 2 },
    },
    {
      type: 'timeline',
      side: 'A',
      name: A.run.folder,
      timeline: { ...A, search: { ...A.search, partial: true } },
    },
  ],
  done: [init, ...show('A', A)],
  compared: [init, ...show('A', A), ...show('B', B)],
  empty: [init, ...show('A', empty)],
  warned: [
    init,
    ...show('A', { ...A, warnings: ['ckpt_00020.pt is left out: it ends in the middle of a tensor.'] }),
  ],
  failed: [
    init,
    {
      type: 'failure',
      side: 'A',
      failure: {
        kind: 'input',
        message: 'None of 3 files could be read.',
        place: '',
        remedy: 'See the log.',
      },
    },
  ],
};
