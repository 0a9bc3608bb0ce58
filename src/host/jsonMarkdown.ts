import * as vscode from 'vscode';
import type { Report } from '../core/report/types';
import type { ElementHover, JsonHover, JsonModel, ModelHover, TensorHover } from '../protocol/json';

/** What a hover says, as Markdown. Pictures are in a colour that is legible on every theme's background. */
export function hoverMarkdown(
  { content }: JsonHover,
  document: vscode.TextDocument,
  report: Report | null,
): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  switch (content.kind) {
    case 'tensor':
      markdown.appendMarkdown(tensorText(content));
      break;
    case 'element':
      markdown.appendMarkdown(elementText(content));
      break;
    case 'model':
      markdown.isTrusted = { enabledCommands: ['rnnDynamics.analyze'] };
      markdown.appendMarkdown(modelText(content, document, report));
      break;
  }
  return markdown;
}

/** `PLRNN · M = 3` or `shPLRNN · M = 3, L = 20`; what is open where the kind is not known. */
export function modelTitle(model: JsonModel): string {
  if (model.status !== 'recognised') {
    return model.status === 'ambiguous'
      ? vscode.l10n.t('asks which equation')
      : model.status === 'refused'
        ? vscode.l10n.t('cannot be analysed')
        : vscode.l10n.t('not recognised');
  }
  const { kind, stateDim, reluUnits } = model;
  return `${kind} · M = ${stateDim}${reluUnits === stateDim ? '' : `, ${unitsName(kind)} = ${reluUnits}`}`;
}

function unitsName(kind: string): string {
  return kind === 'ALRNN' ? 'P' : 'L';
}

export function shapeText(shape: readonly number[]): string {
  return shape.join(' × ');
}

function tensorText({ name, shape, parameter, facts, spectral, largest }: TensorHover): string {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const as = parameter === null || parameter === last ? '' : ` (${code(parameter)})`;
  const many = vscode.l10n.t('{0} numbers', facts.count.toLocaleString('en'));
  const lines = [`**${code(name)}**${as} · ${shapeText(shape)}${shape.length > 1 ? ` · ${many}` : ''}`];
  const missing = [
    ...(facts.nan > 0 ? [`${facts.nan} NaN`] : []),
    ...(facts.infinite > 0 ? [vscode.l10n.t('{0} infinite', facts.infinite)] : []),
  ];
  if (missing.length > 0) lines.push(`⚠ ${vscode.l10n.t('{0}; the rest is described', missing.join(', '))}`);
  if (facts.mean !== null) {
    const zero = facts.zeros / facts.count;
    lines.push(
      table([
        ...(['min', 'mean', 'max', 'std'] as const).map((name) => [name, number(facts[name])] as const),
        [shape.length > 1 ? vscode.l10n.t('Frobenius norm') : vscode.l10n.t('norm'), number(facts.norm)],
        [vscode.l10n.t('zeros'), facts.zeros === 0 ? '0' : `${facts.zeros} (${number(100 * zero, 3)} %)`],
        ...spectralCells(spectral),
      ]),
    );
  }
  if (spectral === 'busy')
    lines.push(`_${vscode.l10n.t('Singular values and eigenvalues are being computed; hover again.')}_`);
  if (spectral === 'failed')
    lines.push(`_${vscode.l10n.t('The singular values or eigenvalues did not converge.')}_`);
  if (spectral === 'too large')
    lines.push(`_${vscode.l10n.t('Singular values are computed for matrices up to 600 × 600.')}_`);
  if (largest.length > 1)
    lines.push(
      `${vscode.l10n.t('Largest')}: ${largest.map(({ index, value }) => `${code(index.map((i) => `[${i}]`).join(''))} ${number(value)}`).join(' · ')}`,
    );
  if (facts.histogram && facts.min !== null && facts.max !== null)
    lines.push(histogram(facts.histogram, facts.min, facts.max));
  return lines.join('\n\n');
}

function spectralCells(spectral: TensorHover['spectral']): (readonly [string, string])[] {
  if (spectral === null || typeof spectral === 'string') return [];
  return [
    [vscode.l10n.t('spectral norm'), number(spectral.spectralNorm)],
    [vscode.l10n.t('rank'), String(spectral.rank)],
    [vscode.l10n.t('condition'), spectral.condition === null ? '∞' : number(spectral.condition)],
    ...(spectral.spectralRadius === null
      ? []
      : [[vscode.l10n.t('spectral radius'), number(spectral.spectralRadius)] as const]),
  ];
}

function elementText({ name, value, z, rank, modulusRank, count, row, column }: ElementHover): string {
  const cells: (readonly [string, string])[] = [];
  if (z !== null) cells.push(['z-score', number(z, 3)]);
  if (rank !== null) cells.push([vscode.l10n.t('rank by value'), vscode.l10n.t('{0} of {1}', rank, count)]);
  if (modulusRank !== null)
    cells.push([vscode.l10n.t('by modulus'), vscode.l10n.t('{0} of {1}', modulusRank, count)]);
  const norms: (readonly [string, string])[] = [row, column].flatMap((line) =>
    line ? [[vscode.l10n.t('norm of {0}', code(line.name)), number(line.norm)] as const] : [],
  );
  return [
    `**${code(name)}** = ${String(value)}`,
    ...[cells, norms].filter((part) => part.length > 0).map((part) => table(part)),
  ].join('\n\n');
}

function modelText(
  { model, tensors, parameters, entries }: ModelHover,
  document: vscode.TextDocument,
  report: Report | null,
): string {
  const counts = vscode.l10n.t('{0} tensors, {1} numbers', tensors, parameters.toLocaleString('en'));
  const lines = [`**${modelTitle(model)}** · ${counts}`];
  if (model.status === 'recognised') {
    lines.push(code(model.equation));
    for (const assumption of model.assumptions.slice(0, 3)) lines.push(`_${escape(assumption)}_`);
  } else lines.push(escape(model.text));
  if (entries > 1)
    lines.push(vscode.l10n.t('One of {0} sets of weights; the last one is analysed.', entries));
  if (report) lines.push(`${vscode.l10n.t('Last analysis')}: ${reportLine(report)}`);
  if (model.status === 'recognised' || model.status === 'ambiguous') {
    const target = encodeURIComponent(JSON.stringify([document.uri]));
    lines.push(`[${vscode.l10n.t('Analyze RNN Dynamics')}](command:rnnDynamics.analyze?${target})`);
  }
  return lines.join('\n\n');
}

/** `3 fixed points (1 stable, 2 saddle) · 2 cycles · proven complete: orders 1, 2` */
export function reportLine(report: Report): string {
  const all = report.orders.flatMap(({ cycles }) => cycles);
  const points = all.filter(({ order }) => order === 1);
  const cycles = [...all, ...report.beyond].filter(({ order }) => order > 1);
  const kinds = ['stable', 'saddle', 'unstable', 'marginal'] as const;
  const split = kinds
    .map((kind) => [points.filter(({ stability }) => stability === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}`);
  const proven = report.orders.filter(({ complete }) => complete).map(({ order }) => order);
  return [
    points.length === 1
      ? vscode.l10n.t('1 fixed point')
      : vscode.l10n.t('{0} fixed points', points.length) +
        (split.length > 0 && points.length > 1 ? ` (${split.join(', ')})` : ''),
    cycles.length === 1 ? vscode.l10n.t('1 cycle') : vscode.l10n.t('{0} cycles', cycles.length),
    proven.length > 0
      ? vscode.l10n.t('complete: orders {0}', proven.join(', '))
      : vscode.l10n.t('not proven complete'),
    ...(report.search.partial ? [vscode.l10n.t('stopped early')] : []),
  ].join(' · ');
}

/** Up to six significant digits. */
function number(value: number | null, digits = 6): string {
  if (value === null) return '–';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(digits - 2) : value.toPrecision(digits);
  return (text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text).replace('-', '−').replace('e−', 'e-');
}

const COLUMNS = 4;

/** Names above their values, four to a row, in one table so that the columns are aligned. */
function table(cells: readonly (readonly [string, string])[]): string {
  const columns = Math.min(COLUMNS, cells.length);
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += COLUMNS) {
    const part = Array.from({ length: columns }, (_, i) => cells[at + i] ?? (['', ''] as const));
    // Entities, because white space at the ends of a cell is dropped.
    const row = (texts: readonly string[]): string =>
      `| ${texts.map((text) => (text === '' ? '' : `${text}&emsp;`)).join(' | ')} |`;
    rows.push(row(part.map(([name]) => (at === 0 || name === '' ? name : `**${name}**`))));
    if (at === 0) rows.push(`|${':---|'.repeat(columns)}`);
    rows.push(row(part.map(([, value]) => value)));
  }
  return rows.join('\n');
}

/** Inline code, whatever the text holds. */
function code(text: string): string {
  const shown = text.replace(/\s+/g, ' ').replaceAll('|', '¦').slice(0, 200);
  const fence = '`'.repeat(Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return fence.length === 1 ? `\`${shown}\`` : `${fence} ${shown} ${fence}`;
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&');
}

const WIDTH = 312;
const HEIGHT = 44;
const BLOCKS = '▁▂▃▄▅▆▇█';

/** A small picture, with a description in words and blocks for who cannot see it. */
function histogram(counts: readonly number[], min: number, max: number): string {
  const most = Math.max(...counts);
  const width = WIDTH / counts.length;
  const bars = counts
    .map((count, i) => {
      const height = count === 0 ? 0 : Math.max(1.5, (count / most) * (HEIGHT - 2));
      const y = HEIGHT - 1 - height;
      return `<rect x="${(i * width + 0.5).toFixed(1)}" y="${y.toFixed(1)}" width="${(width - 1).toFixed(1)}" height="${height.toFixed(1)}"/>`;
    })
    .join('');
  const zero =
    min < 0 && max > 0
      ? `<path d="M${((-min / (max - min)) * WIDTH).toFixed(1)} 0V${HEIGHT}" stroke="${INK}" stroke-dasharray="2 2" opacity=".8"/>`
      : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"><g fill="${FILL}">${bars}</g>${zero}<path d="M0 ${HEIGHT - 0.5}H${WIDTH}" stroke="${INK}"/></svg>`;
  const blocks = counts
    .map((count) => (count === 0 ? ' ' : BLOCKS[Math.ceil((count / most) * 8) - 1]))
    .join('');
  const range = vscode.l10n.t('{0} to {1}, {2} at most in a bin', number(min, 3), number(max, 3), most);
  const data = Buffer.from(svg).toString('base64');
  return `![${vscode.l10n.t('Histogram')}, ${range}: ${blocks}](data:image/svg+xml;base64,${data}|width=${WIDTH},height=${HEIGHT})`;
}

/** At least 3:1 against white, black, and the backgrounds of the default themes. */
const FILL = '#2f86c8';
const INK = '#808080';
