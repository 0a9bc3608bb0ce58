import { drawXAxis, drawYAxis, linearScale, ticks, type Frame } from '../src/figures/axes';
import type { Painter } from '../src/figures/painter';
import { svgPainter } from '../src/figures/svgPainter';
import { lightTheme as theme, TYPE } from '../src/figures/theme';

/** The growth of one proof's cost along one size. */
export interface Growth {
  readonly proof: string;
  /** Name of the size. */
  readonly along: string;
  /** Size and work. */
  readonly points: readonly (readonly [x: number, work: number])[];
  /** ln(work) = intercept + slope x, by least squares. */
  readonly slope: number;
  readonly intercept: number;
}

const COLUMNS = 3;
const CELL = { width: 300, height: 210 } as const;
const MARGIN = { left: 54, top: 40, right: 16, bottom: 40 } as const;

/** Each growth in a picture of its own: work on a log axis over the size, with the fitted line. SVG text. */
export function scalingPlot(series: readonly Growth[]): string {
  const rows = Math.ceil(series.length / COLUMNS);
  const painter = svgPainter(COLUMNS * CELL.width, rows * CELL.height, theme, 'How the cost of proofs grows');
  painter.rect(0, 0, painter.width, painter.height, theme.paper, null);
  series.forEach((growth, i) =>
    draw(painter, growth, (i % COLUMNS) * CELL.width, Math.floor(i / COLUMNS) * CELL.height),
  );
  return painter.toSvg();
}

function draw(
  painter: Painter,
  { proof, along, points, slope, intercept }: Growth,
  left: number,
  top: number,
): void {
  const frame: Frame = {
    left: left + MARGIN.left,
    top: top + MARGIN.top,
    width: CELL.width - MARGIN.left - MARGIN.right,
    height: CELL.height - MARGIN.top - MARGIN.bottom,
  };
  const xs = points.map(([x]) => x);
  const logs = points.map(([, work]) => Math.log10(work));
  const fit = (x: number): number => (intercept + slope * x) / Math.LN10;
  const ends = [Math.min(...xs), Math.max(...xs)] as const;
  const all = [...logs, ...ends.map(fit)];
  const pad = 0.08 * Math.max(0.5, Math.max(...all) - Math.min(...all));
  const x = linearScale(ends, [frame.left + 8, frame.left + frame.width - 8]);
  const y = linearScale(
    [Math.min(...all) - pad, Math.max(...all) + pad],
    [frame.top + frame.height, frame.top],
  );
  drawXAxis(painter, frame, x, ticks(...ends, 5, true), along, theme);
  drawYAxis(painter, frame, y, ticks(...y.domain, 4), 'log₁₀ work', theme);
  painter.line([x.to(ends[0]), y.to(fit(ends[0])), x.to(ends[1]), y.to(fit(ends[1]))], {
    color: theme.ink2,
    width: 1.2,
    dash: [4, 3],
  });
  points.forEach(([size], i) => painter.circle(x.to(size), y.to(logs[i]!), 3, theme.accent, null));
  painter.text(left + 10, top + 14, proof, { color: theme.ink, size: TYPE.small, weight: 600 });
  painter.text(left + CELL.width - MARGIN.right, top + 30, `× ${Math.exp(slope).toFixed(2)} per step`, {
    color: theme.ink2,
    size: TYPE.small,
    align: 'end',
  });
}
