import type { Painter, Stroke, TextStyle, Theme } from './painter';

/** A painter that writes SVG, with `toSvg` for the finished document. */
export interface SvgPainter extends Painter {
  /**
   * The document. `standalone` (default) adds the XML declaration for a file of its own; without it the element
   * can stand inside HTML. No scripts, no style attributes, all text escaped.
   */
  toSvg(standalone?: boolean): string;
}

/**
 * @param width CSS pixels
 * @param height CSS pixels
 * @param theme its paper fills the background
 * @param title accessible name; any text, it is escaped
 * @param idPrefix keeps the ids of several drawings in one document apart
 */
export function svgPainter(
  width: number,
  height: number,
  theme: Theme,
  title: string,
  idPrefix = 'clip',
): SvgPainter {
  let clips = 0;
  const out: string[] = [];
  const clip: Painter['clip'] = (x, y, w, h, draw) => {
    const id = `${idPrefix}${String(++clips)}`;
    out.push(
      `<clipPath id="${id}"><rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"/></clipPath><g clip-path="url(#${id})">`,
    );
    draw();
    out.push('</g>');
  };
  return {
    width,
    height,
    line(xy, stroke) {
      const d = path(xy, false);
      if (d)
        out.push(
          `<path d="${d}" fill="none"${strokeAttributes(stroke)} stroke-linejoin="round" stroke-linecap="${stroke.dash ? 'butt' : 'round'}"/>`,
        );
    },
    polygon(xy, fill, stroke) {
      const d = path(xy, true);
      if (d) out.push(`<path d="${d}"${fillAttribute(fill)}${strokeAttributes(stroke)}/>`);
    },
    circle(x, y, radius, fill, stroke) {
      if (!finite(x, y, radius)) return;
      out.push(
        `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}"${fillAttribute(fill)}${strokeAttributes(stroke)}/>`,
      );
    },
    rect(x, y, w, h, fill, stroke) {
      if (!finite(x, y, w, h)) return;
      out.push(
        `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, w))}" height="${round(Math.max(0, h))}"${fillAttribute(fill)}${strokeAttributes(stroke)}/>`,
      );
    },
    dots(xy, radius, fill, opacity) {
      const parts: string[] = [];
      for (let i = 0; i + 1 < xy.length; i += 2)
        if (finite(xy[i]!, xy[i + 1]!)) parts.push(`M${round(xy[i]!)} ${round(xy[i + 1]!)}h0`);
      if (parts.length === 0) return;
      // Zero-length segments with round caps: a dot each, at a third of the size of circles.
      out.push(
        `<path d="${parts.join('')}" fill="none" stroke="${escapeXml(fill)}" stroke-width="${round(2 * radius)}" stroke-linecap="round"${opacity === undefined ? '' : ` stroke-opacity="${round(opacity)}"`}/>`,
      );
    },
    text(x, y, content, style) {
      if (!finite(x, y) || content === '') return;
      out.push(textElement(x, y, content, style, theme));
    },
    clip,
    plot: ({ left, top, width, height }, draw) => clip(left, top, width, height, draw),
    toSvg(standalone = true) {
      const name = escapeXml(title);
      const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
      return (
        (standalone ? '<?xml version="1.0" encoding="UTF-8"?>\n' : '') +
        `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${name}" font-family="${escapeXml(theme.fontFamily)}">` +
        `<title>${name}</title>` +
        `<rect width="100%" height="100%" fill="${escapeXml(theme.paper)}"/>` +
        `${out.join('\n')}</svg>\n`
      );
    },
  };
}

/** Escapes text for XML and HTML content and attributes; characters that XML forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      // XML 1.0 forbids these characters even when escaped.
      .replace(
        /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
        '\ufffd',
      )
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;')
  );
}

const ANCHOR = { start: 'start', middle: 'middle', end: 'end' } as const;
/** Baseline shifts in em; dominant-baseline is not supported by every SVG program. */
const SHIFT = { top: 0.76, middle: 0.36, alphabetic: 0, bottom: -0.22 } as const;

function textElement(x: number, y: number, content: string, style: TextStyle, theme: Theme): string {
  const attributes = [
    `x="${round(x)}"`,
    `y="${round(y + SHIFT[style.baseline ?? 'alphabetic'] * style.size)}"`,
    `font-size="${round(style.size)}"`,
    `fill="${escapeXml(style.color)}"`,
  ];
  if (style.align && style.align !== 'start') attributes.push(`text-anchor="${ANCHOR[style.align]}"`);
  if (style.weight && style.weight !== 400) attributes.push(`font-weight="${String(style.weight)}"`);
  if (style.mono) attributes.push(`font-family="${escapeXml(theme.monoFamily)}"`);
  if (style.halo)
    attributes.push(
      `stroke="${escapeXml(style.halo)}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`,
    );
  return `<text ${attributes.join(' ')}>${escapeXml(content)}</text>`;
}

/** Path data; NaN or infinite coordinates lift the pen, closed parts end with Z. */
function path(xy: ArrayLike<number>, closed: boolean): string {
  const parts: string[] = [];
  let down = false;
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const x = xy[i]!;
    const y = xy[i + 1]!;
    if (!finite(x, y)) {
      if (down && closed) parts.push('Z');
      down = false;
      continue;
    }
    parts.push(`${down ? 'L' : 'M'}${round(x)} ${round(y)}`);
    down = true;
  }
  if (down && closed) parts.push('Z');
  return parts.join('');
}

function strokeAttributes(stroke: Stroke | null): string {
  if (!stroke) return '';
  const dash = stroke.dash ? ` stroke-dasharray="${stroke.dash.map(round).join(' ')}"` : '';
  const opacity = stroke.opacity === undefined ? '' : ` stroke-opacity="${round(stroke.opacity)}"`;
  return ` stroke="${escapeXml(stroke.color)}" stroke-width="${round(stroke.width)}"${dash}${opacity}`;
}

function fillAttribute(fill: string | null): string {
  if (fill === null) return ' fill="none"';
  // Eight digits are not read everywhere.
  const [, color, alpha] = /^(#[0-9a-f]{6})([0-9a-f]{2})$/i.exec(fill) ?? [];
  return color === undefined
    ? ` fill="${escapeXml(fill)}"`
    : ` fill="${color}" fill-opacity="${round(parseInt(alpha!, 16) / 255)}"`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function finite(...values: number[]): boolean {
  return values.every(Number.isFinite);
}
