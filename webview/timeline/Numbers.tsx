import type { JSX } from 'preact';
import type { AssociationTest, EventKind, Timeline } from '../../src/core/report/timeline';
import { EVENT_KINDS, kindName } from '../../src/figures/timeline/words';
import { formatNumber } from '../../src/figures/format';

/** Event rates, counts by kind and the association with loss jumps, of one run or of two side by side. */
export function Numbers({ runs }: { runs: readonly { name: string; timeline: Timeline }[] }): JSX.Element {
  /** Nothing where no run has a value. */
  const row = (name: string, value: (timeline: Timeline) => string, title?: string): JSX.Element | null => {
    const values = runs.map((run) => value(run.timeline));
    if (values.every((one) => one === '–')) return null;
    return (
      <tr key={name}>
        <th scope="row" title={title}>
          {name}
        </th>
        {values.map((one, i) => (
          <td key={runs[i]!.name} class="number">
            {one}
          </td>
        ))}
      </tr>
    );
  };
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
  const unit = rateUnit(runs.map(({ timeline }) => timeline));
  // A model that is moved along a direction has no loss.
  const trained = axis !== 'offset';
  const definition = runs.find(({ timeline }) => timeline.association)?.timeline.association?.definition;
  const dense = runs.find(({ timeline }) => timeline.association?.denseWindow)?.timeline.association
    ?.denseWindow;
  return (
    <section class="numbers" aria-label="Events and loss in numbers">
      <table>
        <thead class={runs.length > 1 ? undefined : 'unseen'}>
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
          {trained &&
            row(unit === 1 ? `Events per ${axis}` : `Events per ${String(unit)} ${axis}s`, (t) =>
              rate(t, unit),
            )}
          {kinds.map((kind) => row(capitalised(kindName(kind)), (t) => String(count(t, kind))))}
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
                'Expected by chance',
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

const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const lengthOf = ({ checkpoints }: Timeline): number =>
  (checkpoints.at(-1)?.epoch ?? 0) - (checkpoints[0]?.epoch ?? 0);

/** Power of ten that rates are stated for: the largest that the shortest run is as long as. */
function rateUnit(timelines: readonly Timeline[]): number {
  const shortest = Math.min(...timelines.map(lengthOf));
  return shortest >= 1 ? 10 ** Math.floor(Math.log10(shortest) + 1e-9) : 1;
}

/** Events other than persistence per that many units of the axis. */
function rate(timeline: Timeline, unit: number): string {
  const length = lengthOf(timeline);
  if (length <= 0) return '–';
  const events = timeline.events.filter(({ kind }) => kind !== 'bcb-persistence').length;
  return ((unit * events) / length).toFixed(1);
}
