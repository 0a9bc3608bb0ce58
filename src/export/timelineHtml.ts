import type { Timeline } from '../core/report/timeline';
import { escapeXml as text } from '../figures/svgPainter';

/** Tables list at most this many rows; the JSON and CSV exports hold all. */
const MAX_ROWS = 2000;

/** The timeline as one HTML file for people: no scripts, nothing loaded from elsewhere, fit for paper. */
export function timelineToHtml(timeline: Timeline): string {
  const { run, checkpoints, branches, events, lossJumps, association } = timeline;
  const title = `Training timeline of ${run.folder}`;
  const rows = events
    .slice(0, MAX_ROWS)
    .map(
      (event) =>
        `<tr><td>${event.id}</td><td class="n">${event.epoch.toFixed(2)}</td><td>${text(event.text)}</td><td>${event.born.join(' ')}</td><td>${event.died.join(' ')}</td></tr>`,
    );
  const tests = association
    ? ([
        ['Whole run', association.wholeRun],
        ['Dense window', association.denseWindow],
      ] as const)
    : [];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body><main>
<h1>${text(title)}</h1>
<p>${text(run.kind)}, ${String(checkpoints.length)} checkpoints, ${String(branches.length)} branches, ${String(events.length)} events, ${String(lossJumps.length)} loss jumps${run.forcing === null ? '' : `, forcing: ${text(run.forcing)}`}.</p>
${timeline.warnings.map((warning) => `<p class="warning">${text(warning)}</p>`).join('\n')}
<h2>Events</h2>
<table><thead><tr><th>Event</th><th>${timeline.axis === 'index' ? 'Index' : timeline.axis === 'step' ? 'Step' : 'Epoch'}</th><th>What happens</th><th>Born</th><th>Died</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table>
${events.length > MAX_ROWS ? `<p>${String(events.length - MAX_ROWS)} further events are in the JSON and CSV exports.</p>` : ''}
${
  association
    ? `<h2>Loss jumps at bifurcations</h2><p>${text(association.definition)}</p><table><thead><tr><th></th><th>Matched</th><th>Jumps</th><th>Expected</th><th>p</th></tr></thead><tbody>
${tests.flatMap(([name, test]) => (test ? [`<tr><td>${name} (${String(test.from)} to ${String(test.to)})</td><td class="n">${String(test.matched)}</td><td class="n">${String(test.jumps)}</td><td class="n">${test.expected.toFixed(1)}</td><td class="n">${test.pValue.toFixed(3)}</td></tr>`] : [])).join('\n')}
</tbody></table>`
    : ''
}
<p>Made by ${text(timeline.generator.name)} ${text(timeline.generator.version)}.</p>
</main></body>
</html>
`;
}

const STYLE = `:root { color-scheme: light dark; }
body { font: 14px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .15rem .7rem; border-bottom: 1px solid #8884; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.warning { border-left: 3px solid #d55e00; padding-left: .7rem; }
`;
