import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { BifurcationEvent, EventKind } from '../../src/core/report/timeline';
import { SIGN_LINES, signOf } from '../../src/figures/timeline/glyphs';
import type { PreparedTimeline } from '../../src/figures/timeline/prepare';
import {
  axisName,
  EVENT_KINDS,
  eventCause,
  eventName,
  eventObjects,
  jumpNear,
  kindName,
} from '../../src/figures/timeline/words';

function Sign({ event, hue }: { event: BifurcationEvent; hue: string }): JSX.Element {
  const sign = signOf(event);
  const lines = SIGN_LINES[sign];
  let d = '';
  let down = false;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    if (Number.isNaN(lines[i])) {
      down = false;
      continue;
    }
    d += `${down ? 'L' : 'M'}${String(8 + 4.5 * lines[i]!)} ${String(8 + 4.5 * lines[i + 1]!)}`;
    down = true;
  }
  return (
    <svg class={`mark hue-${hue}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      {sign === 'center' ? (
        <>
          <circle class="mark-hollow" cx="8" cy="8" r="5" />
          <circle class="mark-half" cx="8" cy="8" r="1.8" />
        </>
      ) : (
        <path class="mark-line" d={d} />
      )}
    </svg>
  );
}

/** Rows that a table shows at once; the exports hold all. */
const MAX_ROWS = 500;

/** The events of one run as a table, filtered by kind. */
export function EventTable(props: {
  readonly name: string;
  readonly prepared: PreparedTimeline;
  readonly selected: string | null;
  readonly hidden: readonly EventKind[];
  readonly onHidden: (hidden: readonly EventKind[]) => void;
  readonly onEvent: (id: string, open: boolean) => void;
}): JSX.Element {
  const { prepared, hidden, selected } = props;
  const { timeline } = prepared;
  const events = timeline.events.filter(({ kind }) => !hidden.includes(kind));
  const present = EVENT_KINDS.filter((kind) => timeline.events.some((event) => event.kind === kind));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return (
    <section class="events" aria-label={`Events of ${props.name}`}>
      <div class="events-head">
        <h2>Events</h2>
        <span
          class="muted"
          title="Cycles that are born and die between two neighbouring checkpoints may be unseen."
        >
          {events.length} of {timeline.events.length}; cycles living wholly between two checkpoints may be
          unseen
        </span>
        <span class="filters">
          {present.map((kind) => (
            <label key={kind}>
              <input
                type="checkbox"
                checked={!hidden.includes(kind)}
                onChange={() =>
                  props.onHidden(hidden.includes(kind) ? hidden.filter((k) => k !== kind) : [...hidden, kind])
                }
              />
              {kindName(kind)}
            </label>
          ))}
        </span>
      </div>
      <div
        class="events-scroll"
        ref={box}
        tabIndex={0}
        role="region"
        aria-label={`Table of events of ${props.name}`}
      >
        <table>
          <thead>
            <tr>
              <th scope="col" class="number">
                {axisName(timeline)}
              </th>
              <th scope="col">event</th>
              <th scope="col">objects</th>
              <th scope="col">unit or multiplier</th>
              <th scope="col" class="number">
                loss jump
              </th>
            </tr>
          </thead>
          <tbody>
            {events.slice(0, MAX_ROWS).map((event) => (
              <tr
                key={event.id}
                data-event={event.id}
                aria-current={event.id === selected}
                title={event.text}
                onClick={() => props.onEvent(event.id, false)}
                onDblClick={() => props.onEvent(event.id, true)}
              >
                <td class="number">
                  <button type="button" class="link">
                    <Sign event={event} hue={String(prepared.hueOf(event))} />
                    {event.epoch.toFixed(timeline.run.pair ? 4 : 2)}
                  </button>
                </td>
                <td>{eventName(event)}</td>
                <td>{eventObjects(event)}</td>
                <td>{eventCause(event)}</td>
                <td class="number">{jumpNear(timeline, event) || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {events.length === 0 && <p class="muted">No events of the chosen kinds between these checkpoints.</p>}
        {events.length > MAX_ROWS && (
          <p class="muted">The first {MAX_ROWS} are listed; the exports hold all.</p>
        )}
      </div>
    </section>
  );
}
