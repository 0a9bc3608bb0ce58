import type { Scene } from '../core/report/scene';
import type {
  BoundaryPoint,
  Continuum,
  Cycle,
  LyapunovEstimate,
  OrderResult,
  Report,
} from '../core/report/types';
import { dimensionText, withError } from '../figures/attractors';
import type { FigureContinuum } from '../figures/continua';
import {
  countWords,
  DECIMALS,
  formatMultipliers,
  formatNumber,
  formatVector,
  scientific,
} from '../figures/format';
import { markRadius, markStyle, drawMarks } from '../figures/marks';
import { toFigureObjects, type FigureObject } from '../figures/objects';
import type { Painter, Theme } from '../figures/painter';
import { drawSpectrum } from '../figures/spectrum';
import { drawStateSpace } from '../figures/stateSpace';
import { escapeXml as text, svgPainter } from '../figures/svgPainter';
import { darkTheme, lightTheme } from '../figures/theme';

/** Tables list at most this many objects; the JSON and CSV exports hold all. */
const MAX_OBJECTS = 2000;
/** Point tables (coordinates of every point) stop after this many points in all. */
const MAX_POINTS = 20000;
const MAX_COORDINATES = 24;

/**
 * The report as one HTML file for people: no scripts, nothing loaded from elsewhere, light and dark by the
 * reader's preference, fit for paper. Everything that came from the analysed file (names, tensor names) is
 * escaped.
 *
 * @param report the analysis
 * @param scene simulated orbits, principal components and borders for the phase portrait; null leaves them out
 */
export function reportToHtml(report: Report, scene: Scene | null): string {
  const cycles = [...report.orders.flatMap((order) => order.cycles), ...report.beyond];
  const boundary = report.orders.flatMap((order) => order.boundaryPoints);
  const objects = toFigureObjects(cycles, boundary);
  const families = report.orders
    .flatMap((order) => order.continua)
    .map((family, index): FigureContinuum => ({ id: `L${String(index + 1)}`, ...family }));
  const title = `RNN Dynamics of ${report.file}`;
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
${header(report, cycles, boundary)}
${certificates(report)}
${figures(objects, families, scene, report.model.stateDim)}
${objectTable(cycles, boundary, objects)}
${continua(report)}
${attractors(report)}
${points(cycles, boundary)}
${search(report)}
</main>
</body>
</html>
`;
}

function header(report: Report, cycles: readonly Cycle[], boundary: readonly BoundaryPoint[]): string {
  const { model } = report;
  const rows: [string, string][] = [
    ['Equation', `<span class="equation">${text(model.equation)}</span>`],
    [
      'Size',
      `${String(model.stateDim)} state ${plural(model.stateDim, 'dimension')}, ${String(model.reluUnits)} ReLU ${plural(model.reluUnits, 'unit')}`,
    ],
    ['Input', model.input.length > 0 ? `constant ${text(formatVector(model.input, 4, 12))}` : 'none'],
    ['Scale', `${text(formatNumber(model.scale, DECIMALS.card))} (the unit of length of tolerances)`],
    [
      'Tensors',
      Object.entries(model.tensors)
        .map(([parameter, tensor]) => `${text(parameter)} = <code>${text(tensor)}</code>`)
        .join(', ') || 'not named',
    ],
    ['Digest', `<code>${text(report.digest)}</code>`],
    ['Made by', text(`${report.generator.name} ${report.generator.version}`)],
  ];
  return `<header>
<h1>${text(report.file)}</h1>
<p class="lead">${text(model.kind)} · ${text(
    summary(
      cycles,
      boundary,
      report.orders.flatMap((order) => order.continua),
    ),
  )}</p>
${report.search.partial ? `<p class="warning">This search was cut short (${text(report.search.stoppedBy ?? 'stopped')}): the list may lack objects that a full search finds.</p>` : ''}
${bullets('Warnings', report.warnings)}
<dl>${rows.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('\n')}</dl>
${bullets('Assumptions', model.assumptions)}
${bullets('Notes', model.notes)}
</header>`;
}

/** "1 unstable fixed point, 1 stable and 1 saddle 13-cycle". */
function summary(
  cycles: readonly Cycle[],
  boundary: readonly BoundaryPoint[],
  continua: readonly Continuum[],
): string {
  const counts = new Map<string, number>();
  for (const { order, stability } of cycles) {
    const what = `${stability} ${order === 1 ? 'fixed point' : `${String(order)}-cycle`}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const parts = [...counts].map(([what, count]) => `${String(count)} ${plural(count, what)}`);
  if (boundary.length > 0)
    parts.push(`${String(boundary.length)} ${plural(boundary.length, 'object')} on region borders`);
  if (continua.length > 0)
    parts.push(`${String(continua.length)} ${continua.length === 1 ? 'continuum' : 'continua'}`);
  if (parts.length === 0) return 'no objects found';
  return parts.length > 8 ? `${parts.slice(0, 8).join(', ')} and others` : parts.join(', ');
}

function certificates(report: Report): string {
  const rows = report.orders.map((order) => {
    const { certificate } = order;
    const proven = order.complete && certificate !== null;
    const label = proven ? 'Proven complete' : 'No guarantee';
    const words = certificate
      ? `${text(certificate.statement)} <span class="quiet">${text(domainText(certificate.domain))}; method: ${text(certificate.method)}; error bound ${text(scientific(certificate.errorBound, 1))}${countsText(certificate.counts)}.</span>`
      : text(order.whyNot ?? 'No certificate was sought.');
    return `<tr><th scope="row">${order.order === 1 ? 'Fixed points' : `${String(order.order)}-cycles`}</th><td class="${proven ? 'proven' : 'unproven'}">${label}</td><td class="count">${foundText(order)}</td><td>${words}</td></tr>`;
  });
  const beyond =
    report.beyond.length > 0
      ? `<p class="quiet">${String(report.beyond.length)} ${plural(report.beyond.length, 'cycle')} of order above ${String(report.search.maxOrder)} met on the way; no claim is made about such orders.</p>`
      : '';
  return `<section>
<h2>What is proven</h2>
<div class="wide"><table><thead><tr><th scope="col">Order</th><th scope="col">Claim</th><th scope="col" class="count">Found</th><th scope="col">In words</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>${beyond}
</section>`;
}

/** "4", or "4, 1 continuum". */
function foundText({ cycles, boundaryPoints, continua }: OrderResult): string {
  const isolated = cycles.length + boundaryPoints.length;
  if (continua.length === 0) return String(isolated);
  const families = `${String(continua.length)} ${continua.length === 1 ? 'continuum' : 'continua'}`;
  return isolated === 0 ? families : `${String(isolated)}, ${families}`;
}

function domainText(domain: NonNullable<OrderResult['certificate']>['domain']): string {
  if (domain === 'everywhere') return 'Holds everywhere';
  return `Holds inside the box from ${formatVector(domain.lower, 3)} to ${formatVector(domain.upper, 3)}`;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = countWords(counts);
  return parts.length > 0 ? `; ${text(parts.join(', '))}` : '';
}

function figures(
  objects: readonly FigureObject[],
  continua: readonly FigureContinuum[],
  scene: Scene | null,
  stateDim: number,
): string {
  if (objects.length === 0 && !scene) return '';
  // More dimensions than three: the components that carry most of the variance.
  const type = stateDim > 3 && scene && scene.principal.components.length >= 2 ? 'pc' : 'state';
  const portrait = (painter: Painter, theme: Theme) => {
    drawStateSpace(
      painter,
      {
        stateDim,
        objects,
        continua,
        scene: thinned(scene),
        axes: { x: { type, index: 0 }, y: { type, index: 1 } },
        show: { borders: true, simulated: true, trajectories: false },
        selected: null,
        trajectories: [],
        view: null,
      },
      theme,
    );
  };
  const spectrum = (painter: Painter, theme: Theme) => {
    drawSpectrum(painter, { objects, selected: null, perStep: false, compact: true, view: null }, theme);
  };
  const fog = scene && scene.simulated.length > 0 ? ' Small grey dots: simulated orbits, no claim.' : '';
  return `<section class="figures">
<figure>${both('Phase portrait', 560, 560, 'p', portrait)}<figcaption>Phase portrait. Filled marks are stable, half filled saddles, hollow unstable.${fog}</figcaption></figure>
<figure>${both('Multipliers about the unit circle', 400, 380, 's', spectrum)}<figcaption>Multipliers (eigenvalues of the product of Jacobians). Inside the circle contracts, outside expands.</figcaption></figure>
</section>`;
}

/** Orbits shortened so that the file stays small. */
function thinned(scene: Scene | null): Scene | null {
  if (!scene) return null;
  const most = Math.ceil(8000 / Math.max(1, scene.simulated.length));
  return { ...scene, simulated: scene.simulated.map((orbit) => orbit.slice(0, Math.max(2, most))) };
}

/** The drawing in both themes; the style sheet shows one. */
function both(
  name: string,
  width: number,
  height: number,
  prefix: string,
  draw: (painter: Painter, theme: Theme) => void,
): string {
  return (
    [
      ['light', lightTheme],
      ['dark', darkTheme],
    ] as const
  )
    .map(([kind, theme]) => {
      const painter = svgPainter(width, height, theme, name, `${prefix}-${kind}-`);
      draw(painter, theme);
      return `<div class="only-${kind}">${painter.toSvg(false)}</div>`;
    })
    .join('');
}

function objectTable(
  cycles: readonly Cycle[],
  boundary: readonly BoundaryPoint[],
  objects: readonly FigureObject[],
): string {
  if (cycles.length + boundary.length === 0)
    return '<section><h2>Objects</h2><p>No isolated fixed points or cycles were found.</p></section>';
  const rows = cycles.slice(0, MAX_OBJECTS).map((cycle, index) => {
    const multipliers = formatMultipliers(cycle.multipliers, DECIMALS.card);
    const shown = multipliers.slice(0, 6).join(', ') + (multipliers.length > 6 ? ', …' : '');
    const flags = [
      cycle.verified ? '' : 'not verified',
      cycle.inDomain ? '' : 'outside the domain of the claim',
    ].filter(Boolean);
    return `<tr><td>${mark(objects[index]!)}</td><th scope="row"><a href="#points-${text(anchor(cycle.id))}">${text(cycle.id)}</a></th><td>${text(cycle.stability)}${flags.length > 0 ? ` <span class="warning">${flags.join(', ')}</span>` : ''}</td><td class="number">${number(cycle.spectralRadius)}</td><td class="number">${cycle.growthPerStep === null ? '−∞' : number(cycle.growthPerStep)}</td><td class="number">${cycle.margin === null ? '—' : number(cycle.margin)}</td><td class="number">${text(scientific(cycle.residual, 1))}</td><td>${text(shown)}</td></tr>`;
  });
  const edge = boundary
    .slice(0, MAX_OBJECTS)
    .map(
      (point, index) =>
        `<tr><td>${mark(objects[cycles.length + index]!)}</td><th scope="row">${text(point.id)}</th><td colspan="3">on the ${plural(point.units.length, 'border')} of ${String(point.units.length)} ${plural(point.units.length, 'unit')}, ${String(point.itineraryCount)} ${plural(point.itineraryCount, 'itinerary', 'itineraries')}</td><td class="number">0</td><td class="number">${text(scientific(point.residual, 1))}</td><td>${text(point.note)}</td></tr>`,
    );
  const cut =
    cycles.length > MAX_OBJECTS
      ? `<p class="quiet">The first ${String(MAX_OBJECTS)} of ${grouped(cycles.length)} objects; the JSON and CSV exports hold all.</p>`
      : '';
  return `<section>
<h2>Objects</h2>
<div class="wide"><table><thead><tr><td></td><th scope="col">Object</th><th scope="col">Stability</th><th scope="col" class="number">Spectral radius ρ</th><th scope="col" class="number">ln ρ per step</th><th scope="col" class="number">Margin</th><th scope="col" class="number">Residual</th><th scope="col">Multipliers</th></tr></thead><tbody>
${[...rows, ...edge].join('\n')}
</tbody></table></div>${cut}
</section>`;
}

/** The object's mark as in the figures, in the reader's theme. */
function mark(object: FigureObject): string {
  const kind = object.stability === 'boundary' ? 'on a border' : object.stability;
  const radius = Math.min(5, markRadius(1));
  return both(`${kind}, order ${String(object.order)}`, 16, 16, 'm', (painter, theme) => {
    drawMarks(painter, [8, 8], markStyle(object, theme, radius));
  });
}

function continua(report: Report): string {
  const all = report.orders.flatMap((order) =>
    order.continua.map((family) => ({ order: order.order, family })),
  );
  if (all.length === 0) return '';
  const rows = all
    .slice(0, MAX_OBJECTS)
    .map(
      ({ order, family }, index) =>
        `<li><strong>L${String(index + 1)}</strong> ${order === 1 ? 'Fixed points' : `${String(order)}-cycles`}: a ${String(family.dimension)}-dimensional family through ${text(formatVector(family.point, 4, 8))}</li>`,
    );
  return `<section><h2>Continua</h2><p>Affine families of solutions, not isolated objects.</p><ul>${rows.join('')}</ul></section>`;
}

function attractors(report: Report): string {
  if (report.attractors.length === 0) return '';
  const rows = report.attractors.map((attractor) => {
    const lyapunov = attractor.spectrum
      ? spectrumWords(attractor.spectrum)
      : attractor.lyapunov === undefined
        ? ''
        : `, largest Lyapunov exponent about ${text(formatNumber(attractor.lyapunov, 4))} per step`;
    const period = attractor.period === undefined ? '' : `, period ${String(attractor.period)}`;
    const cycle = attractor.cycle === undefined ? '' : ` ${text(attractor.cycle)}`;
    return `<tr><th scope="row">${text(attractor.kind)}${cycle}</th><td class="number">${text(formatNumber(100 * attractor.share, 1))} %</td><td>${text(attractor.evidence)}${period}${lyapunov}</td></tr>`;
  });
  return `<section>
<h2>Where simulations end</h2>
<p class="quiet">From sampled initial states; an observation, not a proof.</p>
<div class="wide"><table><thead><tr><th scope="col">Attractor</th><th scope="col" class="number">Share</th><th scope="col">Evidence</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>
</section>`;
}

/** Exponents that are written out. */
const MAX_EXPONENTS = 12;

function spectrumWords(spectrum: LyapunovEstimate): string {
  const { exponents, errors } = spectrum;
  const listed = exponents.slice(0, MAX_EXPONENTS).map((value, i) => withError(value, errors[i] ?? 0));
  const more = exponents.length > MAX_EXPONENTS ? `, … ${String(exponents.length)} in all` : '';
  return text(
    `. Lyapunov exponents per step ± standard error: ${listed.join(', ')}${more}; Kaplan–Yorke dimension ${dimensionText(spectrum)}`,
  );
}

function points(cycles: readonly Cycle[], boundary: readonly BoundaryPoint[]): string {
  let left = MAX_POINTS;
  const parts: string[] = [];
  const table = (id: string, all: readonly (readonly number[])[], regions: readonly string[]) => {
    if (left <= 0) return;
    left -= all.length;
    const n = all[0]?.length ?? 0;
    const shown = Math.min(n, MAX_COORDINATES);
    const head = Array.from(
      { length: shown },
      (_, i) => `<th scope="col" class="number">z<sub>${String(i + 1)}</sub></th>`,
    );
    const body = all.map((point, j) => {
      const cells = point
        .slice(0, shown)
        .map((value) => `<td class="number">${text(formatNumber(value, DECIMALS.table))}</td>`);
      return `<tr><th scope="row">${String(j + 1)}</th>${cells.join('')}${regions[j] === undefined ? '' : `<td class="region">${text(regions[j])}</td>`}</tr>`;
    });
    const cut =
      n > shown ? `<p class="quiet">The first ${String(shown)} of ${String(n)} coordinates.</p>` : '';
    parts.push(
      `<details id="points-${text(anchor(id))}"><summary>${text(id)}, ${String(all.length)} ${plural(all.length, 'point')}</summary><div class="wide"><table><thead><tr><th scope="col">j</th>${head.join('')}${regions.length > 0 ? '<th scope="col">Region</th>' : ''}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>${cut}</details>`,
    );
  };
  for (const cycle of cycles.slice(0, MAX_OBJECTS)) table(cycle.id, cycle.points, cycle.regions);
  for (const point of boundary.slice(0, MAX_OBJECTS)) table(point.id, point.points, []);
  if (parts.length === 0) return '';
  return `<section><h2>Points</h2>${parts.join('\n')}${left <= 0 ? '<p class="quiet">Further points are in the JSON and CSV exports.</p>' : ''}</section>`;
}

function search(report: Report): string {
  const { search: s } = report;
  const work = Object.entries(s.work).map(([what, count]) => `${what} ${grouped(count)}`);
  const parts = [
    `orders up to ${String(s.maxOrder)}`,
    `seed ${String(s.seed)}`,
    `${formatNumber(s.seconds, 2)} s`,
    `${grouped(s.linearSolves)} linear solves`,
    ...work,
  ];
  return `<footer><h2>Search</h2><p>${text(parts.join(' · '))}</p></footer>`;
}

function bullets(name: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<h2>${name}</h2><ul>${items.map((item) => `<li>${text(item)}</li>`).join('')}</ul>`;
}

function number(value: number): string {
  return text(formatNumber(value, DECIMALS.card));
}

/** 1048576 -> "1 048 576" with narrow no-break spaces. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

/** Ids are the report's own, but a file edited by strangers may hold anything. */
function anchor(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_');
}

export const STYLE = `
:root{color-scheme:light dark;--ink:#2b2b2b;--ink-2:#616161;--paper:#fff;--rule:#e5e5e5;--proven:#007555;--warn:#b34a00;--link:#005fb8}
@media (prefers-color-scheme:dark){:root{--ink:#ccc;--ink-2:#9d9d9d;--paper:#1f1f1f;--rule:#3a3a3a;--proven:#1fb58a;--warn:#f0743a;--link:#4daafc}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 Inter,"Segoe UI",system-ui,sans-serif;font-variant-numeric:tabular-nums lining-nums}
main{max-width:1080px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:22px;line-height:1.3;margin:0;overflow-wrap:anywhere}
h2{font-size:13px;font-weight:600;color:var(--ink-2);margin:32px 0 8px}
.lead{font-size:16px;margin:4px 0 16px}
.quiet{color:var(--ink-2)}.warning,.unproven{color:var(--warn)}.unproven{color:var(--ink-2)}.proven{color:var(--proven);font-weight:600}
.proven,.unproven{white-space:nowrap}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}dt{color:var(--ink-2)}dd{margin:0;overflow-wrap:anywhere}
code,.region{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.92em}
.region{max-width:28em;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:4px 16px 4px 0;border-bottom:1px solid var(--rule)}
thead th,thead td{color:var(--ink-2);font-weight:400;font-size:12px}
tbody th{font-weight:500;white-space:nowrap}
.number,.count{text-align:right;white-space:nowrap}
td svg{display:block;margin-top:3px}
.figures{display:flex;flex-wrap:wrap;gap:24px;margin-top:24px;align-items:flex-start}
figure{margin:0;flex:1 1 380px;max-width:560px;min-width:0}figure svg{max-width:100%;height:auto}figure.wide{max-width:none}
figcaption{color:var(--ink-2);font-size:12px}
details{border-bottom:1px solid var(--rule);padding:4px 0}summary{cursor:pointer}
.only-dark{display:none}
@media (prefers-color-scheme:dark){.only-dark{display:block}.only-light{display:none}}
@media print{:root{--ink:#000;--ink-2:#444;--paper:#fff;--rule:#bbb;--proven:#00543d;--warn:#8a3800;--link:#000}.only-dark{display:none!important}.only-light{display:block!important}main{max-width:none;padding:0}figure,tr{break-inside:avoid}h2{break-after:avoid}}
`;
