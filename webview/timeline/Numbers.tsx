import type { JSX } from 'preact';
import type { AssociationTest, EventKind, Timeline } from '../../src/core/report/timeline';
import { EVENT_KINDS, kindName } from '../../src/figures/timeline/words';
import { formatNumber } from '../../src/figures/format';

/** Event rates, counts by kind and the association with loss jumps, of one run or of two side by side. */
export function Numbers({ runs }: { runs: readonly { name: string; timeline: Timeline }[] }): JSX.Element {
  const row = (name: string, value: (timeline: Timeline) => string, title?: string): JSX.Element => (
    <tr key={name}>
      <th scope="row" title={title}>
        {name}
      </th>
      {runs.map((run) => (
        <td key={run.name} class="number">
          {value(run.timeline)}
        </td>
      ))}
    </tr>
  );
  const test =
    (
      pick: (a: NonNullable<Timeline['association']>) => AssociationTest | null,
      show: (t: AssociationTest) => string,
    ) =>
    (timeline: Timeline) => {
      const found = timeline.association && pick(timeline.association);
      return found ? show(found) : '–';
    };
  const kinds = EVENT_KINDS.filter((kind) => runs.some(({ timeline }) => count(timeline, kind) > 0));
  const [first] = runs;
  const axis = first?.timeline.axis ?? 'epoch';
  // A model that is moved along a direction has no loss.
  const trained = axis !== 'offset';
  const definition = runs.find(({ timeline }) => timeline.association)?.timeline.association?.definition;
  const dense = runs.find(({ timeline }) => timeline.association?.denseWindow)?.timeline.association
    ?.denseWindow;
  return (
    <section class="numbers" aria-label="Events and loss in numbers">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">quantity</span>
            </th>
            {runs.map((run, i) => (
              <th key={run.name} scope="col" class="number" title={run.name}>
                {runs.length > 1 ? 'AB'[i] : 'run'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {trained && row(`Events per 1000 ${axis}s`, (t) => rate(t))}
          {kinds.map((kind) => row(kindName(kind), (t) => String(count(t, kind))))}
          {trained && (
            <>
              {row('Loss jumps, up and down', (t) => String(t.lossJumps.length))}
              {row(
                'Upward jumps near an event',
                test(
                  (a) => a.wholeRun,
                  (t) => `${String(t.matched)} of ${String(t.jumps)}`,
                ),
                definition,
              )}
              {row(
                'expected by chance',
                test(
                  (a) => a.wholeRun,
                  (t) => t.expected.toFixed(1),
                ),
                definition,
              )}
              {row(
                'p, whole run',
                test(
                  (a) => a.wholeRun,
                  (t) => p(t),
                ),
                definition,
              )}
            </>
          )}
          {dense &&
            row(
              `p, ${axis}s ${String(dense.from)} to ${String(dense.to)}`,
              test(
                (a) => a.denseWindow,
                (t) => p(t),
              ),
              definition,
            )}
        </tbody>
      </table>
      {definition && (
        <details>
          <summary>How this was tested</summary>
          <p>{definition}</p>
        </details>
      )}
    </section>
  );
}

const p = ({ pValue }: AssociationTest): string =>
  pValue < 0.005 ? formatNumber(pValue, 4) : pValue.toFixed(2);
const count = (timeline: Timeline, kind: EventKind): number =>
  timeline.events.filter((event) => event.kind === kind).length;

/** Events other than persistence per 1000 units of the axis. */
function rate({ events, checkpoints }: Timeline): string {
  const span = (checkpoints.at(-1)?.epoch ?? 0) - (checkpoints[0]?.epoch ?? 0);
  if (span <= 0) return '–';
  return ((1000 * events.filter(({ kind }) => kind !== 'bcb-persistence').length) / span).toFixed(1);
}
