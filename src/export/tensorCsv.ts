import type { Tensor } from '../core/tensor';

/**
 * A tensor as CSV without a header (RFC 4180): a vector is one column, a matrix its rows, more dimensions the rows
 * of their matrices one after another. Numbers are written so that they read back exactly; `nan` and `inf` as
 * NumPy reads them.
 */
export function tensorToCsv({ shape, data }: Tensor): string {
  const columns = shape.length < 2 ? 1 : shape.at(-1)!;
  const lines: string[] = [];
  for (let at = 0; at < data.length; at += columns)
    lines.push(Array.from(data.subarray(at, at + columns), cell).join(','));
  return lines.map((line) => `${line}\r\n`).join('');
}

function cell(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
}
