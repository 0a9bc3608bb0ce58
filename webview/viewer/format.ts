import { DECIMALS, formatNumber } from '../../src/figures/format';

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
