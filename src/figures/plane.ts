import { surfaceAt } from '../core/plane/surface';
import type { PlaneCurve, PlanePoint, PlaneRegion, PlaneReport } from '../core/report/plane';
import type { EventKind } from '../core/report/timeline';
import {
  drawXAxis,
  drawYAxis,
  linearScale,
  textWidth,
  tickAim,
  ticks,
  type Frame,
  type LinearScale,
} from './axes';
import { mix, translucent } from './color';
import { drawSurface, drawSurfaceKey, short, SURFACE_KEY } from './surface';
import type { Painter, Stroke, Theme } from './painter';
import { isDark, TYPE } from './theme';

/** What the cursor is on. */
export interface PlaneCursor {
  readonly report: PlaneReport;
  readonly at: PlanePoint;
  readonly region: PlaneRegion | null;
  readonly curve: PlaneCurve | null;
}

export interface PlaneLayout {
  readonly frame: Frame;
  readonly x: LinearScale;
  readonly y: LinearScale;
  /** Where the legend begins, and the width of its first column. */
  readonly legend: { readonly left: number; readonly top: number; readonly column: number };
  /** The legend stands on the right; else below. */
  readonly beside: boolean;
}

const LEFT = 62;
const TOP = 34;
const BOTTOM = 50;
const LEGEND = 232;
/** Height of a row of the legend. */
const LINE = 17;
/** Rows of classes in a legend below. */
const NARROW_CLASSES = 6;
/** Opacity of colours above a loss, of that on paper: hue says what is stable, lightness the loss. */
const VEIL = 0.8;

export function layoutPlane(
  width: number,
  height: number,
  { axes, curves, regions, path, surface }: PlaneReport,
): PlaneLayout {
  const beside = width >= 620;
  const kinds = new Set(curves.map(({ kind }) => kind)).size;
  const rows = Math.max(Math.min(NARROW_CLASSES, regions.length) + 2, kinds + 2 + (path ? 1 : 0));
  const below = beside ? 0 : rows * LINE + 8 + (surface ? SURFACE_KEY : 0);
  const frame = {
    left: LEFT,
    top: TOP,
    width: Math.max(60, width - LEFT - 16 - (beside ? LEGEND : 0)),
    height: Math.max(60, height - TOP - BOTTOM - below),
  };
  return {
    frame,
    x: linearScale(axes[0].range, [frame.left, frame.left + frame.width]),
    y: linearScale(axes[1].range, [frame.top + frame.height, frame.top]),
    legend: beside
      ? { left: frame.left + frame.width + 20, top: frame.top, column: LEGEND - 26 }
      : { left: 16, top: frame.top + frame.height + BOTTOM, column: Math.min(190, 0.4 * width) },
    beside,
  };
}

/** Periods of the stable cycles of a part, as in "1 + 16"; "none" where there are none. */
export function stablePeriods(report: PlaneReport, region: PlaneRegion): string {
  const order = new Map(report.objects.map((object) => [object.id, object.order]));
  const periods = region.stable.map((id) => order.get(id)!).sort((a, b) => a - b);
  return periods.length === 0 ? 'none' : periods.join(' + ');
}

export interface PlaneClass {
  readonly periods: string;
  /** Share of the window. */
  readonly share: number;
  readonly color: string;
  /** The same to be laid on a loss. */
  readonly veil: string;
}

/** What is stable, by falling share; the colours are told apart without hue by their labels in the figure. */
export function planeClasses(report: PlaneReport, theme: Theme): PlaneClass[] {
  const shares = new Map<string, number>();
  for (const region of report.regions) {
    const periods = stablePeriods(report, region);
    shares.set(periods, (shares.get(periods) ?? 0) + region.share);
  }
  const inks = [theme.families[0], theme.fixedPoint, theme.families[1], theme.families[2], theme.families[3]];
  const strong = isDark(theme) ? [0.34, 0.62, 0.48] : [0.3, 0.62, 0.45];
  let next = 0;
  return [...shares]
    .sort((a, b) => b[1] - a[1])
    .map(([periods, share]) => {
      if (periods === 'none')
        return { periods, share, color: theme.paper, veil: translucent(theme.paper, 0) };
      const i = next++;
      const amount = strong[Math.floor(i / inks.length)];
      const ink = amount === undefined ? theme.fog : inks[i % inks.length]!;
      return {
        periods,
        share,
        color: mix(ink, theme.paper, amount ?? 0.3),
        veil: translucent(ink, VEIL * (amount ?? 0.3)),
      };
    });
}

const KIND_NAMES: Readonly<Record<EventKind, string>> = {
  'bcb-persistence': 'border collision: persistence',
  'bcb-fold': 'border collision: fold',
  'bcb-flip': 'border collision: doubling',
  dtb: 'multiplier +1 (to infinity)',
  dfb: 'multiplier −1 (flip)',
  center: 'complex pair (center)',
  unresolved: 'unresolved',
};

export function curveStroke(kind: EventKind, theme: Theme, width = 1): Stroke {
  switch (kind) {
    case 'bcb-persistence':
      return { color: theme.ink3, width };
    case 'bcb-fold':
      return { color: theme.ink, width: 1.5 * width };
    case 'bcb-flip':
      return { color: theme.ink, width: 1.5 * width, dash: [7, 3] };
    case 'dtb':
      return { color: theme.fixedPointText, width: 1.8 * width, dash: [2, 3] };
    case 'dfb':
      return { color: theme.familiesText[2], width: 1.8 * width, dash: [9, 3, 2, 3] };
    case 'center':
      return { color: theme.familiesText[0], width: 1.8 * width, dash: [5, 2, 1, 2, 1, 2] };
    case 'unresolved':
      return { color: theme.ink3, width, dash: [1, 3] };
  }
}

/** The plane: its parts by what is stable there, curves by kind, the model, the training path. */
export function drawPlane(painter: Painter, report: PlaneReport, theme: Theme): void {
  const layout = layoutPlane(painter.width, painter.height, report);
  const { frame, x, y } = layout;
  const [horizontal, vertical] = report.axes;
  const { surface } = report;
  const classes = planeClasses(report, theme);
  const colorOf = new Map(classes.map(({ periods, color }) => [periods, color]));
  const veilOf = new Map(classes.map(({ periods, veil }) => [periods, veil]));
  const xy = (points: readonly PlanePoint[]): number[] => points.flatMap((p) => [x.to(p[0]), y.to(p[1])]);
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    if (surface) drawSurface(painter, surface, layout, theme);
    for (const region of report.regions) {
      const periods = stablePeriods(report, region);
      const fill = colorOf.get(periods)!;
      if (!surface)
        // A hairline of its own colour closes the seams between neighbours.
        painter.polygon(outline(region, xy), fill, { color: fill, width: 0.6 });
      else if (periods !== 'none') painter.polygon(outline(region, xy), veilOf.get(periods)!, null);
    }
    for (const curve of report.curves) {
      // On any grey.
      if (surface) painter.line(xy(curve.points), { color: theme.paper, width: 4, opacity: 0.75 });
      painter.line(xy(curve.points), curveStroke(curve.kind, theme));
    }
    drawPath(painter, report, xy, theme);
  });
  for (const region of report.regions) {
    const text = stablePeriods(report, region) === 'none' ? '–' : stablePeriods(report, region);
    const [px, py] = [x.to(region.inside[0]), y.to(region.inside[1])];
    const room = gap(region, region.inside) * x.slope;
    if (room < textWidth(text, TYPE.small) + 6) continue;
    if (Math.hypot(px - x.to(0), py - y.to(0)) < 18) continue;
    painter.text(px, py, text, {
      color: theme.ink,
      size: TYPE.small,
      align: 'middle',
      baseline: 'middle',
      halo: surface ? theme.paper : colorOf.get(stablePeriods(report, region))!,
    });
  }
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    const [mx, my] = [x.to(0), y.to(0)];
    painter.line([mx - 6, my, mx + 6, my, NaN, NaN, mx, my - 6, mx, my + 6], {
      color: theme.paper,
      width: 4,
    });
    painter.line([mx - 6, my, mx + 6, my, NaN, NaN, mx, my - 6, mx, my + 6], {
      color: theme.ink,
      width: 1.6,
    });
  });
  painter.rect(frame.left, frame.top, frame.width, frame.height, null, { color: theme.axis, width: 1 });
  const title = (axis: PlaneReport['axes'][number]): string =>
    axis.base === null
      ? `offset along ${axis.label}`
      : `offset of ${axis.label} (model: ${axis.base.toPrecision(5)})`;
  drawXAxis(painter, frame, x, ticks(...horizontal.range, tickAim(frame.width)), title(horizontal), theme);
  drawYAxis(painter, frame, y, ticks(...vertical.range, tickAim(frame.height, 60)), title(vertical), theme);
  drawLegend(painter, report, classes, layout, theme);
}

export function drawPlaneCursor(
  painter: Painter,
  { report, at, region, curve }: PlaneCursor,
  theme: Theme,
): void {
  const { frame, x, y } = layoutPlane(painter.width, painter.height, report);
  const xy = (points: readonly PlanePoint[]): number[] => points.flatMap((p) => [x.to(p[0]), y.to(p[1])]);
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    if (region) painter.polygon(outline(region, xy), null, { color: theme.accent, width: 3 });
    if (curve) painter.line(xy(curve.points), curveStroke(curve.kind, theme, 2.2));
    painter.circle(x.to(at[0]), y.to(at[1]), 4, null, { color: theme.paper, width: 4 });
    painter.circle(x.to(at[0]), y.to(at[1]), 4, null, { color: theme.accent, width: 2 });
  });
}

function outline(region: PlaneRegion, xy: (points: readonly PlanePoint[]) => number[]): number[] {
  return region.rings.flatMap((ring) => [...xy(ring), NaN, NaN]);
}

function drawPath(
  painter: Painter,
  { path }: PlaneReport,
  xy: (points: readonly PlanePoint[]) => number[],
  theme: Theme,
): void {
  if (!path) return;
  const points = xy(path.points.map(({ at }) => at));
  painter.line(points, { color: theme.paper, width: 4 });
  painter.line(points, { color: theme.accent, width: 1.8 });
  painter.dots(points, 2.5, theme.accent);
}

/** What is stable, and the kinds of curves: one under the other, or side by side. */
function drawLegend(
  painter: Painter,
  report: PlaneReport,
  classes: readonly PlaneClass[],
  { legend, beside }: PlaneLayout,
  theme: Theme,
): void {
  const text = { color: theme.ink, size: TYPE.small, baseline: 'middle' } as const;
  const heading = { ...text, color: theme.ink2 };
  let { left } = legend;
  let row = legend.top + 6;
  painter.text(left, row, 'Periods of stable cycles', heading);
  row += LINE;
  const most = beside
    ? Math.max(
        3,
        Math.min(14, Math.floor((painter.height - row - (report.surface ? SURFACE_KEY : 0)) / LINE) - 11),
      )
    : NARROW_CLASSES;
  for (const { periods, share, color } of classes.slice(0, most)) {
    painter.rect(left, row - 6, 16, 12, color, { color: theme.axis, width: 1 });
    painter.text(
      left + 24,
      row,
      periods === '1' ? '1 (fixed point)' : periods === 'none' ? 'none (–)' : periods,
      text,
    );
    painter.text(left + legend.column, row, `${(100 * share).toFixed(share < 0.001 ? 2 : 1)} %`, {
      ...text,
      color: theme.ink2,
      align: 'end',
    });
    row += LINE;
  }
  if (classes.length > most) {
    painter.text(left + 24, row, `and ${String(classes.length - most)} more`, heading);
    row += LINE;
  }
  if (beside) row += 8;
  else {
    left += legend.column + 24;
    row = legend.top + 6;
  }
  const kinds = new Set(report.curves.map(({ kind }) => kind));
  if (kinds.size > 0) {
    painter.text(left, row, 'Curves', heading);
    row += LINE;
  }
  for (const kind of Object.keys(KIND_NAMES) as EventKind[]) {
    if (!kinds.has(kind)) continue;
    painter.line([left, row, left + 34, row], curveStroke(kind, theme));
    painter.text(left + 42, row, KIND_NAMES[kind], text);
    row += LINE;
  }
  if (beside) row += 8;
  painter.line([left + 2, row, left + 14, row, NaN, NaN, left + 8, row - 6, left + 8, row + 6], {
    color: theme.ink,
    width: 1.6,
  });
  painter.text(left + 42, row, 'the model', text);
  row += LINE;
  if (report.path) {
    painter.line([left, row, left + 34, row], { color: theme.accent, width: 1.8 });
    painter.text(left + 42, row, 'training path (projected)', text);
    row += LINE;
  }
  if (report.surface) {
    if (beside) row += 8;
    const width = Math.min(legend.column, painter.width - left - 16);
    drawSurfaceKey(painter, report.surface, left, row, width, theme);
  }
}

/** Width of a part along the horizontal line through a point of it. */
function gap(region: PlaneRegion, [px, py]: PlanePoint): number {
  let left = -Infinity;
  let right = Infinity;
  for (const at of crossingsAt(region, py))
    if (at <= px) left = Math.max(left, at);
    else right = Math.min(right, at);
  return right - left;
}

function crossingsAt(region: PlaneRegion, py: number): number[] {
  const out: number[] = [];
  for (const ring of region.rings)
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i]!;
      const [bx, by] = ring[j]!;
      if (ay > py !== by > py) out.push(ax + ((py - ay) / (by - ay)) * (bx - ax));
    }
  return out;
}

/** The part at offsets x, y, or null outside of the window. */
export function regionAt({ regions }: PlaneReport, [px, py]: PlanePoint): PlaneRegion | null {
  return regions.find((region) => crossingsAt(region, py).filter((at) => at > px).length % 2 === 1) ?? null;
}

/** The curve nearest to a pixel, within `reach` pixels. */
export function curveAt(
  report: PlaneReport,
  { x, y }: PlaneLayout,
  px: number,
  py: number,
  reach = 5,
): PlaneCurve | null {
  let best: PlaneCurve | null = null;
  let least = reach;
  for (const curve of report.curves)
    for (let i = 0; i + 1 < curve.points.length; i++) {
      const [ax, ay] = [x.to(curve.points[i]![0]), y.to(curve.points[i]![1])];
      const [bx, by] = [x.to(curve.points[i + 1]![0]), y.to(curve.points[i + 1]![1])];
      const [dx, dy] = [bx - ax, by - ay];
      const length = dx * dx + dy * dy;
      const s = length > 0 ? Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
      const distance = Math.hypot(px - ax - s * dx, py - ay - s * dy);
      if (distance < least) {
        least = distance;
        best = curve;
      }
    }
  return best;
}

/** One line on a part: what exists there, and what of it is stable. */
export function describeRegion(report: PlaneReport, region: PlaneRegion): string {
  const exists = region.exists.map(({ object, stability }) => `${object} (${stability})`);
  const stable = stablePeriods(report, region);
  return `${region.id}: ${exists.length === 0 ? 'no cycle' : exists.join(', ')}; periods of stable cycles: ${stable}`;
}

/** One line on a curve. */
export function describeCurve(curve: PlaneCurve): string {
  return `${curve.id}: ${curve.text}`;
}

/** The loss at a place, as it is read out; null where there is none. */
export function describeLoss({ surface }: PlaneReport, at: PlanePoint): string | null {
  if (!surface) return null;
  const value = surfaceAt(surface, at);
  return value === null ? 'no loss here' : `loss ${short(value)}`;
}
