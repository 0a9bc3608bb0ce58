import type { BasinPicture, ManifoldPicture, SensitivityPicture } from '../core/report/scene';
import type { Attractor, Report } from '../core/report/types';
import { attractorId, otherAttractors } from '../figures/attractors';
import { csvText, type Cell } from './csv';
import { dataToJson } from './json';

/** What is computed on demand beside a report, and can be saved as data. */
export interface ExploredPictures {
  readonly sensitivity: SensitivityPicture;
  readonly manifolds: ManifoldPicture;
  readonly basins: BasinPicture;
}

/**
 * One of the pictures as JSON or CSV text; null where there is none.
 * @param file name of the model file, named in the JSON
 */
export function exploredToText(
  what: keyof ExploredPictures,
  format: 'json' | 'csv',
  file: string,
  { sensitivity, manifolds, basins }: Partial<ExploredPictures>,
): string | null {
  const json = (data: object): string => dataToJson({ schema: `rnn-dynamics/${what}@1`, file, ...data });
  switch (what) {
    case 'sensitivity':
      return sensitivity ? (format === 'json' ? json(sensitivity) : sensitivityToCsv(sensitivity)) : null;
    case 'manifolds':
      return manifolds ? (format === 'json' ? json(manifolds) : manifoldsToCsv(manifolds)) : null;
    case 'basins':
      return basins ? (format === 'json' ? json(basinData(basins)) : basinsToCsv(basins)) : null;
  }
}

/** Where orbits end, with spectra: the attractors of a report, those that are no listed cycle named A1, A2, .. */
function namedAttractors({ attractors }: Report): readonly (readonly [string, Attractor])[] {
  const listed = attractors.filter(({ cycle }) => cycle !== undefined);
  const others = otherAttractors(attractors).map((attractor, i) => [attractorId(i + 1), attractor] as const);
  return [...listed.map((attractor) => [attractor.cycle!, attractor] as const), ...others];
}

export function lyapunovToJson(report: Report): string {
  return dataToJson({
    schema: 'rnn-dynamics/lyapunov@1',
    file: report.file,
    attractors: namedAttractors(report).map(([id, attractor]) => ({ id, ...attractor })),
  });
}

/** One row per exponent; one without an exponent for attractors that have none. */
export function lyapunovToCsv(report: Report): string {
  const header = ['attractor', 'kind', 'period', 'share', 'index', 'exponent', 'error', 'dimension', 'dimensionError']; // prettier-ignore
  const rows = namedAttractors(report).flatMap(([id, { kind, period, share, spectrum }]): Cell[][] => {
    const start: Cell[] = [id, kind, period ?? null, share];
    if (!spectrum) return [[...start, null, null, null, null, null]];
    const { exponents, errors, dimension, dimensionError } = spectrum;
    return exponents.map((exponent, i) => [
      ...start,
      ...[i + 1, exponent ?? -Infinity, errors[i]!, dimension, dimension === null ? null : dimensionError],
    ]);
  });
  return csvText([header, ...rows]);
}

/** One row per weight; indices from 0, as stored. A derivative is empty where an entry is no weight. */
export function sensitivityToCsv({ parameters }: SensitivityPicture): string {
  const header = ['weight', 'parameter', 'tensor', 'row', 'column', 'value', 'derivative'];
  const rows = parameters.flatMap(({ name, tensor, rows: count, columns, values, derivatives }) =>
    values.map((value, at): Cell[] => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      const weight =
        count === 1 ? `${name}[${String(column)}]` : `${name}[${String(row)}][${String(column)}]`;
      return [weight, name, tensor, row, column, value, derivatives[at] ?? null];
    }),
  );
  return csvText([header, ...rows]);
}

/** One row per vertex of the curves; the crossings are in the JSON alone. */
export function manifoldsToCsv({ manifolds }: ManifoldPicture): string {
  const n = manifolds[0]?.curves[0]?.[0]?.length ?? 0;
  const header = [
    'object',
    'manifold',
    'curve',
    'vertex',
    ...Array.from({ length: n }, (_, i) => coordinate(i)),
  ];
  const rows = manifolds.flatMap(({ object, kind, curves }) =>
    curves.flatMap((curve, c) =>
      curve.map((point, vertex): Cell[] => [object, kind, c + 1, vertex + 1, ...point]),
    ),
  );
  return csvText([header, ...rows]);
}

/** One row per cell: its centre on the slice and in state space, and where it ends. */
export function basinsToCsv(picture: BasinPicture): string {
  const { origin, u, v, x, y, columns, rows } = picture;
  const header = ['column', 'row', 'x', 'y', 'fate', ...origin.map((_, i) => coordinate(i))];
  const cells: Cell[][] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = x[0] + ((column + 0.5) / columns) * (x[1] - x[0]);
      const up = y[0] + ((row + 0.5) / rows) * (y[1] - y[0]);
      const state = origin.map((value, i) => value + at * u[i]! + up * v[i]!);
      cells.push([column, row, at, up, fateName(picture, picture.fates[row * columns + column]!), ...state]);
    }
  return csvText([header, ...cells]);
}

/** The grid as rows of numbers, lowest y first; shares by the names of what they are of. */
function basinData(picture: BasinPicture): object {
  const { fates, columns, rows, shares, ...rest } = picture;
  return {
    ...rest,
    columns,
    rows,
    legend: 'index into attractors; -1 bounded but near none of them, -2 divergent',
    fates: Array.from({ length: rows }, (_, row) =>
      Array.from(fates.subarray(row * columns, (row + 1) * columns)),
    ),
    shares: shares.map(({ fate, share, interval }) => ({ fate: fateName(picture, fate), share, interval })),
  };
}

function fateName({ attractors }: BasinPicture, fate: number): string {
  return attractors[fate] ?? (fate === -2 ? 'divergent' : 'bounded');
}

const coordinate = (i: number): string => `z${String(i + 1)}`;
