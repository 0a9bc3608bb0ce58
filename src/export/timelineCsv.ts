import type { Timeline } from '../core/report/timeline';
import { complexText, csvText, type Cell } from './csv';

/**
 * A timeline as CSV (RFC 4180): three tables one after the other, each with a header of its own, an empty line between:
 * the events, the branches, the checkpoints. The first column names the table, so that they can be told apart.
 */
export function timelineToCsv(timeline: Timeline): string {
  return [eventRows(timeline), branchRows(timeline), checkpointRows(timeline)].map(csvText).join('\r\n');
}

function eventRows({ events }: Timeline): Cell[][] {
  return [
    [
      ...['event', 'epoch', 'from', 'to', 's', 'sError', 'kind', 'order', 'branches', 'born', 'died'],
      ...[
        'alsoBorn',
        'alsoDied',
        'before',
        'after',
        'mab',
        'atInfinity',
        'unit',
        'pointIndex',
        'multiplier',
        'text',
      ],
    ],
    ...events.map((e): Cell[] => [
      ...[e.id, e.epoch, e.epochs[0], e.epochs[1], e.s, e.sError, e.kind, e.order],
      ...[e.branches, e.born, e.died].map((ids) => ids.join(' ')),
      ...[e.alsoBorn, e.alsoDied].map((list) =>
        list.map((c) => c.branch ?? `order ${String(c.order)}`).join(' '),
      ),
      ...[e.stability[0], e.stability[1], e.mab, e.atInfinity, e.unit, e.pointIndex],
      e.multiplier ? complexText(e.multiplier) : null,
      e.text,
    ]),
  ];
}

function branchRows({ branches, model }: Timeline): Cell[][] {
  return [
    [
      ...['branch', 'order', 'family', 'bornBy', 'diedBy', 'epoch', 'stability'],
      ...['spectralRadius', 'growthPerStep', 'margin'],
      ...Array.from({ length: model.stateDim }, (_, i) => `z${String(i + 1)}`),
    ],
    ...branches.flatMap(({ id, order, family, from, to, samples }) =>
      samples.map((sample): Cell[] => [
        ...[id, order, family, from, to, sample.epoch, sample.stability],
        ...[sample.spectralRadius, sample.growthPerStep, sample.margin, ...sample.points[0]!],
      ]),
    ),
  ];
}

function checkpointRows({ checkpoints }: Timeline): Cell[][] {
  return [
    [
      ...['checkpoint', 'epoch', 'loss', 'gradNorm', 'weightChange', 'provenOrder'],
      ...['stable', 'saddle', 'unstable', 'marginal', 'boundaryPoints', 'continua'],
      ...['attractors', 'lyapunovSpectrum', 'kaplanYorke', 'distanceToBifurcation', 'nearest', 'branches'],
    ],
    ...checkpoints.map((c): Cell[] => {
      const total = (type: 'stable' | 'saddle' | 'unstable' | 'marginal'): number =>
        Object.values(c.counts).reduce((sum, count) => sum + count[type], 0);
      const nearest = c.distanceToBifurcation;
      return [
        ...[c.entry === null ? c.file : `${c.file}#${String(c.entry)}`, c.epoch, c.loss, c.gradNorm],
        ...[c.weightChange, c.provenOrder],
        ...[total('stable'), total('saddle'), total('unstable'), total('marginal')],
        ...[c.boundaryPoints, c.continua],
        c.attractors
          .map(({ kind, period }) => (kind === 'cycle' ? `${String(period)}-cycle` : kind))
          .join('; '),
        c.attractors
          .map(({ spectrum }) => spectrum?.exponents.map((v) => v ?? '-inf').join(' ') ?? '')
          .join('; '),
        c.attractors.map(({ spectrum }) => spectrum?.dimension ?? '').join('; '),
        nearest?.value ?? null,
        nearest ? `${nearest.which.kind} of ${nearest.which.branch}` : null,
        c.branches.join(' '),
      ];
    }),
  ];
}
