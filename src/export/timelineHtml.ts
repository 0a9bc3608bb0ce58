import type { Timeline } from '../core/report/timeline';
import type { Painter, Theme } from '../figures/painter';
import { coordinateOf } from '../figures/projection';
import { escapeXml as text, svgPainter } from '../figures/svgPainter';
import { darkTheme, lightTheme } from '../figures/theme';
import { drawFocus, focusHeight, type FocusFigure } from '../figures/timeline/focus';
import { drawOverview } from '../figures/timeline/overview';
import { figureAxes, firstView, prepareTimeline } from '../figures/timeline/prepare';
import { portraitExtents } from '../figures/timeline/extent';
import { drawPortrait } from '../figures/timeline/portrait';
import {
  axisName,
  eventCause,
  eventName,
  eventObjects,
  forcingWords,
  provenThroughout,
} from '../figures/timeline/words';
import { STYLE } from './html';

/** Tables list at most this many rows; the JSON and CSV exports hold all. */
const MAX_ROWS = 2000;
/** Of the page's text, so that figures are shown at their own size. */
const WIDTH = 1032;

/**
 * The timeline as one HTML file for people: no scripts, nothing loaded from elsewhere, light and dark by the reader's
 * preference, fit for paper. Everything that came from the run's files is escaped.
 */
export function timelineToHtml(timeline: Timeline): string {
  const title = `${timeline.axis === 'offset' ? 'Bifurcation diagram' : 'Training timeline'} of ${timeline.run.folder}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${header(timeline, title)}
${figures(timeline)}
${eventTable(timeline)}
${association(timeline)}
${balance(timeline)}
</main>
</body>
</html>
`;
}

function header(timeline: Timeline, title: string): string {
  const { run, model, checkpoints, branches, events, lossJumps, search, generator } = timeline;
  const proven = provenThroughout(timeline);
  const trained = timeline.axis !== 'offset';
  const unresolved = events.filter(({ kind }) => kind === 'unresolved').length;
  const rows: [string, string][] = [
    ['Equation', `<span class="equation">${text(model.equation)}</span>`],
    ['Checkpoints', `${String(checkpoints.length)}, ${timeline.axis} ${span(timeline)}`],
    ...(trained
      ? ([
          ['Forcing', text(forcingWords(timeline))],
          ['Loss', timeline.lossSource === null ? 'not found' : text(timeline.lossSource)],
        ] satisfies [string, string][])
      : []),
    [
      'Proven',
      proven === 'all'
        ? 'every period, at every checkpoint'
        : proven === 0
          ? 'nothing at every checkpoint'
          : `orders 1 to ${String(proven)}, at every checkpoint`,
    ],
    ['Highest order searched', String(search.maxOrder)],
    ['Made by', text(`${generator.name} ${generator.version}`)],
  ];
  return `<header>
<h1>${text(title)}</h1>
<p class="lead">${text(run.kind)} · ${String(branches.length)} branches, ${String(events.length)} events (${String(unresolved)} unresolved)${trained ? `, ${String(lossJumps.length)} loss jumps` : ''}</p>
${search.partial ? `<p class="warning">This timeline is partial${search.stoppedBy === null ? '' : ` (${text(search.stoppedBy)})`}.</p>` : ''}
${timeline.warnings.map((warning) => `<p class="warning">${text(warning)}</p>`).join('\n')}
<dl>${rows.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('\n')}</dl>
</header>`;
}

function span({ checkpoints }: Timeline): string {
  return [checkpoints[0], checkpoints.at(-1)].map((c) => String(c?.epoch ?? '')).join(' to ');
}

function figures(timeline: Timeline): string {
  const prepared = prepareTimeline(timeline);
  const view = firstView(prepared);
  const { stateDim } = timeline.model;
  const [first, second] = figureAxes(timeline).map((axis) =>
    coordinateOf(axis, stateDim, timeline.principal && { principal: timeline.principal }),
  );
  const figure: FocusFigure = {
    prepared,
    view,
    coordinate: first!,
    ...{ values: null, growth: null, selected: null, laneNames: true, beside: [] },
    show: { weightChange: true, simulated: true, persistence: false, exponents: true },
  };
  const overview = { runs: [{ name: timeline.run.folder, prepared, view }] };
  const whole = view[0] === prepared.extent[0] && view[1] === prepared.extent[1];
  const epoch = timeline.checkpoints.at(-1)?.epoch;
  const cycles = timeline.branches.some(({ order }) => order > 1)
    ? ' Numbers above the diagram are orders of cycles.'
    : '';
  const axes = [first!, second!] as const;
  const last =
    stateDim < 2 || epoch === undefined
      ? ''
      : `<figure>${inBothThemes(
          `Phase portrait, ${axisName(timeline)} ${String(epoch)}`,
          440,
          440,
          'portrait',
          (painter, theme) =>
            drawPortrait(
              painter,
              { prepared, epoch, axes, extents: portraitExtents(prepared, axes), event: null },
              theme,
            ),
        )}
<figcaption>Phase portrait at ${axisName(timeline)} ${String(epoch)}, the last. Filled: stable, half filled: saddle, hollow: unstable; circles are fixed points. Grey: simulated.</figcaption></figure>`;
  return `<section><h2>Bifurcations along ${timeline.axis === 'offset' ? 'the direction' : 'training'}</h2>
<figure class="wide">${inBothThemes('The whole run', WIDTH, 130, 'overview', (painter, theme) => drawOverview(painter, overview, theme))}
${inBothThemes(whole ? 'The whole run in rows' : 'The stretch that holds most bifurcations', WIDTH, focusHeight(figure), 'focus', (painter, theme) => drawFocus(painter, figure, theme))}
<figcaption>Above the whole run, below ${whole ? 'its rows' : 'the marked stretch of it'}: loss, objects by stability, ${text(first!.title)} of every branch, bifurcations by kind (a number counts those that would stand on each other), growth per step. Filled or solid: stable; half filled: saddle; hollow: unstable.${cycles} Points in grey are simulated; an arrow at the edge of the diagram marks a branch beyond it, with the value that comes nearest.</figcaption></figure>
${last}</section>`;
}

function inBothThemes(
  name: string,
  width: number,
  height: number,
  prefix: string,
  draw: (painter: Painter, theme: Theme) => void,
): string {
  return [
    { kind: 'light', theme: lightTheme },
    { kind: 'dark', theme: darkTheme },
  ]
    .map(({ kind, theme }) => {
      const painter = svgPainter(width, height, theme, name, `${prefix}-${kind}-`);
      draw(painter, theme);
      return `<div class="only-${kind}">${painter.toSvg(false)}</div>`;
    })
    .join('');
}

function eventTable({ events, axis }: Timeline): string {
  if (events.length === 0) return '<section><h2>Events</h2><p>No events.</p></section>';
  const rows = events.slice(0, MAX_ROWS).map((event) => {
    const cells = [
      event.id,
      axis === 'offset' ? event.epoch.toPrecision(6) : event.epoch.toFixed(2),
      eventName(event),
      eventObjects(event),
      eventCause(event),
    ];
    return `<tr>${cells.map((cell, c) => `<td${c === 1 ? ' class="number"' : ''}>${text(cell)}</td>`).join('')}</tr>`;
  });
  return `<section><h2>Events</h2>
<table><thead><tr><th>Event</th><th>${{ epoch: 'Epoch', step: 'Step', index: 'Index', offset: 'Offset' }[axis]}</th><th>Kind</th><th>Objects</th><th>Cause</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
${events.length > MAX_ROWS ? `<p>${String(events.length - MAX_ROWS)} further events are in the JSON and CSV exports.</p>` : ''}
<p>Cycles that begin and end between two checkpoints are not seen.</p></section>`;
}

function association({ association: found }: Timeline): string {
  if (!found) return '';
  const tests = [
    { name: 'Whole run', test: found.wholeRun },
    { name: 'Dense window', test: found.denseWindow },
  ];
  const rows = tests.flatMap(({ name, test }) =>
    test
      ? [
          `<tr><td>${name}, ${String(test.from)} to ${String(test.to)}</td><td class="number">${String(test.matched)} of ${String(test.jumps)}</td><td class="number">${test.expected.toFixed(1)}</td><td class="number">${test.pValue.toFixed(2)}</td></tr>`,
        ]
      : [],
  );
  return `<section><h2>Loss jumps at bifurcations</h2>
<table><thead><tr><th>Window</th><th>Jumps at a bifurcation</th><th>Expected</th><th>p</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table><p>${text(found.definition)}</p></section>`;
}

function balance({ balance: { steps, broken } }: Timeline): string {
  const said = `Counts before + births - deaths = counts after was checked over ${String(steps)} steps between checkpoints, in every proven order.`;
  return `<section><h2>Balance</h2><p>${said}${broken.length === 0 ? ' It holds everywhere.' : ''}</p>
${broken.map(({ epochs, text: what }) => `<p class="warning">${text(`${epochs.join(' to ')}: ${what}`)}</p>`).join('\n')}</section>`;
}
