import type { Attractor, BoundaryPoint, Complex, Cycle, Report } from '../core/report/types';
import { attractorId, otherAttractors } from '../figures/attractors';

export type Cell = string | number | boolean | null;

/**
 * The objects of a report as CSV (RFC 4180): one row for each point of each fixed point and cycle, those beyond
 * the highest order included, then the points on region borders, then one row for each attractor that is none of them.
 * Multipliers are written as NumPy prints complex numbers, `(0.5+0.2j)`; Lyapunov exponents and their standard errors as
 * it prints arrays, `[0.47 -1.16]`, with `-inf` where a direction collapses. `share` is that of the sampled starts.
 */
export function reportToCsv(report: Report): string {
  const n = report.model.stateDim;
  const header = [
    ...['id', 'order', 'listed', 'stability', 'spectralRadius', 'growthPerStep', 'multipliers'],
    ...['residual', 'closure', 'margin', 'inDomain', 'verified', 'point', 'region'],
    ...['share', 'lyapunov', 'lyapunovErrors', 'dimension', 'dimensionError'],
    ...Array.from({ length: n }, (_, i) => `z${String(i + 1)}`),
  ];
  const reached = new Map(report.attractors.map((attractor) => [attractor.cycle, attractor]));
  const ofCycle = (cycle: Cycle, listed: 'searched' | 'beyond'): Cell[][] =>
    cycleRows(cycle, listed, attractorCells(reached.get(cycle.id)));
  const rows = [
    ...report.orders.flatMap(({ cycles }) => cycles.flatMap((cycle) => ofCycle(cycle, 'searched'))),
    ...report.beyond.flatMap((cycle) => ofCycle(cycle, 'beyond')),
    ...report.orders.flatMap(({ boundaryPoints }) =>
      boundaryPoints.flatMap((point) => boundaryRows(point, attractorCells(reached.get(point.id)))),
    ),
    ...otherAttractors(report.attractors).map((attractor, i): Cell[] => [
      ...[attractorId(i + 1), attractor.period ?? null, 'attractor', attractor.kind],
      ...new Array<null>(10).fill(null),
      ...attractorCells(attractor),
      ...new Array<null>(n).fill(null),
    ]),
  ];
  return csvText([header, ...rows]);
}

/** Rows as RFC 4180 wants them. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map(cellText).join(',') + '\r\n').join('');
}

/** share, exponents, their errors, dimension and its error. */
function attractorCells(attractor: Attractor | undefined): Cell[] {
  if (!attractor) return [null, null, null, null, null];
  const { share, spectrum, lyapunov } = attractor;
  if (!spectrum) return [share, lyapunov === undefined ? null : `[${String(lyapunov)}]`, null, null, null];
  const { exponents, errors, dimension, dimensionError } = spectrum;
  return [
    share,
    `[${exponents.map((x) => x ?? '-inf').join(' ')}]`,
    `[${errors.join(' ')}]`,
    dimension,
    dimension === null ? null : dimensionError,
  ];
}

function cycleRows(cycle: Cycle, listed: 'searched' | 'beyond', attractor: readonly Cell[]): Cell[][] {
  const { id, order, stability, spectralRadius, growthPerStep, residual, closure, margin } = cycle;
  const multipliers = cycle.multipliers.map(complexText).join(' ');
  return cycle.points.map((point, index) => [
    ...[id, order, listed, stability, spectralRadius, growthPerStep, multipliers],
    ...[residual, closure, margin, cycle.inDomain, cycle.verified, index + 1, cycle.regions[index] ?? null],
    ...attractor,
    ...point,
  ]);
}

function boundaryRows(object: BoundaryPoint, attractor: readonly Cell[]): Cell[][] {
  const { id, order, residual, verified } = object;
  return object.points.map((point, index) => [
    ...[id, order, 'searched', 'boundary', null, null, null],
    ...[residual, null, 0, null, verified, index + 1, object.itineraries[0]?.[index] ?? null],
    ...attractor,
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
