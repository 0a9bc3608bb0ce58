/** Colours as #rrggbb; figures blend them instead of using transparency where interiors must stay opaque. */
type Rgb = readonly [number, number, number];

/** Parses #rgb, #rrggbb (an alpha byte is ignored) and rgb(..)/rgba(..); anything else is mid grey. */
export function parseColor(color: string): Rgb {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(color.trim())?.[1];
  if (hex && (hex.length === 3 || hex.length === 4)) {
    const [r, g, b] = Array.from(hex, (digit) => parseInt(digit + digit, 16));
    return [r!, g!, b!];
  }
  if (hex && hex.length >= 6)
    return [parseInt(hex.slice(0, 2), 16), parseInt(hex.slice(2, 4), 16), parseInt(hex.slice(4, 6), 16)];
  const parts = /^rgba?\(([^)]*)\)$/i
    .exec(color.trim())?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  if (parts && parts.length >= 3 && parts.slice(0, 3).every(Number.isFinite))
    return [parts[0]!, parts[1]!, parts[2]!];
  return [128, 128, 128];
}

/** `share` of `over` laid on `under`: 1 gives `over`, 0 gives `under`. */
export function mix(over: string, under: string, share: number): string {
  const a = parseColor(over);
  const b = parseColor(under);
  return toHex(a.map((value, i) => value * share + b[i]! * (1 - share)) as unknown as Rgb);
}

function toHex(rgb: Rgb): string {
  return `#${rgb
    .map((value) =>
      Math.round(Math.min(255, Math.max(0, value)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** A colour of #rrggbb that lets what lies beneath through; figures use it for fills only. */
export function translucent(color: string, opacity: number): string {
  const alpha = Math.round(255 * opacity).toString(16);
  return `${toHex(parseColor(color))}${alpha.padStart(2, '0')}`;
}

/** Lightness L* of CIE 1976, 0 to 100: equal steps look equal. */
export function lightness(color: string): number {
  const y = luminance(color);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
}

/** The neutral grey of a lightness L*. */
export function grey(level: number): string {
  const y = level > 8 ? ((level + 16) / 116) ** 3 : (level * 27) / 24389;
  const value = 255 * (y <= 0.0031308 ? 12.92 * y : 1.055 * y ** (1 / 2.4) - 0.055);
  return toHex([value, value, value]);
}

/** WCAG relative luminance. */
export function luminance(color: string): number {
  const [r, g, b] = parseColor(color).map((value) => {
    const channel = value / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** WCAG contrast ratio, 1 to 21. */
export function contrast(a: string, b: string): number {
  const x = luminance(a);
  const y = luminance(b);
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Colour of text on a fill: the theme's own where it can be read (a contrast of 4.5), else black or white. */
export function inkOn(
  fill: string,
  { ink, paper }: { readonly ink: string; readonly paper: string },
): string {
  const better = (a: string, b: string): string => (contrast(fill, a) >= contrast(fill, b) ? a : b);
  const own = better(ink, paper);
  return contrast(fill, own) >= 4.5 ? own : better('#ffffff', '#000000');
}
