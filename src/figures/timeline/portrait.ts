import type { BifurcationEvent, BranchSample } from '../../core/report/timeline';
import {
  crisp,
  drawXAxis,
  drawYAxis,
  linearScale,
  tickAim,
  ticks,
  type Frame,
  type LinearScale,
} from '../axes';
import { drawMarks } from '../marks';
import { isNear } from './extent';
import type { Painter, Theme } from '../painter';
import { valueAt, type Coordinate } from '../projection';
import { hueColor } from '../theme';
import { lowerBound, type DrawnBranch, type PreparedTimeline } from './prepare';

/** The phase portrait of one checkpoint, in axes that stay the same through the run. */
export interface PortraitFigure {
  readonly prepared: PreparedTimeline;
  /** A checkpoint's position on the axis. */
  readonly epoch: number;
  readonly axes: readonly [Coordinate, Coordinate];
  readonly extents: PortraitExtents;
  /** The event whose colliding point is ringed where it lies next to this checkpoint. */
  readonly event: BifurcationEvent | null;
}

export type PortraitExtents = readonly [readonly [number, number], readonly [number, number]];

/** Checkpoints over which a fixed point's past is drawn. */
const TRAIL = 24;
const LEFT = 46;
const BOTTOM = 40;
const TOP = 26;
const RIGHT = 12;

/** The sample of a branch at a checkpoint; null where it does not exist there. */
export function sampleAt({ branch, epochs }: DrawnBranch, epoch: number): BranchSample | null {
  const i = lowerBound(epochs, epoch);
  return epochs[i] === epoch ? branch.samples[i]! : null;
}

/** The run's axes, as far as the objects of a rare checkpoint reach beyond them; not to those that come from infinity. */
function extentsAt({ prepared, epoch, axes, extents }: PortraitFigure): PortraitExtents {
  const points = prepared.branches.flatMap((drawn) =>
    drawn.far ? [] : (sampleAt(drawn, epoch)?.points ?? []),
  );
  const reach = (axis: 0 | 1): readonly [number, number] => {
    const [lo, hi] = extents[axis];
    const values = points
      .map((point) => valueAt(axes[axis], point))
      .filter((value) => isNear(value, extents[axis]));
    const [low, high] = [Math.min(lo, ...values), Math.max(hi, ...values)];
    const pad = 0.06 * (high - low);
    return [low < lo ? low - pad : lo, high > hi ? high + pad : hi];
  };
  return [reach(0), reach(1)];
}

function layout(
  width: number,
  height: number,
  extents: PortraitExtents,
): { frame: Frame; x: LinearScale; y: LinearScale } {
  const frame = {
    left: LEFT,
    top: TOP,
    width: Math.max(20, width - LEFT - RIGHT),
    height: Math.max(20, height - TOP - BOTTOM),
  };
  const [across, up] = equalUnits(extents, frame.width / frame.height);
  return {
    frame,
    x: linearScale(across, [frame.left, frame.left + frame.width]),
    y: linearScale(up, [frame.top + frame.height, frame.top]),
  };
}

/** Axes whose extents differ more than this have units of their own. */
const APART = 5;

/** Intervals widened so that both axes have the same unit, where that leaves something to see. */
function equalUnits(extents: PortraitExtents, aspect: number): PortraitExtents {
  const [[a, b], [c, d]] = extents;
  const [wide, tall] = [b - a, d - c];
  if (Math.max(wide, tall) > APART * Math.min(wide, tall)) return extents;
  const grow = (lo: number, hi: number, to: number): [number, number] => {
    const more = Math.max(0, to - (hi - lo)) / 2;
    return [lo - more, hi + more];
  };
  return [grow(a, b, tall * aspect), grow(c, d, wide / aspect)];
}

export function drawPortrait(painter: Painter, figure: PortraitFigure, theme: Theme): void {
  const { prepared, epoch, axes, event } = figure;
  const { frame, x, y } = layout(painter.width, painter.height, extentsAt(figure));
  const place = (point: readonly number[]): [number, number] => [
    x.to(valueAt(axes[0], point)),
    y.to(valueAt(axes[1], point)),
  ];
  painter.clip(frame.left, frame.top, frame.width, frame.height, () => {
    for (const [scale, horizontal] of [
      [x, false],
      [y, true],
    ] as const) {
      const zero = crisp(scale.to(0));
      painter.line(
        horizontal
          ? [frame.left, zero, frame.left + frame.width, zero]
          : [zero, frame.top, zero, frame.top + frame.height],
        { color: theme.grid, width: 1 },
      );
    }
    const checkpoint = prepared.timeline.checkpoints.find((one) => one.epoch === epoch);
    painter.dots((checkpoint?.fog ?? []).flatMap(place), 1, theme.fog, theme.fogOpacity);
    const alive = prepared.branches.flatMap((drawn) => {
      const sample = sampleAt(drawn, epoch);
      return sample ? [{ drawn, sample }] : [];
    });
    for (const { drawn } of alive)
      if (drawn.branch.order === 1) drawTrail(painter, drawn, epoch, place, theme);
    // Cycles below fixed points, unstable below stable.
    const rank = ({ drawn, sample }: (typeof alive)[number]): number =>
      (drawn.branch.order === 1 ? 2 : 0) + Number(sample.stability === 'stable');
    for (const { drawn, sample } of [...alive].sort((a, b) => rank(a) - rank(b)))
      drawMarks(painter, sample.points.flatMap(place), {
        order: drawn.branch.order,
        fill: sample.stability,
        color: hueColor(theme, drawn.hue),
        paper: theme.paper,
        radius: drawn.branch.order === 1 ? 5.5 : drawn.branch.order <= 24 ? 4 : 2.8,
      });
    if (event?.point && (event.epochs[0] === epoch || event.epochs[1] === epoch)) {
      const [px, py] = place(event.point);
      painter.circle(px, py, 10, null, { color: theme.accent, width: 2 });
    }
  });
  drawXAxis(painter, frame, x, ticks(...x.domain, tickAim(frame.width, 64)), axes[0].title, theme);
  drawYAxis(painter, frame, y, ticks(...y.domain, tickAim(frame.height, 48)), axes[1].title, theme);
}

/** Where a fixed point was before, fading. */
function drawTrail(
  painter: Painter,
  { branch, epochs, hue }: DrawnBranch,
  epoch: number,
  place: (point: readonly number[]) => [number, number],
  theme: Theme,
): void {
  const to = lowerBound(epochs, epoch);
  for (let i = Math.max(1, to - TRAIL + 1); i <= to; i++)
    painter.line([...place(branch.samples[i - 1]!.points[0]!), ...place(branch.samples[i]!.points[0]!)], {
      color: hueColor(theme, hue),
      width: 1.5,
      opacity: 0.1 + 0.6 * (1 - (to - i) / TRAIL),
    });
}
