import type { Painter, Stroke, Theme } from '../../src/figures/painter';

/**
 * A painter on a 2-D canvas.
 *
 * @param context already scaled so that one unit is one CSS pixel
 * @param width CSS pixels
 * @param height CSS pixels
 * @param how `halos`: false in forced-colours mode, where halos would be repainted; `thickest`: lines are drawn no wider
 */
export function canvasPainter(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  theme: Theme,
  { halos = true, thickest = Infinity }: { readonly halos?: boolean; readonly thickest?: number } = {},
): Painter {
  const applyStroke = (stroke: Stroke, most = thickest) => {
    context.strokeStyle = stroke.color;
    context.lineWidth = Math.min(stroke.width, most);
    context.setLineDash(stroke.dash ? [...stroke.dash] : []);
    context.globalAlpha = stroke.opacity ?? 1;
  };
  const trace = (xy: ArrayLike<number>, closed: boolean) => {
    context.beginPath();
    let down = false;
    for (let i = 0; i + 1 < xy.length; i += 2) {
      const x = xy[i]!;
      const y = xy[i + 1]!;
      if (!Number.isFinite(x) || !Number.isFinite(y)) {
        if (down && closed) context.closePath();
        down = false;
      } else if (down) context.lineTo(x, y);
      else {
        context.moveTo(x, y);
        down = true;
      }
    }
    if (down && closed) context.closePath();
  };
  const paint = (fill: string | null, stroke: Stroke | null) => {
    if (fill !== null) {
      context.fillStyle = fill;
      context.fill();
    }
    if (stroke) {
      applyStroke(stroke);
      context.stroke();
      context.globalAlpha = 1;
    }
  };
  const clip: Painter['clip'] = (x, y, w, h, draw) => {
    context.save();
    context.beginPath();
    context.rect(x, y, w, h);
    context.clip();
    draw();
    context.restore();
  };
  context.lineJoin = 'round';
  return {
    width,
    height,
    line(xy, stroke) {
      trace(xy, false);
      context.lineCap = stroke.dash ? 'butt' : 'round';
      paint(null, stroke);
    },
    polygon(xy, fill, stroke) {
      trace(xy, true);
      paint(fill, stroke);
    },
    circle(x, y, radius, fill, stroke) {
      context.beginPath();
      context.arc(x, y, Math.max(0, radius), 0, 2 * Math.PI);
      paint(fill, stroke);
    },
    rect(x, y, w, h, fill, stroke) {
      context.beginPath();
      context.rect(x, y, Math.max(0, w), Math.max(0, h));
      paint(fill, stroke);
    },
    dots(xy, radius, fill, opacity = 1) {
      context.fillStyle = fill;
      context.globalAlpha = opacity;
      if (radius < 1.3 && xy.length > 4000) {
        const size = 1.8 * radius;
        for (let i = 0; i + 1 < xy.length; i += 2)
          context.fillRect(xy[i]! - size / 2, xy[i + 1]! - size / 2, size, size);
      } else {
        // Runs of one path each: a path of very many arcs is slow to fill.
        for (let from = 0; from + 1 < xy.length; from += 512) {
          context.beginPath();
          const to = Math.min(xy.length, from + 512);
          for (let i = from; i + 1 < to; i += 2) {
            const x = xy[i]!;
            const y = xy[i + 1]!;
            context.moveTo(x + radius, y);
            context.arc(x, y, radius, 0, 2 * Math.PI);
          }
          context.fill();
        }
      }
      context.globalAlpha = 1;
    },
    text(x, y, content, style) {
      context.font = `${String(style.weight ?? 400)} ${String(style.size)}px ${style.mono ? theme.monoFamily : theme.fontFamily}`;
      context.textAlign = style.align === 'middle' ? 'center' : (style.align ?? 'start');
      context.textBaseline = style.baseline ?? 'alphabetic';
      if (style.halo && halos) {
        applyStroke({ color: style.halo, width: 4 }, Infinity);
        context.strokeText(content, x, y);
      }
      context.fillStyle = style.color;
      context.fillText(content, x, y);
    },
    clip,
    plot: ({ left, top, width, height }, draw) => clip(left, top, width, height, draw),
  };
}
