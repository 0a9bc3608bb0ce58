import { cycleId } from '../detect/listing';
import type { Stability } from '../report/types';
import type { PlaneCurve, PlaneObject, PlanePoint, PlaneRegion } from '../report/plane';
import { searchCells } from './cells';
import { facesOf } from './faces';
import { isBilinear, type PlaneFamily, type Place } from './family';
import { itineraries, type Enumerate } from './itineraries';
import { unlessInterrupted } from './interruption';
import { Explorer } from './regions';
import { searchSamples } from './samples';

export interface PlaneOptions {
  readonly maxOrder: number;
  readonly seed: number;
  /** Offsets of the unit square's sides. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Enumerates itineraries elsewhere; here when absent. */
  readonly enumerate?: Enumerate;
  readonly stop: () => boolean;
  readonly onProgress: (stage: string, fraction: number) => void;
}

export interface PlaneResult {
  readonly objects: PlaneObject[];
  readonly curves: PlaneCurve[];
  readonly regions: PlaneRegion[];
  readonly statement: string;
  readonly covered: number | null;
  readonly radius: number | null;
  readonly precision: { readonly points: number; readonly chords: number };
  readonly warnings: string[];
}

/** Words followed at most. */
const WORDS = 3000;
/** Half-width of the smallest squares, of the window. */
const SMALLEST = 1 / 200;
/** Multiplications that may be spent on naming parts after the work was stopped: below a second. */
const GRACE = 5e8;
/** The label of parts that were not looked at before the stop. */
const UNSEEN = '?';

/** All that happens to cycles up to an order in a plane of two parameters. */
export async function analysePlane(family: PlaneFamily, options: PlaneOptions): Promise<PlaneResult> {
  const { maxOrder, x, y, stop, onProgress } = options;
  const explorer = new Explorer(family, { maxOrder, words: WORDS, stop, grace: GRACE });
  const warnings: string[] = [];
  let statement: string;
  let covered: number | null = null;
  let radius: number | null = null;
  if (family.n <= 2) {
    const coverage = await searchCells(family, explorer, {
      maxOrder,
      smallest: SMALLEST,
      enumerate: options.enumerate ?? ((task) => Promise.resolve(itineraries(task, stop))),
      stop,
      onProgress: (fraction) => onProgress('itineraries', fraction),
    });
    radius = coverage.radius;
    if (isBilinear(family)) covered = coverage.share;
    statement =
      `In ${percent(coverage.share)} of the window every itinerary up to order ${String(maxOrder)} that can exist in the box |z| ≤ ${coverage.radius.toPrecision(3)} was enumerated with its word graph and looked for. ` +
      (coverage.share < 1
        ? 'In the rest, mostly next to points where many regions meet, and outside the box, cycles were looked for at points and across every curve: narrow regions may be missing there.'
        : 'Outside the box cycles were looked for at points and across every curve.');
  } else {
    const sampled = searchSamples(family, explorer, {
      maxOrder,
      seed: options.seed,
      stop,
      onProgress: (fraction) => onProgress('sample points', fraction),
    });
    statement = `No guarantee: cycles were looked for at ${String(sampled.points)} points, down to ${(100 * sampled.finest).toFixed(1)} % of the window apart, by the heuristic search, and across every curve that was met.`;
  }
  onProgress('regions', 1);
  const ids = new Map<string, string>();
  const counts = new Map<number, number>();
  const keys = [...explorer.regions.keys()].sort(
    (a, b) => a.split(' ').length - b.split(' ').length || (a < b ? -1 : 1),
  );
  const nameOf = (key: string): string => {
    let id = ids.get(key);
    if (id === undefined) {
      const order = key.split(' ').length;
      const count = counts.get(order) ?? 0;
      counts.set(order, count + 1);
      id = cycleId(order, count);
      ids.set(key, id);
    }
    return id;
  };
  const point = ({ u, v }: Place): PlanePoint => [x[0] + u * (x[1] - x[0]), y[0] + v * (y[1] - y[0])];
  const objects = keys.map((key): PlaneObject => {
    const regions = explorer.regions.get(key)!;
    return {
      id: nameOf(key),
      order: regions[0]!.word.length,
      regions: key.split(' '),
      existence: regions.map(({ ring }) => ring.map(point)),
      closed: regions.every(({ closed }) => closed),
    };
  });
  const listed = (words: readonly string[]): string[] =>
    words.filter((key) => explorer.regions.has(key)).map(nameOf);
  const curves = explorer.curves.map((curve, i): PlaneCurve => ({
    id: `B${String(i + 1)}`,
    kind: curve.kind,
    order: curve.order,
    points: curve.points.map(point),
    left: listed(curve.left),
    right: listed(curve.right),
    atInfinity: curve.atInfinity,
    unit: curve.unit,
    pointIndex: curve.pointIndex,
    text: curve.text,
  }));
  const order = new Map(objects.map(({ id }, i) => [id, i]));
  const existing = new Map<string, { readonly object: string; readonly stability: Stability }[]>();
  const label = (place: Place): string => {
    const found = unlessInterrupted(() => explorer.at(place));
    if (!found) return UNSEEN;
    const exists = found
      .map(({ key, stability }) => ({ object: nameOf(key), stability }))
      .sort((a, b) => order.get(a.object)! - order.get(b.object)!);
    const text = exists.map(({ object, stability }) => `${object} ${stability}`).join(',');
    existing.set(text, exists);
    return text;
  };
  const faces = facesOf(
    explorer.curves.map(({ points }) => points),
    label,
  ).sort((a, b) => b.area - a.area);
  const seen = faces.filter((face) => face.label !== UNSEEN);
  const regions = seen.map((face, i): PlaneRegion => {
    const exists = existing.get(face.label)!;
    return {
      id: `R${String(i + 1)}`,
      rings: face.rings.map((ring) => ring.map(point)),
      inside: point(face.place),
      share: face.area,
      exists,
      stable: exists.filter(({ stability }) => stability === 'stable').map(({ object }) => object),
    };
  });
  const unseen = faces.length - seen.length;
  if (unseen > 0)
    warnings.push(
      `What exists in ${percent(1 - seen.reduce((sum, { area }) => sum + area, 0))} of the window was not looked at before the stop: that part is left blank.`,
    );
  const { unfinished } = explorer;
  if (unfinished > 0)
    warnings.push(
      `${unfinished === 1 ? 'One outline was' : `${String(unfinished)} outlines were`} cut short by the stop: the cycles are listed, but not among what exists in the parts of the window.`,
    );
  if (explorer.broken > 0)
    warnings.push(
      `${String(explorer.broken)} outlines could not be followed all the way round; their regions may be incomplete.`,
    );
  if (explorer.overflow)
    warnings.push(
      `There are more than ${String(WORDS)} itineraries; the rest was not followed. Lower the order or the range.`,
    );
  return {
    objects,
    curves,
    regions,
    statement,
    covered,
    radius,
    precision: { points: 1e-6, chords: 1.7e-6 },
    warnings,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.999 && share < 1 ? 2 : 1)} %`;
}
