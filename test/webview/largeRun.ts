import type {
  BifurcationEvent,
  Branch,
  Timeline,
  TimelineAttractor,
  TimelineCheckpoint,
} from '../../src/core/report/timeline';
import type { Stability } from '../../src/core/report/types';
import { A } from './timelineStates';

/** Units of the axis between checkpoints. */
const STEP = 10;
const PHASES = ['stable', 'saddle', 'unstable'] as const satisfies readonly Stability[];
/** Checkpoints between changes of stability of a branch. */
const PHASE = 140;
/** Simulated points at a checkpoint whose attractor is no listed cycle. */
const FOG = 160;

/**
 * A made-up run that loads every row of the timeline: one branch in ten is a fixed point through the whole run, the
 * others are pairs of cycles of orders 2 to 9 that live for 30 to 90 per cent of it. Each changes its stability every 140
 * checkpoints, every tenth checkpoint simulates a chaotic orbit, and there is a loss for every epoch. Same arguments,
 * same run.
 */
export function largeRun(checkpoints: number, branches: number): Timeline {
  const epochs = Array.from({ length: checkpoints }, (_, i) => STEP * i);
  const last = epochs.at(-1)!;
  const events: BifurcationEvent[] = [];
  const made = Array.from({ length: branches }, (_, b) => branchOf(b, branches, epochs, events));
  events.sort((a, b) => a.epoch - b.epoch);
  const lossAt = (epoch: number): number =>
    0.9 * Math.exp(-epoch / last) * (1 + 0.2 * wave(epoch * 0.9) + (epoch % 640 < 20 ? 0.8 : 0));
  return {
    ...A,
    run: { ...A.run, folder: `${String(checkpoints)} checkpoints, ${String(branches)} branches` },
    loss: Array.from({ length: last }, (_, i) => ({
      epoch: i + 1,
      loss: lossAt(i + 1),
      gradNorm: 0.4 + 0.2 * wave(i * 0.37) + 0.1 * wave(i * 0.011),
    })),
    checkpoints: epochs.map((epoch, i) => checkpointOf(epoch, i, lossAt(epoch), made)),
    branches: made,
    events,
    lossJumps: Array.from({ length: Math.floor(last / 640) }, (_, i) => ({
      epoch: 640 * (i + 1),
      change: 0.5,
      z: 8,
    })),
  };
}

/** Smooth, bounded by 1, without a period that the eye or a cache could use. */
const wave = (t: number): number => 0.6 * Math.sin(t) + 0.4 * Math.sin(1.618 * t + 0.7);

function branchOf(b: number, of: number, epochs: readonly number[], events: BifurcationEvent[]): Branch {
  const fixed = b < Math.max(1, Math.round(of / 10));
  const pair = b >> 1;
  const order = fixed ? 1 : 2 + (pair % 8);
  const share = fixed ? 1 : 0.3 + 0.6 * Math.abs(wave(3.1 * pair));
  const length = Math.max(2, Math.round(share * epochs.length));
  const from = Math.round((epochs.length - length) * (0.5 + 0.5 * wave(5.7 * pair)));
  const id = `B${String(b + 1)}`;
  const phaseOf = (i: number): Stability => PHASES[(Math.floor((i + 17 * b) / PHASE) + b) % PHASES.length]!;
  const level = 2 * wave(1.3 * b);
  const samples = epochs.slice(from, from + length).map((epoch, k) => {
    const stability = phaseOf(from + k);
    const growthPerStep = (stability === 'stable' ? -1 : 1) * (0.02 + 0.015 * wave(0.05 * k + b));
    return {
      epoch,
      points: Array.from({ length: order }, (_, j) => {
        const turn = (2 * Math.PI * j) / order + 0.004 * k;
        return [
          level + 0.25 * wave(0.021 * k + b) + 0.02 * wave(0.9 * k) + 0.5 * Math.cos(turn),
          0.4 * Math.sin(turn) + 0.1 * wave(0.03 * k),
        ];
      }),
      spectralRadius: Math.exp(growthPerStep * order),
      growthPerStep,
      stability,
      margin: 0.05,
    };
  });
  const event = (k: number, change: Partial<BifurcationEvent>): BifurcationEvent => {
    const epoch = samples[k]!.epoch;
    return {
      ...A.events[0]!,
      id: `${id}-${String(k)}`,
      epoch,
      epochs: [epoch, epoch],
      s: 0,
      order,
      branches: [id],
      point: samples[k]!.points[0]!,
      unit: 0,
      pointIndex: 0,
      multiplier: null,
      text: `${id} changes.`,
      ...change,
    };
  };
  for (let k = 1; k < samples.length; k++) {
    const [before, after] = [samples[k - 1]!.stability, samples[k]!.stability];
    if (before !== after)
      events.push(event(k, { kind: k % 2 === 0 ? 'center' : 'bcb-flip', stability: [before, after] }));
  }
  if (!fixed && b % 2 === 0) {
    const both = [id, `B${String(b + 2)}`];
    events.push(
      event(0, { kind: 'bcb-fold', branches: both, born: both, stability: [null, 'stable'] }),
      event(samples.length - 1, {
        kind: 'bcb-fold',
        branches: both,
        died: both,
        stability: ['stable', null],
      }),
    );
  }
  return { id, order, family: fixed ? 0 : 1 + pair, from: null, to: null, samples };
}

function checkpointOf(
  epoch: number,
  i: number,
  loss: number,
  branches: readonly Branch[],
): TimelineCheckpoint {
  const alive = branches.filter(
    ({ samples }) => samples[0]!.epoch <= epoch && epoch <= samples.at(-1)!.epoch,
  );
  const counts: Record<number, { stable: number; saddle: number; unstable: number; marginal: number }> = {};
  for (const { order } of alive)
    (counts[order] ??= { stable: 0, saddle: 0, unstable: 0, marginal: 0 }).stable++;
  const chaotic = i % 10 === 0;
  const spectrum = {
    exponents: [0.03 * wave(0.02 * i), -0.1 + 0.03 * wave(0.03 * i)],
    errors: [1e-5, 1e-5],
    dimension: 1,
    dimensionError: 0,
    steps: 16_000,
  };
  const attractor: TimelineAttractor = chaotic
    ? { kind: 'chaotic', period: null, branch: null, lyapunov: 0.02, share: 1, spectrum }
    : { kind: 'fixed-point', period: 1, branch: 'B1', lyapunov: null, share: 1, spectrum };
  return {
    ...A.checkpoints[0]!,
    epoch,
    file: `ckpt_${String(epoch)}.pt`,
    loss,
    weightChange: 0.01 * Math.exp(wave(0.05 * i)),
    counts,
    attractors: [attractor],
    fog: chaotic
      ? Array.from({ length: FOG }, (_, k) => [2.2 * wave(1.7 * k + i), 0.6 * wave(2.3 * k - i)])
      : [],
    distanceToBifurcation: {
      value: 0.003 * Math.exp(2 * wave(0.04 * i)),
      which: { branch: 'B1', kind: 'center', unit: null },
      weights: [{ parameter: 'W', index: [0, 1], gradient: 0.7 }],
    },
    branches: alive.map(({ id }) => id),
  };
}
