import type { Comparison, InfoReport, LyapunovEstimate, Report } from '../core/report/types';
import type { Verification } from '../core/verify/report';

/** Columns of text, each as wide as its widest cell; numbers to the right. */
export function columns(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]?.length ?? 0)));
  const numeric = header.map((_, c) => rows.every((row) => /^[-+\d.∞e]*$/.test(row[c] ?? '')));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => (numeric[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}

function short(value: number | null): string {
  if (value === null) return '-';
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? value.toPrecision(5) : value.toExponential(2);
}

export function bullets(title: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : ['', `${title}:`, ...texts.map((text) => `  - ${text}`)];
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** What `info` prints for a reader. */
export function infoTable(report: InfoReport): string {
  const { model } = report;
  const head = `${report.file} · ${report.format} · ${plural(report.bytes, 'byte')}`;
  const about = model
    ? [
        `${model.kind} · M = ${String(model.stateDim)}, ${plural(model.reluUnits, 'ReLU unit')}`,
        `  ${model.equation}`,
        ...Object.entries(model.tensors).map(([parameter, name]) => `  ${parameter} <- ${name}`),
      ]
    : ['No model was recognised.'];
  const rows = report.tensors.map((tensor) => [
    tensor.name,
    tensor.dtype,
    tensor.shape.length === 0 ? 'scalar' : tensor.shape.join(' x '),
    ...[tensor.min, tensor.mean, tensor.max, tensor.std, tensor.norm].map(short),
    tensor.finite ? '' : 'not finite',
  ]);
  const scalars = report.scalars.map(({ name, value }) => `  ${name} = ${String(value)}`);
  return [
    head,
    ...about,
    '',
    ...(rows.length === 0
      ? ['No tensors.']
      : [columns(['tensor', 'type', 'shape', 'min', 'mean', 'max', 'std', 'norm', ''], rows)]),
    ...(scalars.length === 0 ? [] : ['', 'Values:', ...scalars]),
    ...bullets('Warnings', report.warnings),
    '',
  ].join('\n');
}

/** What `analyze` prints for a reader. */
export function reportTable(report: Report): string {
  const { model, search } = report;
  const input = model.inputDim === 0 ? '' : ` · input [${model.input.map(short).join(' ')}]`;
  const cycles = [...report.orders.flatMap((order) => order.cycles), ...report.beyond];
  const rows = cycles.map((cycle) => [
    cycle.id,
    String(cycle.order),
    cycle.stability,
    short(cycle.spectralRadius),
    cycle.growthPerStep === null ? '-∞' : short(cycle.growthPerStep),
    short(cycle.margin),
    short(cycle.residual),
    cycle.verified ? 'yes' : 'NO',
    `${cycle.points[0]!.slice(0, 4).map(short).join(' ')}${model.stateDim > 4 ? ' ..' : ''}`,
  ]);
  const boundary = report.orders.flatMap((order) => order.boundaryPoints);
  const continua = report.orders.flatMap((order) =>
    order.continua.map((found) => ({ order: order.order, found })),
  );
  const seconds = search.seconds.toFixed(search.seconds < 10 ? 2 : 0);
  return [
    `${report.file} · ${model.kind} · M = ${String(model.stateDim)}, ${plural(model.reluUnits, 'ReLU unit')}${input}`,
    `  ${model.equation}`,
    '',
    rows.length === 0
      ? `No fixed points or cycles were found${boundary.length > 0 ? ' but on region borders' : ''}.`
      : columns(
          [
            'id',
            'order',
            'stability',
            'radius',
            'growth/step',
            'margin',
            'residual',
            'verified',
            'first point',
          ],
          rows,
        ),
    ...boundary.map(
      ({ id, order, units, points }) =>
        `${id}: order ${String(order)}, on the border of ${plural(units.length, 'unit')}, at ${points[0]!.slice(0, 4).map(short).join(' ')}`,
    ),
    ...continua.map(
      ({ order, found }) =>
        `A ${String(found.dimension)}-dimensional continuum of order ${String(order)} through ${found.point.slice(0, 4).map(short).join(' ')}`,
    ),
    '',
    ...orderLines(report.orders),
    ...bullets(
      'Attractors',
      report.attractors.map(({ kind, cycle, period, lyapunov, spectrum, share, evidence }) => {
        const exponent =
          spectrum && spectrum.steps > 0
            ? `, ${spectrumText(spectrum)}`
            : lyapunov === undefined
              ? ''
              : `, Lyapunov exponent ${short(lyapunov)} per step`;
        return `${attractorName(kind, cycle, period)}: ${(100 * share).toFixed(0)} % of starts${exponent} (${evidence})`;
      }),
    ),
    ...(report.comparison ? comparisonLines(report.comparison) : []),
    ...bullets('Notes', model.notes),
    ...bullets('Warnings', report.warnings),
    '',
    `${plural(search.linearSolves, 'linear solve')}, ${seconds} s, seed ${String(search.seed)}${
      search.partial ? ` · PARTIAL: ${search.stoppedBy ?? 'stopped'}` : ''
    }`,
    '',
  ].join('\n');
}

/** "C39a (39-cycle)" of a listed object, "chaotic" of another motion. */
export function attractorName(kind: string, id: string | undefined, period: number | undefined): string {
  const what = kind === 'cycle' && period !== undefined ? `${String(period)}-cycle` : kind.replace('-', ' ');
  return id === undefined ? what : `${id} (${what})`;
}

/** Exponents that are written out. */
const EXPONENTS = 6;

/** "Lyapunov exponents 0.4702 ± 0.0012, -1.1633 ± 0.0012 per step, Kaplan-Yorke dimension 1.404 ± 0.001" */
export function spectrumText({ exponents, errors, dimension, dimensionError }: LyapunovEstimate): string {
  const listed = exponents
    .slice(0, EXPONENTS)
    .map((value, i) => (value === null ? '-∞' : withError(value, errors[i] ?? 0)));
  if (exponents.length > EXPONENTS) listed.push(`.. ${String(exponents.length)} in all`);
  const size = dimension === null ? 'not determined' : withError(dimension, dimensionError);
  return `Lyapunov exponents ${listed.join(', ')} per step, Kaplan-Yorke dimension ${size}`;
}

/** As many decimals as two digits of the standard error have. */
function withError(value: number, error: number): string {
  if (!(error > 0)) return short(value);
  const decimals = Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(decimals)} ± ${error.toFixed(decimals)}`;
}

function comparisonLines({ file, matched, onlyOurs, onlyTheirs, notes }: Comparison): string[] {
  return [
    ...bullets(
      `In ${file} too`,
      matched.map(({ id, name, distance }) => `${id}: ${name}, ${short(distance)} apart`),
    ),
    ...bullets('Only here', onlyOurs),
    ...bullets(
      `Only in ${file}`,
      onlyTheirs.map(({ name, order, reason }) => `${name} (order ${String(order)}): ${reason}`),
    ),
    ...bullets('About the comparison', notes),
  ];
}

/** A line for each order; orders of which the same is said share one. */
function orderLines(orders: Report['orders']): string[] {
  const runs: { first: number; last: number; words: string }[] = [];
  for (const result of orders) {
    const words = orderWords(result);
    const run = runs.at(-1);
    if (run && run.words === words && result.order > 2) run.last = result.order;
    else runs.push({ first: result.order, last: result.order, words });
  }
  return runs.map(({ first, last, words }) =>
    first === last
      ? `order ${String(first)}: ${words}`
      : `orders ${String(first)} to ${String(last)}: ${words}`,
  );
}

function orderWords(result: Report['orders'][number]): string {
  const { order, cycles, boundaryPoints, certificate, whyNot } = result;
  const count = plural(cycles.length, order === 1 ? 'fixed point' : 'cycle');
  const bordering = boundaryPoints.map(({ id }) => id).join(', ');
  const what = bordering === '' ? count : `${count}, and on region borders ${bordering}`;
  // An order's own number in the reason would keep equal lines apart.
  const reason = whyNot
    ?.replaceAll(/No guarantee: (.)/g, (_, first: string) => first.toUpperCase())
    .replaceAll(`order ${String(order)}`, 'this order');
  if (!certificate) return `${what} · no guarantee${reason === undefined ? '' : `\n    ${reason}`}`;
  const where = certificate.domain === 'everywhere' ? 'everywhere' : `in ${boxText(certificate.domain)}`;
  const all = certificate.periods === 'all' ? ', with every longer period' : '';
  return `${what} · proven complete ${where}${all} (${certificate.method})`;
}

function boxText({ lower, upper }: { lower: readonly number[]; upper: readonly number[] }): string {
  const low = Math.min(...lower);
  const high = Math.max(...upper);
  const same = lower.every((value) => value === low) && upper.every((value) => value === high);
  return same ? `the box [${short(low)}, ${short(high)}] of every coordinate` : 'a box (see --json)';
}

/** What `verify` prints for a reader. */
export function verificationText({
  problems,
  objects,
  exact,
  claimed,
  proven,
  notes,
  proof,
}: Verification): string {
  const left = claimed.filter((order) => !proven.includes(order) && !proof?.proven.includes(order));
  const range = (orders: readonly number[]): string => {
    const runs: number[][] = [];
    for (const order of orders)
      if (runs.at(-1)?.at(-1) === order - 1) runs.at(-1)!.push(order);
      else runs.push([order]);
    const texts = runs.map((run) =>
      run.length === 1 ? String(run[0]) : `${String(run[0])} to ${String(run.at(-1))}`,
    );
    return texts.length === 0 ? 'none' : texts.join(', ');
  };
  return [
    problems.length > 0
      ? `Rejected: ${plural(problems.length, 'problem')}.`
      : (proof && left.length > 0) || notes.length > 0
        ? 'Verified, but for what is named below as not re-checked.'
        : 'Verified.',
    `${plural(objects, 'object')}, ${String(exact)} solved again in exact arithmetic${exact < objects ? ', the others iterated in floating point' : ''}.`,
    `Orders called complete: ${range(claimed)}; proven again here by solving every itinerary exactly: ${range(proven)}.`,
    ...(proof && proof.problems.length === 0
      ? [
          `Proof: ${plural(proof.lines, 'line')} re-checked in exact arithmetic (${Object.entries(
            proof.counts,
          )
            .map(([name, count]) => `${name}: ${String(count)}`)
            .join(
              ', ',
            )}); orders established as claimed: ${range(proof.proven)}${proof.allPeriods ? ', and every longer period' : ''}.`,
        ]
      : []),
    ...(proof && left.length > 0
      ? [`Not re-checked: the claim of ${left.length === 1 ? 'order' : 'orders'} ${range(left)}.`]
      : []),
    ...bullets('Not re-checked', notes),
    ...bullets('What the proof leaves open', proof?.notes ?? []),
    ...bullets('Problems', problems),
    '',
  ].join('\n');
}
