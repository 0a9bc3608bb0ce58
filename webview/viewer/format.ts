import { DECIMALS, formatNumber, MINUS } from '../../src/figures/format';

/** "3 × 20", "20", "scalar". */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.map((extent) => extent.toLocaleString('en-US')).join(' × ');
}

export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

export function numberText(value: number | null, decimals: number = DECIMALS.list): string {
  return value === null ? '–' : formatNumber(value, decimals);
}

/** For narrow columns: "−9.6e−5" where three decimals say nothing. */
export function shortNumber(value: number | null): string {
  if (value === null || value === 0 || !Number.isFinite(value)) return numberText(value);
  const size = Math.abs(value);
  if (size < 1e5 && size >= 0.0005) return numberText(value, size >= 1000 ? 0 : size >= 100 ? 1 : 3);
  return value.toExponential(1).replace('+', '').replaceAll('-', MINUS);
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** `W[3][17]`: the element's path in the file, from 0. */
export function elementPath(name: string, shape: readonly number[], position: number): string {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
    const extent = Math.max(1, shape[axis] ?? 1);
    index.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return name + index.map((i) => `[${String(i)}]`).join('');
}
