import type { BasinPicture, ManifoldPicture, SensitivityPicture } from '../core/report/scene';
import type { Report } from '../core/report/types';
import { attractorName, bullets, columns, plural, spectrumText } from './table';

const head = ({ file, model }: Report): string => `${file} · ${model.kind} · M = ${String(model.stateDim)}`;

/** What `lyapunov` prints for a reader. */
export function lyapunovTable(report: Report): string {
  const lines = report.attractors.map(({ kind, cycle, period, share, spectrum }) => {
    const exponents = spectrum ? `: ${spectrumText(spectrum)}` : '';
    return `${attractorName(kind, cycle, period)}, ${(100 * share).toFixed(0)} % of starts${exponents}`;
  });
  return [head(report), ...bullets('Attractors', lines), ''].join('\n');
}

/** What `manifolds` prints for a reader. */
export function manifoldTable(report: Report, { manifolds, crossings, statements }: ManifoldPicture): string {
  const rows = manifolds.map(({ object, kind, curves, extent }) => [
    object,
    kind,
    String(curves.length),
    extent,
  ]);
  return [
    head(report),
    '',
    rows.length === 0
      ? 'No saddle has a manifold that is a curve.'
      : columns(['saddle', 'manifold', 'curves', 'how far'], rows),
    ...(crossings.length > 0 ? ['', `${plural(crossings.length, 'crossing')} found, each orbit once.`] : []),
    ...bullets(
      'What the crossings prove',
      statements.map(({ text }) => text),
    ),
    '',
  ].join('\n');
}

/** What `basins` prints for a reader. */
export function basinTable(report: Report, picture: BasinPicture): string {
  const { shares, attractors, samples, reach, x, y } = picture;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = shares.map(({ fate, share, interval }) => [
    attractors[fate] ?? (fate === -2 ? 'divergent' : 'bounded, near no listed attractor'),
    percent(share),
    `${percent(interval[0])} to ${percent(interval[1])}`,
  ]);
  const range = ([from, to]: readonly [number, number]): string =>
    `${from.toPrecision(4)} .. ${to.toPrecision(4)}`;
  return [
    head(report),
    `${String(picture.columns)} x ${String(picture.rows)} cells on the plane, x in ${range(x)}, y in ${range(y)} (--json, --out)`,
    '',
    columns(['ends in', 'share', '95 % interval'], rows),
    '',
    `Shares of ${plural(samples, 'random state')} with every |z| at most ${reach.toPrecision(3)}.`,
    '',
  ].join('\n');
}

/** What `sensitivity` prints for a reader. */
export function sensitivityTable(report: Report, picture: SensitivityPicture): string {
  const { object, quantity, value, reason, norm, largest } = picture;
  const what =
    quantity.kind === 'coordinate'
      ? `z${String(quantity.unit + 1)} of point ${String(quantity.point + 1)}`
      : quantity.kind === 'norm'
        ? `norm of point ${String(quantity.point + 1)}`
        : `${quantity.kind} of multiplier ${String(quantity.multiplier + 1)}`;
  const rows = largest.map(({ parameter, index, value: weight, derivative }) => [
    parameter + index.map((i) => `[${String(i)}]`).join(''),
    weight.toPrecision(6),
    derivative.toPrecision(6),
  ]);
  return [
    `${head(report)} · ${object}: ${what} = ${value.toPrecision(8)}`,
    reason ?? `Norm of the gradient over all weights: ${norm.toPrecision(6)}`,
    ...(rows.length > 0 ? ['', columns(['weight', 'value', 'derivative'], rows)] : []),
    '',
  ].join('\n');
}
