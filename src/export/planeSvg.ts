import type { PlaneReport } from '../core/report/plane';
import { drawPlane } from '../figures/plane';
import { svgPainter } from '../figures/svgPainter';
import { lightTheme } from '../figures/theme';

/** A parameter plane as an SVG file of its own. */
export function planeToSvg(report: PlaneReport, width = 900, height = 560): string {
  const [x, y] = report.axes;
  const painter = svgPainter(
    width,
    height,
    lightTheme,
    `Parameter plane of ${report.file}: ${x.label} and ${y.label}`,
  );
  drawPlane(painter, report, lightTheme);
  return painter.toSvg();
}
