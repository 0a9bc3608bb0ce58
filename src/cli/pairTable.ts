import type { Timeline } from '../core/report/timeline';
import { isNotable } from '../core/report/events';
import { correspondences } from '../core/report/pair';
import { bullets, columns } from './table';

/** What `compare` prints for a reader: which objects of the two models correspond, and what lies between. */
export function pairTable(timeline: Timeline): string {
  const { run, events, balance, checkpoints } = timeline;
  const [a, b] = run.pair!;
  const objects = correspondences(timeline);
  const proven = checkpoints.map(({ provenOrder }) =>
    provenOrder === 'all' ? 'every order' : `orders 1 to ${String(provenOrder)}`,
  );
  const bifurcations = events.filter(isNotable);
  return [
    `A: ${a}   (${proven[0]!} proven complete)`,
    `B: ${b}   (${proven[1]!} proven complete)`,
    '',
    objects.length === 0
      ? 'Neither has a fixed point or cycle of these orders.'
      : columns(
          ['object', 'order', 'in A', 'in B', ''],
          objects.map(({ branch, order, before, after, meets }) => [
            branch,
            String(order),
            before ?? '-',
            after ?? '-',
            meets.join(' '),
          ]),
        ),
    '',
    bifurcations.length === 0
      ? 'No bifurcation lies between them on the straight line of the weights.'
      : columns(
          ['event', 's', 'kind', ''],
          bifurcations.map(({ id, s, kind, text }) => [id, s.toFixed(6), kind, text]),
        ),
    ...bullets(
      'Balance broken',
      balance.broken.map(({ text }) => text),
    ),
    ...bullets('Warnings', timeline.warnings),
    '',
  ].join('\n');
}
