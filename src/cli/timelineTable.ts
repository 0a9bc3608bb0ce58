import { isNotable } from '../core/report/events';
import type { AssociationTest, Timeline } from '../core/report/timeline';
import { bullets, columns, plural } from './table';

/** What `timeline` prints for a reader. */
export function timelineTable(timeline: Timeline): string {
  const { run, checkpoints, branches, events, association, balance, search } = timeline;
  const shown = events.filter(isNotable);
  const hidden = events.length - shown.length;
  const rows = shown.map((event) => [
    event.id,
    timeline.axis === 'offset' ? event.epoch.toPrecision(6) : event.epoch.toFixed(2),
    event.kind,
    String(event.order),
    event.born.join(' '),
    event.died.join(' '),
    event.text,
  ]);
  const proven = checkpoints.map(({ provenOrder }) => (provenOrder === 'all' ? Infinity : provenOrder));
  const least = Math.min(...proven);
  const span = [checkpoints[0], checkpoints.at(-1)].map((c) => String(c?.epoch ?? '-')).join(' .. ');
  const unresolved = events.filter(({ kind }) => kind === 'unresolved').length;
  const place = timeline.axis === 'offset' ? 'offset' : 'checkpoint';
  return [
    `${run.folder} · ${run.kind} · ${plural(checkpoints.length, place)}, ${timeline.axis} ${span}` +
      (run.forcing === null ? '' : ` · forcing: ${run.forcing}`),
    `${plural(branches.length, 'branch', 'branches')}, ${plural(shown.length, 'bifurcation')} (${String(unresolved)} unresolved)`,
    // A model that is moved along a direction has no loss.
    ...(timeline.axis === 'offset' ? [] : [lossLine(timeline)]),
    least === Infinity
      ? `Every period is proven complete at every ${place}.`
      : `Orders proven complete at every ${place}: ${least === 0 ? 'none' : `1 to ${String(least)}`} (asked for: ${String(search.maxOrder)}).`,
    `Balance of births and deaths: ${plural(balance.steps, 'step')} checked, ${String(balance.broken.length)} broken.`,
    ...(search.partial ? ['This timeline is partial.'] : []),
    '',
    ...(rows.length === 0
      ? ['No bifurcations.']
      : [columns(['event', 'at', 'kind', 'order', 'born', 'died', ''], rows)]),
    ...(hidden > 0
      ? [
          '',
          `${plural(hidden, 'border crossing')} where an object persists unchanged: not listed (see --json).`,
        ]
      : []),
    ...(association ? ['', 'Loss jumps at bifurcations:', testLine('whole run', association.wholeRun)] : []),
    ...(association?.denseWindow ? [testLine('dense window', association.denseWindow)] : []),
    ...bullets(
      'Balance broken',
      balance.broken.map(({ epochs, text }) => `${epochs.join(' .. ')}: ${text}`),
    ),
    ...bullets('Warnings', timeline.warnings),
    '',
  ].join('\n');
}

/** Where the loss comes from, or that there is none: no jumps would mean something else. */
function lossLine({ lossSource, loss, lossJumps }: Timeline): string {
  if (lossSource === null) return 'Loss: none was found (--loss FILE names one).';
  const up = lossJumps.filter(({ change }) => change > 0).length;
  return `Loss: ${lossSource}, ${plural(loss.length, 'value')}, ${plural(lossJumps.length, 'jump')} (${String(up)} upward)`;
}

function testLine(name: string, test: AssociationTest): string {
  const { pValue, matched, jumps, expected, within, from, to } = test;
  return `  ${name} (${String(from)} .. ${String(to)}): ${String(matched)} of ${String(jumps)} within ${String(within)}, ${expected.toFixed(1)} expected, p = ${pValue.toFixed(3)}`;
}
