import type { BoundaryPoint, Complex, Cycle, Report } from '../core/report/types';

export type Cell = string | number | boolean | null;

/**
 * The objects of a report as CSV (RFC 4180): one row for each point of each fixed point and cycle, those beyond
 * the highest order included, then the points on region borders. Multipliers are written as NumPy prints
 * complex numbers, `(0.5+0.2j)`.
 */
export function reportToCsv(report: Report): string {
  const n = report.model.stateDim;
  const header = [
    ...['id', 'order', 'listed', 'stability', 'spectralRadius', 'growthPerStep', 'multipliers'],
    ...['residual', 'closure', 'margin', 'inDomain', 'verified', 'point', 'region'],
    ...Array.from({ length: n }, (_, i) => `z${String(i + 1)}`),
  ];
  const rows = [
    ...report.orders.flatMap(({ cycles }) => cycles.flatMap((cycle) => cycleRows(cycle, 'searched'))),
    ...report.beyond.flatMap((cycle) => cycleRows(cycle, 'beyond')),
    ...report.orders.flatMap(({ boundaryPoints }) => boundaryPoints.flatMap(boundaryRows)),
  ];
  return csvText([header, ...rows]);
}

/** Rows as RFC 4180 wants them. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map(cellText).join(',') + '\r\n').join('');
}

function cycleRows(cycle: Cycle, listed: 'searched' | 'beyond'): Cell[][] {
  const { id, order, stability, spectralRadius, growthPerStep, residual, closure, margin } = cycle;
  const multipliers = cycle.multipliers.map(complexText).join(' ');
  return cycle.points.map((point, index) => [
    ...[id, order, listed, stability, spectralRadius, growthPerStep, multipliers],
    ...[residual, closure, margin, cycle.inDomain, cycle.verified, index + 1, cycle.regions[index] ?? null],
    ...point,
  ]);
}

function boundaryRows(object: BoundaryPoint): Cell[][] {
  const { id, order, residual, verified } = object;
  return object.points.map((point, index) => [
    ...[id, order, 'searched', 'boundary', null, null, null],
    ...[residual, null, 0, null, verified, index + 1, object.itineraries[0]?.[index] ?? null],
    ...point,
  ]);
}

export function complexText({ re, im }: Complex): string {
  const sign = im < 0 || Object.is(im, -0) ? '-' : '+';
  return `(${String(re)}${sign}${String(Math.abs(im))}j)`;
}

/** A cell as RFC 4180 wants it. Text that a spreadsheet would run as a formula is led by an apostrophe. */
function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
