import type { PlaneReport, PlaneSurface } from '../core/report/plane';
import { bullets, columns, plural } from './table';

/** Parts of the plane that are listed. */
const LISTED = 40;

/** What `plane` prints for a reader. */
export function planeTable(plane: PlaneReport): string {
  const { axes, objects, curves, regions, search } = plane;
  const [x, y] = axes;
  const rows = regions
    .slice(0, LISTED)
    .map(({ id, share, inside, exists }) => [
      id,
      `${(100 * share).toFixed(2)} %`,
      `${inside[0].toPrecision(4)}, ${inside[1].toPrecision(4)}`,
      exists.length === 0
        ? 'no cycle'
        : exists.map(({ object, stability }) => `${object} ${stability}`).join(', '),
    ]);
  const range = ([from, to]: readonly [number, number]): string => `${String(from)} .. ${String(to)}`;
  return [
    `${plane.file} · ${plane.model.kind} · offsets of ${x.label} in ${range(x.range)}, ${y.label} in ${range(y.range)}`,
    `${plural(objects.length, 'itinerary', 'itineraries')} up to order ${String(search.maxOrder)}, ${plural(curves.length, 'curve')}, ${plural(regions.length, 'region')}, ${search.seconds.toFixed(1)} s`,
    search.statement,
    ...(search.partial ? [`Stopped (${search.stoppedBy ?? ''}): this plane is partial.`] : []),
    ...(plane.surface ? [lossLine(plane.surface)] : []),
    '',
    columns(['region', 'share', 'inside it', 'what exists'], rows),
    ...(regions.length > LISTED
      ? ['', `${plural(regions.length - LISTED, 'smaller region')} not listed (see --json).`]
      : []),
    ...bullets('Warnings', plane.warnings),
    '',
  ].join('\n');
}

function lossLine({ file, x, y, range: [low, high], scale, blank }: PlaneSurface): string {
  const size = `${plural(y.length, 'row')}, ${plural(x.length, 'column')}`;
  const missing = blank > 0 ? `, ${plural(blank, 'value')} missing or not finite` : '';
  return `Loss from ${file}: ${low.toPrecision(4)} .. ${high.toPrecision(4)}, ${scale} scale, ${size}${missing}`;
}
